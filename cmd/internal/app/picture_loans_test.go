package app

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"pugongying/internal/media"
)

// TestALentPictureOpensForAnHour, under its own name alone, on every server with the same key.
func TestALentPictureOpensForAnHour(t *testing.T) {
	a := opened(t)
	who := phoneOf(t, a, "zhiyuan")
	id, other := uploaded(t, a, who, blue), uploaded(t, a, who, red)
	l := pictureLoans{a}
	name := l.Lend(id)
	file, info, err := l.Lent(t.Context(), name)
	if err != nil || info.ContentType != "image/jpeg" {
		t.Fatal(info, err)
	}
	if n, err := io.Copy(io.Discard, file); err != nil || n == 0 {
		t.Errorf("%d bytes, %v", n, err)
	}
	file.Close()
	part := strings.Split(name, ".")
	for _, forged := range []string{
		"", "x", media.PictureName(id, media.Medium), strings.ToLower(other) + "." + strings.Join(part[1:], "."), part[0] + ".zzzzzz." + part[2] + ".jpg",
		part[0] + "." + part[1] + "." + strings.Repeat("A", len(part[2])) + ".jpg", name + ".jpg", strings.TrimSuffix(name, ".jpg"), strings.ToUpper(name),
	} {
		if _, _, err := l.Lent(t.Context(), forged); !errors.Is(err, media.ErrPictureUnknown) {
			t.Errorf("%q: %v", forged, err)
		}
	}
	now := a.now
	a.now = func() time.Time { return now().Add(lentFor + 2*time.Second) }
	if _, _, err := l.Lent(t.Context(), name); !errors.Is(err, media.ErrPictureUnknown) {
		t.Errorf("an hour later: %v", err)
	}
}

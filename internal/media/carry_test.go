package media_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"image"
	"image/jpeg"
	"maps"
	"testing"

	"pugongying/internal/audit"
	"pugongying/internal/media"
)

// TestACarriedPictureIsTheSamePicture: facts and bytes, its quota taken, doing it twice changes nothing, and what this
// classroom knows of it stays.
func TestACarriedPictureIsTheSamePicture(t *testing.T) {
	from, to, ctx := newRig(t), newRig(t), context.Background()
	p := from.add(t, volunteer, 7)
	c, files, err := from.Carry(ctx, p.ID)
	if err != nil || len(files) != 3 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	if changed, err := to.Restore(ctx, audit.Operator, c, files); err != nil || !changed {
		t.Fatal(changed, err)
	}
	if changed, err := to.Restore(ctx, audit.Operator, c, files); err != nil || changed {
		t.Errorf("again: %v, %v", changed, err)
	}
	back, again, err := to.Carry(ctx, p.ID)
	if err != nil || !maps.EqualFunc(files, again, bytes.Equal) || back.By != c.By || !back.At.Equal(c.At) || back.Description != c.Description || back.Original.SHA256 != c.Original.SHA256 {
		t.Errorf("%+v, %v", back, err)
	}
	mine, all, err := to.records.Usage(ctx, volunteer.Account)
	if err != nil || mine.Bytes != p.Bytes || all.Pictures != 1 {
		t.Errorf("quota: %+v %+v %v", mine, all, err)
	}
	if _, err := to.Describe(ctx, volunteer, p.ID, "换了一句话"); err != nil {
		t.Fatal(err)
	}
	if changed, err := to.Restore(ctx, audit.Operator, c, files); err != nil || changed {
		t.Errorf("after somebody wrote other words: %v, %v", changed, err)
	}
	if err := to.files.Delete(ctx, p.Key(media.Large)); err != nil {
		t.Fatal(err)
	}
	if _, err := to.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	if changed, err := to.Restore(ctx, audit.Operator, c, files); err != nil || !changed {
		t.Errorf("a lost file: %v, %v", changed, err)
	}
	if got, err := to.records.Picture(ctx, p.ID); err != nil || got.Missing || got.Description != "换了一句话" {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestNothingIsRestoredThatTheLibraryWouldNotHaveMade, and one that collides is named.
func TestNothingIsRestoredThatTheLibraryWouldNotHaveMade(t *testing.T) {
	from, ctx := newRig(t), context.Background()
	p := from.add(t, volunteer, 7)
	c, files, err := from.Carry(ctx, p.ID)
	if err != nil {
		t.Fatal(err)
	}
	var drawn bytes.Buffer
	if err := jpeg.Encode(&drawn, image.NewGray(image.Rect(0, 0, 5, 5)), nil); err != nil {
		t.Fatal(err)
	}
	telling := append([]byte("\xff\xd8\xff\xfe\x00\x0bBAYAN GOL"), files[media.Small][2:]...) // a comment is put in
	for name, row := range map[string]struct {
		change func(*media.Carried, media.Files)
		want   error
	}{
		"no file":      {func(_ *media.Carried, f media.Files) { delete(f, media.Large) }, media.ErrCarriedLost},
		"cut off":      {func(_ *media.Carried, f media.Files) { f[media.Large] = f[media.Large][:40] }, media.ErrCarriedDamaged},
		"other file":   {func(_ *media.Carried, f media.Files) { f[media.Large] = drawn.Bytes() }, media.ErrCarriedDamaged},
		"that tells":   {func(c *media.Carried, f media.Files) { replaced(c, f, telling) }, media.ErrCarriedDamaged},
		"other size":   {func(c *media.Carried, f media.Files) { replaced(c, f, drawn.Bytes()) }, media.ErrCarriedDamaged},
		"no picture":   {func(c *media.Carried, f media.Files) { replaced(c, f, []byte("%PDF-1.7")) }, media.ErrCarriedDamaged},
		"id":           {func(c *media.Carried, _ media.Files) { c.ID = "../../x" }, media.ErrCarriedFacts},
		"description":  {func(c *media.Carried, _ media.Files) { c.Description = "<b>" }, media.ErrCarriedFacts},
		"region":       {func(c *media.Carried, _ media.Files) { c.Region = "1" }, media.ErrCarriedFacts},
		"nobody's":     {func(c *media.Carried, _ media.Files) { c.By = "" }, media.ErrCarriedFacts},
		"two sizes":    {func(c *media.Carried, _ media.Files) { c.Sizes = c.Sizes[:2] }, media.ErrCarriedFacts},
		"as it is, ok": {func(*media.Carried, media.Files) {}, nil},
	} {
		to, changed, own := newRig(t), c, maps.Clone(files)
		changed.Sizes = append([]media.Size{}, c.Sizes...)
		row.change(&changed, own)
		if _, err := to.Restore(ctx, audit.Operator, changed, own); !errors.Is(err, row.want) {
			t.Errorf("%s: %v, want %v", name, err, row.want)
		}
		if _, err := to.records.Picture(ctx, p.ID); (err == nil) != (row.want == nil) {
			t.Errorf("%s: what is stored: %v", name, err)
		}
	}
	to := newRig(t)
	to.add(t, volunteer, 7)
	if _, err := to.Restore(ctx, audit.Operator, c, files); !errors.Is(err, media.ErrCarriedTwice) {
		t.Errorf("the same person's same file under another id: %v", err)
	}
	other := c
	other.ID = to.add(t, neighbour, 9).ID
	if _, err := to.Restore(ctx, audit.Operator, other, files); !errors.Is(err, media.ErrCarriedOther) {
		t.Errorf("another picture under the same id: %v", err)
	}
	if _, _, err := to.Carry(ctx, p.ID); !errors.Is(err, media.ErrCarriedLost) {
		t.Errorf("one that is not there: %v", err)
	}
}

// replaced puts another file in the place of the smallest, with its true hash: what it is decides.
func replaced(c *media.Carried, f media.Files, data []byte) {
	f[media.Small] = data
	c.Sizes[2].Bytes, c.Sizes[2].SHA256 = int64(len(data)), hashOf(data)
}

func hashOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

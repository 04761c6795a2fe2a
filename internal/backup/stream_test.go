package backup

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestAStreamIsWholeOrAnError(t *testing.T) {
	r := newRig(t)
	var stream bytes.Buffer
	if err := Send(t.Context(), &stream, r.world); err != nil {
		t.Fatal(err)
	}
	got := newWorld()
	take := func(d Document) error {
		return got.Insert(t.Context(), d.Collection, [][]byte{bytes.Clone(d.Bytes)})
	}
	if err := Receive(bytes.NewReader(stream.Bytes()), take); err != nil {
		t.Fatal(err)
	}
	got.files = r.files
	if !equal(r.world, got) {
		t.Error("what arrived is not what was sent")
	}
	for _, n := range []int{0, 1, 5, 1000, stream.Len() / 2, stream.Len() - 1} {
		wants(t, Receive(bytes.NewReader(stream.Bytes()[:n]), func(Document) error { return nil }), io.ErrUnexpectedEOF)
	}
	stream.Reset()
	gone := errors.New("the engine is gone")
	wants(t, Send(t.Context(), &stream, &broken{r.world, 5, gone}), gone)
	if err := Receive(&stream, func(Document) error { return nil }); err == nil || !strings.Contains(err.Error(), "the engine is gone") {
		t.Error(err)
	}
}

func TestThePairOfKeys(t *testing.T) {
	path := filepath.Join(t.TempDir(), "backup.key")
	recipient, err := CreateIdentity(path, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
	recipients, err := Recipients([]string{recipient})
	if err != nil {
		t.Fatal(err)
	}
	identities, err := Identities(path)
	if err != nil {
		t.Fatal(err)
	}
	s, err := newSealer(recipients)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := s.seal([]byte("plain"))
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := unseal(sealed, identities); err != nil || string(plain) != "plain" {
		t.Errorf("%q %v", plain, err)
	}
	if _, err := CreateIdentity(path, time.Now()); err == nil {
		t.Error("a key was overwritten")
	}
	if _, err := Recipients(nil); !errors.Is(err, ErrRecipient) {
		t.Error(err)
	}
	if _, err := Recipients([]string{"AGE-SECRET-KEY-1"}); err == nil {
		t.Error("a private key was taken for a public one")
	}
	_, err = Identities(filepath.Join(t.TempDir(), "none"))
	wants(t, err, ErrIdentity)
}

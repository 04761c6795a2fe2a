package backup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
)

func TestABackupComesBackAsItWas(t *testing.T) {
	r := newRig(t)
	report := r.make()
	if report.Documents != 3002 || report.Files != 1 || report.Name == "" {
		t.Errorf("%+v", report)
	}
	to, restored, err := r.restore()
	if err != nil {
		t.Fatal(err)
	}
	if !equal(r.world, to) {
		t.Error("what came back is not what was there")
	}
	if !to.reapplied || to.marker != "" {
		t.Error("nobody was erased again, or the marker is still there")
	}
	if restored.Documents != 3002 || restored.Media != 1 || restored.Name != report.Name || !maps.Equal(restored.Figures, report.Figures) {
		t.Errorf("%+v", restored)
	}
}

func TestWhatDidNotChangeIsNotWrittenAgain(t *testing.T) {
	r := newRig(t)
	first := r.make()
	r.now = r.now.Add(4 * time.Minute)
	r.put("attempts", "00000000", "one more")
	r.put("attempts", keysOf(r.docs["attempts"])[1500], "changed")
	delete(r.docs["attempts"], keysOf(r.docs["attempts"])[700])
	second := r.make()
	// Where pieces end is random: three documents touch three of about fourteen.
	if second.Written*2 > first.Written {
		t.Errorf("three documents changed: %d bytes written, at first %d", second.Written, first.Written)
	}
	t.Logf("first %d bytes, then %d", first.Written, second.Written)
	to, _, err := r.restore()
	if err != nil || !equal(r.world, to) {
		t.Errorf("the second backup: %v", err)
	}
	// Other recipients could not open what was sealed for the first.
	r.identity, _ = age.GenerateX25519Identity()
	if third := r.make(); third.Written < first.Written/2 {
		t.Errorf("other recipients: %d bytes written", third.Written)
	}
	if to, _, err := r.restore(); err != nil || !equal(r.world, to) {
		t.Errorf("the third backup, with the new key alone: %v", err)
	}
}

// TestTheServerCannotReadItsBackups: nothing that was stored stands in the folder, and neither does a key.
func TestTheServerCannotReadItsBackups(t *testing.T) {
	r := newRig(t)
	r.put("attempts", "ffffffffff", "CANARY-CONTENT")
	r.make()
	met := func(marker string) bool {
		return slices.ContainsFunc(r.stored(), func(path string) bool {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			return bytes.Contains(data, []byte(marker)) || strings.Contains(path, marker)
		})
	}
	for _, marker := range []string{"CANARY", "attempts", "wrapped key", "audio/a.mp3", "AGE-SECRET-KEY", string(r.secret)} {
		if met(marker) {
			t.Errorf("%q stands in the backup", marker)
		}
	}
	if !met("age-encryption.org") {
		t.Error("control: the search finds nothing at all")
	}
}

// TestEveryDamageIsFoundAndNamed flips, cuts and removes every file of a backup, one after the other.
func TestEveryDamageIsFoundAndNamed(t *testing.T) {
	r := newRig(t)
	r.make()
	if v, err := Verify(r.dir, []age.Identity{r.identity}); err != nil || len(v.Faults) > 0 || v.Backups != 1 || v.Keys != 1 || v.Documents != 3002 || v.Media != 1 {
		t.Fatalf("a whole backup: %+v %v", v, err)
	}
	damages := map[string]func(path string, data []byte) error{
		"a flipped byte": func(path string, data []byte) error {
			data[len(data)/2] ^= 1
			return os.WriteFile(path, data, 0o600)
		},
		"a cut":     func(path string, data []byte) error { return os.WriteFile(path, data[:len(data)-1], 0o600) },
		"emptied":   func(path string, _ []byte) error { return os.WriteFile(path, nil, 0o600) },
		"not there": func(path string, _ []byte) error { return os.Remove(path) },
	}
	tried := 0
	for _, path := range r.stored() {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for name, damage := range damages {
			if name == "not there" && strings.HasSuffix(path, extension) {
				continue // a backup whose manifest is gone is no backup
			}
			if err := damage(path, bytes.Clone(data)); err != nil {
				t.Fatal(err)
			}
			tried++
			v, err := Verify(r.dir, nil)
			if err != nil || len(v.Faults) == 0 || !strings.Contains(fmt.Sprint(v.Faults), filepath.Base(path)) {
				t.Errorf("%s, %s: %v %v", filepath.Base(path), name, v.Faults, err)
			}
			if to, _, err := r.restore(); err == nil || len(to.docs) > 0 || to.marker != "" {
				t.Errorf("%s, %s: restored all the same, or half of it: %v", filepath.Base(path), name, err)
			}
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	if tried < 100 {
		t.Errorf("only %d damages", tried)
	}
	if to, _, err := r.restore(); err != nil || !equal(r.world, to) {
		t.Errorf("mended again: %v", err)
	}
	t.Logf("%d damages, each found and named", tried)
}

func TestADamagedChunkIsWrittenAgain(t *testing.T) {
	r := newRig(t)
	r.make()
	var lost string
	for _, path := range r.stored() {
		if strings.Contains(path, "documents/chunks") {
			lost = path
		}
	}
	if err := os.Remove(lost); err != nil { // what verify tells to do
		t.Fatal(err)
	}
	r.now = r.now.Add(4 * time.Minute)
	r.make()
	if to, _, err := r.restore(); err != nil || !equal(r.world, to) {
		t.Errorf("the next backup: %v", err)
	}
}

// broken is a source that fails after some documents.
type broken struct {
	*world
	left int
	err  error
}

func (b *broken) Documents(ctx context.Context, each func(Document) error) error {
	return b.world.Documents(ctx, func(d Document) error {
		if b.left--; b.left < 0 {
			return b.err
		}
		return each(d)
	})
}

func TestAHalfWrittenBackupIsNone(t *testing.T) {
	r := newRig(t)
	gone := errors.New("gone")
	_, err := Make(t.Context(), r.options(), &broken{r.world, 2000, gone})
	wants(t, err, gone)
	if len(r.stored()) < 10 {
		t.Fatal("control: nothing was written before it failed")
	}
	_, err = List(r.dir)
	wants(t, err, ErrNone)
	_, _, err = r.restore()
	wants(t, err, ErrNone)
	_, err = Verify(r.dir, nil)
	wants(t, err, ErrNone)
	// A torn file of the interrupted one is never taken for a whole one.
	for _, path := range r.stored() {
		if err := os.WriteFile(path, []byte("torn"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r.make()
	if to, _, err := r.restore(); err != nil || !equal(r.world, to) {
		t.Errorf("the next backup: %v", err)
	}
	r.now = r.now.Add(time.Hour)
	r.make()
	v, err := Verify(r.dir, nil)
	if err != nil || len(v.Faults) > 0 || len(r.stored()) != v.Files+4 {
		t.Errorf("%d files stand there, %d are named: %+v %v", len(r.stored()), v.Files, v, err)
	}
}

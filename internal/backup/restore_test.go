package backup

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
)

func TestARestoreIsRefusedBeforeAnythingIsChanged(t *testing.T) {
	r := newRig(t)
	r.make()
	full := newWorld()
	full.put("members", "somebody", "else")
	_, err := Restore(t.Context(), r.from(), full)
	wants(t, err, ErrNotEmpty)
	if len(full.docs) != 1 || full.marker != "" {
		t.Error("the full one was changed")
	}
	from := r.from()
	other, _ := age.GenerateX25519Identity()
	from.Identities = []age.Identity{other}
	_, err = Restore(t.Context(), from, newWorld())
	wants(t, err, ErrIdentity)
	from = r.from()
	from.Secret = []byte("another root key")
	_, err = Restore(t.Context(), from, newWorld())
	wants(t, err, ErrRoot)
	from = r.from()
	from.Name = "20260101T000000.000Z-0000000000000000"
	_, err = Restore(t.Context(), from, newWorld())
	wants(t, err, ErrDamaged)
}

// TestAForgedBackupIsRefused: whoever can write into the folder can seal to the public key, and still cannot make a backup
// that this root key's server is restored from.
func TestAForgedBackupIsRefused(t *testing.T) {
	r := newRig(t)
	r.make()
	o := r.options()
	o.Secret = []byte("not the root key")
	_, err := Make(t.Context(), o, r.world)
	wants(t, err, ErrMixed)
	o.Dir = filepath.Join(t.TempDir(), "forged")
	if _, err := Make(t.Context(), o, r.world); err != nil {
		t.Fatal(err)
	}
	from := r.from()
	from.Dir = o.Dir
	_, err = Restore(t.Context(), from, newWorld())
	wants(t, err, ErrRoot)
	f := folder{filepath.Join(o.Dir, documents)}
	m, name, err := f.newest()
	if err != nil {
		t.Fatal(err)
	}
	m.Root = (namer{r.secret}).root()
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.writeManifest(m.Taken.Add(time.Second), text); err != nil {
		t.Fatal(err)
	}
	to := newWorld()
	_, err = Restore(t.Context(), from, to)
	wants(t, err, ErrDamaged)
	if to.marker != "" || len(to.docs) > 0 {
		t.Errorf("something was restored of the forged copy of %s", name)
	}
}

func TestNothingIsNoBackup(t *testing.T) {
	r := newRig(t)
	r.make()
	r.world = newWorld()
	_, err := Make(t.Context(), r.options(), r.world)
	wants(t, err, ErrNothing)
}

func TestAnInterruptedRestoreLeavesItsMarkerAndBeginsAnew(t *testing.T) {
	r := newRig(t)
	r.make()
	to := newWorld()
	gone := errors.New("gone")
	to.insertFails = func(collection string) error {
		if collection == "ledger" {
			return gone
		}
		return nil
	}
	_, err := Restore(t.Context(), r.from(), to)
	wants(t, err, gone)
	if to.marker == "" || len(to.docs) == 0 || to.reapplied {
		t.Errorf("marker %q, %d collections", to.marker, len(to.docs))
	}
	to.insertFails = nil
	if _, err := Restore(t.Context(), r.from(), to); err != nil || !equal(r.world, to) || to.marker != "" {
		t.Errorf("again: %v", err)
	}
}

func TestWhatCameBackIsCompared(t *testing.T) {
	r := newRig(t)
	r.make()
	to := newWorld()
	to.insertFails = func(collection string) error {
		delete(to.docs["attempts"], keysOf(r.docs["attempts"])[7])
		return nil
	}
	_, err := Restore(t.Context(), r.from(), to)
	wants(t, err, ErrDiffers)
	if to.marker == "" || to.reapplied {
		t.Error("a restore that lost a document was finished")
	}
	from := r.from()
	from.Figures = func() Figures { return &counter{map[string]int64{"ledger": 1}} }
	_, err = Restore(t.Context(), from, newWorld())
	wants(t, err, ErrDiffers)
}

// TestOnlyTheNewestKeysAreRestored: her key went after the documents were backed up; the older documents come back without it.
func TestOnlyTheNewestKeysAreRestored(t *testing.T) {
	r := newRig(t)
	older := r.make()
	r.now = r.now.Add(4 * time.Minute)
	delete(r.docs, "keys")
	r.put("erasures", "handle", "who was erased")
	r.make()
	from := r.from()
	from.Name = older.Name
	to := newWorld()
	if _, err := Restore(t.Context(), from, to); err != nil {
		t.Fatal(err)
	}
	if _, there := to.docs["keys"]; there || to.docs["erasures"]["handle"] == nil {
		t.Errorf("the older backup brought her key back: %v", keysOf(to.docs))
	}
	if err := os.RemoveAll(filepath.Join(r.dir, short)); err != nil {
		t.Fatal(err)
	}
	_, _, err := r.restore()
	wants(t, err, ErrNone)
}

// TestADamagedNewestLeavesAWayOut: an older backup by its name, older keys by taking the damaged ones away.
func TestADamagedNewestLeavesAWayOut(t *testing.T) {
	r := newRig(t)
	older := r.make()
	r.now = r.now.Add(4 * time.Minute)
	r.put("attempts", "newer", "x")
	r.put("keys", "newer", "x")
	newer := r.make()
	damage := func(part string) (path string) {
		names, err := folder{filepath.Join(r.dir, part)}.names()
		if err != nil || len(names) != 2 {
			t.Fatal(names, err)
		}
		path = filepath.Join(r.dir, part, manifests, names[0]+extension)
		if err := os.WriteFile(path, []byte("{}"), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	damage(documents)
	_, _, err := r.restore()
	wants(t, err, ErrDamaged)
	if !strings.Contains(err.Error(), "--name") || !strings.Contains(err.Error(), newer.Name) {
		t.Errorf("no way out: %v", err)
	}
	from, to := r.from(), newWorld()
	from.Name = older.Name
	keys := damage(short)
	_, err = Restore(t.Context(), from, to)
	wants(t, err, ErrDamaged)
	if !strings.Contains(err.Error(), "移走") || to.marker != "" {
		t.Errorf("no way out: %v", err)
	}
	if err := os.Remove(keys); err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(t.Context(), from, to); err != nil || to.docs["attempts"]["newer"] != nil {
		t.Errorf("the older one: %v", err)
	}
}

func TestASecondWriterIsRefused(t *testing.T) {
	r := newRig(t)
	lock, err := openFolders(r.dir)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Make(t.Context(), r.options(), r.world)
	wants(t, err, ErrBusy)
	if err := lock.Close(); err != nil {
		t.Fatal(err)
	}
	r.make()
	other := t.TempDir()
	if err := os.WriteFile(filepath.Join(other, "thesis.doc"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	o := r.options()
	o.Dir = other
	_, err = Make(t.Context(), o, r.world)
	wants(t, err, ErrFolder)
	o = r.options()
	o.Recipients = nil
	_, err = Make(t.Context(), o, r.world)
	wants(t, err, ErrRecipient)
}

func TestAMediaFileThatIsNotItsHashIsRefused(t *testing.T) {
	r := newRig(t)
	_, err := Make(t.Context(), r.options(), lying{r.world})
	if err == nil || !strings.Contains(err.Error(), "audio/a.mp3") {
		t.Error(err)
	}
}

type lying struct{ *world }

func (l lying) Media(ctx context.Context) ([]File, error) {
	files, err := l.world.Media(ctx)
	files[0].SHA256 = strings.Repeat("0", 64)
	return files, err
}

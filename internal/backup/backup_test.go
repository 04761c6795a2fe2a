package backup

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
	if second.Written*5 > first.Written {
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

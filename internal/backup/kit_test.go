package backup

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
)

// world is documents and media in memory: a Source, and a Target.
type world struct {
	docs        map[string]map[string][]byte // by collection and id
	files       map[string][]byte
	marker      string // of an interrupted restore
	erased      string // the collection/id that Reapply removes
	reapplied   bool
	insertFails func(collection string) error
}

func newWorld() *world {
	return &world{docs: map[string]map[string][]byte{}, files: map[string][]byte{}}
}

// put stores a document of BSON's outer form: its length, bytes, and a zero.
func (w *world) put(collection, id, text string) {
	if w.docs[collection] == nil {
		w.docs[collection] = map[string][]byte{}
	}
	body := id + "\x00" + text
	doc := binary.LittleEndian.AppendUint32(nil, uint32(len(body)+5))
	w.docs[collection][id] = append(append(doc, body...), 0)
}

func (w *world) Documents(_ context.Context, each func(Document) error) error {
	for _, collection := range keysOf(w.docs) {
		for _, id := range keysOf(w.docs[collection]) {
			if err := each(Document{collection, id, w.docs[collection][id]}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *world) Media(context.Context) (all []File, _ error) {
	for _, key := range keysOf(w.files) {
		all = append(all, File{Key: key, Type: "audio/mpeg", Size: int64(len(w.files[key]))})
	}
	return all, nil
}

func (w *world) Open(_ context.Context, key string) (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader(w.files[key])), nil
}

func (w *world) State(context.Context) (State, error) {
	return State{Empty: len(w.docs) == 0 && len(w.files) == 0, Interrupted: w.marker != ""}, nil
}

func (w *world) Begin(_ context.Context, name string) error {
	w.marker, w.docs, w.files = name, map[string]map[string][]byte{}, map[string][]byte{}
	return nil
}

func (w *world) Insert(_ context.Context, collection string, docs [][]byte) error {
	for _, doc := range docs {
		id, text, _ := strings.Cut(string(doc[4:len(doc)-1]), "\x00")
		w.put(collection, id, text)
	}
	if w.insertFails != nil {
		return w.insertFails(collection)
	}
	return nil
}

func (w *world) Put(_ context.Context, f File, body io.ReadSeeker) (err error) {
	w.files[f.Key], err = io.ReadAll(body)
	return err
}

func (w *world) Reapply(context.Context) error {
	w.reapplied = true
	collection, id, _ := strings.Cut(w.erased, "/")
	delete(w.docs[collection], id)
	return nil
}

func (w *world) Finish(context.Context) error { w.marker = ""; return nil }

func keysOf[V any](m map[string]V) []string {
	var all []string
	for k := range m {
		all = append(all, k)
	}
	slices.Sort(all)
	return all
}

// counter counts documents by collection.
type counter struct{ n map[string]int64 }

func newCounter() Figures { return &counter{map[string]int64{}} }

func (c *counter) Add(d Document) error {
	if d.Collection == "ledger" {
		c.n["ledger"] += int64(len(d.Bytes))
	}
	return nil
}

func (c *counter) Sums() map[string]int64 { return c.n }

func (c *counter) Notes() map[string]string {
	return map[string]string{"ledger": fmt.Sprintf("%d bytes", c.n["ledger"])}
}

// rig is a world with a folder for its backups.
type rig struct {
	t *testing.T
	*world
	dir      string
	now      time.Time
	identity *age.X25519Identity
	secret   []byte
	believed bool
}

func newRig(t *testing.T) *rig {
	t.Helper()
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{
		t: t, world: newWorld(), dir: filepath.Join(t.TempDir(), "backup"), identity: identity, secret: []byte("the root key's secret"),
		now: time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC), believed: true,
	}
	for i := range 3000 {
		r.put("attempts", fmt.Sprintf("%08x", rand.Uint32()), fmt.Sprintf("attempt %d %x%x%x", i, rand.Uint64(), rand.Uint64(), rand.Uint64()))
	}
	r.put("ledger", "a", "one")
	r.put("keys", "her", "wrapped key")
	r.files["audio/a.mp3"] = bytes.Repeat([]byte("sound"), 500_000)
	return r
}

func (r *rig) options() Options {
	return Options{
		Dir: r.dir, Recipients: []age.Recipient{r.identity.Recipient()}, Secret: r.secret, Short: []string{"keys", "erasures"},
		Keep: Keep{Documents: 30 * 24 * time.Hour, Short: 7 * 24 * time.Hour}, Now: func() time.Time { return r.now },
		Program: "test", Figures: newCounter(), Believed: func() bool { return r.believed },
	}
}

func (r *rig) make() Report {
	r.t.Helper()
	report, err := Make(r.t.Context(), r.options(), r.world)
	if err != nil {
		r.t.Fatal(err)
	}
	return report
}

func (r *rig) from() From {
	return From{Dir: r.dir, Identities: []age.Identity{r.identity}, Secret: r.secret, Figures: newCounter, Short: []string{"keys", "erasures"}}
}

// restore restores into a new world.
func (r *rig) restore() (*world, Restored, error) {
	to := newWorld()
	restored, err := Restore(r.t.Context(), r.from(), to)
	return to, restored, err
}

func equal(a, b *world) bool {
	same := func(x, y map[string][]byte) bool {
		return slices.Equal(keysOf(x), keysOf(y)) && !slices.ContainsFunc(keysOf(x), func(k string) bool { return !bytes.Equal(x[k], y[k]) })
	}
	if !slices.Equal(keysOf(a.docs), keysOf(b.docs)) || !same(a.files, b.files) {
		return false
	}
	return !slices.ContainsFunc(keysOf(a.docs), func(c string) bool { return !same(a.docs[c], b.docs[c]) })
}

// files lists every file below the backup.
func (r *rig) stored() []string {
	r.t.Helper()
	var all []string
	err := filepath.WalkDir(r.dir, func(path string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() && filepath.Base(path) != lockFile {
			all = append(all, path)
		}
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return all
}

func wants(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("got %v, want %v", err, want)
	}
}

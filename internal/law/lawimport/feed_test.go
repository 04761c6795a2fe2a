package lawimport

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/fstest"
	"time"

	"pugongying/internal/law"
)

// feed adds files to an importer without closing it, so a batch below the flush limits is not written yet.
func feed(tb testing.TB, store law.Store, o Options, files ...string) (*Importer, *[]Outcome) {
	tb.Helper()
	outcomes := &[]Outcome{}
	m, err := NewImporter(context.Background(), store, none(tb), o, clock, func(o Outcome) { *outcomes = append(*outcomes, o) })
	for i, text := range files {
		err = errors.Join(err, m.Add(context.Background(), fmt.Sprintf("%d.md", i), []byte(text)))
	}
	if err != nil {
		tb.Fatal(err)
	}
	return m, outcomes
}

// taken is the result of importing a folder.
type taken struct {
	store    *law.Memory
	outcomes []Outcome
}

func (t taken) count(kind Kind) int {
	n := 0
	for _, o := range t.outcomes {
		if o.Kind == kind {
			n++
		}
	}
	return n
}

func (t *taken) take(tb testing.TB, folder map[string]string, o Options) {
	tb.Helper()
	t.outcomes = nil
	m, err := NewImporter(context.Background(), t.store, none(tb), o, clock, func(o Outcome) { t.outcomes = append(t.outcomes, o) })
	if err == nil {
		err = m.ImportFolder(context.Background(), mapFS(folder))
	}
	if err != nil {
		tb.Fatal(err)
	}
}

func mapFS(folder map[string]string) fstest.MapFS {
	files := fstest.MapFS{}
	for name, text := range folder {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return files
}

func clock() time.Time { return time.Date(2026, 11, 25, 2, 0, 0, 0, time.UTC) }

func none(tb testing.TB) *law.Register {
	tb.Helper()
	r, err := law.NewRegister(nil)
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

func importing(tb testing.TB, folder map[string]string, o Options) *taken {
	tb.Helper()
	t := &taken{store: law.NewMemory()}
	t.take(tb, folder, o)
	return t
}

// only returns the version that an import added and fails unless there is exactly one.
func (t *taken) only(tb testing.TB) *law.Version {
	tb.Helper()
	if len(t.outcomes) != 1 || t.outcomes[0].Kind != Added {
		tb.Fatalf("the import came to %+v", t.outcomes)
	}
	v, err := t.store.Version(context.Background(), law.VersionID(t.outcomes[0].Law, t.outcomes[0].Version))
	if err != nil {
		tb.Fatal(err)
	}
	return v
}

// complete checks that a comparison reports every article of both versions exactly once.
func complete(t *testing.T, name string, before, after *law.Version) (differences []law.Difference) {
	t.Helper()
	differences, same := law.Compare(before, after)
	was, is := map[string]int{}, map[string]int{}
	for _, d := range differences {
		if d.Before != nil {
			was[d.Before.Number()]++
		}
		if d.After != nil {
			is[d.After.Number()]++
		}
	}
	if len(was)+same != len(before.Articles) || len(is)+same != len(after.Articles) {
		t.Errorf("%s: %d and %d articles differ, %d are the same, of %d and %d", name, len(was), len(is), same, len(before.Articles), len(after.Articles))
	}
	for _, count := range []map[string]int{was, is} {
		for number, n := range count {
			if n > 1 {
				t.Errorf("%s: %s is told %d times", name, number, n)
			}
		}
	}
	return differences
}

// entriesOf returns every law of a store.
func entriesOf(tb testing.TB, store law.Store) []law.Entry {
	tb.Helper()
	entries, err := store.Laws(context.Background(), 0)
	if err != nil {
		tb.Fatal(err)
	}
	return entries
}

// versionsOf returns every version of a store by its id.
func versionsOf(tb testing.TB, store law.Store) map[string]*law.Version {
	tb.Helper()
	versions := map[string]*law.Version{}
	for _, e := range entriesOf(tb, store) {
		for _, f := range e.Versions {
			v, err := store.Version(context.Background(), law.VersionID(e.Slug, f.Version))
			if err != nil {
				tb.Fatal(err)
			}
			versions[v.ID] = v
		}
	}
	return versions
}

const corpusFolder = "../../../../shared/law"

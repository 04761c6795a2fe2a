package lawimport

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"pugongying/internal/law"
)

// TestSnapshotsComeInWithoutACrash imports public law repositories, unmodified, into one library and compares the versions
// of each law with each other. PGY_LAW_SNAPSHOTS lists the folders, separated by colons.
func TestSnapshotsComeInWithoutACrash(t *testing.T) {
	named := os.Getenv("PGY_LAW_SNAPSHOTS")
	if named == "" {
		t.Skip("NOT RUN: PGY_LAW_SNAPSHOTS names no folder")
	}
	store := law.NewMemory()
	for _, folder := range filepath.SplitList(named) {
		n, articles, start := map[Kind]int{}, 0, time.Now()
		m, err := NewImporter(context.Background(), store, none(t), Options{}, clock, func(o Outcome) {
			n[o.Kind]++
			articles += o.Articles
			if o.Kind == Refused && o.Reason == "" {
				t.Errorf("%s is refused without a reason", o.File)
			}
		})
		if err == nil {
			err = m.ImportFolder(context.Background(), os.DirFS(folder))
		}
		if err != nil {
			t.Error(err)
		}
		t.Logf("%s: %v, %d articles in %v", filepath.Base(folder), n, articles, time.Since(start).Round(time.Millisecond))
	}
	pairs, start := 0, time.Now()
	versions := versionsOf(t, store)
	for _, e := range entriesOf(t, store) {
		for i := 1; i < len(e.Versions); i++ {
			before, after := versions[law.VersionID(e.Slug, e.Versions[i-1].Version)], versions[law.VersionID(e.Slug, e.Versions[i].Version)]
			complete(t, e.Title+" "+e.Versions[i].Version, before, after)
			pairs++
		}
	}
	t.Logf("%d pairs of versions of one law compared in %v", pairs, time.Since(start).Round(time.Millisecond))
}

func FuzzRead(f *testing.F) {
	for _, text := range []string{ours, justLaws, lawRefBook, "# 第二编\n\n第一条 （一）一\n", "<!--", "---\n", "```\n", "第一条 1．\n|a|\n"} {
		f.Add("a/README.md", []byte(text))
	}
	f.Fuzz(func(t *testing.T, file string, data []byte) {
		m, err := NewImporter(context.Background(), law.NewMemory(), none(t), Options{}, clock, func(o Outcome) {
			if o.Kind == Refused && o.Reason == "" {
				t.Error("no reason")
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(m.Add(context.Background(), file, data), m.Close(context.Background())); err != nil {
			t.Fatal(err)
		}
		laws, _ := m.store.Laws(context.Background(), 0)
		for _, e := range laws {
			v, err := m.store.Version(context.Background(), law.VersionID(e.Slug, e.Versions[0].Version))
			if err != nil || len(v.Articles) != v.Fact.Articles() {
				t.Fatalf("%+v, %v", e, err)
			}
		}
	})
}

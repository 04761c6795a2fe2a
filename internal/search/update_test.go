package search

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	index "github.com/blevesearch/bleve_index_api"
)

// grouped is a source of a group a document.
type grouped struct {
	generation int
	keys       []string
	texts      map[string]string
	read       atomic.Int64 // documents
	fail       func(key string) error
}

func (g *grouped) set(key, text string) {
	if g.texts == nil {
		g.texts = map[string]string{}
	}
	if _, known := g.texts[key]; !known {
		g.keys = append(g.keys, key)
	}
	g.texts[key] = text
	g.generation++
}

func (g *grouped) remove(key string) {
	g.keys = slices.DeleteFunc(g.keys, func(k string) bool { return k == key })
	delete(g.texts, key)
	g.generation++
}

func (g *grouped) Generation() string { return fmt.Sprint(g.generation) }

func (g *grouped) Groups() ([]Group, error) {
	var groups []Group
	for _, key := range g.keys {
		groups = append(groups, Group{Key: key, Generation: g.texts[key], Documents: func(_ context.Context, each func(Document) error) error {
			g.read.Add(1)
			if g.fail != nil {
				if err := g.fail(key); err != nil {
					return err
				}
			}
			return each(story(key, "山坡", g.texts[key]))
		}})
	}
	return groups, nil
}

func newGrouped(t testing.TB, n int) (*rig, *grouped) {
	t.Helper()
	r, g := newRig(t), &grouped{}
	for i := range n {
		g.set(fmt.Sprintf("s%05d", i), fmt.Sprintf("风筝%d飞过屋顶", i))
	}
	r.parts.Sources = []Source{g}
	r.dir = filepath.Join(t.TempDir(), "search")
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	r.open()
	g.read.Store(0)
	return r, g
}

func (r *rig) follow() {
	r.t.Helper()
	if changed, err := r.Follow(context.Background()); !changed || err != nil {
		r.t.Fatalf("Follow = %v, %v", changed, err)
	}
}

// One document that changes is built, and nothing else; the index then says the same as one built from nothing.
func TestAChangeIsBuiltAlone(t *testing.T) {
	r, g := newGrouped(t, 300)
	g.set("s00007", "灯笼挂在门前")
	r.follow()
	if n := g.read.Load(); n != 1 {
		t.Errorf("%d documents were built for one that changed", n)
	}
	if got := r.found("灯笼挂在门前", ""); !slices.Equal(got, []string{"s00007"}) {
		t.Errorf("the change is found as %v", got)
	}
	if got := r.found("风筝7飞过", ""); slices.Contains(got, "s00007") {
		t.Error("the text before the change is found")
	}
	g.remove("s00008")
	r.follow()
	g.set("new", "灯笼挂在门前")
	r.follow()
	if got := r.found("灯笼挂在门前", ""); !slices.Equal(got, []string{"s00007", "new"}) {
		t.Errorf("equals are found in the order %v", got)
	}
	if got := r.found("风筝8飞", ""); slices.Contains(got, "s00008") {
		t.Error("what was removed is found")
	}
	before := r.found("风筝飞过屋顶", "")
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	r.open() // the updated index, from disk
	if got := r.found("风筝飞过屋顶", ""); !slices.Equal(got, before) {
		t.Errorf("after a restart %v, before %v", got, before)
	}
	if err := errors.Join(r.Close(), os.RemoveAll(r.dir)); err != nil {
		t.Fatal(err)
	}
	r.open() // and one built from nothing
	if got := r.found("风筝飞过屋顶", ""); !slices.Equal(got, before) {
		t.Errorf("built from nothing %v, updated %v", got, before)
	}
}

// However many changes there were, an index has few parts, and what it built for them stays near what changed.
func TestPartsStayFew(t *testing.T) {
	r, g := newGrouped(t, 1000)
	const changes = 60
	for i := range changes {
		g.set(fmt.Sprintf("s%05d", i), fmt.Sprintf("灯笼%d", i))
		r.follow()
		if parts := len(r.current.views); parts > 6 {
			t.Fatalf("%d parts after %d changes", parts, i+1)
		}
		if folders := len(r.folders()); folders != len(r.current.views) {
			t.Fatalf("%d folders of %d parts", folders, len(r.current.views))
		}
	}
	if n := g.read.Load(); n > changes*8 {
		t.Errorf("%d documents were built for %d changes", n, changes)
	}
	for i := range 600 {
		g.set(fmt.Sprintf("s%05d", i), fmt.Sprintf("蜡烛%d", i))
	}
	r.follow()
	if parts := len(r.current.views); parts != 1 {
		t.Errorf("%d parts after most documents changed", parts)
	}
}

// A panic while the index is built, or an error, leaves the one before.
func TestAPanicWhileBuilding(t *testing.T) {
	r, g := newGrouped(t, 20)
	g.set("s00003", "灯笼")
	for _, fail := range []func(string) error{
		func(string) error { panic("秘密秘密") },
		func(string) error { return errors.New("no answer") },
	} {
		g.fail = fail
		changed, err := r.Follow(context.Background())
		if changed || err == nil || strings.Contains(err.Error(), "秘密") {
			t.Errorf("Follow = %v, %v", changed, err)
		}
		if got := r.found("风筝3飞过", ""); len(got) == 0 || got[0] != "s00003" {
			t.Errorf("the index before finds %v", got)
		}
	}
	g.fail = nil
	r.follow()
	if got := r.found("灯笼", ""); !slices.Equal(got, []string{"s00003"}) {
		t.Errorf("afterwards %v", got)
	}
}

// broken panics at whatever it is asked.
type broken struct{ index.IndexReader }

// A panic of the index is an answer that says so, and a rebuild; never the end of the process.
func TestAPanicWhileSearching(t *testing.T) {
	r, _ := newGrouped(t, 20)
	search := func() error {
		_, err := r.Search(context.Background(), Query{Text: "风筝3飞过", Limit: 5})
		return err
	}
	healthy := r.current.views[0].reader
	r.current.views[0].reader = broken{}
	if err := search(); !errors.Is(err, ErrPreparing) || strings.Contains(err.Error(), "风筝") {
		t.Errorf("a panic answers %v", err)
	}
	if r.damaged.Load() {
		t.Error("a fault of an index that was just built has it built again at once")
	}
	r.current.views[0].reader = healthy
	if err := search(); err != nil {
		t.Errorf("other questions answer %v", err)
	}
	r.retryAt.Store(time.Now().Unix())
	r.current.views[0].reader = broken{}
	if err := search(); !errors.Is(err, ErrPreparing) {
		t.Errorf("a panic answers %v", err)
	}
	r.current.views[0].reader = healthy
	if err := search(); !errors.Is(err, ErrPreparing) {
		t.Errorf("a damaged index answers %v", err)
	}
	r.follow()
	if err := search(); err != nil {
		t.Errorf("after the rebuild %v", err)
	}
}

// A file that is cut short while it is mapped into memory faults on access, which would end the process.
func TestAFileCutShortUnderTheIndex(t *testing.T) {
	r, g := newGrouped(t, 200)
	// it was built a moment ago: that its files changed is no bug of a search, and a rebuild mends it
	files, err := filepath.Glob(filepath.Join(r.dir, "part-*", "*.zap"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	if err := os.Truncate(files[0], 0); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Search(context.Background(), Query{Text: "风筝3飞过", Limit: 5}); !errors.Is(err, ErrPreparing) {
		t.Errorf("it answers %v", err)
	}
	var again *panicError
	if _, err := r.Search(context.Background(), Query{Text: "风筝3飞过", Limit: 5}); !errors.Is(err, ErrPreparing) || errors.As(err, &again) {
		t.Errorf("the second search answers %v: its stack was logged with the first", err)
	}
	r.follow()
	if n := g.read.Load(); n != 200 {
		t.Errorf("%d documents were built again", n)
	}
	if got := r.found("风筝3飞过", ""); len(got) == 0 || got[0] != "s00003" {
		t.Errorf("after the rebuild %v", got)
	}
}

// Before the first Follow there is no index, and a search says so.
func TestSearchBeforeThereIsAnIndex(t *testing.T) {
	r := newRig(t)
	fresh := New(filepath.Join(t.TempDir(), "search"), r.parts)
	if _, err := fresh.Search(context.Background(), Query{Text: "风筝"}); !errors.Is(err, ErrPreparing) {
		t.Errorf("it answers %v", err)
	}
	if changed, err := fresh.Follow(context.Background()); !changed || err != nil {
		t.Fatal(changed, err)
	}
	if result, err := fresh.Search(context.Background(), Query{Text: "风筝", Limit: 1}); err != nil || len(result.Hits) != 1 {
		t.Errorf("afterwards %d hits, %v", len(result.Hits), err)
	}
	if err := fresh.Close(); err != nil {
		t.Fatal(err)
	}
}

// Searches that wait for a free slot give up with their request.
func TestSearchesAreBounded(t *testing.T) {
	r := newRig(t)
	for range cap(r.slots) {
		r.slots <- struct{}{}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	if _, err := r.Search(ctx, Query{Text: "风筝"}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a search beyond the bound: %v", err)
	}
	<-r.slots
	if _, err := r.Search(context.Background(), Query{Text: "风筝"}); err != nil {
		t.Errorf("negative control: %v", err)
	}
}

// TestUpdatesGrowWithTheChange prints what one change costs among 1, 10 and 100 times as many documents.
func TestUpdatesGrowWithTheChange(t *testing.T) {
	if testing.Short() {
		t.Skip("NOT RUN: -short")
	}
	for _, times := range []int{1, 10, 100} {
		r, g := newGrouped(t, 200*times)
		var took []time.Duration
		for i := range 5 {
			g.set(fmt.Sprintf("s%05d", i), "灯笼")
			begun := time.Now()
			r.follow()
			took = append(took, time.Since(begun))
		}
		slices.Sort(took)
		t.Logf("%6d documents: one change takes %v (median of 5), builds %.1f documents", 200*times, took[2].Round(100*time.Microsecond), float64(g.read.Load())/5)
		if n := g.read.Load(); n > 30 {
			t.Errorf("%d documents were built for 5 changes of %d", n, 200*times)
		}
	}
}

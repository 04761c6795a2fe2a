package explainer

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"pugongying/internal/law"
	"pugongying/internal/markdown"
	"pugongying/internal/publish"
)

// rendering counts what is rendered.
type rendering struct {
	Renderer
	parts int
}

func (r *rendering) Render(src []byte, cite func(string) (int, string, error)) (string, error) {
	r.parts++
	return r.Renderer.Render(src, cite)
}

// many are n live explainers and a library that has none of them yet.
func many(t *testing.T, n int) (*source, *Library, *rendering) {
	t.Helper()
	from := &source{generation: 1}
	for i := range n {
		from.items = append(from.items, item(fmt.Sprintf("ID%06d", i), fmt.Sprintf("slug-%06d", i), "1"))
	}
	render := &rendering{Renderer: markdown.New()}
	return from, NewLibrary(from, law.Fixed(register(t)), render, slog.New(slog.DiscardHandler)), render
}

// edited is an item in its next version.
func edited(i publish.Item) publish.Item {
	i.N++
	i.Body = bytes.ReplaceAll(i.Body, []byte("她叫萨仁。"), []byte("她叫其其格。"))
	i.SHA256 = publish.Sum(i.Body)
	return i
}

// One changed publication is one read and rendered, whatever the library has; figures at 14, 140 and 1,400 explainers.
func TestReloadRendersOnlyWhatChanged(t *testing.T) {
	for _, n := range []int{14, 140, 1400} {
		from, l, render := many(t, n)
		reload := func() time.Duration {
			t.Helper()
			render.parts = 0
			begun := time.Now()
			if err := l.Reload(context.Background()); err != nil {
				t.Fatal(err)
			}
			return time.Since(begun)
		}
		whole := reload()
		if render.parts != n*len(parts) || l.Count() != n { // the control: the first load renders everything
			t.Errorf("%d explainers were rendered in %d parts", n, render.parts)
		}
		untouched, _ := l.BySlug("slug-000001")
		from.generation, from.changed = 2, []publish.Item{edited(from.items[7])}
		one := reload()
		if render.parts != len(parts) || from.loads != 1 {
			t.Errorf("one change of %d rendered %d parts and loaded everything %d times", n, render.parts, from.loads)
		}
		if e, err := l.BySlug("slug-000007"); err != nil || e.Version != 4 || !strings.Contains(e.HTML, "其其格") || l.Count() != n {
			t.Errorf("the change is shown as %+v, %v", e, err)
		}
		if e, _ := l.BySlug("slug-000001"); e != untouched {
			t.Error("what did not change was made a second time")
		}
		t.Logf("%5d explainers: whole %8v, one changed %8v", n, whole.Round(time.Microsecond), one.Round(time.Microsecond))
	}
}

func TestReloadAddsAndRemoves(t *testing.T) {
	from, l, _ := many(t, 3)
	steps := []struct {
		name    string
		changed []publish.Item
		want    []string
	}{
		{"nothing of its kind", nil, []string{"slug-000000", "slug-000001", "slug-000002"}},
		{"one more", []publish.Item{item("ID9", "slug-9", "0")}, []string{"slug-9", "slug-000000", "slug-000001", "slug-000002"}},
		{"one withdrawn", []publish.Item{{ID: "ID000001"}}, []string{"slug-9", "slug-000000", "slug-000002"}},
		{"one that cannot be read", []publish.Item{{ID: "ID000000", N: 4, SHA256: "x", Body: []byte("x")}}, []string{"slug-9", "slug-000002"}},
		{"one with a slug that is taken", []publish.Item{item("IDX", "slug-000002", "1")}, []string{"slug-9", "slug-000002"}},
		{"and then it is free", []publish.Item{{ID: "ID000002"}}, []string{"slug-9", "slug-000002"}},
	}
	if err := l.Reload(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, step := range steps {
		from.generation, from.changed = from.generation+1, step.changed
		if err := l.Reload(context.Background()); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range l.All() {
			got = append(got, e.Slug)
		}
		if !slices.Equal(got, step.want) {
			t.Errorf("after %s: %v, want %v", step.name, got, step.want)
		}
	}
	if e, err := l.BySlug("slug-000002"); err != nil || e.ID != "IDX" {
		t.Errorf("the free slug belongs to %+v, %v", e, err)
	}
}

// A generation that went back (a restored backup) is loaded whole; what has the same hash is not rendered for it.
func TestReloadAfterTheGenerationWentBack(t *testing.T) {
	from, l, render := many(t, 3)
	from.generation = 9
	if err := l.Reload(context.Background()); err != nil {
		t.Fatal(err)
	}
	render.parts = 0
	from.generation, from.items = 4, []publish.Item{from.items[0], edited(from.items[2])}
	if err := l.Reload(context.Background()); err != nil || l.Count() != 2 || l.Generation() != 4 || render.parts != len(parts) {
		t.Errorf("%d explainers at %d, %d parts rendered, %v", l.Count(), l.Generation(), render.parts, err)
	}
}

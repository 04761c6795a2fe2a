package publish

import (
	"context"
	"errors"
	"slices"
	"testing"

	"pugongying/internal/audit"
	"pugongying/internal/fault"
)

func draft(id, body string) Draft { return Draft{ID: id, Kind: KindExplainer, Body: []byte(body)} }

func bring(t *testing.T, f *fake, drafts ...Draft) Imported {
	t.Helper()
	done, err := New(f, Manifest{}, clock).Import(context.Background(), audit.Operator, drafts)
	if err != nil {
		t.Fatalf("Import = %v", err)
	}
	return done
}

func TestImportTakesInDraftsAlone(t *testing.T) {
	f, a := newFake(), story("a", "one")
	seed(t, f, approving(a), a)
	if got := bring(t, f, draft("a", "hers"), draft("b", "new")); got != (Imported{Added: 1, Changed: 1}) {
		t.Errorf("Import = %+v", got)
	}
	if got := live(t, f); got != "a=one" {
		t.Errorf("after an import residents see %q", got)
	}
	for id, n := range map[string]int{"a": 2, "b": 1} {
		p, v := f.publications[id], f.versions[VersionID(id, n)]
		if p.State != StateDraft || p.Last != n || v.Origin != OriginImported || v.SHA256 != p.LastSHA || v.Kind != KindExplainer {
			t.Errorf("%s became %+v, %+v", id, p, v)
		}
	}
	release(f, "b", 1) // the control: once it is live it is seen
	if got := live(t, f); got != "a=one b=new" {
		t.Errorf("negative control: %q", got)
	}
}

func TestImportOfTheSameIsNothing(t *testing.T) {
	f := newFake()
	bring(t, f, draft("a", "one"), draft("b", "two"))
	rev := f.generations.Drafts
	if got := bring(t, f, draft("a", "one"), draft("b", "two")); got != (Imported{Same: 2}) || f.generations.Drafts != rev {
		t.Errorf("Import again = %+v, the drafts went from %d to %d", got, rev, f.generations.Drafts)
	}
	if got := bring(t, f, draft("a", "one"), draft("b", "three")); got != (Imported{Same: 1, Changed: 1}) || f.generations.Drafts != rev+1 {
		t.Errorf("Import of one change = %+v, drafts %d", got, f.generations.Drafts)
	}
	if f.generations.Live != 0 {
		t.Errorf("imports moved the live generation to %d", f.generations.Live)
	}
	if v := f.versions["b@1"]; string(v.Body) != "two" {
		t.Errorf("the first version became %s", v.Body)
	}
}

func TestImportRefusesAllForOne(t *testing.T) {
	f := newFake()
	bring(t, f, draft("a", "one"), draft("b", "two"))
	step(f, "b", 1, StateFirst)
	rev := f.generations.Drafts
	for name, c := range map[string]struct {
		drafts []Draft
		want   error
		names  string
	}{
		"another kind":    {[]Draft{draft("c", "x"), {ID: "a", Kind: KindTopic, Body: []byte("x")}}, ErrTaken, "a"},
		"under review":    {[]Draft{draft("c", "x"), draft("b", "x")}, ErrTransition, "b"},
		"an id twice":     {[]Draft{draft("c", "x"), draft("c", "y")}, nil, ""},
		"an id that none": {[]Draft{draft("c", "x"), draft("", "y")}, nil, ""},
	} {
		_, err := New(f, Manifest{}, clock).Import(context.Background(), audit.Operator, c.drafts)
		if err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		var e *fault.Error
		if c.names != "" && (!errors.As(err, &e) || len(e.Fields) != 1 || e.Fields[0].Location != c.names) {
			t.Errorf("%s does not name %s: %v", name, c.names, err)
		}
		if _, there := f.publications["c"]; there || f.generations.Drafts != rev {
			t.Errorf("%s left something behind", name)
		}
	}
	if got := bring(t, f, draft("c", "x")); got.Added != 1 { // the control
		t.Errorf("Import = %+v", got)
	}
}

func TestImportBesideAnotherChange(t *testing.T) {
	f := newFake()
	once := true
	f.beforeApply = func() {
		if once {
			once = false
			bring(t, f, draft("a", "one"))
		}
	}
	if got := bring(t, f, draft("a", "one"), draft("b", "two")); got != (Imported{Added: 1, Same: 1}) {
		t.Errorf("Import beside another = %+v", got)
	}
	f.stale = true
	if _, err := New(f, Manifest{}, clock).Import(context.Background(), audit.Operator, []Draft{draft("c", "x")}); !errors.Is(err, ErrStale) {
		t.Errorf("Import that never gets its turn = %v", err)
	}
}

// A text that staff withdrew may be drafted again, and a seeding overwrites no imported draft.
func TestImportMeetsWithdrawalAndSeeding(t *testing.T) {
	f, a := newFake(), story("a", "one")
	seed(t, f, approving(a), a)
	if err := New(f, Manifest{}, clock).Withdraw(context.Background(), audit.Operator, "a"); err != nil {
		t.Fatal(err)
	}
	bring(t, f, draft("a", "hers"))
	if p := f.publications["a"]; p.State != StateDraft || p.Live != 0 || p.Withdrawn != ByStaff {
		t.Errorf("after an import: %+v", p)
	}
	b := story("b", "more")
	seed(t, f, approving(a, b), a, b)
	if got := live(t, f); got != "b=more" {
		t.Errorf("a seeding brought back what staff withdrew: %q", got)
	}
}

func TestNewestGivesDraftsToo(t *testing.T) {
	f, a := newFake(), story("a", "one")
	seed(t, f, approving(a), a)
	bring(t, f, draft("a", "hers"), draft("b", "new"), Draft{ID: "t", Kind: KindTopic, Body: []byte("topic")})
	var seen []string
	s, enough := New(f, Manifest{}, clock), errors.New("enough")
	err := s.Newest(context.Background(), KindExplainer, func(p Publication, v Version) error {
		seen = append(seen, p.ID+"="+string(v.Body))
		return nil
	})
	if err != nil || !slices.Equal(seen, []string{"a=hers", "b=new"}) {
		t.Errorf("Newest gave %v, %v", seen, err)
	}
	if err := s.Newest(context.Background(), KindTopic, func(Publication, Version) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("Newest = %v, want the reader's error", err)
	}
	delete(f.versions, "b@1")
	if err := s.Newest(context.Background(), KindExplainer, func(Publication, Version) error { return nil }); !errors.Is(err, ErrNotFound) {
		t.Errorf("Newest with a version missing = %v", err)
	}
}

package publish

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"pugongying/internal/audit"
)

func clock() time.Time { return time.Date(2026, 11, 23, 1, 2, 3, 0, time.UTC) }

func story(id, body string) Shipped {
	return Shipped{ID: id, Kind: KindExplainer, Slug: "slug-" + id, Body: []byte(body)}
}

// approving makes the manifest of exactly these items.
func approving(items ...Shipped) Manifest {
	var m Manifest
	for _, item := range items {
		m.Entries = append(m.Entries, Entry{Kind: item.Kind, ID: item.ID, SHA256: Sum(item.Body)})
	}
	return m
}

// edition is the same at an edition.
func edition(n int, items ...Shipped) Manifest {
	m := approving(items...)
	m.Edition = n
	return m
}

// seed runs one binary's seeding on a store.
func seed(t *testing.T, store Store, m Manifest, items ...Shipped) Seeded {
	t.Helper()
	done, err := New(store, m, clock).Seed(context.Background(), items)
	if err != nil {
		t.Fatalf("Seed = %v", err)
	}
	return done
}

// live is what residents see, as id=body.
func live(t *testing.T, store Store) string {
	t.Helper()
	var seen []string
	err := New(store, Manifest{}, clock).Live(context.Background(), KindExplainer, func(i Item) error {
		if !i.Sample {
			t.Errorf("%s is shown without its sample mark", i.ID)
		}
		seen = append(seen, fmt.Sprintf("%s=%s", i.ID, i.Body))
		return nil
	})
	if err != nil {
		t.Fatalf("Live = %v", err)
	}
	return strings.Join(seen, " ")
}

func TestSeedPutsLiveOnlyWhatTheManifestNames(t *testing.T) {
	f := newFake()
	a, b := story("a", "one"), story("b", "two")
	if got := seed(t, f, approving(a), a, b); got != (Seeded{Added: 1, Drafted: 1}) {
		t.Errorf("Seed = %+v", got)
	}
	if got := live(t, f); got != "a=one" {
		t.Errorf("live: %s", got)
	}
	if p := f.publications["b"]; p.State != StateDraft || p.Live != 0 || p.Last != 1 {
		t.Errorf("what the manifest does not name became %+v", p)
	}
	if p := f.publications["a"]; p.State != StateLive || p.Live != 1 || !p.Sample || p.Slug != "slug-a" || !p.CreatedAt.Equal(clock()) {
		t.Errorf("what it names became %+v", p)
	}
}

func TestSeedIsIdempotentAndCostsOneRead(t *testing.T) {
	f := newFake()
	a, b := story("a", "one"), story("b", "two")
	seed(t, f, approving(a, b), a, b)
	before, generations := f.publications["a"], f.generations
	f.reads = 0
	if got := seed(t, f, approving(a, b), a, b); got != (Seeded{Same: 2}) {
		t.Errorf("second Seed = %+v", got)
	}
	if f.reads != 1 || !reflect.DeepEqual(f.publications["a"], before) || f.generations != generations || len(f.versions) != 2 {
		t.Errorf("second Seed: %d reads, %+v, %+v, %d versions", f.reads, f.publications["a"], f.generations, len(f.versions))
	}
	// The control: another set is no longer one read.
	f.reads = 0
	if seed(t, f, approving(a), a); f.reads < 2 {
		t.Errorf("another set was taken in with %d reads", f.reads)
	}
}

func TestSeedAgain(t *testing.T) {
	a1, a2, a3 := story("a", "one"), story("a", "two"), story("a", "three")
	for name, c := range map[string]struct {
		between  func(*fake)
		manifest Manifest
		items    []Shipped
		want     Seeded
		live     string
		state    State
		last     int
	}{
		"a new text replaces an unedited one": {
			manifest: approving(a2), items: []Shipped{a2}, want: Seeded{Replaced: 1}, live: "a=two", state: StateLive, last: 2,
		},
		"an edited text stays, the new one is a draft": {
			between:  func(f *fake) { edited(f, "a", "hers") },
			manifest: approving(a2), items: []Shipped{a2}, want: Seeded{Drafted: 1}, live: "a=hers", state: StateDraft, last: 3,
		},
		"an edited text stays when the shipped one goes": {
			between: func(f *fake) { edited(f, "a", "hers") },
			live:    "a=hers", state: StateLive, last: 2,
		},
		"a begun edit is not run over": {
			between:  func(f *fake) { begun(f, "a", "hers") },
			manifest: approving(a2), items: []Shipped{a2},
			// The new one must not replace what staff are writing, and until that is decided residents see the old one.
			want: Seeded{Drafted: 1}, live: "a=one", state: StateDraft, last: 3,
		},
		"what left the manifest is withdrawn": {
			want: Seeded{Withdrawn: 1}, state: StateWithdrawn, last: 1,
		},
		"what left the manifest is withdrawn though the file is there": {
			items: []Shipped{a1}, want: Seeded{Same: 1, Withdrawn: 1}, state: StateWithdrawn, last: 1,
		},
		"a text the manifest does not name is a draft, the old one goes with its entry": {
			manifest: approving(a3), items: []Shipped{a2}, want: Seeded{Drafted: 1, Withdrawn: 1}, state: StateDraft, last: 2,
		},
		"a text the manifest does not name yet leaves the old one live": {
			manifest: approving(a1), items: []Shipped{a2}, want: Seeded{Drafted: 1}, live: "a=one", state: StateDraft, last: 2,
		},
		"what staff withdrew stays down": {
			between:  func(f *fake) { mustWithdraw(f, "a") },
			manifest: approving(a2), items: []Shipped{a2}, want: Seeded{Drafted: 1}, state: StateDraft, last: 2,
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake()
			seed(t, f, approving(a1), a1)
			if c.between != nil {
				c.between(f)
			}
			if got := seed(t, f, c.manifest, c.items...); got != c.want {
				t.Errorf("Seed = %+v, want %+v", got, c.want)
			}
			if got := live(t, f); got != c.live {
				t.Errorf("live: %q, want %q", got, c.live)
			}
			if p := f.publications["a"]; p.State != c.state || p.Last != c.last {
				t.Errorf("publication %+v, want %s with %d versions", p, c.state, c.last)
			}
			again, err := New(f, c.manifest, clock).Seed(context.Background(), c.items)
			if err != nil || again != (Seeded{Same: len(c.items)}) {
				t.Errorf("Seed once more = %+v, %v", again, err)
			}
		})
	}
}

func mustWithdraw(f *fake, id string) {
	if err := New(f, Manifest{}, clock).Withdraw(context.Background(), audit.Operator, id); err != nil {
		panic(err)
	}
}

func TestSeedComesBackAfterItLeftTheManifest(t *testing.T) {
	f, a := newFake(), story("a", "one")
	seed(t, f, approving(a), a)
	seed(t, f, Manifest{Edition: 1})
	if got := seed(t, f, edition(2, a), a); got != (Seeded{Replaced: 1}) || live(t, f) != "a=one" {
		t.Errorf("Seed of what came back = %+v, live: %s", got, live(t, f))
	}
	if p := f.publications["a"]; p.Last != 1 || p.Withdrawn != "" {
		t.Errorf("coming back wrote %+v", p)
	}
}

func TestSeedApprovesWhatWasADraft(t *testing.T) {
	f, a := newFake(), story("a", "one")
	seed(t, f, Manifest{}, a)
	if got := seed(t, f, approving(a), a); got != (Seeded{Replaced: 1}) || live(t, f) != "a=one" || f.publications["a"].Last != 1 {
		t.Errorf("Seed = %+v, live %q, %+v", got, live(t, f), f.publications["a"])
	}
}

func TestSeedDraftsAnEditedTextOnce(t *testing.T) {
	f, a1, a2 := newFake(), story("a", "one"), story("a", "two")
	seed(t, f, approving(a1), a1)
	edited(f, "a", "hers")
	seed(t, f, approving(a2), a2)
	b := story("b", "more") // another binary, with the same text of a
	if got := seed(t, f, approving(a2, b), a2, b); got != (Seeded{Added: 1, Same: 1}) {
		t.Errorf("Seed = %+v", got)
	}
}

func TestSeedTriesAgainWhenAnotherProcessWasQuicker(t *testing.T) {
	f, a := newFake(), story("a", "one")
	once := true
	f.beforeApply = func() {
		if once {
			once = false
			seed(t, f, approving(a), a)
		}
	}
	if got := seed(t, f, approving(a), a); got != (Seeded{Same: 1}) || f.generations.Live != 1 {
		t.Errorf("Seed beside another = %+v, generation %d", got, f.generations.Live)
	}
	f.beforeApply, f.stale = nil, true
	if _, err := New(f, Manifest{}, clock).Seed(context.Background(), nil); !errors.Is(err, ErrStale) {
		t.Errorf("Seed that never gets its turn = %v", err)
	}
}

func TestSeedRefusesIdsThatAreNone(t *testing.T) {
	for _, items := range [][]Shipped{{story("", "x")}, {story("a", "x"), story("a", "y")}} {
		if _, err := New(newFake(), Manifest{}, clock).Seed(context.Background(), items); err == nil {
			t.Errorf("Seed(%v) = nil", items)
		}
	}
}

func TestVersionsNeverChange(t *testing.T) {
	f := newFake()
	a1, a2 := story("a", "one"), story("a", "two")
	seed(t, f, approving(a1), a1)
	first := f.versions["a@1"]
	seed(t, f, approving(a2), a2)
	s := New(f, Manifest{}, clock)
	got, err := s.Version(context.Background(), "a", 1)
	if err != nil || string(got.Body) != "one" || got.SHA256 != first.SHA256 || got.Origin != OriginShipped {
		t.Errorf("Version(a, 1) = %+v, %v", got, err)
	}
	if _, err := s.Version(context.Background(), "a", 3); !errors.Is(err, ErrNotFound) {
		t.Errorf("Version(a, 3) = %v", err)
	}
}

func TestLiveNoticesAVersionThatWasChanged(t *testing.T) {
	f, a := newFake(), story("a", "one")
	seed(t, f, approving(a), a)
	v := f.versions["a@1"]
	v.Body = []byte("changed behind our back")
	f.versions["a@1"] = v
	var damage error
	err := New(f, Manifest{}, clock).Live(context.Background(), KindExplainer, func(i Item) error {
		damage = i.Damage
		return nil
	})
	if err != nil || damage == nil {
		t.Errorf("Live showed a body that is not what was published: %v, %v", damage, err)
	}
}

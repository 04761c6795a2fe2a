package publish

import (
	"reflect"
	"testing"
	"time"

	"pugongying/internal/audit"
)

// An older server that starts after a newer one, or beside it, restores no old text.
func TestAnOlderBinaryPutsNothingBack(t *testing.T) {
	a1, a2, gone, fresh := story("a", "one"), story("a", "two"), story("gone", "old"), story("new", "new")
	f := newFake()
	seed(t, f, edition(1, a1, gone), a1, gone)
	seed(t, f, edition(2, a2, fresh), a2, fresh)
	want, generations := "a=two new=new", f.generations
	if got := seed(t, f, edition(1, a1, gone), a1, gone); got != (Seeded{Older: true}) || live(t, f) != want || f.generations != generations {
		t.Errorf("the older binary did %+v, live %q", got, live(t, f))
	}
	never := story("a", "half")
	if got := seed(t, f, edition(1, never), never); got != (Seeded{Older: true}) || live(t, f) != want {
		t.Errorf("an older binary that this store never saw did %+v, live %q", got, live(t, f))
	}
	if got := seed(t, f, edition(2, a2, fresh), a2, fresh); got != (Seeded{Same: 2}) {
		t.Errorf("the newer binary again did %+v", got)
	}
	// The control: an old text that is shipped again, on purpose, is a newer edition.
	if got := seed(t, f, edition(3, a1), a1); got != (Seeded{Replaced: 1, Withdrawn: 1}) || live(t, f) != "a=one" {
		t.Errorf("the text that came back: %+v, live %q", got, live(t, f))
	}
}

func TestWithinAnEditionWhatWasReplacedStaysReplaced(t *testing.T) {
	f, sets := newFake(), []Shipped{story("a", "one"), story("a", "two"), story("a", "three")}
	for _, item := range sets {
		if got := seed(t, f, edition(4, item), item); got.Older {
			t.Errorf("%s = %+v", item.Body, got)
		}
	}
	for _, item := range sets[:2] {
		if got := seed(t, f, edition(4, item), item); got != (Seeded{Older: true}) || live(t, f) != "a=three" {
			t.Errorf("%s again = %+v, live %q", item.Body, got, live(t, f))
		}
	}
	if got := len(f.seeding.Seen); got != 2 {
		t.Errorf("%d digests remembered", got)
	}
	if seed(t, f, edition(5, sets[0]), sets[0]); live(t, f) != "a=one" || len(f.seeding.Seen) != 0 {
		t.Errorf("the next edition: live %q, %d digests remembered", live(t, f), len(f.seeding.Seen))
	}
}

// A newer shipped text becomes a draft beside the version under review, whose review goes on.
func TestSeedingBuriesNoReview(t *testing.T) {
	for _, at := range []State{StateFirst, StateSecond, StateThird, StateApproved, StateScheduled} {
		f, a1, a2 := newFake(), story("a", "one"), story("a", "two")
		seed(t, f, edition(1, a1), a1)
		begun(f, "a", "hers")
		step(f, "a", 2, at)
		if got := seed(t, f, edition(2, a2), a2); got.Drafted != 1 || got.Replaced != 0 {
			t.Errorf("seeding during %s = %+v", at, got)
		}
		if got := f.states("a"); got[1] != at || got[2] != StateDraft {
			t.Errorf("seeding during %s left the states %v", at, got)
		}
		if at == StateScheduled {
			o := officeOn(t, f)
			o.at = o.at.Add(time.Hour)
			o.due()
		} else {
			step(f, "a", 2, StateLive)
		} // her review ends as if nothing had happened
		if p := f.publications["a"]; p.Live != 2 || p.State != StateDraft || len(p.Open) != 1 || p.Open[0].N != 3 {
			t.Errorf("after the review of %s: %+v", at, p)
		}
	}
}

// The same bytes from two sources are one version; staff's draft of them remains theirs.
func TestSeedingOfWhatStaffWroteToo(t *testing.T) {
	f, a1 := newFake(), story("a", "one")
	seed(t, f, edition(1, a1), a1)
	begun(f, "a", "two")
	step(f, "a", 2, StateFirst)
	a2 := story("a", "two")
	seed(t, f, edition(2, a2), a2)
	if got := f.states("a"); !reflect.DeepEqual(got, []State{StateLive, StateFirst}) {
		t.Errorf("states %v", got)
	}
}

func TestSeedingRecordsWhoActed(t *testing.T) {
	f, a := newFake(), story("a", "one")
	seed(t, f, edition(7, a), a)
	p, v, e := f.publications["a"], f.versions["a@1"], f.entries[0]
	if p.ChangedBy != audit.Shipped || v.By != audit.Shipped || v.State != StateLive || len(f.entries) != 1 {
		t.Errorf("by %+v, %+v, %d entries", p.ChangedBy, v, len(f.entries))
	}
	if e.Actor != audit.Shipped || e.Action != audit.PublishSeed || e.Detail["edition"] != "7" || e.Detail["added"] != "1" {
		t.Errorf("the entry is %+v", e)
	}
}

// A store of schema 1 had one state for a publication and none for its versions.
func TestSeedingBringsAnOldStoreForward(t *testing.T) {
	f, a := newFake(), story("a", "one")
	old := func(id string, state State, last, live int) {
		p := Publication{ID: id, Kind: KindExplainer, State: state, Last: last, Live: live, Schema: 1, Sample: true}
		for n := 1; n <= last; n++ {
			body := []byte(id + VersionID("", n))
			v := Version{ID: VersionID(id, n), Publication: id, Kind: KindExplainer, N: n, Body: body, SHA256: Sum(body), Schema: 1}
			f.versions[v.ID] = v
			if p.LastSHA = v.SHA256; n == live {
				p.LiveSHA = v.SHA256
			}
		}
		f.publications[id] = p
	}
	old("drafted", StateDraft, 3, 2)
	old("shown", StateLive, 2, 2)
	old("taken", StateWithdrawn, 2, 0)
	f.seeding = Seeding{Digest: "what schema 1 took in"}
	before := live(t, f)
	seed(t, f, edition(1, a), a)
	for id, want := range map[string][]State{
		"drafted": {StateSuperseded, StateLive, StateDraft}, "shown": {StateSuperseded, StateLive}, "taken": {StateSuperseded, StateWithdrawn},
	} {
		if got := f.states(id); !reflect.DeepEqual(got, want) || f.publications[id].Schema != schema {
			t.Errorf("%s became %v, schema %d, want %v", id, got, f.publications[id].Schema, want)
		}
	}
	if p := f.publications["drafted"]; len(p.Open) != 1 || p.Open[0].N != 3 || p.Open[0].State != StateDraft || p.Open[0].Origin != OriginImported || p.Open[0].SHA256 != p.LastSHA {
		t.Errorf("the draft is open as %+v", p.Open)
	}
	if got := live(t, f); got != "a=one "+before {
		t.Errorf("residents see %q, before %q", got, before)
	}
}

package publish

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"pugongying/internal/audit"
	"pugongying/internal/staff"
)

func TestAVersionHasAStateOfItsOwn(t *testing.T) {
	f, a := newFake(), story("a", "one")
	seed(t, f, approving(a), a)
	begun(f, "a", "two")
	step(f, "a", 2, StateFirst)
	begun(f, "a", "three")
	begun(f, "a", "four") // her newer draft takes the place of her older one
	bring0(f, "a")
	if got := f.states("a"); !reflect.DeepEqual(got, []State{StateLive, StateFirst, StateSuperseded, StateDraft}) {
		t.Errorf("states %v", got)
	}
	if got := live(t, f); got != "a=one" {
		t.Errorf("live %q", got)
	}
	step(f, "a", 2, StateLive)
	if got := f.states("a"); !reflect.DeepEqual(got, []State{StateSuperseded, StateLive, StateSuperseded, StateDraft}) {
		t.Errorf("after the release: %v", got)
	}
	if p := f.publications["a"]; p.Sample || p.LiveSHA != f.versions["a@2"].SHA256 || p.ChangedBy != publisher.Actor() {
		t.Errorf("what staff released is %+v", p)
	}
}

// bring0 tries to import while a version is under review.
func bring0(f *fake, id string) {
	_, err := New(f, Manifest{}, clock).Import(context.Background(), audit.Operator, []Draft{draft(id, "imported")})
	if !errors.Is(err, ErrTransition) {
		panic("an import during a review was not refused")
	}
}

func TestReviseOverwritesNothing(t *testing.T) {
	ctx, f, a := context.Background(), newFake(), story("a", "one")
	seed(t, f, approving(a), a)
	s := officeOn(t, f)
	p, err := s.Revise(ctx, ed, Revision{ID: "a", Rev: 0, Body: []byte("hers")})
	if err != nil || p.Last != 2 || p.Rev != f.publications["a"].Rev || f.versions["a@2"].By != editor || f.versions["a@2"].Origin != OriginStaff {
		t.Errorf("Revise = %+v, %v", p, err)
	}
	if _, err := s.Revise(ctx, ed, Revision{ID: "a", Rev: 0, Body: []byte("another's")}); !errors.Is(err, ErrStale) || f.publications["a"].Last != 2 {
		t.Errorf("Revise of what changed meanwhile = %v", err)
	}
	if _, err := s.Revise(ctx, ed, Revision{ID: "b"}); !errors.Is(err, staff.ErrNotFound) {
		t.Errorf("Revise of nothing = %v", err)
	}
	if p, err = s.Revise(ctx, ed, Revision{ID: "a", Rev: p.Rev, Body: []byte("hers again")}); err != nil || p.Last != 3 {
		t.Errorf("Revise of what she saw = %+v, %v", p, err)
	}
}

// Versions that are scheduled or under review are withdrawn with the publication; otherwise their hour would bring it
// back.
func TestWithdrawTakesOpenVersionsDownToo(t *testing.T) {
	f, a := newFake(), story("a", "one")
	seed(t, f, approving(a), a)
	begun(f, "a", "two")
	step(f, "a", 2, StateScheduled)
	begun(f, "a", "three")
	mustWithdraw(f, "a")
	if got := f.states("a"); !reflect.DeepEqual(got, []State{StateWithdrawn, StateWithdrawn, StateWithdrawn}) {
		t.Errorf("states %v", got)
	}
	if err := officeOn(t, f).Release(context.Background(), publisher, At{"a", 2, f.versions["a@2"].SHA256}); !errors.Is(err, ErrTransition) {
		t.Errorf("a release after the withdrawal = %v", err)
	}
	e := f.entries[len(f.entries)-1]
	if e.Action != audit.PublishWithdraw || e.Subject != "a" || e.Actor != audit.Operator || e.Detail["version"] != "1" {
		t.Errorf("the entry is %+v", e)
	}
}

func TestAChangeWithoutAnActorIsNone(t *testing.T) {
	f, a := newFake(), story("a", "one")
	seed(t, f, approving(a), a)
	if err := New(f, Manifest{}, clock).Withdraw(context.Background(), audit.Actor{}, "a"); err == nil || live(t, f) != "a=one" {
		t.Errorf("Withdraw by nobody = %v, live %q", err, live(t, f))
	}
	if _, err := New(f, Manifest{}, clock).Import(context.Background(), audit.Actor{}, []Draft{draft("b", "x")}); err == nil || len(f.publications) != 1 {
		t.Errorf("Import by nobody = %v", err)
	}
}

// Drafts change the draft generation alone; what residents see changes both, and names what changed.
func TestGenerationsTellDraftsFromWhatResidentsSee(t *testing.T) {
	ctx, f, a, b := context.Background(), newFake(), story("a", "one"), story("b", "two")
	seed(t, f, approving(a, b), a, b)
	s := New(f, Manifest{}, clock)
	if live, err := s.Generation(ctx); err != nil || live != 1 {
		t.Errorf("Generation = %d, %v", live, err)
	}
	begun(f, "a", "hers")
	step(f, "a", 2, StateFirst)
	bring(t, f, draft("c", "new"))
	live, err := s.Generation(ctx)
	drafts, err2 := s.DraftGeneration(ctx)
	if live != 1 || drafts != 5 || err != nil || err2 != nil {
		t.Errorf("after four changes of drafts: live %d, drafts %d, %v, %v", live, drafts, err, err2)
	}
	step(f, "a", 2, StateLive)
	mustWithdraw(f, "b")
	var seen []string
	err = s.Changed(ctx, KindExplainer, 1, func(i Item) error { seen = append(seen, i.ID+"="+string(i.Body)); return nil })
	if live, _ := s.Generation(ctx); live != 3 || err != nil || !reflect.DeepEqual(seen, []string{"a=hers", "b="}) {
		t.Errorf("live %d, changed %v, %v", live, seen, err)
	}
}

// An old version is brought back beside nobody's words: not while somebody writes.
func TestAnOldVersionWaitsForWhoeverWrites(t *testing.T) {
	o, ctx := newOffice(t), context.Background()
	id := o.begins("one")
	again := Revision{ID: id, From: 1, Rev: o.f.publications[id].Rev}
	_, err := o.Save(ctx, writer, Working{ID: id, From: 1, Body: []byte("hers")})
	o.must(err)
	if _, err := o.Restore(ctx, ed, again); !errors.Is(err, ErrWorked) {
		t.Errorf("while she writes: %v", err)
	}
	working, err := o.Working(ctx, writer, id)
	if o.must(err); string(working.Body) != "hers" {
		t.Errorf("her words are %q", working.Body)
	}
	_, err = o.Revise(ctx, writer, Revision{ID: id, From: 1, Rev: again.Rev, Body: []byte("hers")})
	o.must(err)
	p, err := o.Restore(ctx, ed, Revision{ID: id, From: 1, Rev: o.f.publications[id].Rev})
	if o.must(err); p.Last != 3 || string(o.f.versions[VersionID(id, 3)].Body) != "one" {
		t.Errorf("brought back: %+v", p)
	}
}

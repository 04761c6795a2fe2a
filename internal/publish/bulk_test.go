package publish

import (
	"context"
	"errors"
	"testing"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/staff"
)

// What the page offers for many is what the act itself answers, for every act, person and state.
func TestWhatIsOfferedForManyIsWhatTheActAnswers(t *testing.T) {
	people := map[string]staff.Principal{
		"writer": writer, "first": first, "second": second, "third": third, "publisher": publisher, "stranger": stranger,
		"far publisher": person("FAR", other, access.Publisher), "writing publisher": person("WRITER", league, access.Publisher), "nobody": {},
	}
	stages := []struct {
		name  string
		reach func(o *office, id string)
	}{
		{"draft", func(*office, string) {}}, {"first", func(o *office, id string) { o.to(id, 1, StateFirst) }}, {"second", func(o *office, id string) { o.to(id, 1, StateSecond) }},
		{"third", func(o *office, id string) { o.to(id, 1, StateThird) }}, {"live", func(o *office, id string) { o.to(id, 1, StateLive) }},
		{"down", func(o *office, id string) {
			o.to(id, 1, StateLive)
			o.must(o.TakeDown(context.Background(), first, id))
		}},
	}
	allowed, refused := 0, 0
	for _, stage := range stages {
		for _, act := range BulkActs() {
			for name, who := range people {
				o := newOffice(t)
				id := o.begins("one")
				stage.reach(o, id)
				p := o.f.publications[id]
				offered, done := o.MayBulk(who, p, act), o.bulk(who, p, act)
				if (offered == nil) != (done == nil) {
					t.Errorf("%s %s as %s: offered %v, done %v", act, stage.name, name, offered, done)
				}
				if errors.Is(done, staff.ErrNotFound) != errors.Is(offered, staff.ErrNotFound) && offered != nil && !errors.Is(offered, ErrTransition) && !errors.Is(done, ErrTransition) {
					t.Errorf("%s %s as %s: offered %v, done %v", act, stage.name, name, offered, done)
				}
				if done == nil {
					allowed++
				} else {
					refused++
				}
			}
		}
	}
	if allowed < 15 || refused < 100 {
		t.Errorf("%d allowed and %d refused: the walk no longer meets both", allowed, refused)
	}
}

// bulk does an act on one of many.
func (o *office) bulk(who staff.Principal, p Publication, act BulkAct) error {
	ctx := context.Background()
	switch act {
	case BulkAssign:
		at, waits := p.Turn()
		if !waits {
			return ErrTransition
		}
		return o.AssignTo(ctx, who, at, "")
	case BulkTakeDown:
		return o.TakeDown(ctx, who, p.ID)
	}
	return o.SetReviewAt(ctx, who, p.ID, p.Rev, o.at.Add(24*time.Hour))
}

// A review can be given to whoever could do it and to nobody else, by a reviewer or a publisher, never by an author.
func TestCandidates(t *testing.T) {
	o, ctx := newOffice(t), context.Background()
	id := o.begins("one")
	o.to(id, 1, StateFirst)
	both := person("FIRST", league, access.Editor1, access.Editor2)
	o.staffed = []staff.Principal{writer, second, both, ed, publisher, stranger}
	names := func(who staff.Principal) (all string) {
		people, err := o.Candidates(ctx, who, o.f.publications[id])
		o.must(err)
		for _, p := range people {
			all += p.Account + " "
		}
		return all
	}
	if got := names(publisher); got != "EDITOR FIRST " {
		t.Errorf("first review: %s", got)
	}
	if got := names(writer) + names(stranger) + names(second); got != "" {
		t.Errorf("somebody who may give it to nobody sees %s", got)
	}
	o.must(o.Pass(ctx, both, Passing{At: o.saw(id, 1)}))
	if got := names(publisher); got != "SECOND " { // FIRST passed the first
		t.Errorf("second review: %s", got)
	}
	if err := o.AssignTo(ctx, publisher, o.saw(id, 1), "FIRST"); !errors.Is(err, ErrTwice) {
		t.Errorf("to who passed before: %v", err)
	}
	if err := o.AssignTo(ctx, publisher, o.saw(id, 1), "GONE"); !errors.Is(err, staff.ErrNotFound) {
		t.Errorf("to nobody of ours: %v", err)
	}
	o.must(o.AssignTo(ctx, publisher, o.saw(id, 1), "SECOND"))
	if got := o.f.publications[id].Open[0].Reviewer; got != "SECOND" {
		t.Errorf("given to %q", got)
	}
}

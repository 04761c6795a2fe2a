package publish

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/staff"
)

func TestAScheduleStandsAndIsCheckedAtItsMinute(t *testing.T) {
	o, ctx := newOffice(t), context.Background()
	id := o.begins("one")
	o.to(id, 1, StateApproved)
	when := o.at.Truncate(time.Minute).Add(2 * time.Hour)
	s := Scheduling{At: o.saw(id, 1), Rev: o.f.publications[id].Rev, When: when}
	for name, c := range map[string]struct {
		change func(*Scheduling)
		who    staff.Principal
		want   error
	}{
		"a stale tab":       {func(s *Scheduling) { s.Rev-- }, publisher, ErrStale},
		"another text":      {func(s *Scheduling) { s.SHA256 = Sum([]byte("x")) }, publisher, ErrStale},
		"a time that was":   {func(s *Scheduling) { s.When = o.at }, publisher, ErrMoment},
		"in two years":      {func(s *Scheduling) { s.When = o.at.AddDate(2, 0, 0) }, publisher, ErrMoment},
		"by a reviewer":     {func(*Scheduling) {}, first, staff.ErrForbidden},
		"by its author":     {func(*Scheduling) {}, person("WRITER", league, access.Publisher), ErrAuthor},
		"by another banner": {func(*Scheduling) {}, stranger, staff.ErrNotFound},
	} {
		asked := s
		c.change(&asked)
		if err := o.Schedule(ctx, c.who, asked); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	o.must(o.Schedule(ctx, publisher, s))
	if err := o.Schedule(ctx, publisher, s); !errors.Is(err, ErrStale) { // another tab of hers
		t.Errorf("twice from one page: %v", err)
	}
	o.at = when.Add(-time.Second)
	if o.due(); o.f.publications[id].Live != 0 {
		t.Error("shown before its minute")
	}
	o.at, o.doubted = when, true
	if o.due(); o.f.publications[id].Live != 0 || o.state(id, 1) != StateScheduled {
		t.Error("shown by a clock that nobody believes")
	}
	o.doubted = false
	o.f.stale = true // the store fails at its minute
	if o.due(); o.state(id, 1) != StateScheduled || o.f.publications[id].Open[0].At.IsZero() {
		t.Error("a failed publish cleared the schedule")
	}
	o.f.stale = false
	if o.due(); o.f.publications[id].Live != 1 {
		t.Errorf("at its minute: %+v", o.f.publications[id])
	}
}

func TestWhatCannotBeShownAtItsMinuteSaysSo(t *testing.T) {
	o, ctx := newOffice(t), context.Background()
	id := o.begins("one")
	o.to(id, 1, StateScheduled)
	p := o.f.publications[id]
	p.Open[0].Passes = p.Open[0].Passes[:2] // a pass got lost
	o.f.publications[id] = p
	o.at = o.at.Add(2 * time.Hour)
	o.due()
	open := o.f.publications[id].Open[0]
	if open.State != StateScheduled || open.At.IsZero() || open.Trouble != ErrNotCleared.Code {
		t.Errorf("%+v", open)
	}
	ready := Filter{Tab: TabReady, Limit: 10}
	if lost, _, err := o.List(ctx, publisher, ready); err != nil || len(lost) != 1 || lost[0].Open[0].Trouble == "" {
		t.Errorf("the publisher's page has %+v, %v", lost, err)
	}
	if lost, _, _ := o.List(ctx, stranger, ready); len(lost) != 0 {
		t.Error("another banner's publisher sees it")
	}
	o.must(o.Unschedule(ctx, publisher, o.saw(id, 1)))
	if err := o.Release(ctx, publisher, o.saw(id, 1)); !errors.Is(err, ErrNotCleared) {
		t.Errorf("released with two passes: %v", err)
	}
}

// A minute that was kept through a lost review counts again once three people passed the text anew.
func TestAScheduleOutlivesALostReview(t *testing.T) {
	o := newOffice(t)
	id := o.begins("one")
	o.to(id, 1, StateScheduled)
	v := o.f.versions[id+"@1"]
	v.Body = []byte("other bytes")
	o.f.versions[v.ID] = v
	if err := o.Unschedule(context.Background(), publisher, o.saw(id, 1)); !errors.Is(err, ErrChanged) {
		t.Errorf("%v", err)
	}
	for _, stage := range stages {
		o.must(o.Pass(context.Background(), reviewers[stage], Passing{At: o.saw(id, 1)}))
	}
	if open := o.f.publications[id].Open[0]; open.State != StateScheduled || open.Trouble != "" {
		t.Errorf("%+v", open)
	}
	o.at = o.at.Add(2 * time.Hour)
	if o.due(); o.f.publications[id].Live != 1 {
		t.Error("it was not shown")
	}
}

// set is a scheduled set of two approved texts.
func (o *office) set() (bundle string, ids []string) {
	o.t.Helper()
	ctx := context.Background()
	b, err := o.MakeBundle(ctx, publisher, "三八周", "")
	o.must(err)
	var pieces []At
	for _, body := range []string{"one", "two"} {
		id := o.begins(body)
		o.to(id, 1, StateApproved)
		ids, pieces = append(ids, id), append(pieces, o.saw(id, 1))
	}
	o.must(o.SetPieces(ctx, publisher, b.ID, 1, pieces))
	o.must(o.ScheduleBundle(ctx, publisher, b.ID, 2, o.at.Add(time.Hour)))
	return b.ID, ids
}

func TestASetGoesLiveTogether(t *testing.T) {
	o, ctx := newOffice(t), context.Background()
	_, ids := o.set()
	if err := o.Release(ctx, publisher, o.saw(ids[0], 1)); !errors.Is(err, ErrInBundle) {
		t.Errorf("one piece alone: %v", err)
	}
	before := o.f.generations.Live
	o.at = o.at.Add(time.Hour)
	o.due()
	if o.f.publications[ids[0]].Live != 1 || o.f.publications[ids[1]].Live != 1 || o.f.generations.Live != before+1 {
		t.Errorf("%+v in %d changes", o.f.publications, o.f.generations.Live-before)
	}
}

func TestOneLostReviewStopsTheSetAndSaysSoBefore(t *testing.T) {
	o, ctx := newOffice(t), context.Background()
	bundle, ids := o.set()
	o.must(o.Return(ctx, publisher, Returning{At: o.saw(ids[1], 1), Words: "字幕改过"}))
	sets, err := o.Bundles(ctx, publisher, BundleScheduled)
	if err != nil || len(sets) != 1 || sets[0].Pieces[1].Trouble == "" || sets[0].Pieces[0].Trouble != "" {
		t.Fatalf("before its hour the page says %+v, %v", sets, err)
	}
	o.at = o.at.Add(time.Hour)
	o.due()
	b, err := o.Bundle(ctx, publisher, bundle)
	if err != nil || b.State != BundleStopped || b.At.IsZero() || o.f.publications[ids[0]].Live != 0 || o.f.publications[ids[1]].Live != 0 {
		t.Errorf("the set is %+v, %v", b, err)
	}
	if err := o.ScheduleBundle(ctx, publisher, bundle, b.Rev, o.at.Add(time.Hour)); !errors.Is(err, ErrPieces) {
		t.Errorf("scheduled again as it is: %v", err)
	}
	// Without that piece it goes.
	o.must(o.StopBundle(ctx, publisher, bundle, b.Rev))
	o.must(o.SetPieces(ctx, publisher, bundle, b.Rev+1, []At{o.saw(ids[0], 1)}))
	o.must(o.ScheduleBundle(ctx, publisher, bundle, b.Rev+2, o.at.Add(time.Hour)))
	o.at = o.at.Add(time.Hour)
	if o.due(); o.f.publications[ids[0]].Live != 1 {
		t.Error("the rest of the set was not shown")
	}
}

func TestSetsAreOfTheirRegion(t *testing.T) {
	o, ctx := newOffice(t), context.Background()
	bundle, _ := o.set()
	if _, err := o.Bundle(ctx, stranger, bundle); !errors.Is(err, staff.ErrNotFound) {
		t.Errorf("another banner's publisher reads it: %v", err)
	}
	if _, err := o.MakeBundle(ctx, first, "x", ""); !errors.Is(err, staff.ErrForbidden) {
		t.Errorf("made by a reviewer: %v", err)
	}
	if err := o.StopBundle(ctx, publisher, bundle, 1); !errors.Is(err, ErrStale) {
		t.Errorf("from a stale tab: %v", err)
	}
	all, err := o.Bundles(ctx, publisher, BundleScheduled)
	hers, _ := o.Bundles(ctx, stranger, BundleScheduled)
	if err != nil || len(all) != 1 || len(hers) != 0 {
		t.Errorf("%d and %d, %v", len(all), len(hers), err)
	}
}

func TestTakeDownIsAloneAndAtOnce(t *testing.T) {
	ctx := context.Background()
	for name, c := range map[string]struct {
		who  staff.Principal
		want error
	}{
		"a first reviewer": {first, nil}, "a publisher": {publisher, nil}, "an editor who wrote it": {person("WRITER", banner, access.Editor2), nil},
		"its author":             {writer, staff.ErrForbidden},
		"another banner's":       {stranger, staff.ErrNotFound},
		"who has nothing to say": {person("A", league, access.Auditor), staff.ErrForbidden},
	} {
		o := newOffice(t)
		id := o.begins("one")
		o.to(id, 1, StateLive)
		_, err := o.Revise(ctx, writer, Revision{ID: id, Rev: o.f.publications[id].Rev, Region: banner, Body: []byte("two")})
		o.must(err)
		o.to(id, 2, StateScheduled)
		err = o.TakeDown(ctx, c.who, id)
		if !errors.Is(err, c.want) || (o.f.publications[id].Live == 0) != (c.want == nil) {
			t.Errorf("%s: %v, live %d", name, err, o.f.publications[id].Live)
		}
		if c.want != nil {
			continue
		}
		o.at = o.at.Add(2 * time.Hour)
		if o.due(); o.f.publications[id].Live != 0 {
			t.Errorf("%s: its hour brought it back", name)
		}
		// Restored as a new draft it needs its three people again.
		p, err := o.Restore(ctx, ed, Revision{ID: id, Rev: o.f.publications[id].Rev, From: 1})
		o.must(err)
		if p.Last != 3 || p.Live != 0 || o.state(id, 3) != StateDraft || !slices.Equal(o.f.versions[id+"@3"].Authors, []string{"WRITER"}) {
			t.Errorf("restored as %+v", p)
		}
		o.to(id, 3, StateLive)
	}
}

func TestASetIsTakenDownInOneChange(t *testing.T) {
	o, ctx := newOffice(t), context.Background()
	a, b := o.begins("one"), o.begins("two")
	o.to(a, 1, StateLive)
	o.to(b, 1, StateLive)
	p := o.f.publications[b]
	p.LiveRegion = other
	o.f.publications[b] = p
	if err := o.TakeDownSet(ctx, person("E", banner, access.Editor1), []string{a, b}); !errors.Is(err, staff.ErrNotFound) || o.f.publications[a].Live == 0 {
		t.Errorf("one that is not hers: %v", err)
	}
	before := o.f.generations.Live
	o.must(o.TakeDownSet(ctx, publisher, []string{a, b}))
	if o.f.generations.Live != before+1 || o.f.publications[a].Live+o.f.publications[b].Live != 0 {
		t.Error("not in one change")
	}
}

func TestReviewAt(t *testing.T) {
	o, ctx := newOffice(t), context.Background()
	id := o.begins("one")
	o.to(id, 1, StateLive)
	year := o.f.publications[id].ReviewAt
	if all, err := o.Overdue(ctx, publisher, 10); err != nil || len(all) != 0 {
		t.Errorf("overdue at once: %v, %v", all, err)
	}
	o.must(o.LawChanged(ctx, o.at.Add(14*24*time.Hour), id))
	if got := o.f.publications[id].ReviewAt; !got.Before(year) {
		t.Errorf("its law changed and it is looked at on %v", got)
	}
	o.at = o.at.Add(15 * 24 * time.Hour)
	if all, err := o.Overdue(ctx, publisher, 10); err != nil || len(all) != 1 || o.f.publications[id].Rechecking {
		t.Errorf("on its date: %v, %v", all, err)
	}
	if all, _ := o.Overdue(ctx, stranger, 10); len(all) != 0 {
		t.Error("another banner's publisher is asked")
	}
	o.at = o.at.Add(30 * 24 * time.Hour)
	before := o.f.generations.Live
	if o.due(); !o.f.publications[id].Rechecking || o.f.generations.Live != before+1 {
		t.Error("a month later residents are told nothing")
	}
	if err := o.SetReviewAt(ctx, first, id, o.f.publications[id].Rev, o.at.AddDate(1, 0, 0)); !errors.Is(err, staff.ErrForbidden) {
		t.Errorf("by a reviewer: %v", err)
	}
	if err := o.SetReviewAt(ctx, publisher, id, 0, o.at.AddDate(1, 0, 0)); !errors.Is(err, ErrStale) {
		t.Errorf("from a stale tab: %v", err)
	}
	if o.must(o.SetReviewAt(ctx, publisher, id, o.f.publications[id].Rev, o.at.AddDate(1, 0, 0))); o.f.publications[id].Rechecking {
		t.Error("the mark stays")
	}
}

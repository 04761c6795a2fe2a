package publish

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/fault"
	"pugongying/internal/staff"
)

func TestThreePeopleTakeATextToItsReaders(t *testing.T) {
	o, ctx := newOffice(t), context.Background()
	id := o.begins("one")
	for _, state := range []State{StateFirst, StateSecond, StateThird, StateApproved, StateLive} {
		if o.to(id, 1, state); state == StateApproved && o.f.publications[id].Live != 0 {
			t.Error("three passes showed it by themselves")
		}
	}
	p, v := o.f.publications[id], o.f.versions[id+"@1"]
	if p.Live != 1 || p.Place.Tab != TabLive || len(v.Passes) != 3 || v.Passes[2].By != "THIRD" || !slices.Equal(v.Authors, []string{"WRITER"}) {
		t.Errorf("live as %+v, %+v", p, v)
	}
	if p.ReviewAt != o.at.AddDate(1, 0, 0) {
		t.Errorf("looked at again at %v", p.ReviewAt)
	}
	e := o.f.entries[len(o.f.entries)-1]
	if e.Detail["sha"] != v.SHA256 || e.Actor.ID != "PUBLISHER" || e.Detail["act"] != "release" {
		t.Errorf("the record says %+v", e)
	}
	if _, err := o.Revise(ctx, writer, Revision{ID: id, Rev: p.Rev, Region: banner, Body: []byte("two")}); err != nil {
		t.Fatal(err)
	}
	if live := o.f.publications[id]; live.Live != 1 || live.Place.Tab != TabDraft {
		t.Errorf("a draft beside it changed what residents see: %+v", live)
	}
}

func TestWhoMayPass(t *testing.T) {
	ctx := context.Background()
	all := []access.Role{access.Editor1, access.Editor2, access.Editor3, access.Publisher}
	both := person("BOTH", league, access.Publisher, access.Editor2)
	for name, c := range map[string]struct {
		at   State
		who  staff.Principal
		want error
	}{
		"its author":                        {StateFirst, person("WRITER", league, all...), ErrAuthor},
		"who put it in order":               {StateFirst, ed, ErrAuthor},
		"the second reviewer, first":        {StateFirst, second, staff.ErrForbidden},
		"a reviewer of another banner":      {StateFirst, stranger, staff.ErrNotFound},
		"who has no role":                   {StateFirst, person("NONE", league), staff.ErrForbidden},
		"the first reviewer again":          {StateSecond, person("FIRST", league, all...), ErrTwice},
		"the first reviewer as third":       {StateThird, person("FIRST", league, all...), ErrTwice},
		"a publisher as third":              {StateThird, publisher, nil},
		"a publisher who was the second":    {StateThird, person("SECOND", league, all...), ErrTwice},
		"an administrator":                  {StateThird, person("ADMIN", league, access.Admin), staff.ErrForbidden},
		"somebody of the region above":      {StateFirst, first, nil},
		"somebody with two roles, as third": {StateThird, both, nil},
	} {
		o := newOffice(t)
		id := o.begins("one")
		_, err := o.Revise(ctx, ed, Revision{ID: id, Rev: 0, Region: banner, Body: []byte("in order")})
		o.must(err)
		o.to(id, 2, c.at)
		if err := o.Pass(ctx, c.who, Passing{At: o.saw(id, 2)}); !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestAChangedByteGoesBackToFirstReview(t *testing.T) {
	ctx := context.Background()
	for _, state := range []State{StateSecond, StateThird, StateApproved, StateScheduled} {
		o := newOffice(t)
		id := o.begins("one")
		o.to(id, 1, state)
		at := o.saw(id, 1)
		v := o.f.versions[id+"@1"]
		v.Body = []byte("onf")
		o.f.versions[v.ID] = v
		var err error
		switch state {
		case StateApproved:
			err = o.Release(ctx, publisher, at)
		case StateScheduled:
			o.at = o.at.Add(time.Hour)
			o.due()
			err = ErrChanged
		default:
			err = o.Pass(ctx, reviewers[state], Passing{At: at})
		}
		p := o.f.publications[id]
		if !errors.Is(err, ErrChanged) || p.Live != 0 || o.state(id, 1) != StateFirst || len(p.Open[0].Passes) != 0 || p.Open[0].SHA256 != Sum(v.Body) {
			t.Errorf("in %s: %v, %+v", state, err, p.Open)
		}
		if state == StateScheduled && (p.Open[0].At.IsZero() || p.Open[0].Trouble != ErrChanged.Code) {
			t.Errorf("the schedule is gone: %+v", p.Open[0])
		}
		// And from there it takes three people again.
		if err := o.Pass(ctx, first, Passing{At: o.saw(id, 1)}); err != nil {
			t.Errorf("its first review again: %v", err)
		}
	}
}

func TestTheMachineComesBeforePeople(t *testing.T) {
	ctx := context.Background()
	for name, c := range map[string]struct {
		machine machine
		want    State
		err     error
		found   int
	}{
		"nothing found":       {machine{}, StateFirst, nil, 0},
		"something to mend":   {machine{found: []Finding{{Code: "a", Severity: Blocks, Sentence: "电话"}}}, StateDraft, ErrFindings, 1},
		"something to answer": {machine{found: []Finding{{Code: "a", Severity: Asks}}}, StateFirst, nil, 1},
		"a check that failed": {machine{err: errors.New("down"), found: []Finding{{Code: "a", Severity: Notes}}}, StateFirst, nil, 2},
	} {
		o := newOffice(t)
		*o.machine = c.machine
		id := o.begins("one")
		found, err := o.Submit(ctx, writer, o.saw(id, 1))
		if !errors.Is(err, c.err) || len(found) != c.found || o.state(id, 1) != c.want || len(o.f.versions[id+"@1"].Findings) != c.found {
			t.Errorf("%s: %v, %v, in %s", name, found, err, o.state(id, 1))
		}
		if c.want == StateDraft && o.f.publications[id].Place.Tab != TabReturned {
			t.Errorf("%s stands in %s", name, o.f.publications[id].Place.Tab)
		}
	}
}

// A server that ends between handing in and checking leaves it to a job.
func TestAJobChecksWhatWasHandedIn(t *testing.T) {
	o := newOffice(t)
	id := o.begins("one")
	p := o.f.publications[id]
	p.Open[0].State = StateCheck
	o.f.publications[id] = p
	o.must(o.Do(context.Background(), dueID(dueCheck, id, "1")))
	if o.state(id, 1) != StateFirst || o.machine.asked != 1 {
		t.Errorf("in %s, the machine was asked %d times", o.state(id, 1), o.machine.asked)
	}
	o.must(o.Do(context.Background(), dueID(dueCheck, id, "1"))) // twice is once
	if o.machine.asked != 1 {
		t.Error("checked again")
	}
}

func TestAFindingThatAsksNeedsAReason(t *testing.T) {
	o, ctx := newOffice(t), context.Background()
	o.machine.err = errors.New("WeChat is down")
	o.machine.found = []Finding{{Code: "privacy.single", Severity: Asks, Sentence: "能认出是谁"}}
	id := o.begins("one")
	_, err := o.Submit(ctx, writer, o.saw(id, 1))
	o.must(err)
	err = o.Pass(ctx, first, Passing{At: o.saw(id, 1), Reasons: map[int]string{0: "编的"}})
	var f *fault.Error
	if !errors.Is(err, ErrReason) || !errors.As(err, &f) || len(f.Fields) != 1 || f.Fields[0].Location != "reasons.1" {
		t.Errorf("a check that could not run was passed over: %v", err)
	}
	o.must(o.Pass(ctx, first, Passing{At: o.saw(id, 1), Reasons: map[int]string{0: "编的", 1: "看过了"}}))
	text, err := o.Read(ctx, second, id, 1)
	if err != nil || len(text.Notes) != 1 || len(text.Notes[0].Reasons) != 2 || text.Notes[0].Reasons[0].Text != "编的" {
		t.Errorf("the next reviewer reads %+v, %v", text.Notes, err)
	}
	o.must(o.Pass(ctx, second, Passing{At: o.saw(id, 1)})) // the reasons stand for these bytes
}

func TestAReturnCarriesWhatSheIsAsked(t *testing.T) {
	o, ctx := newOffice(t), context.Background()
	id := o.begins("one")
	o.to(id, 1, StateSecond)
	asked := Returning{At: o.saw(id, 1), Words: "时间换一下", Suggestions: []Suggestion{{Field: "happened", Start: 0, End: 3, Instead: "入冬前"}}}
	if err := o.Return(ctx, second, Returning{At: o.saw(id, 1)}); !errors.Is(err, ErrWords) {
		t.Errorf("without a word: %v", err)
	}
	if err := o.Return(ctx, first, asked); !errors.Is(err, staff.ErrForbidden) {
		t.Errorf("by whose turn it is not: %v", err)
	}
	o.must(o.Return(ctx, second, asked))
	text, err := o.Read(ctx, writer, id, 1)
	if err != nil || text.Publication.Place.Tab != TabReturned || len(text.Open.Passes) != 0 || len(text.Notes) != 2 || text.Notes[1].Suggestions[0].Instead != "入冬前" {
		t.Errorf("she reads %+v, %v", text, err)
	}
	if err := o.Pass(ctx, second, Passing{At: o.saw(id, 1)}); !errors.Is(err, ErrTransition) {
		t.Errorf("passed after it went back: %v", err)
	}
	o.must(o.Comment(ctx, writer, o.saw(id, 1), "改好了"))
	if err := o.Comment(ctx, stranger, o.saw(id, 1), "hello"); !errors.Is(err, staff.ErrNotFound) {
		t.Errorf("a stranger's word: %v", err)
	}
}

func TestAStaleTabPassesNothing(t *testing.T) {
	o, ctx := newOffice(t), context.Background()
	id := o.begins("one")
	o.to(id, 1, StateFirst)
	old := o.saw(id, 1)
	o.must(o.Recall(ctx, writer, old))
	_, err := o.Revise(ctx, writer, Revision{ID: id, Rev: o.f.publications[id].Rev, Region: banner, Body: []byte("another")})
	o.must(err)
	o.to(id, 2, StateFirst)
	for _, at := range []At{old, {id, 2, old.SHA256}, {ID: id, N: 2}} {
		if err := o.Pass(ctx, first, Passing{At: at}); !errors.Is(err, ErrTransition) && !errors.Is(err, ErrStale) {
			t.Errorf("%+v: %v", at, err)
		}
	}
	if _, err := o.Revise(ctx, writer, Revision{ID: id, Rev: 0, Region: banner, Body: []byte("x")}); !errors.Is(err, ErrStale) {
		t.Errorf("a stale text: %v", err)
	}
}

// A review goes to the smallest region in which somebody does it, and after three days to the one above.
func TestAReviewThatWaitsIsAskedOfTheRegionAbove(t *testing.T) {
	o, ctx := newOffice(t), context.Background()
	near := person("NEAR", banner, access.Editor1)
	o.staffed = append(o.staffed, near)
	id := o.begins("one")
	o.to(id, 1, StateFirst)
	waits := func(who staff.Principal) int {
		all, err := o.Waiting(ctx, who, 10)
		o.must(err)
		return len(all)
	}
	if waits(near) != 1 || waits(first) != 0 || waits(ed) != 0 || waits(stranger) != 0 || waits(writer) != 0 {
		t.Errorf("asked at once: %d %d %d", waits(near), waits(first), waits(stranger))
	}
	o.at = o.at.Add(3*24*time.Hour - time.Minute)
	if o.due(); waits(first) != 0 {
		t.Error("escalated before its time")
	}
	o.at = o.at.Add(time.Minute)
	if o.due(); waits(first) != 1 || waits(near) != 1 || waits(stranger) != 0 {
		t.Errorf("after three days: %d and %d", waits(first), waits(near))
	}
	if notes, _ := o.f.Notes(ctx, id); notes[len(notes)-1].Kind != NoteEscalate {
		t.Errorf("notes %+v", notes)
	}
	o.at = o.at.Add(30 * 24 * time.Hour)
	if o.due(); o.f.publications[id].Open[0].Asked != league {
		t.Errorf("asked outside the deployment: %s", o.f.publications[id].Open[0].Asked)
	}
	// Nobody of the banner does the second review: the league is asked at once.
	if o.must(o.Pass(ctx, near, Passing{At: o.saw(id, 1)})); waits(second) != 1 {
		t.Error("nobody was asked for the second review")
	}
}

func TestAssign(t *testing.T) {
	o, ctx := newOffice(t), context.Background()
	id := o.begins("one")
	o.to(id, 1, StateFirst)
	if err := o.Assign(ctx, ed, o.saw(id, 1), second); err == nil {
		t.Error("a first review was given to somebody who does none")
	}
	if err := o.Assign(ctx, ed, o.saw(id, 1), person("WRITER", league, access.Editor1)); err == nil {
		t.Error("a review was given to an author")
	}
	if o.must(o.Assign(ctx, ed, o.saw(id, 1), first)); o.f.publications[id].Open[0].Reviewer != "FIRST" {
		t.Errorf("%+v", o.f.publications[id].Open[0])
	}
	o.must(o.Pass(ctx, ed, Passing{At: o.saw(id, 1)})) // whoever may, may
	if o.f.publications[id].Open[0].Reviewer != "" {
		t.Error("the second review is still the first reviewer's")
	}
}

// However much of her own waits in front, what she may review is found.
func TestHerOwnTextsHideNothing(t *testing.T) {
	o, ctx := newOffice(t), context.Background()
	hers := o.begins("hers")
	o.to(hers, 1, StateFirst)
	hidden := o.f.publications[hers]
	for i := range 2 * maxWaiting {
		p := hidden
		p.ID, p.Authors = fmt.Sprintf("own%04d", i), []string{first.Account}
		p.Place.Due = "0" + p.ID
		o.f.publications[p.ID] = p
	}
	all, err := o.Waiting(ctx, first, 10)
	if err != nil || len(all) != 1 || all[0].ID != hers {
		t.Errorf("behind %d of her own: %d, %v", 2*maxWaiting, len(all), err)
	}
}

package quiz

import (
	"context"
	"errors"
	"testing"

	"pugongying/internal/member"
)

func TestAdoptPutsAFinishedAttemptIntoHerBook(t *testing.T) {
	b, ctx := newBench(t), context.Background()
	nobodys, _ := b.sit(t, "", "q1")
	own, _ := b.sit(t, "m1", "q1", "q2")
	foreign, _ := b.sit(t, "m2", "q3")
	open := b.start(t, "")
	wantErr(t, "keeping is off", b.SaveToBook(ctx, b.of("m1"), nobodys.ID), ErrNotSaved)
	wantErr(t, "nobody adopts", b.SaveToBook(ctx, b.of(""), nobodys.ID), ErrNotSaved)
	b.keeps["m1"] = true
	wantErr(t, "somebody else's", b.SaveToBook(ctx, b.of("m1"), foreign.ID), ErrAttemptUnknown)
	wantErr(t, "unfinished", b.SaveToBook(ctx, b.of("m1"), open.ID), ErrNotFinished)
	wantErr(t, "unknown", b.SaveToBook(ctx, b.of("m1"), "nowhere"), ErrAttemptUnknown)
	for range 2 {
		wantErr(t, "nobody's", b.SaveToBook(ctx, b.of("m1"), nobodys.ID), nil)
		wantErr(t, "her own", b.SaveToBook(ctx, b.of("m1"), own.ID), nil)
	}
	page, _, err := b.Mistakes(ctx, b.of("m1"), "", 10)
	if err != nil || len(page) != 2 {
		t.Errorf("her book has %d mistakes, want q1 and q2 (%v)", len(page), err)
	}
	if a := b.store.attempts[nobodys.ID]; a.Owner != "m1" || !a.Keep || !a.Pending || !a.RemoveAt.Equal(UntilFiled) {
		t.Errorf("adopted as %+v", a)
	}
	late, _ := b.sit(t, "", "q4")
	for range 2 { // adopted after it was filed, and filed after it was adopted: the same
		if n, err := b.Count(ctx); err != nil || n == 0 && b.store.attempts[late.ID].Pending {
			t.Fatal(n, err)
		}
		wantErr(t, "filed and adopted", b.SaveToBook(ctx, b.of("m1"), late.ID), nil)
	}
	for _, id := range []string{nobodys.ID, late.ID} {
		if a := b.store.attempts[id]; !a.Keep || a.Pending || a.RemoveAt != nil {
			t.Errorf("filed and adopted: %+v", a)
		}
	}
	_, _, err = b.Resume(ctx, b.of("m2"), nobodys.ID)
	wantErr(t, "adopted, then somebody else's", err, ErrAttemptUnknown)
}

// furnish gives each of two members a saved attempt, an attempt that is not saved, and a dismissal.
func furnish(t *testing.T, b *bench) {
	t.Helper()
	for _, who := range []member.Handle{"m1", "m2"} {
		b.sit(t, who, "q1")
		if _, err := b.Count(context.Background()); err != nil {
			t.Fatal(err)
		}
		b.keeps[who] = true
		b.sit(t, who, "q1", "q2")
		if err := b.Dismiss(context.Background(), b.of(who), "q1"); err != nil {
			t.Fatal(err)
		}
	}
}

func (b *bench) tally(t *testing.T, who member.Handle) [3]int {
	t.Helper()
	all := b.store.where(func(a Attempt) bool { return a.Owner == who })
	saved := b.store.where(func(a Attempt) bool { return a.Owner == who && a.Keep })
	return [3]int{len(all), len(saved), len(b.store.dismissed[who].Items)}
}

func TestForgettingAndErasing(t *testing.T) {
	b, ctx := newBench(t), context.Background()
	b.start(t, "m1")
	furnish(t, b)
	if got := b.tally(t, "m1"); got != [3]int{3, 1, 1} {
		t.Fatalf("before: %v", got)
	}
	wantErr(t, "Forget", b.Forget(ctx, "m1"), nil)
	if got := b.tally(t, "m1"); got != [3]int{1, 0, 0} {
		t.Errorf("after Forget only what is open stays: %v", got)
	}
	if len(b.ledger.lines) != 3 { // one of m2's is still pending
		t.Errorf("%d lines: not all her sittings were counted before they went", len(b.ledger.lines))
	}
	b.ledger.err = errors.New("ledger is down")
	wantErr(t, "EraseMember", b.EraseMember(ctx, "m1"), nil)
	wantErr(t, "EraseMember of nobody", b.EraseMember(ctx, ""), nil)
	if mine, others := b.tally(t, "m1"), b.tally(t, "m2"); mine != [3]int{} || others != [3]int{2, 1, 1} {
		t.Errorf("after EraseMember: %v, and of another member %v", mine, others)
	}
}

func TestMergeMovesEverything(t *testing.T) {
	b, ctx := newBench(t), context.Background()
	furnish(t, b)
	for _, pair := range [][2]member.Handle{{"m1", "m1"}, {"", "m1"}, {"m1", ""}} {
		wantErr(t, "Merge", b.Merge(ctx, pair[0], pair[1]), nil)
	}
	if got := b.tally(t, "m1"); got != [3]int{2, 1, 1} {
		t.Fatalf("a merge with nobody or herself moved something: %v", got)
	}
	for range 2 {
		wantErr(t, "Merge", b.Merge(ctx, "m1", "m2"), nil)
		if from, to := b.tally(t, "m1"), b.tally(t, "m2"); from != [3]int{} || to != [3]int{4, 2, 1} {
			t.Errorf("merged: %v and %v", from, to)
		}
	}
}

func TestExportTellsAllAndNothingTooEarly(t *testing.T) {
	b, ctx := newBench(t), context.Background()
	furnish(t, b)
	p := b.start(t, "m1")
	wantErr(t, "Answer", b.Answer(ctx, b.of("m1"), p.ID, Given{"q3", []string{"b"}}), nil)
	all, err := b.Export(ctx, b.of("m1"))
	if err != nil || len(all.Attempts) != 3 || len(all.Dismissed) != 1 {
		t.Fatalf("Export = %+v, %v", all, err)
	}
	open := -1
	for i, s := range all.Attempts {
		if s.State == Open {
			open = i
		} else if s.Score == 0 || s.Total != 6 || s.Day != "2026-11-23" {
			t.Errorf("sitting %+v", s)
		}
	}
	if found := leaks(t, all.Attempts[open].Replies); len(found) > 0 || all.Attempts[open].Score != 0 {
		t.Errorf("an open sitting tells %v", found)
	}
	chosen := 0
	for _, r := range all.Attempts[open].Replies {
		chosen += len(r.Chosen)
	}
	if chosen != 1 {
		t.Errorf("%d answers in the open sitting, want 1", chosen)
	}
	if none, err := b.Export(ctx, b.of("")); err != nil || len(none.Attempts) != 0 {
		t.Errorf("nobody's export: %+v, %v", none, err)
	}
}

// turnsOff is a layer whose mistakes history is turned off, and its book forgotten, while an attempt is being saved to it.
type turnsOff struct {
	Layer
	b *bench
}

func (in turnsOff) Keeps(ctx context.Context) (bool, error) {
	in.b.keeps[in.Handle()] = false
	return in.Layer.Keeps(ctx)
}

func TestHistoryTurnedOffDuringASubmissionKeepsNothing(t *testing.T) {
	b, ctx := newBench(t), context.Background()
	b.keeps["m1"] = true
	nobodys, _ := b.sit(t, "", "q2")
	for name, save := range map[string]func(Layer) error{
		"submitted": func(in Layer) error { _, err := b.Submit(ctx, in, b.start(t, "m1").ID, nil); return err },
		"adopted":   func(in Layer) error { return b.SaveToBook(ctx, in, nobodys.ID) },
	} {
		b.keeps["m1"] = true
		wantErr(t, name, save(turnsOff{b.of("m1"), b}), nil)
		if got := b.tally(t, "m1"); got != [3]int{} {
			t.Errorf("%s: in her book after she closed it: %v", name, got)
		}
	}
	if len(b.ledger.lines) != 2 {
		t.Errorf("%d lines", len(b.ledger.lines))
	}
	b.keeps["m1"] = true
	if b.sit(t, "m1"); b.tally(t, "m1") != [3]int{1, 1, 0} {
		t.Error("control: nothing is saved either while it is on")
	}
}

// TestAnAttemptIsReachedByItsLayerAndTheOpenOne: what was begun in the open layer is within reach of a code, and can be
// put into the book behind it; the other way round nothing is.
func TestAnAttemptIsReachedByItsLayerAndTheOpenOne(t *testing.T) {
	b, ctx := newBench(t), context.Background()
	b.keeps["sealed"] = true
	sealed, open := layer{handle: "sealed", open: "open", keeps: b.keeps}, layer{handle: "open", open: "open", keeps: b.keeps}
	loose, _ := b.sit(t, "open", "q1")
	locked, _ := b.sit(t, "sealed", "q1", "q2")
	_, _, err := b.Resume(ctx, sealed, loose.ID)
	wantErr(t, "an open one, with the code", err, nil)
	_, _, err = b.Resume(ctx, open, locked.ID)
	wantErr(t, "a locked one, without", err, ErrAttemptUnknown)
	_, err = b.Submit(ctx, open, locked.ID, nil)
	wantErr(t, "submitting it again, without", err, ErrAttemptUnknown)
	wantErr(t, "Adopt", b.SaveToBook(ctx, sealed, loose.ID), nil)
	page, _, err := b.Mistakes(ctx, sealed, "", 10)
	if err != nil || len(page) != 2 || page[0].Times+page[1].Times != 3 {
		t.Errorf("mistakes behind the lock: %+v, %v", page, err)
	}
	_, _, err = b.Resume(ctx, open, loose.ID)
	wantErr(t, "once it is locked", err, ErrAttemptUnknown)
}

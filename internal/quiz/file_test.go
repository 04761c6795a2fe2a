package quiz

import (
	"context"
	"errors"
	"testing"
	"time"

	"pugongying/internal/civil"
	"pugongying/internal/member"
)

func TestEveryAttemptIsCountedOnceWithoutIdentity(t *testing.T) {
	b, ctx := newBench(t), context.Background()
	b.keeps["m1"] = true
	where := Where{Region: "150202", Org: "o1", Project: "p1"}
	b.at = time.Date(2026, 11, 23, 15, 59, 59, 0, time.UTC)
	p, err := b.Start(ctx, b.of("m1"), StartRequest{Origin: FromDaily, Where: where}, nil)
	if err != nil {
		t.Fatal(err)
	}
	line := b.store.attempts[p.ID].Line
	b.at = b.at.Add(time.Second) // submitted on the next civil day
	if _, err := b.Submit(ctx, b.of("m1"), p.ID, nil); err != nil {
		t.Fatal(err)
	}
	b.start(t, "m1") // open: not counted
	for i, want := range []int{1, 0} {
		if n, err := b.Count(ctx); err != nil || n != want {
			t.Errorf("count %d: %d, %v", i, n, err)
		}
	}
	want := Act{Line: line, Kind: Sat, Day: "2026-11-24", Source: "daily", Where: where}
	if len(b.ledger.lines) != 1 || b.ledger.lines[line] != want {
		t.Errorf("ledger %+v, want %+v", b.ledger.lines, want)
	}
	if a := b.store.attempts[p.ID]; a.Pending || a.Line != "" {
		t.Errorf("the attempt still knows its line: %+v", a)
	}
}

func TestManyAttemptsAreCountedInBatches(t *testing.T) {
	b := newBench(t)
	for range fileBatch + 3 {
		b.sit(t, "")
	}
	if n, err := b.Count(context.Background()); err != nil || n != fileBatch+3 || len(b.ledger.lines) != n {
		t.Errorf("counted %d, %v, %d lines", n, err, len(b.ledger.lines))
	}
	for _, act := range b.ledger.lines {
		if act.Source != "topic:first" {
			t.Fatalf("counted as %+v", act)
		}
	}
}

// TestCountingSurvivesACrashAnywhere interrupts the counting at each of its steps and starts again.
func TestCountingSurvivesACrashAnywhere(t *testing.T) {
	killed := errors.New("killed")
	for name, crash := range map[string]func(*bench){
		"before the ledger":       func(b *bench) { b.ledger.err = killed },
		"between ledger and mark": func(b *bench) { b.store.broken = killed },
		"after the mark":          func(*bench) {},
	} {
		b, ctx := newBench(t), context.Background()
		for _, who := range []member.Handle{"m1", "m2", ""} {
			b.sit(t, who)
		}
		crash(b)
		_, err := b.Count(ctx)
		if crashed := b.ledger.err != nil || b.store.broken != nil; crashed != errors.Is(err, killed) {
			t.Fatalf("%s: %v", name, err)
		}
		b.ledger.err, b.store.broken = nil, nil
		for range 2 {
			if _, err := b.Count(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if len(b.ledger.lines) != 3 {
			t.Errorf("%s: %d lines for 3 sittings", name, len(b.ledger.lines))
		}
		// Negative control: after a crash between the steps the lines were sent twice, and only their ids prevented
		// duplicates.
		if twice := name == "between ledger and mark"; (b.ledger.sent == 6) != twice {
			t.Errorf("%s: %d lines sent", name, b.ledger.sent)
		}
	}
}

func TestAnAdoptionDuringTheCountIsNotLost(t *testing.T) {
	b, ctx := newBench(t), context.Background()
	b.keeps["m1"] = true
	p, _ := b.sit(t, "", "q1")
	b.ledger.after = func() { wantErr(t, "Adopt", b.SaveToBook(ctx, b.of("m1"), p.ID), nil) }
	if _, err := b.Count(ctx); err != nil {
		t.Fatal(err)
	}
	if a := b.store.attempts[p.ID]; a.Owner != "m1" || !a.Keep || a.Pending {
		t.Errorf("after both: %+v", a)
	}
}

// TestOneRefusedAttemptStopsNoOther: the ledger refuses a whole batch for one line.
func TestOneRefusedAttemptStopsNoOther(t *testing.T) {
	b, ctx := newBench(t), context.Background()
	var papers []Paper
	for range 9 {
		p, _ := b.sit(t, "")
		papers = append(papers, p)
	}
	b.ledger.bad = b.store.attempts[papers[4].ID].Line
	if _, err := b.Count(ctx); err == nil {
		t.Error("negative control: nothing was refused")
	}
	if len(b.ledger.lines) != 8 || !b.store.attempts[papers[4].ID].Pending {
		t.Errorf("%d of 8 filed", len(b.ledger.lines))
	}
	b.ledger.bad = ""
	if n, err := b.Count(ctx); err != nil || n != 1 || len(b.ledger.lines) != 9 {
		t.Errorf("once it is taken: %d, %v, %d lines", n, err, len(b.ledger.lines))
	}
}

// TestASubmissionDatedAheadCountsToday: the clock was two days ahead when it came and was set right since.
func TestASubmissionDatedAheadCountsToday(t *testing.T) {
	b := newBench(t)
	right := b.at
	b.at = right.AddDate(0, 0, 2)
	p, _ := b.sit(t, "")
	line := b.store.attempts[p.ID].Line
	b.at = right
	if n, err := b.Count(context.Background()); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	if got := b.ledger.lines[line].Day; got != civil.DayOf(right) {
		t.Errorf("counted on %s, want %s", got, civil.DayOf(right))
	}
}

package quiz

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"pugongying/internal/fault"
	"pugongying/internal/law"
	"pugongying/internal/publish"
)

// history generates attempts and dismissals, no two at the same time, and gives them shuffled as a database might.
func history(t *rapid.T) ([]Attempt, []Dismissal) {
	var attempts []Attempt
	var dismissed []Dismissal
	at := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	for i := range rapid.IntRange(0, 25).Draw(t, "events") {
		at = at.Add(time.Duration(rapid.IntRange(1, 100_000_000).Draw(t, "gap")) * time.Millisecond)
		if rapid.IntRange(0, 4).Draw(t, "what") == 0 {
			q := fmt.Sprint("q", rapid.IntRange(0, 5).Draw(t, "dismissed"))
			dismissed = append(slices.DeleteFunc(dismissed, func(d Dismissal) bool { return d.Question == q }), Dismissal{q, at})
			continue
		}
		a := Attempt{ID: fmt.Sprint("a", i), State: Submitted, SubmittedAt: at}
		for q := range 6 {
			switch name := fmt.Sprint("q", q); rapid.IntRange(0, 2).Draw(t, name) {
			case 0:
				a.Drawn = append(a.Drawn, Drawn{Question: name})
			case 1:
				a.Drawn = append(a.Drawn, Drawn{Question: name})
				a.Wrong = append(a.Wrong, name)
			}
		}
		attempts = append(attempts, a)
	}
	return rapid.Permutation(attempts).Draw(t, "order"), dismissed
}

// lastWord searches backwards whether a question's last event is a wrong answer, and how many of these there are in a
// row.
func lastWord(question string, attempts []Attempt, dismissed []Dismissal) (times int, at time.Time) {
	since := time.Time{}
	for _, d := range dismissed {
		if d.Question == question {
			since = d.At
		}
	}
	asked := slices.DeleteFunc(slices.Clone(attempts), func(a Attempt) bool {
		return a.drawn(question) < 0 || a.SubmittedAt.Before(since)
	})
	slices.SortFunc(asked, func(a, b Attempt) int { return b.SubmittedAt.Compare(a.SubmittedAt) })
	for _, a := range asked {
		if !slices.Contains(a.Wrong, question) {
			break
		}
		if times++; times == 1 {
			at = a.SubmittedAt
		}
	}
	return times, at
}

func TestTheBookHoldsWhatWasWrongLast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		attempts, dismissed := history(t)
		slips := book(attempts, dismissed)
		if !slices.IsSortedFunc(slips, func(a, b slip) int { return a.compare(b) }) {
			t.Fatalf("not the latest first: %+v", slips)
		}
		for q := range 6 {
			name := fmt.Sprint("q", q)
			times, at := lastWord(name, attempts, dismissed)
			i := slices.IndexFunc(slips, func(s slip) bool { return s.question == name })
			switch {
			case (i >= 0) != (times > 0):
				t.Fatalf("%s in the book: %v, wrong last: %v", name, i >= 0, times > 0)
			case i >= 0 && (slips[i].times != times || !slips[i].at.Equal(at)):
				t.Fatalf("%s: %+v, want %d times, last at %v", name, slips[i], times, at)
			}
		}
	})
}

func TestMistakesPageThroughAllOnce(t *testing.T) {
	b, ctx := newBench(t), context.Background()
	b.keeps["m1"] = true
	b.sit(t, "m1", "q1", "q2", "q5")
	b.at = b.at.Add(hour)
	b.sit(t, "m1", "q2", "q4") // q1 and q5 answered rightly since
	b.at = b.at.Add(24 * hour)
	b.sit(t, "m1", "q2", "q4", "q6")
	for limit := 1; limit <= 4; limit++ {
		var all []Mistake
		after := ""
		for pages := 0; pages == 0 || after != ""; pages++ {
			page, next, err := b.Mistakes(ctx, b.of("m1"), after, limit)
			if err != nil || len(page) == 0 || len(page) > limit || pages > 3 {
				t.Fatalf("limit %d, page %d: %d items, %v", limit, pages, len(page), err)
			}
			all, after = append(all, page...), next
		}
		shown := []string{}
		for _, m := range all {
			shown = append(shown, fmt.Sprintf("%s×%d %s", m.Question, m.Times, m.Day))
		}
		if got := strings.Join(shown, ", "); got != "q2×3 2026-11-24, q4×2 2026-11-24, q6×1 2026-11-24" {
			t.Errorf("limit %d: %s", limit, got)
		}
		if all[0].Stem != "题目q2" || len(all[0].Answer) != 2 || all[0].Explanation == "" || len(all[0].Options) != 3 {
			t.Errorf("a mistake teaches nothing: %+v", all[0])
		}
	}
}

func TestTheBookIsEmptyWhileKeepingIsOff(t *testing.T) {
	b, ctx := newBench(t), context.Background()
	b.sit(t, "m1", "q1")
	if _, err := b.Count(ctx); err != nil {
		t.Fatal(err)
	}
	b.keeps["m1"] = true
	if page, _, err := b.Mistakes(ctx, b.of("m1"), "", 10); err != nil || len(page) != 0 {
		t.Errorf("what was sat while keeping was off is in the book: %v, %v", page, err)
	}
	b.sit(t, "m1", "q1")
	if page, _, err := b.Mistakes(ctx, b.of("m1"), "", 10); err != nil || len(page) != 1 {
		t.Errorf("what was sat while keeping was on is not in the book: %v, %v", page, err)
	}
	b.keeps["m1"] = false
	for _, who := range []string{"m1", "m2", ""} {
		if page, next, err := b.Mistakes(ctx, b.of("m1"), "", 10); err != nil || page == nil || len(page) != 0 || next != "" {
			t.Errorf("%q reads %v, %q, %v", who, page, next, err)
		}
	}
}

func TestDismissedStaysOutUntilWrongAgain(t *testing.T) {
	b, ctx := newBench(t), context.Background()
	b.keeps["m1"] = true
	b.sit(t, "m1", "q1", "q2")
	in := func() string {
		page, _, err := b.Mistakes(ctx, b.of("m1"), "", 10)
		if err != nil {
			t.Fatal(err)
		}
		ids := []string{}
		for _, m := range page {
			ids = append(ids, fmt.Sprint(m.Question, "×", m.Times))
		}
		return strings.Join(ids, " ")
	}
	for _, question := range []string{"q1", "q1", "q3", "nowhere"} {
		if err := b.Dismiss(ctx, b.of("m1"), question); err != nil {
			t.Fatal(err)
		}
	}
	if got := in(); got != "q2×1" || len(b.store.dismissed["m1"].Items) != 1 {
		t.Errorf("after dismissing q1: %q, remembered %v", got, b.store.dismissed)
	}
	b.at = b.at.Add(hour)
	b.sit(t, "m1", "q1", "q2")
	if got := in(); got != "q1×1 q2×2" {
		t.Errorf("after q1 was wrong again: %q", got)
	}
	b.source.put(publish.KindQuestion, "q2", "", "")
	b.source.versions["q2"][1].Body = nil
	if err := b.bank.Reload(ctx); err != nil {
		t.Fatal(err)
	}
	if got := in(); got != "q1×1" {
		t.Errorf("with q2 withdrawn: %q", got)
	}
}

func TestDismissalsAreBounded(t *testing.T) {
	d, at := Dismissals{}, time.Unix(0, 0).UTC()
	for i := range maxDismissals + 20 {
		d.Add(Dismissal{fmt.Sprint("q", i), at.Add(time.Duration(i) * time.Second)})
	}
	if len(d.Items) != maxDismissals || d.Items[0].Question != "q20" {
		t.Errorf("%d remembered, the oldest is %s", len(d.Items), d.Items[0].Question)
	}
}

func FuzzCursor(f *testing.F) {
	f.Add("")
	f.Add(slip{question: "q1", at: time.UnixMilli(1)}.cursor())
	f.Add("MTIz")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := parseCursor(text)
		if err != nil {
			wantErr(t, "readMark", err, fault.ErrCursor)
			return
		}
		if again, err := parseCursor(s.cursor()); text != "" && (err != nil || again != s) {
			t.Fatalf("%q reads as %+v, which reads as %+v, %v", text, s, again, err)
		}
	})
}

func TestForeignCursorsAreRefused(t *testing.T) {
	b := newBench(t)
	for _, cursor := range []string{"!", "MTIz", "eC5xMQ", slip{question: "Q_!", at: b.at}.cursor()} {
		_, _, err := b.Mistakes(context.Background(), b.of("m1"), cursor, 10)
		wantErr(t, cursor, err, fault.ErrCursor)
	}
}

// A learner who kept her answers reads what became of the law: while the question is looked at again, and once it is mended.
func TestTheBookSaysWhatBecameOfTheLaw(t *testing.T) {
	ctx, b := context.Background(), newBench(t)
	laws := &moving{Library: law.Fixed(testLaws(t))}
	bank := NewBank(b.source, laws)
	reload := func() {
		t.Helper()
		laws.header++
		if err := bank.Reload(ctx); err != nil {
			t.Fatal(err)
		}
	}
	reload()
	b.Service.bank = bank
	b.keeps["m1"] = true
	b.sit(t, "m1", "q1")
	one := func() Mistake {
		t.Helper()
		page, _, err := b.Mistakes(ctx, b.of("m1"), "", 10)
		if err != nil || len(page) != 1 {
			t.Fatalf("%d mistakes, %v", len(page), err)
		}
		return page[0]
	}
	if m := one(); m.Notice != "" {
		t.Errorf("negative control: nothing changed, and it says %q", m.Notice)
	}
	b.source.recheck("q1", true)
	reload()
	if m := one(); m.Notice != overdue {
		t.Errorf("nobody looked at it again in time: %q", m.Notice)
	}
	b.source.recheck("q1", false)
	reload()
	if m := one(); m.Notice != "" {
		t.Errorf("somebody looked, and it says %q", m.Notice)
	}
	cited := bank.Questions()[0].Citations[0]
	laws.changed = []law.Citation{cited.Citation}
	reload()
	if m := one(); !strings.Contains(m.Notice, cited.Label) || !strings.Contains(m.Notice, "正在重新核对") {
		t.Errorf("while it is looked at again: %q", m.Notice)
	}
	mended := strings.ReplaceAll(yamlQuestion("q1", Single, "题目q1", ""), "第二条", "第三条")
	b.source.put(publish.KindQuestion, "q1", "", mended)
	reload()
	if m := one(); !strings.Contains(m.Notice, "你做过以后") || !strings.Contains(m.Notice, cited.Label) || m.Citations[0].Article != 3 {
		t.Errorf("once it is mended: %q, %v", m.Notice, m.Citations)
	}
}

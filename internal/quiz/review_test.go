package quiz

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pugongying/internal/idempotency"
	"pugongying/internal/member"
	"pugongying/internal/publish"
)

// newLearner is a bench whose member m1 has her mistakes history on. Concept A is q1 and q4, B is q2 and q5, C is q3
// and q6; q1 and q2 belong to explainer ex1.
func newLearner(t *testing.T) *bench {
	t.Helper()
	b := newBench(t)
	b.keeps["m1"] = true
	return b
}

func (b *bench) days(n int) { b.at = b.at.Add(time.Duration(n) * 24 * hour) }

// reviews formats her schedule as "due+tomorrow: concept due".
func (b *bench) reviews(t *testing.T) string {
	t.Helper()
	r, err := b.Reviews(context.Background(), b.of("m1"))
	if err != nil || r.Concepts == nil {
		t.Fatalf("Reviews: %+v, %v", r, err)
	}
	shown := []string{}
	for _, c := range r.Concepts {
		shown = append(shown, strings.TrimPrefix(c.Concept, canaryConcept)+" "+c.Due[5:])
	}
	return fmt.Sprintf("%d+%d: %s", r.Due, r.Tomorrow, strings.Join(shown, ", "))
}

func (b *bench) draw(t *testing.T, req StartRequest) Paper {
	t.Helper()
	p, err := b.Start(context.Background(), b.of("m1"), req, nil)
	if err != nil {
		t.Fatalf("Start of %s: %v", req.Origin, err)
	}
	return p
}

func (b *bench) submit(t *testing.T, p Paper, wrong ...string) Result {
	t.Helper()
	r, err := b.Submit(context.Background(), b.of("m1"), p.ID, b.answers(p, wrong...))
	if err != nil {
		t.Fatalf("Submit: %v", err)
	}
	return r
}

func ids(p Paper) []string {
	all := []string{}
	for _, q := range p.Questions {
		all = append(all, q.ID)
	}
	slices.Sort(all)
	return all
}

func TestDueIsCountedByCivilDays(t *testing.T) {
	b := newLearner(t)
	if got := b.reviews(t); got != "0+0: " {
		t.Fatalf("before anything was sat: %s", got)
	}
	b.at = time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC) // 23:00 in Asia/Shanghai
	b.sit(t, "m1", "q2")                                  // B wrong, though q5 was right; A and C right
	for _, c := range []struct {
		at   time.Time
		want string
	}{
		{b.at, "0+1: B 11-24, A 11-25, C 11-25"},
		{b.at.Add(hour - time.Second), "0+1: B 11-24, A 11-25, C 11-25"},
		{b.at.Add(hour), "1+2: B 11-24, A 11-25, C 11-25"},
		{b.at.Add(25 * hour), "3+0: B 11-24, A 11-25, C 11-25"},
		{b.at.Add(1000 * hour), "3+0: B 11-24, A 11-25, C 11-25"},
	} {
		b.at = c.at
		if got := b.reviews(t); got != c.want {
			t.Errorf("at %v: %s, want %s", c.at, got, c.want)
		}
	}
	r, err := b.Reviews(context.Background(), b.of("m1"))
	if err != nil || r.Concepts[0].Last != "2026-11-23" || r.Concepts[0].Explainer != "ex1" || r.Concepts[2].Explainer != "" {
		t.Errorf("%+v, %v", r.Concepts, err)
	}
}

func TestAReviewAsksWhatIsDueByAnotherQuestion(t *testing.T) {
	b, ctx := newLearner(t), context.Background()
	b.sit(t, "m1")
	_, err := b.Start(ctx, b.of("m1"), StartRequest{Origin: FromReview}, nil)
	wantErr(t, "nothing is due yet", err, ErrNothingDue)
	last := []string{}
	for round := range 12 {
		b.days(400)
		p := b.draw(t, StartRequest{Origin: FromReview})
		if p.Title != "今天的复习" || len(p.Questions) != 3 {
			t.Fatalf("round %d: %q with %v", round, p.Title, ids(p))
		}
		for _, id := range ids(p) {
			if slices.Contains(last, id) {
				t.Errorf("round %d: %s again, while its concept has another", round, id)
			}
		}
		last = ids(p)
		if again := b.draw(t, StartRequest{Origin: FromReview}); slices.ContainsFunc(ids(again), func(id string) bool { return slices.Contains(last, id) }) {
			t.Errorf("round %d: a paper begun and left shows the same questions again", round)
		}
		b.submit(t, p)
		_, err := b.Start(ctx, b.of("m1"), StartRequest{Origin: FromReview}, nil)
		wantErr(t, "right after", err, ErrNothingDue)
	}
	if _, err := b.Count(ctx); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, act := range b.ledger.lines {
		if act.Kind != Sat {
			t.Errorf("counted %+v", act)
		}
		if act.Source == "review" {
			n++
		}
	}
	if n != 12 {
		t.Errorf("%d reviews counted, want 12", n)
	}
}

func TestAReviewHasFiveConceptsAtMost(t *testing.T) {
	b := newLearner(t)
	all := []string{}
	for i := range 8 {
		id := fmt.Sprintf("more%d", i)
		b.source.put(publish.KindQuestion, id, "", yamlQuestion(id, Single, "more."+id, ""))
		all = append(all, id)
	}
	b.source.put(publish.KindTopic, "t2", "second", yamlTopic("second", 8, all))
	wantErr(t, "Reload", b.bank.Reload(context.Background()), nil)
	b.sit(t, "m1")
	b.days(1)
	b.submit(t, b.draw(t, StartRequest{Origin: FromTopic, Slug: "second"}))
	b.days(1) // what the first paper asked is due today, the second's tomorrow
	if got := ids(b.draw(t, StartRequest{Origin: FromReview})); len(got) != 3 {
		t.Errorf("asks %v, want what is due", got)
	}
	b.days(5)
	got := ids(b.draw(t, StartRequest{Origin: FromReview}))
	more := slices.DeleteFunc(slices.Clone(got), func(id string) bool { return !strings.HasPrefix(id, "more") })
	if len(got) != 5 || len(more) != 2 {
		t.Errorf("asks %v, want the three most overdue and two more", got)
	}
}

func TestTheDailyPaperBringsWhatIsDueFirst(t *testing.T) {
	b := newLearner(t)
	b.sit(t, "m1", "q2")
	for i := range 20 {
		id := fmt.Sprintf("fresh%d", i)
		b.source.put(publish.KindQuestion, id, "", yamlQuestion(id, Single, "new."+id, ""))
	}
	wantErr(t, "Reload", b.bank.Reload(context.Background()), nil)
	b.days(3)
	due := func(p Paper) int {
		return len(slices.DeleteFunc(ids(p), func(id string) bool { return strings.HasPrefix(id, "fresh") }))
	}
	for range 30 {
		if p := b.draw(t, StartRequest{Origin: FromDaily}); len(p.Questions) != 5 || due(p) != 3 {
			t.Errorf("the daily paper asks %v, want each of the three concepts that are due once", ids(p))
		}
	}
	hers, theirs := 0, 0
	closed := b.of("open") // as her account looks without her code
	for range 30 {         // control: without her book the three are like any others
		p, err := b.Start(context.Background(), b.of("m2"), StartRequest{Origin: FromDaily}, nil)
		wantErr(t, "somebody who keeps nothing", err, nil)
		theirs += due(p)
		p, err = b.Start(context.Background(), closed, StartRequest{Origin: FromDaily}, nil)
		wantErr(t, "her book is closed", err, nil)
		hers += due(p)
	}
	if hers >= 60 || theirs >= 60 {
		t.Errorf("control: of 90 the closed book brings %d and no book %d", hers, theirs)
	}
}

func TestTheDailyPaperIsFullWhereLittleIsLeft(t *testing.T) {
	b := newLearner(t)
	b.sit(t, "m1")
	b.days(3)
	p := b.draw(t, StartRequest{Origin: FromDaily})
	if got := slices.Compact(ids(p)); len(got) != 5 {
		t.Errorf("of six questions in three concepts that are due it asks %v", got)
	}
}

func TestWrongTwiceInARowLeadsToTheExplainer(t *testing.T) {
	b := newLearner(t)
	again := func(r Result) string {
		shown := []string{}
		for _, m := range r.Graded {
			if m.Again != "" {
				shown = append(shown, m.Question+" "+m.Again)
			}
		}
		slices.Sort(shown)
		return strings.Join(shown, ", ")
	}
	topic := StartRequest{Origin: FromTopic, Slug: "first"}
	for i, c := range []struct {
		wrong []string
		want  string
	}{
		{[]string{"q1", "q2", "q3"}, ""},         // for the first time
		{[]string{"q4", "q3"}, "q4 ex1"},         // A by another question, which has no explainer of its own; nothing teaches C
		{[]string{"q2"}, ""},                     // B was right in between
		{[]string{"q2", "q5"}, "q2 ex1, q5 ex1"}, // both questions of B
		{[]string{"q5"}, "q5 ex1"},               // and once more
	} {
		p := b.draw(t, topic)
		r := b.submit(t, p, c.wrong...)
		if got := again(r); got != c.want {
			t.Errorf("sitting %d, wrong %v: again %q, want %q", i, c.wrong, got, c.want)
		}
		_, resumed, err := b.Resume(context.Background(), b.of("m1"), p.ID)
		if err != nil || text(t, *resumed) != text(t, r) {
			t.Errorf("sitting %d: resumed %v, %v", i, resumed, err)
		}
		b.days(1)
	}
	for name, who := range map[string]member.Handle{"her book is closed": "open", "she keeps nothing": "m2"} {
		for range 2 {
			p, err := b.Start(context.Background(), b.of(who), topic, nil)
			wantErr(t, name, err, nil)
			r, err := b.Submit(context.Background(), b.of(who), p.ID, b.answers(p, "q1", "q2", "q4", "q5"))
			if got := again(r); err != nil || got != "" {
				t.Errorf("%s, yet the result tells %q (%v)", name, got, err)
			}
		}
	}
}

func TestNothingOfHerScheduleWithoutKeeping(t *testing.T) {
	b, ctx := newLearner(t), context.Background()
	b.sit(t, "m1", "q1", "q2")
	b.days(5)
	p := b.draw(t, StartRequest{Origin: FromReview})
	daily := b.draw(t, StartRequest{Origin: FromDaily})
	plain, err := b.Start(ctx, b.of("open"), StartRequest{Origin: FromDaily}, nil)
	wantErr(t, "with the book closed", err, nil)
	if got := b.reviews(t); got != "3+0: A 11-24, B 11-24, C 11-25" {
		t.Fatalf("before: %s", got)
	}
	b.keeps["m1"] = false
	if got := b.reviews(t); got != "0+0: " {
		t.Errorf("turned off: %s", got)
	}
	_, err = b.Start(ctx, b.of("m1"), StartRequest{Origin: FromReview}, nil)
	wantErr(t, "turned off", err, ErrNothingDue)
	_, err = b.Start(ctx, b.of(""), StartRequest{Origin: FromReview}, nil)
	wantErr(t, "nobody", err, ErrNothingDue)
	wantErr(t, "Forget", b.Forget(ctx, "m1"), nil)
	for id, left := range map[string]bool{p.ID: false, daily.ID: false, plain.ID: true} {
		if _, there := b.store.attempts[id]; there != left {
			t.Errorf("an open paper drawn with her book: there %v, want %v", there, left)
		}
	}
	b.keeps["m1"] = true
	if got := b.reviews(t); got != "0+0: " {
		t.Errorf("turned on again: %s", got)
	}
}

func TestHerScheduleMovesAndGoesWithHer(t *testing.T) {
	b, ctx := newLearner(t), context.Background()
	b.keeps["guest"] = true
	b.sit(t, "guest", "q1")
	b.days(1)
	b.sit(t, "m1", "q2")
	before := b.reviews(t)
	wantErr(t, "Merge", b.Merge(ctx, "guest", "m1"), nil)
	if got := b.reviews(t); got == before || got != "0+1: B 11-25, A 11-26, C 12-01" {
		t.Errorf("merged: %s, before %s", got, before)
	}
	wantErr(t, "EraseMember", b.EraseMember(ctx, "m1"), nil)
	if got := b.reviews(t); got != "0+0: " {
		t.Errorf("erased: %s", got)
	}
}

func TestAConceptIsWhatItWasWhenItWasDrawn(t *testing.T) {
	b, ctx := newLearner(t), context.Background()
	b.sit(t, "m1", "q1")
	b.source.put(publish.KindQuestion, "q1", "", yamlQuestion("q1", Single, canaryConcept+"Z", ""))
	wantErr(t, "Reload", b.bank.Reload(ctx), nil)
	if got := b.reviews(t); got != "0+1: A 11-24, B 11-25, C 11-25" {
		t.Errorf("after the question moved to another concept: %s", got)
	}
	b.source.put(publish.KindQuestion, "q3", "", "")
	b.source.put(publish.KindQuestion, "q6", "", "")
	b.source.versions["q3"][1].Body, b.source.versions["q6"][1].Body = nil, nil // withdrawn
	b.source.put(publish.KindQuestion, "q5", "", yamlQuestion("q5", Single, canaryConcept+"B", ""))
	b.source.versions["q5"][0].Body = []byte("stem: [") // edited, and what it was can no longer be read
	b.source.header++
	wantErr(t, "Reload", b.bank.Reload(ctx), nil)
	b.bank.past.Purge()
	if got := b.reviews(t); got != "0+1: A 11-24, B 11-25" {
		t.Errorf("with nothing left to ask of C: %s", got)
	}
	b.source.err = errors.New("database is away")
	b.source.versions["q2"] = nil
	if _, err := b.Reviews(ctx, b.of("m1")); err != nil {
		t.Errorf("what is in memory is not asked of the database: %v", err)
	}
}

func TestTheSameKeyBeginsOneReviewEvenWhenItWasSat(t *testing.T) {
	b, ctx := newLearner(t), context.Background()
	b.sit(t, "m1")
	b.days(9)
	begin := func(body string) (Paper, error) {
		return b.Start(ctx, b.of("m1"), StartRequest{Origin: FromReview}, key("review", body))
	}
	first, err := begin("{}")
	wantErr(t, "first", err, nil)
	b.submit(t, first)
	again, err := begin("{}")
	if err != nil || again.ID != first.ID || again.State != Submitted {
		t.Errorf("again: %+v, %v", again, err)
	}
	_, err = begin(`{"scene":"x"}`)
	wantErr(t, "another body", err, idempotency.ErrReused)
	_, err = b.Start(ctx, b.of("m1"), StartRequest{Origin: FromReview}, key("other", "{}"))
	wantErr(t, "another key", err, ErrNothingDue)
}

func TestTheHistoryIsBounded(t *testing.T) {
	b, ctx := newLearner(t), context.Background()
	for i := range historyAttempts + 1 {
		id := fmt.Sprintf("old%04d", i)
		at := b.at.Add(time.Duration(i) * time.Minute)
		question := "q2"
		if i == 0 {
			question = "q1" // only the earliest attempt asked A
		}
		b.store.attempts[id] = Attempt{
			ID: id, Owner: "m1", State: Submitted, Keep: true, StartedAt: at, SubmittedAt: at, Drawn: []Drawn{{Question: question, Version: 1}},
		}
	}
	attempts, err := b.history(ctx, b.of("m1"))
	if err != nil || len(attempts) != historyAttempts || !attempts[0].SubmittedAt.Before(attempts[1].SubmittedAt) {
		t.Errorf("%d sittings read, %v", len(attempts), err)
	}
	if r, err := b.Reviews(ctx, b.of("m1")); err != nil || len(r.Concepts) != 1 {
		t.Errorf("the schedule of the latest %d sittings has %d concepts, want B alone (%v)", historyAttempts, len(r.Concepts), err)
	}
}

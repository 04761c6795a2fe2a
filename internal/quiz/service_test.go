package quiz

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pugongying/internal/idempotency"
	"pugongying/internal/member"
	"pugongying/internal/publish"
)

const hour = time.Hour

func TestStartDrawsWhatWasAsked(t *testing.T) {
	b, ctx := newBench(t), context.Background()
	topic := b.start(t, "m1")
	if len(topic.Questions) != 6 || topic.Title != "家里的事" || topic.State != Open || !topic.ExpiresAt.Equal(b.at.Add(24*hour)) {
		t.Errorf("topic paper %+v", topic)
	}
	daily, err := b.Start(ctx, b.of(""), StartRequest{Origin: FromDaily}, nil)
	if err != nil || len(daily.Questions) != 5 {
		t.Errorf("daily paper of %d questions, %v", len(daily.Questions), err)
	}
	story, err := b.Start(ctx, b.of("m1"), StartRequest{Origin: FromExplainer, Explainer: "ex1", Title: "小兰的故事"}, nil)
	if err != nil || len(story.Questions) != 2 || story.Title != "小兰的故事" {
		t.Errorf("paper of an explainer %+v, %v", story, err)
	}
	_, err = b.Start(ctx, b.of("m1"), StartRequest{Origin: FromTopic, Slug: "nowhere"}, nil)
	wantErr(t, "unknown topic", err, ErrTopicUnknown)
	_, err = b.Start(ctx, b.of("m1"), StartRequest{Origin: FromExplainer, Explainer: "ex9"}, nil)
	wantErr(t, "explainer without questions", err, ErrNoQuestions)
	if len(b.store.attempts) != 3 {
		t.Errorf("%d attempts kept, want 3", len(b.store.attempts))
	}
	for id, a := range b.store.attempts {
		if a.Line == "" || a.Line == id || a.RemoveAt == nil || !a.RemoveAt.Equal(b.at.Add(48*hour)) {
			t.Errorf("attempt %s: line %q, removed at %v", id, a.Line, a.RemoveAt)
		}
	}
}

func TestDailyPrefersConceptsNotSeenToday(t *testing.T) {
	b, ctx := newBench(t), context.Background()
	for i := range 5 {
		id := fmt.Sprintf("fresh%d", i)
		b.source.put(publish.KindQuestion, id, "", yamlQuestion(id, Single, "新的"+id, ""))
	}
	if err := b.bank.Reload(ctx); err != nil {
		t.Fatal(err)
	}
	b.at = time.Date(2026, 11, 23, 15, 59, 0, 0, time.UTC) // 23:59 in Asia/Shanghai
	b.sit(t, "m1")
	fresh := func() int {
		p, err := b.Start(ctx, b.of("m1"), StartRequest{Origin: FromDaily}, nil)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, q := range p.Questions {
			if strings.HasPrefix(q.ID, "fresh") {
				n++
			}
		}
		return n
	}
	if n := fresh(); n != 5 {
		t.Errorf("%d of 5 questions are of concepts not seen today", n)
	}
	b.at = b.at.Add(time.Minute) // a new civil day
	met := map[int]bool{}
	for range 20 {
		b.at = b.at.Add(24 * hour)
		met[fresh()] = true
	}
	if len(met) < 2 {
		t.Errorf("on days with nothing seen the paper always has the same shape: %v", met)
	}
}

func TestAnswersAreReplacedUntilSubmission(t *testing.T) {
	b, ctx := newBench(t), context.Background()
	p := b.start(t, "m1")
	give := func(question string, options ...string) error {
		return b.Answer(ctx, b.of("m1"), p.ID, Given{question, options})
	}
	for _, options := range [][]string{{"a"}, {"b"}, {"b"}, {}, {"d"}} {
		wantErr(t, fmt.Sprint("q1 ", options), give("q1", options...), nil)
	}
	wantErr(t, "several of a multiple", give("q2", "c", "a"), nil)
	writes := b.store.writes
	wantErr(t, "the same in another order", give("q2", "a", "c"), nil)
	if b.store.writes != writes {
		t.Error("an answer that changes nothing was written")
	}
	for name, c := range map[string]struct {
		question string
		options  []string
		want     error
	}{
		"two of a single":  {"q1", []string{"a", "b"}, ErrAnswer},
		"unknown option":   {"q1", []string{"z"}, ErrAnswer},
		"one option twice": {"q2", []string{"a", "a"}, ErrAnswer},
		"unknown question": {"q77", []string{"a"}, ErrQuestionUnknown},
	} {
		wantErr(t, name, give(c.question, c.options...), c.want)
	}
	if b.store.writes != writes {
		t.Error("a refused answer was written")
	}
	paper, _, err := b.Resume(ctx, b.of("m1"), p.ID)
	if err != nil || !slices.Equal(paper.Answers["q1"], []string{"d"}) || len(paper.Answers["q2"]) != 2 || len(paper.Answers) != 2 {
		t.Errorf("resumed with answers %v, %v", paper.Answers, err)
	}
	if _, err := b.Submit(ctx, b.of("m1"), p.ID, nil); err != nil {
		t.Fatal(err)
	}
	wantErr(t, "after submission", give("q1", "a"), ErrSubmitted)
}

func TestSubmissionTakesAnswersSentLate(t *testing.T) {
	b, ctx := newBench(t), context.Background()
	p := b.start(t, "m1")
	right := b.answers(p)
	for _, question := range []string{"q1", "q2", "q3"} {
		wantErr(t, question, b.Answer(ctx, b.of("m1"), p.ID, Given{question, right[question]}), nil)
	}
	b.at = p.ExpiresAt.Add(time.Second)
	wantErr(t, "an answer after the end", b.Answer(ctx, b.of("m1"), p.ID, Given{"q4", right["q4"]}), ErrExpired)
	b.at = p.ExpiresAt.Add(Grace)
	late := map[string][]string{"q4": right["q4"], "q5": right["q5"], "q1": {"d"}}
	r, err := b.Submit(ctx, b.of("m1"), p.ID, late)
	if err != nil || r.Score != 4 { // q2 to q5; q1 was changed for the worse, q6 never answered
		t.Fatalf("submission within the grace: %+v, %v", r, err)
	}
	second := b.start(t, "m1")
	b.at = second.ExpiresAt.Add(Grace + time.Millisecond)
	_, err = b.Submit(ctx, b.of("m1"), second.ID, right)
	wantErr(t, "after the grace", err, ErrExpired)
	if b.store.attempts[second.ID].State != Open {
		t.Error("a refused submission closed the attempt")
	}
}

func TestSubmissionRefusesForeignQuestions(t *testing.T) {
	b, ctx := newBench(t), context.Background()
	p := b.start(t, "m1")
	for name, answers := range map[string]map[string][]string{
		"foreign question": {"q77": {"a"}}, "foreign option": {"q1": {"z"}}, "two of a single": {"q1": {"a", "b"}},
	} {
		_, err := b.Submit(ctx, b.of("m1"), p.ID, answers)
		wantErr(t, name, err, ErrAnswer)
	}
	if a := b.store.attempts[p.ID]; a.State != Open || a.Rev != 1 {
		t.Errorf("a refused submission left %+v", a)
	}
}

func TestSubmittingAgainGivesTheSameResult(t *testing.T) {
	b, ctx := newBench(t), context.Background()
	p, first := b.sit(t, "m1", "q2")
	writes := b.store.writes
	b.at = b.at.Add(100 * hour) // long after the end
	again, err := b.Submit(ctx, b.of("m1"), p.ID, map[string][]string{"q2": {"z"}, "q77": {"a"}})
	if err != nil || text(t, first) != text(t, again) || b.store.writes != writes {
		t.Errorf("again: %v, %v, %d writes more", again, err, b.store.writes-writes)
	}
	_, resumed, err := b.Resume(ctx, b.of("m1"), p.ID)
	if err != nil || text(t, *resumed) != text(t, first) {
		t.Errorf("resumed: %+v, %v", resumed, err)
	}
}

func text(tb testing.TB, value any) string {
	tb.Helper()
	b, err := json.Marshal(value)
	if err != nil {
		tb.Fatal(err)
	}
	return string(b)
}

// hundred submits one attempt from 100 goroutines, each with other answers, and gives the different results.
func hundred(t *testing.T, b *bench, id string) map[string]bool {
	t.Helper()
	var wg sync.WaitGroup
	results := make([]string, 100)
	for i := range results {
		wg.Go(func() {
			given := map[string][]string{}
			for bit, question := range []string{"q1", "q4", "q5"} {
				given[question] = []string{[]string{"a", "b"}[i>>bit&1]}
			}
			r, err := b.Submit(context.Background(), b.of("m1"), id, given)
			if err != nil {
				t.Errorf("Submit: %v", err)
			}
			results[i] = text(t, r)
		})
	}
	wg.Wait()
	different := map[string]bool{}
	for _, r := range results {
		different[r] = true
	}
	return different
}

func TestOneSubmissionUnderConcurrency(t *testing.T) {
	b := newBench(t)
	p := b.start(t, "m1")
	writes := b.store.writes
	if different := hundred(t, b, p.ID); len(different) != 1 || b.store.writes != writes+1 {
		t.Errorf("%d results and %d effects, want one of each", len(different), b.store.writes-writes)
	}

	// Negative control: without the compare-and-swap the same test sees many results and effects.
	control := newBench(t)
	p = control.start(t, "m1")
	writes = control.store.writes
	control.store.blind = &sync.WaitGroup{}
	control.store.blind.Add(100)
	if different := hundred(t, control, p.ID); len(different) < 2 || control.store.writes != writes+100 {
		t.Errorf("control: %d results and %d effects: the test cannot see", len(different), control.store.writes-writes)
	}
}

func TestForeignAttemptsAreNotFound(t *testing.T) {
	b, ctx := newBench(t), context.Background()
	hers, nobodys := b.start(t, "m1"), b.start(t, "")
	for _, who := range []member.Handle{"m2", ""} {
		_, _, err := b.Resume(ctx, b.of(who), hers.ID)
		wantErr(t, "Resume", err, ErrAttemptUnknown)
		wantErr(t, "Answer", b.Answer(ctx, b.of(who), hers.ID, Given{"q1", []string{"a"}}), ErrAttemptUnknown)
		_, err = b.Submit(ctx, b.of(who), hers.ID, nil)
		wantErr(t, "Submit", err, ErrAttemptUnknown)
	}
	_, _, err := b.Resume(ctx, b.of("m1"), "nowhere")
	wantErr(t, "no such attempt", err, ErrAttemptUnknown)
	if _, _, err := b.Resume(ctx, b.of("m2"), nobodys.ID); err != nil {
		t.Errorf("nobody's attempt by its id: %v", err)
	}
	b.keeps["m2"] = true
	_, err = b.Submit(ctx, b.of("m2"), nobodys.ID, nil)
	if _, also := b.Count(ctx); err != nil || also != nil || b.store.attempts[nobodys.ID].Keep {
		t.Errorf("nobody's attempt was kept for who submitted it (%v, %v)", err, also)
	}
	if a := b.store.attempts[hers.ID]; a.State != Open || a.Rev != 1 {
		t.Errorf("a stranger changed it: %+v", a)
	}
}

func TestAnEditNeverChangesAPastAttempt(t *testing.T) {
	b, ctx := newBench(t), context.Background()
	p := b.start(t, "m1")
	right := b.answers(p)
	edited := strings.NewReplacer("{id: b, text: 乙, right: true}", "{id: b, text: 新乙}", "{id: c, text: 丙}", "{id: c, text: 新丙, right: true}", "题目q1", "新题目")
	b.source.put(publish.KindQuestion, "q1", "", edited.Replace(yamlQuestion("q1", Single, "定义", "")))
	b.source.put(publish.KindQuestion, "q5", "", "") // withdrawn
	b.source.versions["q5"][1].Body = nil
	if err := b.bank.Reload(ctx); err != nil {
		t.Fatal(err)
	}
	if got := b.bank.current.Load().questions["q1"]; got.Version != 2 || b.bank.Size() != 5 {
		t.Fatalf("the edit is not live: %+v", got)
	}
	r, err := b.Submit(ctx, b.of("m1"), p.ID, right)
	if err != nil || r.Score != 6 {
		t.Fatalf("graded %+v, %v; want all right by the versions drawn", r, err)
	}
	for _, m := range r.Graded {
		if m.Question == "q1" && (m.Stem != "题目q1" || !slices.Equal(m.Answer, []string{"b"})) {
			t.Errorf("q1 is shown as edited: %+v", m)
		}
	}
	asked := b.source.asked
	if _, _, err := b.Resume(ctx, b.of("m1"), p.ID); err != nil || b.source.asked != asked {
		t.Errorf("old versions were fetched again (%d times), %v", b.source.asked-asked, err)
	}
}

func TestAKeyStartsOneAttempt(t *testing.T) {
	b, ctx := newBench(t), context.Background()
	start := func(k *idempotency.Key) (Paper, error) {
		return b.Start(ctx, b.of("m1"), StartRequest{Origin: FromTopic, Slug: "first"}, k)
	}
	first, err := start(key("POST /a", "{}"))
	if err != nil {
		t.Fatal(err)
	}
	again, err := start(key("POST /a", "{}"))
	if err != nil || text(t, again) != text(t, first) || len(b.store.attempts) != 1 {
		t.Errorf("same key, same body: %v, %d attempts", err, len(b.store.attempts))
	}
	_, err = start(key("POST /a", `{"scene":"x"}`))
	wantErr(t, "same key, other body", err, idempotency.ErrReused)
	other, err := start(key("POST /b", "{}"))
	if err != nil || other.ID == first.ID {
		t.Errorf("another route's key: %v, %v", other.ID, err)
	}
}

func TestWhatIsNotSavedGoesADayAfterItsEnd(t *testing.T) {
	b, ctx := newBench(t), context.Background()
	b.keeps["keeper"] = true
	down := errors.New("ledger is down")
	for who, saved := range map[member.Handle]bool{"keeper": true, "m1": false, "": false} {
		b.ledger.err = down
		p, _ := b.sit(t, who)
		a := b.store.attempts[p.ID]
		if a.Keep != saved || !a.RemoveAt.Equal(UntilFiled) || !a.Pending || a.Line == "" {
			t.Errorf("%q, just submitted: %+v", who, a)
		}
		_, err := b.Count(ctx)
		wantErr(t, "Count", err, down)
		if a = b.store.attempts[p.ID]; a.Keep != saved || !a.Pending || !a.RemoveAt.Equal(UntilFiled) {
			t.Errorf("%q: kept without waiting for the ledger: %+v", who, a)
		}
		b.ledger.err = nil
		if _, err = b.Count(ctx); err != nil {
			t.Fatal(err)
		}
		if a = b.store.attempts[p.ID]; a.Keep != saved || (a.RemoveAt == nil) != saved || !saved && !a.RemoveAt.Equal(b.at.Add(24*hour)) {
			t.Errorf("%q, filed: keep %v, removed at %v", who, a.Keep, a.RemoveAt)
		}
	}
}

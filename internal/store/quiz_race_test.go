package store_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/fault"
	"pugongying/internal/idempotency"
	"pugongying/internal/ledger"
	"pugongying/internal/member"
	"pugongying/internal/quiz"
	"pugongying/internal/store"
	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
)

func TestQuizKeyMakesOneAttemptUnderConcurrency(t *testing.T) {
	engines(t, func(t *testing.T, engine document.Engine) {
		s, ctx := newQuiz(t, engine), context.Background()
		start := func(body string) (string, error) {
			req := quiz.StartRequest{Origin: quiz.FromTopic, Slug: "t1"}
			p, err := s.Start(ctx, layer("m1"), req, idempotency.New("m1", "POST /quizzes/t1/attempts", "k", []byte(body)))
			return p.ID, err
		}
		ids := make([]string, 32)
		var wg sync.WaitGroup
		for i := range ids {
			wg.Go(func() {
				id, err := start("{}")
				if err != nil {
					t.Errorf("Start: %v", err)
				}
				ids[i] = id
			})
		}
		wg.Wait()
		if all, _ := tallied(t, engine, "m1"); all != 1 || len(slices.Compact(ids)) != 1 {
			t.Errorf("%d attempts, ids %v", all, slices.Compact(ids))
		}
		if _, err := start(`{"scene":"x"}`); !errors.Is(err, idempotency.ErrReused) {
			t.Errorf("the key with another body: %v", err)
		}
	})
}

// spied counts what reaches the collections, and disables the compare-and-swap for a negative control: no write happens
// before crowd writers have arrived.
type spied struct {
	document.Engine
	finds, writes, came atomic.Int64
	blind               chan struct{}
}

const crowd = 8

func (e *spied) Collection(name string) document.Collection {
	return &spiedCollection{e.Engine.Collection(name), e}
}

type spiedCollection struct {
	document.Collection
	engine *spied
}

func (c *spiedCollection) Find(ctx context.Context, q document.Query, each func(bson.Raw) error) error {
	c.engine.finds.Add(1)
	return c.Collection.Find(ctx, q, each)
}

func (c *spiedCollection) Replace(ctx context.Context, id string, rev int64, doc any) error {
	if c.engine.blind != nil {
		if c.engine.came.Add(1) == crowd {
			close(c.engine.blind)
		}
		<-c.engine.blind
	}
	for try := 0; ; try++ {
		err := c.Collection.Replace(ctx, id, rev, doc)
		if err == nil {
			c.engine.writes.Add(1)
		}
		if c.engine.blind == nil || !errors.Is(err, document.ErrStale) || try == 1000 {
			return err
		}
		rev++ // whatever it has become
	}
}

func TestQuizSubmissionIsOneWriteAndNoRead(t *testing.T) {
	engines(t, func(t *testing.T, engine document.Engine) {
		spy := &spied{Engine: engine}
		s := newQuiz(t, spy)
		id := startQuiz(t, s, "m1")
		if err := s.Answer(context.Background(), layer("m1"), id, quiz.Given{Question: "q1", Options: []string{"b"}}); err != nil {
			t.Fatal(err)
		}
		spy.finds.Store(0)
		spy.writes.Store(0)
		if _, err := s.Submit(context.Background(), layer("m1"), id, map[string][]string{"q2": {"b"}}); err != nil {
			t.Fatal(err)
		}
		if spy.finds.Load() != 0 || spy.writes.Load() != 1 {
			t.Errorf("%d reads and %d writes, want none and one", spy.finds.Load(), spy.writes.Load())
		}
		if _, _, err := s.Resume(context.Background(), layer("m1"), id); err != nil || spy.finds.Load() != 1 { // negative control
			t.Errorf("the spy saw %d reads of a Resume, %v", spy.finds.Load(), err)
		}
	})
}

// hundredSubmit submits one attempt 100 times at once, by two servers on one engine, each time with other answers.
func hundredSubmit(t *testing.T, engine document.Engine, spy *spied) (results map[string]bool, effects int64) {
	t.Helper()
	servers := []*quiz.Service{newQuiz(t, spy), newQuiz(t, spy)}
	id := startQuiz(t, servers[0], "m1")
	spy.writes.Store(0)
	var mu sync.Mutex
	var wg sync.WaitGroup
	results = map[string]bool{}
	for i := range 100 {
		wg.Go(func() {
			given := map[string][]string{}
			for q := range 5 {
				given[fmt.Sprint("q", q+1)] = []string{[]string{"a", "b"}[i>>q&1]}
			}
			r, err := servers[i%2].Submit(context.Background(), layer("m1"), id, given)
			if err != nil {
				t.Errorf("Submit: %v", err)
			}
			mu.Lock()
			defer mu.Unlock()
			results[fmt.Sprintf("%+v", r)] = true
		})
	}
	wg.Wait()
	if _, stored, err := newQuiz(t, engine).Resume(context.Background(), layer("m1"), id); err != nil || !results[fmt.Sprintf("%+v", *stored)] {
		t.Errorf("what is stored is no result anybody was given (%v)", err)
	}
	return results, spy.writes.Load()
}

func TestQuizOneSubmissionUnderConcurrency(t *testing.T) {
	engines(t, func(t *testing.T, engine document.Engine) {
		if results, effects := hundredSubmit(t, engine, &spied{Engine: engine}); len(results) != 1 || effects != 1 {
			t.Errorf("%d results and %d effects, want one of each", len(results), effects)
		}
		// Negative control: with the revision ignored the same test sees more.
		if results, effects := hundredSubmit(t, engine, &spied{Engine: engine, blind: make(chan struct{})}); len(results) < 2 || effects < 2 {
			t.Errorf("control: %d results and %d effects: the test cannot see", len(results), effects)
		}
	})
}

// TestQuizMemoryNeverDecidesAlone has two servers; what one has cached of an attempt is out of date each time.
func TestQuizMemoryNeverDecidesAlone(t *testing.T) {
	engines(t, func(t *testing.T, engine document.Engine) {
		ctx, one, other := context.Background(), newQuiz(t, engine), newQuiz(t, engine)
		answer := func(s *quiz.Service, who member.Handle, id, option string) error {
			return s.Answer(ctx, layer(who), id, quiz.Given{Question: "q1", Options: []string{option}})
		}
		want := func(what string, err, want error) {
			t.Helper()
			if !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", what, err, want)
			}
		}
		id := startQuiz(t, one, "m1")
		want("answered elsewhere", answer(other, "m1", id, "a"), nil)
		want("answered here on top", answer(one, "m1", id, "b"), nil)
		want("the old answer again elsewhere", answer(other, "m1", id, "a"), nil)
		p, _, err := one.Resume(ctx, layer("m1"), id)
		if err != nil || !slices.Equal(p.Answers["q1"], []string{"a"}) {
			t.Errorf("the last answer is lost: %v, %v", p.Answers, err)
		}
		want("moved elsewhere", other.Merge(ctx, "m1", "m2"), nil)
		want("her new self", answer(one, "m2", id, "b"), nil)
		want("her old self", answer(one, "m1", id, "b"), quiz.ErrAttemptUnknown)
		_, err = other.Submit(ctx, layer("m2"), id, nil)
		want("submitted elsewhere", err, nil)
		want("answered after that", answer(one, "m2", id, "a"), quiz.ErrSubmitted)
		id = startQuiz(t, one, "m1")
		want("erased elsewhere", other.EraseMember(ctx, "m1"), nil)
		_, err = one.Submit(ctx, layer("m1"), id, nil)
		want("submitted after that", err, quiz.ErrAttemptUnknown)
	})
}

func TestQuizDismissalsUnderConcurrency(t *testing.T) {
	engines(t, func(t *testing.T, engine document.Engine) {
		s, ctx := store.NewQuiz(engine), context.Background()
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				for {
					err := s.Dismiss(ctx, "m1", func(d *quiz.Dismissals) error {
						d.Add(quiz.Dismissal{Question: fmt.Sprint("q", i), At: noon()})
						return nil
					})
					if fault.From(err) == nil {
						return
					}
					if !errors.Is(err, store.ErrConflict) {
						t.Errorf("Dismiss: %v", err)
						return
					}
				}
			})
		}
		wg.Wait()
		if d, err := s.Dismissed(ctx, "m1"); err != nil || len(d.Items) != 8 || d.Rev != 8 {
			t.Errorf("%+v, %v", d, err)
		}
	})
}

// countThroughCrash kills the server at one document operation of a count, starts it again, counts again, and gives the
// total; died is false when the count ended before.
func countThroughCrash(t *testing.T, step int, counter func(toLedger) quiz.Counter) (counted int64, died bool) {
	t.Helper()
	ctx, engine := context.Background(), embedded(t)
	s := quizWith(t, engine, time.Now, counter)
	for range 3 {
		sit(t, s, "m1")
	}
	engine.Arm(step)
	_, err := s.Count(ctx)
	if died = engine.Revive(); !died && err != nil {
		t.Fatal(err)
	}
	if _, err := quizWith(t, engine, time.Now, counter).Count(ctx); err != nil {
		t.Fatal(err)
	}
	lines := newLedger(engine)
	if _, err := lines.Tally(ctx); err != nil {
		t.Fatal(err)
	}
	if r := verified(t, lines); !r.Equal() {
		t.Errorf("killed at operation %d: %+v", step, r)
	}
	return total(t, lines, ledger.Query{Kind: ledger.QuizSat}), died
}

// renamed is a counter that forgets which line an act is: the negative control.
type renamed struct{ quiz.Counter }

func (r renamed) Count(ctx context.Context, acts []quiz.Act) error {
	for i := range acts {
		acts[i].Line = rand.Text()
	}
	return r.Counter.Count(ctx, acts)
}

func TestQuizCountingSurvivesACrashAnywhere(t *testing.T) {
	deaths, wrong := 0, 0
	for step, died := 0, true; died; step++ {
		var counted int64
		counted, died = countThroughCrash(t, step, func(l toLedger) quiz.Counter { return l })
		if counted != 3 {
			t.Errorf("killed at operation %d: %d counted of 3", step, counted)
		}
		if died {
			deaths++
		}
		if counted, _ = countThroughCrash(t, step, func(l toLedger) quiz.Counter { return renamed{l} }); counted != 3 {
			wrong++
		}
	}
	if deaths < 4 || wrong == 0 {
		t.Errorf("%d places to die, %d of them wrong in the control: the test sees too little", deaths, wrong)
	}
	testkit.Score(t, "crash points passed / defined", fmt.Sprintf("counting attempts %d/%[1]d", deaths), !t.Failed(),
		fmt.Sprintf("counted under another name each time, %d of them end wrong", wrong))
}

package store_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/fault"
	"pugongying/internal/law"
	"pugongying/internal/ledger"
	"pugongying/internal/member"
	"pugongying/internal/once"
	"pugongying/internal/publish"
	"pugongying/internal/quiz"
	"pugongying/internal/region"
	"pugongying/internal/store"
	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
)

// fiveQuestions is publish with five questions, each with b right, and a topic "t1" of them.
type fiveQuestions struct{}

func (fiveQuestions) Head(context.Context) (int64, error) { return 1, nil }

func (fiveQuestions) Live(_ context.Context, kind publish.Kind, each func(publish.Item) error) error {
	if kind == publish.KindTopic {
		return each(publish.Item{ID: "t1", Slug: "t1", N: 1, Body: []byte(
			"slug: t1\ntitle: 家里的事\nsummary: 几道小题\ndraw: 5\nminutes: 3\nquestions: [q1, q2, q3, q4, q5]\n")})
	}
	for i := 1; i <= 5; i++ {
		body := fmt.Sprintf("id: q%d\nkind: single\nstem: 题目%d\noptions: [{id: a, text: 甲}, {id: b, text: 乙, right: true}]\n"+
			"explanation: 解析\nconcept: c%d\ndifficulty: 2\ncitations: [反家庭暴力法第二条]\n", i, i, i)
		if err := each(publish.Item{ID: fmt.Sprint("q", i), N: 1, Body: []byte(body)}); err != nil {
			return err
		}
	}
	return nil
}

func (fiveQuestions) Version(context.Context, string, int) (publish.Version, error) {
	return publish.Version{}, publish.ErrNotFound
}

// everybodyKeeps is a member service where the members named "keep…" turned keeping on.
type everybodyKeeps struct{}

func (everybodyKeeps) Keeps(_ context.Context, who member.ID) (bool, error) {
	return len(who) > 4 && who[:4] == "keep", nil
}

// toLedger is the wire between quiz and ledger.
type toLedger struct{ *ledger.Service }

func (l toLedger) Count(ctx context.Context, acts []quiz.Act) error {
	lines := make([]ledger.Line, len(acts))
	for i, a := range acts {
		lines[i] = ledger.Line{
			ID: a.Line, Kind: ledger.Kind(a.Kind), Day: a.Day, Source: a.Source, Quantity: 1,
			Region: region.Code(a.Where.Region), Organisation: a.Where.Org, Project: a.Where.Project,
		}
	}
	return l.Append(ctx, lines...)
}

func newQuiz(tb testing.TB, engine document.Engine) *quiz.Service {
	tb.Helper()
	laws, err := law.NewRegister([]law.Law{{
		Slug: "fjtblf", Title: "中华人民共和国反家庭暴力法", Short: "反家庭暴力法",
		Issued: "2015-12-27", Effective: "2016-03-01", Articles: 38,
	}})
	if err != nil {
		tb.Fatal(err)
	}
	bank := quiz.NewBank(fiveQuestions{}, laws)
	if err := bank.Reload(context.Background()); err != nil {
		tb.Fatal(err)
	}
	kept := store.NewQuiz(engine)
	return quiz.New(quiz.Parts{
		Bank: bank, Attempts: kept, Books: kept, Keeper: everybodyKeeps{}, Counter: toLedger{newLedger(engine)},
		Now: time.Now, NewID: rand.Text, Random: quiz.Random,
	})
}

func startQuiz(tb testing.TB, s *quiz.Service, who member.ID) string {
	tb.Helper()
	p, err := s.Start(context.Background(), who, quiz.StartRequest{Origin: quiz.FromTopic, Slug: "t1"}, nil)
	if err != nil {
		tb.Fatalf("Start: %v", err)
	}
	return p.ID
}

func sit(tb testing.TB, s *quiz.Service, who member.ID) string {
	tb.Helper()
	id := startQuiz(tb, s, who)
	if _, err := s.Submit(context.Background(), who, id, map[string][]string{"q1": {"a"}, "q2": {"b"}}); err != nil {
		tb.Fatalf("Submit: %v", err)
	}
	return id
}

func fullAttempt(id string, owner member.ID, started time.Time) *quiz.Attempt {
	gone := started.Add(48 * time.Hour)
	return &quiz.Attempt{
		ID: id, Owner: owner, Origin: quiz.FromTopic, From: "t1", Title: "家里的事", State: quiz.Open,
		Drawn:     []quiz.Drawn{{Question: "q1", Version: 2, Order: []string{"b", "a"}, Chosen: []string{"a"}}, {Question: "q2", Version: 1, Order: []string{"a", "b"}}},
		StartedAt: started, ExpiresAt: started.Add(24 * time.Hour), Total: 2, RemoveAt: &gone,
		Where: quiz.Where{Region: "150202", Org: "o1", Project: "p1"}, Line: "L" + id, Rev: 1, Schema: quiz.AttemptSchema,
	}
}

func TestQuizReadsWhatItWrote(t *testing.T) {
	engines(t, func(t *testing.T, engine document.Engine) {
		s, ctx := store.NewQuiz(engine), context.Background()
		want := fullAttempt("a1", "m1", noon())
		want.Once = once.New("m1", "r", "k", nil)
		if _, err := s.Create(ctx, want); err != nil {
			t.Fatal(err)
		}
		err := s.Update(ctx, "a1", func(a *quiz.Attempt) error {
			a.State, a.SubmittedAt, a.Score, a.Wrong, a.Pending = quiz.Submitted, noon().Add(time.Hour), 1, []string{"q1"}, true
			a.ReleaseAt = noon().Add(2 * time.Hour)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		want.State, want.SubmittedAt, want.Score, want.Wrong, want.Pending = quiz.Submitted, noon().Add(time.Hour), 1, []string{"q1"}, true
		want.ReleaseAt, want.Rev = noon().Add(2*time.Hour), 2
		if got, err := s.Get(ctx, "a1"); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("Get = %+v, %v\nwant %+v", got, err, want)
		}
		if _, err := s.Get(ctx, "a2"); !errors.Is(err, quiz.ErrAttemptUnknown) {
			t.Errorf("Get of none = %v", err)
		}
		err = s.Update(ctx, "a2", func(*quiz.Attempt) error { return nil })
		if !errors.Is(err, quiz.ErrAttemptUnknown) {
			t.Errorf("Update of none = %v", err)
		}
	})
}

func TestQuizKeyMakesOneAttemptUnderConcurrency(t *testing.T) {
	engines(t, func(t *testing.T, engine document.Engine) {
		s, ctx := newQuiz(t, engine), context.Background()
		start := func(body string) (string, error) {
			req := quiz.StartRequest{Origin: quiz.FromTopic, Slug: "t1"}
			p, err := s.Start(ctx, "m1", req, once.New("m1", "POST /quizzes/t1/attempts", "k", []byte(body)))
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
		if all, _, err := s.Tally(ctx, "m1"); err != nil || all != 1 || len(slices.Compact(ids)) != 1 {
			t.Errorf("%d attempts (%v), ids %v", all, err, slices.Compact(ids))
		}
		if _, err := start(`{"scene":"x"}`); !errors.Is(err, once.ErrReused) {
			t.Errorf("the key with another body: %v", err)
		}
	})
}

// spied counts what reaches the collections, and blinds the compare-and-swap for a negative control.
type spied struct {
	document.Engine
	finds, writes atomic.Int64
	blind         bool
}

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
	for try := 0; ; try++ {
		err := c.Collection.Replace(ctx, id, rev, doc)
		if err == nil {
			c.engine.writes.Add(1)
		}
		if !c.engine.blind || !errors.Is(err, document.ErrStale) || try == 1000 {
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
		if err := s.Answer(context.Background(), "m1", id, quiz.Given{Question: "q1", Options: []string{"b"}}); err != nil {
			t.Fatal(err)
		}
		spy.finds.Store(0)
		spy.writes.Store(0)
		if _, err := s.Submit(context.Background(), "m1", id, map[string][]string{"q2": {"b"}}); err != nil {
			t.Fatal(err)
		}
		if spy.finds.Load() != 0 || spy.writes.Load() != 1 {
			t.Errorf("%d reads and %d writes, want none and one", spy.finds.Load(), spy.writes.Load())
		}
		if _, _, err := s.Resume(context.Background(), "m1", id); err != nil || spy.finds.Load() != 1 { // negative control
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
			r, err := servers[i%2].Submit(context.Background(), "m1", id, given)
			if err != nil {
				t.Errorf("Submit: %v", err)
			}
			mu.Lock()
			defer mu.Unlock()
			results[fmt.Sprintf("%+v", r)] = true
		})
	}
	wg.Wait()
	if _, stored, err := newQuiz(t, engine).Resume(context.Background(), "m1", id); err != nil || !results[fmt.Sprintf("%+v", *stored)] {
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
		if results, effects := hundredSubmit(t, engine, &spied{Engine: engine, blind: true}); len(results) < 2 || effects < 2 {
			t.Errorf("control: %d results and %d effects: the test cannot see", len(results), effects)
		}
	})
}

// TestQuizMemoryNeverDecidesAlone has two servers; what one remembers of an attempt is out of date each time.
func TestQuizMemoryNeverDecidesAlone(t *testing.T) {
	engines(t, func(t *testing.T, engine document.Engine) {
		ctx, one, other := context.Background(), newQuiz(t, engine), newQuiz(t, engine)
		answer := func(s *quiz.Service, who member.ID, id, option string) error {
			return s.Answer(ctx, who, id, quiz.Given{Question: "q1", Options: []string{option}})
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
		p, _, err := one.Resume(ctx, "m1", id)
		if err != nil || !slices.Equal(p.Answers["q1"], []string{"a"}) {
			t.Errorf("the last answer is lost: %v, %v", p.Answers, err)
		}
		want("moved elsewhere", other.Merge(ctx, "m1", "m2"), nil)
		want("her new self", answer(one, "m2", id, "b"), nil)
		want("her old self", answer(one, "m1", id, "b"), quiz.ErrAttemptUnknown)
		_, err = other.Submit(ctx, "m2", id, nil)
		want("submitted elsewhere", err, nil)
		want("answered after that", answer(one, "m2", id, "a"), quiz.ErrSubmitted)
		id = startQuiz(t, one, "m1")
		want("erased elsewhere", other.EraseMember(ctx, "m1"), nil)
		_, err = one.Submit(ctx, "m1", id, nil)
		want("submitted after that", err, quiz.ErrAttemptUnknown)
	})
}

func TestQuizFindsHers(t *testing.T) {
	engines(t, func(t *testing.T, engine document.Engine) {
		s, ctx := store.NewQuiz(engine), context.Background()
		for i := range 6 {
			for _, who := range []member.ID{"m1", "m2", ""} {
				a := fullAttempt(fmt.Sprintf("%s-%d", who, i), who, noon().Add(time.Duration(i)*time.Hour))
				a.Keep, a.SubmittedAt = i%2 == 0, a.StartedAt.Add(time.Minute)
				if i > 3 {
					until := quiz.UntilFiled
					a.Pending, a.RemoveAt = true, &until
				}
				if _, err := s.Create(ctx, a); err != nil {
					t.Fatal(err)
				}
			}
		}
		ids := func(list []quiz.Attempt, err error) string {
			t.Helper()
			found := []string{}
			for _, a := range list {
				found = append(found, a.ID)
			}
			return fmt.Sprint(found, err)
		}
		since, err := s.Since(ctx, "m1", noon().Add(4*time.Hour))
		slices.SortFunc(since, func(a, b quiz.Attempt) int { return a.StartedAt.Compare(b.StartedAt) })
		for what, c := range map[string]struct{ got, want string }{
			"since":        {ids(since, err), "[m1-4 m1-5] <nil>"},
			"kept":         {ids(s.Kept(ctx, "m1", 2)), "[m1-4 m1-2] <nil>"},
			"pending hers": {ids(s.Pending(ctx, "m1", 10)), "[m1-4 m1-5] <nil>"},
		} {
			if c.got != c.want {
				t.Errorf("%s: %s, want %s", what, c.got, c.want)
			}
		}
		for limit, want := range map[int]int{4: 4, 10: 6} {
			if list, err := s.Pending(ctx, "", limit); err != nil || len(list) != want {
				t.Errorf("pending of all, at most %d: %s", limit, ids(list, err))
			}
		}
		some := []string{"m1-5", "m1-1", "nowhere"}
		if err := s.Keep(ctx, some); err != nil {
			t.Fatal(err)
		}
		a, err := s.Get(ctx, "m1-5")
		if err != nil || !a.Keep || !a.RemoveAt.Equal(quiz.UntilFiled) || !a.Pending || a.Rev != 2 {
			t.Errorf("kept: %+v, %v", a, err)
		}
		if err := s.Filed(ctx, append(some, "m2-5"), noon().Add(24*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if a, err = s.Get(ctx, "m2-5"); err != nil || a.Pending || a.Line != "" || !a.RemoveAt.Equal(noon().Add(24*time.Hour)) || a.Rev != 2 {
			t.Errorf("filed, not kept: %+v, %v", a, err)
		}
		if a, err = s.Get(ctx, "m1-5"); err != nil || a.Pending || a.Line != "" || a.RemoveAt != nil || a.Rev != 3 {
			t.Errorf("filed: %+v, %v", a, err)
		}
		if a, err = s.Get(ctx, "m1-1"); err != nil || a.Keep || a.Line == "" || a.Rev != 1 {
			t.Errorf("what was not pending was marked: %+v, %v", a, err)
		}
	})
}

func TestQuizDropsAndMovesWhatIsHers(t *testing.T) {
	engines(t, func(t *testing.T, engine document.Engine) {
		s, ctx := newQuiz(t, engine), context.Background()
		tally := func(who member.ID) string {
			t.Helper()
			all, kept, err := s.Tally(ctx, who)
			if err != nil {
				t.Fatal(err)
			}
			d, err := s.Books.Dismissed(ctx, who)
			return fmt.Sprint(all, kept, len(d.Items), err)
		}
		furnish := func(who member.ID) {
			t.Helper()
			startQuiz(t, s, who)
			sit(t, s, who)
			for range 2 {
				if err := s.Dismiss(ctx, who, "q1"); err != nil {
					t.Fatal(err)
				}
			}
		}
		furnish("keep1")
		furnish("keep2")
		if got := tally("keep1"); got != "2 1 1 <nil>" {
			t.Fatalf("furnished: %s", got)
		}
		for range 2 {
			if err := s.Merge(ctx, "keep1", "keep2"); err != nil {
				t.Fatal(err)
			}
			if from, to := tally("keep1"), tally("keep2"); from != "0 0 0 <nil>" || to != "4 2 1 <nil>" {
				t.Errorf("merged: %s and %s", from, to)
			}
		}
		furnish("keep1")
		if err := s.Forget(ctx, "keep1"); err != nil {
			t.Fatal(err)
		}
		if got := tally("keep1"); got != "1 0 0 <nil>" {
			t.Errorf("forgotten: %s", got)
		}
		for _, who := range []member.ID{"keep1", "keep2"} {
			if err := s.EraseMember(ctx, who); err != nil {
				t.Fatal(err)
			}
		}
		for _, d := range []string{"attempts", "dismissals"} {
			if n, err := engine.Collection(d).Count(ctx, bson.D{}); err != nil || n != 0 {
				t.Errorf("%d documents left in %s, %v", n, d, err)
			}
		}
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
	serve := func() *quiz.Service {
		s := newQuiz(t, engine)
		s.Counter = counter(toLedger{newLedger(engine)})
		return s
	}
	s := serve()
	for range 3 {
		sit(t, s, "m1")
	}
	engine.Arm(step)
	_, err := s.Count(ctx)
	if died = engine.Revive(); !died && err != nil {
		t.Fatal(err)
	}
	if _, err := serve().Count(ctx); err != nil {
		t.Fatal(err)
	}
	lines := newLedger(engine)
	if _, err := lines.Fold(ctx); err != nil {
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
}

func TestQuizLetsGoWhatIsNotKept(t *testing.T) {
	clock := testkit.NewClock()
	engine, ctx := testkit.EmbeddedAt(t, clock.Now), context.Background()
	if err := engine.Ensure(ctx, store.Declarations()); err != nil {
		t.Fatal(err)
	}
	s := newQuiz(t, engine)
	s.Now = clock.Now
	startQuiz(t, s, "m1")
	sit(t, s, "m1")
	sit(t, s, "")
	sit(t, s, "keep1")
	if _, err := s.Count(ctx); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		after time.Duration
		left  int64
	}{{24*time.Hour - time.Second, 4}, {2 * time.Second, 2}, {24 * time.Hour, 1}, {1000 * time.Hour, 1}} {
		clock.Advance(c.after)
		if err := engine.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
		if n, err := engine.Collection("attempts").Count(ctx, bson.D{}); err != nil || n != c.left {
			t.Errorf("at %v: %d attempts left, want %d (%v)", clock.Now(), n, c.left, err)
		}
	}
}

package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/ledger"
	"pugongying/internal/region"
	"pugongying/internal/store"
	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
)

type anywhere struct{}

func (anywhere) Find(c region.Code) (region.Region, error) { return region.Region{Code: c}, nil }

func (anywhere) Children(region.Code) ([]region.Region, error) { return nil, nil }

const (
	league = region.Code("152200000000")
	banner = region.Code("152221000000")
	sumu   = region.Code("152221100000")
)

func noon() time.Time { return time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC) }

func newLedger(engine document.Engine) *ledger.Service {
	return ledger.New(store.NewLedger(engine), anywhere{}, league, noon)
}

// act is the n-th invented act: three months, three regions, two projects.
func act(n int) ledger.Line {
	l := ledger.Line{
		ID: ledger.ActID(ledger.QuizSat, fmt.Sprint(n)), Kind: ledger.QuizSat, Source: "quiz:abc", Quantity: 1,
		Day:    fmt.Sprintf("2026-%02d-2%d", n%3+9, n%3+1),
		Region: []region.Code{league, banner, sumu}[n/3%3],
	}
	if n%2 == 0 {
		l.Project, l.Organisation = "p1", "lm"
	}
	if n%5 == 0 {
		l.Kind, l.ID = ledger.StoryRead, ledger.ActID(ledger.StoryRead, fmt.Sprint(n))
	}
	return l
}

func appendActs(t *testing.T, s *ledger.Service, n int) {
	t.Helper()
	for i := range n {
		if err := s.Append(context.Background(), act(i)); err != nil {
			t.Fatalf("Append(%d) = %v", i, err)
		}
	}
}

func verified(t *testing.T, s *ledger.Service) ledger.Report {
	t.Helper()
	r, err := s.Verify(context.Background())
	if err != nil {
		t.Fatalf("Verify() = %v", err)
	}
	return r
}

func total(t *testing.T, s *ledger.Service, q ledger.Query) int64 {
	t.Helper()
	n, err := s.Total(context.Background(), q)
	if err != nil {
		t.Fatalf("Total(%+v) = %v", q, err)
	}
	return n
}

func TestLedgerTotalsByRegionProjectAndTime(t *testing.T) {
	engines(t, func(t *testing.T, engine document.Engine) {
		s := newLedger(engine)
		const n = 30
		appendActs(t, s, n)
		for name, q := range map[string]ledger.Query{
			"all quizzes":     {Kind: ledger.QuizSat},
			"stories":         {Kind: ledger.StoryRead},
			"a league":        {Kind: ledger.QuizSat, Region: region.ScopeOf(league)},
			"a banner":        {Kind: ledger.QuizSat, Region: region.ScopeOf(banner)},
			"a sumu":          {Kind: ledger.QuizSat, Region: region.ScopeOf(sumu)},
			"elsewhere":       {Kind: ledger.QuizSat, Region: region.ScopeOf("150100000000")},
			"a project":       {Kind: ledger.QuizSat, Project: "p1"},
			"organisation":    {Kind: ledger.QuizSat, Organisation: "lm"},
			"no project":      {Kind: ledger.QuizSat, Project: "p2"},
			"from":            {Kind: ledger.QuizSat, From: "2026-10"},
			"until":           {Kind: ledger.QuizSat, To: "2026-10"},
			"one month":       {Kind: ledger.QuizSat, From: "2026-10", To: "2026-10"},
			"month and place": {Kind: ledger.QuizSat, Region: region.ScopeOf(banner), From: "2026-10", To: "2026-10"},
		} {
			want := int64(0)
			for i := range n {
				l := act(i)
				if l.Kind == q.Kind && (q.Region == region.Scope{} || q.Region.Contains(l.Region)) &&
					(q.Project == "" || q.Project == l.Project) && (q.Organisation == "" || q.Organisation == l.Organisation) &&
					(q.From == "" || q.From <= l.Day[:7]) && (q.To == "" || l.Day[:7] <= q.To) {
					want++
				}
			}
			if got := total(t, s, q); got != want {
				t.Errorf("%s: %d, want %d", name, got, want)
			}
		}
		if r := verified(t, s); !r.Equal() || r.Lines != n || r.Untallied != 0 || r.Totals == 0 {
			t.Errorf("Verify = %+v", r)
		}
	})
}

func TestLedgerCountsAnActOnce(t *testing.T) {
	engines(t, func(t *testing.T, engine document.Engine) {
		s := newLedger(engine)
		var wait sync.WaitGroup
		errs := make(chan error, 64)
		for i := range 32 {
			wait.Go(func() { errs <- s.Append(context.Background(), act(1), act(i+2)) })
			wait.Go(func() { _, err := s.Tally(context.Background()); errs <- err })
		}
		wait.Wait()
		close(errs)
		for err := range errs {
			if err != nil && !errors.Is(err, document.ErrStale) && !errors.Is(err, document.ErrDuplicate) {
				t.Errorf("append or tally under concurrency: %v", err)
			}
		}
		appendActs(t, s, 34)
		got := total(t, s, ledger.Query{Kind: ledger.QuizSat}) + total(t, s, ledger.Query{Kind: ledger.StoryRead})
		if r := verified(t, s); !r.Equal() || got != 34 || r.Lines != 34 {
			t.Errorf("%d counted of 34, %+v", got, r)
		}
	})
}

func TestLedgerCorrections(t *testing.T) {
	engines(t, func(t *testing.T, engine document.Engine) {
		ctx, s := context.Background(), newLedger(engine)
		lecture := act(1)
		lecture.Quantity = 40
		if err := s.Append(ctx, lecture, act(2)); err != nil {
			t.Fatal(err)
		}
		q := ledger.Query{Kind: ledger.QuizSat}
		for _, step := range []struct{ right, want int64 }{{40, 41}, {38, 39}, {38, 39}, {0, 1}, {5, 6}} {
			if err := s.Correct(ctx, lecture.ID, step.right); err != nil {
				t.Fatalf("Correct(%d) = %v", step.right, err)
			}
			if got := total(t, s, q); got != step.want {
				t.Errorf("corrected to %d: total %d, want %d", step.right, got, step.want)
			}
		}
		stored, corrections, err := store.NewLedger(engine).Act(ctx, lecture.ID)
		if err != nil || stored.Quantity != 40 || len(corrections) != 3 {
			t.Fatalf("the line itself: %+v, %d corrections, %v", stored, len(corrections), err)
		}
		for _, c := range corrections {
			if c.Day != lecture.Day || c.Region != lecture.Region || c.At != "2026-11-23" {
				t.Errorf("a correction stands elsewhere: %+v", c)
			}
		}
		if err := s.Correct(ctx, corrections[0].ID, 1); !errors.Is(err, ledger.ErrLine) {
			t.Errorf("Correct(a correction) = %v", err)
		}
		if err := s.Correct(ctx, lecture.ID, -1); !errors.Is(err, ledger.ErrLine) {
			t.Errorf("Correct(-1) = %v", err)
		}
		if err := s.Correct(ctx, ledger.ActID(ledger.QuizSat, "none"), 1); !errors.Is(err, ledger.ErrUnknown) {
			t.Errorf("Correct(unknown) = %v", err)
		}
	})
}

func TestLedgerTwoCorrectionsAtOnceAreNotBothWritten(t *testing.T) {
	engines(t, func(t *testing.T, engine document.Engine) {
		ctx, s := context.Background(), newLedger(engine)
		if err := s.Append(ctx, act(1)); err != nil {
			t.Fatal(err)
		}
		var wait sync.WaitGroup
		for range 16 {
			wait.Go(func() {
				if err := s.Correct(ctx, act(1).ID, 0); err != nil && !errors.Is(err, ledger.ErrCorrected) {
					t.Errorf("Correct = %v", err)
				}
			})
		}
		wait.Wait()
		if got := total(t, s, ledger.Query{Kind: ledger.QuizSat}); got != 0 {
			t.Errorf("corrected to 0 by sixteen: %d", got)
		}
	})
}

func TestLedgerVerifySeesAndRebuildMends(t *testing.T) {
	engines(t, func(t *testing.T, engine document.Engine) {
		ctx, s := context.Background(), newLedger(engine)
		appendActs(t, s, 30)
		if _, err := s.Tally(ctx); err != nil {
			t.Fatal(err)
		}
		totals := engine.Collection("ledger_totals")
		for name, spoil := range map[string]func() error{
			"a counter raised": func() error {
				_, err := totals.Update(ctx, bson.D{{Key: "month", Value: "2026-09"}},
					bson.D{{Key: "$inc", Value: bson.D{{Key: "quantity", Value: int64(1)}}}})
				return err
			},
			"a counter lost": func() error {
				_, err := totals.Delete(ctx, bson.D{{Key: "month", Value: "2026-10"}})
				return err
			},
			"a counter of no line": func() error {
				return totals.Insert(ctx, ledger.Total{ID: "stray", Month: "2026-12", Kind: ledger.QuizSat, Quantity: 7})
			},
			"a mark lost": func() error {
				_, err := engine.Collection("ledger_lines").Update(ctx, bson.D{{Key: "day", Value: "2026-11-23"}},
					bson.D{{Key: "$set", Value: bson.D{{Key: "folded", Value: false}}}})
				return err
			},
		} {
			if err := spoil(); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if verified(t, s).Equal() {
				t.Errorf("%s: not seen", name)
			}
			if err := s.Rebuild(ctx); err != nil {
				t.Fatalf("%s: Rebuild() = %v", name, err)
			}
			if r := verified(t, s); !r.Equal() || r.Untallied != 0 || r.Lines != 30 {
				t.Errorf("%s: rebuilt, %+v", name, r)
			}
		}
	})
}

// crashEverywhere lets a server crash at each operation of the work in turn, restarts it, and checks whether any crash
// left the totals wrong. It returns the number of crashes and of wrong states.
func crashEverywhere(t *testing.T, loose bool, work func(*ledger.Service) error) (deaths, wrong int) {
	t.Helper()
	for k := 0; ; k++ {
		engine := embedded(t)
		engine.Loose = loose
		s := newLedger(engine)
		appendActs(t, s, 10)
		engine.Arm(k)
		err := work(s)
		if !engine.Revive() {
			if err != nil {
				t.Fatalf("without a crash: %v", err)
			}
			return deaths, wrong
		}
		deaths++
		if !verified(t, s).Equal() {
			wrong++
			continue
		}
		appendActs(t, s, 12) // acts that were not acknowledged are sent again
		if got := total(t, s, ledger.Query{Kind: ledger.QuizSat}) + total(t, s, ledger.Query{Kind: ledger.StoryRead}); got != 12 {
			t.Errorf("death %d: %d counted of 12", k, got)
		}
		if err := s.Rebuild(context.Background()); err != nil || !verified(t, s).Equal() {
			t.Errorf("death %d: Rebuild() = %v", k, err)
		}
	}
}

func TestLedgerTotalsStayRightWhereverTheServerDies(t *testing.T) {
	passed, seen := 0, 0
	for name, work := range map[string]func(*ledger.Service) error{
		"append":  func(s *ledger.Service) error { return s.Append(context.Background(), act(10), act(11)) },
		"tally":   func(s *ledger.Service) error { _, err := s.Tally(context.Background()); return err },
		"rebuild": func(s *ledger.Service) error { return s.Rebuild(context.Background()) },
	} {
		deaths, wrong := crashEverywhere(t, false, work)
		t.Logf("%s: %d deaths, %d wrong", name, deaths, wrong)
		if deaths < 2 || wrong != 0 {
			t.Errorf("%s: %d deaths left %d ledgers wrong", name, deaths, wrong)
		}
		passed += deaths - wrong
		// The control: the same deaths without transactions are seen.
		_, wrong = crashEverywhere(t, true, work)
		if seen += wrong; wrong == 0 && name != "append" {
			t.Errorf("%s without transactions: no death was seen", name)
		}
	}
	testkit.Score(t, "crash points passed / defined", fmt.Sprintf("ledger %d/%[1]d", passed), !t.Failed(), fmt.Sprintf("without transactions %d of them leave a wrong ledger", seen))
}

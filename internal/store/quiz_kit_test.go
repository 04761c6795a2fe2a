package store_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"testing"
	"time"

	"pugongying/internal/law"
	"pugongying/internal/ledger"
	"pugongying/internal/member"
	"pugongying/internal/publish"
	"pugongying/internal/quiz"
	"pugongying/internal/region"
	"pugongying/internal/store"
	"pugongying/internal/store/document"
)

// fiveQuestions is publish with five questions, each with b right, and a topic "t1" of them.
type fiveQuestions struct{}

func (fiveQuestions) Generation(context.Context) (int64, error) { return 1, nil }

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

func (fiveQuestions) Changed(context.Context, publish.Kind, int64, func(publish.Item) error) error {
	return nil
}

func (fiveQuestions) Version(context.Context, string, int) (publish.Version, error) {
	return publish.Version{}, publish.ErrNotFound
}

// layer is a layer of this handle; those named "keep…" have the mistakes history on.
type layer member.Handle

func (l layer) Handle() member.Handle { return member.Handle(l) }

func (l layer) Reaches(owner member.Handle) bool { return owner == "" || owner == l.Handle() }

func (l layer) Mistakes() bool { return strings.HasPrefix(string(l), "keep") }

func (l layer) Keeps(context.Context) (bool, error) { return l.Mistakes(), nil }

// tallied counts a layer's attempts, and how many of them are saved.
func tallied(tb testing.TB, engine document.Engine, of member.Handle) (all, saved int) {
	tb.Helper()
	err := store.NewQuiz(engine).All(context.Background(), of, func(a quiz.Attempt) error {
		all++
		if a.Keep {
			saved++
		}
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	return all, saved
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
	return quizWith(tb, engine, time.Now, func(l toLedger) quiz.Counter { return l })
}

func quizWith(tb testing.TB, engine document.Engine, now func() time.Time, counter func(toLedger) quiz.Counter) *quiz.Service {
	tb.Helper()
	laws, err := law.NewRegister([]law.Law{{
		Slug: "fjtblf", Title: "中华人民共和国反家庭暴力法", Short: "反家庭暴力法",
		Issued: "2015-12-27", Effective: "2016-03-01", Articles: 38,
	}})
	if err != nil {
		tb.Fatal(err)
	}
	bank := quiz.NewBank(fiveQuestions{}, law.Fixed(laws))
	if err := bank.Reload(context.Background()); err != nil {
		tb.Fatal(err)
	}
	attempts := store.NewQuiz(engine)
	lines := ledger.New(store.NewLedger(engine), anywhere{}, league, time.Now) // by the clock that names the days
	s, err := quiz.New(quiz.Parts{
		Bank: bank, Attempts: attempts, Books: attempts, Counter: counter(toLedger{lines}),
		Now: now, NewID: rand.Text, Random: quiz.Random,
	})
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

func startQuiz(tb testing.TB, s *quiz.Service, who member.Handle) string {
	tb.Helper()
	p, err := s.Start(context.Background(), layer(who), quiz.StartRequest{Origin: quiz.FromTopic, Slug: "t1"}, nil)
	if err != nil {
		tb.Fatalf("Start: %v", err)
	}
	return p.ID
}

func sit(tb testing.TB, s *quiz.Service, who member.Handle) string {
	tb.Helper()
	id := startQuiz(tb, s, who)
	if _, err := s.Submit(context.Background(), layer(who), id, map[string][]string{"q1": {"a"}, "q2": {"b"}}); err != nil {
		tb.Fatalf("Submit: %v", err)
	}
	return id
}

func fullAttempt(id string, owner member.Handle, started time.Time) *quiz.Attempt {
	gone := started.Add(48 * time.Hour)
	return &quiz.Attempt{
		ID: id, Owner: owner, Origin: quiz.FromTopic, From: "t1", Title: "家里的事", State: quiz.Open,
		Drawn:     []quiz.Drawn{{Question: "q1", Version: 2, Order: []string{"b", "a"}, Chosen: []string{"a"}}, {Question: "q2", Version: 1, Order: []string{"a", "b"}}},
		StartedAt: started, ExpiresAt: started.Add(24 * time.Hour), Total: 2, RemoveAt: &gone,
		Where: quiz.Where{Region: "150202", Org: "o1", Project: "p1"}, Line: "L" + id, Book: true, PreviouslyWrong: []string{"q2"}, Rev: 1, Schema: quiz.AttemptSchema,
	}
}

package quiz

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pugongying/internal/fault"
	"pugongying/internal/idempotency"
	"pugongying/internal/law"
	"pugongying/internal/member"
	"pugongying/internal/publish"
)

// Markers that are in every question's answer; none may be visible before submission.
const (
	canaryWhy     = "解析暗号"
	canaryConcept = "知识点暗号"
)

func testLaws(tb testing.TB) *law.Register {
	tb.Helper()
	laws, err := law.NewRegister([]law.Law{{
		Slug: "fjtblf", Title: "中华人民共和国反家庭暴力法", Short: "反家庭暴力法",
		Issued: "2015-12-27", Effective: "2016-03-01", Articles: 38,
	}})
	if err != nil {
		tb.Fatal(err)
	}
	return laws
}

// yamlQuestion is a valid question: for kind "multiple" a and c are right, for any other b is right.
func yamlQuestion(id string, kind Kind, concept, explainer string) string {
	options := "[{id: a, text: 甲}, {id: b, text: 乙, right: true}, {id: c, text: 丙}, {id: d, text: 丁}]"
	extra := ""
	switch kind {
	case Multiple:
		options = "[{id: a, text: 甲, right: true}, {id: b, text: 乙}, {id: c, text: 丙, right: true}]"
	case TrueFalse:
		options = "[{id: a, text: 对}, {id: b, text: 错, right: true}]"
	case Scenario:
		extra = "scenario: 她把工资卡交了出去。\n"
	}
	return fmt.Sprintf("id: %s\nkind: %s\n%sstem: 题目%s\noptions: %s\nexplanation: %s%s\nconcept: %s\ndifficulty: 2\n"+
		"citations: [反家庭暴力法第二条]\nexplainer: %q\n", id, kind, extra, id, options, canaryWhy, id, concept, explainer)
}

// keepers are the layers whose mistakes history is on.
type keepers map[member.Handle]bool

// layer is what a request reaches: its handle, and that of the open layer.
type layer struct {
	handle, open member.Handle
	keeps        keepers
}

func (l layer) Handle() member.Handle { return l.handle }

func (l layer) Reaches(owner member.Handle) bool {
	return owner == "" || owner == l.handle || owner == l.open
}

func (l layer) Mistakes() bool { return l.keeps[l.handle] }

func (l layer) Keeps(context.Context) (bool, error) { return l.keeps[l.handle], nil }

// of is the layer of this handle, unlocked.
func (b *bench) of(handle member.Handle) Layer { return layer{handle, handle, b.keeps} }

// fakeLedger appends a line once, as the real one does.
type fakeLedger struct {
	lines map[string]Act
	sent  int
	err   error
	bad   string // the line that is refused, and with it the batch
	after func() // runs once the lines are appended
}

func (f *fakeLedger) Count(_ context.Context, acts []Act) error {
	if f.err != nil {
		return f.err
	}
	if slices.ContainsFunc(acts, func(a Act) bool { return a.Line == f.bad }) {
		return fault.New(fault.Invalid, "line", "不收。")
	}
	for _, act := range acts {
		f.lines[act.Line] = act
		f.sent++
	}
	if f.after != nil {
		f.after()
	}
	return nil
}

// bench is a service over fakes, with a clock that moves only when the test moves it.
type bench struct {
	*Service
	source *fakeSource
	store  *fakeStore
	ledger *fakeLedger
	keeps  keepers
	at     time.Time
}

// newBench has a topic "t1" of six questions in three concepts and an explainer "ex1" with two questions.
func newBench(tb testing.TB) *bench {
	tb.Helper()
	b := &bench{
		source: &fakeSource{}, store: newFakeStore(), ledger: &fakeLedger{lines: map[string]Act{}}, keeps: keepers{},
		at: time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC),
	}
	ids := []string{}
	for i, kind := range []Kind{Single, Multiple, TrueFalse, Scenario, Single, Multiple} {
		id, explainer := fmt.Sprintf("q%d", i+1), ""
		if i < 2 {
			explainer = "ex1"
		}
		b.source.put(publish.KindQuestion, id, "", yamlQuestion(id, kind, canaryConcept+string(rune('A'+i%3)), explainer))
		ids = append(ids, id)
	}
	b.source.put(publish.KindTopic, "t1", "first", yamlTopic("first", 6, ids))
	bank := NewBank(b.source, law.Fixed(testLaws(tb)))
	if err := bank.Reload(context.Background()); err != nil {
		tb.Fatal(err)
	}
	b.Service = serve(tb, Parts{
		Bank: bank, Attempts: b.store, Books: b.store, Counter: b.ledger,
		Now: func() time.Time { return b.at }, NewID: counting(), Random: seeded(1),
	})
	return b
}

func serve(tb testing.TB, p Parts) *Service {
	tb.Helper()
	s, err := New(p)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

func yamlTopic(slug string, count int, questions []string) string {
	return fmt.Sprintf("slug: %s\ntitle: 家里的事\nsummary: 几道小题\ndraw: %d\nminutes: 3\nquestions: [%s]\n",
		slug, count, strings.Join(questions, ", "))
}

func seeded(seed uint64) func(int) int {
	var mu sync.Mutex
	source := rand.New(rand.NewPCG(seed, 7))
	return func(n int) int {
		mu.Lock()
		defer mu.Unlock()
		return source.IntN(n)
	}
}

func counting() func() string {
	var mu sync.Mutex
	n := 0
	return func() string {
		mu.Lock()
		defer mu.Unlock()
		n++
		return fmt.Sprintf("id%04d", n)
	}
}

func (b *bench) start(tb testing.TB, who member.Handle) Paper {
	tb.Helper()
	p, err := b.Start(context.Background(), b.of(who), StartRequest{Origin: FromTopic, Slug: "first"}, nil)
	if err != nil {
		tb.Fatalf("Start: %v", err)
	}
	return p
}

// sit starts and submits a topic paper with the questions in wrong answered wrongly.
func (b *bench) sit(tb testing.TB, who member.Handle, wrong ...string) (Paper, Result) {
	tb.Helper()
	p := b.start(tb, who)
	r, err := b.Submit(context.Background(), b.of(who), p.ID, b.answers(p, wrong...))
	if err != nil {
		tb.Fatalf("Submit: %v", err)
	}
	return p, r
}

// answers gives the right answers except for the questions named.
func (b *bench) answers(p Paper, wrong ...string) map[string][]string {
	given := map[string][]string{}
	for _, asked := range p.Questions {
		q := b.bank.current.Load().questions[asked.ID]
		answer := q.lesson(q.ids()).Answer
		if slices.Contains(wrong, asked.ID) {
			answer = []string{"a"}
		}
		given[asked.ID] = answer
	}
	return given
}

func key(route string, body string) *idempotency.Key {
	return idempotency.New("m1", route, "k", []byte(body))
}

func wantErr(tb testing.TB, what string, got, want error) {
	tb.Helper()
	if !errors.Is(got, want) {
		tb.Errorf("%s: %v, want %v", what, got, want)
	}
}

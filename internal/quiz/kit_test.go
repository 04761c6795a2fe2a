package quiz

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pugongying/internal/law"
	"pugongying/internal/member"
	"pugongying/internal/once"
	"pugongying/internal/publish"
)

// Markers that stand in every question's answer; none may be seen before submission.
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

// yamlQuestion is a sound question: kind "multiple" has a and c right, any other has b right.
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

// fakeSource is publish in memory: every version there ever was, the last of each live.
type fakeSource struct {
	mu       sync.Mutex
	head     int64
	versions map[string][]publish.Item
	asked    int // how often Version was called
	err      error
}

func (f *fakeSource) put(kind publish.Kind, id, slug, body string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.versions == nil {
		f.versions = map[string][]publish.Item{}
	}
	f.head++
	f.versions[id] = append(f.versions[id], publish.Item{ID: id, Kind: kind, Slug: slug, N: len(f.versions[id]) + 1, Body: []byte(body)})
}

func (f *fakeSource) Head(context.Context) (int64, error) { return f.head, f.err }

func (f *fakeSource) Live(_ context.Context, kind publish.Kind, each func(publish.Item) error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	ids := []string{}
	for id, versions := range f.versions {
		if last := versions[len(versions)-1]; last.Kind == kind && last.Body != nil {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	for _, id := range ids {
		if err := each(f.versions[id][len(f.versions[id])-1]); err != nil {
			return err
		}
	}
	return f.err
}

func (f *fakeSource) Version(_ context.Context, id string, n int) (publish.Version, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked++
	if n < 1 || n > len(f.versions[id]) {
		return publish.Version{}, publish.ErrNotFound
	}
	return publish.Version{Publication: id, N: n, Body: f.versions[id][n-1].Body}, nil
}

// fakeStore is Attempts and Books in memory. It does what the contract in package store shows of the real one.
type fakeStore struct {
	mu        sync.Mutex
	attempts  map[string]Attempt
	dismissed map[member.ID]Dismissals
	writes    int
	blind     *sync.WaitGroup // negative control: everybody loads before anybody writes, and nobody looks at the revision
	broken    error           // of Filed
}

func newFakeStore() *fakeStore {
	return &fakeStore{attempts: map[string]Attempt{}, dismissed: map[member.ID]Dismissals{}}
}

func copied(a Attempt) *Attempt {
	a.Drawn = slices.Clone(a.Drawn)
	return &a
}

func (f *fakeStore) Create(_ context.Context, a *Attempt) (*Attempt, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, old := range f.attempts {
		if a.Once != nil && old.Once != nil && old.Once.ID == a.Once.ID {
			return copied(old), a.Once.Same(old.Once)
		}
	}
	f.attempts[a.ID] = *copied(*a)
	f.writes++
	return a, nil
}

func (f *fakeStore) Get(_ context.Context, id string) (*Attempt, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	a, ok := f.attempts[id]
	if !ok {
		return nil, ErrAttemptUnknown
	}
	return copied(a), nil
}

func (f *fakeStore) Update(ctx context.Context, id string, apply func(*Attempt) error) error {
	for {
		a, err := f.Get(ctx, id)
		if err != nil {
			return err
		}
		if f.blind != nil {
			f.blind.Done()
			f.blind.Wait()
		}
		if err := apply(a); err != nil {
			return err
		}
		f.mu.Lock()
		won := f.attempts[id].Rev == a.Rev || f.blind != nil
		if won {
			a.Rev++
			f.attempts[id] = *copied(*a)
			f.writes++
		}
		f.mu.Unlock()
		if won {
			return nil
		}
	}
}

func (f *fakeStore) where(keep func(Attempt) bool) []Attempt {
	f.mu.Lock()
	defer f.mu.Unlock()
	found := []Attempt{}
	for _, a := range f.attempts {
		if keep(a) {
			found = append(found, *copied(a))
		}
	}
	slices.SortFunc(found, func(a, b Attempt) int { return cmp.Or(b.StartedAt.Compare(a.StartedAt), cmp.Compare(a.ID, b.ID)) })
	return found
}

func (f *fakeStore) Since(_ context.Context, owner member.ID, at time.Time) ([]Attempt, error) {
	return f.where(func(a Attempt) bool { return a.Owner == owner && !a.StartedAt.Before(at) }), nil
}

func (f *fakeStore) Kept(_ context.Context, owner member.ID, limit int) ([]Attempt, error) {
	kept := f.where(func(a Attempt) bool { return a.Owner == owner && a.Keep })
	return kept[:min(limit, len(kept))], nil
}

func (f *fakeStore) Pending(_ context.Context, owner member.ID, limit int) ([]Attempt, error) {
	pending := f.where(func(a Attempt) bool { return a.Pending && (owner == "" || a.Owner == owner) })
	return pending[:min(limit, len(pending))], nil
}

func (f *fakeStore) mark(ids []string, change func(*Attempt)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, id := range ids {
		if a, ok := f.attempts[id]; ok && a.Pending {
			change(&a)
			a.Rev++
			f.attempts[id] = a
		}
	}
}

func (f *fakeStore) Keep(_ context.Context, ids []string) error {
	f.mark(ids, func(a *Attempt) { a.Keep = true })
	return nil
}

func (f *fakeStore) Filed(_ context.Context, ids []string, removeAt time.Time) error {
	if f.broken != nil {
		return f.broken
	}
	f.mark(ids, func(a *Attempt) {
		a.Pending, a.Line, a.RemoveAt = false, "", &removeAt
		if a.Keep {
			a.RemoveAt = nil
		}
	})
	return nil
}

func (f *fakeStore) All(_ context.Context, owner member.ID, each func(Attempt) error) error {
	all := f.where(func(a Attempt) bool { return a.Owner == owner })
	slices.Reverse(all)
	for _, a := range all {
		if err := each(a); err != nil {
			return err
		}
	}
	return nil
}

func (f *fakeStore) Tally(_ context.Context, owner member.ID) (all, kept int, err error) {
	all = len(f.where(func(a Attempt) bool { return a.Owner == owner }))
	kept = len(f.where(func(a Attempt) bool { return a.Owner == owner && a.Keep }))
	return all, kept, nil
}

func (f *fakeStore) Drop(_ context.Context, owner member.ID, which Which) error {
	gone := f.where(func(a Attempt) bool { return a.Owner == owner && (which == AllHers || a.State == Submitted) })
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, a := range gone {
		delete(f.attempts, a.ID)
	}
	delete(f.dismissed, owner)
	return nil
}

func (f *fakeStore) Move(_ context.Context, from, to member.ID) error {
	for _, a := range f.where(func(a Attempt) bool { return a.Owner == from }) {
		a.Owner = to
		f.attempts[a.ID] = a
	}
	into := f.dismissed[to]
	for _, item := range f.dismissed[from].Items {
		into.Add(item)
	}
	f.dismissed[to] = into
	delete(f.dismissed, from)
	return nil
}

func (f *fakeStore) Dismissed(_ context.Context, owner member.ID) (Dismissals, error) {
	return f.dismissed[owner], nil
}

func (f *fakeStore) Dismiss(_ context.Context, owner member.ID, apply func(*Dismissals) error) error {
	d := f.dismissed[owner]
	err := apply(&d)
	f.dismissed[owner] = d
	return err
}

// keepers are the members who turned keeping on.
type keepers map[member.ID]bool

func (k keepers) Keeps(_ context.Context, who member.ID) (bool, error) { return k[who], nil }

// fakeLedger appends a line once, as the real one does.
type fakeLedger struct {
	lines map[string]Act
	sent  int
	err   error
	after func() // runs once the lines are in
}

func (f *fakeLedger) Count(_ context.Context, acts []Act) error {
	if f.err != nil {
		return f.err
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

// bench is a service over fakes, with a clock that stands until it is moved.
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
	bank := NewBank(b.source, testLaws(tb))
	if err := bank.Reload(context.Background()); err != nil {
		tb.Fatal(err)
	}
	b.Service = New(Parts{
		Bank: bank, Attempts: b.store, Books: b.store, Keeper: b.keeps, Counter: b.ledger,
		Now: func() time.Time { return b.at }, NewID: counting(), Random: seeded(1),
	})
	return b
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

func (b *bench) start(tb testing.TB, who member.ID) Paper {
	tb.Helper()
	p, err := b.Start(context.Background(), who, StartRequest{Origin: FromTopic, Slug: "first"}, nil)
	if err != nil {
		tb.Fatalf("Start: %v", err)
	}
	return p
}

// sit starts and submits a topic paper with the questions in wrong answered wrongly.
func (b *bench) sit(tb testing.TB, who member.ID, wrong ...string) (Paper, Result) {
	tb.Helper()
	p := b.start(tb, who)
	r, err := b.Submit(context.Background(), who, p.ID, b.answers(p, wrong...))
	if err != nil {
		tb.Fatalf("Submit: %v", err)
	}
	return p, r
}

// answers are the right ones but for the questions named.
func (b *bench) answers(p Paper, wrong ...string) map[string][]string {
	given := map[string][]string{}
	for _, asked := range p.Questions {
		q := b.Bank.current.Load().questions[asked.ID]
		answer := q.lesson(q.ids()).Answer
		if slices.Contains(wrong, asked.ID) {
			answer = []string{"a"}
		}
		given[asked.ID] = answer
	}
	return given
}

func key(route string, body string) *once.Key { return once.New("m1", route, "k", []byte(body)) }

func wantErr(tb testing.TB, what string, got, want error) {
	tb.Helper()
	if !errors.Is(got, want) {
		tb.Errorf("%s: %v, want %v", what, got, want)
	}
}

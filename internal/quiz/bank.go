package quiz

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"pugongying/internal/law"
	"pugongying/internal/publish"
)

// Source is what the bank needs of publish.
type Source interface {
	// Generation moves with every change of what is live.
	Generation(ctx context.Context) (int64, error)
	// Live calls each with every live publication of a kind, in order of ID.
	Live(ctx context.Context, kind publish.Kind, each func(publish.Item) error) error
	// Version is what a publication said at its n-th version.
	Version(ctx context.Context, id string, n int) (publish.Version, error)
}

// Laws is what the bank needs of the laws.
type Laws interface {
	// Generation moves with every change of them, and with the day where one comes into force.
	Generation() int64
	// AllVersions reads what was written under any version known.
	AllVersions() *law.Register
	// Changed says whether a provision no longer says what it said when the question was checked.
	Changed(c law.Citation) (law.Change, bool)
}

// maxPast bounds the versions kept in memory that are no longer live.
const maxPast = 2000

// Bank is the live questions and topics in memory, and the way back to older versions. It is safe for concurrent use.
type Bank struct {
	source  Source
	laws    Laws
	reload  sync.Mutex
	current atomic.Pointer[snapshot]
	mu      sync.Mutex
	past    map[string]*Question // by publish.VersionID, under mu
	pastAt  int64                // head of the laws these were read by, under mu
}

// shelf is what was live at one time; it never changes once it stands.
type snapshot struct {
	generation int64
	laws       int64 // head of the laws
	questions  map[string]*Question
	outdated   []*Question // live, but out of the draws: their law changed
	all        []*Question // in order of ID
	topics     []Topic     // in order of ID
	bySlug     map[string]int
	explained  map[string][]string // question ids by their explainer's slug
}

// NewBank makes an empty bank; Reload fills it.
func NewBank(source Source, laws Laws) *Bank {
	b := &Bank{source: source, laws: laws, past: map[string]*Question{}}
	b.current.Store(&snapshot{generation: -1})
	return b
}

// Reload takes in what is live now, and does nothing when neither that nor a law changed since. A question whose law
// changed leaves the draws; attempts that have it go on showing it. A publication that cannot be read is
// left out and named in the error, while all that can be read is served; when the source itself fails nothing changes.
func (b *Bank) Reload(ctx context.Context) error {
	b.reload.Lock()
	defer b.reload.Unlock()
	head, err := b.source.Generation(ctx)
	if err != nil {
		return fmt.Errorf("quiz: read head: %w", err)
	}
	laws, now := b.laws.Generation(), b.current.Load()
	if head == now.generation && laws == now.laws {
		return nil
	}
	next := &snapshot{
		generation: head, laws: laws, questions: map[string]*Question{}, bySlug: map[string]int{}, explained: map[string][]string{},
	}
	var faults []error
	note := func(take func(publish.Item) error) func(publish.Item) error {
		return func(item publish.Item) error {
			if err := take(item); err != nil {
				faults = append(faults, fmt.Errorf("quiz: %s: %w", publish.VersionID(item.ID, item.N), err))
			}
			return nil
		}
	}
	questions := note(func(item publish.Item) error { return next.question(item, b.laws) })
	if err := b.source.Live(ctx, publish.KindQuestion, questions); err != nil {
		return fmt.Errorf("quiz: load questions: %w", err)
	}
	if err := b.source.Live(ctx, publish.KindTopic, note(next.topic)); err != nil {
		return fmt.Errorf("quiz: load topics: %w", err)
	}
	b.current.Store(next)
	return errors.Join(faults...)
}

func (s *snapshot) question(item publish.Item, laws Laws) error {
	q, err := read(item.ID, item.N, item.Body, laws.AllVersions())
	if err != nil {
		return err
	}
	if q.changed(laws) {
		s.outdated = append(s.outdated, q)
		return nil
	}
	s.questions[q.ID] = q
	s.all = append(s.all, q)
	if q.Explainer != "" {
		s.explained[q.Explainer] = append(s.explained[q.Explainer], q.ID)
	}
	return nil
}

// read parses a version and binds it to its publication, whatever id its text claims.
func read(id string, n int, body []byte, laws *law.Register) (*Question, error) {
	q, err := Parse(body, laws)
	if err != nil {
		return nil, err
	}
	q.ID, q.Version = id, n
	return q, nil
}

// topic takes a topic in with those of its questions that are live; one without any is not shown.
func (s *snapshot) topic(item publish.Item) error {
	t, err := ParseTopic(item.Body)
	if err != nil {
		return err
	}
	t.ID = item.ID
	if item.Slug != "" {
		t.Slug = item.Slug
	}
	t.Questions = slices.DeleteFunc(t.Questions, func(id string) bool { return s.questions[id] == nil })
	if t.Draw = min(t.Draw, len(t.Questions)); t.Draw > 0 {
		s.bySlug[t.Slug] = len(s.topics)
		s.topics = append(s.topics, *t)
	}
	return nil
}

// Topics are the topics that have live questions, in order of their ids.
func (b *Bank) Topics() []Topic { return slices.Clone(b.current.Load().topics) }

// Topic finds a topic by its slug: ErrTopicUnknown when there is none.
func (b *Bank) Topic(slug string) (Topic, error) {
	now := b.current.Load()
	i, ok := now.bySlug[slug]
	if !ok {
		return Topic{}, ErrTopicUnknown
	}
	return now.topics[i], nil
}

// Explained are the ids of the live questions that belong to an explainer, by its slug.
func (b *Bank) Explained(explainer string) []string {
	return slices.Clone(b.current.Load().explained[explainer])
}

// Explainers are the slugs of the explainers a topic's questions belong to, in the order the topic names them.
func (b *Bank) Explainers(t Topic) []string {
	slugs := []string{}
	for _, q := range b.current.Load().pick(t.Questions) {
		if q.Explainer != "" && !slices.Contains(slugs, q.Explainer) {
			slugs = append(slugs, q.Explainer)
		}
	}
	return slugs
}

// Size is how many questions are live.
func (b *Bank) Size() int { return len(b.current.Load().questions) }

// pick finds live questions by id and skips what is not live.
func (s *snapshot) pick(ids []string) []*Question {
	found := make([]*Question, 0, len(ids))
	for _, id := range ids {
		if q := s.questions[id]; q != nil {
			found = append(found, q)
		}
	}
	return found
}

// version finds exactly that version, from memory when it is live or was asked for lately.
func (b *Bank) version(ctx context.Context, id string, n int) (*Question, error) {
	if q := b.current.Load().questions[id]; q != nil && q.Version == n {
		return q, nil
	}
	key, laws := publish.VersionID(id, n), b.laws.Generation()
	if q := b.remembered(key, laws); q != nil {
		return q, nil
	}
	v, err := b.source.Version(ctx, id, n)
	if err != nil {
		return nil, fmt.Errorf("quiz: load question %s: %w", key, err)
	}
	q, err := read(id, n, v.Body, b.laws.AllVersions())
	if err != nil {
		return nil, fmt.Errorf("quiz: question %s: %w", key, err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.past) >= maxPast {
		clear(b.past)
	}
	b.past[key] = q
	return q, nil
}

// remembered is a version asked for lately, unless a law changed since: then its citations are read anew.
func (b *Bank) remembered(key string, laws int64) *Question {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.pastAt != laws {
		clear(b.past)
		b.pastAt = laws
	}
	return b.past[key]
}

// drawn finds the versions an attempt drew, in its order.
func (b *Bank) drawn(ctx context.Context, a *Attempt) ([]*Question, error) {
	questions := make([]*Question, len(a.Drawn))
	for i, d := range a.Drawn {
		q, err := b.version(ctx, d.Question, d.Version)
		if err != nil {
			return nil, err
		}
		questions[i] = q
	}
	return questions, nil
}

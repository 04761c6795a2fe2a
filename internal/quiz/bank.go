package quiz

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	lru "github.com/hashicorp/golang-lru/v2"

	"pugongying/internal/law"
	"pugongying/internal/publish"
)

// Source is the part of publish that the bank needs.
type Source interface {
	// Generation changes whenever anything live changes.
	Generation(ctx context.Context) (int64, error)
	// Live calls each with every live publication of a kind, in order of ID.
	Live(ctx context.Context, kind publish.Kind, each func(publish.Item) error) error
	// Changed calls each with every publication of a kind that changed after a generation above 0; N is 0 for one that
	// is no longer live.
	Changed(ctx context.Context, kind publish.Kind, since int64, each func(publish.Item) error) error
	// Version gives the n-th version of a publication.
	Version(ctx context.Context, id string, n int) (publish.Version, error)
}

// Laws is the part of the law registers that the bank needs.
type Laws interface {
	// Generation changes whenever the laws change, and on the day a new version comes into force.
	Generation() int64
	// AllVersions is a register that resolves citations in any known version.
	AllVersions() *law.Register
	// Since says what became of provisions since the questions that cite them were checked, those that changed alone.
	Since(ctx context.Context, pins []law.Pin) (map[law.Pin]law.Change, error)
}

// maxPast bounds how many versions that are no longer live are cached in memory.
const maxPast = 2000

// Bank is the snapshot of live questions and topics in memory, and gives access to older versions. It is safe for
// concurrent use.
type Bank struct {
	source  Source
	laws    Laws
	reload  sync.Mutex
	current atomic.Pointer[snapshot]
	past    *lru.Cache[pastKey, *Question]
}

// pastKey identifies a cached version together with the generation of the laws it was resolved with; after a change of
// the laws its citations are resolved again.
type pastKey struct {
	version string // publish.VersionID
	laws    int64
}

// NewBank makes an empty bank; Reload fills it.
func NewBank(source Source, laws Laws) *Bank {
	past, err := lru.New[pastKey, *Question](maxPast)
	if err != nil {
		panic(err) // the limit is our own constant and not 0
	}
	b := &Bank{source: source, laws: laws, past: past}
	b.current.Store(&snapshot{generation: -1})
	return b
}

// Reload replaces the snapshot by what is live now, and does nothing when neither the publications nor the laws
// changed. Only changed publications are read; after a change of the laws everything is, because every citation has to
// be resolved again. A question whose law changed is no longer drawn, but attempts that drew it go on showing it. A
// publication that cannot be read is left out and named in the error, while all others are served; when the source
// itself fails, the snapshot stays as it is.
func (b *Bank) Reload(ctx context.Context) error {
	b.reload.Lock()
	defer b.reload.Unlock()
	generation, err := b.source.Generation(ctx)
	if err != nil {
		return fmt.Errorf("quiz: read generation: %w", err)
	}
	laws, now := b.laws.Generation(), b.current.Load()
	if generation == now.generation && laws == now.laws {
		return nil
	}
	var before *snapshot
	load := b.source.Live
	if laws == now.laws && now.generation > 0 && generation > now.generation {
		before = now
		load = func(ctx context.Context, kind publish.Kind, each func(publish.Item) error) error {
			return b.source.Changed(ctx, kind, now.generation, each)
		}
	}
	next := newSnapshot(generation, laws, before)
	err = load(ctx, publish.KindQuestion, func(item publish.Item) error {
		next.takeQuestion(item, b.laws)
		return nil
	})
	if err != nil {
		return fmt.Errorf("quiz: load questions: %w", err)
	}
	err = load(ctx, publish.KindTopic, func(item publish.Item) error {
		next.takeTopic(item)
		return nil
	})
	if err != nil {
		return fmt.Errorf("quiz: load topics: %w", err)
	}
	if err := compare(ctx, b.laws, next.parsed); err != nil {
		return fmt.Errorf("quiz: load questions: %w", err)
	}
	next.parsed = nil
	refused := next.index()
	b.current.Store(next)
	return refused
}

// Topics gives the topics that have live questions, in order of their ids.
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

// Explained gives the ids of the live questions that belong to an explainer, by its slug.
func (b *Bank) Explained(explainer string) []string {
	return slices.Clone(b.current.Load().explained[explainer])
}

// Explainers gives the slugs of the explainers that a topic's questions belong to, in the order of the topic's
// questions.
func (b *Bank) Explainers(t Topic) []string {
	slugs := []string{}
	for _, q := range b.current.Load().pick(t.Questions) {
		if q.Explainer != "" && !slices.Contains(slugs, q.Explainer) {
			slugs = append(slugs, q.Explainer)
		}
	}
	return slugs
}

// Size is the number of live questions.
func (b *Bank) Size() int { return len(b.current.Load().questions) }

// Has reports whether a question is live.
func (b *Bank) Has(id string) bool {
	_, live := b.current.Load().questions[id]
	return live
}

// version finds exactly that version, from memory when it is live or cached.
func (b *Bank) version(ctx context.Context, id string, n int) (*Question, error) {
	if q := b.current.Load().questions[id]; q != nil && q.Version == n {
		return q, nil
	}
	key := pastKey{publish.VersionID(id, n), b.laws.Generation()}
	if q, ok := b.past.Get(key); ok {
		return q, nil
	}
	v, err := b.source.Version(ctx, id, n)
	if err != nil {
		return nil, fmt.Errorf("quiz: load question %s: %w", key.version, err)
	}
	q, err := read(id, n, v.Body, b.laws.AllVersions())
	if err != nil {
		return nil, fmt.Errorf("quiz: question %s: %w", key.version, err)
	}
	if err := compare(ctx, b.laws, []*Question{q}); err != nil {
		return nil, fmt.Errorf("quiz: question %s: %w", key.version, err)
	}
	b.past.Add(key, q)
	return q, nil
}

// drawn gives the question versions an attempt drew, in its order.
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

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

// Source is what the bank needs of publish.
type Source interface {
	// Generation moves with every change of what is live.
	Generation(ctx context.Context) (int64, error)
	// Live calls each with every live publication of a kind, in order of ID.
	Live(ctx context.Context, kind publish.Kind, each func(publish.Item) error) error
	// Changed calls each with those of a kind that changed after a generation above 0; N is 0 where none is live any more.
	Changed(ctx context.Context, kind publish.Kind, since int64, each func(publish.Item) error) error
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
	past    *lru.Cache[pastKey, *Question]
}

// pastKey names a version as it was read by one generation of the laws: after a change of them its citations are resolved
// again.
type pastKey struct {
	version string // publish.VersionID
	laws    int64
}

// NewBank makes an empty bank; Reload fills it.
func NewBank(source Source, laws Laws) *Bank {
	past, err := lru.New[pastKey, *Question](maxPast)
	if err != nil {
		panic(err) // the limit is a constant of ours and not 0
	}
	b := &Bank{source: source, laws: laws, past: past}
	b.current.Store(&snapshot{generation: -1})
	return b
}

// Reload takes in what is live now, and does nothing when neither that nor a law changed since. Only what changed is read;
// after a change of the laws that is everything, for every citation is resolved again. A question whose law changed leaves
// the draws; attempts that have it go on showing it. A publication that cannot be read is left out and named in the error,
// while all that can be read is served; when the source itself fails nothing changes.
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
	refused := next.index()
	b.current.Store(next)
	return refused
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

// version finds exactly that version, from memory when it is live or was asked for lately.
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
	b.past.Add(key, q)
	return q, nil
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

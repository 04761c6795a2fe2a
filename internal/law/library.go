package law

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
)

// Cache sizes of a Library: versions whose text was read whole, and comparisons of two versions. The longest law takes
// about two megabytes. Single articles are read one by one and not cached here; the HTTP layer caches its responses.
const (
	cachedTexts       = 12
	cachedComparisons = 12
)

// Library is the laws as of today: a small record of each in memory, the texts in the store. Safe for concurrent use.
type Library struct {
	store       Store
	shipped     *Register
	pins        []Pin
	today       func() string
	reloading   sync.Mutex
	current     atomic.Pointer[snapshot]
	entries     map[string]Entry // the store's entries by slug; guarded by reloading
	texts       *lru.Cache[string, *Version]
	comparisons *lru.Cache[string, *comparison] // by the ids of both versions
	compared    map[string]map[Citation]Change  // what the pins say about each version; guarded by reloading
}

// snapshot is the state of the laws on one day; it is immutable.
type snapshot struct {
	stored      int64    // the store's generation
	generation  int64    // Library.Generation
	days        []string // days on which a status changes, in order
	register    *Register
	allVersions *Register
	laws        []Record
	bySlug      map[string]int
	byStatus    map[Status][]int    // indexes in laws, in order; "" lists all laws
	changed     map[Citation]Change // pins whose provision differs today
	coming      map[Citation]Change // pins whose provision will differ with the next version
	since       *differing          // what became of provisions that texts cite
	ahead       *differing          // what will become of them with the next version
}

// NewLibrary makes a library of the shipped facts alone; Reload adds what is in the store. With a nil store it never
// changes. Today must return the civil day in Asia/Shanghai.
func NewLibrary(store Store, shipped *Register, pins []Pin, today func() string) *Library {
	l := &Library{
		store: store, shipped: shipped, pins: pins, today: today, entries: map[string]Entry{},
		texts: newCache[*Version](cachedTexts), comparisons: newCache[*comparison](cachedComparisons),
	}
	l.current.Store(l.snapshot(today()))
	return l
}

func newCache[V any](size int) *lru.Cache[string, V] {
	cache, err := lru.New[string, V](size)
	if err != nil {
		panic("law: a cache of a constant size: " + err.Error())
	}
	return cache
}

// Fixed is a library of facts that never change, without texts.
func Fixed(facts *Register) *Library {
	return NewLibrary(nil, facts, nil, func() string { return "9999-12-31" })
}

// Reload applies new imports and the change of day. When neither changed, it reads one number from the store; when laws
// changed, it reads only those laws.
func (l *Library) Reload(ctx context.Context) error {
	if l.store == nil {
		return nil
	}
	l.reloading.Lock()
	defer l.reloading.Unlock()
	stored, err := l.store.Generation(ctx)
	if err != nil {
		return fmt.Errorf("law: read the generation: %w", err)
	}
	day, now := l.today(), l.current.Load()
	if stored.Number == now.stored && generationOf(stored.Number, now.days, day) == now.generation {
		return nil
	}
	if err := l.readEntries(ctx, now.stored, stored); err != nil {
		return fmt.Errorf("law: read the laws: %w", err)
	}
	next := l.snapshot(day)
	next.stored, next.generation = stored.Number, generationOf(stored.Number, next.days, day)
	if err := l.compare(ctx, next); err != nil {
		return fmt.Errorf("law: compare with the pins: %w", err)
	}
	l.current.Store(next)
	return nil
}

// readEntries reads the laws that changed between two generations of the store. It reads all laws when the changes in
// between were not recorded, or when the store went back, as after a restore.
func (l *Library) readEntries(ctx context.Context, known int64, stored Generation) error {
	after := known
	switch {
	case stored.Number == known:
		return nil
	case stored.Number < known || stored.Tracked == 0 || stored.Tracked > known+1:
		after = 0
	}
	changed, err := l.store.Laws(ctx, after)
	if err != nil {
		return err
	}
	if after == 0 {
		clear(l.entries)
	}
	for _, e := range changed {
		l.entries[e.Slug] = e
	}
	return nil
}

// generationOf changes with every import and on every day on which a status changes. It is the same for the same laws on
// the same day, also after a restart.
func generationOf(stored int64, days []string, day string) int64 {
	i, exact := slices.BinarySearch(days, day)
	if exact {
		i++
	}
	if i == 0 {
		return stored << 20
	}
	at, err := time.Parse(time.DateOnly, days[i-1])
	if err != nil {
		return stored << 20
	}
	return stored<<20 | max(at.Unix()/(24*60*60), 0)&(1<<20-1)
}

// Generation changes with every import and on every day on which a status changes; data derived from the laws may be
// cached until then, also across a restart.
func (l *Library) Generation() int64 { return l.current.Load().generation }

// Shipped is the register built into the binary; an import takes slugs and dates from it.
func (l *Library) Shipped() *Register { return l.shipped }

// Register is the facts of the versions in force; the shipped facts where nothing is imported.
func (l *Library) Register() *Register { return l.current.Load().register }

// AllVersions is Register with the articles of every known version, so that citations written under an older version still
// parse. The cited article may be gone; see Changed.
func (l *Library) AllVersions() *Register { return l.current.Load().allVersions }

// Laws returns every law with its status today: those of the shipped register in their order, then the others by title.
func (l *Library) Laws() []Record { return slices.Clone(l.current.Load().laws) }

// Law finds a law by its slug or by any name it is cited by; ErrUnknown when there is none.
func (l *Library) Law(name string) (Record, error) {
	now := l.current.Load()
	if i, ok := now.bySlug[name]; ok {
		return now.laws[i], nil
	}
	named, err := now.register.Named(name)
	if err != nil {
		return Record{}, err
	}
	return now.laws[now.bySlug[named.Slug]], nil
}

// Version returns a law's text; "" means the version in force, otherwise the newest. Errors: ErrUnknown, ErrNoText,
// ErrNoVersion.
func (l *Library) Version(ctx context.Context, slug, version string) (*Version, error) {
	h, i, err := l.locate(slug, version)
	if err != nil {
		return nil, err
	}
	return l.load(ctx, h, i)
}

// locate returns a law whose text is imported and the index of one of its versions.
func (l *Library) locate(name, version string) (Record, int, error) {
	h, err := l.Law(name)
	if err != nil {
		return h, -1, err
	}
	if !h.Imported() {
		return h, -1, ErrNoText
	}
	if i := h.At(version); i >= 0 {
		return h, i, nil
	}
	return h, -1, ErrNoVersion
}

func (l *Library) load(ctx context.Context, h Record, i int) (*Version, error) {
	id := VersionID(h.stored, h.Versions[i].Version)
	if v, ok := l.texts.Get(id); ok {
		return v, nil
	}
	v, err := l.read(ctx, h, id)
	if err == nil {
		l.texts.Add(id, v)
	}
	return v, err
}

// excerpt reads one article, from the cached version if there is one, otherwise from the store.
func (l *Library) excerpt(ctx context.Context, h Record, i int, c Citation) (Excerpt, error) {
	id := VersionID(h.stored, h.Versions[i].Version)
	if v, ok := l.texts.Peek(id); ok {
		return v.Excerpt(c.Article, c.Sub)
	}
	return l.store.Excerpt(ctx, id, c.Article, c.Sub)
}

func (l *Library) read(ctx context.Context, h Record, id string) (*Version, error) {
	v, err := l.store.Version(ctx, id)
	if err != nil {
		return nil, err
	}
	if v.Law != h.Slug {
		named := *v
		named.Law, named.Short = h.Slug, h.Short
		return &named, nil
	}
	return v, nil
}

// Each calls each with the text of every imported law: the version in force, otherwise the newest.
func (l *Library) Each(ctx context.Context, each func(*Version) error) error {
	for _, h := range l.current.Load().laws {
		if !h.Imported() {
			continue
		}
		v, err := l.read(ctx, h, VersionID(h.stored, h.Versions[h.Current].Version))
		if err != nil {
			return err
		}
		if err := each(v); err != nil {
			return err
		}
	}
	return nil
}

// Quote is the words a citation points at.
type Quote struct {
	Resolved
	Version string
	Article Article // reduced to the cited 款 or 项
}

// Provision returns the words a citation points at, only from the version in force. Errors: ErrUnknown, ErrNoArticle,
// ErrNoText, ErrNotInForce, ErrNoProvision.
func (l *Library) Provision(ctx context.Context, c Citation) (Quote, error) {
	resolved, err := l.Register().Resolve(c)
	if err != nil {
		return Quote{}, err
	}
	h, i, err := l.locate(c.Law, "")
	if err != nil {
		return Quote{}, err
	}
	if h.Versions[i].Status != InForce {
		return Quote{}, ErrNotInForce
	}
	v, err := l.load(ctx, h, i)
	if err != nil {
		return Quote{}, err
	}
	a, err := v.Provision(c)
	return Quote{Resolved: resolved, Version: v.Fact.Version, Article: a}, err
}

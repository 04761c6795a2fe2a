package explainer

import (
	"context"
	"encoding/base64"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"pugongying/internal/fault"
	"pugongying/internal/law"
	"pugongying/internal/publish"
	"pugongying/internal/slug"
)

// Source is what the library needs of publish.
type Source interface {
	// Generation moves with every change of what is live.
	Generation(ctx context.Context) (int64, error)
	// Live calls each with every live publication of a kind.
	Live(ctx context.Context, kind publish.Kind, each func(publish.Item) error) error
	// Changed calls each with those alone that changed after a generation above 0; N is 0 where none is live any more.
	Changed(ctx context.Context, kind publish.Kind, since int64, each func(publish.Item) error) error
}

// Laws is what the library needs of the laws.
type Laws interface {
	// Generation moves with every change of them, and with the day where one comes into force.
	Generation() int64
	// AllVersions reads what was written under any version known.
	AllVersions() *law.Register
	// Since says what became of provisions since the explainers that cite them were checked, those that changed alone.
	Since(ctx context.Context, pins []law.Pin) (map[law.Pin]law.Change, error)
}

// Brief is an explainer in a list.
type Brief struct {
	ID        string
	Slug      string
	Title     string
	Summary   string
	Minutes   int
	Citations int
	Sample    bool // 示范内容 · 待专业审定
	Tags      []string
}

// Explainer is a live explainer, ready to be shown. It is immutable: the caller must not modify it.
type Explainer struct {
	Authored
	Version     int
	SHA256      string // of the authored text
	Sample      bool   // 示范内容 · 待专业审定
	Rechecking  bool   // 正在重新核对: nobody looked at it again in time
	HTML        string
	Citations   []law.Resolved // #cite-N of HTML is Citations[N]
	Changes     []law.Change   // what became of each citation since the text was checked; nil when nothing did
	Notice      string         // what a reader is shown when its law changed since; empty when nothing did
	PublishedAt time.Time
}

// Brief is the explainer's entry in a list.
func (e *Explainer) Brief() Brief {
	return Brief{
		ID: e.ID, Slug: e.Slug, Title: e.Title, Summary: e.Summary, Minutes: e.Minutes,
		Citations: len(e.Citations), Sample: e.Sample, Tags: e.Tags,
	}
}

// Library is the live explainers in memory, safe for concurrent use.
type Library struct {
	source    Source
	laws      Laws
	render    Renderer
	log       *slog.Logger
	reloading sync.Mutex
	current   atomic.Pointer[snapshot]
}

// snapshot is what was live at one time; it is immutable.
type snapshot struct {
	generation int64
	laws       int64 // generation of the laws
	made       map[string]made
	fresh      []*Explainer // made for this snapshot, not yet compared with the laws
	all        []*Explainer // in the order of lists
	bySlug     map[string]*Explainer
	byID       map[string]*Explainer
	pictures   map[string]bool // ids of those that live explainers show
}

// made is what became of one live version: an explainer, or the reason why it is left out.
type made struct {
	sha256     string
	n          int
	sample     bool
	rechecking bool
	explainer  *Explainer
	refused    error
}

// NewLibrary creates an empty library; Reload fills it.
func NewLibrary(source Source, laws Laws, render Renderer, log *slog.Logger) *Library {
	l := &Library{source: source, laws: laws, render: render, log: log}
	l.current.Store(&snapshot{generation: -1})
	return l
}

// Reload loads what is live now and does nothing when neither that nor a law changed since. Only what changed is read and
// rendered; after a change of the laws that is everything. An explainer that cannot be shown is left out and named in the
// log. When the source fails, the explainers loaded before remain.
func (l *Library) Reload(ctx context.Context) error {
	l.reloading.Lock()
	defer l.reloading.Unlock()
	generation, err := l.source.Generation(ctx)
	if err != nil {
		return fmt.Errorf("explainer: read generation: %w", err)
	}
	laws, now := l.laws.Generation(), l.current.Load()
	if generation == now.generation && laws == now.laws {
		return nil
	}
	next := &snapshot{generation: generation, laws: laws, made: map[string]made{}}
	before := now.made
	if laws != now.laws {
		before = nil
	}
	take := func(item publish.Item) error {
		next.take(item, before[item.ID], l)
		return nil
	}
	if before != nil && now.generation > 0 && generation > now.generation {
		next.made = maps.Clone(before)
		err = l.source.Changed(ctx, publish.KindExplainer, now.generation, take)
	} else {
		err = l.source.Live(ctx, publish.KindExplainer, take)
	}
	if err != nil {
		return fmt.Errorf("explainer: load: %w", err)
	}
	if err := l.compare(ctx, next.fresh); err != nil {
		return fmt.Errorf("explainer: load: %w", err)
	}
	next.fresh = nil
	next.index(l.log)
	l.current.Store(next)
	return nil
}

// take puts one publication in as it is now; what was made of the same version before is used again.
func (s *snapshot) take(item publish.Item, before made, l *Library) {
	if item.Damage != nil {
		l.log.Error("explainer refused", "publication", item.ID, "version", item.N, "err", item.Damage)
		s.made[item.ID] = made{refused: item.Damage}
		return
	}
	if item.N == 0 {
		delete(s.made, item.ID)
		return
	}
	m := before
	if m.n != item.N || m.sha256 != item.SHA256 || m.sample != item.Sample || m.rechecking != item.Rechecking {
		m = made{sha256: item.SHA256, n: item.N, sample: item.Sample, rechecking: item.Rechecking}
		if m.explainer, m.refused = l.read(item); m.refused != nil {
			l.log.Error("explainer refused", "publication", item.ID, "version", item.N, "err", m.refused)
		} else {
			s.fresh = append(s.fresh, m.explainer)
		}
	}
	s.made[item.ID] = m
}

// index makes the lists of what can be shown; of two with one slug the one with the lower id is used.
func (s *snapshot) index(log *slog.Logger) {
	s.all = make([]*Explainer, 0, len(s.made))
	s.bySlug, s.byID = make(map[string]*Explainer, len(s.made)), make(map[string]*Explainer, len(s.made))
	s.pictures = map[string]bool{}
	for _, id := range slices.Sorted(maps.Keys(s.made)) {
		e := s.made[id].explainer
		if e == nil {
			continue
		}
		if other := s.bySlug[e.Slug]; other != nil {
			log.Error("explainer refused", "publication", id, "version", e.Version,
				"err", fmt.Errorf("explainer: the slug %s already belongs to %s", e.Slug, other.ID))
			continue
		}
		s.bySlug[e.Slug], s.byID[id] = e, e
		s.all = append(s.all, e)
		for _, p := range e.Pictures {
			s.pictures[p.ID] = true
		}
	}
	slices.SortFunc(s.all, compare)
}

// read makes an explainer of a version and gives it its publication's id, whatever id its text claims.
func (l *Library) read(item publish.Item) (*Explainer, error) {
	authored, err := Parse(item.Body)
	if err != nil {
		return nil, err
	}
	page, cited, err := Compose(authored, l.laws.AllVersions(), l.render)
	if err != nil {
		return nil, err
	}
	authored.ID = item.ID
	return &Explainer{
		Authored: *authored, Version: item.N, SHA256: item.SHA256, Sample: item.Sample, Rechecking: item.Rechecking,
		HTML: page, Citations: cited, PublishedAt: item.At,
	}, nil
}

func compare(a, b *Explainer) int {
	if a.Order != b.Order {
		return a.Order - b.Order
	}
	return strings.Compare(a.Slug, b.Slug)
}

// Generation is the live generation these explainers were loaded at, -1 before the first load; what is derived from them
// is current until it moves.
func (l *Library) Generation() int64 { return l.current.Load().generation }

// Shows reports whether a live explainer shows the picture with this id.
func (l *Library) Shows(picture string) bool { return l.current.Load().pictures[picture] }

// LeftOut gives the ids of the live explainers that cannot be shown, in order.
func (l *Library) LeftOut() []string {
	var ids []string
	for id, m := range l.current.Load().made {
		if m.refused != nil {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// Count is how many explainers are live.
func (l *Library) Count() int { return len(l.current.Load().all) }

// BySlug finds a live explainer; ErrUnknown when there is none.
func (l *Library) BySlug(slug string) (*Explainer, error) {
	return known(l.current.Load().bySlug[slug])
}

// ByID finds a live explainer; ErrUnknown when there is none.
func (l *Library) ByID(id string) (*Explainer, error) {
	return known(l.current.Load().byID[id])
}

func known(e *Explainer) (*Explainer, error) {
	if e == nil {
		return nil, ErrUnknown
	}
	return e, nil
}

// Page asks for a part of the list.
type Page struct {
	After string // the cursor the page before gave, "" for the first
	Limit int    // at least 1; the door bounds it from above
	Tag   string // only explainers with this tag, "" for all
}

// List is one page of the live explainers in their order, and the cursor of the next page, "" at the end. An invalid
// cursor is ErrCursor; one whose explainer was withdrawn meanwhile still works.
func (l *Library) List(p Page) (items []Brief, next string, err error) {
	after, err := decodeCursor(p.After)
	if err != nil {
		return nil, "", err
	}
	items = []Brief{}
	var last *Explainer
	for _, s := range l.current.Load().all {
		if after != nil && compare(s, after) <= 0 || p.Tag != "" && !slices.Contains(s.Tags, p.Tag) {
			continue
		}
		if len(items) >= max(p.Limit, 1) {
			return items, encodeCursor(last), nil
		}
		items, last = append(items, s.Brief()), s
	}
	return items, "", nil
}

func encodeCursor(s *Explainer) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(s.Order) + " " + s.Slug))
}

func decodeCursor(cursor string) (*Explainer, error) {
	if cursor == "" {
		return nil, nil
	}
	plain, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil {
		return nil, fault.ErrCursor.Because(err)
	}
	order, name, _ := strings.Cut(string(plain), " ")
	n, err := strconv.Atoi(order)
	if err != nil || !slug.Valid(name) {
		return nil, fault.ErrCursor
	}
	return &Explainer{Authored: Authored{Order: n, Slug: name}}, nil
}

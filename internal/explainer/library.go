package explainer

import (
	"context"
	"encoding/base64"
	"fmt"
	"log/slog"
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
}

// Laws is what the library needs of the laws.
type Laws interface {
	// Generation moves with every change of them, and with the day where one comes into force.
	Generation() int64
	// AllVersions reads what was written under any version known.
	AllVersions() *law.Register
	// Changed says whether a provision no longer says what it said when the story was checked.
	Changed(c law.Citation) (law.Change, bool)
}

// Brief is a story in a list.
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

// Story is a live story, ready to be shown. It never changes once it stands; nobody may write to it.
type Story struct {
	Explainer
	Version     int
	SHA256      string // of the authored text
	Sample      bool   // 示范内容 · 待专业审定
	HTML        string
	Citations   []law.Resolved // #cite-N of HTML is Citations[N]
	Notice      string         // what a reader is told when its law changed since; empty when nothing did
	PublishedAt time.Time
}

// Brief is the story's entry in a list.
func (s *Story) Brief() Brief {
	return Brief{
		ID: s.ID, Slug: s.Slug, Title: s.Title, Summary: s.Summary, Minutes: s.Minutes,
		Citations: len(s.Citations), Sample: s.Sample, Tags: s.Tags,
	}
}

// Library is the live stories in memory, safe for concurrent use.
type Library struct {
	source    Source
	laws      Laws
	render    Renderer
	log       *slog.Logger
	reloading sync.Mutex
	current   atomic.Pointer[shelf]
}

// shelf is what was live at one time; it never changes.
type shelf struct {
	head    int64
	laws    int64    // head of the laws
	stories []*Story // in the order of lists
	bySlug  map[string]*Story
	byID    map[string]*Story
}

// NewLibrary makes an empty library; Reload fills it.
func NewLibrary(source Source, laws Laws, render Renderer, log *slog.Logger) *Library {
	l := &Library{source: source, laws: laws, render: render, log: log}
	l.current.Store(&shelf{head: -1})
	return l
}

// Reload takes in what is live now and does nothing when neither that nor a law changed since. A story that does not stand is left out
// and named in the log. When the source fails, what was loaded before stays.
func (l *Library) Reload(ctx context.Context) error {
	l.reloading.Lock()
	defer l.reloading.Unlock()
	head, err := l.source.Generation(ctx)
	if err != nil {
		return fmt.Errorf("explainer: read head: %w", err)
	}
	laws, now := l.laws.Generation(), l.current.Load()
	if head == now.head && laws == now.laws {
		return nil
	}
	next := &shelf{head: head, laws: laws, bySlug: map[string]*Story{}, byID: map[string]*Story{}}
	err = l.source.Live(ctx, publish.KindExplainer, func(item publish.Item) error {
		story, err := l.read(item)
		if err == nil {
			err = next.put(story)
		}
		if err != nil {
			l.log.Error("explainer refused", "publication", item.ID, "version", item.N, "err", err)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("explainer: load: %w", err)
	}
	slices.SortFunc(next.stories, compare)
	l.current.Store(next)
	return nil
}

// read makes a story of a version and binds it to its publication, whatever id its text claims.
func (l *Library) read(item publish.Item) (*Story, error) {
	e, err := Parse(item.Body)
	if err != nil {
		return nil, err
	}
	page, cited, err := Compose(e, l.laws.AllVersions(), l.render)
	if err != nil {
		return nil, err
	}
	e.ID = item.ID
	return &Story{
		Explainer: *e, Version: item.N, SHA256: item.SHA256, Sample: item.Sample,
		HTML: page, Citations: cited, Notice: l.notice(cited), PublishedAt: item.At,
	}, nil
}

func (s *shelf) put(story *Story) error {
	if other := s.bySlug[story.Slug]; other != nil {
		return fmt.Errorf("explainer: the slug %s already belongs to %s", story.Slug, other.ID)
	}
	s.bySlug[story.Slug], s.byID[story.ID] = story, story
	s.stories = append(s.stories, story)
	return nil
}

func compare(a, b *Story) int {
	if a.Order != b.Order {
		return a.Order - b.Order
	}
	return strings.Compare(a.Slug, b.Slug)
}

// Head is the publications' head these stories were loaded at, -1 before the first load; what is derived from them may
// be kept until it moves.
func (l *Library) Head() int64 { return l.current.Load().head }

// Count is how many stories are live.
func (l *Library) Count() int { return len(l.current.Load().stories) }

// BySlug finds a live story; ErrUnknown when there is none.
func (l *Library) BySlug(slug string) (*Story, error) {
	return known(l.current.Load().bySlug[slug])
}

// ByID finds a live story; ErrUnknown when there is none.
func (l *Library) ByID(id string) (*Story, error) {
	return known(l.current.Load().byID[id])
}

func known(s *Story) (*Story, error) {
	if s == nil {
		return nil, ErrUnknown
	}
	return s, nil
}

// Page asks for a part of the list.
type Page struct {
	After string // the mark the page before gave, "" for the first
	Limit int    // at least 1; the door bounds it from above
	Tag   string // only stories with this tag, "" for all
}

// List is one page of the live stories in their order, and the mark of the next page, "" at the end. A mark that is none
// is ErrCursor; one whose story was withdrawn meanwhile still works.
func (l *Library) List(p Page) (items []Brief, next string, err error) {
	after, err := decodeMark(p.After)
	if err != nil {
		return nil, "", err
	}
	items = []Brief{}
	var last *Story
	for _, s := range l.current.Load().stories {
		if after != nil && compare(s, after) <= 0 || p.Tag != "" && !slices.Contains(s.Tags, p.Tag) {
			continue
		}
		if len(items) >= max(p.Limit, 1) {
			return items, encodeMark(last), nil
		}
		items, last = append(items, s.Brief()), s
	}
	return items, "", nil
}

func encodeMark(s *Story) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(s.Order) + " " + s.Slug))
}

func decodeMark(mark string) (*Story, error) {
	if mark == "" {
		return nil, nil
	}
	plain, err := base64.RawURLEncoding.Strict().DecodeString(mark)
	if err != nil {
		return nil, fault.ErrCursor.Because(err)
	}
	order, name, _ := strings.Cut(string(plain), " ")
	n, err := strconv.Atoi(order)
	if err != nil || !slug.Valid(name) {
		return nil, fault.ErrCursor
	}
	return &Story{Explainer: Explainer{Order: n, Slug: name}}, nil
}

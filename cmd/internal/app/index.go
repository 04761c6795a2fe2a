package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"pugongying/content"
	"pugongying/internal/explainer"
	"pugongying/internal/law"
	"pugongying/internal/quiz"
	"pugongying/internal/search"
)

// openSearch prepares the search and returns at once: the background loop that follows changes opens or builds its index.
func (a *App) openSearch(context.Context) error {
	var err error
	a.search, err = newIndex(filepath.Join(a.config.Data, SearchFolder), indexed{a.library, a.Questions, a.laws, a.now})
	return errors.Join(err, os.RemoveAll(filepath.Join(a.config.Data, "find"))) // where the index was in older versions
}

// SearchFolder is where the index is, under the data folder.
const SearchFolder = "search"

// indexed is what the search reads.
type indexed struct {
	library *explainer.Library
	bank    *quiz.Bank
	laws    *law.Library
	now     func() time.Time
}

// newIndex is the search over the capabilities it reads.
func newIndex(dir string, of indexed) (*search.Index, error) {
	data, err := fs.ReadFile(content.Files(), "synonyms.yaml")
	if err != nil {
		return nil, err
	}
	shipped, err := content.Laws()
	if err != nil {
		return nil, err
	}
	synonyms, err := search.ParseSynonyms(data, shipped)
	if err != nil {
		return nil, err
	}
	if data, err = fs.ReadFile(content.Files(), "distress.yaml"); err != nil {
		return nil, err
	}
	distress, err := search.ParseDistress(data)
	if err != nil {
		return nil, err
	}
	if data, err = fs.ReadFile(content.Files(), "sayings.yaml"); err != nil {
		return nil, err
	}
	sayings, err := search.ParseSayings(data, shipped, synonyms)
	if err != nil {
		return nil, err
	}
	if data, err = fs.ReadFile(content.Files(), "formerly.yaml"); err != nil {
		return nil, err
	}
	former, err := search.ParseFormer(data, shipped)
	if err != nil {
		return nil, err
	}
	return search.New(dir, search.Parts{
		Laws: of.laws, Synonyms: synonyms, Distress: distress, Sayings: sayings, Former: former, Now: of.now,
		Sources: []search.Source{
			storyDocuments{of.library}, lawNames{of.laws, factsOf(shipped)}, lawTexts{of.laws}, questionDocuments{of.bank},
		},
	}), nil
}

// followSearch brings the index up to date, then returns the memory that building took to the system, because a small
// server needs it.
func (a *App) followSearch(ctx context.Context) error {
	changed, err := a.search.Follow(ctx)
	if changed {
		debug.FreeOSMemory()
	}
	return err
}

// The sources of the search: what it reads of each capability. What a result must not reveal is not passed to it.

// storyDocuments are the live stories.
type storyDocuments struct{ *explainer.Library }

// Generation changes with what is published.
func (s storyDocuments) Generation() string {
	return "stories " + strconv.FormatInt(s.Library.Generation(), 10)
}

// Groups returns one group per story.
func (s storyDocuments) Groups() ([]search.Group, error) {
	var groups []search.Group
	for _, story := range s.All() {
		groups = append(groups, search.Group{
			Key: story.Slug, Generation: strconv.Itoa(story.Version) + " " + story.SHA256,
			Documents: func(_ context.Context, each func(search.Document) error) error { return each(storyDocument(story)) },
		})
	}
	return groups, nil
}

func storyDocument(s *explainer.Explainer) search.Document {
	d := search.Document{Kind: search.Explainer, Slug: s.Slug, Title: s.Title, Names: strings.Join(s.Tags, " ")}
	text := []string{s.Summary}
	for _, part := range s.Sections {
		text = append(text, spoken(part.Body))
	}
	d.Text = strings.Join(text, " ")
	for _, c := range s.Citations {
		d.Cites = append(d.Cites, c.Citation)
	}
	return d
}

var (
	citedIn = regexp.MustCompile(`〔[^〕]*〕`)
	markup  = regexp.MustCompile(`(?m)^(?:[#>*\-\s]+|\d+[.)]\s)+|[*_` + "`" + `]|\]\([^)]*\)|\[`)
)

// spoken is Markdown as it would be read aloud, without its citations.
func spoken(text string) string {
	return markup.ReplaceAllString(citedIn.ReplaceAllString(text, ""), "")
}

// questionDocuments are the live questions: their stems, and nothing about the right answers.
type questionDocuments struct{ *quiz.Bank }

// Generation changes with what is published.
func (q questionDocuments) Generation() string {
	return "questions " + strconv.FormatInt(q.Bank.Generation(), 10)
}

// Groups returns one group per question, with its stem, its situation and its topic.
func (q questionDocuments) Groups() ([]search.Group, error) {
	topics := map[string]*search.Topic{}
	for _, t := range q.Topics() {
		for _, id := range t.Questions {
			if topics[id] == nil {
				topics[id] = &search.Topic{Slug: t.Slug, Title: t.Title}
			}
		}
	}
	var groups []search.Group
	for _, one := range q.Live() {
		groups = append(groups, groupOf(one.ID, search.Document{
			Kind: search.Question, Title: one.Asked(), Text: one.Situation, Topic: topics[one.ID],
		}))
	}
	return groups, nil
}

// groupOf is a group of one document, which is its own generation.
func groupOf(key string, d search.Document) search.Group {
	sum := sha256.New()
	_ = json.NewEncoder(sum).Encode([]any{d, d.Names})
	return search.Group{
		Key: key, Generation: hex.EncodeToString(sum.Sum(nil)[:16]),
		Documents: func(_ context.Context, each func(search.Document) error) error { return each(d) },
	}
}

// lawNames are the laws by their names.
type lawNames struct {
	*law.Library
	facts string // what the binary says of laws
}

// factsOf sums up the facts that come with the binary.
func factsOf(shipped *law.Register) string {
	sum := sha256.Sum256(fmt.Append(nil, shipped.Laws()))
	return hex.EncodeToString(sum[:8])
}

// Generation changes with the laws and with the facts that come with the binary.
func (l lawNames) Generation() string {
	return "laws " + strconv.FormatInt(l.Library.Generation(), 10) + " " + l.facts
}

// Groups returns one group per law.
func (l lawNames) Groups() ([]search.Group, error) {
	var groups []search.Group
	for _, of := range l.Register().Laws() {
		groups = append(groups, groupOf(of.Slug, lawDocument(of)))
	}
	return groups, nil
}

// lawTexts are the articles of the laws whose text was imported, by all their spellings.
type lawTexts struct{ *law.Library }

// Generation changes whenever the names of laws do, because articles are found by them too.
func (l lawTexts) Generation() string {
	return "texts " + strconv.FormatInt(l.Library.Generation(), 10)
}

// Groups returns one group per law: the version in force, else the newest.
func (l lawTexts) Groups() ([]search.Group, error) {
	var groups []search.Group
	register := l.Register()
	for _, h := range l.Laws() {
		if !h.Imported() {
			continue
		}
		var aliases []string
		if registered, err := register.Law(h.Slug); err == nil {
			aliases = registered.Aliases
		}
		groups = append(groups, search.Group{
			Key: h.Slug, Generation: fmt.Sprint(h.Versions[h.Current].Version, " ", h.Short, " ", aliases),
			Documents: func(ctx context.Context, each func(search.Document) error) error {
				return l.articles(ctx, h.Slug, aliases, each)
			},
		})
	}
	return groups, nil
}

func (l lawTexts) articles(ctx context.Context, slug string, aliases []string, each func(search.Document) error) error {
	v, err := l.ReadCurrent(ctx, slug)
	if errors.Is(err, law.ErrUnknown) || errors.Is(err, law.ErrNoText) {
		return nil // removed since it was listed
	}
	for i := 0; err == nil && i < len(v.Articles); i++ {
		err = each(articleDocument(v, i, aliases))
	}
	return err
}

func lawDocument(l law.Law) search.Document {
	names := append([]string{l.Short}, l.Aliases...)
	if l.Number != "" {
		names = append(names, l.Number)
	}
	return search.Document{
		Kind: search.Law, Law: l.Slug, Title: l.Title, Text: strings.Join(names, "、"), Names: strings.Join(names, " "),
	}
}

func articleDocument(v *law.Version, place int, aliases []string) search.Document {
	a := v.Articles[place]
	names := append(v.Headings(place), aliases...)
	return search.Document{
		Kind: search.Article, Law: v.Law, Number: a.Number(), Label: v.Short + " " + a.Label(), Title: v.Short + " " + a.Label(),
		Text: a.Text(), Names: strings.Join(names, " "),
	}
}

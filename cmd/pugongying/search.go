package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strconv"
	"strings"

	"pugongying/content"
	"pugongying/internal/explainer"
	"pugongying/internal/law"
	"pugongying/internal/quiz"
	"pugongying/internal/search"
)

// openSearch opens the search beside the documents. Where it was made of something else, the loop makes it anew.
func (a *app) openSearch(ctx context.Context) error {
	var err error
	a.search, err = openIndex(ctx, filepath.Join(a.config.Data, "find"), a.library, a.quiz.Bank, a.laws)
	return err
}

// openIndex opens the search over the capabilities it reads.
func openIndex(ctx context.Context, dir string, library *explainer.Library, bank *quiz.Bank, laws *law.Library) (*search.Index, error) {
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
	return search.Open(ctx, dir, search.Parts{
		Laws: laws, Synonyms: synonyms,
		Sources: []search.Source{storyDocuments{library}, lawDocuments{laws}, questionDocuments{bank}},
	})
}

// followSearch makes the index anew where what it was made from has moved on. That takes tens of megabytes for a second,
// which a small server has other uses for.
func (a *app) followSearch(ctx context.Context) error {
	made, err := a.search.Follow(ctx)
	if made {
		debug.FreeOSMemory()
	}
	return err
}

// What the search reads of each capability stands here: what it must not give away is not handed to it.

// storyDocuments are the live stories.
type storyDocuments struct{ *explainer.Library }

// Head moves with what is published.
func (s storyDocuments) Head() string { return "stories " + strconv.FormatInt(s.Library.Head(), 10) }

// Each gives every story with its words, without the marks of its text.
func (s storyDocuments) Each(_ context.Context, each func(search.Document) error) error {
	for after, more := "", true; more; more = after != "" {
		briefs, next, err := s.List(explainer.Page{After: after, Limit: 50})
		if err != nil {
			return err
		}
		for _, b := range briefs {
			story, err := s.BySlug(b.Slug)
			if err != nil {
				continue // withdrawn since it was listed
			}
			if err := each(storyDocument(story)); err != nil {
				return err
			}
		}
		after = next
	}
	return nil
}

func storyDocument(s *explainer.Story) search.Document {
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
	cited  = regexp.MustCompile(`〔[^〕]*〕`)
	marked = regexp.MustCompile(`(?m)^[#>*\-\d.\s]+|[*_` + "`" + `]|\]\([^)]*\)|\[`)
)

// spoken is Markdown as it would be read aloud, without its citations.
func spoken(text string) string { return marked.ReplaceAllString(cited.ReplaceAllString(text, ""), "") }

// questionDocuments are the live questions: what is asked, and nothing of what is right.
type questionDocuments struct{ *quiz.Bank }

// Head moves with what is published.
func (q questionDocuments) Head() string { return "questions " + strconv.FormatInt(q.Bank.Head(), 10) }

// Each gives the stem and the situation of every question that a topic holds.
func (q questionDocuments) Each(_ context.Context, each func(search.Document) error) error {
	topics := map[string]*search.Topic{}
	for _, t := range q.Topics() {
		for _, id := range t.Questions {
			if topics[id] == nil {
				topics[id] = &search.Topic{Slug: t.Slug, Title: t.Title}
			}
		}
	}
	for _, one := range q.Live() {
		d := search.Document{Kind: search.Question, Title: one.Stem, Text: one.Situation, Topic: topics[one.ID]}
		if err := each(d); err != nil {
			return err
		}
	}
	return nil
}

// lawDocuments are the laws and the articles of those whose text is here.
type lawDocuments struct{ *law.Library }

// Head moves with the texts and with the facts of laws, which come with the binary.
func (l lawDocuments) Head() string {
	facts := sha256.Sum256(fmt.Append(nil, l.Register().Laws()))
	return fmt.Sprintf("laws %d %x", l.Library.Head(), facts[:8])
}

// Each gives every law by its names, and every article by all its spellings.
func (l lawDocuments) Each(ctx context.Context, each func(search.Document) error) error {
	for _, of := range l.Register().Laws() {
		if err := each(lawDocument(of)); err != nil {
			return err
		}
	}
	return l.Library.Each(ctx, func(v *law.Version) error {
		for i := range v.Articles {
			if err := each(articleDocument(v, i, l.Register())); err != nil {
				return err
			}
		}
		return nil
	})
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

func articleDocument(v *law.Version, place int, laws *law.Register) search.Document {
	a := v.Articles[place]
	names := v.Headings(place)
	if l, err := laws.Law(v.Law); err == nil {
		names = append(names, l.Aliases...)
	}
	return search.Document{
		Kind: search.Article, Law: v.Law, Number: a.Number(), Label: v.Short + " " + a.Label(), Title: v.Short + " " + a.Label(),
		Text: a.Text(), Names: strings.Join(names, " "),
	}
}

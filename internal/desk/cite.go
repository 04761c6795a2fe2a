package desk

import (
	"context"

	"pugongying/internal/law"
	"pugongying/internal/search"
)

// Finder searches the imported laws.
type Finder interface {
	Search(ctx context.Context, q search.Query) (search.Result, error)
}

// mostArticles is how many articles a search for a citation shows.
const mostArticles = 12

// Found is one article that a search found.
type Found struct {
	Law, Number, Label string
	Text               []search.Segment
}

// FindArticles finds articles by words or by a citation as people write it. Errors are those of search.
func (s *Service) FindArticles(ctx context.Context, text string) ([]Found, error) {
	r, err := s.Finder.Search(ctx, search.Query{Text: text, Kind: search.Article, Limit: mostArticles})
	found := make([]Found, 0, len(r.Hits))
	for _, h := range r.Hits {
		found = append(found, Found{Law: h.Law, Number: h.Number, Label: h.Label, Text: h.Excerpt})
	}
	return found, err
}

// Choice is one provision of an article: the whole, a 款 or a 项.
type Choice struct {
	Cite  string // as it stands in a text, without its brackets
	Place string // 第二款
	Words string
	Depth int // 0 the article, 1 a 款, 2 a 项
}

// Article is an article with everything in it that can be cited.
type Article struct {
	Label   string
	Version string
	Choices []Choice
}

// Article gives an article of the version in force to pick from. Errors are those of law.
func (s *Service) Article(ctx context.Context, slug, number string) (Article, error) {
	v, err := s.Laws.Article(ctx, slug, number, "")
	if err != nil {
		return Article{}, err
	}
	c := law.Citation{Law: v.Slug, Article: v.Excerpt.Article.Article, Sub: v.Excerpt.Article.Sub}
	paragraphs := v.Excerpt.Article.Paragraphs
	a := Article{Label: v.Short + " " + c.Provision(), Version: v.Versions[v.At].Effective}
	add := func(at law.Citation, words string, depth int) {
		full := at.Provision()
		place := full[len(c.Provision()):]
		if depth == 0 {
			place, words = "整条", ""
		}
		a.Choices = append(a.Choices, Choice{Cite: v.Short + " " + full, Place: place, Words: words, Depth: depth})
	}
	add(c, "", 0)
	for i, p := range paragraphs {
		at := c
		if len(paragraphs) > 1 {
			at.Paragraph = i + 1
			add(at, p.Text, 1)
		} else {
			a.Choices[0].Words = p.Text
		}
		for _, item := range p.Items {
			if number, rest := law.CutItem(item); number > 0 {
				at.Item = number
				add(at, rest, 2)
			}
		}
	}
	return a, nil
}

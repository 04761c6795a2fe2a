package law

import (
	"context"
	"errors"
	"slices"

	"pugongying/internal/fault"
)

// More errors of requesting a text.
var (
	ErrSingleVersion = fault.New(fault.NotFound, "law.one_version", "这部法律在这里只有一个版本，没有可以对照的。")
)

// Page requests a part of the list of laws.
type Page struct {
	After  string // the cursor that the previous page returned, "" for the first page
	Limit  int    // at least 1; the HTTP handler sets the upper limit
	Status Status // "" for all
}

// List returns one page of the laws in their order and the cursor of the next page, "" at the end; it reads no more laws
// than it returns. Error: fault.ErrCursor.
func (l *Library) List(p Page) (items []Record, next string, err error) {
	now := l.current.Load()
	places, from := now.byStatus[p.Status], 0
	if p.After != "" {
		i, known := now.bySlug[p.After]
		if !known {
			return nil, "", fault.ErrCursor
		}
		from, _ = slices.BinarySearch(places, i+1)
	}
	page := places[from:min(from+max(p.Limit, 1), len(places))]
	items = make([]Record, len(page))
	for i, place := range page {
		items[i] = now.laws[place]
	}
	if from+len(page) < len(places) {
		next = items[len(items)-1].Slug
	}
	return items, next, nil
}

// ArticleView is one article as displayed: its law, its version, its neighbours and what the previous version had in its
// place.
type ArticleView struct {
	Record
	Excerpt
	At     int     // index of the version in Record.Versions
	Before *Change // nil when the previous version has the same words or does not exist; To is the article as it was
}

// Article returns an article by its number ("23", "260-1") in a version; "" means the version in force, otherwise the
// newest. Errors: ErrUnknown, ErrNoArticle, ErrNoVersion; ErrNoText names the article when the law's text is not imported.
func (l *Library) Article(ctx context.Context, name, number, version string) (ArticleView, error) {
	h, at, err := l.locate(name, version)
	if errors.Is(err, ErrUnknown) {
		return ArticleView{}, err
	}
	article, sub, ok := CutNumber(number)
	c := Citation{Law: h.Slug, Article: article, Sub: sub}
	switch {
	case !ok || !h.Imported() && !h.has(c):
		return ArticleView{}, ErrNoArticle
	case errors.Is(err, ErrNoText):
		return ArticleView{}, noText(h, c)
	case err != nil:
		return ArticleView{}, err
	}
	s := ArticleView{Record: h, At: at}
	if s.Excerpt, err = l.excerpt(ctx, h, at, c); err != nil {
		return ArticleView{}, err
	}
	s.Before, err = l.before(ctx, s)
	return s, err
}

func noText(h Record, c Citation) error {
	f := *ErrNoText
	f.Text = "要看的是《" + h.Short + "》" + c.Provision() + "。它的全文还没有放进来：可以到国家法律法规数据库（flk.npc.gov.cn）查看，也可以请工作人员导入。"
	return &f
}

// before returns what the previous version had in the place of the article.
func (l *Library) before(ctx context.Context, s ArticleView) (*Change, error) {
	from := s.Record.before(s.At)
	if from < 0 {
		return nil, nil
	}
	compared, err := l.comparison(ctx, s.Record, from, s.At)
	if err != nil {
		return nil, err
	}
	a := s.Excerpt.Article
	i := slices.IndexFunc(compared.items, func(d Difference) bool { return d.After != nil && d.After.Number() == a.Number() })
	if i < 0 {
		return nil, nil
	}
	d, earlier := compared.items[i], s.Versions[from]
	change := &Change{Kind: d.Kind, Version: earlier.Version, Effective: earlier.Effective}
	if d.Before != nil {
		change.To = Citation{Law: s.Slug, Article: d.Before.Article, Sub: d.Before.Sub}
	}
	return change, nil
}

// comparison is the result of comparing two versions.
type comparison struct {
	items []Difference
	same  int
}

func (l *Library) comparison(ctx context.Context, h Record, from, to int) (*comparison, error) {
	id := VersionID(h.stored, h.Versions[from].Version) + " " + h.Versions[to].Version
	if c, ok := l.comparisons.Get(id); ok {
		return c, nil
	}
	before, err := l.load(ctx, h, from)
	if err != nil {
		return nil, err
	}
	after, err := l.load(ctx, h, to)
	if err != nil {
		return nil, err
	}
	c := &comparison{}
	c.items, c.same = Compare(before, after)
	l.comparisons.Add(id, c)
	return c, nil
}

// Changes is the comparison of two versions of a law.
type Changes struct {
	Record
	From, To int // indexes in Record.Versions
	Items    []Difference
	Same     int // number of articles that are identical, word for word, under the same number
}

// Changes compares two versions. Without names it compares the coming version, otherwise the one in force, with the one
// before it. Errors: ErrUnknown, ErrNoText, ErrNoVersion, ErrOneAlone.
func (l *Library) Changes(ctx context.Context, name, from, to string) (Changes, error) {
	h, err := l.Law(name)
	switch {
	case err != nil:
		return Changes{}, err
	case !h.Imported():
		return Changes{}, ErrNoText
	}
	c := Changes{Record: h, From: h.At(from), To: h.At(to)}
	if to == "" && h.coming() >= 0 {
		c.To = h.coming()
	}
	if from == "" {
		c.From = h.before(max(c.To, 0))
		if c.From < 0 && c.To+1 < len(h.Versions) && to == "" {
			c.From, c.To = c.To, c.To+1
		}
	}
	switch {
	case c.To < 0 || from != "" && c.From < 0:
		return Changes{}, ErrNoVersion
	case c.From < 0:
		return Changes{}, ErrSingleVersion
	}
	compared, err := l.comparison(ctx, h, c.From, c.To)
	if err != nil {
		return Changes{}, err
	}
	c.Items, c.Same = compared.items, compared.same
	return c, nil
}

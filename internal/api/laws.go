package api

import (
	"context"
	"strings"
	"unicode/utf8"

	"pugongying/internal/law"
)

// startRunes is how much of an article a table of contents shows.
const startRunes = 24

// LawBrief is a law in the list.
type LawBrief struct {
	Law       string `json:"law" doc:"slug"`
	Title     string `json:"title"`
	Short     string `json:"short"`
	Effective string `json:"effective" doc:"2016-03-01"`
	Status    string `json:"status" enum:"in_force,to_come,repealed,unsettled"`
	Articles  int    `json:"articles" doc:"第X条之一 counted"`
	Imported  bool   `json:"imported" doc:"its text is here"`
	Versions  int    `json:"versions" doc:"how many texts of it are here"`
}

// LawVersion is one version of a law's text.
type LawVersion struct {
	Version   string `json:"version"`
	Effective string `json:"effective"`
	Until     string `json:"until" doc:"the last day it applies, empty when no end is known"`
	Status    string `json:"status" enum:"in_force,to_come,superseded,repealed,unsettled"`
	Articles  int    `json:"articles"`
}

// LawPart is a heading with the articles directly under it.
type LawPart struct {
	Level    int          `json:"level" doc:"1 is the outermost"`
	Title    string       `json:"title" doc:"empty for articles under no heading"`
	Articles []LawArticle `json:"articles"`
}

// LawArticle is an article in a table of contents.
type LawArticle struct {
	Number string `json:"number" doc:"23 or 260-1"`
	Label  string `json:"label" doc:"第二十三条"`
	Start  string `json:"start" doc:"its first words"`
}

// LawDetail is a law with its contents; without an imported text versions and contents are empty.
type LawDetail struct {
	Law       string       `json:"law"`
	Title     string       `json:"title"`
	Short     string       `json:"short"`
	Aliases   []string     `json:"aliases"`
	Number    string       `json:"number" doc:"法释〔2022〕17号, empty when it bears none"`
	Issued    string       `json:"issued"`
	Effective string       `json:"effective"`
	Status    string       `json:"status" enum:"in_force,to_come,superseded,repealed,unsettled"`
	Articles  int          `json:"articles"`
	Imported  bool         `json:"imported"`
	Version   string       `json:"version" doc:"the one shown, empty without a text"`
	Versions  []LawVersion `json:"versions" doc:"the latest first"`
	Contents  []LawPart    `json:"contents"`
}

// Paragraph is one 款 with its 项.
type Paragraph struct {
	Text  string   `json:"text"`
	Items []string `json:"items" doc:"each with its mark, （一）…"`
}

// CitedBy lists our content that cites an article.
type CitedBy struct {
	Explainers []Link           `json:"explainers"`
	Questions  []CitingQuestion `json:"questions" doc:"those that may be drawn"`
}

// CitingQuestion is the stem of a question, before anybody answers it. It has no field that could reveal the right answer.
type CitingQuestion struct {
	Scenario string    `json:"scenario,omitempty" doc:"the situation, before the stem"`
	Stem     string    `json:"stem"`
	Topic    *TopicRef `json:"topic" doc:"the quiz it is asked in, null when none asks it"`
}

// ArticleBefore is the text that the previous version had in an article's place.
type ArticleBefore struct {
	_         struct{} `nullable:"true"`
	Version   string   `json:"version"`
	Effective string   `json:"effective"`
	Kind      string   `json:"kind" enum:"changed,renumbered,added"`
	Number    string   `json:"number" doc:"its number then, empty when it is new"`
}

// Article is one article of a version.
type Article struct {
	Law        string         `json:"law"`
	Title      string         `json:"title"`
	Short      string         `json:"short"`
	Number     string         `json:"number"`
	Label      string         `json:"label"`
	Heading    string         `json:"heading" doc:"第四章 人身安全保护令"`
	Version    string         `json:"version"`
	Effective  string         `json:"effective"`
	Status     string         `json:"status" enum:"in_force,to_come,superseded,repealed,unsettled"`
	Paragraphs []Paragraph    `json:"paragraphs"`
	CitedBy    CitedBy        `json:"citedBy"`
	Previous   string         `json:"previous" doc:"number of the article before, empty at the start"`
	Next       string         `json:"next" doc:"number of the article after, empty at the end"`
	Versions   []LawVersion   `json:"versions"`
	Changed    *ArticleBefore `json:"changed" doc:"null when the version before says the same, or there is none"`
}

// ArticleText is an article in a comparison.
type ArticleText struct {
	_          struct{}    `nullable:"true"`
	Number     string      `json:"number"`
	Label      string      `json:"label"`
	Paragraphs []Paragraph `json:"paragraphs"`
}

// LawDifference is one article that is not the same in two versions.
type LawDifference struct {
	Kind   string       `json:"kind" enum:"changed,renumbered,added,removed"`
	Before *ArticleText `json:"before"`
	After  *ArticleText `json:"after"`
}

// LawChanges is two versions of a law side by side.
type LawChanges struct {
	Law   string          `json:"law"`
	Title string          `json:"title"`
	Short string          `json:"short"`
	From  LawVersion      `json:"from"`
	To    LawVersion      `json:"to"`
	Items []LawDifference `json:"items"`
	Same  int             `json:"same" doc:"articles that are word for word the same"`
}

type listLaws struct {
	Paging
	Status string `query:"status" enum:"in_force,to_come,repealed,unsettled" doc:"only laws that stand so today"`
}

// OfLaw names a law by its slug or by any name it is cited by.
type OfLaw struct {
	Law string `path:"law" maxLength:"200"`
}

type readLaw struct {
	OfLaw
	Version string `query:"version" maxLength:"32" doc:"none is the version in force, else the newest"`
}

type readArticle struct {
	OfLaw
	Number  string `path:"number" maxLength:"9" doc:"23 or 260-1"`
	Version string `query:"version" maxLength:"32" doc:"none is the version in force, else the newest"`
}

type compareLaw struct {
	OfLaw
	From string `query:"from" maxLength:"32" doc:"none is the version before"`
	To   string `query:"to" maxLength:"32" doc:"none is the version to come, else the one in force"`
}

func (d *door) addLaws() {
	addPublished(d, spec{route: "GET /api/v1/laws", summary: "the laws as they stand today", rate: rateCompletion}, d.laws)
	addPublished(d, spec{route: "GET /api/v1/laws/{law}", summary: "a law with its contents", rate: rateCompletion}, d.law)
	addPublished(d, spec{route: "GET /api/v1/laws/{law}/articles/{number}", summary: "an article with what cites it", rate: rateCompletion}, d.article)
	addPublished(d, spec{route: "GET /api/v1/laws/{law}/changes", summary: "two versions of a law side by side", rate: rateCompletion}, d.changes)
}

func (d *door) laws(_ context.Context, in *listLaws) (Page[LawBrief], error) {
	items, next, err := d.Laws.List(law.Page{After: in.After, Limit: in.Limit, Status: law.Status(in.Status)})
	if err != nil {
		return Page[LawBrief]{}, err
	}
	page := Page[LawBrief]{Items: make([]LawBrief, len(items)), Next: next}
	for i, h := range items {
		page.Items[i] = LawBrief{
			Law: h.Slug, Title: h.Title, Short: h.Short, Effective: h.Effective, Status: string(h.Status),
			Articles: h.Count(), Imported: h.Imported(), Versions: len(h.Versions),
		}
	}
	return page, nil
}

func (d *door) law(ctx context.Context, in *readLaw) (LawDetail, error) {
	h, err := d.Laws.Law(in.Law)
	if err != nil {
		return LawDetail{}, err
	}
	out := LawDetail{
		Law: h.Slug, Title: h.Title, Short: h.Short, Aliases: list(h.Aliases), Number: h.Number, Issued: h.Issued, Effective: h.Effective,
		Status: string(h.Status), Articles: h.Count(), Imported: h.Imported(), Versions: versionsOf(h), Contents: []LawPart{},
	}
	if !h.Imported() {
		return out, nil
	}
	text, err := d.Laws.Version(ctx, h.Slug, in.Version)
	if err != nil {
		return LawDetail{}, err
	}
	shown := versionOf(h.Versions[h.At(in.Version)])
	out.Version, out.Issued, out.Effective, out.Status, out.Articles = shown.Version, text.Fact.Issued, shown.Effective, shown.Status, shown.Articles
	out.Contents = contentsOf(text)
	return out, nil
}

func (d *door) article(ctx context.Context, in *readArticle) (Article, error) {
	shown, err := d.Laws.Article(ctx, in.Law, in.Number, in.Version)
	if err != nil {
		return Article{}, err
	}
	return d.articleOf(shown), nil
}

func (d *door) changes(ctx context.Context, in *compareLaw) (LawChanges, error) {
	c, err := d.Laws.Changes(ctx, in.Law, in.From, in.To)
	if err != nil {
		return LawChanges{}, err
	}
	out := LawChanges{
		Law: c.Slug, Title: c.Title, Short: c.Short, From: versionOf(c.Versions[c.From]), To: versionOf(c.Versions[c.To]),
		Items: make([]LawDifference, len(c.Items)), Same: c.Same,
	}
	for i, item := range c.Items {
		out.Items[i] = LawDifference{Kind: string(item.Kind), Before: articleText(item.Before), After: articleText(item.After)}
	}
	return out, nil
}

// versionsOf lists the versions, latest first.
func versionsOf(h law.Record) []LawVersion {
	out := make([]LawVersion, len(h.Versions))
	for i, v := range h.Versions {
		out[len(out)-1-i] = versionOf(v)
	}
	return out
}

func versionOf(v law.Dated) LawVersion {
	return LawVersion{Version: v.Version, Effective: v.Effective, Until: v.Until, Status: string(v.Status), Articles: v.Articles()}
}

func contentsOf(v *law.Version) []LawPart {
	parts := v.Parts
	if len(parts) == 0 || parts[0].First > 0 {
		parts = append([]law.Part{{Level: 1}}, parts...)
	}
	out := make([]LawPart, len(parts))
	for i, p := range parts {
		end := len(v.Articles)
		if i+1 < len(parts) {
			end = parts[i+1].First
		}
		out[i] = LawPart{Level: p.Level, Title: p.Title, Articles: []LawArticle{}}
		for _, a := range v.Articles[p.First:end] {
			out[i].Articles = append(out[i].Articles, LawArticle{Number: a.Number(), Label: a.Label(), Start: startOf(a.Text())})
		}
	}
	return out
}

// startOf is a text's first words.
func startOf(text string) string {
	text, _, more := strings.Cut(text, "\n")
	if utf8.RuneCountInString(text) > startRunes {
		return string([]rune(text)[:startRunes]) + "…"
	}
	if more {
		return text + "…"
	}
	return text
}

func (d *door) articleOf(s law.ArticleView) Article {
	a, version := s.Article, versionOf(s.Versions[s.At])
	out := Article{
		Law: s.Slug, Title: s.Title, Short: s.Short, Number: a.Number(), Label: a.Label(), Heading: strings.Join(s.Headings, " · "),
		Version: version.Version, Effective: version.Effective, Status: version.Status,
		Paragraphs: paragraphsOf(a), CitedBy: d.citedBy(s.Slug, a.Number()), Versions: versionsOf(s.Record),
		Previous: s.Previous, Next: s.Next,
	}
	if b := s.Before; b != nil {
		out.Changed = &ArticleBefore{Version: b.Version, Effective: b.Effective, Kind: string(b.Kind)}
		if b.To.Article > 0 {
			out.Changed.Number = b.To.Number()
		}
	}
	return out
}

func (d *door) citedBy(slug, number string) CitedBy {
	cited := CitedBy{Explainers: []Link{}, Questions: []CitingQuestion{}}
	for _, q := range d.Questions.Citing(slug, number) {
		citing := CitingQuestion{Scenario: q.Situation, Stem: q.Stem}
		if q.Topic != nil {
			citing.Topic = &TopicRef{Slug: q.Topic.Slug, Title: q.Topic.Title}
		}
		cited.Questions = append(cited.Questions, citing)
	}
	for _, s := range d.Explainers.Citing(slug, number) {
		cited.Explainers = append(cited.Explainers, Link{Slug: s.Slug, Title: s.Title})
	}
	return cited
}

func articleText(a *law.Article) *ArticleText {
	if a == nil {
		return nil
	}
	return &ArticleText{Number: a.Number(), Label: a.Label(), Paragraphs: paragraphsOf(*a)}
}

func paragraphsOf(a law.Article) []Paragraph {
	out := make([]Paragraph, len(a.Paragraphs))
	for i, p := range a.Paragraphs {
		out[i] = Paragraph{Text: p.Text, Items: list(p.Items)}
	}
	return out
}

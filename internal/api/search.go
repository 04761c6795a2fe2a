package api

import (
	"context"
	"slices"
	"unicode/utf8"

	"pugongying/internal/directory"
	"pugongying/internal/fault"
	"pugongying/internal/law"
	"pugongying/internal/member"
	"pugongying/internal/search"
)

// SearchPage is what a search found, the best first.
type SearchPage struct {
	Items []SearchHit `json:"items"`
	Total int         `json:"total" doc:"how many of the kind asked for"`
	Kinds SearchKinds `json:"kinds"`
	Note  string      `json:"note" doc:"what took the place of the law or article asked for, one sentence; empty for none"`
	Help  *SearchHelp `json:"help" doc:"stands above everything found, where the question tells of danger"`
}

// SearchHelp is for somebody in danger, or looking for a number to call. 110 and 120 are built into the app.
type SearchHelp struct {
	_    struct{}       `nullable:"true"`
	Kind string         `json:"kind" enum:"self,child,danger,locked,watched,line"`
	Says string         `json:"says" doc:"one sentence"`
	Line *AnsweringLine `json:"line" doc:"a line of her region where somebody answers now, if there is one"`
}

// AnsweringLine is a hotline at which somebody answers now.
type AnsweringLine struct {
	_      struct{} `nullable:"true"`
	Name   string   `json:"name"`
	Number string   `json:"number"`
	Until  string   `json:"until" doc:"17:30, or 24:00"`
	Demo   bool     `json:"demo"`
}

// SearchKinds says how many of each kind there are, whichever kind was asked for.
type SearchKinds struct {
	Explainer int `json:"explainer"`
	Question  int `json:"question"`
	Law       int `json:"law"`
	Article   int `json:"article"`
}

// SearchHit is one thing found. A question shows its stem and nothing about the right answer.
type SearchHit struct {
	Kind    string    `json:"kind" enum:"explainer,question,law,article"`
	Title   []Segment `json:"title"`
	Excerpt []Segment `json:"excerpt"`
	Slug    string    `json:"slug" doc:"of an explainer"`
	Law     string    `json:"law" doc:"slug, of a law or an article"`
	Number  string    `json:"number" doc:"of an article, 23 or 260-1"`
	Label   string    `json:"label" doc:"of an article, 反家庭暴力法 第二十三条"`
	Status  string    `json:"status" enum:",in_force,to_come,repealed,unsettled" doc:"how its law stands today, of a law or an article; empty of anything else"`
	Topic   *TopicRef `json:"topic" doc:"the quiz a question stands in"`
}

// Segment is a piece of text that matches the query, or does not.
type Segment struct {
	Text string `json:"text"`
	Hit  bool   `json:"hit"`
}

// TopicRef names a topic quiz.
type TopicRef struct {
	_     struct{} `nullable:"true"`
	Slug  string   `json:"slug"`
	Title string   `json:"title"`
}

type searching struct {
	Q      string `query:"q" required:"true" minLength:"1" maxLength:"1000" doc:"what is looked for; kept nowhere. Of a long one the beginning and the end count"`
	Kind   string `query:"kind" enum:"explainer,question,law,article" doc:"none for all"`
	Limit  int    `query:"limit" minimum:"1" maximum:"50" default:"20"`
	Region string `query:"region" maxLength:"12" doc:"whose lines may stand above what is found; none is the deployment's league"`
}

func (d *door) addSearch() {
	add(d, spec{route: "GET /api/v1/search", summary: "find stories, questions, laws and articles", rate: rateSearch}, d.search)
}

// search does not learn who searches: the caller is not passed on. Help is shown whatever becomes of the search.
func (d *door) search(ctx context.Context, _ member.Principal, in *searching) (*body[SearchPage], error) {
	help, err := d.helpFor(in)
	if err != nil {
		return nil, err
	}
	found, err := d.Search.Search(ctx, search.Query{Text: in.Q, Kind: search.Kind(in.Kind), Limit: in.Limit})
	if err != nil && (help == nil || fault.From(err).Kind != fault.Unavailable) {
		return nil, err
	}
	if help != nil && help.Kind == "self" && utf8.RuneCountInString(in.Q) <= onlyThat {
		found = search.Result{}
	}
	page := pageOf(found)
	page.Help = help
	d.stand(page.Items)
	return answer(page), nil
}

// onlyThat is the length up to which a question of somebody who thinks of dying says nothing else: what texts say of death is no
// answer to it.
const onlyThat = 8

// kindsOfHelp are the lines that suit somebody, by what she tells of, the most fitting first.
var kindsOfHelp = map[string][]directory.Kind{
	"self":  {directory.Mind, directory.Women, directory.Village},
	"child": {directory.Youth, directory.Women, directory.Village},
}

// helpFor is what stands above everything, or nil.
func (d *door) helpFor(in *searching) (*SearchHelp, error) {
	at, err := d.regionOr(in.Region)
	if err != nil {
		return nil, err
	}
	signal, found := d.Search.Distress(in.Q)
	if !found {
		return nil, nil
	}
	help := &SearchHelp{Kind: signal.Kind, Says: signal.Says}
	kinds := kindsOfHelp[signal.Kind]
	if kinds == nil {
		kinds = []directory.Kind{directory.Women, directory.Village, directory.Shelter}
	}
	if l, ok := d.Hotlines.Now(at, kinds...); ok {
		help.Line = &AnsweringLine{Name: l.Name, Number: l.Number, Until: l.Until, Demo: l.Demo}
	}
	return help, nil
}

// stand says of every law how it stands today; what is no longer law comes after what is.
func (d *door) stand(hits []SearchHit) {
	gone := func(h SearchHit) int {
		if h.Status == string(law.Repealed) {
			return 1
		}
		return 0
	}
	for i, h := range hits {
		if h.Law == "" {
			continue
		}
		if known, err := d.Laws.Law(h.Law); err == nil {
			hits[i].Status = string(known.Status)
		}
	}
	slices.SortStableFunc(hits, func(a, b SearchHit) int { return gone(a) - gone(b) })
}

func pageOf(found search.Result) SearchPage {
	page := SearchPage{Items: make([]SearchHit, len(found.Hits)), Total: found.Total, Note: found.Note, Kinds: SearchKinds{
		Explainer: found.Kinds[search.Explainer], Question: found.Kinds[search.Question], Law: found.Kinds[search.Law], Article: found.Kinds[search.Article],
	}}
	for i, h := range found.Hits {
		page.Items[i] = SearchHit{
			Kind: string(h.Kind), Title: segmentsOf(h.Title), Excerpt: segmentsOf(h.Excerpt), Slug: h.Slug, Law: h.Law, Number: h.Number, Label: h.Label,
		}
		if h.Topic != nil {
			page.Items[i].Topic = &TopicRef{Slug: h.Topic.Slug, Title: h.Topic.Title}
		}
	}
	return page
}

func segmentsOf(segments []search.Segment) []Segment {
	out := make([]Segment, len(segments))
	for i, s := range segments {
		out[i] = Segment(s)
	}
	return out
}

package api

import (
	"context"
	"net/http"

	"pugongying/internal/explainer"
	"pugongying/internal/law"
	"pugongying/internal/member"
	"pugongying/internal/quiz"
)

// homeStories is how many stories the home page offers.
const homeStories = 3

// Home is what the home page shows; it is the same for everybody.
type Home struct {
	Daily          Daily   `json:"daily"`
	Explainers     []Brief `json:"explainers"`
	ExplainerCount int     `json:"explainerCount"`
	Topics         []Topic `json:"topics"`
	SampleNotice   string  `json:"sampleNotice"`
}

// Daily describes the daily paper.
type Daily struct {
	Count   int `json:"count"`
	Minutes int `json:"minutes"`
}

// TopicDetail is a topic quiz with the stories its questions belong to.
type TopicDetail struct {
	Topic
	Explainers []Brief `json:"explainers"`
}

// Topics is the list of topic quizzes.
type Topics struct {
	Items []Topic `json:"items"`
}

// Paging asks for a part of a list. It is exported, like every embedded input, because huma ignores embedded structs that
// are not, and their parameters.
type Paging struct {
	After string `query:"after" maxLength:"200" doc:"cursor of the page before"`
	Limit int    `query:"limit" minimum:"1" maximum:"50" default:"20"`
}

type listExplainers struct {
	Paging
	Tag string `query:"tag" maxLength:"40"`
}

type bySlug struct {
	Slug string `path:"slug" maxLength:"64"`
}

type completeExplainer struct {
	Creation
	Slug string `path:"slug" maxLength:"64"`
	Body *start
}

func (d *door) addCompletion() {
	addPublished(d, spec{route: "GET /api/v1/home", summary: "the home page"}, func(context.Context, *struct{}) (Home, error) {
		return d.home()
	})
	addPublished(d, spec{route: "GET /api/v1/explainers", summary: "the stories"}, func(_ context.Context, in *listExplainers) (Page[Brief], error) {
		return d.explainers(explainer.Page{After: in.After, Limit: in.Limit, Tag: in.Tag})
	})
	addPublished(d, spec{route: "GET /api/v1/explainers/{slug}", summary: "a story with its law"}, func(_ context.Context, in *bySlug) (Explainer, error) {
		story, err := d.Explainers.BySlug(in.Slug)
		if err != nil {
			return Explainer{}, err
		}
		return d.explainerOf(story), nil
	})
	add(d, spec{route: "POST /api/v1/explainers/{slug}/readings", summary: "count a story as read to its end, of nobody", status: http.StatusNoContent, rate: rateCompletion}, d.completeExplainer)
	addPublished(d, spec{route: "GET /api/v1/quizzes", summary: "the topic quizzes"}, func(context.Context, *struct{}) (Topics, error) {
		return Topics{Items: d.topics()}, nil
	})
	addPublished(d, spec{route: "GET /api/v1/quizzes/{slug}", summary: "a topic quiz"}, func(_ context.Context, in *bySlug) (TopicDetail, error) {
		t, err := d.Questions.Topic(in.Slug)
		if err != nil {
			return TopicDetail{}, err
		}
		return d.topicOf(t), nil
	})
}

func (d *door) home() (Home, error) {
	list, err := d.explainers(explainer.Page{Limit: homeStories})
	return Home{
		Daily: Daily{Count: quiz.DailyCount, Minutes: 3}, Explainers: list.Items, ExplainerCount: d.Explainers.Count(),
		Topics: d.topics(), SampleNotice: "示范内容 · 待专业审定",
	}, err
}

func (d *door) explainers(p explainer.Page) (Page[Brief], error) {
	items, next, err := d.Explainers.List(p)
	page := Page[Brief]{Items: make([]Brief, len(items)), Next: next}
	for i, b := range items {
		page.Items[i] = briefOf(b)
	}
	return page, err
}

// completeExplainer counts anonymously: the caller is not passed on, and the key is bound to nobody.
func (d *door) completeExplainer(ctx context.Context, _ member.Principal, in *completeExplainer) (*empty, error) {
	scene := ""
	if in.Body != nil {
		scene = in.Body.Scene
	}
	return nil, d.Completions.Finish(ctx, in.Slug, scene, in.once(member.Things{}, "reading "+in.Slug))
}

func (d *door) topics() []Topic {
	topics := d.Questions.Topics()
	out := make([]Topic, len(topics))
	for i, t := range topics {
		out[i] = topicBrief(t)
	}
	return out
}

func topicBrief(t quiz.Topic) Topic {
	return Topic{Slug: t.Slug, Title: t.Title, Summary: t.Summary, Count: t.Draw, Minutes: t.Minutes}
}

func (d *door) topicOf(t quiz.Topic) TopicDetail {
	detail := TopicDetail{Topic: topicBrief(t), Explainers: []Brief{}}
	for _, slug := range d.Questions.Explainers(t) {
		if story, err := d.Explainers.BySlug(slug); err == nil {
			detail.Explainers = append(detail.Explainers, briefOf(story.Brief()))
		}
	}
	return detail
}

func briefOf(b explainer.Brief) Brief {
	return Brief{Slug: b.Slug, Title: b.Title, Summary: b.Summary, Minutes: b.Minutes, Citations: b.Citations, Sample: b.Sample, Tags: list(b.Tags)}
}

func (d *door) explainerOf(s *explainer.Explainer) Explainer {
	audio := ""
	if s.Audio != "" {
		audio = Base + "/media/audio/" + s.Audio
	}
	return Explainer{
		ID: s.ID, Version: s.Version, Slug: s.Slug, Title: s.Title, Summary: s.Summary, Lang: s.Lang, Minutes: s.Minutes,
		CheckedAt: s.CheckedAt, Sample: s.Sample, Provenance: string(s.Provenance), ProvenanceText: s.Provenance.Text(),
		Tags: list(s.Tags), Region: s.Region, Audio: audio, Pictures: picturesOf(s.Pictures), ShareTitle: s.Share, Body: s.HTML,
		Citations: d.citationsOf(s.Citations, s.Changes), Notice: s.Notice, Questions: len(d.Questions.Explained(s.Slug)),
		Rechecking: s.Rechecking,
	}
}

func (d *door) citationsOf(resolved []law.Resolved, changes []law.Change) []Citation {
	return d.appendCitations(make([]Citation, 0, len(resolved)), resolved, changes)
}

// appendCitations adds citations; changes are what became of each since its text was checked, nil when nothing did.
func (d *door) appendCitations(out []Citation, resolved []law.Resolved, changes []law.Change) []Citation {
	for i, r := range resolved {
		status := law.Repealed // it is not known any more
		if h, err := d.Laws.Law(r.Law); err == nil {
			status = h.Status
		}
		out = append(out, Citation{
			Law: r.Law, LawTitle: r.Title, Short: r.Short, Effective: r.Effective, Status: string(status),
			Article: r.Number(), Paragraph: r.Paragraph, Item: r.Item, Label: r.Label, Changed: changes != nil && changes[i].Kind != "",
		})
	}
	return out
}

// list returns an empty JSON array for a nil slice.
func list[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}

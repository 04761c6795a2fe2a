package quiz

import (
	"time"

	"pugongying/internal/law"
	"pugongying/internal/publish"
)

// Paper is an attempt as it may be shown at any time. It has no field that could carry a right answer.
type Paper struct {
	ID        string
	Title     string
	State     State
	Questions []Asked
	Answers   map[string][]string // what she chose, by question; only questions she answered
	ExpiresAt time.Time
}

// Asked is a question without its answer.
type Asked struct {
	ID        string
	Kind      Kind
	Situation string // only of a scenario
	Several   bool
	Stem      string
	Picture   *publish.Picture // nil without one
	Options   []Choice
}

// Choice is an option without the information whether it is right.
type Choice struct{ ID, Text string }

// Result is the graded attempt. Graded is empty until the results are released.
type Result struct {
	Score    int
	Total    int
	Released bool
	Graded   []GradedQuestion
}

// GradedQuestion is one question of a result: what was chosen, what is right and why.
type GradedQuestion struct {
	Lesson
	Correct bool
	Chosen  []string
	Again   string // slug of the explainer to read when its concept went wrong twice in a row, else ""
}

// Lesson is a question with its answer, as shown in results and in the mistakes book.
type Lesson struct {
	Question    string
	Situation   string
	Stem        string
	Picture     *publish.Picture
	Options     []Choice
	Answer      []string
	Explanation string
	Concept     string
	Citations   []law.Resolved
	Changes     []law.Change // what became of each citation since the question was checked; nil when nothing did
	Explainer   string       // slug of the explainer about it, "" when there is none
	Notice      string       // what became of its law since, or that it is looked at again too late; "" for neither
}

// paper converts an attempt to a Paper; questions are in the order they were drawn.
func (a *Attempt) paper(questions []*Question) Paper {
	p := Paper{
		ID: a.ID, Title: a.Title, State: a.State, ExpiresAt: a.ExpiresAt,
		Questions: make([]Asked, len(questions)), Answers: map[string][]string{},
	}
	for i, q := range questions {
		d := a.Drawn[i]
		p.Questions[i] = Asked{
			ID: q.ID, Kind: q.Kind, Situation: q.Situation, Several: q.Several, Stem: q.Stem, Picture: q.Picture, Options: q.choices(d.Order),
		}
		if len(d.Chosen) > 0 {
			p.Answers[q.ID] = d.Chosen
		}
	}
	return p
}

// result recomputes the result of a submitted attempt from the document and the drawn versions alone, so that it is the
// same on every request.
func (a *Attempt) result(questions []*Question, at time.Time) Result {
	r := Result{Score: a.Score, Total: a.Total, Released: a.released(at)}
	if !r.Released {
		return r
	}
	r.Graded = make([]GradedQuestion, len(questions))
	for i, q := range questions {
		d := a.Drawn[i]
		chosen := d.Chosen
		if chosen == nil {
			chosen = []string{}
		}
		r.Graded[i] = GradedQuestion{Lesson: q.lesson(d.Order), Correct: q.right(d.Chosen), Chosen: chosen}
	}
	return r
}

// choices gives the options in the order they were shown.
func (q *Question) choices(shown []string) []Choice {
	choices := make([]Choice, 0, len(shown))
	for _, id := range shown {
		if o, ok := q.option(id); ok {
			choices = append(choices, Choice{ID: o.ID, Text: o.Text})
		}
	}
	return choices
}

// lesson gives a question with its answer, its options in the order given.
func (q *Question) lesson(shown []string) Lesson {
	answer := []string{}
	for _, id := range shown {
		if o, ok := q.option(id); ok && o.Right {
			answer = append(answer, id)
		}
	}
	return Lesson{
		Question: q.ID, Situation: q.Situation, Stem: q.Stem, Picture: q.Picture, Options: q.choices(shown), Answer: answer,
		Explanation: q.Explanation, Concept: q.Concept, Citations: q.Citations, Changes: q.Changes, Explainer: q.Explainer,
		Notice: q.notice("这道题写好以后", "先记住有这回事，我们正在重新核对。"),
	}
}

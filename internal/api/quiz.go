package api

import (
	"context"
	"net/http"

	"github.com/tidwall/gjson"

	"pugongying/internal/idempotency"
	"pugongying/internal/member"
	"pugongying/internal/quiz"
	"pugongying/internal/web/jsonapi"
)

// Creation is what a creating POST may carry besides its body: a key that makes sending it again harmless.
type Creation struct {
	Key     string `header:"Idempotency-Key" minLength:"16" maxLength:"255" doc:"sending the same request again with the same key has one effect"`
	RawBody []byte
}

// once binds the key to the caller's layer and to the operation with its target: what was made behind a lock is not
// given out to the same key without the code.
func (c Creation) once(mine member.Things, operation string) *idempotency.Key {
	return idempotency.New(string(mine.Handle()), operation, c.Key, c.RawBody)
}

// start is the body of a request that draws a paper.
type start struct {
	Scene string `json:"scene,omitempty" maxLength:"32" doc:"scene of the code that was scanned, so that the sitting counts for its region and project"`
}

type startQuiz struct {
	Creation
	BehindCode
	Slug string `path:"slug" maxLength:"64"`
	Body *start
}

type startPaper struct {
	Creation
	BehindCode
	Body *start
}

// OfAttempt names the attempt an operation is about. One that was begun behind a code is found with the code alone.
type OfAttempt struct {
	BehindCode
	ID string `path:"id" maxLength:"64"`
}

type answering struct {
	OfAttempt
	Question string `path:"question" maxLength:"64"`
	Body     struct {
		Options []string `json:"options" maxItems:"12" doc:"ids of the chosen options; none takes the answer back"`
	}
}

type submitting struct {
	OfAttempt
	Body *SubmittingBody
}

// SubmittingBody is the body of a submission. Many people submit at the same time, so it is decoded in one pass
// (jsonapi.Quick).
type SubmittingBody struct {
	Answers map[string][]string `json:"answers,omitempty" maxProperties:"60" doc:"answers kept on the phone, by question"`

	unread []byte
}

// Slow stores a body that is not written as the app writes it, until the schema checks it.
func (b *SubmittingBody) Slow() *[]byte { return &b.unread }

// submissionPath is the route that submits an attempt.
const submissionPath = "/api/v1/attempts/{id}/submission"

// mostAnswers is maxProperties of Answers.
const mostAnswers = 60

// ReadQuick takes {} and {"answers": {question: [option, …], …}}.
func (b *SubmittingBody) ReadQuick(body []byte) bool {
	if !gjson.ValidBytes(body) {
		return false
	}
	whole := gjson.ParseBytes(body)
	plain := whole.IsObject()
	whole.ForEach(func(name, answers gjson.Result) bool {
		plain = plain && name.Str == "answers" && b.Answers == nil && answers.IsObject()
		if !plain {
			return false
		}
		b.Answers = make(map[string][]string, 8)
		all := make([]string, 0, 16) // shared by all questions, one allocation
		answers.ForEach(func(question, options gjson.Result) bool {
			from := len(all)
			plain = options.IsArray()
			options.ForEach(func(_, option gjson.Result) bool {
				all = append(all, option.Str)
				plain = plain && option.Type == gjson.String
				return plain
			})
			b.Answers[question.Str] = all[from:len(all):len(all)]
			return plain
		})
		return plain
	})
	if !plain || len(b.Answers) > mostAnswers {
		b.Answers = nil
		return false
	}
	return true
}

func (d *door) addQuiz() {
	add(d, spec{route: "POST /api/v1/quizzes/{slug}/attempts", summary: "begin a topic quiz", status: http.StatusCreated, rate: rateStart}, d.startTopic)
	add(d, spec{route: "POST /api/v1/explainers/{slug}/attempts", summary: "begin the questions of a story", status: http.StatusCreated, rate: rateStart}, d.startExplainer)
	add(d, spec{route: "POST /api/v1/me/daily", summary: "begin today's five", status: http.StatusCreated, rate: rateStart}, d.startDaily)
	add(d, spec{route: "GET /api/v1/attempts/{id}", summary: "resume an attempt", rate: rateWrite, limit: "id"}, d.resume)
	add(d, spec{route: "PUT /api/v1/attempts/{id}/answers/{question}", summary: "answer a question", status: http.StatusNoContent, rate: rateWrite, limit: "id"}, d.answerQuestion)
	add(d, spec{route: "POST " + submissionPath, quick: true, summary: "submit, once", status: http.StatusOK, rate: rateWrite, limit: "id"}, d.submit)
}

func (d *door) startTopic(ctx context.Context, who member.Principal, in *startQuiz) (*body[Attempt], error) {
	mine, req, err := d.request(ctx, who, in.BehindCode, in.Body)
	if err != nil {
		return nil, err
	}
	req.Origin, req.Slug = quiz.FromTopic, in.Slug
	return d.started(d.Quiz.Start(ctx, mine, req, in.once(mine, "topic "+in.Slug)))
}

func (d *door) startExplainer(ctx context.Context, who member.Principal, in *startQuiz) (*body[Attempt], error) {
	mine, req, err := d.request(ctx, who, in.BehindCode, in.Body)
	if err != nil {
		return nil, err
	}
	story, err := d.Explainers.BySlug(in.Slug)
	if err != nil {
		return nil, err
	}
	req.Origin, req.Explainer, req.Title = quiz.FromExplainer, story.Slug, story.Title
	return d.started(d.Quiz.Start(ctx, mine, req, in.once(mine, "explainer "+in.Slug)))
}

func (d *door) startDaily(ctx context.Context, who member.Principal, in *startPaper) (*body[Attempt], error) {
	mine, req, err := d.request(ctx, who, in.BehindCode, in.Body)
	if err != nil {
		return nil, err
	}
	req.Origin = quiz.FromDaily
	return d.started(d.Quiz.Start(ctx, mine, req, in.once(mine, "daily")))
}

// request is what every paper is drawn for: the caller's layer, and where it counts.
func (d *door) request(ctx context.Context, who member.Principal, behind BehindCode, b *start) (member.Things, quiz.StartRequest, error) {
	where, err := d.where(ctx, b)
	if err != nil {
		return member.Things{}, quiz.StartRequest{}, err
	}
	mine, err := d.Members.Things(ctx, who.ID, behind.Code)
	return mine, quiz.StartRequest{Where: where}, err
}

func (d *door) started(p quiz.Paper, err error) (*body[Attempt], error) {
	if err != nil {
		return nil, err
	}
	return answer(attemptOf(p)), nil
}

// where looks up what a scanned scene counts for. An unknown scene counts for nowhere: an old poster must not keep anybody
// from answering.
func (d *door) where(ctx context.Context, b *start) (quiz.Where, error) {
	if b == nil || b.Scene == "" {
		return quiz.Where{}, nil
	}
	counted, err := d.Regions.Attribute(ctx, b.Scene)
	return quiz.Where{Region: string(counted.Region), Org: counted.Organisation, Project: counted.Project}, err
}

func (d *door) resume(ctx context.Context, who member.Principal, in *OfAttempt) (*body[Attempt], error) {
	mine, err := d.Members.Things(ctx, who.ID, in.Code)
	if err != nil {
		return nil, err
	}
	paper, result, err := d.Quiz.Resume(ctx, mine, in.ID)
	if err != nil {
		return nil, err
	}
	a := attemptOf(paper)
	if result != nil {
		r := d.resultOf(*result)
		a.Result = &r
	}
	return answer(a), nil
}

func (d *door) answerQuestion(ctx context.Context, who member.Principal, in *answering) (*empty, error) {
	mine, err := d.Members.Things(ctx, who.ID, in.Code)
	if err != nil {
		return nil, err
	}
	return nil, d.Quiz.Answer(ctx, mine, in.ID, quiz.Given{Question: in.Question, Options: in.Body.Options})
}

func (d *door) submit(ctx context.Context, who member.Principal, in *submitting) (*body[Result], error) {
	if err := jsonapi.Check(d.api, d.api.OpenAPI().Paths[submissionPath].Post, in.Body); err != nil {
		return nil, err
	}
	var answers map[string][]string
	if in.Body != nil {
		answers = in.Body.Answers
	}
	mine, err := d.Members.Things(ctx, who.ID, in.Code)
	if err != nil {
		return nil, err
	}
	result, err := d.Quiz.Submit(ctx, mine, in.ID, answers)
	if err != nil {
		return nil, err
	}
	return answer(d.resultOf(result)), nil
}

func attemptOf(p quiz.Paper) Attempt {
	a := Attempt{ID: p.ID, Title: p.Title, State: string(p.State), Answers: p.Answers, ExpiresAt: p.ExpiresAt, Questions: make([]Question, len(p.Questions))}
	for i, q := range p.Questions {
		a.Questions[i] = Question{ID: q.ID, Kind: string(q.Kind), Multiple: q.Several, Scenario: q.Situation, Stem: q.Stem, Picture: pictureIn(q.Picture), Options: optionsOf(q.Options)}
	}
	return a
}

func optionsOf(choices []quiz.Choice) []Option {
	return appendOptions(make([]Option, 0, len(choices)), choices)
}

func appendOptions(options []Option, choices []quiz.Choice) []Option {
	for _, c := range choices {
		options = append(options, Option(c))
	}
	return options
}

// resultOf stores the options and the citations of all questions in two allocations, because everybody who submits gets
// them.
func (d *door) resultOf(r quiz.Result) Result {
	out := Result{Score: r.Score, Total: r.Total, Released: r.Released}
	if len(r.Graded) == 0 {
		return out
	}
	var nOptions, nCitations int
	for _, m := range r.Graded {
		nOptions, nCitations = nOptions+len(m.Options), nCitations+len(m.Citations)
	}
	out.Results = make([]Judgment, len(r.Graded))
	options, citations := make([]Option, 0, nOptions), make([]Citation, 0, nCitations)
	for i, m := range r.Graded {
		o, c := len(options), len(citations)
		options, citations = appendOptions(options, m.Options), d.appendCitations(citations, m.Citations, m.Changes)
		lesson := d.lessonWith(m.Lesson, options[o:len(options):len(options)], citations[c:len(citations):len(citations)])
		out.Results[i] = Judgment{Lesson: lesson, Correct: m.Correct, Chosen: m.Chosen, Again: d.linkTo(m.Again)}
	}
	return out
}

func (d *door) lessonOf(l quiz.Lesson) Lesson {
	return d.lessonWith(l, optionsOf(l.Options), d.citationsOf(l.Citations, l.Changes))
}

func (d *door) lessonWith(l quiz.Lesson, options []Option, citations []Citation) Lesson {
	return Lesson{
		Question: l.Question, Scenario: l.Situation, Stem: l.Stem, Picture: pictureIn(l.Picture), Options: options, Answer: l.Answer,
		Explanation: l.Explanation, Concept: l.Concept, Citations: citations, Explainer: d.linkTo(l.Explainer), Notice: l.Notice,
	}
}

// linkTo leads to a story; nil when it is not live.
func (d *door) linkTo(slug string) *Link {
	story, err := d.Explainers.BySlug(slug)
	if err != nil {
		return nil
	}
	return &Link{Slug: story.Slug, Title: story.Title}
}

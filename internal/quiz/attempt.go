package quiz

import (
	"slices"
	"time"

	"pugongying/internal/fault"
	"pugongying/internal/idempotency"
	"pugongying/internal/member"
)

// AttemptSchema is the version of Attempt's document.
const AttemptSchema = 1

// Origin says what a paper's questions were drawn from.
type Origin string

// The origins of a paper.
const (
	FromTopic     Origin = "topic"
	FromDaily     Origin = "daily"
	FromExplainer Origin = "explainer"
	FromReview    Origin = "review"
)

// State of an attempt: open until its one submission.
type State string

// The states of an attempt.
const (
	Open      State = "open"
	Submitted State = "submitted"
)

// Where says where an attempt is counted, taken from the scanned scene; empty fields are unknown.
type Where struct {
	Region  string `bson:"region,omitempty"`
	Org     string `bson:"org,omitempty"`
	Project string `bson:"project,omitempty"`
}

// Drawn is one question of a paper: the version that was drawn, the order its options were shown in, and what she chose.
type Drawn struct {
	Question string   `bson:"q"`
	Version  int      `bson:"n"`
	Order    []string `bson:"order"`
	Chosen   []string `bson:"chosen,omitempty"`
}

// Attempt is one person's attempt at a paper. The document is the only record of it, so one write is one effect. Slices
// inside it are replaced and never changed in place; a copy of the struct with its own Drawn is therefore an
// independent copy.
type Attempt struct {
	ID              string           `bson:"_id"`
	Owner           member.Handle    `bson:"owner,omitempty"` // empty: no owner, and the id is the only way to it
	Origin          Origin           `bson:"origin"`
	From            string           `bson:"from,omitempty"` // slug of the topic or of the explainer
	Title           string           `bson:"title"`
	Drawn           []Drawn          `bson:"drawn"`
	State           State            `bson:"state"`
	StartedAt       time.Time        `bson:"startedAt"`
	ExpiresAt       time.Time        `bson:"expiresAt"`
	SubmittedAt     time.Time        `bson:"submittedAt,omitempty"`
	ReleaseAt       time.Time        `bson:"releaseAt,omitempty"` // results are shown from then on; zero: immediately
	Score           int              `bson:"score"`
	Total           int              `bson:"total"`
	Wrong           []string         `bson:"wrong,omitempty"` // ids of the questions not answered rightly
	Keep            bool             `bson:"keep,omitempty"`
	Book            bool             `bson:"book,omitempty"`  // drawn with her book open: removed when the book is removed
	PreviouslyWrong []string         `bson:"shaky,omitempty"` // ids of questions whose concept went wrong last time
	Where           Where            `bson:"where"`
	Line            string           `bson:"line,omitempty"`    // id of the future ledger line; empty once it was filed
	Pending         bool             `bson:"pending,omitempty"` // submitted and not filed yet; RemoveAt is UntilFiled meanwhile
	RemoveAt        *time.Time       `bson:"removeAt,omitempty"`
	Once            *idempotency.Key `bson:"once,omitempty"`
	Rev             int64            `bson:"rev"`
	Schema          int              `bson:"schema"`
}

// wrongAgain says whether a question's concept went wrong here for the second time in a row, as far as her book knew
// when the paper was drawn.
func (a *Attempt) wrongAgain(question string) bool {
	return slices.Contains(a.PreviouslyWrong, question) && slices.Contains(a.Wrong, question)
}

// drawn gives the index of a question in the paper, -1 when it was not drawn.
func (a *Attempt) drawn(question string) int {
	return slices.IndexFunc(a.Drawn, func(d Drawn) bool { return d.Question == question })
}

// choose stores an answer in place of the previous one; an empty choice clears it. It returns errNoChange when the
// answer is the same as the stored one. The options must be among those shown, each at most once, and only one unless
// the question allows several.
func (a *Attempt) choose(at int, several bool, chosen []string) error {
	d := &a.Drawn[at]
	field := fault.Field{Location: "body.options", Message: "选项不对，请重新选。"}
	if len(chosen) > 1 && !several {
		field.Message = "这道题只能选一个。"
		return ErrAnswer.At(field)
	}
	for i, option := range chosen {
		if !slices.Contains(d.Order, option) || slices.Contains(chosen[:i], option) {
			return ErrAnswer.At(field)
		}
	}
	next := inOrder(d.Order, chosen)
	if slices.Equal(next, d.Chosen) {
		return errNoChange
	}
	d.Chosen = next
	return nil
}

// inOrder gives the chosen options in the order they were shown, so that the order in which she tapped them is not
// recorded.
func inOrder(shown, chosen []string) []string {
	saved := make([]string, 0, len(chosen))
	for _, option := range shown {
		if slices.Contains(chosen, option) {
			saved = append(saved, option)
		}
	}
	return saved
}

// finish grades the attempt and closes it; questions are in the order they were drawn.
func (a *Attempt) finish(questions []*Question, at time.Time) {
	a.State, a.SubmittedAt = Submitted, at
	a.Score, a.Total, a.Wrong = 0, len(questions), nil
	for i, q := range questions {
		if q.right(a.Drawn[i].Chosen) {
			a.Score++
			continue
		}
		a.Wrong = append(a.Wrong, q.ID)
	}
	until := UntilFiled
	a.Pending, a.RemoveAt = true, &until
}

// released says whether the right answers may be shown.
func (a *Attempt) released(at time.Time) bool {
	return a.State == Submitted && !at.Before(a.ReleaseAt)
}

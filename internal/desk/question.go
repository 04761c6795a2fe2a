package desk

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"pugongying/internal/fault"
	"pugongying/internal/law"
	"pugongying/internal/publish"
	"pugongying/internal/quiz"
)

// MostOptions is how many options a form has.
const MostOptions = 6

// Question is a question as a form has it.
type Question struct {
	ID          string
	Kind        quiz.Kind
	Several     bool // a scenario with several right answers
	Situation   string
	Stem        string
	Options     [MostOptions]string
	Right       [MostOptions]bool
	Explanation string
	Concept     string
	Difficulty  string
	Citations   string // one a line
	Explainer   string
	Pictures    []publish.Picture // the first stands above the question; nil leaves that of the text before
}

// OpenQuestion reads a question's body; one that cannot be read has what could be.
func OpenQuestion(body []byte) (Question, error) {
	read, err := quiz.Draft(body)
	if err != nil {
		return Question{}, err
	}
	q := Question{
		ID: read.ID, Kind: read.Kind, Several: read.Several, Situation: read.Situation, Stem: read.Stem, Explanation: read.Explanation,
		Concept: read.Concept, Explainer: read.Explainer, Citations: strings.Join(read.Cites, "\n"),
	}
	if read.Difficulty > 0 {
		q.Difficulty = strconv.Itoa(read.Difficulty)
	}
	if read.Picture != nil {
		q.Pictures = []publish.Picture{*read.Picture}
	}
	for i, o := range read.Options[:min(len(read.Options), MostOptions)] {
		q.Options[i], q.Right[i] = o.Text, o.Right
	}
	return q, nil
}

// WriteQuestion makes the body of a form. before is the body it was made from, nil for a new one: options whose words did
// not change keep their ids, and citations what they meant. quiz.ErrQuestion names every fault at the form's fields; the
// body is written all the same, so that what was begun can be stored.
func WriteQuestion(ctx context.Context, laws Laws, before []byte, form Question) ([]byte, error) {
	d := quiz.Drafted{Question: quiz.Question{
		ID: form.ID, Kind: form.Kind, Several: form.Kind == quiz.Multiple || form.Kind == quiz.Scenario && form.Several, Stem: strings.TrimSpace(form.Stem),
		Explanation: strings.TrimSpace(form.Explanation), Concept: strings.TrimSpace(form.Concept), Explainer: strings.TrimSpace(form.Explainer),
	}}
	if form.Kind == quiz.Scenario {
		d.Situation = strings.TrimSpace(form.Situation)
	}
	d.Difficulty, _ = strconv.Atoi(form.Difficulty) // 0 is refused with the others
	var was quiz.Drafted
	var old []law.Pin
	if before != nil {
		var err error
		if was, err = quiz.Draft(before); err != nil {
			return nil, err
		}
		old = was.Pins(laws.AllVersions())
	}
	d.Options = options(form, was.Options)
	d.Picture = was.Picture
	if form.Pictures != nil {
		d.Picture = nil
	}
	if len(form.Pictures) > 0 {
		d.Picture = &form.Pictures[0]
	}
	var cited []law.Citation
	for line := range strings.Lines(form.Citations) {
		line = strings.Trim(strings.TrimSpace(line), "〔〕；;")
		if line == "" {
			continue
		}
		if r, ok := resolve(laws.AllVersions(), line); ok {
			line = r.Label
			cited = append(cited, r.Citation)
		} else {
			cited = append(cited, law.Citation{})
		}
		d.Cites = append(d.Cites, line)
	}
	pins, err := laws.Stamped(ctx, old, cited)
	if err != nil {
		return nil, err
	}
	d.Provisions = law.ProvisionsOf(pins, func(i int) string { return d.Cites[i] })
	body, err := d.Body()
	if err != nil {
		return nil, err
	}
	_, err = quiz.Parse(body, laws.AllVersions())
	return body, atFields(err)
}

// options are the form's options; those at the end that are empty are not there.
func options(form Question, before []quiz.Option) []quiz.Option {
	if form.Kind == quiz.TrueFalse {
		return []quiz.Option{{ID: "t", Text: "对", Right: form.Right[0]}, {ID: "f", Text: "不对", Right: form.Right[1]}}
	}
	last := 0
	for i, text := range form.Options {
		if strings.TrimSpace(text) != "" {
			last = i + 1
		}
	}
	made, taken := make([]quiz.Option, last), map[string]bool{}
	for i := range made {
		made[i] = quiz.Option{Text: strings.TrimSpace(form.Options[i]), Right: form.Right[i]}
		for _, o := range before {
			if o.Text == made[i].Text && !taken[o.ID] {
				made[i].ID, taken[o.ID] = o.ID, true
			}
		}
	}
	for i := range made {
		for letter := 'a'; made[i].ID == ""; letter++ {
			if id := string(letter); !taken[id] {
				made[i].ID, taken[id] = id, true
			}
		}
	}
	return made
}

// atFields moves the faults of a question to the fields of a form: options.2.text stands at option3.
func atFields(err error) error {
	var refused *fault.Error
	if !errors.As(err, &refused) {
		return err
	}
	moved := make([]fault.Field, len(refused.Fields))
	for i, f := range refused.Fields {
		first, rest, _ := strings.Cut(f.Location, ".")
		at := first
		switch place, _, _ := strings.Cut(rest, "."); first {
		case "options":
			if n, err := strconv.Atoi(place); err == nil {
				at = fmt.Sprintf("option%d", n+1)
			}
		case "multiple":
			at = "kind"
		}
		moved[i] = fault.Field{Location: at, Message: f.Message}
	}
	return quiz.ErrQuestion.At(moved...)
}

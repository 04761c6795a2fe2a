package booking

import (
	"errors"
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"
)

// Wording is what residents are asked and what they choose from. It is configuration: clinicians and lawyers decide on it, and
// until they did it is shown as 待专业审定.
type Wording struct {
	Reviewed  bool               `yaml:"reviewed"`
	Topics    []Choice           `yaml:"topics"`
	Questions map[For][]Question `yaml:"questions"`
	Terms     []Term             `yaml:"terms"`  // who reads what she writes
	Report    Report             `yaml:"report"` // what must be reported
	Reminder  string             `yaml:"reminder"`
}

// Choice is something to choose, by an id that never changes.
type Choice struct {
	ID   string `yaml:"id"`
	Name string `yaml:"name"`
}

// Question is one of the four. Alarming is the answer that opens its card.
type Question struct {
	ID       string `yaml:"id"`
	Text     string `yaml:"text"`
	Yes      string `yaml:"yes"` // how "yes" reads
	No       string `yaml:"no"`
	Alarming string `yaml:"alarming"`
	Card     string `yaml:"card"`
}

// Term says who sees how much.
type Term struct {
	Who  string `yaml:"who"`
	Sees string `yaml:"sees"`
}

// Report is the duty to report, with its provision.
type Report struct {
	Text string `yaml:"text"`
	Law  string `yaml:"law"`
}

// ParseWording reads the configuration. It refuses an id that stands twice and a question without both answers.
func ParseWording(data []byte) (Wording, error) {
	var w Wording
	if err := yaml.Unmarshal(data, &w); err != nil {
		return Wording{}, fmt.Errorf("booking: wording: %w", err)
	}
	seen := map[string]bool{}
	for _, t := range w.Topics {
		if t.ID == "" || t.Name == "" || seen[t.ID] {
			return Wording{}, fmt.Errorf("booking: wording: topic %q", t.ID)
		}
		seen[t.ID] = true
	}
	for _, whom := range []For{ForSelf, ForChild, ForOther} {
		for _, q := range w.Questions[whom] {
			if q.ID == "" || q.Text == "" || q.Yes == "" || q.No == "" || q.Alarming != "yes" && q.Alarming != "no" {
				return Wording{}, fmt.Errorf("booking: wording: question %q for %s", q.ID, whom)
			}
		}
		if len(w.Questions[whom]) == 0 {
			return Wording{}, fmt.Errorf("booking: wording: no questions for %s", whom)
		}
	}
	if w.Report.Text == "" || w.Report.Law == "" || w.Reminder == "" {
		return Wording{}, errors.New("booking: wording: the duty to report and the reminder need their sentences")
	}
	return w, nil
}

func (w Wording) topic(id string) bool {
	return slices.ContainsFunc(w.Topics, func(t Choice) bool { return t.ID == id })
}

func (w Wording) asked(whom For, question string) bool {
	return slices.ContainsFunc(w.Questions[whom], func(q Question) bool { return q.ID == question })
}

// Alarms reports whether an answer opens its card and is what a counsellor asks about first.
func (w Wording) Alarms(p Private) bool {
	return slices.ContainsFunc(w.Questions[p.For], func(q Question) bool { return p.Safety[q.ID] == q.Alarming })
}

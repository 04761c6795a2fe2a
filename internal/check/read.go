package check

import (
	"fmt"
	"slices"
	"strings"

	"pugongying/internal/explainer"
	"pugongying/internal/fault"
	"pugongying/internal/law"
	"pugongying/internal/publish"
	"pugongying/internal/quiz"
)

// role says what a field is for.
type role int

const (
	prose    role = iota // read by who opened it
	shown                // seen by an onlooker too: titles, share cards, addresses
	claiming             // where the law is told: each claim carries its citation
	citation             // one line of the list of citations
)

// field is a part of a text under the name its form gives it.
type field struct {
	name string
	text string
	role role
}

// text is a body as the checks read it.
type text struct {
	fields     []field
	provisions law.Provisions
	generalise bool // a true story: who is in it must not be found
	minutes    int  // as the author says, 0 when the form has none
	questions  []string
	explainer  string
	pictures   []named
}

// named is a picture that a text names beside its words; what is said of it is a field of this name.
type named struct {
	field, id, words string
	part             int // of an explainer, from 1
}

func (t *text) show(field string, p publish.Picture) {
	t.add(prose, field, p.Description)
	t.pictures = append(t.pictures, named{field, p.ID, p.Description, p.Part})
}

// order is the place of a field, the whole text first.
func (t *text) order(name string) int {
	return slices.IndexFunc(t.fields, func(f field) bool { return f.name == name })
}

func (t *text) add(r role, name, value string) {
	if strings.TrimSpace(value) != "" {
		t.fields = append(t.fields, field{name, value, r})
	}
}

// read takes a body apart, and finds what its form refuses. A body that cannot be taken apart is one field, so that
// personal data in it is found all the same.
func (r *run) read(kind publish.Kind, body []byte) {
	r.text = &text{}
	var err error
	switch kind {
	case publish.KindExplainer:
		err = r.explainer(body)
	case publish.KindQuestion:
		err = r.question(body)
	case publish.KindTopic:
		err = r.topic(body)
	}
	if len(r.text.fields) == 0 {
		r.text.add(prose, "", string(body))
	}
	r.refused(err)
}

// refused turns the faults of a form into findings. What is said of a citation the checks of citations say better.
func (r *run) refused(err error) {
	if err == nil {
		return
	}
	shown := fault.From(err)
	if len(shown.Fields) == 0 {
		r.whole("", publish.Finding{Code: "form.invalid", Severity: publish.Blocks, Sentence: shown.Text})
	}
	for _, f := range shown.Fields {
		if strings.HasPrefix(f.Location, "citations.") {
			continue
		}
		r.whole(f.Location, publish.Finding{Code: "form." + kindOf(f.Location), Severity: publish.Blocks, Sentence: f.Message})
	}
}

// kindOf is a field's name without its numbers: options.0.text is options.text.
func kindOf(location string) string {
	parts := slices.DeleteFunc(strings.Split(location, "."), func(p string) bool { return p == "" || p[0] >= '0' && p[0] <= '9' })
	if len(parts) == 0 {
		return "text"
	}
	return strings.Join(parts, ".")
}

func (r *run) explainer(body []byte) error {
	if err := r.draftExplainer(body); err != nil {
		return err
	}
	_, err := explainer.Parse(body)
	return err
}

func (r *run) draftExplainer(body []byte) error {
	e, unreadable := explainer.Draft(body)
	if unreadable != nil {
		return unreadable
	}
	t := r.text
	t.add(shown, "title", e.Title)
	t.add(shown, "summary", e.Summary)
	t.add(shown, "share", e.Share)
	t.add(shown, "slug", e.Slug)
	for i, tag := range e.Tags {
		t.add(shown, fmt.Sprintf("tags.%d", i), tag)
	}
	for i, s := range e.Sections {
		how := prose
		if i == lawSection {
			how = claiming
		}
		t.add(how, fmt.Sprintf("sections.%d", i), s.Body)
	}
	for i, p := range e.Pictures {
		t.show(fmt.Sprintf("pictures.%d", i), p)
	}
	r.cited(e.Cites)
	t.provisions, t.generalise, t.minutes, t.questions = e.Provisions, e.Provenance == explainer.Generalised, e.Minutes, e.Questions
	return nil
}

// lawSection is 法律怎么说 among the parts of an explainer.
const lawSection = 2

func (r *run) question(body []byte) error {
	if _, err := r.draftQuestion(body); err != nil {
		return err
	}
	_, err := quiz.Parse(body, r.Laws.Register())
	return err
}

func (r *run) draftQuestion(body []byte) (quiz.Drafted, error) {
	q, unreadable := quiz.Draft(body)
	if unreadable != nil {
		return q, unreadable
	}
	t := r.text
	t.add(prose, "scenario", q.Situation)
	t.add(prose, "stem", q.Stem)
	if q.Picture != nil {
		t.show("picture", *q.Picture)
	}
	for i, o := range q.Options {
		t.add(prose, fmt.Sprintf("options.%d.text", i), o.Text)
	}
	t.add(prose, "explanation", q.Explanation)
	r.cited(q.Cites)
	t.provisions, t.explainer = q.Provisions, q.Explainer
	return q, nil
}

func (r *run) topic(body []byte) error {
	t, err := quiz.ParseTopic(body)
	if err != nil {
		return err
	}
	r.text.add(shown, "title", t.Title)
	r.text.add(shown, "summary", t.Summary)
	r.text.add(shown, "slug", t.Slug)
	r.text.questions = t.Questions
	return nil
}

func (r *run) cited(lines []string) {
	for i, line := range lines {
		r.text.add(citation, fmt.Sprintf("citations.%d", i), line)
	}
}

// Field is a part of a text as a person reads it, under the name that findings call it by.
type Field struct {
	Name, Label, Text string
	Long              bool   // several paragraphs
	Picture           string // the id of the picture that the text describes
}

// Fields are the parts of a body, in order; a body that cannot be taken apart is one. Their texts are what the ranges of
// findings count in.
func Fields(kind publish.Kind, body []byte) []Field {
	r := &run{text: &text{}}
	var right []bool
	switch kind {
	case publish.KindExplainer:
		_ = r.draftExplainer(body) // what cannot be read is shown as it is
	case publish.KindQuestion:
		q, _ := r.draftQuestion(body)
		for _, o := range q.Options {
			right = append(right, o.Right)
		}
	case publish.KindTopic:
		_ = r.topic(body)
	}
	if len(r.text.fields) == 0 {
		return []Field{{Label: "原文", Text: string(body), Long: true}}
	}
	all := make([]Field, len(r.text.fields))
	for i, f := range r.text.fields {
		all[i] = Field{Name: f.name, Label: label(f.name, right), Text: f.text, Long: f.role == prose || f.role == claiming}
		for _, p := range r.text.pictures {
			if p.field == f.name {
				all[i].Picture, all[i].Label = p.id, pictureLabel(p.part)
			}
		}
	}
	return all
}

// pictureLabel says where a picture stands.
func pictureLabel(part int) string {
	if part < 1 || part > len(explainer.Headings()) {
		return "图"
	}
	return "“" + explainer.Headings()[part-1] + "”后面的图"
}

// labels are what people call the fields.
var labels = map[string]string{
	"title": "标题", "summary": "一句话", "share": "分享出去的标题", "slug": "网址", "tags": "标签", "citations": "法律依据", "scenario": "情境", "stem": "题目",
	"explanation": "解析", "minutes": "念完要几分钟", "questions": "题目编号", "explainer": "所属故事",
}

func label(name string, right []bool) string {
	kind, rest, _ := strings.Cut(name, ".")
	n := 0
	_, _ = fmt.Sscanf(rest, "%d", &n) // a name without a number is the first
	switch {
	case kind == "sections" && n < len(explainer.Headings()):
		return explainer.Headings()[n]
	case kind == "options" && n < len(right) && right[n]:
		return fmt.Sprintf("选项 %c（对的）", 'A'+n)
	case kind == "options":
		return fmt.Sprintf("选项 %c", 'A'+n)
	}
	return labels[kind]
}

package quiz

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"go.yaml.in/yaml/v3"

	"pugongying/internal/fault"
	"pugongying/internal/law"
	"pugongying/internal/publish"
)

// Kind says how a question is answered.
type Kind string

// The kinds of question. A scenario describes a situation first and is answered like single, or like multiple when it
// says so.
const (
	Single    Kind = "single"
	Multiple  Kind = "multiple"
	TrueFalse Kind = "truefalse"
	Scenario  Kind = "scenario"
)

// Option is one possible answer.
type Option struct {
	ID    string
	Text  string
	Right bool
}

// Question is one version of a bank item. It never changes after it was read.
type Question struct {
	ID          string // of the publication
	Version     int    // of the publication
	Kind        Kind
	Situation   string // only of a scenario
	Several     bool   // more than one option may be chosen
	Stem        string
	Picture     *publish.Picture // nil without one
	Options     []Option
	Explanation string
	Concept     string // key of what it teaches, as "baohuling.shixian"; papers are balanced over concepts
	Difficulty  int    // 1 (easy) to 5
	Citations   []law.Resolved
	Provisions  law.Provisions // what its citations said when a person compared them
	Changes     []law.Change   // what became of each citation since; nil when nothing did
	Explainer   string         // slug of the explainer it belongs to, "" when none
	Rechecking  bool           // 正在重新核对: nobody looked at it again in time
}

// Asked is the stem as it may stand outside a paper. What is to be judged true or false may be false, and nobody must take it for
// what the law says: it is asked about.
func (q *Question) Asked() string {
	if q.Kind == TrueFalse {
		return judged + q.Stem
	}
	return q.Stem
}

const judged = "这句话对吗？"

// right says whether exactly the right options were chosen; chosen has no duplicates (choose ensures that).
func (q *Question) right(chosen []string) bool {
	rights := 0
	for _, o := range q.Options {
		if !o.Right {
			continue
		}
		rights++
		if !slices.Contains(chosen, o.ID) {
			return false
		}
	}
	return len(chosen) == rights
}

// option finds an option by its id.
func (q *Question) option(id string) (Option, bool) {
	i := slices.IndexFunc(q.Options, func(o Option) bool { return o.ID == id })
	if i < 0 {
		return Option{}, false
	}
	return q.Options[i], true
}

// ids gives the options' ids in the order they were written.
func (q *Question) ids() []string {
	ids := make([]string, len(q.Options))
	for i, o := range q.Options {
		ids[i] = o.ID
	}
	return ids
}

// ErrQuestion refuses a question an editor wrote; its fields say what to fix.
var ErrQuestion = fault.New(fault.Invalid, "quiz.question_invalid", "这道题还不能用，请先改好下面几处。")

// written is a question in the format of content files.
type written struct {
	ID          string           `yaml:"id"`
	Kind        Kind             `yaml:"kind"`
	Situation   string           `yaml:"scenario,omitempty"`
	Several     bool             `yaml:"multiple,omitempty"`
	Stem        string           `yaml:"stem"`
	Picture     *publish.Picture `yaml:"picture,omitempty"`
	Options     []writtenOption  `yaml:"options"`
	Explanation string           `yaml:"explanation"`
	Concept     string           `yaml:"concept"`
	Difficulty  int              `yaml:"difficulty"`
	Citations   []string         `yaml:"citations"`
	Explainer   string           `yaml:"explainer,omitempty"`
	Provisions  law.Provisions   `yaml:"provisions,omitempty"`
}

type writtenOption struct {
	ID    string `yaml:"id"`
	Text  string `yaml:"text"`
	Right bool   `yaml:"right,omitempty"`
}

// Parse reads one question from YAML and checks all of it: ErrQuestion with a reason for every fault at once. Unknown
// keys are faults, so that a misspelt one is noticed.
func Parse(body []byte, laws *law.Register) (*Question, error) {
	var w written
	if err := decode(body, &w); err != nil {
		return nil, ErrQuestion.Because(err).At(unreadable(err))
	}
	c := &checker{}
	q := &Question{
		ID: w.ID, Kind: w.Kind, Situation: w.Situation, Several: w.Several || w.Kind == Multiple, Stem: w.Stem, Picture: w.Picture,
		Explanation: w.Explanation, Concept: w.Concept, Difficulty: w.Difficulty, Explainer: w.Explainer, Provisions: w.Provisions,
	}
	for _, o := range w.Options {
		q.Options = append(q.Options, Option(o))
	}
	c.question(q, w.Several)
	q.Citations = c.citations(w.Citations, laws)
	if len(c.found) > 0 {
		return nil, ErrQuestion.At(c.found...)
	}
	return q, nil
}

// decode reads exactly one strict YAML document.
func decode(body []byte, into any) error {
	d := yaml.NewDecoder(bytes.NewReader(body))
	d.KnownFields(true)
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("quiz: read yaml: %w", err)
	}
	if err := d.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return errors.New("quiz: more than one yaml document")
	}
	return nil
}

func unreadable(err error) fault.Field {
	var wrong *yaml.TypeError
	if errors.As(err, &wrong) {
		return fault.Field{Location: "yaml", Message: "有的字段名写错了，或者内容的类型不对。"}
	}
	return fault.Field{Location: "yaml", Message: "格式不对，读不出来。一个文件只写一道题，注意缩进和引号。"}
}

package questionio

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"pugongying/internal/fault"
	"pugongying/internal/gift"
	"pugongying/internal/publish"
	"pugongying/internal/quiz"
)

// ErrTopic says that there is no topic with this slug.
var ErrTopic = fault.New(fault.NotFound, "bank.topic_unknown", "没有这组题，请用网址里的名字（比如 maicao）。")

// BankQuestion is a question of the bank in its newest version, with its state.
type BankQuestion struct {
	Question *quiz.Question
	State    publish.State
	Live     bool
}

// Questions gives every question that was not withdrawn, live and draft, each in its newest version, in order of ID;
// with a topic's slug only the questions of that topic, in the topic's order.
func (s *Service) Questions(ctx context.Context, topic string) ([]BankQuestion, error) {
	there, err := s.there(ctx)
	if err != nil {
		return nil, err
	}
	order := there.order
	if topic != "" {
		if order, err = s.members(ctx, topic); err != nil {
			return nil, err
		}
	}
	found := []BankQuestion{}
	for _, id := range order {
		if h, ok := there.byID[id]; ok && h.question != nil && h.state != publish.StateWithdrawn {
			found = append(found, BankQuestion{Question: h.question, State: h.state, Live: h.live})
		}
	}
	return found, nil
}

func (s *Service) members(ctx context.Context, slug string) ([]string, error) {
	var ids []string
	known := false
	err := s.publications.Live(ctx, publish.KindTopic, func(item publish.Item) error {
		t, err := quiz.ParseTopic(item.Body)
		if err == nil && t.Slug == slug {
			ids, known = t.Questions, true
		}
		return nil
	})
	if err == nil && !known {
		err = ErrTopic
	}
	return ids, err
}

// Waiting is a draft as listed for staff.
type Waiting struct {
	ID   string `json:"id"`
	Day  string `json:"day"` // when it was imported, as 2026-11-25
	Kind string `json:"kind"`
	Stem string `json:"stem"`
	New  bool   `json:"new"` // no version of it is visible to residents yet
}

// Waiting lists the drafts, in order of ID.
func (s *Service) Waiting(ctx context.Context) ([]Waiting, error) {
	there, err := s.there(ctx)
	if err != nil {
		return nil, err
	}
	list := []Waiting{}
	for _, id := range there.order {
		h := there.byID[id]
		if h.state != publish.StateDraft {
			continue
		}
		w := Waiting{ID: id, Day: h.at.Format("2006-01-02"), Kind: "读不出来", New: !h.live}
		if h.question != nil {
			w.Kind, w.Stem = kindName(h.question.Kind, h.question.Several), line(h.question.Stem)
		}
		list = append(list, w)
	}
	return list, nil
}

// WriteGIFT writes questions for Moodle.
func WriteGIFT(w io.Writer, questions []BankQuestion) error {
	out := make([]gift.Question, len(questions))
	for i, h := range questions {
		out[i] = toGIFT(h.Question)
	}
	return gift.Write(w, out)
}

// kindName is a kind as people write it; reading it back gives the kind and whether several answers may be right.
func kindName(kind quiz.Kind, several bool) string {
	switch {
	case kind == quiz.TrueFalse:
		return "判断"
	case kind == quiz.Multiple:
		return "多选"
	case kind == quiz.Scenario && several:
		return "情境多选"
	case kind == quiz.Scenario:
		return "情境单选"
	}
	return "单选"
}

// rowOf writes a question as a row of cells.
func rowOf(q *quiz.Question) entry {
	e := entry{
		id: q.ID, kind: kindName(q.Kind, q.Several), situation: q.Situation, stem: q.Stem, explanation: q.Explanation,
		concept: line(q.Concept), difficulty: strconv.Itoa(q.Difficulty), explainer: q.Explainer,
	}
	labels := make([]string, len(q.Citations))
	for i, c := range q.Citations {
		labels[i] = c.Label
	}
	e.citations = strings.Join(labels, "；")
	ids, usual := []string{}, true
	for i, o := range q.Options {
		ids = append(ids, o.ID)
		usual = usual && o.ID == strings.ToLower(letter(i))
		e.options = append(e.options, o.Text)
		if o.Right {
			e.answer += letter(i)
		}
	}
	switch {
	case q.Kind != quiz.TrueFalse && usual:
	case isStatement(q):
		e.options, e.answer = nil, "错"
		if q.Options[0].Right {
			e.answer = "对"
		}
	default:
		e.optionIDs = strings.Join(ids, " ")
	}
	return e
}

// isStatement says whether a question has exactly the two standard options, which are not written to the file.
func isStatement(q *quiz.Question) bool {
	return q.Kind == quiz.TrueFalse && slices.EqualFunc(q.Options, []string{"t对", "f不对"}, func(o quiz.Option, want string) bool {
		return o.ID+o.Text == want
	})
}

// stateName is a question's state as written in the sheet.
func (h BankQuestion) stateName() string {
	switch {
	case h.Live && h.State == publish.StateLive:
		return "已上线"
	case h.Live:
		return "已上线，这里是还没审的新稿"
	}
	return "草稿"
}

// ToTable writes questions as a sheet that FromTables can read back.
func ToTable(questions []BankQuestion) Table {
	t := Table{Name: "题目", Rows: [][]string{writtenHeaders()}}
	for _, h := range questions {
		t.Rows = append(t.Rows, append(cells(rowOf(h.Question)), h.stateName()))
	}
	t.Rows[0] = append(t.Rows[0], "状态")
	return t
}

const mostOptions = 6 // the same limit as in quiz

func writtenHeaders() []string {
	row := []string{"题型", "情境", "题目"}
	for i := range mostOptions {
		row = append(row, "选项"+letter(i))
	}
	return append(row, "答案", "解析", "法律依据", "知识点", "难度", "所属故事", "题库编号（请勿改动）", "选项编号（请勿改动）")
}

func cells(e entry) []string {
	row := []string{e.kind, e.situation, e.stem}
	for i := range mostOptions {
		text := ""
		if i < len(e.options) {
			text = e.options[i]
		}
		row = append(row, text)
	}
	return append(row, e.answer, e.explanation, e.citations, e.concept, e.difficulty, e.explainer, e.id, e.optionIDs)
}

// Summary says what an import did, in one line.
func (r Report) Summary() string {
	return fmt.Sprintf("新题 %d 道，改动 %d 道，没有变化 %d 道，已经有了 %d 道", r.Added, r.Changed, r.Same, len(r.Known))
}

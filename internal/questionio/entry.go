package questionio

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"pugongying/internal/fault"
	"pugongying/internal/law"
	"pugongying/internal/quiz"
)

// File is the content of a file: questions as their authors wrote them, and the faults found before any question is
// read.
type File struct {
	entries []entry
	faults  []Fault
	notes   []string

	// Confirmed says that whoever sends the file read the doubts and means what was understood.
	Confirmed bool
}

// entry is a question as a row of cells. An entry with an id was exported from this bank: its cells are taken
// literally, nothing is inferred from them and no letters are removed from its options.
type entry struct {
	place                            string
	id, kind, situation, stem        string
	options                          []string
	answer, explanation, concept     string
	difficulty, citations, explainer string
	optionIDs                        string
	elsewhere                        bool            // the id may be another system's, which counts from 1 in each file
	number                           string          // the row's own number, where the sheet has a column for it
	missing                          map[string]bool // fields the sheet has no column for: said once, not with every row
	doubts                           []string        // what was unclear before the entry was interpreted
}

// interpreter converts an entry into a question.
type interpreter struct {
	entry
	laws   *law.Register
	q      *quiz.Question
	faults []string
	doubts []string
	faulty map[string]bool // the fields that have a fault already
}

// columns are the names of a question's fields, as in the template's headers.
var columns = map[string]string{
	"id": "题库编号", "kind": "题型", "multiple": "题型", "scenario": "情境", "stem": "题目", "options": "选项", "answer": "答案",
	"explanation": "解析", "concept": "知识点", "difficulty": "难度", "citations": "法律依据", "explainer": "所属故事",
}

func (r *interpreter) refuse(field, text string) {
	if !r.faulty[field] {
		r.faults = append(r.faults, columns[field]+"："+text)
	}
}

// question converts an entry: it gives the question, or all its faults, and what is unclear in it. A new question has no id.
func (e entry) question(laws *law.Register) (q *quiz.Question, faults, doubts []string) {
	r := &interpreter{entry: e, laws: laws, faulty: map[string]bool{}, doubts: slices.Clone(e.doubts)}
	for field := range e.missing {
		r.faulty[field] = true
	}
	r.q = &quiz.Question{
		ID: line(e.id), Situation: clean(e.situation), Stem: tight(e.stem), Explanation: clean(e.explanation),
		Concept: line(e.concept), Difficulty: difficultyOf(e.difficulty), Explainer: line(e.explainer),
	}
	r.readStem()
	r.readOptions()
	r.readCitations()
	if r.q.Difficulty == 0 && !r.faulty["difficulty"] {
		r.refuse("difficulty", "请写 1（最容易）到 5（最难）。")
		r.faulty["difficulty"] = true
	}
	r.check()
	if r.id == "" {
		r.shownByOption()
		r.residue()
	}
	return r.q, r.faults, r.doubts
}

func (r *interpreter) readStem() {
	if isExample(r.q.Stem) {
		r.refuse("stem", "这是模板里的示例行，请换成你的题，或者删掉这一行。")
		r.faulty["stem"] = true
		return
	}
	if r.id == "" {
		r.stemKind()
		r.shown()
	}
}

// readOptions reads kind, options and answer together, because each is needed to interpret the others.
func (r *interpreter) readOptions() {
	word, known := kindOf(r.kind)
	if refused := refusedKind(r.kind); refused != "" && !known {
		r.refuse("kind", "不收"+strings.TrimSuffix(refused, "题")+"题，只收单选、多选、判断、情境单选和情境多选。")
		r.faulty["kind"], r.faulty["multiple"], r.faulty["options"], r.faulty["answer"] = true, true, true, true
		return
	}
	if line(r.kind) != "" && !known {
		r.refuse("kind", "看不懂“"+line(r.kind)+"”。请写单选、多选、判断、情境单选或情境多选。")
		r.faulty["kind"], r.faulty["multiple"], r.faulty["options"] = true, true, true
		return
	}
	texts := make([]string, len(r.options))
	for i, o := range r.options {
		texts[i] = clean(o)
	}
	for len(texts) > 0 && texts[len(texts)-1] == "" {
		texts = texts[:len(texts)-1]
	}
	if r.id == "" {
		texts = r.unlettered(texts)
	}
	if r.judged(word, texts) {
		r.judgement()
		return
	}
	if i := slices.Index(texts, ""); i >= 0 {
		r.refuse("options", "选项 "+letter(i)+" 是空的，后面的选项却有内容。")
		r.faulty["options"] = true
	}
	r.named(texts)
	chosen := r.chosen(texts)
	for i := range r.q.Options {
		r.q.Options[i].Right = slices.Contains(chosen, i)
	}
	r.decideKind(word, len(chosen))
}

// unlettered removes the letters before options; where no punctuation follows them, it asks.
func (r *interpreter) unlettered(texts []string) []string {
	bare := stripLetters(texts)
	if !slices.Equal(bare, texts) {
		return bare
	}
	bare, found := withoutLetters(texts)
	if found {
		r.ask("options", "字母后面没有标点，读成："+listed(bare)+"。")
	}
	return bare
}

// stemKind takes a kind off the beginning of a stem, as 【单选】.
func (r *interpreter) stemKind() {
	m := named.FindStringSubmatch(r.q.Stem)
	if m == nil {
		return
	}
	in, known := kindOf(m[1])
	if !known || strings.TrimRight(m[1], "题") == m[1] && !strings.HasSuffix(m[1], "选") && !strings.HasSuffix(m[1], "断") && !strings.HasSuffix(m[1], "择") {
		return
	}
	if of, written := kindOf(r.kind); written && of != in && line(r.kind) != "" {
		r.ask("stem", "开头写着“"+m[1]+"”，题型写的是“"+line(r.kind)+"”。按题型收，开头的字去掉。")
	} else if line(r.kind) == "" {
		r.kind = m[1]
	}
	r.q.Stem = r.q.Stem[len(m[0]):]
}

// judged says whether this is a true-or-false statement with the usual two options.
func (r *interpreter) judged(word kindWord, texts []string) bool {
	if r.optionIDs != "" || word.single || word.several || word.situational || r.q.Situation != "" {
		return false
	}
	_, answered := verdict(r.answer)
	if len(texts) == 0 {
		return word.judged || answered
	}
	if len(texts) != 2 {
		return false
	}
	first, ok := verdict(texts[0])
	second, ok2 := verdict(texts[1])
	return ok && ok2 && first != second
}

// judgement sets the two options of every statement.
func (r *interpreter) judgement() {
	r.q.Kind = quiz.TrueFalse
	right, ok := verdict(r.answer)
	if named, isLetter := letters(r.answer); isLetter && len(named) == 1 && named[0] < 2 && len(r.options) > 1 {
		right, ok = verdict(r.options[named[0]])
		if !ok {
			right, ok = verdict(stripLetters(r.options[:2])[named[0]])
		}
	}
	if !ok {
		r.refuse("answer", "判断题请写“对”或“错”。")
		r.faulty["options"] = true
	}
	r.q.Options = []quiz.Option{{ID: "t", Text: "对", Right: right && ok}, {ID: "f", Text: "不对", Right: !right && ok}}
}

// named creates the options with their ids: a, b, c… unless the file names them.
func (r *interpreter) named(texts []string) {
	ids := strings.Fields(r.optionIDs)
	for i, text := range texts {
		id := strings.ToLower(letter(i))
		if len(ids) == len(texts) {
			id = ids[i]
		}
		r.q.Options = append(r.q.Options, quiz.Option{ID: id, Text: text})
	}
	if len(ids) > 0 && len(ids) != len(texts) {
		r.refuse("options", "选项编号有 "+strconv.Itoa(len(ids))+" 个，选项有 "+strconv.Itoa(len(texts))+" 个。增减选项时，请把“选项编号”清空。")
		r.faulty["options"] = true
	}
}

// chosen reads which options are right: by letters, or by the text of one option.
func (r *interpreter) chosen(texts []string) []int {
	if i := slices.IndexFunc(texts, func(t string) bool { return t != "" && normalise(t) == normalise(r.answer) }); i >= 0 && r.id == "" {
		return []int{i}
	}
	named, ok := letters(r.answer)
	switch {
	case line(r.answer) == "":
		r.refuse("answer", "请写正确选项的字母，比如 A 或 AC。")
	case !ok:
		r.refuse("answer", "看不懂“"+line(r.answer)+"”。选择题写字母，比如 A 或 AC；判断题写对或错。")
	case len(texts) == 0:
		return named
	case named[len(named)-1] >= len(texts):
		r.refuse("answer", "写了 "+letter(named[len(named)-1])+"，可是没有这个选项。")
	default:
		return named
	}
	r.faulty["options"] = true
	return nil
}

// decideKind sets the kind where the written word leaves it open.
func (r *interpreter) decideKind(word kindWord, rights int) {
	several := word.several || !word.single && !word.judged && rights > 1
	switch {
	case word.situational || r.q.Situation != "" && !word.judged:
		r.q.Kind, r.q.Several = quiz.Scenario, several
	case word.judged:
		r.q.Kind = quiz.TrueFalse
	case several:
		r.q.Kind, r.q.Several = quiz.Multiple, true
	default:
		r.q.Kind = quiz.Single
	}
}

func letter(i int) string { return string(rune('A' + i)) }

// said is a fault's text as shown to a person, its fields included.
func said(err error) string {
	f := fault.From(err)
	text := f.Text
	for _, field := range f.Fields {
		text += field.Message
	}
	return text
}

// check runs quiz's own checks and reports their faults under the names of the columns.
func (r *interpreter) check() {
	unnamed := r.q.ID == ""
	if unnamed {
		r.q.ID = "NEW"
	}
	var refused *fault.Error
	if errors.As(r.q.Check(), &refused) {
		for _, f := range refused.Fields {
			field, rest, _ := strings.Cut(f.Location, ".")
			text := f.Message
			if i, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSuffix(rest, ".text"), ".id")); err == nil && field == "options" {
				text = letter(i) + "，" + text
			}
			r.refuse(field, text)
		}
	}
	if unnamed {
		r.q.ID = ""
	}
}

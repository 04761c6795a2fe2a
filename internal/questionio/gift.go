package questionio

import (
	"fmt"
	"strings"

	"pugongying/internal/gift"
	"pugongying/internal/quiz"
)

// The tags that carry the fields GIFT has no place for; Moodle stores them and exports them again.
const (
	tagKind       = "题型"
	tagConcept    = "知识点"
	tagDifficulty = "难度"
	tagCitation   = "法律依据"
	tagExplainer  = "所属故事"
	tagOptionIDs  = "选项编号"
	tagSeparator  = "："
)

// between separates a situation from its stem.
const between = "\n\n"

// FromGIFT finds the questions in a GIFT file.
func FromGIFT(text string) File {
	var f File
	questions, faults := gift.Read(text)
	bare := false
	for _, q := range questions {
		e := giftEntry(q)
		f.entries, bare = append(f.entries, e), bare || e.concept == "" || e.difficulty == "" || e.citations == ""
	}
	for _, fault := range faults {
		f.faults = append(f.faults, Fault{Place: fmt.Sprintf("第 %d 行", fault.Line), Text: fault.Text})
	}
	if bare {
		f.notes = append(f.notes, "GIFT 里，知识点、难度和法律依据写在题目上面，一样一行，比如：// [tag:难度：2]")
	}
	return f
}

func giftEntry(q gift.Question) entry {
	e := entry{place: fmt.Sprintf("第 %d 行", q.Line), id: q.ID, elsewhere: true, stem: q.Stem, explanation: q.Feedback}
	e.left(q)
	e.tags(q.Tags)
	if w, _ := kindOf(e.kind); w.situational {
		if i := strings.LastIndex(clean(q.Stem), between); i >= 0 {
			e.situation, e.stem = clean(q.Stem)[:i], clean(q.Stem)[i:]
		}
	}
	if q.Form == gift.TrueFalse {
		e.answer = "错"
		if q.True {
			e.answer = "对"
		}
		return e
	}
	if e.kind == "" {
		e.kind = kindName(quiz.Single, false)
		if q.Several {
			e.kind = kindName(quiz.Multiple, true)
		}
	}
	for i, a := range q.Answers {
		e.options = append(e.options, a.Text)
		if a.Right {
			e.answer += letter(i)
		}
		if a.Right && e.explanation == "" {
			e.explanation = a.Feedback
		}
	}
	return e
}

// left asks about what a question of GIFT meant and cannot mean here.
func (e *entry) left(q gift.Question) {
	if q.Pictures {
		e.doubts = append(e.doubts, columns["stem"]+"：里面有图片、声音或视频，没有收进来，只收了文字。")
	}
	if q.Formatted {
		e.doubts = append(e.doubts, columns["stem"]+"：里面有粗体之类的样式，没有收进来。只收了文字：“"+short(line(q.Stem))+"”。")
	}
	if q.AnyRight {
		e.doubts = append(e.doubts, columns["answer"]+"：写了几个 =，在 Moodle 里选中一个就算对。这里当成多选收，要全部选中。")
	}
}

func (e *entry) tags(tags []string) {
	into := map[string]*string{
		tagKind: &e.kind, tagConcept: &e.concept, tagDifficulty: &e.difficulty, tagExplainer: &e.explainer, tagOptionIDs: &e.optionIDs,
	}
	for _, tag := range tags {
		name, value, _ := strings.Cut(tag, tagSeparator)
		if name == tagCitation {
			e.citations += value + "\n"
		} else if field := into[name]; field != nil {
			*field = value
		}
	}
}

// toGIFT converts a question with all its fields.
func toGIFT(q *quiz.Question) gift.Question {
	row := rowOf(q)
	g := gift.Question{ID: q.ID, Title: q.ID, Stem: tight(q.Stem), Several: q.Several, Feedback: clean(q.Explanation)}
	if q.Situation != "" {
		g.Stem = clean(q.Situation) + between + g.Stem
	}
	for _, tag := range [][2]string{
		{tagKind, row.kind}, {tagConcept, row.concept}, {tagDifficulty, row.difficulty}, {tagExplainer, row.explainer}, {tagOptionIDs, row.optionIDs},
	} {
		if tag[1] != "" {
			g.Tags = append(g.Tags, tag[0]+tagSeparator+tag[1])
		}
	}
	for _, c := range q.Citations {
		g.Tags = append(g.Tags, tagCitation+tagSeparator+c.Label)
	}
	if len(row.options) == 0 {
		g.Form, g.True = gift.TrueFalse, q.Options[0].Right
		return g
	}
	for _, o := range q.Options {
		g.Answers = append(g.Answers, gift.Answer{Text: clean(o.Text), Right: o.Right})
	}
	return g
}

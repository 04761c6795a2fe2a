package quiz

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"pugongying/internal/fault"
	"pugongying/internal/law"
	"pugongying/internal/publish"
)

// Bounds of what an editor may write, in characters where it is text.
const (
	maxID          = 64
	maxStem        = 200
	maxSituation   = 600
	maxOption      = 100
	maxExplanation = 800
	maxConcept     = 30
	maxOptions     = 6
	maxCitations   = 5
)

// checker collects every fault of a text, so that an editor can fix them all at once.
type checker struct{ found []fault.Field }

func (c *checker) refuse(at, why string) {
	c.found = append(c.found, fault.Field{Location: at, Message: why})
}

// text checks one line or paragraph a person will read.
func (c *checker) text(at, name, value string, limit int) {
	switch {
	case strings.TrimSpace(value) == "":
		c.refuse(at, "请填写"+name+"。")
	case utf8.RuneCountInString(value) > limit:
		c.refuse(at, fmt.Sprintf("%s太长了，最多 %d 个字。", name, limit))
	case !utf8.ValidString(value) || strings.ContainsFunc(value, hidden):
		c.refuse(at, name+"里有看不见的字符，请重新打一遍。")
	}
}

// hidden says whether a character is invisible: control characters except line breaks, and characters that change the
// direction of text.
func hidden(r rune) bool {
	return r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r))
}

// name checks an id or slug.
func (c *checker) name(at, what, value string) {
	if !isName(value) {
		c.refuse(at, fmt.Sprintf("%s要用字母、数字和短横线，1 到 %d 个。", what, maxID))
	}
}

// isName says whether s may be an id or slug: ASCII letters, digits and hyphens.
func isName(s string) bool {
	return s != "" && len(s) <= maxID && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-'
	})
}

func (c *checker) question(q *Question, several bool) {
	c.name("id", "编号", q.ID)
	c.text("stem", "题目", q.Stem, maxStem)
	c.text("explanation", "解析", q.Explanation, maxExplanation)
	c.text("concept", "知识点", q.Concept, maxConcept)
	if q.Difficulty < 1 || q.Difficulty > 5 {
		c.refuse("difficulty", "难度请写 1 到 5。")
	}
	if q.Explainer != "" {
		c.name("explainer", "以案说法的名字", q.Explainer)
	}
	c.picture(q.Picture)
	c.kind(q, several)
	c.options(q)
}

func (c *checker) picture(p *publish.Picture) {
	if p == nil {
		return
	}
	for _, fault := range p.Faults() {
		c.refuse("picture", fault)
	}
	if p.Part != 0 {
		c.refuse("picture", "题目只有一张图，不写第几部分。")
	}
}

func (c *checker) kind(q *Question, several bool) {
	switch q.Kind {
	case Scenario:
		c.text("scenario", "情境", q.Situation, maxSituation)
	case Single, Multiple, TrueFalse:
		if q.Situation != "" {
			c.refuse("scenario", "只有情境题才写情境。")
		}
	default:
		c.refuse("kind", "题型只能是 single（单选）、multiple（多选）、truefalse（判断）或 scenario（情境）。")
	}
	if several && (q.Kind == Single || q.Kind == TrueFalse) {
		c.refuse("multiple", "单选题和判断题不能多选。")
	}
}

func (c *checker) options(q *Question) {
	if n := len(q.Options); n < 2 || n > maxOptions {
		c.refuse("options", fmt.Sprintf("选项要有 2 到 %d 个。", maxOptions))
	} else if q.Kind == TrueFalse && n != 2 {
		c.refuse("options", "判断题只有两个选项：对、错。")
	}
	ids, texts, right := map[string]bool{}, map[string]bool{}, 0
	for i, o := range q.Options {
		at := fmt.Sprintf("options.%d", i)
		c.name(at+".id", "选项编号", o.ID)
		c.text(at+".text", "选项", o.Text, maxOption)
		if ids[o.ID] || texts[o.Text] {
			c.refuse(at, "选项的编号和文字都不能重复。")
		}
		ids[o.ID], texts[o.Text] = true, true
		if o.Right {
			right++
		}
	}
	switch {
	case right == 0:
		c.refuse("options", "至少要有一个正确选项。")
	case right > 1 && !q.Several:
		c.refuse("options", "这种题只能有一个正确选项。")
	}
}

// citations reads the legal grounds: every question needs at least one provision that exists.
func (c *checker) citations(lines []string, laws *law.Register) []law.Resolved {
	c.count(len(lines))
	found := make([]law.Resolved, 0, len(lines))
	for i, line := range lines {
		cited, err := laws.Parse(line)
		if err == nil {
			var resolved law.Resolved
			if resolved, err = laws.Resolve(cited); err == nil {
				found = append(found, resolved)
				continue
			}
		}
		c.refuse(fmt.Sprintf("citations.%d", i), fault.From(err).Text)
	}
	return found
}

func (c *checker) count(citations int) {
	if citations == 0 || citations > maxCitations {
		c.refuse("citations", fmt.Sprintf("法律依据要有 1 到 %d 条。", maxCitations))
	}
}

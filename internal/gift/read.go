package gift

import (
	"regexp"
	"strings"
)

// Read reads a whole file: the questions it can read, in order, and a fault for every other one. Bytes that are not
// UTF-8 become U+FFFD.
func Read(text string) ([]Question, []Fault) {
	text = strings.ToValidUTF8(text, "\ufffd")
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.TrimPrefix(text, "\ufeff"))
	var questions []Question
	var faults []Fault
	for _, b := range blocks(text) {
		q, why := b.question()
		if why != "" {
			faults = append(faults, Fault{Line: b.line, Text: why})
			continue
		}
		questions = append(questions, q)
	}
	return questions, faults
}

// block is the lines of one question without its comments.
type block struct {
	line int
	text []string
	id   string
	tags []string
}

// blocks splits a file at its blank lines.
func blocks(text string) []block {
	var found []block
	b := block{}
	end := func() {
		if len(b.text) > 0 {
			found = append(found, b)
		}
		b = block{}
	}
	n := 0
	for line := range strings.SplitSeq(text, "\n") {
		n++
		switch trimmed := strings.TrimSpace(line); {
		case trimmed == "":
			end()
		case strings.HasPrefix(trimmed, "//"):
			b.comment(trimmed)
		case len(b.text) == 0 && strings.HasPrefix(trimmed, "$CATEGORY:"):
		default:
			if len(b.text) == 0 {
				b.line = n
			}
			b.text = append(b.text, line)
		}
	}
	end()
	return found
}

var bracketed = regexp.MustCompile(`\[(id|tag):((?:\\.|[^\]\\])*)\]`)

// comment reads the id and the tags in a comment, as Moodle writes them: [id:…] [tag:…].
func (b *block) comment(line string) {
	for _, m := range bracketed.FindAllStringSubmatch(line, -1) {
		value := strings.TrimSpace(disarmed.ReplaceAllString(m[2], "$1"))
		switch {
		case value == "":
		case m[1] == "id":
			b.id = value
		default:
			b.tags = append(b.tags, value)
		}
	}
}

var disarmed = regexp.MustCompile(`\\(.)`)

const (
	noStem    = "没有题目。"
	noAnswers = "没有答案：题目后面要有 { }，里面写选项，正确的前面写 =，不正确的前面写 ~。"
	notClosed = "{ 和 } 要成对；题目里本来就有的 { } = ~ # : 前面要加 \\。"
	notChoice = "只收选择题和判断题，不收填空、简答、计算和连线题。"
	inParts   = "不收部分给分的题：一个选项要么全对，要么全错。"
	emptyText = "有一个选项是空的。"
	allWrong  = "没有正确选项：正确的前面写 =。"
)

func (b *block) question() (Question, string) {
	q := Question{Line: b.line, ID: b.id, Tags: b.tags}
	text := strings.TrimSpace(strings.Join(b.text, "\n"))
	if rest, titled := strings.CutPrefix(text, "::"); titled {
		title, after, closed := cut(rest, "::")
		if closed {
			q.Title, text = strings.TrimSpace(unescape(title)), strings.TrimSpace(after)
		}
	}
	open := index(text, "{")
	if open < 0 {
		return q, noAnswers
	}
	shut := last(text, '}')
	if shut < open {
		return q, notClosed
	}
	stem, answers := text[:open], text[open+1:shut]
	if after := strings.TrimSpace(text[shut+1:]); after != "" {
		stem = strings.TrimRight(stem, " ") + " _____ " + after
	}
	var style string
	if q.Stem, style = q.words(stem, ""); q.Stem == "" {
		return q, noStem
	}
	answers, feedback, _ := cut(answers, "####")
	q.Feedback, _ = q.words(feedback, style)
	return q, q.answers(strings.TrimSpace(answers), style)
}

// last finds the last unescaped occurrence of a character.
func last(s string, sign byte) int {
	found := -1
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case sign:
			found = i
		}
	}
	return found
}

// answers reads the content of the braces; it returns the reason when it cannot.
func (q *Question) answers(text, style string) string {
	first, _, _ := cut(text, "#")
	switch verdict := strings.ToUpper(strings.TrimSpace(first)); {
	case verdict == "T" || verdict == "TRUE" || verdict == "F" || verdict == "FALSE":
		q.Form, q.True = TrueFalse, verdict[0] == 'T'
		return ""
	case text == "" || text[0] != '~' && text[0] != '=' || index(text, "~") < 0:
		return notChoice
	}
	return q.choice(text, style)
}

func (q *Question) choice(text, style string) string {
	rights := 0
	for _, part := range parts(text) {
		a := Answer{Right: part[0] == '='}
		written, feedback, _ := cut(part[1:], "#")
		written = strings.TrimSpace(written)
		credit := ""
		if !a.Right {
			credit, written = weight(written)
		}
		if a.Text, _ = q.words(written, style); a.Text == "" {
			return emptyText
		}
		a.Feedback, _ = q.words(feedback, style)
		if a.Right {
			rights++
		}
		if credit != "" && credit[0] != '-' && strings.Trim(credit, "0.") != "" {
			a.Right, q.Several = true, true
		}
		q.Answers = append(q.Answers, a)
	}
	switch {
	case rights > 0 && q.Several:
		return inParts
	case rights == 0 && !q.Several:
		return allWrong
	}
	q.AnyRight = rights > 1
	q.Several = q.Several || q.AnyRight
	return ""
}

// parts splits the answers; each part includes its = or ~.
func parts(text string) []string {
	var found []string
	begin := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '~', '=':
			if i > begin {
				found = append(found, text[begin:i])
			}
			begin = i
		}
	}
	return append(found, text[begin:])
}

var weighted = regexp.MustCompile(`^%(-?\d{1,3}(?:\.\d*)?)%`)

// weight splits off the credit in front of an option, as "50" of %50%.
func weight(s string) (credit, rest string) {
	if m := weighted.FindStringSubmatch(s); m != nil {
		return m[1], strings.TrimSpace(s[len(m[0]):])
	}
	return "", s
}

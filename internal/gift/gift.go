// Package gift reads and writes GIFT, Moodle's text format for question banks (https://docs.moodle.org/en/GIFT_format):
// multiple choice and true or false, with title, id, tags and feedback.
//
// It promises that it reads back what it wrote unchanged, that \ before ~ = # { } : \ and \n have the same meaning as
// in Moodle, and that every question it cannot read is reported with its line, while the others are still read.
//
// It refuses questions without options to choose from (short answers, numbers, matching, essays) and partial credit. It
// takes the words alone: from HTML (Moodle reads it in texts without a style too) and from Markdown, and says of which
// questions something was left behind.
package gift

import "strings"

// Form says how a question is answered.
type Form int

// The forms that are read.
const (
	Choice Form = iota
	TrueFalse
)

// Question is one question of a file. Texts have no blanks around them; a line break is "\n".
type Question struct {
	Line     int // line of the file where it begins, counting from 1
	ID       string
	Tags     []string
	Title    string
	Stem     string
	Form     Form
	Several  bool     // of a choice: any number of answers may be ticked
	Answers  []Answer // of a choice
	True     bool     // of true or false: the statement is true
	Feedback string   // shown to everybody once they answered

	AnyRight  bool // of a choice: in Moodle one of the right answers is enough; here Several asks for all of them
	Pictures  bool // it has pictures, sound or video, which were left behind
	Formatted bool // some of it was bold, struck out and the like; the words are here, the look is not
}

// Answer is one option of a choice.
type Answer struct {
	Text     string
	Right    bool
	Feedback string
}

// Fault is a question that was not read, with the reason in words for the person who sent it.
type Fault struct {
	Line int
	Text string
}

// special are the characters with a meaning in GIFT unless a backslash precedes them.
const special = `~=#{}:\`

// escape writes a text so that nothing in it has a meaning in GIFT.
func escape(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n':
			b.WriteString(`\n`)
			continue
		case strings.ContainsRune(special, r):
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// unescape reads what escape wrote; a backslash before any other character is literal.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		switch next := s[i+1]; {
		case next == 'n':
			b.WriteByte('\n')
		case strings.IndexByte(special, next) >= 0:
			b.WriteByte(next)
		default:
			b.WriteByte('\\')
			continue
		}
		i++
	}
	return b.String()
}

// index finds the first unescaped sign in s, -1 when there is none.
func index(s, sign string) int {
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' {
			i++
			continue
		}
		if strings.HasPrefix(s[i:], sign) {
			return i
		}
	}
	return -1
}

// cut splits s at the first unescaped sign.
func cut(s, sign string) (before, after string, found bool) {
	i := index(s, sign)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sign):], true
}

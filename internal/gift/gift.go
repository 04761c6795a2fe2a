// Package gift reads and writes GIFT, the text format in which Moodle keeps question banks
// (https://docs.moodle.org/en/GIFT_format): choices and true or false, with title, id, tags and feedback.
//
// It promises that what it wrote it reads back the same, that \ before ~ = # { } : \ and \n mean what they mean to Moodle,
// and that every question it cannot take is named with its line, while the others are read on.
//
// It refuses what has no options to choose from (short answers, numbers, matching, essays) and credit given in parts,
// and it shows no HTML: of a text marked [html] it keeps the words.
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
	Line     int // where it begins, counting from 1
	ID       string
	Tags     []string
	Title    string
	Stem     string
	Form     Form
	Several  bool     // of a choice: any number of answers may be ticked
	Answers  []Answer // of a choice
	True     bool     // of true or false: the statement is right
	Feedback string   // shown to everybody once they answered
}

// Answer is one option of a choice.
type Answer struct {
	Text     string
	Right    bool
	Feedback string
}

// Fault is a question that was not taken, in words for the person who sent it.
type Fault struct {
	Line int
	Text string
}

// special are the characters that mean something unless a backslash precedes them.
const special = `~=#{}:\`

// escape writes a text so that nothing in it means anything to GIFT.
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

// unescape reads what escape wrote; a backslash before anything else is itself.
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

// index finds the first sign in s that no backslash escapes, -1 when there is none.
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

// cut splits s at the first sign that is not escaped.
func cut(s, sign string) (before, after string, found bool) {
	i := index(s, sign)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sign):], true
}

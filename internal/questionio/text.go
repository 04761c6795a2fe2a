package questionio

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"pugongying/internal/quiz"
)

// clean normalises the text of a cell: line breaks become \n, zero-width characters and blanks around lines are
// removed.
func clean(s string) string {
	s = unseen.Replace(s)
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimSpace(l)
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

var unseen = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\t", " ", "\ufeff", "", "\u200b", "", "\u00ad", "")

// tight is clean without blank lines: a stem has none, so that a blank line can separate a situation from its stem.
func tight(s string) string {
	lines := strings.Split(clean(s), "\n")
	return strings.Join(slices.DeleteFunc(lines, func(l string) bool { return l == "" }), "\n")
}

// line is a text on one line.
func line(s string) string { return strings.Join(strings.Fields(clean(s)), " ") }

// narrow converts full-width copies of ASCII to ASCII.
func narrow(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			return r - '！' + '!'
		case r == '\u3000':
			return ' '
		}
		return r
	}, s)
}

// normalise makes texts equal that differ only in width, case, blanks or the punctuation at their end.
func normalise(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, narrow(s))
	return strings.TrimRight(s, "。.?!;:、,")
}

// key identifies a question by its content: situation, stem and options in any order.
func key(q *quiz.Question) string {
	options := make([]string, len(q.Options))
	for i, o := range q.Options {
		options[i] = normalise(o.Text)
	}
	slices.Sort(options)
	return normalise(q.Situation) + "\x00" + normalise(q.Stem) + "\x00" + strings.Join(options, "\x00")
}

// rights gives the normalised texts of the right options.
func rights(q *quiz.Question) []string {
	found := []string{}
	for _, o := range q.Options {
		if o.Right {
			found = append(found, normalise(o.Text))
		}
	}
	slices.Sort(found)
	return found
}

// newID derives the id of a new question from its content, so that the same file imported twice, even at once, gives
// the same questions. The id of a question that was since edited into another one is not used again.
func (i *intake) newID(asks string) string {
	for n := 0; ; n++ {
		sum := sha256.Sum256(fmt.Appendf(nil, "question %d\x00%s", n, asks))
		id := base32.StdEncoding.EncodeToString(sum[:])[:26]
		_, taken := i.there.byID[id]
		if _, used := i.ids[id]; !taken && !used {
			return id
		}
	}
}

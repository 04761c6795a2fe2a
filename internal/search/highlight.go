package search

import (
	"slices"
	"strings"

	"pugongying/internal/law"
)

// excerptRunes is how long an excerpt is.
const excerptRunes = 72

// highlighter finds a question's words in a text.
type highlighter struct {
	words  [][]rune
	number string // 23条: every spelling of it matches
}

func (a asked) highlighter() highlighter {
	m := highlighter{}
	for _, word := range a.highlights {
		m.words = append(m.words, normalise(word))
	}
	for _, to := range a.first {
		if words := strings.Fields(string(to)); words[0] == "article" {
			m.number = words[2]
		}
	}
	if a.number != "" {
		m.number = a.number
	}
	return m
}

// hits says for every rune whether it is part of a match.
func (m highlighter) hits(runes []rune) []bool {
	hit := make([]bool, len(runes))
	for _, w := range m.words {
		for i := 0; len(w) > 0 && i+len(w) <= len(runes); i++ {
			if runes[i] == w[0] && slices.Equal(runes[i:i+len(w)], w) {
				fill(hit[i : i+len(w)])
			}
		}
	}
	for i, r := range runes {
		if r != '第' || m.number == "" {
			continue
		}
		if end := slices.Index(runes[i:], '条'); end > 0 {
			if c, ok := law.ParseProvision(string(runes[i : i+end+1])); ok && c.Number() == m.number {
				fill(hit[i : i+end+1])
			}
		}
	}
	return hit
}

func fill(hit []bool) {
	for i := range hit {
		hit[i] = true
	}
}

// whole is all of a text in segments.
func (m highlighter) whole(text, plain []rune) []Segment { return segments(text, m.hits(plain)) }

// excerpt is the part of a text with the most matches, else its beginning.
func (m highlighter) excerpt(runes, plain []rune) []Segment {
	hit := m.hits(plain)
	if len(runes) <= excerptRunes {
		return segments(runes, hit)
	}
	from, best, now := 0, 0, 0
	for i := range runes {
		if hit[i] {
			now++
		}
		if i >= excerptRunes && hit[i-excerptRunes] {
			now--
		}
		if now > best {
			best, from = now, max(0, i-excerptRunes+1)
		}
	}
	from = begin(runes, hit, from)
	to := min(from+excerptRunes, len(runes))
	cut := segments(runes[from:to], hit[from:to])
	if from > 0 {
		cut = append([]Segment{{Text: "…"}}, cut...)
	}
	if to < len(runes) {
		cut = append(cut, Segment{Text: "…"})
	}
	return cut
}

// begin moves the start of an excerpt to the beginning of its sentence where that loses no match.
func begin(runes []rune, hit []bool, from int) int {
	first := from
	for first < len(hit) && !hit[first] {
		first++
	}
	if first == len(hit) {
		return from
	}
	for i := first; i > 0 && first-i < excerptRunes/2; i-- {
		if strings.ContainsRune("。！？；， ", runes[i-1]) {
			return i
		}
	}
	return max(0, first-excerptRunes/4)
}

func segments(runes []rune, hit []bool) []Segment {
	all := []Segment{}
	for i := 0; i < len(runes); {
		j := i + 1
		for j < len(runes) && hit[j] == hit[i] {
			j++
		}
		all = append(all, Segment{Text: string(runes[i:j]), Hit: hit[i]})
		i = j
	}
	return all
}

package law

import (
	"slices"
	"strings"
	"unicode"
)

// country stands before the titles of laws and says nothing that tells one from another.
var country = []rune("中华人民共和国")

// unsaid are marks around names that say nothing.
const unsaid = "《》〈〉«»⟨⟩“”‘’\"'「」『』*_`"

// sameAs are runes that are read as another one.
var sameAs = map[rune]rune{
	'〇': '零', '○': '零', '條': '条', '項': '项', '號': '号', '欵': '款', '～': '~', '〜': '~', '∼': '~',
	'—': '-', '–': '-', '―': '-', '‐': '-', '‑': '-', '−': '-', '─': '-',
	'[': '(', '〔': '(', '【': '(', '﹝': '(', '〖': '(', '{': '(', '⟦': '(', '﹙': '(', '︵': '(',
	']': ')', '〕': ')', '】': ')', '﹞': ')', '〗': ')', '}': ')', '⟧': ')', '﹚': ')', '︶': ')',
}

// fold makes spellings that differ only in width, brackets, blanks, book marks or 中华人民共和国 the same.
func normalise(s string) []rune {
	normal, _ := normaliseAt(s)
	return normal
}

// normaliseAt is fold that also says at which byte of s each normalised rune began.
func normaliseAt(s string) (normal []rune, at []int) {
	normal, at = make([]rune, 0, len(s)/3+1), make([]int, 0, len(s)/3+1)
	for i, r := range s {
		if unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune(unsaid, r) {
			continue
		}
		for _, r := range spelt(r) {
			normal, at = append(normal, r), append(at, i)
		}
		if n := len(normal) - len(country); n >= 0 && slices.Equal(normal[n:], country) {
			normal, at = normal[:n], at[:n]
		}
	}
	return normal, at
}

// spelt is a rune as it is read: ㈠ and ⑴ are numbers in brackets, the full-width copies of ASCII are ASCII.
func spelt(r rune) []rune {
	switch {
	case r >= '㈠' && r <= '㈩':
		return append([]rune{'('}, append([]rune(Numeral(int(r-'㈠')+1)), ')')...)
	case r >= '⑴' && r <= '⑼':
		return []rune{'(', '1' + r - '⑴', ')'}
	case r >= '！' && r <= '～':
		r -= '！' - '!'
	}
	if same, ok := sameAs[r]; ok {
		r = same
	}
	return []rune{unicode.ToLower(r)}
}

// NormaliseName is a law's name as the register compares names: spellings of one name give the same string.
func NormaliseName(name string) string { return string(normalise(name)) }

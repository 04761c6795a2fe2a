package law

import (
	"slices"
	"strings"
	"unicode"
)

// country is the prefix of official titles; it does not distinguish one law from another.
var country = []rune("中华人民共和国")

// unsaid are characters around names that normalisation removes.
const unsaid = "《》〈〉«»⟨⟩“”‘’\"'「」『』*_`"

// sameAs maps runes to the rune they are normalised to.
var sameAs = map[rune]rune{
	'〇': '零', '○': '零', '條': '条', '項': '项', '號': '号', '欵': '款', '～': '~', '〜': '~', '∼': '~',
	'—': '-', '–': '-', '―': '-', '‐': '-', '‑': '-', '−': '-', '─': '-',
	'[': '(', '〔': '(', '【': '(', '﹝': '(', '〖': '(', '{': '(', '⟦': '(', '﹙': '(', '︵': '(',
	']': ')', '〕': ')', '】': ')', '﹞': ')', '〗': ')', '}': ')', '⟧': ')', '﹚': ')', '︶': ')',
}

// normalise makes spellings equal that differ only in width, brackets, blanks, book title marks (《》) or 中华人民共和国.
func normalise(s string) []rune {
	normal, _ := normaliseAt(s)
	return normal
}

// normaliseAt is normalise that also returns the byte offset in s of each normalised rune.
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

// spelt normalises one rune: ㈠ and ⑴ become numbers in brackets, full-width ASCII becomes ASCII.
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

// TitleKey is the key by which titles of laws are compared: NormaliseName without the commas that some publishers leave out
// of titles (最高人民法院、最高人民检察院关于…).
func TitleKey(title string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("、,", r) {
			return -1
		}
		return r
	}, NormaliseName(title))
}

// NormaliseName is the key by which the register compares names: all spellings of one name give the same string.
func NormaliseName(name string) string { return string(normalise(name)) }

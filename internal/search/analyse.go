package search

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/blevesearch/bleve/v2/analysis"

	"pugongying/internal/law"
)

// normalise gives spellings one form: width, case, 〇. Each rune stays one rune, so that offsets in the text stay valid.
func normalise(s string) []rune {
	runes := []rune(s)
	for i, r := range runes {
		if r >= '！' && r <= '～' { // the full-width copies of ASCII
			r -= '！' - '!'
		}
		if r == '〇' || r == '○' {
			r = '零'
		}
		if r < '　' { // Chinese knows no case
			r = unicode.ToLower(r)
		}
		runes[i] = r
	}
	return runes
}

// span is a run of runes that belong together: Chinese, or letters and digits.
type span struct {
	from, to int
	han      bool
}

func spans(runes []rune) []span {
	var all []span
	for i := 0; i < len(runes); {
		of := class(runes[i])
		j := i + 1
		for j < len(runes) && class(runes[j]) == of {
			j++
		}
		if of != 0 {
			all = append(all, span{i, j, of == 'h'})
		}
		i = j
	}
	return all
}

// class is 'h' for Chinese, 'w' for letters and digits, 0 for what separates words.
func class(r rune) byte {
	switch {
	case unicode.Is(unicode.Han, r):
		return 'h'
	case unicode.IsLetter(r) || unicode.IsDigit(r):
		return 'w'
	}
	return 0
}

// terms are what a text is found by: every Chinese character and every two that follow each other, every word of letters
// or digits, and every number with what it counts.
func terms(text string) []string {
	runes := normalise(text)
	var all []string
	for _, s := range spans(runes) {
		if !s.han {
			all = append(all, string(runes[s.from:s.to]))
			continue
		}
		for i := s.from; i < s.to; i++ {
			all = append(all, string(runes[i]))
			if i+1 < s.to {
				all = append(all, string(runes[i:i+2]))
			}
		}
	}
	return append(all, counts(runes)...)
}

// countTerms is how many terms a text has.
func countTerms(text string) int {
	runes := normalise(text)
	n := len(counts(runes))
	for _, s := range spans(runes) {
		if n++; s.han {
			n += 2 * (s.to - s.from - 1)
		}
	}
	return n
}

// measures are the units a law counts in, the longer spelling first, and the one form used for both.
var measures = [...]struct{ unit, as string }{
	{"条", "条"}, {"小时", "小时"}, {"周岁", "岁"}, {"岁", "岁"}, {"个月", "月"}, {"日", "日"}, {"天", "日"}, {"年", "年"}, {"元", "元"},
}

// counts are the numbers a text names with what they count, each in one spelling: 23条 and 第二十三条 are 23条, 七十二小时 is
// 72小时, 30天 is 30日.
func counts(runes []rune) []string {
	var all []string
	for i := 0; i < len(runes); {
		to := i
		for to < len(runes) && strings.ContainsRune(numerals, runes[to]) {
			to++
		}
		if to == i {
			i++
			continue
		}
		if n, ok := law.ParseNumber(string(runes[i:to])); ok {
			rest := string(runes[to:min(to+2, len(runes))])
			for _, m := range measures {
				if strings.HasPrefix(rest, m.unit) {
					all = append(all, strconv.Itoa(n)+m.as)
					break
				}
			}
		}
		i = to
	}
	return all
}

const numerals = "零一二三四五六七八九十百千0123456789"

// analyzer lets bleve index the terms of a text.
type analyzer struct{}

// Analyze returns one token per term; positions are not used.
func (analyzer) Analyze(text []byte) analysis.TokenStream {
	words := terms(string(text))
	tokens := make(analysis.TokenStream, len(words))
	for i, word := range words {
		tokens[i] = &analysis.Token{Term: []byte(word), Position: i + 1, Type: analysis.Ideographic}
	}
	return tokens
}

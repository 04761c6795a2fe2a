package privacy

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// chunk is digits that stand together; start and end are bytes of the normalised text.
type chunk struct {
	value      []byte // in ASCII
	start, end int
}

// run is chunks with nothing but separators between them: what may be one number, however it is spaced.
type run []chunk

// separators may stand between the digits of one number.
const separators = " \t-‐‑‒–—―−_.·・•/()[]【】「」~"

// mostBetween is how many separators in a row still join two chunks.
const mostBetween = 3

// digits finds every run of a normalised text.
func digits(text string) []run {
	var runs []run
	var now run
	between, spoken := 0, false
	for i, r := range text {
		value, ok := digit(r)
		last := len(now) - 1
		was := spoken
		if ok {
			_, spoken = chineseDigits[r]
		}
		switch {
		case ok && last >= 0 && now[last].end == i && was == spoken: // 1111一直: the 一 begins a word
			now[last].value = append(now[last].value, byte('0'+value))
			now[last].end = i + utf8.RuneLen(r)
		case ok:
			now = append(now, chunk{value: []byte{byte('0' + value)}, start: i, end: i + utf8.RuneLen(r)})
			between = 0
		case last >= 0 && between < mostBetween && strings.ContainsRune(separators, r):
			between++
		default:
			if last >= 0 {
				runs = append(runs, now)
			}
			now, between = nil, 0
		}
	}
	if len(now) > 0 {
		runs = append(runs, now)
	}
	return runs
}

// chineseDigits are digits as they are spoken one by one, and as they stand on cheques.
var chineseDigits = map[rune]int{
	'〇': 0, '零': 0, '○': 0, '一': 1, '幺': 1, '二': 2, '三': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9,
	'壹': 1, '贰': 2, '叁': 3, '肆': 4, '伍': 5, '陆': 6, '柒': 7, '捌': 8, '玖': 9,
}

// digit gives the value of a digit of any script.
func digit(r rune) (int, bool) {
	if r >= '0' && r <= '9' {
		return int(r - '0'), true
	}
	if r < utf8.RuneSelf {
		return 0, false
	}
	if n, ok := chineseDigits[r]; ok {
		return n, true
	}
	if !unicode.IsDigit(r) {
		return 0, false
	}
	for _, block := range unicode.Nd.R16 { // decimal digits of a script stand in tens, zero first
		if r >= rune(block.Lo) && r <= rune(block.Hi) {
			return int(r-rune(block.Lo)) % 10, true
		}
	}
	return 0, false
}

// longest is how many digits a number of any kind here has at most, with its country code.
const longest = 21

// candidate is some chunks of a run read as one number.
type candidate struct {
	value  string
	chunks run
}

func (c candidate) start() int { return c.chunks[0].start }
func (c candidate) end() int   { return c.chunks[len(c.chunks)-1].end }

// spelt says whether the chunks look like one number that somebody spaced, and not like a list of small numbers.
func (c candidate) spelt() bool {
	if len(c.chunks) == 1 || len(c.chunks) == len(c.value) {
		return true
	}
	for _, k := range c.chunks {
		if len(k.value) > 2 {
			return true
		}
	}
	return false
}

// candidates gives every beginning of chunks from the i-th on, shortest first, none longer than any number is.
func (r run) candidates(i int) []candidate {
	var all []candidate
	value := ""
	for j := i; j < len(r) && len(value)+len(r[j].value) <= longest; j++ {
		value += string(r[j].value)
		all = append(all, candidate{value: value, chunks: r[i : j+1]})
	}
	return all
}

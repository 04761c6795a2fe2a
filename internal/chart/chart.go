// Package chart draws bars as SVG, for pages and for paper. The text in a drawing is text: the browser chooses the letters,
// Chinese ones too, and none are in the file.
//
// It promises that a value that is not to be shown leaves no trace in the drawing but the words that stand for it: no bar, no
// length of an axis. It draws no axis with numbers: each bar says its own.
//
// svgo writes the elements. Of the libraries that lay charts out, gonum's plot would have added nine megabytes of Latin
// letters, PDF and LaTeX to the binary, and all of them measure Chinese by letters they do not have.
package chart

import (
	"bytes"

	svg "github.com/ajstarks/svgo"
)

// Bar is one bar: its label, its length, and what is written at its end.
type Bar struct {
	Label  string
	Value  float64
	Words  string
	Hidden bool // no bar: only the words are shown, whatever the value
}

// Measures, in the drawing's own unit.
const (
	width  = 320
	row    = 25
	thick  = 13
	letter = 12
	gap    = 7
	above  = 4
)

// Looks, as attributes: no content policy refuses those. A drawing is shown on white, by day and by night, and on paper.
const (
	family = `font-family="'Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif" font-size="12" `
	label  = family + `fill="#222b26" text-anchor="end"`
	number = family + `fill="#222b26"`
	calm   = family + `fill="#5c645e"`
	leaf   = `fill="#2d684c"`
)

// Bars draws bars that lie below each other. Nothing to draw is an empty drawing.
func Bars(bars []Bar) []byte {
	longest, most, words := 0, 1.0, 0
	for _, b := range bars {
		longest, words = max(longest, measure(b.Label)), max(words, measure(b.Words))
		if !b.Hidden {
			most = max(most, b.Value)
		}
	}
	from := longest + 2*gap
	room := max(width-from-words-2*gap, 60)
	height := len(bars)*row + 2*above
	var out bytes.Buffer
	s := svg.New(&out)
	s.Startview(width, height, 0, 0, from+room+words+2*gap, height)
	for i, b := range bars {
		top := above + i*row
		base := top + row/2 + letter/3
		s.Text(from-gap, base, b.Label, label)
		if b.Hidden {
			s.Text(from, base, b.Words, calm)
			continue
		}
		length := int(max(b.Value, 0) / most * float64(room))
		if length > 0 {
			s.Rect(from, top+(row-thick)/2, length, thick, leaf)
		}
		s.Text(from+length+gap, base, b.Words, number)
	}
	s.End()
	return out.Bytes()
}

// measure is how wide a text is: a Chinese letter is as wide as high, another one a little more than half of that.
func measure(text string) (w int) {
	for _, r := range text {
		if r > 0x2e7f {
			w += letter
		} else {
			w += letter*3/5 + 1
		}
	}
	return w
}

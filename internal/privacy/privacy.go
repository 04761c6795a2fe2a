// Package privacy finds what in a text tells who somebody is, before anybody else reads it.
//
// It promises to find numbers in every spelling people use (full-width, spaced, Chinese digits, with characters between
// that nobody sees), full names of Chinese and Mongolian form, addresses that lead to one household, and what singles a
// person out only together: place, day, age and occupation; a child's school with class and age or name. Ranges are bytes
// of the text as it was given, whatever had to be removed to read it; time is linear in its length. How well it does stands
// in testdata/corpus, written before it.
//
// It refuses to decide what happens with a finding, and to know names or addresses of real people: it has lists of
// surnames, of characters and words that names are made of, and no more. What it misses it cannot know: a person reads
// every text after it.
package privacy

import (
	"cmp"
	"slices"
	"strings"
)

// Kind is what was found.
type Kind string

// The kinds.
const (
	Mobile      Kind = "mobile"
	Landline    Kind = "landline"
	Identity    Kind = "identity" // of an identity card
	Plate       Kind = "plate"
	Handle      Kind = "handle" // WeChat, QQ
	Mail        Kind = "mail"
	Card        Kind = "card" // of a bank
	Name        Kind = "name"
	Address     Kind = "address"
	Combination Kind = "combination"
	Minor       Kind = "minor"
)

// Found is one thing that tells who somebody is.
type Found struct {
	Kind       Kind
	Start, End int    // bytes of the text
	Digits     string // of a telephone, an identity number or a card, without separators; "" for the others
	Instead    string // what may stand in the range instead, "" when only a person knows

	start, end int      // bytes of the normalised text
	clues      []placed // of a combination
}

// Find gives everything found, by place. Numbers, names and addresses never overlap each other; combinations may go across
// them.
func Find(text string) []Found {
	f := normalise(text)
	names := f.names()
	clear := apart(f.numbers(), f.handles())
	clear = apart(apart(clear, f.addresses()), names)
	combined := f.singles(names)
	for i := range combined {
		combined[i].hide(clear)
	}
	all := append(clear, combined...)
	for i := range all {
		all[i].Instead = f.instead(all[i])
		all[i].clues = nil
	}
	slices.SortStableFunc(all, func(a, b Found) int { return cmp.Or(a.Start-b.Start, b.End-a.End) })
	return all
}

// hide makes the clear findings within a combination part of it, so that what is proposed instead does not repeat them.
func (found *Found) hide(clear []Found) {
	for _, c := range clear {
		if c.start >= found.start && c.end <= found.end {
			found.clues = append(found.clues, placed{clue: certain, start: c.start, end: c.end, hides: c.Kind})
		}
	}
	slices.SortStableFunc(found.clues, func(a, b placed) int { return cmp.Or(a.start-b.start, int(b.clue)-int(a.clue)) })
}

// apart adds those that overlap none there is.
func apart(all, more []Found) []Found {
	slices.SortStableFunc(all, func(a, b Found) int { return a.Start - b.Start })
	taken := slices.Clone(all)
	for _, m := range more {
		i, _ := slices.BinarySearchFunc(taken, m.Start, func(f Found, at int) int { return f.Start - at })
		if i > 0 && taken[i-1].End > m.Start || i < len(taken) && taken[i].Start < m.End {
			continue
		}
		all = append(all, m)
	}
	return all
}

// Hidden is the text as it may leave the house: numbers, names and addresses are replaced by a word for their kind, and
// what singles somebody out by what says less.
func Hidden(text string) string {
	text = replace(text, func(f Found) (string, bool) { return f.Kind.placeholder(), f.Kind != Combination })
	return replace(text, func(f Found) (string, bool) { return f.Instead, f.Kind == Combination })
}

func replace(text string, by func(Found) (string, bool)) string {
	var out strings.Builder
	last := 0
	for _, f := range Find(text) {
		instead, wanted := by(f)
		if !wanted || f.Start < last {
			continue
		}
		out.WriteString(text[last:f.Start] + instead)
		last = f.End
	}
	return out.String() + text[last:]
}

func (k Kind) placeholder() string {
	switch k {
	case Name:
		return "某某"
	case Address:
		return "某处"
	case Minor:
		return "一个孩子"
	}
	return "（号码）"
}

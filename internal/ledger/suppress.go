package ledger

import (
	"cmp"
	"crypto/sha256"
	"slices"
)

// Shown says how a figure is reported.
type Shown int

// The ways.
const (
	Plain    Shown = iota // the number
	TooFew                // 不足 10: one to nine people
	Withheld              // 不显示: hidden so that no subtraction tells another
)

// Words is what stands in place of a number that is not shown; "" for one that is.
func (s Shown) Words() string {
	switch s {
	case TooFew:
		return "不足 10"
	case Withheld:
		return "不显示"
	}
	return ""
}

const (
	// Fewest is the smallest number of people that is reported.
	Fewest = 10
	spread = Fewest - 2 // from the least to the most that a number below ten can be
)

// part is one addend of a total that is reported beside it.
type part struct {
	name  string // decides, with the seed, which other number is hidden with a small one
	value int64
}

// suppress decides which parts of a reported total are shown. The numbers below ten are hidden and, so that the total less
// the others does not tell them, further ones, until every hidden number below ten could be any from one to nine and every
// other hidden one could be at least as many different ones. Which further ones is decided by a hash of their names: were it
// the smallest or the largest, its neighbours' numbers would tell about it. Where that is impossible, the whole row is
// withheld, zeros included.
func suppress(seed string, parts []part) []Shown {
	shown := make([]Shown, len(parts))
	var few, others, sum int64
	var candidates []int
	for i, p := range parts {
		switch {
		case p.value != 0 && p.value < Fewest && p.value > -Fewest:
			shown[i] = TooFew
			few, sum = few+1, sum+p.value
		case p.value >= Fewest:
			candidates = append(candidates, i)
		}
	}
	if few == 0 {
		return shown
	}
	slices.SortFunc(candidates, func(a, b int) int {
		return cmp.Or(cmp.Compare(rank(seed, parts[a].name), rank(seed, parts[b].name)), a-b)
	})
	for !safe(few, others, sum) {
		if len(candidates) == 0 {
			for i := range shown {
				shown[i] = Withheld
			}
			return shown
		}
		i := candidates[0]
		candidates = candidates[1:]
		shown[i] = Withheld
		others, sum = others+1, sum+parts[i].value
	}
	return shown
}

// safe reports whether knowing the sum of the hidden numbers, few of them one to nine and the others ten or more, leaves
// each of the few any value from one to nine.
func safe(few, others, sum int64) bool {
	if few+others < 2 || sum-few-Fewest*others < spread {
		return false // one of them could not be nine: all others are at their least already
	}
	return others > 0 || sum <= (Fewest-1)*(few-1)+1 // one of them could not be one: all others are nine already
}

// rank orders names differently for every seed.
func rank(seed, name string) string {
	sum := sha256.Sum256([]byte(seed + "|" + name))
	return string(sum[:])
}

package law

import (
	"cmp"
	"slices"
)

// Difference is one article that differs between two versions.
type Difference struct {
	Kind   ChangeKind
	Before *Article // nil when the article was added
	After  *Article // nil when the article was removed
}

// pairsAtMost limits how many pairs of articles are compared by similarity; above it only articles of the same number are.
const pairsAtMost = 40_000

// Compare returns the articles that differ between two versions of a law, and how many articles are identical, word for
// word, under the same number. Identical words under another number count as renumbered, even when most of the law moved.
// A changed article is paired with the article of the same number, otherwise with the most similar one.
func Compare(before, after *Version) (differences []Difference, same int) {
	c := comparing{before: before, after: after, to: make([]int, len(before.Articles)), from: make([]int, len(after.Articles))}
	for i := range c.to {
		c.to[i] = -1
	}
	for i := range c.from {
		c.from[i] = -1
	}
	c.identical()
	c.moved()
	c.alike()
	return c.differences()
}

type comparing struct {
	before, after *Version
	to, from      []int // index of each article's partner, -1 without one
}

func (c *comparing) pair(i, j int) { c.to[i], c.from[j] = j, i }

// identical pairs articles with the same number and the same words.
func (c *comparing) identical() {
	for i, a := range c.before.Articles {
		if j := c.after.find(a.Article, a.Sub); j >= 0 && c.after.Articles[j].SHA256 == a.SHA256 {
			c.pair(i, j)
		}
	}
}

// moved pairs articles with the same words under another number.
func (c *comparing) moved() {
	places := map[string][]int{}
	for j, a := range c.after.Articles {
		if c.from[j] < 0 {
			places[a.SHA256] = append(places[a.SHA256], j)
		}
	}
	for i, a := range c.before.Articles {
		if at := places[a.SHA256]; c.to[i] < 0 && len(at) > 0 {
			c.pair(i, at[0])
			places[a.SHA256] = at[1:]
		}
	}
}

// alike pairs the remaining articles, the most similar first; the same number counts for half of the similarity.
func (c *comparing) alike() {
	type candidate struct {
		i, j int
		like float64
	}
	var before, after []int
	for i, j := range c.to {
		if j < 0 {
			before = append(before, i)
		}
	}
	for j, i := range c.from {
		if i < 0 {
			after = append(after, j)
		}
	}
	grams := map[*Article]map[[2]rune]bool{}
	var candidates []candidate
	for _, i := range before {
		a := &c.before.Articles[i]
		for _, j := range after {
			b := &c.after.Articles[j]
			own := a.Article == b.Article && a.Sub == b.Sub
			if !own && len(before)*len(after) > pairsAtMost {
				continue
			}
			like := likeness(pairs(grams, a), pairs(grams, b))
			if own {
				like = like/2 + 0.5 // the same number pairs the articles, however much the words changed
			}
			if like >= 0.5 {
				candidates = append(candidates, candidate{i, j, like})
			}
		}
	}
	slices.SortStableFunc(candidates, func(a, b candidate) int { return cmp.Compare(b.like, a.like) })
	for _, p := range candidates {
		if c.to[p.i] < 0 && c.from[p.j] < 0 {
			c.pair(p.i, p.j)
		}
	}
}

// pairs returns the set of neighbouring character pairs (bigrams) of an article.
func pairs(known map[*Article]map[[2]rune]bool, a *Article) map[[2]rune]bool {
	if set := known[a]; set != nil {
		return set
	}
	set, last := map[[2]rune]bool{}, rune(0)
	for _, r := range Plain(a.Text()) {
		set[[2]rune{last, r}] = true
		last = r
	}
	known[a] = set
	return set
}

// likeness is the similarity of two sets of pairs: the share of all pairs that both have, from 0 to 1.
func likeness(a, b map[[2]rune]bool) float64 {
	both := 0
	for pair := range a {
		if b[pair] {
			both++
		}
	}
	return float64(both) / float64(max(len(a)+len(b)-both, 1))
}

// differences lists the differences in the order of the later version; a removed article precedes what follows it.
func (c *comparing) differences() (differences []Difference, same int) {
	differences = []Difference{}
	removed := 0
	gone := func(until int) {
		for ; removed < until; removed++ {
			if c.to[removed] < 0 {
				differences = append(differences, Difference{Kind: Removed, Before: &c.before.Articles[removed]})
			}
		}
	}
	for j := range c.after.Articles {
		b := &c.after.Articles[j]
		i := c.from[j]
		if i < 0 {
			differences = append(differences, Difference{Kind: AddedThere, After: b})
			continue
		}
		gone(i)
		a := &c.before.Articles[i]
		switch {
		case a.SHA256 != b.SHA256:
			differences = append(differences, Difference{Kind: TextChanged, Before: a, After: b})
		case a.Number() != b.Number():
			differences = append(differences, Difference{Kind: Renumbered, Before: a, After: b})
		default:
			same++
		}
	}
	gone(len(c.before.Articles))
	return differences, same
}

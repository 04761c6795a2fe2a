package quiz

import (
	"crypto/rand"
	"encoding/binary"
	"slices"
)

// Random is a uniform number in [0, n) from the machine's cryptographic source; n must be positive. A paper drawn with it
// cannot be foretold.
func Random(n int) int {
	limit := ^uint64(0) - ^uint64(0)%uint64(n)
	var b [8]byte
	for {
		rand.Read(b[:]) // never fails: it would end the program instead
		if v := binary.LittleEndian.Uint64(b[:]); v < limit {
			return int(v % uint64(n))
		}
	}
}

// shuffle puts items in an order every permutation of which is equally likely.
func shuffle[T any](items []T, random func(n int) int) {
	for i := len(items) - 1; i > 0; i-- {
		j := random(i + 1)
		items[i], items[j] = items[j], items[i]
	}
}

// draw takes count questions from pool (fewer when it holds fewer), none twice, as evenly over the concepts as the pool
// allows: no concept gives a second question while another still has its first. Concepts of which seen knows no question
// come first, and within a concept the questions it does not know. The order given is random.
func draw(pool []*Question, count int, seen map[string]bool, random func(n int) int) []*Question {
	groups := byConcept(pool, seen, random)
	drawn := make([]*Question, 0, min(count, len(pool)))
	for len(drawn) < count && len(groups) > 0 {
		rest := groups[:0]
		for _, group := range groups {
			if len(drawn) < count {
				drawn = append(drawn, group[0])
			}
			if len(group) > 1 {
				rest = append(rest, group[1:])
			}
		}
		groups = rest
	}
	shuffle(drawn, random)
	return drawn
}

// byConcept splits the pool; the groups' order and the order within each is random but for what was seen, which is last.
func byConcept(pool []*Question, seen map[string]bool, random func(n int) int) [][]*Question {
	at := map[string]int{}
	groups := [][]*Question{}
	for _, q := range pool {
		i, known := at[q.Concept]
		if !known {
			i = len(groups)
			at[q.Concept] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], q)
	}
	known := func(q *Question) bool { return seen[q.ID] }
	for _, group := range groups {
		shuffle(group, random)
		slices.SortStableFunc(group, func(a, b *Question) int { return order(known(a), known(b)) })
	}
	shuffle(groups, random)
	slices.SortStableFunc(groups, func(a, b []*Question) int {
		return order(slices.ContainsFunc(a, known), slices.ContainsFunc(b, known))
	})
	return groups
}

// order sorts false before true.
func order(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	default:
		return 1
	}
}

// lay is the order in which a question's options are shown: shuffled, but 对 before 错 where there are only these two.
func lay(q *Question, random func(n int) int) []string {
	ids := q.ids()
	if q.Kind != TrueFalse {
		shuffle(ids, random)
	}
	return ids
}

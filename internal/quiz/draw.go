package quiz

import (
	"crypto/rand"
	"encoding/binary"
	"maps"
	"slices"
	"time"
)

// Random is a uniform number in [0, n) from the machine's cryptographic source, so that a paper drawn with it cannot be
// predicted; n must be positive.
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

// shuffle permutes items so that every permutation is equally likely.
func shuffle[T any](items []T, random func(n int) int) {
	for i := len(items) - 1; i > 0; i-- {
		j := random(i + 1)
		items[i], items[j] = items[j], items[i]
	}
}

// draw takes count questions from pool (fewer when pool has fewer), none twice, as evenly over the concepts as the pool
// allows: no concept gives a second question before every other concept gave its first. Concepts of which no question
// was shown today come first, and within a concept its questions rotate. The result is in random order.
func draw(pool []*Question, count int, shown seen, random func(n int) int) []*Question {
	groups := byConcept(pool, shown, random)
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

// seen records when questions were last shown to one person, by id and as far as it is known, and when her day began.
type seen struct {
	last  map[string]time.Time
	today time.Time
}

func (s seen) isToday(q *Question) bool {
	at, known := s.last[q.ID]
	return known && !at.Before(s.today)
}

// turns sorts one concept's questions into rotation order: those never shown first, then the one shown longest ago;
// ties are random. So none comes back before all the others were asked.
func (s seen) turns(questions []*Question, random func(n int) int) {
	shuffle(questions, random)
	slices.SortStableFunc(questions, func(a, b *Question) int { return s.last[a.ID].Compare(s.last[b.ID]) })
}

// next is the first of one concept's questions in rotation order. Where she was shown few of them, it looks at few.
func (s seen) next(questions []*Question, random func(n int) int) *Question {
	if len(questions) > 2*len(s.last) {
		for {
			if q := questions[random(len(questions))]; s.last[q.ID].IsZero() {
				return q
			}
		}
	}
	first, equals := questions[0], 1
	for _, q := range questions[1:] {
		switch at, before := s.last[q.ID], s.last[first.ID]; {
		case at.Before(before):
			first, equals = q, 1
		case at.Equal(before):
			if equals++; random(equals) == 0 { // each of the equals is as likely
				first = q
			}
		}
	}
	return first
}

// fresh draws one question each of count concepts that are not among those to avoid and were not shown today, as draw does,
// and looks at no other: its cost is the same in a bank of any size. It is false where so few concepts are left that it
// would have to look for them.
func (live *snapshot) fresh(count int, avoid map[string]bool, shown seen, random func(n int) int) ([]*Question, bool) {
	avoid = maps.Clone(avoid)
	for id, at := range shown.last {
		if q := live.questions[id]; q != nil && !at.Before(shown.today) {
			avoid[q.Concept] = true
		}
	}
	if len(live.taught) < 2*(len(avoid)+count) {
		return nil, false
	}
	drawn := make([]*Question, 0, count)
	for len(drawn) < count {
		concept := live.taught[random(len(live.taught))]
		if !avoid[concept] {
			avoid[concept] = true
			drawn = append(drawn, shown.next(live.concepts[concept], random))
		}
	}
	return drawn, true
}

// byConcept groups the pool by concept. Within a group the questions are in rotation order; the order of the groups is
// random, except that concepts shown today come last.
func byConcept(pool []*Question, shown seen, random func(n int) int) [][]*Question {
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
	for _, group := range groups {
		shown.turns(group, random)
	}
	shuffle(groups, random)
	slices.SortStableFunc(groups, func(a, b []*Question) int {
		return order(slices.ContainsFunc(a, shown.isToday), slices.ContainsFunc(b, shown.isToday))
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

// shuffleOptions gives the order in which a question's options are shown: shuffled, except that 对 comes before 错 in a
// true-or-false question.
func shuffleOptions(q *Question, random func(n int) int) []string {
	ids := q.ids()
	if q.Kind != TrueFalse {
		shuffle(ids, random)
	}
	return ids
}

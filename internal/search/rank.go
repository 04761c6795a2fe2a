package search

import (
	"cmp"
	"context"
	"slices"

	index "github.com/blevesearch/bleve_index_api"
)

// ranked is a document with its score.
type ranked struct {
	doc   int
	score float64
}

// least is the share of a question that a document must have to be found by its words.
const least = 0.34

// most is the share of the best document's share that is required where no document has least.
const most = 0.75

// priors weigh kinds against each other where the words are the same, in the order of Kinds.
var priors = [...]float64{1.4, 0.7, 1, 0.4}

// rank returns what a question finds.
func (s *snapshot) rank(ctx context.Context, a asked, q Query) (ranking, error) {
	board := s.borrow().withCover()
	defer s.giveBack(board)
	if err := s.byWords(ctx, a.units, board); err != nil {
		return ranking{}, err
	}
	top := 1.0
	for _, doc := range board.docs {
		top = max(top, board.value[doc])
	}
	if err := s.lift(ctx, a, lifting{top, board}); err != nil {
		return ranking{}, err
	}
	bar := 0.0
	for _, doc := range board.docs {
		bar = max(bar, board.cover[doc])
	}
	bar = min(least, bar*most)
	r := ranking{best: topOf(min(max(q.Limit, 1), MaxHits), s.before)}
	for _, doc := range board.docs {
		if board.cover[doc] < bar {
			continue
		}
		kind := s.kind(doc)
		r.kinds[kind]++
		if q.Kind == "" || q.Kind == Kinds[kind] {
			r.best.add(ranked{doc, board.value[doc]})
		}
	}
	return r, nil
}

// before is the order of results: the best score first, equals in the order of their sources.
func (s *snapshot) before(x, y ranked) int {
	return cmp.Or(cmp.Compare(y.score, x.score), cmp.Compare(s.place(x.doc), s.place(y.doc)))
}

// ranking is the first page of what a question finds, and how many documents of each kind it finds.
type ranking struct {
	best  top
	kinds [len(priors)]int
}

// top collects the first few of many in an order. It sorts whenever it has twice as many as it needs, so that its cost grows
// with the number of documents alone.
type top struct {
	limit  int
	before func(x, y ranked) int
	list   []ranked
	full   bool // list[limit-1] was sorted into its place: what comes after it is not needed
}

func topOf(limit int, before func(x, y ranked) int) top {
	return top{limit: limit, before: before, list: make([]ranked, 0, 2*limit)}
}

func (t *top) add(r ranked) {
	if t.full && t.before(r, t.list[t.limit-1]) > 0 {
		return
	}
	if t.list = append(t.list, r); len(t.list) == 2*t.limit {
		t.sorted()
		t.full = true
	}
}

// sorted returns the first few in order.
func (t *top) sorted() []ranked {
	slices.SortFunc(t.list, t.before)
	t.list = t.list[:min(len(t.list), t.limit)]
	return t.list
}

// byWords scores every document by the units it has.
func (s *snapshot) byWords(ctx context.Context, units []unit, board *tally) error {
	best, total := s.borrow(), 0.0
	defer s.giveBack(best)
	for _, u := range units {
		best.clear()
		if err := s.unit(ctx, u, best); err != nil {
			return err
		}
		if len(best.docs) == 0 { // two characters of two different words, or a word no document has
			continue
		}
		total += u.weight
		for _, doc := range best.docs {
			board.put(doc)
			board.value[doc] += best.value[doc]
			board.cover[doc] += u.weight
		}
	}
	for _, doc := range board.docs {
		board.cover[doc] /= total
		board.value[doc] *= board.cover[doc] * priors[s.kind(doc)]
	}
	return nil
}

// unit scores the documents that have one of a unit's words, all of it.
func (s *snapshot) unit(ctx context.Context, u unit, best *tally) error {
	of := s.borrow()
	defer s.giveBack(of)
	for i, word := range u.words {
		of.clear()
		parts := pairs(word)
		if err := s.rareFirst(ctx, parts); err != nil {
			return err
		}
		for n, term := range parts {
			if err := s.term(ctx, term, n, of); err != nil {
				return err
			}
		}
		share := u.weight / float64(max(len(parts), 1))
		if i > 0 {
			share *= 0.9 // the word as it was typed counts more than its synonyms
		}
		for _, doc := range of.docs {
			if int(of.seen[doc]) == len(parts) {
				best.put(doc)
				best.value[doc] = max(best.value[doc], of.value[doc]*share)
			}
		}
	}
	return nil
}

// lifting raises documents by multiples of the best score that words alone gave.
type lifting struct {
	top   float64
	board *tally
}

func (l lifting) raise(doc int, by float64) {
	l.board.put(doc)
	l.board.value[doc] += by * l.top
	l.board.cover[doc] = max(l.board.cover[doc], least)
}

// lift raises what the question names exactly above everything, and what its words lead to above the rest.
func (s *snapshot) lift(ctx context.Context, a asked, to lifting) error {
	if err := s.led(ctx, a.first, func(i, doc int) { to.raise(doc, float64(20+len(a.first)-i)) }); err != nil {
		return err
	}
	for _, key := range a.cited {
		if err := s.posted(ctx, fieldCites, key, func(doc int, _ *index.TermFieldDoc) bool { to.raise(doc, 2); return true }); err != nil {
			return err
		}
	}
	if a.number != "" {
		if err := s.posted(ctx, fieldNumber, a.number, func(doc int, _ *index.TermFieldDoc) bool { to.raise(doc, 10); return true }); err != nil {
			return err
		}
	}
	for _, lead := range a.lead {
		if err := s.led(ctx, lead, func(i, doc int) { to.raise(doc, a.leading(i, to.board.cover[doc])) }); err != nil {
			return err
		}
	}
	for _, one := range a.near {
		if err := s.led(ctx, []target{one.to}, func(_, doc int) { to.raise(doc, one.nearness()) }); err != nil {
			return err
		}
	}
	for _, one := range a.situations {
		if err := s.led(ctx, one.lead, func(i, doc int) { to.raise(doc, one.leading(i)) }); err != nil {
			return err
		}
	}
	return nil
}

// led calls each with every target that exists, and its place among the targets.
func (s *snapshot) led(ctx context.Context, to []target, each func(i, doc int)) error {
	for i, one := range to {
		doc, ok, err := s.keyed(ctx, one)
		if err != nil {
			return err
		}
		if ok {
			each(i, doc)
		}
	}
	return nil
}

// leading is by how much a word raises the i-th document it leads to. A question that is only such a word is answered in
// that order; in a longer one it counts in proportion to how much of the rest the document has.
func (a asked) leading(i int, cover float64) float64 {
	cover = max(cover, 0.5)
	switch {
	case a.whole && len(a.units) == 1:
		return float64(max(10-i, 2))
	case a.whole:
		return (1.2 - 0.05*float64(min(i, 6))) * cover * cover
	}
	return (0.6 - 0.05*float64(min(i, 6))) * cover
}

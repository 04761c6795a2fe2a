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

// rank gives the documents a question finds, the best first.
func (s *snapshot) rank(ctx context.Context, a asked) ([]ranked, error) {
	board := s.borrow().withCover()
	defer s.giveBack(board)
	if err := s.byWords(ctx, a.units, board); err != nil {
		return nil, err
	}
	top := 1.0
	for _, doc := range board.docs {
		top = max(top, board.value[doc])
	}
	if err := s.lift(ctx, a, lifting{top, board}); err != nil {
		return nil, err
	}
	bar := 0.0
	for _, doc := range board.docs {
		bar = max(bar, board.cover[doc])
	}
	bar = min(least, bar*most)
	all := make([]ranked, 0, len(board.docs))
	for _, doc := range board.docs {
		if board.cover[doc] >= bar {
			all = append(all, ranked{doc, board.value[doc]})
		}
	}
	slices.SortFunc(all, func(x, y ranked) int {
		return cmp.Or(cmp.Compare(y.score, x.score), cmp.Compare(s.place(x.doc), s.place(y.doc)))
	})
	return all, nil
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
		v, local := s.view(doc)
		board.cover[doc] /= total
		board.value[doc] *= board.cover[doc] * priors[v.kinds[local]]
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
		if err := s.posted(ctx, fieldCites, key, func(doc int, _ *index.TermFieldDoc) { to.raise(doc, 2) }); err != nil {
			return err
		}
	}
	if a.number != "" {
		if err := s.posted(ctx, fieldNumber, a.number, func(doc int, _ *index.TermFieldDoc) { to.raise(doc, 10) }); err != nil {
			return err
		}
	}
	for _, lead := range a.lead {
		if err := s.led(ctx, lead, func(i, doc int) { to.raise(doc, a.leading(i, to.board.cover[doc])) }); err != nil {
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
		doc, ok, err := s.first(ctx, fieldKey, string(one))
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

package search

import (
	"cmp"
	"context"
	"slices"

	index "github.com/blevesearch/bleve_index_api"
)

// ranked is a document with what speaks for it.
type ranked struct {
	doc   int
	score float64
}

// least is how much of a question a document must have to be found by its words.
const least = 0.34

// most is how much of that what has the most of it must have, where nothing has enough.
const most = 0.75

// priors are what a kind is worth beside another with the same words.
var priors = map[Kind]float64{Explainer: 1.4, Law: 0.7, Article: 1, Question: 0.4}

// rank gives the documents a question finds, the best first.
func (s *shelf) rank(ctx context.Context, a asked) ([]ranked, error) {
	board := s.borrow()
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
		return cmp.Or(cmp.Compare(y.score, x.score), s.places[x.doc]-s.places[y.doc])
	})
	return all, nil
}

// byWords scores every document by the units it has.
func (s *shelf) byWords(ctx context.Context, units []unit, board *tally) error {
	best, total := s.borrow(), 0.0
	defer s.giveBack(best)
	for _, u := range units {
		best.clear()
		if err := s.unit(ctx, u, best); err != nil {
			return err
		}
		if len(best.docs) == 0 { // two characters that belong to two words, or what nobody has written about
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
		board.value[doc] *= board.cover[doc] * priors[s.kinds[doc]]
	}
	return nil
}

// unit scores the documents that have one of a unit's words, all of it.
func (s *shelf) unit(ctx context.Context, u unit, best *tally) error {
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
			share *= 0.9 // what she said herself counts more than what it means
		}
		for _, doc := range of.docs {
			if of.seen[doc] == len(parts) {
				best.put(doc)
				best.value[doc] = max(best.value[doc], of.value[doc]*share)
			}
		}
	}
	return nil
}

// lifting is how documents are raised: by how much the best has by its words.
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
func (s *shelf) lift(ctx context.Context, a asked, to lifting) error {
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
	for _, one := range a.scenes {
		if err := s.led(ctx, one.lead, func(i, doc int) { to.raise(doc, one.leading(i)) }); err != nil {
			return err
		}
	}
	return nil
}

// led calls each with every target that is there, with its place among the targets.
func (s *shelf) led(ctx context.Context, to []target, each func(i, doc int)) error {
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

// leading is how much it speaks for a document that a word leads to it, as the i-th. A question that is one such word is
// led in that order; in a longer one it counts as far as the document has the rest.
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

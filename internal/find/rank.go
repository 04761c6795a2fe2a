package find

import (
	"context"
	"slices"

	index "github.com/blevesearch/bleve_index_api"
)

// ranked is a document with what speaks for it.
type ranked struct {
	doc   int
	score float64
	cover float64 // how much of the question it has, 0 to 1
}

// least is how much of a question a document must have to be found by its words.
const least = 0.34

// priors are what a kind is worth beside another with the same words.
var priors = map[Kind]float64{Explainer: 1.4, Law: 0.7, Article: 1, Question: 0.6}

// rank gives the documents a question finds, the best first.
func (s *shelf) rank(ctx context.Context, a asked) ([]ranked, error) {
	found, err := s.byWords(ctx, a.units)
	if err != nil {
		return nil, err
	}
	top := 1.0
	for _, r := range found {
		top = max(top, r.score)
	}
	lift := func(doc int, by float64) {
		r := found[doc]
		if r == nil {
			r = &ranked{doc: doc, cover: 1}
			found[doc] = r
		}
		r.score += by
		r.cover = max(r.cover, least)
	}
	cover := func(doc int) float64 {
		if r := found[doc]; r != nil {
			return r.cover
		}
		return 0
	}
	if err := s.lift(ctx, a, lifting{top, lift, cover}); err != nil {
		return nil, err
	}
	all := make([]ranked, 0, len(found))
	for _, r := range found {
		if r.cover >= least {
			all = append(all, *r)
		}
	}
	slices.SortFunc(all, func(x, y ranked) int {
		if x.score != y.score {
			if x.score > y.score {
				return -1
			}
			return 1
		}
		return x.doc - y.doc
	})
	return all, nil
}

// byWords scores every document by the units it has.
func (s *shelf) byWords(ctx context.Context, units []unit) (map[int]*ranked, error) {
	found, total := map[int]*ranked{}, 0.0
	for _, u := range units {
		best, err := s.unit(ctx, u)
		if err != nil {
			return nil, err
		}
		total += u.weight
		for doc, score := range best {
			r := found[doc]
			if r == nil {
				r = &ranked{doc: doc}
				found[doc] = r
			}
			r.score += score
			r.cover += u.weight
		}
	}
	for doc, r := range found {
		r.cover /= total
		r.score *= r.cover * priors[s.kinds[doc]]
	}
	return found, nil
}

// unit scores the documents that have one of a unit's words, all of it.
func (s *shelf) unit(ctx context.Context, u unit) (map[int]float64, error) {
	best := map[int]float64{}
	for i, word := range u.words {
		of := pairs(word)
		var with map[int]float64
		for _, term := range of {
			found := map[int]float64{}
			if err := s.term(ctx, term, found); err != nil {
				return nil, err
			}
			for doc := range with {
				if _, ok := found[doc]; !ok {
					delete(with, doc)
				}
			}
			for doc, score := range found {
				if with == nil || with[doc] > 0 {
					found[doc] = score + with[doc]
				} else {
					delete(found, doc)
				}
			}
			with = found
		}
		for doc, score := range with {
			score *= u.weight / float64(max(len(of), 1))
			if i > 0 {
				score *= 0.9 // what she said herself counts more than what it means
			}
			best[doc] = max(best[doc], score)
		}
	}
	return best, nil
}

// lifting is how documents are raised: what the best has by its words, raising one, and how much of the question it has.
type lifting struct {
	top   float64
	raise func(doc int, by float64)
	cover func(doc int) float64
}

// lift raises what the question names exactly above everything, and what its words lead to above the rest.
func (s *shelf) lift(ctx context.Context, a asked, to lifting) error {
	for i, first := range a.first {
		doc, ok, err := s.first(ctx, fieldKey, string(first))
		if err != nil {
			return err
		}
		if ok {
			to.raise(doc, to.top*float64(20+len(a.first)-i))
		}
	}
	for _, key := range a.cited {
		if err := s.posted(ctx, fieldCites, key, func(doc int, _ *index.TermFieldDoc) { to.raise(doc, to.top*2) }); err != nil {
			return err
		}
	}
	if a.number != "" {
		if err := s.posted(ctx, fieldNumber, a.number, func(doc int, _ *index.TermFieldDoc) { to.raise(doc, to.top*10) }); err != nil {
			return err
		}
	}
	for _, lead := range a.lead {
		for i, first := range lead {
			doc, ok, err := s.first(ctx, fieldKey, string(first))
			if err != nil {
				return err
			}
			if ok {
				to.raise(doc, to.top*a.leading(i, to.cover(doc)))
			}
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

package search

import (
	"context"
	"math"
	"sync"

	index "github.com/blevesearch/bleve_index_api"
)

// list is the documents that have a term in a field, with what the term scores there.
type list []scored

type scored struct {
	doc   int32
	value float64
}

// Bounds of the lists in memory, 4 MB: how many postings of all, and of one.
const (
	mostListed  = 1 << 18
	longestList = mostListed / 16
)

// lists are the postings that were read last, by field and term. They are of terms that documents have, and forgotten whenever
// there are too many, so that nothing of a question outlives it but words that texts use.
type lists struct {
	mu   sync.RWMutex
	of   [len(worded)]map[string]list // guarded by mu
	size int                          // guarded by mu
	keys map[target]int               // guarded by mu: the first document with a key, -1 for none
}

func newLists() *lists {
	l := &lists{keys: map[target]int{}}
	for place := range l.of {
		l.of[place] = map[string]list{}
	}
	return l
}

func (l *lists) get(place int, term string) (list, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	found, ok := l.of[place][term]
	return found, ok
}

func (l *lists) put(place int, term string, one list) {
	if len(one) == 0 { // a question's own
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.size += len(one) + 1; l.size > mostListed {
		for place := range l.of {
			clear(l.of[place])
		}
		l.size = len(one) + 1
	}
	l.of[place][term] = one
}

// list gives a term's scores in a field; not ok where there are so many that they are read piece by piece.
func (s *snapshot) list(ctx context.Context, place int, term string) (found list, ok bool, err error) {
	if found, ok = s.lists.get(place, term); ok {
		return found, true, nil
	}
	readers, postings, err := s.readers(ctx, worded[place], term)
	if err != nil {
		return nil, false, err
	}
	if postings > uint64(min(longestList, s.most)) {
		return nil, false, closed(readers)
	}
	score := s.scoring(place, postings)
	err = s.walk(readers, func(doc int, at *index.TermFieldDoc) bool {
		found = append(found, scored{int32(doc), score(at)})
		return true
	})
	if err == nil {
		s.lists.put(place, term, found)
	}
	return found, err == nil, err
}

func closed(readers []index.TermFieldReader) error {
	for _, one := range readers {
		if err := one.Close(); err != nil {
			return err
		}
	}
	return nil
}

// scoring is what a term that some documents have scores in one of them (BM25).
func (s *snapshot) scoring(place int, postings uint64) func(at *index.TermFieldDoc) float64 {
	average := s.lengths[place]
	rare := math.Log(1 + (float64(s.documents)-float64(postings)+0.5)/(float64(postings)+0.5))
	return func(at *index.TermFieldDoc) float64 {
		often, length := float64(at.Freq), 1/(at.Norm*at.Norm)
		return weights[place] * rare * often * (saturation + 1) / (often + saturation*(1-lengthiness+lengthiness*length/average))
	}
}

// keyed gives the first document of a target. Targets are authored, so there are few.
func (s *snapshot) keyed(ctx context.Context, to target) (doc int, found bool, err error) {
	s.lists.mu.RLock()
	doc, known := s.lists.keys[to]
	s.lists.mu.RUnlock()
	if known {
		return doc, doc >= 0, nil
	}
	if doc, found, err = s.first(ctx, fieldKey, string(to)); err != nil {
		return 0, false, err
	}
	if found { // an article that is not here is one somebody asked for
		s.lists.mu.Lock()
		s.lists.keys[to] = doc
		s.lists.mu.Unlock()
	}
	return doc, found, nil
}

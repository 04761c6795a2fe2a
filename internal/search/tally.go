package search

import "slices"

// tally sums the scores of documents by their number. It is reused, since there are many documents and a question finds
// few of them.
type tally struct {
	value []float64
	cover []float64 // share of the question that a document has; allocated by withCover
	seen  []uint8   // how many terms of a word the document has so far, at most MaxQuestion
	docs  []int     // those seen
}

func newTally(documents int) *tally {
	return &tally{value: make([]float64, documents), seen: make([]uint8, documents)}
}

// withCover makes room for cover, which only the tally of a whole question needs.
func (t *tally) withCover() *tally {
	if t.cover == nil {
		t.cover = make([]float64, len(t.value))
	}
	return t
}

// add adds for the n-th term of a word, in any field, unless the document lacks one of those before.
func (t *tally) add(doc, n int, value float64) {
	switch int(t.seen[doc]) {
	case n:
		if n == 0 {
			t.docs = append(t.docs, doc)
		}
		t.seen[doc] = uint8(n + 1)
	case n + 1:
	default:
		return
	}
	t.value[doc] += value
}

// having lists the documents that have the first n terms of a word, in order; none for the first term, which any may have.
func (t *tally) having(n int) []int {
	if n == 0 {
		return nil
	}
	var docs []int
	for _, doc := range t.docs {
		if int(t.seen[doc]) == n {
			docs = append(docs, doc)
		}
	}
	slices.Sort(docs)
	return docs
}

// put makes sure that a document is in the tally.
func (t *tally) put(doc int) {
	if t.seen[doc] == 0 {
		t.seen[doc] = 1
		t.docs = append(t.docs, doc)
	}
}

func (t *tally) clear() {
	for _, doc := range t.docs {
		t.value[doc], t.seen[doc] = 0, 0
		if t.cover != nil {
			t.cover[doc] = 0
		}
	}
	t.docs = t.docs[:0]
}

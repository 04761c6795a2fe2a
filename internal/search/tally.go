package search

// tally adds up what speaks for documents, by their number; it is used again and again, since there are many documents and
// few of them are found.
type tally struct {
	value []float64
	cover []float64
	seen  []int // terms of a word the document had so far; on a board 1
	docs  []int // those seen
}

func newTally(documents int) *tally {
	return &tally{value: make([]float64, documents), cover: make([]float64, documents), seen: make([]int, documents)}
}

// add adds for the n-th term of a word, in any field, unless the document lacks one of those before.
func (t *tally) add(doc, n int, value float64) {
	switch t.seen[doc] {
	case n:
		if n == 0 {
			t.docs = append(t.docs, doc)
		}
		t.seen[doc] = n + 1
	case n + 1:
	default:
		return
	}
	t.value[doc] += value
}

// put makes sure that a document is on the board.
func (t *tally) put(doc int) {
	if t.seen[doc] == 0 {
		t.seen[doc] = 1
		t.docs = append(t.docs, doc)
	}
}

func (t *tally) clear() {
	for _, doc := range t.docs {
		t.value[doc], t.cover[doc], t.seen[doc] = 0, 0, 0
	}
	t.docs = t.docs[:0]
}

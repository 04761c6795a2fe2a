package bolt

import (
	"bytes"
	"slices"

	"go.etcd.io/bbolt"
	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/store/document"
)

// walker meets the documents of a query one after the other. It remembers where it stopped, so that a long walk can be
// cut into several read transactions and nobody's callback runs inside one.
type walker struct {
	collection *collection
	indexes    []*index // those known before the first transaction, so that it sees them whole
	filter     filter
	plan       *plan
	seen       map[string]struct{} // ids met, where the plan may meet one twice
	last       []byte              // the last key met of its spans
}

func (c *collection) walker(f filter) *walker {
	return &walker{collection: c, indexes: c.indexes(), filter: f}
}

// start plans the walk inside its first transaction: no array that it sees is younger than the plan. A later one may see
// younger arrays; then the bounds are no longer taken for the whole truth.
func (w *walker) start(sort []document.Key) {
	if p := w.plan; p != nil {
		p.exact = p.exact && (p.index == nil || p.index.multikey.Load() == p.multikey)
		return
	}
	w.plan = planFor(w.indexes, w.filter, sort)
	if w.plan.again {
		w.seen = map[string]struct{}{}
	}
}

// remember notes the ids of documents that a walk through an index has met before it is cut: until it goes on, a write may
// move them ahead of it. An _id never moves.
func (w *walker) remember(docs []bson.Raw) {
	if w.seen != nil || w.plan.index == nil {
		return
	}
	w.seen = make(map[string]struct{}, 2*len(docs))
	for _, doc := range docs {
		w.seen[doc.Lookup("_id").StringValue()] = struct{}{}
	}
}

// hit is a document met: its id and, where bytes were asked for or needed, the document. Both are valid only in the transaction.
type hit struct {
	id  []byte
	doc bson.Raw
}

// run visits matching documents until visit says stop (false) or there are no more (done).
func (w *walker) run(tx *bbolt.Tx, bodies bool, visit func(hit) (bool, error)) (done bool, err error) {
	docs := tx.Bucket(w.collection.bucket)
	if docs == nil {
		return true, nil
	}
	bucket := docs
	if w.plan.index != nil {
		bucket = tx.Bucket(w.plan.index.bucket)
	}
	return w.spans(bucket.Cursor(), func(key, value []byte) (bool, error) {
		return w.meet(docs, key, value, bodies, visit)
	})
}

// meet turns a key of the plan's bucket into a hit, if it is one.
func (w *walker) meet(docs *bbolt.Bucket, key, value []byte, bodies bool, visit func(hit) (bool, error)) (bool, error) {
	p := w.plan
	h := hit{id: key, doc: value}
	if p.index != nil {
		h = hit{id: value}
	}
	if w.seen != nil {
		if _, known := w.seen[string(h.id)]; known {
			return true, nil
		}
	}
	if h.doc == nil && (bodies || !p.exact) {
		h.doc = docs.Get(h.id)
	}
	if !p.exact && !w.filter.matches(h.doc) {
		return true, nil
	}
	if w.seen != nil {
		w.seen[string(h.id)] = struct{}{}
	}
	return visit(h)
}

// spans goes through the keys of the plan's spans behind the last one met; false when visit stopped it.
func (w *walker) spans(c *bbolt.Cursor, visit func(k, v []byte) (bool, error)) (bool, error) {
	p := w.plan
	spans := p.spans
	next := c.Next
	if p.reverse {
		spans = slices.Clone(spans)
		slices.Reverse(spans)
		next = c.Prev
	}
	for _, s := range spans {
		for k, v := w.enter(c, s, p.reverse); inside(s, k, p.reverse); k, v = next() {
			w.last = append(w.last[:0], k...)
			if more, err := visit(k, v); err != nil || !more {
				return false, err
			}
		}
	}
	return true, nil
}

// enter finds the first key of a span in walking order that comes after the last one met.
func (w *walker) enter(c *bbolt.Cursor, s span, reverse bool) (k, v []byte) {
	if !reverse {
		from := s.lo
		if w.last != nil && bytes.Compare(w.last, from) >= 0 {
			from = append(slices.Clip(w.last), 0)
		}
		if from == nil {
			return c.First()
		}
		return c.Seek(from)
	}
	to := s.hi
	if w.last != nil && (to == nil || bytes.Compare(w.last, to) < 0) {
		to = w.last
	}
	if to == nil {
		return c.Last()
	}
	if k, _ := c.Seek(to); k == nil {
		return c.Last()
	}
	return c.Prev()
}

func inside(s span, k []byte, reverse bool) bool {
	switch {
	case k == nil:
		return false
	case reverse:
		return bytes.Compare(k, s.lo) >= 0
	default:
		return s.hi == nil || bytes.Compare(k, s.hi) < 0
	}
}

package bolt

import (
	"bytes"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/store/document"
)

// span is a range of bucket keys: from lo (nil: the first) up to but without hi (nil: to the end).
type span struct{ lo, hi []byte }

// plan is one way to meet every document that can match: the spans of an index, or of the documents themselves.
type plan struct {
	index   *index // nil: the documents by _id
	spans   []span // ascending and disjoint
	reverse bool
	sorted  bool // meets documents in the order asked for
	exact   bool // meets only documents that match
	again   bool // may meet a document twice
	score   int

	multikey uint64 // the index's, when the plan was made
}

// The worth of what an index can do for a query; the best sum wins.
const (
	worthID      = 200 // one document by its id
	worthUnique  = 100 // one document by a unique key
	worthEqual   = 10
	worthIn      = 8
	worthRange   = 5
	worthSort    = 3
	worthPartial = 2
	worthExact   = 1
)

const maxPoints = 2048 // key prefixes a plan may make out of $in lists

// planFor chooses how to meet the documents of a query. Without an index that helps it goes through the collection.
func planFor(indexes []*index, f filter, sort []document.Key) *plan {
	best := planByID(f, sort)
	if best.score >= worthID {
		return best
	}
	for _, x := range indexes {
		if p := planByIndex(x, f, sort); p != nil && p.score > best.score {
			best = p
		}
	}
	return best
}

// planByID serves _id itself; with no condition on it, it is the walk through the whole collection.
func planByID(f filter, sort []document.Key) *plan {
	p := &plan{spans: []span{{}}}
	used := 0
	for _, c := range f {
		if c.Path == "_id" && p.narrow(c) {
			used++
		}
	}
	p.spans = slices.DeleteFunc(p.spans, func(s span) bool { return s.hi != nil && bytes.Compare(s.lo, s.hi) >= 0 })
	p.exact = used == len(f)
	switch {
	case len(sort) == 0 || len(p.spans) <= 1 && p.score >= worthID:
		p.sorted = true
	case sort[0].Field == "_id":
		p.sorted, p.reverse = true, sort[0].Desc
		p.score += worthSort
	}
	return p
}

// narrow cuts the spans to one condition on _id and says whether the spans now say all of it.
func (p *plan) narrow(c condition) bool {
	text, isString := c.Value.StringValueOK()
	if c.Op == document.Exists {
		return false
	}
	if c.Op == document.In {
		var points []span
		for _, v := range c.Values {
			if s, ok := v.StringValueOK(); ok {
				points = append(points, span{[]byte(s), append([]byte(s), 0)})
			}
		}
		p.meet(points, worthID/2)
		return true
	}
	if !isString {
		p.spans = nil // ids are strings, and comparisons never cross types
		return true
	}
	v := []byte(text)
	past := append(slices.Clip(v), 0)
	switch c.Op {
	case document.Eq:
		p.meet([]span{{v, past}}, worthID)
	case document.Gt:
		p.meet([]span{{past, nil}}, worthRange)
	case document.Gte:
		p.meet([]span{{v, nil}}, worthRange)
	case document.Lt:
		p.meet([]span{{nil, v}}, worthRange)
	case document.Lte:
		p.meet([]span{{nil, past}}, worthRange)
	}
	return true
}

// meet intersects the spans with others.
func (p *plan) meet(others []span, worth int) {
	p.score = max(p.score, worth)
	var both []span
	for _, o := range sortSpans(others) {
		for _, s := range p.spans {
			lo, hi := s.lo, s.hi
			if bytes.Compare(o.lo, lo) > 0 {
				lo = o.lo
			}
			if hi == nil || o.hi != nil && bytes.Compare(o.hi, hi) < 0 {
				hi = o.hi
			}
			if hi == nil || bytes.Compare(lo, hi) < 0 {
				both = append(both, span{lo, hi})
			}
		}
	}
	p.spans = both
}

func sortSpans(spans []span) []span {
	slices.SortFunc(spans, func(a, b span) int { return bytes.Compare(a.lo, b.lo) })
	return slices.CompactFunc(spans, func(a, b span) bool { return bytes.Equal(a.lo, b.lo) })
}

// builder grows the bounds of one index key by key.
type builder struct {
	index    *index
	filter   filter
	multikey uint64
	used     []bool // conditions the bounds say all of
	prefixes [][]byte
	spans    []span
	constant int  // leading keys bound to one value
	arrays   bool // a multikey position has been bound already
	score    int
}

// planByIndex is what x can do for the query; nil when it may lack documents that match.
func planByIndex(x *index, f filter, sort []document.Key) *plan {
	b := &builder{index: x, filter: f, multikey: x.multikey.Load(), used: make([]bool, len(f)), prefixes: [][]byte{{}}}
	if !b.impliesPartial() {
		return nil
	}
	for i := range x.spec.Keys {
		if !b.bind(i) {
			break
		}
	}
	p := &plan{index: x, spans: b.bounds(), again: b.arraysBehind(b.constant) != 0, score: b.score, multikey: b.multikey}
	p.sorted, p.reverse = b.order(sort)
	if p.sorted && len(sort) > 0 {
		p.score += worthSort
	}
	if p.score == 0 {
		return nil
	}
	if p.exact = b.exact(); p.exact {
		p.score += worthExact
	}
	if x.spec.Unique && b.constant == len(x.spec.Keys) {
		p.score += worthUnique
	}
	return p
}

// impliesPartial reports whether every document that matches is in the index.
func (b *builder) impliesPartial() bool {
	for _, need := range b.index.partial {
		implied := false
		for i, c := range b.filter {
			if c.Path != need.Path || !c.implies(need) {
				continue
			}
			implied = true
			b.used[i] = b.used[i] || c.Op == need.Op
		}
		if !implied {
			return false
		}
	}
	if len(b.index.partial) > 0 {
		b.score += worthPartial
	}
	return true
}

func (c condition) implies(need condition) bool {
	if need.Op == document.Eq {
		return c.Op == document.Eq && sameKey(c.Value, need.Value)
	}
	switch c.Op {
	case document.Exists:
		return c.Value.Boolean()
	case document.In:
		return !slices.ContainsFunc(c.Values, isNull)
	default:
		return !isNull(c.Value)
	}
}

func sameKey(a, b bson.RawValue) bool {
	left, err1 := appendKey(nil, a)
	right, err2 := appendKey(nil, b)
	return err1 == nil && err2 == nil && bytes.Equal(left, right)
}

func isNull(v bson.RawValue) bool { return v.Type == 0 || v.Type == bson.TypeNull }

// exact says whether the bounds and the partial filter say all the query asks.
func (b *builder) exact() bool {
	return !slices.Contains(b.used, false)
}

func (b *builder) bounds() []span {
	if b.spans != nil {
		return b.spans
	}
	spans := make([]span, 0, len(b.prefixes))
	for _, prefix := range b.prefixes {
		spans = append(spans, span{prefix, after(prefix)})
	}
	return sortSpans(spans)
}

// arraysBehind are the multikey positions from n on. Under one value for each key before n a document has as many index
// entries as these give it: with none, one, however many elements the arrays before n have.
func (b *builder) arraysBehind(n int) uint64 { return b.multikey >> n << n }

func (b *builder) isMultikey(i int) bool { return b.multikey&(1<<i) != 0 }

// order says whether the index meets documents in the sort's order, perhaps backwards. Behind the keys of an index come
// the ids, ascending; a unique index needs none. A multikey position orders nothing, since a document sorts by the
// smallest or largest of its elements and not by the one met; one bound to a value leaves the keys behind it in order.
func (b *builder) order(sort []document.Key) (sorted, reverse bool) {
	if len(sort) == 0 {
		return true, false
	}
	keys, set := b.index.spec.Keys, false
	at := b.constant
	follow := func(desc, asked bool) bool {
		if !set {
			set, reverse = true, desc != asked
		}
		return reverse == (desc != asked)
	}
	for _, s := range sort {
		bound := slices.IndexFunc(keys[:b.constant], func(k document.Key) bool { return k.Field == s.Field })
		switch {
		case bound >= 0 && b.isMultikey(bound):
			return false, false
		case bound >= 0:
		case at < len(keys):
			if keys[at].Field != s.Field || b.isMultikey(at) || !follow(keys[at].Desc, s.Desc) {
				return false, false
			}
			at++
		case b.index.spec.Unique:
			return true, reverse
		default:
			return s.Field == "_id" && follow(false, s.Desc), reverse
		}
	}
	return true, reverse
}

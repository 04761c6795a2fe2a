package bolt

import (
	"bytes"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/store/document"
)

// bind puts the conditions on key i into the bounds and says whether the next key may follow.
func (b *builder) bind(i int) bool {
	isArray := b.isMultikey(i)
	if isArray && b.arrays {
		return false // bounds on two paths through one array need not meet in one element
	}
	if points, at := b.points(i); at >= 0 && len(points)*len(b.prefixes) <= maxPoints {
		b.extend(points)
		b.arrays = b.arrays || isArray
		b.used[at] = !isArray || !hasNull(b.filter[at])
		b.score += worthIn
		if b.filter[at].Op == document.Eq {
			b.score += worthEqual - worthIn
		}
		if len(b.prefixes) == 1 && len(points) == 1 {
			b.constant = i + 1
		}
		return len(points) > 0
	}
	b.bindRange(i, isArray)
	return false
}

// points finds an equality or $in on key i and the encoded values it allows; at is -1 without one.
func (b *builder) points(i int) (points [][]byte, at int) {
	at = -1
	for n, c := range b.filter {
		if c.Path != b.index.spec.Keys[i].Field || c.Op != document.Eq && c.Op != document.In {
			continue
		}
		values := c.Values
		if c.Op == document.Eq {
			values = []bson.RawValue{c.Value}
		}
		encoded, ok := b.encode(i, values)
		if ok && (at < 0 || c.Op == document.Eq) {
			points, at = encoded, n
		}
	}
	return points, at
}

// encode returns the sorted keys of values; an array among them cannot be served by the index, which stores arrays by
// their elements.
func (b *builder) encode(i int, values []bson.RawValue) ([][]byte, bool) {
	encoded := make([][]byte, 0, len(values))
	for _, v := range values {
		if v.Type == bson.TypeArray {
			return nil, false
		}
		key, err := appendKey(nil, v)
		if err != nil {
			return nil, false
		}
		if b.index.spec.Keys[i].Desc {
			invert(key, 0)
		}
		encoded = append(encoded, key)
	}
	slices.SortFunc(encoded, bytes.Compare)
	return slices.CompactFunc(encoded, bytes.Equal), true
}

func (b *builder) extend(points [][]byte) {
	next := make([][]byte, 0, len(b.prefixes)*len(points))
	for _, prefix := range b.prefixes {
		for _, point := range points {
			next = append(next, slices.Concat(prefix, point))
		}
	}
	b.prefixes = next
}

func hasNull(c condition) bool {
	if c.Op == document.In {
		return slices.ContainsFunc(c.Values, isNull)
	}
	return isNull(c.Value)
}

// bindRange closes the bounds with the ranges on key i: all of them, or only one when the key holds arrays, whose
// elements may satisfy each alone.
func (b *builder) bindRange(i int, isArray bool) {
	key := b.index.spec.Keys[i]
	var spans []span
	for n, c := range b.filter {
		if c.Path != key.Field || !c.Ranges() || isArray && spans != nil {
			continue
		}
		bounds, ok := b.rangeOf(c, key.Desc)
		if !ok {
			continue
		}
		b.used[n] = true
		if spans == nil {
			spans = bounds
			b.score += worthRange
			continue
		}
		p := plan{spans: spans}
		p.meet(bounds, 0)
		spans = p.spans
		if len(spans) == 0 {
			spans = []span{}
		}
	}
	if spans != nil {
		b.spans = spans
	}
}

// rangeOf gives, behind every prefix, the keys of the value's own type on the condition's side of it.
func (b *builder) rangeOf(c condition, desc bool) ([]span, bool) {
	if isNull(c.Value) || c.Value.Type == bson.TypeArray {
		return nil, false
	}
	point, err := appendKey(nil, c.Value)
	if err != nil {
		return nil, false
	}
	class := []byte{point[0]}
	above, inclusive := c.Op == document.Gt || c.Op == document.Gte, c.Op == document.Gte || c.Op == document.Lte
	if desc {
		invert(point, 0)
		invert(class, 0)
		above = !above
	}
	spans := make([]span, 0, len(b.prefixes))
	for _, prefix := range b.prefixes {
		from := slices.Concat(prefix, class)
		at := slices.Concat(prefix, point)
		s := span{from, after(from)}
		switch {
		case above && inclusive:
			s.lo = at
		case above:
			s.lo = after(at)
		case inclusive:
			s.hi = after(at)
		default:
			s.hi = at
		}
		spans = append(spans, s)
	}
	return sortSpans(spans), true
}

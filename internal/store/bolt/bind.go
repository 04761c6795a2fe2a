package bolt

import (
	"bytes"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// bind puts the conditions on key i into the bounds and says whether the next key may follow.
func (b *builder) bind(i int) bool {
	isArray := b.multikey&(1<<i) != 0
	if isArray && b.arrays {
		return false // bounds on two paths through one array need not meet in one element
	}
	if points, at := b.points(i); at >= 0 && len(points)*len(b.prefixes) <= maxPoints {
		b.extend(points)
		b.arrays = b.arrays || isArray
		b.used[at] = !isArray || !hasNull(b.filter.conditions[at])
		b.score += worthIn
		if b.filter.conditions[at].op == "$eq" {
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
	for n, c := range b.filter.conditions {
		if c.path != b.index.spec.Keys[i].Field || c.op != "$eq" && c.op != "$in" {
			continue
		}
		values := c.values
		if c.op == "$eq" {
			values = []bson.RawValue{c.value}
		}
		encoded, ok := b.encode(i, values)
		if ok && (at < 0 || c.op == "$eq") {
			points, at = encoded, n
		}
	}
	return points, at
}

// encode gives the sorted keys of values; an array among them is none the index could serve, since it stands there by
// its elements.
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
	if c.op == "$in" {
		return slices.ContainsFunc(c.values, isNull)
	}
	return isNull(c.value)
}

// bindRange closes the bounds with the ranges on key i: all of them, or only one when the key holds arrays, whose
// elements may satisfy each alone.
func (b *builder) bindRange(i int, isArray bool) {
	key := b.index.spec.Keys[i]
	var spans []span
	for n, c := range b.filter.conditions {
		if c.path != key.Field || !ranges(c) || isArray && spans != nil {
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

func ranges(c condition) bool {
	return c.op == "$gt" || c.op == "$gte" || c.op == "$lt" || c.op == "$lte"
}

// rangeOf gives, behind every prefix, the keys of the value's own type on the condition's side of it.
func (b *builder) rangeOf(c condition, desc bool) ([]span, bool) {
	if isNull(c.value) || c.value.Type == bson.TypeArray {
		return nil, false
	}
	point, err := appendKey(nil, c.value)
	if err != nil {
		return nil, false
	}
	class := []byte{point[0]}
	above, inclusive := c.op == "$gt" || c.op == "$gte", c.op == "$gte" || c.op == "$lte"
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

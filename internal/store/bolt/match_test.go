package bolt

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"pgregory.net/rapid"

	"pugongying/internal/store/document"
)

// values are what a field holds or is asked for; near misses among them.
var values = []any{
	"a", "b", "", "a\x00", true, false, nil, int32(1), int64(1), 1.0, 1.5, time.UnixMilli(1), time.UnixMilli(2), bson.A{"a", "b"}, bson.A{}, bson.A{nil},
	bson.A{bson.A{"a"}}, d{is("y", "a")}, d{is("y", int64(1))}, d{}, bson.A{d{is("y", 1)}, d{is("z", 2)}}, bson.A{d{is("y", bson.A{1, 2})}, 7}, d{is("y", bson.A{})},
}

// TestMatchingIsWhatTheManualSays draws documents and conditions and compares every answer with the manual's sentences,
// written down below for decoded values: another way to the same answer.
func TestMatchingIsWhatTheManualSays(t *testing.T) {
	answers := map[bool]int{}
	value := rapid.SampledFrom(values)
	draw := func(t *rapid.T) {
		doc := d{}
		for _, name := range []string{"x", "y"} {
			if rapid.Bool().Draw(t, "has "+name) {
				doc = append(doc, is(name, value.Draw(t, name)))
			}
		}
		path := rapid.SampledFrom([]string{"x", "x.y", "y"}).Draw(t, "path")
		with := rapid.SampledFrom([]string{"$eq", "$in", "$exists", "$gt", "$gte", "$lt", "$lte"}).Draw(t, "operator")
		operand := value.Draw(t, "operand")
		switch with {
		case "$in":
			operand = bson.A{operand, value.Draw(t, "or")}
		case "$exists":
			operand = rapid.Bool().Draw(t, "there")
		}
		f, err := parseFilter(d{is(path, op(with, operand))})
		if errors.Is(err, document.ErrOperator) {
			return // a range over what has none
		}
		raw := mustEncode(t, doc)
		if err != nil {
			t.Fatal(err)
		}
		met := slices.ContainsFunc(found(raw, strings.Split(path, ".")), func(v bson.RawValue) bool { return meets(v, f[0].Condition) })
		if with == "$exists" && operand == false {
			met = !met
		}
		if got := f.matches(raw); got != met {
			t.Fatalf("%v in %v: %v, want %v", f[0].Condition, raw, got, met)
		}
		answers[met]++
	}
	for range 20 {
		rapid.Check(t, draw)
	}
	if answers[true] < 10 || answers[false] < 10 {
		t.Errorf("control: %v answers show nothing", answers)
	}
}

func mustEncode(t *rapid.T, v any) bson.Raw {
	raw, err := bson.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// found are the values that a condition on the path is asked of. The zero value is a missing field.
func found(doc bson.Raw, path []string) []bson.RawValue {
	v, err := doc.LookupErr(path[0])
	array, isArray := v.ArrayOK()
	elements, _ := array.Values()
	switch {
	case err != nil:
		return []bson.RawValue{{}}
	case len(path) == 1 && isArray: // each element, and the array as a whole
		return append(elements, v)
	case len(path) == 1:
		return []bson.RawValue{v}
	case isArray: // the documents in it; nothing else has fields, and no array in an array is gone through
		var all []bson.RawValue
		for _, e := range elements {
			if inner, ok := e.DocumentOK(); ok {
				all = append(all, found(inner, path[1:])...)
			}
		}
		return all
	}
	if inner, ok := v.DocumentOK(); ok {
		return found(inner, path[1:])
	}
	return []bson.RawValue{{}}
}

// meets compares one value: a range only with its own type, null with a missing field, numbers by what they are worth.
func meets(v bson.RawValue, c document.Condition) bool {
	none := v.Type == 0
	switch c.Op {
	case document.Exists:
		return !none
	case document.In:
		return slices.ContainsFunc(c.Values, func(want bson.RawValue) bool { return equal(v, want) })
	case document.Eq:
		return equal(v, c.Value)
	}
	order := 0
	switch {
	case v.IsNumber() && c.Value.IsNumber():
		order = int(2 * (v.AsFloat64() - c.Value.AsFloat64()))
	case none || v.Type != c.Value.Type:
		return false
	case v.Type == bson.TypeString:
		order = strings.Compare(v.StringValue(), c.Value.StringValue())
	case v.Type == bson.TypeDateTime:
		order = int(v.DateTime() - c.Value.DateTime())
	case v.Type == bson.TypeBoolean:
		order = int(v.Value[0]) - int(c.Value.Value[0])
	}
	return c.Op == document.Gt && order > 0 || c.Op == document.Lt && order < 0 ||
		order == 0 && (c.Op == document.Gte || c.Op == document.Lte) || c.Op == document.Gte && order > 0 || c.Op == document.Lte && order < 0
}

func equal(a, b bson.RawValue) bool {
	if isNull(a) || isNull(b) {
		return isNull(a) && isNull(b)
	}
	if a.IsNumber() && b.IsNumber() {
		return a.AsFloat64() == b.AsFloat64()
	}
	if a.Type != b.Type {
		return false
	}
	if a.Type != bson.TypeArray && a.Type != bson.TypeEmbeddedDocument {
		return slices.Equal(a.Value, b.Value)
	}
	left, _ := bson.Raw(a.Value).Elements()
	right, _ := bson.Raw(b.Value).Elements()
	return slices.EqualFunc(left, right, func(x, y bson.RawElement) bool { return x.Key() == y.Key() && equal(x.Value(), y.Value()) })
}

func TestUpdatesKeepTheOrderOfFields(t *testing.T) {
	before := mustMarshal(t, d{is("_id", "a"), is("b", 1), is("in", d{is("y", 1), is("x", 2)}), is("c", int64(5))})
	for _, row := range []struct{ update, want d }{
		{op("$set", d{is("z", 1), is("a.z", 1), is("a.b", 2), is("b", "new")}),
			d{is("_id", "a"), is("b", "new"), is("in", d{is("y", 1), is("x", 2)}), is("c", int64(5)), is("a", d{is("b", 2), is("z", 1)}), is("z", 1)}},
		{d{is("$unset", d{is("in.y", ""), is("b", "")}), is("$inc", d{is("c", 1), is("in.w", 1.5)})},
			d{is("_id", "a"), is("in", d{is("x", 2), is("w", 1.5)}), is("c", int64(6))}},
		{op("$set", d{is("b", 1)}), nil},
		{op("$unset", d{is("none.at.all", ""), is("b.x", "")}), nil},
	} {
		changes, err := document.ParseUpdate(row.update)
		if err != nil {
			t.Fatal(err)
		}
		got, err := applyTo(before, editsOf(changes))
		if err != nil || row.want == nil && got != nil || row.want != nil && !slices.Equal(got, mustMarshal(t, row.want)) {
			t.Errorf("%v: %v, %v", row.update, got, err)
		}
	}
	grown := op("$set", d{is("big", make([]byte, document.MaxSize-20))})
	changes, err := document.ParseUpdate(grown)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := applyTo(before, editsOf(changes)); !errors.Is(err, document.ErrSize) {
		t.Errorf("past 16 MiB: %v", err)
	}
}

package bolt

import (
	"slices"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"pgregory.net/rapid"
)

// values are what a field holds or is asked for; near misses among them.
var values = []any{"a", "b", "", true, false, nil, int32(1), int64(1), 1.0, time.UnixMilli(1), time.UnixMilli(2), []string{"a", "b"}, []string{}, d{is("a", "a")}}

// TestAGlanceSaysWhatMongokitSays draws documents and filters and holds every sure answer against mongokit's.
func TestAGlanceSaysWhatMongokitSays(t *testing.T) {
	sure, right := 0, map[bool]int{}
	draw := func(t *rapid.T, label string) d {
		doc := d{}
		for _, name := range []string{"x", "y", "z"} {
			if rapid.Bool().Draw(t, label+" has "+name) {
				doc = append(doc, is(name, rapid.SampledFrom(values).Draw(t, label+" "+name)))
			}
		}
		return doc
	}
	rapid.Check(t, func(t *rapid.T) {
		holds := draw(t, "document")
		doc, err := bson.Marshal(holds)
		if err != nil {
			t.Fatal(err)
		}
		asked := draw(t, "filter")
		if rapid.Bool().Draw(t, "of its own") {
			asked = slices.Clone(holds[:min(len(holds), 1)])
		}
		switch rapid.IntRange(0, 5).Draw(t, "more") {
		case 0:
			asked = append(asked, is("w", op("$ne", 1)))
		case 1:
			asked = append(asked, is("$or", bson.A{d{is("x", "a")}, d{is("y", true)}}))
		case 2:
			asked = d{is("$and", bson.A{asked, d{is("x", "a")}})}
		case 3:
			asked = append(asked, is("z.a", "a"))
		}
		f, err := parseFilter(asked)
		if err != nil || f.raw == nil {
			return
		}
		ok, known := f.glance(doc)
		if !known {
			return
		}
		whole := &filter{raw: f.raw, opaque: true} // never sure, so that mongokit is asked
		want, err := whole.matches(doc)
		if err != nil || ok != want {
			t.Fatalf("%v in %v: %v by its bytes, %v by mongokit (%v)", asked, bson.Raw(doc), ok, want, err)
		}
		sure++
		right[ok]++
	})
	if right[true] == 0 || right[false] == 0 {
		t.Errorf("control: %d answers were sure, %v: this shows nothing", sure, right)
	}
}

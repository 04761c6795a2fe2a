package store

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
)

// Walking page by page gives the list itself, whatever the sort, however many share a value, however long a page is.
func TestPagesPutTogetherAreTheList(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e document.Engine) {
		c := things(t, e)
		r := rand.New(rand.NewPCG(3, 4))
		var docs []any
		for i := range 60 {
			docs = append(docs, thing{
				ID: fmt.Sprintf("%02d", r.Perm(90)[0]+i*100), Name: fmt.Sprint(i), Day: fmt.Sprintf("2026-11-%02d", 1+r.IntN(3)),
				N: r.IntN(5), At: testkit.Start.Add(time.Duration(r.IntN(4)) * time.Minute),
			})
		}
		if err := insert(t.Context(), c, docs...); err != nil {
			t.Fatal(err)
		}
		for _, field := range []string{"_id", "day", "n", "at", "name"} {
			for _, desc := range []bool{false, true} {
				for _, limit := range []int{1, 7, 60} {
					l := listing{Filter: bson.D{{Key: "n", Value: bson.D{{Key: "$ne", Value: 4}}}}, Sort: document.Key{Field: field, Desc: desc}, Limit: limit}
					if field == "n" {
						l.Filter = nil
					}
					walk(t, c, l)
				}
			}
		}
	})
}

func walk(t *testing.T, c document.Collection, l listing) {
	t.Helper()
	whole := document.Query{Filter: l.Filter, Sort: []document.Key{l.Sort}}
	if l.Sort.Field != "_id" {
		whole.Sort = append(whole.Sort, document.Key{Field: "_id", Desc: l.Sort.Desc})
	}
	want, err := many[thing](t.Context(), c, whole)
	if err != nil {
		t.Fatal(err)
	}
	got := []thing{}
	for pages := 0; ; pages++ {
		items, next, err := page[thing](t.Context(), c, l)
		if err != nil || len(items) > l.Limit || pages > len(want) {
			t.Fatalf("%s: page %d has %d, %v", l.order(), pages, len(items), err)
		}
		got = append(got, items...)
		if next == "" {
			break
		}
		l.After = next
	}
	same := slices.EqualFunc(got, want, func(a, b thing) bool { return a.ID == b.ID })
	if !same {
		t.Errorf("%s by %d: %d of %d, or out of order", l.order(), l.Limit, len(got), len(want))
	}
}

func TestACursorOfAnotherListIsRefused(t *testing.T) {
	c := things(t, testkit.Embedded(t))
	for i := range 3 {
		if err := insert(t.Context(), c, thing{ID: fmt.Sprint(i), Name: fmt.Sprint(i), Day: "2026-11-23"}); err != nil {
			t.Fatal(err)
		}
	}
	l := listing{Sort: document.Key{Field: "day"}, Limit: 1}
	_, next, err := page[thing](t.Context(), c, l)
	if err != nil || next == "" {
		t.Fatalf("%q, %v", next, err)
	}
	for name, other := range map[string]listing{
		"another field":     {Sort: document.Key{Field: "name"}, After: next, Limit: 1},
		"another direction": {Sort: document.Key{Field: "day", Desc: true}, After: next, Limit: 1},
		"cut":               {Sort: l.Sort, After: next[:len(next)-4], Limit: 1},
		"longer":            {Sort: l.Sort, After: next + "AAAA", Limit: 1},
		"far too long":      {Sort: l.Sort, After: strings.Repeat("A", cursorLimit+1), Limit: 1},
		"no base64":         {Sort: l.Sort, After: "蒲公英", Limit: 1},
		"another version":   {Sort: l.Sort, After: "Ag" + next[2:], Limit: 1},
	} {
		if _, _, err := page[thing](t.Context(), c, other); !errors.Is(err, ErrCursor) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestACursorCarriesNoOperator(t *testing.T) {
	for _, key := range []any{bson.D{{Key: "$gt", Value: ""}}, bson.A{1}, nil, true, bson.Regex{Pattern: "."}, bson.JavaScript("x")} {
		body, err := bson.Marshal(bson.D{{Key: "o", Value: "day"}, {Key: "k", Value: key}, {Key: "i", Value: "a"}})
		if err != nil {
			t.Fatal(err)
		}
		text := base64.RawURLEncoding.EncodeToString(append([]byte{cursorVersion}, body...))
		if _, err := DecodeCursor("day", text); !errors.Is(err, ErrCursor) {
			t.Errorf("%v was taken: %v", key, err)
		}
	}
	if _, err := (Cursor{Order: "day", ID: "a"}).Encode(); err == nil {
		t.Error("a cursor without a key was written")
	}
}

func FuzzCursor(f *testing.F) {
	kind, value, err := bson.MarshalValue("2026-11-23")
	if err != nil {
		f.Fatal(err)
	}
	good, err := Cursor{Order: "day", Key: bson.RawValue{Type: kind, Value: value}, ID: "a"}.Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add("")
	f.Add(good[:10])
	f.Add("AQ")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := DecodeCursor("day", text)
		if err != nil {
			if !errors.Is(err, ErrCursor) {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		again, err := c.Encode()
		if err != nil {
			t.Fatalf("%q was read and cannot be written: %v", text, err)
		}
		if back, err := DecodeCursor("day", again); err != nil || back.ID != c.ID || !back.Key.Equal(c.Key) {
			t.Fatalf("%q became %q: %v", text, again, err)
		}
	})
}

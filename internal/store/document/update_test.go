package document_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
)

func TestUpdatesChangeWhatTheySay(t *testing.T) {
	start := d{e("_id", "a"), e("rev", int64(1)), e("n", int32(1)), e("tags", bson.A{"x", "y"}), e("in", d{e("k", "v")})}
	for _, u := range []struct {
		name   string
		update d
		want   d
	}{
		{"set", op("$set", d{e("n", "new"), e("in.k", int32(2)), e("deep.er", true)}),
			d{e("n", "new"), e("in", d{e("k", int32(2))}), e("deep", d{e("er", true)})}},
		{"unset", op("$unset", d{e("in.k", ""), e("none", "")}), d{e("in", d{})}},
		{"inc", op("$inc", d{e("n", int32(4)), e("rev", int64(1)), e("fresh", int64(7))}),
			d{e("n", int32(5)), e("rev", int64(2)), e("fresh", int64(7))}},
		{"inc past 32 bits", op("$inc", d{e("n", int32(2147483647))}), d{e("n", int64(2147483648))}},
		{"inc by nothing", op("$inc", d{e("n", int32(0))}), d{}},
		{"inc to 64 bits", op("$inc", d{e("n", int64(1))}), d{e("n", int64(2))}},
		{"inc to a double", op("$inc", d{e("n", 0.5)}), d{e("n", 1.5)}},
		{"inc below zero", op("$inc", d{e("n", int32(-3)), e("in.k2", int32(-1))}), d{e("n", int32(-2)), e("in", d{e("k", "v"), e("k2", int32(-1))})}},
		{"inc past 32 bits below zero", op("$inc", d{e("n", int32(-2147483648)), e("rev", int64(-2))}), d{e("n", int32(-2147483647)), e("rev", int64(-1))}},
		{"a new array in the place of the old", op("$set", d{e("tags", bson.A{"z"})}), d{e("tags", bson.A{"z"})}},
		{"another type of the same number", op("$set", d{e("n", int64(1))}), d{e("n", int64(1))}},
		{"unset below what is no document", op("$unset", d{e("n.x", ""), e("tags.x", ""), e("none.x", "")}), d{}},
		{"unset a document", op("$unset", d{e("in", "")}), d{e("in", nil)}},
		{"new fields", op("$set", d{e("z", 1), e("new.a", 1), e("b", 1)}), d{e("b", int32(1)), e("new", d{e("a", int32(1))}), e("z", int32(1))}},
		{"several", d{e("$set", d{e("n", "s")}), e("$inc", d{e("rev", int64(1))}), e("$unset", d{e("in", "")})},
			d{e("n", "s"), e("rev", int64(2)), e("in", nil)}},
	} {
		t.Run(u.name, func(t *testing.T) {
			testkit.Engines(t, func(t *testing.T, engine document.Engine) {
				c := ensure(t, engine)
				insert(t, c, start)
				done, err := c.Update(t.Context(), d{e("_id", "a")}, u.update)
				if err != nil || !done {
					t.Fatalf("%v, %v", done, err)
				}
				if got, want := whole(t, c, "a"), merged(start, u.want); got != want {
					t.Errorf("got  %s\nwant %s", got, want)
				}
			})
		})
	}
}

// merged puts fields over a document; nil takes one away.
func merged(base, over d) string {
	out := map[string]any{}
	for _, field := range append(slices.Clone(base), over...) {
		if out[field.Key] = field.Value; field.Value == nil {
			delete(out, field.Key)
		}
	}
	return canonical(out)
}

func whole(t *testing.T, c document.Collection, id string) string {
	t.Helper()
	out := map[string]any{}
	err := c.Find(t.Context(), document.Query{Filter: d{e("_id", id)}, Limit: 1}, func(raw bson.Raw) error {
		return bson.Unmarshal(slices.Clone(raw), &out)
	})
	if err != nil {
		t.Fatal(err)
	}
	return canonical(out)
}

// canonical writes a document with its types and its fields in order: the engines need not keep new fields in one order.
func canonical(fields map[string]any) string {
	names := []string{}
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	out := d{}
	for _, name := range names {
		out = append(out, e(name, fields[name]))
	}
	text, err := bson.MarshalExtJSON(out, true, false)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func TestUpdatesRefuseWhatDoesNotFit(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, engine document.Engine) {
		c := ensure(t, engine)
		insert(t, c, d{e("_id", "a"), e("s", "text"), e("big", int64(1<<63-1)), e("small", int64(-1<<63)), e("null", nil), e("list", bson.A{1})})
		before := whole(t, c, "a")
		for _, u := range []d{
			op("$inc", d{e("s", 1)}), op("$inc", d{e("null", 1)}), op("$inc", d{e("big", int64(1))}), op("$inc", d{e("small", int64(-1))}),
			op("$inc", d{e("list", 1)}), op("$set", d{e("s.x", 1)}), op("$set", d{e("null.x", 1)}), op("$set", d{e("list.x", 1)}), op("$inc", d{e("s.x.y", 1)}),
		} {
			if _, err := c.Update(t.Context(), d{e("_id", "a")}, u); !errors.Is(err, document.ErrUpdate) {
				t.Errorf("%v: %v", u, err)
			}
		}
		if got := whole(t, c, "a"); got != before {
			t.Errorf("a refused update left %s", got)
		}
		if done, err := c.Update(t.Context(), d{e("_id", "b")}, op("$set", d{e("s", "x")})); done || err != nil {
			t.Errorf("update of nothing: %v, %v", done, err)
		}
	})
}

func TestUpdateAllAndDeleteTellHowMany(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, engine document.Engine) {
		c := ensure(t, engine, document.Index{Name: "owner", Keys: asc("owner")})
		for i := range 40 {
			insert(t, c, item{ID: fmt.Sprint(i), Owner: []string{"x", "y"}[i%2], N: i})
		}
		// The index that finds them is the one the update moves them in.
		n, err := c.UpdateAll(t.Context(), d{e("owner", op("$gte", "x")), e("n", op("$lt", 10))}, op("$set", d{e("owner", "z")}))
		if err != nil || n != 10 {
			t.Errorf("updated %d, %v", n, err)
		}
		if n, err := c.Delete(t.Context(), d{e("owner", "x")}); err != nil || n != 15 {
			t.Errorf("deleted %d, %v", n, err)
		}
		for owner, want := range map[string]int64{"x": 0, "y": 15, "z": 10} {
			if n, err := c.Count(t.Context(), d{e("owner", owner)}, 0); err != nil || n != want {
				t.Errorf("%d of %s, %v", n, owner, err)
			}
		}
		if n, err := c.Delete(t.Context(), nil); err != nil || n != 25 {
			t.Errorf("deleted all %d, %v", n, err)
		}
	})
}

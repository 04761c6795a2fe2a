package bolt

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"go.etcd.io/bbolt"
	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/store/document"
)

type d = bson.D

func is(key string, value any) bson.E { return bson.E{Key: key, Value: value} }

func op(name string, value any) d { return d{is(name, value)} }

func up(fields ...string) []document.Key {
	var keys []document.Key
	for _, f := range fields {
		keys = append(keys, document.Key{Field: f})
	}
	return keys
}

func down(fields ...string) []document.Key {
	keys := up(fields...)
	for i := range keys {
		keys[i].Desc = true
	}
	return keys
}

func open(t testing.TB) *Engine {
	t.Helper()
	e, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close(t.Context()) })
	return e
}

func declare(t testing.TB, e *Engine, indexes ...document.Index) *collection {
	t.Helper()
	if err := e.Ensure(t.Context(), []document.Declaration{{Collection: "c", Indexes: indexes}}); err != nil {
		t.Fatal(err)
	}
	return e.Collection("c").(*collection)
}

func planIndexes() []document.Index {
	return []document.Index{
		{Name: "owner_at", Keys: []document.Key{{Field: "owner"}, {Field: "at", Desc: true}}},
		{Name: "code", Keys: up("code"), Unique: true},
		{Name: "state_at", Keys: up("state", "at"), Partial: d{is("open", true)}},
		{Name: "tags", Keys: up("tags", "at")},
		{Name: "place_marks", Keys: up("place", "marks", "at")},
		{Name: "once", Keys: up("once.id"), Unique: true, Partial: d{is("once.id", op("$exists", true))}},
		{Name: "pair", Keys: up("a", "b"), Unique: true},
	}
}

func TestThePlannerTakesTheIndexThatServes(t *testing.T) {
	now := time.UnixMilli(1000)
	for _, c := range []struct {
		filter d
		sort   []document.Key
		want   string // the index used; "_id" and "all" are the documents themselves
		sorted bool
		exact  bool
	}{
		{nil, nil, "all", true, true},
		{nil, down("_id"), "all", true, true},
		{nil, up("none"), "all", false, true},
		{d{is("none", 1)}, nil, "all", true, false},
		{d{is("_id", "x")}, up("at"), "_id", true, true},
		{d{is("_id", "x"), is("owner", "y")}, nil, "_id", true, false},
		{d{is("_id", op("$in", bson.A{"x", "y"}))}, up("_id"), "_id", true, true},
		{d{is("_id", d{is("$gt", "x"), is("$lte", "y")})}, nil, "_id", true, true},
		{d{is("owner", "x")}, nil, "owner_at", true, true},
		{d{is("owner", "x")}, down("at"), "owner_at", true, true},
		{d{is("owner", "x")}, up("at"), "owner_at", true, true},
		{d{is("owner", "x")}, down("at", "_id"), "owner_at", false, true}, // ids behind the key ascend
		{d{is("owner", "x")}, []document.Key{{Field: "at", Desc: true}, {Field: "_id"}}, "owner_at", true, true},
		{d{is("owner", "x")}, up("owner", "at"), "owner_at", true, true},
		{d{is("owner", "x"), is("at", op("$gte", now))}, down("at"), "owner_at", true, true},
		{d{is("owner", op("$in", bson.A{"x", "y"}))}, up("at"), "owner_at", false, true},
		{d{is("owner", op("$in", bson.A{"x", "y"}))}, []document.Key{{Field: "owner"}, {Field: "at", Desc: true}}, "owner_at", true, true},
		{d{is("owner", op("$gt", "x"))}, up("owner"), "owner_at", true, true},
		{nil, []document.Key{{Field: "owner"}, {Field: "at", Desc: true}}, "owner_at", true, true},
		{d{is("code", "k"), is("owner", "x"), is("at", now)}, up("none"), "code", true, false}, // one at most
		{d{is("code", bson.A{"k"})}, nil, "all", true, false},
		{d{is("a", 1)}, up("b"), "pair", true, true},
		{d{is("a", 1), is("b", op("$gt", 2))}, down("b", "_id"), "pair", true, true},
		{d{is("state", "s")}, nil, "all", true, false}, // not in the partial index for sure
		{d{is("state", "s"), is("open", true)}, up("at"), "state_at", true, true},
		{d{is("state", "s"), is("open", false)}, nil, "all", true, false},
		{d{is("open", true)}, nil, "state_at", true, true}, // the whole of a partial index is what is asked for
		{d{is("once.id", "k")}, nil, "once", true, true},
		{d{is("once.id", nil)}, nil, "all", true, false},
		{d{is("tags", "x"), is("at", op("$lt", now))}, nil, "tags", true, true},
		{d{is("tags", "x")}, up("at"), "tags", true, true}, // one element bound: the keys behind it are in order
		{d{is("tags", "x")}, down("at"), "tags", true, true},
		{d{is("tags", "x")}, up("at", "_id"), "tags", true, true},
		{d{is("tags", op("$in", bson.A{"x"}))}, up("at"), "tags", true, true},
		{d{is("tags", "x"), is("at", op("$lt", now))}, down("at"), "tags", true, true},
		{d{is("tags", "x")}, up("tags"), "tags", false, true}, // by its smallest element, which may be another
		{d{is("tags", "x")}, up("at", "tags"), "tags", false, true},
		{d{is("tags", op("$in", bson.A{"x", "y"}))}, up("at"), "tags", false, true},
		{d{is("tags", op("$gte", "x"))}, up("tags"), "tags", false, true},
		{d{is("tags", op("$gte", "x"))}, up("at"), "tags", false, true},
		{d{is("place", "p")}, up("marks"), "place_marks", false, true}, // arrays behind what is bound
		{d{is("place", "p")}, up("at"), "place_marks", false, true},
		{d{is("place", "p"), is("marks", "m")}, up("at"), "place_marks", true, true},
		{d{is("tags", d{is("$gt", "a"), is("$lt", "c")})}, nil, "tags", true, false},
		{d{is("tags", nil)}, nil, "tags", true, false},
	} {
		name := fmt.Sprint(c.filter, c.sort)
		got, p := planned(t, c.filter, c.sort)
		if got != c.want {
			t.Errorf("%s: by %s, want %s", name, got, c.want)
			continue
		}
		if p.sorted != c.sorted || p.exact != c.exact {
			t.Errorf("%s: sorted %v exact %v", name, p.sorted, p.exact)
		}
	}
}

func planned(t *testing.T, filter d, sort []document.Key) (string, *plan) {
	t.Helper()
	var indexes []*index
	for _, spec := range planIndexes() {
		x, err := newIndex("c", spec)
		if err != nil {
			t.Fatal(err)
		}
		x.multikey.Store(map[string]uint64{"tags": 1, "place_marks": 2}[spec.Name])
		indexes = append(indexes, x)
	}
	f, err := parseFilter(filter)
	if err != nil {
		t.Fatal(err)
	}
	p := planFor(indexes, f, sort)
	switch {
	case p.index != nil:
		return p.index.spec.Name, p
	case p.score >= worthRange:
		return "_id", p
	default:
		return "all", p
	}
}

// met counts the keys a walk touches: what an index saves.
func met(t *testing.T, c *collection, filter d) int {
	t.Helper()
	f, err := parseFilter(filter)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	w := c.walker(f)
	err = c.engine.db.View(func(tx *bbolt.Tx) error {
		w.start(nil)
		bucket := tx.Bucket(c.bucket)
		if w.plan.index != nil {
			bucket = tx.Bucket(w.plan.index.bucket)
		}
		_, err := w.spans(bucket.Cursor(), func(_, _ []byte) (bool, error) { n++; return true, nil })
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// A document has one entry under one element of its array, so that nothing need be remembered; elsewhere it may be met twice.
func TestOnlyArraysBehindTheBoundValuesMeetADocumentTwice(t *testing.T) {
	for _, c := range []struct {
		filter d
		again  bool
	}{
		{d{is("tags", "x")}, false},
		{d{is("tags", "x"), is("at", op("$gt", time.UnixMilli(1)))}, false},
		{d{is("tags", op("$in", bson.A{"x", "y"}))}, true},
		{d{is("tags", op("$gte", "x"))}, true},
		{d{is("place", "p")}, true},
		{d{is("place", "p"), is("marks", "m")}, false},
		{d{is("owner", "x")}, false},
	} {
		if _, p := planned(t, c.filter, nil); p.again != c.again {
			t.Errorf("%v: again %v", c.filter, p.again)
		}
	}
}

func TestAnIndexIsWalkedOnlyWhereTheAnswerLies(t *testing.T) {
	e := open(t)
	c := declare(t, e, planIndexes()...)
	for i := range 1000 {
		doc := d{is("_id", fmt.Sprintf("%04d", i)), is("owner", fmt.Sprint(i%10)), is("at", time.UnixMilli(int64(i))), is("code", i),
			is("a", i), is("b", -i)}
		if err := c.Insert(t.Context(), doc); err != nil {
			t.Fatal(err)
		}
	}
	for _, q := range []struct {
		filter d
		want   int
	}{
		{d{is("code", 7)}, 1},
		{d{is("code", op("$gte", 990))}, 10},
		{d{is("owner", "3"), is("at", op("$lt", time.UnixMilli(103)))}, 10},
		{d{is("owner", "3"), is("at", d{is("$gte", time.UnixMilli(103)), is("$lte", time.UnixMilli(203))})}, 11},
		{d{is("_id", op("$gte", "0990"))}, 10},
		{d{is("_id", op("$in", bson.A{"0001", "0003", "zzz"}))}, 2},
		{d{is("code", d{is("$gt", 5), is("$lt", 4)})}, 0},
		{d{is("none", 1)}, 1000},
	} {
		if got := met(t, c, q.filter); got != q.want {
			t.Errorf("%v: met %d keys, want %d", q.filter, got, q.want)
		}
	}
}

// A walk that is cut into several read transactions goes on where it stopped, in both directions.
func TestALongWalkIsCutAndGoesOn(t *testing.T) {
	e := open(t)
	c := declare(t, e, document.Index{Name: "n", Keys: up("n")}, document.Index{Name: "tags", Keys: up("tags")})
	const many = 3*chunkDocs + 7
	docs := make([]any, many)
	for i := range docs {
		docs[i] = d{is("_id", fmt.Sprintf("%05d", i)), is("n", i/3), is("tags", bson.A{i, i + 1, -i})}
	}
	if err := c.Insert(t.Context(), docs...); err != nil {
		t.Fatal(err)
	}
	for name, q := range map[string]document.Query{
		"by id": {}, "by id backwards": {Sort: down("_id")},
		"by index": {Filter: d{is("n", op("$gte", 0))}, Sort: up("n", "_id")}, "by index backwards": {Sort: down("n", "_id")},
		"by arrays": {Filter: d{is("tags", op("$gte", -many))}},
	} {
		var seen []string
		err := c.Find(t.Context(), q, func(raw bson.Raw) error {
			seen = append(seen, raw.Lookup("_id").StringValue())
			return nil
		})
		ordered := slices.Clone(seen)
		slices.Sort(ordered)
		if unique := len(slices.Compact(slices.Clone(ordered))); err != nil || len(seen) != many || unique != many {
			t.Errorf("%s: %d met, %d different, %v", name, len(seen), unique, err)
		}
		if len(q.Sort) > 0 && q.Sort[0].Desc {
			slices.Reverse(ordered)
		}
		if len(q.Sort) > 0 && !slices.Equal(seen, ordered) {
			t.Errorf("%s: out of order", name)
		}
	}
	q := document.Query{Sort: up("n"), Limit: chunkDocs + 1}
	n := 0
	if err := c.Find(t.Context(), q, func(bson.Raw) error { n++; return nil }); err != nil || n != q.Limit {
		t.Errorf("limit %d gave %d, %v", q.Limit, n, err)
	}
}

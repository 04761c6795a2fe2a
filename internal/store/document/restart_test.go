package document_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
)

// shapes is one index of every kind that can be declared. A new kind of index gets its row here.
func shapes() []document.Index {
	onHold := d{e("slot.held", true)}
	return []document.Index{
		{Name: "plain", Keys: asc("owner")},
		{Name: "unique", Keys: asc("owner"), Unique: true},
		{Name: "partial", Keys: asc("owner"), Partial: onHold},
		{Name: "sparse", Keys: asc("slot.cells"), Partial: d{e("slot.cells", op("$exists", true))}},
		{Name: "partial unique", Keys: asc("owner"), Unique: true, Partial: onHold},
		{Name: "compound", Keys: []document.Key{{Field: "owner"}, {Field: "n", Desc: true}}},
		{Name: "compound unique", Keys: asc("owner", "n"), Unique: true},
		{Name: "multikey", Keys: asc("tags")},
		{Name: "multikey descending", Keys: desc("tags")},
		{Name: "compound multikey", Keys: asc("owner", "tags")},
		{Name: "multikey first", Keys: asc("tags", "owner", "n")},
		{Name: "multikey first, descending", Keys: append(asc("tags"), desc("owner")...)},
		{Name: "multikey between", Keys: asc("owner", "tags", "n")},
		{Name: "partial unique multikey", Keys: asc("slot.cells"), Unique: true, Partial: onHold},
		{Name: "ttl", Keys: asc("at"), Expire: time.Hour},
	}
}

// shapeQueries ask for every field that a shape indexes, by every operator.
func shapeQueries(engine document.Engine) []document.Query {
	queries := []document.Query{}
	for _, f := range []d{
		nil,
		{e("owner", "x")}, {e("owner", op("$gte", "w"))}, {e("owner", op("$in", bson.A{"x", "z"}))}, {e("owner", op("$exists", true))},
		{e("owner", "x"), e("slot.held", true)}, {e("owner", op("$gt", "")), e("slot.held", true)},
		{e("owner", "y"), e("n", op("$lte", 7))}, {e("owner", "x"), e("tags", op("$gte", "a"))},
		{e("tags", "b")}, {e("tags", op("$gte", "a"))}, {e("tags", op("$in", bson.A{"a", "b", "c"}))}, {e("tags", nil)},
		{e("slot.cells", "m")}, {e("slot.cells", op("$gte", "a")), e("slot.held", true)}, {e("slot.cells", op("$exists", true))},
		{e("at", op("$gt", time.UnixMilli(0)))},
	} {
		queries = append(queries, document.Query{Filter: f, Sort: asc("_id")})
	}
	if !strings.HasPrefix(engine.Describe(), "SecantusDB") { // it intersects the bounds of a multikey index
		for _, field := range []string{"tags", "slot.cells"} {
			f := d{e(field, d{e("$gt", "b"), e("$lt", "c")})} // two elements may meet it
			queries = append(queries, document.Query{Filter: f, Sort: asc("_id")})
		}
	}
	for _, f := range []d{{e("tags", "b")}, {e("tags", "b"), e("owner", op("$gte", "q"))}, {e("tags", op("$in", bson.A{"a", "b"}))}} {
		for _, by := range [][]document.Key{asc("owner"), desc("owner"), asc("owner", "n"), desc("n"), asc("tags"), asc("n", "tags")} {
			queries = append(queries, document.Query{Filter: f, Sort: append(by, asc("_id")...)})
		}
	}
	queries = append(queries, document.Query{Filter: d{e("owner", "p"), e("tags", "b")}, Sort: append(desc("n"), asc("_id")...)})
	for _, field := range []string{"owner", "tags", "slot.cells", "at"} {
		queries = append(queries, document.Query{Sort: append(desc(field), asc("_id")...)}, document.Query{Sort: append(asc(field), asc("_id")...)})
	}
	return queries
}

// firstDocuments hold no array; laterWrites bring the first ones and move every key.
func firstDocuments() []any {
	return []any{
		item{ID: "1", Owner: "w", N: 1, At: time.Now()}, item{ID: "2", Owner: "x", N: 2, At: time.Now().Add(time.Minute), Slot: &slot{Claimed: true}},
		item{ID: "3", Owner: "y", N: 3},
	}
}

func laterWrites(ctx context.Context, c document.Collection) error {
	many := item{ID: "4", Owner: "z", N: 4, Tags: []string{"a", "d"}, At: time.Now(), Slot: &slot{Cells: []string{"a", "m", "o"}, Claimed: true}}
	if err := c.Insert(ctx, many, item{ID: "5", Owner: "q", Tags: []string{"b", "a", "b"}, Slot: &slot{Cells: []string{"m"}}}); err != nil {
		return err
	}
	if err := c.Replace(ctx, "1", 0, item{ID: "1", Rev: 1, Owner: "p", N: 9, Tags: []string{"a", "b", "c"}}); err != nil {
		return err
	}
	change := d{e("$set", d{e("owner", "r"), e("slot.cells", bson.A{"b", "n"})}), e("$unset", d{e("at", "")})}
	if _, err := c.Update(ctx, d{e("_id", "2")}, change); err != nil {
		return err
	}
	_, err := c.Delete(ctx, d{e("_id", "3")})
	return err
}

// answers is what an engine says to every query, found and counted.
func answers(t *testing.T, engine document.Engine, c document.Collection) []string {
	t.Helper()
	said := []string{}
	for _, q := range shapeQueries(engine) {
		found := ids(t, c, q)
		n, err := c.Count(t.Context(), q.Filter, 0)
		if err != nil || int(n) != len(found) {
			t.Errorf("%v: found %v, counted %d, %v", q.Filter, found, n, err)
		}
		said = append(said, strings.Join(found, " "))
	}
	return said
}

// Every kind of index says the same as no index: after a rollback, after the same writes for good, and after a restart.
func TestEveryShapeOfIndexOutlivesARollbackAndARestart(t *testing.T) {
	for _, shape := range shapes() {
		t.Run(shape.Name, func(t *testing.T) {
			testkit.Restarting(t, func(t *testing.T, open func() document.Engine) {
				engine := open()
				declared := []document.Declaration{{Collection: "items", Indexes: []document.Index{shape}}, {Collection: "bare"}}
				if err := engine.Ensure(t.Context(), declared); err != nil {
					t.Fatal(err)
				}
				insert(t, engine.Collection("items"), firstDocuments()...)
				insert(t, engine.Collection("bare"), firstDocuments()...)
				agree := func(when string) {
					t.Helper()
					got, want := answers(t, engine, engine.Collection("items")), answers(t, engine, engine.Collection("bare"))
					for i, q := range shapeQueries(engine) {
						if got[i] != want[i] {
							t.Errorf("%s: %v by %v: %q, without the index %q", when, q.Filter, q.Sort, got[i], want[i])
						}
					}
				}
				before := answers(t, engine, engine.Collection("items"))
				rollBack(t, engine, laterWrites)
				if after := answers(t, engine, engine.Collection("items")); !slices.Equal(after, before) {
					t.Errorf("rolled back: %v, before %v", after, before)
				}
				for _, name := range []string{"items", "bare"} {
					if err := laterWrites(t.Context(), engine.Collection(name)); err != nil {
						t.Fatal(err)
					}
				}
				agree("written for good")
				engine = open()
				agree("restarted")
				refusesTwins(t, engine.Collection("items"), shape)
			})
		})
	}
}

func rollBack(t *testing.T, engine document.Engine, writes func(context.Context, document.Collection) error) {
	t.Helper()
	stop := errors.New("changed my mind")
	err := engine.InTx(t.Context(), func(ctx context.Context) error {
		if err := writes(ctx, engine.Collection("items")); err != nil {
			return err
		}
		return stop
	})
	if !errors.Is(err, stop) {
		t.Fatalf("rolled back with %v", err)
	}
}

// refusesTwins inserts what a unique shape must refuse and any other must take.
func refusesTwins(t *testing.T, c document.Collection, shape document.Index) {
	t.Helper()
	err := c.Insert(t.Context(), item{ID: "twin", Owner: "z", N: 4, Slot: &slot{Cells: []string{"m"}, Claimed: true}})
	switch got := duplicateOf(err); {
	case shape.Unique && got != "items."+shape.Name:
		t.Errorf("a twin after the restart: %s", got)
	case !shape.Unique && err != nil:
		t.Errorf("an index that is not unique refused: %v", err)
	}
}

package document_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
)

// The contract: what package document promises, the same functions on every engine.

type d = bson.D

func e(key string, value any) bson.E { return bson.E{Key: key, Value: value} }

func op(name string, value any) d { return d{e(name, value)} }

// item is the document the contract is spoken about.
type item struct {
	ID    string    `bson:"_id"`
	Rev   int64     `bson:"rev"`
	Owner string    `bson:"owner,omitempty"`
	N     any       `bson:"n,omitempty"`
	Tags  []string  `bson:"tags,omitempty"`
	At    time.Time `bson:"at,omitempty"`
	Slot  *slot     `bson:"slot,omitempty"`
}

type slot struct {
	Cells   []string `bson:"cells"`
	Claimed bool     `bson:"held"`
}

func asc(fields ...string) []document.Key { return keys(false, fields) }

func desc(fields ...string) []document.Key { return keys(true, fields) }

func keys(down bool, fields []string) []document.Key {
	of := []document.Key{}
	for _, f := range fields {
		of = append(of, document.Key{Field: f, Desc: down})
	}
	return of
}

func ensure(t *testing.T, engine document.Engine, indexes ...document.Index) document.Collection {
	t.Helper()
	if err := engine.Ensure(t.Context(), []document.Declaration{{Collection: "items", Indexes: indexes}}); err != nil {
		t.Fatal(err)
	}
	return engine.Collection("items")
}

func insert(t *testing.T, c document.Collection, docs ...any) {
	t.Helper()
	if err := c.Insert(t.Context(), docs...); err != nil {
		t.Fatal(err)
	}
}

func ids(t *testing.T, c document.Collection, q document.Query) []string {
	t.Helper()
	found := []string{}
	err := c.Find(t.Context(), q, func(raw bson.Raw) error {
		found = append(found, raw.Lookup("_id").StringValue())
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func load(t *testing.T, c document.Collection, id string) (found item) {
	t.Helper()
	n := 0
	err := c.Find(t.Context(), document.Query{Filter: d{e("_id", id)}, Limit: 1}, func(raw bson.Raw) error {
		n++
		return bson.Unmarshal(slices.Clone(raw), &found)
	})
	if err != nil || n != 1 {
		t.Fatalf("load %s: %d found, %v", id, n, err)
	}
	return found
}

func duplicateOf(err error) string {
	var duplicate *document.DuplicateError
	if !errors.As(err, &duplicate) || !errors.Is(err, document.ErrDuplicate) {
		return fmt.Sprintf("no duplicate: %v", err)
	}
	return duplicate.Collection + "." + duplicate.Index
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func TestInsertKeepsOneDocumentAnID(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, engine document.Engine) {
		c := ensure(t, engine)
		insert(t, c, item{ID: "a", Owner: "first"})
		if got := duplicateOf(c.Insert(t.Context(), item{ID: "a", Owner: "second"})); got != "items._id_" {
			t.Errorf("second insert: %s", got)
		}
		if got := load(t, c, "a").Owner; got != "first" {
			t.Errorf("a belongs to %s", got)
		}
		for _, bad := range []any{d{e("x", 1)}, d{e("_id", "")}, d{e("_id", 7)}, d{e("_id", strings.Repeat("x", 1025))}} {
			if err := c.Insert(t.Context(), bad); !errors.Is(err, document.ErrID) {
				t.Errorf("insert of %.40v: %v", bad, err)
			}
		}
		err := c.Insert(t.Context(), d{e("_id", "r"), e("in", d{e("x", bson.Regex{Pattern: "."})})})
		if !errors.Is(err, document.ErrType) {
			t.Errorf("insert of a regular expression: %v", err)
		}
		if err := c.Insert(t.Context(), d{e("_id", "big"), e("x", make([]byte, document.MaxSize))}); !errors.Is(err, document.ErrSize) {
			t.Errorf("insert of 16 MiB: %v", err)
		}
		same(t, "left", ids(t, c, document.Query{}), []string{"a"})
	})
}

func TestInsertOfManyKeepsWhatStandsBeforeTheRefusedOne(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, engine document.Engine) {
		c := ensure(t, engine)
		err := c.Insert(t.Context(), item{ID: "a"}, item{ID: "b"}, item{ID: "a"}, item{ID: "c"})
		if got := duplicateOf(err); got != "items._id_" {
			t.Error(got)
		}
		same(t, "kept", ids(t, c, document.Query{Sort: asc("_id")}), []string{"a", "b"})
		if err := c.Insert(t.Context()); err != nil {
			t.Errorf("insert of nothing: %v", err)
		}
	})
}

func TestReplaceIsACompareAndSwap(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, engine document.Engine) {
		c := ensure(t, engine)
		insert(t, c, item{ID: "a", Rev: 3})
		for _, rev := range []int64{2, 4} {
			if err := c.Replace(t.Context(), "a", rev, item{ID: "a", Rev: 9}); !errors.Is(err, document.ErrStale) {
				t.Errorf("replace at %d: %v", rev, err)
			}
		}
		if err := c.Replace(t.Context(), "a", 3, item{ID: "a", Rev: 4, Owner: "new"}); err != nil {
			t.Fatal(err)
		}
		if got := load(t, c, "a"); got.Rev != 4 || got.Owner != "new" {
			t.Errorf("stored %+v", got)
		}
		if err := c.Replace(t.Context(), "b", 0, item{ID: "b"}); !errors.Is(err, document.ErrStale) {
			t.Errorf("replace of nothing: %v", err)
		}
		if err := c.Replace(t.Context(), "a", 4, item{ID: "b"}); !errors.Is(err, document.ErrID) {
			t.Errorf("replace by another id: %v", err)
		}
	})
}

func TestTimesAreCutToMilliseconds(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, engine document.Engine) {
		c := ensure(t, engine)
		at := time.Date(2026, 11, 23, 10, 0, 0, 123_999_999, time.FixedZone("CST", 8*3600))
		insert(t, c, item{ID: "a", At: at})
		if got := load(t, c, "a").At; !got.Equal(at.Truncate(time.Millisecond)) || got.Location() != time.UTC {
			t.Errorf("%s came back as %s", at, got)
		}
	})
}

func TestFindStopsWithItsCallbackAndItsContext(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, engine document.Engine) {
		c := ensure(t, engine)
		insert(t, c, item{ID: "a"}, item{ID: "b"})
		stop, n := errors.New("enough"), 0
		err := c.Find(t.Context(), document.Query{}, func(bson.Raw) error { n++; return stop })
		if !errors.Is(err, stop) || n != 1 {
			t.Errorf("called %d times, %v", n, err)
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if err := c.Find(ended, document.Query{}, func(bson.Raw) error { return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("find after the end: %v", err)
		}
		if err := c.Insert(ended, item{ID: "c"}); !errors.Is(err, context.Canceled) {
			t.Errorf("insert after the end: %v", err)
		}
	})
}

func TestACallbackMayUseTheEngine(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, engine document.Engine) {
		c := ensure(t, engine)
		insert(t, c, item{ID: "a"}, item{ID: "b"}, item{ID: "c"})
		err := c.Find(t.Context(), document.Query{Sort: asc("_id")}, func(raw bson.Raw) error {
			id := raw.Lookup("_id").StringValue()
			_, err := c.Update(t.Context(), d{e("_id", id)}, op("$set", d{e("owner", id)}))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if n, err := c.Count(t.Context(), d{e("owner", op("$exists", true))}, 0); n != 3 || err != nil {
			t.Errorf("%d changed, %v", n, err)
		}
	})
}

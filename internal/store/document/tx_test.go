package document_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
)

func TestATransactionKeepsAllOrNothing(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, engine document.Engine) {
		c, other := ensure(t, engine, uniqueOwner()), engine.Collection("others")
		insert(t, c, item{ID: "a", Owner: "x", Rev: 1})
		stop := errors.New("changed my mind")
		work := func(ctx context.Context) error {
			if err := c.Insert(ctx, item{ID: "b", Owner: "y"}); err != nil {
				return err
			}
			if err := c.Replace(ctx, "a", 1, item{ID: "a", Rev: 2, Owner: "z"}); err != nil {
				return err
			}
			return other.Insert(ctx, d{e("_id", "line")})
		}
		err := engine.InTx(t.Context(), func(ctx context.Context) error {
			if err := work(ctx); err != nil {
				return err
			}
			return stop
		})
		if !errors.Is(err, stop) {
			t.Fatalf("rolled back with %v", err)
		}
		same(t, "after rollback", ids(t, c, document.Query{}), []string{"a"})
		same(t, "others after rollback", ids(t, other, document.Query{}), []string{})
		if got := load(t, c, "a"); got.Rev != 1 || got.Owner != "x" {
			t.Errorf("after rollback: %+v", got)
		}
		insert(t, c, item{ID: "free again", Owner: "z"})
		if _, err := c.Delete(t.Context(), d{e("owner", "z")}); err != nil {
			t.Fatal(err)
		}
		if err := engine.InTx(t.Context(), work); err != nil {
			t.Fatal(err)
		}
		same(t, "after commit", ids(t, c, document.Query{Sort: asc("_id")}), []string{"a", "b"})
		same(t, "others after commit", ids(t, other, document.Query{}), []string{"line"})
	})
}

func TestATransactionSeesItsOwnWritesAndNobodyElseDoes(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, engine document.Engine) {
		c := ensure(t, engine, document.Index{Name: "owner", Keys: asc("owner")})
		insert(t, c, item{ID: "a", Owner: "x"})
		err := engine.InTx(t.Context(), func(ctx context.Context) error {
			if err := c.Insert(ctx, item{ID: "b", Owner: "x"}); err != nil {
				return err
			}
			if _, err := c.UpdateAll(ctx, d{e("owner", "x")}, op("$set", d{e("owner", "y")})); err != nil {
				return err
			}
			inside, err := c.Count(ctx, d{e("owner", "y")}, 0)
			if err != nil {
				return err
			}
			outside, err := c.Count(t.Context(), d{e("owner", "y")}, 0)
			if inside != 2 || outside != 0 {
				t.Errorf("inside %d, outside %d", inside, outside)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if n, err := c.Count(t.Context(), d{e("owner", "y")}, 0); n != 2 || err != nil {
			t.Errorf("after commit %d, %v", n, err)
		}
	})
}

func TestARefusedWriteSpoilsItsTransaction(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, engine document.Engine) {
		c := ensure(t, engine, uniqueOwner())
		insert(t, c, item{ID: "a", Owner: "x"})
		err := engine.InTx(t.Context(), func(ctx context.Context) error {
			if err := c.Insert(ctx, item{ID: "b", Owner: "y"}); err != nil {
				return err
			}
			_ = c.Insert(ctx, item{ID: "c", Owner: "x"}) // what a careless caller does
			return nil
		})
		if got := duplicateOf(err); got != "items.owner" {
			t.Errorf("the transaction said %s", got)
		}
		same(t, "left", ids(t, c, document.Query{}), []string{"a"})
		// A revision that moved on is no failure of the transaction.
		err = engine.InTx(t.Context(), func(ctx context.Context) error {
			if err := c.Replace(ctx, "a", 7, item{ID: "a"}); !errors.Is(err, document.ErrStale) {
				t.Errorf("stale replace: %v", err)
			}
			return c.Insert(ctx, item{ID: "d", Owner: "z"})
		})
		if err != nil {
			t.Error(err)
		}
		same(t, "left", ids(t, c, document.Query{Sort: asc("_id")}), []string{"a", "d"})
	})
}

func TestTransactionsThatMeetAreRunOneAfterTheOther(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, engine document.Engine) {
		c := ensure(t, engine)
		insert(t, c, item{ID: "a", N: 100}, item{ID: "b", N: 0})
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				err := engine.InTx(t.Context(), func(ctx context.Context) error { return move(ctx, c, 5) })
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if a, b := load(t, c, "a").N, load(t, c, "b").N; a != int32(60) || b != int32(40) {
			t.Errorf("a has %v, b has %v", a, b)
		}
	})
}

// move reads both sides and writes what it computed: a lost update would show.
func move(ctx context.Context, c document.Collection, n int32) error {
	have := map[string]int32{}
	err := c.Find(ctx, document.Query{}, func(raw bson.Raw) error {
		have[raw.Lookup("_id").StringValue()] = raw.Lookup("n").Int32()
		return nil
	})
	if err != nil {
		return err
	}
	for id, value := range map[string]int32{"a": have["a"] - n, "b": have["b"] + n} {
		if _, err := c.Update(ctx, d{e("_id", id)}, op("$set", d{e("n", value)})); err != nil {
			return err
		}
	}
	return nil
}

func TestATransactionInsideATransactionIsPartOfIt(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, engine document.Engine) {
		c := ensure(t, engine)
		stop := errors.New("no")
		err := engine.InTx(t.Context(), func(ctx context.Context) error {
			if err := engine.InTx(ctx, func(ctx context.Context) error { return c.Insert(ctx, item{ID: "a"}) }); err != nil {
				return err
			}
			return stop
		})
		if !errors.Is(err, stop) {
			t.Error(err)
		}
		same(t, "left", ids(t, c, document.Query{}), []string{})
	})
}

func TestAPanicInATransactionKeepsNothingAndHarmsNobody(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, engine document.Engine) {
		c := ensure(t, engine)
		func() {
			defer func() {
				if p := recover(); fmt.Sprint(p) != "oh" {
					t.Errorf("recovered %v", p)
				}
			}()
			_ = engine.InTx(t.Context(), func(ctx context.Context) error {
				if err := c.Insert(ctx, item{ID: "a"}); err != nil {
					t.Error(err)
				}
				panic("oh")
			})
		}()
		insert(t, c, item{ID: "b"})
		same(t, "left", ids(t, c, document.Query{}), []string{"b"})
	})
}

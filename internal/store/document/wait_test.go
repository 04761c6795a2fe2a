package document_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
)

// inTime ends the whole test process when f does not return within the limit: an engine that hangs cannot be closed.
func inTime(t *testing.T, what string, limit time.Duration, f func() error) error {
	t.Helper()
	name := t.Name()
	timer := time.AfterFunc(limit, func() { panic(fmt.Sprintf("%s: %s still waits after %s", name, what, limit)) })
	defer timer.Stop()
	return f()
}

func TestNobodyWaitsForATransactionLongerThanItsDeadline(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, engine document.Engine) {
		c := ensure(t, engine)
		insert(t, c, item{ID: "a", N: 1})
		inside, release, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
		go func() {
			ended <- engine.InTx(t.Context(), func(ctx context.Context) error {
				_, err := c.Update(ctx, d{e("_id", "a")}, op("$set", d{e("n", 2)}))
				select {
				case inside <- struct{}{}:
				default: // an engine may run it again
				}
				<-release
				return err
			})
		}()
		<-inside
		late := op("$set", d{e("owner", "late")})
		for what, call := range map[string]func(ctx context.Context) error{
			"a write": func(ctx context.Context) error { _, err := c.Update(ctx, d{e("_id", "a")}, late); return err },
			"a transaction": func(ctx context.Context) error {
				return engine.InTx(ctx, func(ctx context.Context) error { _, err := c.Update(ctx, d{e("_id", "a")}, late); return err })
			},
		} {
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			err := inTime(t, what, 5*time.Second, func() error { return call(ctx) })
			if cancel(); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s with 50 ms: %v", what, err)
			}
		}
		close(release)
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		insert(t, c, item{ID: "b"})
		// Over a network a write that was given up may still be done once its server can.
		local := strings.HasPrefix(engine.Describe(), "bbolt")
		if got := load(t, c, "a"); got.N != int32(2) || local && got.Owner != "" {
			t.Errorf("stored %+v", got)
		}
	})
}

// The function of a transaction must use the context it is given. One that does not may fail, but nobody waits for ever.
func TestAFunctionWithTheOuterContextStopsNobody(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, engine document.Engine) {
		c := ensure(t, engine)
		insert(t, c, item{ID: "a"})
		outer, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		err := inTime(t, "the transaction", 20*time.Second, func() error {
			return engine.InTx(outer, func(ctx context.Context) error {
				if _, err := c.Update(ctx, d{e("_id", "a")}, op("$set", d{e("n", 1)})); err != nil {
					return err
				}
				_, err := c.Update(outer, d{e("_id", "a")}, op("$set", d{e("n", 2)}))
				return err
			})
		})
		if err == nil {
			t.Error("a write that met its own transaction went through")
		}
		if err := inTime(t, "the next writer", 20*time.Second, func() error { return c.Insert(t.Context(), item{ID: "b"}) }); err != nil {
			t.Error(err)
		}
		// The second write is a separate one, outside the transaction: when its time runs out while it waits at a server,
		// it may still be made there.
		if got := load(t, c, "a").N; got != nil && got != int32(2) {
			t.Errorf("a has %v of a transaction that failed", got)
		}
	})
}

// A callback that moves every document ahead of the walk through the index still meets each of them once.
func TestAWalkMeetsAMovedDocumentOnce(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, engine document.Engine) {
		c := ensure(t, engine, document.Index{Name: "n", Keys: asc("n")})
		const many = 1300
		docs := make([]any, many)
		for i := range docs {
			docs[i] = item{ID: fmt.Sprintf("%05d", i), N: i}
		}
		insert(t, c, docs...)
		met := map[string]int{}
		err := c.Find(t.Context(), document.Query{Filter: d{e("n", op("$gte", 0))}, Sort: asc("n")}, func(raw bson.Raw) error {
			id := raw.Lookup("_id").StringValue()
			met[id]++
			if len(met)%10 > 0 || met[id] > 1 {
				return nil
			}
			_, err := c.Update(t.Context(), d{e("_id", id)}, op("$inc", d{e("n", many)}))
			return err
		})
		twice := 0
		for _, n := range met {
			if n > 1 {
				twice++
			}
		}
		if err != nil || len(met) != many || twice > 0 {
			t.Errorf("%d of %d met, %d of them twice, %v", len(met), many, twice, err)
		}
		if n, err := c.Count(t.Context(), d{e("n", op("$gte", many))}, 0); n != many/10 || err != nil {
			t.Errorf("control: %d moved, %v", n, err)
		}
	})
}

// What no index sorts is sorted in bounded memory: the first few of much, but not all of it.
func TestASortWithoutAnIndexIsBounded(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, engine document.Engine) {
		c := ensure(t, engine)
		body := make([]byte, 1<<20)
		for i := range 34 {
			insert(t, c, d{e("_id", fmt.Sprintf("%02d", i)), e("n", i*7%34), e("body", body)})
		}
		for limit, want := range map[int][]string{1: {"29"}, 3: {"29", "24", "19"}} {
			same(t, fmt.Sprint("the last ", limit), ids(t, c, document.Query{Sort: desc("n"), Limit: limit}), want)
		}
		if n := len(ids(t, c, document.Query{Sort: desc("n"), Limit: 30})); n != 30 {
			t.Errorf("%d of 30", n)
		}
		if engine.Describe() != "bbolt (embedded)" { // MongoDB's own bound is 100 MB
			return
		}
		err := c.Find(t.Context(), document.Query{Sort: desc("n")}, func(bson.Raw) error { return nil })
		if !errors.Is(err, document.ErrSort) {
			t.Errorf("34 MiB without a limit: %v", err)
		}
		if n := len(ids(t, c, document.Query{Sort: desc("_id")})); n != 34 {
			t.Errorf("by _id: %d of 34", n)
		}
	})
}

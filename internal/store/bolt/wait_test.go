package bolt

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/store/document"
)

// Without any deadline the engine's own patience ends the wait of a function that waits for itself.
func TestPatienceEndsAWaitForItself(t *testing.T) {
	e := open(t)
	e.patience = 50 * time.Millisecond
	c := declare(t, e)
	var beside error
	err := e.InTx(t.Context(), func(ctx context.Context) error {
		if err := c.Insert(ctx, d{is("_id", "inside")}); err != nil {
			return err
		}
		beside = e.InTx(context.WithoutCancel(t.Context()), func(context.Context) error { return nil })
		return c.Insert(t.Context(), d{is("_id", "outside")})
	})
	for what, err := range map[string]error{"a write": err, "a transaction": beside} {
		if !errors.Is(err, document.ErrUnavailable) || !strings.Contains(err.Error(), "context it was given") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if n, err := c.Count(t.Context(), nil, 0); n != 0 || err != nil {
		t.Errorf("%d left, %v", n, err)
	}
	if err := c.Insert(t.Context(), d{is("_id", "next")}); err != nil {
		t.Errorf("the next writer: %v", err)
	}
}

// A write whose caller has gone is never made, and the others of its batch are.
func TestAnAbandonedWriteIsNeverMade(t *testing.T) {
	e := open(t)
	c := declare(t, e)
	e.writing <- struct{}{}
	gone, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for i := range 20 {
		ctx := t.Context()
		if i%2 == 0 {
			ctx = gone
		}
		wg.Go(func() {
			err := c.Insert(ctx, d{is("_id", fmt.Sprint(i))})
			if want := ctx.Err(); !errors.Is(err, want) {
				t.Errorf("%d: %v, want %v", i, err, want)
			}
		})
	}
	time.Sleep(50 * time.Millisecond) // some are in the batch that waits, some behind it; in either case the counts below are right
	cancel()
	time.Sleep(20 * time.Millisecond)
	e.unlock()
	wg.Wait()
	if n, err := c.Count(t.Context(), nil, 0); n != 10 || err != nil {
		t.Errorf("%d of 10 written, %v", n, err)
	}
}

func TestCloseGivesUpWithItsContext(t *testing.T) {
	e := open(t)
	e.writing <- struct{}{} // a transaction that does not end
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := e.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	e.unlock()
	if err := e.db.Close(); err != nil {
		t.Error(err)
	}
}

// What wrote nothing costs no sync: no commit is made.
func TestATransactionThatWroteNothingIsNotSynced(t *testing.T) {
	e := open(t)
	c := declare(t, e, document.Index{Name: "n", Keys: up("n")})
	if err := c.Insert(t.Context(), d{is("_id", "a"), is("n", 1)}); err != nil {
		t.Fatal(err)
	}
	before := lastTx(t, e)
	idle := func(ctx context.Context) error {
		if n, err := c.Count(ctx, d{is("n", 2)}, 0); n > 0 || err != nil {
			return fmt.Errorf("%d, %w", n, err)
		}
		_, err := c.UpdateAll(ctx, d{is("n", 2)}, op("$set", d{is("n", 3)}))
		return err
	}
	for what, err := range map[string]error{
		"read": e.InTx(t.Context(), idle),
		"stale": e.InTx(t.Context(), func(ctx context.Context) error {
			if err := c.Replace(ctx, "a", 7, d{is("_id", "a")}); !errors.Is(err, document.ErrStale) {
				return err
			}
			return nil
		}),
		"same": e.InTx(t.Context(), func(ctx context.Context) error {
			_, err := c.Update(ctx, d{is("_id", "a")}, op("$set", d{is("n", 1)}))
			return err
		}),
		"ensure": e.Ensure(t.Context(), []document.Declaration{{Collection: "c", Indexes: []document.Index{{Name: "n", Keys: up("n")}}}}),
	} {
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	if after := lastTx(t, e); after != before {
		t.Errorf("%d commits", after-before)
	}
	if err := e.InTx(t.Context(), func(ctx context.Context) error { return c.Insert(ctx, d{is("_id", "b")}) }); err != nil {
		t.Fatal(err)
	}
	if after := lastTx(t, e); after != before+1 {
		t.Errorf("control: %d commits for one insert", after-before)
	}
}

// A bit that a rollback left in memory must still reach the file with the next document that holds an array.
func TestARolledBackArrayIsNotTakenForStored(t *testing.T) {
	dir := t.TempDir()
	e, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	c := declare(t, e, document.Index{Name: "tags", Keys: up("tags")})
	stop := errors.New("no")
	doc := d{is("_id", "a"), is("tags", bson.A{"x", "y"})}
	err = e.InTx(t.Context(), func(ctx context.Context) error { return errors.Join(c.Insert(ctx, doc), stop) })
	if !errors.Is(err, stop) || c.indexes()[0].durable != 0 {
		t.Fatalf("%v, on disk %b", err, c.indexes()[0].durable)
	}
	if err := errors.Join(c.Insert(t.Context(), doc), e.Close(t.Context())); err != nil {
		t.Fatal(err)
	}
	if e, err = Open(dir); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = e.Close(t.Context()) }()
	c = e.Collection("c").(*collection)
	if x := c.indexes()[0]; x.durable != 1 || x.multikey.Load() != 1 {
		t.Errorf("on disk %b, in memory %b", x.durable, x.multikey.Load())
	}
	if n, err := c.Count(t.Context(), d{is("tags", op("$gte", "x"))}, 0); n != 1 || err != nil {
		t.Errorf("counted %d, %v", n, err)
	}
}

// TestWritersDoNotWaitForALongReader: a file may grow as far as it is mapped while somebody reads, as a backup does. The
// control is a map that is too small.
func TestWritersDoNotWaitForALongReader(t *testing.T) {
	if !writtenWhileRead(t, time.Minute) {
		t.Error("writers waited for a reader")
	}
	whole := mapSize
	defer func() { mapSize = whole }()
	if mapSize = 1 << 20; writtenWhileRead(t, 300*time.Millisecond) {
		t.Error("control: a small map kept nobody waiting")
	}
}

// writtenWhileRead says whether 4 MB were written before a reader ended, who waits for them so long at most.
func writtenWhileRead(t *testing.T, patience time.Duration) (written bool) {
	t.Helper()
	e := open(t)
	c := declare(t, e)
	if err := c.Insert(t.Context(), d{is("_id", "first")}); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	err := e.Snapshot(t.Context(), func(string, bson.Raw) error {
		go func() {
			var err error
			for i := range 4 {
				err = errors.Join(err, c.Insert(t.Context(), d{is("_id", fmt.Sprint(i)), is("text", strings.Repeat("x", 1<<20))}))
			}
			done <- err
		}()
		select {
		case err := <-done:
			written = true
			done <- err
		case <-time.After(patience):
		}
		return nil
	})
	if err = errors.Join(err, <-done); err != nil {
		t.Fatal(err)
	}
	return written
}

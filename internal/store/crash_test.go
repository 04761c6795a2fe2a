package store_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/store"
	"pugongying/internal/store/bolt"
	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
)

var errCrash = errors.New("the server died here")

// crashing is an engine whose server dies before the n-th document operation, or right after it (a commit nobody heard
// of), and does nothing any more until it is revived. With loose it keeps no transactions: the negative control.
type crashing struct {
	document.Engine
	mu    sync.Mutex
	left  int // operations until the end; negative: never
	dead  bool
	loose bool
}

func (e *crashing) arm(operations int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.left, e.dead = operations, false
}

func (e *crashing) revive() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	died := e.dead
	e.left, e.dead = -1, false
	return died
}

func (e *crashing) step() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.dead {
		return errCrash
	}
	if e.left == 0 {
		e.dead = true
		return errCrash
	}
	e.left--
	return nil
}

func (e *crashing) InTx(ctx context.Context, f func(context.Context) error) error {
	if e.loose {
		return f(ctx)
	}
	err := e.Engine.InTx(ctx, func(ctx context.Context) error {
		if err := f(ctx); err != nil {
			return err
		}
		return e.step()
	})
	if err != nil {
		return err
	}
	return e.step()
}

func (e *crashing) Collection(name string) document.Collection {
	return &crashingCollection{Collection: e.Engine.Collection(name), engine: e}
}

type crashingCollection struct {
	document.Collection
	engine *crashing
}

// around dies before the operation, or after it when the operation changed something.
func around[T any](c *crashingCollection, do func() (T, error)) (T, error) {
	var none T
	if err := c.engine.step(); err != nil {
		return none, err
	}
	v, err := do()
	if err != nil {
		return none, err
	}
	if err := c.engine.step(); err != nil {
		return none, err
	}
	return v, nil
}

func (c *crashingCollection) Insert(ctx context.Context, docs ...any) error {
	_, err := around(c, func() (struct{}, error) { return struct{}{}, c.Collection.Insert(ctx, docs...) })
	return err
}

func (c *crashingCollection) Find(ctx context.Context, q document.Query, each func(bson.Raw) error) error {
	if err := c.engine.step(); err != nil {
		return err
	}
	return c.Collection.Find(ctx, q, each)
}

func (c *crashingCollection) Replace(ctx context.Context, id string, rev int64, doc any) error {
	_, err := around(c, func() (struct{}, error) { return struct{}{}, c.Collection.Replace(ctx, id, rev, doc) })
	return err
}

func (c *crashingCollection) Update(ctx context.Context, filter, update bson.D) (bool, error) {
	return around(c, func() (bool, error) { return c.Collection.Update(ctx, filter, update) })
}

func (c *crashingCollection) UpdateAll(ctx context.Context, filter, update bson.D) (int64, error) {
	return around(c, func() (int64, error) { return c.Collection.UpdateAll(ctx, filter, update) })
}

func (c *crashingCollection) Delete(ctx context.Context, filter bson.D) (int64, error) {
	return around(c, func() (int64, error) { return c.Collection.Delete(ctx, filter) })
}

// embedded is a fresh embedded engine that can be made to crash.
func embedded(t testing.TB) *crashing {
	t.Helper()
	engine, err := bolt.Open(t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = engine.Close(context.Background()) })
	if err := engine.Ensure(context.Background(), store.Declarations()); err != nil {
		t.Fatal(err)
	}
	return &crashing{Engine: engine, left: -1}
}

// engines runs a test on every document engine.
func engines(t *testing.T, test func(t *testing.T, engine document.Engine)) {
	t.Run("embedded", func(t *testing.T) { test(t, embedded(t)) })
	t.Run("mongo", func(t *testing.T) {
		engine := testkit.Mongo(t)
		if err := engine.Ensure(context.Background(), store.Declarations()); err != nil {
			t.Fatal(err)
		}
		test(t, engine)
	})
}

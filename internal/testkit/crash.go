package testkit

import (
	"context"
	"errors"
	"sync"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/store/document"
)

// ErrCrash is the error of an engine that has crashed.
var ErrCrash = errors.New("testkit: the server died here")

// Crashing is an engine whose server crashes before a document operation, or right after it (a commit that nobody was
// informed of), and does nothing until it is revived. Loose, it has no transactions: the negative control of a crash test.
type Crashing struct {
	document.Engine
	Loose bool
	mu    sync.Mutex
	left  int // steps until the crash; negative: never
	dead  bool
}

// NewCrashing wraps an engine; it does not crash before it is armed.
func NewCrashing(e document.Engine) *Crashing { return &Crashing{Engine: e, left: -1} }

// Arm makes the server crash after so many steps; an operation that writes has two, one that reads one.
func (e *Crashing) Arm(steps int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.left, e.dead = steps, false
}

// Dead reports whether the server has crashed and was not restarted yet.
func (e *Crashing) Dead() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.dead
}

// Revive restarts the server and reports whether it had crashed.
func (e *Crashing) Revive() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	died := e.dead
	e.left, e.dead = -1, false
	return died
}

func (e *Crashing) step() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.dead {
		return ErrCrash
	}
	if e.left == 0 {
		e.dead = true
		return ErrCrash
	}
	e.left--
	return nil
}

// InTx crashes before the commit or after it.
func (e *Crashing) InTx(ctx context.Context, f func(context.Context) error) error {
	if e.Loose {
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

// Collection is a collection of the engine, as long as that lives.
func (e *Crashing) Collection(name string) document.Collection {
	return &crashingCollection{Collection: e.Engine.Collection(name), engine: e}
}

type crashingCollection struct {
	document.Collection
	engine *Crashing
}

// around crashes before the operation, or after it when the operation changed something.
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

// Insert adds documents, or dies.
func (c *crashingCollection) Insert(ctx context.Context, docs ...any) error {
	_, err := around(c, func() (struct{}, error) { return struct{}{}, c.Collection.Insert(ctx, docs...) })
	return err
}

// Find reads, or finds the server dead.
func (c *crashingCollection) Find(ctx context.Context, q document.Query, each func(bson.Raw) error) error {
	if err := c.engine.step(); err != nil {
		return err
	}
	return c.Collection.Find(ctx, q, each)
}

// Replace puts a document back, or dies.
func (c *crashingCollection) Replace(ctx context.Context, id string, rev int64, doc any) error {
	_, err := around(c, func() (struct{}, error) { return struct{}{}, c.Collection.Replace(ctx, id, rev, doc) })
	return err
}

// Update changes a document, or dies.
func (c *crashingCollection) Update(ctx context.Context, filter, update bson.D) (bool, error) {
	return around(c, func() (bool, error) { return c.Collection.Update(ctx, filter, update) })
}

// UpdateAll changes documents, or dies.
func (c *crashingCollection) UpdateAll(ctx context.Context, filter, update bson.D) (int64, error) {
	return around(c, func() (int64, error) { return c.Collection.UpdateAll(ctx, filter, update) })
}

// Delete removes documents, or dies.
func (c *crashingCollection) Delete(ctx context.Context, filter bson.D) (int64, error) {
	return around(c, func() (int64, error) { return c.Collection.Delete(ctx, filter) })
}

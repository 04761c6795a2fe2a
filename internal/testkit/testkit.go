// Package testkit gives tests the engines, the clock and the ids that production code is handed. Only _test files import
// it. What a machine cannot run says NOT RUN with its reason and is skipped, unless PGY_REQUIRE names it: then it fails.
package testkit

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"sync"
	"testing"
	"time"

	"pugongying/internal/store/bolt"
	"pugongying/internal/store/document"
)

// Start is the instant a new Clock shows: a working Monday morning in Asia/Shanghai.
var Start = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)

// Clock is a clock that only moves when it is set or advanced.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock shows Start.
func NewClock() *Clock { return &Clock{now: Start} }

// Now is what production code is given as its clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Set moves the clock to an instant.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

// Advance moves the clock on.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// IDs makes ids in the form production has (26 characters of base32), the same ones at every run and in no order.
func IDs() func() string {
	var mu sync.Mutex
	n := 0
	return func() string {
		mu.Lock()
		defer mu.Unlock()
		n++
		sum := sha256.Sum256(fmt.Appendf(nil, "testkit id %d", n))
		return base32.StdEncoding.EncodeToString(sum[:])[:26]
	}
}

// Embedded is the embedded engine on a folder of its own, closed at the end of the test.
func Embedded(t testing.TB) document.Engine {
	t.Helper()
	e, err := bolt.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return e
}

// Engines runs f on the embedded engine and, in a database of its own, over MongoDB's wire protocol.
func Engines(t *testing.T, f func(t *testing.T, e document.Engine)) {
	t.Helper()
	t.Run("embedded", func(t *testing.T) { f(t, Embedded(t)) })
	t.Run("mongo", func(t *testing.T) { f(t, Mongo(t)) })
}

// Restarting is Engines for tests with a restart: the first call of open gives an engine on nothing, every further one
// closes it and opens it again on the same documents.
func Restarting(t *testing.T, f func(t *testing.T, open func() document.Engine)) {
	t.Helper()
	t.Run("embedded", func(t *testing.T) {
		dir := t.TempDir()
		var e *bolt.Engine
		closeIt := func(ctx context.Context) {
			if e == nil {
				return
			}
			if err := e.Close(ctx); err != nil {
				t.Error(err)
			}
		}
		t.Cleanup(func() { closeIt(context.Background()) })
		f(t, func() document.Engine {
			closeIt(t.Context())
			var err error
			if e, err = bolt.Open(dir); err != nil {
				t.Fatal(err)
			}
			return e
		})
	})
	t.Run("mongo", func(t *testing.T) {
		open := reopenMongo(t)
		f(t, func() document.Engine { return open() })
	})
}

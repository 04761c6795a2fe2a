package cache

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
)

// pause is how long a Redis that failed is left alone, so that a dead one costs a request its timeout once a second and
// not at every call.
const pause = time.Second

// health remembers whether Redis answered last time.
type health struct {
	now      func() time.Time
	log      *slog.Logger
	failures atomic.Uint64

	mu    sync.Mutex
	down  bool
	retry time.Time
}

func newHealth(now func() time.Time, log *slog.Logger) *health {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &health{now: now, log: log}
}

// ask says whether Redis is worth asking now. While it is down one caller a second is let through to try.
func (h *health) ask() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.down {
		return true
	}
	now := h.now()
	if now.Before(h.retry) {
		return false
	}
	h.retry = now.Add(pause)
	return true
}

// saw records how a call ended and says whether Redis answered it. A caller who gave up says nothing about Redis.
func (h *health) saw(ctx context.Context, err error) bool {
	answered := err == nil || errors.Is(err, redis.Nil)
	if !answered && ctx.Err() != nil {
		return false
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if answered == !h.down {
		return answered
	}
	h.down = !answered
	if answered {
		h.log.Info("redis is back")
		return true
	}
	h.retry = h.now().Add(pause)
	h.failures.Add(1)
	h.log.Warn("redis does not answer; limits and tokens are kept in this process until it does", "error", err)
	return false
}

// Silence stops the driver from writing lines of its own to standard error; health says the same once and structured.
// The driver has one logger a process, so the wiring (or a TestMain) calls this once, before it opens anything.
func Silence() { redis.SetLogger(&logging.VoidLogger{}) }

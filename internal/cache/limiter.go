package cache

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

//go:embed gcra.lua
var gcra string

// gcraHash is how Redis calls the script once it has seen it.
var gcraHash = redis.NewScript(gcra).Hash()

// ErrRate refuses a rate that allows nothing or is finer than a microsecond.
var ErrRate = errors.New("cache: a rate needs a microsecond or more and a burst of one or more")

// Rate allows Burst acts at once and from then on one every Per: Rate{Per: 12 * time.Second, Burst: 5} is five a minute.
type Rate struct {
	Per   time.Duration
	Burst int
}

// Limiter counts acts by key, exactly, over every server that shares the Redis, one EVALSHA a check; without Redis by the
// same rule in this process, so that sign-in stays limited.
type Limiter struct {
	cache  *Cache
	local  *localLimits
	missed atomic.Uint64
}

// Limiter makes a limiter; one a process is enough.
func (c *Cache) Limiter() *Limiter {
	return &Limiter{cache: c, local: newLocalLimits(localKeys)}
}

// Allow counts one act of key when the rate has room; if not, it says how long to wait. Keys may hold anything (they are
// hashed); a refused act costs nothing. Only ErrRate and a caller's ended context are errors.
func (l *Limiter) Allow(ctx context.Context, key string, rate Rate) (ok bool, retryAfter time.Duration, err error) {
	if rate.Per < time.Microsecond || rate.Burst < 1 {
		return false, 0, ErrRate
	}
	if err := ctx.Err(); err != nil {
		return false, 0, fmt.Errorf("cache: limit: %w", err)
	}
	name := l.cache.key("limit", key)
	if l.cache.alone {
		ok, retryAfter = l.local.allow(name, rate, l.cache.now())
		return ok, retryAfter, nil
	}
	if l.cache.health.ask() {
		wait, err := l.run(ctx, name, rate).Int64()
		if l.cache.health.saw(ctx, err) {
			return wait == 0, time.Duration(wait) * time.Microsecond, nil
		}
		if ctx.Err() != nil {
			return false, 0, fmt.Errorf("cache: limit: %w", ctx.Err())
		}
	}
	l.missed.Add(1)
	ok, retryAfter = l.local.allow(name, rate, l.cache.now())
	return ok, retryAfter, nil
}

// run asks Redis by the script's hash, and with its text where Redis does not have it yet.
func (l *Limiter) run(ctx context.Context, name string, rate Rate) *redis.Cmd {
	args := []any{"evalsha", gcraHash, 1, name, rate.Per.Microseconds(), rate.Burst, l.clock()}
	cmd := l.cache.client.do(ctx, args...)
	if !redis.HasErrorPrefix(cmd.Err(), "NOSCRIPT") {
		return cmd
	}
	args[0], args[1] = "eval", gcra
	return l.cache.client.do(ctx, args...)
}

// Missed counts the checks that a Redis should have answered and this process did, since the start, for a metric.
func (l *Limiter) Missed() uint64 { return l.missed.Load() }

// clock is the time sent along: this process's where it is the only one, none where servers' clocks may differ.
func (l *Limiter) clock() string {
	if !l.cache.ownClock {
		return ""
	}
	return strconv.FormatInt(l.cache.now().UnixMicro(), 10)
}

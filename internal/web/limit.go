package web

import (
	"context"
	"log/slog"
	"time"
)

// Rate allows Burst acts at once and one more every Per.
type Rate struct {
	Per   time.Duration
	Burst int
}

// Limiter reports whether one more act under key fits its rate, and if not, when it will. It never fails open by itself:
// an implementation whose engine is down answers from a limiter of its own.
type Limiter interface {
	Allow(ctx context.Context, key string, per time.Duration, burst int) (ok bool, retryAfter time.Duration, err error)
}

// Limits applies rates, or none where a load test switched them off.
type Limits struct {
	Limiter Limiter
	Enabled bool
	Log     *slog.Logger
}

// Check refuses with ErrTooMany and the time to wait. A limiter's own failure lets the act pass: help must not depend on
// a cache (the limiter has its own fallback for that case).
func (l Limits) Check(ctx context.Context, key string, rate Rate) error {
	if !l.Enabled || rate.Burst == 0 {
		return nil
	}
	ok, wait, err := l.Limiter.Allow(ctx, key, rate.Per, rate.Burst)
	if ctx.Err() != nil {
		return ctx.Err() // the client went away, or its time is over
	}
	if err != nil {
		l.Log.WarnContext(ctx, "limiter failed", "request", RequestID(ctx), "cause", err)
		return nil
	}
	if ok {
		return nil
	}
	return ErrTooMany.After(wait)
}

// Bounds are what one route allows a request: how long it may work, how many bytes its body may have, and how long those
// may take to arrive where that is more than a short body's ten seconds.
type Bounds struct {
	Time   time.Duration
	Body   int64
	Arrive time.Duration
}

// DefaultBounds hold for every route that declares none of its own.
var DefaultBounds = Bounds{Time: 15 * time.Second, Body: 64 << 10}

// OrDefault fills what a route leaves open.
func (b Bounds) OrDefault() Bounds {
	if b.Time == 0 {
		b.Time = DefaultBounds.Time
	}
	if b.Body == 0 {
		b.Body = DefaultBounds.Body
	}
	return b
}

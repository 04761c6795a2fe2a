package web

import (
	"context"
	"log/slog"
	"strconv"
	"time"
)

// Rate allows Burst acts at once and one more every Per.
type Rate struct {
	Per   time.Duration
	Burst int
}

// Limiter says whether one more act under key fits its rate, and if not, when it would. It never fails open on its own:
// an engine that is down answers from a limiter of its own.
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
	if err != nil {
		l.Log.WarnContext(ctx, "limiter failed", "request", RequestID(ctx), "cause", err)
		return nil
	}
	if ok {
		return nil
	}
	p := ProblemOf(ErrTooMany)
	p.retryAfter = strconv.Itoa(max(1, int(wait/time.Second)+1))
	return p
}

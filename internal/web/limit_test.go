package web

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"testing"
	"time"
)

type fixedLimiter struct {
	ok  bool
	err error
}

func (f fixedLimiter) Allow(context.Context, string, time.Duration, int) (bool, time.Duration, error) {
	return f.ok, 3 * time.Second, f.err
}

func TestLimits(t *testing.T) {
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	rate := Rate{Per: time.Second, Burst: 1}
	for name, tt := range map[string]struct {
		limits Limits
		code   string
	}{
		"fits":         {Limits{fixedLimiter{ok: true}, true, log}, ""},
		"too many":     {Limits{fixedLimiter{}, true, log}, "limit.too_many"},
		"switched off": {Limits{fixedLimiter{}, false, log}, ""},
		"down":         {Limits{fixedLimiter{err: io.EOF}, true, log}, ""},
	} {
		err := tt.limits.Check(context.Background(), "k", rate)
		if errors.Is(err, ErrTooMany) != (tt.code != "") {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil {
			continue
		}
		if f := FailureOf(err); f.Fault.Code != tt.code || f.Status != 429 || f.RetryAfter != "4" {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

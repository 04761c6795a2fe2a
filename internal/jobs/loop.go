package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"
)

// Loop is work that a process repeats for as long as it runs.
type Loop struct {
	Name  string        // what the log calls it
	Every time.Duration // from the start of one round to the start of the next; a longer round delays the next one
	Work  func(context.Context) error
}

// Run does the work at once and then periodically until ctx ends. A round that fails or panics is logged and does not end
// the loop; a failure because ctx ended is not logged. The interval is measured on the monotonic clock, so that a step of
// the wall clock neither stops the loop nor speeds it up.
func (l Loop) Run(ctx context.Context, log *slog.Logger) {
	ticker := time.NewTicker(l.Every)
	defer ticker.Stop()
	for ctx.Err() == nil {
		if err := protect(ctx, log, l.Name, l.Work); err != nil && ctx.Err() == nil {
			log.ErrorContext(ctx, "loop failed", "loop", l.Name, "cause", err)
		}
		select {
		case <-ctx.Done():
		case <-ticker.C:
		}
	}
}

// protect turns a panic of work into an error. The error and the log name the panic's type and where it happened; its text
// may quote somebody's data and is dropped.
func protect(ctx context.Context, log *slog.Logger, name string, work func(context.Context) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &panicError{fmt.Sprintf("%T", p)}
			log.ErrorContext(ctx, "panic", "loop", name, "stack", string(debug.Stack()))
		}
	}()
	return work(ctx)
}

// panicError is a panic, known by its type alone.
type panicError struct{ kind string }

func (e *panicError) Error() string { return "panic of type " + e.kind }

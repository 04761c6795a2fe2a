package app

import (
	"context"
	"time"

	"pugongying/internal/clock"
	"pugongying/internal/config"
	"pugongying/internal/store"
	"pugongying/internal/store/mongo"
)

func machineOf(c config.Config) clock.Machine { return clock.NewSystem(time.Now, c.Clock.Shift) }

// openClock reads how far time was believed and compares the clocks for the first time.
func (a *App) openClock(ctx context.Context) error {
	var witnesses []clock.Witness
	if far, ok := a.Documents.(*mongo.Engine); ok {
		witnesses = append(witnesses, witness{"MongoDB", far.Time})
	}
	if a.cache != nil && a.config.Redis.Configured() {
		witnesses = append(witnesses, witness{"Redis", a.cache.Time})
	}
	a.clock = clock.New(clock.Parts{Machine: machineOf(a.config), Store: store.NewClock(a.Documents), Witnesses: witnesses, Log: a.log})
	return a.clock.Check(ctx)
}

// witness is an engine with a clock of its own. The embedded ones go by this server's.
type witness struct {
	name string
	time func(context.Context) (time.Time, error)
}

// Name is how an operator knows the engine.
func (w witness) Name() string { return w.name }

// Time asks it.
func (w witness) Time(ctx context.Context) (time.Time, error) { return w.time(ctx) }

// sweep removes what has expired while time is believed.
func (a *App) sweep(ctx context.Context) error {
	until, ok := a.clock.Believed()
	if !ok {
		return nil
	}
	return store.Sweep(ctx, a.Documents, until)
}

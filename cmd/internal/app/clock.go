package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"pugongying/internal/clock"
	"pugongying/internal/config"
	"pugongying/internal/store"
	"pugongying/internal/store/mongo"
)

func machineOf(c config.Config) clock.Machine { return clock.NewSystem(time.Now, c.Clock.Shift) }

// openClock reads how far time was believed and compares the clocks for the first time.
func (a *App) openClock(ctx context.Context) error {
	a.clock = a.newClock(store.NewClock(a.Documents))
	return a.clock.Check(ctx)
}

// watchClock opens the believed time without storing any: what is restored is compared with its backup.
func (a *App) watchClock(ctx context.Context) error {
	a.clock = a.newClock(unchanged{store.NewClock(a.Documents)})
	return a.clock.Check(ctx)
}

// newClock is the clock over this store, with the engines that have clocks of their own beside it.
func (a *App) newClock(anchors clock.Store) *clock.Clock {
	var witnesses []clock.Witness
	if far, ok := a.Documents.(*mongo.Engine); ok {
		witnesses = append(witnesses, witness{"MongoDB", far.Time})
	}
	if a.cache != nil && a.config.Redis.Configured() {
		witnesses = append(witnesses, witness{"Redis", a.cache.Time})
	}
	return clock.New(clock.Parts{Machine: machineOf(a.config), Store: anchors, Witnesses: witnesses, Log: a.log})
}

// unchanged is a store of the believed time that is looked at only.
type unchanged struct{ clock.Store }

// Advance stores nothing.
func (unchanged) Advance(context.Context, clock.Anchor) error { return nil }

// Reset stores nothing.
func (unchanged) Reset(context.Context, clock.Anchor) error { return nil }

// ClockState says what a command shows of the clock.
type ClockState struct {
	Now   time.Time `json:"now"`
	Doubt string    `json:"doubt"` // the sentence, "" when time is believed
	Mend  string    `json:"mend"`
}

// ClockState compares the clocks now.
func (a *App) ClockState(ctx context.Context) (ClockState, error) {
	err := a.clock.Check(ctx)
	return shown(a.clock), err
}

// TrustClock makes the machine's time the believed one.
func (a *App) TrustClock(ctx context.Context) (ClockState, error) {
	state, err := a.clock.Trust(ctx)
	if errors.Is(err, clock.ErrDisputed) {
		err = fmt.Errorf("%s：%s", state.Sentence(), mendDisputed)
	}
	return shown(a.clock), err
}

// OpenClock opens what a command on the clock needs, beside no running server; ErrDataInUse where one runs.
func OpenClock(ctx context.Context, c config.Config) (*App, error) {
	a := New(c, NewLogger(c.Log, io.Discard))
	return a.open(ctx, append(a.documentSteps(), step{clockName, a.openClock}))
}

func shown(c *clock.Clock) ClockState {
	s := ClockState{Now: c.Now()}
	if f := clockFinding(c.State()); f != nil {
		s.Doubt, s.Mend = c.State().Sentence(), f.Mend
	}
	return s
}

// How a clock that is not believed is mended.
const (
	mendDisputed = "两边都对时（chrony 或 systemd-timesyncd），一致以后自己恢复"
	mendClock    = "过期的照样不能用，但一样也不删。先对时（chrony 或 systemd-timesyncd）；核对过现在的时间就是对的，运行 pugongying clock trust"
)

// clockFinding is what doctor and readiness say of a clock; nil when time is believed.
func clockFinding(s clock.State) *Finding {
	switch s.Doubt {
	case clock.None:
		return nil
	case clock.Disputed:
		return &Finding{What: s.Sentence(), Mend: mendDisputed, Warning: true}
	}
	return &Finding{What: s.Sentence(), Mend: mendClock, Warning: true}
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
	if err := store.NewStaff(a.Documents, a.vault).Sweep(ctx, until); err != nil {
		return err
	}
	return store.Sweep(ctx, a.Documents, until)
}

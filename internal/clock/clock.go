// Package clock says what time it is, and whether that is believed.
//
// Whoever destroys what has expired asks Believed first. A clock that jumps is believed by nobody: a server whose clock
// ran 33 days ahead for 100 seconds would otherwise erase every guest and every session. What has expired by such a clock
// is refused as always and destroyed only once time is believed again.
//
// The last believed time is stored in the documents: the anchor. The next look must lie where the anchor and the machine's uptime (which
// counts a suspended machine too) say, within a minute; after a start of the machine, whose length nobody measured, at most
// half an hour after the anchor; and never before it. Redis's and MongoDB's time must agree. After a jump, time is believed
// again
//   - as soon as it is back where it was expected,
//   - when it ran evenly for an hour while the kernel said that a time server steers it and no engine contradicted, or
//   - when an operator says so (Trust).
//
// An engine that agrees proves nothing, because it may run on this very machine; one that contradicts does. While the clock
// stands before the anchor, Now runs on from the anchor instead: expired sessions do not come back, and nothing is dated before
// what it follows.
package clock

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// Every is how often Check is to be called.
	Every = 5 * time.Second
	// Tolerance is how far clocks may differ without anything being wrong.
	Tolerance = time.Minute
	// Margin is how long ago something must have expired to be destroyed, so that no difference that is tolerated destroys
	// early: each of two clocks may be off by a Tolerance.
	Margin = 2 * Tolerance

	outage    = 30 * time.Minute // how much later than the anchor a machine that was started again is believed
	evenly    = time.Hour        // how long a clock that jumped must run evenly while a time server steers it
	storeEach = time.Minute      // how often the anchor is stored and the engines are asked
	askTime   = 2 * time.Second  // how long an engine may take to say its time
)

// earliest is a time before which this program did not exist.
var earliest = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// ErrDisputed refuses to trust a clock that an engine contradicts.
var ErrDisputed = errors.New("clock: an engine's clock differs")

// Sample is one look at this machine's clocks.
type Sample struct {
	Wall   time.Time
	Boot   string        // names this start of the machine
	Uptime time.Duration // since then, the time a machine was suspended included
}

// Anchor is a believed sample, from which later ones are judged.
type Anchor struct {
	At     time.Time
	Boot   string
	Uptime time.Duration
}

// Store stores the latest anchor of all servers.
type Store interface {
	// Anchor gives the stored anchor, the zero Anchor when there is none.
	Anchor(ctx context.Context) (Anchor, error)
	// Advance stores a anchor unless a later one is stored.
	Advance(ctx context.Context, m Anchor) error
	// Reset stores a anchor, whatever was stored.
	Reset(ctx context.Context, m Anchor) error
}

// Witness is an engine with a clock of its own.
type Witness interface {
	Name() string
	Time(ctx context.Context) (time.Time, error)
}

// Machine is this machine's clocks; System is the real one.
type Machine interface {
	Now() time.Time
	Read() Sample
	// Steered reports whether the kernel says that a time server steers its clock.
	Steered() bool
}

// Parts are what a Clock is made from.
type Parts struct {
	Machine   Machine
	Store     Store
	Witnesses []Witness
	Log       *slog.Logger
}

// Clock is this server's time. It is safe for concurrent use.
type Clock struct {
	Parts
	behind atomic.Int64 // what Now adds to the wall clock while that stands before the anchor

	checking sync.Mutex // one Check at a time
	mu       sync.Mutex // guards what follows
	anchor   Anchor     // the last believed sample; zero until the first
	floor    Anchor     // where time stood when the wall clock fell behind
	even     Anchor     // since when the doubted clock has run evenly, steered and uncontradicted
	state    State
	stored   time.Duration // uptime at the last exchange with store and witnesses
	opened   bool
}

// New makes a clock that is not believed until its first Check.
func New(p Parts) *Clock {
	return &Clock{Parts: p, state: State{Doubt: Unchecked}}
}

// Now is the time this server goes by.
func (c *Clock) Now() time.Time {
	return c.Machine.Now().Add(time.Duration(c.behind.Load()))
}

// Believed says whether time is believed at this moment. Only then may something be destroyed because it has expired, and
// only what expired before until, which is a Margin ago.
func (c *Clock) Believed() (until time.Time, ok bool) {
	r := c.Machine.Read()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state.Doubt != None || c.anchor.doubt(r) != None {
		return time.Time{}, false
	}
	return r.Wall.Add(-Margin), true
}

// State is what is known about the clock now.
func (c *Clock) State() State {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state
}

// Check looks at the clocks: at the machine's at every call, at the stored anchor and the engines' once a minute. An error
// means that the anchor could not be read or stored.
func (c *Clock) Check(ctx context.Context) error {
	c.checking.Lock()
	defer c.checking.Unlock()
	if c.judgedAlone() {
		c.judge(c.State().dissent)
		return nil
	}
	stored, err := c.Store.Anchor(ctx)
	if err != nil {
		return fmt.Errorf("clock: read the anchor: %w", err)
	}
	differs := c.ask(ctx)
	c.take(stored)
	if believed := c.judge(differs); believed != (Anchor{}) {
		if err := c.keep(ctx, believed, stored); err != nil {
			return fmt.Errorf("clock: store the anchor: %w", err)
		}
	}
	return nil
}

// judgedAlone reports whether a look at the machine's own clocks is enough: they say what they said last, and store and
// engines were asked within a minute.
func (c *Clock) judgedAlone() bool {
	r := c.Machine.Read()
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.opened && r.Uptime-c.stored < storeEach && (c.anchor.doubt(r) == None) == (c.state.Doubt == None)
}

// take makes the stored anchor this clock's own at the start, and when another server is later than this one should be.
func (c *Clock) take(stored Anchor) {
	r := c.Machine.Read()
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.opened || stored.At.After(c.anchor.expected(r).Add(Tolerance)) {
		c.anchor = stored
	}
	c.opened, c.stored = true, r.Uptime
}

// keep stores a believed anchor; one that was reached by steering may lie before the stored one.
func (c *Clock) keep(ctx context.Context, m, stored Anchor) error {
	if stored.At.After(m.At.Add(Tolerance)) {
		return c.Store.Reset(ctx, m)
	}
	return c.Store.Advance(ctx, m)
}

// ask gives the first engine's clock that differs.
func (c *Clock) ask(ctx context.Context) dissent {
	for _, w := range c.Witnesses {
		asking, cancel := context.WithTimeout(ctx, askTime)
		before := c.Machine.Read()
		theirs, err := w.Time(asking)
		after := c.Machine.Read()
		cancel()
		if err != nil {
			continue // readiness says that it is down
		}
		half := (after.Uptime - before.Uptime) / 2
		if off := after.Wall.Add(-half).Sub(theirs); off.Abs() > Tolerance+half {
			return dissent{w.Name(), off}
		}
	}
	return dissent{}
}

// judge compares a sample with the anchor and moves the anchor when it is believed; it gives the anchor then.
func (c *Clock) judge(d dissent) Anchor {
	r, steered := c.Machine.Read(), c.Machine.Steered()
	c.mu.Lock()
	defer c.mu.Unlock()
	next := State{Doubt: c.anchor.doubt(r), Off: c.anchor.off(r), Anchor: c.anchor.At, dissent: d}
	if next.Doubt == None && d.name != "" {
		next.Doubt = Disputed
	}
	if d.name != "" {
		next.Engine, next.Off = d.name, d.off
	}
	if next.Doubt != None && c.ranEvenly(r, steered && d.name == "") {
		next = State{}
	}
	c.hold(r, next.Doubt)
	if next.Doubt == None {
		c.anchor, c.even = Anchor{r.Wall, r.Boot, r.Uptime}, Anchor{}
		next.Anchor, next.Off = r.Wall, 0
	}
	c.report(next)
	c.state = next
	if next.Doubt != None {
		return Anchor{}
	}
	return c.anchor
}

// ranEvenly follows a doubted clock and says when it has earned belief.
func (c *Clock) ranEvenly(r Sample, steered bool) bool {
	if !steered || r.Wall.Before(earliest) {
		c.even = Anchor{}
		return false
	}
	if c.even.Boot != r.Boot || c.even.At.IsZero() || c.even.doubt(r) != None {
		c.even = Anchor{r.Wall, r.Boot, r.Uptime}
	}
	return r.Uptime-c.even.Uptime >= evenly
}

// hold lets Now run on from where time stood when the wall clock falls behind, and releases it.
func (c *Clock) hold(r Sample, why Doubt) {
	if why != Behind {
		c.floor = Anchor{}
		c.behind.Store(0)
		return
	}
	if c.floor.At.IsZero() {
		c.floor = Anchor{c.anchor.expected(r), r.Boot, r.Uptime}
	}
	c.behind.Store(int64(max(0, c.floor.expected(r).Sub(r.Wall))))
}

// report writes a change to the log.
func (c *Clock) report(next State) {
	switch {
	case next.Doubt == c.state.Doubt && next.Engine == c.state.Engine:
	case next.Doubt == None && c.state.Doubt == Unchecked:
	case next.Doubt == None:
		c.Log.Info("clock believed", "reason", "sweeps go on")
	default:
		c.Log.Error("clock not believed: nothing that expired is removed", "reason", string(next.Doubt), "cause", next.Sentence())
	}
}

// Trust makes the time of this moment the believed one, because an operator says it is right. ErrDisputed while an engine
// contradicts: two clocks that differ are mended, not overruled.
func (c *Clock) Trust(ctx context.Context) (State, error) {
	c.checking.Lock()
	defer c.checking.Unlock()
	if d := c.ask(ctx); d.name != "" {
		return c.State(), fmt.Errorf("%w: %s", ErrDisputed, State{Doubt: Disputed, Engine: d.name, Off: d.off}.Sentence())
	}
	r := c.Machine.Read()
	anchor := Anchor{r.Wall, r.Boot, r.Uptime}
	if err := c.Store.Reset(ctx, anchor); err != nil {
		return c.State(), fmt.Errorf("clock: store the anchor: %w", err)
	}
	c.mu.Lock()
	c.anchor, c.opened, c.stored = anchor, true, r.Uptime
	c.mu.Unlock()
	c.judge(dissent{})
	return c.State(), nil
}

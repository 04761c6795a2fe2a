package web

import (
	"container/list"
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"pugongying/internal/fault"
)

// Priority is the order in which requests are served when more come than the server can take. The zero value waits longest,
// so a route that declares nothing takes nothing from those that do.
type Priority uint8

// The priorities, the last to be served first.
const (
	New   Priority = iota // begins something: a paper, a sign-in
	Read                  // reads what is published or stored
	Begun                 // goes on with what was begun: answers, a submission, her own settings
	Help                  // hotlines, and whether the server is well
	Exit                  // 离开: ends a session
	priorities
)

// String is the priority's name in metrics and logs.
func (p Priority) String() string {
	return [priorities]string{"new", "read", "begun", "help", "exit"}[p]
}

// patience is how long a request waits for its turn before it is refused. Those who are refused at once would ask again at
// once; a wait slows a flood down and costs only the memory that its connection takes anyway. It is shorter or longer by up
// to a half, so that those who came together are not refused, and do not come again, in one instant.
var patience = [priorities]time.Duration{New: 4 * time.Second, Read: 4 * time.Second, Begun: 6 * time.Second, Help: 8 * time.Second, Exit: 8 * time.Second}

// Sizes of the gate for an engine in this process. What was begun may take nearly every slot: the engine writes as many in
// one sync as wait for it. What begins costs most, and who leaves waits for the sync before hers; reads use the processor
// alone. Of these more at work at once answer no more requests a second, and each waits longer.
const (
	slots    = 512
	begins   = 16
	reads    = 16
	reserved = 16      // more slots, for Exit alone; Help may take half of them
	queue    = 1 << 13 // most waiting requests; twice as many of what goes on, asks for help or leaves
)

// ErrBusy refuses a request that waited in vain.
var ErrBusy = fault.New(fault.Unavailable, "busy", "现在人很多，请等"+fault.AWhile+"再试。")

// gate lets a bounded number of requests work at once. Of those that wait it serves the highest priority first, and within
// one in the order of arrival; what waits too long, or finds too many waiting, is refused. It has a reserve that only the
// highest priorities may take, so that they do not even wait for others to finish.
//
// failsafe-go's prioritizer was weighed: it refuses by a probability that follows load over seconds, which promises no order.
type gate struct {
	log  *slog.Logger
	shed *prometheus.CounterVec
	workers

	now func() time.Time

	mu      sync.Mutex
	most    [priorities]int // slots that each may take
	free    int
	busy    [priorities]int
	waiting [priorities]list.List // of chan struct{}

	refused  int       // since the last line of the log
	reported time.Time // when that was
}

// reportEvery bounds what a flood writes to the log.
const reportEvery = 10 * time.Second

func newGate(o Options, shed *prometheus.CounterVec) *gate {
	all := slots + reserved
	most := [priorities]int{New: begins, Read: reads, Begun: all, Help: all, Exit: all}
	if o.Slots > 0 { // these wait for another machine
		all = o.Slots + reserved
		most = [priorities]int{New: max(1, o.Slots/4), Read: max(1, o.Slots/4), Begun: all, Help: all, Exit: all}
	}
	return &gate{log: o.Log, now: o.Now, shed: shed, most: most, free: all, workers: workers{make(chan *job)}}
}

// keeps is how many slots a priority leaves free for higher ones.
func (p Priority) keeps() int {
	switch p {
	case Exit:
		return 0
	case Help:
		return reserved / 2
	}
	return reserved
}

// take takes a slot if this priority may have one now.
func (g *gate) take(p Priority) bool {
	if g.free <= p.keeps() || g.busy[p] >= g.most[p] {
		return false
	}
	g.free--
	g.busy[p]++
	return true
}

// crowded reports whether so many wait that one more of this priority would take too much memory.
func (g *gate) crowded(p Priority) bool {
	most, waiting := queue, 0
	if p >= Begun {
		most *= 2
	}
	for i := range g.waiting {
		waiting += g.waiting[i].Len()
	}
	return waiting >= most
}

// enter waits for a slot, which leave gives back. ErrBusy, or the error of a context that was cancelled.
func (g *gate) enter(ctx context.Context, p Priority) error {
	g.mu.Lock()
	if g.take(p) {
		g.mu.Unlock()
		return nil
	}
	if g.crowded(p) {
		g.mu.Unlock()
		return g.refuse(p)
	}
	turn := make(chan struct{})
	place := g.waiting[p].PushBack(turn)
	g.mu.Unlock()

	timer := time.NewTimer(patience[p]/2 + rand.N(patience[p])) //nolint:gosec // spreads load, protects nothing
	defer timer.Stop()
	select {
	case <-turn:
		return nil
	case <-timer.C:
	case <-ctx.Done():
	}
	g.mu.Lock()
	select {
	case <-turn: // its turn came at the same moment
		g.mu.Unlock()
		return nil
	default:
	}
	g.waiting[p].Remove(place)
	g.mu.Unlock()
	if errors.Is(ctx.Err(), context.Canceled) {
		return ctx.Err() // the client went away
	}
	return g.refuse(p)
}

// run does the work when it is its turn. ErrBusy, or the error of a context that was cancelled.
func (g *gate) run(ctx context.Context, p Priority, work func()) error {
	if err := g.enter(ctx, p); err != nil {
		return err
	}
	defer g.leave(p)
	g.do(work)
	return nil
}

// leave gives a slot back, to whoever is served next.
func (g *gate) leave(p Priority) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.free++
	g.busy[p]--
	for next := int(Exit); next >= 0; next-- {
		if first := g.waiting[next].Front(); first != nil && g.take(Priority(next)) {
			close(g.waiting[next].Remove(first).(chan struct{}))
			return
		}
	}
}

// refuse counts a refused request; the log gets a line every ten seconds.
func (g *gate) refuse(p Priority) error {
	g.shed.WithLabelValues(p.String()).Inc()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.refused++
	if now := g.now(); now.Sub(g.reported).Abs() >= reportEvery {
		g.log.Warn("overloaded", "refused", g.refused, "lowest", p.String())
		g.refused, g.reported = 0, now
	}
	// Not everybody comes back in the same second.
	return ErrBusy.After(time.Duration(1+rand.IntN(retrySpread)) * time.Second) //nolint:gosec // spreads load, protects nothing
}

// retrySpread is the longest that a refused client is asked to wait, in seconds.
const retrySpread = 8

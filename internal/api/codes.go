package api

import (
	"context"
	"sync"
	"time"

	"pugongying/internal/member"
	"pugongying/internal/web"
)

// Rates of codes that cost a slow hash (a code sent again costs none; wrong codes of one member wait by package member).
// A guest of today is free for whoever wants a thousand of them, so those of one address share a rate; members by WeChat
// and guests of another day have rates that a school does not meet.
var (
	rateCodesMember = web.Rate{Per: 15 * time.Second, Burst: 20}       // per member
	rateCodesFresh  = web.Rate{Per: 250 * time.Millisecond, Burst: 60} // per address, of guests of today
	rateCodesKnown  = web.Rate{Per: 100 * time.Millisecond, Burst: 600}
)

const (
	freshAge  = 24 * time.Hour
	freshLine = 4 // guests of today at one address who may wait or be served at once
	comeAgain = time.Second
)

// CodeGate says who may have a slow hash computed, before any is: it counts by member and by address, and lets the guests
// of today have one place of those that package member has, in turn between their addresses. So whatever a flood of free
// guests does, somebody known waits for one hash at most.
type CodeGate struct {
	limits web.Limits
	now    func() time.Time
	fresh  chan struct{} // the one place of guests of today

	mu    sync.Mutex
	lines map[string]*line
}

// line are the guests of today at one address: one of them at a time stands before the place.
type line struct {
	turn  chan struct{}
	count int
}

var _ member.Gate = (*CodeGate)(nil)

// NewCodeGate makes the gate of a process.
func NewCodeGate(limits web.Limits, now func() time.Time) *CodeGate {
	return &CodeGate{limits: limits, now: now, fresh: make(chan struct{}, 1), lines: map[string]*line{}}
}

// Enter lets the request of ctx compute a slow hash until leave is called. ErrTooMany.
func (g *CodeGate) Enter(ctx context.Context, who member.ID) (leave func(), err error) {
	from, _ := web.Attached(ctx).(*caller)
	if from == nil || !g.limits.Enabled {
		return func() {}, nil // no request, or a load test without limits
	}
	return g.admit(ctx, from, who)
}

func (g *CodeGate) admit(ctx context.Context, from *caller, who member.ID) (leave func(), err error) {
	if err := g.limits.Check(ctx, "codes|member|"+string(who), rateCodesMember); err != nil {
		return nil, err
	}
	address := network(from.address)
	if from.Kind == member.WeChat || g.now().Sub(from.Since) >= freshAge {
		return func() {}, g.limits.Check(ctx, "codes|known|"+address, rateCodesKnown)
	}
	if err := g.limits.Check(ctx, "codes|fresh|"+address, rateCodesFresh); err != nil {
		return nil, err
	}
	return g.queue(ctx, address)
}

// queue waits for this address's turn, and then for the one place.
func (g *CodeGate) queue(ctx context.Context, address string) (leave func(), err error) {
	l := g.join(address)
	if l == nil {
		return nil, web.ErrTooMany.After(comeAgain)
	}
	if err := take(ctx, l.turn); err != nil {
		g.quit(address, l)
		return nil, err
	}
	leaveLine := func() { <-l.turn; g.quit(address, l) }
	if err := take(ctx, g.fresh); err != nil {
		leaveLine()
		return nil, err
	}
	return func() { <-g.fresh; leaveLine() }, nil
}

// join gives the line of an address, nil when it is too long.
func (g *CodeGate) join(address string) *line {
	g.mu.Lock()
	defer g.mu.Unlock()
	l := g.lines[address]
	if l == nil {
		l = &line{turn: make(chan struct{}, 1)}
		g.lines[address] = l
	}
	if l.count >= freshLine {
		return nil
	}
	l.count++
	return l
}

func (g *CodeGate) quit(address string, l *line) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if l.count--; l.count == 0 {
		delete(g.lines, address)
	}
}

func take(ctx context.Context, place chan struct{}) error {
	select {
	case place <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

package web

import (
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Connections bounds how many connections are open at once. When one more comes, those that have been idle longest are
// closed, as they would be after the idle timeout; a client opens another when it needs one. Only when none is idle does a
// newcomer wait in the kernel's queue. An http.Server whose listener comes from Listen reports to Changed.
type Connections struct {
	most int
	now  func() time.Time

	mu   sync.Mutex
	room *sync.Cond
	open map[*conn]struct{}
	shut bool

	waits atomic.Bool // a newcomer waits for room

	// Crowd, if set, learns when many connections are open, and when few are again.
	Crowd func(many bool)
	many  bool
}

// A crowd begins at so many connections and ends at half of them.
const crowd = 1024

// counted tells Crowd when the number of open connections has become large or small.
func (c *Connections) counted() {
	if c.Crowd == nil || c.many == (len(c.open) >= crowd) || c.many && len(c.open) > crowd/2 {
		return
	}
	c.many = !c.many
	c.Crowd(c.many)
}

// NewConnections makes the bound; most is at least 1.
func NewConnections(most int, now func() time.Time) *Connections {
	c := &Connections{most: max(1, most), now: now, open: map[*conn]struct{}{}}
	c.room = sync.NewCond(&c.mu)
	return c
}

// yielding is the part of all connections that is closed at once, so that finding the idle ones is rare.
const yielding = 64

// admit counts a new connection; before that it makes room, or waits for room. False when the listener was closed meanwhile.
func (c *Connections) admit(one *conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.open) >= c.most && !c.shut {
		c.waits.Store(true) // before looking: a connection that becomes idle meanwhile wakes it
		if !c.closeIdle() {
			c.room.Wait()
		}
		c.waits.Store(false)
	}
	if c.shut {
		return false
	}
	one.idle.Store(c.now().UnixNano()) // it may never send anything
	c.open[one] = struct{}{}
	c.counted()
	return true
}

// closeIdle closes the connections that have been idle longest; false when none is.
func (c *Connections) closeIdle() bool {
	type candidate struct {
		of    *conn
		since int64
	}
	var idle []candidate
	for one := range c.open {
		if since := one.idle.Load(); since != 0 {
			idle = append(idle, candidate{one, since})
		}
	}
	slices.SortFunc(idle, func(a, b candidate) int { return int(min(1, max(-1, a.since-b.since))) })
	for _, one := range idle[:min(len(idle), 1+c.most/yielding)] {
		_ = one.of.TCPConn.Close() // its goroutine reads the end and tells Changed
		delete(c.open, one.of)
	}
	return len(idle) > 0
}

// Changed is the server's ConnState: it learns which connections are idle and which have ended.
func (c *Connections) Changed(of net.Conn, state http.ConnState) {
	one, ok := of.(*conn)
	if !ok {
		return
	}
	switch state {
	case http.StateActive:
		one.idle.Store(0)
	case http.StateIdle:
		one.idle.Store(c.now().UnixNano())
		if c.waits.Load() {
			c.wake()
		}
	case http.StateClosed, http.StateHijacked:
		c.mu.Lock()
		delete(c.open, one)
		c.counted()
		c.mu.Unlock()
		c.room.Signal()
	}
}

func (c *Connections) wake() {
	c.mu.Lock() // whoever looks has either seen it or waits already
	defer c.mu.Unlock()
	c.room.Signal()
}

// shutDown refuses the newcomer that waits.
func (c *Connections) shutDown() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shut = true
	c.room.Broadcast()
}

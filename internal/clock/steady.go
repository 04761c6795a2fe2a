package clock

import "time"

// Steady is the time that waits go by which somebody would like to be over. While the wall clock is where it is expected, that
// is its time; otherwise it is the last believed time and what has passed since by the machine's uptime. So setting the clock
// ends no wait and makes none longer; a machine that was started again with a wrong clock goes on waiting where it stopped.
func (c *Clock) Steady() time.Time {
	r := c.Machine.Read()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.anchor.At.IsZero() || c.state.Doubt == None && c.anchor.doubt(r) == None {
		return r.Wall
	}
	if c.anchor.sameStart(r) {
		return c.anchor.expected(r)
	}
	return c.anchor.At.Add(r.Uptime)
}

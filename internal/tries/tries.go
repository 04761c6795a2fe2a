// Package tries counts the secrets that were tried on something and says how long none is tried any more. One rule for every
// lock: the code of a member's layers and the sign-in of staff.
//
// The count stands in a document of what is locked: no lost cache, no restart and no second session starts it anew. It promises
// that secrets sent at once cannot exceed the rule, since each is counted before it is compared, and that nobody is locked
// out for ever: a day after the last try the next one is compared.
package tries

import "time"

// The rule.
const (
	Free  = 4           // wrong secrets in a day that cost nothing
	First = time.Minute // after the next one; from then on each wait is twice the last,
	Long  = 24 * time.Hour
	Over  = 24 * time.Hour // and a day without a wrong secret forgets them all
)

// Counter counts what was tried. A secret that opened something takes its own try back and no other. Who presses on meets a
// wait of a day after sixteen; who makes the most of what is forgotten tries ten a day, ten thousand in two and a half
// years. A wait is about as long as he went on trying. Every instant is one of a clock that nobody can step (clock.Steady).
type Counter struct {
	Count int       `bson:"count"`
	Until time.Time `bson:"until"`          // nothing is tried until then
	Last  time.Time `bson:"last,omitempty"` // when something was counted last
}

// Take counts a secret that is about to be compared and gives 0, or how long none is compared.
func (c *Counter) Take(now time.Time) time.Duration {
	if wait := c.Until.Sub(now); wait > 0 {
		return wait
	}
	if now.Sub(c.Last) >= Over && now.Sub(c.Until) >= Over {
		c.Count = 0
	}
	c.Count++
	c.Last, c.Until = now, time.Time{}
	if wait := c.wait(); wait > 0 {
		c.Until = now.Add(wait)
	}
	return 0
}

// Refused is how long a secret would certainly be refused: an answer that costs one read. 0 when it may be compared, or
// when only Take can tell.
func (c *Counter) Refused(now time.Time) time.Duration {
	if wait := c.Until.Sub(now); wait > 0 && wait <= c.wait() {
		return wait
	}
	return 0
}

// wait is how long nothing is tried after what was counted last.
func (c *Counter) wait() time.Duration {
	doublings := c.Count - Free - 1
	switch {
	case doublings < 0:
		return 0
	case First<<min(doublings, 16) > Long:
		return Long
	}
	return First << doublings
}

// Bound mends what was written by a clock that ran ahead, and says whether it had to: no wait is longer than the rule
// makes one.
func (c *Counter) Bound(now time.Time) bool {
	longest := now.Add(c.wait())
	ahead := c.Until.After(longest)
	if ahead {
		c.Until = longest
	}
	if c.Last.After(now) {
		c.Last, ahead = now, true
	}
	return ahead
}

// GiveBack takes back the try that was counted last: it opened something, or was never compared.
func (c *Counter) GiveBack() {
	c.Count, c.Until = max(0, c.Count-1), time.Time{}
}

package wechat

import (
	"sync"
	"time"
)

const (
	restAfter = 5                // failures in a row
	restFor   = 10 * time.Second // then nobody waits for WeChat, but one call a rest to see whether it is back
)

// rest spares everybody three seconds of waiting while WeChat is down.
type rest struct {
	mu     sync.Mutex
	failed int
	until  time.Time
}

// over says whether a call may go out now.
func (r *rest) over(now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failed < restAfter {
		return true
	}
	if now.Before(r.until) {
		return false
	}
	r.until = now.Add(restFor) // the others go on resting while this one tries
	return true
}

// saw counts how a call ended.
func (r *rest) saw(sick bool, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !sick {
		r.failed = 0
		return
	}
	if r.failed++; r.failed == restAfter {
		r.until = now.Add(restFor)
	}
}

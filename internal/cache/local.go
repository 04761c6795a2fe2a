package cache

import (
	"sync"
	"time"
)

// localKeys bounds what a flood of keys may cost: about 10 MB.
const localKeys = 50_000

// sweepEvery bounds how often a full map is searched for limits that have run out.
const sweepEvery = time.Second

type localKey struct {
	name string
	rate Rate
}

// localLimits are the limits of one process, by the same rule as gcra.lua. When more keys come than fit, the new ones
// share one limit a rate. It is no LRU cache for that reason: an attacker who could evict an entry by a flood of keys
// would reset the count of a code being guessed.
type localLimits struct {
	most int

	mu       sync.Mutex
	arrivals map[localKey]time.Time
	swept    time.Time
}

func newLocalLimits(most int) *localLimits {
	return &localLimits{most: most, arrivals: map[localKey]time.Time{}}
}

func (l *localLimits) allow(name string, rate Rate, now time.Time) (bool, time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := l.place(localKey{name, rate}, now)
	room := rate.Per * time.Duration(rate.Burst)
	arrival := l.arrivals[key]
	if arrival.Before(now) {
		arrival = now
	} else if latest := now.Add(room); arrival.After(latest) {
		arrival = latest // as in gcra.lua: a clock set back locks nobody out
	}
	if wait := arrival.Add(rate.Per - room).Sub(now); wait > 0 {
		return false, wait
	}
	l.arrivals[key] = arrival.Add(rate.Per)
	return true, 0
}

// place is where a key is counted: its own place, or the one all late-comers share when there is no room.
func (l *localLimits) place(key localKey, now time.Time) localKey {
	if _, known := l.arrivals[key]; known {
		return key
	}
	if len(l.arrivals) >= l.most {
		l.sweep(now)
	}
	if len(l.arrivals) >= l.most {
		return localKey{rate: key.rate}
	}
	return key
}

// sweep forgets limits that have run out, which forgets nothing.
func (l *localLimits) sweep(now time.Time) {
	if now.Sub(l.swept).Abs() < sweepEvery {
		return
	}
	l.swept = now
	for key, arrival := range l.arrivals {
		if !arrival.After(now) {
			delete(l.arrivals, key)
		}
	}
}

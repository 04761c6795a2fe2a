package cache

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// localKeys bounds what a flood of keys may cost while Redis is away: about 20 MB.
const localKeys = 50_000

// sweepEvery bounds how often a full map is searched for limits that have filled up again.
const sweepEvery = time.Second

type localKey struct {
	name string
	rate Rate
}

// localLimits are the limits of one process. When more keys come than fit, the new ones share one limit a rate: a
// flood must not push out, and so reset, anybody's count.
type localLimits struct {
	most int

	mu     sync.Mutex
	byKey  map[localKey]*rate.Limiter
	shared map[Rate]*rate.Limiter
	swept  time.Time
}

func newLocalLimits(most int) *localLimits {
	return &localLimits{most: most, byKey: map[localKey]*rate.Limiter{}, shared: map[Rate]*rate.Limiter{}}
}

func (l *localLimits) allow(name string, r Rate, now time.Time) (bool, time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	limiter := l.limiter(localKey{name, r}, now)
	if limiter.AllowN(now, 1) {
		return true, 0
	}
	missing := 1 - limiter.TokensAt(now)
	return false, max(time.Duration(missing*float64(r.Per)), time.Nanosecond)
}

func (l *localLimits) limiter(key localKey, now time.Time) *rate.Limiter {
	if found := l.byKey[key]; found != nil {
		return found
	}
	if len(l.byKey) >= l.most {
		l.sweep(now)
	}
	made := rate.NewLimiter(rate.Every(key.rate.Per), key.rate.Burst)
	if len(l.byKey) < l.most {
		l.byKey[key] = made
		return made
	}
	if found := l.shared[key.rate]; found != nil {
		return found
	}
	l.shared[key.rate] = made
	return made
}

// sweep forgets limits that are full again, which forgets nothing.
func (l *localLimits) sweep(now time.Time) {
	if now.Sub(l.swept) < sweepEvery {
		return
	}
	l.swept = now
	for key, limiter := range l.byKey {
		if limiter.TokensAt(now) >= float64(key.rate.Burst) {
			delete(l.byKey, key)
		}
	}
}

package cache

import (
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// localSessionEntries bounds the look-ups of one process. One is about 300 bytes, so that a full cache is about 5 MB.
const localSessionEntries = 10_000

// localSessions are the session look-ups of a server that is the only one. When more come than fit, the least recently
// used goes, which costs one more reading of the truth.
type localSessions struct {
	now func() time.Time

	mu      sync.Mutex
	entries *simplelru.LRU[string, localSession]
}

type localSession struct {
	value []byte
	until time.Time
}

func newLocalSessions(most int, now func() time.Time) *localSessions {
	entries, err := simplelru.NewLRU[string, localSession](most, nil)
	if err != nil {
		panic(err) // the limit is a constant of ours and not 0
	}
	return &localSessions{now: now, entries: entries}
}

func (l *localSessions) get(name string) ([]byte, bool) {
	now := l.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	entry, ok := l.entries.Get(name)
	if !ok {
		return nil, false
	}
	if !now.Before(entry.until) {
		l.entries.Remove(name)
		return nil, false
	}
	return entry.value, true
}

func (l *localSessions) put(name string, value []byte, life time.Duration) {
	now := l.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sweep(now)
	l.entries.Add(name, localSession{value, now.Add(life)})
}

func (l *localSessions) delete(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries.Remove(name)
}

// sweep removes expired entries from the least recently used on, so that memory follows the traffic of the last seconds.
func (l *localSessions) sweep(now time.Time) {
	for {
		_, oldest, ok := l.entries.GetOldest()
		if !ok || now.Before(oldest.until) {
			return
		}
		l.entries.RemoveOldest()
	}
}

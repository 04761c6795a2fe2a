package cache

import (
	"crypto/rand"
	"log/slog"
	"time"
)

// Embedded is a cache without a Redis, for one server alone and never for production: limits are counted, session look-ups
// and the token remembered in this process, by the same rules. Nothing of it listens or runs in the background.
func Embedded(now func() time.Time, log *slog.Logger) *Cache {
	return &Cache{
		macs: macs([]byte(rand.Text())), now: now, alone: true,
		sessions: newLocalSessions(localSessionEntries, now),
		health:   newHealth(now, log),
		what:     "in process (embedded)",
	}
}

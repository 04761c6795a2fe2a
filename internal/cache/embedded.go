package cache

import (
	"crypto/rand"
	"fmt"
	"log/slog"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// tick is how far an entry of the embedded engine may outlive its time.
const tick = 100 * time.Millisecond

// Embedded runs miniredis in this process on a loopback port behind a password drawn at each start. Its time is now,
// carried over every 100 ms; Close stops it. Limits are counted and session look-ups remembered in this process without
// it: the answers are the same, and a request saves the way over TCP. For one server without a Redis, never for production.
func Embedded(now func() time.Time, log *slog.Logger) (*Cache, error) {
	server := miniredis.NewMiniRedis()
	password := rand.Text()
	server.RequireAuth(password)
	if err := server.StartAddr("127.0.0.1:0"); err != nil {
		return nil, fmt.Errorf("cache: embedded redis: %w", err)
	}
	server.SetTime(now())
	server.ClockTTL(true)
	options, err := universal(Config{URL: "redis://" + server.Addr()})
	if err != nil {
		server.Close()
		return nil, err
	}
	options.Password = password
	return &Cache{
		client: redis.NewUniversalClient(options), macs: macs([]byte(rand.Text())), now: now, ownClock: true, alone: true,
		sessions: newLocalSessions(localSessionEntries, now),
		health:   newHealth(now, log),
		what:     "miniredis (embedded)", stop: ticking(server, now),
	}, nil
}

// ticking carries the time into the server, which on its own would never forget anything. Setting the time, rather than
// fast-forwarding, keeps TTL, TIME and EXPIREAT of one mind.
func ticking(server *miniredis.Miniredis, now func() time.Time) (stop func()) {
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		ticker := time.NewTicker(tick)
		defer ticker.Stop()
		for {
			select {
			case <-quit:
				return
			case <-ticker.C:
				server.SetTime(now())
			}
		}
	}()
	return func() {
		close(quit)
		<-done
		server.Close()
	}
}

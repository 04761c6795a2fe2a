package cache

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pugongying/internal/testkit"
)

var errRevoked = errors.New("revoked")

// truth is where sessions really live.
type truth struct {
	mu      sync.Mutex
	revoked bool
	loads   atomic.Int64
	slow    time.Duration
}

func (t *truth) load(context.Context) ([]byte, error) {
	t.loads.Add(1)
	t.mu.Lock()
	revoked := t.revoked
	t.mu.Unlock()
	time.Sleep(t.slow)
	if revoked {
		return nil, errRevoked
	}
	return []byte("member K7Q2"), nil
}

func (t *truth) revoke() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.revoked = true
}

func TestASessionIsReadFromTheTruthOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, c *Cache, now *testkit.Clock) {
		sessions, db, ctx := c.Sessions(), &truth{}, t.Context()
		for range 10 {
			if got, err := sessions.Read(ctx, "h", db.load); err != nil || string(got) != "member K7Q2" {
				t.Fatalf("Read = %q, %v", got, err)
			}
		}
		if db.loads.Load() != 1 {
			t.Fatalf("the truth was asked %d times, want 1", db.loads.Load())
		}
		db.revoke()
		sessions.Delete(ctx, "h")
		if got, err := sessions.Read(ctx, "h", db.load); !errors.Is(err, errRevoked) {
			t.Fatalf("Read after Delete = %q, %v, want the truth's error", got, err)
		}
		if _, err := sessions.Read(ctx, "h", db.load); !errors.Is(err, errRevoked) || db.loads.Load() != 3 {
			t.Fatalf("an error was remembered: %v after %d loads", err, db.loads.Load())
		}
	})
}

func TestWhatIsNotRemembered(t *testing.T) {
	onBoth(t, func(t *testing.T, c *Cache, now *testkit.Clock) {
		sessions, ctx := c.Sessions(), t.Context()
		sessions.Put(ctx, "none", []byte("v"), 0)
		sessions.Put(ctx, "past", []byte("v"), -time.Second)
		sessions.Put(ctx, "large", bytes.Repeat([]byte("v"), largestSession+1), time.Second)
		for _, name := range []string{"none", "past", "large", "never"} {
			if got, ok := sessions.Get(ctx, name); ok {
				t.Errorf("Get(%s) = %q", name, got)
			}
		}
		sessions.Put(ctx, "week", bytes.Repeat([]byte("v"), largestSession), 7*24*time.Hour)
		if got, ok := sessions.Get(ctx, "week"); !ok || len(got) != largestSession {
			t.Errorf("Get(week) = %d bytes, %v", len(got), ok)
		}
		var left time.Duration
		if c.alone {
			left = c.sessions.entries.Values()[0].until.Sub(now.Now())
		} else {
			left, _ = c.lifetime(ctx, c.key("session", "week"))
		}
		if left <= 0 || left > sessionLife {
			t.Errorf("a week was granted %v, want at most %v", left, sessionLife)
		}
	})
}

// untilDead revokes a session that two servers are using and measures how long either still lets it in.
func untilDead(t *testing.T, servers []*Sessions, revoke func(db *truth), slow time.Duration) time.Duration {
	t.Helper()
	db := &truth{slow: slow}
	for _, server := range servers {
		if _, err := server.Read(t.Context(), "h", db.load); err != nil {
			t.Fatal(err)
		}
	}
	var began atomic.Pointer[time.Time]
	var last atomic.Int64
	stop, wait := make(chan struct{}), sync.WaitGroup{}
	for _, server := range servers {
		for range 2 {
			wait.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
					}
					if _, err := server.Read(t.Context(), "h", db.load); err == nil && began.Load() != nil {
						last.Store(int64(time.Since(*began.Load())))
					}
					time.Sleep(5 * time.Millisecond)
				}
			})
		}
	}
	time.Sleep(300 * time.Millisecond)
	revoke(db)
	at := time.Now()
	began.Store(&at)
	time.Sleep(3 * time.Second)
	close(stop)
	wait.Wait()
	return time.Duration(last.Load())
}

func TestARevokedSessionIsDeadEverywhereWithinTwoSeconds(t *testing.T) {
	pair := func(t *testing.T, url string) []*Sessions {
		secret := []byte("one secret for both")
		return []*Sessions{open(t, Config{URL: url, Secret: secret}).Sessions(), open(t, Config{URL: url, Secret: secret}).Sessions()}
	}
	rows := map[string]func(t *testing.T) time.Duration{
		"told": func(t *testing.T) time.Duration {
			servers := pair(t, testkit.OwnRedis(t).URL)
			return untilDead(t, servers, func(db *truth) { db.revoke(); servers[0].Delete(t.Context(), "h") }, 0)
		},
		"untold": func(t *testing.T) time.Duration {
			return untilDead(t, pair(t, testkit.OwnRedis(t).URL), (*truth).revoke, 0)
		},
		"slow truth": func(t *testing.T) time.Duration {
			return untilDead(t, pair(t, testkit.OwnRedis(t).URL), (*truth).revoke, 700*time.Millisecond)
		},
		"redis killed": func(t *testing.T) time.Duration {
			server := testkit.OwnRedis(t)
			return untilDead(t, pair(t, server.URL), func(db *truth) { server.Kill(); db.revoke() }, 0)
		},
		"embedded": func(t *testing.T) time.Duration {
			one := embedded(t, time.Now).Sessions()
			return untilDead(t, []*Sessions{one, one}, (*truth).revoke, 0)
		},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			alive := row(t)
			if alive > 2*time.Second {
				t.Errorf("alive for %v after it was revoked, want at most 2s", alive)
			}
			testkit.Score(t, "session ended to refused, worst (Redis up / down)", fmt.Sprintf("%s %d ms", name, alive.Milliseconds()), alive <= 2*time.Second,
				"a look-up remembered for a minute is seen late")
		})
	}
	t.Run("control: remembered for long", func(t *testing.T) {
		t.Parallel()
		servers := pair(t, testkit.OwnRedis(t).URL)
		for _, server := range servers {
			server.life = time.Minute
		}
		if alive := untilDead(t, servers, (*truth).revoke, 0); alive <= 2*time.Second {
			t.Errorf("a look-up remembered for a minute died after %v: this test cannot see a late one", alive)
		}
	})
}

func TestSessionsGoOnThroughFlushesAndADeadRedis(t *testing.T) {
	server := testkit.OwnRedis(t)
	c := open(t, Config{URL: server.URL})
	sessions, db := c.Sessions(), &truth{}
	stop, flushed := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(flushed)
		for {
			select {
			case <-stop:
				return
			case <-time.After(2 * time.Millisecond):
				c.client.do(context.Background(), "flushall")
			}
		}
	}()
	failed := acts(8, 100, func() bool {
		got, err := sessions.Read(t.Context(), "h", db.load)
		return err != nil || string(got) != "member K7Q2"
	})
	// The control: what has no truth to go back to is lost by the same flushes.
	lost := acts(8, 100, func() bool { _, ok := sessions.Get(t.Context(), "h"); return !ok })
	close(stop)
	<-flushed
	server.Kill()
	failed += acts(8, 20, func() bool {
		_, err := sessions.Read(t.Context(), "h", db.load)
		return err != nil
	})
	if failed != 0 {
		t.Fatalf("%d reads failed", failed)
	}
	testkit.Score(t, "sign-ins and limits broken by Redis FLUSHALL", fmt.Sprintf("%d of 960 look-ups", failed), lost > 0,
		fmt.Sprintf("read from Redis alone %d of 800 are gone", lost))
	if began := time.Now(); acts(1, 100, func() bool { _, ok := sessions.Get(t.Context(), "h"); return ok }) != 0 || time.Since(began) > 2*time.Second {
		t.Fatalf("100 look-ups at a dead Redis took %v", time.Since(began))
	}
}

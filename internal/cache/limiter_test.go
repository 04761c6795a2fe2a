package cache

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pugongying/internal/testkit"
)

func TestCountsAtTheBoundariesAreExact(t *testing.T) {
	onBoth(t, func(t *testing.T, c *Cache, now *testkit.Clock) {
		limiter, rate := c.Limiter(), Rate{Per: 12 * time.Second, Burst: 5}
		check := func(step string, want bool, wantWait time.Duration) {
			t.Helper()
			ok, wait, err := limiter.Allow(t.Context(), "13804710000", rate)
			if ok != want || wait != wantWait || err != nil {
				t.Fatalf("%s: Allow = %v, %v, %v, want %v, %v", step, ok, wait, err, want, wantWait)
			}
		}
		for range 5 {
			check("the burst", true, 0)
		}
		check("the sixth", false, 12*time.Second)
		check("the seventh costs nothing", false, 12*time.Second)
		now.Advance(12*time.Second - time.Microsecond)
		check("a microsecond early", false, time.Microsecond)
		now.Advance(time.Microsecond)
		check("on time", true, 0)
		check("and only one", false, 12*time.Second)
		now.Advance(24 * time.Second)
		check("two later", true, 0)
		check("two later", true, 0)
		check("and not three", false, 12*time.Second)
		now.Advance(24 * time.Hour)
		for range 5 {
			check("a day later, a burst", true, 0)
		}
		check("and no more than a burst", false, 12*time.Second)
		if ok, _, _ := limiter.Allow(t.Context(), "13804710001", rate); !ok {
			t.Fatal("another key shares the count")
		}
	})
}

func TestALongLimitIsExactToTheMicrosecond(t *testing.T) {
	onBoth(t, func(t *testing.T, c *Cache, now *testkit.Clock) {
		limiter, rate := c.Limiter(), Rate{Per: 24*time.Hour + time.Microsecond, Burst: 2}
		for range 2 {
			if ok, _, err := limiter.Allow(t.Context(), "k", rate); !ok || err != nil {
				t.Fatalf("Allow = %v, %v", ok, err)
			}
		}
		now.Advance(24 * time.Hour)
		if ok, wait, err := limiter.Allow(t.Context(), "k", rate); ok || wait != time.Microsecond || err != nil {
			t.Fatalf("Allow = %v, %v, %v, want a wait of 1µs", ok, wait, err)
		}
	})
}

// acts counts how many of many concurrent callers were allowed.
func acts(callers, each int, allow func() bool) int64 {
	var allowed atomic.Int64
	var wait sync.WaitGroup
	start := make(chan struct{})
	for range callers {
		wait.Go(func() {
			<-start
			for range each {
				if allow() {
					allowed.Add(1)
				}
			}
		})
	}
	close(start)
	wait.Wait()
	return allowed.Load()
}

func TestConcurrentCallersShareOneCount(t *testing.T) {
	onBoth(t, func(t *testing.T, c *Cache, _ *testkit.Clock) {
		limiter, rate := c.Limiter(), Rate{Per: time.Minute, Burst: 100}
		var got int64
		for turn := range 3 { // an engine too slow to answer leaves the count to this process, which is not asked here
			before := limiter.Missed()
			got = acts(32, 20, func() bool {
				ok, _, err := limiter.Allow(t.Context(), fmt.Sprint("k", turn), rate)
				if err != nil {
					t.Error(err)
				}
				return ok
			})
			if limiter.Missed() == before {
				break
			}
		}
		// Never more. On a busy machine a few less: the client repeats a command whose answer came too late, which counts it twice.
		if got > 100 || got < 95 {
			t.Errorf("allowed %d of 640 (%d alone), want 100", got, limiter.Missed())
		}
		if c.alone {
			return // its rule is one critical section; the control below is about commands
		}
		// The control: the same rule as two commands instead of one script lets more through.
		if naive := acts(32, 20, func() bool { return c.unguarded(t.Context(), "naive", rate) }); naive <= 100 {
			t.Errorf("the limiter without the script allowed %d: this test cannot see a race", naive)
		}
	})
}

// lifetime is how long Redis will keep a key; -1 ms for ever, -2 ms where there is none.
func (c *Cache) lifetime(ctx context.Context, key string) (time.Duration, error) {
	ms, err := c.client.do(ctx, "pttl", key).Int64()
	return time.Duration(ms) * time.Millisecond, err
}

// unguarded is the limiter's rule read, decided and written in three steps.
func (c *Cache) unguarded(ctx context.Context, key string, rate Rate) bool {
	now := c.now().UnixMicro()
	arrival, _ := c.client.get(ctx, key).Int64()
	arrival = max(arrival, now)
	if arrival+rate.Per.Microseconds()-rate.Per.Microseconds()*int64(rate.Burst) > now {
		return false
	}
	_ = c.client.set(ctx, key, strconv.FormatInt(arrival+rate.Per.Microseconds(), 10), time.Hour)
	return true
}

func TestServersShareOneCountByTheClockOfRedis(t *testing.T) {
	server, secret := testkit.Redis(t), []byte("one secret for both")
	fast, slow := testkit.NewClock(), testkit.NewClock()
	fast.Advance(time.Hour) // two servers whose clocks differ by an hour
	one := open(t, Config{URL: server.URL, Secret: secret, Now: fast.Now}).Limiter()
	two := open(t, Config{URL: server.URL, Secret: secret, Now: slow.Now}).Limiter()
	key := "shared " + t.Name() + time.Now().String()
	turn := 0
	var mu sync.Mutex
	got := acts(8, 20, func() bool {
		mu.Lock()
		turn++
		limiter := []*Limiter{one, two}[turn%2]
		mu.Unlock()
		ok, _, err := limiter.Allow(t.Context(), key, Rate{Per: time.Hour, Burst: 30})
		return ok && err == nil
	})
	if got > 30 || got < 27 { // never more; fewer where a command was repeated
		t.Fatalf("two servers allowed %d together, want 30", got)
	}
}

func TestLimitsForgetThemselves(t *testing.T) {
	onBoth(t, func(t *testing.T, c *Cache, now *testkit.Clock) {
		if c.alone {
			return // nothing of a limit is in the engine: see TestAFloodOfKeysResetsNobody
		}
		key := c.key("limit", "k")
		if _, _, err := c.Limiter().Allow(t.Context(), "k", Rate{Per: 300 * time.Millisecond, Burst: 4}); err != nil {
			t.Fatal(err)
		}
		if left, err := c.lifetime(t.Context(), key); left < 300*time.Millisecond || left > 1300*time.Millisecond || err != nil {
			t.Fatalf("the state lives for %v, %v, want 300ms to 1.3s", left, err)
		}
		now.Advance(1301 * time.Millisecond)
		eventually(t, "the state to go", func() bool { return c.client.do(t.Context(), "exists", key).Val() == int64(0) })
	})
}

func TestAClockSetBackLocksNobodyOut(t *testing.T) {
	onBoth(t, func(t *testing.T, c *Cache, now *testkit.Clock) {
		limiter, rate := c.Limiter(), Rate{Per: time.Second, Burst: 3}
		now.Advance(time.Hour)
		for range 3 {
			limiter.Allow(t.Context(), "k", rate)
		}
		now.Advance(-time.Hour)
		if ok, wait, err := limiter.Allow(t.Context(), "k", rate); ok || wait > time.Second || err != nil {
			t.Fatalf("Allow = %v, %v, %v, want a wait of a second at most", ok, wait, err)
		}
	})
}

func TestARateThatAllowsNothingIsRefused(t *testing.T) {
	c := embedded(t, time.Now)
	for _, rate := range []Rate{{}, {time.Second, 0}, {0, 1}, {-time.Second, 1}, {time.Nanosecond, 1}} {
		if ok, _, err := c.Limiter().Allow(t.Context(), "k", rate); ok || !errors.Is(err, ErrRate) {
			t.Errorf("Allow(%v) = %v, %v, want ErrRate", rate, ok, err)
		}
	}
}

// When Redis is killed during a run, the limits still apply: at most one more burst for each time it goes.
func TestSignInStaysLimitedWhenRedisIsKilled(t *testing.T) {
	server := testkit.OwnRedis(t)
	now := testkit.NewClock()
	c := open(t, Config{URL: server.URL, Now: now.Now})
	limiter, rate := c.Limiter(), Rate{Per: time.Hour, Burst: 20}
	var tries atomic.Int64
	got := acts(16, 50, func() bool {
		if tries.Add(1) == 200 {
			server.Kill()
		}
		ok, _, err := limiter.Allow(t.Context(), "13804710000", rate)
		if err != nil {
			t.Error(err)
		}
		return ok
	})
	if got < 20 || got > 40 || limiter.Missed() == 0 {
		t.Fatalf("allowed %d of 800 (%d alone), want 20 to 40", got, limiter.Missed())
	}
	if ok, wait, err := limiter.Allow(t.Context(), "13804710000", rate); ok || wait <= 0 || err != nil {
		t.Fatalf("Allow = %v, %v, %v, want a refusal with a wait", ok, wait, err)
	}
}

func TestFlushAtAnyMomentBreaksNoLimit(t *testing.T) {
	servers := map[string]*Cache{"miniredis": scripted(t, time.Now), "redis": open(t, Config{URL: testkit.OwnRedis(t).URL})}
	for name, c := range servers {
		limiter, flushes := c.Limiter(), int64(0)
		var tries atomic.Int64
		got := acts(8, 100, func() bool {
			if tries.Add(1)%200 == 0 {
				atomic.AddInt64(&flushes, 1)
				c.client.do(t.Context(), "flushall")
				c.client.do(t.Context(), "script", "flush")
			}
			ok, _, err := limiter.Allow(t.Context(), "k", Rate{Per: time.Hour, Burst: 10})
			if err != nil {
				t.Error(err)
			}
			return ok
		})
		if most := 10 * (flushes + 1); got > most || limiter.Missed() != 0 {
			t.Errorf("%s: allowed %d after %d flushes (%d alone), want at most %d", name, got, flushes, limiter.Missed(), most)
		}
	}
}

func BenchmarkAllow(b *testing.B) {
	for name, onScript := range map[string]bool{"embedded": false, "script on miniredis": true} {
		b.Run(name, func(b *testing.B) {
			c := Embedded(time.Now, nil)
			if onScript {
				c = scripted(b, time.Now)
			}
			limiter := c.Limiter()
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := limiter.Allow(b.Context(), "k", Rate{Per: time.Microsecond, Burst: 1000}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

package cache

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"go.uber.org/goleak"

	"pugongying/internal/testkit"
)

func TestMain(m *testing.M) {
	Silence()
	goleak.VerifyTestMain(m)
}

func open(t *testing.T, cfg Config) *Cache {
	t.Helper()
	if cfg.Secret == nil {
		cfg.Secret = []byte(rand.Text())
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	c, err := Redis(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func embedded(t *testing.T, now func() time.Time) *Cache {
	t.Helper()
	c := Embedded(now, nil)
	t.Cleanup(func() { c.Close() })
	return c
}

// scripted is a cache on miniredis, a Redis in Go whose clock can be set: now, carried over every 100 ms.
func scripted(t testing.TB, now func() time.Time) *Cache {
	t.Helper()
	server := miniredis.NewMiniRedis()
	if err := server.StartAddr("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	server.SetTime(now())
	server.ClockTTL(true)
	c, err := Redis(Config{URL: "redis://" + server.Addr(), Secret: []byte(rand.Text()), Now: now})
	if err != nil {
		t.Fatal(err)
	}
	c.ownClock = true
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		ticker := time.NewTicker(100 * time.Millisecond)
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
	t.Cleanup(func() {
		c.Close()
		close(quit)
		<-done
		server.Close()
	})
	return c
}

// onBoth runs one contract on the embedded engine, on miniredis with the limiter's script, and on a real Redis. Both are
// sent this process's time, so that the boundaries can be met exactly.
func onBoth(t *testing.T, contract func(t *testing.T, c *Cache, now *testkit.Clock)) {
	t.Run("embedded", func(t *testing.T) {
		now := testkit.NewClock()
		contract(t, embedded(t, now.Now), now)
	})
	t.Run("miniredis", func(t *testing.T) {
		now := testkit.NewClock()
		contract(t, scripted(t, now.Now), now)
	})
	t.Run("redis", func(t *testing.T) {
		now := testkit.NewClock()
		c := open(t, Config{URL: testkit.Redis(t).URL, Now: now.Now})
		c.ownClock = true
		contract(t, c, now)
	})
}

func TestFaultsOfTheConfigurationAreNamed(t *testing.T) {
	secret := []byte("0123456789abcdef")
	for name, fault := range map[string]struct {
		cfg  Config
		want error
	}{
		"nothing":   {Config{Secret: secret}, ErrAddress},
		"both":      {Config{Secret: secret, URL: "redis://a:1", Addresses: []string{"b:1"}}, ErrAddress},
		"other":     {Config{Secret: secret, URL: "http://a:1"}, ErrAddress},
		"no host":   {Config{Secret: secret, URL: "redis://"}, ErrAddress},
		"not a URL": {Config{Secret: secret, URL: "redis://a:%zz"}, ErrAddress},
		"password":  {Config{Secret: secret, URL: "redis://u:hunter2@a:1"}, ErrPassword},
		"secret":    {Config{Secret: secret[:15], URL: "redis://a:1"}, ErrSecret},
		"no file":   {Config{Secret: secret, URL: "redis://a:1", PasswordFile: "/nowhere/at/all"}, os.ErrNotExist},
	} {
		_, err := Redis(fault.cfg)
		if !errors.Is(err, fault.want) {
			t.Errorf("%s: Redis = %v, want %v", name, err, fault.want)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %q repeats the password", name, err)
		}
	}
}

func TestThePasswordComesFromItsFile(t *testing.T) {
	server := testkit.OwnRedis(t, "--requirepass", "开门 123")
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte("开门 123\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := open(t, Config{URL: server.URL}).Ping(t.Context()); err == nil {
		t.Fatal("Ping without the password succeeded")
	}
	c := open(t, Config{URL: server.URL, PasswordFile: file})
	if err := c.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := c.Describe(); !strings.HasPrefix(got, "Redis ") {
		t.Fatalf("Describe = %q", got)
	}
}

func TestSentinelLeadsToTheMaster(t *testing.T) {
	master := testkit.OwnRedis(t)
	conf := filepath.Join(t.TempDir(), "sentinel.conf")
	host, port, _ := strings.Cut(master.Address, ":")
	if err := os.WriteFile(conf, fmt.Appendf(nil, "sentinel monitor pgy %s %s 1\n", host, port), 0o600); err != nil {
		t.Fatal(err)
	}
	sentinel := testkit.OwnRedis(t, conf, "--sentinel")
	c := open(t, Config{Addresses: []string{sentinel.Address}, Master: "pgy"})
	if ok, _, err := c.Limiter().Allow(t.Context(), "k", Rate{time.Minute, 1}); !ok || err != nil || c.Failures() != 0 {
		t.Fatalf("Allow = %v, %v; failures %d", ok, err, c.Failures())
	}
	direct := open(t, Config{URL: master.URL})
	if n, err := direct.client.do(t.Context(), "dbsize").Int(); n != 1 || err != nil {
		t.Fatalf("the master holds %d keys, %v, want 1", n, err)
	}
}

func TestAClusterServes(t *testing.T) {
	node := testkit.OwnRedis(t, "--cluster-enabled", "yes")
	admin := open(t, Config{URL: node.URL})
	if err := admin.client.do(t.Context(), "cluster", "addslotsrange", 0, 16383).Err(); err != nil {
		t.Fatal(err)
	}
	c := open(t, Config{Addresses: []string{node.Address}})
	eventually(t, "the cluster to serve", func() bool { return c.client.set(t.Context(), "probe", 1, time.Second) == nil })
	for i := range 20 {
		ok, _, err := c.Limiter().Allow(t.Context(), fmt.Sprint(i), Rate{time.Minute, 1})
		if !ok || err != nil || c.Failures() != 0 {
			t.Fatalf("Allow(%d) = %v, %v; failures %d", i, ok, err, c.Failures())
		}
	}
}

func TestNoKeyTellsWhatItIsNamedAfter(t *testing.T) {
	onBoth(t, func(t *testing.T, c *Cache, _ *testkit.Clock) {
		const phone, openid, token = "13804710000", "oGZUI0egBJY1zhBYw2KhdUfwVJJE", "f2ca1bb6c7e907d06dafe4687e579fce"
		ctx := t.Context()
		if _, _, err := c.Limiter().Allow(ctx, phone, Rate{time.Minute, 3}); err != nil {
			t.Fatal(err)
		}
		c.Sessions().Put(ctx, token, []byte("v"), time.Second)
		if err := c.Tokens().Set("gowechat_miniprogram__stable_access_token_wx01", "t", time.Minute); err != nil {
			t.Fatal(err)
		}
		c.Sessions().Put(ctx, openid, []byte("v"), time.Second)
		if c.alone {
			return // nothing leaves this process
		}
		keys, err := c.client.do(ctx, "keys", "*").StringSlice()
		if err != nil || len(keys) != 4 {
			t.Fatalf("keys = %v, %v, want 4", keys, err)
		}
		all := strings.Join(keys, " ")
		for _, secret := range []string{phone, openid, token, "wx01", c.plainKey("limit", phone)} {
			if strings.Contains(all, secret) {
				t.Errorf("a key shows %q", secret)
			}
		}
		// The control: an entry under a clear name would have been seen.
		if err := c.client.set(ctx, "clear:"+phone, 1, time.Second); err != nil {
			t.Fatal(err)
		}
		if keys, _ = c.client.do(ctx, "keys", "*").StringSlice(); !strings.Contains(strings.Join(keys, " "), phone) {
			t.Error("the search does not see a phone number in clear")
		}
	})
}

// plainKey is what a dictionary attack without the secret would compute.
func (c *Cache) plainKey(kind, name string) string {
	guess := &Cache{macs: macs(nil)}
	return guess.key(kind, name)
}

func TestTheEmbeddedCacheNeedsNothing(t *testing.T) {
	before := goleak.IgnoreCurrent()
	c := Embedded(time.Now, nil)
	if err := c.Ping(t.Context()); err != nil || c.Describe() != "in process (embedded)" {
		t.Errorf("Ping = %v, Describe = %q", err, c.Describe())
	}
	if ok, _, err := c.Limiter().Allow(t.Context(), "k", Rate{time.Minute, 1}); !ok || err != nil {
		t.Errorf("Allow = %v, %v", ok, err)
	}
	goleak.VerifyNone(t, before) // nothing of it runs, open or closed
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

// A Redis that dies is said once, is asked once a second, and is used again when it is back.
func TestGoingAndComingBackAreLoggedOnce(t *testing.T) {
	server := testkit.OwnRedis(t)
	now, log := testkit.NewClock(), &lines{}
	c := open(t, Config{URL: server.URL, Now: now.Now, Log: slog.New(slog.NewTextHandler(log, nil))})
	limiter, rate := c.Limiter(), Rate{time.Hour, 1000}
	act := func(n int) {
		for range n {
			if ok, _, err := limiter.Allow(t.Context(), "k", rate); !ok || err != nil {
				t.Fatalf("Allow = %v, %v", ok, err)
			}
		}
	}
	act(5)
	server.Kill()
	act(50)
	if log.count("WARN") != 1 || c.Failures() != 1 || limiter.Missed() != 50 {
		t.Fatalf("warnings %d, failures %d, alone %d, want 1, 1, 50", log.count("WARN"), c.Failures(), limiter.Missed())
	}
	server.Start(t)
	act(5)
	if log.count("INFO") != 0 {
		t.Fatal("asked again before its second was over")
	}
	now.Advance(pause)
	act(5)
	if log.count("INFO") != 1 || log.count("WARN") != 1 || limiter.Missed() != 55 {
		t.Fatalf("log %q, alone %d", log, limiter.Missed())
	}
}

func TestACallerWhoGivesUpIsNotRedisFailing(t *testing.T) {
	onBoth(t, func(t *testing.T, c *Cache, _ *testkit.Clock) {
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if ok, _, err := c.Limiter().Allow(gone, "k", Rate{time.Second, 1}); ok || !errors.Is(err, context.Canceled) {
			t.Errorf("Allow = %v, %v, want context.Canceled", ok, err)
		}
		c.Sessions().Put(gone, "k", []byte("v"), time.Second)
		if c.Failures() != 0 {
			t.Errorf("failures = %d, want 0", c.Failures())
		}
	})
}

type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

func (l *lines) count(word string) int { return strings.Count(l.String(), word) }

func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for range 500 {
		if done() {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("waited 10 s for %s", what)
}

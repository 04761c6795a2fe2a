package cache

import (
	"fmt"
	"testing"
	"time"

	"pugongying/internal/testkit"
)

const tokenKey = "wx0123456789"

func TestATokenIsSharedAndEnds(t *testing.T) {
	onBoth(t, func(t *testing.T, c *Cache, now *testkit.Clock) {
		ctx, setter := t.Context(), c.Tokens()
		other := c.Tokens() // another server on the same Redis
		if c.alone {
			other = setter
		}
		if got := setter.Get(ctx, tokenKey); got != "" {
			t.Fatalf("Get before Set = %v", got)
		}
		setter.Set(ctx, tokenKey, "ACCESS", 7200*time.Second-300*time.Second)
		for name, server := range map[string]*Tokens{"setter": setter, "other": other} {
			if got := server.Get(ctx, tokenKey); got != "ACCESS" {
				t.Fatalf("%s: Get = %q", name, got)
			}
		}
		if !c.alone {
			if left := c.client.PTTL(ctx, c.key("token", tokenKey)).Val(); left <= 0 || left > 6900*time.Second {
				t.Fatalf("Redis keeps it for %v, want at most 6900s and not for ever", left)
			}
		}
		other.Delete(ctx, tokenKey)
		if got := other.Get(ctx, tokenKey); got != "" {
			t.Fatalf("Get after Delete = %q", got)
		}
		now.Advance(6900 * time.Second)
		if got := setter.Get(ctx, tokenKey); got != "" {
			t.Fatalf("Get after its time = %q", got)
		}
	})
}

// The trap: a token lives for expires_in − 300 s, and SET with a lifetime of nothing means for ever.
func TestNoTokenIsStoredForEver(t *testing.T) {
	onBoth(t, func(t *testing.T, c *Cache, _ *testkit.Clock) {
		tokens := c.Tokens()
		for _, expiresIn := range []int{300, 299, 0, -1} {
			life := time.Duration(expiresIn-300) * time.Second
			tokens.Set(t.Context(), tokenKey, "ACCESS", life)
			if got := tokens.Get(t.Context(), tokenKey); got != "" {
				t.Errorf("expires_in %d: Get = %v, want nothing", expiresIn, got)
			}
		}
		tokens.Set(t.Context(), tokenKey, "", time.Hour)
		if got := tokens.Get(t.Context(), tokenKey); got != "" {
			t.Errorf("an empty token is kept: %q", got)
		}
		if c.alone {
			return
		}
		// The control: a plain SET does keep it for ever, and this test would see it.
		c.client.Set(t.Context(), c.key("token", tokenKey), "ACCESS", 0)
		if tokens.Get(t.Context(), tokenKey) == "" || c.client.PTTL(t.Context(), c.key("token", tokenKey)).Val() != -1 {
			t.Error("this test cannot see a token kept for ever")
		}
	})
}

func TestATokenSurvivesItsRedis(t *testing.T) {
	server, now := testkit.OwnRedis(t), testkit.NewClock()
	c := open(t, Config{URL: server.URL, Now: now.Now})
	tokens := c.Tokens()
	tokens.Set(t.Context(), tokenKey, "ACCESS", time.Hour)
	c.client.FlushAll(t.Context())
	if got := tokens.Get(t.Context(), tokenKey); got != "ACCESS" {
		t.Fatalf("Get after FLUSHALL = %v", got)
	}
	server.Kill()
	if got := tokens.Get(t.Context(), tokenKey); got != "ACCESS" {
		t.Fatalf("Get without Redis = %v", got)
	}
	tokens.Set(t.Context(), "second", "ANOTHER", time.Minute)
	if got := tokens.Get(t.Context(), "second"); got != "ANOTHER" {
		t.Fatalf("Get(second) = %v", got)
	}
	now.Advance(time.Minute)
	if got := tokens.Get(t.Context(), "second"); got != "" {
		t.Fatalf("the copy outlived its time: %v", got)
	}
	if tokens.Delete(t.Context(), tokenKey); tokens.Get(t.Context(), tokenKey) != "" {
		t.Fatalf("after Delete without Redis: %q", tokens.Get(t.Context(), tokenKey))
	}
}

func TestTokensUnderConcurrentUse(t *testing.T) {
	tokens := embedded(t, time.Now).Tokens()
	bad := acts(16, 50, func() bool {
		key := fmt.Sprint(time.Now().UnixNano() % 3)
		tokens.Set(t.Context(), key, "T"+key, time.Minute)
		got := tokens.Get(t.Context(), key)
		tokens.Delete(t.Context(), key)
		return got != "" && got != "T"+key
	})
	if bad != 0 {
		t.Fatalf("%d wrong answers", bad)
	}
}

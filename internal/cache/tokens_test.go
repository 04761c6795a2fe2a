package cache

import (
	"fmt"
	"testing"
	"time"

	wechat "github.com/silenceper/wechat/v2/cache"

	"pugongying/internal/testkit"
)

const tokenKey = "gowechat_miniprogram__stable_access_token_wx0123456789"

func TestATokenIsSharedAndEnds(t *testing.T) {
	onBoth(t, func(t *testing.T, c *Cache, now *testkit.Clock) {
		var sdk wechat.ContextCache = c.Tokens()
		other := c.Tokens() // another server on the same Redis
		if c.alone {
			other = sdk.(*Tokens)
		}
		if got := sdk.Get(tokenKey); got != nil || sdk.IsExist(tokenKey) {
			t.Fatalf("Get before Set = %v", got)
		}
		if err := wechat.SetContext(t.Context(), sdk, tokenKey, "ACCESS", 7200*time.Second-300*time.Second); err != nil {
			t.Fatal(err)
		}
		for name, server := range map[string]wechat.Cache{"setter": sdk, "other": other} {
			if got, ok := server.Get(tokenKey).(string); !ok || got != "ACCESS" || !server.IsExist(tokenKey) {
				t.Fatalf("%s: Get = %v", name, server.Get(tokenKey))
			}
		}
		if !c.alone {
			if left, _ := c.lifetime(t.Context(), c.key("token", tokenKey)); left <= 0 || left > 6900*time.Second {
				t.Fatalf("Redis keeps it for %v, want at most 6900s and not for ever", left)
			}
		}
		if err := other.Delete(tokenKey); err != nil {
			t.Fatal(err)
		}
		if got := other.Get(tokenKey); got != nil {
			t.Fatalf("Get after Delete = %v", got)
		}
		now.Advance(6900 * time.Second)
		if got := sdk.Get(tokenKey); got != nil {
			t.Fatalf("Get after its time = %v", got)
		}
	})
}

// The trap: the SDK asks for expires_in − 300 s, and SET with a lifetime of nothing means for ever.
func TestNoTokenIsStoredForEver(t *testing.T) {
	onBoth(t, func(t *testing.T, c *Cache, _ *testkit.Clock) {
		tokens := c.Tokens()
		for _, expiresIn := range []int{300, 299, 0, -1} {
			life := time.Duration(expiresIn-300) * time.Second
			if err := tokens.Set(tokenKey, "ACCESS", life); err != nil {
				t.Fatal(err)
			}
			if got := tokens.Get(tokenKey); got != nil {
				t.Errorf("expires_in %d: Get = %v, want nothing", expiresIn, got)
			}
		}
		for _, worthless := range []any{"", nil, 42, []byte("ACCESS")} {
			if err := tokens.Set(tokenKey, worthless, time.Hour); err != nil {
				t.Fatal(err)
			}
			if got := tokens.Get(tokenKey); got != nil {
				t.Errorf("Set(%v): Get = %v, want nothing", worthless, got)
			}
		}
		if c.alone {
			return
		}
		// The control: a plain SET does keep it for ever, and this test would see it.
		c.client.do(t.Context(), "set", c.key("token", tokenKey), "ACCESS")
		if left, _ := c.lifetime(t.Context(), c.key("token", tokenKey)); tokens.Get(tokenKey) == nil || left != -time.Millisecond {
			t.Error("this test cannot see a token kept for ever")
		}
	})
}

func TestATokenSurvivesItsRedis(t *testing.T) {
	server, now := testkit.OwnRedis(t), testkit.NewClock()
	c := open(t, Config{URL: server.URL, Now: now.Now})
	tokens := c.Tokens()
	if err := tokens.Set(tokenKey, "ACCESS", time.Hour); err != nil {
		t.Fatal(err)
	}
	c.client.do(t.Context(), "flushall")
	if got := tokens.Get(tokenKey); got != "ACCESS" {
		t.Fatalf("Get after FLUSHALL = %v", got)
	}
	server.Kill()
	if got := tokens.Get(tokenKey); got != "ACCESS" {
		t.Fatalf("Get without Redis = %v", got)
	}
	if err := tokens.Set("second", "ANOTHER", time.Minute); err != nil {
		t.Fatalf("Set without Redis = %v", err)
	}
	if got := tokens.Get("second"); got != "ANOTHER" {
		t.Fatalf("Get(second) = %v", got)
	}
	now.Advance(time.Minute)
	if got := tokens.Get("second"); got != nil {
		t.Fatalf("the copy outlived its time: %v", got)
	}
	if err := tokens.Delete(tokenKey); err != nil || tokens.Get(tokenKey) != nil {
		t.Fatalf("Delete without Redis = %v, then %v", err, tokens.Get(tokenKey))
	}
}

func TestTokensUnderConcurrentUse(t *testing.T) {
	tokens := embedded(t, time.Now).Tokens()
	bad := acts(16, 50, func() bool {
		key := fmt.Sprint(time.Now().UnixNano() % 3)
		if err := tokens.Set(key, "T"+key, time.Minute); err != nil {
			return true
		}
		got := tokens.Get(key)
		if err := tokens.Delete(key); err != nil {
			return true
		}
		return got != nil && got != "T"+key
	})
	if bad != 0 {
		t.Fatalf("%d wrong answers", bad)
	}
}

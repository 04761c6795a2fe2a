package cache

import (
	"context"
	"sync"
	"time"

	"github.com/silenceper/wechat/v2/cache"
)

var _ cache.ContextCache = (*Tokens)(nil)

// Tokens is the WeChat SDK's cache of access tokens: shared through Redis, with a copy in this process that serves when
// Redis does not. The SDK asks for a lifetime of expires_in − 300 s; nothing is stored for a lifetime of zero or less (a
// plain SET would store it for ever), and an empty token is never stored.
type Tokens struct {
	cache *Cache

	mu     sync.Mutex
	copies map[string]tokenCopy
}

type tokenCopy struct {
	value string
	until time.Time
}

// Tokens makes a token cache; one a process.
func (c *Cache) Tokens() *Tokens { return &Tokens{cache: c, copies: map[string]tokenCopy{}} }

// Get is GetContext without a caller's deadline.
func (t *Tokens) Get(key string) any { return t.GetContext(context.Background(), key) }

// Set is SetContext without a caller's deadline.
func (t *Tokens) Set(key string, val any, life time.Duration) error {
	return t.SetContext(context.Background(), key, val, life)
}

// IsExist is IsExistContext without a caller's deadline.
func (t *Tokens) IsExist(key string) bool { return t.IsExistContext(context.Background(), key) }

// Delete is DeleteContext without a caller's deadline.
func (t *Tokens) Delete(key string) error { return t.DeleteContext(context.Background(), key) }

// GetContext gives a string, or nil when there is none.
func (t *Tokens) GetContext(ctx context.Context, key string) any {
	if t.cache.reachable() {
		value, err := t.cache.client.get(ctx, t.cache.key("token", key)).Result()
		if t.cache.health.saw(ctx, err) && err == nil && value != "" {
			return value
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	stored, ok := t.copies[key]
	if !ok || !t.cache.now().Before(stored.until) {
		delete(t.copies, key)
		return nil
	}
	return stored.value
}

// SetContext keeps a string for life, in Redis when it answers and here in any case. It never fails: an error here
// would make the SDK give up a call whose token is good.
func (t *Tokens) SetContext(ctx context.Context, key string, val any, life time.Duration) error {
	value, ok := val.(string)
	if !ok || value == "" || life < time.Millisecond {
		return nil
	}
	t.mu.Lock()
	t.copies[key] = tokenCopy{value: value, until: t.cache.now().Add(life)}
	t.mu.Unlock()
	if t.cache.reachable() {
		t.cache.health.saw(ctx, t.cache.client.set(ctx, t.cache.key("token", key), value, life))
	}
	return nil
}

// IsExistContext says whether GetContext would give something.
func (t *Tokens) IsExistContext(ctx context.Context, key string) bool {
	return t.GetContext(ctx, key) != nil
}

// DeleteContext forgets a token that WeChat refused, here and in Redis; like SetContext it never fails.
func (t *Tokens) DeleteContext(ctx context.Context, key string) error {
	t.mu.Lock()
	delete(t.copies, key)
	t.mu.Unlock()
	if t.cache.reachable() {
		t.cache.health.saw(ctx, t.cache.client.del(ctx, t.cache.key("token", key)))
	}
	return nil
}

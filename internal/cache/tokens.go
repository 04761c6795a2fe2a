package cache

import (
	"context"
	"sync"
	"time"
)

// Tokens remembers WeChat's access tokens: shared through Redis, with a copy in this process that serves when Redis does
// not. Nothing is stored for a lifetime of zero or less (a plain SET would store it for ever), and an empty token is never
// stored. It never fails: a token that is forgotten is asked for again.
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

// Get gives a token, "" when there is none.
func (t *Tokens) Get(ctx context.Context, name string) string {
	if t.cache.reachable() {
		value, err := t.cache.client.Get(ctx, t.cache.key("token", name)).Result()
		if t.cache.health.saw(ctx, err) && err == nil && value != "" {
			return value
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	stored, ok := t.copies[name]
	if !ok || !t.cache.now().Before(stored.until) {
		delete(t.copies, name)
		return ""
	}
	return stored.value
}

// Set keeps a token for life, in Redis when it answers and here in any case.
func (t *Tokens) Set(ctx context.Context, name, value string, life time.Duration) {
	if value == "" || life < time.Millisecond {
		return
	}
	t.mu.Lock()
	t.copies[name] = tokenCopy{value: value, until: t.cache.now().Add(life)}
	t.mu.Unlock()
	if t.cache.reachable() {
		t.cache.health.saw(ctx, t.cache.client.Set(ctx, t.cache.key("token", name), value, life).Err())
	}
}

// Delete forgets a token that WeChat refused, here and in Redis.
func (t *Tokens) Delete(ctx context.Context, name string) {
	t.mu.Lock()
	delete(t.copies, name)
	t.mu.Unlock()
	if t.cache.reachable() {
		t.cache.health.saw(ctx, t.cache.client.Del(ctx, t.cache.key("token", name)).Err())
	}
}

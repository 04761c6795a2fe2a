package cache

import (
	"context"
	"time"
)

const (
	// sessionLife is how long a look-up is believed. With the half second a write may take and the embedded engine's tick,
	// a session revoked anywhere is dead everywhere within 2 s, whether or not anybody could tell Redis.
	sessionLife    = 1400 * time.Millisecond
	largestSession = 4 << 10
)

// Sessions remembers session look-ups for less than two seconds, so that a page's ten requests read the truth once: in
// Redis, where every server sees what another deleted, or, where no other server exists, in this process. The values are
// the caller's own, at most 4 KiB; nobody may change the bytes of one that was put or given. Names are token hashes.
type Sessions struct {
	cache *Cache
	life  time.Duration
}

// Sessions makes a session cache.
func (c *Cache) Sessions() *Sessions { return &Sessions{cache: c, life: sessionLife} }

// Read gives the remembered value, or asks load (the truth) and remembers its answer, counting from before load began:
// whatever is revoked meanwhile dies in time. An error of load is returned and not remembered. Without Redis every
// call loads.
func (s *Sessions) Read(ctx context.Context, tokenHash string, load func(context.Context) ([]byte, error)) ([]byte, error) {
	if value, ok := s.Get(ctx, tokenHash); ok {
		return value, nil
	}
	began := s.cache.now()
	value, err := load(ctx)
	if err != nil {
		return nil, err
	}
	s.Put(ctx, tokenHash, value, s.life-s.cache.now().Sub(began))
	return value, nil
}

// Get gives the remembered value, if there is one and Redis answers.
func (s *Sessions) Get(ctx context.Context, tokenHash string) ([]byte, bool) {
	if s.cache.alone {
		return s.cache.sessions.get(tokenHash)
	}
	if !s.cache.health.ask() {
		return nil, false
	}
	value, err := s.cache.client.get(ctx, s.cache.key("session", tokenHash)).Bytes()
	s.cache.health.saw(ctx, err)
	return value, err == nil
}

// Put remembers a value read from the truth just now, for life or 1.4 s, whichever is less; not at all when life is
// nothing, the value is too large or Redis is away.
func (s *Sessions) Put(ctx context.Context, tokenHash string, value []byte, life time.Duration) {
	life = min(life, s.life)
	if life < time.Millisecond || len(value) > largestSession {
		return
	}
	if s.cache.alone {
		s.cache.sessions.put(tokenHash, value, life)
		return
	}
	if !s.cache.health.ask() {
		return
	}
	err := s.cache.client.set(ctx, s.cache.key("session", tokenHash), value, life)
	s.cache.health.saw(ctx, err)
}

// Delete forgets a session at once where Redis answers; elsewhere it is forgotten within 2 s by itself.
func (s *Sessions) Delete(ctx context.Context, tokenHash string) {
	if s.cache.alone {
		s.cache.sessions.delete(tokenHash)
		return
	}
	if !s.cache.health.ask() {
		return
	}
	err := s.cache.client.del(ctx, s.cache.key("session", tokenHash))
	s.cache.health.saw(ctx, err)
}

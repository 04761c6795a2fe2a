package store

import (
	"slices"
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"pugongying/internal/member"
	"pugongying/internal/quiz"
)

// recent is a bounded cache of the most recently used open attempts. It returns and stores copies.
type recent struct {
	mu       sync.Mutex // over reading and writing together: put compares revisions
	attempts *simplelru.LRU[string, *quiz.Attempt]
}

func newRecent(limit int) *recent {
	attempts, err := simplelru.NewLRU[string, *quiz.Attempt](limit, nil)
	if err != nil {
		panic(err) // the limit is a constant of ours and not 0
	}
	return &recent{attempts: attempts}
}

// get returns the attempt as it was last put, nil when it is not cached.
func (r *recent) get(id string) *quiz.Attempt {
	r.mu.Lock()
	defer r.mu.Unlock()
	a, ok := r.attempts.Get(id)
	if !ok {
		return nil
	}
	return clone(a)
}

// put caches an attempt unless a later revision is cached; one that is no longer open is removed instead.
func (r *recent) put(a *quiz.Attempt) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if here, ok := r.attempts.Peek(a.ID); ok && here.Rev > a.Rev {
		return
	}
	if a.State != quiz.Open {
		r.attempts.Remove(a.ID)
		return
	}
	r.attempts.Add(a.ID, clone(a))
}

func (r *recent) drop(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.attempts.Remove(id)
}

// forget lets go of everything of a member's.
func (r *recent) forget(owner member.Handle) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, a := range r.attempts.Values() {
		if a.Owner == owner {
			r.attempts.Remove(a.ID)
		}
	}
}

// clone is a copy whose answers can change alone; slices further within are replaced, never changed (quiz.Attempt).
func clone(a *quiz.Attempt) *quiz.Attempt {
	c := *a
	c.Drawn = slices.Clone(a.Drawn)
	return &c
}

package store

import (
	"container/list"
	"slices"
	"sync"

	"pugongying/internal/member"
	"pugongying/internal/quiz"
)

// recent holds the open attempts used last, at most so many. What it gives and takes are copies.
type recent struct {
	mu    sync.Mutex
	limit int
	order *list.List // of *quiz.Attempt, the latest used first
	byID  map[string]*list.Element
}

func newRecent(limit int) *recent {
	return &recent{limit: limit, order: list.New(), byID: map[string]*list.Element{}}
}

// get gives the attempt as it was last put, nil when it is not here.
func (r *recent) get(id string) *quiz.Attempt {
	r.mu.Lock()
	defer r.mu.Unlock()
	at, ok := r.byID[id]
	if !ok {
		return nil
	}
	r.order.MoveToFront(at)
	return clone(held(at))
}

// put takes an attempt in unless a later revision is here; one that is no longer open leaves instead.
func (r *recent) put(a *quiz.Attempt) {
	r.mu.Lock()
	defer r.mu.Unlock()
	at, here := r.byID[a.ID]
	switch {
	case here && held(at).Rev > a.Rev:
		return
	case a.State != quiz.Open:
		r.remove(at)
	case here:
		at.Value = clone(a)
		r.order.MoveToFront(at)
	default:
		r.byID[a.ID] = r.order.PushFront(clone(a))
		if r.order.Len() > r.limit {
			r.remove(r.order.Back())
		}
	}
}

func (r *recent) drop(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.remove(r.byID[id])
}

// forget lets go of everything of a member's.
func (r *recent) forget(owner member.ID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, at := range r.byID {
		if held(at).Owner == owner {
			r.remove(at)
		}
	}
}

func (r *recent) remove(at *list.Element) {
	if at == nil {
		return
	}
	delete(r.byID, held(at).ID)
	r.order.Remove(at)
}

func held(at *list.Element) *quiz.Attempt { return at.Value.(*quiz.Attempt) }

// clone is a copy whose answers can change alone; slices further within are replaced, never changed (quiz.Attempt).
func clone(a *quiz.Attempt) *quiz.Attempt {
	c := *a
	c.Drawn = slices.Clone(a.Drawn)
	return &c
}

package law

import (
	"slices"
	"sync"
)

// cachedTexts bounds what is kept in memory; the longest decoded text is about two megabytes.
const cachedTexts = 12

// recent holds what was used last, by id.
type recent[T any] struct {
	mu    sync.Mutex
	order []string // the latest used last
	byID  map[string]T
}

// get gives what is here, else the zero T.
func (r *recent[T]) get(id string) T {
	r.mu.Lock()
	defer r.mu.Unlock()
	held, here := r.byID[id]
	if here {
		r.order = append(slices.DeleteFunc(r.order, func(other string) bool { return other == id }), id)
	}
	return held
}

func (r *recent[T]) put(id string, held T) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.byID == nil {
		r.byID = map[string]T{}
	}
	if _, here := r.byID[id]; !here {
		r.order = append(r.order, id)
	}
	r.byID[id] = held
	if len(r.order) > cachedTexts {
		delete(r.byID, r.order[0])
		r.order = slices.Delete(r.order, 0, 1)
	}
}

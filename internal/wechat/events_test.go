package wechat

import (
	"context"
	"errors"
	"sync"
	"time"
)

// events is an EventStore in memory. Broken makes the next calls fail.
type events struct {
	mu      sync.Mutex
	nonces  map[string]string
	kept    map[string]*waiting
	order   []string
	pushes  int
	broken  int
	settled []string
}

type waiting struct {
	Event
	due  time.Time
	done bool
}

func newEvents() *events { return &events{nonces: map[string]string{}, kept: map[string]*waiting{}} }

var errBroken = errors.New("the store is broken")

func (s *events) fails() bool {
	s.broken--
	return s.broken >= 0
}

func (s *events) Keep(ctx context.Context, p Push) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fails() {
		return errBroken
	}
	if body, there := s.nonces[p.Nonce]; there && body != p.Body {
		return ErrReplayed
	}
	s.nonces[p.Nonce] = p.Body
	s.pushes++
	for _, e := range p.Events {
		if s.kept[e.ID] == nil {
			s.kept[e.ID] = &waiting{Event: e}
			s.order = append(s.order, e.ID)
		}
	}
	return nil
}

func (s *events) Due(_ context.Context, now time.Time, limit int) ([]Event, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fails() {
		return nil, errBroken
	}
	var due []Event
	for _, id := range s.order {
		if w := s.kept[id]; !w.done && !w.due.After(now) && len(due) < limit {
			due = append(due, w.Event)
		}
	}
	return due, nil
}

func (s *events) Settle(_ context.Context, id string, again time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fails() {
		return errBroken
	}
	w := s.kept[id]
	switch {
	case w == nil:
	case again.IsZero():
		w.done = true
		s.settled = append(s.settled, id)
	default:
		w.due = again
		w.Tries++
	}
	return nil
}

func (s *events) all() []Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Event
	for _, id := range s.order {
		out = append(out, s.kept[id].Event)
	}
	return out
}

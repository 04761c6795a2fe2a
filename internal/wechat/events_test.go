package wechat

import (
	"context"
	"errors"
	"sync"
)

// events is an EventStore and an EventReader in memory. Broken makes the next calls fail.
type events struct {
	mu     sync.Mutex
	nonces map[string]string
	saved  map[string]Event
	order  []string
	pushes int
	broken int
}

func newEvents() *events { return &events{nonces: map[string]string{}, saved: map[string]Event{}} }

var errBroken = errors.New("the store is broken")

func (s *events) fails() bool {
	s.broken--
	return s.broken >= 0
}

func (s *events) Save(ctx context.Context, p Push) error {
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
		if _, there := s.saved[e.ID]; !there {
			s.saved[e.ID] = e
			s.order = append(s.order, e.ID)
		}
	}
	return nil
}

func (s *events) Event(_ context.Context, id string) (Event, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fails() {
		return Event{}, errBroken
	}
	e, there := s.saved[id]
	if !there {
		return Event{}, ErrEventUnknown
	}
	return e, nil
}

func (s *events) all() []Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Event
	for _, id := range s.order {
		out = append(out, s.saved[id])
	}
	return out
}

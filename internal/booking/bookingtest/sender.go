package bookingtest

import (
	"context"
	"sync"

	"pugongying/internal/booking"
	"pugongying/internal/member"
)

// Sender remembers what was shown.
type Sender struct {
	// Fails says how the n-th sending ends, from 1 on, and whether it was shown all the same; nil: all succeed.
	Fails func(n int) (shown bool, err error)

	mu    sync.Mutex
	calls int
	shown map[member.ID][]booking.Message
}

var _ booking.Sender = (*Sender)(nil)

// Ready is always true.
func (s *Sender) Ready() bool { return true }

// Remind shows a message.
func (s *Sender) Remind(_ context.Context, to member.ID, m booking.Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	shown, err := true, error(nil)
	if s.Fails != nil {
		shown, err = s.Fails(s.calls)
	}
	if shown {
		if s.shown == nil {
			s.shown = map[member.ID][]booking.Message{}
		}
		s.shown[to] = append(s.shown[to], m)
	}
	return err
}

// Shown are the messages a member saw.
func (s *Sender) Shown(to member.ID) []booking.Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]booking.Message(nil), s.shown[to]...)
}

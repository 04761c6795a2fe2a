package booking

import (
	"context"
	"errors"

	"pugongying/internal/idempotency"
	"pugongying/internal/member"
)

// Entry is what a member of staff books for somebody: for a caller, the next of a series, or from a file. Nothing of it is
// bound to what plans offer or to caps; cells are.
type Entry struct {
	Slot    Slot
	Mode    Mode
	Of      string // the appointment it follows in a series; "" for none: its person is the same
	Written Private
	Account string // of the member of staff
}

// Enter books it at once and gives the pick-up code. ErrSlotTaken, ErrTwice, ErrPast.
func (s *Service) Enter(ctx context.Context, e Entry, key *idempotency.Key) (Appointment, string, error) {
	if e.Slot.Start.Before(s.now()) {
		return Appointment{}, "", ErrPast
	}
	if err := s.check(e.Written); err != nil {
		return Appointment{}, "", err
	}
	var owner member.Handle // nobody, until there is an appointment of hers
	if e.Of != "" {
		before, err := s.Store.Appointment(ctx, e.Of)
		if err != nil {
			return Appointment{}, "", err
		}
		owner = before.Owner
	}
	by, id := Actor{Kind: ByStaff, ID: e.Account}, s.NewID()
	for salt := range codeSalts {
		a, _, err := s.create(ctx, key, func(*taken) (*Appointment, error) {
			a := Appointment{ID: id, Owner: owner, Once: key, Schema: schema}
			a.put(e.Slot, e.Mode)
			s.fill(&a, e.Written, salt)
			return &a, a.step(Confirmed, by, s.now())
		})
		if !errors.Is(err, ErrCode) {
			return a, s.codeOf(a.ID, a.Salt), err
		}
	}
	return Appointment{}, "", ErrCode
}

// Shift moves a confirmed appointment for a member of staff, to a slot that no plan need offer. ErrSlotTaken, ErrTwice, ErrState.
func (s *Service) Shift(ctx context.Context, account, id string, to Slot, mode Mode) (Appointment, error) {
	freed, after, err := s.move(ctx, Change{ID: id, Mode: mode}, to, Actor{Kind: ByStaff, ID: account})
	if err == nil {
		err = errors.Join(s.realign(ctx, after), s.offerFreed(ctx, freed))
	}
	return after, err
}

// Withdraw cancels an appointment for a member of staff. What she wrote stays until she was told.
func (s *Service) Withdraw(ctx context.Context, account, id string) error {
	return s.cancel(ctx, id, Actor{Kind: ByStaff, ID: account})
}

// Conclude says what came of an appointment: Done from its start on, NoShow ten minutes after. ErrEarly, ErrState.
func (s *Service) Conclude(ctx context.Context, account, id string, as State) (Appointment, error) {
	if as != Done && as != NoShow {
		return Appointment{}, ErrState
	}
	return s.change(ctx, id, func(a *Appointment, _ *taken) error {
		now := s.now()
		switch from := a.Start; {
		case a.State == as:
			return errUnchanged
		case a.State != Confirmed:
			return ErrState
		case as == NoShow && now.Before(from.Add(NoShowAfter)), now.Before(from):
			return ErrEarly
		}
		return a.step(as, Actor{Kind: ByStaff, ID: account}, now)
	})
}

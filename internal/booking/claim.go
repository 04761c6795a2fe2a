package booking

import (
	"context"
	"errors"
	"slices"
	"strings"

	"pugongying/internal/idempotency"
)

// claimTries bounds how often a claim begins again: after a stale holder was expired, or when a lane was taken meanwhile.
const claimTries = 12

// errUnchanged ends an update that has nothing to change.
var errUnchanged = errors.New("booking: unchanged")

// taken is what a claim knows by now of the lanes it may have.
type taken struct {
	lanes map[string]bool
	asked []string // all lanes of whatever is counted: who has them is looked up at once
}

// claim is the only way to a cell, for whatever takes one: write makes its appointment from what is known to be taken and
// stores it with its cells in one write. Where a cell is another's, that one is expired when its hold is over, and the write
// begins again; a lane that is taken is left out the next time. ErrSlotTaken, ErrTwice.
func (s *Service) claim(ctx context.Context, self string, write func(known *taken) (cells []string, err error)) error {
	known := &taken{lanes: map[string]bool{}}
	for range claimTries {
		known.asked = nil
		cells, err := write(known)
		if !errors.Is(err, ErrCells) {
			return err
		}
		holding, err := s.Store.Holding(ctx, append(known.asked, cells...))
		if err != nil {
			return err
		}
		for _, other := range holding {
			if other.ID == self {
				continue
			}
			if err := s.yield(ctx, other, cells, known); err != nil {
				return err
			}
		}
	}
	return ErrSlotTaken
}

// yield looks at one that has a cell this claim needs: it is expired, or its lanes are taken, or the claim has lost.
func (s *Service) yield(ctx context.Context, other Appointment, cells []string, known *taken) error {
	if other.stale(s.now()) {
		return s.expire(ctx, other.ID)
	}
	lost := error(nil)
	for _, cell := range other.Cells {
		switch {
		case slices.Contains(other.Lanes, cell):
			known.lanes[cell] = true
		case !slices.Contains(cells, cell):
		case strings.HasPrefix(cell, cellPerson):
			lost = &lostError{ErrTwice, other}
		case lost == nil:
			lost = &lostError{ErrSlotTaken, other}
		}
	}
	return lost
}

// lostError is a claim lost to another appointment.
type lostError struct {
	fault error
	to    Appointment
}

// Error is that of the fault.
func (e *lostError) Error() string { return e.fault.Error() }

// Unwrap gives the fault, which is what a door shows.
func (e *lostError) Unwrap() error { return e.fault }

// expire ends a hold whose time is over; one that was confirmed or prolonged meanwhile is left alone.
func (s *Service) expire(ctx context.Context, id string) error {
	now := s.now()
	var wait string
	err := s.Store.Update(ctx, id, func(a *Appointment) error {
		if !a.stale(now) {
			return errUnchanged
		}
		wait = a.Offer
		return a.step(Expired, Actor{Kind: BySystem}, now)
	})
	switch {
	case errors.Is(err, errUnchanged), errors.Is(err, ErrNotFound):
		return nil
	case err != nil || wait == "":
		return err
	}
	return s.lapse(ctx, wait, id)
}

// create claims for a new appointment, which make makes from what is known to be taken.
func (s *Service) create(
	ctx context.Context, key *idempotency.Key, build func(taken *taken) (*Appointment, error),
) (stored Appointment, isNew bool, err error) {
	err = s.claim(ctx, "", func(taken *taken) ([]string, error) {
		a, err := build(taken)
		if err != nil {
			return nil, err
		}
		stored, isNew, err = s.Store.Create(ctx, a, key)
		return a.Cells, err
	})
	return stored, isNew, err
}

// change claims for an appointment that is there.
func (s *Service) change(ctx context.Context, id string, apply func(a *Appointment, taken *taken) error) (Appointment, error) {
	var after Appointment
	err := s.claim(ctx, id, func(taken *taken) ([]string, error) {
		err := s.Store.Update(ctx, id, func(a *Appointment) error {
			err := apply(a, taken)
			after = *a
			return err
		})
		return after.Cells, err
	})
	if errors.Is(err, errUnchanged) {
		err = nil
	}
	return after, err
}

// lanes gives an appointment its places in what is counted, those it has already left as they are where they still count
// it. A member of staff's own booking takes none: the caller decides. ErrBusy, ErrManyAhead, ErrManyYearly.
func (s *Service) lanes(a *Appointment, known *taken, weekly int) error {
	type need struct {
		group group
		full  error
		from  int
	}
	var needs []need
	if a.State == Reserved && a.Offer == "" {
		holds := holdsOf(a.Counsellor, a.Start, weekly)
		needs = append(needs, need{holds, ErrBusy, s.Random(holds.places)})
	}
	if owner := string(a.Owner); owner != "" {
		needs = append(needs, need{aheadOf(owner), ErrManyAhead, 0}, need{yearOf(owner, a.Start), ErrManyYearly, 0})
	}
	lanes := make([]string, 0, len(needs))
	for _, n := range needs {
		if had := lanesOf(a.Lanes, n.group.prefix+"|"); len(had) > 0 && !known.lanes[had[0]] {
			lanes = append(lanes, had[0])
			continue
		}
		known.asked = append(known.asked, n.group.lanes()...)
		lane, free := n.group.free(known.lanes, n.from)
		if !free {
			return n.full
		}
		lanes = append(lanes, lane)
	}
	a.Lanes = lanes
	return nil
}

package booking

import (
	"context"
	"errors"
	"slices"
)

// proven loads an appointment that somebody showed to be hers: a held one by its id, any other by its code, or by the lock of
// the layer it hangs on. ErrNotFound for everything else.
func (s *Service) proven(ctx context.Context, who Booker, id, code string) (Appointment, error) {
	if code != "" {
		found, err := s.Find(ctx, who, code)
		if err != nil {
			return Appointment{}, err
		}
		if found.Appointment == nil || found.Appointment.ID != id {
			return Appointment{}, ErrNotFound
		}
		return *found.Appointment, nil
	}
	a, err := s.Store.Appointment(ctx, id)
	switch {
	case err != nil:
		return Appointment{}, err
	case a.State == Reserved || a.State == Expired:
		if !who.reaches(a.Owner) {
			return Appointment{}, ErrNotFound
		}
	case !who.Locked || a.Owner == "" || a.Owner != who.Owner:
		return Appointment{}, ErrNotFound
	}
	return a, nil
}

// Change is what Move is asked: another slot for an appointment, with its pick-up code where that is the proof.
type Change struct {
	ID, Code, Slot string
	Mode           Mode // "": as before
}

// Move gives an appointment, or a hold, another time: one write, so that there is never a second one. Moving it to where it
// is already is no change. ErrNotFound, ErrTooLate, ErrHoldExpired, ErrSlotTaken and what Hold refuses.
func (s *Service) Move(ctx context.Context, who Booker, c Change) (Appointment, error) {
	stored, err := s.proven(ctx, who, c.ID, c.Code)
	if err != nil {
		return Appointment{}, err
	}
	if c.Mode == "" {
		c.Mode = stored.Mode
	}
	slot, err := s.offered(ctx, c.Slot, Search{Mode: c.Mode})
	if err != nil {
		return Appointment{}, err
	}
	freed, after, err := s.move(ctx, c, slot, Actor{Kind: ByResident})
	if err == nil {
		err = errors.Join(s.realign(ctx, after), s.offerFreed(ctx, freed))
	}
	return after, err
}

func (s *Service) move(ctx context.Context, c Change, slot Slot, by Actor) (freed Slot, after Appointment, err error) {
	weekly, err := s.weekly(ctx, slot)
	if err != nil {
		return Slot{}, Appointment{}, err
	}
	after, err = s.change(ctx, c.ID, func(a *Appointment, taken *taken) error {
		now := s.now()
		freed = a.slot()
		if a.at(slot) && a.Mode == c.Mode {
			return errUnchanged
		}
		if by.Kind == ByResident {
			if err := a.changeable(now); err != nil {
				return err
			}
		} else if a.State != Confirmed {
			return ErrState
		}
		a.put(slot, c.Mode)
		if err := s.lanes(a, taken, weekly); err != nil {
			return err
		}
		a.Steps = append(slices.Clone(a.Steps), Step{From: a.State, To: a.State, By: by, At: now})
		a.arrange(now)
		return nil
	})
	return freed, after, err
}

// SlotID is how the doors name the slot it stands in.
func (a *Appointment) SlotID() string { return slotID(a.Counsellor, a.Start) }

// slot is the time an appointment has, as something that can be offered again.
func (a *Appointment) slot() Slot {
	return Slot{Counsellor: a.Counsellor, Start: a.Start, End: a.End, BusyFrom: a.BusyFrom, BusyTo: a.BusyTo, Modes: []Mode{a.Mode}, Region: a.Region, Place: a.Place, Room: a.Room}
}

// Cancel gives a time back. What she wrote goes with it. Cancelling again changes nothing. ErrNotFound, ErrTooLate.
func (s *Service) Cancel(ctx context.Context, who Booker, id, code string) error {
	if _, err := s.proven(ctx, who, id, code); err != nil {
		return err
	}
	return s.cancel(ctx, id, Actor{Kind: ByResident})
}

func (s *Service) cancel(ctx context.Context, id string, by Actor) error {
	var freed Slot
	var wait string
	now := s.now()
	err := s.Store.Update(ctx, id, func(a *Appointment) error {
		freed, wait = a.slot(), ""
		if a.State == Cancelled || a.State == Expired {
			return errUnchanged
		}
		if err := a.changeable(now); err != nil && by.Kind == ByResident {
			return err
		}
		if a.State == Reserved {
			wait = a.Offer
		}
		if by.Kind == ByResident {
			a.Private = Private{}
		}
		return a.step(Cancelled, by, now)
	})
	if errors.Is(err, errUnchanged) {
		return nil
	}
	if err == nil && wait != "" {
		err = s.lapse(ctx, wait, id)
	}
	if err == nil {
		err = s.offerFreed(ctx, freed)
	}
	return err
}

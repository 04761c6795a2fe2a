package booking

import (
	"context"
	"errors"
	"slices"
	"time"

	"pugongying/internal/member"
)

// List gives what a layer behind its lock has: appointments and waits. Without the lock's code there is nothing to see.
func (s *Service) List(ctx context.Context, who Booker) ([]Appointment, []Wait, error) {
	if !who.Locked || who.Owner == "" {
		return nil, nil, nil
	}
	all, err := s.Register.Of(ctx, who.Owner)
	if err != nil {
		return nil, nil, err
	}
	now := s.now()
	all = slices.DeleteFunc(all, func(a Appointment) bool {
		return a.State == Expired || a.stale(now) || a.State == Cancelled && a.Code == ""
	})
	waits, err := s.Waits.WaitsOf(ctx, who.Owner)
	return all, waits, err
}

// EraseMember cancels what is ahead of a layer and destroys what was written for it; an appointment that took place stays as
// a time without a person. Erasing again changes nothing.
func (s *Service) EraseMember(ctx context.Context, of member.Handle) error {
	hers, err := s.Register.Of(ctx, of)
	for _, a := range hers {
		var freed Slot
		failed := s.Store.EraseAppointment(ctx, a.ID, func(a *Appointment) error { freed = a.forget(s.now()); return nil })
		failed = errors.Join(failed, s.Notices.DeleteNotice(ctx, a.ID))
		if failed == nil && !freed.Start.IsZero() {
			failed = s.offerFreed(ctx, freed)
		}
		err = errors.Join(err, failed)
	}
	return errors.Join(err, s.Waits.DeleteWaits(ctx, of))
}

// forget takes her off an appointment and gives back what is ahead; the zero Slot when nothing was.
func (a *Appointment) forget(now time.Time) (freed Slot) {
	if a.State == Reserved || a.State == Confirmed && now.Before(a.End) {
		freed = a.slot()
		_ = a.step(Cancelled, Actor{Kind: ByResident}, now)
	}
	a.Owner, a.Private, a.Code, a.Once, a.Lanes = "", Private{}, "", nil, nil
	a.Cells = a.claims()
	return freed
}

// Merge gives what hangs on one layer to another. Where the other has something at the same time already, both stay, and the
// one that came is counted by nobody. An interrupted merge is finished by repeating it.
func (s *Service) Merge(ctx context.Context, from, to member.Handle) error {
	hers, err := s.Register.Of(ctx, from)
	for _, a := range hers {
		err = errors.Join(err, s.rehang(ctx, a.ID, from, to))
	}
	waits, failed := s.Waits.WaitsOf(ctx, from)
	err = errors.Join(err, failed)
	for _, w := range waits {
		err = errors.Join(err, s.Waits.UpdateWait(ctx, w.ID, func(w *Wait) error { w.Owner = to; return nil }))
	}
	return err
}

// rehang moves one appointment; what cannot be counted with the rest of hers keeps its time and is counted no more.
func (s *Service) rehang(ctx context.Context, id string, from, to member.Handle) error {
	_, err := s.change(ctx, id, func(a *Appointment, taken *taken) error {
		if a.Owner != from {
			return errUnchanged
		}
		a.Owner = to
		a.drop(laneAhead, laneYear)
		if a.Cells != nil {
			if err := s.lanes(a, taken, 0); err != nil {
				return err
			}
		}
		a.Cells = a.claims()
		return nil
	})
	if !errors.Is(err, ErrTwice) && !errors.Is(err, ErrManyAhead) && !errors.Is(err, ErrManyYearly) && !errors.Is(err, ErrBusy) {
		return err
	}
	err = s.Store.Update(ctx, id, func(a *Appointment) error {
		if a.Owner != from {
			return errUnchanged
		}
		a.Owner = ""
		a.drop(laneAhead, laneYear)
		a.Cells = a.claims()
		a.Owner = to
		return nil
	})
	if errors.Is(err, errUnchanged) {
		return nil
	}
	return err
}

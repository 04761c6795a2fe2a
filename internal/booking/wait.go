package booking

import (
	"context"
	"errors"
	"slices"
	"time"

	"pugongying/internal/civil"
	"pugongying/internal/idempotency"
	"pugongying/internal/member"
	"pugongying/internal/region"
)

// WaitState is how far an entry of the waitlist has come.
type WaitState string

// The states.
const (
	Waits      WaitState = "waiting"
	WaitOffer  WaitState = "offered"
	WaitServed WaitState = "served"
	WaitLeft   WaitState = "left"
)

const (
	maxWaits    = 3
	waitBatch   = 200
	waitedFor   = 30 * 24 * time.Hour // an entry stays so long after its last day
	maxDeclined = 20
)

// Wait is one entry of the waitlist: what she would take. It has a code of its own.
type Wait struct {
	ID         string           `bson:"_id"`
	Owner      member.Handle    `bson:"owner,omitempty"`
	State      WaitState        `bson:"state"`
	Counsellor string           `bson:"counsellor,omitempty"` // "" for anybody
	Region     region.Code      `bson:"region,omitempty"`
	Mode       Mode             `bson:"mode"`
	From       string           `bson:"from"` // civil days
	To         string           `bson:"to"`
	Since      time.Time        `bson:"since"`
	Offer      string           `bson:"offer,omitempty"`    // the appointment that is held for her
	Declined   []string         `bson:"declined,omitempty"` // slots that were offered to her already
	Code       string           `bson:"code"`
	Salt       int              `bson:"salt,omitempty"`
	RemoveAt   *time.Time       `bson:"removeAt,omitempty"`
	Once       *idempotency.Key `bson:"once,omitempty"`
	Rev        int64            `bson:"rev"`
	Schema     int              `bson:"schema"`
}

// WaitFor is what she would take.
type WaitFor struct {
	Counsellor string
	Region     region.Code
	Mode       Mode
	From, To   string
}

// Join puts her on the waitlist and gives the entry's code; sent again with its key, the same ones. ErrManyWaiting, ErrMode,
// ErrRange.
func (s *Service) Join(ctx context.Context, who Booker, f WaitFor, key *idempotency.Key) (Wait, string, error) {
	if !slices.Contains(Modes, f.Mode) {
		return Wait{}, "", ErrMode
	}
	begin, end, err := s.span(f.From, f.To)
	if err != nil || !end.After(begin) {
		return Wait{}, "", errors.Join(err, ErrRange)
	}
	if who.Owner != "" {
		hers, err := s.Waits.WaitsOf(ctx, who.Owner)
		if err != nil {
			return Wait{}, "", err
		}
		if open := slices.DeleteFunc(hers, func(w Wait) bool { return !w.open() || w.Once != nil && key != nil && w.Once.ID == key.ID }); len(open) >= maxWaits {
			return Wait{}, "", ErrManyWaiting
		}
	}
	over := end.Add(waitedFor)
	w := Wait{
		ID: s.NewID(), Owner: who.Owner, State: Waits, Counsellor: f.Counsellor, Region: f.Region, Mode: f.Mode, From: f.From, To: f.To,
		Since: s.now(), RemoveAt: &over, Once: key, Schema: schema,
	}
	for w.Salt = range codeSalts {
		w.Code = s.hashOf(s.codeOf(w.ID, w.Salt))
		stored, err := s.Waits.InsertWait(ctx, w, key)
		if !errors.Is(err, ErrCode) {
			return stored, s.codeOf(stored.ID, stored.Salt), err
		}
	}
	return Wait{}, "", ErrCode
}

func (w *Wait) open() bool { return w.State == Waits || w.State == WaitOffer }

// takes reports whether a slot is one she would take and was not offered yet.
func (w *Wait) takes(s Slot, c Counsellor) bool {
	day := civil.DayOf(s.Start)
	q := Search{Region: w.Region, Mode: w.Mode, Counsellor: w.Counsellor}
	return w.State == Waits && day >= w.From && day <= w.To && c.serves(q) && s.suits(q) && !slices.Contains(w.Declined, s.ID())
}

// Leave takes her off the waitlist; what is offered to her is given back. ErrNotFound.
func (s *Service) Leave(ctx context.Context, who Booker, id, code string) error {
	w, err := s.provenWait(ctx, who, id, code)
	if err != nil {
		return err
	}
	offer := w.Offer
	err = s.Waits.UpdateWait(ctx, id, func(w *Wait) error {
		w.State, w.Offer = WaitLeft, ""
		return nil
	})
	if err != nil || offer == "" {
		return err
	}
	return s.cancel(ctx, offer, Actor{Kind: ByResident})
}

func (s *Service) provenWait(ctx context.Context, who Booker, id, code string) (Wait, error) {
	if code != "" {
		found, err := s.Find(ctx, who, code)
		if err != nil {
			return Wait{}, err
		}
		if found.Wait == nil || found.Wait.ID != id {
			return Wait{}, ErrNotFound
		}
		return *found.Wait, nil
	}
	w, err := s.Waits.Wait(ctx, id)
	if err != nil {
		return Wait{}, err
	}
	if !who.Locked || w.Owner == "" || w.Owner != who.Owner || !w.open() {
		return Wait{}, ErrNotFound
	}
	return w, nil
}

// Offer gives everybody who waits, longest first, the first free time that fits. It is the waitlist's loop; what is free is
// decided by the claims.
func (s *Service) Offer(ctx context.Context) error {
	waiting, err := s.Waits.Waiting(ctx, waitBatch)
	if err != nil || len(waiting) == 0 {
		return err
	}
	now := s.now()
	who, err := s.Plans.Counsellors(ctx)
	if err != nil {
		return err
	}
	free, _, err := s.free(ctx, who, Search{}, now.Add(OfferLife), now.Add(Horizon))
	if err != nil {
		return err
	}
	for _, w := range waiting {
		taken, failed := s.offerFirst(ctx, w, free, who)
		free = slices.DeleteFunc(free, func(slot Slot) bool { return taken != nil && taken.ID() == slot.ID() })
		err = errors.Join(err, failed)
	}
	return err
}

// offerFirst offers one who waits the first slot that she takes and that can still be had; nil when there is none.
func (s *Service) offerFirst(ctx context.Context, w Wait, free []Slot, who []Counsellor) (*Slot, error) {
	for _, slot := range free {
		at := slices.IndexFunc(who, func(c Counsellor) bool { return c.ID == slot.Counsellor })
		if at < 0 || !w.takes(slot, who[at]) {
			continue
		}
		offered, err := s.offer(ctx, w, slot)
		if offered || err != nil {
			return &slot, err
		}
	}
	return nil, nil
}

// offer holds a slot for one who waits, then says so on her entry: what crashes in between is a hold that expires.
func (s *Service) offer(ctx context.Context, w Wait, slot Slot) (bool, error) {
	until := s.now().Add(OfferLife)
	a, _, err := s.hold(ctx, Appointment{ID: s.NewID(), Owner: w.Owner, Offer: w.ID, HoldUntil: &until}, slot, w.Mode)
	switch {
	case errors.Is(err, ErrSlotTaken), errors.Is(err, ErrTwice), errors.Is(err, ErrManyAhead), errors.Is(err, ErrManyYearly):
		return false, nil
	case err != nil:
		return false, err
	}
	err = s.Waits.UpdateWait(ctx, w.ID, func(w *Wait) error {
		if w.State != Waits {
			return errUnchanged
		}
		w.State, w.Offer = WaitOffer, a.ID
		w.Declined = append(slices.Clone(w.Declined), slot.ID())
		w.Declined = w.Declined[max(0, len(w.Declined)-maxDeclined):]
		return nil
	})
	if errors.Is(err, errUnchanged) || errors.Is(err, ErrNotFound) { // she left meanwhile
		return false, s.Store.Update(ctx, a.ID, func(a *Appointment) error {
			a.Offer = ""
			return a.step(Cancelled, Actor{Kind: BySystem}, s.now())
		})
	}
	return err == nil, err
}

// offerFreed offers a time that was just given back to who waits longest for one like it.
func (s *Service) offerFreed(ctx context.Context, freed Slot) error {
	now := s.now()
	if freed.Start.Before(now.Add(OfferLife)) {
		return nil
	}
	slot, err := s.Plans.Offered(ctx, freed.Counsellor, freed.Start)
	if errors.Is(err, ErrNotOffered) {
		return nil
	}
	if err != nil {
		return err
	}
	waiting, err := s.Waits.Waiting(ctx, waitBatch)
	if err != nil || len(waiting) == 0 {
		return err
	}
	who, err := s.Plans.Counsellors(ctx)
	if err != nil {
		return err
	}
	for _, w := range waiting {
		taken, err := s.offerFirst(ctx, w, []Slot{slot}, who)
		if taken != nil || err != nil {
			return err
		}
	}
	return nil
}

// lapse lets one wait again whose offer ran out or was declined: she keeps her place.
func (s *Service) lapse(ctx context.Context, wait, appointment string) error {
	err := s.Waits.UpdateWait(ctx, wait, func(w *Wait) error {
		if w.State != WaitOffer || w.Offer != appointment {
			return errUnchanged
		}
		w.State, w.Offer = Waits, ""
		return nil
	})
	if errors.Is(err, errUnchanged) || errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// served takes one off the waitlist who has a time now.
func (s *Service) served(ctx context.Context, wait string) error {
	err := s.Waits.UpdateWait(ctx, wait, func(w *Wait) error {
		w.State, w.Offer = WaitServed, ""
		return nil
	})
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// Offered is the time that is held for an entry of the waitlist; nil when there is none.
func (s *Service) Offered(ctx context.Context, w Wait) (*Appointment, error) {
	if w.State != WaitOffer {
		return nil, nil
	}
	a, err := s.Store.Appointment(ctx, w.Offer)
	if errors.Is(err, ErrNotFound) || err == nil && !a.live(s.now()) {
		return nil, nil
	}
	return &a, err
}

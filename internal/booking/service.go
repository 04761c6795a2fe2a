package booking

import (
	"context"
	"errors"
	"slices"
	"time"

	"pugongying/internal/civil"
	"pugongying/internal/idempotency"
	"pugongying/internal/member"
	"pugongying/internal/parts"
	"pugongying/internal/region"
	"pugongying/internal/staff"
)

// Parts are what a Service is put together from.
type Parts struct {
	Store    Store
	Register Register
	Waits    WaitStore
	Notices  NoticeStore
	Sender   Sender
	Counters Counters
	Plans    Plans
	Desks    Desks
	Diary    Diary
	// Fresh refuses whoever did not prove her second factor a moment ago: staff.ErrStepUp.
	Fresh   func(staff.Principal) error
	Wording Wording
	Lexicon Lexicon
	Hasher  Hasher
	// Now is the time that holds go by: one that every server of a database agrees on within a minute (package clock).
	Now    func() time.Time
	NewID  func() string
	Random func(n int) int // from 0 up to n
}

// Service is the appointments and what may be done with them. Safe for concurrent use.
type Service struct{ Parts }

// New creates the service. A missing part is an error that names it.
func New(p Parts) (*Service, error) { return &Service{p}, parts.Missing("booking", p) }

// now is stored with the precision of documents.
func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }

// Booker is who asks, as the doors know her.
type Booker struct {
	Owner  member.Handle // the layer her request opened; "" without a session
	Locked bool          // with the code of its lock
	// Reaches reports whether what hangs on a handle is within her reach (member.Things); nil: only what is nobody's.
	Reaches func(member.Handle) bool
	// Holds names what her unconfirmed holds are counted by, Tries what her wrong codes are; neither is stored as it is.
	Holds string
	Tries []string
}

func (b Booker) reaches(owner member.Handle) bool {
	return owner == "" || b.Reaches != nil && b.Reaches(owner)
}

// Ask is what she would like.
type Ask struct {
	Topic  string // "" for none said
	Mode   Mode
	Region region.Code
	Slot   string // of one counsellor; "" for any counsellor
	Start  time.Time
}

// Hold keeps a time for her for HoldLife. ErrSlotTaken, ErrTwice, ErrNotOffered, ErrPast, ErrRegion, ErrTopic, ErrMode,
// ErrNobodyFree, ErrManyHolds, ErrBusy, ErrManyAhead, ErrManyYearly.
func (s *Service) Hold(ctx context.Context, who Booker, ask Ask, key *idempotency.Key) (Appointment, error) {
	hers, err := s.hers(ctx, who)
	if err != nil {
		return Appointment{}, err
	}
	slots, err := s.wanted(ctx, ask, hers)
	if err != nil {
		return Appointment{}, err
	}
	fresh := Appointment{ID: s.NewID(), Owner: who.Owner, Region: ask.Region, Once: key}
	if err := s.countHold(ctx, who, fresh.entry()); err != nil {
		return Appointment{}, err
	}
	if err := s.release(ctx, hers, slots); err != nil {
		return Appointment{}, err
	}
	a, err := s.holdFirst(ctx, fresh, slots, ask.Mode)
	if err != nil {
		return a, errors.Join(err, s.uncountHold(ctx, who, fresh.entry()))
	}
	return a, nil
}

// holdFirst holds the first of the slots that can be had: which one is decided by the claims themselves.
func (s *Service) holdFirst(ctx context.Context, fresh Appointment, slots []Slot, mode Mode) (Appointment, error) {
	for _, slot := range slots {
		a, _, err := s.hold(ctx, fresh, slot, mode)
		if lost := (*lostError)(nil); errors.As(err, &lost) && lost.to.reservedBy(fresh.Owner, slot) {
			return lost.to, nil // a tap that came twice
		}
		if len(slots) > 1 && (errors.Is(err, ErrSlotTaken) || errors.Is(err, ErrBusy)) {
			continue
		}
		return a, err
	}
	return Appointment{}, ErrNobodyFree
}

func (a *Appointment) reservedBy(owner member.Handle, s Slot) bool {
	return owner != "" && a.Owner == owner && a.State == Reserved && a.at(s)
}

// hold claims one slot for a new appointment.
func (s *Service) hold(ctx context.Context, as Appointment, slot Slot, mode Mode) (Appointment, bool, error) {
	weekly, err := s.weekly(ctx, slot)
	if err != nil {
		return Appointment{}, false, err
	}
	return s.create(ctx, as.Once, func(taken *taken) (*Appointment, error) {
		a, now := as, s.now()
		a.Schema = schema
		a.put(slot, mode)
		if a.HoldUntil == nil {
			until := now.Add(HoldLife)
			a.HoldUntil = &until
		}
		a.State = Reserved
		if err := s.lanes(&a, taken, weekly); err != nil {
			return nil, err
		}
		a.State = ""
		return &a, a.step(Reserved, Actor{Kind: actorOf(as)}, now)
	})
}

// actorOf is who holds: she, or the waitlist for her.
func actorOf(a Appointment) ActorKind {
	if a.Offer != "" {
		return BySystem
	}
	return ByResident
}

// weekly is how many slots a counsellor's plan has in the week of one.
func (s *Service) weekly(ctx context.Context, slot Slot) (int, error) {
	first := monday(slot.Start)
	last, err := civil.AddDays(first, 6)
	if err != nil {
		return 0, err
	}
	all, err := s.Plans.Slots(ctx, slot.Counsellor, first, last)
	return len(all), err
}

// hers are the appointments that a person has; nobody has any.
func (s *Service) hers(ctx context.Context, who Booker) ([]Appointment, error) {
	if who.Owner == "" {
		return nil, nil
	}
	return s.Register.Of(ctx, who.Owner)
}

// release gives back what else she holds: one time is held for a person at once, and her last tap counts.
func (s *Service) release(ctx context.Context, hers []Appointment, wanted []Slot) (err error) {
	for _, a := range hers {
		if a.State != Reserved || a.Offer != "" || slices.ContainsFunc(wanted, a.at) {
			continue
		}
		_, failed := s.change(ctx, a.ID, func(a *Appointment, _ *taken) error {
			if a.State != Reserved {
				return errUnchanged
			}
			return a.step(Cancelled, Actor{Kind: ByResident}, s.now())
		})
		err = errors.Join(err, failed)
	}
	return err
}

// Extend keeps a held time for HoldLife more, once. ErrHoldExpired, ErrExtended, ErrNotFound.
func (s *Service) Extend(ctx context.Context, who Booker, id string) (Appointment, error) {
	return s.change(ctx, id, func(a *Appointment, _ *taken) error {
		now := s.now()
		switch err := a.reserved(now); {
		case !who.reaches(a.Owner):
			return ErrNotFound
		case err != nil:
			return err
		case a.Extended || a.Offer != "":
			return ErrExtended
		}
		until := a.HoldUntil.Add(HoldLife)
		a.HoldUntil, a.Extended = &until, true
		a.arrange(now)
		return nil
	})
}

// Tick does what is due on an appointment: a hold whose time is over expires, and what is past is no longer ahead of her. It
// is the handler of the appointments' job; a due time that this clock does not see yet is tried again.
func (s *Service) Tick(ctx context.Context, id string) error {
	a, err := s.Store.Appointment(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	now := s.now()
	switch {
	case err != nil:
		return err
	case a.live(now), a.State == Confirmed && now.Before(a.End):
		return errNotYet
	case a.State == Reserved:
		return s.expire(ctx, id)
	case a.State != Confirmed:
		return nil
	}
	_, err = s.change(ctx, id, func(a *Appointment, _ *taken) error {
		if a.State != Confirmed || now.Before(a.End) {
			return errUnchanged
		}
		a.arrange(now)
		return nil
	})
	return err
}

// errNotYet puts a job off whose time has not come by this server's clock.
var errNotYet = errors.New("booking: not yet")

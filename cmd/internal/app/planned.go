package app

import (
	"context"
	"errors"
	"slices"
	"time"

	"pugongying/internal/booking"
	"pugongying/internal/counselling"
	"pugongying/internal/store"
)

// planned lets booking ask the counsellors' plans.
type planned struct{ *App }

// Counsellors are those who may be booked.
func (p planned) Counsellors(ctx context.Context) ([]booking.Counsellor, error) {
	worlds, err := p.Counselling.Worlds(ctx, "", "")
	all := make([]booking.Counsellor, 0, len(worlds))
	for _, w := range worlds {
		c := w.Counsellor
		all = append(all, booking.Counsellor{
			ID: c.ID, Name: c.Name, About: c.Introduction, Regions: c.Regions, Modes: bookedModes(c.Modes()), Topics: c.Topics, Demo: c.Demo,
		})
	}
	return all, err
}

// Slots are what one plan offers.
func (p planned) Slots(ctx context.Context, counsellor, from, to string) ([]booking.Slot, error) {
	w, err := p.Counselling.World(ctx, counsellor)
	if errors.Is(err, counselling.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var slots []booking.Slot
	for _, s := range w.Slots(counselling.Query{From: from, To: to, Now: p.agreed()}) {
		slots = append(slots, slotOf(s, w.Rooms[s.Room]))
	}
	return slots, nil
}

// Offered is the slot that begins then.
func (p planned) Offered(ctx context.Context, counsellor string, start time.Time) (booking.Slot, error) {
	s, room, err := p.Counselling.Offered(ctx, counsellor, start, counselling.Query{})
	if errors.Is(err, counselling.ErrClosed) || errors.Is(err, counselling.ErrNotFound) {
		return booking.Slot{}, booking.ErrNotOffered.Because(err)
	}
	return slotOf(s, room), err
}

// Desk is who works as a counsellor.
func (p planned) Desk(ctx context.Context, counsellor string) (booking.Desk, error) {
	w, err := p.Counselling.World(ctx, counsellor)
	return booking.Desk{Account: w.Counsellor.Account, Home: w.Counsellor.Home}, err
}

func slotOf(s counselling.Slot, room counselling.Room) booking.Slot {
	return booking.Slot{
		Counsellor: s.Counsellor, Start: s.Start, End: s.End, BusyFrom: s.BusyFrom, BusyTo: s.BusyTo, Modes: bookedModes(s.Modes), Region: room.Region, Place: booking.Place{Name: room.Name}, Room: s.Room,
	}
}

func bookedModes(modes []counselling.Mode) []booking.Mode {
	out := make([]booking.Mode, len(modes))
	for i, m := range modes {
		out[i] = booking.Mode(m)
	}
	return out
}

// bookedAhead are the confirmed appointments that plans must not break in silence.
type bookedAhead struct{ *App }

// longestBefore is how long before an instant something that still goes on may have begun.
const longestBefore = 3 * time.Hour

// Ahead lists them by their start.
func (b bookedAhead) Ahead(ctx context.Context, counsellor string, from time.Time) (ahead []counselling.Booked, err error) {
	err = store.NewBookings(b.Documents, b.vault).All(ctx, from.Add(-longestBefore), func(a booking.Appointment) error {
		if a.State == booking.Confirmed && a.End.After(from) && (counsellor == "" || a.Counsellor == counsellor) {
			ahead = append(ahead, counselling.Booked{
				ID: a.ID, Counsellor: a.Counsellor, Start: a.Start, End: a.End, Mode: counselling.Mode(a.Mode), Room: a.Room, Region: a.Region, Digits: b.Bookings.Digits(a),
			})
		}
		return nil
	})
	slices.SortStableFunc(ahead, func(x, y counselling.Booked) int { return x.Start.Compare(y.Start) })
	return ahead, err
}

package api

import (
	"context"

	"pugongying/internal/booking"
)

// names are the counsellors' names.
func (d *door) names(ctx context.Context) (map[string]string, error) {
	all, err := d.Bookings.Plans.Counsellors(ctx)
	names := make(map[string]string, len(all))
	for _, c := range all {
		names[c.ID] = c.Name
	}
	return names, err
}

func (d *door) appointment(ctx context.Context, a booking.Appointment) (*body[Appointment], error) {
	names, err := d.names(ctx)
	if err != nil {
		return nil, err
	}
	return answer(d.appointmentOf(a, names)), nil
}

// nameless is who a counsellor is that may not be booked any more.
const nameless = "老师"

func (d *door) appointmentOf(a booking.Appointment, names map[string]string) Appointment {
	out := Appointment{
		ID: a.ID, State: string(a.State), Slot: a.SlotID(), Counsellor: a.Counsellor, Name: names[a.Counsellor], Start: a.Start, End: a.End, Mode: string(a.Mode),
		Place: BookingPlace(a.Place),
	}
	if out.Name == "" {
		out.Name = nameless
	}
	switch a.State {
	case booking.Reserved:
		out.HoldExpiresAt, out.Extendable = a.HoldUntil, !a.Extended && a.Offer == ""
	case booking.Confirmed:
		until := a.Changeable()
		out.ChangeUntil, out.Sentence = &until, d.Bookings.Sentence(a)
	}
	return out
}

func (d *door) waitingOf(ctx context.Context, w booking.Wait, names map[string]string) (Waiting, error) {
	out := Waiting{ID: w.ID, State: string(w.State), Counsellor: w.Counsellor, Name: names[w.Counsellor], Mode: string(w.Mode), From: w.From, To: w.To}
	offered, err := d.Bookings.Offered(ctx, w)
	if offered != nil {
		shown := d.appointmentOf(*offered, names)
		out.Offer = &shown
	}
	return out, err
}

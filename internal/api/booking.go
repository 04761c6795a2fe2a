package api

import (
	"context"
	"net/http"
	"time"

	"pugongying/internal/booking"
	"pugongying/internal/civil"
	"pugongying/internal/member"
	"pugongying/internal/region"
	"pugongying/internal/web"
)

// Rates of booking. What a hold and a wrong code cost is counted by package booking, in documents.
var (
	rateLook = web.Rate{Per: 200 * time.Millisecond, Burst: 300} // per address, or session
	rateBook = web.Rate{Per: time.Second, Burst: 60}
)

// CounsellorsQuery is whom she looks for.
type CounsellorsQuery struct {
	Region string `query:"region" maxLength:"12" doc:"12-digit code; absent: everywhere"`
	Mode   string `query:"mode" enum:"in_person,phone,video"`
	Topic  string `query:"topic" maxLength:"32"`
}

// Days are the civil days a question is about, both included.
type Days struct {
	From string `query:"from" required:"true" maxLength:"10" doc:"civil day, 2026-12-04"`
	To   string `query:"to" required:"true" maxLength:"10" doc:"at most 31 days in all"`
}

type slotsQuery struct {
	CounsellorsQuery
	Days
}

type slotsOfQuery struct {
	Days
	ID   string `path:"id" maxLength:"64"`
	Mode string `query:"mode" enum:"in_person,phone,video"`
}

type holding struct {
	Creation
	BehindCode
	Body asking
}

// OfAppointment names an appointment. A confirmed one is changed with its pick-up code, or with the code of the lock it is
// behind.
type OfAppointment struct {
	BehindCode
	ID string `path:"id" maxLength:"64"`
}

type extending struct{ OfAppointment }

type confirmingOne struct {
	OfAppointment
	Body confirming
}

// proof is the body of what takes nothing but the pick-up code.
type proof struct {
	Code string `json:"code,omitempty" maxLength:"32" doc:"pick-up code"`
}

type cancelling struct {
	OfAppointment
	Body proof
}

type moving struct {
	OfAppointment
	Body struct {
		Code string `json:"code,omitempty" maxLength:"32" doc:"pick-up code"`
		Slot string `json:"slot" maxLength:"64"`
		Mode string `json:"mode,omitempty" enum:"in_person,phone,video" doc:"absent: as before"`
	}
}

type reminding struct {
	OfAppointment
	Body struct {
		Code string `json:"code,omitempty" maxLength:"32" doc:"pick-up code"`
		On   bool   `json:"on" doc:"false takes the consent back"`
	}
}

type findingBooking struct {
	Body struct {
		Code string `json:"code" maxLength:"32"`
	}
}

type joining struct {
	Creation
	BehindCode
	Body struct {
		Counsellor string `json:"counsellor,omitempty" maxLength:"64" doc:"absent: anybody"`
		Region     string `json:"region,omitempty" maxLength:"12"`
		Mode       string `json:"mode" enum:"in_person,phone,video"`
		From       string `json:"from" maxLength:"10"`
		To         string `json:"to" maxLength:"10"`
	}
}

type leaving struct {
	BehindCode
	ID     string `path:"id" maxLength:"64"`
	Pickup string `header:"X-Pickup-Code" maxLength:"32" doc:"the entry's own code"`
}

func (d *door) addBooking() {
	addPublished(d, spec{route: "GET /api/v1/appointments/options", summary: "what she chooses from and is asked before she books"}, func(context.Context, *struct{}) (BookingOptions, error) {
		return optionsForBooking(d.Bookings.Wording), nil
	})
	add(d, spec{route: "GET /api/v1/teachers", summary: "who may be booked, by first free time", rate: rateLook}, d.counsellors)
	add(d, spec{route: "GET /api/v1/teachers/{id}/slots", summary: "free times of one counsellor", rate: rateLook}, d.slotsOfOne)
	add(d, spec{route: "GET /api/v1/slots", summary: "free times of anybody", rate: rateLook}, d.slots)
	add(d, spec{route: "POST /api/v1/appointments", summary: "hold a time for five minutes", status: http.StatusCreated, rate: rateBook}, d.hold)
	add(d, spec{route: "POST /api/v1/appointments/found", summary: "what a pick-up code leads to; wrong, none and cancelled alike", status: http.StatusOK, rate: rateBook}, d.findBooking)
	add(d, spec{route: "POST /api/v1/appointments/{id}/extension", summary: "five minutes more, once", status: http.StatusOK, rate: rateBook}, d.extend)
	add(d, spec{route: "POST /api/v1/appointments/{id}/confirmation", summary: "confirm a held time", status: http.StatusOK, rate: rateBook}, d.confirmBooking)
	add(d, spec{route: "POST /api/v1/appointments/{id}/move", summary: "another time for it", status: http.StatusOK, rate: rateBook}, d.moveBooking)
	add(d, spec{route: "POST /api/v1/appointments/{id}/cancellation", summary: "give it back", status: http.StatusNoContent, rate: rateBook}, d.cancelBooking)
	add(d, spec{route: "POST /api/v1/appointments/{id}/reminder", summary: "consent to one reminder", status: http.StatusNoContent, rate: rateBook}, d.remind)
	add(d, spec{route: "GET /api/v1/me/appointments", summary: "what I booked, behind my lock alone", rate: rateWrite}, d.myBookings)
	add(d, spec{route: "POST /api/v1/me/waitlist", summary: "tell me when somebody gives a time back", status: http.StatusCreated, rate: rateBook}, d.join)
	add(d, spec{route: "GET /api/v1/me/waitlist", summary: "where I wait, behind my lock alone", rate: rateWrite}, d.myWaits)
	add(d, spec{route: "DELETE /api/v1/me/waitlist/{id}", summary: "wait no longer", status: http.StatusNoContent, rate: rateBook}, d.leave)
}

// booker is who asks, as booking knows her.
func (d *door) booker(ctx context.Context, who member.Principal, code string) (booking.Booker, member.Things, error) {
	mine, err := d.Members.Things(ctx, who.ID, code)
	if err != nil {
		return booking.Booker{}, mine, err
	}
	b := booking.Booker{Owner: mine.Handle(), Locked: mine.View().Locked, Reaches: mine.Reaches}
	from, _ := web.Attached(ctx).(*caller)
	if from == nil || !d.Limits.Enabled {
		return b, mine, nil
	}
	address := "address|" + network(from.address)
	b.Holds = address
	if who.Kind == member.WeChat {
		b.Holds = "member|" + string(who.ID)
	}
	if who.ID != "" {
		b.Tries = append(b.Tries, "member|"+string(who.ID))
	}
	if who.Kind != member.WeChat && (who.ID == "" || d.Now().Sub(who.Since) < freshAge) {
		b.Tries = append(b.Tries, address) // sessions of today are free
	}
	return b, mine, nil
}

func (q CounsellorsQuery) search() booking.Search {
	return booking.Search{Region: region.Code(q.Region), Mode: booking.Mode(q.Mode), Topic: q.Topic}
}

func (d *door) counsellors(ctx context.Context, _ member.Principal, in *CounsellorsQuery) (*body[CounsellorCards], error) {
	cards, err := d.Bookings.Cards(ctx, in.search())
	if err != nil {
		return nil, err
	}
	out := CounsellorCards{Items: []CounsellorCard{}, Until: civil.DayOf(d.Now().Add(booking.Horizon))}
	for _, c := range cards {
		out.Items = append(out.Items, cardOf(c))
	}
	return answer(out), nil
}

func (d *door) slots(ctx context.Context, _ member.Principal, in *slotsQuery) (*body[Slots], error) {
	return d.freeSlots(ctx, in.search(), in.Days)
}

func (d *door) slotsOfOne(ctx context.Context, _ member.Principal, in *slotsOfQuery) (*body[Slots], error) {
	return d.freeSlots(ctx, booking.Search{Counsellor: in.ID, Mode: booking.Mode(in.Mode)}, in.Days)
}

func (d *door) freeSlots(ctx context.Context, q booking.Search, days Days) (*body[Slots], error) {
	free, err := d.Bookings.Free(ctx, q, days.From, days.To)
	if err != nil {
		return nil, err
	}
	out := Slots{Items: make([]Slot, len(free))}
	for i, s := range free {
		out.Items[i] = slotOf(s)
	}
	return answer(out), nil
}

func (d *door) hold(ctx context.Context, who member.Principal, in *holding) (*body[Appointment], error) {
	b, mine, err := d.booker(ctx, who, in.Code)
	if err != nil {
		return nil, err
	}
	ask := booking.Ask{
		Topic: in.Body.Topic, Mode: booking.Mode(in.Body.Mode), Region: region.Code(in.Body.Region), Slot: in.Body.Slot,
	}
	if in.Body.Any != nil && in.Body.Any.Start != nil {
		ask.Start = in.Body.Any.Start.UTC()
	}
	if (in.Body.Slot == "") == (in.Body.Any == nil) {
		return nil, booking.ErrNotOffered
	}
	a, err := d.Bookings.Hold(ctx, b, ask, in.once(mine, "appointment"))
	if err != nil {
		return nil, err
	}
	return d.appointment(ctx, a)
}

func (d *door) extend(ctx context.Context, who member.Principal, in *extending) (*body[Appointment], error) {
	b, _, err := d.booker(ctx, who, in.Code)
	if err != nil {
		return nil, err
	}
	a, err := d.Bookings.Extend(ctx, b, in.ID)
	if err != nil {
		return nil, err
	}
	return d.appointment(ctx, a)
}

func (d *door) confirmBooking(ctx context.Context, who member.Principal, in *confirmingOne) (*body[Booked], error) {
	b, _, err := d.booker(ctx, who, in.Code)
	if err != nil {
		return nil, err
	}
	a, code, err := d.Bookings.Confirm(ctx, b, in.ID, in.Body.filled())
	if err != nil {
		return nil, err
	}
	shown, err := d.appointment(ctx, a)
	if err != nil {
		return nil, err
	}
	return answer(Booked{Appointment: shown.Body, Code: code, Digits: code[len(code)-4:]}), nil
}

func (d *door) moveBooking(ctx context.Context, who member.Principal, in *moving) (*body[Appointment], error) {
	b, _, err := d.booker(ctx, who, in.Code)
	if err != nil {
		return nil, err
	}
	a, err := d.Bookings.Move(ctx, b, booking.Change{ID: in.ID, Code: in.Body.Code, Slot: in.Body.Slot, Mode: booking.Mode(in.Body.Mode)})
	if err != nil {
		return nil, err
	}
	return d.appointment(ctx, a)
}

func (d *door) cancelBooking(ctx context.Context, who member.Principal, in *cancelling) (*empty, error) {
	b, _, err := d.booker(ctx, who, in.OfAppointment.Code)
	if err != nil {
		return nil, err
	}
	return nil, d.Bookings.Cancel(ctx, b, in.ID, in.Body.Code)
}

func (d *door) remind(ctx context.Context, who member.Principal, in *reminding) (*empty, error) {
	b, _, err := d.booker(ctx, who, in.OfAppointment.Code)
	if err != nil {
		return nil, err
	}
	return nil, d.Bookings.Remind(ctx, b, booking.Consent{ID: in.ID, Code: in.Body.Code, Member: who.ID, On: in.Body.On})
}

func (d *door) findBooking(ctx context.Context, who member.Principal, in *findingBooking) (*body[FoundBooking], error) {
	b, _, err := d.booker(ctx, who, "")
	if err != nil {
		return nil, err
	}
	found, err := d.Bookings.Find(ctx, b, in.Body.Code)
	if err != nil {
		return nil, err
	}
	out := FoundBooking{}
	names, err := d.names(ctx)
	if err != nil {
		return nil, err
	}
	if found.Appointment != nil {
		shown := d.appointmentOf(*found.Appointment, names)
		out.Appointment = &shown
		return answer(out), nil
	}
	waiting, err := d.waitingOf(ctx, *found.Wait, names)
	out.Waiting = &waiting
	return answer(out), err
}

func (d *door) myBookings(ctx context.Context, who member.Principal, in *BehindCode) (*body[MyBookings], error) {
	b, _, err := d.booker(ctx, who, in.Code)
	if err != nil {
		return nil, err
	}
	all, waits, err := d.Bookings.List(ctx, b)
	if err != nil {
		return nil, err
	}
	names, err := d.names(ctx)
	if err != nil {
		return nil, err
	}
	out := MyBookings{Items: []Appointment{}, Waiting: []Waiting{}}
	for _, a := range all {
		out.Items = append(out.Items, d.appointmentOf(a, names))
	}
	for _, w := range waits {
		waiting, err := d.waitingOf(ctx, w, names)
		if err != nil {
			return nil, err
		}
		out.Waiting = append(out.Waiting, waiting)
	}
	return answer(out), nil
}

func (d *door) myWaits(ctx context.Context, who member.Principal, in *BehindCode) (*body[MyBookings], error) {
	mine, err := d.myBookings(ctx, who, in)
	if mine != nil {
		mine.Body.Items = []Appointment{}
	}
	return mine, err
}

func (d *door) join(ctx context.Context, who member.Principal, in *joining) (*body[Joined], error) {
	b, mine, err := d.booker(ctx, who, in.Code)
	if err != nil {
		return nil, err
	}
	w, code, err := d.Bookings.Join(ctx, b, booking.WaitFor{
		Counsellor: in.Body.Counsellor, Region: region.Code(in.Body.Region), Mode: booking.Mode(in.Body.Mode), From: in.Body.From, To: in.Body.To,
	}, in.once(mine, "wait"))
	if err != nil {
		return nil, err
	}
	names, err := d.names(ctx)
	if err != nil {
		return nil, err
	}
	waiting, err := d.waitingOf(ctx, w, names)
	return answer(Joined{Waiting: waiting, Code: code}), err
}

func (d *door) leave(ctx context.Context, who member.Principal, in *leaving) (*empty, error) {
	b, _, err := d.booker(ctx, who, in.Code)
	if err != nil {
		return nil, err
	}
	return nil, d.Bookings.Leave(ctx, b, in.ID, in.Pickup)
}

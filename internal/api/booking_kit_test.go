package api

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"

	"pugongying/internal/booking"
	"pugongying/internal/booking/bookingtest"
	"pugongying/internal/civil"
	"pugongying/internal/notify"
	"pugongying/internal/store"
	"pugongying/internal/testkit"
)

// counselling is a booking service over many counsellors, so that no test of permissions meets another at a slot.
func (r *rig) counselling() *booking.Service {
	r.plans, r.reminded = bookingtest.New(12, r.clock.Now), &bookingtest.Sender{}
	documents := store.NewBookings(r.engine, demoVault(r.engine))
	r.bookings = need(booking.New(booking.Parts{
		Store: documents, Register: documents, Waits: documents, Notices: documents, Counters: documents, Plans: r.plans, Desks: r.plans, Diary: documents, Fresh: bookingtest.Fresh, Wording: bookingtest.Wording(),
		Lexicon: notify.ForOnlookers(), Hasher: demoVault(r.engine), Sender: r.reminded, Now: r.clock.Now, NewID: testkit.IDs(), Random: rand.IntN,
	}))(r.t)
	return r.bookings
}

const anyBody = `{"any":{},"mode":"phone"}`

const confirmBody = `{"for":"self","contact":{"call":false}}`

// holdAny holds the first free time there is, behind a code when headers have one.
func (r *rig) holdAny(w who, headers ...string) Appointment {
	r.t.Helper()
	return read[Appointment](r.t, r.want(201, w, "POST", "/api/v1/appointments", anyBody, headers...))
}

// booked is somebody's confirmed appointment. What she has ahead is given back first, or she could not have another.
func (r *rig) booked(w who, headers ...string) Booked {
	r.t.Helper()
	onHold := r.holdAny(w, headers...)
	b := read[Booked](r.t, r.want(200, w, "POST", "/api/v1/appointments/"+onHold.ID+"/confirmation", confirmBody, headers...))
	return b
}

// waiting is an entry of somebody's on the waitlist.
func (r *rig) waiting(w who, headers ...string) Joined {
	r.t.Helper()
	return read[Joined](r.t, r.want(201, w, "POST", "/api/v1/me/waitlist", r.waitBody(), headers...))
}

// waitBody waits for somebody who does not come.
func (r *rig) waitBody() string {
	day := func(n int) string { return civil.DayOf(r.clock.Now().AddDate(0, 0, n)) }
	return `{"mode":"phone","from":"` + day(3) + `","to":"` + day(12) + `","counsellor":"NONE"}`
}

// bookedBehind is what somebody has behind her lock, proven by its code alone.
func (r *rig) bookedBehind(route Route, w who) ids {
	behind := []string{"X-Keeping-Code", code}
	switch {
	case !isBooking(route) || lockRows[route] != guarded:
		return ids{attempt: missing}
	case route == "GET /api/v1/me/appointments":
		r.booked(w, behind...)
	case route == "GET /api/v1/me/waitlist":
		r.waiting(w, behind...)
	}
	made := r.bookingIDs(route, w, behind...)
	made.claim = ""
	return made
}

func isBooking(route Route) bool {
	return slices.ContainsFunc([]string{"/appointments", "/teachers", "/slots", "/waitlist"}, func(part string) bool { return strings.Contains(string(route), part) })
}

// bookingIDs are what a booking route is filled with: an appointment in the state that the route asks for, or an entry of
// the waitlist, of somebody's, with its code.
func (r *rig) bookingIDs(route Route, w who, headers ...string) ids {
	switch {
	case strings.Contains(string(route), "/waitlist/"):
		j := r.waiting(w, headers...)
		return ids{attempt: j.ID, claim: j.Code}
	case route == "POST /api/v1/appointments/found" || route == "POST /api/v1/appointments/{id}/reminder":
		b := r.booked(w, headers...)
		return ids{attempt: b.ID, claim: b.Code}
	case strings.Contains(string(route), "/appointments/{id}"):
		return ids{attempt: r.holdAny(w, headers...).ID}
	}
	return ids{attempt: "C1"}
}

// bookingCall makes a request of a booking route that is well-formed in every way.
func (r *rig) bookingCall(route Route, with ids) request {
	method, path, _ := strings.Cut(string(route), " ")
	q := request{method: method, path: strings.Replace(path, "{id}", with.attempt, 1)}
	switch _, act, _ := strings.Cut(path, "/appointments"); {
	case strings.HasSuffix(path, "/slots"):
		q.path += "?from=2026-11-24&to=2026-11-25"
	case route == "POST /api/v1/me/waitlist":
		q.body = r.waitBody()
	case method == "DELETE":
		q.headers = []string{"X-Pickup-Code", with.claim}
	case method == "GET":
	case act == "":
		q.body = anyBody
	case act == "/found":
		q.body = `{"code":"` + with.claim + `"}`
	case strings.HasSuffix(act, "/confirmation"):
		q.body = confirmBody
	case strings.HasSuffix(act, "/move"):
		q.body = `{"slot":"` + r.plans.Slot("C12", 20, 9+int(rigs.Add(1))%8).ID() + `"}`
	case strings.HasSuffix(act, "/reminder"):
		text, _ := json.Marshal(map[string]any{"code": with.claim, "on": true})
		q.body = string(text)
	case strings.HasSuffix(act, "/cancellation"):
		q.body = "{}"
	}
	return q
}

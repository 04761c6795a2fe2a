package booking_test

import (
	"context"
	"errors"

	"testing"

	"pugongying/internal/booking"
	"pugongying/internal/booking/bookingtest"
	"pugongying/internal/civil"
	"pugongying/internal/idempotency"
	"pugongying/internal/member"
	"pugongying/internal/notify"
	"pugongying/internal/seal"
	"pugongying/internal/store"
	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
)

// kit is the service on a real engine, with counsellors that have fixed hours.
type kit struct {
	*booking.Service
	t      *testing.T
	clock  *testkit.Clock
	plans  *bookingtest.Plans
	sender *bookingtest.Sender
	store  *store.Bookings
	engine document.Engine
}

func newKit(t *testing.T, counsellors int) *kit {
	engine := testkit.Embedded(t)
	if err := engine.Ensure(t.Context(), store.Declarations()); err != nil {
		t.Fatal(err)
	}
	return kitOn(t, engine, counsellors)
}

func kitOn(t *testing.T, engine document.Engine, counsellors int) *kit {
	k := &kit{t: t, clock: testkit.NewClock(), sender: &bookingtest.Sender{}, engine: engine}
	k.plans = bookingtest.New(counsellors, k.clock.Now)
	vault := seal.NewVault(seal.Demo(), store.NewKeys(engine))
	k.store = store.NewBookings(engine, vault)
	var err error
	k.Service, err = booking.New(booking.Parts{
		Store: k.store, Register: k.store, Waits: k.store, Notices: k.store, Counters: k.store, Plans: k.plans, Desks: k.plans, Diary: k.store, Fresh: bookingtest.Fresh, Wording: bookingtest.Wording(),
		Lexicon: notify.ForOnlookers(), Hasher: vault, Sender: k.sender, Now: k.clock.Now, NewID: testkit.IDs(), Random: func(int) int { return 0 },
	})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// who is a person with an open layer, whom nothing counts.
func who(name string) booking.Booker {
	owner := member.Handle(name)
	return booking.Booker{Owner: owner, Reaches: func(h member.Handle) bool { return h == owner }}
}

// locked is she with the code of her lock.
func locked(name string) booking.Booker {
	b := who(name)
	b.Locked = true
	return b
}

var nobody booking.Booker

func ask(s booking.Slot) booking.Ask {
	return booking.Ask{Mode: booking.InPerson, Region: bookingtest.Banner, Slot: s.ID()}
}

func key(n string) *idempotency.Key {
	return idempotency.New("", "appointment", "idempotency-"+n, []byte("body"))
}

// hold holds a slot or ends the test.
func (k *kit) hold(b booking.Booker, s booking.Slot) booking.Appointment {
	k.t.Helper()
	a, err := k.Hold(k.t.Context(), b, ask(s), nil)
	if err != nil {
		k.t.Fatal(err)
	}
	return a
}

var plain = booking.Private{For: booking.ForSelf, Text: "canary-text"}

// book holds and confirms.
func (k *kit) book(b booking.Booker, s booking.Slot) (booking.Appointment, string) {
	k.t.Helper()
	a, code, err := k.Confirm(k.t.Context(), b, k.hold(b, s).ID, plain)
	if err != nil {
		k.t.Fatal(err)
	}
	return a, code
}

func (k *kit) state(id string) booking.State {
	k.t.Helper()
	a, err := k.Store.Appointment(k.t.Context(), id)
	if err != nil {
		k.t.Fatal(err)
	}
	return a.State
}

func (k *kit) want(err, want error) {
	k.t.Helper()
	if !errors.Is(err, want) {
		k.t.Errorf("got %v, want %v", err, want)
	}
}

// free counts the free times of a counsellor on the day of a slot.
func (k *kit) free(s booking.Slot) int {
	k.t.Helper()
	day := civil.DayOf(s.Start)
	free, err := k.Free(k.t.Context(), booking.Search{Counsellor: s.Counsellor}, day, day)
	if err != nil {
		k.t.Fatal(err)
	}
	return len(free)
}

// overlaps are two live appointments that share a counsellor or a person at a time, by the documents alone.
func (k *kit) overlaps(ctx context.Context) int {
	k.t.Helper()
	report, err := k.Audit(ctx)
	if err != nil {
		k.t.Fatal(err)
	}
	return len(report.Overlaps)
}

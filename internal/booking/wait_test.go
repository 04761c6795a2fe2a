package booking_test

import (
	"testing"
	"time"

	"pugongying/internal/booking"
	"pugongying/internal/civil"
)

// full takes every time of a counsellor on a day, and gives the codes by appointment.
func (k *kit) full(counsellor string, days int) map[string]string {
	codes := map[string]string{}
	for _, hour := range k.plans.Hours {
		a, code := k.book(nobody, k.plans.Slot(counsellor, days, hour))
		codes[a.ID] = code
	}
	return codes
}

func (k *kit) join(b booking.Booker, days int) (booking.Wait, string) {
	k.t.Helper()
	day := civil.DayOf(k.plans.Slot("C1", days, 9).Start)
	w, code, err := k.Join(k.t.Context(), b, booking.WaitFor{Counsellor: "C1", Mode: booking.ByPhone, From: day, To: day}, nil)
	if err != nil {
		k.t.Fatal(err)
	}
	return w, code
}

func (k *kit) waitState(id string) booking.WaitState {
	k.t.Helper()
	w, err := k.Waits.Wait(k.t.Context(), id)
	if err != nil {
		k.t.Fatal(err)
	}
	return w.State
}

func TestATimeThatIsGivenBackIsOfferedToWhoWaitsLongest(t *testing.T) {
	k := newKit(t, 1)
	codes := k.full("C1", 5)
	first, firstCode := k.join(who("first"), 5)
	k.clock.Advance(time.Minute)
	second, secondCode := k.join(nobody, 5)
	freed := ""
	for id, code := range codes {
		if err := k.Cancel(t.Context(), nobody, id, code); err != nil {
			t.Fatal(err)
		}
		freed = id
		break
	}
	slot := k.plans.Slot("C1", 5, 9)
	if k.free(slot) != 0 || k.waitState(first.ID) != booking.WaitOffer || k.waitState(second.ID) != booking.Waits {
		t.Fatalf("%d free, first %s, second %s (%s given back)", k.free(slot), k.waitState(first.ID), k.waitState(second.ID), freed)
	}
	found, err := k.Find(t.Context(), nobody, firstCode)
	if err != nil || found.Wait == nil {
		t.Fatal(found, err)
	}
	offer, err := k.Offered(t.Context(), *found.Wait)
	if err != nil || offer == nil || offer.HoldUntil.Sub(k.clock.Now()) < booking.OfferLife {
		t.Fatalf("offered %+v, %v", offer, err)
	}
	k.clock.Advance(booking.OfferLife - time.Second)
	if err := k.Offer(t.Context()); err != nil || k.waitState(first.ID) != booking.WaitOffer {
		t.Error("an offer ended before its time:", err)
	}
	k.clock.Advance(2 * time.Second) // she did not answer: the next one, and she keeps her place
	if err := k.Tick(t.Context(), offer.ID); err != nil {
		t.Fatal(err)
	}
	if err := k.Offer(t.Context()); err != nil || k.waitState(first.ID) != booking.Waits || k.waitState(second.ID) != booking.WaitOffer {
		t.Fatalf("first %s, second %s, %v", k.waitState(first.ID), k.waitState(second.ID), err)
	}
	found, err = k.Find(t.Context(), nobody, secondCode)
	if err != nil {
		t.Fatal(err)
	}
	if offer, err = k.Offered(t.Context(), *found.Wait); err != nil || offer == nil {
		t.Fatal(err)
	}
	if _, _, err := k.Confirm(t.Context(), nobody, offer.ID, plain); err != nil || k.waitState(second.ID) != booking.WaitServed {
		t.Errorf("accepted: %v, %s", err, k.waitState(second.ID))
	}
	if n := k.overlaps(t.Context()); n != 0 {
		t.Errorf("%d overlaps", n)
	}
}

func TestWhoDeclinesWaitsOnAndIsNotOfferedItAgain(t *testing.T) {
	k := newKit(t, 1)
	w, code := k.join(who("her"), 5)
	if err := k.Offer(t.Context()); err != nil {
		t.Fatal(err)
	}
	found, err := k.Find(t.Context(), nobody, code)
	if err != nil || found.Wait.State != booking.WaitOffer {
		t.Fatal(found, err)
	}
	first := found.Wait.Offer
	if err := k.Cancel(t.Context(), who("her"), first, ""); err != nil || k.waitState(w.ID) == booking.WaitLeft {
		t.Fatal(err)
	}
	if err := k.Offer(t.Context()); err != nil {
		t.Fatal(err)
	}
	a, _ := k.Store.Appointment(t.Context(), first)
	next, err := k.Waits.Wait(t.Context(), w.ID)
	if err != nil {
		t.Fatal(err)
	}
	b, err := k.Store.Appointment(t.Context(), next.Offer)
	if err != nil || b.SlotID() == a.SlotID() {
		t.Errorf("offered %s again, %v", b.SlotID(), err)
	}
	if err := k.Leave(t.Context(), nobody, w.ID, code); err != nil || k.waitState(w.ID) != booking.WaitLeft || k.state(next.Offer) != booking.Cancelled {
		t.Errorf("left: %v, %s, its offer %s", err, k.waitState(w.ID), k.state(next.Offer))
	}
}

func TestWaitsAreBoundedAndChecked(t *testing.T) {
	k := newKit(t, 1)
	for range 3 {
		k.join(who("her"), 5)
	}
	f := booking.WaitFor{Mode: booking.ByPhone, From: "2026-12-01", To: "2026-12-05"}
	_, _, err := k.Join(t.Context(), who("her"), f, nil)
	k.want(err, booking.ErrManyWaiting)
	one, code, err := k.Join(t.Context(), nobody, f, key("w"))
	two, same, again := k.Join(t.Context(), nobody, f, key("w"))
	if err != nil || again != nil || one.ID != two.ID || code != same {
		t.Errorf("sent twice: %s %s, %v %v", one.ID, two.ID, err, again)
	}
	for _, days := range [][2]string{{"2026-12-05", "2026-12-01"}, {"yesterday", "2026-12-01"}, {"2026-12-01", "2027-12-01"}, {"2020-01-01", "2020-01-02"}} {
		f.From, f.To = days[0], days[1]
		_, _, err := k.Join(t.Context(), nobody, f, nil)
		k.want(err, booking.ErrRange)
	}
}

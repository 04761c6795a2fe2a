package booking_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pugongying/internal/booking"
)

func TestATimeIsReservedConfirmedMovedAndGivenBack(t *testing.T) {
	k := newKit(t, 2)
	first, second := k.plans.Slot("C1", 5, 9), k.plans.Slot("C2", 6, 10)
	all := k.free(first)
	a, code := k.book(who("her"), first)
	if k.free(first) != all-1 {
		t.Error("a confirmed time is still free")
	}
	if len(code) != 11 || !strings.HasPrefix(code, "10") || a.Private.Digits != code[7:] {
		t.Errorf("code %q, digits %q", code, a.Private.Digits)
	}
	found, err := k.Find(t.Context(), nobody, code[:3]+" "+code[3:7]+"-"+code[7:])
	if err != nil || found.Appointment == nil || found.Appointment.ID != a.ID || found.Appointment.Private.Text != "" {
		t.Fatalf("found %+v, %v", found, err)
	}
	moved, err := k.Move(t.Context(), nobody, booking.Change{ID: a.ID, Code: code, Slot: second.ID()})
	if err != nil || moved.Counsellor != "C2" || !moved.Start.Equal(second.Start) {
		t.Fatalf("moved %+v, %v", moved, err)
	}
	again, err := k.Move(t.Context(), nobody, booking.Change{ID: a.ID, Code: code, Slot: second.ID()})
	if err != nil || len(again.Steps) != len(moved.Steps) || k.free(first) != all || k.free(second) != all-1 {
		t.Errorf("moving twice: %d steps, %d and %d free, %v", len(again.Steps), k.free(first), k.free(second), err)
	}
	if err := k.Cancel(t.Context(), nobody, a.ID, code); err != nil || k.free(second) != all || k.state(a.ID) != booking.Cancelled {
		t.Errorf("cancelled: %v, %d free", err, k.free(second))
	}
	stored, _ := k.Store.Appointment(t.Context(), a.ID)
	if stored.Private.Text != "" || stored.Cells != nil || len(stored.Steps) != 4 {
		t.Errorf("after it was cancelled: %+v", stored)
	}
	for _, step := range stored.Steps {
		if step.At.IsZero() || step.By.Kind != booking.ByResident || step.By.ID != "" {
			t.Errorf("a step without who or when: %+v", step)
		}
	}
}

func TestAHoldEndsByTheClockAndIsLookedAtWhenConfirmed(t *testing.T) {
	k := newKit(t, 1)
	slot := k.plans.Slot("C1", 5, 9)
	a := k.hold(who("her"), slot)
	_, err := k.Hold(t.Context(), who("other"), ask(slot), nil)
	k.want(err, booking.ErrSlotTaken)
	k.clock.Advance(booking.HoldLife - time.Second)
	longer, err := k.Extend(t.Context(), who("her"), a.ID)
	if err != nil || longer.HoldUntil.Sub(*a.HoldUntil) != booking.HoldLife {
		t.Fatalf("prolonged: %v", err)
	}
	_, err = k.Extend(t.Context(), who("her"), a.ID)
	k.want(err, booking.ErrExtended)
	k.clock.Advance(booking.HoldLife + 2*time.Second)
	_, _, err = k.Confirm(t.Context(), who("her"), a.ID, plain)
	k.want(err, booking.ErrHoldExpired)
	taken := k.hold(who("other"), slot) // nobody expired it: the claim does
	if k.state(a.ID) != booking.Expired || k.state(taken.ID) != booking.Reserved {
		t.Error("a stale hold was not expired by the claim")
	}
	k.clock.Advance(2 * booking.HoldLife)
	if err := k.Tick(t.Context(), taken.ID); err != nil || k.state(taken.ID) != booking.Expired {
		t.Errorf("the job: %v", err)
	}
}

func TestConfirmingTwiceIsOneBookingWithOneCode(t *testing.T) {
	k := newKit(t, 1)
	slot := k.plans.Slot("C1", 5, 9)
	a, code := k.book(who("her"), slot)
	again, same, err := k.Confirm(t.Context(), who("her"), a.ID, plain)
	if err != nil || same != code || again.ID != a.ID {
		t.Errorf("again: %q, %v", same, err)
	}
	_, _, err = k.Confirm(t.Context(), who("other"), a.ID, plain)
	k.want(err, booking.ErrNotFound)
	k.clock.Advance(11 * time.Minute)
	_, _, err = k.Confirm(t.Context(), who("her"), a.ID, plain)
	k.want(err, booking.ErrState)
}

func TestATapThatCameTwiceHoldsOnce(t *testing.T) {
	k := newKit(t, 1)
	slot := k.plans.Slot("C1", 5, 9)
	a := k.hold(who("her"), slot)
	if b := k.hold(who("her"), slot); b.ID != a.ID {
		t.Errorf("two holds, %s and %s", a.ID, b.ID)
	}
	other := k.plans.Slot("C1", 5, 10)
	first, err := k.Hold(t.Context(), nobody, ask(other), key("1"))
	second, repeated := k.Hold(t.Context(), nobody, ask(other), key("1"))
	if err != nil || repeated != nil || first.ID != second.ID {
		t.Errorf("by its key: %s %s, %v %v", first.ID, second.ID, err, repeated)
	}
}

func TestNobodyIsInTwoPlaces(t *testing.T) {
	k := newKit(t, 2)
	one := k.plans.Slot("C1", 5, 9)
	k.book(who("her"), one)
	overlapping := k.plans.Slot("C2", 5, 9)
	_, err := k.Hold(t.Context(), who("her"), ask(overlapping), nil)
	k.want(err, booking.ErrTwice)
	shifted := overlapping
	shifted.Start, shifted.End = one.Start.Add(30*time.Minute), one.End.Add(30*time.Minute)
	_, _, err = k.Enter(t.Context(), booking.Entry{Slot: withCounsellor(shifted, "C1"), Mode: booking.ByVideo, Written: plain, Account: "STAFF"}, nil)
	k.want(err, booking.ErrSlotTaken)
	for n, room := range []string{"", "ROOM"} { // two counsellors, one room
		a, b := k.plans.Slot("C1", 6, 9), k.plans.Slot("C2", 6, 9)
		a.Room, b.Room = room, room
		a.Start, a.End, b.Start, b.End = a.Start.AddDate(0, 0, n), a.End.AddDate(0, 0, n), b.Start.AddDate(0, 0, n), b.End.AddDate(0, 0, n)
		_, _, err := k.Enter(t.Context(), booking.Entry{Slot: a, Mode: booking.InPerson, Written: plain, Account: "STAFF"}, nil)
		k.want(err, nil)
		_, _, err = k.Enter(t.Context(), booking.Entry{Slot: b, Mode: booking.InPerson, Written: plain, Account: "STAFF"}, nil)
		if taken := errors.Is(err, booking.ErrSlotTaken); taken != (room != "") {
			t.Errorf("in room %q: %v", room, err)
		}
	}
	if n := k.overlaps(t.Context()); n != 0 {
		t.Errorf("%d overlaps", n)
	}
}

func withCounsellor(s booking.Slot, c string) booking.Slot {
	s.Counsellor = c
	return s
}

func TestBuffersAreTakenWithTheSession(t *testing.T) {
	k := newKit(t, 1)
	one, next := k.plans.Slot("C1", 5, 9), k.plans.Slot("C1", 5, 10)
	one.BusyFrom, one.BusyTo = one.Start.Add(-10*time.Minute), one.End.Add(20*time.Minute)
	if _, _, err := k.Enter(t.Context(), booking.Entry{Slot: one, Mode: booking.ByPhone, Written: plain, Account: "STAFF"}, nil); err != nil {
		t.Fatal(err)
	}
	_, err := k.Hold(t.Context(), nobody, ask(next), nil)
	k.want(err, booking.ErrSlotTaken)
	if free := k.free(next); free != len(k.plans.Hours)-2 {
		t.Errorf("%d free", free)
	}
}

func TestWhatCannotBeBookedIsRefusedInWords(t *testing.T) {
	k := newKit(t, 1)
	slot := k.plans.Slot("C1", 5, 9)
	for name, c := range map[string]struct {
		change func(*booking.Ask)
		want   error
	}{
		"past":              {func(a *booking.Ask) { a.Slot = k.plans.Slot("C1", -1, 9).ID() }, booking.ErrPast},
		"no slot":           {func(a *booking.Ask) { a.Slot = k.plans.Slot("C1", 5, 8).ID() }, booking.ErrNotOffered},
		"nonsense":          {func(a *booking.Ask) { a.Slot = "C1~\xff" }, booking.ErrNotOffered},
		"nobody's":          {func(a *booking.Ask) { a.Slot = k.plans.Slot("C9", 5, 9).ID() }, booking.ErrNotOffered},
		"another region":    {func(a *booking.Ask) { a.Region = "150100000000" }, booking.ErrRegion},
		"an unknown topic":  {func(a *booking.Ask) { a.Topic = "weather" }, booking.ErrTopic},
		"no mode there is":  {func(a *booking.Ask) { a.Mode = "letter" }, booking.ErrMode},
		"any, in the past":  {func(a *booking.Ask) { a.Slot, a.Start = "", k.clock.Now().Add(-time.Hour) }, booking.ErrPast},
		"any, nobody there": {func(a *booking.Ask) { a.Slot, a.Start = "", k.clock.Now().Add(time.Minute) }, booking.ErrNobodyFree},
	} {
		a := ask(slot)
		c.change(&a)
		if _, err := k.Hold(t.Context(), who("her"), a, nil); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	k.plans.Change("C1", func(*booking.Counsellor) bool { return false }) // suspended
	_, err := k.Hold(t.Context(), who("her"), ask(slot), nil)
	k.want(err, booking.ErrNotOffered)
	if n, err := k.engine.Collection("appointments").Count(t.Context(), nil, 0); n != 0 || err != nil {
		t.Errorf("%d appointments were written, %v", n, err)
	}
}

// The plan changed between hold and confirmation.
func TestAHoldOfATimeThatIsOfferedNoMoreIsNotConfirmed(t *testing.T) {
	k := newKit(t, 1)
	slot := k.plans.Slot("C1", 5, 9)
	a := k.hold(who("her"), slot)
	k.plans.Close(slot.ID())
	_, _, err := k.Confirm(t.Context(), who("her"), a.ID, plain)
	k.want(err, booking.ErrNotOffered)
}

func TestAnyIsTheLeastLoadedAndTheNextWhenSheIsTaken(t *testing.T) {
	k := newKit(t, 3)
	start := k.plans.Slot("C1", 5, 9).Start
	for i, c := range []string{"C1", "C1", "C3"} { // C2 has nothing
		k.book(who(fmt.Sprint("p", i)), k.plans.Slot(c, 7, 9+i))
	}
	wish := booking.Ask{Mode: booking.ByPhone, Start: start}
	var got []string
	for i := range 3 {
		a, err := k.Hold(t.Context(), who(fmt.Sprint("q", i)), wish, nil)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, a.Counsellor)
	}
	if got[0] != "C2" || !slices.Equal(slices.Sorted(slices.Values(got)), []string{"C1", "C2", "C3"}) {
		t.Errorf("given %q", got)
	}
	_, err := k.Hold(t.Context(), who("q9"), wish, nil)
	k.want(err, booking.ErrNobodyFree)
}

func TestCapsHold(t *testing.T) {
	k := newKit(t, 1)
	first, code := k.book(who("her"), k.plans.Slot("C1", 5, 9))
	second, _ := k.book(who("her"), k.plans.Slot("C1", 6, 9))
	third := k.plans.Slot("C1", 7, 9)
	_, err := k.Hold(t.Context(), who("her"), ask(third), nil)
	k.want(err, booking.ErrManyAhead)
	if err := k.Cancel(t.Context(), nobody, first.ID, code); err != nil {
		t.Fatal(err)
	}
	k.book(who("her"), third)
	k.clock.Set(second.End.Add(time.Minute)) // over, and nobody said what came of it
	if err := k.Tick(t.Context(), second.ID); err != nil {
		t.Fatal(err)
	}
	k.hold(who("her"), k.plans.Slot("C1", 9, 9))
}

func TestSessionsOfAYearAreCounted(t *testing.T) {
	k := newKit(t, 1)
	k.clock.Set(time.Date(2027, 1, 4, 1, 30, 0, 0, time.UTC))
	for n := range booking.Yearly {
		slot := k.plans.Slot("C1", 1, 9+n%2)
		a, _ := k.book(who("her"), slot)
		k.clock.Set(slot.Start.Add(booking.NoShowAfter))
		as := booking.Done
		if n%3 == 0 {
			as = booking.NoShow
		}
		if _, err := k.Conclude(t.Context(), "STAFF", a.ID, as); err != nil {
			t.Fatal(n, err)
		}
		k.clock.Advance(24 * time.Hour)
	}
	_, err := k.Hold(t.Context(), who("her"), ask(k.plans.Slot("C1", 3, 9)), nil)
	k.want(err, booking.ErrManyYearly)
	k.hold(who("other"), k.plans.Slot("C1", 3, 9))
}

func TestUnconfirmedHoldsTakeAThirdAndThreeAnHour(t *testing.T) {
	k := newKit(t, 1)
	weekly := 7 * len(k.plans.Hours)
	refused := 0
	for n := range weekly {
		slot := k.plans.Slot("C1", 7+n/len(k.plans.Hours), k.plans.Hours[n%len(k.plans.Hours)])
		if _, err := k.Hold(t.Context(), nobody, ask(slot), nil); errors.Is(err, booking.ErrBusy) {
			refused++
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if got := weekly - refused; got != weekly/booking.Share {
		t.Errorf("%d of %d slots of a week are held at once", got, weekly)
	}
	guest := booking.Booker{Holds: "address|192.0.2.7"}
	for n := range booking.HoldsPer {
		if _, err := k.Hold(t.Context(), guest, ask(k.plans.Slot("C1", 20, 9+n)), nil); err != nil {
			t.Fatal(err)
		}
	}
	fourth := ask(k.plans.Slot("C1", 20, 9+booking.HoldsPer))
	_, err := k.Hold(t.Context(), guest, fourth, nil)
	k.want(err, booking.ErrManyHolds)
	k.clock.Advance(booking.HoldsWithin)
	honest, err := k.Hold(t.Context(), guest, fourth, nil)
	k.want(err, nil)
	if _, _, err := k.Confirm(t.Context(), guest, honest.ID, plain); err != nil {
		t.Fatal(err)
	}
	for n := range booking.HoldsPer { // what was confirmed is counted no more
		if _, err := k.Hold(t.Context(), guest, ask(k.plans.Slot("C1", 21, 9+n)), nil); err != nil {
			t.Error(err)
		}
	}
}

func TestChangesEndADayBefore(t *testing.T) {
	k := newKit(t, 1)
	slot := k.plans.Slot("C1", 5, 9)
	a, code := k.book(who("her"), slot)
	k.clock.Set(slot.Start.Add(-booking.CutOff).Add(time.Second))
	_, err := k.Move(t.Context(), nobody, booking.Change{ID: a.ID, Code: code, Slot: k.plans.Slot("C1", 6, 9).ID()})
	k.want(err, booking.ErrTooLate)
	k.want(k.Cancel(t.Context(), nobody, a.ID, code), booking.ErrTooLate)
	if err := k.Withdraw(t.Context(), "STAFF", a.ID); err != nil || k.state(a.ID) != booking.Cancelled {
		t.Errorf("staff may: %v", err)
	}
}

func TestWhatCameOfItIsSaidWhenItCanBeKnown(t *testing.T) {
	k := newKit(t, 1)
	slot := k.plans.Slot("C1", 5, 9)
	a, _ := k.book(who("her"), slot)
	_, err := k.Conclude(t.Context(), "STAFF", a.ID, booking.Done)
	k.want(err, booking.ErrEarly)
	k.clock.Set(slot.Start.Add(booking.NoShowAfter - time.Second))
	_, err = k.Conclude(t.Context(), "STAFF", a.ID, booking.NoShow)
	k.want(err, booking.ErrEarly)
	done, err := k.Conclude(t.Context(), "STAFF", a.ID, booking.Done)
	if last := done.Steps[len(done.Steps)-1]; err != nil || last.By.ID != "STAFF" || last.To != booking.Done {
		t.Fatalf("%+v, %v", done, err)
	}
	_, err = k.Conclude(t.Context(), "STAFF", a.ID, booking.NoShow)
	k.want(err, booking.ErrState)
	_, err = k.Conclude(t.Context(), "STAFF", a.ID, booking.Cancelled)
	k.want(err, booking.ErrState)
}

// The audit goes by times alone: what two documents say that no index saw is found.
func TestTheAuditSeesAnOverlap(t *testing.T) {
	k := newKit(t, 1)
	slot := k.plans.Slot("C1", 5, 9)
	a, _ := k.book(who("her"), slot)
	if report, err := k.Audit(t.Context()); err != nil || !report.Well() || report.Looked != 1 {
		t.Fatalf("%+v, %v", report, err)
	}
	a.ID, a.Cells, a.Code, a.Rev = "FORGED", []string{"x"}, "", 0
	if _, _, err := k.Store.Create(t.Context(), &a, nil); err != nil {
		t.Fatal(err)
	}
	report, err := k.Audit(t.Context())
	if err != nil || len(report.Overlaps) != 1 || !slices.Equal(report.Unlike, []string{"FORGED"}) || !strings.Contains(report.Sentence(), "重叠 1") {
		t.Errorf("%+v, %v", report, err)
	}
}

package booking_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pugongying/internal/booking"
)

// counted is somebody whose tries are counted, in a session and at an address.
func counted(n int) booking.Booker {
	return booking.Booker{Tries: []string{fmt.Sprint("member|", n), fmt.Sprint("address|", n)}}
}

// Wrong, of nobody, cancelled, expired: one answer.
func TestACodeThatLeadsNowhereNeverSaysWhy(t *testing.T) {
	k := newKit(t, 1)
	cancelled, code := k.book(who("her"), k.plans.Slot("C1", 5, 9))
	if err := k.Cancel(t.Context(), nobody, cancelled.ID, code); err != nil {
		t.Fatal(err)
	}
	_, gone := k.book(who("erased"), k.plans.Slot("C1", 6, 9))
	if err := k.EraseMember(t.Context(), "erased"); err != nil {
		t.Fatal(err)
	}
	w, left, err := k.Join(t.Context(), who("her"), booking.WaitFor{Mode: booking.ByPhone, From: "2026-12-01", To: "2026-12-05"}, nil)
	if err != nil || k.Leave(t.Context(), nobody, w.ID, left) != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]string{"wrong": "10999999999", "none": "", "nonsense": "甲", "cancelled": code, "erased": gone, "left": left} {
		found, err := k.Find(t.Context(), nobody, c)
		if !errors.Is(err, booking.ErrNotFound) || err.Error() != booking.ErrNotFound.Error() || found.Appointment != nil || found.Wait != nil {
			t.Errorf("%s: %+v, %v", name, found, err)
		}
	}
	for name, err := range map[string]error{
		"with the code of another": k.Cancel(t.Context(), nobody, "OTHER", code),
		"without any":              k.Cancel(t.Context(), nobody, cancelled.ID, ""),
		"of nothing":               k.Cancel(t.Context(), nobody, "NOTHING", ""),
	} {
		if !errors.Is(err, booking.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCodesDoNotRepeatAndLookLikeNumbers(t *testing.T) {
	k := newKit(t, 4)
	seen := map[string]bool{}
	for n := range 60 {
		_, code := k.book(nobody, k.plans.Slot(fmt.Sprintf("C%d", 1+n%4), 3+n/4, 9))
		if seen[code] || len(code) != 11 || code[:2] != "10" {
			t.Errorf("code %q", code)
		}
		seen[code] = true
	}
}

func TestWrongCodesWait(t *testing.T) {
	k := newKit(t, 1)
	a, code := k.book(who("her"), k.plans.Slot("C1", 30, 9))
	tried := 0
	for ; tried < 100; tried++ {
		_, err := k.Find(t.Context(), counted(1), fmt.Sprintf("10%09d", tried))
		if errors.Is(err, booking.ErrWait) {
			break
		}
		k.want(err, booking.ErrNotFound)
	}
	if tried == 0 || tried > 10 {
		t.Errorf("%d codes in a row", tried)
	}
	_, err := k.Find(t.Context(), counted(1), code)
	k.want(err, booking.ErrWait)
	for range 30 { // her own code costs nothing, however often
		found, err := k.Find(t.Context(), counted(2), code)
		if err != nil || found.Appointment.ID != a.ID {
			t.Fatal(err)
		}
	}
}

// The last four are said aloud at the door: whoever heard them tries twenty a day, from however many addresses.
func TestTheLastFourAreTriedTwentyTimesADay(t *testing.T) {
	k := newKit(t, 1)
	_, code := k.book(who("her"), k.plans.Slot("C1", 30, 9))
	heard := code[7:]
	day := func() (tried int) {
		for n := range 60 {
			_, err := k.Find(t.Context(), counted(1000+n), fmt.Sprintf("10%05d%s", n, heard))
			if errors.Is(err, booking.ErrWait) {
				continue
			}
			k.want(err, booking.ErrNotFound)
			tried++
		}
		return tried
	}
	if n := day(); n != 20 {
		t.Errorf("%d tries in a day", n)
	}
	if _, err := k.Find(t.Context(), counted(9), fmt.Sprintf("10%05d%04d", 1, (1+int(heard[3]-'0'))%10)); !errors.Is(err, booking.ErrNotFound) {
		t.Errorf("other digits wait too: %v", err)
	}
	k.clock.Advance(49 * time.Hour)
	if n := day(); n != 20 {
		t.Errorf("%d tries on another day", n)
	}
}

func TestMineIsShownBehindTheLockAlone(t *testing.T) {
	k := newKit(t, 1)
	a, _ := k.book(who("her"), k.plans.Slot("C1", 5, 9))
	for name, b := range map[string]booking.Booker{"an open layer": who("her"), "nobody": nobody, "another's lock": locked("other")} {
		if all, waits, err := k.List(t.Context(), b); len(all)+len(waits) != 0 || err != nil {
			t.Errorf("%s: %v %v %v", name, all, waits, err)
		}
		if err := k.Cancel(t.Context(), b, a.ID, ""); !errors.Is(err, booking.ErrNotFound) {
			t.Errorf("%s cancels: %v", name, err)
		}
	}
	all, _, err := k.List(t.Context(), locked("her"))
	if err != nil || len(all) != 1 || all[0].ID != a.ID {
		t.Errorf("behind her lock: %v %v", all, err)
	}
	if err := k.Cancel(t.Context(), locked("her"), a.ID, ""); err != nil {
		t.Error(err)
	}
}

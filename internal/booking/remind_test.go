package booking_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"pugongying/internal/booking"
	"pugongying/internal/member"
	"pugongying/internal/notify"
	"pugongying/internal/store"
	"pugongying/internal/testkit"
)

// reminded is an appointment of a member who consented.
func (k *kit) reminded(n int) booking.Appointment {
	k.t.Helper()
	hours := len(k.plans.Hours)
	name := fmt.Sprint("M", n)
	a, code := k.book(who(name), k.plans.Slot(fmt.Sprintf("C%d", 1+n/(hours*20)), 5+n/hours%20, k.plans.Hours[n%hours]))
	if err := k.Remind(k.t.Context(), nobody, booking.Consent{ID: a.ID, Code: code, Member: member.ID(name), On: true}); err != nil {
		k.t.Fatal(err)
	}
	return a
}

func TestAReminderIsDerivedFromItsAppointment(t *testing.T) {
	k := newKit(t, 1)
	a := k.reminded(0)
	sentence := k.Sentence(a)
	if word := notify.ForOnlookers().Find(sentence); word != "" || sentence != "活动中心：11 月 28 日 9:00 有一项安排" {
		t.Errorf("%q says %q", sentence, word)
	}
	k.clock.Set(a.Start.Add(-booking.RemindBefore - time.Hour))
	if err := k.SendReminder(t.Context(), a.ID); err != nil || len(k.sender.Shown("M0")) != 0 {
		t.Errorf("before its time: %v", err)
	}
	moved, err := k.Shift(t.Context(), "STAFF", a.ID, k.plans.Slot("C1", 5, 9), booking.InPerson)
	if err != nil {
		t.Fatal(err)
	}
	k.clock.Set(a.Start.Add(-booking.RemindBefore))
	if err := k.SendReminder(t.Context(), a.ID); err != nil || len(k.sender.Shown("M0")) != 0 {
		t.Errorf("at the time it had before: %v", err)
	}
	k.clock.Set(moved.Start.Add(-booking.RemindBefore))
	for range 3 {
		if err := k.SendReminder(t.Context(), a.ID); err != nil {
			t.Fatal(err)
		}
	}
	if got := k.sender.Shown("M0"); len(got) != 1 || !got[0].At.Equal(moved.Start) || got[0].Sentence != k.Sentence(moved) {
		t.Errorf("shown %+v", got)
	}
}

func TestNobodyIsRemindedOfWhatWasCancelledOrTakenBack(t *testing.T) {
	k := newKit(t, 1)
	cancelled, back := k.reminded(0), k.reminded(1)
	if err := k.Withdraw(t.Context(), "STAFF", cancelled.ID); err != nil {
		t.Fatal(err)
	}
	if err := k.Remind(t.Context(), locked("M1"), booking.Consent{ID: back.ID}); err != nil {
		t.Fatal(err)
	}
	k.clock.Set(cancelled.Start.Add(-time.Hour))
	for _, a := range []booking.Appointment{cancelled, back} {
		if err := k.SendReminder(t.Context(), a.ID); err != nil {
			t.Error(err)
		}
	}
	if n := len(k.sender.Shown("M0")) + len(k.sender.Shown("M1")); n != 0 {
		t.Errorf("%d were shown", n)
	}
	k.want(k.Remind(t.Context(), locked("M1"), booking.Consent{ID: back.ID, On: true}), booking.ErrNotWeChat)
}

// TestRemindersAreShownOnce delivers every job several times while the engine crashes and WeChat drops answers: what is wanted
// is shown at most once, nothing after it was cancelled, and nothing is left without an outcome. What an answer that was
// lost leaves unknown is not sent again.
func TestRemindersAreShownOnce(t *testing.T) {
	engine := testkit.Embedded(t)
	if err := engine.Ensure(t.Context(), store.Declarations()); err != nil {
		t.Fatal(err)
	}
	crashing := testkit.NewCrashing(engine)
	k := kitOn(t, crashing, 8)
	n := 160
	random := rand.New(rand.NewPCG(7, 7))
	k.sender.Fails = func(n int) (bool, error) {
		switch n % 20 {
		case 3:
			return true, errors.New("the answer was lost")
		case 7:
			return false, booking.ErrSendLater
		case 13:
			return false, booking.ErrSendRefused
		}
		return true, nil
	}
	all, cancelled := make([]booking.Appointment, n), map[int]bool{}
	for i := range all {
		all[i] = k.reminded(i)
		if i%9 == 0 {
			cancelled[i] = k.Withdraw(t.Context(), "STAFF", all[i].ID) == nil
		}
	}
	k.clock.Set(all[0].Start.AddDate(0, 0, -1))
	kills := 0
	for range 25 {
		for _, i := range random.Perm(n) {
			if random.IntN(6) == 0 {
				crashing.Arm(random.IntN(8))
			}
			_ = k.SendReminder(t.Context(), all[i].ID) // the job's worker tries again
			if crashing.Revive() {
				kills++
			}
		}
		k.clock.Advance(24 * time.Hour)
	}
	missing, twice, after, states := 0, 0, 0, map[booking.NoticeState]int{}
	for i, a := range all {
		notice, err := k.Notices.Notice(t.Context(), a.ID)
		if err != nil {
			t.Fatal(err)
		}
		states[notice.State]++
		shown := len(k.sender.Shown(member.ID(fmt.Sprint("M", i))))
		switch {
		case shown > 1:
			twice++
		case cancelled[i] && shown > 0:
			after++
		case notice.State == booking.NoticeWanted || notice.State == booking.NoticeSending:
			missing++
		}
	}
	if missing+twice+after != 0 || kills < 20 {
		t.Errorf("missing %d, twice %d, after cancel %d, %d kills, %v", missing, twice, after, kills, states)
	}
	t.Logf("%d reminders, each delivered 25 times, %d kills: missing %d, shown twice %d, after cancel %d, %v", n, kills, missing, twice, after, states)
	testkit.Score(t, "booking: reminders missing, shown twice, after cancel", fmt.Sprintf("%d, %d, %d of %d, %d kills", missing, twice, after, n, kills), !t.Failed(),
		"sending again what is unknown shows it twice (TestSendingAgainWouldShowTwice)")
}

// TestSendingAgainWouldShowTwice is the control: whoever takes an unknown outcome for none is found by the same count.
func TestSendingAgainWouldShowTwice(t *testing.T) {
	k := newKit(t, 1)
	a := k.reminded(0)
	k.sender.Fails = func(int) (bool, error) { return true, booking.ErrSendLater } // shown, and taken for not sent
	k.clock.Set(a.Start.Add(-time.Hour))
	for range 2 {
		_ = k.SendReminder(t.Context(), a.ID)
	}
	if n := len(k.sender.Shown("M0")); n != 2 {
		t.Errorf("shown %d times", n)
	}
}

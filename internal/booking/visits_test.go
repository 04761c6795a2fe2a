package booking_test

import (
	"strings"
	"testing"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/audit"
	"pugongying/internal/booking"
	"pugongying/internal/booking/bookingtest"
	"pugongying/internal/civil"
	"pugongying/internal/region"
	"pugongying/internal/staff"
	"pugongying/internal/store"
)

// works is a member of staff with one role in the banner, her second factor proved or not.
func works(account string, role access.Role, fresh bool) staff.Principal {
	p := staff.Principal{Account: account, Name: "名字" + account, Grants: []access.Grant{{Role: role, Scope: region.ScopeOf(bookingtest.Banner)}}}
	if fresh {
		p.ConfirmedAt = time.Now()
	}
	return p
}

// opened counts what the record says was opened, by whom.
func (k *kit) opened(account string) (n int) {
	k.t.Helper()
	page, err := store.NewAudit(k.engine).List(k.t.Context(), audit.Query{Limit: 1000})
	if err != nil {
		k.t.Fatal(err)
	}
	for _, e := range page {
		if e.Action == audit.IntakeOpen && e.Actor.ID == account {
			n++
		}
	}
	return n
}

func TestWhoSeesAVisitAndWhoOpensIt(t *testing.T) {
	k := newKit(t, 2)
	slot := k.plans.Slot("C1", 2, 9)
	a, _ := k.book(who("she"), slot)
	far := works("AC1", access.Counsellor, true)
	far.Grants[0].Scope = region.ScopeOf("150121000000")
	day := civil.DayOf(slot.Start)
	for name, row := range map[string]struct {
		who          staff.Principal
		sees         bool
		opens        error
		ends, cancel error
	}{
		"her counsellor":      {works("AC1", access.Counsellor, true), true, nil, booking.ErrEarly, nil},
		"her factor is old":   {works("AC1", access.Counsellor, false), true, staff.ErrStepUp, booking.ErrEarly, nil},
		"another counsellor":  {works("AC2", access.Counsellor, true), false, booking.ErrNotFound, booking.ErrNotFound, booking.ErrNotFound},
		"whoever plans":       {works("P", access.Coordinator, true), true, staff.ErrForbidden, staff.ErrForbidden, nil},
		"the supervisor":      {works("S", access.Supervisor, true), true, nil, staff.ErrForbidden, nil},
		"one who reads texts": {works("E", access.Editor3, true), false, booking.ErrNotFound, booking.ErrNotFound, booking.ErrNotFound},
		"an administrator":    {works("M", access.Admin, true), false, booking.ErrNotFound, booking.ErrNotFound, booking.ErrNotFound},
		"nobody":              {staff.Principal{}, false, booking.ErrNotFound, booking.ErrNotFound, booking.ErrNotFound},
		"whoever plans afar": {func() staff.Principal {
			p := far
			p.Account, p.Grants = "P", []access.Grant{{Role: access.Coordinator, Scope: far.Grants[0].Scope}}
			return p
		}(), false, booking.ErrNotFound, booking.ErrNotFound, booking.ErrNotFound},
	} {
		list, err := k.Visits(t.Context(), row.who, day, day)
		if err != nil || (len(list) == 1) != row.sees {
			t.Errorf("%s finds %d, %v", name, len(list), err)
		}
		for _, v := range list {
			if v.Private.Text != "" || v.Private.Contact.Number != "" || v.Private.For != "" {
				t.Errorf("%s reads it in the list: %+v", name, v.Private)
			}
			if v.Digits == "" || v.Urgent {
				t.Errorf("%s: %q %v", name, v.Digits, v.Urgent)
			}
		}
		if v, err := k.Visit(t.Context(), row.who, a.ID); (err == nil) != row.sees || v.Private.Text != "" {
			t.Errorf("%s: %v, %q", name, err, v.Private.Text)
		}
		before := k.opened(row.who.Account)
		v, err := k.Open(t.Context(), row.who, a.ID)
		k.want(err, row.opens)
		if opened := err == nil; (v.Private.Text == "canary-text") != opened || k.opened(row.who.Account)-before != map[bool]int{true: 1}[opened] {
			t.Errorf("%s: %q, %d in the record", name, v.Private.Text, k.opened(row.who.Account)-before)
		}
		k.want(k.End(t.Context(), row.who, a.ID, booking.Done), row.ends)
		if row.cancel != nil {
			k.want(k.FreeVisit(t.Context(), row.who, a.ID), row.cancel)
		}
	}
}

func TestWhomSheNamedFindsNothing(t *testing.T) {
	k := newKit(t, 1)
	slot := k.plans.Slot("C1", 2, 9)
	filled := plain
	filled.NotThese = []string{" 名字P "}
	a, _, err := k.Confirm(t.Context(), who("she"), k.hold(who("she"), slot).ID, filled)
	if err != nil {
		t.Fatal(err)
	}
	day := civil.DayOf(slot.Start)
	named, other := works("P", access.Coordinator, true), works("Q", access.Coordinator, true)
	if list, err := k.Visits(t.Context(), named, day, day); err != nil || len(list) != 0 {
		t.Errorf("she whom she named finds %d, %v", len(list), err)
	}
	_, err = k.Visit(t.Context(), named, a.ID)
	k.want(err, booking.ErrNotFound)
	k.want(k.FreeVisit(t.Context(), named, a.ID), booking.ErrNotFound)
	if list, err := k.Visits(t.Context(), other, day, day); err != nil || len(list) != 1 {
		t.Errorf("control: another finds %d, %v", len(list), err)
	}
}

func TestAVisitEndsAndIsFreed(t *testing.T) {
	k := newKit(t, 1)
	her := works("AC1", access.Counsellor, true)
	soon, late := k.plans.Slot("C1", 1, 9), k.plans.Slot("C1", 3, 9)
	one, _ := k.book(who("she"), soon)
	two, _ := k.book(who("other"), late)
	free := k.free(late)
	if err := k.FreeVisit(t.Context(), her, two.ID); err != nil {
		t.Fatal(err)
	}
	if k.state(two.ID) != booking.Cancelled || k.free(late) != free+1 {
		t.Errorf("%s, %d free of %d", k.state(two.ID), k.free(late), free)
	}
	k.want(k.FreeVisit(t.Context(), her, two.ID), booking.ErrState)
	// What she wrote stays until she was told.
	if v, err := k.Open(t.Context(), her, two.ID); err != nil || v.Private.Text != "canary-text" {
		t.Errorf("%+v, %v", v.Private, err)
	}
	k.clock.Set(soon.Start.Add(time.Minute))
	k.want(k.End(t.Context(), her, one.ID, booking.NoShow), booking.ErrEarly)
	if err := k.End(t.Context(), her, one.ID, booking.Done); err != nil || k.state(one.ID) != booking.Done {
		t.Errorf("%v, %s", err, k.state(one.ID))
	}
	day := civil.DayOf(soon.Start)
	if list, err := k.Visits(t.Context(), her, day, day); err != nil || len(list) != 1 || list[0].State != booking.Done {
		t.Errorf("%+v, %v", list, err)
	}
	for _, days := range [][2]string{{"x", day}, {day, "x"}, {day, "2020-01-01"}, {"2026-01-01", "2026-12-31"}} {
		_, err := k.Visits(t.Context(), her, days[0], days[1])
		k.want(err, booking.ErrRange)
	}
}

func TestAnAnswerThatAlarmsIsSaidToWhoeverMayOpenIt(t *testing.T) {
	k := newKit(t, 1)
	slot := k.plans.Slot("C1", 2, 9)
	w := k.Wording
	question := w.Questions[booking.ForSelf][0]
	filled := plain
	filled.Safety = map[string]string{question.ID: question.Alarming}
	if _, _, err := k.Confirm(t.Context(), who("she"), k.hold(who("she"), slot).ID, filled); err != nil {
		t.Fatal(err)
	}
	day := civil.DayOf(slot.Start)
	for role, urgent := range map[access.Role]bool{access.Counsellor: true, access.Coordinator: false} {
		list, err := k.Visits(t.Context(), works("AC1", role, false), day, day)
		if err != nil || len(list) != 1 || list[0].Urgent != urgent {
			t.Errorf("%v: %+v, %v", role, list, err)
		}
	}
	answers := w.Answers(filled)
	if len(answers) != 1 || !answers[0].Alarming || !strings.Contains(answers[0].Question, question.Text) || answers[0].Answer == "" {
		t.Errorf("%+v", answers)
	}
}

package counselling

import (
	"errors"
	"testing"

	"pugongying/internal/fault"
	"pugongying/internal/staff"
)

func TestACalendarsAddressIsSecretAndTakenBack(t *testing.T) {
	k := newKit(t)
	k.book("B1", "2026-09-25", hm(9, 0), Phone, "")
	first, err := k.NewCalendar(ctx, herself, "C1", 0, false)
	if err != nil || len(first) < 40 || k.store.people["C1"].Calendar == first || k.store.people["C1"].Calendar == "" {
		t.Fatalf("%q, %v, stored %q", first, err, k.store.people["C1"].Calendar)
	}
	if booked, err := k.CalendarOf(ctx, first); err != nil || len(booked) != 1 || booked[0].ID != "B1" {
		t.Errorf("%+v, %v", booked, err)
	}
	second, err := k.NewCalendar(ctx, herself, "C1", 1, false)
	if err != nil || second == first {
		t.Fatal(second, err)
	}
	closed := func(what, token string) {
		t.Helper()
		if _, err := k.CalendarOf(ctx, token); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s opens it: %v", what, err)
		}
	}
	closed("the one before", first)
	closed("no token", "")
	closed("what is stored", k.store.people["C1"].Calendar)
	k.idle = true
	closed("a suspended account's", second)
	k.idle = false
	if _, err := k.Save(ctx, coordinator, "C1", 2, StateEdit(Suspended), []string{"B1"}); err != nil {
		t.Fatal(err)
	}
	closed("a suspended counsellor's", second)
	if _, err := k.Save(ctx, coordinator, "C1", 3, StateEdit(Active), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := k.CalendarOf(ctx, second); err != nil {
		t.Error("control:", err)
	}
	if none, err := k.NewCalendar(ctx, herself, "C1", 4, true); err != nil || none != "" {
		t.Error(none, err)
	}
	closed("one that was taken back", second)
	for name, tt := range map[string]struct {
		who  staff.Principal
		want *fault.Error
	}{"a colleague": {colleague, ErrNotFound}, "the supervisor": {supervisor, staff.ErrForbidden}, "another region's": {elsewhere, ErrNotFound}} {
		if _, err := k.NewCalendar(ctx, tt.who, "C1", 5, false); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

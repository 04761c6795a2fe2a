package booking_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/booking"
	"pugongying/internal/store"
	"pugongying/internal/store/document"
)

// everything is a whole answer with a marker in everything that is hers.
func everything() booking.Private {
	return booking.Private{
		For: booking.ForChild, Age: "8-13", Topics: []string{"school"}, Safety: map[string]string{"q1": "yes"}, Text: "canary-text", Alone: "with", Before: "no",
		Consent: true, NotThese: []string{"canary-name"},
		Contact: booking.Contact{Call: true, Number: "000 0471 2036", When: []string{"noon"}, As: "own", AsText: "canary-shop", Answered: "wrong_number"},
	}
}

// spelled names the collections in which a text stands in clear.
func (k *kit) spelled(text string) (found []string) {
	k.t.Helper()
	for _, d := range store.Declarations() {
		err := k.engine.Collection(d.Collection).Find(k.t.Context(), document.Query{}, func(raw bson.Raw) error {
			if strings.Contains(string(raw), text) {
				found = append(found, d.Collection)
			}
			return nil
		})
		if err != nil {
			k.t.Fatal(err)
		}
	}
	return found
}

func TestWhatSheWroteIsSealedAndGoesWithHer(t *testing.T) {
	k := newKit(t, 1)
	slot := k.plans.Slot("C1", 5, 9)
	ahead, code, err := k.Confirm(t.Context(), who("HER"), k.hold(who("HER"), slot).ID, everything())
	if err != nil {
		t.Fatal(err)
	}
	over, _ := k.book(who("HER"), k.plans.Slot("C1", 1, 9))
	k.clock.Set(over.End.Add(time.Minute))
	if _, err := k.Conclude(t.Context(), "STAFF", over.ID, booking.Done); err != nil {
		t.Fatal(err)
	}
	if err := k.Remind(t.Context(), who("HER"), booking.Consent{ID: ahead.ID, Code: code, Member: "MEMBER-ID", On: true}); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"canary", "0471", "school", "MEMBER-ID", code, code[7:]} {
		if where := k.spelled(secret); where != nil {
			t.Errorf("%s stands in %q", secret, where)
		}
	}
	if k.spelled("HER") == nil {
		t.Error("control: the search does not see what is in clear")
	}
	free := k.free(slot)
	if err := k.EraseMember(t.Context(), "HER"); err != nil {
		t.Fatal(err)
	}
	if where := k.spelled("HER"); where != nil {
		t.Errorf("she stands in %q", where)
	}
	if k.state(ahead.ID) != booking.Cancelled || k.free(slot) != free+1 || k.state(over.ID) != booking.Done {
		t.Errorf("ahead %s, over %s, %d free", k.state(ahead.ID), k.state(over.ID), k.free(slot))
	}
	if n, err := k.engine.Collection("keys").Count(t.Context(), nil, 0); n != 0 || err != nil {
		t.Errorf("%d keys are left, %v", n, err)
	}
	if n, err := k.engine.Collection("notices").Count(t.Context(), nil, 0); n != 0 || err != nil {
		t.Errorf("%d reminders are left, %v", n, err)
	}
	if err := k.EraseMember(t.Context(), "HER"); err != nil {
		t.Error("again:", err)
	}
}

func TestWhatWasAskedIsChecked(t *testing.T) {
	k := newKit(t, 1)
	a := k.hold(who("her"), k.plans.Slot("C1", 5, 9))
	for name, c := range map[string]struct {
		change func(*booking.Private)
		want   error
	}{
		"a child without a guardian's consent": {func(f *booking.Private) { f.Consent = false }, booking.ErrConsent},
		"a child without an age":               {func(f *booking.Private) { f.Age = "" }, booking.ErrAge},
		"herself with an age":                  {func(f *booking.Private) { f.For = booking.ForSelf }, booking.ErrAge},
		"for nobody":                           {func(f *booking.Private) { f.For = "" }, booking.ErrAnswer},
		"an unknown topic":                     {func(f *booking.Private) { f.Topics = []string{"weather"} }, booking.ErrTopic},
		"an unknown question":                  {func(f *booking.Private) { f.Safety = map[string]string{"q9": "yes"} }, booking.ErrAnswer},
		"an unknown answer":                    {func(f *booking.Private) { f.Safety = map[string]string{"q1": "perhaps"} }, booking.ErrAnswer},
		"too long":                             {func(f *booking.Private) { f.Text = strings.Repeat("甲", 1001) }, booking.ErrWritten},
		"a call without a number":              {func(f *booking.Private) { f.Contact.Number = "" }, booking.ErrContact},
		"a call at no time":                    {func(f *booking.Private) { f.Contact.When = nil }, booking.ErrContact},
		"a call from nobody":                   {func(f *booking.Private) { f.Contact.As, f.Contact.AsText = "", "" }, booking.ErrContact},
		"a number and no call":                 {func(f *booking.Private) { f.Contact.Call = false }, booking.ErrContact},
		"words that tell":                      {func(f *booking.Private) { f.Contact.AsText = "心理咨询中心" }, booking.ErrWording},
	} {
		f := everything()
		c.change(&f)
		if _, _, err := k.Confirm(t.Context(), who("her"), a.ID, f); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	older := everything()
	older.Age, older.Consent = "14-17", false
	if _, _, err := k.Confirm(t.Context(), who("her"), a.ID, older); err != nil {
		t.Errorf("at 14 nobody else is asked: %v", err)
	}
	stored, err := k.Store.Appointment(t.Context(), a.ID)
	if err != nil || !stored.Excludes("account", "Canary-Name ") || stored.Excludes("C1", "other") || !k.Wording.Alarms(stored.Private) {
		t.Errorf("%+v, %v", stored.Private, err)
	}
}

func TestAGuestsBookingsGoToTheMemberWhoClaimsThem(t *testing.T) {
	k := newKit(t, 2)
	hers, _ := k.book(who("MEMBER"), k.plans.Slot("C1", 5, 9))
	twice, _ := k.book(who("GUEST"), k.plans.Slot("C2", 5, 9)) // at the same time
	other, _ := k.book(who("GUEST"), k.plans.Slot("C2", 6, 9))
	for range 2 {
		if err := k.Merge(t.Context(), "GUEST", "MEMBER"); err != nil {
			t.Fatal(err)
		}
	}
	all, _, err := k.List(t.Context(), locked("MEMBER"))
	if err != nil || len(all) != 3 {
		t.Fatalf("%d, %v", len(all), err)
	}
	for _, a := range []booking.Appointment{hers, twice, other} {
		if k.state(a.ID) != booking.Confirmed || k.free(k.plans.Slot(a.Counsellor, 5, 9)) == 0 {
			t.Errorf("%s is %s", a.ID, k.state(a.ID))
		}
	}
	if where := k.spelled("GUEST"); where != nil {
		t.Errorf("the guest stands in %q", where)
	}
}

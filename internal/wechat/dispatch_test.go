package wechat

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"
)

// staff are all consumers; they write down their calls and fail as often as they are made to.
type staff struct {
	calls []string
	fail  int
}

var errNotNow = errors.New("not now")

func (s *staff) take(format string, args ...any) error {
	if s.fail > 0 {
		s.fail--
		return errNotNow
	}
	s.calls = append(s.calls, fmt.Sprintf(format, args...))
	return nil
}

func (s *staff) Revoke(_ context.Context, r Revocation) error {
	return s.take("revoke %s %s %v %v", r.AppID, r.OpenID, r.Kinds, r.Cancelled)
}

func (s *staff) MediaChecked(_ context.Context, r MediaResult, _ time.Time) error {
	return s.take("media %s %s", r.Trace, r.Suggestion)
}

func (s *staff) Consented(_ context.Context, openID string, c Consent, _ time.Time) error {
	return s.take("consent %s %s %v", openID, c.Template, c.Accepted)
}

func (s *staff) Delivered(_ context.Context, d Delivery) error {
	return s.take("delivery %s %q", d.Number, d.Failed)
}

// dispatching returns a dispatcher over stored events.
func dispatching(t *testing.T, consumers func(*staff) Consumers, stored ...Event) (*Dispatcher, *events, *staff) {
	t.Helper()
	who, store := &staff{}, newEvents()
	if err := store.Save(t.Context(), Push{Nonce: "n", Events: stored}); err != nil {
		t.Fatal(err)
	}
	d, err := NewDispatcher(store, consumers(who))
	if err != nil {
		t.Fatal(err)
	}
	return d, store, who
}

func everybody(s *staff) Consumers { return Consumers{s, s, s, s} }

func TestEveryEventReachesItsConsumer(t *testing.T) {
	d, store, who := dispatching(t, everybody,
		Event{ID: "1", Kind: MediaChecked, Media: &MediaResult{Trace: "t", Suggestion: Review}},
		Event{ID: "2", Kind: ConsentAnswered, OpenID: "o", Consent: &Consent{"a", true}},
		Event{ID: "3", Kind: ConsentChanged, OpenID: "o", Consent: &Consent{"a", false}},
		Event{ID: "4", Kind: MessageDelivered, Delivery: &Delivery{"a", "7", ""}},
		Event{ID: "5", Kind: ProfileModified, AppID: "wx1", OpenID: "o"},
		Event{ID: "6", Kind: AuthorizationRevoked, AppID: "wx1", OpenID: "o", Revoked: []string{"8"}},
		Event{ID: "7", Kind: AccountCancelled, AppID: "wx1", OpenID: "o"},
	)
	for _, id := range store.order {
		if err := d.Do(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		"media t review", "consent o a true", "consent o a false", `delivery 7 ""`,
		"revoke wx1 o [] false", "revoke wx1 o [8] false", "revoke wx1 o [] true",
	}
	if !reflect.DeepEqual(who.calls, want) {
		t.Errorf("calls %q", who.calls)
	}
}

func TestAFailureOfAConsumerOrOfTheStoreIsTheJobs(t *testing.T) {
	d, store, who := dispatching(t, everybody, Event{ID: "1", Kind: AccountCancelled, OpenID: "o"})
	who.fail = 1
	if err := d.Do(t.Context(), "1"); !errors.Is(err, errNotNow) {
		t.Errorf("a failing consumer: %v", err)
	}
	store.broken = 1
	if err := d.Do(t.Context(), "1"); !errors.Is(err, errBroken) || len(who.calls) != 0 {
		t.Errorf("a broken store: %v", err)
	}
	if err := d.Do(t.Context(), "1"); err != nil || len(who.calls) != 1 {
		t.Errorf("the next try: %v, calls %q", err, who.calls)
	}
}

func TestAnEventThatIsGoneOrHasNoConsumerIsDone(t *testing.T) {
	d, _, who := dispatching(t, func(s *staff) Consumers { return Consumers{Revoker: s} }, Event{ID: "1", Kind: MediaChecked, Media: &MediaResult{}})
	for _, id := range []string{"1", "gone"} {
		if err := d.Do(t.Context(), id); err != nil || len(who.calls) != 0 {
			t.Errorf("%s: %v, calls %q", id, err, who.calls)
		}
	}
}

func TestADispatcherWithoutARevokerIsRefused(t *testing.T) {
	if _, err := NewDispatcher(newEvents(), Consumers{}); err == nil {
		t.Error("it was made")
	}
}

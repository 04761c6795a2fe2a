package wechat

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// staff are all consumers; they write down what they are told and fail as often as they are told to.
type staff struct {
	told   []string
	fail   int
	panics bool
}

func (s *staff) take(format string, args ...any) error {
	if s.fail > 0 {
		s.fail--
		if s.panics {
			panic("a consumer's fault")
		}
		return errors.New("not now")
	}
	s.told = append(s.told, fmt.Sprintf(format, args...))
	return nil
}

func (s *staff) Revoke(_ context.Context, r Revocation) error {
	return s.take("revoke %s %s %v %v", r.AppID, r.OpenID, r.Kinds, r.Cancelled)
}

func (s *staff) MediaChecked(_ context.Context, r MediaResult) error {
	return s.take("media %s %s", r.Trace, r.Suggestion)
}

func (s *staff) Consented(_ context.Context, openID string, c Consent, _ time.Time) error {
	return s.take("consent %s %s %v", openID, c.Template, c.Accepted)
}

func (s *staff) Delivered(_ context.Context, d Delivery) error {
	return s.take("delivery %s %q", d.Number, d.Failed)
}

func bench(t *testing.T, consumers func(*staff) Consumers) (*Worker, *events, *staff, *clock) {
	t.Helper()
	who, store, clock := &staff{}, newEvents(), newClock()
	return &Worker{Store: store, Consumers: consumers(who), Now: clock.Now, Log: slog.New(slog.DiscardHandler)}, store, who, clock
}

func everybody(s *staff) Consumers { return Consumers{s, s, s, s} }

func fill(t *testing.T, store *events, events ...Event) {
	t.Helper()
	if err := store.Keep(t.Context(), Push{Nonce: fmt.Sprint(len(store.nonces)), Events: events}); err != nil {
		t.Fatal(err)
	}
}

func TestWorkTellsEverybodyTheirs(t *testing.T) {
	w, store, who, _ := bench(t, everybody)
	fill(t, store,
		Event{ID: "1", Kind: MediaChecked, Media: &MediaResult{Trace: "t", Suggestion: Review}},
		Event{ID: "2", Kind: ConsentAnswered, OpenID: "o", Consent: &Consent{"a", true}},
		Event{ID: "3", Kind: ConsentChanged, OpenID: "o", Consent: &Consent{"a", false}},
		Event{ID: "4", Kind: MessageDelivered, Delivery: &Delivery{"a", "7", ""}},
		Event{ID: "5", Kind: ProfileModified, AppID: "wx1", OpenID: "o"},
		Event{ID: "6", Kind: AuthorizationRevoked, AppID: "wx1", OpenID: "o", Revoked: []string{"8"}},
		Event{ID: "7", Kind: AccountCancelled, AppID: "wx1", OpenID: "o"},
	)
	for range 2 {
		if err := w.Work(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		"media t review", "consent o a true", "consent o a false", `delivery 7 ""`,
		"revoke wx1 o [] false", "revoke wx1 o [8] false", "revoke wx1 o [] true",
	}
	if !reflect.DeepEqual(who.told, want) {
		t.Errorf("told %q", who.told)
	}
}

func TestWorkGoesThroughMoreThanABatch(t *testing.T) {
	w, store, who, _ := bench(t, everybody)
	for i := range 3*workBatch + 1 {
		fill(t, store, Event{ID: fmt.Sprint(i), Kind: MediaChecked, Media: &MediaResult{}})
	}
	if err := w.Work(t.Context()); err != nil || len(who.told) != 3*workBatch+1 {
		t.Errorf("told %d, %v", len(who.told), err)
	}
}

func TestAFailingConsumerIsToldAgainLaterAndHoldsUpNobody(t *testing.T) {
	for name, panics := range map[string]bool{"an error": false, "a panic": true} {
		t.Run(name, func(t *testing.T) {
			w, store, who, clock := bench(t, everybody)
			who.fail, who.panics = 3, panics
			fill(t, store, Event{ID: "1", Kind: AccountCancelled, OpenID: "o"})
			var waited []time.Duration
			for began := clock.Now(); len(store.settled) == 0; clock.pass(time.Second) {
				tries := store.kept["1"].Tries
				if err := w.Work(t.Context()); err != nil {
					t.Fatal(err)
				}
				if store.kept["1"].Tries > tries {
					waited = append(waited, clock.Now().Sub(began))
				}
			}
			if want := []time.Duration{0, 30 * time.Second, 90 * time.Second}; !reflect.DeepEqual(waited, want) || len(who.told) != 1 {
				t.Errorf("tried after %v, told %q", waited, who.told)
			}
			who.fail = 1
			fill(t, store, Event{ID: "2", Kind: AccountCancelled, OpenID: "p"}, Event{ID: "3", Kind: AccountCancelled, OpenID: "q"})
			if err := w.Work(t.Context()); err != nil || len(who.told) != 2 {
				t.Errorf("behind a failing event: told %q, %v", who.told, err)
			}
		})
	}
}

func TestTriesNeverEndAndNeverOverflow(t *testing.T) {
	w, _, who, clock := bench(t, everybody)
	for _, tries := range []int{7, 10, 100, 1 << 30} {
		who.fail = 1
		if again := w.tell(t.Context(), Event{Kind: AccountCancelled, Tries: tries}); again.Sub(clock.Now()) != retryLast {
			t.Errorf("after %d tries: again in %v", tries, again.Sub(clock.Now()))
		}
	}
}

func TestACrashBetweenTellingAndSettlingTellsAgain(t *testing.T) {
	w, store, who, _ := bench(t, everybody)
	fill(t, store, Event{ID: "1", Kind: AccountCancelled, OpenID: "o"})
	crash := &crashing{events: store}
	w.Store = crash
	if err := w.Work(t.Context()); !errors.Is(err, errBroken) || len(who.told) != 1 {
		t.Fatalf("Work = %v, told %q", err, who.told)
	}
	w.Store = store
	if err := w.Work(t.Context()); err != nil || len(who.told) != 2 || len(store.settled) != 1 {
		t.Errorf("after the crash: %v, told %q, settled %q", err, who.told, store.settled)
	}
}

// crashing is a store that breaks just before an event is settled.
type crashing struct{ *events }

func (c *crashing) Settle(context.Context, string, time.Time) error { return errBroken }

func TestWhatNobodyWantsIsSettled(t *testing.T) {
	w, store, who, _ := bench(t, func(s *staff) Consumers { return Consumers{Revoker: s} })
	fill(t, store, Event{ID: "1", Kind: MediaChecked, Media: &MediaResult{}}, Event{ID: "2", Kind: AccountCancelled, OpenID: "o"})
	if err := w.Work(t.Context()); err != nil || len(store.settled) != 2 || len(who.told) != 1 {
		t.Errorf("%v, settled %q, told %q", err, store.settled, who.told)
	}
}

func TestRunWakesForWhatIsStoredAndLooksOnceAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, store, who, _ := bench(t, everybody)
		var log bytes.Buffer
		w.Now, w.Log = time.Now, slog.New(slog.NewTextHandler(&log, nil))
		stored := make(chan struct{}, 1)
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- w.Run(ctx, stored) }()
		synctest.Wait()
		fill(t, store, Event{ID: "1", Kind: AccountCancelled, OpenID: "o"})
		synctest.Wait()
		if len(who.told) != 0 {
			t.Fatal("told without a signal")
		}
		stored <- struct{}{}
		synctest.Wait()
		if len(who.told) != 1 {
			t.Fatalf("woken, told %q", who.told)
		}
		fill(t, store, Event{ID: "2", Kind: AccountCancelled, OpenID: "p"})
		store.mu.Lock()
		store.broken = 1
		store.mu.Unlock()
		time.Sleep(2*workPause + time.Second)
		stop()
		if err := <-ended; err != nil || len(who.told) != 2 || !strings.Contains(log.String(), errBroken.Error()) {
			t.Errorf("Run = %v, told %q, log %s", err, who.told, &log)
		}
	})
}

func TestAWorkerWithoutARevokerIsRefused(t *testing.T) {
	w, _, _, _ := bench(t, func(*staff) Consumers { return Consumers{} })
	if w.Run(t.Context(), nil) == nil {
		t.Error("Run began")
	}
}

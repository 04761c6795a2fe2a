package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/jobs"
	"pugongying/internal/seal"
	"pugongying/internal/store"
	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
	"pugongying/internal/wechat"
)

const herOpenID = "oCANARY0123456789abcdefghijk"

// onPushes runs f with the store of WeChat's pushes on every engine.
func onPushes(t *testing.T, f func(t *testing.T, s *store.Pushes, e document.Engine, clock *testkit.Clock)) {
	testkit.Engines(t, func(t *testing.T, e document.Engine) {
		if err := e.Ensure(t.Context(), store.Declarations()); err != nil {
			t.Fatal(err)
		}
		clock := testkit.NewClock()
		f(t, store.NewPushes(e, seal.NewVault(seal.Demo(), store.NewKeys(e)), clock.Now), e, clock)
	})
}

func pushOf(nonce, body string, events ...wechat.Event) wechat.Push {
	return wechat.Push{Nonce: nonce, Body: body, Until: time.Now().Add(time.Hour), Events: events}
}

func cancelled(id string) wechat.Event {
	return wechat.Event{ID: id, Kind: wechat.AccountCancelled, AppID: "wx1", OpenID: herOpenID, At: testkit.Start}
}

func TestPushesAreStoredOnceAndGivenBack(t *testing.T) {
	onPushes(t, func(t *testing.T, s *store.Pushes, _ document.Engine, clock *testkit.Clock) {
		all := []wechat.Event{
			{ID: "a", Kind: wechat.MediaChecked, AppID: "wx1", At: testkit.Start, Media: &wechat.MediaResult{Trace: "t", Suggestion: wechat.Review, Label: 1, Failed: -1008}},
			{ID: "b", Kind: wechat.ConsentAnswered, AppID: "wx1", OpenID: herOpenID, At: testkit.Start, Consent: &wechat.Consent{Template: "x", Accepted: true}},
			{ID: "c", Kind: wechat.MessageDelivered, AppID: "wx1", OpenID: herOpenID, At: testkit.Start, Delivery: &wechat.Delivery{Template: "x", Number: "7", Failed: "1"}},
			{ID: "d", Kind: wechat.AuthorizationRevoked, AppID: "wx1", OpenID: herOpenID, At: testkit.Start, Revoked: []string{"8", "13"}},
		}
		for i := range 3 {
			if err := s.Save(t.Context(), pushOf(fmt.Sprint("n", i), "body", all...)); err != nil {
				t.Fatal(err)
			}
		}
		if got := due(t, s, clock.Now()); len(got) != len(all) {
			t.Fatalf("due are %v", got)
		}
		for _, want := range all {
			if got, err := s.Event(t.Context(), want.ID); err != nil || !same(got, want) {
				t.Errorf("event %+v, %v, want %+v", got, err, want)
			}
		}
	})
}

// due lists what can be worked on.
func due(t *testing.T, s *store.Pushes, now time.Time) []string {
	t.Helper()
	ids, err := s.Jobs().Due(t.Context(), now, 10)
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

// finish works on an event.
func finish(t *testing.T, s *store.Pushes, id string) {
	t.Helper()
	lease := jobs.Lease{ID: id, Holder: "w", Until: testkit.Start}
	if _, taken, err := s.Jobs().Take(t.Context(), jobs.Lease{ID: id}, lease); err != nil || !taken {
		t.Fatalf("Take = %v, %v", taken, err)
	}
	if err := s.Jobs().Finish(t.Context(), lease); err != nil {
		t.Fatal(err)
	}
}

func same(a, b wechat.Event) bool {
	x, errX := bson.MarshalExtJSON(a, true, false)
	y, errY := bson.MarshalExtJSON(b, true, false)
	return errX == nil && errY == nil && string(x) == string(y)
}

func TestANonceCarriesOneBody(t *testing.T) {
	onPushes(t, func(t *testing.T, s *store.Pushes, _ document.Engine, clock *testkit.Clock) {
		for i, c := range []struct {
			push wechat.Push
			want error
		}{
			{pushOf("n", "first", cancelled("a")), nil},
			{pushOf("n", "other", cancelled("b")), wechat.ErrReplayed},
			{pushOf("n", "first", cancelled("a")), nil},
			{pushOf("m", "other", cancelled("b")), nil},
		} {
			if err := s.Save(t.Context(), c.push); !errors.Is(err, c.want) {
				t.Errorf("push %d: %v, want %v", i, err, c.want)
			}
		}
		if got := due(t, s, clock.Now()); len(got) != 2 {
			t.Errorf("due are %v", got)
		}
	})
}

func TestThirtyTwoOfTheSamePushAreOne(t *testing.T) {
	onPushes(t, func(t *testing.T, s *store.Pushes, _ document.Engine, clock *testkit.Clock) {
		var together sync.WaitGroup
		for i := range 32 {
			together.Go(func() {
				if err := s.Save(context.Background(), pushOf(fmt.Sprint("n", i%2), "body", cancelled("a"))); err != nil {
					t.Error(err)
				}
			})
		}
		together.Wait()
		if got := due(t, s, clock.Now()); len(got) != 1 {
			t.Errorf("due are %v", got)
		}
	})
}

func TestTheEndOfTheWorkForgetsWhatAnEventSaysAndKnowsItAgain(t *testing.T) {
	onPushes(t, func(t *testing.T, s *store.Pushes, e document.Engine, clock *testkit.Clock) {
		keep := func(nonce string) {
			t.Helper()
			if err := s.Save(t.Context(), pushOf(nonce, "body", cancelled("a"))); err != nil {
				t.Fatal(err)
			}
		}
		keep("n")
		if raw := dump(t, e); !strings.Contains(raw, "openId") || strings.Contains(raw, "CANARY") || keysIn(t, e) != 1 {
			t.Fatalf("an openid must lie there, sealed: %s", raw)
		}
		finish(t, s, "a")
		if raw := dump(t, e); strings.Contains(raw, "openId") || strings.Contains(raw, "keyId") || keysIn(t, e) != 0 || !strings.Contains(raw, `"a"`) {
			t.Errorf("after the work: %s", raw)
		}
		keep("m")
		if n := keysIn(t, e); n != 0 {
			t.Errorf("an event that came again leaves %d keys", n)
		}
		if got := due(t, s, clock.Now().Add(time.Hour)); len(got) != 0 {
			t.Errorf("due again: %v", got)
		}
		if _, err := s.Event(t.Context(), "a"); !errors.Is(err, wechat.ErrEventUnknown) {
			t.Errorf("an event that was done with can be read: %v", err)
		}
	})
}

func keysIn(t *testing.T, e document.Engine) int64 {
	t.Helper()
	n, err := store.NewKeys(e).CountAllKeys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func dump(t *testing.T, e document.Engine) string {
	t.Helper()
	var out strings.Builder
	err := e.Collection("pushes").Find(t.Context(), document.Query{}, func(raw bson.Raw) error {
		out.WriteString(raw.String())
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// An event as the version before wrote it is worked on too.
func TestEventsOfAnOlderVersionAreAdopted(t *testing.T) {
	onPushes(t, func(t *testing.T, s *store.Pushes, e document.Engine, clock *testkit.Clock) {
		old := bson.D{
			{Key: "_id", Value: "old"}, {Key: "schema", Value: 1}, {Key: "open", Value: true}, {Key: "due", Value: clock.Now().Add(time.Hour)},
			{Key: "tries", Value: 3}, {Key: "kind", Value: string(wechat.AccountCancelled)}, {Key: "appId", Value: "wx1"},
		}
		if err := e.Collection("pushes").Insert(t.Context(), old); err != nil {
			t.Fatal(err)
		}
		if got := due(t, s, clock.Now()); len(got) != 0 {
			t.Fatalf("due before it was adopted: %v", got)
		}
		n, err := s.Jobs().Reconcile(t.Context(), clock.Now(), jobs.Bounds{Fresh: clock.Now(), Retried: clock.Now()})
		if err != nil || n != 1 {
			t.Fatalf("Reconcile = %d, %v", n, err)
		}
		if event, err := s.Event(t.Context(), "old"); err != nil || event.AppID != "wx1" || !slices.Equal(due(t, s, clock.Now()), []string{"old"}) {
			t.Errorf("adopted %+v, %v", event, err)
		}
		finish(t, s, "old")
		if n, err := s.Jobs().Reconcile(t.Context(), clock.Now(), jobs.Bounds{Fresh: clock.Now(), Retried: clock.Now()}); err != nil || n != 0 {
			t.Errorf("adopted again: %d, %v", n, err)
		}
	})
}

func TestNoncesAndEventsDoneWithGoInTheEnd(t *testing.T) {
	clock := testkit.NewClock()
	e := testkit.Embedded(t)
	if err := e.Ensure(t.Context(), store.Declarations()); err != nil {
		t.Fatal(err)
	}
	s := store.NewPushes(e, seal.NewVault(seal.Demo(), store.NewKeys(e)), clock.Now)
	push := wechat.Push{Nonce: "n", Body: "b", Until: clock.Now().Add(10 * time.Minute), Events: []wechat.Event{cancelled("a"), cancelled("b")}}
	if err := s.Save(t.Context(), push); err != nil {
		t.Fatal(err)
	}
	finish(t, s, "a")
	left := func() int64 {
		t.Helper()
		if err := store.Sweep(t.Context(), e, clock.Now()); err != nil {
			t.Fatal(err)
		}
		n, err := e.Collection("pushes").Count(t.Context(), bson.D{}, 0)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, step := range []struct {
		after time.Duration
		want  int64
	}{{9 * time.Minute, 3}, {2 * time.Minute, 2}, {8 * 24 * time.Hour, 1}, {365 * 24 * time.Hour, 1}} {
		clock.Advance(step.after)
		if got := left(); got != step.want {
			t.Errorf("%v later %d documents, want %d: an event nobody worked on must stay", step.after, got, step.want)
		}
	}
}

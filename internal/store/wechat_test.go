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
		f(t, store.NewPushes(e, seal.Demo(), clock.Now), e, clock)
	})
}

func pushOf(nonce, body string, events ...wechat.Event) wechat.Push {
	return wechat.Push{Nonce: nonce, Body: body, Until: time.Now().Add(time.Hour), Events: events}
}

func cancelled(id string) wechat.Event {
	return wechat.Event{ID: id, Kind: wechat.AccountCancelled, AppID: "wx1", OpenID: herOpenID, At: testkit.Start}
}

func TestPushesAreKeptOnceAndGivenBack(t *testing.T) {
	onPushes(t, func(t *testing.T, s *store.Pushes, _ document.Engine, clock *testkit.Clock) {
		all := []wechat.Event{
			{ID: "a", Kind: wechat.MediaChecked, AppID: "wx1", At: testkit.Start, Media: &wechat.MediaResult{Trace: "t", Suggestion: wechat.Review, Label: 1, Failed: -1008}},
			{ID: "b", Kind: wechat.ConsentAnswered, AppID: "wx1", OpenID: herOpenID, At: testkit.Start, Consent: &wechat.Consent{Template: "x", Accepted: true}},
			{ID: "c", Kind: wechat.MessageDelivered, AppID: "wx1", OpenID: herOpenID, At: testkit.Start, Delivery: &wechat.Delivery{Template: "x", Number: "7", Failed: "1"}},
			{ID: "d", Kind: wechat.AuthorizationRevoked, AppID: "wx1", OpenID: herOpenID, At: testkit.Start, Revoked: []string{"8", "13"}},
		}
		for i := range 3 {
			if err := s.Keep(t.Context(), pushOf(fmt.Sprint("n", i), "body", all...)); err != nil {
				t.Fatal(err)
			}
		}
		got, err := s.Due(t.Context(), clock.Now(), 10)
		if err != nil || len(got) != len(all) {
			t.Fatalf("Due = %d events, %v", len(got), err)
		}
		slices.SortFunc(got, func(a, b wechat.Event) int { return strings.Compare(a.ID, b.ID) })
		for i := range all {
			if !same(got[i], all[i]) {
				t.Errorf("event %d = %+v, want %+v", i, got[i], all[i])
			}
		}
	})
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
			if err := s.Keep(t.Context(), c.push); !errors.Is(err, c.want) {
				t.Errorf("push %d: %v, want %v", i, err, c.want)
			}
		}
		if got, err := s.Due(t.Context(), clock.Now(), 10); err != nil || len(got) != 2 {
			t.Errorf("%d events, %v", len(got), err)
		}
	})
}

func TestThirtyTwoOfTheSamePushAreOne(t *testing.T) {
	onPushes(t, func(t *testing.T, s *store.Pushes, _ document.Engine, clock *testkit.Clock) {
		var together sync.WaitGroup
		for i := range 32 {
			together.Go(func() {
				if err := s.Keep(context.Background(), pushOf(fmt.Sprint("n", i%2), "body", cancelled("a"))); err != nil {
					t.Error(err)
				}
			})
		}
		together.Wait()
		if got, err := s.Due(t.Context(), clock.Now(), 10); err != nil || len(got) != 1 {
			t.Errorf("%d events, %v", len(got), err)
		}
	})
}

func TestSettlingForgetsWhatIsSaidAndKnowsItAgain(t *testing.T) {
	onPushes(t, func(t *testing.T, s *store.Pushes, e document.Engine, clock *testkit.Clock) {
		keep := func(nonce string) {
			t.Helper()
			if err := s.Keep(t.Context(), pushOf(nonce, "body", cancelled("a"))); err != nil {
				t.Fatal(err)
			}
		}
		keep("n")
		if raw := dump(t, e); !strings.Contains(raw, "openId") || strings.Contains(raw, "CANARY") {
			t.Fatalf("an openid must lie there, sealed: %s", raw)
		}
		if err := s.Settle(t.Context(), "a", time.Time{}); err != nil {
			t.Fatal(err)
		}
		if raw := dump(t, e); strings.Contains(raw, "openId") || strings.Contains(raw, `"key"`) || !strings.Contains(raw, `"a"`) {
			t.Errorf("after settling: %s", raw)
		}
		keep("m")
		if got, err := s.Due(t.Context(), clock.Now().Add(time.Hour), 10); err != nil || len(got) != 0 {
			t.Errorf("told again after settling: %+v, %v", got, err)
		}
		for _, id := range []string{"a", "nothing"} {
			if err := s.Settle(t.Context(), id, clock.Now()); err != nil {
				t.Errorf("settling %s: %v", id, err)
			}
		}
		if got, err := s.Due(t.Context(), clock.Now(), 10); err != nil || len(got) != 0 {
			t.Errorf("a settled event was opened again: %+v, %v", got, err)
		}
	})
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

func TestPuttingOffCountsTriesAndLetsOthersPass(t *testing.T) {
	onPushes(t, func(t *testing.T, s *store.Pushes, _ document.Engine, clock *testkit.Clock) {
		for _, id := range []string{"a", "b", "c"} {
			if err := s.Keep(t.Context(), pushOf(id, id, cancelled(id))); err != nil {
				t.Fatal(err)
			}
			clock.Advance(time.Second)
		}
		for range 2 {
			if err := s.Settle(t.Context(), "a", clock.Now().Add(time.Minute)); err != nil {
				t.Fatal(err)
			}
		}
		due := func() (ids []string, tries int) {
			t.Helper()
			got, err := s.Due(t.Context(), clock.Now(), 2)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range got {
				ids, tries = append(ids, e.ID), tries+e.Tries
			}
			return ids, tries
		}
		if ids, _ := due(); !slices.Equal(ids, []string{"b", "c"}) {
			t.Errorf("due %v, want the longest waiting", ids)
		}
		for _, id := range []string{"b", "c"} {
			if err := s.Settle(t.Context(), id, time.Time{}); err != nil {
				t.Fatal(err)
			}
		}
		clock.Advance(time.Minute)
		if ids, tries := due(); !slices.Equal(ids, []string{"a"}) || tries != 2 {
			t.Errorf("due %v after %d tries", ids, tries)
		}
	})
}

func TestNoncesAndSettledEventsGoInTheEnd(t *testing.T) {
	clock := testkit.NewClock()
	e := testkit.EmbeddedAt(t, clock.Now)
	if err := e.Ensure(t.Context(), store.Declarations()); err != nil {
		t.Fatal(err)
	}
	s := store.NewPushes(e, seal.Demo(), clock.Now)
	push := wechat.Push{Nonce: "n", Body: "b", Until: clock.Now().Add(10 * time.Minute), Events: []wechat.Event{cancelled("a"), cancelled("b")}}
	if err := s.Keep(t.Context(), push); err != nil {
		t.Fatal(err)
	}
	if err := s.Settle(t.Context(), "a", time.Time{}); err != nil {
		t.Fatal(err)
	}
	left := func() int64 {
		t.Helper()
		if err := e.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		n, err := e.Collection("pushes").Count(t.Context(), bson.D{})
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

package api

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/prometheus/client_golang/prometheus"

	"pugongying/internal/cache"
	"pugongying/internal/testkit"
)

func limited(t *testing.T) *rig {
	clock := testkit.NewClock()
	return newRigOn(t, clock, testkit.Embedded(t), true)
}

// advance moves the clock, and the limiter's with it.
func (r *rig) advance(d time.Duration) {
	r.clock.Advance(d)
	r.redis.SetTime(r.clock.Now())
}

// limitedAlone is a rig with limits on the cache of a server without a Redis.
func limitedAlone(t *testing.T) *rig {
	clock := testkit.NewClock()
	r := &rig{t: t, clock: clock, engine: testkit.Embedded(t), log: &lines{}, metrics: prometheus.NewRegistry(), redis: miniredis.NewMiniRedis()}
	log := slog.New(slog.NewTextHandler(r.log, nil))
	r.build(cache.Embedded(clock.Now, log), log, true)
	return r
}

// until sends a request until it is refused and says how often it was not.
func (r *rig) until(w who, q request, most int) (passed int) {
	r.t.Helper()
	for range most {
		answer := r.send(w, q)
		if answer.Code == http.StatusTooManyRequests {
			if wait, err := strconv.Atoi(answer.Header().Get("Retry-After")); err != nil || wait < 1 || wait > 61 {
				r.t.Fatalf("Retry-After %q", answer.Header().Get("Retry-After"))
			}
			return passed
		}
		passed++
	}
	return passed
}

// TestASessionIsCountedBeforeItsAddress: a class behind one shared address does not use up each other's limit.
func TestASessionIsCountedBeforeItsAddress(t *testing.T) {
	r := limited(t)
	copied := request{method: "GET", path: "/api/v1/me/export"}
	one, other := r.guest(), r.guest()
	if n := r.until(one, copied, 20); n != rateClaim.Burst {
		t.Errorf("%d passed, want %d", n, rateClaim.Burst)
	}
	if w := r.send(other, copied); w.Code != 200 {
		t.Errorf("another session at the same address: %d", w.Code)
	}
	r.advance(time.Minute)
	if w := r.send(one, copied); w.Code != 200 {
		t.Errorf("a minute later: %d", w.Code)
	}
}

func TestAnAttemptIsCountedByItself(t *testing.T) {
	r := limited(t)
	a, b := r.begin(nobody), r.begin(nobody)
	resume := func(id string) request { return request{method: "GET", path: "/api/v1/attempts/" + id} }
	if n := r.until(nobody, resume(a.ID), 200); n != rateWrite.Burst {
		t.Errorf("%d passed, want %d", n, rateWrite.Burst)
	}
	if w := r.send(nobody, resume(b.ID)); w.Code != 200 {
		t.Errorf("another attempt at the same address: %d", w.Code)
	}
}

func TestNobodyIsCountedByHerAddress(t *testing.T) {
	r := limited(t)
	scan := request{method: "GET", path: "/api/v1/scenes/none"}
	if n := r.until(nobody, scan, 400); n != rateCompletion.Burst {
		t.Errorf("%d passed, want %d", n, rateCompletion.Burst)
	}
	if w := r.send(r.session(), request{method: "GET", path: "/api/v1/me"}); w.Code != 200 {
		t.Errorf("somebody signed in at that address: %d", w.Code)
	}
	if n := r.until(nobody, request{method: "GET", path: "/api/v1/home"}, 400); n != 400 {
		t.Errorf("published reads are limited after %d", n)
	}
}

// TestGuestsOfAnAddressHaveADailyQuota that a school does not meet; what she came for is open to her without one, and so
// are a sign-in by WeChat and every other address.
func TestGuestsOfAnAddressHaveADailyQuota(t *testing.T) {
	r := limited(t)
	sign := request{method: "POST", path: "/api/v1/sessions", body: `{"provider":"guest"}`}
	came, refused := 0, ""
	for refused == "" && came < 2*rateGuests.Burst {
		answers := make([]*httptest.ResponseRecorder, 100)
		var group sync.WaitGroup
		for i := range answers {
			group.Go(func() { answers[i] = r.send(nobody, sign) })
		}
		group.Wait()
		for _, w := range answers {
			if w.Code == http.StatusCreated {
				came++
			} else {
				refused = w.Body.String()
			}
		}
		r.advance(time.Duration(len(answers)) * rateSignIn.Per) // as fast as the limit of sign-ins lets them
	}
	if !strings.Contains(refused, `"session.guests_many"`) || !strings.Contains(refused, "请等 ") {
		t.Errorf("after %d guests: %s", came, refused)
	}
	if least, most := rateGuests.Burst, rateGuests.Burst+20; came < least || came > most {
		t.Errorf("%d guests came in, want %d to %d", came, least, most)
	}
	here := r.from
	r.from = "198.51.100.7"
	if w := r.send(nobody, sign); w.Code != http.StatusCreated {
		t.Errorf("a guest from elsewhere: %d %s", w.Code, w.Body)
	}
	r.from, sign.body = here, `{"provider":"wechat","code":"`+weChat.IssueCode(r.appID, "somebody")+`"}`
	if w := r.send(nobody, sign); w.Code != http.StatusCreated {
		t.Errorf("a sign-in by WeChat: %d %s", w.Code, w.Body)
	}
	r.advance(24 * time.Hour)
	sign.body = `{"provider":"guest"}`
	if w := r.send(nobody, sign); w.Code != http.StatusCreated {
		t.Errorf("the next day: %d %s", w.Code, w.Body)
	}
}

// TestNobodysFloodLeavesASessionAlive: the ending of a session is counted by its key, so that what the others at one router
// ask for, thousands of endings too, refuses nobody's.
func TestNobodysFloodLeavesASessionAlive(t *testing.T) {
	r := limited(t)
	hers := r.guest()
	end := func(key string) request {
		return request{method: "POST", path: "/api/v1/sessions/end", body: `{"key":"` + key + `"}`}
	}
	for i := range 1000 {
		if w := r.send(nobody, end("made-up-"+strconv.Itoa(i))); w.Code != http.StatusNoContent {
			t.Fatalf("ending %d of the flood: %d", i, w.Code)
		}
	}
	if w := r.send(nobody, end(hers.EndKey)); w.Code != http.StatusNoContent {
		t.Errorf("her own: %d", w.Code)
	}
	if w := r.send(hers, request{method: "GET", path: "/api/v1/me"}); w.Code != http.StatusUnauthorized {
		t.Errorf("her session afterwards: %d", w.Code)
	}
	if n := r.until(nobody, end("one and the same"), 40); n != rateEnd.Burst {
		t.Errorf("one key passed %d times, want %d", n, rateEnd.Burst)
	}
}

// session is a guest created without a request to the API.
func (r *rig) session() who {
	r.t.Helper()
	s, err := r.members.SignInGuest(r.t.Context(), true)
	r.must(err)
	return who{ID: string(s.Member.ID), Token: s.Token}
}

func TestAddressesAreCountedByCustomer(t *testing.T) {
	for address, want := range map[string]string{
		"203.0.113.9": "203.0.113.9", "::ffff:203.0.113.9": "::ffff:203.0.113.9", "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64", "no address": "no address",
	} {
		if got := network(address); got != want {
			t.Errorf("%s is counted as %s", address, got)
		}
	}
	for address, want := range map[string]string{"203.0.113.9": "", "::ffff:203.0.113.9": "", "2001:db8:1:2:3:4:5:6": "2001:db8:1::/48", "no address": ""} {
		if got := wideNetwork(address); got != want {
			t.Errorf("%s is counted widely as %q", address, got)
		}
	}
}

package api

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"pugongying/internal/testkit"
)

func limited(t *testing.T) *rig {
	clock := testkit.NewClock()
	return newRigOn(t, clock, testkit.Embedded(t), true)
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
	r.clock.Advance(time.Minute)
	r.redis.SetTime(r.clock.Now())
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
	sign := request{method: "POST", path: "/api/v1/sessions/end", body: `{"key":"none"}`}
	if n := r.until(nobody, sign, 400); n != rateSignIn.Burst {
		t.Errorf("%d passed, want %d", n, rateSignIn.Burst)
	}
	if w := r.send(r.session(), request{method: "GET", path: "/api/v1/me"}); w.Code != 200 {
		t.Errorf("somebody signed in at that address: %d", w.Code)
	}
	if n := r.until(nobody, request{method: "GET", path: "/api/v1/home"}, 400); n != 400 {
		t.Errorf("published reads are limited after %d", n)
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
}

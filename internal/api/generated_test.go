package api

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"pugongying/internal/testkit"

	"github.com/gin-gonic/gin"
)

// outcome is what many requests came to.
type outcome struct {
	mu       sync.Mutex
	statuses map[int]int
	reached  map[Route]bool // answered with success at least once
	failures []string
}

func (o *outcome) note(route Route, req *http.Request, w *httptest.ResponseRecorder) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.statuses[w.Code]++
	if w.Code < 300 {
		o.reached[route] = true
	}
	problem := w.Header().Get("Content-Type") == "application/problem+json"
	if w.Code >= 500 || w.Code >= 400 && w.Code != 416 && req.Method != http.MethodHead && !problem {
		o.fail(fmt.Sprintf("%s %q?%q %v: %d %.200s", req.Method, req.URL.Path, req.URL.RawQuery, req.Header, w.Code, w.Body))
	}
}

func (o *outcome) fail(what string) {
	if len(o.failures) < 20 {
		o.failures = append(o.failures, what)
	}
}

// hunt sends n requests from as many goroutines as there are workers.
func (r *rig) hunt(seed uint64, n, workers int) *outcome {
	o := &outcome{statuses: map[int]int{}, reached: map[Route]bool{}}
	var group sync.WaitGroup
	for worker := range workers {
		g := newGenerator(r, seed, uint64(worker))
		group.Go(func() {
			for i := range (n + workers - 1) / workers {
				if i%400 == 0 || len(g.tokens) < 2 { // somebody new, also before her records pile up
					guest := r.guest()
					r.want(204, guest, "PUT", "/api/v1/me/keeping", `{"mistakes":true,"reading":true,"favourites":true}`)
					r.learned(guest, 3)
					g.tokens = []string{guest.Token, r.weChat(fmt.Sprintf("w%d-%d", worker, i)).Token}
				}
				r.clock.Advance(20 * time.Millisecond)
				r.one(g, o)
			}
		})
	}
	group.Wait()
	if n := len(r.log.panics); n > 0 {
		o.fail(fmt.Sprintf("%d panics in the log: %s", n, r.log.panics[0]))
	}
	return o
}

func (r *rig) one(g *generator, o *outcome) {
	req, route := g.next()
	w := httptest.NewRecorder()
	defer func() {
		if p := recover(); p != nil {
			o.mu.Lock()
			o.fail(fmt.Sprintf("%s %q: a panic left the router: %v", req.Method, req.URL.Path, p))
			o.mu.Unlock()
			return
		}
		o.note(route, req, w)
		g.learn(route, req, w)
	}()
	r.web.ServeHTTP(w, req)
}

func setting(name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return otherwise
}

// byInvitation need what an admin or a desk made a moment before; the walks of package staff's own tests get past them.
var byInvitation = []Route{"POST /api/v1/staff/invitation", "POST /api/v1/staff/bindings", "POST /api/v1/staff/codes/{id}/scan",
	// What is booked is hers for a moment, and proven by a code of its own: the walks of bookings get past that.
	"POST /api/v1/appointments/{id}/extension", "POST /api/v1/appointments/{id}/confirmation", "POST /api/v1/appointments/{id}/move",
	"POST /api/v1/appointments/{id}/cancellation", "POST /api/v1/appointments/{id}/reminder", "POST /api/v1/appointments/found", "DELETE /api/v1/me/waitlist/{id}",
}

// TestGeneratedRequests drives the whole router with FUZZ_REQUESTS requests (20,000 by default) from FUZZ_SEED: no panic,
// no status above 499, every refusal is a problem.
func TestGeneratedRequests(t *testing.T) {
	r := newRig(t)
	n, seed := setting("FUZZ_REQUESTS", 20_000), setting("FUZZ_SEED", 4)
	start := time.Now()
	o := r.hunt(uint64(seed), n, 8)
	took := time.Since(start)
	for _, f := range o.failures {
		t.Error(f)
	}
	for route := range Routes {
		if !o.reached[route] && n >= 20_000 && !slices.Contains(byInvitation, route) {
			t.Errorf("%s was never answered with success: the generator does not get past its refusals", route)
		}
	}
	if t.Failed() {
		t.Log(r.log.tail())
	}
	var histogram []string
	for _, status := range slices.Sorted(maps.Keys(o.statuses)) {
		histogram = append(histogram, fmt.Sprintf("%d: %d", status, o.statuses[status]))
	}
	t.Logf("generated requests: %d, seed %d, %.0f requests/s from 8 goroutines; %s; operations that answered 2xx: %d / %d; panics 0, 5xx 0 (failures: %d)",
		n, seed, float64(n)/took.Seconds(), strings.Join(histogram, ", "), len(o.reached), len(Routes), len(o.failures))
	testkit.Score(t, "generated requests: crashes, 5xx, leaks", fmt.Sprintf("%d of %d requests, %d/%d operations reached", len(o.failures), n, len(o.reached), len(Routes)), !t.Failed(),
		"a panic, a 500 and a bare 404 are found (TestGeneratedRequestsWouldSeeAFailure)")
}

// TestGeneratedRequestsWouldSeeAFailure is the control: a route that panics, one that answers 500 and one whose refusal is
// no problem are found.
func TestGeneratedRequestsWouldSeeAFailure(t *testing.T) {
	for name, handler := range map[string]gin.HandlerFunc{
		"a panic":          func(*gin.Context) { panic("here") },
		"a 500":            func(c *gin.Context) { c.Status(500) },
		"a bare 404":       func(c *gin.Context) { c.String(404, "nothing") },
		"nothing is wrong": nil,
	} {
		r := newRig(t)
		o := &outcome{statuses: map[int]int{}, reached: map[Route]bool{}}
		path := "/api/v1/home"
		if handler != nil {
			path = "/broken"
			r.web.Handle("GET", path, handler)
		}
		req := httptest.NewRequest("GET", path, nil)
		w := httptest.NewRecorder()
		r.web.ServeHTTP(w, req)
		o.note("GET /api/v1/home", req, w)
		if found := len(o.failures) > 0; found != (handler != nil) {
			t.Errorf("%s: found %v", name, o.failures)
		}
	}
}

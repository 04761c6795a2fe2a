package api

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pugongying/internal/testkit"
)

// lockRow says what the lock does at one operation. Every operation has one of three.
type lockRow int

const (
	open    lockRow = iota + 1 // it touches nothing of a layer: the code is not even an input
	guarded                    // it shows or changes what the code opens
	way                        // the way out for who lost her code: it removes everything, says nothing and asks for none
)

// lockRows has a row for every operation; an operation without one fails the test.
var lockRows = map[Route]lockRow{
	"GET /api/v1/home":                             open,
	"GET /api/v1/explainers":                       open,
	"GET /api/v1/explainers/{slug}":                open,
	"POST /api/v1/explainers/{slug}/readings":      open, // of nobody
	"POST /api/v1/explainers/{slug}/reports":       open, // of nobody
	"POST /api/v1/questions/{id}/reports":          open,
	"POST /api/v1/explainers/{slug}/attempts":      guarded,
	"GET /api/v1/laws":                             open,
	"GET /api/v1/laws/{law}":                       open,
	"GET /api/v1/laws/{law}/articles/{number}":     open,
	"GET /api/v1/laws/{law}/changes":               open,
	"GET /api/v1/quizzes":                          open,
	"GET /api/v1/quizzes/{slug}":                   open,
	"POST /api/v1/quizzes/{slug}/attempts":         guarded,
	"POST /api/v1/me/daily":                        guarded,
	"GET /api/v1/attempts/{id}":                    guarded,
	"PUT /api/v1/attempts/{id}/answers/{question}": guarded,
	"POST /api/v1/attempts/{id}/submission":        guarded,
	"GET /api/v1/regions":                          open,
	"GET /api/v1/regions/{code}":                   open,
	"GET /api/v1/scenes/{scene}":                   open,
	"GET /api/v1/media/audio/{name}":               open,
	"GET /api/v1/media/pictures/{name}":            open,
	"GET /api/v1/hotlines":                         open,
	"GET /api/v1/search":                           open,
	"GET /api/v1/appointments/options":             open,
	"GET /api/v1/teachers":                         open,
	"GET /api/v1/teachers/{id}/slots":              open,
	"GET /api/v1/slots":                            open,
	"POST /api/v1/appointments/found":              open, // the pick-up code is the proof, whoever asks
	"POST /api/v1/appointments":                    guarded,
	"POST /api/v1/appointments/{id}/extension":     guarded,
	"POST /api/v1/appointments/{id}/confirmation":  guarded,
	"POST /api/v1/appointments/{id}/move":          guarded,
	"POST /api/v1/appointments/{id}/cancellation":  guarded,
	"POST /api/v1/appointments/{id}/reminder":      guarded,
	"GET /api/v1/me/appointments":                  guarded,
	"POST /api/v1/me/waitlist":                     guarded,
	"GET /api/v1/me/waitlist":                      guarded,
	"DELETE /api/v1/me/waitlist/{id}":              guarded,
	"POST /api/v1/sessions":                        open,
	"POST /api/v1/volunteers":                      open, // what she applies with is no part of her history
	"GET /api/v1/volunteers/mine":                  open,
	"POST /api/v1/staff/sessions":                  open, // of staff, whom her WeChat leads to
	"POST /api/v1/staff/bindings":                  open,
	"POST /api/v1/staff/invitation":                open,
	"POST /api/v1/staff/codes/{id}/scan":           open,
	"POST /api/v1/staff/codes/{id}/confirmation":   open,
	"POST /api/v1/staff/codes/{id}/refusal":        open,
	"POST /api/v1/sessions/end":                    open,
	"DELETE /api/v1/sessions/current":              open,
	"GET /api/v1/me":                               open, // kind, age band and region are not behind the lock
	"PATCH /api/v1/me":                             open,
	"DELETE /api/v1/me":                            way,
	"GET /api/v1/me/export":                        guarded,
	"POST /api/v1/me/claim-code":                   guarded,
	"POST /api/v1/me/claim":                        guarded,
	"GET /api/v1/me/keeping":                       guarded,
	"PUT /api/v1/me/keeping":                       guarded,
	"DELETE /api/v1/me/keeping":                    way,
	"GET /api/v1/me/mistakes":                      guarded,
	"DELETE /api/v1/me/mistakes/{question}":        guarded,
	"GET /api/v1/me/reviews":                       guarded,
	"POST /api/v1/me/reviews/attempts":             guarded,
	"GET /api/v1/me/shelf":                         guarded,
	"PUT /api/v1/me/shelf/{list}/{slug}":           guarded,
	"DELETE /api/v1/me/shelf/{list}/{slug}":        guarded,
}

// lockedWho is somebody whose things are behind a code: learned, read and begun there.
type lockedWho struct {
	who
	attempt Attempt // open, begun with the code
	done    Attempt // submitted with the code
	booking ids     // booked with the code
}

const keepAll = `{"mistakes":true,"reading":true,"favourites":true}`

// lockedAs makes somebody with things of every kind, locked with code when she is to have any.
func (r *rig) lockedAs(w who, locked bool) lockedWho {
	r.t.Helper()
	her := lockedWho{who: w}
	if !locked {
		return her
	}
	r.want(204, w, "PUT", "/api/v1/me/keeping", keepAll)
	r.learned(w, 3)
	r.want(204, w, "PUT", "/api/v1/me/shelf/read/"+r.story(), "")
	r.want(204, w, "PUT", "/api/v1/me/keeping", strings.Replace(keepAll, "}", `,"newCode":"`+code+`"}`, 1))
	behind := []string{"X-Keeping-Code", code}
	her.attempt = read[Attempt](r.t, r.want(201, w, "POST", "/api/v1/me/daily", "{}", behind...))
	her.done = read[Attempt](r.t, r.want(201, w, "POST", "/api/v1/me/daily", "{}", behind...))
	r.want(200, w, "POST", "/api/v1/attempts/"+her.done.ID+"/submission", "{}", behind...)
	return her
}

// lockRequest is a request of a route about what is hers; about an attempt it is the open one, or, to read, the one that was
// submitted.
func (r *rig) lockRequest(route Route, her lockedWho, claim string) request {
	with := ids{her.attempt.ID, "", claim}
	if len(her.attempt.Questions) > 0 {
		with.question = her.attempt.Questions[0].ID
	} else {
		with = ids{missing, missing, claim}
	}
	switch {
	case isBooking(route):
		with = her.booking
	case her.done.ID == "":
	case route == "GET /api/v1/attempts/{id}":
		with.attempt = her.done.ID
	case route == "DELETE /api/v1/me/mistakes/{question}":
		with.question = her.done.Questions[0].ID
	}
	q := r.fill(route, with)
	if route == "PUT /api/v1/me/keeping" {
		q.body = `{"mistakes":false,"reading":true,"favourites":false}`
	}
	return q
}

// TestEveryOperationAsksForTheCode walks every operation of the OpenAPI document, without the code, with a wrong one and
// with the right one. Without the right one its answer is that of an account that is empty and never had a lock, and
// nothing behind the lock changes.
func TestEveryOperationAsksForTheCode(t *testing.T) {
	r := newRig(t)
	counts := map[lockRow]int{}
	differed := 0
	for _, name := range operationsOf(r) {
		route := Route(name)
		row := lockRows[route]
		counts[row]++
		if takes := r.takesCode(route); takes != (row == guarded) {
			t.Errorf("%s takes the code: %v; its row is %d (0: it has none)", route, takes, row)
			continue
		}
		if row != guarded {
			continue
		}
		for _, sent := range [][]string{nil, {"X-Keeping-Code", "0000"}} {
			locked, empty, changed := r.bothWays(route, sent)
			if locked != empty {
				t.Errorf("%s with %v: locked answers %s, empty %s", route, sent, locked, empty)
			}
			if len(changed) > 0 {
				t.Errorf("%s with %v changed behind the lock: %v", route, sent, changed)
			}
		}
		// The control: the right code is told from none by the answer, or by what it changes.
		locked, empty, changed := r.bothWays(route, []string{"X-Keeping-Code", code})
		if locked == empty && len(changed) == 0 {
			t.Errorf("negative control: %s does nothing with the right code either: %s", route, locked)
		}
		differed++
	}
	if n := len(lockRows); n != len(Routes) {
		t.Errorf("%d rows for %d operations", n, len(Routes))
	}
	value := fmt.Sprintf("%d/%d", counts[open]+counts[guarded]+counts[way], len(Routes))
	t.Logf("operations with a row: %s: %d know nothing of the lock, %d ask for the code, %d remove everything unasked", value, counts[open], counts[guarded], counts[way])
	testkit.Score(t, "lock: operations walked locked, wrong, right", value, !t.Failed(), fmt.Sprintf("with the right code %d of %d differ", differed, counts[guarded]))
}

// takesCode reports whether the document declares the code as an input of an operation.
func (r *rig) takesCode(route Route) bool {
	method, path, _ := strings.Cut(string(route), " ")
	for _, p := range methods(r.api.OpenAPI().Paths[path])[method].Parameters {
		if p.Name == "X-Keeping-Code" {
			return true
		}
	}
	return false
}

// bothWays sends a request as somebody with everything behind a lock and as somebody with nothing, and gives both answers
// and what changed of the documents that were behind the lock.
func (r *rig) bothWays(route Route, sent []string) (locked, empty string, behind []string) {
	r.t.Helper()
	sign := r.guest
	if route == "POST /api/v1/me/claim" || route == "POST /api/v1/appointments/{id}/reminder" {
		sign = func() who { return r.weChat(fmt.Sprint("o", rigs.Add(1))) }
	}
	one, other := sign(), sign()
	her, nothing := r.lockedAs(one, true), r.lockedAs(other, false)
	r.clock.Advance(23 * time.Hour) // what she got wrong is due
	her.booking, nothing.booking = r.bookedBehind(route, one), ids{attempt: missing}
	answer := func(as lockedWho) string {
		q := r.lockRequest(route, as, r.fullClaim(route))
		q.headers = append(q.headers, sent...)
		r.chance = rand.New(rand.NewPCG(1, 1))
		w := r.send(as.who, q)
		said := r.plain(w) + "\nthen " + r.plain(r.do(as.who, "GET", "/api/v1/me/export", ""))
		if route == "POST /api/v1/appointments" { // the next one is to find the same time free
			r.want(204, as.who, "POST", "/api/v1/appointments/"+read[Appointment](r.t, w).ID+"/cancellation", "{}", sent...)
		}
		if route == "POST /api/v1/me/claim-code" {
			said += "\nredeemed: " + r.redeemed(read[ClaimCode](r.t, w).Code)
		}
		return said
	}
	empty = answer(nothing)
	before := r.behindLock(her.who)
	locked = answer(her)
	return locked, empty, changed(before, r.behindLock(her.who))
}

// redeemed is what somebody else finds behind the code after using a claim code.
func (r *rig) redeemed(number string) string {
	r.t.Helper()
	other := r.weChat(fmt.Sprint("o", rigs.Add(1)))
	r.want(200, other, "POST", "/api/v1/me/claim", `{"code":"`+number+`"}`)
	return r.plain(r.do(other, "GET", "/api/v1/me/export", "", "X-Keeping-Code", code))
}

// fullClaim is the claim code of a guest with something open, where a route needs one.
func (r *rig) fullClaim(route Route) string {
	if route != "POST /api/v1/me/claim" {
		return ""
	}
	guest := r.guest()
	r.want(204, guest, "PUT", "/api/v1/me/keeping", keepAll)
	r.want(204, guest, "PUT", "/api/v1/me/shelf/read/"+r.story(), "")
	return r.claimCode(guest)
}

// behindLock are the documents that hang on the handle of a locked layer.
func (r *rig) behindLock(w who) map[string]string {
	found, sealed := map[string]string{}, r.handles(w)[1:]
	for name, raw := range r.documents() {
		if strings.HasPrefix(name, "members ") {
			continue // it counts codes that were tried
		}
		if slices.ContainsFunc(sealed, func(h string) bool { return strings.Contains(raw, h) }) {
			found[name] = raw
		}
	}
	return found
}

var random = regexp.MustCompile(`[A-Z2-7]{26}|"code":"[0-9]{16}"|"code":"10[0-9]{9}"`)

// plain is a whole answer with what is different for everybody (her id, ids that are drawn, claim codes, the request's
// own id) numbered in the order in which it comes.
func (r *rig) plain(a *httptest.ResponseRecorder) string {
	h := a.Header().Clone()
	h.Del("X-Request-Id")
	seen := map[string]string{}
	body := random.ReplaceAllStringFunc(a.Body.String(), func(id string) string {
		if seen[id] == "" {
			seen[id] = fmt.Sprintf("<%d>", len(seen))
		}
		return seen[id]
	})
	names := slices.Sorted(maps.Keys(h))
	return fmt.Sprint(a.Code, names, h["Content-Type"], h["Cache-Control"], " ", body)
}

// step is one thing somebody does who holds the phone and has no code.
type step struct {
	request
	wait time.Duration
}

// steps is a long random sequence over every operation of hers, with wrong codes and codes of his own.
func (r *rig) steps(seed uint64, n int) []step {
	random := rand.New(rand.NewPCG(seed, 2))
	story, topic := r.story(), r.topic()
	pick := func(of ...string) string { return of[random.IntN(len(of))] }
	flag := func() string { return pick("true", "false") }
	all := make([]step, n)
	for i := range all {
		s := &all[i]
		keep := `{"mistakes":` + flag() + `,"reading":` + flag() + `,"favourites":` + flag()
		routes := []request{
			{"GET", "/api/v1/me/keeping", "", nil}, {"GET", "/api/v1/me/mistakes", "", nil}, {"GET", "/api/v1/me/shelf", "", nil},
			{"GET", "/api/v1/me/reviews", "", nil}, {"GET", "/api/v1/me/export", "", nil}, {"GET", "/api/v1/me", "", nil},
			{"PUT", "/api/v1/me/keeping", keep + "}", nil}, {"PUT", "/api/v1/me/keeping", keep + "}", nil},
			{"PUT", "/api/v1/me/keeping", keep + `,"newCode":"` + pick("", "1111", "2222", "3333", "12") + `"}`, nil},
			{"PUT", "/api/v1/me/shelf/" + pick("read", "favourites") + "/" + story, "", nil},
			{"DELETE", "/api/v1/me/shelf/" + pick("read", "favourites", "other") + "/" + story, "", nil},
			{"POST", "/api/v1/me/daily", "{}", nil}, {"POST", "/api/v1/quizzes/" + topic + "/attempts", "{}", nil},
			{"POST", "/api/v1/me/reviews/attempts", "{}", nil}, {"POST", "/api/v1/me/claim-code", "", nil},
			{"GET", "/api/v1/attempts/{last}", "", nil}, {"POST", "/api/v1/attempts/{last}/submission", "{}", nil},
			{"PUT", "/api/v1/me/keeping", keep + `,"adopt":"{last}"}`, nil},
			{"DELETE", "/api/v1/me/mistakes/{question}", "", nil},
		}
		s.request = routes[random.IntN(len(routes))]
		if c := pick("", "", "", "0000", "1111", "2222", "3333"); c != "" {
			s.headers = []string{"X-Keeping-Code", c}
		}
		if random.IntN(10) == 0 { // altogether less than a session lasts
			s.wait = time.Duration(random.IntN(40)) * time.Hour
		}
	}
	return all
}

// live does the steps and gives every answer. Papers are drawn with the same chance each time.
func (r *rig) live(w who, all []step) []string {
	r.chance = rand.New(rand.NewPCG(3, 3))
	last, question := missing, missing
	var answers []string
	for _, s := range all {
		r.clock.Advance(s.wait + time.Second) // no two papers begin at once
		fill := strings.NewReplacer("{last}", last, "{question}", question)
		q := request{s.method, fill.Replace(s.path), fill.Replace(s.body), s.headers}
		a := r.send(w, q)
		if a.Code == 201 && strings.Contains(a.Body.String(), `"questions"`) {
			made := read[Attempt](r.t, a)
			last, question = made.ID, made.Questions[0].ID
		}
		answers = append(answers, fmt.Sprintf("%s %s %v: %s", s.method, s.path, s.headers, r.plain(a)))
	}
	return answers
}

// TestALockedAccountWithoutItsCodeIsAnEmptyOne compares byte for byte, over long random sequences of everything that can be
// done: his switches, his saves, his papers, his own codes.
func TestALockedAccountWithoutItsCodeIsAnEmptyOne(t *testing.T) {
	sequences, length := 2, 100
	if os.Getenv("PGY_SOAK") != "" {
		sequences, length = 12, 300
	}
	compared, statuses := 0, map[string]int{}
	lives := func(locked bool, steps func(*rig) []step) []string {
		r := newRig(t)
		w := r.guest()
		r.lockedAs(w, locked)
		r.clock.Advance(48 * time.Hour)
		return r.live(w, steps(r))
	}
	for seed := range uint64(sequences) {
		walk := func(r *rig) []step { return r.steps(seed, length) }
		empty, locked := lives(false, walk), lives(true, walk)
		for i := range empty {
			compared++
			statuses[empty[i][strings.Index(empty[i], "]: ")+3:][:3]]++
			if empty[i] != locked[i] {
				at := 0
				for at < min(len(empty[i]), len(locked[i])) && empty[i][at] == locked[i][at] {
					at++
				}
				t.Fatalf("sequence %d, step %d, %.60s: empty …%.300s\nlocked …%.300s", seed, i, empty[i], empty[i][max(0, at-60):], locked[i][max(0, at-60):])
			}
		}
	}
	// The control: one request with the right code among them is seen.
	tell := func(*rig) []step {
		return []step{{request: request{"GET", "/api/v1/me/shelf", "", []string{"X-Keeping-Code", code}}}}
	}
	control := !slices.Equal(lives(false, tell), lives(true, tell))
	if !control {
		t.Error("negative control: the right code shows nothing either")
	}
	t.Logf("%d answers compared byte for byte, %v", compared, statuses)
	testkit.Score(t, "lock: probes that tell locked from empty", fmt.Sprintf("0/%d", compared), !t.Failed(), fmt.Sprintf("the right code is seen: %v", control))
}

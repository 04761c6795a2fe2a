package api

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"pugongying/internal/access"
	"pugongying/internal/member"
	"pugongying/internal/store"
	"pugongying/internal/testkit"
)

// outside are the routes of this engine that are no operations: they describe the API and are open to everybody.
var outside = []string{"GET /openapi.json", "GET /docs"}

// TestRouterDocumentAndTableAreOne compares the three lists of what this door can do.
func TestRouterDocumentAndTableAreOne(t *testing.T) {
	r := newRig(t)
	var table []string
	for _, routes := range []map[Route]access.Action{Routes, StaffRoutes} {
		for route := range routes {
			table = append(table, string(route))
		}
	}
	router, document := routesOf(r), operationsOf(r)
	slices.Sort(table)
	if !slices.Equal(table, router) || !slices.Equal(table, document) {
		t.Fatalf("table %v\nrouter %v\ndocument %v", table, router, document)
	}
	t.Logf("router = OpenAPI = table: %d operations, methods included; outside: %v", len(table), outside)
	testkit.Score(t, "routes = OpenAPI = permission table", fmt.Sprintf("yes, %d operations", len(table)), true,
		"an operation without a row is refused at registration (TestEveryActionHasARoute)")
}

// TestTheDocumentDeclaresEveryInput guards against an input that huma ignores (it does so with embedded structs that are
// not exported): every path parameter must be declared, and so must the headers and the paging parameters.
func TestTheDocumentDeclaresEveryInput(t *testing.T) {
	headers := map[string]int{}
	for path, item := range newRig(t).api.OpenAPI().Paths {
		for method, op := range methods(item) {
			if op == nil {
				continue
			}
			declared := map[string]bool{}
			for _, p := range op.Parameters {
				declared["{"+p.Name+"}"] = p.In == "path"
				if p.In != "path" {
					headers[p.Name]++
				}
			}
			for _, part := range strings.Split(path, "/") {
				if strings.HasPrefix(part, "{") && !declared[part] {
					t.Errorf("%s %s does not declare %s", method, path, part)
				}
			}
		}
	}
	for name, least := range map[string]int{"Idempotency-Key": 5, "X-Keeping-Code": 18, "after": 3, "limit": 4, "version": 2, "from": 1, "to": 1, "tag": 1, "parent": 1, "region": 1, "q": 1, "kind": 1} {
		if headers[name] < least {
			t.Errorf("%s is declared %d times, want %d", name, headers[name], least)
		}
	}
}

func routesOf(r *rig) []string {
	var names []string
	for _, route := range r.web.Routes() {
		parts := strings.Split(route.Path, "/")
		for i, p := range parts {
			if strings.HasPrefix(p, ":") {
				parts[i] = "{" + p[1:] + "}"
			}
		}
		if name := route.Method + " " + strings.Join(parts, "/"); !slices.Contains(outside, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func operationsOf(r *rig) []string {
	var names []string
	for path, item := range r.api.OpenAPI().Paths {
		for method, op := range methods(item) {
			if op != nil {
				names = append(names, method+" "+path)
			}
		}
	}
	slices.Sort(names)
	return names
}

func methods(item *huma.PathItem) map[string]*huma.Operation {
	return map[string]*huma.Operation{
		"GET": item.Get, "POST": item.Post, "PUT": item.Put, "PATCH": item.Patch, "DELETE": item.Delete,
		"HEAD": item.Head, "OPTIONS": item.Options, "TRACE": item.Trace,
	}
}

// request is one request as the tests send it.
type request struct {
	method, path, body string
	headers            []string
}

func (r *rig) send(w who, q request) *httptest.ResponseRecorder {
	return r.do(w, q.method, q.path, q.body, q.headers...)
}

const missing = "AAAAAAAAAAAAAAAAAAAAAAAAAA"

// ids are what a route's parameters are filled with.
type ids struct{ attempt, question, claim string }

// fill makes a request for a route that is well-formed in every way; whether its ids are one's own is up to them.
func (r *rig) fill(route Route, with ids) request {
	method, path, _ := strings.Cut(string(route), " ")
	slug, name := "{slug}", "walk.mp3"
	if strings.Contains(path, "/pictures/") {
		name = shownFile
	}
	if strings.Contains(path, "/quizzes/") {
		slug = r.topic()
	} else if strings.Contains(path, slug) {
		slug = r.story()
	}
	path = strings.NewReplacer("{slug}", slug, "{id}", with.attempt, "{question}", with.question, "{code}", "150400000000",
		"{scene}", "~demo1", "{law}", kiteSlug, "{number}", "2", "{list}", "read", "{name}", name).Replace(path)
	bodies := map[Route]string{
		"POST /api/v1/sessions": `{"provider":"guest"}`, "POST /api/v1/sessions/end": `{"key":"no-such-key"}`,
		"PATCH /api/v1/me": `{"ageBand":"18-59"}`, "POST /api/v1/me/claim": `{"code":"` + with.claim + `"}`,
		"PUT /api/v1/me/keeping":                       `{"mistakes":true,"reading":true,"favourites":true,"adopt":"` + with.attempt + `"}`,
		"PUT /api/v1/attempts/{id}/answers/{question}": `{"options":[]}`,
	}
	if isBooking(route) {
		return r.bookingCall(route, with)
	}
	if strings.Contains(string(route), "/staff/") || strings.Contains(string(route), "/volunteers") {
		return entryCall(route)
	}
	if route == "GET /api/v1/search" {
		path += "?q=23"
	}
	body := bodies[route]
	if body == "" && method == http.MethodPost {
		body = "{}"
	}
	return request{method: method, path: path, body: body}
}

// owned are the routes that take an id somebody else may own.
var owned = []Route{
	"GET /api/v1/attempts/{id}", "PUT /api/v1/attempts/{id}/answers/{question}", "POST /api/v1/attempts/{id}/submission",
	"PUT /api/v1/me/keeping", "POST /api/v1/me/claim",
	"POST /api/v1/appointments/{id}/extension", "POST /api/v1/appointments/{id}/confirmation", "POST /api/v1/appointments/{id}/move",
	"POST /api/v1/appointments/{id}/cancellation", "POST /api/v1/appointments/{id}/reminder", "DELETE /api/v1/me/waitlist/{id}",
}

// cell is what was seen of one route for one role.
type cell struct {
	route Route
	role  access.Role
	own   *httptest.ResponseRecorder
	other *httptest.ResponseRecorder // with another's id; nil where the route takes none
	none  *httptest.ResponseRecorder // with an id of nothing
	touch []string                   // documents of somebody else's that changed
}

var roles = []access.Role{access.Nobody, access.Guest, access.WeChat}

// observe tries one route as one role on the caller's own record, on somebody else's and on one that does not exist.
func (r *rig) observe(route Route, role access.Role, other who) cell {
	as := map[access.Role]func() who{access.Nobody: func() who { return nobody }, access.Guest: r.guest, access.WeChat: func() who { return r.weChat("she") }}[role]
	c, me := cell{route: route, role: role}, as()
	own, hers := r.begin(me), r.begin(other)
	mine := ids{own.ID, own.Questions[0].ID, r.claimCode(r.guest())}
	if route == "PUT /api/v1/me/keeping" {
		r.want(200, me, "POST", "/api/v1/attempts/"+own.ID+"/submission", "")
		r.want(200, other, "POST", "/api/v1/attempts/"+hers.ID+"/submission", "")
	}
	if role != access.Nobody {
		r.want(204, me, "PUT", "/api/v1/me/keeping", `{"mistakes":true,"reading":true,"favourites":true}`)
		r.learned(me, 3)
	}
	if isBooking(route) { // people of their own: what anybody may have ahead is bounded
		if role == access.WeChat {
			me = r.weChat(fmt.Sprint("b", rigs.Add(1)))
		}
		other = r.guest()
		mine = r.bookingIDs(route, me)
		hers.ID = r.bookingIDs(route, other).attempt
	}
	before := r.of(other)
	if slices.Contains(owned, route) {
		used := r.claimCode(r.guest())
		r.want(200, r.weChat("elder-sister"), "POST", "/api/v1/me/claim", `{"code":"`+used+`"}`)
		before = r.of(other)
		c.other = r.send(me, r.fill(route, ids{hers.ID, hers.Questions[0].ID, used}))
		c.none = r.send(me, r.fill(route, ids{missing, hers.Questions[0].ID, "0000000000000000"}))
	}
	c.own = r.send(me, r.fill(route, mine))
	c.touch = changed(before, r.of(other))
	return c
}

func (r *rig) claimCode(guest who, headers ...string) string {
	r.t.Helper()
	return read[ClaimCode](r.t, r.want(201, guest, "POST", "/api/v1/me/claim-code", "", headers...)).Code
}

// handles are what the things of a person hang on.
func (r *rig) handles(w who) []string {
	m, err := store.NewMembers(r.engine, demoVault(r.engine)).Member(context.Background(), member.ID(w.ID))
	r.must(err)
	all := []string{string(m.Layers.Open.Handle)}
	for _, layer := range m.Layers.Sealed {
		all = append(all, string(layer.Handle))
	}
	return all
}

// of returns the documents that name a person, or that hang on a handle of hers.
func (r *rig) of(w who) map[string]string {
	mine, names := map[string]string{}, append(r.handles(w), w.ID)
	for name, raw := range r.documents() {
		if slices.ContainsFunc(names, func(of string) bool { return strings.Contains(raw, of) }) {
			mine[name] = raw
		}
	}
	return mine
}

// judge says what is wrong with what was observed, if a cell of the table is as given; "" when nothing is.
func judge(allowed access.Cell, c cell) string {
	if len(c.touch) > 0 {
		return fmt.Sprintf("somebody else's documents changed: %v", c.touch)
	}
	if allowed.On == 0 {
		want := map[access.Role]string{access.Nobody: "401 session.missing", access.Guest: "403 forbidden.guest", access.WeChat: "403 forbidden.member"}[c.role]
		return differs(c.own, want)
	}
	if c.own.Code >= 300 {
		return "own: " + differs(c.own, "2xx")
	}
	switch {
	case c.other == nil:
		return ""
	case others(allowed) && c.other.Code >= 300:
		return "another's: " + differs(c.other, "2xx")
	case !others(allowed) && c.other.Code != http.StatusNotFound:
		return "another's: " + differs(c.other, "404")
	case !others(allowed) && (c.none.Code != c.other.Code || !bytes.Equal(c.none.Body.Bytes(), c.other.Body.Bytes()) || headers(c.none) != headers(c.other)):
		return fmt.Sprintf("another's %s is told from none %s", c.other.Body, c.none.Body)
	}
	return ""
}

// others reports whether a cell opens somebody else's record.
func others(c access.Cell) bool { return c.On&access.Other != 0 }

// headers are those by which an answer could reveal whether a record exists.
func headers(w *httptest.ResponseRecorder) string {
	h := w.Header().Clone()
	h.Del("X-Request-Id")
	return fmt.Sprint(h)
}

func differs(w *httptest.ResponseRecorder, want string) string {
	got := fmt.Sprint(w.Code)
	if i := strings.Index(w.Body.String(), `"code":"`); i >= 0 && w.Code >= 400 {
		code, _, _ := strings.Cut(w.Body.String()[i+8:], `"`)
		got += " " + code
	}
	if got == want {
		return ""
	}
	return got + ", want " + want
}

func observeAll(t *testing.T, r *rig) []cell {
	other := r.guest()
	var cells []cell
	for _, route := range slices.Sorted(maps.Keys(Routes)) {
		for _, role := range roles {
			cells = append(cells, r.observe(route, role, other))
		}
	}
	if len(cells) != len(Routes)*len(roles) {
		t.Fatalf("%d cells", len(cells))
	}
	return cells
}

func TestEveryCellOfThePermissions(t *testing.T) {
	r := newRig(t)
	cells := observeAll(t, r)
	foreign := 0
	for _, c := range cells {
		if wrong := judge(cellOf(c.route, c.role), c); wrong != "" {
			t.Errorf("%s as %s: %s", c.route, c.role, wrong)
		}
		if c.other != nil {
			foreign++
		}
	}
	caught, alike := flips(cells)
	if caught == 0 || alike > 0 {
		t.Errorf("a flipped cell was not caught %d times", alike)
	}
	t.Logf("cells tested / defined: %d / %d, %d of them also on another's record; flipped cells caught by the same checker: %d / %d",
		len(cells), len(Routes)*len(roles), foreign, caught, caught+alike)
	testkit.Score(t, "permission cells tested / defined", fmt.Sprintf("%d/%d", len(cells), len(Routes)*len(roles)), !t.Failed(),
		fmt.Sprintf("%d of %d flipped cells caught by the same checker", caught, caught+alike))
}

// flips is the negative control: every cell is flipped between open and denied, and, where there is a record, between
// one's own and everybody's; each table with one wrong cell must be detected.
func flips(cells []cell) (caught, missed int) {
	for _, c := range cells {
		now := cellOf(c.route, c.role)
		for _, flipped := range []access.Cell{{}, {On: access.Any}, {On: access.None | access.Own}} {
			tellable := now != flipped && (now.On == 0 || flipped.On == 0 || c.other != nil)
			if !tellable {
				continue
			}
			if judge(flipped, c) == "" {
				missed++
				continue
			}
			caught++
		}
	}
	return caught, missed
}

// cellOf is what the table says of a route for a role.
func cellOf(route Route, role access.Role) access.Cell { return access.Actions[Routes[route]][role] }

// forResidents reports whether somebody who is not staff may do the action. What staff alone do belongs to their own doors.
func forResidents(action access.Action) bool {
	for _, role := range []access.Role{access.Guest, access.WeChat} {
		if access.Actions.Admits(action, access.Grant{Role: role}) {
			return action != access.ReportText
		}
	}
	return false
}

// TestEveryActionHasARoute detects a row that nothing uses, and an operation that could be registered without one.
func TestEveryActionHasARoute(t *testing.T) {
	used := map[access.Action]bool{}
	for route, action := range Routes {
		if _, there := access.Actions[action]; !there {
			t.Errorf("%s is %q, which has no row", route, action)
		}
		used[action] = true
	}
	for action := range access.Actions {
		if !used[action] && forResidents(action) {
			t.Errorf("no route is %q", action)
		}
	}
	r := newRig(t)
	for name, route := range map[string]Route{"without an action": "GET /api/v1/unlisted", "whose action has no row": "GET /api/v1/home"} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("an operation %s was registered", name)
				}
			}()
			if route == "GET /api/v1/home" {
				row := access.Actions[Routes[route]]
				delete(access.Actions, Routes[route])
				defer func() { access.Actions[Routes[route]] = row }()
			}
			r.api.door.operation(spec{route: route})
		}()
	}
}

func TestATokenThatOpensNothingIsNeverTakenForNone(t *testing.T) {
	r := newRig(t)
	ended, expired := r.guest(), r.guest()
	r.want(204, ended, "DELETE", "/api/v1/sessions/current", "")
	long := r.guest()
	r.clock.Advance(31 * 24 * time.Hour)
	bad := map[string]string{
		"garbage": "Bearer garbage", "ended": "Bearer " + ended.Token, "expired": "Bearer " + expired.Token, "empty": "Bearer ",
		"no scheme": long.Token, "basic": "Basic dTpw", "bad utf-8": "Bearer \xff\xfe", "long": "Bearer " + strings.Repeat("a", 5000),
	}
	tried := 0
	for _, route := range slices.Sorted(maps.Keys(Routes)) {
		q := r.fill(route, ids{missing, missing, "0000000000000000"})
		var first string
		for name, header := range bad {
			w := r.do(nobody, q.method, q.path, q.body, "Authorization", header)
			if wrong := differs(w, "401 session.expired"); wrong != "" {
				t.Errorf("%s with a token that is %s: %s", route, name, wrong)
			}
			if first == "" {
				first = w.Body.String()
			}
			if w.Body.String() != first {
				t.Errorf("%s tells a token that is %s from the others", route, name)
			}
			tried++
		}
	}
	fresh := r.guest()
	if w := r.do(fresh, "GET", "/api/v1/home", ""); w.Code != 200 {
		t.Errorf("a good token on an open route: %d %s", w.Code, w.Body)
	}
	t.Logf("tokens that open nothing: %d requests on %d routes, each 401 session.expired", tried, len(Routes))
}

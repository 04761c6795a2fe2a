package app

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"pugongying/internal/access"
	"pugongying/internal/console"
	"pugongying/internal/region"
	"pugongying/internal/staff"
	"pugongying/internal/testkit"
	"pugongying/internal/web"
	webpages "pugongying/internal/web/pages"
)

// seated are sessions of the console by their token.
type seated map[string]staff.Principal

func (s seated) Who(_ context.Context, kind staff.SessionKind, token string) (staff.Principal, error) {
	if who, ok := s[token]; ok && who.Kind == kind {
		return who, nil
	}
	return staff.Principal{}, staff.ErrSignedOut
}

// everybody has a session of each role, of one whose roles wait for the second factor, and of a phone.
func everybody() seated {
	all := seated{"waits": {Account: "WAITS", Kind: staff.Console, Withheld: true}}
	for _, role := range staff.StaffRoles() {
		all[role.String()] = staff.Principal{
			Account: "A" + role.String(), Name: role.String(), Kind: staff.Console,
			Grants: []access.Grant{{Role: role, Scope: region.ScopeOf("150424000000")}},
		}
	}
	phone := all[access.Admin.String()]
	phone.Kind = staff.Phone
	all["phone"] = phone
	return all
}

// probed is a console of its own with these routes.
func (a *App) probed(t *testing.T, routes []console.Route) (*web.Engine, *console.Console) {
	t.Helper()
	engine, err := web.NewEngine(web.Options{Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Metrics: prometheus.NewRegistry(), NewID: func() string { return "R" }, Now: time.Now, Unguarded: true})
	if err != nil {
		t.Fatal(err)
	}
	parts := console.Parts{Sessions: everybody(), Regions: a.regions.Tree(), Limits: web.Limits{Log: a.log}, Now: time.Now}
	var areas []console.Area
	if len(routes) > 0 {
		areas = append(areas, console.Area{Name: "probe", Routes: routes})
	}
	c, err := console.New(engine, parts, areas...)
	if err != nil {
		t.Fatal(err)
	}
	return engine, c
}

func sameRoute(r console.Route) func(console.Route) bool {
	return func(o console.Route) bool { return o.Method == r.Method && o.Path == r.Path }
}

// TestEveryConsoleRouteAsksEveryRole takes the table of routes of the console as it is served, puts a probe in every
// handler's place, and walks route × role: the handler is reached exactly by those whom the permission table admits to the
// route's action, by nobody's session only where the row opens it to nobody, by a phone's session never.
func TestEveryConsoleRouteAsksEveryRole(t *testing.T) {
	a := opened(t)
	routes := a.console.Routes()
	_, bare := a.probed(t, nil)
	var probes []console.Route
	for _, r := range routes {
		if slices.ContainsFunc(bare.Routes(), sameRoute(r)) {
			continue // the frame's own: walked in package console
		}
		r.Handle = func(*console.Request) (webpages.Answer, error) { return webpages.Nothing{}, nil }
		probes = append(probes, r)
	}
	engine, _ := a.probed(t, probes)
	people := everybody()
	cells, wrong, flipped := 0, 0, 0
	for _, r := range probes {
		for token, who := range people {
			reached := ask(engine, r, token)
			open := access.Actions[r.Action][access.Nobody].On != 0
			allowed := open || who.Kind == staff.Console && who.Admits(r.Action)
			cells++
			if reached != allowed {
				wrong++
				t.Errorf("%s %s as %s: reached %v, the table says %v", r.Method, r.Path, token, reached, allowed)
			}
			if reached != !allowed {
				flipped++ // the control: a table with this cell turned round would be found
			}
		}
		cells++
		if ask(engine, r, "") != (access.Actions[r.Action][access.Nobody].On != 0) {
			wrong++
			t.Errorf("%s %s by nobody", r.Method, r.Path)
		}
	}
	if len(probes) < 20 || flipped != len(probes)*len(people) {
		t.Errorf("%d routes walked, %d flipped cells found", len(probes), flipped)
	}
	testkit.Score(t, "console: permission cells tested / defined", fmt.Sprintf("%d/%d of %d routes", cells-wrong, len(probes)*(len(people)+1), len(probes)), wrong == 0,
		fmt.Sprintf("%d of %d flipped cells caught by the same checker", flipped, len(probes)*len(people)))
}

// ask reports whether a request reached the probe.
func ask(engine *web.Engine, r console.Route, token string) bool {
	path := strings.NewReplacer(":id", "7", ":n", "1", ":page", "x").Replace(r.Path)
	req := httptest.NewRequest(r.Method, "http://127.0.0.1"+console.Prefix+path, nil)
	if r.Method != http.MethodGet {
		req = httptest.NewRequest(r.Method, "http://127.0.0.1"+console.Prefix+path, strings.NewReader("a=b"))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if token != "" {
		req.AddCookie(&http.Cookie{Name: console.SessionCookie, Value: token})
	}
	w := httptest.NewRecorder()
	engine.ServeHTTP(w, req)
	return w.Code == http.StatusNoContent
}

// TestTheConsolesRouterIsItsTable compares what the served engine knows under /console with the table of routes.
func TestTheConsolesRouterIsItsTable(t *testing.T) {
	a := opened(t)
	var served, table []string
	for _, r := range a.Handler.(*web.Engine).Routes() {
		if strings.HasPrefix(r.Path, console.Prefix) && !strings.HasPrefix(r.Path, console.Prefix+"/static/") {
			served = append(served, r.Method+" "+r.Path)
		}
	}
	for _, r := range a.console.Routes() {
		table = append(table, r.Method+" "+console.Prefix+r.Path)
	}
	slices.Sort(served)
	slices.Sort(table)
	if !slices.Equal(served, table) {
		t.Errorf("the router has %q, the table %q", served, table)
	}
}

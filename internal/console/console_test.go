package console

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"pugongying/internal/access"
	"pugongying/internal/web/pages"
)

// example is an area with one page of each kind.
func example() Area {
	page := func(r *Request) (pages.Answer, error) { return r.Page("list/list", "例子", ListView{}), nil }
	return Area{Name: "example", Routes: []Route{
		{Method: GET, Path: "/example", Action: access.ReadAudit, Handle: page},
		{Method: GET, Path: "/example/:id", Action: access.WriteText, Handle: page},
		{Method: POST, Path: "/example/:id", Action: access.CloseQuarter, Handle: func(r *Request) (pages.Answer, error) {
			return r.Done("/example", "做好了"), nil
		}},
		{Method: GET, Path: "/door", Action: access.StaffSignIn, Handle: page},
	}}
}

// TestRouterAndTableAgree compares what the engine serves under /console with the table of routes.
func TestRouterAndTableAgree(t *testing.T) {
	r := open(t, everyRole(), example())
	var served, table []string
	for _, route := range r.engine.Declared() {
		if !strings.HasPrefix(route.Path, Prefix+"/static/") {
			served = append(served, route.Method+" "+route.Path)
		}
	}
	for _, route := range r.Routes() {
		table = append(table, route.Method+" "+Prefix+route.Path)
	}
	slices.Sort(served)
	slices.Sort(table)
	if !slices.Equal(served, table) || len(table) < 6 {
		t.Errorf("the router has %q, the table %q", served, table)
	}
	// Nor has Gin a route under the prefix that the engine was not given.
	for _, route := range r.engine.Routes() {
		if !strings.HasPrefix(route.Path, Prefix+"/static/") && !slices.Contains(table, route.Method+" "+route.Path) {
			t.Errorf("%s %s is served outside the table", route.Method, route.Path)
		}
	}
}

// TestARouteWithoutARowIsRefused is what makes the comparison mean something.
func TestARouteWithoutARowIsRefused(t *testing.T) {
	page := func(*Request) (pages.Answer, error) { return pages.Nothing{}, nil }
	for name, area := range map[string]Area{
		"no action":            {Name: "x", Routes: []Route{{Method: GET, Path: "/x", Handle: page}}},
		"an unknown action":    {Name: "x", Routes: []Route{{Method: GET, Path: "/x", Action: "text.devour", Handle: page}}},
		"one address twice":    {Name: "x", Routes: []Route{{Method: GET, Path: "/x", Action: access.StaffSelf, Handle: page}, {Method: GET, Path: "/x", Action: access.ReadAudit, Handle: page}}},
		"no name":              {Routes: []Route{{Method: GET, Path: "/x", Action: access.StaffSelf, Handle: page}}},
		"a rail without a row": {Name: "x", Rail: []Item{{Title: "乱", Path: "/x", Action: "x"}}},
	} {
		if _, err := opened(t, everyRole(), area); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

// TestEveryRouteAsksEveryRole walks route × role × with and without a session: who may begin the action gets an answer,
// everybody else finds nothing, and who is not signed in gets to the sign-in page or is told.
func TestEveryRouteAsksEveryRole(t *testing.T) {
	people := everyRole()
	r := open(t, people, example(), Audit(&record{}, called{}, open(t, everyRole()).Regions))
	cells := 0
	for _, route := range r.Routes() {
		path := strings.NewReplacer(":id", "7", ":page", "home").Replace(route.Path)
		for token, who := range people {
			cells++
			ask := r.get
			if route.Method == POST {
				ask = func(token, path string) answer { return r.post(token, path, nil) }
			}
			status := ask(token, path).Code
			open := access.Actions[route.Action][access.Nobody].On != 0
			if allowed := open || who.Admits(route.Action); allowed == (status == http.StatusNotFound) || status == http.StatusForbidden {
				t.Errorf("%s %s as %s: %d", route.Method, route.Path, token, status)
			}
		}
		for _, token := range []string{"", "ended"} {
			cells++
			got := r.get(token, path)
			if route.Method == POST {
				got = r.post(token, path, nil)
			}
			wanted := http.StatusSeeOther
			switch {
			case route.Action == access.StaffSignIn:
				wanted = http.StatusOK
			case route.Method == POST:
				wanted = http.StatusUnauthorized
			}
			if got.Code != wanted {
				t.Errorf("%s %s with the session %q: %d, want %d", route.Method, route.Path, token, got.Code, wanted)
			}
		}
	}
	if cells < 6*(len(people)+2) {
		t.Errorf("only %d cells", cells)
	}
}

// Package console is the pages of staff under /console: handlers, templates and forms. A handler reads its form, calls one
// capability and answers with a page; it contains no rule of its own.
//
// It promises that no route exists without a row of the permission table (a Route names its access.Action, New refuses one
// that has none, and the router is compared with the table by a test); that whoever is not signed in reaches the sign-in
// page and nothing else; and that what a role may not do looks like what is not there.
//
// # An area
//
// Each area of work has files of its own here (accounts.go, review.go …), a folder of templates (templates/AREA/*.html), a
// page of the guide (guide/AREA.md) and one constructor, which takes what the area needs of its capability as one narrow
// interface and gives back an Area. cmd/internal/app hands the areas to New:
//
//	func Pictures(library PictureLibrary) Area {
//		a := &pictures{library}
//		return Area{
//			Name: "pictures",
//			Rail: []Item{{Group: Writing, Title: "素材", Path: "/pictures", Icon: "images", Action: access.UsePictures}},
//			Routes: []Route{
//				{GET, "/pictures", access.UsePictures, a.list},
//				{POST, "/pictures", access.UsePictures, a.add},
//			},
//			Tasks: a, // what waits for her on the home page; nil when nothing ever does
//		}
//	}
//
// A handler is given who asks, checked against the route's action with Admits; the capability checks the record itself
// (Principal.May). A page is r.Page, a list r.List, a redirect after something was done r.Done:
//
//	func (a *pictures) add(r *Request) (pages.Answer, error) {
//		page := r.Page("pictures/new", "放一张图", nil) // templates/pictures/new.html defines "main"
//		body, name, err := r.File("picture")
//		if err == nil {
//			_, err = a.library.Add(r.Context(), r.Who, name, body)
//		}
//		if err != nil {
//			return r.Refused(page, err) // faults at the fields, what was written stays; other errors pass through
//		}
//		return r.Done("/pictures", "放好了。"), nil
//	}
//
// In templates: {{template "field" (field . "title" "标题")}} is an input with its fault, {{icon "plus"}} an icon of
// static/icons.svg, {{when .At}} a time, {{left .Due}} what is left until one, {{url "/pictures"}} an address of the console.
// A form that must keep its text when the session has ended carries hx-boost="true". There is no style and no script in a
// page: the content policy refuses both. Shapes stand in static/console.css.
package console

import (
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/web"
	"pugongying/internal/web/pages"
)

// Prefix is where the console is.
const Prefix = "/console"

// The methods of routes. A form knows no other.
const (
	GET  = http.MethodGet
	POST = http.MethodPost
)

// Parts is what the frame needs.
type Parts struct {
	Sessions Sessions
	Regions  Regions
	Limits   web.Limits
	Look     fs.FS // the folder with tokens.css, the residents' own
	Now      func() time.Time
}

// Area is one part of the work, with its pages.
type Area struct {
	Name   string // of its templates' folder
	Guide  string // its page in the guide; "" for the one of its name
	Rail   []Item
	Routes []Route
	Tasks  Tasks // what the home page shows of it; nil when nothing
}

// Handler answers one request of a member of staff.
type Handler func(r *Request) (pages.Answer, error)

// Route is a row of the table of routes: what is asked, which action it is, who answers.
type Route struct {
	Method, Path string // the path below Prefix
	Action       access.Action
	Handle       Handler
	Bounds       web.Bounds // zero fields take web.DefaultBounds; a route that takes a file needs more
	Rate         web.Rate   // the zero Rate takes the frame's
	Raw          bool       // the handler reads the body as a stream (Request.Upload)
}

// Rates of the frame, per account or, without a session, per address.
var (
	rateRead  = web.Rate{Per: 100 * time.Millisecond, Burst: 600}
	rateWrite = web.Rate{Per: 500 * time.Millisecond, Burst: 120}
)

//go:embed templates static
var files embed.FS

// Console is the open door.
type Console struct {
	Parts
	door   *pages.Door
	areas  []Area
	routes []Route

	chapters []chapter
}

// New registers the frame's own pages and those of every area. A route without a row of the permission table, two of one
// address, and an area without a name are errors.
func New(e *web.Engine, p Parts, areas ...Area) (*Console, error) {
	c := &Console{Parts: p}
	static, err := fs.Sub(files, "static")
	if err != nil {
		return nil, err
	}
	served, err := pages.NewStatic(Prefix+"/static", static, p.Look)
	if err != nil {
		return nil, err
	}
	folder, err := fs.Sub(files, "templates")
	if err != nil {
		return nil, err
	}
	templates, err := pages.NewTemplates(folder, c.functions(served))
	if err != nil {
		return nil, err
	}
	c.door = pages.New(e, pages.Options{Prefix: Prefix, Templates: templates, Failure: c.failure, Limits: p.Limits})
	c.door.Static(served)
	guide, err := c.guide()
	if err != nil {
		return nil, err
	}
	c.areas = append([]Area{c.frame(), c.home(), guide}, areas...)
	for _, area := range c.areas {
		if err := c.register(area); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// Routes is the table of routes as registered.
func (c *Console) Routes() []Route { return c.routes }

func (c *Console) register(area Area) error {
	if area.Name == "" {
		return fmt.Errorf("console: an area without a name")
	}
	for _, item := range area.Rail {
		if _, known := access.Actions[item.Action]; !known {
			return fmt.Errorf("console: %s in the rail has no action of the table", item.Title)
		}
	}
	for _, route := range area.Routes {
		row, known := access.Actions[route.Action]
		if !known {
			return fmt.Errorf("console: %s %s has no action of the table", route.Method, route.Path)
		}
		for _, other := range c.routes {
			if other.Method == route.Method && other.Path == route.Path {
				return fmt.Errorf("console: %s %s is registered twice", route.Method, route.Path)
			}
		}
		c.routes = append(c.routes, route)
		c.door.Handle(c.bounded(route), c.admit(route, row[access.Nobody].On != 0))
	}
	return nil
}

// bounded is a route as the door takes it.
func (c *Console) bounded(route Route) pages.Route {
	priority, rate := web.Read, rateRead
	if route.Method != GET {
		priority, rate = web.Begun, rateWrite
	}
	if route.Action == access.StaffSignIn && route.Method != GET {
		priority = web.New // a slow hash
	}
	if route.Rate.Burst > 0 {
		rate = route.Rate
	}
	return pages.Route{Route: web.Route{Method: route.Method, Path: route.Path, Bounds: route.Bounds, Priority: priority}, Rate: rate, By: c.by, Raw: route.Raw}
}

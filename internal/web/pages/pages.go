// Package pages is the HTML door's half of the plumbing: routes whose handlers give back a page, a redirect or a file;
// templates that are rendered into a buffer before the first byte leaves; forms; cookies; files of the door's own.
//
// It promises that a page carries a content policy under which no inline script, no inline style and nothing from
// elsewhere runs; that a request that changes something and comes from another site is refused (http.CrossOriginProtection,
// no exceptions); that every failure leaves as a page, made in one place, where what a person may not do looks like what
// is not there (403 does not exist); and that no page is stored by a browser or a proxy. It knows no capability.
package pages

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"pugongying/internal/fault"
	"pugongying/internal/web"
)

// ErrForeign refuses a request that another site sent in a visitor's name.
var ErrForeign = fault.New(fault.NotFound, "request.foreign", "这一步不是从工作台点的，没有做。请回到工作台再试。")

// Policy is the content policy of every page: what the door serves itself, and nothing written into a page.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// Options is what a door is made of.
type Options struct {
	Prefix    string // of its paths, as "/console"
	Templates *Templates
	// Failure makes the page of an error. The request may have been stopped before its handler knew anything.
	Failure func(r *Request, f web.Failure) Page
	Limits  web.Limits
}

// Door is the HTML door on an engine.
type Door struct {
	Options
	engine *web.Engine
	guard  *http.CrossOriginProtection
	routes []web.Route
}

// New opens the door; it answers the errors of every path under its prefix.
func New(e *web.Engine, o Options) *Door {
	d := &Door{Options: o, engine: e, guard: http.NewCrossOriginProtection()}
	e.Mount(web.Door{Prefix: o.Prefix, Fail: d.fail})
	return d
}

// Handler answers one request, or says why not. Whatever it gives back is written once it has returned.
type Handler func(r *Request) (Answer, error)

// Route is an address of the door. Path is below the prefix and may contain :names.
type Route struct {
	web.Route
	Rate web.Rate                // the zero Rate has no limit
	By   func(r *Request) string // what Rate is counted by; nil counts by address
	Raw  bool                    // the body is not parsed: the handler reads it as a stream (Upload)
}

// Handle adds a route.
func (d *Door) Handle(route Route, handle Handler) {
	route.Route.Path = d.Prefix + route.Route.Path
	d.routes = append(d.routes, route.Route)
	d.engine.Route(route.Route, func(c *gin.Context) {
		r := d.request(c)
		answer, err := d.perform(r, route, handle)
		if err == nil {
			err = answer.write(r)
		}
		if err != nil {
			d.engine.Fail(c, err)
		}
	})
}

// Routes lists the addresses of the door as the engine has them.
func (d *Door) Routes() []web.Route { return d.routes }

func (d *Door) perform(r *Request, route Route, handle Handler) (Answer, error) {
	if err := d.guard.Check(r.Request); err != nil {
		return nil, ErrForeign.Because(err)
	}
	by := r.Address
	if route.By != nil {
		by = func() string { return route.By(r) }
	}
	if err := d.Limits.Check(r.Context(), "pages|"+route.Method+route.Path+"|"+by(), route.Rate); err != nil {
		return nil, err
	}
	if route.Raw {
		return handle(r)
	}
	if err := r.read(); err != nil {
		return nil, err
	}
	return handle(r)
}

// fail answers an error as a page.
func (d *Door) fail(c *gin.Context, f web.Failure) {
	if f.Status == http.StatusForbidden {
		f.Status = http.StatusNotFound
	}
	r := d.request(c)
	page := d.Failure(r, f)
	page.Status = f.Status
	if err := page.write(r); err != nil {
		c.String(f.Status, f.Fault.Text) // the page of errors is itself in error
	}
}

func (d *Door) request(c *gin.Context) *Request { return &Request{Request: c.Request, door: d, gin: c} }

// Local reports whether a path leads back to a page of this door, as a redirect after signing in must.
func (d *Door) Local(path string) bool {
	inside := path == d.Prefix || strings.HasPrefix(path, d.Prefix+"/") || strings.HasPrefix(path, d.Prefix+"?")
	return inside && !strings.ContainsAny(path, "\\\r\n") && !strings.Contains(path, "//")
}

// Package web is the Gin plumbing that every front door shares: request ids, security headers, time and size limits of
// each route, rate limits, observation, prepared responses and the connection that writes them. It promises that nothing
// a person typed and nothing that names her reaches a log, that every route has a time limit and a body limit, and that
// every error is logged once and answered by the door whose path was asked. It knows no capability, applies no rule of one,
// and no format of errors: package jsonapi speaks problems, a door of pages speaks HTML.
package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"pugongying/internal/fault"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
)

// Options is what the plumbing needs of its surroundings.
type Options struct {
	Log     *slog.Logger
	Metrics prometheus.Registerer
	NewID   func() string
	Now     func() time.Time
	Trusted []string // CIDRs whose X-Forwarded-For is believed; none means the peer is the client
	// Slots is how many requests work at once; 0 is what suits an engine in this process. Waiting for another machine takes
	// no processor, so there more of them may.
	Slots int
	// Spool is the folder where large bodies are received; "" is the system's for temporary files.
	Spool string
	// Unguarded lets every request in at once, to measure what the gate is good for.
	Unguarded bool
}

// Engine is a Gin engine with the plumbing in place.
type Engine struct {
	*gin.Engine
	options Options
	metrics metrics
	gate    *gate
	bodies  bodies
	doors   []Door // the longest prefix first
	front   []func(http.ResponseWriter, *http.Request) bool
	routes  []Route
}

// Door is a part of the address space whose errors are answered in one format.
type Door struct {
	Prefix string // of paths, as "/console"; the empty one answers what belongs to no other door
	Fail   func(c *gin.Context, f Failure)
}

// Route is one address with what it allows.
type Route struct {
	Method, Path string
	Bounds       Bounds // zero fields take DefaultBounds
	Priority     Priority
	Quiet        bool // a published read: counted, and logged only when it fails on the server's side, since who read what must not be written down
}

// NewEngine builds the engine. Several engines may share one registry of metrics: they count together. An unreadable
// Trusted is an error.
func NewEngine(o Options) (*Engine, error) {
	gin.SetMode(gin.ReleaseMode)
	g := gin.New()
	g.HandleMethodNotAllowed = true
	g.ContextWithFallback = true
	g.RedirectTrailingSlash = false // a redirect would leave before the plumbing sees it
	if err := g.SetTrustedProxies(o.Trusted); err != nil {
		return nil, err
	}
	m, err := newMetrics(o.Metrics)
	if err != nil {
		return nil, err
	}
	e := &Engine{Engine: g, options: o, metrics: m, gate: newGate(o, m.shed)}
	observe := e.observer(Route{})
	g.NoRoute(observe, func(c *gin.Context) { e.Fail(c, ErrNoRoute) })
	g.NoMethod(observe, e.wrongMethod)
	return e, nil
}

// wrongMethod answers a method that an address lacks; Gin has listed those it has.
func (e *Engine) wrongMethod(c *gin.Context) {
	if allowed := c.Writer.Header().Get("Allow"); strings.Contains(allowed, http.MethodGet) {
		c.Header("Allow", allowed+", "+http.MethodHead)
	}
	e.Fail(c, WithStatus(ErrMethod, http.StatusMethodNotAllowed))
}

// Mount lets a door answer the errors under its prefix.
func (e *Engine) Mount(d Door) {
	e.doors = append(e.doors, d)
	slices.SortStableFunc(e.doors, func(a, b Door) int { return len(b.Prefix) - len(a.Prefix) })
}

// Front registers a function that is called before any route is looked up; it reports whether it answered. It is for
// prepared responses alone: nothing is observed of what it answers.
func (e *Engine) Front(serve func(http.ResponseWriter, *http.Request) bool) {
	e.front = append(e.front, serve)
}

// ServeHTTP asks what answers from prepared responses first, then Gin.
func (e *Engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost && r.Header.Get("X-HTTP-Method-Override") == http.MethodPatch {
		r.Method = http.MethodPatch // wx.request knows no PATCH
	}
	if r.Method == http.MethodHead {
		r = asGet(r)
	}
	for _, serve := range e.front {
		if serve(w, r) {
			return
		}
	}
	e.Engine.ServeHTTP(w, r)
}

// Handle adds an observed route with the default bounds.
func (e *Engine) Handle(method, path string, handlers ...gin.HandlerFunc) {
	e.Route(Route{Method: method, Path: path}, handlers...)
}

// Route adds an observed route.
func (e *Engine) Route(r Route, handlers ...gin.HandlerFunc) {
	r.Bounds = r.Bounds.OrDefault()
	e.routes = append(e.routes, r)
	e.Engine.Handle(r.Method, r.Path, append([]gin.HandlerFunc{e.observer(r)}, handlers...)...)
}

// Declared lists the routes with the bounds they were given.
func (e *Engine) Declared() []Route { return slices.Clone(e.routes) }

// Fail answers a request with an error in the format of its door; a failure of the server's own is logged here.
func (e *Engine) Fail(c *gin.Context, err error) {
	f := FailureOf(err)
	e.LogFailure(c.Request.Context(), f)
	if f.RetryAfter != "" {
		c.Header("Retry-After", f.RetryAfter)
	}
	c.Abort()
	for _, d := range e.doors {
		if d.has(c.Request.URL.Path) {
			d.Fail(c, f)
			return
		}
	}
	c.String(f.Status, f.Fault.Text)
}

// has reports whether a path belongs to the door.
func (d Door) has(path string) bool {
	rest, inside := strings.CutPrefix(path, d.Prefix)
	return inside && (d.Prefix == "" || rest == "" || rest[0] == '/')
}

// taken reports whether a path belongs to a door with a prefix.
func (e *Engine) taken(path string) bool {
	return slices.ContainsFunc(e.doors, func(d Door) bool { return d.Prefix != "" && d.has(path) })
}

// LogFailure writes the cause of an internal failure or an outage, once, with the request's id. A declared outage without a
// cause (the search is preparing) is a normal answer, which the line of the request tells already.
func (e *Engine) LogFailure(ctx context.Context, f Failure) {
	if f.Status < http.StatusInternalServerError || f.Fault.Kind == fault.Unavailable && errors.Unwrap(f.Fault) == nil {
		return
	}
	e.options.Log.ErrorContext(ctx, "failure", "request", RequestID(ctx), "code", f.Fault.Code, "cause", f.Cause)
}

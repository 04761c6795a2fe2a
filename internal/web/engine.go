// Package web is the Gin plumbing both doors share: what happens to a request before a handler sees it and to an error
// after. It promises that every failure leaves as one shape with one Chinese sentence, that nothing a person typed and
// nothing that names her reaches a log, that bodies are bounded and refused when they are not UTF-8 JSON of the declared
// shape, and that published reads are answered from kept bytes. It knows no capability and applies no rule of one.
package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

	"pugongying/internal/fault"
)

// Options is what the plumbing needs of its surroundings.
type Options struct {
	Log     *slog.Logger
	Metrics prometheus.Registerer
	NewID   func() string
	Now     func() time.Time
	Trusted []string      // CIDRs whose X-Forwarded-For is believed; none means the peer is the client
	Timeout time.Duration // longest time one request may work
}

// Engine is a Gin engine with the plumbing in place. Published reads from kept bytes are counted, not
// logged (a log of who read what must not exist); everything else is observed.
type Engine struct {
	*gin.Engine
	group   gin.IRoutes
	options Options
	metrics metrics
	kept    *Kept // nil before NewKept
}

type metrics struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	kept     *prometheus.CounterVec
}

// NewEngine builds the engine. An unreadable Trusted is an error.
func NewEngine(o Options) (*Engine, error) {
	gin.SetMode(gin.ReleaseMode)
	g := gin.New()
	g.HandleMethodNotAllowed = true
	g.ContextWithFallback = true
	g.RedirectTrailingSlash = false // a redirect would leave before the plumbing sees it
	if err := g.SetTrustedProxies(o.Trusted); err != nil {
		return nil, err
	}
	e := &Engine{Engine: g, options: o, metrics: metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "http_requests_total", Help: "Requests by route template, method and status."}, []string{"route", "method", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "http_request_seconds", Help: "Time to answer, by route template.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10}}, []string{"route"}),
		kept: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "http_kept_total", Help: "Published reads answered from kept bytes, by status."}, []string{"status"}),
	}}
	o.Metrics.MustRegister(e.metrics.requests, e.metrics.seconds, e.metrics.kept)
	g.NoRoute(e.observe, func(c *gin.Context) { e.Fail(c, ErrNoRoute) })
	g.NoMethod(e.observe, func(c *gin.Context) { e.failAs(c, ErrMethod, http.StatusMethodNotAllowed) })
	e.group = g.Group("", e.observe)
	return e, nil
}

// ServeHTTP answers published reads from kept bytes before any route is looked up, and hands everything else to Gin.
func (e *Engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost && r.Header.Get("X-HTTP-Method-Override") == http.MethodPatch {
		r.Method = http.MethodPatch // wx.request knows no PATCH
	}
	if e.kept == nil || !e.kept.serve(w, r) {
		e.Engine.ServeHTTP(w, r)
	}
}

// Handle adds an observed route; huma's adapter calls it too.
func (e *Engine) Handle(method, path string, handlers ...gin.HandlerFunc) gin.IRoutes {
	return e.group.Handle(method, path, handlers...)
}

// observe gives a request its id, its deadline and its headers, catches a panic, and leaves one log line of route
// template, status and time: never a path, a query, an address or a header of the person's.
func (e *Engine) observe(c *gin.Context) {
	id, start := e.options.NewID(), e.options.Now()
	c.Header("X-Request-Id", id)
	secure(c.Writer.Header())
	ctx, cancel := context.WithTimeout(c.Request.Context(), e.options.Timeout)
	defer cancel()
	c.Request = c.Request.WithContext(context.WithValue(ctx, requestID{}, id))
	defer func() {
		if r := recover(); r != nil {
			e.options.Log.Error("panic", "request", id, "route", c.FullPath(), "stack", string(debug.Stack()))
			if !c.Writer.Written() {
				e.Fail(c, fault.ErrInternal)
			}
		}
		e.note(c, id, start)
	}()
	if !readable(c.Request.URL) {
		e.failAs(c, ErrMalformed, http.StatusBadRequest)
		return
	}
	c.Next()
}

// readable says whether an address is UTF-8 text without control characters, as every address this server gives out is.
func readable(u *url.URL) bool {
	query, err := url.QueryUnescape(u.RawQuery)
	return err == nil && utf8.ValidString(u.Path) && utf8.ValidString(query) && !strings.ContainsFunc(u.Path+query, unicode.IsControl)
}

func (e *Engine) note(c *gin.Context, id string, start time.Time) {
	route, status, took := c.FullPath(), c.Writer.Status(), e.options.Now().Sub(start)
	if route == "" {
		route = "none"
	}
	e.metrics.requests.WithLabelValues(route, methodLabel(c.Request.Method), strconv.Itoa(status)).Inc()
	e.metrics.seconds.WithLabelValues(route).Observe(took.Seconds())
	level := slog.LevelInfo
	if status >= 500 {
		level = slog.LevelError
	}
	e.options.Log.Log(c.Request.Context(), level, "request", "request", id, "route", route, "method", methodLabel(c.Request.Method), "status", status, "ms", took.Milliseconds())
}

// methodLabel keeps made-up methods out of the metrics' label values.
func methodLabel(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}

type requestID struct{}

// RequestID is the id a log line and the X-Request-Id header share; "" outside a request.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestID{}).(string)
	return id
}

// Fail is where an error becomes a response on routes that huma does not serve.
func (e *Engine) Fail(c *gin.Context, err error) {
	p := ProblemOf(err)
	e.LogFailure(c.Request.Context(), p)
	e.write(c, p)
}

func (e *Engine) failAs(c *gin.Context, err error, status int) {
	p := ProblemOf(err)
	p.Status, p.Title = status, http.StatusText(status)
	e.write(c, p)
}

func (e *Engine) write(c *gin.Context, p *Problem) {
	for name, values := range p.GetHeaders() {
		c.Writer.Header()[name] = values
	}
	c.Data(p.Status, p.ContentType(""), p.bytes())
	c.Abort()
}

// LogFailure writes the cause of an internal failure or an outage, once, with the request's id.
func (e *Engine) LogFailure(ctx context.Context, p *Problem) {
	if p.Status < 500 {
		return
	}
	e.options.Log.ErrorContext(ctx, "failure", "request", RequestID(ctx), "code", p.Code, "cause", p.cause)
}

// secure sets the headers every answer carries.
func secure(h http.Header) {
	h["X-Content-Type-Options"] = noSniff
	h["Referrer-Policy"] = noReferrer
	h["X-Frame-Options"] = deny
	h["Cache-Control"] = noStore
	h["Cross-Origin-Opener-Policy"] = sameOrigin
}

var (
	noSniff    = []string{"nosniff"}
	noReferrer = []string{"no-referrer"}
	deny       = []string{"DENY"}
	noStore    = []string{"no-store"}
	sameOrigin = []string{"same-origin"}
)

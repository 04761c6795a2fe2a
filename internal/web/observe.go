package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

	"pugongying/internal/fault"
)

type metrics struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	prepared *prometheus.CounterVec
	shed     *prometheus.CounterVec
}

func newMetrics(registry prometheus.Registerer) (metrics, error) {
	m := metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "http_requests_total", Help: "Requests by route template, method and status."}, []string{"route", "method", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "http_request_seconds", Help: "Time to answer, by route template.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10}}, []string{"route"}),
		prepared: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "http_kept_total", Help: "Published reads answered from prepared responses, by status."}, []string{"status"}),
		shed:     prometheus.NewCounterVec(prometheus.CounterOpts{Name: "http_shed_total", Help: "Requests refused because too many came, by priority."}, []string{"priority"}),
	}
	err := errors.Join(shared(registry, &m.requests), shared(registry, &m.seconds), shared(registry, &m.prepared), shared(registry, &m.shed))
	return m, err
}

// shared registers a collector, or takes the one that another engine of this registry registered before.
func shared[C prometheus.Collector](registry prometheus.Registerer, c *C) error {
	err := registry.Register(*c)
	var there prometheus.AlreadyRegisteredError
	if errors.As(err, &there) {
		if same, ok := there.ExistingCollector.(C); ok {
			*c = same
			return nil
		}
	}
	return err
}

// PreparedCounter counts responses that a Front function answered with a status.
func (e *Engine) PreparedCounter(status int) prometheus.Counter {
	return e.metrics.prepared.WithLabelValues(strconv.Itoa(status))
}

// routeMetrics are the series of one route, looked up once.
type routeMetrics struct {
	seconds  prometheus.Observer
	byStatus atomic.Pointer[map[int]prometheus.Counter] // replaced whole, so that readers need no lock
}

func (e *Engine) counter(r *routeMetrics, route, method string, status int) prometheus.Counter {
	known := r.byStatus.Load()
	if c := (*known)[status]; c != nil {
		return c
	}
	c := e.metrics.requests.WithLabelValues(route, methodLabel(method), strconv.Itoa(status))
	more := make(map[int]prometheus.Counter, len(*known)+1)
	for s, counter := range *known {
		more[s] = counter
	}
	more[status] = c
	r.byStatus.CompareAndSwap(known, &more) // another request that was faster is as good
	return c
}

// noRoute is the label of what no route answered.
const noRoute = "none"

// observer gives a request its id, its body, its turn and its deadline, catches a panic, and leaves one log line of route
// template, status and time: never a path, a query, an address or a header of the person's.
func (e *Engine) observer(route Route) gin.HandlerFunc {
	route.Bounds = route.Bounds.OrDefault()
	label := route.Path
	if label == "" {
		label = noRoute
	}
	series := &routeMetrics{seconds: e.metrics.seconds.WithLabelValues(label)}
	series.byStatus.Store(&map[int]prometheus.Counter{})
	return func(c *gin.Context) {
		start := e.options.Now()
		of := &request{Context: c.Request.Context(), id: e.options.NewID()}
		c.Request = c.Request.WithContext(of)
		h := c.Writer.Header()
		h["X-Request-Id"] = []string{of.id}
		secure(h)
		defer func() {
			if r := recover(); r != nil {
				e.options.Log.Error("panic", "request", of.id, "route", label, "stack", stackOf(r))
				if !c.Writer.Written() {
					e.Fail(c, fault.ErrInternal)
				}
			}
			status := c.Writer.Status()
			took := e.options.Now().Sub(start)
			e.counted(series, label, methodOf(c.Request), status).Inc()
			series.seconds.Observe(took.Seconds())
			if !of.shed && (!route.Quiet || status >= http.StatusInternalServerError) {
				e.note(c, of, label, took)
			}
		}()
		if !readable(c.Request.URL) {
			e.Fail(c, WithStatus(ErrMalformed, http.StatusBadRequest))
			return
		}
		e.perform(c, of, route)
	}
}

// stackOf is where a panic was raised.
func stackOf(recovered any) string {
	if p, ok := recovered.(*panicked); ok {
		return string(p.stack)
	}
	return string(debug.Stack())
}

// perform reads the body, waits for the request's turn and lets its handlers work. The body comes first: a client that
// sends slowly would keep a place from the others. The route's time begins with its work.
func (e *Engine) perform(c *gin.Context, of *request, route Route) {
	body, err := e.readBody(c, route.Bounds)
	defer e.bodies.release(body)
	if err != nil {
		c.Header("Connection", "close") // what is left of the body is not waited for
		e.Fail(c, err)
		return
	}
	work := func() {
		ctx, cancel := context.WithTimeout(of.Context, route.Bounds.Time)
		defer cancel()
		of.Context = ctx
		c.Next()
	}
	if e.options.Unguarded {
		work()
		return
	}
	if err := e.gate.run(of.Context, route.Priority, work); err != nil {
		of.shed = errors.Is(err, ErrBusy)
		e.Fail(c, err)
	}
}

// counted is the series of a request; what no route answered may have any method.
func (e *Engine) counted(r *routeMetrics, label, method string, status int) prometheus.Counter {
	if label == noRoute {
		return e.metrics.requests.WithLabelValues(label, methodLabel(method), strconv.Itoa(status))
	}
	return e.counter(r, label, method, status)
}

func (e *Engine) note(c *gin.Context, of *request, label string, took time.Duration) {
	level := slog.LevelInfo
	switch status := c.Writer.Status(); {
	case status == http.StatusServiceUnavailable:
		level = slog.LevelWarn // it may be what was to be answered; a cause has an ERROR line of its own
	case status >= http.StatusInternalServerError:
		level = slog.LevelError
	}
	e.options.Log.LogAttrs(of, level, "request", slog.String("request", of.id), slog.String("route", label),
		slog.String("method", methodLabel(methodOf(c.Request))), slog.Int("status", c.Writer.Status()), slog.Int64("ms", took.Milliseconds()))
}

// readable reports whether an address is UTF-8 text without control characters, as every address this server gives out is.
func readable(u *url.URL) bool {
	query, err := url.QueryUnescape(u.RawQuery)
	return err == nil && plain(u.Path) && plain(query)
}

func plain(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, unicode.IsControl)
}

// methodLabel keeps made-up methods out of the metrics' label values.
func methodLabel(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}

// request is the context of one observed request: its id, and what its door attached to it, in one value.
type request struct {
	context.Context
	id       string
	shed     bool // refused for want of room: counted and reported by the gate
	attached any
}

type requestKey struct{}

// Value finds the request itself under its key.
func (r *request) Value(key any) any {
	if key == (requestKey{}) {
		return r
	}
	return r.Context.Value(key)
}

// RequestID is the id a log line and the X-Request-Id header share; "" outside a request.
func RequestID(ctx context.Context) string {
	if r, ok := ctx.Value(requestKey{}).(*request); ok {
		return r.id
	}
	return ""
}

// Attach leaves with a request what its door found out before the handler runs (who is asking). Outside a request it
// does nothing.
func Attach(ctx context.Context, v any) {
	if r, ok := ctx.Value(requestKey{}).(*request); ok {
		r.attached = v
	}
}

// Attached is what Attach left; nil when nothing was.
func Attached(ctx context.Context) any {
	if r, ok := ctx.Value(requestKey{}).(*request); ok {
		return r.attached
	}
	return nil
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

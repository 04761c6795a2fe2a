package web

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

type rig struct {
	engine *Engine
	log    *bytes.Buffer
}

// newRig is an engine with one door for everything and one for "/pages", and routes that fail in every way.
func newRig(t *testing.T) *rig { return newRigIn(t, prometheus.NewRegistry()) }

func newRigIn(t *testing.T, registry *prometheus.Registry) *rig {
	t.Helper()
	r := &rig{log: &bytes.Buffer{}}
	e, err := NewEngine(Options{Log: slog.New(slog.NewTextHandler(r.log, nil)), Metrics: registry, NewID: func() string { return "id1" }, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	r.engine = e
	for _, prefix := range []string{"", "/pages"} {
		e.Mount(Door{Prefix: prefix, Fail: func(c *gin.Context, f Failure) {
			c.Header("X-Door", prefix+"!")
			c.String(f.Status, f.Fault.Code)
		}})
	}
	e.Route(Route{Method: "POST", Path: "/small", Bounds: Bounds{Body: 8, Time: 20 * time.Millisecond}}, r.work)
	e.Handle("POST", "/work", r.work)
	e.Handle("GET", "/pages/:name", func(c *gin.Context) { e.Fail(c, errors.New("canary-cause")) })
	e.Route(Route{Method: "GET", Path: "/quiet/:name", Quiet: true}, r.work)
	return r
}

// work does what its body says.
func (r *rig) work(c *gin.Context) {
	body, err := io.ReadAll(c.Request.Body)
	switch {
	case err != nil:
		r.engine.Fail(c, err)
	case string(body) == "panic":
		panic("canary-panic")
	case string(body) == "wait":
		<-c.Request.Context().Done()
		r.engine.Fail(c, c.Request.Context().Err())
	case c.Param("name") == "broken":
		r.engine.Fail(c, errors.New("broken"))
	default:
		deadline, _ := c.Request.Context().Deadline()
		Attach(c.Request.Context(), "who")
		c.String(http.StatusOK, "%v %v %s", time.Until(deadline) > time.Second, Attached(c.Request.Context()), RequestID(c.Request.Context()))
	}
}

func (r *rig) do(method, path, body string, headers ...string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, path, strings.NewReader(body))
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	r.engine.ServeHTTP(w, req)
	return w
}

func TestEveryErrorIsAnsweredByTheDoorOfItsPath(t *testing.T) {
	r := newRig(t)
	for name, tt := range map[string]struct {
		method, path, body string
		status             int
		text, door         string
	}{
		"no route":              {"GET", "/nowhere", "", 404, "not_found", "!"},
		"no page":               {"GET", "/pages/a/b", "", 404, "not_found", "/pages!"},
		"wrong method":          {"PUT", "/work", "", 405, "method", "!"},
		"a path of bytes":       {"GET", "/pages/%ff", "", 400, "input.malformed", "/pages!"},
		"a hidden cause":        {"GET", "/pages/a", "", 500, "internal", "/pages!"},
		"a panic":               {"POST", "/work", "panic", 500, "internal", "!"},
		"its own time limit":    {"POST", "/small", "wait", 503, "unavailable", "!"},
		"its own size limit":    {"POST", "/small", "ninebytes", 413, "input.too_large", "!"},
		"within its size limit": {"POST", "/small", "8 bytes.", 200, "false who id1", ""},
		"the default limits":    {"POST", "/work", strings.Repeat("a", int(DefaultBounds.Body)), 200, "true who id1", ""},
		"the default size":      {"POST", "/work", strings.Repeat("a", int(DefaultBounds.Body)+1), 413, "input.too_large", "!"},
		"a quiet one that ends": {"GET", "/quiet/broken", "", 500, "internal", "!"},
	} {
		w := r.do(tt.method, tt.path, tt.body)
		if w.Code != tt.status || w.Body.String() != tt.text || w.Header().Get("X-Door") != tt.door || w.Header().Get("X-Request-Id") != "id1" {
			t.Errorf("%s: %d %q %v", name, w.Code, w.Body, w.Header())
		}
	}
	log := r.log.String()
	if !strings.Contains(log, "canary-cause") || strings.Contains(log, "canary-panic") || !strings.Contains(log, "route=/quiet/:name") {
		t.Errorf("the log: %s", log)
	}
}

func TestAnEngineWithoutDoorsStillAnswersErrors(t *testing.T) {
	e, err := NewEngine(Options{Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry(), NewID: func() string { return "id1" }, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	e.ServeHTTP(w, httptest.NewRequest("GET", "/nowhere", nil))
	if w.Code != 404 || w.Body.String() != ErrNoRoute.Text {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if _, err := NewEngine(Options{Metrics: prometheus.NewRegistry(), Trusted: []string{"no address"}}); err == nil {
		t.Error("an unreadable proxy is believed")
	}
}

// TestTwoEnginesShareOneRegistry: a second engine in the process counts with the first, and a registry that holds something
// else under the name is an error, not a panic.
func TestTwoEnginesShareOneRegistry(t *testing.T) {
	registry := prometheus.NewRegistry()
	one, other := newRigIn(t, registry), newRigIn(t, registry)
	one.do("POST", "/work", "")
	other.do("POST", "/work", "")
	if n := value(t, other.engine.metrics.requests.WithLabelValues("/work", "POST", "200")); n != 2 {
		t.Errorf("%v requests counted, want 2", n)
	}
	foreign := prometheus.NewRegistry()
	foreign.MustRegister(prometheus.NewGauge(prometheus.GaugeOpts{Name: "http_requests_total", Help: "Requests by route template, method and status."}))
	if _, err := NewEngine(Options{Metrics: foreign, Now: time.Now}); err == nil {
		t.Error("another metric of that name was taken for ours")
	}
}

func TestOnlyQuietRoutesAreLeftOutOfTheLog(t *testing.T) {
	r := newRig(t)
	r.do("GET", "/quiet/a", "")
	r.do("GET", "/quiet/b", "", "Authorization", "Bearer x")
	if r.log.Len() > 0 {
		t.Errorf("a quiet route is in the log: %s", r.log)
	}
	if n := value(t, r.engine.metrics.requests.WithLabelValues("/quiet/:name", "GET", "200")); n != 2 {
		t.Errorf("%v requests counted, want 2", n)
	}
	if r.do("POST", "/work", ""); !strings.Contains(r.log.String(), "route=/work method=POST status=200") {
		t.Errorf("negative control: %s", r.log)
	}
}

func value(t *testing.T, c prometheus.Counter) float64 {
	t.Helper()
	var m dto.Metric
	if err := c.Write(&m); err != nil {
		t.Fatal(err)
	}
	return m.GetCounter().GetValue()
}

func TestOutsideARequestNothingIsAttached(t *testing.T) {
	ctx := context.Background()
	Attach(ctx, "who")
	if Attached(ctx) != nil || RequestID(ctx) != "" {
		t.Error("a context that is no request's holds something")
	}
}

func TestFrontAnswersBeforeRoutes(t *testing.T) {
	r := newRig(t)
	r.engine.Front(func(w http.ResponseWriter, req *http.Request) bool {
		if req.URL.Path != "/work" {
			return false
		}
		w.WriteHeader(http.StatusTeapot)
		return true
	})
	if w := r.do("POST", "/work", ""); w.Code != http.StatusTeapot || r.log.Len() > 0 {
		t.Errorf("%d, log %q", w.Code, r.log)
	}
	if w := r.do("POST", "/small", ""); w.Code != 200 {
		t.Errorf("another path: %d", w.Code)
	}
}

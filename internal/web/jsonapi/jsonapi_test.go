package jsonapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/prometheus/client_golang/prometheus"

	"pugongying/internal/fault"
	"pugongying/internal/web"
)

type rig struct {
	engine *web.Engine
	api    *API
	log    *bytes.Buffer
	now    time.Time
	calls  int
}

// word is the answer of the published read.
type word struct {
	Word string `json:"word"`
}

var began = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{log: &bytes.Buffer{}, now: began}
	clock := func() time.Time { return r.now }
	e, err := web.NewEngine(web.Options{Log: slog.New(slog.NewTextHandler(r.log, nil)), Metrics: prometheus.NewRegistry(), NewID: func() string { return "id1" }, Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	r.engine = e
	r.api = New(e, Options{Title: "t", Version: "1", ProxyFor: 5 * time.Second, Snapshots: SnapshotOptions{
		Bytes: 64 << 10, Now: clock, Until: func(now time.Time) time.Time { return now.Truncate(24 * time.Hour).Add(24 * time.Hour) },
	}})
	read := Operation{Operation: huma.Operation{OperationID: "read", Method: "GET", Path: "/read/{slug}"}}
	Publish(r.api, read, func(ctx context.Context, in *struct {
		Slug string `path:"slug"`
		Tag  string `query:"tag"`
		Size int    `query:"size"`
	}) (word, error) {
		r.calls++
		switch in.Slug {
		case "gone":
			return word{}, fault.New(fault.NotFound, "x.unknown", "没有这一篇。")
		case "renewed":
			r.api.Snapshots.Renew() // published again while this answer is being made
		}
		return word{strings.Repeat("读", max(1, in.Size)) + in.Tag}, nil
	})
	Register(r.api, Operation{Operation: huma.Operation{OperationID: "write", Method: "POST", Path: "/write"}, Bounds: web.Bounds{Body: 200, Time: time.Second}}, r.write)
	return r
}

type writing struct {
	Body struct {
		Name string `json:"name" maxLength:"4"`
		N    int    `json:"n,omitempty"`
	}
}

func (r *rig) write(ctx context.Context, in *writing) (*struct{}, error) {
	switch in.Body.Name {
	case "boom":
		return nil, errors.New("mongodb://canary")
	case "slow":
		return nil, context.DeadlineExceeded
	case "late":
		<-ctx.Done()
		return nil, ctx.Err()
	case "left":
		return nil, fault.New(fault.Unavailable, "x.down", "稍后再试。").Because(context.Canceled)
	case "oops":
		panic("canary-panic")
	}
	return nil, nil
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

func TestEveryRefusalIsAProblemInChinese(t *testing.T) {
	r := newRig(t)
	for name, tt := range map[string]struct {
		method, path, body string
		status             int
		code, location     string
	}{
		"unknown field":   {"POST", "/write", `{"name":"a","x":1}`, 422, "input.invalid", "body.x"},
		"another case":    {"POST", "/write", `{"name":"a","N":1}`, 422, "input.invalid", "body.N"},
		"wrong type":      {"POST", "/write", `{"name":7}`, 422, "input.invalid", "body.name"},
		"too long":        {"POST", "/write", `{"name":"一二三四五"}`, 422, "input.invalid", "body.name"},
		"missing":         {"POST", "/write", `{}`, 422, "input.invalid", "body"},
		"not json":        {"POST", "/write", `{`, 400, "input.malformed", ""},
		"bad utf-8":       {"POST", "/write", "{\"name\":\"\xff\"}", 400, "input.malformed", ""},
		"empty":           {"POST", "/write", ``, 400, "input.malformed", ""},
		"too large":       {"POST", "/write", `{"name":"` + strings.Repeat("a", 300) + `"}`, 413, "input.too_large", ""},
		"unknown query":   {"GET", "/read/a?x=1", ``, 422, "input.invalid", "query.x"},
		"no route":        {"GET", "/nowhere", ``, 404, "not_found", ""},
		"wrong method":    {"PUT", "/write", `{}`, 405, "method", ""},
		"a path of bytes": {"GET", "/read/%ff", ``, 400, "input.malformed", ""},
		"a null in it":    {"GET", "/read/a%00", ``, 400, "input.malformed", ""},
		"a query of them": {"GET", "/read/a?tag=%ff", ``, 400, "input.malformed", ""},
		"a broken escape": {"GET", "/read/a?tag=%zz", ``, 400, "input.malformed", ""},
		"a slash more":    {"GET", "/read/a/", ``, 404, "not_found", ""},
		"a fault":         {"GET", "/read/gone", ``, 404, "x.unknown", ""},
		"a hidden cause":  {"POST", "/write", `{"name":"boom"}`, 500, "internal", ""},
		"a timeout":       {"POST", "/write", `{"name":"slow"}`, 503, "unavailable", ""},
		"its route's own": {"POST", "/write", `{"name":"late"}`, 503, "unavailable", ""},
		"a panic":         {"POST", "/write", `{"name":"oops"}`, 500, "internal", ""},
		"wrong type null": {"POST", "/write", `{"name":null}`, 422, "input.invalid", "body.name"},
	} {
		t.Run(name, func(t *testing.T) {
			w := r.do(tt.method, tt.path, tt.body, "Content-Type", "application/json")
			var p Problem
			if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
				t.Fatalf("not a problem: %s", w.Body)
			}
			if w.Code != tt.status || p.Status != tt.status || p.Code != tt.code || w.Header().Get("Content-Type") != "application/problem+json" {
				t.Fatalf("%d %s %+v", w.Code, w.Header().Get("Content-Type"), p)
			}
			if !strings.ContainsFunc(p.Detail, func(c rune) bool { return c >= 0x4e00 && c < 0xa000 }) {
				t.Errorf("detail is not Chinese: %q", p.Detail)
			}
			if tt.location != "" && (len(p.Errors) == 0 || p.Errors[0].Location != tt.location) {
				t.Errorf("errors = %+v, want %s", p.Errors, tt.location)
			}
			if strings.Contains(w.Body.String(), "canary") {
				t.Error("a cause left the server")
			}
		})
	}
	log := r.log.String()
	r.log.Reset()
	if w := r.do("POST", "/write", `{"name":"left"}`, "Content-Type", "application/json"); w.Code != 499 || strings.Contains(r.log.String(), "ERROR") {
		t.Errorf("a client that went away: %d\n%s", w.Code, r.log)
	}
	if !strings.Contains(log, "mongodb://canary") {
		t.Error("the cause of an internal failure is not in the log either")
	}
}

func TestTheLogHoldsNothingOfThePerson(t *testing.T) {
	r := newRig(t)
	r.do("GET", "/read/canary-slug?tag=canary-query", "", "Authorization", "Bearer canary-token", "User-Agent", "canary-agent", "X-Forwarded-For", "203.0.113.9")
	r.do("POST", "/write", `{"name":"canary-body"}`)
	r.do("GET", "/canary-path", "")
	r.do("POST", "/write", `{"name":"boom"}`, "Content-Type", "application/json")
	if got := r.log.String(); strings.Contains(strings.ReplaceAll(got, "mongodb://canary", ""), "canary") || strings.Contains(got, "203.0.113") {
		t.Fatalf("the log tells on her:\n%s", got)
	}
	if !strings.Contains(r.log.String(), "route=/write") {
		t.Fatal("the log holds nothing at all, so this test shows nothing")
	}
}

func TestTheContractCanBeReadWithoutTheInternet(t *testing.T) {
	r := newRig(t)
	w := r.do("GET", "/docs", "")
	if w.Code != 200 || !strings.Contains(w.Body.String(), "/read/{slug}") || strings.Contains(w.Body.String(), "http") {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	var spec map[string]any
	if err := json.Unmarshal(r.do("GET", "/openapi.json", "").Body.Bytes(), &spec); err != nil || spec["openapi"] != "3.1.0" {
		t.Fatalf("%v %v", err, spec["openapi"])
	}
}

func TestAPhoneWithoutPATCHSaysSo(t *testing.T) {
	r := newRig(t)
	Register(r.api, Operation{Operation: huma.Operation{OperationID: "change", Method: "PATCH", Path: "/write"}}, func(context.Context, *struct{}) (*struct{}, error) {
		r.calls += 10
		return nil, nil
	})
	if w := r.do("POST", "/write", "", "X-HTTP-Method-Override", "PATCH"); w.Code != 204 || r.calls != 10 {
		t.Errorf("POST that means PATCH: %d, %d", w.Code, r.calls)
	}
	if w := r.do("POST", "/write", "", "X-HTTP-Method-Override", "DELETE"); w.Code != 400 || r.calls != 10 {
		t.Errorf("POST that means DELETE: %d, %d", w.Code, r.calls)
	}
}

func TestAnAnswerCarriesItsProtections(t *testing.T) {
	r := newRig(t)
	for _, path := range []string{"/read/a?tag=y", "/nowhere", "/openapi.json"} {
		h := r.do(http.MethodGet, path, "").Header()
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" || h.Get("X-Request-Id") == "" {
			t.Errorf("%s: %v", path, h)
		}
	}
}

// TestEveryOperationHasBounds: what declares none gets the default, and what declares its own keeps it.
func TestEveryOperationHasBounds(t *testing.T) {
	r := newRig(t)
	for path, want := range map[string]web.Bounds{"/read/{slug}": web.DefaultBounds, "/write": {Body: 200, Time: time.Second}} {
		item := r.api.OpenAPI().Paths[path]
		op := item.Get
		if op == nil {
			op = item.Post
		}
		if got, ok := BoundsOf(op); !ok || got != want || op.MaxBodyBytes != want.Body {
			t.Errorf("%s: %+v, %v", path, got, ok)
		}
	}
	if _, ok := BoundsOf(&huma.Operation{}); ok {
		t.Error("negative control: an operation that was not registered here has bounds")
	}
	for _, route := range r.engine.Declared() {
		if route.Bounds.Body <= 0 || route.Bounds.Time <= 0 {
			t.Errorf("%s %s has no bounds", route.Method, route.Path)
		}
	}
}

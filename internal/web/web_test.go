package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/prometheus/client_golang/prometheus"

	"pugongying/internal/fault"
)

type rig struct {
	engine *Engine
	kept   *Kept
	api    huma.API
	log    *bytes.Buffer
	calls  int
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{log: &bytes.Buffer{}}
	e, err := NewEngine(Options{Log: slog.New(slog.NewTextHandler(r.log, nil)), Metrics: prometheus.NewRegistry(),
		NewID: func() string { return "id1" }, Now: time.Now, Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	r.engine, r.kept = e, NewKept(e)
	r.api = NewAPI(e, "t", "1")
	type out struct {
		Body struct {
			Word string `json:"word"`
		}
	}
	read := huma.Operation{OperationID: "read", Method: "GET", Path: "/read/{slug}"}
	huma.Register(r.api, read, func(ctx context.Context, in *struct {
		Slug string `path:"slug"`
		Tag  string `query:"tag"`
	}) (*out, error) {
		return Answer(ctx, e, func() (*out, error) {
			r.calls++
			if in.Slug == "gone" {
				return nil, fault.New(fault.NotFound, "x.unknown", "没有这一篇。")
			}
			o := &out{}
			o.Body.Word = "读" + in.Tag
			return o, nil
		})
	})
	huma.Register(r.api, huma.Operation{OperationID: "write", Method: "POST", Path: "/write", MaxBodyBytes: 200}, func(ctx context.Context, in *struct {
		Body struct {
			Name string `json:"name" maxLength:"4"`
			N    int    `json:"n,omitempty"`
		}
	}) (*struct{}, error) {
		return Answer(ctx, e, func() (*struct{}, error) {
			switch in.Body.Name {
			case "boom":
				return nil, errors.New("mongodb://canary")
			case "slow":
				return nil, context.DeadlineExceeded
			case "left":
				return nil, fault.New(fault.Unavailable, "x.down", "稍后再试。").Because(context.Canceled)
			case "oops":
				panic("canary-panic")
			}
			return nil, nil
		})
	})
	return r
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

func TestKeptBytesAreServedFirstAndAnswer304(t *testing.T) {
	r := newRig(t)
	if w := r.do("GET", "/read/a", ""); w.Code != 200 || r.calls != 1 {
		t.Fatalf("an unkept read: %d, %d calls", w.Code, r.calls)
	}
	if err := r.kept.Replace(map[string]any{"/read/a": map[string]string{"word": strings.Repeat("久", 400)}}); err != nil {
		t.Fatal(err)
	}
	w := r.do("GET", "/read/a", "")
	if w.Code != 200 || r.calls != 1 || !strings.Contains(w.Body.String(), "久") {
		t.Fatalf("%d %s, %d calls", w.Code, w.Body, r.calls)
	}
	tag := w.Header().Get("Etag")
	if w := r.do("GET", "/read/a", "", "If-None-Match", tag); w.Code != 304 || w.Body.Len() != 0 {
		t.Fatalf("with its tag: %d", w.Code)
	}
	if w := r.do("GET", "/read/a", "", "Accept-Encoding", "gzip"); w.Header().Get("Content-Encoding") != "gzip" || w.Body.Len() > 200 {
		t.Fatalf("compressed: %v, %d bytes", w.Header(), w.Body.Len())
	}
	if w := r.do("GET", "/read/a", "", "Authorization", "Bearer x"); w.Code != 200 || r.calls != 2 {
		t.Fatalf("with a session, which must be looked at: %d, %d calls", w.Code, r.calls)
	}
	if w := r.do("GET", "/read/a?tag=x", ""); w.Code != 200 || r.calls != 3 {
		t.Fatalf("with a query: %d, %d calls", w.Code, r.calls)
	}
	if strings.Count(r.log.String(), "msg=request") != 3 {
		t.Errorf("kept reads are in the log:\n%s", r.log)
	}
}

func TestTheLogHoldsNothingOfThePerson(t *testing.T) {
	r := newRig(t)
	r.do("GET", "/read/canary-slug?tag=canary-query", "", "Authorization", "Bearer canary-token", "User-Agent", "canary-agent", "X-Forwarded-For", "203.0.113.9")
	r.do("POST", "/write", `{"name":"canary-body"}`)
	r.do("GET", "/canary-path", "")
	if got := r.log.String(); strings.Contains(got, "canary") || strings.Contains(got, "203.0.113") {
		t.Fatalf("the log tells on her:\n%s", got)
	}
	if !strings.Contains(r.log.String(), "route=/read/:slug") {
		t.Fatal("the log holds nothing at all, so this test shows nothing")
	}
}

type fixedLimiter struct {
	ok  bool
	err error
}

func (f fixedLimiter) Allow(context.Context, string, time.Duration, int) (bool, time.Duration, error) {
	return f.ok, 3 * time.Second, f.err
}

func TestLimits(t *testing.T) {
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	rate := Rate{Per: time.Second, Burst: 1}
	for name, tt := range map[string]struct {
		limits Limits
		code   string
	}{
		"fits":         {Limits{fixedLimiter{ok: true}, true, log}, ""},
		"too many":     {Limits{fixedLimiter{}, true, log}, "limit.too_many"},
		"switched off": {Limits{fixedLimiter{}, false, log}, ""},
		"down":         {Limits{fixedLimiter{err: io.EOF}, true, log}, ""},
	} {
		err := tt.limits.Check(context.Background(), "k", rate)
		var p *Problem
		if errors.As(err, &p) != (tt.code != "") || p != nil && (p.Code != tt.code || p.GetHeaders().Get("Retry-After") != "4") {
			t.Errorf("%s: %v", name, err)
		}
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
	huma.Register(r.api, huma.Operation{OperationID: "change", Method: "PATCH", Path: "/write"}, func(context.Context, *struct{}) (*struct{}, error) {
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
	for _, path := range []string{"/read/a?tag=x", "/nowhere", "/openapi.json"} {
		h := r.do(http.MethodGet, path, "").Header()
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" || h.Get("X-Request-Id") == "" {
			t.Errorf("%s: %v", path, h)
		}
	}
}

package pages

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"pugongying/internal/fault"
	"pugongying/internal/web"
)

var errTaken = fault.New(fault.Conflict, "test.taken", "这个名字有人用了。")

// counting allows so many acts and counts by key.
type counting map[string]int

func (c counting) Allow(_ context.Context, key string, _ time.Duration, burst int) (bool, time.Duration, error) {
	c[key]++
	return c[key] <= burst, time.Second, nil
}

type bench struct {
	t      *testing.T
	engine *web.Engine
	door   *Door
	acts   int
}

func newBench(t *testing.T) *bench {
	t.Helper()
	engine, err := web.NewEngine(web.Options{Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry(), NewID: func() string { return "R1" }, Now: time.Now, Unguarded: true})
	if err != nil {
		t.Fatal(err)
	}
	templates, err := NewTemplates(fstest.MapFS{
		"frame/layout.html": {Data: []byte(`{{define "layout"}}<html><body>{{template "main" .}}</body></html>{{end}}`)},
		"a/words.html":      {Data: []byte(`{{define "main"}}<p title="{{.}}">{{.}}</p>{{end}}{{define "part"}}[{{.}}]{{end}}`)},
		"a/broken.html":     {Data: []byte(`{{define "main"}}<p>begun{{.Nothing.Here}}</p>{{end}}`)},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, engine: engine}
	b.door = New(engine, Options{
		Prefix: "/door", Templates: templates, Limits: web.Limits{Limiter: counting{}, Enabled: true, Log: slog.New(slog.DiscardHandler)},
		Failure: func(_ *Request, f web.Failure) Page { return Page{Template: "a/words", Data: f.Fault.Text} },
	})
	return b
}

func (b *bench) handle(method, path string, handle Handler) {
	b.door.Handle(Route{Route: web.Route{Method: method, Path: path}, Rate: web.Rate{Per: time.Second, Burst: 30}}, handle)
}

func (b *bench) ask(method, path, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "https://desk.test"+path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return b.do(r)
}

func (b *bench) do(r *http.Request) *httptest.ResponseRecorder {
	out := httptest.NewRecorder()
	b.engine.ServeHTTP(out, r)
	return out
}

func TestAPageIsEscapedAndCannotBeStored(t *testing.T) {
	b := newBench(t)
	b.handle("GET", "/words", func(r *Request) (Answer, error) { return Page{Template: "a/words", Data: r.URL.Query().Get("q")}, nil })
	got := b.ask("GET", "/door/words?q="+url.QueryEscape(`"><script>alert(1)</script>`), "")
	if body := got.Body.String(); got.Code != 200 || strings.Contains(body, "<script") || !strings.Contains(body, "&lt;script&gt;") {
		t.Errorf("%d %s", got.Code, body)
	}
	for name, want := range map[string]string{
		"Cache-Control": "no-store", "Content-Security-Policy": Policy, "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
		"X-Content-Type-Options": "nosniff", "X-Request-Id": "R1", "Cross-Origin-Resource-Policy": "same-origin",
	} {
		if got.Header().Get(name) != want {
			t.Errorf("%s is %q", name, got.Header().Get(name))
		}
	}
	if strings.Contains(Policy, "unsafe") || strings.Contains(Policy, "*") || strings.Contains(Policy, "http") {
		t.Error("the policy has a hole")
	}
}

func TestATemplateThatFailsSendsNoHalfPage(t *testing.T) {
	b := newBench(t)
	b.handle("GET", "/broken", func(*Request) (Answer, error) { return Page{Template: "a/broken", Data: "x"}, nil })
	b.handle("GET", "/missing", func(*Request) (Answer, error) { return Page{Template: "a/nowhere"}, nil })
	for _, path := range []string{"/door/broken", "/door/missing"} {
		if got := b.ask("GET", path, ""); got.Code != 500 || strings.Contains(got.Body.String(), "begun") || !strings.Contains(got.Body.String(), "出了点问题") {
			t.Errorf("%s: %d %s", path, got.Code, got.Body)
		}
	}
}

// TestAnotherSiteChangesNothing: a form of another site, in a browser with our cookie, does nothing. The control is the
// same form from the door's own page.
func TestAnotherSiteChangesNothing(t *testing.T) {
	b := newBench(t)
	b.handle("POST", "/act", func(*Request) (Answer, error) { b.acts++; return Redirect{To: "/door/words"}, nil })
	for name, headers := range map[string][]string{
		"another site":         {"Sec-Fetch-Site", "cross-site"},
		"a sister host":        {"Sec-Fetch-Site", "same-site"},
		"an old browser":       {"Origin", "https://evil.test"},
		"no origin at all":     {"Origin", "null"},
		"an address like ours": {"Origin", "https://desk.test.evil.test"},
		"with a method header": {"Sec-Fetch-Site", "cross-site", "X-HTTP-Method-Override", "GET"},
	} {
		if got := b.ask("POST", "/door/act", "a=1", headers...); got.Code != 404 || b.acts != 0 {
			t.Errorf("%s: %d, %d acts", name, got.Code, b.acts)
		}
	}
	for _, headers := range [][]string{{"Sec-Fetch-Site", "same-origin"}, {"Origin", "https://desk.test"}} {
		if got := b.ask("POST", "/door/act", "a=1", headers...); got.Code != http.StatusSeeOther {
			t.Errorf("its own page with %v: %d", headers, got.Code)
		}
	}
	if b.acts != 2 {
		t.Errorf("%d acts", b.acts)
	}
}

func TestErrorsArePagesAnd403DoesNotExist(t *testing.T) {
	b := newBench(t)
	forbidden := fault.New(fault.Forbidden, "test.forbidden", "不能。")
	for path, err := range map[string]error{"/a": forbidden, "/b": errTaken, "/c": errors.New("disk"), "/d": context.DeadlineExceeded} {
		b.handle("GET", path, func(*Request) (Answer, error) { return nil, err })
	}
	for path, want := range map[string]int{"/door/a": 404, "/door/b": 409, "/door/c": 500, "/door/d": 503, "/door/unknown": 404, "/door": 404} {
		got := b.ask("GET", path, "", "Accept", "text/html")
		if got.Code != want || got.Header().Get("Content-Security-Policy") != Policy || strings.Contains(got.Body.String(), "disk") {
			t.Errorf("%s: %d %s", path, got.Code, got.Body)
		}
	}
	if got := b.ask("DELETE", "/door/a", "", "Sec-Fetch-Site", "same-origin"); got.Code != http.StatusMethodNotAllowed {
		t.Errorf("a method that an address lacks: %d", got.Code)
	}
}

// TestTheAppLeavesTheDoorItsAddresses: the resident's site answers unknown addresses with its page, but not under a door.
func TestTheAppLeavesTheDoorItsAddresses(t *testing.T) {
	b := newBench(t)
	if err := b.engine.Site(fstest.MapFS{"index.html": {Data: []byte("the app")}}); err != nil {
		t.Fatal(err)
	}
	if got := b.ask("GET", "/doorway", "", "Accept", "text/html"); got.Body.String() != "the app" {
		t.Errorf("beside the door: %d %s", got.Code, got.Body)
	}
	if got := b.ask("GET", "/door/unknown", "", "Accept", "text/html"); got.Code != 404 || strings.Contains(got.Body.String(), "the app") {
		t.Errorf("under the door: %d %s", got.Code, got.Body)
	}
}

func TestCookiesBelongToThisHostAlone(t *testing.T) {
	b := newBench(t)
	b.handle("GET", "/in", func(r *Request) (Answer, error) { r.SetCookie("session", "T", time.Hour); return Nothing{}, nil })
	b.handle("GET", "/out", func(r *Request) (Answer, error) {
		r.DropCookie("session")
		return Page{Template: "a/words", Block: "part", Data: r.Cookie("session")}, nil
	})
	got := b.ask("GET", "/door/in", "").Header().Get("Set-Cookie")
	if got != "__Host-session=T; Path=/; Max-Age=3600; HttpOnly; Secure; SameSite=Strict" {
		t.Error(got)
	}
	for host, want := range map[string]string{
		"http://127.0.0.1:8080": "session=T; Path=/; Max-Age=3600; HttpOnly; SameSite=Strict", "http://localhost": "session=T; Path=/; Max-Age=3600; HttpOnly; SameSite=Strict",
		"http://[::1]:80": "session=T; Path=/; Max-Age=3600; HttpOnly; SameSite=Strict", "http://desk.test": "__Host-session=T; Path=/; Max-Age=3600; HttpOnly; Secure; SameSite=Strict",
	} {
		r := httptest.NewRequest("GET", host+"/door/in", nil)
		if got := b.do(r).Header().Get("Set-Cookie"); got != want {
			t.Errorf("%s: %s", host, got)
		}
		r.Header.Set("X-Forwarded-Proto", "https")
		if got := b.do(r).Header().Get("Set-Cookie"); !strings.HasPrefix(got, "__Host-") {
			t.Errorf("%s behind a proxy with https: %s", host, got)
		}
	}
	// A cookie without the prefix, which a sister host can set, is nobody's.
	if got := b.ask("GET", "/door/out", "", "Cookie", "session=stolen"); got.Body.String() != "[]" {
		t.Error(got.Body)
	}
	if got := b.ask("GET", "/door/out", "", "Cookie", "__Host-session=T"); got.Body.String() != "[T]" || !strings.Contains(got.Header().Get("Set-Cookie"), "Max-Age=0") {
		t.Error(got.Body, got.Header())
	}
}

func TestWhatWasDoneIsSaidOnceOnTheNextPage(t *testing.T) {
	b := newBench(t)
	b.handle("POST", "/act", func(*Request) (Answer, error) {
		return Redirect{To: "/door/said", Say: "存好了：<b>“甲”</b>；"}, nil
	})
	b.handle("GET", "/said", func(r *Request) (Answer, error) { return Page{Template: "a/words", Block: "part", Data: r.Said()}, nil })
	first := b.ask("POST", "/door/act", "x=1", "Sec-Fetch-Site", "same-origin")
	cookie, _, _ := strings.Cut(first.Header().Get("Set-Cookie"), ";")
	got := b.ask("GET", "/door/said", "", "Cookie", cookie)
	if got.Body.String() != "[存好了：&lt;b&gt;“甲”&lt;/b&gt;；]" || !strings.Contains(got.Header().Get("Set-Cookie"), "Max-Age=0") {
		t.Errorf("%s %s", got.Body, got.Header())
	}
	if got := b.ask("GET", "/door/said", ""); got.Body.String() != "[]" {
		t.Error(got.Body)
	}
}

func TestFormsKeepTheTextAndSayWhere(t *testing.T) {
	b := newBench(t)
	var form *Form
	b.handle("POST", "/save", func(r *Request) (Answer, error) {
		form = r.Form()
		again := form.Refused(errTaken.At(fault.Field{Location: "body.title", Message: "换一个。"}))
		if !again {
			t.Error("input that can be mended is not shown again")
		}
		return Nothing{}, nil
	})
	b.ask("POST", "/door/save", "title=+%E7%94%B2+&lines=a%0D%0Ab&pick=1&pick=2", "Sec-Fetch-Site", "same-origin")
	if form.Get("title") != " 甲 " || form.At("title") != "换一个。" || form.At("lines") != "" || form.Fault != errTaken.Text || form.Get("lines") != "a\nb" || !form.Has("pick", "2") || form.Has("pick", "3") {
		t.Errorf("%+v", form)
	}
	for name, body := range map[string]string{"not UTF-8": "title=%ff", "not a form": "{}"} {
		kind := "application/x-www-form-urlencoded"
		if body == "{}" {
			kind = "application/json"
		}
		if got := b.ask("POST", "/door/save", body, "Sec-Fetch-Site", "same-origin", "Content-Type", kind); got.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", name, got.Code)
		}
	}
	if (&Form{}).Refused(errors.New("disk")) || (&Form{}).Refused(nil) {
		t.Error("a failure of the server is no fault of the form")
	}
}

func TestAFileComesWhole(t *testing.T) {
	b := newBench(t)
	b.handle("POST", "/file", func(r *Request) (Answer, error) {
		body, name, err := r.File("picture")
		if err != nil {
			return nil, err
		}
		return Page{Template: "a/words", Block: "part", Data: name + " " + string(body) + " " + r.Text("words")}, nil
	})
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, _ := w.CreateFormFile("picture", "茶.jpg")
	_, _ = io.WriteString(part, "bytes")
	_ = w.WriteField("words", " 一碗茶 ")
	_ = w.Close()
	got := b.ask("POST", "/door/file", body.String(), "Sec-Fetch-Site", "same-origin", "Content-Type", w.FormDataContentType())
	if got.Body.String() != "[茶.jpg bytes 一碗茶]" {
		t.Errorf("%d %s", got.Code, got.Body)
	}
	if got := b.ask("POST", "/door/file", "a=1", "Sec-Fetch-Site", "same-origin"); got.Code != http.StatusUnprocessableEntity {
		t.Errorf("without a file: %d", got.Code)
	}
	if got := b.ask("POST", "/door/file", strings.Repeat("a", 70<<10), "Sec-Fetch-Site", "same-origin"); got.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("too large: %d", got.Code)
	}
}

func TestDownloadsAreStoredAndNeverShown(t *testing.T) {
	b := newBench(t)
	b.handle("GET", "/file", func(*Request) (Answer, error) {
		return File{Name: "表 1\r\nX: y.csv", Type: "text/csv", Body: []byte("a")}, nil
	})
	got := b.ask("GET", "/door/file", "")
	if d := got.Header().Get("Content-Disposition"); !strings.HasPrefix(d, "attachment;") || strings.ContainsAny(d, "\r\n") || got.Header().Get("Content-Security-Policy") != "default-src 'none'; sandbox" {
		t.Error(got.Header())
	}
}

func TestPagesAndFilesAreCompressedAndFilesStored(t *testing.T) {
	b := newBench(t)
	long := strings.Repeat("蒲公英学堂", 500)
	b.handle("GET", "/long", func(*Request) (Answer, error) { return Page{Template: "a/words", Data: long}, nil })
	got := b.ask("GET", "/door/long", "", "Accept-Encoding", "gzip")
	z, err := gzip.NewReader(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(z); err != nil || !strings.Contains(string(body), long) {
		t.Error(err)
	}
	static, err := NewStatic("/door/static", fstest.MapFS{"a.css": {Data: []byte("body{}")}})
	if err != nil {
		t.Fatal(err)
	}
	b.door.Static(static)
	address, err := static.Address("a.css")
	if err != nil {
		t.Fatal(err)
	}
	file := b.ask("GET", address, "")
	if file.Code != 200 || !strings.Contains(file.Header().Get("Cache-Control"), "immutable") || !strings.HasPrefix(file.Header().Get("Content-Type"), "text/css") {
		t.Error(file.Code, file.Header())
	}
	if again := b.ask("GET", address, "", "If-None-Match", file.Header().Get("Etag")); again.Code != http.StatusNotModified {
		t.Error(again.Code)
	}
	if _, err := static.Address("b.css"); err == nil || b.ask("GET", "/door/static/b.css", "").Code != 404 {
		t.Error("a file that is not there has an address")
	}
}

func TestRatesAreCountedByRouteAndAddress(t *testing.T) {
	b := newBench(t)
	b.door.Handle(Route{Route: web.Route{Method: "GET", Path: "/slow"}, Rate: web.Rate{Per: time.Minute, Burst: 2}}, func(*Request) (Answer, error) { return Nothing{}, nil })
	codes := []int{b.ask("GET", "/door/slow", "").Code, b.ask("GET", "/door/slow", "").Code, b.ask("GET", "/door/slow", "").Code}
	if codes[1] != http.StatusNoContent || codes[2] != http.StatusTooManyRequests {
		t.Error(codes)
	}
}

func TestLocalPathsAlone(t *testing.T) {
	d := newBench(t).door
	for path, want := range map[string]bool{
		"/door": true, "/door/a?b=c": true, "/door?a=b": true, "": false, "/": false, "//evil.test": false, "/door//evil.test": false,
		"https://evil.test/door": false, "/door\\evil": false, "/doorway": false, "/door/a\r\nX: y": false,
	} {
		if d.Local(path) != want {
			t.Errorf("%q: %v", path, !want)
		}
	}
}

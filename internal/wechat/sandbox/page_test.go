package sandbox

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// browse asks for a page as a browser on this machine does.
func (w *world) browse(method, path string, form url.Values, change ...func(*http.Request)) *httptest.ResponseRecorder {
	w.Helper()
	r := httptest.NewRequest(method, "http://localhost:8080"+path, strings.NewReader(form.Encode()))
	r.RemoteAddr = "127.0.0.1:54321"
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for _, f := range change {
		f(r)
	}
	rec := httptest.NewRecorder()
	w.Page(appID).ServeHTTP(rec, r)
	return rec
}

func (w *world) sees(parts ...string) {
	w.Helper()
	body := w.browse(http.MethodGet, "/sandbox", nil).Body.String()
	for _, part := range parts {
		if !strings.Contains(body, part) {
			w.Errorf("the page does not show %q", part)
		}
	}
}

func TestPageShowsWhatWasSent(t *testing.T) {
	w := newWorld(t)
	w.sees("还没有发过通知", "还没有做过小程序码", "还没有人来过", "还没有取过")
	w.login("sandbox-mei")
	w.login("nonsense")
	w.allow("mei")
	w.notify("mei")
	w.notify("mei")
	w.code()
	w.text("mei", "一条广告<b>")
	w.medium("mei", "https://media.example/a.jpg")
	w.sees(
		"登录成功", "代码不对或过期了（40029）", "安排提醒", "有一项安排待查看", "<dt>事项</dt>", "已送达", "她没有同意，或者次数用完了（43101）",
		`src="/sandbox/codes/`, "r=150121&amp;p=abc", "像扫码一样打开", "http://localhost:8080/#/pages/home/home?scene=",
		"一条广告&lt;b&gt;", "要人看一看", "一张图片", "现在就送", "在路上", OpenID(appID, "mei"), "有效到",
	)
}

func TestPageTakesHerPart(t *testing.T) {
	w := newWorld(t)
	for _, act := range []struct {
		path string
		form url.Values
	}{
		{"consent", url.Values{"name": {"mei"}, "template": {notice}, "answer": {"accept"}}},
		{"consent", url.Values{"name": {"lan"}, "template": {notice}, "answer": {"accept"}}},
		{"consent", url.Values{"name": {"lan"}, "template": {notice}, "answer": {"withdraw"}}},
		{"visit", url.Values{"name": {"hua"}}},
		{"takeback", url.Values{"name": {"hua"}, "what": {"account"}}},
	} {
		if rec := w.browse(http.MethodPost, "/sandbox/"+act.path, act.form); rec.Code != http.StatusSeeOther {
			t.Fatalf("%s %v = %d", act.path, act.form, rec.Code)
		}
	}
	w.wants("mei", w.notify("mei").ErrCode, 0)
	w.wants("lan", w.notify("lan").ErrCode, 43101)
	w.wants("hua", w.text("hua", "好").ErrCode, 0)
	w.sees("她注销了微信号")
	if rec := w.browse(http.MethodPost, "/sandbox/deliver", url.Values{}); rec.Code != http.StatusSeeOther || len(w.inbox.bodies) != 5 {
		t.Errorf("deliver = %d, %d pushed", rec.Code, len(w.inbox.bodies))
	}
}

func TestPageDeliversAMediaResultAtOnce(t *testing.T) {
	w := newWorld(t)
	w.visit("mei")
	w.medium("mei", "https://media.example/a.jpg")
	w.browse(http.MethodPost, "/sandbox/deliver", url.Values{})
	if len(w.inbox.bodies) != 1 {
		t.Errorf("%d pushed", len(w.inbox.bodies))
	}
}

func TestPageRefusesStrangers(t *testing.T) {
	w := newWorld(t)
	for name, change := range map[string]func(*http.Request){
		"another machine":       func(r *http.Request) { r.RemoteAddr = "192.168.1.7:1234" },
		"no address":            func(r *http.Request) { r.RemoteAddr = "@" },
		"through a proxy":       func(r *http.Request) { r.Header.Set("X-Forwarded-For", "203.0.113.1") },
		"another name":          func(r *http.Request) { r.Host = "evil.example:8080" },
		"another name for here": func(r *http.Request) { r.Host = "127.0.0.1.evil.example" },
	} {
		if rec := w.browse(http.MethodGet, "/sandbox", nil, change); rec.Code != http.StatusForbidden {
			t.Errorf("%s = %d", name, rec.Code)
		}
	}
	for name, change := range map[string]func(*http.Request){
		"localhost":   func(r *http.Request) { r.Host = "localhost" },
		"IPv4":        func(r *http.Request) { r.Host = "127.0.0.1:8080" },
		"IPv6":        func(r *http.Request) { r.Host, r.RemoteAddr = "[::1]:8080", "[::1]:9" },
		"mapped IPv4": func(r *http.Request) { r.RemoteAddr = "[::ffff:127.0.0.1]:9" },
	} {
		if rec := w.browse(http.MethodGet, "/sandbox", nil, change); rec.Code != http.StatusOK {
			t.Errorf("%s = %d", name, rec.Code)
		}
	}
}

func TestPageRefusesFormsFromElsewhere(t *testing.T) {
	w := newWorld(t)
	form := url.Values{"name": {"mei"}, "what": {"account"}}
	rec := w.browse(http.MethodPost, "/sandbox/takeback", form, func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") })
	if rec.Code != http.StatusForbidden {
		t.Errorf("cross-site form = %d", rec.Code)
	}
	for _, bad := range []url.Values{
		{"name": {""}, "template": {notice}},
		{"name": {"家"}, "template": {notice}},
		{"name": {strings.Repeat("a", 33)}, "template": {notice}},
		{"name": {"mei"}, "template": {"nothing"}},
	} {
		if rec := w.browse(http.MethodPost, "/sandbox/consent", bad); rec.Code != http.StatusUnprocessableEntity {
			t.Errorf("%v = %d", bad, rec.Code)
		}
	}
}

func TestPageNeedsNoScriptAndNoOtherOrigin(t *testing.T) {
	w := newWorld(t)
	w.login("sandbox-mei")
	rec := w.browse(http.MethodGet, "/sandbox", nil)
	if got := rec.Header().Get("Content-Security-Policy"); !strings.HasPrefix(got, "default-src 'none'") || strings.Contains(got, "unsafe") {
		t.Errorf("policy %q", got)
	}
	for _, bad := range []string{"<script", "style=", "onclick", "https://"} {
		if strings.Contains(rec.Body.String(), bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	if css := w.browse(http.MethodGet, "/sandbox/page.css", nil); css.Code != http.StatusOK || !strings.HasPrefix(css.Header().Get("Content-Type"), "text/css") {
		t.Errorf("page.css = %d", css.Code)
	}
}

func TestPageShowsPictures(t *testing.T) {
	w := newWorld(t)
	got := w.code()
	rec := w.browse(http.MethodGet, "/sandbox/codes/1.jpg", nil)
	if rec.Code != http.StatusOK || rec.Body.String() != string(got.picture) {
		t.Errorf("picture = %d, %d bytes", rec.Code, rec.Body.Len())
	}
	for _, path := range []string{"/sandbox/codes/2.jpg", "/sandbox/codes/x", "/sandbox/none"} {
		if rec := w.browse(http.MethodGet, path, nil); rec.Code != http.StatusNotFound {
			t.Errorf("%s = %d", path, rec.Code)
		}
	}
}

func TestPageForgetsOldLines(t *testing.T) {
	w := newWorld(t)
	for range 10 * shownLines {
		w.login("sandbox-mei.1")
		w.clock.pass(1e9)
	}
	if n := len(w.app(appID).shown.logins); n != shownLines {
		t.Errorf("%d lines kept", n)
	}
}

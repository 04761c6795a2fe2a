package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"
)

const (
	appID  = "wxsandbox0000000001"
	secret = "a-secret-of-the-test"
	notice = "template-notice"
	always = "template-always"
	home   = "pages/home/home"
)

// world is a sandbox with one app, a clock that is moved by hand, and the receiver of its pushes.
type world struct {
	*testing.T
	*Sandbox
	api   http.Handler
	clock *clockwork
	inbox *inbox
}

type clockwork struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clockwork) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clockwork) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// inbox is what WeChat pushes to.
type inbox struct {
	mu      sync.Mutex
	got     []*http.Request
	bodies  []string
	answers []int // statuses of the first pushes; 200 "success" afterwards
}

func (i *inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	var body bytes.Buffer
	_, _ = body.ReadFrom(r.Body)
	i.got, i.bodies = append(i.got, r), append(i.bodies, body.String())
	if n := len(i.got); n <= len(i.answers) && i.answers[n-1] != http.StatusOK {
		w.WriteHeader(i.answers[n-1])
		return
	}
	_, _ = w.Write([]byte("success"))
}

func testApp(push http.Handler) App {
	return App{
		AppID: appID, Secret: secret, PushToken: "AAAAA", Push: push, Pages: []string{home, "pages/story/story"},
		Templates: []Template{
			{ID: notice, Title: "安排提醒", Fields: map[string]string{"thing1": "事项", "time2": "时间", "phrase3": "状态"}},
			{ID: always, Title: "长期提醒", LongTerm: true, Fields: map[string]string{"thing1": "事项"}},
		},
		Link: func(page, scene string) string {
			return "http://localhost:8080/#/" + page + "?scene=" + url.QueryEscape(scene)
		},
	}
}

func newWorld(t *testing.T, change ...func(*App)) *world {
	t.Helper()
	clock := &clockwork{now: time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)}
	ids := 0
	var mu sync.Mutex
	s := New(clock.Now, func() string {
		mu.Lock()
		defer mu.Unlock()
		ids++
		return fmt.Sprintf("id%06d", ids)
	})
	in := &inbox{}
	app := testApp(in)
	for _, f := range change {
		f(&app)
	}
	if err := s.Add(app); err != nil {
		t.Fatal(err)
	}
	return &world{t, s, s.API(), clock, in}
}

// reply is any answer of the sandbox.
type answer struct {
	ErrCode     int    `json:"errcode"`
	ErrMsg      string `json:"errmsg"`
	AccessToken string `json:"access_token"`
	ExpiresIn   int    `json:"expires_in"`
	OpenID      string `json:"openid"`
	SessionKey  string `json:"session_key"`
	UnionID     string `json:"unionid"`
	MsgID       int64  `json:"msgid"`
	TraceID     string `json:"trace_id"`
	Result      struct {
		Suggest string `json:"suggest"`
		Label   int    `json:"label"`
	} `json:"result"`
	picture []byte
}

func (w *world) ask(method, path string, body any) answer {
	w.Helper()
	var in bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&in).Encode(body); err != nil {
			w.Fatal(err)
		}
	}
	rec := httptest.NewRecorder()
	w.api.ServeHTTP(rec, httptest.NewRequest(method, "https://api.weixin.qq.com"+path, &in))
	if rec.Code != http.StatusOK {
		w.Fatalf("%s %s = %d", method, path, rec.Code)
	}
	if rec.Header().Get("Content-Type") == "image/jpeg" {
		return answer{picture: rec.Body.Bytes()}
	}
	var out answer
	if err := json.Unmarshal(rec.Body.Bytes(), &out); err != nil {
		w.Fatalf("%s %s: %q: %v", method, path, rec.Body, err)
	}
	return out
}

type m = map[string]any

func (w *world) token(force bool) answer {
	w.Helper()
	return w.ask(http.MethodPost, pathToken, m{"grant_type": "client_credential", "appid": appID, "secret": secret, "force_refresh": force})
}

func (w *world) login(code string) answer {
	w.Helper()
	q := url.Values{"appid": {appID}, "secret": {secret}, "js_code": {code}, "grant_type": {"authorization_code"}}
	return w.ask(http.MethodGet, pathSession+"?"+q.Encode(), nil)
}

// with asks with a good token.
func (w *world) with(path string, body m) answer {
	w.Helper()
	return w.ask(http.MethodPost, path+"?access_token="+w.token(false).AccessToken, body)
}

// notify sends a message to the person called name, with changes to a good one.
func (w *world) notify(name string, change ...func(m)) answer {
	w.Helper()
	message := m{
		"touser": OpenID(appID, name), "template_id": notice, "page": home + "?from=1",
		"data": m{"thing1": m{"value": "有一项安排待查看"}, "time2": m{"value": "2026年11月24日 15:01"}, "phrase3": m{"value": "待查看"}},
	}
	for _, f := range change {
		f(message)
	}
	return w.with(pathSend, message)
}

func value(field string, v any) func(m) {
	return func(message m) { message["data"].(m)[field] = m{"value": v} }
}

func key(name string, v any) func(m) {
	return func(body m) { body[name] = v }
}

func (w *world) wants(what string, got, want int) {
	w.Helper()
	if got != want {
		w.Errorf("%s: errcode %d, want %d", what, got, want)
	}
}

func (w *world) allow(name string) {
	w.Helper()
	if err := w.Consent(appID, name, notice, true); err != nil {
		w.Fatal(err)
	}
}

package wechat

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"pugongying/internal/wechat/sandbox"
)

const (
	canary   = "CANARYSECRET0123456789abcdef"
	template = "template-notice"
	home     = "pages/home/home"
)

// clock is moved by hand.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// install says what answers the clients that are made from now on; nil is WeChat itself.
func install(api http.Handler, timeout time.Duration) { answering, waiting = api, timeout }

var (
	answering http.Handler
	waiting   time.Duration
)

// wx is a WeChat of this test process.
type wx struct {
	*sandbox.Sandbox
	clock *clock
	mu    sync.Mutex
	asked int
}

func (w *wx) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.asked
}

func newWX() *wx {
	w := &wx{clock: newClock()}
	w.Sandbox = sandbox.New(w.clock.Now, rand.Text)
	return w
}

func (w *wx) install() {
	api := w.API()
	install(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		w.asked++
		w.mu.Unlock()
		api.ServeHTTP(rw, r)
	}), Timeout)
}

var world = newWX()

func TestMain(m *testing.M) {
	world.install()
	code := m.Run()
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// memory is the token cache of tests: it lets tokens expire and does not race.
type memory struct {
	mu     sync.Mutex
	now    func() time.Time
	stored map[string]stored
	gone   int
}

type stored struct {
	value string
	until time.Time
}

func newMemory(now func() time.Time) *memory { return &memory{now: now, stored: map[string]stored{}} }

func (c *memory) Get(_ context.Context, appID string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if k, ok := c.stored[appID]; ok && c.now().Before(k.until) {
		return k.value
	}
	return ""
}

func (c *memory) Set(_ context.Context, appID, token string, life time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stored[appID] = stored{token, c.now().Add(life)}
}

func (c *memory) Delete(_ context.Context, appID string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.stored, appID)
	c.gone++
}

func (c *memory) deletions() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.gone
}

// rig is a client with a mini-program of its own in the world.
type rig struct {
	*Client
	appID  string
	tokens *memory
	wx     *wx
}

func newRig(t testing.TB) *rig { return newRigIn(t, world) }

func newRigIn(t testing.TB, w *wx) *rig {
	t.Helper()
	appID := "wx" + rand.Text()[:16]
	err := w.Add(sandbox.App{
		AppID: appID, Secret: canary, Pages: []string{home}, Templates: []sandbox.Template{
			{ID: template, Title: "安排提醒", Fields: map[string]string{"thing1": "事项"}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	tokens := newMemory(w.clock.Now)
	client, err := New(Config{AppID: appID, AppSecret: canary, Env: "release", Tokens: tokens, API: answering})
	if err != nil {
		t.Fatal(err)
	}
	client.http.Timeout = waiting
	return &rig{client, appID, tokens, w}
}

func (r *rig) openID(name string) string { return sandbox.OpenID(r.appID, name) }

func (r *rig) message(name, text string) Message {
	return Message{To: r.openID(name), Template: template, Page: home, Values: map[string]string{"thing1": text}}
}

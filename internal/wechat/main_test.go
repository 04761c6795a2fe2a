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

// wx is the one WeChat of this test process: the SDK's HTTP client is a variable of the process.
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
	Install(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		w.asked++
		w.mu.Unlock()
		api.ServeHTTP(rw, r)
	}))
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
	value any
	until time.Time
}

func newMemory(now func() time.Time) *memory { return &memory{now: now, stored: map[string]stored{}} }

func (c *memory) Get(key string) any {
	c.mu.Lock()
	defer c.mu.Unlock()
	k, ok := c.stored[key]
	if !ok || !c.now().Before(k.until) {
		return nil
	}
	return k.value
}

func (c *memory) Set(key string, val any, life time.Duration) error {
	if text, _ := val.(string); text == "" || life <= 0 {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stored[key] = stored{val, c.now().Add(life)}
	return nil
}

func (c *memory) IsExist(key string) bool { return c.Get(key) != nil }

func (c *memory) Delete(key string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.stored, key)
	c.gone++
	return nil
}

func (c *memory) deletions() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.gone
}

func (c *memory) GetContext(_ context.Context, key string) any { return c.Get(key) }

func (c *memory) SetContext(_ context.Context, key string, val any, life time.Duration) error {
	return c.Set(key, val, life)
}

func (c *memory) IsExistContext(_ context.Context, key string) bool { return c.IsExist(key) }

func (c *memory) DeleteContext(_ context.Context, key string) error { return c.Delete(key) }

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
	client, err := New(Config{AppID: appID, AppSecret: canary, Env: "release", Tokens: tokens})
	if err != nil {
		t.Fatal(err)
	}
	return &rig{client, appID, tokens, w}
}

func (r *rig) openID(name string) string { return sandbox.OpenID(r.appID, name) }

func (r *rig) message(name, text string) Message {
	return Message{To: r.openID(name), Template: template, Page: home, Values: map[string]string{"thing1": text}}
}

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"pugongying/cmd/internal/app"
	"pugongying/internal/testkit"

	"go.uber.org/goleak"
)

func TestReadySoonAfterExec(t *testing.T) {
	var first, again time.Duration = time.Hour, time.Hour
	for range 4 {
		dir := t.TempDir()
		s := start(t, dir)
		first = min(first, s.took)
		if status := s.stop(); status != 0 {
			t.Errorf("status %d: %s", status, s.log)
		}
		s = start(t, dir)
		again = min(again, s.took)
		s.kill()
	}
	t.Logf("from exec to /readyz 200 with shipped content, best of 4: first start %v, later starts %v", first, again)
	if first > 1500*time.Millisecond || again > 1500*time.Millisecond {
		t.Errorf("more than 1.5 s")
	}
}

func TestASecondServerOnOneFolderIsRefused(t *testing.T) {
	s := start(t, t.TempDir())
	out, status := execute(t, "serve", "--data", s.dir, "--listen", "127.0.0.1:0")
	if status != 1 || !strings.Contains(out, "这个 data 目录正被另一个 pugongying 使用") {
		t.Errorf("status %d: %s", status, out)
	}
	if status, body := s.get("/readyz"); status != 200 {
		t.Errorf("the first one: %d %s", status, body)
	}
	taken := strings.TrimPrefix(s.url, "http://")
	if out, status := execute(t, "serve", "--data", t.TempDir(), "--listen", taken); status != 1 || !strings.Contains(out, "已经被别的程序占用") {
		t.Errorf("status %d: %s", status, out)
	}
}

func TestHealthAndMetrics(t *testing.T) {
	s := start(t, t.TempDir())
	if status, body := s.get("/healthz"); status != 200 || body != "ok" {
		t.Errorf("/healthz: %d %s", status, body)
	}
	_, body := s.get("/readyz")
	if h := decodeJSON[app.Health](t, body); !h.Ready || len(h.Engines) != 3 {
		t.Errorf("/readyz: %s", body)
	}
	s.get("/api/v1/home")
	if status, body := s.get("/metrics"); status != 200 || !strings.Contains(body, `http_requests_total{method="GET",route="/api/v1/home",status="200"} 1`) || !strings.Contains(body, "go_goroutines") {
		t.Errorf("/metrics: %d", status)
	}
	for _, header := range []string{"X-Forwarded-For", "Forwarded"} {
		if status, body := s.get("/metrics", header, "203.0.113.9"); status != 404 || strings.Contains(body, "http_requests_total") {
			t.Errorf("/metrics through a proxy (%s): %d", header, status)
		}
	}
	if info, err := os.Stat(filepath.Join(s.dir, app.SocketName)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the operator's socket: %v %v", info, err)
	}
}

// slow is a request whose body is sent in two parts; the second is sent on demand.
type slow struct {
	conn net.Conn
	rest string
}

func (s *server) slow(path, body string) *slow {
	s.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		s.t.Fatal(err)
	}
	fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", path, len(body), body[:1])
	return &slow{conn, body[1:]}
}

func (s *slow) finish() (int, error) {
	if _, err := io.WriteString(s.conn, s.rest); err != nil {
		return 0, err
	}
	answer, err := http.ReadResponse(bufio.NewReader(s.conn), nil)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode, err
}

// TestAStopCutsNoRequest stops a server under load: requests under way are answered, clients of every kind see either an
// answer or a refused connection, /readyz says no meanwhile, and the status is 0.
func TestAStopCutsNoRequest(t *testing.T) {
	s := start(t, t.TempDir())
	under := []*slow{s.slow("/api/v1/me/daily", `{}`), s.slow("/api/v1/sessions", `{"provider":"guest"}`)}
	time.Sleep(200 * time.Millisecond)
	load := &load{url: s.url}
	load.run(6)
	time.Sleep(300 * time.Millisecond)
	if err := s.process.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	unready := s.awaitUnready()
	for _, u := range under {
		if status, err := u.finish(); status != 201 || err != nil {
			t.Errorf("a request under way: %d %v", status, err)
		}
	}
	load.group.Wait()
	if status := s.exit(); status != 0 {
		t.Errorf("status %d: %s", status, s.log)
	}
	if !unready {
		t.Error("/readyz never said no")
	}
	if len(load.cut) > 0 || load.done.Load() == 0 || load.refused.Load() == 0 {
		t.Errorf("cut: %v", load.cut)
	}
	testkit.Score(t, "requests cut while the server stops under load", fmt.Sprintf("%d of %d", len(load.cut), load.done.Load()), !t.Failed(),
		"a kill in its place cuts requests (TestACutWouldBeSeen)")
	t.Logf("stopped under load: %d requests answered, 2 slow ones finished after SIGTERM, %d cut, %d clients then refused a connection; exit status 0", load.done.Load(), len(load.cut), load.refused.Load())
}

func (s *server) awaitUnready() bool {
	for range 100 {
		if status, _ := s.get("/readyz"); status == http.StatusServiceUnavailable {
			return true
		}
		time.Sleep(2 * time.Millisecond)
	}
	return false
}

// load is clients that read and write until they can connect no more.
type load struct {
	url     string
	group   sync.WaitGroup
	done    atomic.Int64
	refused atomic.Int64
	mu      sync.Mutex
	cut     []string
}

func (l *load) run(clients int) {
	for i := range clients {
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: i%2 == 0}, Timeout: 20 * time.Second}
		l.group.Go(func() {
			defer client.CloseIdleConnections()
			for l.one(client, i) {
			}
		})
	}
}

func (l *load) one(client *http.Client, i int) bool {
	method, path, body := "GET", "/api/v1/explainers", ""
	if i < 3 {
		method, path, body = "POST", "/api/v1/me/daily", "{}"
	}
	status, _, err := request(client, method, l.url+path, body)
	switch {
	case err == nil && status < 300:
		l.done.Add(1)
		return true
	case errors.Is(err, syscall.ECONNREFUSED):
		l.refused.Add(1)
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut = append(l.cut, fmt.Sprintf("%s %s: %d %v", method, path, status, err))
	return false
}

// TestACutWouldBeSeen is the control of the test above: killing a server does cut requests.
func TestACutWouldBeSeen(t *testing.T) {
	s := start(t, t.TempDir())
	under := s.slow("/api/v1/me/daily", `{}`)
	load := &load{url: s.url}
	load.run(6)
	time.Sleep(200 * time.Millisecond)
	s.kill()
	load.group.Wait()
	if status, err := under.finish(); err == nil {
		t.Errorf("a request under way when the server was killed: %d", status)
	}
	if len(load.cut) == 0 {
		t.Error("no request was cut by a kill: the test of the stop shows nothing")
	}
}

// TestNothingIsLeftRunning opens, serves and closes the whole server in this process.
func TestNothingIsLeftRunning(t *testing.T) {
	before := goleak.IgnoreCurrent()
	ctx, stop := context.WithCancel(t.Context())
	var log lines
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, invocation{args: []string{"serve", "--data", t.TempDir(), "--listen", "127.0.0.1:0"}, out: &log, err: &log})
	}()
	url := ""
	for range 3000 {
		if m := readyLine.FindStringSubmatch(log.String()); m != nil {
			url = "http://" + m[1]
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	client := &http.Client{Transport: &http.Transport{}}
	for _, path := range []string{"/api/v1/home", "/readyz", "/docs"} {
		if status, _, err := request(client, "GET", url+path, ""); status != 200 || err != nil {
			t.Errorf("%s: %d %v", path, status, err)
		}
	}
	if status, _, _ := request(client, "POST", url+"/api/v1/sessions", `{"provider":"wechat","code":"sandbox-leaver"}`); status != 201 {
		t.Errorf("signing in: %d", status)
	}
	client.CloseIdleConnections()
	if goleak.Find(before) == nil {
		t.Error("negative control: a running server has no goroutines")
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("%v: %s", err, log.String())
	}
	// The embedded media store's fasthttp sleeps ten seconds at a time before it sees that it was stopped.
	goleak.VerifyNone(t, before, goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*workerPool).Start.func2"))
	testkit.Score(t, "goroutine leaks", "0 after a whole server", !t.Failed(), "while it runs goleak finds its goroutines")
}

// TestEveryRouteOfTheServerIsKnown lists the routes of the public HTTP handler besides the API's operations.
func TestEveryRouteOfTheServerIsKnown(t *testing.T) {
	s := start(t, t.TempDir())
	_, text := s.get("/openapi.json")
	doc := decodeJSON[struct{ Paths map[string]map[string]any }](t, text)
	for path := range doc.Paths {
		if !strings.HasPrefix(path, "/api/v1/") {
			t.Errorf("%s is an operation outside of /api/v1", path)
		}
	}
	var outside []string
	for _, path := range []string{"/healthz", "/readyz", "/metrics", "/openapi.json", "/docs", "/sandbox", "/wechat/push", "/", "/debug/pprof/", "/api/v1", "/api/v1/", "/console", "/.env", "/lock"} {
		if status, _ := s.get(path, "Accept", "application/json"); status != 404 {
			outside = append(outside, path)
		}
	}
	if want := []string{"/healthz", "/readyz", "/metrics", "/openapi.json", "/docs", "/sandbox", "/wechat/push", "/", "/console"}; !slices.Equal(outside, want) {
		t.Errorf("outside of the API: %v", outside)
	}
}

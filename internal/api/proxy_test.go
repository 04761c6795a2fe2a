package api

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// proxied is the API behind nginx with configs/nginx.conf, except TLS and fixed addresses.
type proxied struct {
	*rig
	url    string
	origin *httptest.Server
}

func behindNginx(t *testing.T) proxied {
	t.Helper()
	program, err := exec.LookPath("nginx")
	if err != nil {
		program, err = exec.LookPath("/usr/sbin/nginx")
	}
	if err != nil {
		if strings.Contains(os.Getenv("PGY_REQUIRE"), "nginx") {
			t.Fatal("NOT RUN: nginx, which PGY_REQUIRE asks for")
		}
		t.Skip("NOT RUN: no nginx (.ci/tools nginx)")
	}
	p := proxied{rig: newRig(t)}
	p.clock.Set(time.Now()) // deadlines of real connections are real
	p.redis.SetTime(p.clock.Now())
	p.origin = httptest.NewServer(p.web)
	t.Cleanup(p.origin.Close)
	dir := t.TempDir()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	p.must(err)
	address := l.Addr().String()
	p.must(l.Close())
	conf := string(need(os.ReadFile("../../configs/nginx.conf"))(t))
	for _, change := range [][2]string{
		{`listen 80;\n    server_name _;`, "listen " + address + ";\n    server_name unused;"}, {`listen 443 ssl http2;`, "listen " + address + " default_server;"},
		{`\n +ssl_[^\n]+`, ""}, {`server 127.0.0.1:8080;`, "server " + p.origin.Listener.Addr().String() + ";"},
		{`/dev/shm/pugongying`, dir + "/cache"}, {`/var/log/nginx`, dir},
	} {
		changed := regexp.MustCompile(change[0]).ReplaceAllString(conf, change[1])
		if changed == conf {
			t.Fatalf("nginx.conf has no %s any more", change[0])
		}
		conf = changed
	}
	whole := fmt.Sprintf("daemon off;\nmaster_process off;\npid %[1]s/pid;\nerror_log %[1]s/error.log alert;\nevents {}\nhttp {\n", dir)
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		whole += fmt.Sprintf("%s_temp_path %s/%s;\n", kind, dir, kind)
	}
	p.must(os.WriteFile(filepath.Join(dir, "nginx.conf"), []byte(whole+conf+"}\n"), 0o600))
	nginx := exec.Command(program, "-p", dir, "-c", filepath.Join(dir, "nginx.conf"))
	nginx.Stderr = os.Stderr
	p.must(nginx.Start())
	t.Cleanup(func() { _ = nginx.Process.Kill(); _ = nginx.Wait() })
	p.url = "http://" + address
	for range 200 {
		if c, err := net.Dial("tcp", address); err == nil {
			c.Close()
			return p
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("nginx does not listen")
	return p
}

// ask sends one request through nginx; headers are pairs.
func (p proxied) ask(method, path string, headers ...string) (*http.Response, string) {
	p.t.Helper()
	req := need(http.NewRequest(method, p.url+path, nil))(p.t)
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	client := &http.Client{Transport: &http.Transport{DisableCompression: true, DisableKeepAlives: true}}
	answer := need(client.Do(req))(p.t)
	defer answer.Body.Close()
	return answer, string(need(io.ReadAll(answer.Body))(p.t))
}

// asked is how many requests reached the server itself.
func (p proxied) asked(do func()) int {
	count := func() (n int) {
		for _, line := range strings.Split(p.scrape(), "\n") {
			var value int
			if at := strings.LastIndex(line, " "); strings.HasPrefix(line, "http_requests_total{") || strings.HasPrefix(line, "http_kept_total{") {
				fmt.Sscan(line[at+1:], &value)
			}
			n += value
		}
		return n
	}
	before := count()
	do()
	return count() - before
}

// TestTheProxyAnswersPublishedReadsAndNothingElse: what is the same for everybody reaches the server once in five seconds,
// everything else each time.
func TestTheProxyAnswersPublishedReadsAndNothingElse(t *testing.T) {
	p := behindNginx(t)
	one, other := p.guest(), p.guest()
	bearer := func(w who) []string { return []string{"Authorization", "Bearer " + w.Token} }
	for name, tt := range map[string]struct {
		method, path string
		headers      []string
		status       int
		reaches      int // of three requests
	}{
		"a published read":          {"GET", "/api/v1/home", nil, 200, 1},
		"another question":          {"GET", "/api/v1/laws?limit=1", nil, 200, 1},
		"compressed":                {"GET", "/api/v1/explainers", []string{"Accept-Encoding", "gzip"}, 200, 1},
		"with a session":            {"GET", "/api/v1/quizzes", bearer(one), 200, 3},
		"with one that has ended":   {"GET", "/api/v1/home", []string{"Authorization", "Bearer gone"}, 401, 3},
		"a personal answer":         {"GET", "/api/v1/me", bearer(one), 200, 3},
		"the same of somebody else": {"GET", "/api/v1/me", bearer(other), 200, 3},
		"and of nobody":             {"GET", "/api/v1/me", nil, 401, 3},
		"what is not there":         {"GET", "/api/v1/explainers/nothing", nil, 404, 3},
		"a search":                  {"GET", "/api/v1/search?q=23", nil, 200, 3},
		"the headers alone":         {"HEAD", "/api/v1/home", nil, 200, 1},
		"a recording":               {"GET", "/api/v1/media/audio/walk.mp3", []string{"Range", "bytes=4-4"}, 206, 3},
	} {
		bodies := map[string]bool{}
		n := p.asked(func() {
			for range 3 {
				answer, body := p.ask(tt.method, tt.path, tt.headers...)
				if answer.StatusCode != tt.status || answer.Header.Get("Cache-Control") != "no-store" || answer.Header.Get("X-Accel-Expires") != "" || answer.Header.Get("Set-Cookie") != "" {
					t.Errorf("%s: %d %v", name, answer.StatusCode, answer.Header)
				}
				bodies[body] = true
			}
		})
		if n != tt.reaches || len(bodies) != 1 {
			t.Errorf("%s reached the server %d times of 3, want %d; %d different answers", name, n, tt.reaches, len(bodies))
		}
	}
	if _, body := p.ask("GET", "/api/v1/me", bearer(other)...); !strings.Contains(body, other.ID) || strings.Contains(body, one.ID) {
		t.Errorf("another's answer: %s", body)
	}
}

// TestTheProxyForgetsWithinFiveSeconds: a withdrawn page is gone from it within that time, and a client
// that has it cached is informed.
func TestTheProxyForgetsWithinFiveSeconds(t *testing.T) {
	p := behindNginx(t)
	first, _ := p.ask("GET", "/api/v1/home")
	if again, body := p.ask("GET", "/api/v1/home", "If-None-Match", first.Header.Get("Etag")); again.StatusCode != 304 || body != "" {
		t.Errorf("with its tag: %d", again.StatusCode)
	}
	began := time.Now()
	for p.asked(func() { p.ask("GET", "/api/v1/home") }) == 0 {
		if time.Since(began) > 8*time.Second {
			t.Fatal("the proxy answers in the server's place for more than eight seconds")
		}
		time.Sleep(100 * time.Millisecond)
	}
	if took := time.Since(began); took < 2*time.Second {
		t.Errorf("negative control: it forgot after %v", took)
	}
}

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"pugongying/internal/cache"
)

// built is the folder of the binary under test; TestMain removes it.
var built string

func TestMain(m *testing.M) {
	cache.Silence()
	dir, err := os.MkdirTemp("", "pugongying-test-")
	if err != nil {
		panic(err)
	}
	built = dir
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// binary builds the program once a test process.
var binary = sync.OnceValues(func() (string, error) {
	path := filepath.Join(built, "pugongying")
	out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

// lines is what a process wrote.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// server is a running binary.
type server struct {
	t       testing.TB
	process *exec.Cmd
	dir     string
	url     string
	log     *lines
	took    time.Duration // from exec to the first /readyz that said yes
}

var readyLine = regexp.MustCompile(`(?:msg=ready address=|"msg":"ready","address":")([0-9.:]+)`)

// start runs the binary on a data folder and returns once it is ready.
func start(t testing.TB, dir string, environ ...string) *server {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	s := &server{t: t, dir: dir, log: &lines{}}
	s.process = exec.Command(path, "serve", "--data", dir, "--listen", "127.0.0.1:0")
	s.process.Env = append(os.Environ(), append([]string{"PGY_LIMITS_ENABLED=false"}, environ...)...)
	s.process.Stderr = s.log
	begun := time.Now()
	if err := s.process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if s.process.ProcessState == nil {
			s.kill()
		}
	})
	for deadline := begun.Add(30 * time.Second); ; time.Sleep(2 * time.Millisecond) {
		if m := readyLine.FindStringSubmatch(s.log.String()); m != nil {
			s.url = "http://" + m[1]
			if status, _ := s.get("/readyz"); status == http.StatusOK {
				s.took = time.Since(begun)
				return s
			}
		}
		if time.Now().After(deadline) {
			t.Fatalf("not ready: %s", s.log)
		}
	}
}

// kill ends the process as a power cut would.
func (s *server) kill() {
	_ = s.process.Process.Kill()
	_ = s.process.Wait()
}

// stop asks the process to end and gives its exit status.
func (s *server) stop() int {
	s.t.Helper()
	if err := s.process.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Fatal(err)
	}
	return s.exit()
}

func (s *server) exit() int {
	done := make(chan struct{})
	go func() { _ = s.process.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(30 * time.Second):
		s.t.Fatal("did not stop")
	}
	return s.process.ProcessState.ExitCode()
}

func (s *server) get(path string, headers ...string) (int, string) {
	status, body, err := request(http.DefaultClient, "GET", s.url+path, "", headers...)
	if err != nil {
		return 0, err.Error()
	}
	return status, body
}

// request makes one request; headers are pairs.
func request(client *http.Client, method, url, body string, headers ...string) (int, string, error) {
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	answer, err := client.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(text), err
}

// call runs a command of the binary in this process.
func call(t testing.TB, args ...string) (out string, err error) {
	t.Helper()
	var both lines
	err = run(t.Context(), invocation{args: args, environ: []string{}, out: &both, err: &both})
	return both.String(), err
}

// execute runs the binary itself.
func execute(t testing.TB, args ...string) (out string, status int) {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(path, args...)
	command.Dir = t.TempDir()
	command.Env = []string{"HOME=" + command.Dir}
	text, _ := command.CombinedOutput()
	return string(text), command.ProcessState.ExitCode()
}

func decodeJSON[T any](t testing.TB, text string) T {
	t.Helper()
	var v T
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

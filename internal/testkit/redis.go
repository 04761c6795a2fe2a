package testkit

import (
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// RedisServer is a Redis a test may fill and, where the test started it, flush and kill.
type RedisServer struct {
	URL       string // redis://host:port
	Address   string // host:port; empty for a server that REDIS_URL names
	arguments []string
	process   *exec.Cmd
}

// Redis returns the server that REDIS_URL names (without a password), or starts one as OwnRedis does.
func Redis(t testing.TB) *RedisServer {
	t.Helper()
	if address := os.Getenv("REDIS_URL"); address != "" {
		return &RedisServer{URL: address}
	}
	return OwnRedis(t)
}

// OwnRedis starts a redis-server on a free loopback port, with more arguments if given (a configuration file must come
// first). It stores nothing on disk and ends with the test. Without the program the row is NOT RUN, which fails when
// PGY_REQUIRE contains redis.
func OwnRedis(t testing.TB, arguments ...string) *RedisServer {
	t.Helper()
	port := freePort(t)
	server := &RedisServer{
		URL: "redis://127.0.0.1:" + port, Address: "127.0.0.1:" + port,
		arguments: append(arguments, "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"),
	}
	server.Start(t)
	return server
}

// Start runs the server again after Kill, empty, and returns once it listens.
func (r *RedisServer) Start(t testing.TB) {
	t.Helper()
	program, err := exec.LookPath("redis-server")
	if err != nil {
		engineMissing(t, "redis", "no redis-server on PATH")
	}
	r.process = exec.Command(program, r.arguments...)
	r.process.Dir = t.TempDir()
	if err := r.process.Start(); err != nil {
		t.Fatalf("start redis-server: %v", err)
	}
	t.Cleanup(func() { r.Kill() })
	waitForPort(t, r.Address)
}

// Kill ends the server at once, as a crash would.
func (r *RedisServer) Kill() { endProcess(r.process) }

// endProcess kills and waits; an ended one is left as it is.
func endProcess(process *exec.Cmd) {
	if process.ProcessState == nil {
		_ = process.Process.Kill()
		_ = process.Wait() // the error only says that it was killed
	}
}

// engineMissing skips a row that cannot run here; where PGY_REQUIRE names the engine, that is a failure.
func engineMissing(t testing.TB, engine, why string) {
	t.Helper()
	for required := range strings.SplitSeq(os.Getenv("PGY_REQUIRE"), ",") {
		if strings.TrimSpace(required) == engine {
			t.Fatalf("NOT RUN: %s, which PGY_REQUIRE asks for: %s", engine, why)
		}
	}
	t.Skipf("NOT RUN: %s: %s", engine, why)
}

func freePort(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func waitForPort(t testing.TB, address string) {
	t.Helper()
	for range 500 {
		connection, err := net.DialTimeout("tcp", address, 100*time.Millisecond)
		if err == nil {
			_ = connection.Close()
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("nothing listens on %s after 10 s", address)
}

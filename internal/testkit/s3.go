package testkit

import (
	"crypto/rand"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// S3Server is an S3 store a test may fill and, where the test started it, kill.
type S3Server struct {
	Endpoint  string // http://host:port
	AccessKey string
	SecretKey string
	Own       bool // started by the test: may be killed
	program   string
	folder    string
	address   string
	console   string
	process   *exec.Cmd
}

// S3 returns the store that S3_ENDPOINT, S3_ACCESS_KEY and S3_SECRET_KEY name, or starts a MinIO as OwnS3 does.
func S3(t testing.TB) *S3Server {
	t.Helper()
	if endpoint := os.Getenv("S3_ENDPOINT"); endpoint != "" {
		return &S3Server{Endpoint: endpoint, AccessKey: os.Getenv("S3_ACCESS_KEY"), SecretKey: os.Getenv("S3_SECRET_KEY")}
	}
	return OwnS3(t)
}

// OwnS3 starts a MinIO on a free loopback port and a folder of its own; it ends with the test. The program is the one
// PGY_MINIO names, or minio on PATH, or the one make conformance built. Without it the row is NOT RUN, which fails when
// PGY_REQUIRE contains s3.
func OwnS3(t testing.TB) *S3Server {
	t.Helper()
	program, err := minioProgram()
	if err != nil {
		engineMissing(t, "s3", "neither S3_ENDPOINT nor a minio (PGY_MINIO, PATH, make conformance)")
	}
	server := &S3Server{
		AccessKey: "test-" + rand.Text()[:8], SecretKey: rand.Text(), Own: true, program: program, folder: t.TempDir(),
		address: "127.0.0.1:" + freePort(t), console: "127.0.0.1:" + freePort(t),
	}
	server.Endpoint = "http://" + server.address
	server.Start(t)
	return server
}

// Start runs the server again after Kill, on the same folder, and returns once it serves.
func (s *S3Server) Start(t testing.TB) {
	t.Helper()
	s.process = exec.Command(s.program, "server", "--quiet", "--address", s.address, "--console-address", s.console, s.folder)
	s.process.Env = append(os.Environ(), "MINIO_ROOT_USER="+s.AccessKey, "MINIO_ROOT_PASSWORD="+s.SecretKey,
		"MINIO_BROWSER=off", "MINIO_UPDATE=off", "HOME="+s.folder)
	if err := s.process.Start(); err != nil {
		t.Fatalf("start minio: %v", err)
	}
	t.Cleanup(s.Kill)
	for range 500 {
		answer, err := http.Get(s.Endpoint + "/")
		if err == nil {
			_ = answer.Body.Close()
			if answer.StatusCode == http.StatusForbidden { // unsigned, so refused; until it serves it says 503
				http.DefaultClient.CloseIdleConnections()
				return
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("minio at %s is not ready after 10 s", s.Endpoint)
}

// Kill ends the server at once, as a crash would.
func (s *S3Server) Kill() { endProcess(s.process) }

func minioProgram() (string, error) {
	if named := os.Getenv("PGY_MINIO"); named != "" {
		return named, nil
	}
	if found, err := exec.LookPath("minio"); err == nil {
		return found, nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", err
	}
	built := filepath.Join(home, ".cache", "pugongying", "bin", "minio")
	if _, err := os.Stat(built); err != nil {
		return "", errors.New("no minio")
	}
	return built, nil
}

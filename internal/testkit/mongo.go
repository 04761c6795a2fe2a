package testkit

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pugongying/internal/store/mongo"
)

const (
	serverWait  = 40 * time.Second
	serverPause = 100 * time.Millisecond
)

// errNoMongo says that nothing here speaks MongoDB's protocol.
var errNoMongo = errors.New("no MONGODB_URI, no mongod on PATH, no SecantusDB (make conformance installs it)")

// server is the one MongoDB of this test process: MONGODB_URI, else mongod from PATH, else SecantusDB.
var server = sync.OnceValues(func() (string, error) {
	if uri := os.Getenv("MONGODB_URI"); uri != "" {
		return uri, nil
	}
	if path, err := exec.LookPath("mongod"); err == nil {
		return startMongod(path)
	}
	if path := secantus(); path != "" {
		return startSecantus(path)
	}
	return "", errNoMongo
})

// printed makes every test process say once what it ran on.
var printed sync.Once

// MongoURI is the address of a MongoDB for this test process; where there is none the row is NOT RUN.
func MongoURI(t testing.TB) string {
	t.Helper()
	uri, err := server()
	if errors.Is(err, errNoMongo) {
		engineMissing(t, "mongo", err.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	return uri
}

// Mongo is an engine on a fresh database, dropped and closed at the end of the test.
func Mongo(t testing.TB) *mongo.Engine {
	t.Helper()
	return reopenMongo(t)()
}

// MongoDatabase is the name of a database of the test's own at MongoURI; it is dropped with the test.
func MongoDatabase(t testing.TB) string {
	t.Helper()
	uri, name := MongoURI(t), "pgy_test_"+strings.ToLower(rand.Text()[:12])
	t.Cleanup(func() {
		if err := drop(context.Background(), uri, name); err != nil {
			t.Error(err)
		}
	})
	return name
}

// reopenMongo returns a function that opens a fresh database, and at every further call closes it and opens it again. The
// database is dropped with the test.
func reopenMongo(t testing.TB) func() *mongo.Engine {
	t.Helper()
	uri, name := MongoURI(t), MongoDatabase(t)
	var e *mongo.Engine
	t.Cleanup(func() {
		if err := e.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return func() *mongo.Engine {
		t.Helper()
		if e != nil {
			if err := e.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		var err error
		if e, err = mongo.Open(t.Context(), mongo.Config{URI: uri, Database: name}); err != nil {
			t.Fatal(err)
		}
		printed.Do(func() { fmt.Println("mongo row: " + e.Describe()) })
		return e
	}
}

func drop(ctx context.Context, uri, name string) error {
	client, err := driver.Connect(options.Client().ApplyURI(uri))
	if err != nil {
		return err
	}
	return errors.Join(client.Database(name).Drop(ctx), client.Disconnect(ctx))
}

func secantus() string {
	path := os.Getenv("PGY_SECANTUS")
	if path == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		path = filepath.Join(home, ".cache", "pugongying", "secantus", "bin", "secantusd-py")
	}
	if _, err := exec.LookPath(path); err != nil {
		return ""
	}
	return path
}

func startSecantus(path string) (string, error) {
	port, err := loopbackPort()
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "pgy-mongo-")
	if err != nil {
		return "", err
	}
	err = launch(dir, path, "--host", "127.0.0.1", "--port", port, "--storage-path", filepath.Join(dir, "db"),
		"--sync-on-commit", "--log-level", "ERROR")
	if err != nil {
		return "", err
	}
	uri := "mongodb://127.0.0.1:" + port + "/?directConnection=true"
	return uri, await(uri, func(context.Context, *driver.Client) error { return nil })
}

func startMongod(path string) (string, error) {
	port, err := loopbackPort()
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "pgy-mongo-")
	if err != nil {
		return "", err
	}
	err = launch(dir, path, "--bind_ip", "127.0.0.1", "--port", port, "--dbpath", dir, "--replSet", "test",
		"--setParameter", "ttlMonitorSleepSecs=1")
	if err != nil {
		return "", err
	}
	uri := "mongodb://127.0.0.1:" + port + "/?directConnection=true"
	return uri, await(uri, initiate("127.0.0.1:"+port))
}

// watch runs a server until its own standard input ends, which is when the test process has ended, however it ended.
const watch = `dir=$1; shift
"$@" >"$dir/log" 2>&1 </dev/null &
pid=$!
cat >/dev/null
kill "$pid"; wait "$pid"; rm -rf "$dir"`

// launch starts a server that ends with this process, and whose folder is then removed; a test process has no final hook
// to do so.
func launch(dir string, command ...string) error {
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	cmd := exec.Command("/bin/sh", append([]string{"-c", watch, "sh", dir}, command...)...)
	cmd.Stdin = r
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a signal to the test's group must not end the one that cleans up
	if err := cmd.Start(); err != nil {
		return err
	}
	pipeEnds = append(pipeEnds, w)
	return r.Close()
}

// pipeEnds are the ends of the pipes whose closing stops a server; without this list the garbage collector would close
// one.
var pipeEnds []*os.File

// await waits until the server is a primary.
func await(uri string, prepare func(context.Context, *driver.Client) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), serverWait)
	defer cancel()
	client, err := driver.Connect(options.Client().ApplyURI(uri).SetServerSelectionTimeout(time.Second))
	if err != nil {
		return err
	}
	defer func() { _ = client.Disconnect(context.Background()) }()
	for {
		if err = client.Ping(ctx, nil); err == nil {
			if err = prepare(ctx, client); err == nil && primary(ctx, client) {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the test MongoDB did not start: %w", errors.Join(err, ctx.Err()))
		case <-time.After(serverPause):
		}
	}
}

func primary(ctx context.Context, client *driver.Client) bool {
	hello, err := client.Database("admin").RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Raw()
	if err != nil {
		return false
	}
	is, ok := hello.Lookup("isWritablePrimary").BooleanOK()
	return ok && is
}

func loopbackPort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer func() { _ = l.Close() }()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}

// PruneTTL makes SecantusDB look for expired documents now, as MongoDB does once a minute; a real one does not know the
// command.
func PruneTTL(t testing.TB) {
	t.Helper()
	client, err := driver.Connect(options.Client().ApplyURI(MongoURI(t)))
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Database("admin").RunCommand(t.Context(), bson.D{{Key: "secantusAdmin.pruneTtl", Value: 1}}).Err(); err != nil {
		t.Logf("left to the server's own look: %v", err)
	}
	if err := client.Disconnect(t.Context()); err != nil {
		t.Error(err)
	}
}

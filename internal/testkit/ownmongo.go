package testkit

import (
	"context"
	"crypto/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// MongoServer is a MongoDB of one test's own, which it may kill. A server that MONGODB_URI names must not be killed and
// does not count here.
type MongoServer struct {
	URI       string
	Address   string // host:port
	arguments []string
	prepare   func(context.Context, *driver.Client) error
	process   *exec.Cmd
}

// OwnMongo starts a server on a folder; it ends with the test. Without a program to start the row is NOT RUN.
func OwnMongo(t testing.TB, dir string) *MongoServer {
	t.Helper()
	port := freePort(t)
	s := &MongoServer{URI: "mongodb://127.0.0.1:" + port + "/?directConnection=true", Address: "127.0.0.1:" + port}
	s.prepare = func(context.Context, *driver.Client) error { return nil }
	if path, err := exec.LookPath("mongod"); err == nil {
		s.arguments = []string{path, "--bind_ip", "127.0.0.1", "--port", port, "--dbpath", dir, "--replSet", "test"}
		s.prepare = initiate("127.0.0.1:" + port)
	} else if path := secantus(); path != "" {
		s.arguments = []string{path, "--host", "127.0.0.1", "--port", port, "--storage-path", filepath.Join(dir, "db"),
			"--sync-on-commit", "--log-level", "ERROR"}
	} else {
		engineMissing(t, "mongo", "no mongod on PATH and no SecantusDB to start and kill")
	}
	s.Start(t)
	t.Cleanup(func() { s.Kill() })
	return s
}

// Start runs the server again on its folder and returns once it is a primary.
func (s *MongoServer) Start(t testing.TB) {
	t.Helper()
	s.process = exec.Command(s.arguments[0], s.arguments[1:]...)
	if err := s.process.Start(); err != nil {
		t.Fatal(err)
	}
	if err := await(s.URI, s.prepare); err != nil {
		t.Fatal(err)
	}
}

// RequireAccounts makes users and roles by commands on their databases, starts the server again with authentication and
// makes URI the first user's. The first user is root, in admin.
func (s *MongoServer) RequireAccounts(t testing.TB, password string, accounts map[string][]bson.D) {
	t.Helper()
	client, err := driver.Connect(options.Client().ApplyURI(s.URI))
	if err != nil {
		t.Fatal(err)
	}
	root := bson.D{{Key: "createUser", Value: "root"}, {Key: "pwd", Value: password}, {Key: "roles", Value: bson.A{"root"}}}
	if err := client.Database("admin").RunCommand(t.Context(), root).Err(); err != nil {
		t.Fatal(err)
	}
	for database, commands := range accounts {
		for _, command := range commands {
			if err := client.Database(database).RunCommand(t.Context(), command).Err(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := client.Disconnect(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.Kill()
	s.URI = s.As("root", password, "admin")
	if strings.Contains(s.arguments[0], "mongod") {
		key := filepath.Join(t.TempDir(), "keyfile")
		if err := os.WriteFile(key, []byte(rand.Text()), 0o600); err != nil {
			t.Fatal(err)
		}
		s.arguments = append(s.arguments, "--keyFile", key)
	} else {
		s.arguments = append(s.arguments, "--auth")
	}
	s.Start(t)
}

// As is the address for an account that a database knows.
func (s *MongoServer) As(user, password, database string) string {
	return "mongodb://" + user + ":" + password + "@" + s.Address + "/?directConnection=true&authSource=" + database
}

// Kill ends the server at once, as kill -9 does.
func (s *MongoServer) Kill() { endProcess(s.process) }

// initiate makes a mongod a replica set of one.
func initiate(address string) func(context.Context, *driver.Client) error {
	member := bson.D{{Key: "_id", Value: 0}, {Key: "host", Value: address}}
	config := bson.D{{Key: "_id", Value: "test"}, {Key: "members", Value: bson.A{member}}}
	return func(ctx context.Context, c *driver.Client) error {
		// Refused when it was initiated before; the test for a primary that follows is what counts.
		_ = c.Database("admin").RunCommand(ctx, bson.D{{Key: "replSetInitiate", Value: config}}).Err()
		return nil
	}
}

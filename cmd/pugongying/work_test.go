package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pugongying/internal/quiz"
	"pugongying/internal/store"
	"pugongying/internal/store/mongo"
	"pugongying/internal/testkit"
)

const accountsPassword = "of-the-test"

// workRole is the command of configs/mongodb-work.js.
func workRole(t *testing.T, database string) bson.D {
	t.Helper()
	text, err := os.ReadFile("../../configs/mongodb-work.js")
	if err != nil {
		t.Fatal(err)
	}
	privileges := bson.A{}
	for _, m := range regexp.MustCompile(`"collection": "(\w+)",\s*"actions": \[([^\]]*)\]`).FindAllStringSubmatch(string(text), -1) {
		privileges = append(privileges, bson.D{
			{Key: "resource", Value: bson.D{{Key: "db", Value: database}, {Key: "collection", Value: m[1]}}},
			{Key: "actions", Value: strings.Split(strings.ReplaceAll(m[2], `"`, ""), ", ")},
		})
	}
	if len(privileges) < 5 {
		t.Fatalf("%d privileges are read", len(privileges))
	}
	return bson.D{{Key: "createRole", Value: "pugongying_work"}, {Key: "privileges", Value: privileges}, {Key: "roles", Value: bson.A{}}}
}

// accounted is a MongoDB with the two accounts that configs describes, and an S3; settings writes a configuration for one
// of the accounts.
func accounted(t *testing.T) (server *testkit.MongoServer, settings func(account string) string) {
	t.Helper()
	const database = "pugongying"
	user := func(name string, role any) bson.D {
		return bson.D{{Key: "createUser", Value: name}, {Key: "pwd", Value: accountsPassword}, {Key: "roles", Value: bson.A{role}}}
	}
	server = testkit.OwnMongo(t, t.TempDir())
	server.RequireAccounts(t, accountsPassword, map[string][]bson.D{database: {
		workRole(t, database), user("pugongying_work", "pugongying_work"),
		user("pugongying", bson.D{{Key: "role", Value: "readWrite"}, {Key: "db", Value: database}}),
	}})
	s3, dir := testkit.OwnS3(t), t.TempDir()
	return server, func(account string) string {
		file := func(name, text string) string {
			path := filepath.Join(dir, name)
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			return path
		}
		return file(account+".yaml", fmt.Sprintf("env: development\ndata: %s\nmongo:\n  uri_file: %s\n  database: %s\ns3:\n  endpoint: %s\n  bucket: work-test\n  access_key_file: %s\n  secret_key_file: %s\n",
			filepath.Join(dir, account), file(account+".uri", server.As(account, accountsPassword, database)), database,
			s3.Endpoint, file("access", s3.AccessKey), file("secret", s3.SecretKey)))
	}
}

// process runs a command of the binary until its log says so, and gives a way to stop it.
func process(t *testing.T, until string, args ...string) (stop func()) {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	log := &lines{}
	command := exec.Command(path, args...)
	command.Stderr, command.Stdout = log, log
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = command.Process.Kill() })
	for began := time.Now(); !strings.Contains(log.String(), until); time.Sleep(20 * time.Millisecond) {
		if time.Since(began) > 60*time.Second {
			t.Fatalf("%v never says %q: %s", args, until, log)
		}
	}
	return func() {
		t.Helper()
		if err := command.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if err := command.Wait(); err != nil {
			t.Errorf("%v: %v: %s", args, err, log)
		}
	}
}

// TestWorkIsDoneByAProcessWithAnAccountOfItsOwn runs serve and work as processes over MongoDB's protocol and S3, each with
// the account that configs gives it: serve makes the collections, work files what waits and may do nothing else.
func TestWorkIsDoneByAProcessWithAnAccountOfItsOwn(t *testing.T) {
	server, settings := accounted(t)
	process(t, "msg=ready", "serve", "--config", settings("pugongying"), "--listen", "127.0.0.1:0")()

	engine, err := mongo.Open(t.Context(), mongo.Config{URI: server.URI, Database: "pugongying"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = engine.Close(context.Background()) })
	at, until := time.Now().UTC().Truncate(time.Millisecond), quiz.UntilFiled
	if _, err := store.NewQuiz(engine).Create(t.Context(), &quiz.Attempt{
		ID: "a", Owner: "m", Origin: quiz.FromDaily, State: quiz.Submitted, SubmittedAt: at, StartedAt: at, Line: "line", Pending: true, RemoveAt: &until, Rev: 1,
	}); err != nil {
		t.Fatal(err)
	}
	stop := process(t, "msg=working", "work", "--config", settings("pugongying_work"))
	counted := func() int64 {
		n, err := engine.Collection("ledger_totals").Count(t.Context(), bson.D{}, 0)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for began := time.Now(); counted() == 0; time.Sleep(50 * time.Millisecond) {
		if time.Since(began) > 60*time.Second {
			t.Fatal("the attempt was not counted")
		}
	}
	stop()
	refusedElsewhere(t, server, engine.Describe())
}

// perCollection are refusals that need a privilege to mean its collection. MongoDB's do; SecantusDB takes one on a
// collection for one on its whole database (actions it enforces), so there these rows are NOT RUN, and
// TestTheWorkersAccountIsEnoughForItsWork (cmd/internal/app) holds the role to its collections by itself.
var perCollection = []string{"reading a session", "reading a key", "writing an attempt", "changing a member"}

// refusedElsewhere tries what the worker's account may not do.
func refusedElsewhere(t *testing.T, server *testkit.MongoServer, engine string) {
	t.Helper()
	client, err := driver.Connect(options.Client().ApplyURI(server.As("pugongying_work", accountsPassword, "pugongying")))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Disconnect(context.Background()) })
	db, ctx, one := client.Database("pugongying"), t.Context(), bson.D{{Key: "_id", Value: "a"}}
	for name, try := range map[string]func() error{
		"reading a session":   func() error { return ignoreNone(db.Collection("sessions").FindOne(ctx, bson.D{}).Err()) },
		"reading a key":       func() error { return ignoreNone(db.Collection("keys").FindOne(ctx, bson.D{}).Err()) },
		"removing an attempt": func() error { _, err := db.Collection("attempts").DeleteOne(ctx, one); return err },
		"writing an attempt":  func() error { _, err := db.Collection("attempts").InsertOne(ctx, one); return err },
		"changing a member": func() error {
			_, err := db.Collection("members").UpdateOne(ctx, one, bson.D{{Key: "$set", Value: one}})
			return err
		},
		"dropping the ledger": func() error { return db.Collection("ledger_lines").Drop(ctx) },
		"another database": func() error {
			return ignoreNone(client.Database("admin").Collection("system.users").FindOne(ctx, bson.D{}).Err())
		},
		"making an index": func() error {
			_, err := db.Collection("attempts").Indexes().CreateOne(ctx, driver.IndexModel{Keys: one})
			return err
		},
		"making an account": func() error {
			return db.RunCommand(ctx, bson.D{{Key: "createUser", Value: "x"}, {Key: "pwd", Value: "x"}, {Key: "roles", Value: bson.A{}}}).Err()
		},
	} {
		err := try()
		if strings.HasPrefix(engine, "SecantusDB") && slices.Contains(perCollection, name) {
			t.Logf("NOT RUN: %s on %s, which does not tell collections apart (%v)", name, engine, err)
			continue
		}
		var said driver.CommandError
		var wrote driver.WriteException
		if code := 13; !errors.As(err, &said) || said.Code != int32(code) {
			if !errors.As(err, &wrote) || !wrote.HasErrorCode(code) {
				t.Errorf("%s: %v, want error 13 (Unauthorized)", name, err)
			}
		}
	}
	// The control: what it may do is not refused.
	if err := ignoreNone(db.Collection("attempts").FindOne(ctx, one).Err()); err != nil {
		t.Errorf("reading an attempt: %v", err)
	}
}

func ignoreNone(err error) error {
	if errors.Is(err, driver.ErrNoDocuments) {
		return nil
	}
	return err
}

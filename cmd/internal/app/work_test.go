package app

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/config"
	"pugongying/internal/jobs"
	"pugongying/internal/quiz"
	"pugongying/internal/store"
	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
)

func TestWorkRefusesWhatOtherMachinesCannotShare(t *testing.T) {
	withMongo, withS3 := config.Default(), config.Default()
	withMongo.Mongo.URI = "mongodb://127.0.0.1:1"
	withS3.S3.Endpoint = "http://127.0.0.1:1"
	both := withMongo
	both.S3 = withS3.S3
	for name, c := range map[string]struct {
		config config.Config
		kinds  []string
		want   string
	}{
		"embedded documents": {withS3, nil, "mongo.uri_file"},
		"embedded media":     {withMongo, nil, "s3.endpoint"},
		"a kind with a key":  {both, []string{"attempts", "wechat"}, "根密钥"},
	} {
		err := Work(t.Context(), c.config, slog.New(slog.DiscardHandler), c.kinds)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// guarded is an engine that allows only what a role of MongoDB grants, and records what was refused.
type guarded struct {
	document.Engine
	allowed map[string][]string // actions by collection
	mu      sync.Mutex
	refused []string
}

var errNotGranted = errors.New("not granted")

func (g *guarded) Collection(name string) document.Collection {
	return &guardedCollection{Collection: g.Engine.Collection(name), guard: g, name: name}
}

func (g *guarded) may(collection, action string) error {
	if slices.Contains(g.allowed[collection], action) {
		return nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.refused = append(g.refused, action+" on "+collection)
	return errNotGranted
}

type guardedCollection struct {
	document.Collection
	guard *guarded
	name  string
}

func (c *guardedCollection) Insert(ctx context.Context, docs ...any) error {
	if err := c.guard.may(c.name, "insert"); err != nil {
		return err
	}
	return c.Collection.Insert(ctx, docs...)
}

func (c *guardedCollection) Find(ctx context.Context, q document.Query, each func(bson.Raw) error) error {
	if err := c.guard.may(c.name, "find"); err != nil {
		return err
	}
	return c.Collection.Find(ctx, q, each)
}

func (c *guardedCollection) Count(ctx context.Context, f bson.D, limit int) (int64, error) {
	if err := c.guard.may(c.name, "find"); err != nil {
		return 0, err
	}
	return c.Collection.Count(ctx, f, limit)
}

func (c *guardedCollection) Update(ctx context.Context, f, u bson.D) (bool, error) {
	if err := c.guard.may(c.name, "update"); err != nil {
		return false, err
	}
	return c.Collection.Update(ctx, f, u)
}

func (c *guardedCollection) UpdateAll(ctx context.Context, f, u bson.D) (int64, error) {
	if err := c.guard.may(c.name, "update"); err != nil {
		return 0, err
	}
	return c.Collection.UpdateAll(ctx, f, u)
}

func (c *guardedCollection) Replace(ctx context.Context, id string, rev int64, doc any) error {
	if err := c.guard.may(c.name, "update"); err != nil {
		return err
	}
	return c.Collection.Replace(ctx, id, rev, doc)
}

func (c *guardedCollection) Delete(ctx context.Context, f bson.D) (int64, error) {
	if err := c.guard.may(c.name, "remove"); err != nil {
		return 0, err
	}
	return c.Collection.Delete(ctx, f)
}

// granted reads the role that configs documents.
func granted(t *testing.T) map[string][]string {
	t.Helper()
	text, err := os.ReadFile("../../../configs/mongodb-work.js")
	if err != nil {
		t.Fatal(err)
	}
	allowed := map[string][]string{}
	for _, m := range regexp.MustCompile(`"collection": "(\w+)",\s*"actions": \[([^\]]*)\]`).FindAllStringSubmatch(string(text), -1) {
		allowed[m[1]] = strings.Split(strings.ReplaceAll(m[2], `"`, ""), ", ")
	}
	return allowed
}

// TestTheWorkersAccountIsEnoughForItsWork does the work of every kind with no more rights than the role grants. Without
// any one of the grants the work stops, so none is superfluous.
func TestTheWorkersAccountIsEnoughForItsWork(t *testing.T) {
	all := granted(t)
	if len(all) != 6 {
		t.Fatalf("the role grants %v", all)
	}
	if refused, lines := workUnder(t, all); len(refused) > 0 || lines != 1 {
		t.Errorf("refused %v, %d lines counted", refused, lines)
	}
	for collection, actions := range all {
		for _, action := range actions {
			less := map[string][]string{}
			for name, granted := range all {
				less[name] = granted
			}
			less[collection] = slices.DeleteFunc(slices.Clone(actions), func(a string) bool { return a == action })
			if refused, _ := workUnder(t, less); !slices.Contains(refused, action+" on "+collection) {
				t.Errorf("%s on %s is granted and not needed", action, collection)
			}
		}
	}
}

// workUnder files one member's attempt and counts its line with these grants.
func workUnder(t *testing.T, allowed map[string][]string) (refused []string, lines int) {
	t.Helper()
	engine := testkit.Embedded(t)
	if err := engine.Ensure(t.Context(), store.Declarations()); err != nil {
		t.Fatal(err)
	}
	a, at := New(config.Default(), slog.New(slog.DiscardHandler)), time.Now().UTC().Truncate(time.Millisecond)
	until := quiz.UntilFiled
	if _, err := store.NewQuiz(engine).Create(t.Context(), &quiz.Attempt{
		ID: "a", Owner: "m", Origin: quiz.FromDaily, State: quiz.Submitted, SubmittedAt: at, StartedAt: at, Line: "line", Pending: true, RemoveAt: &until, Rev: 1,
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := store.NewLedger(engine).Upgrade(t.Context()); err != nil { // serve has started once
		t.Fatal(err)
	}
	g := &guarded{Engine: engine, allowed: allowed}
	a.Documents = g
	_ = a.refuseHalfRestored(t.Context()) // a refusal is in g
	kinds, err := a.keylessJobs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	clock := testkit.NewClock()
	clock.Set(at)
	for range 2 { // the second round counts the line that the first one wrote
		_ = (&jobs.Worker{Kinds: kinds, Name: "w", Now: clock.Now, Log: slog.New(slog.DiscardHandler)}).Work(t.Context()) // refusals are in g
		clock.Advance(time.Minute)
	}
	total := 0
	err = engine.Collection("ledger_totals").Find(t.Context(), document.Query{}, func(raw bson.Raw) error {
		total += int(raw.Lookup("quantity").AsInt64())
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return g.refused, total
}

func TestDoctorNamesStuckWork(t *testing.T) {
	c := config.Default()
	c.Data = t.TempDir()
	engine, err := openDocuments(t.Context(), c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	stuck := bson.D{{Key: "_id", Value: "m"}, {Key: "job", Value: jobs.Due{At: time.Now(), Tries: 10, Stuck: true}}}
	if err := errors.Join(engine.Ensure(t.Context(), store.Declarations()), engine.Collection("erasures").Insert(t.Context(), stuck), engine.Close(t.Context())); err != nil {
		t.Fatal(err)
	}
	named := func(findings []Finding) int {
		n := 0
		for _, f := range findings {
			if strings.Contains(f.What, "后台工作：erasures 里有 1 项") && f.Warning {
				n++
			}
		}
		return n
	}
	if n := named(Examine(t.Context(), c)); n != 1 {
		t.Errorf("named %d times", n)
	}
	c.Data = t.TempDir()
	if n := named(Examine(t.Context(), c)); n != 0 {
		t.Errorf("named %d times where nothing is stuck", n)
	}
}

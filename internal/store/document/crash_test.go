package document_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/store/bolt"
	"pugongying/internal/store/document"
	"pugongying/internal/store/mongo"
	"pugongying/internal/testkit"
)

const (
	crashDir    = "PGY_TEST_CRASH_DIR"
	crashEarly  = "PGY_TEST_CRASH_EARLY" // the variant that acknowledges before it commits
	crashChild  = "TestCrashChild"
	loadWriters = 32
)

// acks is what was acknowledged: the highest revision of every document.
type acks struct {
	mu   sync.Mutex
	revs map[string]int64
}

func (a *acks) add(id string, rev int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.revs == nil {
		a.revs = map[string]int64{}
	}
	a.revs[id] = max(a.revs[id], rev)
}

// load inserts documents and replaces one at its revision, in every writer, until something fails; each acknowledged
// write is reported. A new load takes new ids.
func load32(ctx context.Context, c document.Collection, round int, report func(id string, rev int64)) error {
	var wg sync.WaitGroup
	failures := make(chan error, loadWriters)
	for w := range loadWriters {
		wg.Go(func() { failures <- loadOne(ctx, c, fmt.Sprintf("%d-%d", round, w), report) })
	}
	wg.Wait()
	return <-failures
}

func loadOne(ctx context.Context, c document.Collection, name string, report func(id string, rev int64)) error {
	counter := name + "-counter"
	if err := c.Insert(ctx, item{ID: counter}); err != nil {
		return err
	}
	for n := int64(0); ; n++ {
		id := fmt.Sprint(name, "-", n)
		if err := c.Insert(ctx, item{ID: id, Owner: id, Tags: []string{name, "load"}}); err != nil {
			return err
		}
		report(id, 0)
		if err := c.Replace(ctx, counter, n, item{ID: counter, Rev: n + 1, Owner: counter}); err != nil {
			return err
		}
		report(counter, n+1)
	}
}

// missing lists acknowledged writes that are not there, and says when an index and its documents disagree.
func missing(t *testing.T, c document.Collection, acked *acks) []string {
	t.Helper()
	have := map[string]int64{}
	err := c.Find(t.Context(), document.Query{}, func(raw bson.Raw) error {
		rev, _ := raw.Lookup("rev").AsInt64OK()
		have[raw.Lookup("_id").StringValue()] = rev
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	lost := []string{}
	for id, rev := range acked.revs {
		if there, ok := have[id]; !ok || there < rev {
			lost = append(lost, id)
		}
	}
	indexed, err := c.Count(t.Context(), d{e("owner", op("$gt", ""))}, 0)
	if err != nil {
		t.Fatal(err)
	}
	all, err := c.Count(t.Context(), d{e("owner", op("$exists", true))}, 0)
	if err != nil || indexed != all {
		t.Errorf("the index holds %d of %d documents, %v", indexed, all, err)
	}
	return lost
}

func crashIndexes() []document.Declaration {
	tags := document.Index{Name: "tags", Keys: asc("tags")}
	owner := document.Index{Name: "owner", Keys: asc("owner"), Unique: true, Partial: d{e("owner", op("$exists", true))}}
	return []document.Declaration{{Collection: "items", Indexes: []document.Index{owner, tags}}}
}

// TestCrashChild is the process that is killed; alone it does nothing.
func TestCrashChild(t *testing.T) {
	dir := os.Getenv(crashDir)
	if dir == "" {
		return
	}
	engine, err := bolt.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := engine.Ensure(t.Context(), crashIndexes()); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	tell := func(id string, rev int64) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Printf("ack %s %d\n", id, rev)
	}
	c := engine.Collection("items")
	if os.Getenv(crashEarly) != "" {
		c = early{c}
	}
	t.Fatal(load32(t.Context(), c, rand.IntN(1<<30), tell))
}

// early acknowledges a write while it is still on its way.
type early struct{ document.Collection }

func (c early) Insert(ctx context.Context, docs ...any) error {
	go func() { _ = c.Collection.Insert(ctx, docs...) }()
	return nil
}

func (c early) Replace(ctx context.Context, id string, rev int64, doc any) error {
	go func() { _ = c.Collection.Replace(ctx, id, rev, doc) }()
	return nil
}

// crash runs the child on dir, kills it under load and gathers what it had acknowledged.
func crash(t *testing.T, dir string, acked *acks, environment ...string) {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^"+crashChild+"$")
	child.Env = append(append(os.Environ(), crashDir+"="+dir), environment...)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var once sync.Once
	after := time.Duration(50+rand.IntN(300)) * time.Millisecond
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		var id string
		var rev int64
		if n, _ := fmt.Sscanf(lines.Text(), "ack %s %d", &id, &rev); n == 2 {
			acked.add(id, rev)
			once.Do(func() { time.AfterFunc(after, func() { _ = child.Process.Kill() }) })
		}
	}
	if err := child.Wait(); err == nil || child.ProcessState.Exited() {
		t.Fatalf("the child was not killed: %v", err)
	}
}

const killRow = "acknowledged writes lost by kill -9 of a document engine"

func TestKillLosesNoAcknowledgedWrite(t *testing.T) {
	t.Run("embedded", func(t *testing.T) {
		dir, acked := t.TempDir(), &acks{}
		for range 8 {
			crash(t, dir, acked)
			c := reopen(t, dir)
			if lost := missing(t, c.Collection("items"), acked); len(lost) > 0 {
				t.Fatalf("lost %d of %d acknowledged writes, as %s", len(lost), len(acked.revs), lost[0])
			}
			if err := c.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		t.Logf("8 kills, %d acknowledged documents, none lost", len(acked.revs))
		testkit.Score(t, killRow, fmt.Sprintf("embedded: 0 of %d in 8 kills", len(acked.revs)), true, "an engine that acknowledges early loses some")
	})
	t.Run("embedded that acknowledges early is caught", func(t *testing.T) {
		dir, acked := t.TempDir(), &acks{}
		crash(t, dir, acked, crashEarly+"=1")
		c := reopen(t, dir)
		defer func() { _ = c.Close(context.Background()) }()
		lost := missing(t, c.Collection("items"), acked)
		t.Logf("%d of %d lost", len(lost), len(acked.revs))
		if len(lost) == 0 {
			t.Error("writes acknowledged before their commit were not missed")
		}
	})
	t.Run("mongo", func(t *testing.T) {
		server, acked := testkit.OwnMongo(t, t.TempDir()), &acks{}
		engine := openMongo(t, server)
		if err := engine.Ensure(t.Context(), crashIndexes()); err != nil {
			t.Fatal(err)
		}
		c := engine.Collection("items")
		for round := range 2 {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Second, func() { server.Kill(); cancel() })
			if err := load32(ctx, c, round, acked.add); err == nil {
				t.Fatal("the load went on over a dead server")
			}
			cancel()
			server.Start(t)
			if lost := missing(t, c, acked); len(lost) > 0 {
				t.Fatalf("lost %d of %d acknowledged writes, as %s", len(lost), len(acked.revs), lost[0])
			}
		}
		t.Logf("2 kills of %s, %d acknowledged documents, none lost", engine.Describe(), len(acked.revs))
		testkit.Score(t, killRow, fmt.Sprintf("%s: 0 of %d in 2 kills", engine.Describe(), len(acked.revs)), true, "an engine that acknowledges early loses some")
	})
}

func reopen(t *testing.T, dir string) *bolt.Engine {
	t.Helper()
	engine, err := bolt.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return engine
}

func openMongo(t *testing.T, server *testkit.MongoServer) *mongo.Engine {
	t.Helper()
	engine, err := mongo.Open(t.Context(), mongo.Config{URI: server.URI, Database: "contract"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = engine.Close(context.Background()) })
	return engine
}

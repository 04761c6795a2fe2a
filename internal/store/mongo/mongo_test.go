package mongo_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.uber.org/goleak"

	"pugongying/internal/store/document"
	"pugongying/internal/store/mongo"
	"pugongying/internal/testkit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestTheServerIsNamedAndAReplicaSet(t *testing.T) {
	e := testkit.Mongo(t)
	if name := e.Describe(); !strings.HasPrefix(name, "MongoDB ") && !strings.HasPrefix(name, "SecantusDB ") || len(name) < 12 {
		t.Errorf("described as %q", name)
	}
	if alone, err := e.Standalone(t.Context()); alone || err != nil {
		t.Errorf("standalone %v, %v", alone, err)
	}
}

func TestAServerThatIsNotThereIsUnavailable(t *testing.T) {
	begun := time.Now()
	_, err := mongo.Open(t.Context(), mongo.Config{URI: "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=300", Database: "x"})
	if !errors.Is(err, document.ErrUnavailable) || time.Since(begun) > 5*time.Second {
		t.Errorf("after %s: %v", time.Since(begun), err)
	}
	if _, err := mongo.Open(t.Context(), mongo.Config{URI: "nonsense://", Database: "x"}); err == nil || errors.Is(err, document.ErrUnavailable) {
		t.Errorf("an address that is none: %v", err)
	}
}

func TestThePoolIsWhatWasConfigured(t *testing.T) {
	uri := testkit.MongoURI(t)
	more := "?maxPoolSize=7"
	if strings.Contains(uri, "?") {
		more = "&maxPoolSize=7"
	}
	for name, row := range map[string]struct {
		config mongo.Config
		want   int
	}{
		"nothing said": {mongo.Config{URI: uri}, 100}, "configured": {mongo.Config{URI: uri, Pool: 5}, 5}, "the address wins": {mongo.Config{URI: uri + more, Pool: 5}, 7},
	} {
		row.config.Database = "pgy_test_pool"
		e, err := mongo.Open(t.Context(), row.config)
		if err != nil {
			t.Fatal(err)
		}
		if got := e.Pool(); got != row.want {
			t.Errorf("%s: %d connections, want %d", name, got, row.want)
		}
		if err := e.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

func TestAServerThatDiesIsUnavailableAndComesBack(t *testing.T) {
	server := testkit.OwnMongo(t, t.TempDir())
	e, err := mongo.Open(t.Context(), mongo.Config{URI: server.URI + "&serverSelectionTimeoutMS=1000", Database: "x"})
	if err != nil {
		t.Fatal(err)
	}
	c := e.Collection("c")
	defer func() {
		if err := errors.Join(e.Close(context.Background()), e.Close(context.Background())); err != nil {
			t.Error(err)
		}
	}()
	if err := c.Insert(t.Context(), bson.D{{Key: "_id", Value: "a"}}); err != nil {
		t.Fatal(err)
	}
	server.Kill()
	inTx := func() error { // its time begins when it is its turn: those before it wait for a server too
		soon, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		return e.InTx(soon, func(ctx context.Context) error { return c.Insert(ctx, bson.D{{Key: "_id", Value: "c"}}) })
	}
	none := func(bson.Raw) error { return nil }
	for name, err := range map[string]error{
		"ping":        e.Ping(t.Context()),
		"insert":      c.Insert(t.Context(), bson.D{{Key: "_id", Value: "b"}}),
		"find":        c.Find(t.Context(), document.Query{}, none),
		"find one":    c.Find(t.Context(), document.Query{Limit: 1}, none),
		"transaction": inTx(),
	} {
		if !errors.Is(err, document.ErrUnavailable) {
			t.Errorf("%s on a dead server: %v", name, err)
		}
	}
	server.Start(t)
	// The driver looks for a lost server twice a second, and a loaded machine is slower than that.
	var n int64
	for try := 0; try == 0 || err != nil && try < 20; try++ {
		n, err = c.Count(t.Context(), bson.D{{Key: "_id", Value: "a"}}, 0)
	}
	if n != 1 || err != nil {
		t.Errorf("after its return %d, %v", n, err)
	}
}

// The value of the key belongs to a person: it must not be in any error that is logged.
func TestADuplicateNamesTheIndexAndNotTheValue(t *testing.T) {
	e := testkit.Mongo(t)
	unique := document.Index{Name: "phone_hash", Keys: []document.Key{{Field: "phone"}}, Unique: true}
	if err := e.Ensure(t.Context(), []document.Declaration{{Collection: "c", Indexes: []document.Index{unique}}}); err != nil {
		t.Fatal(err)
	}
	c := e.Collection("c")
	doc := func(id string) bson.D { return bson.D{{Key: "_id", Value: id}, {Key: "phone", Value: "13800000000"}} }
	if err := c.Insert(t.Context(), doc("a")); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"one": c.Insert(t.Context(), doc("b")), "many": c.Insert(t.Context(), doc("c"), doc("d")),
		"in a transaction": e.InTx(t.Context(), func(ctx context.Context) error { return c.Insert(ctx, doc("e")) }),
	} {
		var duplicate *document.DuplicateError
		if !errors.As(err, &duplicate) || duplicate.Index != "phone_hash" || duplicate.Collection != "c" {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && strings.Contains(err.Error(), "138") {
			t.Errorf("%s: %v tells the value", name, err)
		}
	}
}

// An older version made TTL indexes, by which the server removes documents whatever its clock says. The control: until Ensure
// has replaced them, it does.
func TestTheServerRemovesNothingByItself(t *testing.T) {
	e := testkit.Mongo(t)
	until := document.Declaration{Collection: "items", Indexes: []document.Index{
		{Name: "gone", Keys: []document.Key{{Field: "until"}}, Expire: document.ExpireNow}, {Name: "n", Keys: []document.Key{{Field: "n"}}},
	}}
	c := e.Collection("items")
	left := func(id string) int64 {
		t.Helper()
		if err := c.Insert(t.Context(), bson.D{{Key: "_id", Value: id}, {Key: "until", Value: time.Now().Add(-33 * 24 * time.Hour)}}); err != nil {
			t.Fatal(err)
		}
		testkit.PruneTTL(t)
		n, err := c.Count(t.Context(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if err := e.MakeTTL(t.Context(), "items", "gone", "until"); err != nil {
		t.Fatal(err)
	}
	if n := left("by the server"); n != 0 && strings.HasPrefix(e.Describe(), "SecantusDB") {
		t.Errorf("control: %d left", n)
	}
	for range 2 {
		if err := e.Ensure(t.Context(), []document.Declaration{until}); err != nil {
			t.Fatal(err)
		}
	}
	before := left("a")
	if n := left("b"); n != before+1 {
		t.Errorf("%d left, then %d", before, n)
	}
}

func TestTheServerSaysItsTime(t *testing.T) {
	at, err := testkit.Mongo(t).Time(t.Context())
	if err != nil || time.Since(at).Abs() > time.Minute {
		t.Errorf("%s, %v", at, err)
	}
}

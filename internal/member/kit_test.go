package member_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/cache"
	"pugongying/internal/fault"
	"pugongying/internal/jobs"
	"pugongying/internal/member"
	"pugongying/internal/region"
	"pugongying/internal/seal"
	"pugongying/internal/store"
	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
)

var (
	ctx                     = context.Background()
	_   member.SessionCache = (*cache.Sessions)(nil)
)

const appID = "wxdemo0001"

// kit is a member service on a real engine; everything else is a fake.
type kit struct {
	*member.Service
	engine  document.Engine
	clock   *testkit.Clock
	doubted bool // time is not believed
	cache   *remembering
	things  *things
	gate    *gate
	known   map[member.ID][]string // the ids and handles that were met
}

// newKit is set far in the future, so that nothing here goes by the clock of the machine.
func newKit(t testing.TB, engine document.Engine) *kit {
	t.Helper()
	declarations := append(store.Declarations(), document.Declaration{Collection: "things"})
	if err := engine.Ensure(ctx, declarations); err != nil {
		t.Fatal(err)
	}
	k := &kit{engine: engine, clock: testkit.NewClock(), things: &things{engine.Collection("things")}, known: map[member.ID][]string{}, gate: &gate{}}
	k.clock.Set(time.Date(2096, 11, 23, 2, 0, 0, 0, time.UTC))
	k.cache = &remembering{clock: k.clock, life: 1400 * time.Millisecond, saved: map[string]remembered{}}
	k.Service = k.serve(t, k.things)
	return k
}

// Reconcile does what the loops and jobs of a server would have done by now.
func (k *kit) Reconcile(ctx context.Context) error {
	members := k.stored()
	worker := &jobs.Worker{Name: rand.Text(), Now: k.clock.Now, Log: slog.New(slog.DiscardHandler), Alone: true, Kinds: []jobs.Kind{
		{Name: "erasures", Store: members.ErasureJobs(k.clock.Now), Do: k.FinishErasure, Ahead: member.JobsAhead},
		{Name: "claims", Store: members.ClaimJobs(), Do: k.FinishClaim, Ahead: member.JobsAhead},
	}}
	return errors.Join(worker.Work(ctx), k.Service.Reconcile(ctx))
}

// stored is what the service stores its documents with.
func (k *kit) stored() *store.Members {
	return store.NewMembers(k.engine, seal.NewVault(seal.Demo(), store.NewKeys(k.engine)))
}

// serve creates the service with these erasers.
func (k *kit) serve(t testing.TB, erasers ...member.Eraser) *member.Service {
	t.Helper()
	s, err := member.New(k.parts(t, erasers...))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (k *kit) parts(t testing.TB, erasers ...member.Eraser) member.Parts {
	t.Helper()
	stores := k.stored().Stores()
	return member.Parts{
		Stores:  stores,
		Holders: member.Holders{Erasers: append([]member.Eraser{}, erasers...), Mergers: []member.Merger{k.things}, Book: k.things},
		Sealer:  sealer{seal.NewVault(seal.Demo(), store.NewKeys(k.engine))}, Exchanger: weChat{}, Cache: k.cache, Regions: banners{}, Gate: k.gate, Now: k.clock.Now, Steady: k.clock.Now, NewID: rand.Text,
		Believed: func() (time.Time, bool) { return k.clock.Now(), !k.doubted },
	}
}

func onEngines(t *testing.T, test func(t *testing.T, k *kit)) {
	testkit.Engines(t, func(t *testing.T, e document.Engine) { test(t, newKit(t, e)) })
}

func (k *kit) guest(t testing.TB, remember bool) (member.SignedIn, member.Principal) {
	t.Helper()
	in, err := k.SignInGuest(ctx, remember)
	if err != nil {
		t.Fatal(err)
	}
	return in, k.resolve(t, in)
}

func (k *kit) weChat(t testing.TB, openID string) (member.SignedIn, member.Principal) {
	t.Helper()
	in, err := k.SignInWeChat(ctx, openID)
	if err != nil {
		t.Fatal(err)
	}
	return in, k.resolve(t, in)
}

// layer is what this code opens.
func (k *kit) layer(t testing.TB, who member.Principal, code string) member.Things {
	t.Helper()
	mine, err := k.Service.Things(ctx, who.ID, code)
	if err != nil {
		t.Fatalf("Things(%q) = %v", code, err)
	}
	k.known[who.ID] = append(k.known[who.ID], string(mine.Handle()))
	return mine
}

// open is the handle of the open layer.
func (k *kit) open(t testing.TB, who member.Principal) member.Handle {
	t.Helper()
	return k.layer(t, who, "").Handle()
}

func (k *kit) resolve(t testing.TB, in member.SignedIn) member.Principal {
	t.Helper()
	who, err := k.Resolve(ctx, in.Token)
	if err != nil {
		t.Fatalf("Resolve = %v", err)
	}
	return who
}

// holding counts the documents that contain any of the words, by collection.
func (k *kit) holding(t testing.TB, words ...string) map[string]int {
	t.Helper()
	engine := k.engine
	if c, ok := engine.(*testkit.Crashing); ok {
		engine = c.Engine
	}
	found := map[string]int{}
	for _, d := range append(store.Declarations(), document.Declaration{Collection: "things"}) {
		err := engine.Collection(d.Collection).Find(ctx, document.Query{}, func(raw bson.Raw) error {
			for _, w := range words {
				if bytes.Contains(raw, []byte(w)) {
					found[d.Collection]++
					break
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return found
}

func (k *kit) count(t testing.TB, collection string) int64 {
	t.Helper()
	n, err := k.engine.Collection(collection).Count(ctx, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// sealer adapts seal.Vault as the wiring does.
type sealer struct{ *seal.Vault }

func (s sealer) Seal(ctx context.Context, key string, at member.Place, plain []byte) ([]byte, error) {
	return s.Vault.Seal(ctx, key, seal.Place(at), plain)
}

func (s sealer) Open(ctx context.Context, key string, at member.Place, sealed []byte) ([]byte, error) {
	return s.Vault.Open(ctx, key, seal.Place(at), sealed)
}

var errCodeUsed = fault.New(fault.Invalid, "wechat.code_invalid", "这次没有成功，请再点一次。")

// weChat is an Exchanger that returns the code itself as the openid; only "used" is refused.
type weChat struct{}

func (weChat) Exchange(_ context.Context, code string) (string, string, string, error) {
	if code == "used" {
		return "", "", "", errCodeUsed
	}
	return appID, code, "", nil
}

type banners struct{}

func (banners) Find(c region.Code) (region.Region, error) {
	if c != "152221000000" {
		return region.Region{}, region.ErrUnknown
	}
	return region.Region{Code: c}, nil
}

type remembered struct {
	value []byte
	until time.Time
}

// remembering is a session cache; a deaf one never learns which sessions ended, as when Redis cannot be reached for a
// moment.
type remembering struct {
	mu    sync.Mutex
	clock *testkit.Clock
	life  time.Duration
	deaf  bool
	saved map[string]remembered
	loads int
}

func (c *remembering) Read(ctx context.Context, hash string, load func(context.Context) ([]byte, error)) ([]byte, error) {
	c.mu.Lock()
	saved, ok := c.saved[hash]
	c.mu.Unlock()
	if ok && c.clock.Now().Before(saved.until) {
		return saved.value, nil
	}
	value, err := load(ctx)
	if err == nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.loads++
		c.saved[hash] = remembered{value, c.clock.Now().Add(c.life)}
	}
	return value, err
}

func (c *remembering) Delete(_ context.Context, hash string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.deaf {
		delete(c.saved, hash)
	}
}

// gate lets everybody pass unless it is shut.
type gate struct {
	shut   error
	inside atomic.Int64
}

func (g *gate) Enter(context.Context, member.ID) (func(), error) {
	if g.shut != nil {
		return nil, g.shut
	}
	g.inside.Add(1)
	return func() { g.inside.Add(-1) }, nil
}

// things is the data another capability stores of members.
type things struct{ document.Collection }

func (s *things) add(t testing.TB, id string, owner member.Handle, saved bool) {
	t.Helper()
	doc := bson.D{{Key: "_id", Value: id}, {Key: "owner", Value: string(owner)}, {Key: "kept", Value: saved}}
	if err := s.Insert(ctx, doc); err != nil {
		t.Fatal(err)
	}
}

func (s *things) of(t testing.TB, owner member.Handle) int {
	t.Helper()
	n, err := s.Count(ctx, bson.D{{Key: "owner", Value: string(owner)}}, 0)
	if err != nil {
		t.Fatal(err)
	}
	return int(n)
}

func (s *things) EraseMember(ctx context.Context, id member.Handle) error {
	_, err := s.Delete(ctx, bson.D{{Key: "owner", Value: string(id)}})
	return err
}

func (s *things) Merge(ctx context.Context, from, to member.Handle) error {
	_, err := s.UpdateAll(ctx, bson.D{{Key: "owner", Value: string(from)}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "owner", Value: string(to)}}}})
	return err
}

func (s *things) Forget(ctx context.Context, id member.Handle) error {
	_, err := s.Delete(ctx, bson.D{{Key: "owner", Value: string(id)}, {Key: "kept", Value: true}})
	return err
}

// everyDeath prepares a fresh world for each step of the work, lets the server crash at that step, and passes on the
// state that is left; it says how often the server crashed.
func everyDeath(t *testing.T, prepare func(k *kit), work func(k *kit) error, after func(death int, k *kit)) int {
	t.Helper()
	for death := 0; ; death++ {
		engine := testkit.NewCrashing(testkit.Embedded(t))
		k := newKit(t, engine)
		prepare(k)
		engine.Arm(death)
		err := work(k)
		if !engine.Revive() {
			if err != nil {
				t.Fatalf("without a death: %v", err)
			}
			return death
		}
		after(death, k)
	}
}

func regionCode(s string) *region.Code {
	c := region.Code(s)
	return &c
}

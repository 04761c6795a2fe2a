package staff_test

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"pugongying/internal/access"
	"pugongying/internal/audit"
	"pugongying/internal/fault"
	"pugongying/internal/region"
	"pugongying/internal/seal"
	"pugongying/internal/staff"
	"pugongying/internal/store"
	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
)

var ctx = context.Background()

const (
	league  region.Code = "150400000000"
	banner  region.Code = "150424000000"
	village region.Code = "150424100201"
	away    region.Code = "150600000000"
)

// kit is the service on a real engine; WeChat, cache and clock are fakes.
type kit struct {
	*staff.Service
	t      testing.TB
	engine document.Engine
	clock  *testkit.Clock
	cache  *remembering
	weChat *residents
	audit  *audit.Service
}

func newKit(t testing.TB, engine document.Engine) *kit {
	t.Helper()
	if err := engine.Ensure(ctx, store.Declarations()); err != nil {
		t.Fatal(err)
	}
	k := &kit{t: t, engine: engine, clock: testkit.NewClock(), weChat: &residents{ended: map[string]bool{}}}
	k.clock.Set(time.Date(2096, 11, 23, 2, 0, 0, 0, time.UTC))
	k.cache = &remembering{clock: k.clock, saved: map[string]remembered{}}
	k.audit = audit.NewService(store.NewAudit(engine))
	k.Service = k.serve(true)
	return k
}

func (k *kit) serve(demo bool) *staff.Service {
	k.t.Helper()
	s, err := staff.New(k.parts(demo))
	k.must(err)
	return s
}

func (k *kit) parts(demo bool) staff.Parts {
	vault := seal.NewVault(seal.Demo(), store.NewKeys(k.engine))
	return staff.Parts{
		Stores: store.NewStaff(k.engine, vault).Stores(), Sealer: sealer{vault}, Cache: k.cache, Residents: k.weChat, Regions: everywhere{}, Pictures: pictures{},
		Log: slog.New(slog.DiscardHandler), Now: k.clock.Now, Steady: k.clock.Now, NewID: rand.Text, Demo: demo,
	}
}

// onEngines runs a test on every document engine.
func onEngines(t *testing.T, test func(k *kit)) {
	testkit.Engines(t, func(t *testing.T, e document.Engine) { test(newKit(t, e)) })
}

func embedded(t *testing.T) *kit { return newKit(t, testkit.Embedded(t)) }

func (k *kit) must(err error) {
	k.t.Helper()
	if err != nil {
		k.t.Fatal(err)
	}
}

func (k *kit) wants(what string, err error, want *fault.Error) {
	k.t.Helper()
	if want == nil && err != nil || want != nil && !errors.Is(err, want) {
		k.t.Errorf("%s: %v, want %v", what, err, want)
	}
}

// somebody is a member of staff with what her authenticator holds.
type somebody struct {
	id, login, secret string
	token             string // of her console session
}

const password = "白马 青山 2096"

// code is what her authenticator shows now, one step further than the last.
func (k *kit) code(s somebody) string {
	k.t.Helper()
	k.clock.Advance(30 * time.Second)
	return k.same(s)
}

func (k *kit) same(s somebody) string {
	k.t.Helper()
	code, err := totp.GenerateCode(s.secret, k.clock.Now())
	k.must(err)
	return code
}

// join comes in by an invitation, on the console.
func (k *kit) join(login, token string) somebody {
	k.t.Helper()
	w, err := k.Welcome(ctx, token, false)
	k.must(err)
	s := somebody{login: login, secret: w.Secret}
	in, err := k.JoinConsole(ctx, token, password, k.code(s), "电脑")
	k.must(err)
	s.id, s.token = in.Account, in.Token
	return s
}

// admins are the first two, of the league.
func (k *kit) admins() (one, two somebody) {
	k.t.Helper()
	var both []somebody
	for _, login := range []string{"baoyu", "zhaolan"} {
		token, err := k.AddAdmin(ctx, staff.NewAccount{Login: login, Name: "管理" + login, Home: league})
		k.must(err)
		both = append(both, k.join(login, token))
	}
	return both[0], both[1]
}

// who is somebody's principal from her console session.
func (k *kit) who(s somebody) staff.Principal {
	k.t.Helper()
	p, err := k.Who(ctx, staff.Console, s.token)
	k.must(err)
	return p
}

// fresh is her principal after a step-up.
func (k *kit) fresh(s somebody) staff.Principal {
	k.t.Helper()
	k.must(k.StepUp(ctx, k.who(s), k.code(s)))
	return k.who(s)
}

// with is somebody new with these roles in the banner, invited by an admin.
func (k *kit) with(admin somebody, login string, roles ...access.Role) somebody {
	k.t.Helper()
	n := staff.NewAccount{Login: login, Name: "人" + login, Home: banner}
	for _, r := range roles {
		n.Roles = append(n.Roles, staff.RoleIn{Role: r, Region: banner})
	}
	_, token, err := k.Invite(ctx, k.fresh(admin), n)
	k.must(err)
	return k.join(login, token)
}

func (k *kit) signIn(s somebody, code string) (staff.SignedIn, error) {
	return k.SignInPassword(ctx, staff.SignIn{Login: s.login, Password: password, Code: code, Device: "电脑"})
}

// actions are the audited acts on a subject, sorted.
func (k *kit) actions(subject string) (all []audit.Action) {
	k.t.Helper()
	entries, _, err := k.audit.List(ctx, audit.Query{Subject: subject, Limit: 100})
	k.must(err)
	for _, e := range entries {
		all = append(all, e.Action)
	}
	slices.Sort(all)
	return all
}

// residents are members whose id is their openid.
type residents struct {
	mu    sync.Mutex
	ended map[string]bool
}

func (r *residents) WeChat(_ context.Context, member string) (string, string, error) {
	if member == "guest" {
		return "", "", errors.New("a guest")
	}
	return "wxdemo", "openid-" + member, nil
}

func (r *residents) Lives(_ context.Context, session string) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return !r.ended[session], nil
}

func (r *residents) end(session string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ended[session] = true
}

func phone(member string) staff.Phoned { return staff.Phoned{Member: member, Session: "s-" + member} }

type everywhere struct{}

func (everywhere) Find(c region.Code) (region.Region, error) {
	if c.Level() == 0 {
		return region.Region{}, region.ErrUnknown
	}
	return region.Region{Code: c}, nil
}

type pictures struct{}

func (pictures) Picture(_ context.Context, id string) ([]byte, error) { return []byte(id), nil }

type sealer struct{ *seal.Vault }

func (s sealer) Seal(ctx context.Context, key string, at staff.Place, plain []byte) ([]byte, error) {
	return s.Vault.Seal(ctx, key, seal.Place(at), plain)
}

func (s sealer) Open(ctx context.Context, key string, at staff.Place, sealed []byte) ([]byte, error) {
	return s.Vault.Open(ctx, key, seal.Place(at), sealed)
}

// remembering is a cache that believes a look-up for 1.4 s, as package cache does.
type remembering struct {
	clock *testkit.Clock
	mu    sync.Mutex
	saved map[string]remembered
	deaf  bool // nobody can tell it that a session ended: Redis is away
}

type remembered struct {
	value []byte
	until time.Time
}

func (r *remembering) Read(ctx context.Context, name string, load func(context.Context) ([]byte, error)) ([]byte, error) {
	r.mu.Lock()
	found, ok := r.saved[name]
	r.mu.Unlock()
	if ok && r.clock.Now().Before(found.until) {
		return found.value, nil
	}
	value, err := load(ctx)
	if err == nil {
		r.mu.Lock()
		r.saved[name] = remembered{value, r.clock.Now().Add(1400 * time.Millisecond)}
		r.mu.Unlock()
	}
	return value, err
}

func (r *remembering) Delete(_ context.Context, name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.deaf {
		delete(r.saved, name)
	}
}

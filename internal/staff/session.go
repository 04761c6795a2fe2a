package staff

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/audit"
	"pugongying/internal/fault"
	"pugongying/internal/opaque"
)

// Faults of sessions.
var (
	// ErrSignedOut refuses a token that opens nothing: never issued, expired, ended, of the other kind, of a suspended account. All
	// alike, so that a caller cannot tell them apart.
	ErrSignedOut = fault.New(fault.Unauthenticated, "staff.signed_out", "登录已经结束，请重新登录。")
	// ErrStepUp asks for the second factor once more before an act that matters.
	ErrStepUp = fault.New(fault.Forbidden, "staff.step_up", "这一步要再输一次动态码。")
)

const (
	tokenBytes   = 32 // 256 bits
	encodedToken = (tokenBytes*8 + 5) / 6

	consoleIdle = 15 * time.Minute
	consoleLife = 12 * time.Hour
	phoneLife   = 2 * time.Hour // in the mini-program's memory alone
	slideEvery  = time.Minute

	// FreshFor is how long a proof of the second factor is good for acts that matter.
	FreshFor = 5 * time.Minute
)

// How she signed in.
const (
	HowPassword = "password" // password and one-time code
	HowScan     = "scan"     // a mini-program code on the console, confirmed on the phone
	HowWeChat   = "wechat"   // on the phone itself
	HowJoin     = "join"     // by her invitation
)

// Session is one signed-in browser or phone. The token itself is never stored.
type Session struct {
	Hash        string      `bson:"_id"` // SHA-256 of the token
	Account     string      `bson:"account"`
	Kind        SessionKind `bson:"kind"`
	How         string      `bson:"how"`
	Device      string      `bson:"device"`            // what it is, in her words: 电脑 · Chrome
	Parent      string      `bson:"parent,omitempty"`  // of a phone's: the resident's session that it dies with
	Scanned     string      `bson:"scanned,omitempty"` // of a desk's: the resident's session whose phone confirmed it
	Epoch       int64       `bson:"epoch"`
	BeganAt     time.Time   `bson:"beganAt"`
	SeenAt      time.Time   `bson:"seenAt"` // updated at most once a minute
	ExpiresAt   time.Time   `bson:"expiresAt"`
	EndsAt      time.Time   `bson:"endsAt"`
	ConfirmedAt time.Time   `bson:"confirmedAt"`
	Schema      int         `bson:"schema"`
}

// SignedIn is a new session as given to its owner, once.
type SignedIn struct {
	Token     string
	Account   string
	ExpiresAt time.Time // unless it is used before
	EndsAt    time.Time
	Known     string // what makes this browser known, from a sign-in by password
	Principal Principal
}

// begin is what a new session is made of.
type begin struct {
	kind    SessionKind
	how     string
	device  string
	parent  string
	scanned string
	proved  bool // the second factor was proved just now
}

// open starts a session of an account, with its audit entry.
func (s *Service) open(ctx context.Context, a Account, b begin) (SignedIn, error) {
	now, token := s.now(), opaque.New(tokenBytes)
	session := Session{
		Hash: opaque.Hash(token), Account: a.ID, Kind: b.kind, How: b.how, Device: b.device, Parent: b.parent, Scanned: b.scanned, Epoch: a.Epoch,
		BeganAt: now, SeenAt: now, ExpiresAt: now.Add(consoleIdle), EndsAt: now.Add(consoleLife), Schema: 1,
	}
	if b.kind == Phone {
		session.EndsAt = now.Add(phoneLife)
		session.ExpiresAt = session.EndsAt
	}
	if b.proved {
		session.ConfirmedAt = now
	}
	e, err := s.entry(herself(a.ID), audit.StaffSignIn, a.ID, map[string]string{"how": b.how, "kind": string(b.kind)})
	if err != nil {
		return SignedIn{}, err
	}
	if err := s.stores.Sessions.InsertSession(ctx, session, e); err != nil {
		return SignedIn{}, fmt.Errorf("open session of staff: %w", err)
	}
	return SignedIn{Token: token, Account: a.ID, ExpiresAt: session.ExpiresAt, EndsAt: session.EndsAt, Principal: principalOf(session, a)}, nil
}

// cachedSession is a session with what its account opens, as it is cached for less than two seconds.
type cachedSession struct {
	Session Session
	Account Account
}

// Who finds the principal that a token of this kind belongs to, and extends her session. ErrSignedOut.
func (s *Service) Who(ctx context.Context, kind SessionKind, token string) (Principal, error) {
	if len(token) != encodedToken {
		return Principal{}, ErrSignedOut
	}
	hash := opaque.Hash(token)
	cached, err := s.cache.Read(ctx, cacheName(hash), func(ctx context.Context) ([]byte, error) { return s.load(ctx, hash) })
	if err != nil {
		return Principal{}, err
	}
	var c cachedSession
	if err := json.Unmarshal(cached, &c); err != nil {
		return Principal{}, fmt.Errorf("read cached session of staff: %w", err)
	}
	now := s.now()
	if c.Session.Kind != kind || !now.Before(c.Session.ExpiresAt) {
		return Principal{}, ErrSignedOut
	}
	if kind == Console && now.Sub(c.Session.SeenAt) >= slideEvery {
		s.slide(ctx, c.Session, now)
	}
	return principalOf(c.Session, c.Account), nil
}

// cacheName keeps sessions of staff apart from those of residents in the same cache.
func cacheName(hash string) string { return "staff|" + hash }

// load reads the truth: the session, her account and, on a phone, the resident's session that it hangs on.
func (s *Service) load(ctx context.Context, hash string) ([]byte, error) {
	session, err := s.stores.Sessions.Session(ctx, hash)
	if err != nil {
		return nil, err
	}
	a, err := s.stores.Accounts.Account(ctx, ByID, session.Account)
	if errors.Is(err, ErrNotFound) {
		return nil, ErrSignedOut
	}
	if err != nil {
		return nil, err
	}
	if s.refuses(a) || a.Epoch != session.Epoch {
		return nil, ErrSignedOut
	}
	if session.Parent != "" {
		lives, err := s.residents.Lives(ctx, session.Parent)
		if err != nil {
			return nil, err
		}
		if !lives {
			return nil, ErrSignedOut
		}
	}
	return json.Marshal(cachedSession{session, Account{ID: a.ID, Name: a.Name, Grants: a.Grants}})
}

// Resident gives the resident's session from whose phone a session of staff was opened or confirmed; "" for one of a desk
// alone. ErrSignedOut once hers ended.
func (s *Service) Resident(ctx context.Context, session string) (string, error) {
	own, err := s.stores.Sessions.Session(ctx, session)
	return cmp.Or(own.Parent, own.Scanned), err
}

// refuses reports whether an account opens nothing here.
func (s *Service) refuses(a Account) bool { return a.State != Active || a.Demo && !s.demo }

func principalOf(session Session, a Account) Principal {
	proved := !session.ConfirmedAt.IsZero()
	p := Principal{
		Account: a.ID, Name: a.Name, Grants: a.holds(proved), Session: session.Hash, Kind: session.Kind, ConfirmedAt: session.ConfirmedAt,
	}
	p.Withheld = len(p.Grants) < len(a.Grants)
	return p
}

// slide extends a session and must not fail a request: what was not written now is written by the next one.
func (s *Service) slide(ctx context.Context, session Session, now time.Time) {
	expires := now.Add(consoleIdle)
	if expires.After(session.EndsAt) {
		expires = session.EndsAt
	}
	if err := s.stores.Sessions.SlideSession(ctx, session.Hash, now.Add(-slideEvery), now, expires); err == nil {
		s.cache.Delete(ctx, cacheName(session.Hash))
	}
}

// Fresh refuses an act that matters unless she proved her second factor within five minutes. ErrStepUp.
func (s *Service) Fresh(p Principal) error {
	if p.ConfirmedAt.IsZero() || s.now().Sub(p.ConfirmedAt) > FreshFor {
		return ErrStepUp
	}
	return nil
}

// StepUp proves her second factor in her session. ErrTOTP, ErrTOTPUsed, ErrNoTOTP, ErrWait.
func (s *Service) StepUp(ctx context.Context, p Principal, code string) error {
	a, err := s.stores.Accounts.Account(ctx, ByID, p.Account)
	if err != nil {
		return err
	}
	if err := s.prove(ctx, a, code); err != nil {
		return err
	}
	e, err := s.entry(p.Actor(), audit.StaffStepUp, p.Account, nil)
	if err != nil {
		return err
	}
	if err := s.stores.Sessions.ConfirmSession(ctx, p.Session, s.now(), e); err != nil {
		return err
	}
	s.cache.Delete(ctx, cacheName(p.Session))
	return nil
}

// prove uses a one-time code of an account up, and counts the wrong ones.
func (s *Service) prove(ctx context.Context, a Account, code string) error {
	secret, err := s.secretOf(ctx, a)
	if err != nil {
		return err
	}
	return s.counted(ctx, "account|"+a.ID, func() error {
		return s.stores.Accounts.StepAccount(ctx, a.ID, func(a *Account) error { return a.spend(secret, code, s.steady()) })
	})
}

// SessionView is a session as its owner, or her admin, reads it.
type SessionView struct {
	ID      string
	Kind    SessionKind
	How     string
	Device  string
	BeganAt time.Time
	SeenAt  time.Time
	Mine    bool // the one that asks
}

// Sessions are her own that are open, the newest first.
func (s *Service) Sessions(ctx context.Context, p Principal) ([]SessionView, error) {
	if err := p.May(access.StaffSelf, access.Record{Relation: access.Own}); err != nil {
		return nil, err
	}
	return s.sessionsOf(ctx, p, p.Account)
}

func (s *Service) sessionsOf(ctx context.Context, p Principal, account string) ([]SessionView, error) {
	a, err := s.stores.Accounts.Account(ctx, ByID, account)
	if err != nil {
		return nil, err
	}
	all, err := s.stores.Sessions.SessionsOf(ctx, account)
	var views []SessionView
	for _, session := range all {
		if session.Epoch != a.Epoch || s.refuses(a) || !s.now().Before(session.ExpiresAt) {
			continue
		}
		views = append(views, SessionView{
			ID: session.Hash, Kind: session.Kind, How: session.How, Device: session.Device,
			BeganAt: session.BeganAt, SeenAt: session.SeenAt, Mine: session.Hash == p.Session,
		})
	}
	slices.SortFunc(views, func(a, b SessionView) int { return b.BeganAt.Compare(a.BeganAt) })
	return views, err
}

// EndSession ends one of her own sessions; one that is gone already is no error, and another's is not hers to end.
func (s *Service) EndSession(ctx context.Context, p Principal, id string) error {
	session, err := s.stores.Sessions.Session(ctx, id)
	if errors.Is(err, ErrSignedOut) || err == nil && session.Account != p.Account {
		return ErrNotFound
	}
	if err != nil {
		return err
	}
	return s.end(ctx, id)
}

// SignOut ends the session she asks from.
func (s *Service) SignOut(ctx context.Context, p Principal) error { return s.end(ctx, p.Session) }

// EndAll ends all her sessions; with others alone, all but the one she asks from.
func (s *Service) EndAll(ctx context.Context, p Principal, others bool) error {
	if err := p.May(access.StaffSelf, access.Record{Relation: access.Own}); err != nil {
		return err
	}
	hashes, err := s.hashesOf(ctx, p.Account)
	if err != nil {
		return err
	}
	if others {
		hashes = slices.DeleteFunc(hashes, func(h string) bool { return h == p.Session })
	}
	return s.end(ctx, hashes...)
}

func (s *Service) hashesOf(ctx context.Context, account string) ([]string, error) {
	all, err := s.stores.Sessions.SessionsOf(ctx, account)
	hashes := make([]string, len(all))
	for i, session := range all {
		hashes[i] = session.Hash
	}
	return hashes, err
}

func (s *Service) end(ctx context.Context, hashes ...string) error {
	if len(hashes) == 0 {
		return nil
	}
	if err := s.stores.Sessions.DeleteSessions(ctx, hashes...); err != nil {
		return fmt.Errorf("end session of staff: %w", err)
	}
	for _, hash := range hashes {
		s.cache.Delete(ctx, cacheName(hash))
	}
	return nil
}

// dropped removes the sessions of an account whose epoch moved. They opened nothing from that write on, apart from what is
// cached for less than two seconds; so an error here is for the log.
func (s *Service) dropped(ctx context.Context, account string) {
	hashes, err := s.hashesOf(ctx, account)
	if err == nil {
		err = s.end(ctx, hashes...)
	}
	if err != nil {
		s.log.Error("sessions of staff that are over stay until they expire", "cause", err)
	}
}

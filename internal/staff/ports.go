package staff

import (
	"context"
	"log/slog"
	"time"

	"pugongying/internal/audit"
	"pugongying/internal/region"
	"pugongying/internal/tries"
)

// By names the unique field that an account is found by.
type By string

// The fields.
const (
	ByID         By = "_id"
	ByLogin      By = "login"
	ByWeChat     By = "wechat"
	ByInvitation By = "invitation.hash"
)

// AccountStore stores accounts. A missing one is ErrNotFound. A change is written together with its entry; apply may run more
// than once.
type AccountStore interface {
	Account(ctx context.Context, by By, value string) (Account, error)
	// Accounts gives every account, by login.
	Accounts(ctx context.Context) ([]Account, error)
	// InsertAccount refuses a login or a WeChat identity that is there: ErrTaken, ErrBound.
	InsertAccount(ctx context.Context, a Account, e audit.Entry) error
	ChangeAccount(ctx context.Context, id string, apply func(*Account) (audit.Entry, error)) error
	// StepAccount changes what only she sees of her account, without an entry.
	StepAccount(ctx context.Context, id string, apply func(*Account) error) error
}

// SessionStore stores sessions by the SHA-256 of their token. A missing one is ErrSignedOut.
type SessionStore interface {
	Session(ctx context.Context, hash string) (Session, error)
	SessionsOf(ctx context.Context, account string) ([]Session, error)
	InsertSession(ctx context.Context, s Session, e audit.Entry) error
	// SlideSession moves a session that was last seen at or before then; one that is gone stays gone.
	SlideSession(ctx context.Context, hash string, then, seen, expires time.Time) error
	// ConfirmSession writes when the second factor was proved.
	ConfirmSession(ctx context.Context, hash string, at time.Time, e audit.Entry) error
	DeleteSessions(ctx context.Context, hashes ...string) error
}

// TryStore counts secrets that were tried, known and unknown names alike. A counter nobody needs any more is forgotten.
type TryStore interface {
	CountTry(ctx context.Context, id string, forget time.Time, apply func(*tries.Counter)) error
}

// CodeStore stores the codes that a console shows to a phone. A missing one is ErrCodeUnknown.
type CodeStore interface {
	Code(ctx context.Context, id string) (Code, error)
	InsertCode(ctx context.Context, c Code) error
	ChangeCode(ctx context.Context, id string, apply func(*Code) error) error
}

// ProposalStore stores what waits for a second person. A missing one is ErrNotFound.
type ProposalStore interface {
	Proposal(ctx context.Context, id string) (Proposal, error)
	// Proposals gives those that are open, the oldest first.
	Proposals(ctx context.Context) ([]Proposal, error)
	InsertProposal(ctx context.Context, p Proposal, e audit.Entry) error
	// DecideProposal changes a proposal and the account it is about at once, or neither.
	DecideProposal(ctx context.Context, id string, apply func(*Proposal, *Account) (audit.Entry, error)) error
}

// ApplicationStore stores who would like to become a volunteer. A missing one is ErrNotFound.
type ApplicationStore interface {
	Application(ctx context.Context, id string) (Application, error)
	// ApplicationOf gives the latest of a member.
	ApplicationOf(ctx context.Context, member string) (Application, error)
	// Applications gives those that wait, the oldest first.
	Applications(ctx context.Context) ([]Application, error)
	// InsertApplication refuses a second one of a member that waits: ErrApplied.
	InsertApplication(ctx context.Context, a Application) error
	// VetApplication changes an application; an account that apply gives is added at once with it.
	VetApplication(ctx context.Context, id string, apply func(*Application) (*Account, audit.Entry, error)) error
	// DeleteApplications destroys the keys of a member's applications, then removes them.
	DeleteApplications(ctx context.Context, member string) error
}

// Stores are the document stores that this package needs.
type Stores struct {
	Accounts     AccountStore
	Sessions     SessionStore
	Tries        TryStore
	Codes        CodeStore
	Proposals    ProposalStore
	Applications ApplicationStore
}

// Place is where a sealed field is stored; a ciphertext moved anywhere else cannot be opened.
type Place struct{ Collection, ID, Field string }

// Sealer encrypts fields with one key a record, which is stored apart, and computes blind indexes.
type Sealer interface {
	Lookup(purpose, value string) string
	NewKey(ctx context.Context) (id string, err error)
	Seal(ctx context.Context, key string, at Place, plain []byte) ([]byte, error)
	Open(ctx context.Context, key string, at Place, sealed []byte) ([]byte, error)
	Shred(ctx context.Context, keys ...string) error
}

// SessionCache caches session look-ups for less than two seconds. It may drop everything at any time.
type SessionCache interface {
	Read(ctx context.Context, name string, load func(context.Context) ([]byte, error)) ([]byte, error)
	Delete(ctx context.Context, name string)
}

// Residents are members as staff sign in by their WeChat.
type Residents interface {
	// WeChat gives the WeChat identity of a signed-in member; an error for a guest.
	WeChat(ctx context.Context, member string) (appID, openID string, err error)
	// Lives reports whether a member's session is still open.
	Lives(ctx context.Context, session string) (bool, error)
}

// Regions looks a region up, as *region.Tree does.
type Regions interface {
	Find(c region.Code) (region.Region, error)
}

// Pictures draws the mini-program code that carries an id.
type Pictures interface {
	Picture(ctx context.Context, id string) ([]byte, error)
}

// Parts are the dependencies of a Service; all of them are required.
type Parts struct {
	Stores    Stores
	Sealer    Sealer
	Cache     SessionCache
	Residents Residents
	Regions   Regions
	Pictures  Pictures
	Log       *slog.Logger
	Now       func() time.Time
	Steady    func() time.Time // the time by which waits and one-time codes go; no step of a clock moves it
	NewID     func() string    // 128 random bits in base32
	Demo      bool             // whether 演示 accounts open anything here
}

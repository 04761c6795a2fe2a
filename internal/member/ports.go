package member

import (
	"context"
	"time"

	"pugongying/internal/region"
)

// Members keeps members. A missing one is ErrUnknown.
type Members interface {
	Member(ctx context.Context, id ID) (Member, error)
	// InsertMember adds a member; one whose id is there already is left as it is.
	InsertMember(ctx context.Context, m Member) error
	UpdateMember(ctx context.Context, id ID, apply func(*Member) error) error
	DeleteMember(ctx context.Context, id ID) error
	// Discarding gives members with something turned off that was not thrown away yet.
	Discarding(ctx context.Context, limit int) ([]ID, error)
	// Unreachable gives guests whose Until and ClaimUntil both lie before day.
	Unreachable(ctx context.Context, day string, limit int) ([]ID, error)
}

// Identities keeps who is who. A missing one is ErrUnknown.
type Identities interface {
	Identity(ctx context.Context, lookup string) (Identity, error)
	IdentityOf(ctx context.Context, id ID) (Identity, error)
	// InsertIdentity says false when another request inserted this identity first.
	InsertIdentity(ctx context.Context, i Identity) (bool, error)
	DeleteIdentities(ctx context.Context, id ID) error
}

// Sessions keeps sessions by the SHA-256 of their token. A missing one is ErrSessionUnknown.
type Sessions interface {
	Session(ctx context.Context, hash string) (Session, error)
	SessionsOf(ctx context.Context, id ID) ([]Session, error)
	// SessionByEndKey finds a session by the SHA-256 of its end key.
	SessionByEndKey(ctx context.Context, endHash string) (Session, error)
	InsertSession(ctx context.Context, s Session) error
	// SlideSession moves a session that was last seen at or before then to seen and expires; a session that is gone or
	// was moved meanwhile is left alone.
	SlideSession(ctx context.Context, hash string, then, seen, expires time.Time) error
	DeleteSessions(ctx context.Context, hashes ...string) error
}

// BookmarkStore keeps what members read and chose as favourites. No document is an empty one.
type BookmarkStore interface {
	Bookmarks(ctx context.Context, id ID) (Bookmarks, error)
	// UpdateBookmarks changes a member's bookmarks, making them when there are none.
	UpdateBookmarks(ctx context.Context, id ID, apply func(*Bookmarks) error) error
	DeleteBookmarks(ctx context.Context, id ID) error
}

// Claims keeps claim codes. A missing one is ErrClaimUnknown.
type Claims interface {
	InsertClaim(ctx context.Context, c Claim) error
	UpdateClaim(ctx context.Context, id string, apply func(*Claim) error) error
	// DeleteOpenClaims removes a guest's codes that nobody used.
	DeleteOpenClaims(ctx context.Context, guest ID) error
	// DeleteClaims removes every claim of or by a member.
	DeleteClaims(ctx context.Context, id ID) error
}

// Erasures keeps which members are to be erased until all of it is done.
type Erasures interface {
	// InsertErasure adds one; one that is there is left as it is.
	InsertErasure(ctx context.Context, e Erasure) error
	Erasing(ctx context.Context, id ID) (bool, error)
}

// Stores are the documents members need.
type Stores struct {
	Members    Members
	Identities Identities
	Sessions   Sessions
	Bookmarks  BookmarkStore
	Claims     Claims
	Erasures   Erasures
}

// Place is where a sealed field stands; moved anywhere else it does not open.
type Place struct{ Collection, ID, Field string }

// Sealer encrypts fields with a key a record, and makes blind indexes. *seal.Keys does, but for the name of Place.
type Sealer interface {
	Lookup(purpose, value string) string
	NewRecordKey() ([]byte, error)
	Seal(key []byte, at Place, plain []byte) ([]byte, error)
	Open(key []byte, at Place, sealed []byte) ([]byte, error)
}

// Exchanger turns a code of wx.login into who that is. Its faults are shown as they are. The session_key stays with it.
type Exchanger interface {
	Exchange(ctx context.Context, code string) (appID, openID, unionID string, err error)
}

// SessionCache remembers session look-ups for less than two seconds. It may forget everything at any time.
type SessionCache interface {
	Read(ctx context.Context, hash string, load func(context.Context) ([]byte, error)) ([]byte, error)
	Delete(ctx context.Context, hash string)
}

// Regions looks a region up, as *region.Tree does.
type Regions interface {
	Find(c region.Code) (region.Region, error)
}

// Eraser is a capability that keeps something of members. Erasing again changes nothing.
type Eraser interface {
	EraseMember(ctx context.Context, id ID) error
}

// Merger is a capability that can make one member's things another's. Interrupted, it is finished by doing it again.
type Merger interface {
	Merge(ctx context.Context, from, to ID) error
}

// Book keeps a member's mistakes and throws them away when she turns that off. Again, it changes nothing.
type Book interface {
	Forget(ctx context.Context, id ID) error
}

// Holders are the capabilities that hold something of members.
type Holders struct {
	Erasers []Eraser
	Mergers []Merger
	Book    Book
}

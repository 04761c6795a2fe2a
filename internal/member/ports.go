package member

import (
	"context"
	"time"

	"pugongying/internal/region"
)

// Members stores members. A missing one is ErrUnknown.
type Members interface {
	Member(ctx context.Context, id ID) (Member, error)
	// InsertMember adds a member; an existing one with the same id is left as it is.
	InsertMember(ctx context.Context, m Member) error
	UpdateMember(ctx context.Context, id ID, apply func(*Member) error) error
	DeleteMember(ctx context.Context, id ID) error
	// Discarding gives members with something that was turned off or thrown away and not removed yet (Layers.Discard).
	Discarding(ctx context.Context, limit int) ([]ID, error)
	// Earlier gives members whose document is still of schema 1.
	Earlier(ctx context.Context, limit int) ([]ID, error)
	// Unreachable gives guests whose Until and ClaimUntil are both before day.
	Unreachable(ctx context.Context, day string, limit int) ([]ID, error)
}

// Identities stores which identity belongs to which member. A missing one is ErrUnknown.
type Identities interface {
	Identity(ctx context.Context, lookup string) (Identity, error)
	IdentityOf(ctx context.Context, id ID) (Identity, error)
	// InsertIdentity says false when another request inserted this identity first.
	InsertIdentity(ctx context.Context, i Identity) (bool, error)
	// DeleteIdentities destroys the keys of a member's identities, then removes them.
	DeleteIdentities(ctx context.Context, id ID) error
}

// Sessions stores sessions by the SHA-256 of their token. A missing one is ErrSessionUnknown.
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

// BookmarkStore stores what members read and chose as favourites. A missing document counts as an empty one.
type BookmarkStore interface {
	Bookmarks(ctx context.Context, of Handle) (Bookmarks, error)
	// UpdateBookmarks changes the bookmarks of a layer, creating the document when there is none.
	UpdateBookmarks(ctx context.Context, of Handle, apply func(*Bookmarks) error) error
	DeleteBookmarks(ctx context.Context, of Handle) error
}

// Claims stores claim codes. A missing one is ErrClaimUnknown.
type Claims interface {
	InsertClaim(ctx context.Context, c Claim) error
	UpdateClaim(ctx context.Context, id string, apply func(*Claim) error) error
	DeleteClaim(ctx context.Context, id string) error
	// DeleteOpenClaims removes a guest's unused codes.
	DeleteOpenClaims(ctx context.Context, guest ID) error
	// DeleteClaims removes every claim of or by a member.
	DeleteClaims(ctx context.Context, id ID) error
}

// Erasures stores which members are to be erased and who was. A missing one is ErrUnknown.
type Erasures interface {
	// InsertErasure adds one; an existing one is left as it is.
	InsertErasure(ctx context.Context, e Erasure) error
	Erasure(ctx context.Context, id string) (Erasure, error)
	// ErasuresSince gives those of this civil day or later.
	ErasuresSince(ctx context.Context, day string) ([]Erasure, error)
	// Traces calls each with every id by which any stored document names a member, some of them several times.
	Traces(ctx context.Context, each func(id string) error) error
	// Overwrite asks that what was removed be overwritten where it stood, as far as the engine can.
	Overwrite(ctx context.Context) error
}

// Stores are the document stores that this package needs.
type Stores struct {
	Members    Members
	Identities Identities
	Sessions   Sessions
	Bookmarks  BookmarkStore
	Claims     Claims
	Erasures   Erasures
}

// Place is where a sealed field is stored; a ciphertext moved anywhere else cannot be opened.
type Place struct{ Collection, ID, Field string }

// Sealer encrypts fields with one key per record, which is stored apart and named by the record, and computes blind
// indexes. *seal.Vault implements it, except for the name of Place.
type Sealer interface {
	Lookup(purpose, value string) string
	NewKey(ctx context.Context) (id string, err error)
	Seal(ctx context.Context, key string, at Place, plain []byte) ([]byte, error)
	Open(ctx context.Context, key string, at Place, sealed []byte) ([]byte, error)
	// Shred destroys keys, and with them what they sealed.
	Shred(ctx context.Context, keys ...string) error
}

// Exchanger turns a code of wx.login into an identity. Its faults are shown as they are. It does not pass the
// session_key on.
type Exchanger interface {
	Exchange(ctx context.Context, code string) (appID, openID, unionID string, err error)
}

// SessionCache caches session look-ups for less than two seconds. It may drop everything at any time.
type SessionCache interface {
	Read(ctx context.Context, hash string, load func(context.Context) ([]byte, error)) ([]byte, error)
	Delete(ctx context.Context, hash string)
}

// Gate is asked before a slow hash is computed for a member, and may refuse: who asks too often, or from a network that
// does. What the request of ctx came from it finds out itself. Leave is called once the hash is computed.
type Gate interface {
	Enter(ctx context.Context, who ID) (leave func(), err error)
}

// Regions looks a region up, as *region.Tree does.
type Regions interface {
	Find(c region.Code) (region.Region, error)
}

// Eraser is a capability that stores data of members, by the handles of their layers. Erasing again changes nothing.
type Eraser interface {
	EraseMember(ctx context.Context, of Handle) error
}

// Merger is a capability that can transfer the data of one layer to another. An interrupted merge is finished by
// repeating it.
type Merger interface {
	Merge(ctx context.Context, from, to Handle) error
}

// Book stores the mistakes of a layer and removes them when that setting is turned off. Repeating it changes nothing.
type Book interface {
	Forget(ctx context.Context, of Handle) error
}

// IDEraser is a capability that stores something by a member's id itself. Erasing again changes nothing.
type IDEraser interface {
	EraseByID(ctx context.Context, who ID) error
}

// Holders are the capabilities that store data of members.
type Holders struct {
	Erasers []Eraser
	ByID    []IDEraser `parts:"optional"` // none is a decision; the wiring's test finds a forgotten one
	Mergers []Merger
	Book    Book
}

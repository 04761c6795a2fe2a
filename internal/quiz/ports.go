package quiz

import (
	"context"
	"time"

	"pugongying/internal/member"
)

// Attempts stores attempts. Its faults are ErrAttemptUnknown and those of its database.
type Attempts interface {
	// Create stores a new attempt. When its Once key created one before, that one is returned; idempotency.ErrReused
	// when the key was used for another request.
	Create(ctx context.Context, a *Attempt) (*Attempt, error)
	// Get reads what is stored now.
	Get(ctx context.Context, id string) (*Attempt, error)
	// Update lets apply change the attempt and writes it if nobody else changed it meanwhile; otherwise it tries again
	// on the newly stored state. apply may therefore run more than once. An error from apply is final only when apply
	// saw the current state; it is returned unchanged and nothing is written.
	Update(ctx context.Context, id string, apply func(*Attempt) error) error
	// Since gives a member's attempts that were started at or after an instant.
	Since(ctx context.Context, owner member.Handle, at time.Time) ([]Attempt, error)
	// Pending gives submitted attempts that were not filed yet, at most limit; of one member, or of anybody ("").
	Pending(ctx context.Context, owner member.Handle, limit int) ([]Unfiled, error)
	// Filed records that pending attempts were filed and clears the id of their ledger line; those that are not saved
	// to a book are removed at removeAt.
	Filed(ctx context.Context, ids []string, removeAt time.Time) error
}

// Books gives access to all that is stored of one member.
type Books interface {
	// All calls each with every attempt of hers, the earliest start first.
	All(ctx context.Context, owner member.Handle, each func(Attempt) error) error
	// Saved gives the latest attempts of her book, at most limit, the latest start first.
	Saved(ctx context.Context, owner member.Handle, limit int) ([]Attempt, error)
	// Drop removes her attempts, all or only those of her book, and her dismissals.
	Drop(ctx context.Context, owner member.Handle, which Which) error
	// Move transfers one member's attempts to another.
	Move(ctx context.Context, from, to member.Handle) error
	// Dismissed gives her dismissals; empty when there are none.
	Dismissed(ctx context.Context, owner member.Handle) (Dismissals, error)
	// Dismiss lets apply change her dismissals, creating the document when there is none.
	Dismiss(ctx context.Context, owner member.Handle, apply func(*Dismissals) error) error
}

// Which selects a member's attempts.
type Which int

// AllHers selects all of them; HerBook selects those her book is computed from (what was submitted) and those drawn
// with her book open (Attempt.Book).
const (
	AllHers Which = iota
	HerBook
)

// Layer is what one request may reach of a member's things, as her code opened it. member.Things is the only one outside
// tests; the zero member.Things is nobody's.
type Layer interface {
	Handle() member.Handle // the owner of its attempts and dismissals; "" for nobody
	// Reaches says whether attempts of this owner may be shown to the request; those of no owner ("") may.
	Reaches(owner member.Handle) bool
	Mistakes() bool // mistakes are stored in it
	// Keeps asks anew whether mistakes are stored in it.
	Keeps(ctx context.Context) (bool, error)
}

// Counter appends ledger lines; a line that is there already is not appended again.
type Counter interface {
	Count(ctx context.Context, acts []Act) error
}

// Sat is the kind of the one act this package counts.
const Sat = "quiz.sat"

// Act is one counted attempt without identity.
type Act struct {
	Line   string // opaque, chosen when the attempt began; the same line again is the same act
	Kind   string
	Day    string // civil day in Asia/Shanghai of the submission, as "2026-11-23"
	Source string // what the paper was drawn from, as "topic:songguo", "explainer:wanfeng", "daily", "review"
	Where  Where
}

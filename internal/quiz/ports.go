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
	Since(ctx context.Context, owner member.ID, at time.Time) ([]Attempt, error)
	// Pending gives submitted attempts that were not filed yet, at most limit; of one member, or of anybody ("").
	Pending(ctx context.Context, owner member.ID, limit int) ([]Unfiled, error)
	// Keep saves those of the attempts that are pending to their owners' books; they stay pending.
	Keep(ctx context.Context, ids []string) error
	// Filed records that pending attempts were filed and clears the id of their ledger line; those that are not saved
	// to a book are removed at removeAt.
	Filed(ctx context.Context, ids []string, removeAt time.Time) error
}

// Books gives access to all that is stored of one member.
type Books interface {
	// All calls each with every attempt of hers, the earliest start first.
	All(ctx context.Context, owner member.ID, each func(Attempt) error) error
	// Saved gives the latest attempts of her book, at most limit, the latest start first.
	Saved(ctx context.Context, owner member.ID, limit int) ([]Attempt, error)
	// Tally counts her attempts and how many of them are saved to her book.
	Tally(ctx context.Context, owner member.ID) (all, saved int, err error)
	// Drop removes her attempts, all or only those of her book, and her dismissals.
	Drop(ctx context.Context, owner member.ID, which Which) error
	// Move transfers one member's attempts to another.
	Move(ctx context.Context, from, to member.ID) error
	// Dismissed gives her dismissals; empty when there are none.
	Dismissed(ctx context.Context, owner member.ID) (Dismissals, error)
	// Dismiss lets apply change her dismissals, creating the document when there is none.
	Dismiss(ctx context.Context, owner member.ID, apply func(*Dismissals) error) error
}

// Which selects a member's attempts.
type Which int

// AllHers selects all of them; HerBook selects those her book is computed from (what was submitted) and those drawn
// with her book open (Attempt.Book).
const (
	AllHers Which = iota
	HerBook
)

// Keeper knows whether a member turned on her mistakes history.
type Keeper interface {
	Keeps(ctx context.Context, who member.ID) (bool, error)
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

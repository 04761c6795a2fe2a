package quiz

import (
	"context"
	"time"

	"pugongying/internal/member"
)

// Attempts keeps sittings. Its faults are ErrAttemptUnknown and what its database says.
type Attempts interface {
	// Create keeps a new attempt. When its Once key made one before, that one is given back; once.ErrReused when the key
	// was used for another request.
	Create(ctx context.Context, a *Attempt) (*Attempt, error)
	// Get reads what is stored now.
	Get(ctx context.Context, id string) (*Attempt, error)
	// Update lets apply change the attempt and writes it if nobody else did meanwhile, else tries again on what is stored
	// then. Apply may run more than once; an error of its is final only when it was given of what is stored now, and is
	// returned as it is with nothing written.
	Update(ctx context.Context, id string, apply func(*Attempt) error) error
	// Since gives a member's attempts started at or after an instant.
	Since(ctx context.Context, owner member.ID, at time.Time) ([]Attempt, error)
	// Pending gives submitted attempts that were not filed yet, at most limit; of one member, or of anybody ("").
	Pending(ctx context.Context, owner member.ID, limit int) ([]Attempt, error)
	// Keep keeps those of the attempts that are pending; they stay pending.
	Keep(ctx context.Context, ids []string) error
	// Filed marks pending attempts as done with and forgets which ledger line they became; those that are not kept go at
	// that instant.
	Filed(ctx context.Context, ids []string, removeAt time.Time) error
}

// Books keeps what is a member's own as a whole.
type Books interface {
	// All calls each with every attempt of hers, the earliest start first.
	All(ctx context.Context, owner member.ID, each func(Attempt) error) error
	// Kept gives the latest of her kept attempts, at most limit, the latest start first.
	Saved(ctx context.Context, owner member.ID, limit int) ([]Attempt, error)
	// Tally counts her attempts and those of them that are kept.
	Tally(ctx context.Context, owner member.ID) (all, saved int, err error)
	// Drop removes her attempts, all or only those of her book, and her dismissals.
	Drop(ctx context.Context, owner member.ID, which Which) error
	// Move makes one member's attempts another's.
	Move(ctx context.Context, from, to member.ID) error
	// Dismissed gives what she took out of her book; nothing when there is none.
	Dismissed(ctx context.Context, owner member.ID) (Dismissals, error)
	// Dismiss lets apply change it, making it when there is none.
	Dismiss(ctx context.Context, owner member.ID, apply func(*Dismissals) error) error
}

// Which of a member's attempts are meant.
type Which int

// All of them, or those her book is made of (what was submitted) and those drawn with it (Attempt.Book).
const (
	AllHers Which = iota
	HerBook
)

// Keeper knows whether a member turned the keeping of her mistakes on.
type Keeper interface {
	Keeps(ctx context.Context, who member.ID) (bool, error)
}

// Counter appends ledger lines; a line it has already is not appended again.
type Counter interface {
	Count(ctx context.Context, acts []Act) error
}

// Sat is the kind of the one act this package counts.
const Sat = "quiz.sat"

// Act is one counted sitting without identity.
type Act struct {
	Line   string // opaque, made when the attempt began; the same line again is the same act
	Kind   string
	Day    string // civil day in Asia/Shanghai of the submission, as "2026-11-23"
	Source string // what was sat, as "topic:songguo", "explainer:wanfeng", "daily", "review"
	Where  Where
}

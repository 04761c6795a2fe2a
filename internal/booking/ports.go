package booking

import (
	"context"
	"errors"
	"time"

	"pugongying/internal/idempotency"
	"pugongying/internal/member"
	"pugongying/internal/tries"
)

// ErrCells is a write that a cell of another appointment refused. It does not leave this package: claim looks who has it.
var ErrCells = errors.New("booking: a cell is another's")

// Plans is what the counsellors' plans offer.
type Plans interface {
	// Counsellors lists those who may be booked now.
	Counsellors(ctx context.Context) ([]Counsellor, error)
	// Slots lists what a counsellor's plan offers on the civil days from to to, booked or not, in order of time, with minimum
	// notice and horizon applied.
	Slots(ctx context.Context, counsellor, from, to string) ([]Slot, error)
	// Offered gives the slot that begins then, while it is offered; ErrNotOffered.
	Offered(ctx context.Context, counsellor string, start time.Time) (Slot, error)
}

// Store stores appointments, what is private of them sealed under a key of each. Its fault is ErrNotFound; a cell of another
// is ErrCells.
type Store interface {
	// Create adds one with its cells. With a key that was used before it gives the first one and false.
	Create(ctx context.Context, a *Appointment, key *idempotency.Key) (Appointment, bool, error)
	// Update changes one at its revision, cells and all in one write; apply may run more than once, and its error ends it
	// without a change.
	Update(ctx context.Context, id string, apply func(*Appointment) error) error
	Appointment(ctx context.Context, id string) (Appointment, error)
	// Holding lists those that have one of these cells, without what is private.
	Holding(ctx context.Context, cells []string) ([]Appointment, error)
	// Busy lists those with cells of counsellors that begin from from until to, without what is private.
	Busy(ctx context.Context, counsellors []string, from, to time.Time) ([]Appointment, error)
	// EraseAppointment destroys the key of one, then updates it.
	EraseAppointment(ctx context.Context, id string, apply func(*Appointment) error) error
}

// Register finds appointments by other things than their ids.
type Register interface {
	// Of lists an owner's, the latest start first.
	Of(ctx context.Context, owner member.Handle) ([]Appointment, error)
	// ByCode gives the one of a pick-up code's hash; ErrNotFound.
	ByCode(ctx context.Context, hash string) (Appointment, error)
	// All calls each with every appointment that has cells and begins from from on, without what is private.
	All(ctx context.Context, from time.Time, each func(Appointment) error) error
}

// WaitStore stores the waitlist. Its fault is ErrNotFound.
type WaitStore interface {
	InsertWait(ctx context.Context, w Wait, key *idempotency.Key) (Wait, error)
	UpdateWait(ctx context.Context, id string, apply func(*Wait) error) error
	Wait(ctx context.Context, id string) (Wait, error)
	WaitByCode(ctx context.Context, hash string) (Wait, error)
	WaitsOf(ctx context.Context, owner member.Handle) ([]Wait, error)
	// Waiting lists those that wait, longest first, at most limit.
	Waiting(ctx context.Context, limit int) ([]Wait, error)
	DeleteWaits(ctx context.Context, owner member.Handle) error
}

// Counters stores counts under keyed hashes, which name nobody. A counter goes at forget at the latest.
type Counters interface {
	CountTry(ctx context.Context, id string, forget time.Time, apply func(*tries.Counter)) error
	CountActs(ctx context.Context, id string, forget time.Time, apply func(*Acts) error) error
}

// Hasher computes keyed hashes; without the root key nobody can test a guess. *seal.Vault is one.
type Hasher interface {
	Lookup(purpose, value string) string
}

// Lexicon finds the word by which an onlooker would understand, "" for none.
type Lexicon interface {
	Find(text string) string
}

// Package jobs runs what a process does beside requests: periodic loops (Loop) and work that is due (Worker).
//
// Work that is due has no queue of its own. When it is due, who is working on it, how often it failed and why is part of
// the very document the work is about (Due), so that storing the document and scheduling its work are one write and cannot
// disagree. A Worker polls the index of due times each second.
//
// It promises that no job is lost, whatever crashes at whatever instant, and that a job is retried until it succeeds: what
// fails is tried again after 30 s, doubling to an hour; after stuckAfter failures it counts as stuck, which operators see,
// and is tried once a day from then on. Two workers do not normally run one job at once, but they may (a process that was
// paused wakes up again), so the effect of a job must be the same when it is done twice.
//
// Clocks are not trusted. A lease has lapsed when a worker saw it unchanged for thirty of its own polls, whatever the
// clocks of the two machines say; a due time later than any rule could have set is made due at once.
//
// It refuses to store the text of an error in a document: Reason is a word from a fixed list.
package jobs

import (
	"context"
	"time"
)

// Field is where a document carries its Due.
const Field = "job"

// Due is the scheduling part of a document. Waiting work has At and no Holder; leased work has Holder and Until and no At;
// a document without Due has no work left.
type Due struct {
	At     time.Time `bson:"at,omitempty"`     // waiting: not before this instant
	Holder string    `bson:"holder,omitempty"` // leased: by this worker
	Until  time.Time `bson:"until,omitempty"`  // leased: when the worker will have renewed; changes with every renewal
	Tries  int       `bson:"tries,omitempty"`  // failures so far
	Reason string    `bson:"reason,omitempty"` // of the last failure, from a fixed list of words
	Stuck  bool      `bson:"stuck,omitempty"`  // failed so often that a person should look
}

// At is the Due of a document whose work waits until t.
func At(t time.Time) *Due { return &Due{At: t} }

// Lease says that a holder works on a job. Two leases with equal Holder and Until are the same one.
type Lease struct {
	ID     string // of the job's document
	Holder string
	Until  time.Time
}

// Failure is how an attempt ended, and when the next one is due.
type Failure struct {
	At     time.Time
	Reason string // "" for an attempt that was interrupted and does not count
	Stuck  bool
}

// Bounds are the latest due times that rules can have set. A later one was written by a clock that was ahead.
type Bounds struct {
	Fresh   time.Time // of work that never failed
	Retried time.Time // of work that waits for its next try
}

// Counts is how much work of a kind there is.
type Counts struct{ Waiting, Leased, Stuck int64 }

// Store stores the Due of one kind's documents. Every change is a compare-and-swap on one document.
type Store interface {
	// Due lists waiting work whose time has come, longest waiting first, at most limit ids.
	Due(ctx context.Context, now time.Time, limit int) ([]string, error)
	// Leases lists leases, earliest Until first, at most limit.
	Leases(ctx context.Context, limit int) ([]Lease, error)
	// Take replaces old (the zero Lease: waiting work) by next and returns the number of failures so far; false when old
	// is no longer what is stored.
	Take(ctx context.Context, old, next Lease) (tries int, taken bool, err error)
	// Finish ends a job, unless its lease is no longer this one.
	Finish(ctx context.Context, lease Lease) error
	// PutOff lets a job wait again, unless its lease is no longer this one.
	PutOff(ctx context.Context, lease Lease, f Failure) error
	// Reconcile makes work due now that waits beyond the bounds, and documents of an older version that should have a Due
	// and have neither that nor a lease. It returns the number of the latter.
	Reconcile(ctx context.Context, now time.Time, b Bounds) (int64, error)
	// Count counts over indexes.
	Count(ctx context.Context) (Counts, error)
}

// Kind is one kind of due work.
type Kind struct {
	Name  string
	Store Store
	// Do does the job of the document with this id. Its effect must be the same when it is done twice; a document that is
	// gone or needs nothing any more is success. ctx ends when the lease is lost.
	Do func(ctx context.Context, id string) error
	// Ahead is how far ahead of now rules set the first due time of this kind; 0 for work that is due at once.
	Ahead time.Duration
}

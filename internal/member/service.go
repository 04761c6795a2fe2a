package member

import (
	"context"
	"errors"
	"time"

	"pugongying/internal/parts"
)

// Parts are the dependencies of a Service; all of them are required.
type Parts struct {
	Stores    Stores
	Holders   Holders
	Sealer    Sealer
	Exchanger Exchanger
	Cache     SessionCache
	Regions   Regions
	Gate      Gate
	Now       func() time.Time
	Believed  Believed
	Steady    func() time.Time // the time by which codes wait; no step of a clock moves it
	NewID     func() string    // 128 random bits in base32
}

// Believed says whether time is believed at this moment. Only then may a guest be erased because her time has come, and
// only when it came before until. *clock.Clock implements it.
type Believed func() (until time.Time, ok bool)

// Service identifies members and stores what they allowed.
type Service struct {
	stores    Stores
	codes     codes
	verdicts  *verdicts
	gate      Gate
	holders   Holders
	sealer    Sealer
	exchanger Exchanger
	cache     SessionCache
	regions   Regions
	clock     func() time.Time
	believed  Believed
	steady    func() time.Time
	newID     func() string
}

// New creates the service. A missing part is an error that names it.
func New(p Parts) (*Service, error) {
	if err := errors.Join(parts.Missing("member", p), parts.Missing("member", p.Stores), parts.Missing("member", p.Holders)); err != nil {
		return nil, err
	}
	return &Service{
		stores: p.Stores, codes: newCodes(p.Sealer.Lookup("member.lock", "")), verdicts: newVerdicts(), gate: p.Gate, holders: p.Holders, sealer: p.Sealer, exchanger: p.Exchanger, cache: p.Cache,
		regions: p.Regions, clock: p.Now, believed: p.Believed, steady: p.Steady, newID: p.NewID,
	}, nil
}

const reconcileBatch = 100

// JobsAhead is the delay between storing an erasure or a claim and the due time of its job, so that the request that
// stored it has finished before.
const JobsAhead = time.Minute

// Reconcile removes data that was turned off, where that was interrupted, and erases guests that nobody can come back
// as. It may run on several servers at once. Erasures and merges are finished by jobs (FinishErasure, FinishClaim).
func (s *Service) Reconcile(ctx context.Context) error {
	return errors.Join(s.finishDiscards(ctx), s.sweepGuests(ctx))
}

func (s *Service) now() time.Time { return stored(s.clock()) }

// stored is an instant with the precision of stored documents: UTC, cut to milliseconds.
func stored(at time.Time) time.Time { return at.UTC().Truncate(time.Millisecond) }

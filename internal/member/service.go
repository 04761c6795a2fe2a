package member

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"time"

	"pugongying/internal/parts"
)

// Parts are what a Service works with; all of them are needed.
type Parts struct {
	Stores    Stores
	History   *History
	Holders   Holders
	Sealer    Sealer
	Exchanger Exchanger
	Cache     SessionCache
	Regions   Regions
	Now       func() time.Time
	NewID     func() string // 128 random bits in base32
}

// Service knows who is asking and keeps what she allowed.
type Service struct {
	stores    Stores
	history   *History
	holders   Holders
	sealer    Sealer
	exchanger Exchanger
	cache     SessionCache
	regions   Regions
	clock     func() time.Time
	newID     func() string
}

// New makes the service. A part that is missing is an error which names it.
func New(p Parts) (*Service, error) {
	if err := errors.Join(parts.Missing("member", p), parts.Missing("member", p.Stores), parts.Missing("member", p.Holders)); err != nil {
		return nil, err
	}
	return &Service{
		stores: p.Stores, history: p.History, holders: p.Holders, sealer: p.Sealer, exchanger: p.Exchanger, cache: p.Cache,
		regions: p.Regions, clock: p.Now, newID: p.NewID,
	}, nil
}

const reconcileBatch = 100

// JobsAhead is how long after their document is stored the jobs of erasures and claims are due: a request that is under way
// ends before.
const JobsAhead = time.Minute

// Reconcile throws away what is no longer kept, where that was interrupted, and erases guests nobody can come back as. It
// may run on several servers at once. Erasures and merges are finished by jobs (FinishErasure, FinishClaim).
func (s *Service) Reconcile(ctx context.Context) error {
	return errors.Join(s.finishDiscards(ctx), s.sweepGuests(ctx))
}

func (s *Service) now() time.Time { return stored(s.clock()) }

// stored is an instant as documents hold it: UTC, cut to milliseconds.
func stored(at time.Time) time.Time { return at.UTC().Truncate(time.Millisecond) }

// secret is n random bytes in base64url.
func secret(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // crypto/rand never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

// hashed is how a secret of full entropy is stored.
func hashed(s string) string {
	var room [64]byte
	sum := sha256.Sum256(append(room[:0], s...))
	return string(base64.RawURLEncoding.AppendEncode(room[:0], sum[:]))
}

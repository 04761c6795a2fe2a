package member

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"time"
)

// Deps is what members need of others.
type Deps struct {
	Stores
	Sealer    Sealer
	Exchanger Exchanger
	Cache     SessionCache
	Regions   Regions
	Now       func() time.Time
	NewID     func() string // 128 random bits in base32
}

// Service knows who is asking and keeps what she allowed.
type Service struct {
	Deps
	holders *Holders
	codes   codes
}

// New makes the service. It signs people in at once; Connect must follow before anybody is merged or erased.
func New(d Deps) *Service {
	return &Service{Deps: d, codes: newCodes()}
}

// Connect names the capabilities that hold something of members. They need the service, so they come after it.
func (s *Service) Connect(h Holders) { s.holders = &h }

var errNotConnected = errors.New("member: no capability was connected that holds something of members")

func (s *Service) connected() (*Holders, error) {
	if s.holders == nil || s.holders.Book == nil {
		return nil, errNotConnected
	}
	return s.holders, nil
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

// now is the instant as documents keep it.
func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }

// secret is n random bytes in base64url.
func secret(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // crypto/rand never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

// hashed is how a secret of full entropy is stored.
func hashed(s string) string {
	sum := sha256.Sum256([]byte(s))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

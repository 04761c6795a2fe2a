package staff

import (
	"errors"
	"log/slog"
	"time"

	"pugongying/internal/audit"
	"pugongying/internal/parts"
)

// Service knows who works here. Safe for concurrent use.
type Service struct {
	stores    Stores
	sealer    Sealer
	cache     SessionCache
	residents Residents
	regions   Regions
	pictures  Pictures
	log       *slog.Logger
	clock     func() time.Time
	steady    func() time.Time
	newID     func() string
	demo      bool
	hashing   chan struct{} // argon2id at most two at a time, 19 MiB each
}

// hashesAtOnce bounds the memory of slow hashes.
const hashesAtOnce = 2

// New creates the service. A missing part is an error that names it.
func New(p Parts) (*Service, error) {
	if err := errors.Join(parts.Missing("staff", p), parts.Missing("staff", p.Stores)); err != nil {
		return nil, err
	}
	return &Service{
		stores: p.Stores, sealer: p.Sealer, cache: p.Cache, residents: p.Residents, regions: p.Regions, pictures: p.Pictures, log: p.Log,
		clock: p.Now, steady: p.Steady, newID: p.NewID, demo: p.Demo, hashing: make(chan struct{}, hashesAtOnce),
	}, nil
}

func (s *Service) now() time.Time { return stored(s.clock()) }

// stored is an instant with the precision of stored documents: UTC, cut to milliseconds.
func stored(at time.Time) time.Time { return at.UTC().Truncate(time.Millisecond) }

// entry is the audit entry of a staff act.
func (s *Service) entry(by audit.Actor, action audit.Action, subject string, detail map[string]string) (audit.Entry, error) {
	return audit.New(audit.Act{Actor: by, Action: action, Subject: subject, At: s.now(), Detail: detail})
}

// herself is an account as the actor of what only she can do.
func herself(account string) audit.Actor { return audit.Actor{Kind: audit.KindStaff, ID: account} }

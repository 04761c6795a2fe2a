package publish

import (
	"context"
	"fmt"
	"time"
)

// Service is the publications and what may be done to them. Safe for concurrent use.
type Service struct {
	store    Store
	manifest Manifest
	now      func() time.Time
}

// New makes the service. The manifest is the one inside the binary: what it names may go live without staff.
func New(store Store, manifest Manifest, now func() time.Time) *Service {
	return &Service{store: store, manifest: manifest, now: now}
}

// Live calls each with every publication of that kind residents may see, in order of ID. An error of each ends the walk.
func (s *Service) Live(ctx context.Context, kind Kind, each func(Item) error) error {
	return s.store.Live(ctx, kind, func(p Publication, v Version) error {
		if Sum(v.Body) != v.SHA256 || v.SHA256 != p.LiveSHA {
			return fmt.Errorf("publish: version %s is not what was published", v.ID)
		}
		return each(Item{ID: p.ID, Kind: p.Kind, Slug: p.Slug, N: v.N, SHA256: v.SHA256, Body: v.Body, Sample: p.Sample, At: v.At})
	})
}

// Version is the n-th version of a publication, live or not; ErrNotFound when it was never written.
func (s *Service) Version(ctx context.Context, id string, n int) (Version, error) {
	return s.store.Version(ctx, id, n)
}

// Head is a number that moves with every change of what is live; a reader that loaded at this number is up to date.
func (s *Service) Head(ctx context.Context) (int64, error) {
	head, err := s.store.Head(ctx)
	return head.Rev, err
}

// Withdraw takes a publication down for staff; it never comes back by seeding. ErrNotFound, ErrTransition when it is down
// already, ErrStale when somebody else changed it at this moment.
func (s *Service) Withdraw(ctx context.Context, id string) error {
	head, err := s.store.Head(ctx)
	if err != nil {
		return err
	}
	p, err := s.store.Publication(ctx, id)
	if err != nil {
		return err
	}
	if p.State, err = Next(p.State, ActWithdraw); err != nil {
		return err
	}
	p.Live, p.LiveSHA, p.Sample, p.Withdrawn, p.ChangedAt = 0, "", false, ByStaff, s.now()
	head.At = p.ChangedAt
	return s.store.Apply(ctx, Change{Replaced: []Publication{p}, Head: head})
}

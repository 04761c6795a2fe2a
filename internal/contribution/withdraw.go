package contribution

import (
	"context"
	"errors"
	"slices"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/audit"
	"pugongying/internal/staff"
)

// WithdrawConsent takes the consent back: the contribution is withdrawn for ever, its piece is withdrawn, its words are
// destroyed. Its author and the editors of its region may. What a crash interrupts, Reconcile finishes.
func (s *Service) WithdrawConsent(ctx context.Context, who staff.Principal, id string) error {
	c, err := s.Store.Contribution(ctx, id)
	if err != nil {
		return err
	}
	if err := who.May(access.ReadContribution, record(who, c)); err != nil {
		return hidden(err)
	}
	if c.Provenance != Real {
		return ErrState
	}
	return s.withdraw(ctx, who, id, ByConsent)
}

// Erase removes one of hers on her request: the words at once, and where no piece was made of it, the rest of it becomes a
// withdrawn contribution without a word. A piece that was made stays: it is others' work too, and none of it is raw.
func (s *Service) Erase(ctx context.Context, who staff.Principal, id string) error {
	c, err := s.owned(ctx, who, id)
	if err != nil {
		return err
	}
	if c.Piece == "" {
		return s.withdraw(ctx, who, id, ByAuthor)
	}
	return s.destroy(ctx, who.Actor(), id)
}

func (s *Service) withdraw(ctx context.Context, who staff.Principal, id string, why Reason) error {
	_, err := s.change(ctx, who, id, audit.ContributionWithdraw, func(c *Contribution) error {
		c.withdraw(why, s.now())
		return nil
	})
	if err != nil {
		return err
	}
	return s.finish(ctx, who.Actor(), id)
}

// finish does what follows a withdrawal; each step may be repeated.
func (s *Service) finish(ctx context.Context, by audit.Actor, id string) error {
	c, err := s.Store.Contribution(ctx, id)
	if err != nil || c.State != Withdrawn {
		return err
	}
	if c.Piece != "" {
		if err := s.Pieces.Withdraw(ctx, c.Piece); err != nil {
			return err
		}
	}
	if c.ErasedAt == nil {
		if err := s.destroy(ctx, by, id); err != nil {
			return err
		}
	}
	return s.Store.Update(ctx, id, nil, func(c *Contribution) error { c.Open = false; return nil })
}

// destroy destroys the words.
func (s *Service) destroy(ctx context.Context, by audit.Actor, id string) error {
	entry, err := s.entry(by, audit.ContributionErase, id)
	if err != nil {
		return err
	}
	return s.Store.Erase(ctx, id, &entry, func(c *Contribution) error { c.erase(s.now()); return nil })
}

// Reconcile finishes withdrawals that were interrupted and destroys raw words whose time came, by a believed clock alone.
// Run every minute, on any number of servers.
func (s *Service) Reconcile(ctx context.Context) error {
	var until *time.Time
	if believed, ok := s.Believed(); ok {
		until = &believed
	}
	pieces, words, err := s.Store.Unfinished(ctx, until, reconcileBatch)
	for _, id := range pieces {
		err = errors.Join(err, s.finish(ctx, sweeper, id))
	}
	for _, id := range words {
		if !slices.Contains(pieces, id) {
			err = errors.Join(err, s.destroy(ctx, sweeper, id))
		}
	}
	return err
}

package store

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/audit"
	"pugongying/internal/staff"
	"pugongying/internal/store/document"
)

// Proposal returns one proposal.
func (s *Staff) Proposal(ctx context.Context, id string) (staff.Proposal, error) {
	return found[staff.Proposal](ctx, s.proposals, id, staff.ErrNotFound)
}

// Proposals returns those that wait, the oldest first.
func (s *Staff) Proposals(ctx context.Context) ([]staff.Proposal, error) {
	return many[staff.Proposal](ctx, s.proposals, document.Query{
		Filter: bson.D{{Key: "state", Value: string(staff.Waiting)}}, Sort: []document.Key{{Field: "at"}},
	})
}

// InsertProposal adds a proposal with its entry.
func (s *Staff) InsertProposal(ctx context.Context, p staff.Proposal, e audit.Entry) error {
	return s.named(s.inTx(ctx, func(ctx context.Context) error {
		if err := s.proposals.Insert(ctx, p); err != nil {
			return err
		}
		return s.audit.append(ctx, e)
	}))
}

// DecideProposal changes a proposal and its account, with the entry, in one transaction.
func (s *Staff) DecideProposal(ctx context.Context, id string, apply func(*staff.Proposal, *staff.Account) (audit.Entry, error)) error {
	return s.named(retried(ctx, func(ctx context.Context) error {
		p, err := s.Proposal(ctx, id)
		if err != nil {
			return err
		}
		a, err := s.Account(ctx, staff.ByID, p.Account)
		if err != nil {
			return err
		}
		e, err := apply(&p, &a)
		if err != nil {
			return err
		}
		rev := p.Rev
		p.Rev++
		return s.inTx(ctx, func(ctx context.Context) error {
			if err := s.proposals.Replace(ctx, p.ID, rev, p); err != nil {
				return err
			}
			if err := s.replace(ctx, a); err != nil {
				return err
			}
			return s.audit.append(ctx, e)
		})
	}))
}

// Application returns one application.
func (s *Staff) Application(ctx context.Context, id string) (staff.Application, error) {
	return found[staff.Application](ctx, s.applications, id, staff.ErrNotFound)
}

// ApplicationOf returns the latest application of a member.
func (s *Staff) ApplicationOf(ctx context.Context, member string) (staff.Application, error) {
	all, err := many[staff.Application](ctx, s.applications, document.Query{
		Filter: ofApplicant(member), Sort: []document.Key{{Field: "at", Desc: true}}, Limit: 1,
	})
	if err != nil || len(all) == 0 {
		return staff.Application{}, firstOf(err, staff.ErrNotFound)
	}
	return all[0], nil
}

// firstOf is the first error there is.
func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func ofApplicant(member string) bson.D { return bson.D{{Key: "member", Value: member}} }

// Applications returns those that wait, the oldest first.
func (s *Staff) Applications(ctx context.Context) ([]staff.Application, error) {
	return many[staff.Application](ctx, s.applications, document.Query{
		Filter: bson.D{{Key: "state", Value: string(staff.ApplicationWaiting)}}, Sort: []document.Key{{Field: "at"}},
	})
}

// InsertApplication adds an application.
func (s *Staff) InsertApplication(ctx context.Context, a staff.Application) error {
	return s.named(insert(ctx, s.applications, a))
}

// VetApplication changes an application and adds the account of an accepted one, with the entry, in one transaction.
func (s *Staff) VetApplication(
	ctx context.Context, id string, apply func(*staff.Application) (*staff.Account, audit.Entry, error),
) error {
	return s.named(retried(ctx, func(ctx context.Context) error {
		a, err := s.Application(ctx, id)
		if err != nil {
			return err
		}
		made, e, err := apply(&a)
		if err != nil {
			return err
		}
		rev := a.Rev
		a.Rev++
		return s.inTx(ctx, func(ctx context.Context) error {
			if err := s.applications.Replace(ctx, id, rev, a); err != nil {
				return err
			}
			if made != nil {
				if err := s.accounts.Insert(ctx, *made); err != nil {
					return err
				}
			}
			return s.audit.append(ctx, e)
		})
	}))
}

// DeleteApplications destroys the keys of a member's applications, then removes them.
func (s *Staff) DeleteApplications(ctx context.Context, member string) error {
	return s.forget(ctx, ofApplicant(member))
}

// Sweep destroys the keys of applications whose time came by until, then removes them.
func (s *Staff) Sweep(ctx context.Context, until time.Time) error {
	return s.forget(ctx, bson.D{{Key: "removeAt", Value: bson.D{{Key: "$lte", Value: until}}}})
}

func (s *Staff) forget(ctx context.Context, filter bson.D) error {
	keys, err := keysOf(ctx, s.applications, filter)
	if err != nil {
		return err
	}
	if err := s.vault.Shred(ctx, keys...); err != nil {
		return err
	}
	return remove(ctx, s.applications, filter)
}

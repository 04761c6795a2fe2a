package staff

import (
	"context"
	"errors"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/audit"
	"pugongying/internal/fault"
	"pugongying/internal/region"
)

// Faults of acts that take two people.
var (
	ErrTwo      = fault.New(fault.Conflict, "staff.needs_two", "这一步要两个人：已经有一位提出来才能同意，提的人自己不能同意。")
	ErrProposed = fault.New(fault.Conflict, "staff.proposed", "这件事已经有人提过了，等第二个人同意。")
	ErrOver     = fault.New(fault.Gone, "staff.proposal_over", "这件事已经办了、撤了，或者过了一天没有人同意。要办就重新提。")
)

// ProposalKind is what a proposal would do.
type ProposalKind string

// The kinds.
const (
	ProposeRestore ProposalKind = "restore" // a suspended account works again
	ProposeGrant   ProposalKind = "grant"   // a role in Sensitive
	ProposeReset   ProposalKind = "reset"   // a lost second factor is made anew by invitation
)

// ProposalState is where a proposal stands.
type ProposalState string

// The states of proposals.
const (
	Waiting  ProposalState = "waiting"
	Approved ProposalState = "approved"
	Declined ProposalState = "declined" // or withdrawn by who made it
	Lapsed   ProposalState = "lapsed"
)

// proposalLife is how long a proposal waits for a second person.
const proposalLife = 24 * time.Hour

// Proposal is an act of one admin that waits for a second.
type Proposal struct {
	ID        string        `bson:"_id"`
	Kind      ProposalKind  `bson:"kind"`
	Account   string        `bson:"account"`
	Role      string        `bson:"role,omitempty"`
	Region    region.Code   `bson:"region,omitempty"`
	By        string        `bson:"by"`
	At        time.Time     `bson:"at"`
	ExpiresAt time.Time     `bson:"expiresAt"`
	State     ProposalState `bson:"state"`
	Decided   string        `bson:"decided,omitempty"`
	Open      string        `bson:"open,omitempty"` // what it is about, while it waits: unique
	Rev       int64         `bson:"rev"`
	Schema    int           `bson:"schema"`
}

func (p Proposal) detail() map[string]string {
	d := map[string]string{"kind": string(p.Kind)}
	if p.Role != "" {
		d["role"], d["region"] = p.Role, string(p.Region)
	}
	return d
}

// regions of a proposal, beyond those of its account.
func (p Proposal) regions() []region.Code {
	if p.Region == "" {
		return nil
	}
	return []region.Code{p.Region}
}

// reach loads an account that she may do something to: everything of it lies in her regions, and it is not her own where the
// table says so.
func (s *Service) reach(ctx context.Context, p Principal, action access.Action, account string, more ...region.Code) (Account, error) {
	a, err := s.stores.Accounts.Account(ctx, ByID, account)
	if err != nil {
		if p.Admits(action) {
			return Account{}, err
		}
		return Account{}, ErrForbidden
	}
	for _, in := range append(a.regions(), more...) {
		if err := p.May(action, access.Record{Relation: p.Relation(a.ID), Region: in}); err != nil {
			return Account{}, err
		}
	}
	return a, nil
}

// see loads an account that she may read of: whose home lies in her regions.
func (s *Service) see(ctx context.Context, p Principal, account string) (Account, error) {
	a, err := s.stores.Accounts.Account(ctx, ByID, account)
	if errors.Is(err, ErrNotFound) && !p.Admits(access.ReadAccounts) {
		return Account{}, ErrForbidden
	}
	if err != nil {
		return Account{}, err
	}
	return a, p.May(access.ReadAccounts, access.Record{Relation: p.Relation(a.ID), Region: a.Home})
}

// Suspend closes an account alone and at once: within two seconds none of its sessions opens anything. ErrStepUp.
func (s *Service) Suspend(ctx context.Context, p Principal, account string) error {
	if _, err := s.reach(ctx, p, access.SuspendAccount, account); err != nil {
		return err
	}
	if err := s.Fresh(p); err != nil {
		return err
	}
	err := s.stores.Accounts.ChangeAccount(ctx, account, func(a *Account) (audit.Entry, error) {
		if a.State == Suspended {
			return audit.Entry{}, ErrSuspended
		}
		a.State, a.Invitation = Suspended, nil
		a.Epoch++
		return s.entry(p.Actor(), audit.StaffSuspend, account, nil)
	})
	if err == nil {
		s.dropped(ctx, account)
	}
	return err
}

// EndSessionsOf ends one session of somebody else, or all of them with "". ErrNotFound for a session that is not hers.
func (s *Service) EndSessionsOf(ctx context.Context, p Principal, account, id string) error {
	if _, err := s.reach(ctx, p, access.SuspendAccount, account); err != nil {
		return err
	}
	if id != "" {
		session, err := s.stores.Sessions.Session(ctx, id)
		if errors.Is(err, ErrSignedOut) || err == nil && session.Account != account {
			return ErrNotFound
		}
		if err != nil {
			return err
		}
		return s.end(ctx, id)
	}
	hashes, err := s.hashesOf(ctx, account)
	if err != nil {
		return err
	}
	return s.end(ctx, hashes...)
}

// Grant gives a role that one person may give; one in Sensitive becomes a proposal and proposed is true. Her sessions end,
// since they have other roles now. ErrStepUp, ErrHasRole, ErrSuspended.
func (s *Service) Grant(ctx context.Context, p Principal, account string, r RoleIn) (proposed bool, err error) {
	if err := s.checkRole(r); err != nil {
		return false, err
	}
	if _, err := s.reach(ctx, p, access.ChangeRoles, account, r.Region); err != nil {
		return false, err
	}
	if err := s.Fresh(p); err != nil {
		return false, err
	}
	if Sensitive(r.Role) {
		return true, s.propose(ctx, p, Proposal{Kind: ProposeGrant, Account: account, Role: r.Role.String(), Region: r.Region})
	}
	return false, s.changeRoles(ctx, p, account, audit.StaffGrant, r, func(a *Account) error {
		return a.grant(r.Role, r.Region, p.Account, s.now())
	})
}

// Revoke takes a role back, alone. ErrStepUp, ErrNoRole.
func (s *Service) Revoke(ctx context.Context, p Principal, account string, r RoleIn) error {
	if _, err := s.reach(ctx, p, access.ChangeRoles, account, r.Region); err != nil {
		return err
	}
	if err := s.Fresh(p); err != nil {
		return err
	}
	return s.changeRoles(ctx, p, account, audit.StaffRevoke, r, func(a *Account) error { return a.revoke(r.Role, r.Region) })
}

func (s *Service) changeRoles(ctx context.Context, p Principal, account string, what audit.Action, r RoleIn, apply func(*Account) error) error {
	err := s.stores.Accounts.ChangeAccount(ctx, account, func(a *Account) (audit.Entry, error) {
		if a.State == Suspended {
			return audit.Entry{}, ErrSuspended
		}
		if err := apply(a); err != nil {
			return audit.Entry{}, err
		}
		return s.entry(p.Actor(), what, account, map[string]string{"role": r.Role.String(), "region": string(r.Region)})
	})
	if err == nil {
		s.dropped(ctx, account)
	}
	return err
}

// Propose is the first half of restoring an account or making its second factor anew. ErrStepUp, ErrProposed, ErrActive,
// ErrSuspended.
func (s *Service) Propose(ctx context.Context, p Principal, kind ProposalKind, account string) error {
	a, err := s.reach(ctx, p, access.SuspendAccount, account)
	if err != nil {
		return err
	}
	if err := s.Fresh(p); err != nil {
		return err
	}
	switch {
	case kind == ProposeRestore && a.State != Suspended:
		return ErrActive
	case kind == ProposeReset && a.State != Active:
		return ErrSuspended
	case kind != ProposeRestore && kind != ProposeReset:
		return ErrTwo
	}
	return s.propose(ctx, p, Proposal{Kind: kind, Account: account})
}

// propose stores a proposal; one about the same that lapsed makes room.
func (s *Service) propose(ctx context.Context, p Principal, made Proposal) error {
	now := s.now()
	made.ID, made.By, made.At, made.ExpiresAt, made.State, made.Schema = s.newID(), p.Account, now, now.Add(proposalLife), Waiting, 1
	made.Open = made.Account + "|" + string(made.Kind) + "|" + made.Role + "|" + string(made.Region)
	e, err := s.entry(p.Actor(), audit.StaffPropose, made.Account, made.detail())
	if err != nil {
		return err
	}
	err = s.stores.Proposals.InsertProposal(ctx, made, e)
	if !errors.Is(err, ErrProposed) {
		return err
	}
	if err := s.lapse(ctx, made.Open); err != nil {
		return err
	}
	return s.stores.Proposals.InsertProposal(ctx, made, e)
}

// lapse closes the proposal about this when its day is over; ErrProposed while it waits.
func (s *Service) lapse(ctx context.Context, about string) error {
	all, err := s.stores.Proposals.Proposals(ctx)
	if err != nil {
		return err
	}
	for _, old := range all {
		if old.Open != about {
			continue
		}
		if s.now().Before(old.ExpiresAt) {
			return ErrProposed
		}
		return s.stores.Proposals.DecideProposal(ctx, old.ID, func(p *Proposal, _ *Account) (audit.Entry, error) {
			p.State, p.Open = Lapsed, ""
			return s.entry(audit.Actor{Kind: audit.KindSystem, ID: "staff"}, audit.StaffDecline, p.Account, p.detail())
		})
	}
	return nil
}

// Approve is the second half of an act that takes two people; of a reset it gives the token of the new invitation, shown
// once. ErrStepUp, ErrForbidden to who proposed it and to whom it is about, ErrOver.
func (s *Service) Approve(ctx context.Context, p Principal, id string) (token string, err error) {
	made, err := s.second(ctx, p, id)
	if err != nil {
		return "", err
	}
	var renewed *Invitation
	if made.Kind == ProposeReset {
		token, renewed = s.newInvitation(Renew)
	}
	err = s.stores.Proposals.DecideProposal(ctx, id, func(made *Proposal, a *Account) (audit.Entry, error) {
		if made.State != Waiting || !s.now().Before(made.ExpiresAt) {
			return audit.Entry{}, ErrOver
		}
		if err := made.act(a, renewed, p.Account, s.now()); err != nil {
			return audit.Entry{}, err
		}
		made.State, made.Decided, made.Open = Approved, p.Account, ""
		detail := made.detail()
		detail["first"] = made.By
		return s.entry(p.Actor(), audit.StaffApprove, made.Account, detail)
	})
	if err != nil {
		return "", err
	}
	s.dropped(ctx, made.Account)
	return token, nil
}

// second loads a proposal for its second person.
func (s *Service) second(ctx context.Context, p Principal, id string) (Proposal, error) {
	made, err := s.stores.Proposals.Proposal(ctx, id)
	if err != nil {
		if p.Admits(access.SecondAccountAct) {
			return Proposal{}, err
		}
		return Proposal{}, ErrForbidden
	}
	if _, err := s.reach(ctx, p, access.SecondAccountAct, made.Account, made.regions()...); err != nil {
		return Proposal{}, err
	}
	if made.By == p.Account {
		return Proposal{}, ErrTwo
	}
	return made, s.Fresh(p)
}

// act does to the account what was proposed.
func (p Proposal) act(a *Account, renewed *Invitation, by string, now time.Time) error {
	switch p.Kind {
	case ProposeRestore:
		if a.State != Suspended {
			return ErrActive
		}
		if a.State = Active; len(a.TOTP) == 0 {
			a.State = Invited
		}
		a.Epoch++
		return nil
	case ProposeReset:
		if a.State != Active {
			return ErrSuspended
		}
		a.TOTP, a.WeChat, a.Invitation = nil, "", renewed
		a.Epoch++
		return nil
	}
	role, known := access.ParseRole(p.Role)
	if !known {
		return ErrRole
	}
	if a.State == Suspended {
		return ErrSuspended
	}
	return a.grant(role, p.Region, by, now)
}

// Decline ends a proposal: who made it takes it back, a second admin says no. ErrOver.
func (s *Service) Decline(ctx context.Context, p Principal, id string) error {
	made, err := s.stores.Proposals.Proposal(ctx, id)
	if err == nil {
		_, err = s.reach(ctx, p, access.ChangeRoles, made.Account, made.regions()...)
	}
	if err != nil {
		return err
	}
	return s.stores.Proposals.DecideProposal(ctx, id, func(made *Proposal, _ *Account) (audit.Entry, error) {
		if made.State != Waiting {
			return audit.Entry{}, ErrOver
		}
		made.State, made.Decided, made.Open = Declined, p.Account, ""
		return s.entry(p.Actor(), audit.StaffDecline, made.Account, made.detail())
	})
}

// Proposals are those of her regions that wait.
func (s *Service) Proposals(ctx context.Context, p Principal) ([]Proposal, error) {
	if !p.Admits(access.ReadAccounts) {
		return nil, ErrForbidden
	}
	all, err := s.stores.Proposals.Proposals(ctx)
	if err != nil {
		return nil, err
	}
	var seen []Proposal
	for _, made := range all {
		if !s.now().Before(made.ExpiresAt) {
			continue
		}
		_, err := s.see(ctx, p, made.Account)
		if errors.Is(err, ErrNotFound) || errors.Is(err, ErrForbidden) {
			continue
		}
		if err != nil {
			return nil, err
		}
		seen = append(seen, made)
	}
	return seen, nil
}

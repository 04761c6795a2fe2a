package staff

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"pugongying/internal/access"
	"pugongying/internal/audit"
	"pugongying/internal/fault"
	"pugongying/internal/region"
)

// RoleIn is a role in a region and below.
type RoleIn struct {
	Role   access.Role
	Region region.Code
}

// NewAccount is somebody to be invited.
type NewAccount struct {
	Login string
	Name  string
	Home  region.Code
	Roles []RoleIn
}

// check gives the account without white space, or what is wrong with it, at its field.
func (s *Service) check(n NewAccount) (NewAccount, error) {
	var err error
	if n.Name, err = checkName(n.Name); err != nil {
		return n, ErrName.At(fault.Field{Location: "name", Message: ErrName.Text})
	}
	n.Login = strings.ToLower(strings.TrimSpace(n.Login))
	if !loginForm.MatchString(n.Login) {
		return n, ErrLogin.At(fault.Field{Location: "login", Message: ErrLogin.Text})
	}
	if _, err := s.regions.Find(n.Home); err != nil {
		return n, ErrRegion.At(fault.Field{Location: "home", Message: ErrRegion.Text})
	}
	for _, r := range n.Roles {
		if err := s.checkRole(r); err != nil {
			return n, err
		}
	}
	return n, nil
}

func (s *Service) checkRole(r RoleIn) error {
	if r.Role < access.Volunteer || r.Role > access.Admin {
		return ErrRole
	}
	if _, err := s.regions.Find(r.Region); err != nil {
		return ErrRegion
	}
	return nil
}

// newAccount makes an account that is to be inserted.
func (s *Service) newAccount(ctx context.Context, n NewAccount) (Account, error) {
	key, err := s.sealer.NewKey(ctx)
	if err != nil {
		return Account{}, err
	}
	return Account{ID: s.newID(), Login: n.Login, Name: n.Name, Home: n.Home, State: Invited, Grants: []Grant{}, KeyID: key, CreatedAt: s.now(), Schema: accountSchema}, nil
}

// Invite makes an account and the token of its invitation, shown once. Roles in Sensitive wait as proposals for a second
// admin; the others hold at once. ErrStepUp, ErrNotFound for a region that is not hers.
func (s *Service) Invite(ctx context.Context, p Principal, n NewAccount) (account, token string, err error) {
	if n, err = s.check(n); err != nil {
		return "", "", err
	}
	if err := s.mayInvite(p, n); err != nil {
		return "", "", err
	}
	a, err := s.newAccount(ctx, n)
	if err != nil {
		return "", "", err
	}
	for _, r := range n.Roles {
		if Sensitive(r.Role) {
			continue
		}
		if err := a.grant(r.Role, r.Region, p.Account, s.now()); err != nil {
			return "", "", err
		}
	}
	token, a.Invitation = s.newInvitation(Join)
	if err := s.insert(ctx, p.Actor(), a); err != nil {
		return "", "", err
	}
	for _, r := range n.Roles {
		if !Sensitive(r.Role) {
			continue
		}
		if err := s.propose(ctx, p, Proposal{Kind: ProposeGrant, Account: a.ID, Role: r.Role.String(), Region: r.Region}); err != nil {
			return a.ID, token, err
		}
	}
	return a.ID, token, nil
}

func (s *Service) mayInvite(p Principal, n NewAccount) error {
	if err := p.May(access.InviteStaff, access.Record{Relation: access.Other, Region: n.Home}); err != nil {
		return err
	}
	for _, r := range n.Roles {
		if err := p.May(access.ChangeRoles, access.Record{Relation: access.Other, Region: r.Region}); err != nil {
			return err
		}
	}
	return s.Fresh(p)
}

// insert adds an account; a key whose account was refused is destroyed.
func (s *Service) insert(ctx context.Context, by audit.Actor, a Account) error {
	e, err := s.entry(by, audit.StaffInvite, a.ID, map[string]string{"purpose": string(Join)})
	if err == nil {
		err = s.stores.Accounts.InsertAccount(ctx, a, e)
	}
	if err != nil {
		return errors.Join(err, s.sealer.Shred(context.WithoutCancel(ctx), a.KeyID))
	}
	return nil
}

// InviteAgain gives a new token to somebody who has not come in yet; the earlier one opens nothing any more. ErrHere.
func (s *Service) InviteAgain(ctx context.Context, p Principal, account string) (token string, err error) {
	a, err := s.reach(ctx, p, access.InviteStaff, account)
	if err != nil {
		return "", err
	}
	if err := s.Fresh(p); err != nil {
		return "", err
	}
	purpose := Join
	if a.State == Active && len(a.TOTP) == 0 {
		purpose = Renew // two admins agreed to it, and the token was lost
	} else if a.State != Invited {
		return "", ErrHere
	}
	token, i := s.newInvitation(purpose)
	return token, s.stores.Accounts.ChangeAccount(ctx, account, func(a *Account) (audit.Entry, error) {
		a.Invitation = i
		return s.entry(p.Actor(), audit.StaffInvite, a.ID, map[string]string{"purpose": string(purpose)})
	})
}

// firstAdmins is how many admins are made at the command line; all others are invited on the console.
const firstAdmins = 2

// AddAdmin makes one of the first two admins from the command line and gives the token of the invitation. ErrEnough.
func (s *Service) AddAdmin(ctx context.Context, n NewAccount) (token string, err error) {
	n.Roles = []RoleIn{{Role: access.Admin, Region: n.Home}}
	if n, err = s.check(n); err != nil {
		return "", err
	}
	all, err := s.stores.Accounts.Accounts(ctx)
	if err != nil {
		return "", err
	}
	there := 0
	for _, a := range all {
		waits := a.State == Invited && a.Invitation != nil && s.now().Before(a.Invitation.ExpiresAt)
		if a.Has(access.Admin) && !a.Demo && (a.State == Active && len(a.TOTP) > 0 || waits) {
			there++
		}
	}
	if there >= firstAdmins {
		return "", ErrEnough
	}
	a, err := s.newAccount(ctx, n)
	if err != nil {
		return "", err
	}
	if err := a.grant(access.Admin, n.Home, string(audit.KindOperator), s.now()); err != nil {
		return "", err
	}
	token, a.Invitation = s.newInvitation(Join)
	if err := s.insert(ctx, audit.Operator, a); err != nil {
		return "", fmt.Errorf("add an admin: %w", err)
	}
	return token, nil
}

// All are all accounts, for the operator at the command line.
func (s *Service) All(ctx context.Context) ([]Account, error) { return s.stores.Accounts.Accounts(ctx) }

package staff

import (
	"context"
	"slices"
	"strings"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/region"
)

// Person is an account as a list shows it.
type Person struct {
	ID        string
	Login     string
	Name      string
	Home      region.Code
	State     State
	Grants    []Grant
	Password  bool // signs in by password
	WeChat    bool // signs in by WeChat
	TOTP      bool
	Waits     bool // an invitation of hers is open
	SeenAt    time.Time
	CreatedAt time.Time
	Demo      bool
}

func personOf(a Account, now time.Time) Person {
	p := Person{
		ID: a.ID, Login: a.Login, Name: a.Name, Home: a.Home, State: a.State, Grants: a.Grants, Password: a.Password != nil,
		WeChat: a.WeChat != "", TOTP: len(a.TOTP) > 0, Waits: a.Invitation != nil && now.Before(a.Invitation.ExpiresAt),
		CreatedAt: a.CreatedAt, Demo: a.Demo,
	}
	if a.SeenAt != nil {
		p.SeenAt = *a.SeenAt
	}
	return p
}

// PeopleQuery filters people; zero fields do not.
type PeopleQuery struct {
	Region region.Code // and below
	Role   string
	State  State
	Name   string // part of the name or of the login
}

func (q PeopleQuery) fits(a Account) bool {
	name := strings.ToLower(strings.TrimSpace(q.Name))
	return (q.Region == "" || a.Home.Within(q.Region)) && (q.State == "" || a.State == q.State) &&
		(q.Role == "" || slices.ContainsFunc(a.Grants, func(g Grant) bool { return g.Role == q.Role })) &&
		(name == "" || strings.Contains(strings.ToLower(a.Name), name) || strings.Contains(a.Login, name))
}

// People are the accounts of her regions that fit, by login; and how many each region has in all, by the region they work in.
func (s *Service) People(ctx context.Context, p Principal, q PeopleQuery) (found []Person, homes map[region.Code]int, err error) {
	if !p.Admits(access.ReadAccounts) {
		return nil, nil, ErrForbidden
	}
	all, err := s.stores.Accounts.Accounts(ctx)
	if err != nil {
		return nil, nil, err
	}
	homes, now := map[region.Code]int{}, s.now()
	for _, a := range all {
		if p.May(access.ReadAccounts, access.Record{Relation: p.Relation(a.ID), Region: a.Home}) != nil {
			continue
		}
		homes[a.Home]++
		if q.fits(a) {
			found = append(found, personOf(a, now))
		}
	}
	return found, homes, nil
}

// Person is one account of her regions with its open sessions. ErrNotFound.
func (s *Service) Person(ctx context.Context, p Principal, account string) (Person, []SessionView, error) {
	a, err := s.see(ctx, p, account)
	if err != nil {
		return Person{}, nil, err
	}
	sessions, err := s.sessionsOf(ctx, p, account)
	return personOf(a, s.now()), sessions, err
}

// Self is her own account.
func (s *Service) Self(ctx context.Context, p Principal) (Person, error) {
	a, err := s.stores.Accounts.Account(ctx, ByID, p.Account)
	return personOf(a, s.now()), err
}

// Names are the names of accounts by their ids, for lists that name colleagues; one that is gone is left out.
func (s *Service) Names(ctx context.Context, ids ...string) (map[string]string, error) {
	all, err := s.stores.Accounts.Accounts(ctx)
	names := map[string]string{}
	for _, a := range all {
		if slices.Contains(ids, a.ID) {
			names[a.ID] = a.Name
		}
	}
	return names, err
}

// Reviewers are all accounts that work now, with the roles they hold: whom a review could be asked of.
func (s *Service) Reviewers(ctx context.Context) ([]Principal, error) {
	all, err := s.stores.Accounts.Accounts(ctx)
	var working []Principal
	for _, a := range all {
		if !s.refuses(a) {
			working = append(working, Principal{Account: a.ID, Name: a.Name, Grants: a.holds(true)})
		}
	}
	return working, err
}

// Shortage is what a region lacks.
type Shortage struct {
	Region    region.Code
	Reviewers int // different people who could review there
	Missing   []access.Action
	Admins    int
}

// ActingAdmins counts the people who can do and agree to acts of two: they work now, hold the role and have a second factor.
// 演示 accounts count where they may sign in.
func ActingAdmins(accounts []Account, demo bool) int {
	n := 0
	for _, a := range accounts {
		if a.State == Active && a.Has(access.Admin) && len(a.TOTP) > 0 && (demo || !a.Demo) {
			n++
		}
	}
	return n
}

// AdminsNeeded is how many an act of two takes.
const AdminsNeeded = firstAdmins

// stages are the three reviews, each by another person.
var stages = []access.Action{access.ReviewFirst, access.ReviewSecond, access.ReviewThird}

// Short reports whether anything is lacking.
func (s Shortage) Short() bool { return len(s.Missing) > 0 || s.Admins < firstAdmins }

// Shortage counts who could review and who manages accounts in a region, people of the regions above included. Missing are
// the reviews for which no person is left when every person gives one at most.
func (s *Service) Shortage(ctx context.Context, p Principal, in region.Code) (Shortage, error) {
	if err := p.May(access.ReadAccounts, access.Record{Relation: access.Other, Region: in}); err != nil {
		return Shortage{}, err
	}
	all, err := s.stores.Accounts.Accounts(ctx)
	if err != nil {
		return Shortage{}, err
	}
	short := Shortage{Region: in}
	able := make([][]string, len(stages))
	for _, a := range all {
		if s.refuses(a) {
			continue
		}
		grants, record, reviews := a.holds(true), access.Record{Relation: access.Other, Region: in}, false
		for i, stage := range stages {
			if access.Actions.Decide(stage, record, grants...) == access.Allowed {
				able[i], reviews = append(able[i], a.ID), true
			}
		}
		if reviews {
			short.Reviewers++
		}
		if access.Actions.Decide(access.ChangeRoles, record, grants...) == access.Allowed {
			short.Admins++
		}
	}
	short.Missing = unfilled(able)
	return short, nil
}

// unfilled gives the stages that stay without a person in the best way to give every stage another one.
func unfilled(able [][]string) []access.Action {
	best := []access.Action(nil)
	first := true
	var try func(stage int, used []string, missing []access.Action)
	try = func(stage int, used []string, missing []access.Action) {
		if !first && len(missing) >= len(best) {
			return
		}
		if stage == len(able) {
			best, first = slices.Clone(missing), false
			return
		}
		for _, who := range able[stage] {
			if !slices.Contains(used, who) {
				try(stage+1, append(slices.Clone(used), who), missing)
			}
		}
		try(stage+1, used, append(slices.Clone(missing), stages[stage]))
	}
	try(0, nil, nil)
	return best
}

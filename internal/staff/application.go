package staff

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"pugongying/internal/access"
	"pugongying/internal/audit"
	"pugongying/internal/fault"
	"pugongying/internal/region"
)

// Faults of applications.
var (
	ErrWhy     = fault.New(fault.Invalid, "application.why_invalid", "写一两句你为什么想来，最多 500 个字。")
	ErrApplied = fault.New(fault.Conflict, "application.waiting", "你的申请已经收到了，正在等人看。")
	ErrVetted  = fault.New(fault.Conflict, "application.vetted", "你已经看过这份申请了，要由另一位来看。")
	ErrDecided = fault.New(fault.Conflict, "application.decided", "这份申请已经有结果了。")
	ErrReason  = fault.New(fault.Invalid, "application.reason_missing", "不同意要写一句为什么，最多 200 个字。申请的人看得到。")
)

// ApplicationState is where an application stands.
type ApplicationState string

// The states of applications.
const (
	ApplicationWaiting  ApplicationState = "waiting"
	ApplicationAccepted ApplicationState = "accepted"
	ApplicationDeclined ApplicationState = "declined"
)

const (
	longestWhy      = 500
	longestReason   = 200
	applicationLife = 90 * 24 * time.Hour
	vettersNeeded   = 2
)

// Application is somebody who would like to become a volunteer. What she wrote is sealed; it goes when she erases herself,
// and after 90 days in any case.
type Application struct {
	ID       string           `bson:"_id"`
	Member   string           `bson:"member"`
	Region   region.Code      `bson:"region"`
	KeyID    string           `bson:"keyId"`
	Sealed   []byte           `bson:"sealed"` // applied
	State    ApplicationState `bson:"state"`
	Vets     []Vet            `bson:"vets"`
	Token    []byte           `bson:"token,omitempty"`   // of her invitation, sealed, for her alone
	Account  string           `bson:"account,omitempty"` // that was made for her
	At       time.Time        `bson:"at"`
	RemoveAt time.Time        `bson:"removeAt"`
	Waiting  bool             `bson:"waiting,omitempty"` // a member has one at most
	Rev      int64            `bson:"rev"`
	Schema   int              `bson:"schema"`
}

// Vet is one person's verdict.
type Vet struct {
	By     string    `bson:"by"`
	At     time.Time `bson:"at"`
	Yes    bool      `bson:"yes"`
	Reason []byte    `bson:"reason,omitempty"` // sealed
}

// applied is what she wrote.
type applied struct{ Name, Why string }

func applicationPlace(id, field string) Place {
	return Place{Collection: "staffApplications", ID: id, Field: field}
}

// Apply stores an application of a resident who is signed in by WeChat. ErrName, ErrRegion, ErrWhy, ErrApplied.
func (s *Service) Apply(ctx context.Context, who Phoned, name string, home region.Code, why string) (string, error) {
	if _, err := s.wechatOf(ctx, who); err != nil {
		return "", err
	}
	name, err := checkName(name)
	if err != nil {
		return "", err
	}
	if _, err := s.regions.Find(home); err != nil {
		return "", ErrRegion.Because(err)
	}
	why = strings.TrimSpace(why)
	if why == "" || utf8.RuneCountInString(why) > longestWhy {
		return "", ErrWhy
	}
	now := s.now()
	a := Application{ID: s.newID(), Member: who.Member, Waiting: true, Region: home, State: ApplicationWaiting, Vets: []Vet{}, At: now, RemoveAt: now.Add(applicationLife), Schema: 1}
	if a.KeyID, err = s.sealer.NewKey(ctx); err != nil {
		return "", err
	}
	text, err := json.Marshal(applied{name, why})
	if err == nil {
		a.Sealed, err = s.sealer.Seal(ctx, a.KeyID, applicationPlace(a.ID, "applied"), text)
	}
	if err == nil {
		err = s.stores.Applications.InsertApplication(ctx, a)
	}
	if err != nil {
		return "", errors.Join(err, s.sealer.Shred(context.WithoutCancel(ctx), a.KeyID))
	}
	return a.ID, nil
}

// Applying is her own application as she sees it.
type Applying struct {
	State  ApplicationState
	Name   string
	Region region.Code
	Why    string
	Seen   int    // how many have looked
	Reason string // of a refusal
	Token  string // of her invitation, until it is used
	At     time.Time
}

// MyApplication is the latest of a resident. ErrNotFound.
func (s *Service) MyApplication(ctx context.Context, who Phoned) (Applying, error) {
	a, err := s.stores.Applications.ApplicationOf(ctx, who.Member)
	if err != nil {
		return Applying{}, err
	}
	wrote, err := s.wrote(ctx, a)
	if err != nil {
		return Applying{}, err
	}
	mine := Applying{State: a.State, Name: wrote.Name, Why: wrote.Why, Region: a.Region, Seen: len(a.Vets), At: a.At}
	for _, v := range a.Vets {
		if len(v.Reason) > 0 {
			reason, err := s.sealer.Open(ctx, a.KeyID, applicationPlace(a.ID, "reason"), v.Reason)
			if err != nil {
				return Applying{}, err
			}
			mine.Reason = string(reason)
		}
	}
	mine.Token, err = s.tokenOf(ctx, a)
	return mine, err
}

// tokenOf is the token of an accepted applicant's invitation, "" once it was used or is over.
func (s *Service) tokenOf(ctx context.Context, a Application) (string, error) {
	if len(a.Token) == 0 {
		return "", nil
	}
	token, err := s.sealer.Open(ctx, a.KeyID, applicationPlace(a.ID, "token"), a.Token)
	if err != nil {
		return "", err
	}
	if _, err := s.invited(ctx, string(token)); errors.Is(err, ErrInvitation) {
		return "", nil
	} else if err != nil {
		return "", err
	}
	return string(token), nil
}

func (s *Service) wrote(ctx context.Context, a Application) (applied, error) {
	var text applied
	b, err := s.sealer.Open(ctx, a.KeyID, applicationPlace(a.ID, "applied"), a.Sealed)
	if err == nil {
		err = json.Unmarshal(b, &text)
	}
	return text, err
}

// ApplicationView is an application as staff of its region read it.
type ApplicationView struct {
	ID     string
	Name   string
	Region region.Code
	Why    string
	At     time.Time
	Vets   []Vet
	Mine   bool // she has vetted it already, or made it
}

// Applications are those of her regions that wait, the oldest first.
func (s *Service) Applications(ctx context.Context, p Principal) ([]ApplicationView, error) {
	if !p.Admits(access.VetApplication) {
		return nil, ErrForbidden
	}
	all, err := s.stores.Applications.Applications(ctx)
	if err != nil {
		return nil, err
	}
	views := []ApplicationView{}
	for _, a := range all {
		if p.May(access.VetApplication, access.Record{Relation: access.Other, Region: a.Region}) != nil {
			continue
		}
		wrote, err := s.wrote(ctx, a)
		if err != nil {
			return nil, fmt.Errorf("staff: application %s: %w", a.ID, err)
		}
		views = append(views, ApplicationView{ID: a.ID, Name: wrote.Name, Why: wrote.Why, Region: a.Region, At: a.At, Vets: a.Vets, Mine: a.vettedBy(p.Account)})
	}
	return views, nil
}

func (a Application) vettedBy(account string) bool {
	return slices.ContainsFunc(a.Vets, func(v Vet) bool { return v.By == account })
}

// Vet is one person's verdict on an application. The second yes makes the account and its invitation, which the applicant
// sees on her phone; one no, with its reason, ends it. ErrVetted to who vetted it before, ErrDecided.
func (s *Service) Vet(ctx context.Context, p Principal, id string, yes bool, reason string) error {
	a, err := s.vettable(ctx, p, id)
	if err != nil {
		return err
	}
	v := Vet{By: p.Account, At: s.now(), Yes: yes}
	if !yes {
		reason = strings.TrimSpace(reason)
		if reason == "" || utf8.RuneCountInString(reason) > longestReason {
			return ErrReason
		}
		if v.Reason, err = s.sealer.Seal(ctx, a.KeyID, applicationPlace(a.ID, "reason"), []byte(reason)); err != nil {
			return err
		}
	}
	made, err := s.accountFor(ctx, a, p.Account)
	if err != nil {
		return err
	}
	used := false
	err = s.stores.Applications.VetApplication(ctx, id, func(a *Application) (*Account, audit.Entry, error) {
		used = false
		account, err := a.vet(v, made)
		if err != nil {
			return nil, audit.Entry{}, err
		}
		used = account != nil
		e, err := s.entry(p.Actor(), audit.ApplicationVet, id, map[string]string{"verdict": string(a.State)})
		return account, e, err
	})
	if err != nil || !used {
		return errors.Join(err, s.sealer.Shred(context.WithoutCancel(ctx), made.account.KeyID))
	}
	return nil
}

func (s *Service) vettable(ctx context.Context, p Principal, id string) (Application, error) {
	if !p.Admits(access.VetApplication) {
		return Application{}, ErrForbidden
	}
	a, err := s.stores.Applications.Application(ctx, id)
	if err != nil {
		return Application{}, err
	}
	return a, p.May(access.VetApplication, access.Record{Relation: access.Other, Region: a.Region})
}

// making is an account that the second yes adds, and the token that the applicant is shown.
type making struct {
	account Account
	token   []byte
}

func (s *Service) accountFor(ctx context.Context, a Application, by string) (making, error) {
	wrote, err := s.wrote(ctx, a)
	if err != nil {
		return making{}, err
	}
	login := "v" + strings.ToLower(s.newID()[:9])
	m := making{}
	if m.account, err = s.newAccount(ctx, NewAccount{Login: login, Name: wrote.Name, Home: a.Region}); err != nil {
		return making{}, err
	}
	if err := m.account.grant(access.Volunteer, a.Region, by, s.now()); err != nil {
		return making{}, err
	}
	var token string
	token, m.account.Invitation = s.newInvitation(Join)
	m.account.Invitation.ExpiresAt = s.now().Add(applicantLife)
	m.token, err = s.sealer.Seal(ctx, a.KeyID, applicationPlace(a.ID, "token"), []byte(token))
	return m, err
}

// applicantLife is how long an accepted applicant has to come in: she looks at her phone when she looks at it.
const applicantLife = 30 * 24 * time.Hour

// vet adds a verdict and gives the account to be added, nil for none.
func (a *Application) vet(v Vet, made making) (*Account, error) {
	switch {
	case a.State != ApplicationWaiting:
		return nil, ErrDecided
	case a.vettedBy(v.By):
		return nil, ErrVetted
	}
	a.Vets = append(a.Vets, v)
	if !v.Yes {
		a.State, a.Waiting = ApplicationDeclined, false
		return nil, nil
	}
	if len(a.Vets) < vettersNeeded {
		return nil, nil
	}
	a.State, a.Waiting, a.Account, a.Token = ApplicationAccepted, false, made.account.ID, made.token
	return &made.account, nil
}

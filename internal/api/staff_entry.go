package api

import (
	"context"
	"net/http"
	"time"

	"pugongying/internal/member"
	"pugongying/internal/region"
	"pugongying/internal/staff"
	"pugongying/internal/web"
)

// StaffEntry leads from a resident signed in by WeChat to staff: *staff.Service.
type StaffEntry interface {
	SignInPhone(ctx context.Context, who staff.Phoned) (staff.SignedIn, error)
	Welcome(ctx context.Context, token string, again bool) (staff.Welcome, error)
	JoinPhone(ctx context.Context, who staff.Phoned, token, code string) (staff.SignedIn, error)
	Scan(ctx context.Context, who staff.Phoned, id string) (staff.Asked, error)
	Answer(ctx context.Context, who staff.Phoned, id string, itIsMe bool) error
}

// Applicants takes applications of residents: *staff.Service.
type Applicants interface {
	Apply(ctx context.Context, who staff.Phoned, name string, home region.Code, why string) (string, error)
	MyApplication(ctx context.Context, who staff.Phoned) (staff.Applying, error)
}

// Rates of what leads to a session of staff.
var (
	rateEntry = web.Rate{Per: 6 * time.Second, Burst: 20} // per member
	rateApply = web.Rate{Per: time.Hour, Burst: 3}        // per member
)

// StaffSession is a session of staff on a phone, as its owner is given it, once. It is kept in memory alone.
type StaffSession struct {
	Token  string    `json:"token"`
	EndsAt time.Time `json:"endsAt" doc:"two hours at most; earlier with the resident's own session"`
	Me     StaffMe   `json:"me"`
}

// StaffMe is who works on this phone.
type StaffMe struct {
	Name     string      `json:"name"`
	Roles    []StaffRole `json:"roles" doc:"those that hold in this session"`
	Withheld bool        `json:"withheld" doc:"more of her roles hold once she confirms with a one-time code"`
}

// StaffRole is a role in a region and below.
type StaffRole struct {
	Role   string `json:"role"`
	Region string `json:"region"`
}

// Invitation is what an invitation shows before it is used.
type Invitation struct {
	Name    string      `json:"name"`
	Login   string      `json:"login"`
	Purpose string      `json:"purpose" enum:"join,renew,bind"`
	Roles   []StaffRole `json:"roles"`
	Secret  string      `json:"secret,omitempty" doc:"for the authenticator, in base32; every opening shows another one; absent where she keeps the one she has"`
	URI     string      `json:"uri,omitempty" doc:"the same as otpauth://"`
	Until   time.Time   `json:"until"`
}

// DeskCode is what the confirm page shows of a code on a console.
type DeskCode struct {
	Digits    string    `json:"digits" doc:"the same two stand on the console"`
	Site      string    `json:"site"`
	Device    string    `json:"device"`
	At        time.Time `json:"at"`
	ExpiresAt time.Time `json:"expiresAt"`
	Name      string    `json:"name" doc:"whose account would be signed in"`
}

// Applying is her application to become a volunteer.
type Applying struct {
	State      string    `json:"state" enum:"waiting,accepted,declined"`
	Name       string    `json:"name"`
	Region     string    `json:"region"`
	Why        string    `json:"why"`
	Seen       int       `json:"seen" doc:"how many of two have looked"`
	Reason     string    `json:"reason,omitempty" doc:"of a refusal"`
	Invitation string    `json:"invitation,omitempty" doc:"of an accepted one, until it is used"`
	At         time.Time `json:"at"`
}

type invitationToken struct {
	Body struct {
		Invitation string `json:"invitation" maxLength:"40"`
	}
}

type binding struct {
	Body struct {
		Invitation string `json:"invitation" maxLength:"40"`
		Code       string `json:"code" maxLength:"12" doc:"six digits of the authenticator"`
	}
}

type oneTime struct {
	Body struct {
		Code string `json:"code" maxLength:"12"`
	}
}

type deskCode struct {
	ID string `path:"id" maxLength:"32" doc:"the scene of the scanned code"`
}

type applying struct {
	Body struct {
		Name   string `json:"name" maxLength:"80"`
		Region string `json:"region" maxLength:"12"`
		Why    string `json:"why" maxLength:"2000"`
	}
}

// phoned is a resident on whose phone staff work.
func phoned(who member.Principal) staff.Phoned {
	return staff.Phoned{Member: string(who.ID), Session: who.Session}
}

// addStaffEntry adds what leads from a resident signed in by WeChat to a session of staff.
func (d *door) addStaffEntry() {
	add(d, spec{route: "POST /api/v1/staff/sessions", summary: "begin a session of staff, by the WeChat that is bound to an account", status: http.StatusCreated, rate: rateEntry}, func(ctx context.Context, who member.Principal, _ *struct{}) (*body[StaffSession], error) {
		s, err := d.StaffEntry.SignInPhone(ctx, phoned(who))
		return answer(staffSessionOf(s)), err
	})
	add(d, spec{route: "POST /api/v1/staff/invitation", summary: "what an invitation is for, before it is used", status: http.StatusOK, rate: rateEntry}, func(ctx context.Context, _ member.Principal, in *invitationToken) (*body[Invitation], error) {
		w, err := d.StaffEntry.Welcome(ctx, in.Body.Invitation, false)
		return answer(Invitation{Name: w.Name, Login: w.Login, Purpose: string(w.Purpose), Roles: rolesOf(w.Grants), Secret: w.Secret, URI: w.URI, Until: w.Until}), err
	})
	add(d, spec{route: "POST /api/v1/staff/bindings", summary: "bind my WeChat to the account of an invitation, with its one-time code", status: http.StatusCreated, rate: rateEntry}, func(ctx context.Context, who member.Principal, in *binding) (*body[StaffSession], error) {
		s, err := d.StaffEntry.JoinPhone(ctx, phoned(who), in.Body.Invitation, in.Body.Code)
		return answer(staffSessionOf(s)), err
	})
	add(d, spec{route: "POST /api/v1/staff/codes/{id}/scan", summary: "what a scanned code of a console would sign in", status: http.StatusOK, rate: rateEntry}, func(ctx context.Context, who member.Principal, in *deskCode) (*body[DeskCode], error) {
		asked, err := d.StaffEntry.Scan(ctx, phoned(who), in.ID)
		return answer(DeskCode(asked)), err
	})
	for route, itIsMe := range map[Route]bool{"POST /api/v1/staff/codes/{id}/confirmation": true, "POST /api/v1/staff/codes/{id}/refusal": false} {
		add(d, spec{route: route, summary: "answer a scanned code", status: http.StatusNoContent, rate: rateEntry}, func(ctx context.Context, who member.Principal, in *deskCode) (*empty, error) {
			return nil, d.StaffEntry.Answer(ctx, phoned(who), in.ID, itIsMe)
		})
	}
	d.addApplications()
	d.addStaffSelf()
}

func (d *door) addApplications() {
	add(d, spec{route: "POST /api/v1/volunteers", summary: "apply to become a volunteer", status: http.StatusCreated, rate: rateApply}, func(ctx context.Context, who member.Principal, in *applying) (*body[Applying], error) {
		if _, err := d.Applicants.Apply(ctx, phoned(who), in.Body.Name, region.Code(in.Body.Region), in.Body.Why); err != nil {
			return nil, err
		}
		return d.myApplication(ctx, who)
	})
	add(d, spec{route: "GET /api/v1/volunteers/mine", summary: "my application", rate: rateWrite}, func(ctx context.Context, who member.Principal, _ *struct{}) (*body[Applying], error) {
		return d.myApplication(ctx, who)
	})
}

func (d *door) myApplication(ctx context.Context, who member.Principal) (*body[Applying], error) {
	a, err := d.Applicants.MyApplication(ctx, phoned(who))
	return answer(Applying{
		State: string(a.State), Name: a.Name, Region: string(a.Region), Why: a.Why, Seen: a.Seen, Reason: a.Reason, Invitation: a.Token, At: a.At,
	}), err
}

// addStaffSelf adds what she does with her own session of staff.
func (d *door) addStaffSelf() {
	addStaff(d, spec{route: "GET /api/v1/staff/me", summary: "who works on this phone", rate: rateWrite}, func(_ context.Context, who staff.Principal, _ *struct{}) (*body[StaffMe], error) {
		return answer(staffMeOf(who)), nil
	})
	addStaff(d, spec{route: "POST /api/v1/staff/sessions/current/confirmation", summary: "prove the second factor: all roles hold, and acts that matter for five minutes", status: http.StatusNoContent, rate: rateWrite}, func(ctx context.Context, who staff.Principal, in *oneTime) (*empty, error) {
		return nil, d.Staff.StepUp(ctx, who, in.Body.Code)
	})
	addStaff(d, spec{route: "DELETE /api/v1/staff/sessions/current", summary: "end this session of staff", status: http.StatusNoContent, rate: rateWrite}, func(ctx context.Context, who staff.Principal, _ *struct{}) (*empty, error) {
		return nil, d.Staff.SignOut(ctx, who)
	})
}

func staffSessionOf(s staff.SignedIn) StaffSession {
	return StaffSession{Token: s.Token, EndsAt: s.EndsAt, Me: staffMeOf(s.Principal)}
}

func staffMeOf(p staff.Principal) StaffMe {
	me := StaffMe{Name: p.Name, Roles: []StaffRole{}, Withheld: p.Withheld}
	for _, g := range p.Grants {
		me.Roles = append(me.Roles, StaffRole{Role: g.Role.String(), Region: string(g.Scope.From)})
	}
	return me
}

func rolesOf(grants []staff.Grant) []StaffRole {
	roles := []StaffRole{}
	for _, g := range grants {
		roles = append(roles, StaffRole{Role: g.Role, Region: string(g.Region)})
	}
	return roles
}

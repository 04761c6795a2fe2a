package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"pugongying/internal/access"
	"pugongying/internal/fault"
	"pugongying/internal/staff"
	"pugongying/internal/web"
	"pugongying/internal/web/jsonapi"
)

// StaffRoutes maps each route of staff on the phone to its action. They take a session of staff of kind phone and no other:
// a resident's token opens nothing here, and theirs opens nothing of a resident's.
var StaffRoutes = map[Route]access.Action{
	"GET /api/v1/staff/me":                             access.StaffSelf,
	"POST /api/v1/staff/sessions/current/confirmation": access.StaffSelf,
	"DELETE /api/v1/staff/sessions/current":            access.StaffSelf,

	"POST /api/v1/staff/pictures":           access.UsePictures,
	"GET /api/v1/staff/pictures/{id}":       access.UsePictures,
	"PUT /api/v1/staff/pictures/{id}":       access.UsePictures,
	"DELETE /api/v1/staff/pictures/{id}":    access.UsePictures,
	"GET /api/v1/staff/pictures/{id}/small": access.UsePictures,

	"GET /api/v1/me/acts":                          access.EnterAct,
	"POST /api/v1/me/acts":                         access.EnterAct,
	"GET /api/v1/me/drafts":                        access.WriteContribution,
	"POST /api/v1/me/drafts":                       access.WriteContribution,
	"GET /api/v1/me/drafts/{id}":                   access.WriteContribution,
	"PUT /api/v1/me/drafts/{id}":                   access.WriteContribution,
	"DELETE /api/v1/me/drafts/{id}":                access.WriteContribution,
	"POST /api/v1/me/drafts/{id}/submission":       access.WriteContribution,
	"PUT /api/v1/me/drafts/{id}/consent":           access.WriteContribution,
	"DELETE /api/v1/me/drafts/{id}/consent":        access.WriteContribution,
	"PUT /api/v1/me/drafts/{id}/voices/{voice}":    access.WriteContribution,
	"GET /api/v1/me/drafts/{id}/voices/{voice}":    access.WriteContribution,
	"DELETE /api/v1/me/drafts/{id}/voices/{voice}": access.WriteContribution,
}

// StaffSessions says whose a token is; every other token is a fault.Unauthenticated.
type StaffSessions interface {
	Who(ctx context.Context, token string) (staff.Principal, error)
	StepUp(ctx context.Context, who staff.Principal, code string) error
	SignOut(ctx context.Context, who staff.Principal) error
}

// addStaff registers an operation of staff on the phone; the handler is given who calls.
func addStaff[I, O any](d *door, s spec, handle func(ctx context.Context, who staff.Principal, in *I) (*O, error)) {
	action, listed := StaffRoutes[s.route]
	if _, known := access.Actions[action]; !listed || !known {
		panic("no action of staff, or none with a row in the table, for " + string(s.route))
	}
	jsonapi.Register(d.api, described(s, action, d.admitStaff(action, s)), func(ctx context.Context, in *I) (*O, error) {
		who, _ := web.Attached(ctx).(*staff.Principal)
		if who == nil {
			return nil, jsonapi.ErrNoSession // admitStaff attaches somebody to every request
		}
		return handle(ctx, *who, in)
	})
}

// admitStaff identifies who calls, checks the permission table and counts the rate.
func (d *door) admitStaff(action access.Action, s spec) func(huma.Context, func(huma.Context)) {
	return func(hc huma.Context, next func(huma.Context)) {
		who, err := d.staffOf(hc)
		if err == nil && !who.Admits(action) {
			err = staff.ErrForbidden
		}
		if err == nil {
			err = d.Limits.Check(hc.Context(), string(s.route)+"|staff|"+who.Account, s.rate)
		}
		if err != nil {
			d.api.Refuse(hc, err)
			return
		}
		web.Attach(hc.Context(), &who)
		next(hc)
	}
}

// staffOf resolves the token of a request. A session of the console is none here.
func (d *door) staffOf(hc huma.Context) (staff.Principal, error) {
	token, err := bearer(hc)
	switch {
	case err != nil:
		return staff.Principal{}, err
	case token == "":
		return staff.Principal{}, jsonapi.ErrNoSession
	case d.Staff == nil:
		return staff.Principal{}, ErrExpired
	}
	who, err := d.Staff.Who(hc.Context(), token)
	switch {
	case err != nil && fault.From(err).Kind == fault.Unauthenticated:
		return staff.Principal{}, ErrExpired.Because(err) // whatever it was the token of
	case err != nil:
		return staff.Principal{}, err
	case who.Account == "" || who.Kind != staff.Phone:
		return staff.Principal{}, ErrExpired
	}
	return who, nil
}

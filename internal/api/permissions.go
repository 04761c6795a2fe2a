package api

import (
	"pugongying/internal/access"
	"pugongying/internal/fault"
	"pugongying/internal/member"
	"pugongying/internal/web/jsonapi"
)

// Route names an operation as "GET /api/v1/home".
type Route string

// Routes maps each route to its action; access.Actions says who may do it. An operation that is in neither cannot be
// registered. A test compares router, OpenAPI document and table, and tries every cell.
var Routes = map[Route]access.Action{
	"GET /api/v1/home":                             access.ReadPublished,
	"GET /api/v1/explainers":                       access.ReadPublished,
	"GET /api/v1/explainers/{slug}":                access.ReadPublished,
	"POST /api/v1/explainers/{slug}/readings":      access.CountCompletion,
	"POST /api/v1/explainers/{slug}/reports":       access.ReportText,
	"POST /api/v1/questions/{id}/reports":          access.ReportText,
	"POST /api/v1/explainers/{slug}/attempts":      access.StartAttempt,
	"GET /api/v1/laws":                             access.ReadPublished,
	"GET /api/v1/laws/{law}":                       access.ReadPublished,
	"GET /api/v1/laws/{law}/articles/{number}":     access.ReadPublished,
	"GET /api/v1/laws/{law}/changes":               access.ReadPublished,
	"GET /api/v1/quizzes":                          access.ReadPublished,
	"GET /api/v1/quizzes/{slug}":                   access.ReadPublished,
	"POST /api/v1/quizzes/{slug}/attempts":         access.StartAttempt,
	"POST /api/v1/me/daily":                        access.StartAttempt,
	"GET /api/v1/attempts/{id}":                    access.ReadAttempt,
	"PUT /api/v1/attempts/{id}/answers/{question}": access.AnswerAttempt,
	"POST /api/v1/attempts/{id}/submission":        access.SubmitAttempt,
	"GET /api/v1/regions":                          access.ReadPublished,
	"GET /api/v1/regions/{code}":                   access.ReadPublished,
	"GET /api/v1/scenes/{scene}":                   access.ResolveScene,
	"GET /api/v1/media/audio/{name}":               access.ReadPublished,
	"GET /api/v1/media/pictures/{name}":            access.ReadPublished,
	"GET /api/v1/hotlines":                         access.ReadPublished,
	"GET /api/v1/search":                           access.Search,
	"POST /api/v1/sessions":                        access.SignIn,
	"POST /api/v1/sessions/end":                    access.EndSession,
	"DELETE /api/v1/sessions/current":              access.SignOut,
	"GET /api/v1/me":                               access.ReadMe,
	"PATCH /api/v1/me":                             access.ChangeMe,
	"DELETE /api/v1/me":                            access.EraseMe,
	"GET /api/v1/me/export":                        access.ExportMe,
	"POST /api/v1/me/claim-code":                   access.OfferClaim,
	"POST /api/v1/me/claim":                        access.TakeClaim,
	"GET /api/v1/me/keeping":                       access.ReadHistory,
	"PUT /api/v1/me/keeping":                       access.ChangeHistory,
	"DELETE /api/v1/me/keeping":                    access.ChangeHistory,
	"GET /api/v1/me/mistakes":                      access.ReadHistory,
	"DELETE /api/v1/me/mistakes/{question}":        access.ChangeHistory,
	"GET /api/v1/me/reviews":                       access.ReadReviews,
	"POST /api/v1/me/reviews/attempts":             access.StartReview,
	"GET /api/v1/me/shelf":                         access.ReadHistory,
	"PUT /api/v1/me/shelf/{list}/{slug}":           access.ChangeHistory,
	"DELETE /api/v1/me/shelf/{list}/{slug}":        access.ChangeHistory,
	"GET /api/v1/appointments/options":             access.ReadPublished,
	"GET /api/v1/teachers":                         access.ReadFree,
	"GET /api/v1/teachers/{id}/slots":              access.ReadFree,
	"GET /api/v1/slots":                            access.ReadFree,
	"POST /api/v1/appointments":                    access.Book,
	"POST /api/v1/appointments/found":              access.FindBooking,
	"POST /api/v1/appointments/{id}/extension":     access.ChangeBooking,
	"POST /api/v1/appointments/{id}/confirmation":  access.ChangeBooking,
	"POST /api/v1/appointments/{id}/move":          access.ChangeBooking,
	"POST /api/v1/appointments/{id}/cancellation":  access.ChangeBooking,
	"POST /api/v1/appointments/{id}/reminder":      access.AskReminder,
	"GET /api/v1/me/appointments":                  access.ReadBookings,
	"POST /api/v1/me/waitlist":                     access.Book,
	"GET /api/v1/me/waitlist":                      access.ReadBookings,
	"DELETE /api/v1/me/waitlist/{id}":              access.ChangeBooking,
	"POST /api/v1/volunteers":                      access.SendApplication,
	"GET /api/v1/volunteers/mine":                  access.SendApplication,
	"POST /api/v1/staff/sessions":                  access.EnterStaff,
	"POST /api/v1/staff/invitation":                access.EnterStaff,
	"POST /api/v1/staff/bindings":                  access.EnterStaff,
	"POST /api/v1/staff/codes/{id}/scan":           access.EnterStaff,
	"POST /api/v1/staff/codes/{id}/confirmation":   access.EnterStaff,
	"POST /api/v1/staff/codes/{id}/refusal":        access.EnterStaff,
}

// Faults of the door itself.
var (
	ErrNotForGuests  = fault.New(fault.Forbidden, "forbidden.guest", "这一步要先用微信登录。")
	ErrNotForMembers = fault.New(fault.Forbidden, "forbidden.member", "你已经用微信登录了，不需要这一步。")
)

// roleOf is the role of the person asking.
func roleOf(who member.Principal) access.Role {
	switch {
	case who.ID == "":
		return access.Nobody
	case who.Kind == member.Guest:
		return access.Guest
	}
	return access.WeChat
}

// permit checks in the table whether a role may do an action. On which records is up to the capability, which answers for
// other people's records as if they did not exist.
func permit(action access.Action, role access.Role) error {
	if access.Actions.Admits(action, access.Grant{Role: role}) {
		return nil
	}
	switch role {
	case access.Nobody:
		return jsonapi.ErrNoSession
	case access.Guest:
		return ErrNotForGuests
	}
	return ErrNotForMembers
}

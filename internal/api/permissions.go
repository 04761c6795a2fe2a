package api

import (
	"pugongying/internal/fault"
	"pugongying/internal/member"
)

// Verdict says what a route does for somebody of one role.
type Verdict int

// The verdicts. Own allows, and makes everything that is not one's own look as if it did not exist.
const (
	Deny  Verdict = iota // told to sign in (nobody) or that this is not for her
	Allow                // open
	Own                  // open, on one's own records; another's is not found
)

// Rule is one row of the permission table: what a route does for nobody, for a guest and for a WeChat member.
type Rule struct {
	Nobody, Guest, WeChat Verdict
}

// Route names an operation as "GET /api/v1/home".
type Route string

var (
	published = Rule{Allow, Allow, Allow}
	personal  = Rule{Deny, Own, Own}
	// An attempt may belong to nobody: then its unguessable id is what makes it one's own.
	sitting = Rule{Own, Own, Own}
)

// Permissions is the one table of who may do what on this door. An operation without a row cannot be registered; router,
// OpenAPI document and table are compared in a test, and every cell is tried.
var Permissions = map[Route]Rule{
	"GET /api/v1/home":                             published,
	"GET /api/v1/explainers":                       published,
	"GET /api/v1/explainers/{slug}":                published,
	"POST /api/v1/explainers/{slug}/readings":      published,
	"POST /api/v1/explainers/{slug}/attempts":      sitting,
	"GET /api/v1/laws":                             published,
	"GET /api/v1/laws/{law}":                       published,
	"GET /api/v1/laws/{law}/articles/{number}":     published,
	"GET /api/v1/laws/{law}/changes":               published,
	"GET /api/v1/quizzes":                          published,
	"GET /api/v1/quizzes/{slug}":                   published,
	"POST /api/v1/quizzes/{slug}/attempts":         sitting,
	"POST /api/v1/me/daily":                        sitting,
	"GET /api/v1/attempts/{id}":                    sitting,
	"PUT /api/v1/attempts/{id}/answers/{question}": sitting,
	"POST /api/v1/attempts/{id}/submission":        sitting,
	"GET /api/v1/regions":                          published,
	"GET /api/v1/regions/{code}":                   published,
	"GET /api/v1/scenes/{scene}":                   published,
	"GET /api/v1/media/audio/{name}":               published,
	"GET /api/v1/hotlines":                         published,
	"GET /api/v1/search":                           published,
	"POST /api/v1/sessions":                        published,
	"POST /api/v1/sessions/end":                    published,
	"DELETE /api/v1/sessions/current":              personal,
	"GET /api/v1/me":                               personal,
	"PATCH /api/v1/me":                             personal,
	"DELETE /api/v1/me":                            personal,
	"GET /api/v1/me/export":                        personal,
	"POST /api/v1/me/claim-code":                   {Deny, Own, Deny},
	"POST /api/v1/me/claim":                        {Deny, Deny, Own},
	"GET /api/v1/me/keeping":                       personal,
	"PUT /api/v1/me/keeping":                       personal,
	"DELETE /api/v1/me/keeping":                    personal,
	"GET /api/v1/me/mistakes":                      personal,
	"DELETE /api/v1/me/mistakes/{question}":        personal,
	"GET /api/v1/me/reviews":                       personal,
	"POST /api/v1/me/reviews/attempts":             personal,
	"GET /api/v1/me/shelf":                         personal,
	"PUT /api/v1/me/shelf/{list}/{slug}":           personal,
	"DELETE /api/v1/me/shelf/{list}/{slug}":        personal,
}

// Faults of the door itself.
var (
	ErrNotForGuests  = fault.New(fault.Forbidden, "forbidden.guest", "这一步要先用微信登录。")
	ErrNotForMembers = fault.New(fault.Forbidden, "forbidden.member", "你已经用微信登录了，不需要这一步。")
)

// verdict is the rule's cell for whoever is asking.
func (r Rule) verdict(who member.Asker) Verdict {
	switch {
	case who.ID == "":
		return r.Nobody
	case who.Kind == member.Guest:
		return r.Guest
	}
	return r.WeChat
}

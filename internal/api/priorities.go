package api

import (
	"pugongying/internal/access"
	"pugongying/internal/web"
)

// priorities are the order in which actions are served when more is asked than the server can do: leaving first, then what
// was begun, then reading. What is listed here in neither begins something, and waits longest (web.New).
var priorities = map[access.Action]web.Priority{
	access.EndSession: web.Exit, access.SignOut: web.Exit,

	access.SubmitAttempt: web.Begun, access.AnswerAttempt: web.Begun, access.ReadAttempt: web.Begun,
	access.EraseMe: web.Begun, access.ChangeMe: web.Begun, access.ChangeHistory: web.Begun,

	access.ReadPublished: web.Read, access.Search: web.Read, access.ResolveScene: web.Read, access.ReadMe: web.Read,
	access.ReadHistory: web.Read, access.ReadReviews: web.Read, access.ExportMe: web.Read,

	access.WriteContribution: web.Begun, access.EnterAct: web.Begun,
	access.ReportText: web.Begun,

	access.FindBooking: web.Begun, access.ChangeBooking: web.Begun, access.Book: web.Begun, access.AskReminder: web.Begun,
	access.ReadFree: web.Read, access.ReadBookings: web.Read,

	access.StartAttempt: web.New, access.StartReview: web.New, access.CountCompletion: web.New,
	access.EnterStaff: web.New, access.SendApplication: web.New,
	access.SignIn: web.New, access.OfferClaim: web.New, access.TakeClaim: web.New,
}

// helpRoute is what is read by who needs help now; everything else that is published can wait longer.
const helpRoute Route = "GET /api/v1/hotlines"

func priorityOf(r Route, a access.Action) web.Priority {
	if r == helpRoute {
		return web.Help
	}
	return priorities[a]
}

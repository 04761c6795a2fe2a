package access

import "maps"

// Action is something that can be done, named "capability.what".
type Action string

// Actions of residents.
const (
	ReadPublished   Action = "published.read"
	Search          Action = "published.search"
	CountCompletion Action = "published.count"
	ResolveScene    Action = "region.scene"
	SignIn          Action = "session.begin"
	EndSession      Action = "session.end_by_key"
	SignOut         Action = "session.end"
	StartAttempt    Action = "attempt.start"
	ReadAttempt     Action = "attempt.read"
	AnswerAttempt   Action = "attempt.answer"
	SubmitAttempt   Action = "attempt.submit"
	StartReview     Action = "review.start"
	ReadReviews     Action = "review.read"
	ReadMe          Action = "member.read"
	ChangeMe        Action = "member.change"
	EraseMe         Action = "member.erase"
	ExportMe        Action = "member.export"
	OfferClaim      Action = "member.offer_claim"
	TakeClaim       Action = "member.take_claim"
	ReadHistory     Action = "history.read"
	ChangeHistory   Action = "history.change"
	ReadFree        Action = "booking.free"
	Book            Action = "booking.book"
	FindBooking     Action = "booking.find"
	ChangeBooking   Action = "booking.change"
	AskReminder     Action = "booking.remind"
	ReadBookings    Action = "booking.list"
)

var (
	everybody = Cell{On: Any}
	mine      = Cell{On: None | Own}

	public   = Row{Nobody: everybody, Guest: everybody, WeChat: everybody}
	personal = Row{Guest: mine, WeChat: mine}
	// An attempt and a held time may have no owner: then the unguessable id proves that it is one's own. What is booked is
	// proven by its pick-up code.
	attempt = Row{Nobody: mine, Guest: mine, WeChat: mine}
)

// Actions is the only table. Staff use routes and sessions of their own, so their cells in the residents' rows refuse.
var Actions = joined(residentActions, staffActions, counsellingActions)

func joined(tables ...Table) Table {
	all := Table{}
	for _, t := range tables {
		maps.Copy(all, t)
	}
	return all
}

// residentActions are the rows of residents.
var residentActions = Table{
	ReadPublished:   public,
	Search:          public,
	CountCompletion: public,
	ResolveScene:    public,
	SignIn:          public,
	EndSession:      public,
	SignOut:         personal,
	StartAttempt:    attempt,
	ReadAttempt:     attempt,
	AnswerAttempt:   attempt,
	SubmitAttempt:   attempt,
	StartReview:     personal,
	ReadReviews:     personal,
	ReadMe:          personal,
	ChangeMe:        personal,
	EraseMe:         personal,
	ExportMe:        personal,
	OfferClaim:      {Guest: mine},
	TakeClaim:       {WeChat: mine},
	ReadHistory:     personal,
	ChangeHistory:   personal,
	ReadFree:        public,
	Book:            attempt,
	FindBooking:     attempt,
	ChangeBooking:   attempt,
	AskReminder:     {WeChat: mine},
	ReadBookings:    personal,
}

package access

// Action is something that can be done, named as "capability.what".
type Action string

// What residents do.
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
)

var (
	everybody = Cell{On: Any}
	mine      = Cell{On: None | Own}

	public   = Row{Nobody: everybody, Guest: everybody, WeChat: everybody}
	personal = Row{Guest: mine, WeChat: mine}
	// An attempt may belong to nobody: then its unguessable id is what makes it one's own.
	attempt = Row{Nobody: mine, Guest: mine, WeChat: mine}
)

// Actions is the one table. Staff act through a door of their own with sessions of their own, so their cells in the
// residents' rows refuse.
var Actions = Table{
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
}

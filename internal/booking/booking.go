// Package booking is 预约: a parent's time with a counsellor, from the moment it is held for her to what came of it.
//
// It promises that a person, a counsellor and a room are never in two places at once, also across starts that overlap, modes
// and regions. Every appointment carries the ten-minute cells it needs in one array under one unique index, so that taking,
// moving and giving back are one write each; every way to a cell (holding, confirming, moving, a member of staff's override,
// 都可以, an offer from the waitlist, a series, an import) is one function (claim). Bounds that many requests at once could
// step over are cells too: the unconfirmed holds of a counsellor's week, what one person has ahead, her sessions of a year.
// A hold ends by the clock that is given, is looked at again when it is confirmed, and no answer that was lost makes a second
// booking. The pick-up code is the way back for whoever has no session: it tells when, where, how and with whom, never for
// whom, about what, or how she may be reached.
//
// It refuses a time that no plan offers, to say whether a code was wrong, unknown or that of something cancelled, and to
// keep a word of what she wrote once she is erased.
package booking

import (
	"time"

	"pugongying/internal/fault"
	"pugongying/internal/idempotency"
	"pugongying/internal/jobs"
	"pugongying/internal/member"
	"pugongying/internal/region"
)

// The rules.
const (
	Grid        = 10 * time.Minute // of the cells
	HoldLife    = 5 * time.Minute
	HoldsPer    = 3 // unconfirmed holds of one address in HoldsWithin
	HoldsWithin = time.Hour
	Share       = 3              // unconfirmed holds take at most one of so many of a counsellor's slots in a week
	CutOff      = 24 * time.Hour // a change is possible until so long before
	Ahead       = 2              // appointments one person has ahead of her
	Yearly      = 12             // sessions of one person in a calendar year
	OfferLife   = 12 * time.Hour // how long a freed slot is kept for who waits
	NoShowAfter = 10 * time.Minute
	Horizon     = 60 * 24 * time.Hour // how far ahead free slots are shown
	FreeDays    = 31                  // at most, in one question
	schema      = 1

	// JobsAhead is how far ahead an appointment's next due time may lie: its end, when it was booked at the horizon.
	JobsAhead = 400 * 24 * time.Hour
)

// Faults that answer a request about an appointment.
var (
	ErrNotFound    = fault.New(fault.NotFound, "booking.not_found", "没有找到这个预约。请看看号码有没有抄错。")
	ErrSlotTaken   = fault.New(fault.Conflict, "booking.slot_taken", "这个时段刚刚被约走了，请另选一个。")
	ErrTwice       = fault.New(fault.Conflict, "booking.twice", "这个时间你已经有一个预约了，请另选一个时间。")
	ErrHoldExpired = fault.New(fault.Conflict, "booking.hold_expired", "时间到了，这个时段放回去了。你写的还在，再选一个时间就接着用。")
	ErrExtended    = fault.New(fault.Conflict, "booking.extended", "已经多留过一次了，请在时间到以前确认。")
	ErrState       = fault.New(fault.Conflict, "booking.state", "这个预约现在不能这样改。")
	ErrTooLate     = fault.New(fault.Conflict, "booking.too_late", "离开始不到 24 小时了，要改请打活动中心的电话。")
	ErrNotOffered  = fault.New(fault.Conflict, "booking.not_offered", "这个时段现在不能约了，请另选一个。")
	ErrPast        = fault.New(fault.Invalid, "booking.past", "这个时间已经过去了，请另选一个。")
	ErrRegion      = fault.New(fault.Invalid, "booking.region", "这位老师不在这个地区，请另选一位，或者换电话、视频。")
	ErrTopic       = fault.New(fault.Invalid, "booking.topic", "没有这个话题，请从列出的里面选。")
	ErrMode        = fault.New(fault.Invalid, "booking.mode", "这个时段不能这样谈，请换一种方式或者换一个时间。")
	ErrNobodyFree  = fault.New(fault.Conflict, "booking.nobody_free", "这个时间没有老师空着了，请另选一个。")
	ErrManyHolds   = fault.New(fault.TooMany, "booking.many_holds", "留住的时段太多了，请过"+fault.AWhile+"再选。")
	ErrBusy        = fault.New(fault.Conflict, "booking.busy", "好几个人正在选这位老师的时间，请过几分钟再试，或者另选一位。")
	ErrManyAhead   = fault.New(fault.Conflict, "booking.many_ahead", "你前面还有两个没到的预约。谈过一个，再约下一个。")
	ErrManyYearly  = fault.New(fault.Conflict, "booking.many_yearly", "今年能约的次数用完了。还想谈，请打活动中心的电话。")
	ErrManyWaiting = fault.New(fault.Conflict, "booking.many_waiting", "你已经在等三处了，先去掉一处。")
	ErrConsent     = fault.New(fault.Invalid, "booking.consent", "孩子不满 14 岁，要父母或别的监护人同意记下和孩子有关的事。")
	ErrAge         = fault.New(fault.Invalid, "booking.age", "请选一下孩子多大。")
	ErrContact     = fault.New(fault.Invalid, "booking.contact", "可以打的话，请写号码、什么时候能打、我们说是谁。")
	ErrWording     = fault.New(fault.Invalid, "booking.wording", "这句话别人听了会猜到，请换一个平常的说法。")
	ErrWritten     = fault.New(fault.Invalid, "booking.written", "写得太长了，见面再细说。")
	ErrAnswer      = fault.New(fault.Invalid, "booking.answer", "请从列出的回答里选。")
	ErrWait        = fault.New(fault.TooMany, "booking.wait", "试得太多了，请过"+fault.AWhile+"再试。")
	ErrEarly       = fault.New(fault.Conflict, "booking.early", "还没到时候，开始以后才能记。没来的，开始 10 分钟以后记。")
	ErrNotWeChat   = fault.New(fault.Forbidden, "booking.reminder_wechat", "提醒要先用微信登录。")
	ErrRange       = fault.New(fault.Invalid, "booking.range", "请选一段不超过 31 天的日子。")
)

// State is how far an appointment has come.
type State string

// The states. Every change from one to another is a Step with who and when.
const (
	Reserved  State = "held"
	Confirmed State = "confirmed"
	Done      State = "done"
	Cancelled State = "cancelled"
	NoShow    State = "no_show"
	Expired   State = "expired"
)

// follows are the states that may follow one; the zero State is that of an appointment that is being made.
var follows = map[State][]State{
	"":        {Reserved, Confirmed},
	Reserved:  {Confirmed, Cancelled, Expired},
	Confirmed: {Done, Cancelled, NoShow},
}

// For says for whom she books.
type For string

// For whom.
const (
	ForSelf  For = "self"
	ForChild For = "child"
	ForOther For = "other"
)

// Mode is how they meet.
type Mode string

// The modes.
const (
	InPerson Mode = "in_person"
	ByPhone  Mode = "phone"
	ByVideo  Mode = "video"
)

// Modes are all modes.
var Modes = []Mode{InPerson, ByPhone, ByVideo}

// Place is where they meet, or the place a telephone or video session belongs to.
type Place struct {
	Name  string `bson:"name"`
	Room  string `bson:"room,omitempty"`
	How   string `bson:"how,omitempty"`   // 东门进，三楼右手
	Phone string `bson:"phone,omitempty"` // of the centre, for changes after the cut-off
}

// Slot is one time that a counsellor's plan offers.
type Slot struct {
	Counsellor string
	Start, End time.Time
	// With the buffers around it, which no other session of hers may touch; zero: without any.
	BusyFrom, BusyTo time.Time

	Modes  []Mode
	Topics []string    // empty: all of the counsellor's
	Region region.Code // where they meet in person
	Place  Place
	Room   string // that nobody else may have meanwhile; "" for none
}

// ID is how the doors name a slot.
func (s Slot) ID() string { return slotID(s.Counsellor, s.Start) }

// Counsellor is who may be booked.
type Counsellor struct {
	ID        string
	Name      string // 斯琴老师, in every list
	About     string // what she is, one tap deeper
	Languages []string
	Regions   []region.Code // in which, and below which, she may be booked
	Modes     []Mode
	Topics    []string
	Demo      bool
}

// Actor is who made a step. A resident is not named: the appointment is hers.
type Actor struct {
	Kind ActorKind `bson:"kind"`
	ID   string    `bson:"id,omitempty"` // of an account of staff
}

// ActorKind is what made a step.
type ActorKind string

// The kinds of actors.
const (
	ByResident ActorKind = "resident"
	ByStaff    ActorKind = "staff"
	BySystem   ActorKind = "system"
)

// Step is one transition.
type Step struct {
	From State     `bson:"from,omitempty"`
	To   State     `bson:"to"` // equal to From for a move
	By   Actor     `bson:"by"`
	At   time.Time `bson:"at"`
	Why  string    `bson:"why,omitempty"` // a word from a fixed list
}

// Appointment is one booked time. What she wrote is in Private, which is sealed under a key of its own.
type Appointment struct {
	ID         string        `bson:"_id"`
	State      State         `bson:"state"`
	Owner      member.Handle `bson:"owner,omitempty"` // "" for one made without a session
	Counsellor string        `bson:"counsellor"`
	Region     region.Code   `bson:"region"` // that she books from, else where they meet
	Mode       Mode          `bson:"mode"`
	Start      time.Time     `bson:"start"`
	End        time.Time     `bson:"end"`
	BusyFrom   time.Time     `bson:"busyFrom"` // with the buffers
	BusyTo     time.Time     `bson:"busyTo"`
	Place      Place         `bson:"place"`
	Room       string        `bson:"room,omitempty"`
	Cells      []string      `bson:"cells,omitempty"` // what it claims; none once nothing is
	Lanes      []string      `bson:"lanes,omitempty"` // those of Cells that count something
	HoldUntil  *time.Time    `bson:"heldUntil,omitempty"`
	Extended   bool          `bson:"extended,omitempty"`
	Offer      string        `bson:"offer,omitempty"` // of the waitlist's entry it is kept for
	Code       string        `bson:"code,omitempty"`  // keyed hash of the pick-up code
	Salt       int           `bson:"salt,omitempty"`  // of the pick-up code
	Steps      []Step        `bson:"steps"`
	RemoveAt   *time.Time    `bson:"removeAt,omitempty"`

	Once   *idempotency.Key `bson:"once,omitempty"`
	Job    *jobs.Due        `bson:"job,omitempty"`
	Rev    int64            `bson:"rev"`
	Schema int              `bson:"schema"`

	Private Private `bson:"-"` // stored sealed
}

// Private is what is sealed.
type Private struct {
	For      For               `bson:"for"`
	Age      string            `bson:"age,omitempty"`
	Topics   []string          `bson:"topics,omitempty"`
	Safety   map[string]string `bson:"safety,omitempty"` // answers by question
	Text     string            `bson:"text,omitempty"`
	Alone    string            `bson:"alone,omitempty"` // the child's own wish
	Before   string            `bson:"before,omitempty"`
	Consent  bool              `bson:"consent,omitempty"` // a guardian's, for a child under 14
	Waived   *Waiver           `bson:"waived,omitempty"`
	Contact  Contact           `bson:"contact"`
	NotThese []string          `bson:"notThese,omitempty"` // staff she named who must not see it
	Digits   string            `bson:"digits"`             // the code's last four, said at the door
}

// Waiver is a member of staff's decision that no guardian is asked.
type Waiver struct {
	By     string    `bson:"by"`
	Reason string    `bson:"reason"`
	At     time.Time `bson:"at"`
}

// Contact is how she may be reached safely. Without a call nothing of it is filled.
type Contact struct {
	Call     bool     `bson:"call"`
	Number   string   `bson:"number,omitempty"`
	When     []string `bson:"when,omitempty"`
	As       string   `bson:"as,omitempty"`
	AsText   string   `bson:"asText,omitempty"`
	Answered string   `bson:"answered,omitempty"` // when somebody else picks up
	Message  string   `bson:"message,omitempty"`
}

// The choices of what she answers.
var (
	Ages     = []string{"under8", "8-13", "14-17"}
	Alone    = []string{"yes", "with", "unasked"}
	Before   = []string{"no", "yes", "skip"}
	Whens    = []string{"morning", "noon", "afternoon", "evening"}
	As       = []string{"centre", "community", "own"}
	Answered = []string{"wrong_number", "call_back"}
	Messages = []string{"none", "neutral"}
	Safety   = []string{"yes", "no", "skip"}
)

// Changeable is until when she may move or cancel it herself.
func (a *Appointment) Changeable() time.Time { return a.Start.Add(-CutOff) }

// Excludes reports whether she named this member of staff as one who must not see it, by account or by name.
func (a *Appointment) Excludes(names ...string) bool {
	for _, n := range names {
		if n != "" && containsName(a.Private.NotThese, n) {
			return true
		}
	}
	return false
}

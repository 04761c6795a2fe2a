// Package counselling knows who counsels, when, where and how: the counsellor with her weekly plan and the exceptions from
// it, the rooms, the duty list of the line, and what a change of any of these does to people who have an appointment.
//
// It promises that slots come from the plan alone and are computed in one place (World): what offers a time, what checks it
// when it is confirmed and what answers "why is this closed?" are the same function. Sessions lie on a ten-minute grid, keep
// the buffers between them and touch no break, whatever the plan. A plan that contradicts itself, a day that is past and a
// time of another zone are refused with a sentence and nothing is written. Before a change is written whoever makes it has
// seen the appointments that it hurts; each of them then has an owner and a clock until somebody has dealt with it.
//
// It refuses to guess: a day of a year whose holidays nobody compared with the State Council's notice is offered only where
// nobody expects a holiday; a line of a spreadsheet that could mean two things is a question to its author. It knows no
// appointment: who books and what is taken is booking's.
package counselling

import (
	"slices"
	"time"

	"pugongying/internal/fault"
	"pugongying/internal/region"
)

// Faults that answer a request about counsellors and plans.
var (
	ErrNotFound  = fault.New(fault.NotFound, "counselling.not_found", "没有找到，或者不在你的范围里。")
	ErrPlan      = fault.New(fault.Invalid, "counselling.plan", "平时哪天来，有一处要改：")
	ErrException = fault.New(fault.Invalid, "counselling.exception", "这个例外有一处要改：")
	ErrPerson    = fault.New(fault.Invalid, "counselling.counsellor", "老师的资料有一处要改：")
	ErrRoom      = fault.New(fault.Invalid, "counselling.room", "房间有一处要改：")
	ErrTaken     = fault.New(fault.Conflict, "counselling.taken", "这个账号已经是老师了。")
	ErrTime      = fault.New(fault.Invalid, "counselling.time", "时间按北京时间写，写成 9:00 这样，要落在整 10 分钟上。")
	ErrMoved     = fault.New(fault.Conflict, "counselling.moved", "刚刚有人改过，请看一看现在的再改。")
	ErrAffected  = fault.New(fault.Conflict, "counselling.affected", "这样改会碰到已经约好的，先看一看是哪几个。")
)

// State says whether people can book with a counsellor.
type State string

// The states.
const (
	Active    State = "active"
	Suspended State = "suspended"
)

// Mode is how a session is had.
type Mode string

// The modes.
const (
	InPerson Mode = "in_person" // 当面
	Phone    Mode = "phone"     // 电话
	Video    Mode = "video"     // 视频
)

// Modes are all of them, in the order in which they are shown.
var Modes = []Mode{InPerson, Phone, Video}

// Word is the mode as people read it.
func (m Mode) Word() string {
	return map[Mode]string{InPerson: "当面", Phone: "电话", Video: "视频"}[m]
}

// Topic is something one may want to talk about, in residents' words.
type Topic struct{ ID, Name string }

// Counsellor is one member of staff who counsels. The document is changed as a whole, at its revision.
type Counsellor struct {
	ID           string        `bson:"_id"`
	Account      string        `bson:"account"` // of staff
	Name         string        `bson:"name"`    // as residents read it: 斯琴老师
	Introduction string        `bson:"introduction,omitempty"`
	Topics       []string      `bson:"topics"`  // none: every one
	Home         region.Code   `bson:"home"`    // whose coordinator is responsible for her
	Regions      []region.Code `bson:"regions"` // whose people may book with her, everything inside included
	State        State         `bson:"state"`
	Demo         bool          `bson:"demo,omitempty"`
	Plan         Plan          `bson:"plan"`
	Exceptions   []Exception   `bson:"exceptions,omitempty"`
	Calendar     string        `bson:"calendar,omitempty"` // hash of her secret calendar address
	CreatedAt    time.Time     `bson:"createdAt"`
	Rev          int64         `bson:"rev"`
	Schema       int           `bson:"schema"`
}

// Helps reports whether one may come to her with a topic; with no topic, to everybody.
func (c Counsellor) Helps(topic string) bool {
	return topic == "" || len(c.Topics) == 0 || slices.Contains(c.Topics, topic)
}

// Modes are those that her week or an exception has somewhere, in the order in which they are shown.
func (c Counsellor) Modes() []Mode {
	days := slices.Clone(c.Plan.Week[:])
	for _, e := range c.Exceptions {
		days = append(days, e.Day)
	}
	return slices.DeleteFunc(slices.Clone(Modes), func(m Mode) bool {
		return !slices.ContainsFunc(days, func(d DayPlan) bool {
			return slices.ContainsFunc(d.Hours, func(h Hours) bool { return slices.Contains(h.Modes, m) })
		})
	})
}

// Serves reports whether people of a region may book with her in a mode; with no region, everybody. By telephone and video
// they may from everywhere.
func (c Counsellor) Serves(in region.Code, mode Mode) bool {
	return in == "" || mode == Phone || mode == Video || slices.ContainsFunc(c.Regions, func(r region.Code) bool { return in.Within(r) || r.Within(in) })
}

// Room is where people meet. It is never in two appointments at once.
type Room struct {
	ID     string      `bson:"_id"`
	Region region.Code `bson:"region"`
	Name   string      `bson:"name"` // 旗妇女儿童活动中心 306
	Closed []Days      `bson:"closed,omitempty"`
	Demo   bool        `bson:"demo,omitempty"`
	Rev    int64       `bson:"rev"`
	Schema int         `bson:"schema"`
}

// ClosedOn reports whether nobody can meet there on a day.
func (r Room) ClosedOn(day string) bool {
	return slices.ContainsFunc(r.Closed, func(d Days) bool { return d.From <= day && day <= d.To })
}

// Days are civil days, both ends included.
type Days struct {
	From string `bson:"from"`
	To   string `bson:"to"`
}

const schema = 1

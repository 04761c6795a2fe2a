package counselling

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"pugongying/internal/civil"
)

// Minute is a time of the day in Asia/Shanghai, in minutes from midnight; 600 is 10:00.
type Minute int

// Grid is the distance of the times that everything begins and ends at, in minutes.
const Grid Minute = 10

// dayMinutes are the minutes of a day. The zone has no summer time since 1992.
const dayMinutes Minute = 24 * 60

// String is the time as people read it: 9:00.
func (m Minute) String() string { return fmt.Sprintf("%d:%02d", m/60, m%60) }

// On is the instant of a time on a day; the zero time where civil.IsDay is false.
func (m Minute) On(day string) time.Time {
	start, err := civil.Start(day)
	if err != nil {
		return time.Time{}
	}
	return start.Add(time.Duration(m) * time.Minute)
}

// MinuteOf is the day and the time of an instant, whatever zone it was given in.
func MinuteOf(t time.Time) (string, Minute) {
	t = t.In(civil.Zone())
	return t.Format(civil.Layout), Minute(t.Hour()*60 + t.Minute())
}

// ParseMinute parses 9:00 and 09:00, on the grid. A time with a zone is refused: ErrTime.
func ParseMinute(s string) (Minute, error) {
	hour, minute, ok := strings.Cut(s, ":")
	h, err := strconv.ParseUint(hour, 10, 8)
	m, err2 := strconv.ParseUint(minute, 10, 8)
	at := Minute(h*60 + m)
	if !ok || err != nil || err2 != nil || len(hour) > 2 || len(minute) != 2 || m > 59 || at > dayMinutes || at%Grid != 0 {
		return 0, ErrTime
	}
	return at, nil
}

// Span is a part of a day, To excluded.
type Span struct {
	From Minute `bson:"from"`
	To   Minute `bson:"to"`
}

// overlaps reports whether two spans have a minute in common.
func (s Span) overlaps(other Span) bool { return s.From < other.To && other.From < s.To }

// contains reports whether other lies inside.
func (s Span) contains(other Span) bool { return s.From <= other.From && other.To <= s.To }

// String is the span as people read it: 9:00—12:00.
func (s Span) String() string { return s.From.String() + "—" + s.To.String() }

// Hours are a part of a day in which she counsels in some modes. In person she does so in a room.
type Hours struct {
	Span  `bson:",inline"`
	Modes []Mode `bson:"modes"`
	Room  string `bson:"room,omitempty"` // id
}

// DayPlan is what she does on a day. The zero DayPlan is a day off.
type DayPlan struct {
	Hours  []Hours `bson:"hours,omitempty"`
	Breaks []Span  `bson:"breaks,omitempty"`
}

// Rows of a week: Monday to Sunday, then the weekends on which everybody works (调休). Nobody knows which day of the week such
// a day stands for, so it has a row of its own.
const (
	Makeup   = 7
	WeekRows = 8
)

// RowNames are the rows as people read them.
var RowNames = [WeekRows]string{"周一", "周二", "周三", "周四", "周五", "周六", "周日", "调休上班的周末"}

// Plan is her week and the rules that hold on every day.
type Plan struct {
	Week    [WeekRows]DayPlan `bson:"week"`
	Length  Minute            `bson:"length"`  // of a session
	Before  Minute            `bson:"before"`  // free before a session, to prepare
	After   Minute            `bson:"after"`   // free after it, for the note
	Notice  Minute            `bson:"notice"`  // the shortest time between booking and session
	Horizon int               `bson:"horizon"` // how many days ahead may be booked
}

// gap is the free time between two sessions.
func (p Plan) gap() Minute { return p.Before + p.After }

// block is a session with its buffers.
func (p Plan) block(at Minute) Span { return Span{at - p.Before, at + p.Length + p.After} }

// starts lists where sessions of a day begin, in order, each with the hours it lies in. Sessions are laid one after the
// other with both buffers between them. A session and its buffers touch no break; outside her hours a buffer may lie.
func (p Plan) starts(day DayPlan) (at []Minute, in []Hours) {
	free := Minute(0)
	for _, h := range day.Hours {
		for t := max(h.From, free); t+p.Length <= h.To; {
			if b, hit := p.hits(t, day.Breaks); hit {
				t = b.To + p.Before
				continue
			}
			at, in = append(at, t), append(in, h)
			t += p.Length + p.gap()
			free = t
		}
	}
	return at, in
}

// hits finds a break that a session with its buffers would touch.
func (p Plan) hits(at Minute, breaks []Span) (Span, bool) {
	for _, b := range breaks {
		if p.block(at).overlaps(b) {
			return b, true
		}
	}
	return Span{}, false
}

// Kind says what an exception does to its days.
type Kind string

// The kinds.
const (
	Off  Kind = "off"  // she is not there, all day or in Span
	Open Kind = "open" // Day holds instead of the plan, on holidays too
)

// Reason is why she is not there. Only staff read it.
type Reason string

// The reasons.
const (
	Leave    Reason = "leave"
	Ill      Reason = "ill"
	Training Reason = "training"
	OtherWay Reason = "other"
)

// Reasons are all of them, in the order in which they are shown.
var Reasons = []Reason{Leave, Ill, Training, OtherWay}

// Word is the reason as staff read it.
func (r Reason) Word() string {
	return map[Reason]string{Leave: "请假", Ill: "生病", Training: "外出培训", OtherWay: "别的事"}[r]
}

// Exception changes days of the plan.
type Exception struct {
	ID     string   `bson:"id"`
	Kind   Kind     `bson:"kind"`
	Dates  []string `bson:"dates"` // civil days, in order, each once
	Span   Span     `bson:"span"`  // of Off; the zero Span is the whole day
	Day    DayPlan  `bson:"day"`   // of Open
	Reason Reason   `bson:"reason,omitempty"`
}

// whole reports whether an Off takes the whole day.
func (e Exception) whole() bool { return e.Span == Span{} }

// covers reports whether an Off takes a part of a span.
func (e Exception) covers(s Span) bool { return e.whole() || e.Span.overlaps(s) }

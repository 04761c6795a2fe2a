package counselling

import (
	"slices"
	"time"

	"pugongying/internal/civil"
	"pugongying/internal/region"
)

// World is everything that decides whether a time of one counsellor is offered, appointments excepted. It is a value:
// judging it reads nothing and changes nothing.
type World struct {
	Counsellor Counsellor
	Rooms      map[string]Room
	Calendar   civil.Calendar
}

// Slot is a time that the plan offers. Start and End are the session's; BusyFrom and BusyTo add the buffers, which no other
// session of hers may touch. All lie on the ten-minute grid.
type Slot struct {
	Counsellor       string
	Day              string
	At, Until        Minute
	Start, End       time.Time
	BusyFrom, BusyTo time.Time
	Modes            []Mode // those that were asked for and are possible
	Room             string // id, where InPerson is among the modes
}

// Query asks for slots. From and To are civil days, both included; empty fields ask for everything.
type Query struct {
	From, To string
	Region   region.Code
	Mode     Mode
	Topic    string
	Length   Minute // when not 0, only sessions at least that long
	Now      time.Time
	ByStaff  bool // with somebody on the telephone: the minimum notice does not hold
}

// Rule is what closes a time. The empty Rule closes nothing.
type Rule string

// The rules, in the order in which they are applied.
const (
	RuleOpen       Rule = ""
	RuleSuspended  Rule = "suspended"
	RuleRegion     Rule = "region"     // people of this region do not book with her
	RuleTopic      Rule = "topic"      // she does not take this topic
	RuleLength     Rule = "length"     // her sessions are shorter
	RulePast       Rule = "past"       // it is over
	RuleNotice     Rule = "notice"     // too soon
	RuleHorizon    Rule = "horizon"    // too far ahead
	RuleOff        Rule = "off"        // an exception
	RuleUnchecked  Rule = "unchecked"  // a holiday or 调休 day of a year without a notice: 待核
	RuleHoliday    Rule = "holiday"    // 放假
	RuleNoDay      Rule = "no_day"     // she does not come on this day of the week
	RuleHours      Rule = "hours"      // outside her hours
	RuleBreak      Rule = "break"      // in a break, or a buffer would reach into one
	RuleMode       Rule = "mode"       // not in this mode at that time
	RuleRoom       Rule = "room"       // the room is closed, or there is none
	RuleRoomRegion Rule = "roomregion" // the room is not in this region
	RuleGrid       Rule = "grid"       // no session begins then
)

// Verdict is what closes a time, with what the sentence about it needs.
type Verdict struct {
	Rule    Rule
	Span    Span       // RuleOff, RuleBreak, RuleHours: which
	Holiday string     // RuleHoliday, RuleUnchecked: its name
	Except  *Exception // RuleOff
	Slot    Slot       // RuleOpen: what is offered
}

// Slots lists what is offered, in order of time.
func (w World) Slots(q Query) []Slot {
	var found []Slot
	if w.person(q) != RuleOpen {
		return found
	}
	today, _ := MinuteOf(q.Now)
	last, err := civil.AddDays(today, w.Counsellor.Plan.Horizon)
	if err != nil || !civil.IsDay(q.To) {
		return found
	}
	for day := max(q.From, today); day <= min(q.To, last); {
		found = append(found, w.slotsOn(day, q)...)
		if day, err = civil.AddDays(day, 1); err != nil {
			return found
		}
	}
	return found
}

func (w World) slotsOn(day string, q Query) (found []Slot) {
	plan, closed := w.Day(day)
	if closed.Rule != RuleOpen {
		return nil
	}
	starts, _ := w.Counsellor.Plan.starts(plan)
	for _, at := range starts {
		if v := w.Why(day, at, q); v.Rule == RuleOpen {
			found = append(found, v.Slot)
		}
	}
	return found
}

// Why answers for one time what closes it, or what is offered there.
func (w World) Why(day string, at Minute, q Query) Verdict {
	if rule := w.person(q); rule != RuleOpen {
		return Verdict{Rule: rule}
	}
	if rule := w.clock(day, at, q); rule != RuleOpen {
		return Verdict{Rule: rule}
	}
	p := w.Counsellor.Plan
	v := w.within(day, Span{at, at + p.Length}, q)
	if v.Rule != RuleOpen {
		return v
	}
	plan, _ := w.Day(day)
	if b, hit := p.hits(at, plan.Breaks); hit {
		return Verdict{Rule: RuleBreak, Span: b}
	}
	if e, hit := w.off(day, p.block(at)); hit {
		return Verdict{Rule: RuleOff, Except: &e, Span: e.Span}
	}
	if starts, _ := p.starts(plan); !slices.Contains(starts, at) {
		return Verdict{Rule: RuleGrid}
	}
	return v
}

// person applies the rules that hold at every time.
func (w World) person(q Query) Rule {
	c := w.Counsellor
	switch {
	case c.State != Active:
		return RuleSuspended
	case !c.Serves(q.Region, q.Mode):
		return RuleRegion
	case !c.Helps(q.Topic):
		return RuleTopic
	case q.Length > c.Plan.Length:
		return RuleLength
	}
	return RuleOpen
}

// clock applies the rules about now.
func (w World) clock(day string, at Minute, q Query) Rule {
	start, p := at.On(day), w.Counsellor.Plan
	today, _ := MinuteOf(q.Now)
	last, _ := civil.AddDays(today, p.Horizon) // today is a day
	switch {
	case !start.After(q.Now):
		return RulePast
	case !q.ByStaff && start.Sub(q.Now) < time.Duration(p.Notice)*time.Minute:
		return RuleNotice
	case day > last:
		return RuleHorizon
	}
	return RuleOpen
}

// within judges a session by day, hours, breaks, mode and room alone: what an appointment needs to be had at all. Notice,
// horizon, buffers and where sessions begin concern only who still books.
func (w World) within(day string, s Span, q Query) Verdict {
	if e, hit := w.off(day, s); hit {
		return Verdict{Rule: RuleOff, Except: &e, Span: e.Span}
	}
	plan, closed := w.Day(day)
	if closed.Rule != RuleOpen {
		return closed
	}
	for _, b := range plan.Breaks {
		if b.overlaps(s) {
			return Verdict{Rule: RuleBreak, Span: b}
		}
	}
	i := slices.IndexFunc(plan.Hours, func(h Hours) bool { return h.contains(s) })
	if i < 0 {
		return Verdict{Rule: RuleHours}
	}
	modes, rule := w.modes(plan.Hours[i], day, q)
	if rule != RuleOpen {
		return Verdict{Rule: rule, Span: plan.Hours[i].Span}
	}
	return Verdict{Slot: w.slot(day, s, modes, plan.Hours[i].Room)}
}

// off finds the exception that takes a part of a span.
func (w World) off(day string, s Span) (Exception, bool) {
	for _, e := range w.Counsellor.Exceptions {
		if e.Kind == Off && e.covers(s) && e.On(day) {
			return e, true
		}
	}
	return Exception{}, false
}

// On reports whether a day is among the exception's.
func (e Exception) On(day string) bool {
	_, found := slices.BinarySearch(e.Dates, day)
	return found
}

// Day is what she does on a day before anything is taken from it, or what closes the whole day.
func (w World) Day(day string) (DayPlan, Verdict) {
	c := w.Counsellor
	for _, e := range c.Exceptions {
		if e.Kind == Open && e.On(day) {
			return e.Day, Verdict{}
		}
	}
	known := w.Calendar.Of(day)
	row := (int(civil.Weekday(day)) + 6) % 7
	switch {
	case !known.Certain():
		return DayPlan{}, Verdict{Rule: RuleUnchecked, Holiday: known.Name}
	case known.Kind == civil.Holiday:
		return DayPlan{}, Verdict{Rule: RuleHoliday, Holiday: known.Name}
	case known.Kind == civil.Makeup:
		row = Makeup
	}
	if len(c.Plan.Week[row].Hours) == 0 {
		return DayPlan{}, Verdict{Rule: RuleNoDay}
	}
	return c.Plan.Week[row], Verdict{}
}

// modes are those of some hours that can be had on a day as asked.
func (w World) modes(h Hours, day string, q Query) (possible []Mode, closed Rule) {
	closed = RuleMode
	for _, m := range h.Modes {
		if q.Mode != "" && m != q.Mode {
			continue
		}
		if m == InPerson {
			if rule := w.meets(h.Room, day, q.Region); rule != RuleOpen {
				closed = rule
				continue
			}
		}
		possible = append(possible, m)
	}
	if len(possible) > 0 {
		closed = RuleOpen
	}
	return possible, closed
}

// meets says whether people of a region can meet in a room on a day.
func (w World) meets(room, day string, in region.Code) Rule {
	r, known := w.Rooms[room]
	switch {
	case !known || r.ClosedOn(day):
		return RuleRoom
	case in != "" && !r.Region.Within(in) && !in.Within(r.Region):
		return RuleRoomRegion
	}
	return RuleOpen
}

func (w World) slot(day string, s Span, modes []Mode, room string) Slot {
	b := w.Counsellor.Plan.block(s.From)
	if !slices.Contains(modes, InPerson) {
		room = ""
	}
	return Slot{
		Counsellor: w.Counsellor.ID, Day: day, At: s.From, Until: s.To, Start: s.From.On(day), End: s.To.On(day),
		BusyFrom: b.From.On(day), BusyTo: b.To.On(day), Modes: modes, Room: room,
	}
}

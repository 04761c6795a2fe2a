package console

import (
	"fmt"
	"strings"
	"time"

	"pugongying/internal/civil"
	"pugongying/internal/counselling"
)

// The week is a drawing: its boxes have places of their own, which a page without a style of its own cannot give. The same
// stands beside it as a list for whoever reads by ear or wants to copy it.

// WeekDay is a column of the week.
type WeekDay struct {
	Words string // 一 30
	Full  string // 11 月 30 日 周一
	Today bool
	Left  int
	Mid   int
	Boxes []WeekBox
	Note  string // why the whole day is closed; "" where it is not
}

// WeekBox is a box in a column. Kind is its class: plan, off, free, taken.
type WeekBox struct {
	Kind      string
	X, Y      int
	W, H      int
	Line      string
	More      string
	LineY     int
	MoreY     int
	TextX     int
	Roomy     bool   // there is a place for More
	Words     string // in the list
	Structure bool   // ground, not an entry of the list
}

// WeekHour is a line of the week.
type WeekHour struct {
	Words string
	Y     int
}

// The drawing's measures, in its own units.
const (
	weekLeft    = 46
	weekTop     = 40
	weekColumn  = 100
	weekPerHour = 52
	firstHour   = 6
)

func weekY(m counselling.Minute, from int) int {
	return weekTop + (int(m)-from*60)*weekPerHour/60
}

// drawWeek fills the days of a week. Only the hours that hold something are drawn.
func (a *planPages) drawWeek(view *WeekView, w counselling.World, booked []counselling.Booked) {
	low, high := 9, 18
	var days [7]string
	for i := range days {
		days[i], _ = civil.AddDays(view.From, i)
		plan, _ := w.Day(days[i])
		for _, h := range plan.Hours {
			low, high = min(low, int(h.From)/60), max(high, (int(h.To)+59)/60)
		}
	}
	for h := low; h <= high; h++ {
		view.Hours = append(view.Hours, WeekHour{Words: fmt.Sprint(h), Y: weekTop + (h-low)*weekPerHour})
	}
	view.High = weekTop + (high-low)*weekPerHour + 16
	view.Empty = true
	for _, row := range w.Counsellor.Plan.Week {
		view.Empty = view.Empty && len(row.Hours) == 0
	}
	today := civil.DayOf(a.Now())
	for i, day := range days {
		column := WeekDay{Words: dayShort(day), Full: onDay(day), Today: day == today, Left: weekLeft + i*weekColumn, Mid: weekLeft + i*weekColumn + weekColumn/2}
		column.draw(w, day, low, booked)
		for _, s := range w.Slots(counselling.Query{From: day, To: day, Now: a.Now(), ByStaff: true}) {
			view.Offered++
			if taken(s, booked) {
				continue
			}
			column.box("free", s.At, s.Until, low, s.At.String(), modeWords(s.Modes))
		}
		for _, b := range booked {
			if civil.DayOf(b.Start) == day {
				view.Booked++
			}
		}
		view.Days = append(view.Days, column)
	}
}

// draw puts the plan of a day as ground, what is taken from it, and the appointments.
func (d *WeekDay) draw(w counselling.World, day string, low int, booked []counselling.Booked) {
	plan, closed := w.Day(day)
	if closed.Rule != counselling.RuleOpen && closed.Rule != counselling.RuleNoDay {
		d.Note = closed.Sentence(w.Counsellor)
	}
	for _, h := range plan.Hours {
		d.box("plan", h.From, h.To, low, "", "")
	}
	for _, e := range w.Counsellor.Exceptions {
		if e.Kind != counselling.Off || !e.On(day) {
			continue
		}
		span := e.Span
		if span == (counselling.Span{}) {
			span = counselling.Span{From: counselling.Minute(low * 60), To: counselling.Minute(max(low+3, 18) * 60)}
		}
		d.box("off", max(span.From, counselling.Minute(low*60)), span.To, low, e.Reason.Word(), "")
	}
	for _, b := range booked {
		on, from := counselling.MinuteOf(b.Start)
		if on == day {
			to := from + counselling.Minute(b.End.Sub(b.Start)/time.Minute)
			d.box("taken", from, to, low, from.String()+" "+b.Digits, b.Mode.Word())
		}
	}
}

func (d *WeekDay) box(kind string, from, to counselling.Minute, low int, line, more string) {
	b := WeekBox{Kind: kind, X: d.Left + 3, Y: weekY(from, low), W: weekColumn - 6, H: weekY(to, low) - weekY(from, low) - 2, Line: line, More: more}
	b.LineY, b.MoreY, b.TextX = b.Y+16, b.Y+33, b.X+7
	b.Roomy = b.H >= 38 && more != ""
	b.Structure = kind == "plan"
	b.Words = counselling.Span{From: from, To: to}.String() + " " + map[string]string{"off": "不来：" + line, "free": "空着，" + more, "taken": "约了，" + more}[kind]
	d.Boxes = append(d.Boxes, b)
}

// mondayOf is the Monday of the week of a day; of today where it is none.
func mondayOf(day string, now time.Time) string {
	if !civil.IsDay(day) {
		day = civil.DayOf(now)
	}
	monday, _ := civil.AddDays(day, -(int(civil.Weekday(day))+6)%7) // day is one
	return monday
}

func dayParts(day string) (month, date int, weekday string) {
	t, _ := time.Parse(civil.Layout, day)
	return int(t.Month()), t.Day(), weekdays[t.Weekday()]
}

// dayShort is a day above its column, onDay in a sentence.
func dayShort(day string) string {
	_, date, weekday := dayParts(day)
	return fmt.Sprintf("%s %d", weekday, date)
}

func onDay(day string) string {
	month, date, weekday := dayParts(day)
	return fmt.Sprintf("%d 月 %d 日 周%s", month, date, weekday)
}

func weekWords(monday string) string {
	sunday, _ := civil.AddDays(monday, 6)
	m1, d1, _ := dayParts(monday)
	m2, d2, _ := dayParts(sunday)
	return fmt.Sprintf("%d 月 %d 日—%d 月 %d 日", m1, d1, m2, d2)
}

// daysWords are many days, the first few by name.
func daysWords(days []string) string {
	var said []string
	for i, d := range days {
		if i == 4 {
			return strings.Join(said, "、") + fmt.Sprintf(" 等 %d 天", len(days))
		}
		said = append(said, onDay(d))
	}
	return strings.Join(said, "、")
}

func modeWords(modes []counselling.Mode) string {
	var said []string
	for _, m := range modes {
		said = append(said, m.Word())
	}
	return strings.Join(said, "、")
}

// rulesOf are the rules of a plan in one sentence.
func rulesOf(p counselling.Plan) string {
	return fmt.Sprintf("一次 %d 分钟，前面空 %d 分钟，后面空 %d 分钟。最少提前%s约，放到 %d 天以后。", p.Length, p.Before, p.After, counselling.InWords(p.Notice), p.Horizon)
}

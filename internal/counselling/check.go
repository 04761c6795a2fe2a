package counselling

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"pugongying/internal/civil"
	"pugongying/internal/fault"
	"pugongying/internal/region"
)

// Bounds of a plan, of exceptions and of what is written about a counsellor.
const (
	EarliestHour  = Minute(6 * 60) // so that no buffer reaches into another day
	LatestHour    = Minute(22 * 60)
	MinLength     = Minute(30)
	MaxLength     = Minute(120)
	MaxBuffer     = Minute(60)
	MaxNotice     = Minute(14 * 24 * 60)
	MaxHorizon    = 180 // days
	MaxExceptions = 200
	MaxDates      = 1000 // of all exceptions together
	maxHours      = 12   // of one day
	maxRegions    = 20
	maxName       = 12  // characters
	maxIntro      = 200 // characters
)

// says is a fault with its sentence completed.
func says(of *fault.Error, format string, values ...any) error {
	said := *of
	said.Text += fmt.Sprintf(format, values...)
	return &said
}

// check says what is wrong with a plan. Rooms are those she may use.
func (p Plan) check(rooms map[string]Room) error {
	for _, b := range []struct {
		what          string
		is, low, high Minute
	}{
		{"一次谈多久", p.Length, MinLength, MaxLength}, {"之前空多久", p.Before, 0, MaxBuffer}, {"之后空多久", p.After, 0, MaxBuffer},
	} {
		if b.is < b.low || b.is > b.high || b.is%Grid != 0 {
			return says(ErrPlan, "%s要在 %d 到 %d 分钟之间，按 10 分钟来。", b.what, b.low, b.high)
		}
	}
	if p.Notice < 0 || p.Notice > MaxNotice {
		return says(ErrPlan, "最少提前多久约，要在 0 到 14 天之间。")
	}
	if p.Horizon < 1 || p.Horizon > MaxHorizon {
		return says(ErrPlan, "放到多少天以后，要在 1 到 %d 天之间。", MaxHorizon)
	}
	for row, day := range p.Week {
		if err := day.check(ErrPlan, RowNames[row], p.Length, rooms); err != nil {
			return err
		}
	}
	return nil
}

// check says what is wrong with a day; of is the fault that carries the sentence, name the day as people read it.
func (d DayPlan) check(of *fault.Error, name string, length Minute, rooms map[string]Room) error {
	if len(d.Hours) > maxHours || len(d.Breaks) > maxHours {
		return says(of, "%s分成的段太多了，最多 %d 段。", name, maxHours)
	}
	for i, h := range d.Hours {
		if err := h.check(of, name, length, rooms); err != nil {
			return err
		}
		if i > 0 && d.Hours[i-1].To > h.From {
			return overlapping(of, name, d.Hours[i-1].Span, h.Span)
		}
	}
	for i, b := range d.Breaks {
		if b.From >= b.To || b.From%Grid != 0 || b.To%Grid != 0 {
			return says(of, "%s的休息 %s 不对：开始要在结束之前，按 10 分钟来。", name, b)
		}
		if i > 0 && d.Breaks[i-1].To > b.From {
			return overlapping(of, name, d.Breaks[i-1], b)
		}
		if !slices.ContainsFunc(d.Hours, func(h Hours) bool { return h.overlaps(b) }) {
			return says(of, "%s的休息 %s 不在来的时间里，可以删掉。", name, b)
		}
	}
	return nil
}

func overlapping(of *fault.Error, name string, a, b Span) error {
	if a.overlaps(b) {
		return says(of, "%s的 %s 和 %s 叠在一起了，请改成不重叠的。", name, a, b)
	}
	return says(of, "%s的 %s 和 %s 请按先后排好。", name, a, b)
}

func (h Hours) check(of *fault.Error, name string, length Minute, rooms map[string]Room) error {
	switch {
	case h.From >= h.To || h.From%Grid != 0 || h.To%Grid != 0:
		return says(of, "%s的 %s 不对：开始要在结束之前，按 10 分钟来。", name, h.Span)
	case h.From < EarliestHour || h.To > LatestHour:
		return says(of, "%s的 %s 超出了 %s 到 %s。", name, h.Span, EarliestHour, LatestHour)
	case h.To-h.From < length:
		return says(of, "%s的 %s 不够谈一次（%d 分钟）。", name, h.Span, length)
	case len(h.Modes) == 0 || len(slices.Compact(slices.Sorted(slices.Values(h.Modes)))) != len(h.Modes):
		return says(of, "%s的 %s 请选怎么谈：当面、电话、视频，每种一次。", name, h.Span)
	}
	for _, m := range h.Modes {
		if !slices.Contains(Modes, m) {
			return says(of, "%s的 %s 里有一种没有的谈法。", name, h.Span)
		}
	}
	_, known := rooms[h.Room]
	inPerson := slices.Contains(h.Modes, InPerson)
	switch {
	case inPerson && !known:
		return says(of, "%s的 %s 是当面谈，请选一个房间。", name, h.Span)
	case !inPerson && h.Room != "":
		return says(of, "%s的 %s 不当面谈，就不用选房间。", name, h.Span)
	}
	return nil
}

// checkNew says what is wrong with an exception that is about to be added or changed; today is the first day it may name.
func (e Exception) checkNew(c Counsellor, today string, rooms map[string]Room) error {
	if len(e.Dates) == 0 || len(e.Dates) > MaxDates {
		return says(ErrException, "请选 1 到 %d 天。", MaxDates)
	}
	for i, d := range e.Dates {
		switch {
		case !civil.IsDay(d):
			return says(ErrException, "“%s”不是一个日子，写成 2026-12-01 这样。", shortened(d))
		case d < today:
			return says(ErrException, "%s已经过去了。", d)
		case i > 0 && e.Dates[i-1] >= d:
			return says(ErrException, "日子要按先后排，每天一次：%s。", d)
		}
	}
	return e.checkKind(c, rooms)
}

func (e Exception) checkKind(c Counsellor, rooms map[string]Room) error {
	switch e.Kind {
	case Off:
		if len(e.Day.Hours) > 0 || !slices.Contains(Reasons, e.Reason) {
			return says(ErrException, "不来的日子，请选一个原因。")
		}
		if !e.whole() && (e.Span.From >= e.Span.To || e.Span.From < 0 || e.Span.To > dayMinutes || e.Span.From%Grid != 0 || e.Span.To%Grid != 0) {
			return says(ErrException, "%s 不对：开始要在结束之前，按 10 分钟来。", e.Span)
		}
		return nil
	case Open:
		if !e.whole() || len(e.Day.Hours) == 0 {
			return says(ErrException, "另外来的日子，请写几点到几点。")
		}
		return e.Day.check(ErrException, "那天", c.Plan.Length, rooms)
	}
	return says(ErrException, "请选是不来，还是另外来。")
}

// shortened keeps what somebody wrote short enough to be shown in a sentence.
func shortened(s string) string {
	if utf8.RuneCountInString(s) <= maxName {
		return s
	}
	return string([]rune(s)[:maxName]) + "…"
}

// checkExceptions says what is wrong with all of them together.
func checkExceptions(all []Exception) error {
	if len(all) > MaxExceptions {
		return says(ErrException, "例外已经有 %d 条了，最多 %d 条。过去的会自己清掉，请先删掉几条用不着的。", len(all), MaxExceptions)
	}
	dates, opened := 0, map[string]bool{}
	for _, e := range all {
		dates += len(e.Dates)
		for _, d := range e.Dates {
			if e.Kind == Open && opened[d] {
				return says(ErrException, "%s已经有一条另外来的了，请改那一条。", d)
			}
			opened[d] = opened[d] || e.Kind == Open
		}
	}
	if dates > MaxDates {
		return says(ErrException, "例外一共 %d 天，最多 %d 天。平时就不来的日子，请改“平时哪天来”。", dates, MaxDates)
	}
	return nil
}

// check says what is wrong with what is written about a counsellor.
func (c Counsellor) check(known func(region.Code) bool, topics []Topic) error {
	name := strings.TrimSpace(c.Name)
	switch {
	case name == "" || name != c.Name || utf8.RuneCountInString(name) > maxName:
		return says(ErrPerson, "名字写 1 到 %d 个字，像“斯琴老师”。", maxName)
	case utf8.RuneCountInString(c.Introduction) > maxIntro:
		return says(ErrPerson, "介绍最多 %d 个字。", maxIntro)
	case len(c.Regions) == 0 || len(c.Regions) > maxRegions:
		return says(ErrPerson, "请选 1 到 %d 个地区。", maxRegions)
	case c.State != Active && c.State != Suspended:
		return says(ErrPerson, "要么在用，要么停着。")
	}
	for _, t := range c.Topics {
		if !slices.ContainsFunc(topics, func(k Topic) bool { return k.ID == t }) {
			return says(ErrPerson, "没有“%s”这一类。", shortened(t))
		}
	}
	for _, r := range append(slices.Clone(c.Regions), c.Home) {
		if !known(r) {
			return says(ErrPerson, "没有找到地区 %s。", shortened(string(r)))
		}
	}
	return nil
}

// check says what is wrong with a room.
func (r Room) check(known func(region.Code) bool) error {
	if n := utf8.RuneCountInString(strings.TrimSpace(r.Name)); n == 0 || n > 2*maxName {
		return says(ErrRoom, "名字写 1 到 %d 个字，像“妇女儿童活动中心 306”。", 2*maxName)
	}
	if !known(r.Region) {
		return says(ErrRoom, "请选房间在哪个地区。")
	}
	if len(r.Closed) > MaxExceptions {
		return says(ErrRoom, "关门的日子最多写 %d 段。", MaxExceptions)
	}
	for _, d := range r.Closed {
		if !civil.IsDay(d.From) || !civil.IsDay(d.To) || d.To < d.From {
			return says(ErrRoom, "关门的日子写成从哪天到哪天。")
		}
	}
	return nil
}

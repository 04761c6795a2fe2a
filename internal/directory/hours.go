package directory

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"pugongying/internal/civil"
	"pugongying/internal/region"
)

// Hours are when a line is answered, as the person who tested it was told. The zero value is never.
type Hours []shift

// shift is some days and the minutes of them between which somebody answers.
type shift struct {
	days     [7]bool // by time.Weekday
	holidays bool    // on holidays, too: 每天
	makeup   bool    // on 调休 days, too: 工作日
	from, to int
}

var (
	daysOf   = regexp.MustCompile(`^(每天|每日|周一至周日|工作日|(?:(?:周|星期)[一二三四五六日天](?:[至到—–-](?:周|星期)?[一二三四五六日天])?[、和]?)+)\s*`)
	dayRange = regexp.MustCompile(`(?:周|星期)([一二三四五六日天])(?:[至到—–-](?:周|星期)?([一二三四五六日天]))?`)
	times    = regexp.MustCompile(`^(\d{1,2})[:：](\d{2})\s*(?:[—–~～至到-]+)\s*(\d{1,2})[:：](\d{2})$`)
	allDay   = regexp.MustCompile(`^(?:24\s*小时|全天)$`)
)

const dayMinutes = 24 * 60

// ParseHours reads hours as people write them: 周一至周五 9:00—12:00，14:30—17:00；周六 9:00—12:00, 工作日 8:30—17:30, 每天 24 小时.
func ParseHours(text string) (Hours, error) {
	var h Hours
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '；' || r == ';' }) {
		part = strings.TrimSpace(part)
		days := daysOf.FindString(part)
		if days == "" {
			return nil, fmt.Errorf("接听时间“%s”看不懂，写成“周一至周五 9:00—17:00”这样", text)
		}
		s := shiftOn(strings.TrimSpace(days))
		for _, span := range strings.FieldsFunc(part[len(days):], func(r rune) bool { return strings.ContainsRune("，,、", r) }) {
			var ok bool
			if s.from, s.to, ok = spanOf(strings.TrimSpace(span)); !ok {
				return nil, fmt.Errorf("接听时间“%s”里的“%s”看不懂，写成“9:00—17:00”这样", text, span)
			}
			h = append(h, s)
		}
	}
	if len(h) == 0 {
		return nil, fmt.Errorf("接听时间“%s”没有写几点到几点", text)
	}
	return h, nil
}

// shiftOn reads days; they have the form daysOf allows.
func shiftOn(days string) shift {
	s := shift{makeup: days == "工作日", holidays: strings.HasPrefix(days, "每") || days == "周一至周日"}
	switch {
	case s.holidays:
		days = "周一至周日"
	case s.makeup:
		days = "周一至周五"
	}
	for _, m := range dayRange.FindAllStringSubmatch(days, -1) {
		first := weekday(m[1])
		last := first
		if m[2] != "" {
			last = weekday(m[2])
		}
		for d := first; ; d = d%7 + 1 {
			s.days[d%7] = true
			if d == last {
				break
			}
		}
	}
	return s
}

// weekday counts 周一 as 1 and 周日 as 7.
func weekday(name string) int {
	if name == "天" {
		return 7
	}
	return strings.Index("一二三四五六日", name)/len("一") + 1
}

func spanOf(text string) (from, to int, ok bool) {
	if allDay.MatchString(text) {
		return 0, dayMinutes, true
	}
	m := times.FindStringSubmatch(text)
	if m == nil {
		return 0, 0, false
	}
	var n [4]int
	for i := range n {
		n[i], _ = strconv.Atoi(m[i+1]) // digits
	}
	from, to = n[0]*60+n[1], n[2]*60+n[3]
	return from, to, n[1] < 60 && n[3] < 60 && from < to && to <= dayMinutes
}

// Until is when answering ends, as 17:30, if somebody surely answers at an instant; "24:00" for all day.
func (h Hours) Until(at time.Time, day civil.Day) (until string, answers bool) {
	local := at.In(civil.Zone())
	now := local.Hour()*60 + local.Minute()
	last := -1
	for _, s := range h {
		if s.on(local.Weekday(), day) && s.from <= now && now < s.to {
			last = max(last, s.to)
		}
	}
	return fmt.Sprintf("%d:%02d", last/60, last%60), last >= 0
}

// on reports whether a shift is surely worked on a day.
func (s shift) on(weekday time.Weekday, day civil.Day) bool {
	switch {
	case s.holidays:
		return true
	case !day.Certain(): // nobody is promised to answer
		return false
	case day.Kind == civil.Makeup && s.makeup:
		return true
	}
	return s.days[weekday] && day.Kind != civil.Holiday
}

// Answering is a line that answers now, and until when.
type Answering struct {
	Hotline
	Until string // 17:30
}

// Now gives the line that answers now for somebody in a region: of the kinds she needs, in that order, then of any; the nearest
// of a kind. It is false where none surely answers.
func (h *Hotlines) Now(at region.Code, kinds ...Kind) (Answering, bool) {
	now := h.now()
	day := h.calendar.Of(civil.DayOf(now))
	var open []Answering
	for _, l := range h.For(at) {
		if until, ok := l.open.Until(now, day); ok {
			open = append(open, Answering{l, until})
		}
	}
	if len(open) == 0 {
		return Answering{}, false
	}
	place := func(k Kind) int {
		if i := slices.Index(kinds, k); i >= 0 {
			return i
		}
		return len(kinds)
	}
	slices.SortStableFunc(open, func(a, b Answering) int { return cmp.Compare(place(a.Kind), place(b.Kind)) })
	return open[0], true
}

// Unclear gives the lines whose hours nobody can read: they are shown, and never said to answer now.
func (h *Hotlines) Unclear() []Hotline {
	var unclear []Hotline
	for _, l := range h.lines {
		if l.open == nil {
			unclear = append(unclear, l)
		}
	}
	return unclear
}

package console

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"

	"pugongying/internal/civil"
	"pugongying/internal/counselling"
	"pugongying/internal/web/pages"
)

// The plan's form: each row of the week has so many stretches and breaks at least, and one more than it uses.
const (
	planStretches = 3
	planMost      = 12
)

// PlanView is the form of a plan.
type PlanView struct {
	Counsellor counselling.Counsellor
	Rows       []PlanRow
	Rooms      []Option
	Modes      []Option
}

// PlanRow is one row of the week.
type PlanRow struct {
	Row       int
	Words     string
	Stretches []PlanStretch
	Breaks    []PlanSpan
}

// PlanStretch is a part of a day with its modes and its room.
type PlanStretch struct {
	PlanSpan
	Modes map[string]bool
	Room  string
}

// PlanSpan is a part of a day as its fields show it.
type PlanSpan struct{ Name, From, To string }

func (a *planPages) plan(r *Request) (pages.Answer, error) {
	w, _, err := a.chosen(r, r.URL.Query().Get("who"))
	if err != nil {
		return nil, err
	}
	form := url.Values{}
	planValues(form, w.Counsellor.Plan)
	page, err := a.planPage(r, w.Counsellor, form)
	if err != nil {
		return nil, err
	}
	return r.Filled(page, pages.Filled(map[string]string{
		"length": strconv.Itoa(int(w.Counsellor.Plan.Length)), "before": strconv.Itoa(int(w.Counsellor.Plan.Before)), "after": strconv.Itoa(int(w.Counsellor.Plan.After)),
		"notice": strconv.Itoa(int(w.Counsellor.Plan.Notice) / 60), "horizon": strconv.Itoa(w.Counsellor.Plan.Horizon),
	})), nil
}

func (a *planPages) planPage(r *Request, c counselling.Counsellor, form url.Values) (pages.Page, error) {
	view := PlanView{Counsellor: c}
	rooms, err := a.Plans.RoomsOf(r.Context(), r.Who)
	if err != nil {
		return pages.Page{}, err
	}
	view.Rooms = []Option{{Value: "", Words: "不当面"}}
	for _, room := range rooms {
		view.Rooms = append(view.Rooms, Option{Value: room.ID, Words: room.Name})
	}
	for _, m := range counselling.Modes {
		view.Modes = append(view.Modes, Option{Value: string(m), Words: m.Word()})
	}
	for row, words := range counselling.RowNames {
		view.Rows = append(view.Rows, planRow(form, row, words))
	}
	return r.Page("plans/plan", "平时哪天来", view), nil
}

// planRow reads a row of the form, as it was sent or as the plan fills it.
func planRow(form url.Values, row int, words string) PlanRow {
	p := PlanRow{Row: row, Words: words}
	for i := range planMost {
		name := fmt.Sprintf("h%d-%d", row, i)
		s := PlanStretch{PlanSpan: PlanSpan{name, form.Get(name + "-from"), form.Get(name + "-to")}, Modes: map[string]bool{}, Room: form.Get(name + "-room")}
		for _, m := range form[name+"-mode"] {
			s.Modes[m] = true
		}
		if used := s.From != "" || s.To != ""; used || i < planStretches {
			p.Stretches = append(p.Stretches, s)
		}
		name = fmt.Sprintf("b%d-%d", row, i)
		if b := (PlanSpan{name, form.Get(name + "-from"), form.Get(name + "-to")}); b.From != "" || b.To != "" || i < 1 {
			p.Breaks = append(p.Breaks, b)
		}
	}
	return p
}

// planValues fills the form with a plan.
func planValues(form url.Values, p counselling.Plan) {
	put := func(name string, s counselling.Span) {
		form.Set(name+"-from", fieldTime(s.From))
		form.Set(name+"-to", fieldTime(s.To))
	}
	for row, day := range p.Week {
		for i, h := range day.Hours {
			name := fmt.Sprintf("h%d-%d", row, i)
			put(name, h.Span)
			form.Set(name+"-room", h.Room)
			for _, m := range h.Modes {
				form.Add(name+"-mode", string(m))
			}
		}
		for i, b := range day.Breaks {
			put(fmt.Sprintf("b%d-%d", row, i), b)
		}
	}
}

// fieldTime is a time as a field of times wants it.
func fieldTime(m counselling.Minute) string { return fmt.Sprintf("%02d:%02d", m/60, m%60) }

// planOf reads the form. What is no time is named; what contradicts itself is the capability's to say.
func planOf(form url.Values) (p counselling.Plan, err error) {
	number := func(name string, unit int) counselling.Minute {
		n, failed := strconv.Atoi(strings.TrimSpace(form.Get(name)))
		if failed != nil {
			n = -1 // out of every bound
		}
		return counselling.Minute(n * unit)
	}
	p.Length, p.Before, p.After, p.Notice = number("length", 1), number("before", 1), number("after", 1), number("notice", 60)
	p.Horizon = int(number("horizon", 1))
	for row := range p.Week {
		if p.Week[row], err = dayOf(form, row); err != nil {
			return p, err
		}
	}
	return p, nil
}

func dayOf(form url.Values, row int) (day counselling.DayPlan, err error) {
	for _, s := range planRow(form, row, "").Stretches {
		span, given, err := spanOf(s.PlanSpan)
		if err != nil {
			return day, err
		}
		if !given {
			continue
		}
		h := counselling.Hours{Span: span}
		for _, m := range counselling.Modes {
			if s.Modes[string(m)] {
				h.Modes = append(h.Modes, m)
			}
		}
		if slices.Contains(h.Modes, counselling.InPerson) {
			h.Room = s.Room
		}
		day.Hours = append(day.Hours, h)
	}
	for _, b := range planRow(form, row, "").Breaks {
		span, given, err := spanOf(b)
		if err != nil {
			return day, err
		}
		if given {
			day.Breaks = append(day.Breaks, span)
		}
	}
	sort.SliceStable(day.Hours, func(i, j int) bool { return day.Hours[i].From < day.Hours[j].From })
	sort.SliceStable(day.Breaks, func(i, j int) bool { return day.Breaks[i].From < day.Breaks[j].From })
	return day, nil
}

// spanOf reads two fields; false when both are empty.
func spanOf(s PlanSpan) (counselling.Span, bool, error) {
	if s.From == "" && s.To == "" {
		return counselling.Span{}, false, nil
	}
	from, err := counselling.ParseMinute(s.From)
	to, err2 := counselling.ParseMinute(s.To)
	return counselling.Span{From: from, To: to}, true, errors.Join(err, err2)
}

func (a *planPages) planned(r *Request) (pages.Answer, error) {
	w, _, err := a.chosen(r, r.Text("who"))
	if err != nil {
		return nil, err
	}
	p, err := planOf(r.PostForm)
	if err == nil {
		var answer pages.Answer
		if answer, err = a.save(r, w, counselling.PlanEdit(p), "存好了。新的时间马上放出来。"); err == nil {
			return answer, nil
		}
	}
	page, failed := a.planPage(r, w.Counsellor, r.PostForm)
	if failed != nil {
		return nil, failed
	}
	return r.Refused(page, err)
}

// save writes an edit, or shows first whom it hurts: the same form comes back with their ids once she has seen them.
func (a *planPages) save(r *Request, w counselling.World, e counselling.Edit, said string) (pages.Answer, error) {
	rev, err := strconv.ParseInt(r.Text("rev"), 10, 64)
	if err != nil {
		return nil, counselling.ErrMoved
	}
	_, err = a.Plans.Save(r.Context(), r.Who, w.Counsellor.ID, rev, e, r.PostForm["seen"])
	if err == nil {
		return r.Done("/week?who="+url.QueryEscape(w.Counsellor.ID), said), nil
	}
	if !errors.Is(err, counselling.ErrAffected) {
		return nil, err
	}
	p, err := a.Plans.Preview(r.Context(), r.Who, w.Counsellor.ID, e)
	if err != nil {
		return nil, err
	}
	return a.hurtPage(r, w.Counsellor, p.Hurt), nil
}

// HurtView is whom a change hurts, with the form that made it.
type HurtView struct {
	Counsellor counselling.Counsellor
	Rows       []AffectedRow
	Path       string
	Fields     []Option // the form as it was sent
	IDs        []string
}

func (a *planPages) hurtPage(r *Request, c counselling.Counsellor, hurt []counselling.Affected) pages.Answer {
	view := HurtView{Counsellor: c, Path: strings.TrimPrefix(r.URL.Path, Prefix)}
	for _, h := range hurt {
		view.Rows = append(view.Rows, affectedRow(h))
		view.IDs = append(view.IDs, h.ID)
	}
	names := make([]string, 0, len(r.PostForm))
	for name := range r.PostForm {
		if name != "seen" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		for _, value := range r.PostForm[name] {
			view.Fields = append(view.Fields, Option{Value: value, Words: name})
		}
	}
	page := r.Page("plans/hurt", "先看一看会碰到谁", view)
	page.Status = 409
	return page
}

// ExceptionView is the form of an exception.
type ExceptionView struct {
	Counsellor counselling.Counsellor
	Reasons    []Option
	Kinds      []Option
	Modes      []Option
	Rooms      []Option
}

func (a *planPages) exception(r *Request) (pages.Answer, error) {
	w, _, err := a.chosen(r, r.URL.Query().Get("who"))
	if err != nil {
		return nil, err
	}
	page, err := a.exceptionPage(r, w.Counsellor)
	if err != nil {
		return nil, err
	}
	day := civil.DayOf(a.Now())
	return r.Filled(page, pages.Filled(map[string]string{"kind": string(counselling.Off), "first": day, "last": day})), nil
}

func (a *planPages) exceptionPage(r *Request, c counselling.Counsellor) (pages.Page, error) {
	plan, err := a.planPage(r, c, url.Values{})
	if err != nil {
		return pages.Page{}, err
	}
	of := plan.Data.(View).Data.(PlanView) // made by planPage
	view := ExceptionView{
		Counsellor: c, Modes: of.Modes, Rooms: of.Rooms,
		Kinds: []Option{{Value: string(counselling.Off), Words: "不来"}, {Value: string(counselling.Open), Words: "另外来（假日也算）"}},
	}
	for _, reason := range counselling.Reasons {
		view.Reasons = append(view.Reasons, Option{Value: string(reason), Words: reason.Word()})
	}
	return r.Page("plans/exception", "加例外", view), nil
}

// exceptionOf reads the form: the days from first to last and those that are listed besides.
func exceptionOf(form url.Values) (e counselling.Exception, err error) {
	e.Kind, e.Reason = counselling.Kind(form.Get("kind")), counselling.Reason(form.Get("reason"))
	if e.Dates, err = datesOf(form.Get("first"), form.Get("last"), form.Get("more")); err != nil {
		return e, err
	}
	span, given, err := spanOf(PlanSpan{From: form.Get("from"), To: form.Get("to")})
	if err != nil || e.Kind == counselling.Off {
		e.Span = span
		return e, err
	}
	e.Reason = ""
	if given {
		h := counselling.Hours{Span: span}
		for _, m := range counselling.Modes {
			if slices.Contains(form["mode"], string(m)) {
				h.Modes = append(h.Modes, m)
			}
		}
		if slices.Contains(h.Modes, counselling.InPerson) {
			h.Room = form.Get("room")
		}
		e.Day.Hours = []counselling.Hours{h}
	}
	return e, nil
}

// datesOf lists days in order, each once. A range is cut at what an exception may have, which then refuses it.
func datesOf(first, last, more string) (dates []string, err error) {
	if last == "" {
		last = first
	}
	for day := first; civil.IsDay(day) && day <= last && len(dates) <= counselling.MaxDates; {
		dates = append(dates, day)
		if day, err = civil.AddDays(day, 1); err != nil {
			return nil, err
		}
	}
	dates = append(dates, strings.FieldsFunc(more, func(c rune) bool { return strings.ContainsRune(" ,，、;；\n\r\t", c) })...)
	slices.Sort(dates)
	return slices.Compact(dates), nil
}

func (a *planPages) excepted(r *Request) (pages.Answer, error) {
	w, _, err := a.chosen(r, r.Text("who"))
	if err != nil {
		return nil, err
	}
	e, err := exceptionOf(r.PostForm)
	if err == nil {
		var answer pages.Answer
		if answer, err = a.save(r, w, counselling.ExceptionEdit(e), "加上了。"); err == nil {
			return answer, nil
		}
	}
	page, failed := a.exceptionPage(r, w.Counsellor)
	if failed != nil {
		return nil, failed
	}
	return r.Refused(page, err)
}

func (a *planPages) unexcepted(r *Request) (pages.Answer, error) {
	w, _, err := a.chosen(r, r.Text("who"))
	if err != nil {
		return nil, err
	}
	return a.save(r, w, counselling.WithoutException(r.Text("id")), "去掉了，那几天照平时来。")
}

func (a *planPages) state(r *Request) (pages.Answer, error) {
	w, _, err := a.chosen(r, r.Text("who"))
	if err != nil {
		return nil, err
	}
	state, said := counselling.Active, "又可以约了。"
	if r.Text("state") == string(counselling.Suspended) {
		state, said = counselling.Suspended, "停了，没有时间放出来。"
	}
	return a.save(r, w, counselling.StateEdit(state), said)
}

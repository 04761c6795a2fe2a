package console

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/counselling"
	"pugongying/internal/ics"
	"pugongying/internal/staff"
	"pugongying/internal/web/pages"
)

// Calendars gives out a counsellor's secret calendar address and answers it.
type Calendars interface {
	NewCalendar(ctx context.Context, who staff.Principal, id string, rev int64, without bool) (token string, err error)
	CalendarOf(ctx context.Context, token string) ([]counselling.Booked, error)
}

// CalendarParts is what the area needs. Base is the server's public address, without a slash at its end; "" where nobody said
// it, then the address begins with /.
type CalendarParts struct {
	Plans     Plans
	Calendars Calendars
	Base      string
	Now       func() time.Time
}

type calendarPages struct {
	CalendarParts
	plans *planPages
}

// calendarPath is where subscribed programs ask. Its words tell an onlooker nothing.
const calendarPath = "/calendar"

// CalendarArea is a counsellor's calendar for the program on her own telephone.
func CalendarArea(p CalendarParts) Area {
	a := &calendarPages{p, &planPages{PlanParts{Plans: p.Plans, Now: p.Now}}}
	return Area{
		Name: "calendar", Guide: "plans",
		Routes: []Route{
			{Method: GET, Path: "/week/calendar", Action: access.EditPlan, Handle: a.show},
			{Method: POST, Path: "/week/calendar", Action: access.EditPlan, Handle: a.make},
			{Method: GET, Path: calendarPath + "/:token", Action: access.ReadCalendar, Handle: a.file},
		},
	}
}

// CalendarView is the page of an address; Address is there once, when it was made.
type CalendarView struct {
	Counsellor counselling.Counsellor
	Address    string
}

func (a *calendarPages) show(r *Request) (pages.Answer, error) {
	w, _, err := a.plans.chosen(r, r.URL.Query().Get("who"))
	if err != nil {
		return nil, err
	}
	return r.Page("plans/calendar", "日历地址", CalendarView{Counsellor: w.Counsellor}), nil
}

func (a *calendarPages) make(r *Request) (pages.Answer, error) {
	w, _, err := a.plans.chosen(r, r.Text("who"))
	if err != nil {
		return nil, err
	}
	rev, err := strconv.ParseInt(r.Text("rev"), 10, 64)
	if err != nil {
		return nil, counselling.ErrMoved
	}
	without := r.Text("do") == "without"
	token, err := a.Calendars.NewCalendar(r.Context(), r.Who, w.Counsellor.ID, rev, without)
	if err != nil {
		return nil, err
	}
	if without {
		return r.Done("/week/calendar?who="+w.Counsellor.ID, "收回了，原来的地址打不开了。"), nil
	}
	if w, _, err = a.plans.chosen(r, w.Counsellor.ID); err != nil {
		return nil, err
	}
	return r.Page("plans/calendar", "日历地址", CalendarView{Counsellor: w.Counsellor, Address: a.Base + Prefix + calendarPath + "/" + token + ".ics"}), nil
}

// file is the calendar itself. Its titles are a number that staff say at the door, for a telephone that lies on a table.
func (a *calendarPages) file(r *Request) (pages.Answer, error) {
	booked, err := a.Calendars.CalendarOf(r.Context(), strings.TrimSuffix(r.Param("token"), ".ics"))
	if errors.Is(err, counselling.ErrNotFound) {
		return nil, staff.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	events := make([]ics.Event, 0, len(booked))
	for _, b := range booked {
		events = append(events, ics.Event{ID: b.ID, Title: "安排 " + b.Digits, Start: b.Start, End: b.End})
	}
	body, err := ics.Write("日程", a.Now(), events)
	return pages.File{Name: "richeng.ics", Type: "text/calendar; charset=utf-8", Body: body}, err
}

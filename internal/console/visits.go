package console

import (
	"context"
	"net/url"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/booking"
	"pugongying/internal/civil"
	"pugongying/internal/staff"
	"pugongying/internal/web/pages"
)

// VisitDesk is what staff do with appointments.
type VisitDesk interface {
	Visits(ctx context.Context, who staff.Principal, from, to string) ([]booking.Visit, error)
	Visit(ctx context.Context, who staff.Principal, id string) (booking.Visit, error)
	Open(ctx context.Context, who staff.Principal, id string) (booking.Visit, error)
	End(ctx context.Context, who staff.Principal, id string, as booking.State) error
	FreeVisit(ctx context.Context, who staff.Principal, id string) error
}

// VisitParts is what the area needs.
type VisitParts struct {
	Desk    VisitDesk
	Wording booking.Wording
	Confirm Confirmer
	Now     func() time.Time
}

type visitPages struct{ VisitParts }

// Visiting is who comes and when: by four digits, never by a name. What she wrote is opened one at a time, with the second
// factor, and each opening is recorded.
func Visiting(p VisitParts) Area {
	v := &visitPages{p}
	return Area{
		Name: "visits", Guide: "visits", Tasks: v,
		Rail: []Item{{Group: Appointing, Title: "来访", Path: "/visits", Icon: "users", Action: access.ReadVisits}},
		Routes: []Route{
			{Method: GET, Path: "/visits", Action: access.ReadVisits, Handle: v.list},
			{Method: GET, Path: "/visits/:id", Action: access.ReadVisits, Handle: v.one},
			{Method: POST, Path: "/visits/:id/open", Action: access.OpenIntake, Handle: Confirmed(p.Confirm, v.open)},
			{Method: POST, Path: "/visits/:id/end", Action: access.EndVisit, Handle: v.end},
			{Method: POST, Path: "/visits/:id/cancel", Action: access.FreeVisit, Handle: v.cancel},
		},
	}
}

// Days that the list shows: what is over and nobody said how it went, and what is ahead.
const (
	visitsBack  = 7
	visitsAhead = 21
)

// shown are the visits of the days that the list has.
func (v *visitPages) shown(ctx context.Context, who staff.Principal, back, ahead int) ([]booking.Visit, error) {
	today := civil.DayOf(v.Now())
	from, err := civil.AddDays(today, -back)
	if err != nil {
		return nil, err
	}
	to, err := civil.AddDays(today, ahead)
	if err != nil {
		return nil, err
	}
	return v.Desk.Visits(ctx, who, from, to)
}

func (v *visitPages) list(r *Request) (pages.Answer, error) {
	return r.List("来访", List{
		Name: "来访", Unit: "次", Size: pageSize, None: "前后三个星期没有人约。",
		Columns: []Column{{Key: "digits", Title: "号码"}, {Key: "start", Title: "什么时候"}, {Key: "how", Title: "怎么谈"}, {Key: "state", Title: "怎么样了"}},
		Find:    v.find,
	})
}

func (v *visitPages) find(ctx context.Context, who staff.Principal, q Query) (Found, error) {
	all, err := v.shown(ctx, who, visitsBack, visitsAhead)
	found := Found{Total: len(all)}
	for i := q.From(); i < min(len(all), q.From()+q.Limit); i++ {
		one := all[i]
		found.Rows = append(found.Rows, Row{Path: visitPath(one.ID), Cells: []Cell{{Text: one.Digits}, {At: one.Start}, {Text: visitPlace(one)}, v.state(one)}})
	}
	return found, err
}

func visitPath(id string) string { return "/visits/" + url.PathEscape(id) }

// visitPlace is how and where they meet.
func visitPlace(one booking.Visit) string {
	if one.Mode == booking.InPerson {
		return visitModes[one.Mode] + "，" + one.Place.Name
	}
	return visitModes[one.Mode]
}

func (v *visitPages) state(one booking.Visit) Cell {
	switch {
	case one.State == booking.Confirmed && one.Urgent:
		return Cell{Text: "四问有一项要先问", Tag: "warn"}
	case one.State == booking.Confirmed && v.Now().After(one.End):
		return Cell{Text: "谈完了吗？还没有记", Tag: "warn"}
	}
	return Cell{Text: visitStates[one.State], Calm: one.State != booking.Confirmed}
}

// VisitView is one visit. Facts and Reach are empty until it was opened.
type VisitView struct {
	booking.Visit
	Place, How, State string
	Began             bool // it can be said how it went
	Missed            bool // it can be said that she did not come
	Opened            bool
	Facts             []VisitFact
	Answers           []booking.Answer
	Reach             []VisitFact
}

// VisitFact is one thing that was asked, with what was answered.
type VisitFact struct{ Name, Words string }

func (v *visitPages) page(r *Request, one booking.Visit, opened bool) pages.Page {
	now := v.Now()
	live := one.State == booking.Confirmed
	view := VisitView{
		Visit: one, Place: one.Place.Name, How: visitModes[one.Mode], State: visitStates[one.State], Opened: opened,
		Began: live && one.Ends && !now.Before(one.Start), Missed: live && one.Ends && !now.Before(one.Start.Add(booking.NoShowAfter)),
	}
	view.Frees = one.Frees && live
	if opened {
		view.Facts, view.Reach, view.Answers = v.facts(one.Private), reach(one.Private.Contact), v.Wording.Answers(one.Private)
	}
	return r.Page("visits/one", "来访 "+one.Digits, view)
}

func (v *visitPages) one(r *Request) (pages.Answer, error) {
	one, err := v.Desk.Visit(r.Context(), r.Who, r.Param("id"))
	return v.page(r, one, false), err
}

func (v *visitPages) open(r *Request) (pages.Answer, error) {
	one, err := v.Desk.Open(r.Context(), r.Who, r.Param("id"))
	return v.page(r, one, true), err
}

func (v *visitPages) end(r *Request) (pages.Answer, error) {
	as := booking.Done
	if r.Text("as") == string(booking.NoShow) {
		as = booking.NoShow
	}
	return v.acted(r, v.Desk.End(r.Context(), r.Who, r.Param("id"), as), "记下了："+visitStates[as]+"。")
}

func (v *visitPages) cancel(r *Request) (pages.Answer, error) {
	return v.acted(r, v.Desk.FreeVisit(r.Context(), r.Who, r.Param("id")), "取消了，这个时间放回去了。")
}

// acted leads back to the visit, which says what was done or why it was not.
func (v *visitPages) acted(r *Request, err error, said string) (pages.Answer, error) {
	if err == nil {
		return r.Done(visitPath(r.Param("id")), said), nil
	}
	one, gone := v.Desk.Visit(r.Context(), r.Who, r.Param("id"))
	if gone != nil {
		return nil, gone
	}
	return r.Refused(v.page(r, one, false), err)
}

// Waiting are today's visits of hers, and those of the last days of which nobody said how they went.
func (v *visitPages) Waiting(ctx context.Context, who staff.Principal) ([]Task, error) {
	if !who.Admits(access.EndVisit) {
		return nil, nil
	}
	all, err := v.shown(ctx, who, visitsBack, 0)
	var tasks []Task
	for _, one := range all {
		if one.State != booking.Confirmed || !one.Ends {
			continue
		}
		task := Task{Kind: Waits, Title: "来访 " + one.Digits, Note: visitModes[one.Mode], Do: "到时候谈，谈完记一笔", Path: visitPath(one.ID), Due: one.Start}
		if v.Now().After(one.End) {
			task.Do = "谈完了吗？记一笔"
		}
		if one.Urgent {
			task.Do = "四问有一项要先问，先看她写的"
		}
		tasks = append(tasks, task)
	}
	return tasks, err
}

package console

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/civil"
	"pugongying/internal/counselling"
	"pugongying/internal/region"
	"pugongying/internal/staff"
	"pugongying/internal/web/pages"
)

// Plans is what the pages of counsellors' time do.
type Plans interface {
	Counsellors(ctx context.Context, who staff.Principal) ([]counselling.World, error)
	Preview(ctx context.Context, who staff.Principal, id string, e counselling.Edit) (counselling.Proposed, error)
	Save(ctx context.Context, who staff.Principal, id string, rev int64, e counselling.Edit, seen []string) (counselling.Counsellor, error)
	Open(ctx context.Context, who staff.Principal) ([]counselling.Affected, error)
	RoomsOf(ctx context.Context, who staff.Principal) ([]counselling.Room, error)
}

// DutyLists is what they do with the duty list.
type DutyLists interface {
	DutyOf(ctx context.Context, who staff.Principal, in region.Code) (counselling.Duty, error)
	SetDuty(ctx context.Context, who staff.Principal, d counselling.Duty) error
}

// PlanColleagues are whom the duty list may name.
type PlanColleagues interface {
	Reviewers(ctx context.Context) ([]staff.Principal, error)
}

// PlanParts is what the area needs. Booked are the appointments of a counsellor from an instant on.
type PlanParts struct {
	Plans   Plans
	Duties  DutyLists
	People  PlanColleagues
	Regions Regions
	Topics  []counselling.Topic // that a counsellor may be asked about
	Booked  func(ctx context.Context, counsellor string, from time.Time) ([]counselling.Booked, error)
	Now     func() time.Time
}

type planPages struct{ PlanParts }

// PlansArea is when counsellors come: the week, its exceptions, the coordinator's view, the duty list.
func PlansArea(p PlanParts) Area {
	a := &planPages{p}
	return Area{
		Name: "plans",
		Rail: []Item{
			{Group: Appointing, Title: "周历", Path: "/week", Icon: "calendar-days", Action: access.ReadPlans},
			{Group: Appointing, Title: "统筹", Path: "/overview", Icon: "route", Action: access.ManageCounsellor},
			{Group: Appointing, Title: "值班表", Path: "/duty", Icon: "clock", Action: access.ReadDuty},
		},
		Routes: []Route{
			{Method: GET, Path: "/week", Action: access.ReadPlans, Handle: a.week},
			{Method: GET, Path: "/week/plan", Action: access.EditPlan, Handle: a.plan},
			{Method: POST, Path: "/week/plan", Action: access.EditPlan, Handle: a.planned},
			{Method: GET, Path: "/week/exception", Action: access.EditPlan, Handle: a.exception},
			{Method: POST, Path: "/week/exception", Action: access.EditPlan, Handle: a.excepted},
			{Method: POST, Path: "/week/exception/gone", Action: access.EditPlan, Handle: a.unexcepted},
			{Method: GET, Path: "/week/profile", Action: access.ManageCounsellor, Handle: a.profile},
			{Method: POST, Path: "/week/profile", Action: access.ManageCounsellor, Handle: a.profiled},
			{Method: POST, Path: "/week/state", Action: access.ManageCounsellor, Handle: a.state},
			{Method: GET, Path: "/overview", Action: access.ManageCounsellor, Handle: a.overview},
			{Method: GET, Path: "/duty", Action: access.ReadDuty, Handle: a.duty},
			{Method: POST, Path: "/duty", Action: access.EditDuty, Handle: a.dutySet},
		},
	}
}

// chosen is the counsellor that an address names, else her own, else the first that she may read of. Nobody: ErrNotFound.
func (a *planPages) chosen(r *Request, id string) (counselling.World, []counselling.World, error) {
	all, err := a.Plans.Counsellors(r.Context(), r.Who)
	if err != nil {
		return counselling.World{}, nil, err
	}
	at := slices.IndexFunc(all, func(w counselling.World) bool {
		return id == w.Counsellor.ID || id == "" && w.Counsellor.Account == r.Who.Account
	})
	switch {
	case at >= 0:
		return all[at], all, nil
	case id == "" && len(all) > 0:
		return all[0], all, nil
	}
	return counselling.World{}, nil, counselling.ErrNotFound
}

// WeekView is one week of a counsellor.
type WeekView struct {
	Counsellor counselling.Counsellor
	Others     []Option
	Days       []WeekDay
	Hours      []WeekHour
	High       int    // of the drawing
	From       string // Monday
	Earlier    string
	Later      string
	Offered    int
	Booked     int
	Rules      string
	Unchecked  []int
	Exceptions []ExceptionRow
	Affected   []AffectedRow
	Edits      bool
	Manages    bool
	Why        *WhyView
	Empty      bool // no plan at all
}

// WhyView is the answer to "why is this closed?".
type WhyView struct{ Day, At, Said string }

// ExceptionRow is one exception in words.
type ExceptionRow struct{ ID, Days, Words string }

// AffectedRow is one appointment that waits for somebody.
type AffectedRow struct {
	Digits, Why string
	Start, Due  time.Time
}

func (a *planPages) week(r *Request) (pages.Answer, error) {
	v := r.URL.Query()
	w, all, err := a.chosen(r, v.Get("who"))
	if errors.Is(err, counselling.ErrNotFound) && v.Get("who") == "" {
		return r.Page("plans/nobody", "周历", nil), nil
	}
	if err != nil {
		return nil, err
	}
	view, err := a.weekView(r, w, v)
	if err != nil {
		return nil, err
	}
	for _, other := range all {
		view.Others = append(view.Others, Option{Value: other.Counsellor.ID, Words: other.Counsellor.Name})
	}
	return r.Page("plans/week", weekWords(view.From), view), nil
}

func (a *planPages) weekView(r *Request, w counselling.World, v url.Values) (WeekView, error) {
	now := a.Now()
	view := WeekView{Counsellor: w.Counsellor, From: mondayOf(v.Get("from"), now), Rules: rulesOf(w.Counsellor.Plan)}
	view.Earlier, _ = civil.AddDays(view.From, -7) // mondayOf gives a day
	view.Later, _ = civil.AddDays(view.From, 7)
	booked, err := a.Booked(r.Context(), w.Counsellor.ID, now)
	if err != nil {
		return view, err
	}
	a.drawWeek(&view, w, booked)
	last, _ := civil.AddDays(civil.DayOf(now), w.Counsellor.Plan.Horizon)
	view.Unchecked = w.Calendar.Unchecked(view.From, max(last, view.From))
	for _, e := range w.Counsellor.Exceptions {
		view.Exceptions = append(view.Exceptions, ExceptionRow{ID: e.ID, Days: daysWords(e.Dates), Words: e.Words()})
	}
	record := access.Record{Relation: r.Who.Relation(w.Counsellor.Account), Region: w.Counsellor.Home}
	view.Edits, view.Manages = r.Who.May(access.EditPlan, record) == nil, r.Who.May(access.ManageCounsellor, record) == nil
	if view.Affected, err = a.affectedOf(r, w.Counsellor.ID); err != nil {
		return view, err
	}
	if day := v.Get("day"); day != "" {
		view.Why = a.why(w, day, v.Get("at"), counselling.Mode(v.Get("mode")))
	}
	return view, nil
}

// why answers what closes a time.
func (a *planPages) why(w counselling.World, day, clock string, mode counselling.Mode) *WhyView {
	at, err := counselling.ParseMinute(clock)
	if err != nil || !civil.IsDay(day) {
		return &WhyView{Day: day, At: clock, Said: counselling.ErrTime.Text}
	}
	said := w.Why(day, at, counselling.Query{Mode: mode, Now: a.Now()}).Sentence(w.Counsellor)
	if said == "" {
		said = "放出来的：这个时间平时可以约。已经约出去的，不在这里显示给来约的人。"
	}
	return &WhyView{Day: onDay(day), At: at.String(), Said: said}
}

// affectedOf are the appointments of a counsellor that wait for somebody; of all with "".
func (a *planPages) affectedOf(r *Request, counsellor string) (rows []AffectedRow, err error) {
	open, err := a.Plans.Open(r.Context(), r.Who)
	for _, o := range open {
		if counsellor == "" || o.Counsellor == counsellor {
			rows = append(rows, affectedRow(o))
		}
	}
	return rows, err
}

func affectedRow(o counselling.Affected) AffectedRow {
	return AffectedRow{Digits: o.Digits, Why: o.Rule.Word(), Start: o.Start, Due: o.DueAt}
}

// OverviewView is the coordinator's day.
type OverviewView struct {
	Duty     string
	Nobody   bool // nobody answers now
	Affected []AffectedRow
	Regions  []RegionRow
}

// RegionRow is the load of one region in the next seven days.
type RegionRow struct {
	Name             string
	Counsellors      int
	Free, All, Share int // Share of all that is taken, in percent
	First            string
	People           []Option
}

func (a *planPages) overview(r *Request) (pages.Answer, error) {
	all, err := a.Plans.Counsellors(r.Context(), r.Who)
	if err != nil {
		return nil, err
	}
	view := OverviewView{}
	if view.Regions, err = a.load(r, all); err != nil {
		return nil, err
	}
	if view.Affected, err = a.affectedOf(r, ""); err != nil {
		return nil, err
	}
	if view.Duty, view.Nobody, err = a.dutyToday(r); err != nil {
		return nil, err
	}
	return r.Page("plans/overview", "统筹", view), nil
}

// load is what each region has free in the next seven days; where least is free stands first.
func (a *planPages) load(r *Request, all []counselling.World) (rows []RegionRow, err error) {
	now := a.Now()
	from := civil.DayOf(now)
	to, _ := civil.AddDays(from, 6)
	by := map[region.Code]*RegionRow{}
	for _, w := range all {
		row := by[w.Counsellor.Home]
		if row == nil {
			row = &RegionRow{Name: a.regionName(w.Counsellor.Home), First: "没有"}
			by[w.Counsellor.Home] = row
		}
		booked, err := a.Booked(r.Context(), w.Counsellor.ID, now)
		if err != nil {
			return nil, err
		}
		row.count(w, booked, counselling.Query{From: from, To: to, Now: now, ByStaff: true})
	}
	for _, row := range by {
		if row.All > 0 {
			row.Share = 100 * (row.All - row.Free) / row.All
		}
		rows = append(rows, *row)
	}
	slices.SortFunc(rows, func(a, b RegionRow) int { return a.Free - b.Free })
	return rows, nil
}

func (row *RegionRow) count(w counselling.World, booked []counselling.Booked, q counselling.Query) {
	row.Counsellors++
	row.People = append(row.People, Option{Value: w.Counsellor.ID, Words: w.Counsellor.Name})
	for _, s := range w.Slots(q) {
		row.All++
		if taken(s, booked) {
			continue
		}
		row.Free++
		if first := onDay(s.Day) + " " + s.At.String(); row.First == "没有" {
			row.First = first
		}
	}
}

// taken reports whether an appointment lies in a slot.
func taken(s counselling.Slot, booked []counselling.Booked) bool {
	return slices.ContainsFunc(booked, func(b counselling.Booked) bool { return b.Start.Before(s.End) && s.Start.Before(b.End) })
}

func (a *planPages) regionName(c region.Code) string {
	found, err := a.Regions.Find(c)
	if err != nil {
		return string(c)
	}
	return found.Name
}

package console

import (
	"fmt"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"

	"pugongying/internal/access"
	"pugongying/internal/counselling"
	"pugongying/internal/region"
	"pugongying/internal/staff"
	"pugongying/internal/web/pages"
)

// dutyShifts is how many shifts a day of the form has.
const dutyShifts = 4

// DutyView is the duty list of a region.
type DutyView struct {
	Duty   counselling.Duty
	Place  string
	Today  string
	Nobody bool
	Rows   []DutyRow
	People []Option
	Edits  bool
	Places []Option
}

// DutyRow is a day of the week.
type DutyRow struct {
	Row    int
	Words  string
	Shifts []DutyShift
	Said   string
}

// DutyShift is one shift as its fields show it.
type DutyShift struct {
	PlanSpan
	Account string
}

// dutyRegion is the region whose list she sees: the one the address names, or the first of hers.
func (a *planPages) dutyRegion(r *Request, asked string) (region.Code, error) {
	in := region.Code(asked)
	if scopes := r.Who.Regions(access.ReadDuty); in == "" && len(scopes) > 0 {
		in = scopes[0].From
	}
	if err := r.Who.May(access.ReadDuty, access.Record{Relation: access.None, Region: in}); err != nil {
		return in, staff.ErrNotFound
	}
	return in, nil
}

func (a *planPages) duty(r *Request) (pages.Answer, error) {
	in, err := a.dutyRegion(r, r.URL.Query().Get("region"))
	if err != nil {
		return nil, err
	}
	page, err := a.dutyPage(r, in, nil)
	if err != nil {
		return nil, err
	}
	return page, nil
}

func (a *planPages) dutyPage(r *Request, in region.Code, form url.Values) (pages.Page, error) {
	d, err := a.Duties.DutyOf(r.Context(), r.Who, in)
	if err != nil {
		return pages.Page{}, err
	}
	names, people, err := a.answering(r, in)
	if err != nil {
		return pages.Page{}, err
	}
	view := DutyView{Duty: d, Place: a.regionName(in), People: people}
	view.Edits = r.Who.May(access.EditDuty, access.Record{Relation: access.None, Region: in}) == nil
	if d.Region != in {
		d.Rev = 0 // the list of the region around; what is written is this one's own
	}
	view.Duty.Region, view.Duty.Rev = in, d.Rev
	view.Today, view.Nobody = a.todaysDuty(d, names)
	for row := range d.Week {
		view.Rows = append(view.Rows, dutyRow(d, row, form, names))
	}
	return r.Page("plans/duty", "值班表", view), nil
}

func dutyRow(d counselling.Duty, row int, form url.Values, names map[string]string) DutyRow {
	out := DutyRow{Row: row, Words: counselling.RowNames[row], Said: shiftsWords(d.Week[row], names)}
	for i := range dutyShifts {
		s := DutyShift{PlanSpan: PlanSpan{Name: fmt.Sprintf("d%d-%d", row, i)}}
		switch {
		case form != nil:
			s.From, s.To, s.Account = form.Get(s.Name+"-from"), form.Get(s.Name+"-to"), form.Get(s.Name+"-who")
		case i < len(d.Week[row]):
			on := d.Week[row][i]
			s.From, s.To, s.Account = fieldTime(on.From), fieldTime(on.To), on.Account
		}
		out.Shifts = append(out.Shifts, s)
	}
	return out
}

// answering are who may stand on the duty list of a region.
func (a *planPages) answering(r *Request, in region.Code) (map[string]string, []Option, error) {
	all, err := a.People.Reviewers(r.Context())
	names, people := map[string]string{}, []Option{{Value: "", Words: "没有人"}}
	for _, p := range all {
		names[p.Account] = p.Name
		if p.May(access.ReadDuty, access.Record{Relation: access.None, Region: in}) == nil {
			people = append(people, Option{Value: p.Account, Words: p.Name})
		}
	}
	return names, people, err
}

// todaysDuty says who answers today, and whether nobody does now.
func (a *planPages) todaysDuty(d counselling.Duty, names map[string]string) (string, bool) {
	day, _ := counselling.MinuteOf(a.Now())
	_, now := d.At(a.Now())
	return shiftsWords(d.On(day), names), !now
}

func (a *planPages) dutyToday(r *Request) (string, bool, error) {
	in, err := a.dutyRegion(r, "")
	if err != nil {
		return "", false, err
	}
	d, err := a.Duties.DutyOf(r.Context(), r.Who, in)
	if err != nil {
		return "", false, err
	}
	names, _, err := a.answering(r, in)
	said, nobody := a.todaysDuty(d, names)
	return said, nobody, err
}

func shiftsWords(shifts []counselling.Shift, names map[string]string) string {
	var said []string
	for _, s := range shifts {
		name := names[s.Account]
		if name == "" {
			name = "账号停了的人"
		}
		said = append(said, s.Span.String()+" "+name)
	}
	if len(said) == 0 {
		return "没有人"
	}
	return strings.Join(said, "，")
}

func (a *planPages) dutySet(r *Request) (pages.Answer, error) {
	in, err := a.dutyRegion(r, r.Text("region"))
	if err != nil {
		return nil, err
	}
	d, err := a.dutyOf(r, in)
	if err == nil {
		if err = a.Duties.SetDuty(r.Context(), r.Who, d); err == nil {
			return r.Done("/duty?region="+string(in), "存好了。"), nil
		}
	}
	page, failed := a.dutyPage(r, in, r.PostForm)
	if failed != nil {
		return nil, failed
	}
	return r.Refused(page, err)
}

// dutyOf reads the form: the week is new, the days of their own stay as they are.
func (a *planPages) dutyOf(r *Request, in region.Code) (counselling.Duty, error) {
	d, err := a.Duties.DutyOf(r.Context(), r.Who, in)
	if err != nil {
		return d, err
	}
	if d.Region != in {
		d = counselling.Duty{Region: in}
	}
	if d.Rev, err = strconv.ParseInt(r.Text("rev"), 10, 64); err != nil {
		return d, counselling.ErrMoved
	}
	for row := range d.Week {
		d.Week[row] = nil
		for _, s := range dutyRow(counselling.Duty{}, row, r.PostForm, nil).Shifts {
			span, given, err := spanOf(s.PlanSpan)
			if err != nil {
				return d, err
			}
			if given {
				d.Week[row] = append(d.Week[row], counselling.Shift{Span: span, Account: s.Account})
			}
		}
		sort.SliceStable(d.Week[row], func(i, j int) bool { return d.Week[row][i].From < d.Week[row][j].From })
	}
	d.Days = slices.Clone(d.Days)
	return d, nil
}

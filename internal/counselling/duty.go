package counselling

import (
	"context"
	"errors"
	"slices"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/audit"
	"pugongying/internal/civil"
	"pugongying/internal/fault"
	"pugongying/internal/region"
	"pugongying/internal/staff"
)

// Faults of the duty list.
var ErrDuty = fault.New(fault.Invalid, "counselling.duty", "值班表有一处要改：")

// Duty is the duty list of a region: who answers the line when. Hours that nobody stands for are nobody's, and whoever asks
// is told so.
type Duty struct {
	Region region.Code `bson:"_id"`
	Week   [7][]Shift  `bson:"week"` // Monday to Sunday
	Days   []DutyDay   `bson:"days,omitempty"`
	Rev    int64       `bson:"rev"`
	Schema int         `bson:"schema"`
}

// Shift is a part of a day with who answers in it.
type Shift struct {
	Span    `bson:",inline"`
	Account string `bson:"account"` // of staff
}

// DutyDay is a day on which other shifts hold than in the week; none: nobody is there.
type DutyDay struct {
	Day    string  `bson:"day"`
	Shifts []Shift `bson:"shifts,omitempty"`
}

// Bounds of a duty list.
const (
	maxShifts   = 8
	maxDutyDays = 100
)

// On are the shifts of a day, in order.
func (d Duty) On(day string) []Shift {
	if i := slices.IndexFunc(d.Days, func(o DutyDay) bool { return o.Day == day }); i >= 0 {
		return d.Days[i].Shifts
	}
	return d.Week[(int(civil.Weekday(day))+6)%7]
}

// At is who answers at an instant; false when nobody does.
func (d Duty) At(t time.Time) (Shift, bool) {
	day, at := MinuteOf(t)
	for _, s := range d.On(day) {
		if s.From <= at && at < s.To {
			return s, true
		}
	}
	return Shift{}, false
}

// Next is when somebody answers again, from an instant on: that instant while somebody does. The zero time when nobody does
// in the fortnight after it.
func (d Duty) Next(t time.Time) time.Time {
	if _, now := d.At(t); now {
		return t
	}
	day, _ := MinuteOf(t)
	for range 15 {
		for _, s := range d.On(day) {
			if from := s.From.On(day); from.After(t) {
				return from
			}
		}
		next, err := civil.AddDays(day, 1)
		if err != nil {
			break
		}
		day = next
	}
	return time.Time{}
}

func (d Duty) check(today string) error {
	for i, shifts := range d.Week {
		if err := checkShifts(RowNames[i], shifts); err != nil {
			return err
		}
	}
	if len(d.Days) > maxDutyDays {
		return says(ErrDuty, "单独排的日子最多 %d 天。", maxDutyDays)
	}
	for i, o := range d.Days {
		if !civil.IsDay(o.Day) || o.Day < today || i > 0 && d.Days[i-1].Day >= o.Day {
			return says(ErrDuty, "单独排的日子要从今天起，按先后排，每天一次：%s。", shortened(o.Day))
		}
		if err := checkShifts(o.Day, o.Shifts); err != nil {
			return err
		}
	}
	return nil
}

func checkShifts(name string, shifts []Shift) error {
	if len(shifts) > maxShifts {
		return says(ErrDuty, "%s最多 %d 班。", name, maxShifts)
	}
	for i, s := range shifts {
		switch {
		case s.From < 0 || s.From >= s.To || s.To > dayMinutes || s.From%Grid != 0 || s.To%Grid != 0:
			return says(ErrDuty, "%s的 %s 不对：开始要在结束之前，按 10 分钟来。", name, s.Span)
		case s.Account == "":
			return says(ErrDuty, "%s的 %s 还没有选人。", name, s.Span)
		case i > 0 && shifts[i-1].To > s.From:
			return overlapping(ErrDuty, name, shifts[i-1].Span, s.Span)
		}
	}
	return nil
}

// DutyStore stores duty lists.
type DutyStore interface {
	// Duty returns that of a region; ErrNotFound.
	Duty(ctx context.Context, in region.Code) (Duty, error)
	// PutDuty writes one at the revision it was read at, or adds it, with its entry; ErrMoved.
	PutDuty(ctx context.Context, d Duty, e audit.Entry) error
}

// DutyOf is the duty list of a region; one that nobody wrote is empty.
func (s *Service) DutyOf(ctx context.Context, who staff.Principal, in region.Code) (Duty, error) {
	if err := who.May(access.ReadDuty, access.Record{Relation: access.None, Region: in}); err != nil {
		return Duty{}, err
	}
	return s.Answers(ctx, in)
}

// Answers is the duty list of a region for whoever would call: it names accounts and is not shown to residents. A region
// without a list of its own has that of the region around it.
func (s *Service) Answers(ctx context.Context, in region.Code) (Duty, error) {
	for around := in; around != ""; around = around.Parent() {
		d, err := s.Duties.Duty(ctx, around)
		if !errors.Is(err, ErrNotFound) {
			return d, err
		}
	}
	return Duty{Region: in, Schema: schema}, nil
}

// SetDuty writes the duty list of a region at its revision. ErrDuty, ErrMoved.
func (s *Service) SetDuty(ctx context.Context, who staff.Principal, d Duty) error {
	if err := who.May(access.EditDuty, access.Record{Relation: access.None, Region: d.Region}); err != nil {
		return err
	}
	today := civil.DayOf(s.now())
	d.Schema, d.Days = schema, slices.DeleteFunc(slices.Clone(d.Days), func(o DutyDay) bool { return civil.IsDay(o.Day) && o.Day < today })
	if err := d.check(today); err != nil {
		return err
	}
	e, err := audit.New(audit.Act{Actor: who.Actor(), Action: audit.DutyChange, Subject: string(d.Region), At: s.now(), Detail: map[string]string{"act": "week"}})
	if err != nil {
		return err
	}
	return s.Duties.PutDuty(ctx, d, e)
}

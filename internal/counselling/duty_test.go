package counselling

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pugongying/internal/fault"
	"pugongying/internal/staff"
)

func onDuty() Duty {
	d := Duty{Region: banner}
	for row := range 5 {
		d.Week[row] = []Shift{{Span{hm(8, 30), hm(12, 0)}, "A1"}, {Span{hm(12, 0), hm(17, 30)}, "A2"}}
	}
	d.Days = []DutyDay{{Day: "2026-10-01"}, {Day: "2026-10-03", Shifts: []Shift{{Span{hm(9, 0), hm(10, 0)}, "A3"}}}}
	return d
}

func TestTheDutyListSaysWhoAnswers(t *testing.T) {
	k := newKit(t)
	if err := k.SetDuty(ctx, coordinator, onDuty()); err != nil {
		t.Fatal(err)
	}
	d, err := k.DutyOf(ctx, herself, banner)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		at   time.Time
		who  string
		next time.Time
	}{
		"in the morning":  {hm(9, 0).On("2026-09-25"), "A1", hm(9, 0).On("2026-09-25")},
		"at the change":   {hm(12, 0).On("2026-09-25"), "A2", hm(12, 0).On("2026-09-25")},
		"in the evening":  {hm(17, 30).On("2026-09-24"), "", hm(8, 30).On("2026-09-25")},
		"over a weekend":  {hm(18, 0).On("2026-09-25"), "", hm(8, 30).On("2026-09-28")},
		"on a day alone":  {hm(9, 0).On("2026-10-03"), "A3", hm(9, 0).On("2026-10-03")},
		"nobody that day": {hm(9, 0).On("2026-10-01"), "", hm(8, 30).On("2026-10-02")},
	} {
		if s, there := d.At(tt.at); s.Account != tt.who || there != (tt.who != "") || !d.Next(tt.at).Equal(tt.next) {
			t.Errorf("%s: %+v, next %v", name, s, d.Next(tt.at))
		}
	}
	if nobody := (Duty{}); !nobody.Next(wednesday).IsZero() {
		t.Error("an empty list answers")
	}
	if around, err := k.Answers(ctx, sumu); err != nil || around.Region != banner {
		t.Errorf("a sumu is answered by %+v, %v", around.Region, err)
	}
	if none, err := k.Answers(ctx, another); err != nil || len(none.Week[0]) != 0 {
		t.Errorf("elsewhere %+v, %v", none, err)
	}
}

func TestTheDutyListIsTheCoordinators(t *testing.T) {
	k := newKit(t)
	for name, tt := range map[string]struct {
		who  staff.Principal
		want *fault.Error
	}{"a counsellor": {herself, staff.ErrForbidden}, "another region's": {elsewhere, staff.ErrForbidden}, "a volunteer": {volunteer, staff.ErrForbidden}} {
		if err := k.SetDuty(ctx, tt.who, onDuty()); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := k.SetDuty(ctx, coordinator, onDuty()); err != nil {
		t.Fatal(err)
	}
	if err := k.SetDuty(ctx, coordinator, onDuty()); !errors.Is(err, ErrMoved) {
		t.Errorf("at an old revision: %v", err)
	}
	if _, err := k.DutyOf(ctx, volunteer, banner); !errors.Is(err, staff.ErrForbidden) {
		t.Errorf("a volunteer reads: %v", err)
	}
	for name, tt := range map[string]struct {
		change func(*Duty)
		says   string
	}{
		"overlapping":   {func(d *Duty) { d.Week[0][1].From = hm(11, 0) }, "周一的 8:30—12:00 和 11:00—17:30 叠在一起"},
		"backwards":     {func(d *Duty) { d.Week[0][0].To = hm(8, 0) }, "开始要在结束之前"},
		"nobody":        {func(d *Duty) { d.Week[0][0].Account = "" }, "还没有选人"},
		"very many":     {func(d *Duty) { d.Week[0] = make([]Shift, 9) }, "最多 8 班"},
		"a day twice":   {func(d *Duty) { d.Days[1].Day = "2026-10-01" }, "每天一次"},
		"many days":     {func(d *Duty) { d.Days = make([]DutyDay, 101) }, "最多 100 天"},
		"a day's own":   {func(d *Duty) { d.Days[1].Shifts[0].To = hm(9, 0) }, "2026-10-03的 9:00—9:00"},
		"a day of yore": {func(d *Duty) { d.Days[0].Day = "yore" }, "yore"},
	} {
		d := onDuty()
		d.Rev = 1
		tt.change(&d)
		if err := k.SetDuty(ctx, coordinator, d); !errors.Is(err, ErrDuty) || !strings.Contains(fault.From(err).Text, tt.says) {
			t.Errorf("%s: %v, %s", name, err, fault.From(err).Text)
		}
	}
}

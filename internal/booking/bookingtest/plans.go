// Package bookingtest gives tests counsellors with a plan: fixed hours on every day, so that a test says what it wants of a
// slot in one line. Only tests import it.
package bookingtest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"pugongying/internal/booking"
	"pugongying/internal/civil"
	"pugongying/internal/region"
	"pugongying/internal/staff"
)

// The banner in which everybody may be booked.
const Banner region.Code = "150424000000"

// Plans are counsellors with the same hours each day.
type Plans struct {
	Hours []int         // at which a session begins
	Long  time.Duration // of a session
	Now   func() time.Time

	mu     sync.Mutex
	people []booking.Counsellor
	closed map[string]bool // slots that are offered no more
}

var (
	_ booking.Plans = (*Plans)(nil)
	_ booking.Desks = (*Plans)(nil)
)

// New gives n counsellors C1, C2 … who work at the full hours from 9 to 16, fifty minutes each.
func New(n int, now func() time.Time) *Plans {
	p := &Plans{Hours: []int{9, 10, 11, 12, 13, 14, 15, 16}, Long: 50 * time.Minute, Now: now, closed: map[string]bool{}}
	for i := range n {
		p.people = append(p.people, booking.Counsellor{
			ID: fmt.Sprintf("C%d", i+1), Name: fmt.Sprintf("第%d位老师", i+1), Languages: []string{"汉语"}, Regions: []region.Code{Banner},
			Modes: slices.Clone(booking.Modes), Demo: true,
		})
	}
	return p
}

// Counsellors are all of them.
func (p *Plans) Counsellors(context.Context) ([]booking.Counsellor, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.people), nil
}

// Desk is the account of a counsellor: AC1 is C1's. Everybody belongs to the banner.
func (p *Plans) Desk(_ context.Context, counsellor string) (booking.Desk, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !slices.ContainsFunc(p.people, func(c booking.Counsellor) bool { return c.ID == counsellor }) {
		return booking.Desk{}, booking.ErrNotFound
	}
	return booking.Desk{Account: "A" + counsellor, Home: Banner}, nil
}

// Fresh takes any proof of a second factor as fresh.
func Fresh(p staff.Principal) error {
	if p.ConfirmedAt.IsZero() {
		return staff.ErrStepUp
	}
	return nil
}

// Change changes one counsellor, or takes her out where change says so.
func (p *Plans) Change(id string, change func(*booking.Counsellor) (stays bool)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.people = slices.DeleteFunc(slices.Clone(p.people), func(c booking.Counsellor) bool { return c.ID == id && !change(&c) })
}

// Slots are the hours of each day that are not closed.
func (p *Plans) Slots(_ context.Context, counsellor, from, to string) ([]booking.Slot, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	first, err := civil.Start(from)
	if err != nil {
		return nil, err
	}
	last, err := civil.Start(to)
	if err != nil || !p.there(counsellor) {
		return nil, err
	}
	var slots []booking.Slot
	for day := first; !day.After(last); day = day.AddDate(0, 0, 1) {
		for _, hour := range p.Hours {
			s := p.slot(counsellor, day.Add(time.Duration(hour)*time.Hour).UTC())
			if s.Start.After(p.Now()) && !p.closed[s.ID()] {
				slots = append(slots, s)
			}
		}
	}
	return slots, nil
}

// Offered gives one of them.
func (p *Plans) Offered(ctx context.Context, counsellor string, start time.Time) (booking.Slot, error) {
	day := civil.DayOf(start)
	slots, err := p.Slots(ctx, counsellor, day, day)
	if err != nil {
		return booking.Slot{}, err
	}
	for _, s := range slots {
		if s.Start.Equal(start) {
			return s, nil
		}
	}
	return booking.Slot{}, booking.ErrNotOffered
}

// Close takes a slot out of the plan.
func (p *Plans) Close(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed[id] = true
}

// Slot is the session of a counsellor that begins so many days from today at an hour.
func (p *Plans) Slot(counsellor string, days, hour int) booking.Slot {
	day, err := civil.Start(civil.DayOf(p.Now().AddDate(0, 0, days)))
	if err != nil {
		panic(err)
	}
	return p.slot(counsellor, day.Add(time.Duration(hour)*time.Hour).UTC())
}

func (p *Plans) there(id string) bool {
	return slices.ContainsFunc(p.people, func(c booking.Counsellor) bool { return c.ID == id })
}

func (p *Plans) slot(counsellor string, start time.Time) booking.Slot {
	return booking.Slot{
		Counsellor: counsellor, Start: start, End: start.Add(p.Long), Modes: slices.Clone(booking.Modes), Region: Banner,
		Place: booking.Place{Name: "旗妇女儿童活动中心", Room: "306", How: "东门进，三楼右手", Phone: "0000-0000000"},
	}
}

// Wording is the least that booking works with.
func Wording() booking.Wording {
	question := func(id string) booking.Question {
		return booking.Question{ID: id, Text: id, Yes: "有", No: "没有", Alarming: "yes"}
	}
	four := []booking.Question{question("q1"), question("q2"), question("q3"), question("q4")}
	return booking.Wording{
		Topics:    []booking.Choice{{ID: "school", Name: "上学的事"}, {ID: "family", Name: "和家里人"}},
		Questions: map[booking.For][]booking.Question{booking.ForSelf: four, booking.ForChild: four, booking.ForOther: four},
		Report:    booking.Report{Text: "必须报告", Law: "未成年人保护法 第十一条第二款"}, Reminder: "活动中心：{when} 有一项安排",
	}
}

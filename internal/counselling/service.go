package counselling

import (
	"context"
	"slices"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/civil"
	"pugongying/internal/fault"
	"pugongying/internal/parts"
	"pugongying/internal/region"
	"pugongying/internal/staff"
)

// ErrClosed refuses a time that is not offered, in words for a resident: they say nothing of why.
var ErrClosed = fault.New(fault.Conflict, "counselling.closed", "这个时间现在约不了，请换一个。")

// Parts are what a service needs.
type Parts struct {
	Store     Store
	Rooms     RoomStore
	Affected  AffectedStore
	Duties    DutyStore
	Bookings  Bookings
	Calendar  civil.Calendar
	Known     func(region.Code) bool // a region that is there
	Topics    []Topic
	Calendars CalendarStore
	// Working says whether an account of staff may work now.
	Working func(ctx context.Context, account string) (bool, error)
	Now     func() time.Time
	NewID   func() string
	Demo    bool // 演示 counsellors may be booked; never in production
}

// Service is who counsels when.
type Service struct{ Parts }

// New puts a service together; an error names what is missing.
func New(p Parts) (*Service, error) {
	return &Service{p}, parts.Missing("counselling", p)
}

func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }

// World is everything that decides about one counsellor's times. ErrNotFound.
func (s *Service) World(ctx context.Context, counsellor string) (World, error) {
	c, err := s.Store.Counsellor(ctx, counsellor)
	if err == nil && c.Demo && !s.Demo {
		err = ErrNotFound
	}
	if err != nil {
		return World{}, err
	}
	rooms, err := s.rooms(ctx)
	return World{Counsellor: c, Rooms: rooms, Calendar: s.Calendar}, err
}

func (s *Service) rooms(ctx context.Context) (map[string]Room, error) {
	all, err := s.Rooms.Rooms(ctx)
	rooms := make(map[string]Room, len(all))
	for _, r := range all {
		rooms[r.ID] = r
	}
	return rooms, err
}

// Worlds are those of every counsellor with whom people of a region may book about a topic, by id. An empty region or
// topic asks for all.
func (s *Service) Worlds(ctx context.Context, in region.Code, topic string) ([]World, error) {
	worlds, err := s.all(ctx)
	return slices.DeleteFunc(worlds, func(w World) bool {
		c := w.Counsellor
		return c.State != Active || !c.Serves(in, "") || !c.Helps(topic)
	}), err
}

// all are the worlds of every counsellor, suspended ones included, 演示 ones where these may be booked.
func (s *Service) all(ctx context.Context) ([]World, error) {
	counsellors, err := s.Store.Counsellors(ctx)
	if err != nil {
		return nil, err
	}
	rooms, err := s.rooms(ctx)
	worlds := make([]World, 0, len(counsellors))
	for _, c := range counsellors {
		if c.Demo && !s.Demo {
			continue
		}
		worlds = append(worlds, World{Counsellor: c, Rooms: rooms, Calendar: s.Calendar})
	}
	return worlds, err
}

// Offered returns the slot of a counsellor that begins at an instant, with its room, if it is offered as asked; else
// ErrClosed, with the rule as its cause. Q.Now is this service's clock.
func (s *Service) Offered(ctx context.Context, counsellor string, start time.Time, q Query) (Slot, Room, error) {
	w, err := s.World(ctx, counsellor)
	if err != nil {
		return Slot{}, Room{}, err
	}
	day, at := MinuteOf(start)
	q.Now = s.now()
	if !at.On(day).Equal(start) { // seconds: no slot
		return Slot{}, Room{}, ErrClosed.Because(closedBy(RuleGrid))
	}
	v := w.Why(day, at, q)
	if v.Rule != RuleOpen {
		return Slot{}, Room{}, ErrClosed.Because(closedBy(v.Rule))
	}
	return v.Slot, w.Rooms[v.Slot.Room], nil
}

// closedBy is a rule as the cause of a fault.
type closedBy Rule

func (r closedBy) Error() string { return "closed by the rule " + string(r) }

// Why answers staff what closes a time, or that the plan offers it. ErrNotFound for a counsellor who is not theirs.
func (s *Service) Why(ctx context.Context, who staff.Principal, counsellor, day string, at Minute, q Query) (Verdict, string, error) {
	w, err := s.World(ctx, counsellor)
	if err == nil {
		err = s.may(who, access.ReadPlans, w.Counsellor)
	}
	if err != nil {
		return Verdict{}, "", err
	}
	if !civil.IsDay(day) || at < 0 || at >= dayMinutes {
		return Verdict{}, "", ErrTime
	}
	q.Now = s.now()
	v := w.Why(day, at, q)
	return v, v.Sentence(w.Counsellor), nil
}

// may checks an action on a counsellor's record.
func (s *Service) may(who staff.Principal, action access.Action, c Counsellor) error {
	err := who.May(action, access.Record{Relation: who.Relation(c.Account), Region: c.Home})
	if err != nil && who.Admits(action) {
		return ErrNotFound
	}
	return err
}

// Mine is the counsellor of the account that asks. ErrNotFound where she has none.
func (s *Service) Mine(ctx context.Context, who staff.Principal) (Counsellor, error) {
	c, err := s.Store.CounsellorOf(ctx, who.Account)
	if err == nil {
		err = s.may(who, access.ReadPlans, c)
	}
	return c, err
}

// Counsellor is one that staff may read of. ErrNotFound.
func (s *Service) Counsellor(ctx context.Context, who staff.Principal, id string) (Counsellor, error) {
	c, err := s.Store.Counsellor(ctx, id)
	if err == nil {
		err = s.may(who, access.ReadPlans, c)
	}
	return c, err
}

// Counsellors are those that staff may read of, by name.
func (s *Service) Counsellors(ctx context.Context, who staff.Principal) ([]World, error) {
	if !who.Admits(access.ReadPlans) {
		return nil, staff.ErrForbidden
	}
	worlds, err := s.all(ctx)
	return slices.DeleteFunc(worlds, func(w World) bool { return s.may(who, access.ReadPlans, w.Counsellor) != nil }), err
}

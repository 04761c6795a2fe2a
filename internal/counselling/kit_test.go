package counselling

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/audit"
	"pugongying/internal/region"
	"pugongying/internal/staff"
	"pugongying/internal/testkit"
)

var ctx = context.Background()

// memory is every store of a service, and what is booked.
type memory struct {
	people  map[string]Counsellor
	rooms   map[string]Room
	hurt    map[string]Affected
	booked  []Booked
	entries []audit.Entry
	duties  map[string]Duty
	broken  error
}

func (m *memory) Counsellor(_ context.Context, id string) (Counsellor, error) {
	c, there := m.people[id]
	if !there {
		return Counsellor{}, ErrNotFound
	}
	return c, m.broken
}

func (m *memory) CounsellorOf(_ context.Context, account string) (Counsellor, error) {
	for _, c := range m.people {
		if c.Account == account {
			return c, m.broken
		}
	}
	return Counsellor{}, ErrNotFound
}

func (m *memory) Counsellors(context.Context) ([]Counsellor, error) {
	return slices.SortedFunc(maps.Values(m.people), func(a, b Counsellor) int { return len(a.ID) - len(b.ID) }), m.broken
}

func (m *memory) InsertCounsellor(_ context.Context, c Counsellor, e audit.Entry) error {
	if _, err := m.CounsellorOf(ctx, c.Account); !errors.Is(err, ErrNotFound) {
		return ErrTaken
	}
	m.people[c.ID] = c
	m.entries = append(m.entries, e)
	return m.broken
}

func (m *memory) ReplaceCounsellor(_ context.Context, c Counsellor, hurt []Affected, e audit.Entry) error {
	if m.people[c.ID].Rev != c.Rev {
		return ErrMoved
	}
	c.Rev++
	m.people[c.ID] = c
	m.entries = append(m.entries, e)
	return m.AddAffected(ctx, hurt)
}

func (m *memory) Rooms(context.Context) ([]Room, error) {
	return slices.Collect(maps.Values(m.rooms)), m.broken
}

func (m *memory) InsertRoom(_ context.Context, r Room, e audit.Entry) error {
	if _, there := m.rooms[r.ID]; there {
		return ErrTaken
	}
	m.rooms[r.ID] = r
	m.entries = append(m.entries, e)
	return nil
}

func (m *memory) ReplaceRoom(_ context.Context, r Room, hurt []Affected, e audit.Entry) error {
	if m.rooms[r.ID].Rev != r.Rev {
		return ErrMoved
	}
	r.Rev++
	m.rooms[r.ID] = r
	m.entries = append(m.entries, e)
	return m.AddAffected(ctx, hurt)
}

func (m *memory) AddAffected(_ context.Context, hurt []Affected) error {
	for _, a := range hurt {
		if known, there := m.hurt[a.ID]; !there || known.DoneAt != nil {
			m.hurt[a.ID] = a
		}
	}
	return m.broken
}

func (m *memory) AffectedOpen(context.Context) (open []Affected, err error) {
	for _, a := range m.hurt {
		if a.DoneAt == nil {
			open = append(open, a)
		}
	}
	slices.SortFunc(open, func(a, b Affected) int { return a.DueAt.Compare(b.DueAt) })
	return open, m.broken
}

func (m *memory) CloseAffected(_ context.Context, at time.Time, ids ...string) error {
	for _, id := range ids {
		a := m.hurt[id]
		a.DoneAt = &at
		m.hurt[id] = a
	}
	return m.broken
}

func (m *memory) Ahead(_ context.Context, counsellor string, from time.Time) (ahead []Booked, err error) {
	for _, b := range m.booked {
		if (counsellor == "" || b.Counsellor == counsellor) && b.End.After(from) {
			ahead = append(ahead, b)
		}
	}
	return ahead, m.broken
}

func (m *memory) Duty(_ context.Context, in region.Code) (Duty, error) {
	d, there := m.duties[string(in)]
	if !there {
		return Duty{}, ErrNotFound
	}
	return d, m.broken
}

func (m *memory) PutDuty(_ context.Context, d Duty, e audit.Entry) error {
	if m.duties[string(d.Region)].Rev != d.Rev {
		return ErrMoved
	}
	d.Rev++
	m.duties[string(d.Region)] = d
	m.entries = append(m.entries, e)
	return m.broken
}

func (m *memory) CounsellorByCalendar(_ context.Context, hash string) (Counsellor, error) {
	for _, c := range m.people {
		if c.Calendar != "" && c.Calendar == hash {
			return c, m.broken
		}
	}
	return Counsellor{}, ErrNotFound
}

// kit is a service over memory, on 2026-09-23, 8:00, with 斯琴老师 in it.
type kit struct {
	*Service
	store *memory
	clock *testkit.Clock
	idle  bool // her account is suspended
}

func newKit(t testing.TB) *kit {
	t.Helper()
	w := worldOf(t, siqin())
	m := &memory{people: map[string]Counsellor{"C1": w.Counsellor}, rooms: w.Rooms, hurt: map[string]Affected{}, duties: map[string]Duty{}}
	clock := testkit.NewClock()
	clock.Set(wednesday)
	k := &kit{store: m, clock: clock}
	s, err := New(Parts{
		Calendars: m, Working: func(context.Context, string) (bool, error) { return !k.idle, nil },
		Store: m, Rooms: m, Affected: m, Duties: m, Bookings: m, Calendar: w.Calendar, Now: clock.Now, NewID: testkit.IDs(), Demo: true,
		Topics: []Topic{{"school", "上学的事"}, {"sleep", "睡不好、不说话"}, {"screen", "手机"}, {"family", "和家里人"}, {"fright", "害怕"}, {"inperson", "见面再说"}},
		Known:  func(c region.Code) bool { return c.Level() >= region.League },
	})
	if err != nil {
		t.Fatal(err)
	}
	k.Service = s
	return k
}

func somebody(account string, role access.Role, in region.Code) staff.Principal {
	return staff.Principal{Account: account, Grants: []access.Grant{{Role: role, Scope: region.ScopeOf(in)}}}
}

var (
	herself     = somebody("A1", access.Counsellor, banner)
	colleague   = somebody("A2", access.Counsellor, banner)
	coordinator = somebody("A3", access.Coordinator, banner)
	elsewhere   = somebody("A4", access.Coordinator, another)
	supervisor  = somebody("A5", access.Supervisor, league)
	volunteer   = somebody("A6", access.Volunteer, banner)
)

// book books 50 minutes with 斯琴老师.
func (k *kit) book(id, day string, at Minute, mode Mode, room string) {
	k.store.booked = append(k.store.booked, Booked{
		ID: id, Counsellor: "C1", Start: at.On(day), End: (at + 50).On(day), Mode: mode, Room: room, Region: banner, Digits: "1603",
	})
}

package store

import (
	"context"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/audit"
	"pugongying/internal/counselling"
	"pugongying/internal/store/document"
)

const (
	counsellors = "counsellors"
	rooms       = "rooms"
	affected    = "affectedAppointments"

	affectedKnownFor = 400 * 24 * time.Hour // what was dealt with, for the figures of a year
)

var counsellingDeclarations = []document.Declaration{
	{Collection: counsellors, Indexes: []document.Index{
		{Name: "account", Keys: []document.Key{{Field: "account"}}, Unique: true},
		uniqueWhere("calendar", "calendar"),
	}},
	{Collection: rooms},
	{Collection: dutyLists},
	{Collection: affected, Indexes: []document.Index{
		{Name: "open", Keys: []document.Key{{Field: "dueAt"}}, Partial: bson.D{{Key: "open", Value: true}}},
		{Name: "gone", Keys: []document.Key{{Field: "doneAt"}}, Expire: affectedKnownFor},
	}},
}

// affectedDocument is an affected appointment; Open is there while nobody has dealt with it.
type affectedDocument struct {
	counselling.Affected `bson:",inline"`
	Open                 bool `bson:"open,omitempty"`
}

// Counselling stores counsellors, rooms, affected appointments and duty lists; it is each of the stores of counselling.
type Counselling struct {
	engine                               document.Engine
	counsellors, rooms, affected, duties document.Collection
	audit                                appendOnly
}

var (
	_ counselling.Store         = (*Counselling)(nil)
	_ counselling.RoomStore     = (*Counselling)(nil)
	_ counselling.AffectedStore = (*Counselling)(nil)
	_ counselling.CalendarStore = (*Counselling)(nil)
	_ counselling.DutyStore     = (*Counselling)(nil)
)

// NewCounselling works on an engine whose declarations were ensured.
func NewCounselling(engine document.Engine) *Counselling {
	return &Counselling{
		engine: engine, counsellors: engine.Collection(counsellors), rooms: engine.Collection(rooms),
		affected: engine.Collection(affected), duties: engine.Collection(dutyLists), audit: auditOf(engine),
	}
}

// Counsellor returns one.
func (s *Counselling) Counsellor(ctx context.Context, id string) (counselling.Counsellor, error) {
	return found[counselling.Counsellor](ctx, s.counsellors, id, counselling.ErrNotFound)
}

// CounsellorOf returns that of an account.
func (s *Counselling) CounsellorOf(ctx context.Context, account string) (counselling.Counsellor, error) {
	return s.counsellorBy(ctx, "account", account)
}

// CounsellorByCalendar returns that with this hash of a calendar address.
func (s *Counselling) CounsellorByCalendar(ctx context.Context, hash string) (counselling.Counsellor, error) {
	return s.counsellorBy(ctx, "calendar", hash)
}

func (s *Counselling) counsellorBy(ctx context.Context, field, value string) (counselling.Counsellor, error) {
	c, err := one[counselling.Counsellor](ctx, s.counsellors, bson.D{{Key: field, Value: value}})
	if err != nil {
		return counselling.Counsellor{}, mapNotFound(err, counselling.ErrNotFound)
	}
	return *c, nil
}

// Counsellors returns all, by id.
func (s *Counselling) Counsellors(ctx context.Context) ([]counselling.Counsellor, error) {
	return many[counselling.Counsellor](ctx, s.counsellors, document.Query{Sort: []document.Key{{Field: "_id"}}})
}

// InsertCounsellor adds one with its entry.
func (s *Counselling) InsertCounsellor(ctx context.Context, c counselling.Counsellor, e audit.Entry) error {
	err := s.together(ctx, e, func(ctx context.Context) error { return s.counsellors.Insert(ctx, c) })
	if errors.Is(err, document.ErrDuplicate) {
		return counselling.ErrTaken.Because(err)
	}
	return err
}

// ReplaceCounsellor writes one at the revision it was read at, with its entry and what it hurts.
func (s *Counselling) ReplaceCounsellor(ctx context.Context, c counselling.Counsellor, hurt []counselling.Affected, e audit.Entry) error {
	rev := c.Rev
	c.Rev++
	return s.together(ctx, e, func(ctx context.Context) error {
		if err := s.counsellors.Replace(ctx, c.ID, rev, c); err != nil {
			return err
		}
		return s.AddAffected(ctx, hurt)
	})
}

// together makes writes with their entry, or none of them.
func (s *Counselling) together(ctx context.Context, e audit.Entry, write func(context.Context) error) error {
	err := s.engine.InTx(ctx, func(ctx context.Context) error {
		if err := write(ctx); err != nil {
			return err
		}
		return s.audit.append(ctx, e)
	})
	if errors.Is(err, document.ErrStale) {
		return counselling.ErrMoved.Because(err)
	}
	return toFault(err)
}

// Rooms returns all, by id.
func (s *Counselling) Rooms(ctx context.Context) ([]counselling.Room, error) {
	return many[counselling.Room](ctx, s.rooms, document.Query{Sort: []document.Key{{Field: "_id"}}})
}

// InsertRoom adds one with its entry.
func (s *Counselling) InsertRoom(ctx context.Context, r counselling.Room, e audit.Entry) error {
	err := s.together(ctx, e, func(ctx context.Context) error { return s.rooms.Insert(ctx, r) })
	if errors.Is(err, document.ErrDuplicate) {
		return counselling.ErrTaken.Because(err)
	}
	return err
}

// ReplaceRoom writes one at the revision it was read at, with its entry and what it hurts.
func (s *Counselling) ReplaceRoom(ctx context.Context, r counselling.Room, hurt []counselling.Affected, e audit.Entry) error {
	rev := r.Rev
	r.Rev++
	return s.together(ctx, e, func(ctx context.Context) error {
		if err := s.rooms.Replace(ctx, r.ID, rev, r); err != nil {
			return err
		}
		return s.AddAffected(ctx, hurt)
	})
}

// AddAffected adds those that are not open; one that was dealt with and is hurt again begins anew.
func (s *Counselling) AddAffected(ctx context.Context, hurt []counselling.Affected) error {
	for _, a := range hurt {
		fresh := affectedDocument{a, true}
		known, err := byID[affectedDocument](ctx, s.affected, a.ID)
		switch {
		case errors.Is(err, document.ErrNotFound):
			err = unlessThere(s.affected.Insert(ctx, fresh)) // another server was the first
		case err == nil && !known.Open:
			fresh.Rev = known.Rev + 1
			err = s.affected.Replace(ctx, a.ID, known.Rev, fresh)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// AffectedOpen returns those that nobody has dealt with, soonest due first.
func (s *Counselling) AffectedOpen(ctx context.Context) ([]counselling.Affected, error) {
	docs, err := many[affectedDocument](ctx, s.affected, document.Query{
		Filter: bson.D{{Key: "open", Value: true}}, Sort: []document.Key{{Field: "dueAt"}},
	})
	open := make([]counselling.Affected, 0, len(docs))
	for _, d := range docs {
		open = append(open, d.Affected)
	}
	return open, err
}

// CloseAffected ends some of them.
func (s *Counselling) CloseAffected(ctx context.Context, at time.Time, appointments ...string) error {
	for _, id := range appointments {
		err := update(ctx, s.affected, id, func(d *affectedDocument) error {
			d.Open, d.DoneAt = false, &at
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

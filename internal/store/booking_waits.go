package store

import (
	"context"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/booking"
	"pugongying/internal/idempotency"
	"pugongying/internal/member"
	"pugongying/internal/store/document"
	"pugongying/internal/tries"
)

// InsertWait adds an entry; with a key that was used before it gives the first one.
func (s *Bookings) InsertWait(ctx context.Context, w booking.Wait, key *idempotency.Key) (booking.Wait, error) {
	stored, _, err := createOnce(ctx, s.waits, key, &w)
	if err != nil {
		return booking.Wait{}, refused(err)
	}
	return *stored, nil
}

// UpdateWait changes an entry at its revision.
func (s *Bookings) UpdateWait(ctx context.Context, id string, apply func(*booking.Wait) error) error {
	return mapNotFound(update(ctx, s.waits, id, apply), booking.ErrNotFound)
}

// Wait returns an entry.
func (s *Bookings) Wait(ctx context.Context, id string) (booking.Wait, error) {
	return found[booking.Wait](ctx, s.waits, id, booking.ErrNotFound)
}

// WaitByCode returns the entry of a code.
func (s *Bookings) WaitByCode(ctx context.Context, hash string) (booking.Wait, error) {
	w, err := one[booking.Wait](ctx, s.waits, bson.D{{Key: "code", Value: hash}})
	if err != nil {
		return booking.Wait{}, mapNotFound(err, booking.ErrNotFound)
	}
	return *w, nil
}

// WaitsOf lists an owner's entries.
func (s *Bookings) WaitsOf(ctx context.Context, owner member.Handle) ([]booking.Wait, error) {
	return many[booking.Wait](ctx, s.waits, document.Query{Filter: ownedBy(owner), Sort: []document.Key{{Field: "since"}}})
}

// Waiting lists those that wait, longest first.
func (s *Bookings) Waiting(ctx context.Context, limit int) ([]booking.Wait, error) {
	return many[booking.Wait](ctx, s.waits, document.Query{
		Filter: bson.D{{Key: "state", Value: string(booking.Waits)}}, Sort: []document.Key{{Field: "since"}}, Limit: limit,
	})
}

// DeleteWaits removes an owner's entries.
func (s *Bookings) DeleteWaits(ctx context.Context, owner member.Handle) error {
	return remove(ctx, s.waits, ownedBy(owner))
}

// InsertNotice adds a reminder unless it is there.
func (s *Bookings) InsertNotice(ctx context.Context, n booking.Notice) error {
	return unlessThere(s.linkedNotices.insert(ctx, n))
}

// Notice returns a reminder.
func (s *Bookings) Notice(ctx context.Context, id string) (booking.Notice, error) {
	return s.linkedNotices.get(ctx, id)
}

// UpdateNotice changes a reminder at its revision.
func (s *Bookings) UpdateNotice(ctx context.Context, id string, apply func(*booking.Notice) error) error {
	return s.linkedNotices.update(ctx, id, apply)
}

// DeleteNotice destroys the key of a reminder and removes it.
func (s *Bookings) DeleteNotice(ctx context.Context, id string) error {
	return s.linkedNotices.delete(ctx, bson.D{{Key: "_id", Value: id}})
}

// Wanted lists reminders that were not sent yet.
func (s *Bookings) Wanted(ctx context.Context) ([]string, error) {
	var ids []string
	err := s.notices.Find(ctx, document.Query{Filter: bson.D{{Key: "state", Value: string(booking.NoticeWanted)}}}, func(raw bson.Raw) error {
		ids = append(ids, raw.Lookup("_id").StringValue())
		return nil
	})
	return ids, toFault(err)
}

// counterDocument counts under a keyed hash: tries of one kind, acts of another.
type counterDocument struct {
	ID       string        `bson:"_id"`
	Tries    tries.Counter `bson:"tries"`
	Acts     booking.Acts  `bson:"acts"`
	RemoveAt time.Time     `bson:"removeAt"`
	Rev      int64         `bson:"rev"`
	Schema   int           `bson:"schema"`
}

// CountTry changes a counter of tries.
func (s *Bookings) CountTry(ctx context.Context, id string, forget time.Time, apply func(*tries.Counter)) error {
	return s.count(ctx, id, forget, func(d *counterDocument) error { apply(&d.Tries); return nil })
}

// CountActs changes a counter of acts; an error of apply ends it without a change.
func (s *Bookings) CountActs(ctx context.Context, id string, forget time.Time, apply func(*booking.Acts) error) error {
	return s.count(ctx, id, forget, func(d *counterDocument) error { return apply(&d.Acts) })
}

func (s *Bookings) count(ctx context.Context, id string, forget time.Time, apply func(*counterDocument) error) error {
	change := func(d *counterDocument) error {
		d.RemoveAt = forget
		return apply(d)
	}
	err := update(ctx, s.counters, id, change)
	if !errors.Is(err, document.ErrNotFound) {
		return err
	}
	fresh := counterDocument{ID: id, Schema: 1}
	if err := change(&fresh); err != nil {
		return err
	}
	err = insert(ctx, s.counters, fresh)
	if errors.Is(err, document.ErrDuplicate) {
		return update(ctx, s.counters, id, change)
	}
	return err
}

package store

import (
	"context"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/audit"
	"pugongying/internal/booking"
	"pugongying/internal/idempotency"
	"pugongying/internal/member"
	"pugongying/internal/seal"
	"pugongying/internal/store/document"
)

const (
	appointments    = "appointments"
	waits           = "waits"
	notices         = "notices"
	bookingCounters = "bookingCounters"

	cellsIndex = "cells"
	codeIndex  = "code"
)

// thereIs is the condition of a partial index over documents that have a field.
func thereIs(field string) bson.D {
	return bson.D{{Key: field, Value: bson.D{{Key: "$exists", Value: true}}}}
}

// goneIndex removes documents at their removeAt.
func goneIndex() document.Index {
	return document.Index{Name: "gone", Keys: []document.Key{{Field: "removeAt"}}, Expire: document.ExpireNow}
}

var bookingDeclarations = []document.Declaration{
	{Collection: appointments, Indexes: append([]document.Index{
		// The last fence: no cell is in two documents, whoever wrote them.
		{Name: cellsIndex, Keys: []document.Key{{Field: "cells"}}, Unique: true, Partial: thereIs("cells")},
		{Name: codeIndex, Keys: []document.Key{{Field: "code"}}, Unique: true, Partial: thereIs("code")},
		{Name: "counsellor", Keys: []document.Key{{Field: "counsellor"}, {Field: "start"}}},
		{Name: "owner", Keys: []document.Key{{Field: "owner"}, {Field: "start", Desc: true}}, Partial: thereIs("owner")},
		{Name: "start", Keys: []document.Key{{Field: "start"}}},
		goneIndex(), onceIndex(),
	}, jobIndexes()...)},
	{Collection: waits, Indexes: []document.Index{
		{Name: codeIndex, Keys: []document.Key{{Field: "code"}}, Unique: true, Partial: thereIs("code")},
		{Name: "owner", Keys: []document.Key{{Field: "owner"}, {Field: "since"}}, Partial: thereIs("owner")},
		{Name: "state", Keys: []document.Key{{Field: "state"}, {Field: "since"}}},
		goneIndex(), onceIndex(),
	}},
	{Collection: notices, Indexes: append([]document.Index{
		{Name: "state", Keys: []document.Key{{Field: "state"}}}, goneIndex(),
	}, jobIndexes()...)},
	{Collection: bookingCounters, Indexes: []document.Index{goneIndex()}},
}

// Bookings stores appointments, the waitlist and reminders; it is booking's Store, Register, WaitStore, NoticeStore and
// Counters. What is private of an appointment is sealed under a key of it alone, and so is whom a reminder goes to.
type Bookings struct {
	engine                              document.Engine
	documents, waits, notices, counters document.Collection
	appointments                        *links[booking.Appointment]
	linkedNotices                       *links[booking.Notice]
	audit                               appendOnly
}

var (
	_ booking.Store       = (*Bookings)(nil)
	_ booking.Register    = (*Bookings)(nil)
	_ booking.WaitStore   = (*Bookings)(nil)
	_ booking.NoticeStore = (*Bookings)(nil)
	_ booking.Counters    = (*Bookings)(nil)
	_ booking.Diary       = (*Bookings)(nil)
)

// NewBookings works on an engine whose declarations were ensured.
func NewBookings(engine document.Engine, vault *seal.Vault) *Bookings {
	s := &Bookings{
		engine: engine, documents: engine.Collection(appointments), waits: engine.Collection(waits), notices: engine.Collection(notices),
		counters: engine.Collection(bookingCounters), audit: auditOf(engine),
	}
	s.appointments = &links[booking.Appointment]{
		documents: s.documents, name: appointments, vault: vault, gone: booking.ErrNotFound, lasting: true,
		id:   func(a *booking.Appointment) string { return a.ID },
		part: func(a *booking.Appointment) any { return &a.Private },
	}
	s.linkedNotices = &links[booking.Notice]{
		documents: s.notices, name: notices, vault: vault, gone: booking.ErrNotFound,
		id:   func(n *booking.Notice) string { return n.ID },
		part: func(n *booking.Notice) any { return &n.To },
	}
	return s
}

// refused turns the refusal of one of our unique indexes into what booking asks for.
func refused(err error) error {
	switch {
	case duplicateOn(err, cellsIndex):
		return booking.ErrCells
	case duplicateOn(err, codeIndex):
		return booking.ErrCode
	}
	return toFault(err)
}

// Create adds an appointment with its cells in one write. What is private of it needs a key, which is made before and
// destroyed when it was not used.
func (s *Bookings) Create(ctx context.Context, a *booking.Appointment, key *idempotency.Key) (booking.Appointment, bool, error) {
	d := linked[booking.Appointment]{Doc: *a}
	if err := s.appointments.seal(ctx, &d, func() (string, error) { return s.appointments.vault.NewKey(ctx) }); err != nil {
		return booking.Appointment{}, false, err
	}
	stored, isNew, err := createOnce(ctx, s.documents, key, &d)
	if (err == nil && !isNew || errors.Is(err, document.ErrDuplicate)) && d.KeyID != "" {
		err = errors.Join(err, s.appointments.vault.Shred(ctx, d.KeyID))
	}
	if err != nil {
		return booking.Appointment{}, false, refused(err)
	}
	if isNew {
		return *a, true, nil
	}
	return stored.Doc, false, s.appointments.open(ctx, stored)
}

// Update changes an appointment at its revision.
func (s *Bookings) Update(ctx context.Context, id string, apply func(*booking.Appointment) error) error {
	return refused(s.appointments.update(ctx, id, apply))
}

// Appointment returns one; what is private is empty once its key is destroyed.
func (s *Bookings) Appointment(ctx context.Context, id string) (booking.Appointment, error) {
	return s.appointments.get(ctx, id)
}

// Holding finds the appointments of cells, at most one for each.
func (s *Bookings) Holding(ctx context.Context, cells []string) ([]booking.Appointment, error) {
	return s.list(ctx, document.Query{Filter: bson.D{{Key: "cells", Value: bson.D{{Key: "$in", Value: cells}}}}})
}

// Busy lists what occupies counsellors.
func (s *Bookings) Busy(ctx context.Context, counsellors []string, from, to time.Time) ([]booking.Appointment, error) {
	filter := bson.D{
		{Key: "counsellor", Value: bson.D{{Key: "$in", Value: counsellors}}},
		{Key: "start", Value: bson.D{{Key: "$gte", Value: from}, {Key: "$lt", Value: to}}},
		{Key: "state", Value: bson.D{{Key: "$in", Value: []booking.State{booking.Reserved, booking.Confirmed}}}},
	}
	return s.list(ctx, document.Query{Filter: filter})
}

// list leaves what is private sealed.
func (s *Bookings) list(ctx context.Context, q document.Query) ([]booking.Appointment, error) {
	found, err := many[linked[booking.Appointment]](ctx, s.documents, q)
	out := make([]booking.Appointment, len(found))
	for i := range found {
		out[i] = found[i].Doc
	}
	return out, err
}

// Of lists an owner's, the latest start first.
func (s *Bookings) Of(ctx context.Context, owner member.Handle) ([]booking.Appointment, error) {
	return s.list(ctx, document.Query{Filter: ownedBy(owner), Sort: []document.Key{{Field: "start", Desc: true}}})
}

func ownedBy(owner member.Handle) bson.D { return bson.D{{Key: "owner", Value: string(owner)}} }

// ByCode finds the one of a code; what is private of it stays sealed, since no answer to a code shows it.
func (s *Bookings) ByCode(ctx context.Context, hash string) (booking.Appointment, error) {
	d, err := one[linked[booking.Appointment]](ctx, s.documents, bson.D{{Key: "code", Value: hash}})
	if err != nil {
		return booking.Appointment{}, mapNotFound(err, booking.ErrNotFound)
	}
	return d.Doc, nil
}

// All walks the appointments with cells by their start.
func (s *Bookings) All(ctx context.Context, from time.Time, each func(booking.Appointment) error) error {
	q := document.Query{Filter: bson.D{{Key: "start", Value: bson.D{{Key: "$gte", Value: from}}}}, Sort: []document.Key{{Field: "start"}}}
	err := s.documents.Find(ctx, q, func(raw bson.Raw) error {
		d, err := decode[linked[booking.Appointment]](raw)
		if err != nil || len(d.Doc.Cells) == 0 {
			return err
		}
		return each(d.Doc)
	})
	return toFault(err)
}

// Between lists what staff see of some days.
func (s *Bookings) Between(ctx context.Context, from, to time.Time) ([]booking.Appointment, error) {
	return s.list(ctx, document.Query{
		Filter: bson.D{
			{Key: "start", Value: bson.D{{Key: "$gte", Value: from}, {Key: "$lt", Value: to}}},
			{Key: "state", Value: bson.D{{Key: "$in", Value: []booking.State{booking.Confirmed, booking.Done, booking.NoShow}}}},
		},
		Sort: []document.Key{{Field: "start"}},
	})
}

// Opened appends the entry.
func (s *Bookings) Opened(ctx context.Context, e audit.Entry) error {
	return toFault(s.engine.InTx(ctx, func(ctx context.Context) error { return s.audit.append(ctx, e) }))
}

// EraseAppointment destroys the key first, has the place overwritten, and updates what is left.
func (s *Bookings) EraseAppointment(ctx context.Context, id string, apply func(*booking.Appointment) error) error {
	if err := s.appointments.shred(ctx, bson.D{{Key: "_id", Value: id}}); err != nil {
		return err
	}
	if err := s.Update(ctx, id, apply); err != nil {
		return err
	}
	return toFault(document.Overwrite(ctx, s.engine))
}

// Jobs are the due work of appointments: holds that end, and appointments that are over.
func (s *Bookings) Jobs() *Jobs { return &Jobs{documents: s.documents, revised: true} }

// NoticeJobs are the reminders that are due.
func (s *Bookings) NoticeJobs() *Jobs { return &Jobs{documents: s.notices, revised: true} }

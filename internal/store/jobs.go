package store

import (
	"context"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/jobs"
	"pugongying/internal/store/document"
)

// Fields of jobs.Due as they are addressed in a document.
const (
	jobAt     = jobs.Field + ".at"
	jobHolder = jobs.Field + ".holder"
	jobUntil  = jobs.Field + ".until"
	jobTries  = jobs.Field + ".tries"
	jobReason = jobs.Field + ".reason"
	jobStuck  = jobs.Field + ".stuck"
)

// jobIndexes are what a collection needs whose documents carry a jobs.Due in the field "job". Each holds only the documents
// that wait, are leased or are stuck, so that polling costs the same however many documents have no work left.
func jobIndexes() []document.Index {
	exists := bson.D{{Key: "$exists", Value: true}}
	return []document.Index{
		{Name: "jobAt", Keys: []document.Key{{Field: jobAt}}, Partial: bson.D{{Key: jobAt, Value: exists}}},
		{Name: "jobUntil", Keys: []document.Key{{Field: jobUntil}}, Partial: bson.D{{Key: jobUntil, Value: exists}}},
		{Name: "jobStuck", Keys: []document.Key{{Field: jobStuck}}, Partial: bson.D{{Key: jobStuck, Value: true}}},
	}
}

// Jobs is jobs.Store over the documents of one collection, whatever they are about.
type Jobs struct {
	documents document.Collection
	scope     bson.D // which documents of the collection; nil for all
	revised   bool   // documents have a rev, which every change increases, so that no older copy overwrites it
	// done is the update that ends a job; its part about the job itself is added.
	done func() bson.D
	// before comes before the end of a job, which does not happen when it fails; nil for nothing.
	before func(ctx context.Context, id string) error
	after  func(ctx context.Context) error // comes after the end of a job; nil for nothing
	remove bool                            // the end of the work removes the document
	// adopt schedules documents that an older version stored without a Due; nil where there are none.
	adopt func(ctx context.Context, now time.Time) (int64, error)
}

var _ jobs.Store = (*Jobs)(nil)

// Due lists waiting work whose time has come, by a range of the index of due times.
func (s *Jobs) Due(ctx context.Context, now time.Time, limit int) ([]string, error) {
	var ids []string
	q := document.Query{
		Filter: s.where(bson.E{Key: jobAt, Value: bson.D{{Key: "$lte", Value: now}}}),
		Sort:   []document.Key{{Field: jobAt}}, Limit: limit,
	}
	err := s.documents.Find(ctx, q, func(raw bson.Raw) error {
		ids = append(ids, raw.Lookup("_id").StringValue())
		return nil
	})
	return ids, toFault(err)
}

// Leases lists leases, earliest Until first.
func (s *Jobs) Leases(ctx context.Context, limit int) ([]jobs.Lease, error) {
	var leases []jobs.Lease
	q := document.Query{
		Filter: s.where(bson.E{Key: jobUntil, Value: bson.D{{Key: "$exists", Value: true}}}),
		Sort:   []document.Key{{Field: jobUntil}}, Limit: limit,
	}
	err := s.documents.Find(ctx, q, func(raw bson.Raw) error {
		due, err := decode[scheduled](raw)
		if err == nil {
			leases = append(leases, jobs.Lease{ID: due.ID, Holder: due.Job.Holder, Until: due.Job.Until.UTC()})
		}
		return err
	})
	return leases, toFault(err)
}

// scheduled is the part that all documents with work have in common.
type scheduled struct {
	ID  string   `bson:"_id"`
	Job jobs.Due `bson:"job"`
}

// Take is a compare-and-swap of the lease.
func (s *Jobs) Take(ctx context.Context, old, next jobs.Lease) (int, bool, error) {
	taken, err := s.documents.Update(ctx, s.leased(old), s.change(
		bson.D{{Key: jobHolder, Value: next.Holder}, {Key: jobUntil, Value: next.Until}}, bson.D{{Key: jobAt, Value: ""}}))
	if err != nil || !taken {
		return 0, false, toFault(err)
	}
	due, err := byID[scheduled](ctx, s.documents, next.ID)
	if errors.Is(err, document.ErrNotFound) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, err
	}
	return due.Job.Tries, true, nil
}

// Finish applies what the kind does with a document whose work is done.
func (s *Jobs) Finish(ctx context.Context, lease jobs.Lease) error {
	if s.before != nil {
		if err := s.before(ctx, lease.ID); err != nil {
			return err
		}
	}
	if err := s.finish(ctx, lease); err != nil || s.after == nil {
		return err
	}
	return s.after(ctx)
}

func (s *Jobs) finish(ctx context.Context, lease jobs.Lease) error {
	if s.remove {
		_, err := s.documents.Delete(ctx, s.leased(lease))
		return toFault(err)
	}
	update := s.change(nil, bson.D{{Key: jobs.Field, Value: ""}})
	if s.done != nil {
		update = s.done()
	}
	_, err := s.documents.Update(ctx, s.leased(lease), update)
	return toFault(err)
}

// PutOff lets a job wait again.
func (s *Jobs) PutOff(ctx context.Context, lease jobs.Lease, f jobs.Failure) error {
	set := bson.D{{Key: jobAt, Value: f.At}}
	unset := bson.D{{Key: jobHolder, Value: ""}, {Key: jobUntil, Value: ""}}
	if f.Reason == "" {
		_, err := s.documents.Update(ctx, s.leased(lease), s.change(set, unset))
		return toFault(err)
	}
	set = append(set, bson.E{Key: jobReason, Value: f.Reason})
	if f.Stuck {
		set = append(set, bson.E{Key: jobStuck, Value: true})
	}
	_, err := s.documents.Update(ctx, s.leased(lease), s.change(set, unset, bson.E{Key: jobTries, Value: 1}))
	return toFault(err)
}

// Reconcile mends due times and adopts documents of an older version.
func (s *Jobs) Reconcile(ctx context.Context, now time.Time, b jobs.Bounds) (int64, error) {
	all := int64(0)
	for _, late := range []bson.D{
		{{Key: jobAt, Value: bson.D{{Key: "$gt", Value: b.Fresh}}}, {Key: jobTries, Value: bson.D{{Key: "$exists", Value: false}}}},
		{{Key: jobAt, Value: bson.D{{Key: "$gt", Value: b.Retried}}}, {Key: jobTries, Value: bson.D{{Key: "$exists", Value: true}}}},
	} {
		n, err := s.documents.UpdateAll(ctx, s.where(late...), s.change(bson.D{{Key: jobAt, Value: now}}, nil))
		if all += n; err != nil {
			return all, toFault(err)
		}
	}
	if s.adopt == nil {
		return all, nil
	}
	n, err := s.adopt(ctx, now)
	return all + n, toFault(err)
}

// Count counts what waits, is leased and is stuck.
func (s *Jobs) Count(ctx context.Context) (jobs.Counts, error) {
	var c jobs.Counts
	for _, count := range []struct {
		into  *int64
		where bson.E
	}{
		{&c.Waiting, bson.E{Key: jobAt, Value: bson.D{{Key: "$exists", Value: true}}}},
		{&c.Leased, bson.E{Key: jobUntil, Value: bson.D{{Key: "$exists", Value: true}}}},
		{&c.Stuck, bson.E{Key: jobStuck, Value: true}},
	} {
		n, err := s.documents.Count(ctx, s.where(count.where), 0)
		if err != nil {
			return jobs.Counts{}, toFault(err)
		}
		*count.into = n
	}
	return c, nil
}

func (s *Jobs) where(conditions ...bson.E) bson.D {
	return append(append(bson.D{}, s.scope...), conditions...)
}

// leased selects the document with this id while this lease is current; the zero lease means waiting work.
func (s *Jobs) leased(l jobs.Lease) bson.D {
	filter := bson.D{{Key: "_id", Value: l.ID}}
	if l.Holder == "" {
		return append(filter, bson.E{Key: jobAt, Value: bson.D{{Key: "$exists", Value: true}}})
	}
	return append(filter, bson.E{Key: jobHolder, Value: l.Holder}, bson.E{Key: jobUntil, Value: l.Until})
}

func (s *Jobs) change(set, unset bson.D, inc ...bson.E) bson.D {
	if s.revised {
		inc = append(inc, bson.E{Key: "rev", Value: int64(1)})
	}
	var update bson.D
	for _, part := range []bson.E{{Key: "$set", Value: set}, {Key: "$unset", Value: unset}, {Key: "$inc", Value: bson.D(inc)}} {
		if len(part.Value.(bson.D)) > 0 {
			update = append(update, part)
		}
	}
	return update
}

// missing is the condition of a field that is not there.
var missing = bson.D{{Key: "$exists", Value: false}}

// scheduleAt is the update that makes the work on a document due; revised for documents with a rev.
func scheduleAt(at time.Time, revised bool) bson.D {
	return (&Jobs{revised: revised}).change(bson.D{{Key: jobAt, Value: at}}, nil)
}

// StuckJobs counts by collection the documents whose work failed so often that a person should look.
func StuckJobs(ctx context.Context, engine document.Engine) (map[string]int64, error) {
	stuck := map[string]int64{}
	for _, name := range []string{pushes, erasures, claims, standing, publicationDues, appointments, notices, pictures} {
		n, err := engine.Collection(name).Count(ctx, bson.D{{Key: jobStuck, Value: true}}, 0)
		if err != nil {
			return nil, toFault(err)
		}
		if n > 0 {
			stuck[name] = n
		}
	}
	return stuck, nil
}

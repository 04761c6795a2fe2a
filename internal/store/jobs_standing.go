package store

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/jobs"
	"pugongying/internal/store/document"
)

const (
	standing       = "jobs"
	standingSchema = 1
)

var jobDeclarations = []document.Declaration{{Collection: standing, Indexes: jobIndexes()}}

// standingDocument carries the lease of work that goes over many documents at once.
type standingDocument struct {
	ID     string   `bson:"_id"` // the kind
	Job    jobs.Due `bson:"job"`
	Schema int      `bson:"schema"`
}

// Standing is the jobs.Store of one job that never ends: work that processes many documents with one write and finds them
// by an index of their own (lines that are in no total, attempts that were not filed). A lease on each of them would cost
// more than the work. Its document says who works on the backlog and when the next poll is due; the work itself is in the
// documents, so a lost lease document loses nothing.
type Standing struct {
	Jobs
	kind    string
	backlog func(ctx context.Context) (bool, error)
}

// NewStanding creates the store of one kind. backlog reports, by one look at an index, whether there is anything to do; a
// successful round is followed by the next one after pause.
func NewStanding(engine document.Engine, s StandingWork) *Standing {
	job := bson.D{{Key: "$unset", Value: bson.D{
		{Key: jobHolder, Value: ""}, {Key: jobUntil, Value: ""}, {Key: jobTries, Value: ""}, {Key: jobReason, Value: ""}, {Key: jobStuck, Value: ""},
	}}}
	it := &Standing{kind: s.Kind, backlog: s.Backlog}
	it.Jobs = Jobs{
		documents: engine.Collection(standing), scope: bson.D{{Key: "_id", Value: s.Kind}}, adopt: it.create,
		done: func() bson.D {
			return append(bson.D{{Key: "$set", Value: bson.D{{Key: jobAt, Value: s.Now().Add(s.Pause)}}}}, job...)
		},
	}
	return it
}

// StandingWork describes a job that never ends.
type StandingWork struct {
	Kind    string
	Pause   time.Duration
	Now     func() time.Time
	Backlog func(ctx context.Context) (bool, error)
}

// Due lists the job when its time has come and there is something to do: an idle server writes nothing.
func (s *Standing) Due(ctx context.Context, now time.Time, limit int) ([]string, error) {
	ids, err := s.Jobs.Due(ctx, now, limit)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	if some, err := s.backlog(ctx); err != nil || !some {
		return nil, toFault(err)
	}
	return ids, nil
}

// create makes the document where there is none.
func (s *Standing) create(ctx context.Context, now time.Time) (int64, error) {
	n, err := s.documents.Count(ctx, s.scope, 0)
	if err != nil || n > 0 {
		return 0, err
	}
	return 0, unlessThere(insert(ctx, s.documents, standingDocument{ID: s.kind, Job: *jobs.At(now), Schema: standingSchema}))
}

// some reports whether one document matches.
func some(ctx context.Context, c document.Collection, filter bson.D) (bool, error) {
	found := false
	err := c.Find(ctx, document.Query{Filter: filter, Limit: 1}, func(bson.Raw) error {
		found = true
		return nil
	})
	return found, err
}

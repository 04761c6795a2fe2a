package store

import (
	"context"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/jobs"
	"pugongying/internal/member"
	"pugongying/internal/store/document"
)

// InsertErasure adds an erasure unless it is there.
func (s *Members) InsertErasure(ctx context.Context, e member.Erasure) error {
	return unlessThere(s.linkedErasures.insert(ctx, e))
}

// Erasure returns one erasure.
func (s *Members) Erasure(ctx context.Context, id string) (member.Erasure, error) {
	return s.linkedErasures.get(ctx, id)
}

// ErasuresSince returns the list of erasures from a day on.
func (s *Members) ErasuresSince(ctx context.Context, day string) ([]member.Erasure, error) {
	return many[member.Erasure](ctx, s.erasures, document.Query{Filter: bson.D{{Key: "day", Value: bson.D{{Key: "$gte", Value: day}}}}})
}

// Traces walks every field that Owners lists.
func (s *Members) Traces(ctx context.Context, each func(id string) error) error {
	for collection, fields := range Owners() {
		err := s.engine.Collection(collection).Find(ctx, document.Query{}, func(raw bson.Raw) error {
			for _, field := range fields {
				id, named := raw.Lookup(strings.Split(field, ".")...).StringValueOK()
				if !named {
					continue
				}
				if err := each(id); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return toFault(err)
		}
	}
	return nil
}

// ErasureJobs is the last pass of erasures. Its end takes her id and her handles off the erasure, which stays on the list;
// that of a guest who was swept goes.
func (s *Members) ErasureJobs(now func() time.Time) *Jobs {
	return &Jobs{documents: s.erasures, before: s.endErasure, after: s.Overwrite, done: func() bson.D {
		return bson.D{
			{Key: "$set", Value: bson.D{{Key: "removeAt", Value: now().Add(member.ErasedKnownFor)}}},
			{Key: "$unset", Value: bson.D{
				{Key: jobs.Field, Value: ""}, {Key: "member", Value: ""}, {Key: "keyId", Value: ""}, {Key: "links", Value: ""},
			}},
		}
	}}
}

func (s *Members) endErasure(ctx context.Context, id string) error {
	this := bson.E{Key: "_id", Value: id}
	if err := s.linkedErasures.delete(ctx, bson.D{this, {Key: "swept", Value: true}}); err != nil {
		return err
	}
	return s.linkedErasures.shred(ctx, bson.D{this})
}

// Overwrite asks that what was removed be overwritten, where the engine can.
func (s *Members) Overwrite(ctx context.Context) error {
	return toFault(document.Overwrite(ctx, s.engine))
}

// RenameErasures replaces erasures of an older version, which had the member's id as their own. It may be interrupted
// anywhere, and is repeated at every start.
func (s *Members) RenameErasures(ctx context.Context, of func(member.ID) member.Erasure) error {
	old := bson.D{{Key: "schema", Value: bson.D{{Key: "$lt", Value: member.ErasureSchema}}}}
	return s.erasures.Find(ctx, document.Query{Filter: old}, func(raw bson.Raw) error {
		id := raw.Lookup("_id").StringValue()
		if err := s.InsertErasure(ctx, of(member.ID(id))); err != nil {
			return err
		}
		return remove(ctx, s.erasures, bson.D{{Key: "_id", Value: id}})
	})
}

package store

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/audit"
	"pugongying/internal/store/document"
)

const auditEntries = "auditEntries"

var auditDeclarations = []document.Declaration{
	{Collection: auditEntries, Indexes: []document.Index{
		{Name: "subject", Keys: []document.Key{{Field: "subject"}, {Field: "_id"}}},
		{Name: "actor", Keys: []document.Key{{Field: "actor.kind"}, {Field: "actor.id"}, {Field: "_id"}}},
	}},
}

// appendOnly is the collection of audit entries without any way to change or remove one.
type appendOnly struct{ entries document.Collection }

// auditOf returns the audit record of an engine. A capability's store calls append inside its own Engine.InTx, with the
// context it got there, so that a change and its entry are written together or not at all.
func auditOf(engine document.Engine) appendOnly { return appendOnly{engine.Collection(auditEntries)} }

// append adds an entry; one that violates the allow-list is an error, and ends the transaction it is part of.
func (a appendOnly) append(ctx context.Context, entry audit.Entry) error {
	if err := entry.Check(); err != nil {
		return err
	}
	return a.entries.Insert(ctx, entry)
}

// Audit reads the record of staff acts; it is audit.Store. Entries are appended by the stores of what they record.
type Audit struct{ record appendOnly }

// NewAudit works on an engine whose declarations were ensured.
func NewAudit(engine document.Engine) *Audit { return &Audit{auditOf(engine)} }

// List returns entries older than q.After, newest first.
func (s *Audit) List(ctx context.Context, q audit.Query) ([]audit.Entry, error) {
	filter := bson.D{}
	if q.Subject != "" {
		filter = append(filter, bson.E{Key: "subject", Value: q.Subject})
	}
	if q.Actor != (audit.Actor{}) {
		filter = append(filter, bson.E{Key: "actor.kind", Value: string(q.Actor.Kind)})
		if q.Actor.ID != "" {
			filter = append(filter, bson.E{Key: "actor.id", Value: q.Actor.ID})
		}
	}
	if q.After != "" {
		filter = append(filter, bson.E{Key: "_id", Value: bson.D{{Key: "$lt", Value: q.After}}})
	}
	return many[audit.Entry](ctx, s.record.entries, document.Query{
		Filter: filter, Sort: []document.Key{{Field: "_id", Desc: true}}, Limit: q.Limit,
	})
}

package store

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/audit"
	"pugongying/internal/store/document"
)

const (
	auditEntries = "auditEntries"
	auditTips    = "auditTips"
)

var auditDeclarations = []document.Declaration{
	{Collection: auditEntries, Indexes: []document.Index{
		{Name: "subject", Keys: []document.Key{{Field: "subject"}, {Field: "_id"}}},
		{Name: "actor", Keys: []document.Key{{Field: "actor.kind"}, {Field: "actor.id"}, {Field: "_id"}}},
		{Name: "chain", Keys: []document.Key{{Field: "link.chain"}, {Field: "link.seq"}}},
		{Name: "unchained", Keys: []document.Key{{Field: "schema"}}, Partial: unchained},
	}},
	{Collection: auditTips},
}

// appendOnly is the collection of audit entries without any way to change or remove one.
type appendOnly struct{ entries, tips document.Collection }

// auditOf returns the audit record of an engine. A capability's store calls append inside its own Engine.InTx, with the
// context it got there, so that a change and its entry are written together or not at all.
func auditOf(engine document.Engine) appendOnly {
	return appendOnly{engine.Collection(auditEntries), engine.Collection(auditTips)}
}

// append adds an entry at the end of its actor's chain; one that violates the allow-list is an error, and ends the
// transaction it is part of. Of two transactions that continue one chain, one is run again by its engine.
func (a appendOnly) append(ctx context.Context, entry audit.Entry) error {
	if err := entry.Check(); err != nil {
		return err
	}
	last, err := a.tip(ctx, entry.Actor.Chain())
	if err != nil {
		return err
	}
	entry = entry.Linked(last)
	if err := a.entries.Insert(ctx, entry); err != nil {
		return err
	}
	return a.move(ctx, last, entry.Tip())
}

// tip is the stored end of a chain; the zero Tip where there is none.
func (a appendOnly) tip(ctx context.Context, chain string) (audit.Tip, error) {
	stored, err := byID[audit.Tip](ctx, a.tips, chain)
	if errors.Is(err, document.ErrNotFound) {
		return audit.Tip{}, nil
	}
	if err != nil {
		return audit.Tip{}, err
	}
	return *stored, nil
}

// move is the compare-and-swap of a chain's tip.
func (a appendOnly) move(ctx context.Context, from, to audit.Tip) error {
	var err error
	if from.Seq == 0 {
		err = a.tips.Insert(ctx, to)
	} else {
		err = a.tips.Replace(ctx, to.Chain, from.Seq, to)
	}
	if errors.Is(err, document.ErrDuplicate) || errors.Is(err, document.ErrStale) {
		return fmt.Errorf("%w: the chain of %s was continued meanwhile", document.ErrAgain, to.Chain)
	}
	return err
}

// Audit reads the record of staff acts; it is audit.Store. Entries are appended by the stores of what they record.
type Audit struct {
	engine document.Engine
	record appendOnly
}

var _ audit.Store = (*Audit)(nil)

// NewAudit works on an engine whose declarations were ensured.
func NewAudit(engine document.Engine) *Audit { return &Audit{engine, auditOf(engine)} }

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

package document

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// sweepBatch is how many documents are removed in one write, so that other writers need not wait long.
const sweepBatch = 256

// Sweep removes every document whose TTL index says that its time came by until. No engine does it by itself: MongoDB's
// own TTL monitor goes by the server's clock whatever that says, so its indexes are made without expireAfterSeconds, and
// the caller decides whether time is believed. An index that fails does not keep the others from their turn.
func Sweep(ctx context.Context, engine Engine, declarations []Declaration, until time.Time) error {
	var failures []error
	for _, d := range declarations {
		for _, x := range d.Indexes {
			if x.Expire == 0 {
				continue
			}
			if err := sweep(ctx, engine.Collection(d.Collection), x.past(until)); err != nil {
				failures = append(failures, fmt.Errorf("%s.%s: %w", d.Collection, x.Name, err))
			}
		}
	}
	return errors.Join(failures...)
}

// past selects what the index lets go; only dates compare with a date.
func (x Index) past(until time.Time) bson.D {
	expire := x.Expire
	if expire == ExpireNow {
		expire = 0
	}
	return append(slices.Clone(x.Partial), bson.E{Key: x.Keys[0].Field, Value: bson.D{{Key: "$lte", Value: until.Add(-expire)}}})
}

// sweep removes batch after batch. A document that was prolonged after it was listed stays.
func sweep(ctx context.Context, c Collection, past bson.D) error {
	for {
		var ids bson.A
		err := c.Find(ctx, Query{Filter: past, Limit: sweepBatch}, func(raw bson.Raw) error {
			ids = append(ids, raw.Lookup("_id").StringValue())
			return nil
		})
		if err != nil || len(ids) == 0 {
			return err
		}
		if _, err := c.Delete(ctx, append(slices.Clone(past), bson.E{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}})); err != nil {
			return err
		}
	}
}

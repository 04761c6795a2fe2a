package bolt

import (
	"context"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/store/document"
)

// sweepBatch is how many documents one sweep removes in one write, so that other writers need not wait long.
const sweepBatch = 256

func (e *Engine) sweepLoop(ctx context.Context) {
	defer close(e.swept)
	tick := time.NewTicker(sweepRest)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			// What a sweep could not remove, for want of room or because the engine closes, the next one finds again.
			_ = e.Sweep(ctx)
		}
	}
}

// Sweep removes every document whose TTL index says its time has come. The engine does it by itself twice a minute.
func (e *Engine) Sweep(ctx context.Context) error {
	for name, indexes := range *e.indexes.Load() {
		c := &collection{engine: e, name: name, bucket: []byte("d\x00" + name)}
		for _, x := range indexes {
			if x.spec.Expire == 0 {
				continue
			}
			if err := c.sweep(ctx, x); err != nil {
				return err
			}
		}
	}
	return nil
}

// sweep removes what matches the index's partial filter and lies far enough in the past; only dates compare with a date.
func (c *collection) sweep(ctx context.Context, x *index) error {
	expire := x.spec.Expire
	if expire == document.ExpireNow {
		expire = 0
	}
	past := bson.D{{Key: "$lte", Value: c.engine.now().Add(-expire)}}
	f, err := parseFilter(append(slices.Clone(x.spec.Partial), bson.E{Key: x.spec.Keys[0].Field, Value: past}))
	if err != nil {
		return err
	}
	for {
		n, err := c.remove(ctx, f, sweepBatch)
		if err != nil || n < sweepBatch {
			return err
		}
	}
}

package bolt

import (
	"context"
	"errors"
	"fmt"
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
	broken := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			e.sweepAndLog(ctx, &broken)
		}
	}
}

// sweepAndLog says in the log when sweeping begins to fail and when it works again; what could not be removed the next
// sweep finds.
func (e *Engine) sweepAndLog(ctx context.Context, broken *bool) {
	err := e.Sweep(ctx)
	switch {
	case ctx.Err() != nil:
	case err != nil && !*broken:
		e.log.Error("bolt: expired documents cannot be removed", "error", err)
	case err == nil && *broken:
		e.log.Info("bolt: expired documents are removed again")
	}
	*broken = err != nil
}

// Sweep removes every document whose TTL index says its time has come. An index that fails does not keep the others from
// their turn. The engine does it by itself twice a minute.
func (e *Engine) Sweep(ctx context.Context) error {
	var failures []error
	for name, indexes := range *e.indexes.Load() {
		c := &collection{engine: e, name: name, bucket: []byte("d\x00" + name)}
		for _, x := range indexes {
			if x.spec.Expire == 0 {
				continue
			}
			if err := c.sweep(ctx, x); err != nil {
				failures = append(failures, fmt.Errorf("%s.%s: %w", name, x.spec.Name, err))
			}
		}
	}
	return errors.Join(failures...)
}

// sweep removes what matches the index's partial filter and is far enough in the past; only dates compare with a date.
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

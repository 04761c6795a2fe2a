package member

import (
	"context"
	"errors"
	"sync"
	"time"

	"pugongying/internal/civil"
)

const (
	sweepBatch  = 256
	sweepAtOnce = 8 // they share the commits of the embedded engine, and leave room for requests

	// sweepGrace is how long nobody could reach a guest before she is swept: longer than any request of hers lasts, so that
	// nothing is written after her.
	sweepGrace = time.Hour
)

// sweepGuests erases guests whose last session and claim code have expired: nobody can come back as them. It goes on
// until none is left, so that guests go as fast as they come, however many a flood brought in a day. Her own document is
// the last that goes, and finds her again where that was interrupted: these erasures need no entry in the list, which
// would grow with every guest. While time is not believed they wait: a clock that jumped would erase guests whose phones
// still remember them.
func (s *Service) sweepGuests(ctx context.Context) error {
	for ctx.Err() == nil {
		until, ok := s.believed()
		if !ok {
			return nil
		}
		ids, err := s.stores.Members.Unreachable(ctx, civil.DayOf(until.Add(-sweepGrace)), sweepBatch)
		if err != nil {
			return err
		}
		if err := s.sweep(ctx, ids); err != nil || len(ids) < sweepBatch {
			return err
		}
	}
	return ctx.Err()
}

// sweep erases several guests at once. An error stops it: the next round begins with the same guests.
func (s *Service) sweep(ctx context.Context, ids []ID) error {
	if len(ids) == 0 {
		return nil
	}
	var group sync.WaitGroup
	queue, failures := make(chan ID), make(chan error, len(ids))
	for range sweepAtOnce {
		group.Go(func() {
			for id := range queue {
				failures <- s.forget(ctx, id)
			}
		})
	}
	for _, id := range ids {
		queue <- id
	}
	close(queue)
	group.Wait()
	close(failures)
	failed := s.stores.Erasures.Overwrite(ctx)
	for err := range failures {
		failed = errors.Join(failed, err)
	}
	return failed
}

// forget erases a guest whom no request can reach any more. What one step could not remove is left to a job, with the
// handles that her own document may no longer tell.
func (s *Service) forget(ctx context.Context, id ID) error {
	handles, err := s.handlesOf(ctx, id)
	if err != nil {
		return err
	}
	if err := s.eraseAll(ctx, id); err != nil {
		e := s.NewErasure(id)
		e.Swept, e.Layers = true, handles
		return errors.Join(err, s.stores.Erasures.InsertErasure(ctx, e))
	}
	return nil
}

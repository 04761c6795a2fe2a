package explainer

import (
	"context"

	"pugongying/internal/idempotency"
)

// Reading is a story read to its end. It has no room for who read it.
type Reading struct {
	Explainer string // the story's id
	Version   int
	Scene     string           // the scene of the mini-program code she came by, "" without one
	Key       *idempotency.Key // nil when the phone sent none
}

// Counter appends a reading to the ledger; the same Key counts once.
type Counter interface {
	CountReading(ctx context.Context, r Reading) error
}

// Readings counts stories read to their end.
type Readings struct {
	library *Library
	counter Counter
}

// NewReadings makes the counting of what is read.
func NewReadings(library *Library, counter Counter) *Readings {
	return &Readings{library: library, counter: counter}
}

// Finish counts one reading of a live story; ErrUnknown when there is no such story.
func (r *Readings) Finish(ctx context.Context, slug, scene string, key *idempotency.Key) error {
	story, err := r.library.BySlug(slug)
	if err != nil {
		return err
	}
	return r.counter.CountReading(ctx, Reading{Explainer: story.ID, Version: story.Version, Scene: scene, Key: key})
}

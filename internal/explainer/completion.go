package explainer

import (
	"context"

	"pugongying/internal/idempotency"
)

// Completion is an explainer read to its end. It has no field for who read it.
type Completion struct {
	Explainer string // the explainer's id
	Version   int
	Scene     string           // the scene of the mini-program code she came by, "" without one
	Key       *idempotency.Key // nil when the phone sent none
}

// Counter appends a completion to the ledger; the same Key counts once.
type Counter interface {
	CountCompletion(ctx context.Context, r Completion) error
}

// Completions counts explainers read to their end.
type Completions struct {
	library *Library
	counter Counter
}

// NewCompletions creates the counting of completions.
func NewCompletions(library *Library, counter Counter) *Completions {
	return &Completions{library: library, counter: counter}
}

// Finish counts one completion of a live explainer; ErrUnknown when there is none.
func (c *Completions) Finish(ctx context.Context, slug, scene string, key *idempotency.Key) error {
	e, err := c.library.BySlug(slug)
	if err != nil {
		return err
	}
	return c.counter.CountCompletion(ctx, Completion{Explainer: e.ID, Version: e.Version, Scene: scene, Key: key})
}

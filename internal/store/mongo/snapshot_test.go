package mongo_test

import (
	"context"
	"errors"
	"testing"

	"pugongying/internal/store/mongo"
	"pugongying/internal/testkit"
)

// TestReadsThatMoveAreRefused reads in a plain session, as on a server that takes the read concern and does not apply it.
func TestReadsThatMoveAreRefused(t *testing.T) {
	e, walked := testkit.Mongo(t), 0
	walk := func(context.Context) error { walked++; return nil }
	if err := e.AtOneInstant(t.Context(), true, walk); !errors.Is(err, mongo.ErrMoves) || walked != 0 {
		t.Errorf("a plain session: %v, walked %d times", err, walked)
	}
	if err := e.AtOneInstant(t.Context(), false, walk); err != nil || walked != 1 {
		t.Errorf("a transaction: %v, walked %d times", err, walked)
	}
}

package store

import (
	"context"
	"time"

	"pugongying/internal/store/document"
)

// Sweep removes every document whose time came by until: sessions, claim codes, attempts and nonces that expired. Its caller
// has asked whether time is believed.
func Sweep(ctx context.Context, engine document.Engine, until time.Time) error {
	return toFault(document.Sweep(ctx, engine, Declarations(), until))
}

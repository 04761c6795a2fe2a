package store

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/store/document"
)

// Sweep removes every document whose time came by until: sessions, claim codes, attempts and nonces that expired, the key of
// a claim before it. Its caller has asked whether time is believed.
func Sweep(ctx context.Context, engine document.Engine, until time.Time) error {
	expired := bson.D{{Key: "removeAt", Value: bson.D{{Key: "$lte", Value: until}}}}
	keys, err := keysOf(ctx, engine.Collection(claims), expired)
	if err == nil && len(keys) > 0 {
		err = NewKeys(engine).DeleteKeys(ctx, keys...)
	}
	if err != nil {
		return err
	}
	return toFault(document.Sweep(ctx, engine, Declarations(), until))
}

// NeedsRootKey reports whether there is anything that is known or opened by the root key alone: members, identities, what is
// sealed.
func NeedsRootKey(ctx context.Context, engine document.Engine) (bool, error) {
	for _, name := range []string{members, identities, recordKeys, pushes, staffAccounts, contributions} {
		if there, err := some(ctx, engine.Collection(name), nil); err != nil || there {
			return there, toFault(err)
		}
	}
	return false, nil
}

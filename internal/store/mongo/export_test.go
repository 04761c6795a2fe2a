package mongo

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// MakeTTL makes an index as versions did that left expiry to the server.
func (e *Engine) MakeTTL(ctx context.Context, collection, name, field string) error {
	_, err := e.db.Collection(collection).Indexes().CreateOne(ctx, driver.IndexModel{
		Keys: bson.D{{Key: field, Value: 1}}, Options: options.Index().SetName(name).SetExpireAfterSeconds(0),
	})
	return err
}

// ErrMoves is a server whose reads do not stay at one instant.
var ErrMoves = errMoves

// AtOneInstant reads in a transaction, or in a plain session, whose reads move.
func (e *Engine) AtOneInstant(ctx context.Context, plain bool, walk func(context.Context) error) error {
	if err := e.create(ctx, probes, nil); err != nil {
		return err
	}
	if plain {
		return e.atOneInstant(ctx, func(context.Context) (*driver.Session, error) { return e.client.StartSession() }, walk)
	}
	return e.atOneInstant(ctx, e.transaction, walk)
}

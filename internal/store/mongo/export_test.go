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

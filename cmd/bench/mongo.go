package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	mongooptions "go.mongodb.org/mongo-driver/v2/mongo/options"

	"pugongying/internal/config"
)

// initiate turns a fresh mongod into a replica set of one, under the address it is reached at, and waits until it accepts
// writes.
func initiate(ctx context.Context, uri, address string) error {
	ctx, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	client, err := driver.Connect(mongooptions.Client().ApplyURI(uri))
	if err != nil {
		return err
	}
	defer func() { _ = client.Disconnect(context.WithoutCancel(ctx)) }()
	admin := client.Database("admin")
	node := bson.D{{Key: "_id", Value: 0}, {Key: "host", Value: address}}
	set := bson.D{{Key: "_id", Value: "bench"}, {Key: "members", Value: bson.A{node}}}
	if err := admin.RunCommand(ctx, bson.D{{Key: "replSetInitiate", Value: set}}).Err(); err != nil {
		return fmt.Errorf("replSetInitiate: %w", err)
	}
	for {
		hello, err := admin.RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Raw()
		if err != nil {
			return err
		}
		if writable, _ := hello.Lookup("isWritablePrimary").BooleanOK(); writable {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(countPoll):
		}
	}
}

func dropDatabase(ctx context.Context, m config.Mongo) error {
	if m.URI == "" {
		return nil
	}
	client, err := driver.Connect(mongooptions.Client().ApplyURI(m.URI))
	if err != nil {
		return err
	}
	return errors.Join(client.Database(m.Database).Drop(ctx), client.Disconnect(ctx))
}

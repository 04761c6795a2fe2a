package mongo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"

	"pugongying/internal/store/document"
)

// probes is a collection of ours with one document, by which Snapshot finds out whether its reads stay at one instant. It
// is no part of what is read.
const probes = "snapshot_probes"

// Snapshot reads in a snapshot session, which a replica set keeps for five minutes; where the server does not keep to the
// session's instant, in a transaction, which it keeps for one minute. Each is believed only after a write beside it stayed
// unseen: a server may accept the read concern and not apply it.
func (e *Engine) Snapshot(ctx context.Context, each func(collection string, doc bson.Raw) error) error {
	collections, err := e.db.ListCollectionNames(ctx, bson.D{})
	if err != nil {
		return toDocumentError("", err)
	}
	if !slices.Contains(collections, probes) { // a transaction reads only collections that were there before it
		if err := e.create(ctx, probes, nil); err != nil {
			return toDocumentError("", err)
		}
	}
	collections = slices.DeleteFunc(collections, func(name string) bool {
		return name == probes || strings.HasPrefix(name, "system.")
	})
	slices.Sort(collections)
	walk := func(ctx context.Context) error { return e.walk(ctx, collections, each) }
	err = e.atOneInstant(ctx, e.snapshotSession, walk)
	if errors.Is(err, errMoves) {
		err = e.atOneInstant(ctx, e.transaction, walk)
	}
	if errors.Is(err, errMoves) || tooOld(err) {
		return fmt.Errorf("%w: %w", document.ErrSnapshot, err)
	}
	return toDocumentError("", err)
}

// errMoves is a server whose reads do not stay at one instant.
var errMoves = errors.New("mongo: the reads of one snapshot saw a write that came after it")

func (e *Engine) snapshotSession(context.Context) (*driver.Session, error) {
	return e.client.StartSession(options.Session().SetSnapshot(true))
}

func (e *Engine) transaction(context.Context) (*driver.Session, error) {
	session, err := e.client.StartSession()
	if err != nil {
		return nil, err
	}
	return session, session.StartTransaction(options.Transaction().SetReadConcern(readconcern.Snapshot()).SetWriteConcern(e.majority))
}

// atOneInstant runs walk in a session whose reads stay at one instant; errMoves when they do not.
func (e *Engine) atOneInstant(ctx context.Context, begin func(context.Context) (*driver.Session, error), walk func(context.Context) error) error {
	session, err := begin(ctx)
	if err != nil {
		return err
	}
	defer session.EndSession(context.WithoutCancel(ctx)) // aborts a transaction
	inside := driver.NewSessionContext(ctx, session)
	before, err := e.probe(inside)
	if err != nil {
		return unsupported(err)
	}
	if err := e.moveProbe(ctx); err != nil {
		return err
	}
	after, err := e.probe(inside)
	if err != nil {
		return unsupported(err)
	}
	if before != after {
		return errMoves
	}
	return walk(inside)
}

// probe reads the number in the probe; 0 when there is none yet.
func (e *Engine) probe(ctx context.Context) (int64, error) {
	raw, err := e.db.Collection(probes).FindOne(ctx, bson.D{{Key: "_id", Value: "probe"}}).Raw()
	if errors.Is(err, driver.ErrNoDocuments) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	n, _ := raw.Lookup("n").AsInt64OK()
	return n, nil
}

func (e *Engine) moveProbe(ctx context.Context) error {
	_, err := e.db.Collection(probes).UpdateOne(ctx, bson.D{{Key: "_id", Value: "probe"}},
		bson.D{{Key: "$inc", Value: bson.D{{Key: "n", Value: int64(1)}}}}, options.UpdateOne().SetUpsert(true))
	return err
}

func (e *Engine) walk(ctx context.Context, collections []string, each func(collection string, doc bson.Raw) error) error {
	for _, name := range collections {
		cursor, err := e.db.Collection(name).Find(ctx, bson.D{}, options.Find().SetSort(bson.D{{Key: "_id", Value: 1}}))
		if err != nil {
			return err
		}
		for err = nil; err == nil && cursor.Next(ctx); {
			err = each(name, cursor.Current)
		}
		if err = errors.Join(err, cursor.Err(), cursor.Close(context.WithoutCancel(ctx))); err != nil {
			return err
		}
	}
	return nil
}

// unsupported makes a refusal of snapshot reads an errMoves, so that the next way is tried.
func unsupported(err error) error {
	var server driver.ServerError
	if errors.As(err, &server) && !driver.IsNetworkError(err) && !driver.IsTimeout(err) {
		return fmt.Errorf("%w: %w", errMoves, err)
	}
	return err
}

// tooOld reports that the server gave the instant up before everything was read.
func tooOld(err error) bool {
	var server driver.ServerError
	return errors.As(err, &server) &&
		(server.HasErrorCode(codeSnapshotTooOld) || server.HasErrorCode(codeSnapshotUnavailable) || server.HasErrorCode(codeNoSuchTransaction))
}

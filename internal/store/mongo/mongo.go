// Package mongo is the production document engine: MongoDB 7 or later over driver v2.
//
// It promises writes that a majority has journaled before they are acknowledged (w:majority, j:true), reads of what a
// majority has stored, and snapshot transactions. It refuses only what the embedded engine could not do in the same way
// (package document). That the server is a replica set is for the caller to require (Standalone).
package mongo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"

	"pugongying/internal/store/document"
)

const (
	selectionWait = 10 * time.Second // how long a call waits for a primary
	idleLife      = 5 * time.Minute  // connections opened during a peak are closed after this time
	dialling      = 8                // connections opened at once; with the driver's own 2 the first calls of a peak wait for a second
	driverPool    = 100              // the driver's own bound on connections
	ensureTries   = 6
	ensurePause   = 50 * time.Millisecond // grows with every attempt
)

// Config says where the database is.
type Config struct {
	URI      string // its timeouts and its maxPoolSize override the engine's own
	Database string
	Pool     int // maximum number of connections to each server; 0 for the driver's own 100
}

// Engine is one database of a MongoDB deployment.
type Engine struct {
	client   *driver.Client
	db       *driver.Database
	majority *writeconcern.WriteConcern
	server   string
	pool     int
}

var _ document.Engine = (*Engine)(nil)

// Open connects and makes sure that a primary answers.
func Open(ctx context.Context, c Config) (*Engine, error) {
	journaled := true
	majority := &writeconcern.WriteConcern{W: "majority", Journal: &journaled}
	o := options.Client().
		SetServerSelectionTimeout(selectionWait).
		SetMaxConnIdleTime(idleLife).
		SetMaxConnecting(dialling)
	if c.Pool > 0 {
		o.SetMaxPoolSize(uint64(c.Pool))
	}
	o.ApplyURI(c.URI).
		SetWriteConcern(majority).
		SetReadConcern(readconcern.Majority()).
		SetReadPreference(readpref.Primary())
	client, err := driver.Connect(o)
	if err != nil {
		return nil, fmt.Errorf("mongo: %w", err)
	}
	e := &Engine{client: client, db: client.Database(c.Database), majority: majority, pool: driverPool}
	if o.MaxPoolSize != nil {
		e.pool = int(*o.MaxPoolSize)
	}
	if e.server, err = e.version(ctx); err != nil {
		return nil, errors.Join(toDocumentError("", err), client.Disconnect(ctx))
	}
	return e, nil
}

// version names the server: the tests also run on SecantusDB, which says so in buildInfo.
func (e *Engine) version(ctx context.Context) (string, error) {
	info, err := e.db.RunCommand(ctx, bson.D{{Key: "buildInfo", Value: 1}}).Raw()
	if err != nil {
		return "", err
	}
	version, _ := info.Lookup("version").StringValueOK()
	elements, err := info.Elements()
	if err != nil {
		return "", err
	}
	for _, el := range elements {
		if !strings.Contains(strings.ToLower(el.String()), "secantus") {
			continue
		}
		own, ok := info.Lookup("secantusVersion").StringValueOK()
		if !ok {
			own = strings.Trim(el.Value().String(), `"`)
		}
		return fmt.Sprintf("SecantusDB %s (speaking MongoDB %s)", own, version), nil
	}
	return "MongoDB " + version, nil
}

// Standalone reports whether the server belongs to no replica set, where nothing is majority and no transaction works.
func (e *Engine) Standalone(ctx context.Context) (bool, error) {
	hello, err := e.db.RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Raw()
	if err != nil {
		return false, toDocumentError("", err)
	}
	set, _ := hello.Lookup("setName").StringValueOK()
	router, _ := hello.Lookup("msg").StringValueOK()
	return set == "" && router != "isdbgrid", nil
}

// Collection is the collection of this name; it need not exist.
func (e *Engine) Collection(name string) document.Collection {
	return &collection{engine: e, c: e.db.Collection(name)}
}

// Ping fails when no primary answers.
func (e *Engine) Ping(ctx context.Context) error {
	return toDocumentError("", e.client.Ping(ctx, readpref.Primary()))
}

// Describe is the server's name and version for a log line.
func (e *Engine) Describe() string { return e.server }

// Pool is how many connections there are at most; further calls wait for one of them.
func (e *Engine) Pool() int { return e.pool }

// Close closes the connections; calls in progress end first or with ctx.
func (e *Engine) Close(ctx context.Context) error {
	err := e.client.Disconnect(ctx)
	if errors.Is(err, driver.ErrClientDisconnected) {
		return nil
	}
	return err
}

// Ensure creates the collections and indexes that do not exist yet. Several servers may start at once. An index that
// exists with another definition is document.ErrIndex: an index is changed by giving it a new name.
func (e *Engine) Ensure(ctx context.Context, declarations []document.Declaration) error {
	for _, d := range declarations {
		models, err := indexModels(d.Indexes)
		if err != nil {
			return err
		}
		if err := e.ensure(ctx, d.Collection, models); err != nil {
			return fmt.Errorf("mongo: indexes of %s: %w", d.Collection, err)
		}
	}
	return nil
}

func (e *Engine) ensure(ctx context.Context, collection string, models []driver.IndexModel) error {
	for try := 1; ; try++ {
		err := e.create(ctx, collection, models)
		var server driver.ServerError
		switch {
		case err == nil:
			return nil
		case errors.As(err, &server) && (server.HasErrorCode(codeOptionsConflict) || server.HasErrorCode(codeKeysConflict)):
			return fmt.Errorf("%w: %w", document.ErrIndex, err)
		case try == ensureTries || driver.IsDuplicateKeyError(err):
			return toDocumentError(collection, err)
		}
		// Another server is building the same index at this moment, or the primary is changing.
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Duration(try) * ensurePause):
		}
	}
}

func (e *Engine) create(ctx context.Context, collection string, models []driver.IndexModel) error {
	err := e.db.CreateCollection(ctx, collection)
	var server driver.ServerError
	if err != nil && !(errors.As(err, &server) && server.HasErrorCode(codeExists)) {
		return err
	}
	if len(models) == 0 {
		return nil
	}
	indexes := e.db.Collection(collection).Indexes()
	if err := disarm(ctx, indexes); err != nil {
		return err
	}
	_, err = indexes.CreateMany(ctx, models)
	return err
}

// disarm drops the TTL indexes that an older version made: MongoDB removes documents by them whatever its clock says. They
// are made again without a TTL (document.Sweep).
func disarm(ctx context.Context, indexes driver.IndexView) error {
	made, err := indexes.ListSpecifications(ctx)
	if err != nil {
		return err
	}
	for _, x := range made {
		if x.ExpireAfterSeconds == nil {
			continue
		}
		var server driver.ServerError
		if err := indexes.DropOne(ctx, x.Name); err != nil && !(errors.As(err, &server) && server.HasErrorCode(codeNoIndex)) {
			return err
		}
	}
	return nil
}

func indexModels(indexes []document.Index) ([]driver.IndexModel, error) {
	models := make([]driver.IndexModel, 0, len(indexes))
	for _, x := range indexes {
		if err := x.Check(); err != nil {
			return nil, err
		}
		o := options.Index().SetName(x.Name)
		if x.Unique {
			o.SetUnique(true)
		}
		if len(x.Partial) > 0 {
			o.SetPartialFilterExpression(x.Partial)
		}
		models = append(models, driver.IndexModel{Keys: keys(x.Keys), Options: o})
	}
	return models, nil
}

func keys(of []document.Key) bson.D {
	d := make(bson.D, 0, len(of))
	for _, k := range of {
		direction := int32(1)
		if k.Desc {
			direction = -1
		}
		d = append(d, bson.E{Key: k.Field, Value: direction})
	}
	return d
}

// Time is the primary's clock.
func (e *Engine) Time(ctx context.Context) (time.Time, error) {
	hello, err := e.db.RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Raw()
	if err != nil {
		return time.Time{}, toDocumentError("", err)
	}
	at, ok := hello.Lookup("localTime").TimeOK()
	if !ok {
		return time.Time{}, errors.New("mongo: the server does not say its time")
	}
	return at.UTC(), nil
}

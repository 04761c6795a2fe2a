// Package document is the narrow collection interface that package store uses, implemented by two engines: MongoDB in
// production, bbolt embedded. It promises only what both do in the same way. The supported operators are declared here,
// and both engines refuse everything else at once (ErrOperator): filters of fields with values, $eq, $in, $gt, $gte, $lt,
// $lte and $exists, combined by AND (ParseFilter); updates of $set, $unset and $inc (ParseUpdate); no array positions. An
// array under a unique partial index is replaced in one write, because its elements are claims. Times are truncated to
// milliseconds. Where the engines could differ, MongoDB's manual decides. Every document has a string _id; a document that
// is changed under rules has an int64 rev.
package document

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Errors both engines return (wrapped); store turns them into a capability's faults.
var (
	ErrNotFound  = errors.New("document: not found")
	ErrDuplicate = errors.New("document: duplicate key") // a *DuplicateError names the index
	ErrStale     = errors.New("document: revision moved on")
	// ErrAgain, from the function of a transaction, rolls back and runs it again: another transaction made meanwhile what it
	// was about to make. It is ErrStale once an engine has tried for as long as it tries.
	ErrAgain = fmt.Errorf("%w: again", ErrStale)
	ErrFull  = errors.New("document: no room left on the device")
	// ErrCannotOpen is an engine that could not be opened; its text is Chinese and says to the operator what to do.
	ErrCannotOpen = errors.New("document: engine cannot be opened")
	ErrSort       = errors.New("document: too much to sort without an index")
	// ErrSnapshot is a server that cannot be read at one instant, or not for as long as it took.
	ErrSnapshot = errors.New("document: the server cannot be read at one instant")
)

// DuplicateError says which unique index refused a write.
type DuplicateError struct{ Collection, Index string }

// Error names collection and index, never the key's value.
func (e *DuplicateError) Error() string {
	return "document: duplicate key in " + e.Collection + " on " + e.Index
}

// Is makes every DuplicateError an ErrDuplicate.
func (e *DuplicateError) Is(target error) bool { return target == ErrDuplicate }

// Key is one field of an index or of a sort order.
type Key struct {
	Field string
	Desc  bool
}

// Index is declared beside the documents it serves and created at start. An index over an array field is multikey. A
// partial index contains only documents that match Partial (equality and $exists only). Expire > 0 makes a TTL index over
// one time field: Sweep removes a document once the field's instant is Expire in the past (ExpireNow: at the instant itself).
type Index struct {
	Name    string
	Keys    []Key
	Unique  bool
	Partial bson.D
	Expire  time.Duration
}

// ExpireNow is the TTL of an index whose field is the exact instant a document must be removed.
const ExpireNow = time.Nanosecond

// Declaration is a collection and its indexes.
type Declaration struct {
	Collection string
	Indexes    []Index
}

// Query selects documents, their order and their number. Sort without Limit is allowed; Limit 0 means all. An order that
// no index provides is sorted in memory, which is bounded: more than 32 MiB of documents (MongoDB: 100 MB) is ErrSort. A
// limit bounds it too.
type Query struct {
	Filter bson.D
	Sort   []Key
	Limit  int
}

// Collection is what store may do with one collection. All methods are safe for concurrent use, take part in the
// transaction of a context made by Engine.InTx, and return once the effect is durable.
type Collection interface {
	// Insert adds documents, all or (outside a transaction, on an error) a prefix. A *DuplicateError when a unique
	// index or _id refuses one.
	Insert(ctx context.Context, docs ...any) error
	// Find calls each with every matching document in turn, none of them twice even if a write moves it meanwhile; the
	// bytes are valid only during the call. An error of each ends the walk and is returned.
	Find(ctx context.Context, q Query, each func(bson.Raw) error) error
	// Replace replaces the document with this id and revision by doc: ErrStale when that revision is no longer stored.
	Replace(ctx context.Context, id string, rev int64, doc any) error
	// Update applies an update ($set, $unset, $inc) to one matching document and says whether there was one. ErrUpdate
	// when it does not fit.
	Update(ctx context.Context, filter, update bson.D) (bool, error)
	// UpdateAll applies it to every matching document and says how many matched; the first that is refused ends it.
	UpdateAll(ctx context.Context, filter, update bson.D) (int64, error)
	// Delete removes every matching document and says how many.
	Delete(ctx context.Context, filter bson.D) (int64, error)
	// Count counts matching documents; with limit > 0 it stops there, so that its cost does not grow with the collection.
	Count(ctx context.Context, filter bson.D, limit int) (int64, error)
}

// Overwriter is an engine that can overwrite what was removed where it stood. MongoDB cannot.
type Overwriter interface {
	// Overwrite asks for it and returns once the request is durable; the overwriting follows.
	Overwrite(ctx context.Context) error
}

// Overwrite asks an engine that can to overwrite what was removed.
func Overwrite(ctx context.Context, e Engine) error {
	if o, can := e.(Overwriter); can {
		return o.Overwrite(ctx)
	}
	return nil
}

// Engine is a database.
type Engine interface {
	// Ensure creates the declared collections and indexes; existing ones are left alone.
	Ensure(ctx context.Context, declarations []Declaration) error
	Collection(name string) Collection
	// InTx runs f so that all its writes are stored or none; f may run more than once (it asks for it with ErrAgain) and
	// must do nothing but document work with the context it is given.
	InTx(ctx context.Context, f func(ctx context.Context) error) error
	// Snapshot calls each with every document of every collection as they were at one instant, which is after every write
	// that was acknowledged before the call: collections in order of their names, documents in order of their ids. The bytes
	// are valid only during the call, and each must not use the engine. An error of each ends the walk and is returned.
	// ErrSnapshot when the engine cannot do so.
	Snapshot(ctx context.Context, each func(collection string, doc bson.Raw) error) error
	// Ping fails when the engine cannot serve.
	Ping(ctx context.Context) error
	// Describe is the engine's name and version for a log line, as "MongoDB 8.0.4" or "bbolt (embedded)".
	Describe() string
	Close(ctx context.Context) error
}

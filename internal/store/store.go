// Package store stores every capability's documents, one file per capability, on whichever document.Engine it is given.
//
// It promises that a write which applies a rule is a compare-and-swap (update) and that a creation with an idempotency key
// happens once (createOnce). It uses only what both engines do in the same way and contains no business rule: a rule is in
// the capability, whose narrow store interface a type here implements.
package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/fault"
	"pugongying/internal/idempotency"
	"pugongying/internal/store/document"
)

// Faults that no single capability owns.
var (
	ErrConflict = fault.New(fault.Conflict, "conflict", "刚刚有人改过，请再试一次。")
	ErrFull     = fault.New(fault.Unavailable, "store.full", "现在存不下新的内容，请稍后再试。")
	// ErrUnavailable has the code that the API also gives a time-out: to a person they are the same.
	ErrUnavailable = fault.New(fault.Unavailable, "unavailable", "现在有点忙，请稍等一会儿再试。")
)

const (
	updateTries = 5
	updatePause = 4 * time.Millisecond // doubled before every further try, cut at random
)

// one loads the first matching document, or document.ErrNotFound.
func one[T any](ctx context.Context, c document.Collection, filter bson.D) (*T, error) {
	raw, err := oneRaw(ctx, c, filter)
	if err != nil {
		return nil, err
	}
	return decode[T](raw)
}

// byID loads the document with this id, or document.ErrNotFound.
func byID[T any](ctx context.Context, c document.Collection, id string) (*T, error) {
	return one[T](ctx, c, bson.D{{Key: "_id", Value: id}})
}

// many loads every document of the query, in its order; none is an empty list, not an error.
func many[T any](ctx context.Context, c document.Collection, q document.Query) ([]T, error) {
	items := []T{}
	err := c.Find(ctx, q, func(raw bson.Raw) error {
		item, err := decode[T](slices.Clone(raw))
		if err != nil {
			return err
		}
		items = append(items, *item)
		return nil
	})
	if err != nil {
		return nil, toFault(err)
	}
	return items, nil
}

// insert adds documents; a refusal by a unique index stays a *document.DuplicateError for the caller to name.
func insert(ctx context.Context, c document.Collection, docs ...any) error {
	return toFault(c.Insert(ctx, docs...))
}

// update loads the document, lets apply change it and writes it back if nobody else was faster, incrementing its rev (an
// int64 field "rev", required). It tries again a few times, then returns ErrConflict. An error of apply ends it without a
// change and is returned as it is; apply may run more than once. A missing document is document.ErrNotFound.
func update[T any](ctx context.Context, c document.Collection, id string, apply func(*T) error) error {
	return retried(ctx, func(ctx context.Context) error { return updateNow(ctx, c, id, apply) })
}

// retried repeats a change that lost a compare-and-swap a few times; then it is ErrConflict.
func retried(ctx context.Context, change func(context.Context) error) error {
	pause := updatePause
	for try := 1; ; try++ {
		err := change(ctx)
		if !errors.Is(err, document.ErrStale) {
			return toFault(err)
		}
		if try == updateTries {
			return ErrConflict.Because(err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(rand.N(pause)):
		}
		pause *= 2
	}
}

func updateNow[T any](ctx context.Context, c document.Collection, id string, apply func(*T) error) error {
	raw, err := oneRaw(ctx, c, bson.D{{Key: "_id", Value: id}})
	if err != nil {
		return err
	}
	rev, ok := raw.Lookup("rev").Int64OK()
	if !ok {
		return fmt.Errorf("store: document %T has no int64 rev", *new(T))
	}
	item, err := decode[T](raw)
	if err != nil {
		return err
	}
	if err := apply(item); err != nil {
		return err
	}
	next, err := withRev(item, rev+1)
	if err != nil {
		return err
	}
	return c.Replace(ctx, id, rev, next)
}

// withRev marshals doc with its rev set, whatever apply did to that field.
func withRev(doc any, rev int64) (bson.Raw, error) {
	raw, err := bson.Marshal(doc)
	if err != nil {
		return nil, fmt.Errorf("store: encode %T: %w", doc, err)
	}
	value := bson.Raw(raw).Lookup("rev")
	if _, ok := value.Int64OK(); !ok {
		return nil, fmt.Errorf("store: document %T has no int64 rev", doc)
	}
	binary.LittleEndian.PutUint64(value.Value, uint64(rev))
	return raw, nil
}

// onceIndex is the index every collection needs whose documents are made by createOnce (field Once *idempotency.Key, bson
// "once,omitempty").
func onceIndex() document.Index {
	return document.Index{
		Name:    "once",
		Keys:    []document.Key{{Field: "once.id"}},
		Unique:  true,
		Partial: bson.D{{Key: "once.id", Value: bson.D{{Key: "$exists", Value: true}}}},
	}
}

// createOnce inserts doc, which carries key in its field "once". When the key was used already, it returns that document
// and false: the same answer to the same request. The same key with another body is idempotency.ErrReused. Without a key
// (nil) it only inserts.
func createOnce[T any](ctx context.Context, c document.Collection, key *idempotency.Key, doc *T) (*T, bool, error) {
	err := c.Insert(ctx, doc)
	if err == nil {
		return doc, true, nil
	}
	if key == nil || !errors.Is(err, document.ErrDuplicate) {
		return nil, false, toFault(err)
	}
	// Whichever index refused: a repeated request also collides with all else its first sending wrote.
	raw, lookup := oneRaw(ctx, c, bson.D{{Key: "once.id", Value: key.ID}})
	if errors.Is(lookup, document.ErrNotFound) {
		return nil, false, err
	}
	if lookup != nil {
		return nil, false, lookup
	}
	var stored struct {
		Once *idempotency.Key `bson:"once"`
	}
	if err := bson.Unmarshal(raw, &stored); err != nil {
		return nil, false, fmt.Errorf("store: decode once key: %w", err)
	}
	if err := key.Same(stored.Once); err != nil {
		return nil, false, err
	}
	first, err := decode[T](raw)
	return first, false, err
}

// duplicateOn reports whether err is the refusal of the unique index of this name ("_id_" for the id itself).
func duplicateOn(err error, index string) bool {
	var d *document.DuplicateError
	return errors.As(err, &d) && d.Index == index
}

// mapNotFound maps document.ErrNotFound to the capability's own fault; every other error passes unchanged.
func mapNotFound(err error, missing *fault.Error) error {
	if errors.Is(err, document.ErrNotFound) {
		return missing.Because(err)
	}
	return err
}

// toFault maps an engine's ErrFull and ErrUnavailable to the faults a door shows; every other error passes unchanged.
func toFault(err error) error {
	switch {
	case errors.Is(err, document.ErrFull):
		return ErrFull.Because(err)
	case errors.Is(err, document.ErrUnavailable):
		return ErrUnavailable.Because(err)
	default:
		return err
	}
}

func oneRaw(ctx context.Context, c document.Collection, filter bson.D) (bson.Raw, error) {
	var found bson.Raw
	err := c.Find(ctx, document.Query{Filter: filter, Limit: 1}, func(raw bson.Raw) error {
		found = slices.Clone(raw)
		return nil
	})
	if err != nil {
		return nil, toFault(err)
	}
	if found == nil {
		return nil, document.ErrNotFound
	}
	return found, nil
}

// decode reads a document whose bytes stay valid for as long as what it returns.
func decode[T any](raw bson.Raw) (*T, error) {
	item := new(T)
	if err := bson.Unmarshal(raw, item); err != nil {
		return nil, fmt.Errorf("store: decode %T: %w", *item, err)
	}
	return item, nil
}

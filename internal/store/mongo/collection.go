package mongo

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pugongying/internal/store/document"
)

type collection struct {
	engine *Engine
	c      *driver.Collection
}

// Insert adds documents in their order; the first that is refused ends it.
func (c *collection) Insert(ctx context.Context, docs ...any) error {
	encoded := make([]any, 0, len(docs))
	for _, doc := range docs {
		raw, _, err := document.Encode(doc)
		if err != nil {
			return err
		}
		encoded = append(encoded, raw)
	}
	return c.write(ctx, func(ctx context.Context) error {
		switch len(encoded) {
		case 0:
			return nil
		case 1:
			_, err := c.c.InsertOne(ctx, encoded[0])
			return err
		default:
			_, err := c.c.InsertMany(ctx, encoded)
			return err
		}
	})
}

// Find walks the query's documents.
func (c *collection) Find(ctx context.Context, q document.Query, each func(bson.Raw) error) error {
	if _, err := q.Parse(); err != nil {
		return err
	}
	if q.Limit == 1 {
		return c.findOne(ctx, q, each)
	}
	o := options.Find().SetLimit(int64(q.Limit)).SetAllowDiskUse(false)
	if len(q.Sort) > 0 {
		o.SetSort(keys(q.Sort))
	}
	cursor, err := c.c.Find(ctx, filterOf(q.Filter), o)
	if err != nil {
		return toDocumentError(c.c.Name(), err)
	}
	defer func() { _ = cursor.Close(context.WithoutCancel(ctx)) }() // the server forgets it anyway
	seen := map[string]struct{}{}                                   // a cursor meets a document again that a write moved ahead of it in its index
	for cursor.Next(ctx) {
		id, _ := cursor.Current.Lookup("_id").StringValueOK()
		if _, again := seen[id]; again {
			continue
		}
		seen[id] = struct{}{}
		if err := each(cursor.Current); err != nil {
			return err
		}
	}
	return toDocumentError(c.c.Name(), cursor.Err())
}

func (c *collection) findOne(ctx context.Context, q document.Query, each func(bson.Raw) error) error {
	o := options.FindOne()
	if len(q.Sort) > 0 {
		o.SetSort(keys(q.Sort))
	}
	raw, err := c.c.FindOne(ctx, filterOf(q.Filter), o).Raw()
	if errors.Is(err, driver.ErrNoDocuments) {
		return nil
	}
	if err != nil {
		return toDocumentError(c.c.Name(), err)
	}
	return each(raw)
}

// Replace is a compare-and-swap on id and rev.
func (c *collection) Replace(ctx context.Context, id string, rev int64, doc any) error {
	raw, newID, err := document.Encode(doc)
	if err != nil {
		return err
	}
	if newID != id {
		return fmt.Errorf("%w: replacement has another _id", document.ErrID)
	}
	return c.write(ctx, func(ctx context.Context) error {
		result, err := c.c.ReplaceOne(ctx, bson.D{{Key: "_id", Value: id}, {Key: "rev", Value: rev}}, raw)
		if err == nil && result.MatchedCount == 0 {
			return document.ErrStale
		}
		return err
	})
}

// Update changes one matching document.
func (c *collection) Update(ctx context.Context, filter, update bson.D) (bool, error) {
	n, err := c.update(ctx, filter, update, func(ctx context.Context) (*driver.UpdateResult, error) {
		return c.c.UpdateOne(ctx, filterOf(filter), update)
	})
	return n > 0, err
}

// UpdateAll changes every matching document.
func (c *collection) UpdateAll(ctx context.Context, filter, update bson.D) (int64, error) {
	return c.update(ctx, filter, update, func(ctx context.Context) (*driver.UpdateResult, error) {
		return c.c.UpdateMany(ctx, filterOf(filter), update)
	})
}

func (c *collection) update(
	ctx context.Context, filter, update bson.D, run func(context.Context) (*driver.UpdateResult, error),
) (n int64, err error) {
	if _, err := document.ParseFilter(filter); err != nil {
		return 0, err
	}
	if _, err := document.ParseUpdate(update); err != nil {
		return 0, err
	}
	err = c.write(ctx, func(ctx context.Context) error {
		result, err := run(ctx)
		if result != nil {
			n = result.MatchedCount
		}
		return err
	})
	return n, err
}

// Delete removes every matching document.
func (c *collection) Delete(ctx context.Context, filter bson.D) (n int64, err error) {
	if _, err := document.ParseFilter(filter); err != nil {
		return 0, err
	}
	err = c.write(ctx, func(ctx context.Context) error {
		result, err := c.c.DeleteMany(ctx, filterOf(filter))
		if result != nil {
			n = result.DeletedCount
		}
		return err
	})
	return n, err
}

// Count counts matching documents exactly, up to the limit.
func (c *collection) Count(ctx context.Context, filter bson.D, limit int) (int64, error) {
	if _, err := document.ParseFilter(filter); err != nil {
		return 0, err
	}
	o := options.Count()
	if limit > 0 {
		o.SetLimit(int64(limit)) // the server refuses 0
	}
	n, err := c.c.CountDocuments(ctx, filterOf(filter), o)
	return n, toDocumentError(c.c.Name(), err)
}

// filterOf makes "no filter" the empty document MongoDB wants.
func filterOf(d bson.D) bson.D {
	if d == nil {
		return bson.D{}
	}
	return d
}

func (c *collection) write(ctx context.Context, run func(context.Context) error) error {
	state, _ := ctx.Value(txKey{c.engine}).(*txState)
	if state != nil && state.failed != nil {
		return state.failed
	}
	err := toDocumentError(c.c.Name(), run(ctx))
	if state != nil && err != nil && !errors.Is(err, document.ErrStale) {
		state.failed = err
	}
	return err
}

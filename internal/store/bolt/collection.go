package bolt

import (
	"context"
	"fmt"
	"slices"

	"go.etcd.io/bbolt"
	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/store/document"
)

// A long walk is cut into read transactions of this many documents or bytes.
const (
	chunkDocs  = 512
	chunkBytes = 1 << 20
)

type collection struct {
	engine *Engine
	name   string
	bucket []byte
}

func (c *collection) indexes() []*index { return c.engine.indexesOf(c.name) }

// Insert adds documents in their order; the first that is refused ends it.
func (c *collection) Insert(ctx context.Context, docs ...any) error {
	type entry struct {
		id  string
		raw bson.Raw
	}
	entries := make([]entry, 0, len(docs))
	for _, doc := range docs {
		raw, id, err := document.Encode(doc)
		if err != nil {
			return err
		}
		entries = append(entries, entry{id, raw})
	}
	return c.engine.write(ctx, func(ch *change) error {
		for _, e := range entries {
			if b := ch.tx.Bucket(c.bucket); b != nil && b.Get([]byte(e.id)) != nil {
				return &document.DuplicateError{Collection: c.name, Index: "_id_"}
			}
			if err := c.put(ch, e.id, nil, e.raw); err != nil {
				return err
			}
		}
		return nil
	})
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
	return c.engine.write(ctx, func(ch *change) error {
		docs := ch.tx.Bucket(c.bucket)
		if docs == nil {
			return document.ErrStale
		}
		before := bson.Raw(docs.Get([]byte(id)))
		if before == nil {
			return document.ErrStale
		}
		if now, ok := before.Lookup("rev").AsInt64OK(); !ok || now != rev {
			return document.ErrStale
		}
		return c.put(ch, id, before, raw)
	})
}

// Find walks the query's documents. The callback runs outside the engine's transactions and may use the engine; a
// document written meanwhile may or may not be met, and none is met twice.
func (c *collection) Find(ctx context.Context, q document.Query, each func(bson.Raw) error) error {
	parsed, err := q.Parse()
	if err != nil {
		return err
	}
	f, err := newFilter(parsed)
	if err != nil {
		return err
	}
	w := c.walker(f)
	left := q.Limit
	for done := false; !done; {
		var docs []bson.Raw
		err := c.engine.read(ctx, func(tx *bbolt.Tx) (err error) {
			w.start(q.Sort)
			docs, done, err = w.next(tx, q, left)
			return err
		})
		if err != nil {
			return err
		}
		for _, doc := range docs {
			if err := each(doc); err != nil {
				return err
			}
		}
		if left -= len(docs); q.Limit > 0 && left <= 0 {
			return nil
		}
	}
	return nil
}

func (w *walker) next(tx *bbolt.Tx, q document.Query, left int) ([]bson.Raw, bool, error) {
	if w.plan.sorted {
		return w.chunk(tx, left)
	}
	docs, err := w.sorted(tx, q)
	return docs, true, err
}

// chunk copies the next documents; limit 0 means no limit.
func (w *walker) chunk(tx *bbolt.Tx, limit int) ([]bson.Raw, bool, error) {
	var docs []bson.Raw
	size := 0
	done, err := w.run(tx, true, func(h hit) (bool, error) {
		docs = append(docs, slices.Clone(h.doc))
		size += len(h.doc)
		return len(docs) != limit && len(docs) < chunkDocs && size < chunkBytes, nil
	})
	if !done && len(docs) != limit {
		w.remember(docs)
	}
	return docs, done, err
}

// Update changes the first matching document.
func (c *collection) Update(ctx context.Context, filter, update bson.D) (bool, error) {
	n, err := c.update(ctx, filter, update, 1)
	return n > 0, err
}

// UpdateAll changes every matching document; the first that is refused ends it.
func (c *collection) UpdateAll(ctx context.Context, filter, update bson.D) (int64, error) {
	return c.update(ctx, filter, update, 0)
}

func (c *collection) update(ctx context.Context, filter, update bson.D, limit int) (int64, error) {
	f, err := parseFilter(filter)
	if err != nil {
		return 0, err
	}
	changes, err := document.ParseUpdate(update)
	if err != nil {
		return 0, err
	}
	edits := editsOf(changes)
	var n int64
	err = c.engine.write(ctx, func(ch *change) error {
		n = 0 // a batch may run twice
		ids, err := c.match(ch.tx, f, limit)
		if err != nil {
			return err
		}
		for _, id := range ids {
			before := bson.Raw(ch.tx.Bucket(c.bucket).Get([]byte(id)))
			now, err := applyTo(before, edits)
			if err != nil {
				return err
			}
			if now != nil {
				err = c.put(ch, id, before, now)
			}
			if err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n, err
}

// Delete removes every matching document.
func (c *collection) Delete(ctx context.Context, filter bson.D) (int64, error) {
	f, err := parseFilter(filter)
	if err != nil {
		return 0, err
	}
	return c.remove(ctx, f, 0)
}

// remove deletes matching documents, at most limit of them unless that is 0.
func (c *collection) remove(ctx context.Context, f filter, limit int) (int64, error) {
	var n int64
	err := c.engine.write(ctx, func(ch *change) error {
		n = 0
		ids, err := c.match(ch.tx, f, limit)
		if err != nil {
			return err
		}
		for _, id := range ids {
			before := ch.tx.Bucket(c.bucket).Get([]byte(id))
			if err := c.put(ch, id, before, nil); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n, err
}

// Count counts without reading documents where an index alone can tell; limit 0 means all.
func (c *collection) Count(ctx context.Context, filter bson.D, limit int) (int64, error) {
	f, err := parseFilter(filter)
	if err != nil {
		return 0, err
	}
	var n int64
	w := c.walker(f)
	err = c.engine.read(ctx, func(tx *bbolt.Tx) error {
		w.start(nil)
		_, err := w.run(tx, false, func(hit) (bool, error) {
			n++
			return n != int64(limit), nil
		})
		return err
	})
	return n, err
}

// match lists the ids of matching documents before any of them is changed; limit 0 means all.
func (c *collection) match(tx *bbolt.Tx, f filter, limit int) ([]string, error) {
	var ids []string
	w := c.walker(f)
	w.start(nil)
	_, err := w.run(tx, false, func(h hit) (bool, error) {
		ids = append(ids, string(h.id))
		return len(ids) != limit, nil
	})
	return ids, err
}

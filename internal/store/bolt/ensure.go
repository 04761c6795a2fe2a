package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"strings"

	"go.etcd.io/bbolt"
	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/store/document"
)

// What the file knows about its indexes: bucket meta, "i\x00collection\x00name" → the declaration,
// "m\x00collection\x00name" → the positions that hold arrays.
var metaBucket = []byte("meta")

// load reads the indexes the file has; they are maintained even where nobody declares them any more, as on MongoDB.
func (e *Engine) load() error {
	known := map[string][]*index{}
	err := e.db.View(func(tx *bbolt.Tx) error {
		meta := tx.Bucket(metaBucket)
		e.overwriting.remember(meta)
		if meta == nil {
			return nil
		}
		prefix := []byte("i\x00")
		c := meta.Cursor()
		for k, v := c.Seek(prefix); bytes.HasPrefix(k, prefix); k, v = c.Next() {
			collection, _, _ := strings.Cut(string(k[len(prefix):]), "\x00")
			var spec document.Index
			if err := bson.Unmarshal(v, &spec); err != nil {
				return fmt.Errorf("bolt: index %q: %w", k, err)
			}
			x, err := newIndex(collection, spec)
			if err != nil {
				return err
			}
			if bits := meta.Get(x.multikeyKey()); len(bits) == 8 {
				x.durable = binary.BigEndian.Uint64(bits)
				x.multikey.Store(x.durable)
			}
			known[collection] = append(known[collection], x)
		}
		return nil
	})
	e.indexes.Store(&known)
	return err
}

func (x *index) multikeyKey() []byte { return append([]byte("m"), x.bucket[1:]...) }

// Ensure makes what is declared and not there yet, all or nothing. An index that is there under another definition is
// an error: an index changes by getting a new name. A unique index over documents that collide is a *DuplicateError.
func (e *Engine) Ensure(ctx context.Context, declarations []document.Declaration) error {
	return e.update(ctx, func(tx *bbolt.Tx) error {
		made := map[string][]*index{}
		for _, d := range declarations {
			for _, spec := range d.Indexes {
				x, err := ensureIndex(tx, d.Collection, spec)
				if err != nil {
					return err
				}
				if x != nil {
					made[d.Collection] = append(made[d.Collection], x)
				}
			}
		}
		tx.OnCommit(func() { e.publish(made) })
		return unlessNothing(len(made) > 0)
	})
}

// ensureIndex makes one index, or gives nil when it is there.
func ensureIndex(tx *bbolt.Tx, collection string, spec document.Index) (*index, error) {
	x, err := newIndex(collection, spec)
	if err != nil {
		return nil, err
	}
	meta, err := tx.CreateBucketIfNotExists(metaBucket)
	if err != nil {
		return nil, fmt.Errorf("bolt: %w", err)
	}
	declared, err := bson.Marshal(spec)
	if err != nil {
		return nil, fmt.Errorf("bolt: encode index %s: %w", spec.Name, err)
	}
	if known := meta.Get(x.bucket); known != nil {
		if !bytes.Equal(known, declared) {
			return nil, fmt.Errorf("%w: %s.%s is there with another definition", document.ErrIndex, collection, spec.Name)
		}
		return nil, nil
	}
	if err := meta.Put(x.bucket, declared); err != nil {
		return nil, fmt.Errorf("bolt: %w", err)
	}
	if _, err := tx.CreateBucket(x.bucket); err != nil {
		return nil, fmt.Errorf("bolt: %w", err)
	}
	return x, x.build(tx, collection)
}

func (x *index) build(tx *bbolt.Tx, collection string) error {
	docs := tx.Bucket([]byte("d\x00" + collection))
	if docs == nil {
		return nil
	}
	c := &change{tx: tx}
	return docs.ForEach(func(id, doc []byte) error {
		d, err := x.diff(nil, doc)
		if err != nil {
			return err
		}
		if err := d.check(tx, collection, string(id)); err != nil {
			return err
		}
		return d.apply(c, string(id))
	})
}

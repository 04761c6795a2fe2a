package bolt

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"go.etcd.io/bbolt"
	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/store/document"
)

// diff is what one document's change does to one index.
type diff struct {
	index       *index
	gone, fresh [][]byte
	mask        uint64
}

// diff compares the keys of a document before and after; nil means no document.
func (x *index) diff(before, now bson.Raw) (diff, error) {
	gone, _, err := x.keys(before)
	if err != nil {
		return diff{}, err
	}
	fresh, mask, err := x.keys(now)
	if err != nil {
		return diff{}, err
	}
	return diff{index: x, gone: without(gone, fresh), fresh: without(fresh, gone), mask: mask}, nil
}

// without gives the keys of a that are not in b; both are sorted.
func without(a, b [][]byte) [][]byte {
	var left [][]byte
	for _, k := range a {
		for len(b) > 0 && bytes.Compare(b[0], k) < 0 {
			b = b[1:]
		}
		if len(b) == 0 || !bytes.Equal(b[0], k) {
			left = append(left, k)
		}
	}
	return left
}

// check says what forbids the change: another document under a unique key, or a key too long.
func (d diff) check(tx *bbolt.Tx, collection, id string) error {
	bucket := tx.Bucket(d.index.bucket)
	for _, k := range d.fresh {
		if len(k)+len(id) > bbolt.MaxKeySize {
			return fmt.Errorf("%w: key of %s longer than 32 KiB", document.ErrIndex, d.index.spec.Name)
		}
		if d.index.spec.Unique && bucket.Get(k) != nil {
			return &document.DuplicateError{Collection: collection, Index: d.index.spec.Name}
		}
	}
	return nil
}

func (d diff) apply(c *change, id string) error {
	bucket := c.tx.Bucket(d.index.bucket)
	for _, k := range d.gone {
		if err := bucket.Delete(d.index.stored(k, id)); err != nil {
			return fmt.Errorf("bolt: %w", err)
		}
	}
	for _, k := range d.fresh {
		if err := bucket.Put(d.index.stored(k, id), []byte(id)); err != nil {
			return fmt.Errorf("bolt: %w", err)
		}
	}
	return d.index.noteArrays(c.tx, d.mask)
}

// noteArrays remembers positions that hold arrays before anybody can see the document. A bit that a rollback leaves in
// memory costs speed, never truth; what is on disk is known apart, so that the next document with an array writes it.
func (x *index) noteArrays(tx *bbolt.Tx, mask uint64) error {
	if x.durable|mask == x.durable {
		return nil
	}
	meta := tx.Bucket(metaBucket)
	bits := x.durable | mask
	if stored := meta.Get(x.multikeyKey()); len(stored) == 8 { // by an earlier write of this transaction
		bits |= binary.BigEndian.Uint64(stored)
		if bits == binary.BigEndian.Uint64(stored) {
			return nil
		}
	}
	if err := meta.Put(x.multikeyKey(), binary.BigEndian.AppendUint64(nil, bits)); err != nil {
		return fmt.Errorf("bolt: %w", err)
	}
	x.multikey.Or(bits)
	tx.OnCommit(func() { x.durable |= bits })
	return nil
}

// put writes a document and its index keys: before is what is stored now (nil: nothing), now what shall be stored (nil:
// nothing). Every refusal comes before the first change.
func (c *collection) put(ch *change, id string, before, now bson.Raw) error {
	indexes := c.indexes()
	diffs := make([]diff, 0, len(indexes))
	for _, x := range indexes {
		d, err := x.diff(before, now)
		if err != nil {
			return err
		}
		if err := d.check(ch.tx, c.name, id); err != nil {
			return err
		}
		diffs = append(diffs, d)
	}
	ch.dirty, ch.wrote = true, true
	for _, d := range diffs {
		if err := d.apply(ch, id); err != nil {
			return err
		}
	}
	if err := c.store(ch.tx, id, now); err != nil {
		return err
	}
	ch.dirty = false
	return nil
}

func (c *collection) store(tx *bbolt.Tx, id string, now bson.Raw) error {
	docs, err := c.docs(tx)
	if err != nil {
		return err
	}
	if now == nil {
		err = docs.Delete([]byte(id))
	} else {
		err = docs.Put([]byte(id), now)
	}
	if err != nil {
		return fmt.Errorf("bolt: %w", err)
	}
	return nil
}

// docs is the collection's bucket, made at its first write.
func (c *collection) docs(tx *bbolt.Tx) (*bbolt.Bucket, error) {
	if b := tx.Bucket(c.bucket); b != nil {
		return b, nil
	}
	b, err := tx.CreateBucket(c.bucket)
	if err != nil {
		return nil, fmt.Errorf("bolt: %w", err)
	}
	return b, nil
}

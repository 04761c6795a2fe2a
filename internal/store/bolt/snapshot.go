package bolt

import (
	"bytes"
	"context"

	"go.etcd.io/bbolt"
	"go.mongodb.org/mongo-driver/v2/bson"
)

// Snapshot walks the whole file in one read transaction. Writers go on meanwhile; pages they free are used again only
// afterwards, so the file grows by what is written during the walk.
func (e *Engine) Snapshot(ctx context.Context, each func(collection string, doc bson.Raw) error) error {
	return e.read(ctx, func(tx *bbolt.Tx) error {
		prefix := []byte("d\x00")
		c := tx.Cursor()
		for name, value := c.Seek(prefix); bytes.HasPrefix(name, prefix); name, value = c.Next() {
			if value != nil {
				continue // no bucket
			}
			collection := string(name[len(prefix):])
			err := tx.Bucket(name).ForEach(func(_, doc []byte) error {
				if err := ctx.Err(); err != nil {
					return err
				}
				return each(collection, doc)
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

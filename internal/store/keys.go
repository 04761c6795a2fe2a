package store

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/seal"
	"pugongying/internal/store/document"
)

const (
	recordKeys = "keys"
	keySchema  = 1
)

var keyDeclarations = []document.Declaration{
	{Collection: recordKeys, Indexes: []document.Index{{Name: "root", Keys: []document.Key{{Field: "root"}}}}},
}

// ShortLived are the collections that no long-lived copy may hold: the keys of records, and who was erased. They go to a
// backup of their own that is kept for seven days, and a restored copy is given the newest one.
func ShortLived() []string { return []string{recordKeys, erasures} }

// keyInsideIndex finds documents of an older version, which had the key of their record inside.
func keyInsideIndex() document.Index {
	return document.Index{
		Name: "keyInside", Keys: []document.Key{{Field: "key"}},
		Partial: bson.D{{Key: "key", Value: bson.D{{Key: "$exists", Value: true}}}},
	}
}

// keyDocument is the wrapped key of one record, under a random name that the record carries.
type keyDocument struct {
	ID      string `bson:"_id"`
	Wrapped []byte `bson:"wrapped"`
	Root    int64  `bson:"root"`
	Schema  int    `bson:"schema"`
}

func keyOf(k seal.WrappedKey) keyDocument {
	return keyDocument{ID: k.ID, Wrapped: k.Wrapped, Root: int64(k.Root), Schema: keySchema}
}

func (d keyDocument) key() seal.WrappedKey {
	return seal.WrappedKey{ID: d.ID, Wrapped: d.Wrapped, Root: uint32(d.Root)}
}

// Keys stores the wrapped keys of records; it is seal.KeyStore.
type Keys struct {
	engine document.Engine
	keys   document.Collection
}

var _ seal.KeyStore = (*Keys)(nil)

// NewKeys works on an engine whose declarations were ensured.
func NewKeys(engine document.Engine) *Keys {
	return &Keys{engine: engine, keys: engine.Collection(recordKeys)}
}

// InsertKey adds a key.
func (s *Keys) InsertKey(ctx context.Context, k seal.WrappedKey) error {
	return insert(ctx, s.keys, keyOf(k))
}

// Key returns a key.
func (s *Keys) Key(ctx context.Context, id string) (seal.WrappedKey, error) {
	d, err := byID[keyDocument](ctx, s.keys, id)
	if errors.Is(err, document.ErrNotFound) {
		return seal.WrappedKey{}, seal.ErrErased
	}
	if err != nil {
		return seal.WrappedKey{}, err
	}
	return d.key(), nil
}

// DeleteKeys destroys keys.
func (s *Keys) DeleteKeys(ctx context.Context, ids ...string) error {
	return remove(ctx, s.keys, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}})
}

// KeysUnderOthers lists keys below and above this root in the index of roots.
func (s *Keys) KeysUnderOthers(ctx context.Context, root uint32, limit int) ([]seal.WrappedKey, error) {
	var keys []seal.WrappedKey
	for _, side := range []string{"$lt", "$gt"} {
		if len(keys) >= limit {
			break
		}
		found, err := many[keyDocument](ctx, s.keys, document.Query{
			Filter: bson.D{{Key: "root", Value: bson.D{{Key: side, Value: int64(root)}}}}, Limit: limit - len(keys),
		})
		if err != nil {
			return nil, err
		}
		for _, d := range found {
			keys = append(keys, d.key())
		}
	}
	return keys, nil
}

// ReplaceKeys updates keys in one transaction, and never inserts.
func (s *Keys) ReplaceKeys(ctx context.Context, keys []seal.WrappedKey) error {
	return toFault(s.engine.InTx(ctx, func(ctx context.Context) error {
		for _, k := range keys {
			set := bson.D{{Key: "wrapped", Value: k.Wrapped}, {Key: "root", Value: int64(k.Root)}}
			if _, err := s.keys.Update(ctx, bson.D{{Key: "_id", Value: k.ID}}, bson.D{{Key: "$set", Value: set}}); err != nil {
				return err
			}
		}
		return nil
	}))
}

// CountKeys counts over the index of roots.
func (s *Keys) CountKeys(ctx context.Context, root uint32) (int64, error) {
	n, err := s.keys.Count(ctx, bson.D{{Key: "root", Value: int64(root)}}, 0)
	return n, toFault(err)
}

// CountAllKeys counts every key.
func (s *Keys) CountAllKeys(ctx context.Context) (int64, error) {
	n, err := s.keys.Count(ctx, nil, 0)
	return n, toFault(err)
}

// SeparateKeys moves record keys that an older version stored inside their documents to the collection of keys, and says
// how many. It is repeated at every start: an interrupted one goes on where it stopped, and a key is stored under the same
// name however often it is moved, so that no second copy survives its erasure.
func (s *Keys) SeparateKeys(ctx context.Context) (moved int, err error) {
	for _, collection := range []string{identities, pushes} {
		n, err := s.separate(ctx, s.engine.Collection(collection), collection)
		if moved += n; err != nil {
			return moved, err
		}
	}
	if moved == 0 {
		return 0, nil
	}
	return moved, s.Overwrite(ctx)
}

// Overwrite asks that keys which were replaced or destroyed be overwritten, where the engine can.
func (s *Keys) Overwrite(ctx context.Context) error {
	return toFault(document.Overwrite(ctx, s.engine))
}

func (s *Keys) separate(ctx context.Context, documents document.Collection, name string) (moved int, err error) {
	type old struct {
		ID  string `bson:"_id"`
		Key []byte `bson:"key"`
	}
	q := document.Query{Filter: bson.D{{Key: "key", Value: bson.D{{Key: "$exists", Value: true}}}}}
	err = documents.Find(ctx, q, func(raw bson.Raw) error {
		d, err := decode[old](raw)
		if err != nil {
			return err
		}
		sum := sha256.Sum256([]byte(name + "|" + d.ID))
		key := seal.WrappedKey{ID: base32.StdEncoding.EncodeToString(sum[:])[:26], Wrapped: d.Key, Root: seal.RootOf(d.Key)}
		if err := unlessThere(insert(ctx, s.keys, keyOf(key))); err != nil {
			return err
		}
		_, err = documents.Update(ctx, bson.D{{Key: "_id", Value: d.ID}, {Key: "key", Value: d.Key}}, bson.D{
			{Key: "$set", Value: bson.D{{Key: "keyId", Value: key.ID}}}, {Key: "$unset", Value: bson.D{{Key: "key", Value: ""}}},
		})
		moved++
		return err
	})
	return moved, toFault(err)
}

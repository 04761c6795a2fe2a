package store

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/fault"
	"pugongying/internal/seal"
	"pugongying/internal/store/document"
)

// linked is a document that names a member by her id, with the part of it that leads to her things sealed under a key of its
// own. Nothing else leads from the one to the other: once that key is destroyed, what hangs on her handles is nobody's, also
// in a copy of the documents.
type linked[T any] struct {
	Doc      T      `bson:",inline"`
	KeyID    string `bson:"keyId,omitempty"`
	Links    []byte `bson:"links,omitempty"`
	Removing bool   `bson:"removing,omitempty"` // something of it is to be removed
}

// links stores the documents of one collection as linked ones.
type links[T any] struct {
	documents document.Collection
	name      string
	vault     *seal.Vault
	id        func(*T) string
	part      func(*T) any  // a pointer to what is sealed; its bson tag is "-"
	removing  func(*T) bool // nil: never
	gone      *fault.Error  // what a document is that is not there, or whose key is destroyed
	lasting   bool          // a document whose key is destroyed is there, with an empty part
	opened    *opened       // nil: every read unwraps the key
}

func (l *links[T]) place(id string) seal.Place {
	return seal.Place{Collection: l.name, ID: id, Field: "links"}
}

// open decrypts the part of a document.
func (l *links[T]) open(ctx context.Context, d *linked[T]) error {
	if len(d.Links) == 0 {
		return nil
	}
	plain, err := l.plain(ctx, d)
	switch {
	case errors.Is(err, seal.ErrErased) && l.lasting:
		return nil
	case errors.Is(err, seal.ErrErased):
		return l.gone.Because(err)
	case err != nil:
		return fmt.Errorf("store: open %s: %w", l.name, err)
	}
	if err := bson.Raw(plain).Lookup("part").Unmarshal(l.part(&d.Doc)); err != nil {
		return fmt.Errorf("store: decode the links of %s: %w", l.name, err)
	}
	return nil
}

// plain decrypts the links of a document, or remembers them decrypted.
func (l *links[T]) plain(ctx context.Context, d *linked[T]) ([]byte, error) {
	if plain, known := l.opened.get(d.KeyID, d.Links); known {
		return plain, nil
	}
	plain, err := l.vault.Open(ctx, d.KeyID, l.place(l.id(&d.Doc)), d.Links)
	if err == nil {
		l.opened.add(d.KeyID, d.Links, plain)
	}
	return plain, err
}

// seal encrypts the part of a document; an empty one needs no key.
func (l *links[T]) seal(ctx context.Context, d *linked[T], key func() (string, error)) error {
	d.Links, d.Removing = nil, l.removing != nil && l.removing(&d.Doc)
	part := reflect.ValueOf(l.part(&d.Doc)).Elem()
	if part.IsZero() {
		return nil
	}
	plain, err := bson.Marshal(bson.D{{Key: "part", Value: part.Interface()}})
	if err != nil {
		return fmt.Errorf("store: encode the links of %s: %w", l.name, err)
	}
	if d.KeyID == "" {
		if d.KeyID, err = key(); err != nil {
			return err
		}
	}
	d.Links, err = l.vault.Seal(ctx, d.KeyID, l.place(l.id(&d.Doc)), plain)
	if errors.Is(err, seal.ErrErased) {
		return l.gone.Because(err)
	}
	return err
}

// get loads a document, or the fault of one that is gone.
func (l *links[T]) get(ctx context.Context, id string) (T, error) {
	d, err := byID[linked[T]](ctx, l.documents, id)
	if err != nil {
		return *new(T), mapNotFound(err, l.gone)
	}
	if err := l.open(ctx, d); err != nil {
		return *new(T), err
	}
	return d.Doc, nil
}

// insert adds a document; document.ErrDuplicate where there is one.
func (l *links[T]) insert(ctx context.Context, doc T) error {
	d := linked[T]{Doc: doc}
	if err := l.seal(ctx, &d, func() (string, error) { return l.vault.NewKey(ctx) }); err != nil {
		return err
	}
	err := insert(ctx, l.documents, d)
	if errors.Is(err, document.ErrDuplicate) && d.KeyID != "" {
		return errors.Join(err, l.vault.Shred(ctx, d.KeyID))
	}
	return err
}

// update changes a document at its revision. A key that was made for it and not used is destroyed, unless it is not known
// whether it was.
func (l *links[T]) update(ctx context.Context, id string, apply func(*T) error) error {
	made, used := "", ""
	key := func() (_ string, err error) {
		if made == "" {
			made, err = l.vault.NewKey(ctx)
		}
		return made, err
	}
	err := update(ctx, l.documents, id, func(d *linked[T]) error {
		if err := l.open(ctx, d); err != nil {
			return err
		}
		if err := apply(&d.Doc); err != nil {
			return err
		}
		defer func() { used = d.KeyID }()
		return l.seal(ctx, d, key)
	})
	if err == nil && made != "" && used != made {
		err = l.vault.Shred(ctx, made)
	}
	return mapNotFound(err, l.gone)
}

// delete destroys the keys of the documents that match, then removes them.
func (l *links[T]) delete(ctx context.Context, filter bson.D) error {
	if err := l.shred(ctx, filter); err != nil {
		return err
	}
	return remove(ctx, l.documents, filter)
}

func (l *links[T]) shred(ctx context.Context, filter bson.D) error {
	keys, err := keysOf(ctx, l.documents, filter)
	if err != nil {
		return err
	}
	defer l.opened.forget(keys...)
	return l.vault.Shred(ctx, keys...)
}

// keysOf names the keys of the documents that match.
func keysOf(ctx context.Context, documents document.Collection, filter bson.D) ([]string, error) {
	var keys []string
	err := documents.Find(ctx, document.Query{Filter: filter}, func(raw bson.Raw) error {
		if key, sealed := raw.Lookup("keyId").StringValueOK(); sealed {
			keys = append(keys, key)
		}
		return nil
	})
	return keys, toFault(err)
}

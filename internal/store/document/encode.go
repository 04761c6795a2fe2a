package document

import (
	"errors"
	"fmt"
	"math"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"
)

// MaxSize is the largest document either engine takes, in bytes: MongoDB's own limit.
const MaxSize = 16 << 20

// Errors of documents no engine takes.
var (
	ErrID   = errors.New("document: _id is not a non-empty string of at most 1024 bytes")
	ErrType = errors.New("document: a BSON type the engines do not share")
	ErrSize = errors.New("document: larger than 16 MiB")
)

const maxID = 1024

// Encode returns a document's bytes and id, or why no engine takes it. Allowed are null, bool, int32, int64, double,
// string, binary, ObjectID, date, array and document: what both engines compare and index alike. NaN is refused.
func Encode(doc any) (bson.Raw, string, error) {
	raw, err := bson.Marshal(doc)
	if err != nil {
		return nil, "", fmt.Errorf("document: encode %T: %w", doc, err)
	}
	if len(raw) > MaxSize {
		return nil, "", ErrSize
	}
	if err := CheckTypes(raw); err != nil {
		return nil, "", err
	}
	id, ok := bson.Raw(raw).Lookup("_id").StringValueOK()
	if !ok || id == "" || len(id) > maxID {
		return nil, "", ErrID
	}
	return raw, id, nil
}

// CheckTypes refuses bytes, of a document or of a filter, that contain a type the engines do not share (ErrType).
func CheckTypes(raw bson.Raw) error {
	length, rest, ok := bsoncore.ReadLength(raw)
	if !ok || int(length) != len(raw) || len(rest) == 0 {
		return errBroken
	}
	for rest = rest[:len(rest)-1]; len(rest) > 0; {
		var e bsoncore.Element
		if e, rest, ok = bsoncore.ReadElement(rest); !ok {
			return errBroken
		}
		v, err := e.ValueErr()
		if err != nil {
			return fmt.Errorf("document: broken bytes: %w", err)
		}
		switch v.Type {
		case bsoncore.TypeNull, bsoncore.TypeBoolean, bsoncore.TypeInt32, bsoncore.TypeInt64, bsoncore.TypeString,
			bsoncore.TypeBinary, bsoncore.TypeObjectID, bsoncore.TypeDateTime:
		case bsoncore.TypeDouble:
			if math.IsNaN(v.Double()) { // whether a range matches it would depend on the index in use
				return fmt.Errorf("%w: not a number in %s", ErrType, e.Key())
			}
		case bsoncore.TypeEmbeddedDocument, bsoncore.TypeArray:
			if err := CheckTypes(bson.Raw(v.Data)); err != nil {
				return err
			}
		default:
			return fmt.Errorf("%w: %s in %s", ErrType, v.Type, e.Key())
		}
	}
	return nil
}

// errBroken refuses bytes that are no document.
var errBroken = errors.New("document: broken bytes")

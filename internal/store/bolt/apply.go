package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"pugongying/internal/store/document"
)

// edit is what happens to one field of a document: a change, or edits below it.
type edit struct {
	name   string
	change *document.Change
	below  []*edit
}

// editsOf makes a tree of an update, which is in order of path.
func editsOf(u document.Update) []*edit {
	root := &edit{}
	for i := range u {
		at := root
		for name := range strings.SplitSeq(u[i].Path, ".") {
			n := slices.IndexFunc(at.below, func(e *edit) bool { return e.name == name })
			if n < 0 {
				n = len(at.below)
				at.below = append(at.below, &edit{name: name})
			}
			at = at.below[n]
		}
		at.change = &u[i]
	}
	return root.below
}

// adds says whether the edit makes a field where there is none.
func (e *edit) adds() bool {
	if e.change != nil {
		return e.change.Op != document.Unset
	}
	return slices.ContainsFunc(e.below, (*edit).adds)
}

// applyTo gives the changed document, or nil when the edits change nothing.
func applyTo(before bson.Raw, edits []*edit) (bson.Raw, error) {
	now, err := appendEdited(make([]byte, 0, len(before)+128), before, edits)
	switch {
	case err != nil:
		return nil, err
	case bytes.Equal(now, before):
		return nil, nil
	case len(now) > document.MaxSize:
		return nil, document.ErrSize
	default:
		return now, nil
	}
}

// appendEdited copies a document field by field, the edited ones changed where they are and new ones behind the others.
func appendEdited(dst []byte, doc bson.Raw, edits []*edit) ([]byte, error) {
	elements, err := doc.Elements()
	if err != nil {
		return nil, fmt.Errorf("bolt: broken bytes: %w", err)
	}
	start, dst := bsoncore.AppendDocumentStart(dst)
	met := make([]bool, len(edits))
	for _, element := range elements {
		name, err := element.KeyErr()
		if err != nil {
			return nil, fmt.Errorf("bolt: broken bytes: %w", err)
		}
		n := slices.IndexFunc(edits, func(e *edit) bool { return e.name == name })
		if n < 0 {
			dst = append(dst, element...)
			continue
		}
		met[n] = true
		if dst, err = edits[n].appendTo(dst, element.Value()); err != nil {
			return nil, err
		}
	}
	for n, e := range edits {
		if met[n] || !e.adds() {
			continue
		}
		if dst, err = e.appendTo(dst, bson.RawValue{}); err != nil {
			return nil, err
		}
	}
	return bsoncore.AppendDocumentEnd(dst, start)
}

// nothing is a document without fields.
var nothing = bson.Raw{5, 0, 0, 0, 0}

// appendTo appends the edited field; the zero value means none.
func (e *edit) appendTo(dst []byte, v bson.RawValue) ([]byte, error) {
	switch {
	case e.change == nil && v.Type == 0:
		return appendEdited(bsoncore.AppendHeader(dst, bsoncore.TypeEmbeddedDocument, e.name), nothing, e.below)
	case e.change == nil && v.Type == bson.TypeEmbeddedDocument:
		return appendEdited(bsoncore.AppendHeader(dst, bsoncore.TypeEmbeddedDocument, e.name), v.Value, e.below)
	case e.change == nil && e.adds():
		return nil, fmt.Errorf("%w: no field can be made in %s, which is %s", document.ErrUpdate, e.name, v.Type)
	case e.change == nil: // nothing below it to unset
		return appendField(dst, e.name, v), nil
	case e.change.Op == document.Unset:
		return dst, nil
	case e.change.Op == document.Inc && v.Type != 0:
		sum, err := add(v, e.change.Value)
		if err != nil {
			return nil, fmt.Errorf("%w: $inc of %s: %w", document.ErrUpdate, e.change.Path, err)
		}
		return appendField(dst, e.name, sum), nil
	default:
		return appendField(dst, e.name, e.change.Value), nil
	}
}

func appendField(dst []byte, name string, v bson.RawValue) []byte {
	return append(bsoncore.AppendHeader(dst, bsoncore.Type(v.Type), name), v.Value...)
}

// add is MongoDB's $inc: an int32 that overflows becomes an int64, an int64 that overflows is refused, a double makes a
// double of both.
func add(have, by bson.RawValue) (bson.RawValue, error) {
	if !have.IsNumber() {
		return bson.RawValue{}, fmt.Errorf("a %s is no number", have.Type)
	}
	if have.Type == bson.TypeDouble || by.Type == bson.TypeDouble {
		sum := have.AsFloat64() + by.AsFloat64()
		if math.IsNaN(sum) {
			return bson.RawValue{}, errors.New("no number comes of it")
		}
		return bson.RawValue{Type: bson.TypeDouble, Value: bsoncore.AppendDouble(nil, sum)}, nil
	}
	a, b := have.AsInt64(), by.AsInt64()
	sum := a + b
	if b != 0 && (sum > a) != (b > 0) {
		return bson.RawValue{}, errors.New("more than 64 bits")
	}
	narrow := have.Type == bson.TypeInt32 && by.Type == bson.TypeInt32
	if narrow && sum <= math.MaxInt32 && sum >= math.MinInt32 {
		return bson.RawValue{Type: bson.TypeInt32, Value: bsoncore.AppendInt32(nil, int32(sum))}, nil
	}
	return bson.RawValue{Type: bson.TypeInt64, Value: bsoncore.AppendInt64(nil, sum)}, nil
}

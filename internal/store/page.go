package store

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/fault"
	"pugongying/internal/store/document"
)

// ErrCursor refuses a page mark that this list never gave out.
var ErrCursor = fault.New(fault.Invalid, "cursor.invalid", "这个翻页标记不能用了，请从头开始看。")

const (
	cursorVersion = 1
	cursorLimit   = 1024 // bytes of the encoded form; ours are below 200
)

// Cursor marks the last item of a page by the value it was sorted on and its id.
type Cursor struct {
	Order string // the sort it belongs to, as "-publishedAt"
	Key   bson.RawValue
	ID    string
}

type cursorBody struct {
	Order string        `bson:"o"`
	Key   bson.RawValue `bson:"k"`
	ID    string        `bson:"i"`
}

// Encode gives the opaque form a client sends back: base64url of a version byte and a BSON document.
func (c Cursor) Encode() (string, error) {
	if !cursorKey(c.Key) {
		return "", fmt.Errorf("store: a list cannot be sorted on %s", c.Key.Type)
	}
	body, err := bson.Marshal(cursorBody(c))
	if err != nil {
		return "", fmt.Errorf("store: encode cursor: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(append([]byte{cursorVersion}, body...)), nil
}

// DecodeCursor reads what Encode gave for a list of this order; anything else is ErrCursor.
func DecodeCursor(order, text string) (Cursor, error) {
	if len(text) > cursorLimit {
		return Cursor{}, ErrCursor
	}
	data, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(data) == 0 || data[0] != cursorVersion {
		return Cursor{}, ErrCursor
	}
	raw := bson.Raw(data[1:])
	if raw.Validate() != nil {
		return Cursor{}, ErrCursor
	}
	var body cursorBody
	if err := bson.Unmarshal(raw, &body); err != nil {
		return Cursor{}, ErrCursor.Because(err)
	}
	if body.Order != order || body.ID == "" || !cursorKey(body.Key) {
		return Cursor{}, ErrCursor
	}
	return Cursor(body), nil
}

// cursorKey says whether a value may stand in a cursor: scalars only, so that no client smuggles a document into a filter.
func cursorKey(v bson.RawValue) bool {
	switch v.Type {
	case bson.TypeString, bson.TypeInt32, bson.TypeInt64, bson.TypeDouble, bson.TypeDateTime:
		return v.Validate() == nil
	default:
		return false
	}
}

// listing is one page of a list. Sort is one field that every matching document has; ties go by _id in the same
// direction, so the index that serves a list is (equality fields…, Sort.Field, _id).
type listing struct {
	Filter bson.D
	Sort   document.Key
	After  string // cursor of the page before, "" for the first
	Limit  int    // at least 1; the door bounds it from above
}

func (l listing) order() string {
	if l.Sort.Desc {
		return "-" + l.Sort.Field
	}
	return l.Sort.Field
}

// query asks for one document more than the page holds, to learn whether another page follows.
func (l listing) query() (document.Query, error) {
	q := document.Query{Filter: slices.Clone(l.Filter), Sort: []document.Key{l.Sort}, Limit: l.Limit + 1}
	if l.Sort.Field != "_id" {
		q.Sort = append(q.Sort, document.Key{Field: "_id", Desc: l.Sort.Desc})
	}
	if l.After == "" {
		return q, nil
	}
	cursor, err := DecodeCursor(l.order(), l.After)
	if err != nil {
		return document.Query{}, err
	}
	q.Filter = append(q.Filter, l.beyond(cursor)...)
	return q, nil
}

// beyond keeps the range on the sort field at the top of the filter, where an index can serve it; the $or only drops
// the documents of that very value which the page before has shown.
func (l listing) beyond(c Cursor) bson.D {
	past, from := "$gt", "$gte"
	if l.Sort.Desc {
		past, from = "$lt", "$lte"
	}
	if l.Sort.Field == "_id" {
		return bson.D{{Key: "_id", Value: bson.D{{Key: past, Value: c.ID}}}}
	}
	return bson.D{
		{Key: l.Sort.Field, Value: bson.D{{Key: from, Value: c.Key}}},
		{Key: "$or", Value: bson.A{
			bson.D{{Key: l.Sort.Field, Value: bson.D{{Key: past, Value: c.Key}}}},
			bson.D{{Key: "_id", Value: bson.D{{Key: past, Value: c.ID}}}},
		}},
	}
}

// page loads one page and the cursor of the next, "" at the end. A cursor that is none is ErrCursor. The filter must not
// itself use $or or a range on the sort field.
func page[T any](ctx context.Context, c document.Collection, l listing) ([]T, string, error) {
	q, err := l.query()
	if err != nil {
		return nil, "", err
	}
	items, more, next := []T{}, false, Cursor{Order: l.order()}
	err = c.Find(ctx, q, func(raw bson.Raw) error {
		if more = len(items) == l.Limit; more {
			return nil
		}
		raw = slices.Clone(raw)
		item, err := decode[T](raw)
		if err != nil {
			return err
		}
		next.Key, next.ID = raw.Lookup(l.Sort.Field), raw.Lookup("_id").StringValue()
		items = append(items, *item)
		return nil
	})
	if err != nil || !more {
		return items, "", settle(err)
	}
	text, err := next.Encode()
	return items, text, err
}

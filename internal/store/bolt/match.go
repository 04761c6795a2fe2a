package bolt

import (
	"bytes"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/store/document"
)

// condition is a document.Condition made ready: its path cut, its values as index keys, which compare as MongoDB compares
// the values.
type condition struct {
	document.Condition
	parts []string
	keys  [][]byte // of Value, or of Values in order
}

// filter is conditions that all hold.
type filter []condition

func parseFilter(d bson.D) (filter, error) {
	parsed, err := document.ParseFilter(d)
	if err != nil {
		return nil, err
	}
	return newFilter(parsed)
}

func newFilter(parsed document.Filter) (filter, error) {
	f := make(filter, len(parsed))
	for i, c := range parsed {
		values := c.Values
		if c.Op != document.In {
			values = []bson.RawValue{c.Value}
		}
		keys := make([][]byte, len(values))
		for n, v := range values {
			key, err := appendKey(nil, v)
			if err != nil {
				return nil, err
			}
			keys[n] = key
		}
		if len(keys) > 1 {
			slices.SortFunc(keys, bytes.Compare)
		}
		f[i] = condition{Condition: c, parts: strings.Split(c.Path, "."), keys: keys}
	}
	return f, nil
}

// matches says whether a stored document satisfies every condition.
func (f filter) matches(doc bson.Raw) bool {
	for i := range f {
		if !f[i].matches(doc) {
			return false
		}
	}
	return true
}

func (c *condition) matches(doc bson.Raw) bool {
	if c.Op == document.Exists {
		return c.below(doc, c.parts) == c.Value.Boolean()
	}
	return c.below(doc, c.parts)
}

// below goes down the path. An array on the way is gone through by its documents, and nothing else in it counts; a value
// on the way that is neither has no fields: the field is missing.
func (c *condition) below(doc bson.Raw, parts []string) bool {
	v, err := doc.LookupErr(parts[0])
	if err != nil {
		return c.holds(bson.RawValue{})
	}
	rest := parts[1:]
	if len(rest) == 0 {
		return c.at(v)
	}
	switch v.Type {
	case bson.TypeEmbeddedDocument:
		return c.below(v.Value, rest)
	case bson.TypeArray:
		return c.any(v, func(element bson.RawValue) bool {
			return element.Type == bson.TypeEmbeddedDocument && c.below(element.Value, rest)
		})
	default:
		return c.holds(bson.RawValue{})
	}
}

// at compares the value at the end of the path: an array by each of its elements and as a whole.
func (c *condition) at(v bson.RawValue) bool {
	return v.Type == bson.TypeArray && c.any(v, c.holds) || c.holds(v)
}

func (c *condition) any(array bson.RawValue, holds func(bson.RawValue) bool) bool {
	values, err := bson.RawArray(array.Value).Values()
	return err == nil && slices.ContainsFunc(values, holds)
}

// holds compares one value; the zero value is a missing field.
func (c *condition) holds(v bson.RawValue) bool {
	switch {
	case c.Op == document.Exists:
		return v.Type != 0
	case len(c.keys) == 0 || len(c.keys) == 1 && c.keys[0][0] != classOf(v):
		return false
	case c.Op == document.Eq && v.Type == c.Value.Type && v.Type == bson.TypeString:
		return bytes.Equal(v.Value, c.Value.Value)
	}
	var room [64]byte
	key, err := appendKey(room[:0], v)
	if err != nil {
		return false
	}
	if c.Op == document.In {
		_, found := slices.BinarySearchFunc(c.keys, key, bytes.Compare)
		return found
	}
	order := bytes.Compare(key, c.keys[0])
	switch c.Op {
	case document.Gt:
		return order > 0
	case document.Gte:
		return order >= 0
	case document.Lt:
		return order < 0
	case document.Lte:
		return order <= 0
	default:
		return order == 0
	}
}

package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/256dpi/lungo/mongokit"
	v1 "go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"pugongying/internal/store/document"
)

// ErrOperator refuses a filter or update that not both engines would understand alike.
var ErrOperator = errors.New("bolt: operator not supported")

// condition is one comparison a matching document must satisfy.
type condition struct {
	path   string
	op     string // $eq, $in, $gt, $gte, $lt, $lte, $exists; anything else is only matched, never served by an index
	value  bson.RawValue
	values []bson.RawValue // of $in
}

// filter is a parsed query: the conditions that all hold, the branches of every $or, and the whole (not kept of
// branches) for mongokit. A search has one of its own: it is not for two goroutines.
type filter struct {
	conditions []condition
	ors        [][]*filter
	opaque     bool // says more than conditions and ors
	raw        bson.Raw
	whole      v1.D // of raw, decoded when mongokit is first asked
}

var fieldOperators = map[string]bool{
	"$eq": true, "$gt": true, "$gte": true, "$lt": true, "$lte": true, "$in": true, "$exists": true,
	"$ne": false, "$nin": false, "$not": false, "$all": false, "$size": false, "$elemMatch": false,
} // true: an index may serve it

func parseFilter(d bson.D) (*filter, error) {
	f := &filter{}
	if len(d) == 0 {
		return f, nil
	}
	raw, err := bson.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("bolt: encode filter: %w", err)
	}
	if err := document.CheckTypes(raw); err != nil {
		return nil, err
	}
	f.raw = raw
	return f, f.gather(raw)
}

func (f *filter) gather(raw bson.Raw) error {
	elements, err := raw.Elements()
	if err != nil {
		return fmt.Errorf("bolt: broken filter: %w", err)
	}
	for _, e := range elements {
		if key := e.Key(); strings.HasPrefix(key, "$") {
			err = f.logical(key, e.Value())
		} else {
			err = f.field(key, e.Value())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (f *filter) logical(op string, v bson.RawValue) error {
	if op != "$and" && op != "$or" && op != "$nor" {
		return fmt.Errorf("%w: %s", ErrOperator, op)
	}
	branches, err := arrayOf(op, v)
	if err != nil {
		return err
	}
	if len(branches) == 0 {
		return fmt.Errorf("%w: empty %s", ErrOperator, op)
	}
	var parsed []*filter
	for _, b := range branches {
		doc, ok := b.DocumentOK()
		if !ok {
			return fmt.Errorf("%w: %s of something else than documents", ErrOperator, op)
		}
		branch := &filter{}
		if err := branch.gather(doc); err != nil {
			return err
		}
		parsed = append(parsed, branch)
	}
	switch op {
	case "$and":
		for _, p := range parsed {
			f.join(p)
		}
	case "$or":
		f.ors = append(f.ors, parsed)
	default:
		f.opaque = true
	}
	return nil
}

// join adds what another filter demands, but for the whole.
func (f *filter) join(other *filter) {
	f.conditions = append(f.conditions, other.conditions...)
	f.ors = append(f.ors, other.ors...)
	f.opaque = f.opaque || other.opaque
}

func (f *filter) field(path string, v bson.RawValue) error {
	operators, err := operatorsOf(v)
	if err != nil {
		return err
	}
	if operators == nil {
		f.conditions = append(f.conditions, condition{path: path, op: "$eq", value: v})
		return nil
	}
	for _, e := range operators {
		op := e.Key()
		served, known := fieldOperators[op]
		if !known {
			return fmt.Errorf("%w: %s", ErrOperator, op)
		}
		c := condition{path: path, op: op, value: e.Value()}
		if op == "$in" || op == "$nin" {
			if c.values, err = arrayOf(op, c.value); err != nil {
				return err
			}
		}
		if !served {
			f.opaque = true
			continue
		}
		f.conditions = append(f.conditions, c)
	}
	return nil
}

// operatorsOf gives the operators of {$gt: …, …}, or nil when v is a value to compare with.
func operatorsOf(v bson.RawValue) ([]bson.RawElement, error) {
	doc, ok := v.DocumentOK()
	if !ok {
		return nil, nil
	}
	elements, err := doc.Elements()
	if err != nil {
		return nil, fmt.Errorf("bolt: broken filter: %w", err)
	}
	if len(elements) == 0 || !strings.HasPrefix(elements[0].Key(), "$") {
		return nil, nil
	}
	return elements, nil
}

func arrayOf(op string, v bson.RawValue) ([]bson.RawValue, error) {
	array, ok := v.ArrayOK()
	if !ok {
		return nil, fmt.Errorf("%w: %s needs an array", ErrOperator, op)
	}
	values, err := array.Values()
	if err != nil {
		return nil, fmt.Errorf("bolt: broken filter: %w", err)
	}
	return values, nil
}

// matches says whether a stored document satisfies the whole filter, and asks mongokit what its bytes do not tell.
func (f *filter) matches(doc bson.Raw) (bool, error) {
	if f.raw == nil {
		return true, nil
	}
	if ok, sure := f.glance(doc); sure {
		return ok, nil
	}
	if f.whole == nil {
		if err := v1.Unmarshal(f.raw, &f.whole); err != nil {
			return false, fmt.Errorf("bolt: decode filter: %w", err)
		}
	}
	var d v1.D
	if err := v1.Unmarshal(doc, &d); err != nil {
		return false, fmt.Errorf("bolt: decode document: %w", err)
	}
	ok, err := mongokit.Match(&d, &f.whole)
	if err != nil {
		return false, fmt.Errorf("%w: %w", ErrOperator, err)
	}
	return ok, nil
}

// glance decides on a document's bytes where equality with strings, booleans and dates alone decides: most searches ask
// for nothing else, and to decode every document they meet is most of their work.
func (f *filter) glance(doc bson.Raw) (ok, sure bool) {
	sure = !f.opaque && len(f.ors) == 0
	for _, c := range f.conditions {
		equal, plain := c.glance(doc)
		if plain && !equal {
			return false, true
		}
		sure = sure && plain
	}
	return true, sure
}

// glance compares bytes where value and field are of one plain type or the field is absent; else it is not plain.
func (c condition) glance(doc bson.Raw) (equal, plain bool) {
	switch c.value.Type {
	case bson.TypeString, bson.TypeBoolean, bson.TypeDateTime:
	default:
		return false, false
	}
	if c.op != "$eq" || strings.Contains(c.path, ".") {
		return false, false
	}
	have, err := doc.LookupErr(c.path)
	if errors.Is(err, bsoncore.ErrElementNotFound) {
		return false, true
	}
	if err != nil || have.Type != c.value.Type {
		return false, false
	}
	return bytes.Equal(have.Value, c.value.Value), true
}

// holds evaluates a condition of a partial index (equality with a scalar, $exists: true) on a document's bytes.
func (c condition) holds(doc bson.Raw) bool {
	path := strings.Split(c.path, ".")
	start := bson.RawValue{Type: bson.TypeEmbeddedDocument, Value: doc}
	if c.op == "$exists" {
		return exists(start, path)
	}
	want, err := appendKey(nil, c.value)
	if err != nil {
		return false
	}
	found := false
	_, err = expand([]slot{{value: start, rest: path}}, func(s []slot) error {
		if !s[0].empty {
			have, err := appendKey(nil, s[0].value)
			found = found || err == nil && bytes.Equal(have, want)
		}
		return nil
	})
	return err == nil && found
}

func exists(v bson.RawValue, path []string) bool {
	if len(path) == 0 {
		return true
	}
	if doc, ok := v.DocumentOK(); ok {
		next, err := doc.LookupErr(path[0])
		return err == nil && exists(next, path[1:])
	}
	array, ok := v.ArrayOK()
	if !ok {
		return false
	}
	values, err := array.Values()
	if err != nil {
		return false
	}
	for _, element := range values {
		if element.Type == bson.TypeEmbeddedDocument && exists(element, path) {
			return true
		}
	}
	return false
}

package document

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// ErrOperator refuses a filter, an order or an update outside the vocabulary that both engines share.
var ErrOperator = errors.New("document: outside the shared vocabulary")

// Op is what a condition compares by, as MongoDB spells it.
type Op string

// The operators of a filter. A field with a plain value is Eq.
const (
	Eq     Op = "$eq"
	In     Op = "$in"
	Gt     Op = "$gt"
	Gte    Op = "$gte"
	Lt     Op = "$lt"
	Lte    Op = "$lte"
	Exists Op = "$exists"
)

// Condition is one comparison that a matching document satisfies: with its field's value or, where that is an array, with
// the array or one of its elements (https://www.mongodb.com/docs/manual/tutorial/query-arrays/). Null equals a missing
// field. A range compares within the type of its value and with no other.
type Condition struct {
	Path   string // dotted, without array positions
	Op     Op
	Value  bson.RawValue   // a boolean for Exists; a range has a number, string, binary, ObjectID, boolean or date
	Values []bson.RawValue // of In
}

// Ranges reports whether the condition is $gt, $gte, $lt or $lte.
func (c Condition) Ranges() bool { return c.Op == Gt || c.Op == Gte || c.Op == Lt || c.Op == Lte }

// Filter is a parsed filter: all its conditions must be true. Without any it matches every document.
type Filter []Condition

// ParseFilter reads a MongoDB filter of fields with values, $eq, $in, $gt, $gte, $lt, $lte and $exists. Everything else is
// ErrOperator, a type the engines do not share ErrType.
func ParseFilter(filter bson.D) (Filter, error) {
	if len(filter) == 0 {
		return nil, nil
	}
	raw, err := bson.Marshal(filter)
	if err != nil {
		return nil, fmt.Errorf("document: encode filter: %w", err)
	}
	if err := CheckTypes(raw); err != nil {
		return nil, err
	}
	elements, err := bson.Raw(raw).Elements()
	if err != nil {
		return nil, fmt.Errorf("document: broken filter: %w", err)
	}
	f := make(Filter, 0, len(elements))
	for _, e := range elements {
		if f, err = f.field(e.Key(), e.Value()); err != nil {
			return nil, err
		}
	}
	return f, nil
}

func (f Filter) field(path string, v bson.RawValue) (Filter, error) {
	if !plainPath(path) {
		return nil, fmt.Errorf("%w: a filter on %q", ErrOperator, path)
	}
	operators, err := operatorsOf(v)
	if err != nil {
		return nil, err
	}
	if operators == nil {
		return append(f, Condition{Path: path, Op: Eq, Value: v}), nil
	}
	for _, e := range operators {
		c, err := conditionOf(path, Op(e.Key()), e.Value())
		if err != nil {
			return nil, err
		}
		f = append(f, c)
	}
	return f, nil
}

// operatorsOf returns the operators of {$gt: …, …}, or nil when v is a value to compare with.
func operatorsOf(v bson.RawValue) ([]bson.RawElement, error) {
	doc, ok := v.DocumentOK()
	if !ok {
		return nil, nil
	}
	elements, err := doc.Elements()
	if err != nil {
		return nil, fmt.Errorf("document: broken filter: %w", err)
	}
	if len(elements) == 0 || !strings.HasPrefix(elements[0].Key(), "$") {
		return nil, nil
	}
	return elements, nil
}

func conditionOf(path string, op Op, v bson.RawValue) (Condition, error) {
	c := Condition{Path: path, Op: op, Value: v}
	fits := true
	switch op {
	case Eq:
	case In:
		var array bson.RawArray
		if array, fits = v.ArrayOK(); fits {
			values, err := array.Values()
			if err != nil {
				return Condition{}, fmt.Errorf("document: broken filter: %w", err)
			}
			c.Values = values
		}
	case Exists:
		fits = v.Type == bson.TypeBoolean
	case Gt, Gte, Lt, Lte:
		fits = v.Type != bson.TypeNull && v.Type != bson.TypeArray && v.Type != bson.TypeEmbeddedDocument
	default:
		fits = false
	}
	if !fits {
		return Condition{}, fmt.Errorf("%w: %s with %s on %q", ErrOperator, op, v.Type, path)
	}
	return c, nil
}

// Parse returns the query's filter, or why the engines would not both answer it alike.
func (q Query) Parse() (Filter, error) {
	for i, k := range q.Sort {
		again := slices.ContainsFunc(q.Sort[:i], func(other Key) bool { return other.Field == k.Field })
		if !plainPath(k.Field) || again || i == maxKeys {
			return nil, fmt.Errorf("%w: an order by %q", ErrOperator, k.Field)
		}
	}
	if q.Limit < 0 {
		return nil, fmt.Errorf("%w: limit %d", ErrOperator, q.Limit)
	}
	return ParseFilter(q.Filter)
}

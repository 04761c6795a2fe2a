package document

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// ErrUpdate is an update that does not fit the document: $inc of a value that is no number or past 64 bits, or a field
// below a value that is no document.
var ErrUpdate = errors.New("document: update does not fit the document")

// The operators of an update.
const (
	Set   Op = "$set"
	Unset Op = "$unset"
	Inc   Op = "$inc"
)

// Change is what an update does to one field. Documents on the way that are missing are made; an array is replaced whole.
type Change struct {
	Op    Op
	Path  string        // dotted, without array positions; never _id
	Value bson.RawValue // a number for Inc
}

// Update is a parsed update, in order of path: new fields are added in that order, as MongoDB has it since 5.0.
type Update []Change

// ParseUpdate reads a MongoDB update of $set, $unset and $inc. Everything else is ErrOperator, and so are an empty update,
// the field _id, and two changes of which one is inside the other.
func ParseUpdate(update bson.D) (Update, error) {
	if len(update) == 0 {
		return nil, fmt.Errorf("%w: an update of nothing", ErrOperator)
	}
	raw, err := bson.Marshal(update)
	if err != nil {
		return nil, fmt.Errorf("document: encode update: %w", err)
	}
	if err := CheckTypes(raw); err != nil {
		return nil, err
	}
	elements, err := bson.Raw(raw).Elements()
	if err != nil {
		return nil, fmt.Errorf("document: broken update: %w", err)
	}
	var u Update
	for _, e := range elements {
		if u, err = u.operator(Op(e.Key()), e.Value()); err != nil {
			return nil, err
		}
	}
	if len(u) == 0 {
		return nil, fmt.Errorf("%w: an update of nothing", ErrOperator)
	}
	slices.SortFunc(u, func(a, b Change) int { return strings.Compare(a.Path, b.Path) })
	return u, u.conflict()
}

func (u Update) operator(op Op, v bson.RawValue) (Update, error) {
	fields, ok := v.DocumentOK()
	if !ok || op != Set && op != Unset && op != Inc {
		return nil, fmt.Errorf("%w: update by %s", ErrOperator, op)
	}
	elements, err := fields.Elements()
	if err != nil {
		return nil, fmt.Errorf("document: broken update: %w", err)
	}
	for _, e := range elements {
		c := Change{Op: op, Path: e.Key(), Value: e.Value()}
		if !plainPath(c.Path) || c.Path == "_id" || strings.HasPrefix(c.Path, "_id.") || op == Inc && !c.Value.IsNumber() {
			return nil, fmt.Errorf("%w: %s with %s on %q", ErrOperator, op, c.Value.Type, c.Path)
		}
		u = append(u, c)
	}
	return u, nil
}

func (u Update) conflict() error {
	for i, a := range u {
		for _, b := range u[i+1:] {
			if a.Path == b.Path || strings.HasPrefix(b.Path, a.Path+".") {
				return fmt.Errorf("%w: changes of %q and %q meet", ErrOperator, a.Path, b.Path)
			}
		}
	}
	return nil
}

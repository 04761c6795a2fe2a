package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/256dpi/lungo/bsonkit"
	"github.com/256dpi/lungo/mongokit"
	v1 "go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/store/document"
)

// ErrUpdate refuses an update that does not fit the document, as MongoDB would.
var ErrUpdate = errors.New("bolt: update refused")

var updateOperators = map[string]bool{
	"$set": true, "$unset": true, "$inc": true, "$push": true, "$pull": true, "$addToSet": true,
}

// update is a parsed MongoDB update, in driver v1's types that mongokit speaks.
type update struct{ operators v1.D }

func parseUpdate(d bson.D) (*update, error) {
	if len(d) == 0 {
		return nil, fmt.Errorf("%w: empty", ErrUpdate)
	}
	for _, e := range d {
		if !updateOperators[e.Key] {
			return nil, fmt.Errorf("%w: %s", ErrOperator, e.Key)
		}
	}
	raw, err := bson.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("bolt: encode update: %w", err)
	}
	u := &update{}
	if err := v1.Unmarshal(raw, &u.operators); err != nil {
		return nil, fmt.Errorf("bolt: decode update: %w", err)
	}
	return u, u.check()
}

// check refuses field paths with positional operators.
func (u *update) check() error {
	for _, op := range u.operators {
		fields, ok := op.Value.(v1.D)
		if !ok {
			return fmt.Errorf("%w: %s needs a document", ErrUpdate, op.Key)
		}
		for _, f := range fields {
			for _, part := range strings.Split(f.Key, ".") {
				if part == "" || part[0] == '$' {
					return fmt.Errorf("%w: %s on %q", ErrOperator, op.Key, f.Key)
				}
			}
		}
	}
	return nil
}

// apply gives the changed document, or nil when the update changes nothing.
func (u *update) apply(before bson.Raw, id string) (bson.Raw, error) {
	var doc v1.D
	if err := v1.Unmarshal(before, &doc); err != nil {
		return nil, fmt.Errorf("bolt: decode document: %w", err)
	}
	if err := u.widen(&doc); err != nil {
		return nil, err
	}
	if _, err := mongokit.Apply(&doc, &v1.D{}, &u.operators, false, nil); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUpdate, err)
	}
	raw, err := v1.Marshal(doc)
	if err != nil {
		return nil, fmt.Errorf("bolt: encode document: %w", err)
	}
	if bytes.Equal(raw, before) {
		return nil, nil
	}
	now, newID, err := document.Encode(bson.Raw(raw))
	if err != nil {
		return nil, err
	}
	if newID != id {
		return nil, fmt.Errorf("%w: _id never changes", ErrUpdate)
	}
	return now, nil
}

// widen keeps $inc from wrapping round, which mongokit would do: as on MongoDB an int32 that overflows becomes an int64,
// an int64 that overflows is refused.
func (u *update) widen(doc *v1.D) error {
	for _, op := range u.operators {
		if op.Key != "$inc" {
			continue
		}
		for _, f := range op.Value.(v1.D) {
			have := bsonkit.Get(doc, f.Key)
			a, isInt := integer(have)
			b, byInt := integer(f.Value)
			if !isInt || !byInt {
				continue
			}
			sum := a + b
			if (a > 0) == (b > 0) && (sum > 0) != (a > 0) && a != 0 && b != 0 {
				return fmt.Errorf("%w: $inc overflows %s", ErrUpdate, f.Key)
			}
			if _, narrow := have.(int32); narrow && (sum > math.MaxInt32 || sum < math.MinInt32) {
				if _, err := bsonkit.Put(doc, f.Key, a, false); err != nil {
					return fmt.Errorf("%w: %w", ErrUpdate, err)
				}
			}
		}
	}
	return nil
}

func integer(v any) (int64, bool) {
	switch n := v.(type) {
	case int32:
		return int64(n), true
	case int64:
		return n, true
	default:
		return 0, false
	}
}

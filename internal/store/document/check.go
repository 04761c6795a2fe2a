package document

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// ErrIndex refuses an index that one of the engines could not maintain.
var ErrIndex = errors.New("document: index cannot be kept")

const maxKeys = 32

// Check reports why not both engines could maintain the index; nil when they can. Required are a name of its own, 1 to 32
// named fields, a Partial of equalities and {$exists: true} only, and an Expire of whole seconds (or ExpireNow) over a
// single field.
func (x Index) Check() error {
	refuse := func(why string) error { return fmt.Errorf("%w: %q: %s", ErrIndex, x.Name, why) }
	if x.Name == "" || x.Name == "_id_" {
		return refuse("needs a name of its own")
	}
	if len(x.Keys) == 0 || len(x.Keys) > maxKeys {
		return refuse("needs 1 to 32 keys")
	}
	for _, k := range x.Keys {
		if !plainPath(k.Field) {
			return refuse("field " + k.Field)
		}
	}
	if x.Expire < 0 || x.Expire > 0 && len(x.Keys) > 1 {
		return refuse("expires over one field only")
	}
	if x.Expire != ExpireNow && x.Expire%time.Second != 0 {
		return refuse("expires after whole seconds")
	}
	for _, e := range x.Partial {
		if !plainPath(e.Key) || !partialValue(e.Value) {
			return refuse("partial on " + e.Key)
		}
	}
	return nil
}

// plainPath is a dotted field path without operators and array positions.
func plainPath(path string) bool {
	for _, part := range strings.Split(path, ".") {
		if part == "" || part[0] == '$' || strings.Trim(part, "0123456789") == "" {
			return false
		}
	}
	return true
}

func partialValue(v any) bool {
	switch value := v.(type) {
	case bson.D:
		return len(value) == 1 && value[0].Key == "$exists" && value[0].Value == true
	case string, bool, int, int32, int64:
		return true
	default:
		return false
	}
}

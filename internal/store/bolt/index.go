package bolt

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/store/document"
)

// index is one declared index: a bucket of encoded keys. A unique index maps the key to the document's id; any other has
// the id behind the key as well, so that equal keys are distinct and in order of _id.
type index struct {
	spec     document.Index
	bucket   []byte
	paths    [][]string
	partial  filter
	multikey atomic.Uint64 // bit n: some document may hold an array on the path of key n; never cleared
	durable  uint64        // those of multikey that are on disk; for the holder of the engine's lock
}

func newIndex(collection string, spec document.Index) (*index, error) {
	if err := spec.Check(); err != nil {
		return nil, err
	}
	x := &index{spec: spec, bucket: []byte("i\x00" + collection + "\x00" + spec.Name)}
	for _, k := range spec.Keys {
		x.paths = append(x.paths, strings.Split(k.Field, "."))
	}
	partial, err := parseFilter(spec.Partial)
	if err != nil {
		return nil, err
	}
	x.partial = partial
	return x, nil
}

// keys gives the encoded keys of a document, sorted and each once, and the positions where it holds arrays. A document
// outside the partial filter has none.
func (x *index) keys(doc bson.Raw) ([][]byte, uint64, error) {
	if doc == nil || !x.partial.matches(doc) {
		return nil, 0, nil
	}
	slots := make([]slot, len(x.paths))
	for i, path := range x.paths {
		slots[i] = slot{value: bson.RawValue{Type: bson.TypeEmbeddedDocument, Value: doc}, rest: path}
	}
	var keys [][]byte
	mask, err := expand(slots, func(values []slot) error {
		key, err := x.encode(values)
		keys = append(keys, key)
		return err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("bolt: index %s: %w", x.spec.Name, err)
	}
	if len(keys) > 1 {
		slices.SortFunc(keys, bytes.Compare)
		keys = slices.CompactFunc(keys, bytes.Equal)
	}
	return keys, mask, nil
}

func (x *index) encode(values []slot) ([]byte, error) {
	var err error
	key := make([]byte, 0, 16*len(values)+32)
	for i, s := range values {
		start := len(key)
		if s.empty {
			key = append(key, classEmpty)
		} else if key, err = appendKey(key, s.value); err != nil {
			return nil, err
		}
		if x.spec.Keys[i].Desc {
			invert(key, start)
		}
	}
	return key, nil
}

// stored is the key in the bucket for an encoded key of the document with this id.
func (x *index) stored(key []byte, id string) []byte {
	if x.spec.Unique {
		return key
	}
	return append(slices.Clip(key), id...)
}

// slot is one path on its way down a document.
type slot struct {
	value bson.RawValue
	rest  []string
	done  bool
	empty bool // the path ended at an empty array
}

// advance goes down until the path ends, is missing or reaches an array.
func (s *slot) advance() {
	for !s.done {
		switch {
		case s.value.Type == bson.TypeArray:
			return
		case len(s.rest) == 0:
			s.done = true
		case s.value.Type == bson.TypeEmbeddedDocument:
			v, err := bson.Raw(s.value.Value).LookupErr(s.rest[0])
			if err != nil {
				v = bson.RawValue{}
			}
			s.value, s.rest = v, s.rest[1:]
			s.done = err != nil
		default:
			s.value, s.done = bson.RawValue{}, true
		}
	}
}

// into is the slot for one element of the array it has reached.
func (s slot) into(element bson.RawValue) slot {
	switch {
	case len(s.rest) == 0:
		return slot{value: element, done: true} // an array inside an array counts as a whole
	case element.Type == bson.TypeEmbeddedDocument:
		return slot{value: element, rest: s.rest}
	default:
		return slot{done: true}
	}
}

// expand calls emit with every combination of values that MongoDB would index: one for each element of an array, where
// paths through the same array go through it together. Two arrays side by side are refused, as MongoDB does.
func expand(slots []slot, emit func([]slot) error) (uint64, error) {
	var mask uint64
	var array []byte
	for i := range slots {
		slots[i].advance()
		if slots[i].done {
			continue
		}
		if met := slots[i].value.Value; array != nil && &array[0] != &met[0] {
			return 0, fmt.Errorf("%w: two arrays in one index", document.ErrIndex)
		} else {
			array = met
		}
		mask |= 1 << i
	}
	if array == nil {
		return 0, emit(slots)
	}
	elements, err := bson.RawArray(array).Values()
	if err != nil {
		return 0, fmt.Errorf("bolt: broken bytes: %w", err)
	}
	if len(elements) == 0 {
		return mask, emit(atEmpty(slots))
	}
	for _, element := range elements {
		deeper := slices.Clone(slots)
		for i := range deeper {
			if !deeper[i].done {
				deeper[i] = deeper[i].into(element)
			}
		}
		below, err := expand(deeper, emit)
		if err != nil {
			return 0, err
		}
		mask |= below
	}
	return mask, nil
}

func atEmpty(slots []slot) []slot {
	for i := range slots {
		if !slots[i].done {
			slots[i] = slot{done: true, empty: len(slots[i].rest) == 0}
		}
	}
	return slots
}

package bolt

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/store/document"
)

// The first byte of an encoded value: MongoDB's order of types.
const (
	classEmpty    byte = 0x05 // an empty array in an indexed field; sorts before null
	classNull     byte = 0x10 // null and missing alike
	classNumber   byte = 0x20
	classString   byte = 0x30
	classDocument byte = 0x40
	classArray    byte = 0x50
	classBinary   byte = 0x60
	classObjectID byte = 0x70
	classBool     byte = 0x80
	classDate     byte = 0x90
)

// The bytes that end a string: escaped is how 0x00 is written inside it, so that no value is a prefix of another.
const (
	escaped    byte = 0xFF
	terminator byte = 0x01
)

// appendKey appends a value so that the bytes of two values compare as MongoDB compares the values, and so that no
// encoding is a prefix of another. The zero RawValue is a missing field.
func appendKey(b []byte, v bson.RawValue) ([]byte, error) {
	switch v.Type {
	case 0, bson.TypeNull:
		return append(b, classNull), nil
	case bson.TypeInt32:
		return appendInt(append(b, classNumber), int64(v.Int32())), nil
	case bson.TypeInt64:
		return appendInt(append(b, classNumber), v.Int64()), nil
	case bson.TypeDouble:
		return appendDouble(append(b, classNumber), v.Double()), nil
	case bson.TypeString:
		return appendText(append(b, classString), v.Value[4:len(v.Value)-1]), nil
	case bson.TypeBinary:
		subtype, data := v.Binary()
		b = binary.BigEndian.AppendUint32(append(b, classBinary), uint32(len(data)))
		return append(append(b, subtype), data...), nil
	case bson.TypeObjectID:
		return append(append(b, classObjectID), v.Value...), nil
	case bson.TypeBoolean:
		return append(b, classBool, v.Value[0]), nil
	case bson.TypeDateTime:
		return binary.BigEndian.AppendUint64(append(b, classDate), orderedInt(v.DateTime())), nil
	case bson.TypeEmbeddedDocument:
		return appendNested(append(b, classDocument), v, true)
	case bson.TypeArray:
		return appendNested(append(b, classArray), v, false)
	default:
		return nil, fmt.Errorf("%w: %s in an index key", document.ErrType, v.Type)
	}
}

// appendNested encodes documents element by element (type, name, value) and arrays value by value, ended by a zero that
// sorts before every class byte.
func appendNested(b []byte, v bson.RawValue, named bool) ([]byte, error) {
	elements, err := bson.Raw(v.Value).Elements()
	if err != nil {
		return nil, fmt.Errorf("bolt: broken bytes: %w", err)
	}
	for _, e := range elements {
		value := e.Value()
		if named {
			b = appendText(append(b, classOf(value)), []byte(e.Key()))
		}
		if b, err = appendKey(b, value); err != nil {
			return nil, err
		}
	}
	return append(b, 0), nil
}

// appendInt writes the largest double that is not above n, then what n exceeds it by, so that int64 beyond 2^53 keep
// their order among doubles.
func appendInt(b []byte, n int64) []byte {
	f := float64(n)
	if f >= 1<<63 || int64(f) > n {
		f = math.Nextafter(f, math.Inf(-1))
	}
	b = binary.BigEndian.AppendUint64(b, orderedDouble(f))
	return binary.BigEndian.AppendUint16(b, uint16(n-int64(f)))
}

func appendDouble(b []byte, f float64) []byte {
	return append(binary.BigEndian.AppendUint64(b, orderedDouble(f)), 0, 0)
}

func orderedDouble(f float64) uint64 {
	switch {
	case math.IsNaN(f):
		return 0 // MongoDB: NaN is the smallest number
	case f == 0:
		return 1 << 63 // -0 and 0 are one value
	}
	bits := math.Float64bits(f)
	if bits>>63 == 1 {
		return ^bits
	}
	return bits | 1<<63
}

func orderedInt(n int64) uint64 { return uint64(n) ^ 1<<63 }

func appendText(b, text []byte) []byte {
	for {
		i := bytes.IndexByte(text, 0)
		if i < 0 {
			return append(append(b, text...), 0, terminator)
		}
		b = append(append(b, text[:i]...), 0, escaped)
		text = text[i+1:]
	}
}

// classOf is the first byte appendKey writes for v, without writing it.
func classOf(v bson.RawValue) byte {
	switch v.Type {
	case bson.TypeInt32, bson.TypeInt64, bson.TypeDouble:
		return classNumber
	case bson.TypeString:
		return classString
	case bson.TypeEmbeddedDocument:
		return classDocument
	case bson.TypeArray:
		return classArray
	case bson.TypeBinary:
		return classBinary
	case bson.TypeObjectID:
		return classObjectID
	case bson.TypeBoolean:
		return classBool
	case bson.TypeDateTime:
		return classDate
	default:
		return classNull
	}
}

// invert flips the bytes from position start on, which turns their order round.
func invert(b []byte, start int) {
	for i := start; i < len(b); i++ {
		b[i] = ^b[i]
	}
}

// after is the smallest key above every key that begins with prefix; nil when there is none.
func after(prefix []byte) []byte {
	for i := len(prefix) - 1; i >= 0; i-- {
		if prefix[i] < 0xFF {
			next := bytes.Clone(prefix[:i+1])
			next[i]++
			return next
		}
	}
	return nil
}

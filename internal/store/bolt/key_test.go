package bolt

import (
	"bytes"
	"math"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

func rawOf(t testing.TB, v any) bson.RawValue {
	t.Helper()
	raw, err := bson.Marshal(bson.D{{Key: "v", Value: v}})
	if err != nil {
		t.Fatal(err)
	}
	return bson.Raw(raw).Lookup("v")
}

func keyOf(t testing.TB, v any) []byte {
	t.Helper()
	key, err := appendKey(nil, rawOf(t, v))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// Every value sorts before the next one; those in one row are equal.
var ladder = [][]any{
	{nil},
	{math.NaN()},
	{math.Inf(-1)},
	{-math.MaxFloat64},
	{int64(math.MinInt64), float64(math.MinInt64)},
	{int64(-1<<53 - 1)},
	{int64(-1 << 53), -float64(1 << 53)},
	{-1.5},
	{int32(-1), int64(-1), -1.0},
	{-math.SmallestNonzeroFloat64},
	{0.0, math.Copysign(0, -1), int32(0), int64(0)},
	{math.SmallestNonzeroFloat64},
	{int32(1), int64(1), 1.0},
	{1.5},
	{int64(1 << 53), float64(1 << 53)},
	{int64(1<<53 + 1)},
	{int64(1<<53 + 2), float64(1<<53 + 2)},
	{int64(math.MaxInt64 - 1)},
	{int64(math.MaxInt64)},
	{float64(math.MaxInt64)}, // 2^63
	{math.MaxFloat64},
	{math.Inf(1)},
	{""},
	{"\x00"},
	{"\x00\x00"},
	{"\x00a"},
	{"\x01"},
	{"a"},
	{"a\x00"},
	{"a\x00b"},
	{"a\x01"},
	{"ab"},
	{"ä"},
	{"蒲公英"},
	{bson.D{}},
	{bson.D{{Key: "a", Value: 1}}, bson.D{{Key: "a", Value: 1.0}}},
	{bson.D{{Key: "a", Value: 1}, {Key: "b", Value: 0}}},
	{bson.D{{Key: "a", Value: 2}}},
	{bson.D{{Key: "b", Value: 1}}},
	{bson.D{{Key: "a", Value: "text after numbers"}}},
	{bson.A{}},
	{bson.A{1}, bson.A{int64(1)}},
	{bson.A{1, 1}},
	{bson.A{2}},
	{[]byte{}},
	{[]byte{9}},
	{[]byte{0, 0}},
	{bson.Binary{Subtype: 5, Data: []byte{0, 0}}},
	{bson.ObjectID{1}},
	{bson.ObjectID{2}},
	{false},
	{true},
	{time.UnixMilli(-1)},
	{time.UnixMilli(0)},
	{time.UnixMilli(1)},
}

func TestKeysCompareAsTheirValues(t *testing.T) {
	for i, row := range ladder {
		for j, other := range ladder {
			for _, a := range row {
				for _, b := range other {
					want := sign(i - j)
					if got := bytes.Compare(keyOf(t, a), keyOf(t, b)); got != want {
						t.Errorf("%#v against %#v: %d, want %d", a, b, got, want)
					}
					down := bytes.Compare(inverted(keyOf(t, a)), inverted(keyOf(t, b)))
					if down != -want {
						t.Errorf("descending %#v against %#v: %d, want %d", a, b, down, -want)
					}
				}
			}
		}
	}
}

func sign(n int) int { return max(-1, min(1, n)) }

func inverted(b []byte) []byte {
	invert(b, 0)
	return b
}

func TestNoKeyIsThePrefixOfAnother(t *testing.T) {
	for i, row := range ladder {
		for j, other := range ladder {
			if i != j && bytes.HasPrefix(keyOf(t, row[0]), keyOf(t, other[0])) {
				t.Errorf("%#v begins with %#v", row[0], other[0])
			}
		}
	}
}

func TestKeysRefuseTypesTheyCannotOrder(t *testing.T) {
	if _, err := appendKey(nil, rawOf(t, bson.Regex{Pattern: "x"})); err == nil {
		t.Error("a regular expression got a key")
	}
	if _, err := appendKey(nil, rawOf(t, bson.A{bson.Regex{Pattern: "x"}})); err == nil {
		t.Error("a regular expression inside an array got a key")
	}
}

func TestAfterIsTheNextKeyBehindAPrefix(t *testing.T) {
	for _, c := range []struct{ prefix, want []byte }{
		{[]byte("a"), []byte("b")}, {[]byte{1, 0xFF, 0xFF}, []byte{2}}, {[]byte{0xFF}, nil}, {nil, nil},
	} {
		if got := after(c.prefix); !bytes.Equal(got, c.want) || (got == nil) != (c.want == nil) {
			t.Errorf("after %x is %x", c.prefix, got)
		}
	}
}

func FuzzTextKeysKeepTheirOrder(f *testing.F) {
	f.Add("a", "a\x00")
	f.Fuzz(func(t *testing.T, a, b string) {
		left, right := appendText(nil, []byte(a)), appendText(nil, []byte(b))
		if got, want := bytes.Compare(left, right), bytes.Compare([]byte(a), []byte(b)); got != want {
			t.Errorf("%q against %q: %d, want %d", a, b, got, want)
		}
	})
}

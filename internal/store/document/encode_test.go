package document_test

import (
	"slices"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/store/document"
)

// Bytes that are no document are refused wherever they are cut, and whatever is written over their lengths.
func TestBrokenBytesAreRefused(t *testing.T) {
	whole, err := bson.Marshal(d{e("_id", "a"), e("in", d{e("list", bson.A{1, "two", 3.0, nil})}), e("b", []byte{1, 2, 3})})
	if err != nil {
		t.Fatal(err)
	}
	if err := document.CheckTypes(whole); err != nil {
		t.Fatalf("control: %v", err)
	}
	for n := range whole {
		if err := document.CheckTypes(whole[:n]); err == nil {
			t.Errorf("cut to %d bytes it was taken", n)
		}
		bent := slices.Clone(whole)
		bent[n] ^= 0xFF
		_ = document.CheckTypes(bent) // a value may well be another one; it must only not panic
	}
	if n := testing.AllocsPerRun(100, func() { _ = document.CheckTypes(whole) }); n > 0 {
		t.Errorf("%v allocations to look at a document", n)
	}
}

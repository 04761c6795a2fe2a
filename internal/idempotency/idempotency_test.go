package idempotency

import "testing"

func TestKeysAreBoundToActorRouteAndBody(t *testing.T) {
	base := New("m1", "POST /a", "k", []byte(`{}`))
	for name, other := range map[string]*Key{
		"other actor": New("m2", "POST /a", "k", []byte(`{}`)),
		"other route": New("m1", "POST /b", "k", []byte(`{}`)),
		"other key":   New("m1", "POST /a", "l", []byte(`{}`)),
		"other body":  New("m1", "POST /a", "k", []byte(`{"a":1}`)),
		"none stored": nil,
	} {
		if base.Same(other) == nil {
			t.Errorf("%s: taken for the same request", name)
		}
	}
	if err := base.Same(New("m1", "POST /a", "k", []byte(`{}`))); err != nil {
		t.Errorf("the same request again: %v", err)
	}
	if New("m1", "POST /a", "", nil) != nil {
		t.Error("no key sent gave a key")
	}
}

package store_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/member"
	"pugongying/internal/seal"
	"pugongying/internal/store"
	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
)

// countedKeys counts how often a key was read.
type countedKeys struct {
	seal.KeyStore
	read int
}

func (c *countedKeys) Key(ctx context.Context, id string) (seal.WrappedKey, error) {
	c.read++
	return c.KeyStore.Key(ctx, id)
}

// One visit unwraps her key once; a change, an erasure and another member are never answered from what was opened before.
func TestWhatWasOpenedIsRememberedForItsOwnBytesAlone(t *testing.T) {
	engine := testkit.Embedded(t)
	ready(t, engine)
	keys := &countedKeys{KeyStore: store.NewKeys(engine)}
	members := store.NewMembers(engine, seal.NewVault(seal.Demo(), keys))
	for _, m := range []member.Member{hers("HER", "hers"), hers("HIM", "his")} {
		if err := members.InsertMember(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	want := func(id member.ID, handle member.Handle) {
		t.Helper()
		if m, err := members.Member(t.Context(), id); err != nil || m.Layers.Open.Handle != handle {
			t.Fatalf("%s = %+v, %v", id, m.Layers, err)
		}
	}
	keys.read = 0
	for range 5 {
		want("HER", "hers")
		want("HIM", "his")
	}
	if keys.read != 2 {
		t.Errorf("ten reads of two members read %d keys", keys.read)
	}
	err := members.UpdateMember(t.Context(), "HER", func(m *member.Member) error { m.Layers.Open.Handle = "new"; return nil })
	if err != nil {
		t.Fatal(err)
	}
	want("HER", "new")

	// A key that is destroyed is forgotten at once, although the document is still there.
	var raw bson.Raw
	err = engine.Collection("members").Find(t.Context(), document.Query{Filter: bson.D{{Key: "_id", Value: "HER"}}}, func(doc bson.Raw) error {
		raw = slices.Clone(doc)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := members.DeleteMember(t.Context(), "HER"); err != nil {
		t.Fatal(err)
	}
	if err := engine.Collection("members").Insert(t.Context(), raw); err != nil {
		t.Fatal(err)
	}
	if m, err := members.Member(t.Context(), "HER"); !errors.Is(err, member.ErrUnknown) {
		t.Errorf("erased, and her document put back: %+v, %v", m.Layers, err)
	}
	want("HIM", "his") // the control
}

func hers(id member.ID, handle member.Handle) member.Member {
	return member.Member{ID: id, Kind: member.Guest, Layers: member.Layers{Open: member.Layer{Handle: handle}}}
}

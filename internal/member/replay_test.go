package member_test

import (
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

// copyOf is a copy of documents: all of them, by collection.
type copyOf map[string][]bson.Raw

// copied copies these collections.
func (k *kit) copied(t testing.TB, collections ...string) copyOf {
	t.Helper()
	all := copyOf{}
	for _, name := range collections {
		err := k.engine.Collection(name).Find(ctx, document.Query{}, func(raw bson.Raw) error {
			all[name] = append(all[name], slices.Clone(raw))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func (k *kit) restore(t testing.TB, all copyOf) {
	t.Helper()
	for name, docs := range all {
		for _, doc := range docs {
			if err := k.engine.Collection(name).Insert(ctx, doc); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// longLived are the collections that a long-lived copy holds.
func longLived() []string {
	var names []string
	for _, d := range store.Declarations() {
		if !slices.Contains(store.ShortLived(), d.Collection) {
			names = append(names, d.Collection)
		}
	}
	return append(names, "things")
}

// TestACopyMadeBeforeTheErasureGivesNothingBack erases, restores the copy that was made before into an empty store with
// the newest keys and the newest list, and looks there.
func TestACopyMadeBeforeTheErasureGivesNothingBack(t *testing.T) {
	onEngines(t, func(t *testing.T, k *kit) {
		in, who := k.full(t)
		bystander, other := k.weChat(t, "o2")
		documents, oldKeys := k.copied(t, longLived()...), k.copied(t, store.ShortLived()...)
		if err := k.Erase(ctx, who.ID); err != nil {
			t.Fatal(err)
		}
		k.gone(t, who.ID)
		newest := k.copied(t, store.ShortLived()...)
		list, err := k.Erasures(ctx, "2096-01-01")
		if err != nil || len(list) != 2 {
			t.Fatalf("the list: %v, %v", list, err)
		}

		control := newKit(t, testkit.Embedded(t))
		control.clock.Set(k.clock.Now())
		control.restore(t, documents)
		control.restore(t, oldKeys)
		if _, opened, err := control.Recipient(ctx, who.ID); err != nil || opened != openID {
			t.Fatalf("control: with the keys of that day it opens: %q, %v", opened, err)
		}

		r := newKit(t, testkit.Embedded(t))
		r.clock.Set(k.clock.Now())
		r.restore(t, documents)
		r.restore(t, newest)
		if _, _, err := r.Recipient(ctx, who.ID); !errors.Is(err, seal.ErrErased) {
			t.Errorf("her openid in the restored copy: %v", err)
		}
		if _, err := r.Resolve(ctx, in.Token); err != nil {
			t.Fatalf("control: before the replay her session is back: %v", err)
		}
		r.cache.saved = map[string]remembered{}
		for _, want := range []int{2, 0} { // she, and the layer of hers that has bookmarks
			if n, err := r.ReplayErasures(ctx, list); n != want || err != nil {
				t.Errorf("ReplayErasures = %d, %v, want %d", n, err, want)
			}
		}
		if found := r.holding(t, string(who.ID)); len(found) != 0 {
			t.Errorf("after the replay she is in %v", found)
		}
		if _, err := r.Resolve(ctx, in.Token); !errors.Is(err, member.ErrSessionUnknown) {
			t.Errorf("her session: %v", err)
		}
		if r.resolve(t, bystander) != other {
			t.Error("somebody else suffered")
		}
		if _, opened, err := r.Recipient(ctx, other.ID); err != nil || opened != "o2" {
			t.Errorf("somebody else's openid: %q, %v", opened, err)
		}
		if again, err := r.Erasures(ctx, "2096-01-01"); err != nil || len(again) != 2 {
			t.Errorf("the restored copy has the list %v, %v", again, err)
		}
	})
}

func TestAReplayThatStopsAnywhereIsRepeated(t *testing.T) {
	k := newKit(t, testkit.Embedded(t))
	_, who := k.full(t)
	documents := k.copied(t, longLived()...)
	if err := k.Erase(ctx, who.ID); err != nil {
		t.Fatal(err)
	}
	list, err := k.Erasures(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	deaths := everyDeath(t, func(r *kit) { r.restore(t, documents) },
		func(r *kit) error { _, err := r.ReplayErasures(ctx, list); return err },
		func(death int, r *kit) {
			if _, err := r.ReplayErasures(ctx, list); err != nil {
				t.Fatal(err)
			}
			if found := r.holding(t, string(who.ID)); len(found) != 0 {
				t.Errorf("death %d: left in %v", death, found)
			}
		})
	if deaths < 12 {
		t.Errorf("the server died only %d times", deaths)
	}
}

func TestTheListNamesNobodyAndHoldsNoSweptGuest(t *testing.T) {
	k := newKit(t, testkit.Embedded(t))
	_, chose := k.guest(t, true)
	swept, sweptPrincipal := k.guest(t, true)
	if err := k.EndByKey(ctx, swept.EndKey); err != nil {
		t.Fatal(err)
	}
	if err := k.Erase(ctx, chose.ID); err != nil {
		t.Fatal(err)
	}
	k.clock.Advance(48 * 3600e9)
	if err := k.Reconcile(ctx); err != nil {
		t.Fatal(err)
	}
	k.gone(t, chose.ID)
	k.gone(t, sweptPrincipal.ID)
	if list, err := k.Erasures(ctx, ""); err != nil || len(list) != 2 || list[0].ID == string(chose.ID) {
		t.Errorf("the list: %v, %v", list, err)
	}
}

func TestErasuresOfAnOlderVersionAreFinished(t *testing.T) {
	onEngines(t, func(t *testing.T, k *kit) {
		_, who := k.full(t)
		old := bson.D{{Key: "_id", Value: string(who.ID)}, {Key: "again", Value: k.clock.Now()}, {Key: "schema", Value: int32(1)}}
		if err := k.engine.Collection("erasures").Insert(ctx, old); err != nil {
			t.Fatal(err)
		}
		members := k.stored()
		for range 2 {
			if err := members.RenameErasures(ctx, k.NewErasure); err != nil {
				t.Fatal(err)
			}
		}
		k.gone(t, who.ID)
		if n := k.count(t, "erasures"); n != 1 {
			t.Errorf("%d erasures", n)
		}
	})
}

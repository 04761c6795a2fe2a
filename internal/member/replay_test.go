package member_test

import (
	"errors"
	"fmt"
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

		r := newKit(t, another(t, k.engine))
		r.clock.Set(k.clock.Now())
		r.restore(t, documents)
		r.restore(t, newest)
		if mine, err := control.Things(ctx, who.ID, ""); err != nil || !slices.Contains(k.known[who.ID], string(mine.Handle())) {
			t.Fatalf("control: with the keys of that day she leads to her things: %v, %v", mine.Handle(), err)
		}
		if _, err := r.Things(ctx, who.ID, ""); !errors.Is(err, member.ErrSessionUnknown) {
			t.Errorf("in the restored copy she leads to her things: %v", err)
		}
		if found := r.holding(t, k.known[who.ID]...); len(found) != 2 || found["things"] == 0 || found["shelves"] == 0 {
			t.Errorf("her handles stand in %v", found)
		}
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
		testkit.Score(t, "fields readable after erasure (live, restored copies)", fmt.Sprintf("0 of her openid and handles on %s, restored", k.engine.Describe()),
			!t.Failed(), "with the keys of that day the copy opens, and before the replay her session is back")
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

// another is a fresh engine of the same kind.
func another(t *testing.T, e document.Engine) document.Engine {
	t.Helper()
	if _, embedded := e.(document.Overwriter); embedded {
		return testkit.Embedded(t)
	}
	return testkit.Mongo(t)
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

// older is a member as schema 1 stored her: her settings in her document, her things on her id.
func (k *kit) older(t testing.TB, id string) {
	t.Helper()
	settings := bson.D{{Key: "mistakes", Value: true}, {Key: "reading", Value: true}, {Key: "favourites", Value: false}, {Key: "tries", Value: bson.D{}}}
	doc := bson.D{
		{Key: "_id", Value: id}, {Key: "kind", Value: "wechat"}, {Key: "keeping", Value: settings}, {Key: "createdDay", Value: "2096-11-01"},
		{Key: "until", Value: ""}, {Key: "claimUntil", Value: ""}, {Key: "rev", Value: int64(3)}, {Key: "schema", Value: int32(1)},
	}
	if err := k.engine.Collection("members").Insert(ctx, doc); err != nil {
		t.Fatal(err)
	}
	k.things.add(t, "her first", member.Handle(id), false)
	err := k.stored().UpdateBookmarks(ctx, member.Handle(id), func(b *member.Bookmarks) error {
		b.Read = append(b.Read, member.Bookmark{Slug: "a1", Day: "2096-11-02"})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// rehung checks that her things are hers and that no document but her own names her.
func (k *kit) rehung(t testing.TB, id string) {
	t.Helper()
	if found := k.holding(t, id); len(found) != 1 || found["members"] != 1 {
		t.Errorf("she is named in %v", found)
	}
	mine, err := k.Things(ctx, member.ID(id), "")
	if err != nil {
		t.Fatal(err)
	}
	read, _, err := k.Bookmarks(ctx, mine)
	if n := k.things.of(t, mine.Handle()); err != nil || n != 1 || len(read) != 1 || !mine.Mistakes() {
		t.Errorf("%d things, %v read, %v", n, read, err)
	}
}

func TestThingsOfSchema1GetAHandleAtWhateverStepThatStops(t *testing.T) {
	deaths := everyDeath(t, func(k *kit) { k.older(t, "OLDER") },
		func(k *kit) error { return k.Rehang(ctx) },
		func(_ int, k *kit) {
			if err := k.Rehang(ctx); err != nil {
				t.Fatal(err)
			}
			k.rehung(t, "OLDER")
		})
	if deaths < 8 {
		t.Errorf("the server died only %d times", deaths)
	}
	onEngines(t, func(t *testing.T, k *kit) {
		k.older(t, "OLDER")
		if found := k.holding(t, "OLDER"); found["things"] != 1 {
			t.Fatalf("control: her things do not name her: %v", found)
		}
		for range 2 {
			if err := k.Rehang(ctx); err != nil {
				t.Fatal(err)
			}
		}
		k.rehung(t, "OLDER")
	})
}

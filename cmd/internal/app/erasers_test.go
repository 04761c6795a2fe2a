package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/config"
	"pugongying/internal/member"
	"pugongying/internal/store"
	"pugongying/internal/testkit"
)

// her and other are members of whom every collection stores something.
const her, other = member.ID("HER"), member.ID("OTHER")

func TestWhoeverIsErasedIsGoneFromEveryCollectionThatNamesMembers(t *testing.T) {
	onEngines(t, func(t *testing.T, a *App) {
		a.fill(t)
		if left := a.naming(t, her); len(left) != len(a.places()) {
			t.Fatalf("before: %q", left)
		}
		if err := a.Members.Erase(t.Context(), her); err != nil {
			t.Fatal(err)
		}
		if left := a.naming(t, her); !slices.Equal(left, []string{"erasures.member"}) {
			t.Errorf("after her erasure she is named by %q", left)
		}
		if left := a.naming(t, other); len(left) != len(a.places()) {
			t.Errorf("somebody else is left in %q alone", left)
		}
		testkit.Score(t, "collections with an owner and no eraser", fmt.Sprintf("0 of %d fields that name members", len(a.places())), !t.Failed(),
			"without the quiz's eraser two fields still name her (TestACapabilityWithoutItsEraserIsSeen)")
	})
}

// TestACapabilityWithoutItsEraserIsSeen is the control: the same search finds what is left behind when one eraser is
// missing.
func TestACapabilityWithoutItsEraserIsSeen(t *testing.T) {
	onEngines(t, func(t *testing.T, a *App) {
		parts := a.memberParts()
		parts.Holders.Erasers = []member.Eraser{}
		members, err := member.New(parts)
		if err != nil {
			t.Fatal(err)
		}
		a.fill(t)
		if err := members.Erase(t.Context(), her); err != nil {
			t.Fatal(err)
		}
		if left := a.naming(t, her); !slices.Contains(left, "attempts.owner") || !slices.Contains(left, "dismissals._id") {
			t.Errorf("without the quiz's eraser she is named by %q", left)
		}
	})
}

// places are the fields that name members, as "collection.field".
func (a *App) places() []string {
	var all []string
	for collection, fields := range store.Owners() {
		for _, field := range fields {
			all = append(all, collection+"."+field)
		}
	}
	return slices.Sorted(slices.Values(all))
}

// fill names both members once in every place.
func (a *App) fill(t *testing.T) {
	t.Helper()
	for _, place := range a.places() {
		collection, field, _ := strings.Cut(place, ".")
		for _, who := range []member.ID{her, other} {
			doc := bson.D{{Key: "_id", Value: rand.Text()}, {Key: "endHash", Value: rand.Text()}, {Key: "rev", Value: int64(1)}}
			if field == "_id" {
				doc[0].Value = string(who)
			} else {
				doc = append(doc, bson.E{Key: field, Value: string(who)})
			}
			if err := a.Documents.Collection(collection).Insert(t.Context(), doc); err != nil {
				t.Fatal(fmt.Errorf("%s: %w", place, err))
			}
		}
	}
}

// naming returns the places that name a member.
func (a *App) naming(t *testing.T, who member.ID) []string {
	t.Helper()
	var found []string
	for _, place := range a.places() {
		collection, field, _ := strings.Cut(place, ".")
		n, err := a.Documents.Collection(collection).Count(t.Context(), bson.D{{Key: field, Value: string(who)}}, 0)
		if err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			found = append(found, place)
		}
	}
	return found
}

// onEngines runs f on a whole server over each document engine.
func onEngines(t *testing.T, f func(t *testing.T, a *App)) {
	t.Run("embedded", func(t *testing.T) { f(t, opened(t)) })
	t.Run("mongo", func(t *testing.T) {
		c := config.Default()
		c.Data, c.Mongo.URI, c.Mongo.Database = t.TempDir(), testkit.MongoURI(t), testkit.MongoDatabase(t)
		a, err := Open(t.Context(), c, NewLogger(c.Log, &lines{}))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := a.Close(context.Background()); err != nil {
				t.Error(err)
			}
		})
		f(t, a)
	})
}

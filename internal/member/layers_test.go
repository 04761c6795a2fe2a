package member_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"golang.org/x/crypto/argon2"

	"pugongying/internal/fault"
	"pugongying/internal/member"
	"pugongying/internal/testkit"
)

// locked is a guest with a read explainer and an attempt behind the code 2468.
func (k *kit) locked(t testing.TB) member.Principal {
	t.Helper()
	_, who := k.guest(t, false)
	k.keep(t, who, "", all)
	k.put(t, who, member.Read, "a1")
	k.things.add(t, "kept "+string(who.ID), k.open(t, who), true)
	k.keep(t, who, "", withCode(all, "2468"))
	return who
}

// behind is everything that this code shows.
func (k *kit) behind(t testing.TB, who member.Principal, code string) string {
	t.Helper()
	return k.shown(t, k.layer(t, who, code))
}

func (k *kit) shown(t testing.TB, mine member.Things) string {
	t.Helper()
	read, favourites, err := k.Service.Bookmarks(ctx, mine)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%+v %d %v %v", mine.View(), k.things.of(t, mine.Handle()), read, favourites)
}

// act does one thing at random with one of these codes and gives everything that can be seen of it.
func (k *kit) act(t testing.TB, r *rand.Rand, who member.Principal) string {
	t.Helper()
	codes := []string{"", "", "1111", "3333", "4444", "5555"}
	code, slug := codes[r.IntN(len(codes))], fmt.Sprint("s", r.IntN(4))
	lists := []member.List{member.Read, member.Favourites, "other"}
	place := member.BookmarkPlace{List: lists[r.IntN(3)], Slug: slug}
	wish := member.HistoryChange{Mistakes: r.IntN(2) == 0, Read: r.IntN(2) == 0, Favourites: r.IntN(2) == 0}
	set := []string{"", "1111", "3333", "4444", "5555", "no"}[r.IntN(6)]
	what, wait := r.IntN(12), time.Duration(r.IntN(120))*time.Minute
	mine, err := k.Things(ctx, who.ID, code)
	if what >= 9 {
		k.clock.Advance(wait)
	}
	if err != nil {
		return said(err)
	}
	switch what {
	case 0, 1:
		return fmt.Sprint(k.AddBookmark(ctx, mine, place))
	case 2:
		return fmt.Sprint(k.RemoveBookmark(ctx, mine, place))
	case 3, 4:
		after, err := k.ChangeHistory(ctx, mine, wish)
		return fmt.Sprintf("%+v %v", after.View(), err)
	case 5:
		after, err := k.ChangeHistory(ctx, mine, withCode(wish, set))
		return fmt.Sprintf("%+v %v", after.View(), err)
	case 6:
		_, until, err := k.AskClaimCode(ctx, who, mine)
		return fmt.Sprint(until, err)
	case 7:
		export, err := k.Service.Export(ctx, who.ID, mine)
		export.Profile.ID = ""
		return fmt.Sprintf("%+v %v", export, err)
	case 8:
		if r.IntN(20) == 0 {
			return fmt.Sprint(k.ThrowAway(ctx, who.ID))
		}
	}
	mine, err = k.Things(ctx, who.ID, code)
	if err != nil {
		return said(err)
	}
	return k.shown(t, mine)
}

// said is a refusal as she reads it.
func said(err error) string { return fmt.Sprint(fault.From(err).Text, err) }

// TestWithoutHerCodeALockedAccountIsAnEmptyOne does the same to both, at random and for long: nothing differs.
func TestWithoutHerCodeALockedAccountIsAnEmptyOne(t *testing.T) {
	onEngines(t, func(t *testing.T, k *kit) {
		_, empty := k.guest(t, false)
		locked := k.locked(t)
		steps := 400
		if testing.Short() {
			steps = 100
		}
		one, other := rand.New(rand.NewPCG(9, 1)), rand.New(rand.NewPCG(9, 1))
		k.twoClocks(t, steps, func(at time.Time) (string, time.Time) {
			k.clock.Set(at)
			return k.act(t, one, empty), k.clock.Now()
		}, func(at time.Time) (string, time.Time) {
			k.clock.Set(at)
			return k.act(t, other, locked), k.clock.Now()
		})
	})
}

// twoClocks takes the same steps twice, each on a clock of its own.
func (k *kit) twoClocks(t *testing.T, steps int, one, other func(time.Time) (string, time.Time)) {
	t.Helper()
	at, also := k.clock.Now(), k.clock.Now()
	for i := range steps {
		var want, got string
		want, at = one(at)
		got, also = other(also)
		if want != got || !at.Equal(also) {
			t.Fatalf("step %d: locked answers %s, empty %s", i, got, want)
		}
	}
}

// TestHisOwnCodeIsALayerOfItsOwn: somebody sets a code on what looks empty, and hers is untouched by all he does.
func TestHisOwnCodeIsALayerOfItsOwn(t *testing.T) {
	onEngines(t, func(t *testing.T, k *kit) {
		who := k.locked(t)
		hers := k.behind(t, who, "2468")
		k.keep(t, who, "", all)
		k.put(t, who, member.Favourites, "probe")
		k.keep(t, who, "", withCode(all, "9999"))
		if got := k.bookmarks(t, who, "9999"); got != "[] [{probe 2096-11-23}]" {
			t.Errorf("behind his code: %s", got)
		}
		if got := k.bookmarks(t, who, ""); got != "[] []" {
			t.Errorf("in the open again: %s", got)
		}
		if got := k.behind(t, who, "2468"); got != hers {
			t.Errorf("hers: %s, was %s", got, hers)
		}
		k.keep(t, who, "9999", withCode(all, "")) // he takes his lock off
		if got := k.bookmarks(t, who, ""); got != "[] [{probe 2096-11-23}]" {
			t.Errorf("his, unlocked: %s", got)
		}
		k.keep(t, who, "2468", withCode(all, "")) // she takes hers off: what was open is removed, not mixed in
		if got := k.bookmarks(t, who, ""); got != "[{a1 2096-11-23}] []" || k.things.of(t, k.open(t, who)) != 1 {
			t.Errorf("hers, unlocked: %s", got)
		}
		if found := k.holding(t, "probe"); len(found) != 0 {
			t.Errorf("what he saved is still in %v", found)
		}
	})
}

// TestTheOldestOfTooManyLayersGoes, whoever set them: how many codes an account takes does not tell whether one is hers.
func TestTheOldestOfTooManyLayersGoes(t *testing.T) {
	k := newKit(t, testkit.Embedded(t))
	_, empty := k.guest(t, false)
	locked := k.locked(t)
	for i := range 9 {
		for _, who := range []member.Principal{empty, locked} {
			k.keep(t, who, "", withCode(all, fmt.Sprint(1000+i)))
		}
	}
	k.clock.Advance(48 * time.Hour)
	opened := func(who member.Principal) (open string) {
		for i := range 9 {
			open += fmt.Sprint(k.layer(t, who, fmt.Sprint(1000+i)).View().Locked, " ")
			k.clock.Advance(48 * time.Hour)
		}
		return open
	}
	if one, other := opened(empty), opened(locked); one != other || one != "false true true true true true true true true " {
		t.Errorf("of nine codes an empty account takes %s, a locked one %s", one, other)
	}
}

// TestALayerOfHisOwnWipesOutNoTries: opening it takes back its own try alone, and its first use not even that.
func TestALayerOfHisOwnWipesOutNoTries(t *testing.T) {
	k := newKit(t, testkit.Embedded(t))
	tries := func(who member.Principal) int {
		m, err := k.stored().Member(ctx, who.ID)
		if err != nil {
			t.Fatal(err)
		}
		return m.Layers.Tries.Count
	}
	who := k.locked(t)
	k.keep(t, who, "", withCode(all, "9999"))
	for i, step := range []struct {
		code string
		want int
	}{{"9999", 1}, {"9999", 1}, {"0001", 2}, {"9999", 2}, {"0002", 3}, {"9999", 3}} {
		k.layer(t, who, step.code)
		if got := tries(who); got != step.want {
			t.Errorf("step %d, code %s: %d tries are counted, want %d", i, step.code, got, step.want)
		}
	}
	// Setting a code as often as one likes guesses nothing for nothing.
	_, other := k.guest(t, false)
	for i := range 3 {
		k.keep(t, other, "", withCode(all, fmt.Sprint(3000+i)))
		k.layer(t, other, fmt.Sprint(3000+i))
	}
	if got := tries(other); got != 3 {
		t.Errorf("three codes that were set and used count as %d tries", got)
	}
}

// TestSheSeesThatSomebodyTried, with the right code alone.
func TestSheSeesThatSomebodyTried(t *testing.T) {
	k := newKit(t, testkit.Embedded(t))
	who := k.locked(t)
	k.clock.Advance(24 * time.Hour)
	for _, code := range []string{"0001", "0002"} {
		if tried := k.saved(t, who, code).Tried; tried != (member.Tried{}) {
			t.Errorf("without the code he is shown %+v", tried)
		}
	}
	want := member.Tried{Count: 2, Day: "2096-11-24"}
	for range 2 {
		if tried := k.saved(t, who, "2468").Tried; tried != want {
			t.Errorf("she is shown %+v, want %+v", tried, want)
		}
	}
	k.keep(t, who, "2468", withCode(all, "1357"))
	if tried := k.saved(t, who, "1357").Tried; tried != (member.Tried{}) {
		t.Errorf("with a new code: %+v", tried)
	}
}

// TestMembersOfTheEarlierSchemaKeepTheirThingsAndTheirLock: their things hung on their id.
func TestMembersOfTheEarlierSchemaKeepTheirThingsAndTheirLock(t *testing.T) {
	onEngines(t, func(t *testing.T, k *kit) {
		salt := []byte("0123456789abcdef")
		hash := argon2.IDKey([]byte("2468"), salt, 2, 19*1024, 1, 32)
		lock := bson.D{{Key: "salt", Value: salt}, {Key: "hash", Value: hash}}
		for id, keeping := range map[string]bson.D{
			"unlocked": {{Key: "mistakes", Value: true}, {Key: "reading", Value: true}, {Key: "favourites", Value: false}},
			"locked":   {{Key: "mistakes", Value: true}, {Key: "reading", Value: true}, {Key: "favourites", Value: false}, {Key: "lock", Value: lock}},
		} {
			doc := bson.D{{Key: "_id", Value: id}, {Key: "kind", Value: "wechat"}, {Key: "keeping", Value: keeping}, {Key: "rev", Value: int64(1)}, {Key: "schema", Value: 1}}
			markers := bson.D{{Key: "_id", Value: id}, {Key: "read", Value: bson.A{bson.D{{Key: "slug", Value: "a1"}, {Key: "day", Value: "2096-11-23"}}}}, {Key: "rev", Value: int64(1)}}
			for collection, doc := range map[string]bson.D{"members": doc, "shelves": markers} {
				if err := k.engine.Collection(collection).Insert(ctx, doc); err != nil {
					t.Fatal(err)
				}
			}
			who := member.Principal{ID: member.ID(id), Kind: member.WeChat}
			code, without := "", "[{a1 2096-11-23}] []"
			if id == "locked" {
				code, without = "2468", "[] []"
			}
			if got := k.bookmarks(t, who, ""); got != without {
				t.Errorf("%s, without a code: %s", id, got)
			}
			for range 2 {
				if got := k.bookmarks(t, who, code); got != "[{a1 2096-11-23}] []" {
					t.Errorf("%s, with the code: %s", id, got)
				}
			}
			if err := k.Erase(ctx, who.ID); err != nil {
				t.Fatal(err)
			}
			if found := k.holding(t, "a1"); len(found) != 0 {
				t.Errorf("%s, erased: still in %v", id, found)
			}
		}
	})
}

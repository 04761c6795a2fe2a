package member_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"pugongying/internal/member"
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
	mine := k.layer(t, who, code)
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
	mine := k.layer(t, who, code)
	if what >= 9 {
		k.clock.Advance(wait)
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
	return k.behind(t, who, code)
}

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

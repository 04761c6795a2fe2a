package member_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pugongying/internal/member"
	"pugongying/internal/testkit"
)

var all = member.HistoryChange{Mistakes: true, Read: true, Favourites: true}

func withCode(w member.HistoryChange, code string) member.HistoryChange {
	w.NewCode = &code
	return w
}

func (k *kit) keep(t testing.TB, who member.Principal, code string, w member.HistoryChange) {
	t.Helper()
	if _, err := k.ChangeHistory(ctx, k.layer(t, who, code), w); err != nil {
		t.Fatalf("ChangeHistory(%+v) = %v", w, err)
	}
}

func (k *kit) saved(t testing.TB, who member.Principal, code string) member.HistoryView {
	t.Helper()
	return k.layer(t, who, code).View()
}

func (k *kit) put(t testing.TB, who member.Principal, list member.List, slugs ...string) {
	t.Helper()
	for _, slug := range slugs {
		if err := k.AddBookmark(ctx, k.layer(t, who, ""), member.BookmarkPlace{List: list, Slug: slug}); err != nil {
			t.Fatalf("Put(%s) = %v", slug, err)
		}
	}
}

// bookmarks formats both lists in one line, for comparison.
func (k *kit) bookmarks(t testing.TB, who member.Principal, code string) string {
	t.Helper()
	read, favourites, err := k.Bookmarks(ctx, k.layer(t, who, code))
	if err != nil {
		t.Fatalf("Shelf = %v", err)
	}
	return fmt.Sprint(read, favourites)
}

func TestNothingIsSavedUntilSheTurnsItOn(t *testing.T) {
	onEngines(t, func(t *testing.T, k *kit) {
		_, who := k.guest(t, false)
		if saved := k.saved(t, who, ""); saved != (member.HistoryView{}) {
			t.Errorf("kept from the start: %+v", saved)
		}
		for _, list := range []member.List{member.Read, member.Favourites} {
			if err := k.AddBookmark(ctx, k.layer(t, who, ""), member.BookmarkPlace{List: list, Slug: "k3v9"}); !errors.Is(err, member.ErrNotSaved) {
				t.Errorf("Put(%s) = %v", list, err)
			}
		}
		if keeps, err := k.layer(t, who, "").Keeps(ctx); keeps || err != nil {
			t.Errorf("Keeps = %v, %v", keeps, err)
		}
		if n := k.count(t, "shelves"); n != 0 {
			t.Errorf("%d shelves", n)
		}
		k.keep(t, who, "", member.HistoryChange{Mistakes: true})
		if saved := k.saved(t, who, ""); saved != (member.HistoryView{Mistakes: true}) {
			t.Errorf("kept: %+v", saved)
		}
		if keeps, err := k.layer(t, who, "").Keeps(ctx); !keeps || err != nil {
			t.Errorf("Keeps = %v, %v", keeps, err)
		}
		if keeps, err := (member.Things{}).Keeps(ctx); keeps || err != nil {
			t.Errorf("Keeps(nobody) = %v, %v", keeps, err)
		}
	})
}

func TestWhatIsTurnedOffIsThrownAway(t *testing.T) {
	onEngines(t, func(t *testing.T, k *kit) {
		_, who := k.guest(t, false)
		k.keep(t, who, "", all)
		k.things.add(t, "kept", k.open(t, who), true)
		k.things.add(t, "sat", k.open(t, who), false)
		k.put(t, who, member.Read, "a1")
		k.put(t, who, member.Favourites, "b1")
		k.keep(t, who, "", member.HistoryChange{Favourites: true})
		if n := k.things.of(t, k.open(t, who)); n != 1 {
			t.Errorf("%d things are there, want what was never kept alone", n)
		}
		k.keep(t, who, "", all)
		if got := k.bookmarks(t, who, ""); got != "[] [{b1 2096-11-23}]" {
			t.Errorf("turned off and on again: %s", got)
		}
	})
}

func TestBookmarks(t *testing.T) {
	onEngines(t, func(t *testing.T, k *kit) {
		_, who := k.guest(t, false)
		k.keep(t, who, "", all)
		k.put(t, who, member.Read, "a1", "a2")
		k.clock.Advance(24 * time.Hour)
		k.put(t, who, member.Read, "a1", "a3")
		if got := k.bookmarks(t, who, ""); got != "[{a1 2096-11-23} {a2 2096-11-23} {a3 2096-11-24}] []" {
			t.Errorf("shelf %s", got)
		}
		for range 2 {
			if err := k.RemoveBookmark(ctx, k.layer(t, who, ""), member.BookmarkPlace{List: member.Read, Slug: "a2"}); err != nil {
				t.Errorf("Take = %v", err)
			}
		}
		if got := k.bookmarks(t, who, ""); got != "[{a1 2096-11-23} {a3 2096-11-24}] []" {
			t.Errorf("shelf %s", got)
		}
		for place, want := range map[member.BookmarkPlace]error{
			{List: "watched", Slug: "a1"}: member.ErrListUnknown, {List: member.Read, Slug: ""}: member.ErrSlug,
			{List: member.Read, Slug: "../etc"}: member.ErrSlug, {List: member.Read, Slug: "A1"}: member.ErrSlug,
		} {
			if err := k.AddBookmark(ctx, k.layer(t, who, ""), place); !errors.Is(err, want) {
				t.Errorf("Put(%v) = %v", place, err)
			}
			if err := k.RemoveBookmark(ctx, k.layer(t, who, ""), place); !errors.Is(err, want) {
				t.Errorf("Take(%v) = %v", place, err)
			}
		}
	})
}

func TestAListHoldsFiveHundredBookmarksAndDropsTheOldest(t *testing.T) {
	k := newKit(t, testkit.Embedded(t))
	_, who := k.guest(t, false)
	k.keep(t, who, "", all)
	err := k.stored().UpdateBookmarks(ctx, k.open(t, who), func(s *member.Bookmarks) error {
		for i := range 500 {
			s.Read = append(s.Read, member.Bookmark{Slug: fmt.Sprint("s", i)})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	k.put(t, who, member.Read, "new")
	read, _, err := k.Bookmarks(ctx, k.layer(t, who, ""))
	if err != nil || len(read) != 500 || read[0].Slug != "s1" || read[499].Slug != "new" {
		t.Errorf("%d marks, %v", len(read), err)
	}
}

// quick alternates between the functions and gives the lower quartile of each one's duration, to exclude times when the
// machine is busy.
func quick(rounds int, all ...func()) []time.Duration {
	taken := make([][]time.Duration, len(all))
	for range rounds {
		for i, do := range all {
			start := time.Now()
			do()
			taken[i] = append(taken[i], time.Since(start))
		}
	}
	quartiles := make([]time.Duration, len(all))
	for i := range all {
		slices.Sort(taken[i])
		quartiles[i] = taken[i][rounds/4]
	}
	return quartiles
}

func TestACodeTakesAsLongWhereThereIsNoLock(t *testing.T) {
	k := newKit(t, testkit.Embedded(t))
	_, empty := k.guest(t, false)
	_, locked := k.guest(t, false)
	_, barred := k.guest(t, false)
	_, barredEmpty := k.guest(t, false)
	for _, who := range []member.Principal{locked, barred} {
		k.keep(t, who, "", withCode(all, "2468"))
	}
	ask := func(who member.Principal, code string) func() {
		return func() { _, _ = k.Service.Things(ctx, who.ID, code) }
	}
	day := func() { // forgets tries and verdicts; bars the two again
		k.clock.Advance(25 * time.Hour)
		for _, who := range []member.Principal{barred, barredEmpty} {
			k.bar(t, who)
		}
	}
	took := quick(16, day, ask(empty, "1111"), ask(locked, "1111"), ask(locked, ""), ask(barred, "2468"), ask(barredEmpty, "2468"))
	none, wrong, absent, shut, shutEmpty := took[1], took[2], took[3], took[4], took[5]
	t.Logf("a code without a lock %v, a wrong code %v, no code %v; refused with a lock %v, without %v", none, wrong, absent, shut, shutEmpty)
	if ratio := float64(wrong) / float64(none); ratio < 0.6 || ratio > 1.7 {
		t.Errorf("a wrong code takes %v, a code without a lock %v", wrong, none)
	}
	if (shut - shutEmpty).Abs() > time.Millisecond { // a longer document takes a few microseconds more to read
		t.Errorf("a refusal takes %v with a lock, %v without", shut, shutEmpty)
	}
	// The control: the measurement detects an answer that was given without the work.
	if float64(absent)/float64(none) > 0.6 {
		t.Errorf("an answer without argon2id takes %v, one with it %v", absent, none)
	}
}

func TestThrowAwayNeedsNoCodeAndLeavesNothing(t *testing.T) {
	onEngines(t, func(t *testing.T, k *kit) {
		_, who := k.guest(t, false)
		k.keep(t, who, "", all)
		k.put(t, who, member.Read, "a1")
		k.put(t, who, member.Favourites, "a1")
		k.things.add(t, "kept", k.open(t, who), true)
		k.keep(t, who, "", withCode(all, "2468"))
		for range 2 {
			if err := k.ThrowAway(ctx, who.ID); err != nil {
				t.Fatalf("ThrowAway = %v", err)
			}
		}
		if saved := k.saved(t, who, ""); saved != (member.HistoryView{}) || k.things.of(t, k.open(t, who)) != 0 {
			t.Errorf("thrown away: %+v, %d things", saved, k.things.of(t, k.open(t, who)))
		}
		k.keep(t, who, "", all)
		if got := k.bookmarks(t, who, ""); got != "[] []" {
			t.Errorf("on the shelf is still %s", got)
		}
	})
}

func TestAnInterruptedThrowingAwayIsFinished(t *testing.T) {
	var who member.Principal
	deaths := everyDeath(t, func(k *kit) {
		_, who = k.guest(t, false)
		k.keep(t, who, "", all)
		k.put(t, who, member.Read, "a1")
		k.things.add(t, "kept", k.open(t, who), true)
	}, func(k *kit) error {
		mine, err := k.Service.Things(ctx, who.ID, "")
		if err == nil {
			_, err = k.ChangeHistory(ctx, mine, member.HistoryChange{Favourites: true})
		}
		return err
	}, func(death int, k *kit) {
		if err := k.Reconcile(ctx); err != nil {
			t.Fatalf("death %d: Reconcile = %v", death, err)
		}
		saved, things := k.saved(t, who, ""), k.things.of(t, k.open(t, who))
		k.keep(t, who, "", all)
		bookmarks := k.bookmarks(t, who, "")
		untouched := saved.Mistakes && things == 1 && bookmarks == "[{a1 2096-11-23}] []"
		finished := saved == (member.HistoryView{Favourites: true}) && things == 0 && bookmarks == "[] []"
		if !untouched && !finished {
			t.Errorf("death %d: %+v, %d things, shelf %s", death, saved, things, bookmarks)
		}
	})
	if deaths < 8 {
		t.Errorf("the server died only %d times", deaths)
	}
}

package member_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pugongying/internal/member"
	"pugongying/internal/store"
	"pugongying/internal/testkit"
)

var all = member.HistoryChange{Mistakes: true, Read: true, Favourites: true}

func withCode(w member.HistoryChange, code string) member.HistoryChange {
	w.NewCode = &code
	return w
}

func (k *kit) keep(t testing.TB, who member.Principal, code string, w member.HistoryChange) {
	t.Helper()
	if done, err := k.ChangeHistory(ctx, who.ID, code, w); err != nil || !done {
		t.Fatalf("Keep(%+v) = %v, %v", w, done, err)
	}
}

func (k *kit) saved(t testing.TB, who member.Principal, code string) member.HistoryView {
	t.Helper()
	saved, err := k.History(ctx, who.ID, code)
	if err != nil {
		t.Fatalf("Kept(%q) = %v", code, err)
	}
	return saved
}

func (k *kit) put(t testing.TB, who member.Principal, list member.List, slugs ...string) {
	t.Helper()
	for _, slug := range slugs {
		if err := k.AddBookmark(ctx, who.ID, "", member.BookmarkPlace{List: list, Slug: slug}); err != nil {
			t.Fatalf("Put(%s) = %v", slug, err)
		}
	}
}

// bookmarks formats both lists in one line, for comparison.
func (k *kit) bookmarks(t testing.TB, who member.Principal, code string) string {
	t.Helper()
	read, favourites, err := k.Bookmarks(ctx, who.ID, code)
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
			if err := k.AddBookmark(ctx, who.ID, "", member.BookmarkPlace{List: list, Slug: "k3v9"}); !errors.Is(err, member.ErrNotSaved) {
				t.Errorf("Put(%s) = %v", list, err)
			}
		}
		if keeps, err := k.history.Keeps(ctx, who.ID); keeps || err != nil {
			t.Errorf("Keeps = %v, %v", keeps, err)
		}
		if n := k.count(t, "shelves"); n != 0 {
			t.Errorf("%d shelves", n)
		}
		k.keep(t, who, "", member.HistoryChange{Mistakes: true})
		if saved := k.saved(t, who, ""); saved != (member.HistoryView{Mistakes: true}) {
			t.Errorf("kept: %+v", saved)
		}
		if keeps, err := k.history.Keeps(ctx, who.ID); !keeps || err != nil {
			t.Errorf("Keeps = %v, %v", keeps, err)
		}
		if keeps, err := k.history.Keeps(ctx, "nobody"); keeps || err != nil {
			t.Errorf("Keeps(nobody) = %v, %v", keeps, err)
		}
	})
}

func TestWhatIsTurnedOffIsThrownAway(t *testing.T) {
	onEngines(t, func(t *testing.T, k *kit) {
		_, who := k.guest(t, false)
		k.keep(t, who, "", all)
		k.things.add(t, "kept", who.ID, true)
		k.things.add(t, "sat", who.ID, false)
		k.put(t, who, member.Read, "a1")
		k.put(t, who, member.Favourites, "b1")
		k.keep(t, who, "", member.HistoryChange{Favourites: true})
		if n := k.things.of(t, who.ID); n != 1 {
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
			if err := k.RemoveBookmark(ctx, who.ID, "", member.BookmarkPlace{List: member.Read, Slug: "a2"}); err != nil {
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
			if err := k.AddBookmark(ctx, who.ID, "", place); !errors.Is(err, want) {
				t.Errorf("Put(%v) = %v", place, err)
			}
			if err := k.RemoveBookmark(ctx, who.ID, "", place); !errors.Is(err, want) {
				t.Errorf("Take(%v) = %v", place, err)
			}
		}
	})
}

func TestAListHoldsFiveHundredBookmarksAndDropsTheOldest(t *testing.T) {
	k := newKit(t, testkit.Embedded(t))
	_, who := k.guest(t, false)
	k.keep(t, who, "", all)
	err := store.NewMembers(k.engine).UpdateBookmarks(ctx, who.ID, func(s *member.Bookmarks) error {
		for i := range 500 {
			s.Read = append(s.Read, member.Bookmark{Slug: fmt.Sprint("s", i)})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	k.put(t, who, member.Read, "new")
	read, _, err := k.Bookmarks(ctx, who.ID, "")
	if err != nil || len(read) != 500 || read[0].Slug != "s1" || read[499].Slug != "new" {
		t.Errorf("%d marks, %v", len(read), err)
	}
}

// view is everything a caller with this code can see or do about the stored history, as one text.
func (k *kit) view(t testing.TB, who member.Principal, code string) string {
	t.Helper()
	saved, err := k.History(ctx, who.ID, code)
	read, favourites, err2 := k.Bookmarks(ctx, who.ID, code)
	put := k.AddBookmark(ctx, who.ID, code, member.BookmarkPlace{List: member.Read, Slug: "probe"})
	take := k.RemoveBookmark(ctx, who.ID, code, member.BookmarkPlace{List: member.Read, Slug: "a1"})
	export, err3 := k.Export(ctx, who.ID, code)
	return fmt.Sprintf("%+v %v %v %v %v %v %v %+v %v %v %v", saved, err, read, favourites, err2, put, take, export.History, export.Read, export.Favourites, err3)
}

func TestLockedWrongAbsentAndEmptyLookAlike(t *testing.T) {
	onEngines(t, func(t *testing.T, k *kit) {
		_, empty := k.guest(t, false)
		_, locked := k.guest(t, false)
		k.keep(t, locked, "", all)
		k.put(t, locked, member.Read, "a1")
		k.keep(t, locked, "", withCode(all, "2468"))
		want := k.view(t, empty, "")
		for name, got := range map[string]string{
			"nothing kept, a code sent": k.view(t, empty, "1111"),
			"locked, no code":           k.view(t, locked, ""),
			"locked, a wrong code":      k.view(t, locked, "1111"), // five tries: from here on the lock is barred
			"barred, the right code":    k.view(t, locked, "2468"),
			"barred, no digits":         k.view(t, locked, "hello"),
			"nothing kept, barred":      k.view(t, empty, "1111"),
		} {
			if got != want {
				t.Errorf("%s: %s, want %s", name, got, want)
			}
		}
		// The control: with the right code, a quarter of an hour later, the view differs; nothing was changed.
		k.clock.Advance(15*time.Minute + time.Second)
		if got := k.view(t, locked, "2468"); got == want {
			t.Error("the right code shows nothing either")
		}
		if saved := k.saved(t, locked, "2468"); saved != (member.HistoryView{Mistakes: true, Read: true, Favourites: true, Locked: true}) {
			t.Errorf("behind the lock: %+v", saved)
		}
	})
}

func TestALockKeepsChangesOut(t *testing.T) {
	onEngines(t, func(t *testing.T, k *kit) {
		_, who := k.guest(t, false)
		k.keep(t, who, "", withCode(all, "2468"))
		k.things.add(t, "kept", who.ID, true)
		for _, code := range []string{"", "1111"} {
			if done, err := k.ChangeHistory(ctx, who.ID, code, withCode(member.HistoryChange{}, "9999")); done || err != nil {
				t.Errorf("Keep with code %q = %v, %v", code, done, err)
			}
		}
		if saved := k.saved(t, who, "2468"); !saved.Mistakes || !saved.Locked || k.things.of(t, who.ID) != 1 {
			t.Errorf("somebody without the code changed it: %+v", saved)
		}
		k.keep(t, who, "2468", withCode(member.HistoryChange{Read: true}, "13579"))
		if k.saved(t, who, "2468") != (member.HistoryView{}) || k.saved(t, who, "13579") != (member.HistoryView{Read: true, Locked: true}) {
			t.Error("the new code is not the code")
		}
		k.keep(t, who, "13579", withCode(member.HistoryChange{Read: true}, ""))
		if saved := k.saved(t, who, ""); saved != (member.HistoryView{Read: true}) {
			t.Errorf("after the lock was removed: %+v", saved)
		}
		for _, bad := range []string{"123", "123456789", "abcd"} {
			if done, err := k.ChangeHistory(ctx, who.ID, "", withCode(all, bad)); done || !errors.Is(err, member.ErrCode) {
				t.Errorf("Keep(new code %q) = %v, %v", bad, done, err)
			}
		}
	})
}

func TestFiveWrongCodesBarEvenTheRightOne(t *testing.T) {
	k := newKit(t, testkit.Embedded(t))
	_, who := k.guest(t, false)
	k.keep(t, who, "", withCode(all, "2468"))
	for range 4 {
		k.saved(t, who, "1111")
	}
	if !k.saved(t, who, "2468").Locked {
		t.Error("four wrong codes bar")
	}
	for range 5 { // the count starts from zero again after a right one
		k.saved(t, who, "1111")
	}
	if k.saved(t, who, "2468").Locked {
		t.Error("five wrong codes do not bar")
	}
	k.clock.Advance(15 * time.Minute)
	if !k.saved(t, who, "2468").Locked {
		t.Error("barred for longer than a quarter of an hour")
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
	for _, who := range []member.Principal{locked, barred} {
		k.keep(t, who, "", withCode(all, "2468"))
	}
	for range 5 {
		k.saved(t, barred, "1111")
	}
	ask := func(who member.Principal, code string) func() {
		return func() {
			if _, err := k.History(ctx, who.ID, code); err != nil {
				t.Error(err)
			}
		}
	}
	took := quick(24, ask(empty, "1111"), ask(locked, "1111"), ask(barred, "2468"), ask(locked, ""))
	none, wrong, shut, absent := took[0], took[1], took[2], took[3]
	t.Logf("a code without a lock %v, a wrong code %v, while barred %v, no code %v", none, wrong, shut, absent)
	for name, d := range map[string]time.Duration{"a wrong code": wrong, "the right code while barred": shut} {
		if ratio := float64(d) / float64(none); ratio < 0.6 || ratio > 1.7 {
			t.Errorf("%s takes %v, a code without a lock %v", name, d, none)
		}
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
		k.things.add(t, "kept", who.ID, true)
		k.keep(t, who, "", withCode(all, "2468"))
		for range 2 {
			if err := k.ThrowAway(ctx, who.ID); err != nil {
				t.Fatalf("ThrowAway = %v", err)
			}
		}
		if saved := k.saved(t, who, ""); saved != (member.HistoryView{}) || k.things.of(t, who.ID) != 0 {
			t.Errorf("thrown away: %+v, %d things", saved, k.things.of(t, who.ID))
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
		k.things.add(t, "kept", who.ID, true)
	}, func(k *kit) error {
		_, err := k.ChangeHistory(ctx, who.ID, "", member.HistoryChange{Favourites: true})
		return err
	}, func(death int, k *kit) {
		if err := k.Reconcile(ctx); err != nil {
			t.Fatalf("death %d: Reconcile = %v", death, err)
		}
		saved, things := k.saved(t, who, ""), k.things.of(t, who.ID)
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

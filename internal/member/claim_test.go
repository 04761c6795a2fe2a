package member_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pugongying/internal/member"
	"pugongying/internal/testkit"
)

// Claim sends a claim code without a code of her own.
func (k *kit) Claim(ctx context.Context, me member.Principal, code string) (member.Profile, error) {
	mine, err := k.Service.Things(ctx, me.ID, "")
	if err != nil {
		return member.Profile{}, err
	}
	return k.Service.Claim(ctx, me, mine, code)
}

func (k *kit) askClaim(t testing.TB, who member.Principal) string {
	t.Helper()
	code, _, err := k.AskClaimCode(ctx, who, k.layer(t, who, ""))
	if err != nil {
		t.Fatalf("AskClaimCode = %v", err)
	}
	return code
}

// guestWithThings is a guest with every history setting on, explainers read, a favourite and an attempt that is not saved.
func (k *kit) guestWithThings(t testing.TB) (member.SignedIn, member.Principal) {
	t.Helper()
	in, who := k.guest(t, true)
	k.keep(t, who, "", all)
	k.put(t, who, member.Read, "a1", "a2")
	k.put(t, who, member.Favourites, "a2")
	k.things.add(t, "sat", k.open(t, who), false)
	return in, who
}

func TestAClaimMovesEverythingOverAndTheGuestIsEmpty(t *testing.T) {
	onEngines(t, func(t *testing.T, k *kit) {
		in, guest := k.guestWithThings(t)
		_, me := k.weChat(t, "o1")
		k.keep(t, me, "", member.HistoryChange{Read: true})
		k.put(t, me, member.Read, "a2", "a9")
		teen := member.Teen
		if _, err := k.ChangeMe(ctx, guest.ID, member.Change{AgeBand: &teen}); err != nil {
			t.Fatal(err)
		}
		code := k.askClaim(t, guest)
		if !regexp.MustCompile(`^[0-9]{16}$`).MatchString(code) || len(k.holding(t, code)) != 0 {
			t.Errorf("code %q stands in %v", code, k.holding(t, code))
		}
		spoken := code[:4] + " " + code[4:8] + "-" + code[8:]
		profile, err := k.Claim(ctx, me, spoken)
		if err != nil || profile.ID != me.ID || profile.AgeBand != member.Teen {
			t.Fatalf("Claim = %+v, %v", profile, err)
		}
		k.arrived(t, 0, me)
		if k.resolve(t, in) != guest {
			t.Error("the guest is signed out, which an account with something locked could not be")
		}
		k.emptied(t, 0, guest)
		if _, err := k.Claim(ctx, me, code); !errors.Is(err, member.ErrClaimUnknown) {
			t.Errorf("the code again = %v", err)
		}
	})
}

func TestWhatAGuestTurnedOffDoesNotMoveOver(t *testing.T) {
	onEngines(t, func(t *testing.T, k *kit) {
		_, guest := k.guestWithThings(t)
		k.things.add(t, "kept", k.open(t, guest), true)
		_, me := k.weChat(t, "o1")
		// She turned everything off, and the server crashed before it removed anything.
		err := k.stored().UpdateMember(ctx, guest.ID, func(m *member.Member) error {
			for _, part := range []string{"mistakes", "reading", "favourites"} {
				m.Layers.Discard = append(m.Layers.Discard, member.Removal{Handle: m.Layers.Open.Handle, Part: part})
			}
			m.Layers.Open = member.Layer{Handle: m.Layers.Open.Handle}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := k.Claim(ctx, me, k.askClaim(t, guest)); err != nil {
			t.Fatal(err)
		}
		k.keep(t, me, "", all)
		if got := k.bookmarks(t, me, ""); got != "[] []" {
			t.Errorf("shelf %s", got)
		}
		if n := k.things.of(t, k.open(t, me)); n != 1 { // an attempt that was not saved to her book
			t.Errorf("%d things", n)
		}
	})
}

// arrived checks whether the guest's data now belongs to the member.
func (k *kit) arrived(t *testing.T, death int, me member.Principal) {
	t.Helper()
	want := "[{a2 2096-11-23} {a9 2096-11-23} {a1 2096-11-23}] [{a2 2096-11-23}]"
	if got := k.bookmarks(t, me, ""); got != want {
		t.Errorf("death %d: shelf %s, want %s", death, got, want)
	}
	if saved := k.saved(t, me, ""); saved != (member.HistoryView{Mistakes: true, Read: true, Favourites: true}) {
		t.Errorf("death %d: kept %+v", death, saved)
	}
	if n := k.things.of(t, k.open(t, me)); n != 1 {
		t.Errorf("death %d: %d things", death, n)
	}
}

// emptied checks that a guest has nothing left, and that nothing hangs on what she had, once its removal was repeated.
func (k *kit) emptied(t *testing.T, death int, guest member.Principal) {
	t.Helper()
	if saved, listed := k.saved(t, guest, ""), k.bookmarks(t, guest, ""); saved != (member.HistoryView{}) || listed != "[] []" {
		t.Errorf("death %d: the guest still has %+v, %s", death, saved, listed)
	}
	k.clock.Advance(2 * time.Minute)
	if err := k.Reconcile(ctx); err != nil {
		t.Fatalf("Reconcile = %v", err)
	}
	for _, handle := range k.known[guest.ID] {
		if found := k.holding(t, handle); handle != string(k.open(t, guest)) && len(found) != 0 {
			t.Errorf("death %d: %s is still in %v", death, handle, found)
		}
	}
}

// gone checks that no document names a member any more, once the last pass of her erasure is over.
func (k *kit) gone(t *testing.T, id member.ID) {
	t.Helper()
	k.clock.Advance(2 * time.Minute)
	if err := k.Reconcile(ctx); err != nil {
		t.Fatalf("Reconcile = %v", err)
	}
	if found := k.holding(t, k.names(id)...); len(found) != 0 {
		t.Errorf("%s is still in %v", id, found)
	}
}

func TestAnInterruptedMergeIsFinished(t *testing.T) {
	for name, finish := range map[string]func(t *testing.T, k *kit, me member.Principal, code string){
		"by the reconciler": func(t *testing.T, k *kit, _ member.Principal, _ string) {
			if err := k.Reconcile(ctx); err != nil {
				t.Fatalf("Reconcile = %v", err)
			}
		},
		"by herself": func(t *testing.T, k *kit, me member.Principal, code string) {
			if _, err := k.Claim(ctx, me, code); err != nil && !errors.Is(err, member.ErrClaimUnknown) {
				t.Fatalf("Claim again = %v", err)
			}
		},
	} {
		var guest, me member.Principal
		var code string
		deaths := everyDeath(t, func(k *kit) {
			_, guest = k.guestWithThings(t)
			_, me = k.weChat(t, "o1")
			k.keep(t, me, "", member.HistoryChange{Read: true})
			k.put(t, me, member.Read, "a2", "a9")
			code = k.askClaim(t, guest)
		}, func(k *kit) error {
			_, err := k.Claim(ctx, me, code)
			return err
		}, func(death int, k *kit) {
			k.clock.Advance(time.Minute)
			finish(t, k, me, code)
			if n := k.things.of(t, k.open(t, guest)); n == 1 { // the crash came before the code was used
				if _, err := k.Claim(ctx, me, code); err != nil {
					t.Fatalf("death %d: Claim = %v", death, err)
				}
			}
			k.arrived(t, death, me)
			k.emptied(t, death, guest)
		})
		if deaths < 20 {
			t.Errorf("%s: the server died only %d times", name, deaths)
		}
	}
}

func TestACodeIsUsedOnceHoweverManyUseIt(t *testing.T) {
	onEngines(t, func(t *testing.T, k *kit) {
		_, guest := k.guestWithThings(t)
		code := k.askClaim(t, guest)
		var wait sync.WaitGroup
		var won atomic.Int32
		for i := range 16 {
			_, me := k.weChat(t, fmt.Sprint("o", i))
			for range 2 {
				wait.Go(func() {
					_, err := k.Claim(ctx, me, code)
					switch {
					case err == nil:
						won.Add(1)
					case !errors.Is(err, member.ErrClaimUnknown) && !errors.Is(err, member.ErrClaimRunning):
						t.Errorf("Claim = %v", err)
					}
				})
			}
		}
		wait.Wait()
		if won.Load() != 1 {
			t.Errorf("%d used it", won.Load())
		}
	})
}

func TestClaimsThatAreRefusedAreAlike(t *testing.T) {
	onEngines(t, func(t *testing.T, k *kit) {
		_, guest := k.guestWithThings(t)
		_, me := k.weChat(t, "o1")
		void := k.askClaim(t, guest)
		expired := k.askClaim(t, guest)
		k.clock.Advance(30 * 24 * time.Hour)
		_, late := k.guest(t, false)
		used := k.askClaim(t, late)
		if _, err := k.Claim(ctx, me, used); err != nil {
			t.Fatal(err)
		}
		for name, code := range map[string]string{
			"void": void, "expired": expired, "used": used, "never": "0000000000000000", "empty": "", "words": "一二三",
		} {
			_, err := k.Claim(ctx, me, code)
			if fmt.Sprint(err) != fmt.Sprint(member.ErrClaimUnknown) && !errors.Is(err, member.ErrClaimUnknown) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := k.Claim(ctx, late, used); !errors.Is(err, member.ErrWeChatOnly) {
			t.Errorf("a guest claims: %v", err)
		}
		if _, _, err := k.AskClaimCode(ctx, me, k.layer(t, me, "")); !errors.Is(err, member.ErrGuestsOnly) {
			t.Errorf("a WeChat member asks: %v", err)
		}
		if n := k.things.of(t, k.open(t, guest)); n != 1 {
			t.Errorf("a refused claim took %d things", 1-n)
		}
	})
}

// TestWhatIsLockedMovesWithItsCodeAlone draws the claim code without and with her code, for a member without and with a
// lock of her own.
func TestWhatIsLockedMovesWithItsCodeAlone(t *testing.T) {
	hers, theirs := "[{a1 2096-11-23} {a2 2096-11-23}] [{a2 2096-11-23}]", "[{b1 2096-11-23}] []"
	for name, c := range map[string]struct {
		drawn, own     string // the code sent when the claim was drawn; the code of the member
		open, opensTo  string // what the member sees without a code, and with 2468
		left, leftOpen string // what the guest sees with 2468, and without
	}{
		"without it, to no lock":       {"", "", "[{probe 2096-11-23}] []", "[{probe 2096-11-23}] []", hers, "[] []"},
		"a wrong one":                  {"1111", "", "[{probe 2096-11-23}] []", "[{probe 2096-11-23}] []", hers, "[] []"},
		"with it, to no lock":          {"2468", "", "[] []", hers, "[{probe 2096-11-23}] []", "[{probe 2096-11-23}] []"},
		"with it, to another lock":     {"2468", "1357", "[] []", hers, "[{probe 2096-11-23}] []", "[{probe 2096-11-23}] []"},
		"with it, to the same code":    {"2468", "2468", "[] []", "[{b1 2096-11-23} {a1 2096-11-23} {a2 2096-11-23}] [{a2 2096-11-23}]", "[{probe 2096-11-23}] []", "[{probe 2096-11-23}] []"},
		"without it, to the same code": {"", "2468", "[{probe 2096-11-23}] []", theirs, hers, "[] []"},
	} {
		t.Run(name, func(t *testing.T) {
			k := newKit(t, testkit.Embedded(t))
			_, guest := k.guestWithThings(t)
			_, me := k.weChat(t, "o1")
			k.keep(t, guest, "", withCode(all, "2468"))
			k.keep(t, guest, "", all) // somebody turns everything on in what looks empty
			k.put(t, guest, member.Read, "probe")
			if c.own != "" {
				k.keep(t, me, "", all)
				k.put(t, me, member.Read, "b1")
				k.keep(t, me, "", withCode(all, c.own))
			}
			code, _, err := k.AskClaimCode(ctx, guest, k.layer(t, guest, c.drawn))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := k.Claim(ctx, me, code); err != nil {
				t.Fatal(err)
			}
			for what, seen := range map[string][2]string{
				"the member without a code": {k.bookmarks(t, me, ""), c.open},
				"the member with 2468":      {k.bookmarks(t, me, "2468"), c.opensTo},
				"the guest with 2468":       {k.bookmarks(t, guest, "2468"), c.left},
				"the guest without a code":  {k.bookmarks(t, guest, ""), c.leftOpen},
			} {
				if seen[0] != seen[1] {
					t.Errorf("%s sees %s, want %s", what, seen[0], seen[1])
				}
			}
			if c.own == "1357" && k.bookmarks(t, me, "1357") != theirs {
				t.Errorf("the member's own lock opens %s", k.bookmarks(t, me, "1357"))
			}
			if c.drawn == "2468" && k.things.of(t, k.layer(t, me, "2468").Handle()) != 1 {
				t.Error("her attempts did not come along")
			}
		})
	}
}

// TestAnInterruptedMoveOfALockedLayerIsFinished stops the server at every step.
func TestAnInterruptedMoveOfALockedLayerIsFinished(t *testing.T) {
	var guest, me member.Principal
	var code string
	deaths := everyDeath(t, func(k *kit) {
		_, guest = k.guestWithThings(t)
		_, me = k.weChat(t, "o1")
		k.keep(t, guest, "", withCode(all, "2468"))
		var err error
		if code, _, err = k.AskClaimCode(ctx, guest, k.layer(t, guest, "2468")); err != nil {
			t.Fatal(err)
		}
	}, func(k *kit) error {
		_, err := k.Claim(ctx, me, code)
		return err
	}, func(death int, k *kit) {
		k.clock.Advance(time.Minute)
		if err := k.Reconcile(ctx); err != nil {
			t.Fatalf("death %d: Reconcile = %v", death, err)
		}
		here, there := k.bookmarks(t, guest, "2468"), k.bookmarks(t, me, "2468")
		hers := "[{a1 2096-11-23} {a2 2096-11-23}] [{a2 2096-11-23}]"
		if moved := here == "[] []" && there == hers; !moved && (here != hers || there != "[] []") {
			t.Errorf("death %d: the guest has %s, the member %s", death, here, there)
		}
		if open := k.bookmarks(t, me, "") + k.bookmarks(t, guest, ""); open != "[] [][] []" {
			t.Errorf("death %d: open lies %s", death, open)
		}
	})
	if deaths < 8 {
		t.Errorf("the server died only %d times", deaths)
	}
}

// TestACodeSetAfterTheDrawProtects: a claim drawn while nothing was locked takes nothing that was locked since.
func TestACodeSetAfterTheDrawProtects(t *testing.T) {
	k := newKit(t, testkit.Embedded(t))
	_, guest := k.guestWithThings(t)
	_, me := k.weChat(t, "o1")
	code := k.askClaim(t, guest)
	k.keep(t, guest, "", withCode(all, "2468"))
	if _, err := k.Claim(ctx, me, code); err != nil {
		t.Fatal(err)
	}
	if got := k.bookmarks(t, guest, "2468"); got == "[] []" || k.bookmarks(t, me, "") != "[] []" {
		t.Errorf("the guest has %s, the member %s", got, k.bookmarks(t, me, ""))
	}
}

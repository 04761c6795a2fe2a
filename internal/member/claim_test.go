package member_test

import (
	"errors"
	"fmt"
	"regexp"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pugongying/internal/member"
	"pugongying/internal/store"
	"pugongying/internal/testkit"
)

func (k *kit) askClaim(t testing.TB, who member.Principal) string {
	t.Helper()
	code, _, err := k.AskClaimCode(ctx, who)
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
	k.things.add(t, "sat", who.ID, false)
	return in, who
}

func TestAClaimMovesEverythingOverAndTheGuestGoes(t *testing.T) {
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
		if _, err := k.Resolve(ctx, in.Token); !errors.Is(err, member.ErrSessionUnknown) {
			t.Errorf("the guest is still signed in: %v", err)
		}
		k.gone(t, guest.ID)
		if _, err := k.Claim(ctx, me, code); !errors.Is(err, member.ErrClaimUnknown) {
			t.Errorf("the code again = %v", err)
		}
	})
}

func TestWhatAGuestTurnedOffDoesNotMoveOver(t *testing.T) {
	onEngines(t, func(t *testing.T, k *kit) {
		_, guest := k.guestWithThings(t)
		k.things.add(t, "kept", guest.ID, true)
		_, me := k.weChat(t, "o1")
		// She turned everything off, and the server crashed before it removed anything.
		err := store.NewMembers(k.engine).UpdateMember(ctx, guest.ID, func(m *member.Member) error {
			m.History = member.HistorySettings{Discard: []string{"mistakes", "reading", "favourites"}}
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
		if n := k.things.of(t, me.ID); n != 1 { // an attempt that was not saved to her book
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
	if n := k.things.of(t, me.ID); n != 1 {
		t.Errorf("death %d: %d things", death, n)
	}
}

// gone checks that no document names a member any more, once the last pass of her erasure is over.
func (k *kit) gone(t *testing.T, id member.ID) {
	t.Helper()
	k.clock.Advance(2 * time.Minute)
	if err := k.Reconcile(ctx); err != nil {
		t.Fatalf("Reconcile = %v", err)
	}
	if found := k.holding(t, string(id)); len(found) != 0 {
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
			if n := k.things.of(t, guest.ID); n == 1 { // the crash came before the code was used
				if _, err := k.Claim(ctx, me, code); err != nil {
					t.Fatalf("death %d: Claim = %v", death, err)
				}
			}
			k.arrived(t, death, me)
			k.gone(t, guest.ID)
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
		if _, _, err := k.AskClaimCode(ctx, me); !errors.Is(err, member.ErrGuestsOnly) {
			t.Errorf("a WeChat member asks: %v", err)
		}
		if n := k.things.of(t, guest.ID); n != 1 {
			t.Errorf("a refused claim took %d things", 1-n)
		}
	})
}

func TestWhatWasLockedDoesNotComeToLieOpen(t *testing.T) {
	for name, c := range map[string]struct{ guest, mine, opens string }{
		"the guest's lock":             {"2468", "", "2468"},
		"the member's lock":            {"", "1357", "1357"},
		"both: the member's own stays": {"2468", "1357", "1357"},
	} {
		t.Run(name, func(t *testing.T) {
			k := newKit(t, testkit.Embedded(t))
			_, guest := k.guestWithThings(t)
			_, me := k.weChat(t, "o1")
			k.keep(t, guest, "", withCode(all, c.guest))
			k.keep(t, me, "", withCode(member.HistoryChange{}, c.mine))
			if _, err := k.Claim(ctx, me, k.askClaim(t, guest)); err != nil {
				t.Fatal(err)
			}
			if saved := k.saved(t, me, ""); saved != (member.HistoryView{}) {
				t.Errorf("without a code: %+v", saved)
			}
			if saved := k.saved(t, me, c.opens); !saved.Read || !saved.Locked {
				t.Errorf("with the code: %+v", saved)
			}
		})
	}
}

package member_test

import (
	"errors"
	"sync"
	"testing"

	"pugongying/internal/member"
	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
)

func one() document.Query { return document.Query{Limit: 1} }

func TestEverybodyBeginsAsAGuestOfHerOwn(t *testing.T) {
	onEngines(t, func(t *testing.T, k *kit) {
		a, principal := k.guest(t, false)
		b, _ := k.guest(t, true)
		if a.Member.ID == b.Member.ID || principal.ID != a.Member.ID || principal.Kind != member.Guest {
			t.Errorf("guests %+v, %+v; asker %+v", a.Member, b.Member, principal)
		}
		me, err := k.Me(ctx, principal.ID)
		if err != nil || me != a.Member || me.CreatedDay != "2096-11-23" {
			t.Errorf("Me = %+v, %v", me, err)
		}
	})
}

func TestAnOpenIDIsOneMemberForEverAndNowhereInTheClear(t *testing.T) {
	onEngines(t, func(t *testing.T, k *kit) {
		const openID = "oGZUI0egBJY1zhBYw2KhdUfwVJJE"
		first, _ := k.weChat(t, openID)
		again, who := k.weChat(t, openID)
		other, _ := k.weChat(t, "oGZUI0egBJY1zhBYw2KhdUfwVJJF")
		if first.Member.ID != again.Member.ID || other.Member.ID == first.Member.ID || who.Kind != member.WeChat {
			t.Errorf("members %v, %v, %v", first.Member, again.Member, other.Member)
		}
		if found := k.holding(t, openID); len(found) != 0 {
			t.Errorf("the openid stands in %v", found)
		}
		app, open, err := k.Recipient(ctx, who.ID)
		if err != nil || app != appID || open != openID {
			t.Errorf("Recipient = %s, %s, %v", app, open, err)
		}
		guest, _ := k.guest(t, false)
		if _, _, err := k.Recipient(ctx, guest.Member.ID); !errors.Is(err, member.ErrUnknown) {
			t.Errorf("Recipient(guest) = %v", err)
		}
	})
}

func TestThirtyTwoFirstSignInsAtOnceMakeOneMember(t *testing.T) {
	onEngines(t, func(t *testing.T, k *kit) {
		var wait sync.WaitGroup
		ids := make(chan member.ID, 32)
		for range 32 {
			wait.Go(func() {
				in, err := k.SignInWeChat(ctx, "o1")
				if err != nil {
					t.Errorf("SignInWeChat = %v", err)
				}
				ids <- in.Member.ID
			})
		}
		wait.Wait()
		close(ids)
		first := <-ids
		for id := range ids {
			if id != first {
				t.Errorf("two members: %s, %s", first, id)
			}
		}
		if m, i, s := k.count(t, "members"), k.count(t, "identities"), k.count(t, "sessions"); m != 1 || i != 1 || s != 32 {
			t.Errorf("%d members, %d identities, %d sessions", m, i, s)
		}
	})
}

func TestAnInterruptedSignInIsMadeGoodByTheNext(t *testing.T) {
	deaths := everyDeath(t, func(*kit) {},
		func(k *kit) error { _, err := k.SignInWeChat(ctx, "o1"); return err },
		func(death int, k *kit) {
			in, err := k.SignInWeChat(ctx, "o1")
			if err != nil {
				t.Fatalf("death %d: %v", death, err)
			}
			if me, err := k.Me(ctx, in.Member.ID); err != nil || me.Kind != member.WeChat {
				t.Errorf("death %d: Me = %+v, %v", death, me, err)
			}
			if m, i := k.count(t, "members"), k.count(t, "identities"); m != 1 || i != 1 {
				t.Errorf("death %d: %d members, %d identities", death, m, i)
			}
		})
	if deaths < 6 {
		t.Errorf("the server died only %d times", deaths)
	}
}

func TestWhatWeChatRefusesIsHandedOn(t *testing.T) {
	k := newKit(t, testkit.Embedded(t))
	if _, err := k.SignInWeChat(ctx, "used"); !errors.Is(err, errCodeUsed) {
		t.Errorf("SignInWeChat(used) = %v", err)
	}
	if _, err := k.SignInWeChat(ctx, ""); err == nil {
		t.Error("nobody signed in")
	}
	if n := k.count(t, "members") + k.count(t, "identities") + k.count(t, "sessions"); n != 0 {
		t.Errorf("a refused sign-in left %d documents", n)
	}
}

func TestChangeMe(t *testing.T) {
	onEngines(t, func(t *testing.T, k *kit) {
		_, who := k.guest(t, false)
		teen, none, bad := member.Teen, member.AgeBand(""), member.AgeBand("12")
		banner, nowhere, away := regionCode("152221000000"), regionCode("110000000000"), regionCode("")
		for _, step := range []struct {
			change member.Change
			band   member.AgeBand
			region string
			err    error
		}{
			{member.Change{AgeBand: &teen}, member.Teen, "", nil},
			{member.Change{Region: banner}, member.Teen, "152221000000", nil},
			{member.Change{AgeBand: &bad}, member.Teen, "152221000000", member.ErrAgeBand},
			{member.Change{Region: nowhere, AgeBand: &none}, member.Teen, "152221000000", member.ErrRegionUnknown},
			{member.Change{}, member.Teen, "152221000000", nil},
			{member.Change{AgeBand: &none, Region: away}, "", "", nil},
		} {
			_, err := k.ChangeMe(ctx, who.ID, step.change)
			if !errors.Is(err, step.err) {
				t.Errorf("ChangeMe = %v, want %v", err, step.err)
			}
			me, err := k.Me(ctx, who.ID)
			if err != nil || me.AgeBand != step.band || string(me.Region) != step.region {
				t.Errorf("Me = %+v, %v", me, err)
			}
		}
		if _, err := k.ChangeMe(ctx, "nobody", member.Change{}); !errors.Is(err, member.ErrSessionUnknown) {
			t.Errorf("ChangeMe(nobody) = %v", err)
		}
	})
}

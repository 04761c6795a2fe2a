package staff_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/fault"
	"pugongying/internal/staff"
)

func TestAWrongNameAndAWrongPasswordAreAlike(t *testing.T) {
	k := embedded(t)
	one, _ := k.admins()
	for try := range 6 {
		nobody, wrong := one, one
		nobody.login = "nobody"
		_, a := k.signIn(nobody, k.same(one))
		_, b := k.SignInPassword(ctx, staff.SignIn{Login: wrong.login, Password: "something else", Code: k.same(one)})
		if a == nil || b == nil || fault.From(a).Code != fault.From(b).Code || fault.From(a).Text != fault.From(b).Text {
			k.t.Fatalf("try %d: %v and %v", try+1, a, b)
		}
		if want := staff.ErrSignIn; try < 5 && !errors.Is(a, want) || try == 5 && !errors.Is(a, staff.ErrWait) {
			k.t.Errorf("try %d: %v", try+1, a)
		}
	}
	_, err := k.signIn(one, k.code(one))
	k.wants("the right password while it waits", err, staff.ErrWait)
	k.clock.Advance(time.Hour)
	in, err := k.signIn(one, k.code(one))
	k.wants("after the wait", err, nil)
	if in.Principal.Account != one.id || in.Principal.Withheld || k.who(somebody{token: in.Token}).Account != one.id {
		k.t.Errorf("signed in as %+v", in.Principal)
	}
}

// TestABrowserOfHersIsNotLockedByOthers: whoever presses wrong passwords on her name makes himself wait, not the browser that
// she signed in from before.
func TestABrowserOfHersIsNotLockedByOthers(t *testing.T) {
	k := embedded(t)
	one, _ := k.admins()
	first, err := k.signIn(one, k.code(one))
	k.must(err)
	for range 9 {
		_, err = k.SignInPassword(ctx, staff.SignIn{Login: one.login, Password: "wrong wrong", Code: "000000"})
	}
	k.wants("a stranger", err, staff.ErrWait)
	in := staff.SignIn{Login: one.login, Password: password, Code: k.code(one), Known: first.Known}
	again, err := k.SignInPassword(ctx, in)
	k.wants("her own browser", err, nil)
	if again.Known != first.Known {
		t.Error("a known browser is known by something else")
	}
	in.Known, in.Code = "x"+first.Known, k.same(one)
	_, err = k.SignInPassword(ctx, in)
	k.wants("a forged browser", err, staff.ErrWait)
	in.Known, in.Login = first.Known, "zhaolan"
	_, err = k.SignInPassword(ctx, in)
	k.wants("known for another name it has tries of its own, and her code is not his", err, staff.ErrTOTP)
}

func TestAOneTimeCodeWorksOnce(t *testing.T) {
	onEngines(t, func(k *kit) {
		one, two := k.admins()
		_, err := k.signIn(two, k.same(two))
		k.wants("the set-up code again", err, staff.ErrTOTPUsed)
		code := k.code(one)
		var wg sync.WaitGroup
		results := make([]error, 8)
		for i := range results {
			wg.Go(func() { _, results[i] = k.signIn(one, code) })
		}
		wg.Wait()
		signed := 0
		for _, err := range results {
			switch {
			case err == nil:
				signed++
			case !errors.Is(err, staff.ErrTOTPUsed) && !errors.Is(err, staff.ErrWait) && fault.From(err).Kind == fault.Internal:
				k.t.Errorf("the same code at once: %v", err)
			}
		}
		if signed != 1 {
			k.t.Errorf("one code opened %d sessions", signed)
		}
		k.clock.Advance(48 * time.Hour)
		_, err = k.signIn(one, k.same(one)[:5])
		k.wants("five digits", err, staff.ErrTOTP)
		stale := k.same(one)
		k.clock.Advance(2 * time.Minute)
		_, err = k.signIn(one, stale)
		k.wants("a code of two minutes ago", err, staff.ErrTOTP)
		late := k.same(one)
		k.clock.Advance(30 * time.Second)
		_, err = k.signIn(one, " "+late[:3]+" "+late[3:])
		k.wants("one step late, as it is shown", err, nil)
	})
}

func TestWeakPasswordsAreRefused(t *testing.T) {
	k := embedded(t)
	token, err := k.AddAdmin(ctx, staff.NewAccount{Login: "baoyu", Name: "包玉", Home: league})
	k.must(err)
	w, err := k.Welcome(ctx, token, false)
	k.must(err)
	s := somebody{secret: w.Secret}
	for _, weak := range []string{"", "123456789", "1234567890", "9876543210", "aaaaaaaaaaaa", "baoyu12345", strings.Repeat("长", 101), "bad\xffbytes-bytes"} {
		_, err := k.JoinConsole(ctx, token, weak, k.same(s), "电脑")
		k.wants(weak, err, staff.ErrPassword)
	}
	_, err = k.JoinConsole(ctx, token, password, k.same(s), "电脑") // the control
	k.wants("a good one", err, nil)
}

func TestAnInvitationWorksOnce(t *testing.T) {
	onEngines(t, func(k *kit) {
		token, err := k.AddAdmin(ctx, staff.NewAccount{Login: "baoyu", Name: "包玉", Home: league})
		k.must(err)
		seen, err := k.Welcome(ctx, token, false)
		k.must(err)
		w, err := k.Welcome(ctx, strings.ToLower(strings.ReplaceAll(token, "-", " ")), false)
		k.must(err)
		if again, err := k.Welcome(ctx, token, true); err != nil || again.Secret != w.Secret || w.Secret == seen.Secret || !strings.Contains(w.URI, w.Secret) {
			k.t.Errorf("opening shows %q, then %q, then %q (%v)", seen.Secret, w.Secret, again.Secret, err)
		}
		_, err = k.JoinConsole(ctx, token, password, k.same(somebody{secret: seen.Secret}), "电脑")
		k.wants("by the second factor that somebody saw before her", err, staff.ErrTOTP)
		_, err = k.JoinConsole(ctx, token, password, k.code(somebody{secret: w.Secret}), "电脑")
		k.wants("by the one shown last", err, nil)
		_, err = k.JoinConsole(ctx, token, password, k.code(somebody{secret: w.Secret}), "电脑")
		k.wants("again", err, staff.ErrInvitation)
		_, err = k.Welcome(ctx, token, false)
		k.wants("to look at again", err, staff.ErrInvitation)
		late, err := k.AddAdmin(ctx, staff.NewAccount{Login: "second", Name: "第二位", Home: league})
		k.must(err)
		k.clock.Advance(73 * time.Hour)
		_, err = k.Welcome(ctx, late, false)
		k.wants("after three days", err, staff.ErrInvitation)
		_, err = k.Welcome(ctx, "AAAA-BBBB-CCCC-DDDD", false)
		k.wants("never made", err, staff.ErrInvitation)
	})
}

func TestTheCommandLineMakesTwoAdmins(t *testing.T) {
	k := embedded(t)
	one, two := k.admins()
	_, err := k.AddAdmin(ctx, staff.NewAccount{Login: "third", Name: "第三位", Home: league})
	k.wants("a third", err, staff.ErrEnough)
	k.must(k.Suspend(ctx, k.fresh(one), two.id))
	_, err = k.AddAdmin(ctx, staff.NewAccount{Login: "baoyu", Name: "同名", Home: league})
	k.wants("a login that is there", err, staff.ErrTaken)
	token, err := k.AddAdmin(ctx, staff.NewAccount{Login: "third", Name: "第三位", Home: league})
	k.wants("in place of a suspended one", err, nil)
	third := k.join("third", token)
	if got := k.who(third).Grants; len(got) != 1 || got[0].Role != access.Admin {
		t.Errorf("the third holds %v", got)
	}
	for name, n := range map[string]struct {
		account staff.NewAccount
		want    *fault.Error
	}{
		"no name":     {staff.NewAccount{Login: "abcd", Name: " ", Home: league}, staff.ErrName},
		"a bad login": {staff.NewAccount{Login: "包玉", Name: "包玉", Home: league}, staff.ErrLogin},
		"nowhere":     {staff.NewAccount{Login: "abcd", Name: "包玉", Home: "1"}, staff.ErrRegion},
	} {
		_, err := k.AddAdmin(ctx, n.account)
		k.wants(name, err, n.want)
	}
}

func TestConsoleSessionsEnd(t *testing.T) {
	k := embedded(t)
	one, _ := k.admins()
	in, err := k.signIn(one, k.code(one))
	k.must(err)
	s := somebody{token: in.Token}
	for range 12 { // used every ten minutes, it lives
		k.clock.Advance(10 * time.Minute)
		k.who(s)
	}
	k.clock.Advance(15*time.Minute + time.Second)
	_, err = k.Who(ctx, staff.Console, in.Token)
	k.wants("idle for a quarter of an hour", err, staff.ErrSignedOut)
	in, err = k.signIn(one, k.code(one))
	k.must(err)
	for range 12*6 - 1 {
		k.clock.Advance(10 * time.Minute)
		k.who(somebody{token: in.Token})
	}
	k.clock.Advance(10*time.Minute + time.Second)
	_, err = k.Who(ctx, staff.Console, in.Token)
	k.wants("after twelve hours, used all the time", err, staff.ErrSignedOut)
	_, err = k.Who(ctx, staff.Console, "short")
	k.wants("no token", err, staff.ErrSignedOut)
}

func TestAFreshSecondFactorIsFiveMinutesOld(t *testing.T) {
	k := embedded(t)
	one, two := k.admins()
	p := k.fresh(one)
	k.must(k.Fresh(p))
	k.clock.Advance(5*time.Minute + time.Second)
	p = k.who(one)
	k.wants("five minutes later", k.Fresh(p), staff.ErrStepUp)
	k.wants("suspending", k.Suspend(ctx, p, two.id), staff.ErrStepUp)
	k.wants("by a wrong code", k.StepUp(ctx, p, "000000"), staff.ErrTOTP)
	k.wants("still", k.Fresh(k.who(one)), staff.ErrStepUp)
	k.wants("anew", k.Fresh(k.fresh(one)), nil)
	for range 6 {
		_ = k.StepUp(ctx, p, "000000")
	}
	k.wants("guessing waits", k.StepUp(ctx, p, k.code(one)), staff.ErrWait)
}

func TestHerOwnSessions(t *testing.T) {
	k := embedded(t)
	one, two := k.admins()
	for range 2 {
		_, err := k.signIn(one, k.code(one))
		k.must(err)
	}
	p := k.who(one)
	all, err := k.Sessions(ctx, p)
	if err != nil || len(all) != 3 || !all[2].Mine || all[0].How != staff.HowPassword || all[2].How != staff.HowJoin {
		t.Fatalf("%+v, %v", all, err)
	}
	k.wants("another's session", k.EndSession(ctx, p, k.who(two).Session), staff.ErrNotFound)
	k.must(k.EndSession(ctx, p, all[0].ID))
	k.must(k.EndAll(ctx, p, true))
	if left, err := k.Sessions(ctx, p); err != nil || len(left) != 1 || !left[0].Mine {
		t.Errorf("%+v, %v", left, err)
	}
	k.must(k.SignOut(ctx, p))
	_, err = k.Who(ctx, staff.Console, one.token)
	k.wants("signed out", err, staff.ErrSignedOut)
	k.who(two)
}

func TestDemonstrationAccountsOpenNothingElsewhere(t *testing.T) {
	k := embedded(t)
	k.must(k.SeedDemo(ctx, league, banner))
	k.must(k.SeedDemo(ctx, league, banner)) // again changes nothing
	s := somebody{login: "guanli1", secret: staff.DemoSecret}
	in, err := k.SignInPassword(ctx, staff.SignIn{Login: s.login, Password: staff.DemoPassword, Code: k.code(s)})
	k.wants("where they are wanted", err, nil)
	all, err := k.All(ctx)
	roles := map[string]bool{}
	for _, a := range all {
		for _, g := range a.Grants {
			roles[g.Role] = true
		}
	}
	if err != nil || len(roles) != len(staff.StaffRoles()) {
		t.Errorf("演示 staff hold %v, %v", roles, err)
	}
	production := k.serve(false)
	_, err = production.SignInPassword(ctx, staff.SignIn{Login: s.login, Password: staff.DemoPassword, Code: k.code(s)})
	k.wants("in production", err, staff.ErrSignIn)
	k.clock.Advance(2 * time.Second)
	_, err = production.Who(ctx, staff.Console, in.Token)
	k.wants("a session from before", err, staff.ErrSignedOut)
}

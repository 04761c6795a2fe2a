package staff_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/audit"
	"pugongying/internal/region"
	"pugongying/internal/staff"
)

// TestRevokedIsRevokedEverywhere: after a suspension or a changed role no session of before opens anything two seconds later,
// also when nobody could tell the cache.
func TestRevokedIsRevokedEverywhere(t *testing.T) {
	onEngines(t, func(k *kit) {
		one, _ := k.admins()
		editor := k.with(one, "wangjing", access.Editor1)
		admin := k.fresh(one)
		if len(k.who(editor).Grants) != 1 {
			k.t.Fatal("she holds nothing")
		}
		for what, change := range map[string]func() error{
			"granting": func() error {
				_, err := k.Grant(ctx, admin, editor.id, staff.RoleIn{Role: access.Editor2, Region: banner})
				return err
			},
			"revoking": func() error {
				return k.Revoke(ctx, admin, editor.id, staff.RoleIn{Role: access.Editor1, Region: banner})
			},
			"suspending": func() error { return k.Suspend(ctx, admin, editor.id) },
		} {
			k.must(k.restored(editor))
			in, err := k.signIn(editor, k.code(editor))
			k.must(err)
			k.must(k.StepUp(ctx, k.who(one), k.code(one)))
			k.who(somebody{token: in.Token})
			k.cache.deaf = true
			k.must(change())
			k.clock.Advance(1400 * time.Millisecond)
			_, err = k.Who(ctx, staff.Console, in.Token)
			k.wants(what+", Redis away", err, staff.ErrSignedOut)
			k.cache.deaf = false
		}
	})
}

// restored makes an account active again as the store would have it, whatever a test did to it.
func (k *kit) restored(s somebody) error {
	return k.parts(true).Stores.Accounts.StepAccount(ctx, s.id, func(a *staff.Account) error {
		a.State = staff.Active
		a.Grants = []staff.Grant{{Role: access.Editor1.String(), Region: banner}}
		return nil
	})
}

func TestRestoringTakesTwo(t *testing.T) {
	onEngines(t, func(k *kit) {
		one, two := k.admins()
		editor := k.with(one, "wangjing", access.Editor1)
		k.must(k.Suspend(ctx, k.fresh(one), editor.id))
		k.wants("suspending twice", k.Suspend(ctx, k.fresh(one), editor.id), staff.ErrSuspended)
		_, err := k.signIn(editor, k.code(editor))
		k.wants("signing in", err, staff.ErrSignIn)
		_, err = k.Grant(ctx, k.fresh(one), editor.id, staff.RoleIn{Role: access.Publisher, Region: banner})
		k.wants("a role for a suspended account", err, staff.ErrSuspended)
		k.must(k.Propose(ctx, k.fresh(one), staff.ProposeRestore, editor.id))
		k.wants("proposing twice", k.Propose(ctx, k.fresh(two), staff.ProposeRestore, editor.id), staff.ErrProposed)
		open, err := k.Proposals(ctx, k.who(two))
		if err != nil || len(open) != 1 || open[0].By != one.id {
			k.t.Fatalf("%+v, %v", open, err)
		}
		_, err = k.Approve(ctx, k.fresh(one), open[0].ID)
		k.wants("who proposed approves", err, staff.ErrTwo)
		k.clock.Advance(6 * time.Minute)
		_, err = k.Approve(ctx, k.who(two), open[0].ID)
		k.wants("the second without a fresh factor", err, staff.ErrStepUp)
		_, err = k.Approve(ctx, k.fresh(two), open[0].ID)
		k.wants("the second", err, nil)
		_, err = k.Approve(ctx, k.fresh(two), open[0].ID)
		k.wants("twice", err, staff.ErrOver)
		_, err = k.signIn(editor, k.code(editor))
		k.wants("signing in again", err, nil)
		want := []audit.Action{audit.StaffInvite, audit.StaffJoin, audit.StaffSignIn, audit.StaffSuspend, audit.StaffPropose, audit.StaffApprove, audit.StaffSignIn}
		slices.Sort(want) // two entries of one instant have no order
		if got := k.actions(editor.id); !slices.Equal(got, want) {
			k.t.Errorf("the record says %v", got)
		}
	})
}

func TestSensitiveRolesTakeTwo(t *testing.T) {
	k := embedded(t)
	one, two := k.admins()
	for _, role := range staff.StaffRoles() {
		who := k.with(one, "s"+strings.ToLower(role.String()))
		proposed, err := k.Grant(ctx, k.fresh(one), who.id, staff.RoleIn{Role: role, Region: banner})
		k.must(err)
		if proposed != staff.Sensitive(role) {
			k.t.Errorf("%s: proposed %v", role, proposed)
		}
		holds := func() bool {
			p, _, err := k.Person(ctx, k.who(one), who.id)
			k.must(err)
			return len(p.Grants) == 1
		}
		if holds() == proposed {
			k.t.Errorf("%s held by one person's word: %v", role, holds())
		}
		if !proposed {
			continue
		}
		open, err := k.Proposals(ctx, k.who(two))
		k.must(err)
		_, err = k.Approve(ctx, k.fresh(two), open[0].ID)
		if err != nil || !holds() {
			k.t.Errorf("%s by two: %v", role, err)
		}
	}
}

func TestAProposalLapsesAfterADay(t *testing.T) {
	k := embedded(t)
	one, two := k.admins()
	editor := k.with(one, "wangjing", access.Editor1)
	again := func() string {
		admin, err := k.signIn(one, k.code(one))
		k.must(err)
		one.token = admin.Token
		k.must(k.Propose(ctx, k.fresh(one), staff.ProposeReset, editor.id))
		second, err := k.signIn(two, k.code(two))
		k.must(err)
		two.token = second.Token
		open, err := k.Proposals(ctx, k.who(two))
		if err != nil || len(open) != 1 {
			k.t.Fatalf("%+v, %v", open, err)
		}
		return open[0].ID
	}
	id := again()
	k.clock.Advance(24 * time.Hour)
	in, err := k.signIn(two, k.code(two))
	k.must(err)
	two.token = in.Token
	_, err = k.Approve(ctx, k.fresh(two), id)
	k.wants("a day later", err, staff.ErrOver)
	if open, err := k.Proposals(ctx, k.who(two)); err != nil || len(open) != 0 {
		k.t.Errorf("a lapsed proposal waits: %+v, %v", open, err)
	}
	id = again() // makes room for itself
	k.must(k.Decline(ctx, k.fresh(two), id))
	_, err = k.Approve(ctx, k.fresh(two), id)
	k.wants("declined", err, staff.ErrOver)
	id = again()
	token, err := k.Approve(ctx, k.fresh(two), id)
	k.wants("approved", err, nil)
	_, err = k.signIn(editor, k.code(editor))
	k.wants("by the lost factor", err, staff.ErrNoTOTP)
	k.clock.Advance(time.Hour)
	renewed := k.join(editor.login, token)
	if renewed.id != editor.id || renewed.secret == editor.secret {
		k.t.Error("another account, or the same factor")
	}
}

// TestNobodyActsBeyondHerRegion: an admin of a banner neither sees nor changes what lies elsewhere, above her, or is her own.
func TestNobodyActsBeyondHerRegion(t *testing.T) {
	k := embedded(t)
	one, two := k.admins()
	local := k.with(one, "qinggeqi", access.Volunteer)
	_, err := k.Grant(ctx, k.fresh(one), local.id, staff.RoleIn{Role: access.Admin, Region: banner})
	k.must(err)
	open, err := k.Proposals(ctx, k.who(two))
	k.must(err)
	_, err = k.Approve(ctx, k.fresh(two), open[0].ID)
	k.must(err)
	in, err := k.signIn(local, k.code(local))
	k.must(err)
	local.token = in.Token
	above := k.with(one, "meng", access.Editor3)
	k.must(k.parts(true).Stores.Accounts.StepAccount(ctx, above.id, func(a *staff.Account) error { a.Grants[0].Region = league; return nil }))
	p := k.fresh(local)
	for what, err := range map[string]error{
		"an account of the league":         k.Suspend(ctx, p, one.id),
		"a role that reaches above hers":   k.Suspend(ctx, p, above.id),
		"an account that is not there":     k.Suspend(ctx, p, "NOBODY"),
		"a role for the league":            second(k.Grant(ctx, p, above.id, staff.RoleIn{Role: access.Editor1, Region: league})),
		"somebody of the league to invite": third(k.Invite(ctx, p, staff.NewAccount{Login: "abcdef", Name: "某", Home: league})),
		"a role in the league to invite":   third(k.Invite(ctx, p, staff.NewAccount{Login: "abcdef", Name: "某", Home: banner, Roles: []staff.RoleIn{{Role: access.Editor1, Region: away}}})),
	} {
		k.wants(what, err, staff.ErrNotFound)
	}
	k.wants("herself", k.Suspend(ctx, p, local.id), staff.ErrForbidden)
	k.wants("a role for herself", second(k.Grant(ctx, p, local.id, staff.RoleIn{Role: access.Publisher, Region: banner})), staff.ErrForbidden)
	people, homes, err := k.People(ctx, p, staff.PeopleQuery{})
	if err != nil || len(people) != 2 || homes[banner] != 2 || homes[league] != 0 {
		t.Errorf("she sees %d people, %v, %v", len(people), homes, err)
	}
	volunteer := k.with(one, "zhiyuan", access.Volunteer)
	v := k.who(volunteer)
	_, _, err = k.People(ctx, v, staff.PeopleQuery{})
	k.wants("a volunteer lists people", err, staff.ErrForbidden)
	k.wants("a volunteer suspends", k.Suspend(ctx, v, above.id), staff.ErrForbidden)
	_, err = k.Proposals(ctx, v)
	k.wants("a volunteer reads proposals", err, staff.ErrForbidden)
	_, _, err = k.Invite(ctx, v, staff.NewAccount{Login: "abcdef", Name: "某", Home: banner})
	k.wants("a volunteer invites", err, staff.ErrForbidden)
}

func second(_ bool, err error) error     { return err }
func third(_, _ string, err error) error { return err }

func TestFilters(t *testing.T) {
	k := embedded(t)
	one, _ := k.admins()
	k.with(one, "wangjing", access.Editor1)
	k.with(one, "qimuge", access.Volunteer)
	for q, want := range map[staff.PeopleQuery]int{
		{}: 4, {Region: banner}: 2, {Region: league}: 4, {Role: "editor1"}: 1, {Role: "admin"}: 2, {State: staff.Suspended}: 0, {Name: " WANG "}: 1, {Name: "管理"}: 2,
	} {
		if found, _, err := k.People(ctx, k.who(one), q); err != nil || len(found) != want {
			t.Errorf("%+v finds %d, %v; want %d", q, len(found), err, want)
		}
	}
}

func TestAShortageIsSaid(t *testing.T) {
	k := embedded(t)
	one, _ := k.admins()
	short := func(in region.Code) staff.Shortage {
		s, err := k.Shortage(ctx, k.who(one), in)
		k.must(err)
		return s
	}
	if s := short(banner); !s.Short() || s.Reviewers != 0 || len(s.Missing) != 3 || s.Admins != 2 {
		t.Errorf("with nobody: %+v", s)
	}
	k.with(one, "all", access.Editor1, access.Editor2, access.Editor3)
	if s := short(village); s.Reviewers != 1 || len(s.Missing) != 2 {
		t.Errorf("one person with three roles gives one review: %+v", s)
	}
	k.with(one, "pub", access.Publisher)
	k.with(one, "first", access.Editor1)
	if s := short(village); s.Short() || s.Reviewers != 3 {
		t.Errorf("three people: %+v", s)
	}
	if s := short(league); s.Reviewers != 0 || len(s.Missing) != 3 {
		t.Errorf("the banner's people do not review for the league: %+v", s)
	}
	if _, err := k.Shortage(ctx, k.who(one), away); !errors.Is(err, staff.ErrNotFound) {
		t.Errorf("elsewhere: %v", err)
	}
}

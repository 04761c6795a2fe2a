package staff_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/access"
	"pugongying/internal/fault"
	"pugongying/internal/staff"
)

// bind binds a phone to an account that has its second factor.
func (k *kit) bind(s somebody, member string) staff.SignedIn {
	k.t.Helper()
	token, err := k.BindPhone(ctx, k.fresh(s))
	k.must(err)
	in, err := k.JoinPhone(ctx, phone(member), token, k.code(s))
	k.must(err)
	return in
}

// TestAPhoneIsNoConsole: neither kind of session opens the other's doors.
func TestAPhoneIsNoConsole(t *testing.T) {
	k := embedded(t)
	one, _ := k.admins()
	in := k.bind(one, "her")
	if p, err := k.Who(ctx, staff.Phone, in.Token); err != nil || p.Account != one.id || p.Kind != staff.Phone {
		k.t.Fatalf("%+v, %v", p, err)
	}
	_, err := k.Who(ctx, staff.Console, in.Token)
	k.wants("a phone's token at the console", err, staff.ErrSignedOut)
	_, err = k.Who(ctx, staff.Phone, one.token)
	k.wants("a console's token on the phone", err, staff.ErrSignedOut)
	k.clock.Advance(2*time.Hour - time.Minute)
	_, err = k.Who(ctx, staff.Phone, in.Token)
	k.wants("shortly before two hours", err, nil)
	k.clock.Advance(time.Minute)
	_, err = k.Who(ctx, staff.Phone, in.Token)
	k.wants("after two hours, used or not", err, staff.ErrSignedOut)
}

// TestAPhoneSessionDiesWithTheResidents: once her own session is over, signed out or by 离开, staff's is too.
func TestAPhoneSessionDiesWithTheResidents(t *testing.T) {
	k := embedded(t)
	one, _ := k.admins()
	k.bind(one, "her")
	in, err := k.SignInPhone(ctx, phone("her"))
	k.must(err)
	_, err = k.Who(ctx, staff.Phone, in.Token)
	k.must(err)
	k.weChat.end("s-her")
	k.clock.Advance(1400 * time.Millisecond)
	_, err = k.Who(ctx, staff.Phone, in.Token)
	k.wants("after her own session", err, staff.ErrSignedOut)
}

func TestWeChatAloneOpensVolunteersAndEditors(t *testing.T) {
	k := embedded(t)
	one, two := k.admins()
	who := k.with(one, "duo", access.Volunteer, access.Editor1, access.Publisher, access.Counsellor)
	open, err := k.Proposals(ctx, k.who(two))
	k.must(err)
	_, err = k.Approve(ctx, k.fresh(two), open[0].ID)
	k.must(err)
	again, err := k.signIn(who, k.code(who))
	k.must(err)
	who.token = again.Token
	k.bind(who, "her")
	in, err := k.SignInPhone(ctx, phone("her"))
	k.must(err)
	p, err := k.Who(ctx, staff.Phone, in.Token)
	k.must(err)
	if len(p.Grants) != 2 || !p.Withheld || p.Admits(access.ReleaseText) || !p.Admits(access.ReviewFirst) {
		k.t.Errorf("by WeChat alone: %+v", p)
	}
	k.must(k.StepUp(ctx, p, k.code(who)))
	if p, err = k.Who(ctx, staff.Phone, in.Token); err != nil || len(p.Grants) != 4 || p.Withheld || !p.Admits(access.ReleaseText) {
		k.t.Errorf("with the second factor: %+v, %v", p, err)
	}
	_, err = k.SignInPhone(ctx, phone("stranger"))
	k.wants("a WeChat that is bound to nobody", err, staff.ErrNotBound)
}

func TestBindingTakesInvitationAndFactor(t *testing.T) {
	k := embedded(t)
	one, two := k.admins()
	_, err := k.BindPhone(ctx, k.who(two))
	k.wants("without a fresh factor", err, nil) // she proved it when she came in
	k.clock.Advance(10 * time.Minute)
	_, err = k.BindPhone(ctx, k.who(two))
	k.wants("ten minutes later", err, staff.ErrStepUp)
	k.bind(one, "her")
	token, err := k.BindPhone(ctx, k.fresh(two))
	k.must(err)
	_, err = k.JoinPhone(ctx, phone("his"), token, "000000")
	k.wants("with a wrong code", err, staff.ErrTOTP)
	_, err = k.JoinPhone(ctx, phone("her"), token, k.code(two))
	k.wants("a WeChat that another account has", err, staff.ErrBound)
	_, err = k.JoinConsole(ctx, token, password, k.code(two), "电脑")
	k.wants("at the console", err, staff.ErrInvitation)
	_, err = k.JoinPhone(ctx, phone("his"), token, k.code(two))
	k.wants("with both", err, nil)
	_, err = k.JoinPhone(ctx, phone("third"), token, k.code(two))
	k.wants("again", err, staff.ErrInvitation)
	n := staff.NewAccount{Login: "zhiyuan", Name: "其木格", Home: banner, Roles: []staff.RoleIn{{Role: access.Volunteer, Region: banner}}}
	_, token, err = k.Invite(ctx, k.fresh(one), n)
	k.must(err)
	w, err := k.Welcome(ctx, token, false)
	k.must(err)
	in, err := k.JoinPhone(ctx, phone("new"), token, k.code(somebody{secret: w.Secret}))
	k.wants("a volunteer comes in by phone alone", err, nil)
	if in.Principal.Kind != staff.Phone || !in.Principal.Admits(access.WriteContribution) {
		k.t.Errorf("%+v", in.Principal)
	}
	_, err = k.SignInPassword(ctx, staff.SignIn{Login: "zhiyuan", Password: "", Code: k.code(somebody{secret: w.Secret})})
	k.wants("she has no password", err, staff.ErrSignIn)
}

func TestAScannedCodeSignsABrowserIn(t *testing.T) {
	onEngines(t, func(k *kit) {
		one, two := k.admins()
		k.bind(one, "her")
		k.bind(two, "his")
		shown, err := k.ShowCode(ctx, "console.example", "Chrome · Windows")
		k.must(err)
		if picture, err := k.CodePicture(ctx, shown.ID, shown.Secret); err != nil || string(picture) != shown.ID || len(shown.ID) > 32 {
			k.t.Errorf("picture %q, %v", picture, err)
		}
		_, err = k.CodePicture(ctx, shown.ID, "another browser")
		k.wants("another browser's", err, staff.ErrCodeUnknown)
		_, err = k.SignInCode(ctx, shown.ID, shown.Secret)
		k.wants("before it is scanned", err, staff.ErrCodeWaits)
		_, err = k.Scan(ctx, phone("stranger"), shown.ID)
		k.wants("by a stranger", err, staff.ErrNotBound)
		k.wants("confirmed before it is scanned", k.Answer(ctx, phone("her"), shown.ID, true), staff.ErrCodeWaits)
		asked, err := k.Scan(ctx, phone("her"), shown.ID)
		k.must(err)
		if asked.Digits != shown.Digits || len(asked.Digits) != 2 || asked.Site != "console.example" || asked.Device != "Chrome · Windows" {
			k.t.Errorf("the phone is asked %+v", asked)
		}
		_, err = k.Scan(ctx, phone("his"), shown.ID)
		k.wants("by a second phone", err, staff.ErrCodeTaken)
		k.wants("confirmed by it", k.Answer(ctx, phone("his"), shown.ID, true), staff.ErrCodeTaken)
		k.must(k.Answer(ctx, phone("her"), shown.ID, true))
		k.wants("confirmed twice", k.Answer(ctx, phone("her"), shown.ID, true), staff.ErrCodeUsed)
		_, err = k.SignInCode(ctx, shown.ID, "another browser")
		k.wants("another browser signs in", err, staff.ErrCodeUnknown)
		in := k.race(shown)
		if p := k.who(somebody{token: in.Token}); p.Account != one.id || !p.Withheld || len(p.Grants) != 0 || !p.ConfirmedAt.IsZero() {
			k.t.Errorf("an admin by a scan alone is %+v", p)
		}
		_, err = k.SignInCode(ctx, shown.ID, shown.Secret)
		k.wants("used", err, staff.ErrCodeUsed)
		_, err = k.Scan(ctx, phone("her"), shown.ID)
		k.wants("scanned when used", err, staff.ErrCodeUsed)
	})
}

// race lets four requests use one confirmed code up at once.
func (k *kit) race(shown staff.Shown) staff.SignedIn {
	k.t.Helper()
	var mu sync.Mutex
	var in []staff.SignedIn
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			got, err := k.SignInCode(ctx, shown.ID, shown.Secret)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				in = append(in, got)
			} else if fault.From(err).Kind == fault.Internal {
				k.t.Error(err)
			}
		})
	}
	wg.Wait()
	if len(in) != 1 {
		k.t.Fatalf("one code signed in %d times", len(in))
	}
	return in[0]
}

func TestACodeThatIsOver(t *testing.T) {
	k := embedded(t)
	one, _ := k.admins()
	k.bind(one, "her")
	shown, err := k.ShowCode(ctx, "console.example", "Chrome")
	k.must(err)
	_, err = k.Scan(ctx, phone("her"), shown.ID)
	k.must(err)
	k.must(k.Answer(ctx, phone("her"), shown.ID, false))
	_, err = k.CodeNow(ctx, shown.ID, shown.Secret)
	k.wants("refused on the phone", err, staff.ErrCodeRefused)
	_, err = k.SignInCode(ctx, shown.ID, shown.Secret)
	k.wants("and used", err, staff.ErrCodeRefused)
	late, err := k.ShowCode(ctx, "console.example", "Chrome")
	k.must(err)
	if state, err := k.CodeNow(ctx, late.ID, late.Secret); err != nil || state != staff.CodeShown {
		t.Errorf("%s, %v", state, err)
	}
	k.clock.Advance(2 * time.Minute)
	_, err = k.Scan(ctx, phone("her"), late.ID)
	k.wants("after two minutes", err, staff.ErrCodeExpired)
	_, err = k.CodeNow(ctx, late.ID, late.Secret)
	k.wants("at the console", err, staff.ErrCodeExpired)
	_, err = k.Scan(ctx, phone("her"), "NEVERMADE")
	k.wants("a code that never was", err, staff.ErrCodeUnknown)
}

func TestAnApplicationIsVettedByTwo(t *testing.T) {
	onEngines(t, func(k *kit) {
		one, two := k.admins()
		editor := k.with(one, "wangjing", access.Editor1)
		_, err := k.Apply(ctx, phone("guest"), "其木格", village, "想帮忙")
		if err == nil {
			k.t.Error("a guest applied")
		}
		_, err = k.Apply(ctx, phone("her"), "其木格", "1", "想帮忙")
		k.wants("nowhere", err, staff.ErrRegion)
		_, err = k.Apply(ctx, phone("her"), "其木格", village, " ")
		k.wants("without a reason", err, staff.ErrWhy)
		id, err := k.Apply(ctx, phone("her"), "其木格", village, "想帮忙")
		k.must(err)
		_, err = k.Apply(ctx, phone("her"), "其木格", village, "再来一次")
		k.wants("twice", err, staff.ErrApplied)
		seen, err := k.Applications(ctx, k.who(editor))
		if err != nil || len(seen) != 1 || seen[0].Name != "其木格" || seen[0].Why != "想帮忙" {
			k.t.Fatalf("%+v, %v", seen, err)
		}
		k.must(k.Vet(ctx, k.who(editor), id, true, ""))
		k.wants("the same person again", k.Vet(ctx, k.who(editor), id, true, ""), staff.ErrVetted)
		if mine, err := k.MyApplication(ctx, phone("her")); err != nil || mine.Seen != 1 || mine.Token != "" || mine.State != staff.ApplicationWaiting {
			k.t.Errorf("%+v, %v", mine, err)
		}
		k.must(k.Vet(ctx, k.who(two), id, true, ""))
		k.wants("a third", k.Vet(ctx, k.who(one), id, false, "不行"), staff.ErrDecided)
		mine, err := k.MyApplication(ctx, phone("her"))
		if err != nil || mine.Token == "" || mine.State != staff.ApplicationAccepted {
			k.t.Fatalf("%+v, %v", mine, err)
		}
		w, err := k.Welcome(ctx, mine.Token, false)
		k.must(err)
		in, err := k.JoinPhone(ctx, phone("her"), mine.Token, k.code(somebody{secret: w.Secret}))
		k.must(err)
		if g := in.Principal.Grants; len(g) != 1 || g[0].Role != access.Volunteer || !g[0].Scope.Contains(village) || g[0].Scope.Contains(league) {
			k.t.Errorf("she holds %v", g)
		}
		if mine, err = k.MyApplication(ctx, phone("her")); err != nil || mine.Token != "" {
			k.t.Errorf("a used token is shown: %+v, %v", mine, err)
		}
		id, err = k.Apply(ctx, phone("him"), "某", village, "有空")
		k.must(err)
		k.wants("no without a reason", k.Vet(ctx, k.who(two), id, false, ""), staff.ErrReason)
		k.must(k.Vet(ctx, k.who(two), id, false, "先来听一次课"))
		if mine, err = k.MyApplication(ctx, phone("him")); err != nil || mine.Reason != "先来听一次课" || mine.State != staff.ApplicationDeclined {
			k.t.Errorf("%+v, %v", mine, err)
		}
		k.must(k.parts(true).Stores.Applications.DeleteApplications(ctx, "him")) // as he erases himself
		_, err = k.MyApplication(ctx, phone("him"))
		k.wants("after he erased himself", err, staff.ErrNotFound)
	})
}

func TestApplicationsStayInTheirRegion(t *testing.T) {
	k := embedded(t)
	one, _ := k.admins()
	editor := k.with(one, "wangjing", access.Editor1)
	id, err := k.Apply(ctx, phone("her"), "某", away, "想帮忙")
	k.must(err)
	if seen, err := k.Applications(ctx, k.who(editor)); err != nil || len(seen) != 0 {
		t.Errorf("%+v, %v", seen, err)
	}
	k.wants("vetting it", k.Vet(ctx, k.who(editor), id, true, ""), staff.ErrNotFound)
	volunteer := k.with(one, "zhiyuan", access.Volunteer)
	_, err = k.Applications(ctx, k.who(volunteer))
	k.wants("a volunteer", err, staff.ErrForbidden)
	k.wants("a volunteer vets", k.Vet(ctx, k.who(volunteer), id, true, ""), staff.ErrForbidden)
}

// TestNothingSecretIsStoredPlain: no password, token, one-time secret, invitation, openid or applicant's word is in any document.
func TestNothingSecretIsStoredPlain(t *testing.T) {
	onEngines(t, func(k *kit) {
		one, _ := k.admins()
		bound := k.bind(one, "her")
		invitation, err := k.BindPhone(ctx, k.fresh(one))
		k.must(err)
		shown, err := k.ShowCode(ctx, "console.example", "Chrome")
		k.must(err)
		id, err := k.Apply(ctx, phone("him"), "其木格某", village, "想帮忙的一句话")
		k.must(err)
		k.must(k.Vet(ctx, k.who(one), id, false, "理由的一句话"))
		secrets := []string{password, one.token, bound.Token, one.secret, invitation, strings.ReplaceAll(invitation, "-", ""), shown.Secret, "openid-her", "其木格某", "想帮忙的一句话", "理由的一句话"}
		documents, seen := 0, 0
		k.must(k.engine.Snapshot(ctx, func(collection string, doc bson.Raw) error {
			documents++
			for _, s := range secrets {
				if strings.Contains(string(doc), s) {
					k.t.Errorf("%s has %q", collection, s)
				}
			}
			if strings.Contains(string(doc), "console.example") {
				seen++ // the control: what is plain is found
			}
			return nil
		}))
		if documents < 10 || seen == 0 {
			k.t.Errorf("%d documents walked, %d hold what is plain", documents, seen)
		}
	})
}

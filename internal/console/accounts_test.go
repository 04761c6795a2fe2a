package console

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/region"
	"pugongying/internal/staff"
)

// managers are accounts in memory; what was done to them is written down.
type managers struct {
	done  []string
	stale bool // the second factor is not fresh
}

const somebodyID = "ACCOUNT"

func (m *managers) did(what string) error {
	if m.stale {
		return staff.ErrStepUp
	}
	m.done = append(m.done, what)
	return nil
}

func (m *managers) StepUp(_ context.Context, _ staff.Principal, code string) error {
	if code != "123456" {
		return staff.ErrTOTP
	}
	m.stale = false
	return nil
}

func wang() staff.Person {
	return staff.Person{
		ID: somebodyID, Login: "wangjing", Name: "王静<i>", Home: banner, State: staff.Active, TOTP: true, Password: true, SeenAt: noon, CreatedAt: noon.Add(-48 * time.Hour),
		Grants: []staff.Grant{{Role: "editor1", Region: banner}, {Role: "volunteer", Region: banner}},
	}
}

func (m *managers) People(context.Context, staff.Principal, staff.PeopleQuery) ([]staff.Person, map[region.Code]int, error) {
	return []staff.Person{wang()}, map[region.Code]int{banner: 1}, nil
}

func (m *managers) Person(_ context.Context, _ staff.Principal, id string) (staff.Person, []staff.SessionView, error) {
	if id != somebodyID {
		return staff.Person{}, nil, staff.ErrNotFound
	}
	return wang(), []staff.SessionView{{ID: "S1", Device: "电脑 · Chrome", How: staff.HowScan, BeganAt: noon}}, nil
}

func (m *managers) Shortage(context.Context, staff.Principal, region.Code) (staff.Shortage, error) {
	return staff.Shortage{Region: banner, Reviewers: 2, Missing: []access.Action{access.ReviewFirst}, Admins: 1}, nil
}

func (m *managers) Names(context.Context, ...string) (map[string]string, error) {
	return map[string]string{somebodyID: "王静", "Aadmin": "包玉", "other": "高娃"}, nil
}

func (m *managers) Invite(_ context.Context, _ staff.Principal, n staff.NewAccount) (string, string, error) {
	if n.Login == "taken" {
		return "", "", staff.ErrTaken
	}
	return somebodyID, "AAAA-BBBB-CCCC-DDDD", m.did("invite " + n.Name + " " + n.Roles[0].Role.String())
}

func (m *managers) InviteAgain(context.Context, staff.Principal, string) (string, error) {
	return "AAAA-BBBB-CCCC-DDDD", m.did("again")
}

func (m *managers) Suspend(context.Context, staff.Principal, string) error { return m.did("suspend") }

func (m *managers) Grant(_ context.Context, _ staff.Principal, _ string, r staff.RoleIn) (bool, error) {
	return staff.Sensitive(r.Role), m.did("grant " + r.Role.String())
}

func (m *managers) Revoke(_ context.Context, _ staff.Principal, _ string, r staff.RoleIn) error {
	return m.did("revoke " + r.Role.String())
}

func (m *managers) EndSessionsOf(_ context.Context, _ staff.Principal, _, id string) error {
	return m.did("end " + id)
}

func (m *managers) Proposals(context.Context, staff.Principal) ([]staff.Proposal, error) {
	return []staff.Proposal{
		{ID: "P1", Kind: staff.ProposeGrant, Account: somebodyID, Role: "counsellor", Region: banner, By: "other", At: noon, ExpiresAt: noon.Add(time.Hour)},
		{ID: "P2", Kind: staff.ProposeReset, Account: somebodyID, By: "Aadmin", At: noon, ExpiresAt: noon.Add(time.Hour)},
	}, nil
}

func (m *managers) Propose(_ context.Context, _ staff.Principal, kind staff.ProposalKind, _ string) error {
	return m.did("propose " + string(kind))
}

func (m *managers) Approve(_ context.Context, _ staff.Principal, id string) (string, error) {
	if id == "P2" {
		return "", staff.ErrTwo
	}
	return "", m.did("approve " + id)
}

func (m *managers) Decline(_ context.Context, _ staff.Principal, id string) error {
	return m.did("decline " + id)
}

// Own.

func (m *managers) Self(context.Context, staff.Principal) (staff.Person, error) { return wang(), nil }

func (m *managers) Sessions(context.Context, staff.Principal) ([]staff.SessionView, error) {
	return []staff.SessionView{{ID: "S1", Device: "电脑", How: staff.HowPassword, Mine: true}, {ID: "S2", Device: "手机", How: staff.HowWeChat}}, nil
}

func (m *managers) EndSession(_ context.Context, _ staff.Principal, id string) error {
	m.done = append(m.done, "end "+id)
	return nil
}

func (m *managers) EndAll(context.Context, staff.Principal, bool) error {
	m.done = append(m.done, "end all")
	return nil
}

func (m *managers) BindPhone(context.Context, staff.Principal) (string, error) {
	return "BIND-BIND-BIND-BIND", m.did("bind")
}

func (m *managers) ChangePassword(_ context.Context, _ staff.Principal, password string) error {
	if len(password) < 10 {
		return staff.ErrPassword
	}
	return m.did("password")
}

// Invitations.

func (m *managers) Welcome(_ context.Context, token string, _ bool) (staff.Welcome, error) {
	if token != "AAAA" {
		return staff.Welcome{}, staff.ErrInvitation
	}
	return staff.Welcome{Name: "赵兰", Login: "zhaolan", Purpose: staff.Join, Secret: "JBSWY3DPEHPK3PXP", URI: "otpauth://totp/x:zhaolan?secret=JBSWY3DPEHPK3PXP&issuer=x", Grants: wang().Grants}, nil
}

func (m *managers) JoinConsole(_ context.Context, _, password, code, _ string) (staff.SignedIn, error) {
	switch {
	case len(password) < 10:
		return staff.SignedIn{}, staff.ErrPassword
	case code != "123456":
		return staff.SignedIn{}, staff.ErrTOTP
	}
	return staff.SignedIn{Token: "token"}, nil
}

// Applicants.

func (m *managers) Applications(context.Context, staff.Principal) ([]staff.ApplicationView, error) {
	return []staff.ApplicationView{{ID: "R1", Name: "其木格<b>", Region: banner, Why: "想帮忙", At: noon}, {ID: "R2", Name: "看过的", Region: banner, At: noon, Mine: true}}, nil
}

func (m *managers) Vet(_ context.Context, _ staff.Principal, id string, yes bool, reason string) error {
	if !yes && reason == "" {
		return staff.ErrReason
	}
	m.done = append(m.done, "vet "+id+" "+reason)
	return nil
}

// office is a console with every area of accounts.
func office(t *testing.T, m *managers) *rig {
	tree, err := region.Load()
	if err != nil {
		t.Fatal(err)
	}
	people := everyRole()
	waits := person("waits")
	waits.Withheld = true
	people["waits"] = waits
	return open(t, people, Accounts(m, tree), Welcome(m, tree), Self(m, tree), Applications(m, tree))
}

func holds(t *testing.T, what string, got answer, status int, want ...string) {
	t.Helper()
	if got.Code != status {
		t.Errorf("%s: %d, want %d: %s", what, got.Code, status, got.Body)
	}
	for _, w := range want {
		if !strings.Contains(got.Body.String(), w) {
			t.Errorf("%s without %q", what, w)
		}
	}
}

func TestTheAccountsPageSaysWhatIsShortAndWhatWaits(t *testing.T) {
	r := office(t, &managers{})
	got := r.get("admin", "/accounts")
	holds(t, "the list", got, 200, "只有 2 人", "缺一审", "上不了线", "管账号的不到两位", "王静&lt;i&gt;", "一审编辑、志愿者", "密码、动态码", "给角色：老师", "重做动态码", "请人进来", "今天 12:00")
	if strings.Contains(got.Body.String(), "P2/approval") || !strings.Contains(got.Body.String(), "P1/approval") {
		t.Error("who proposed may approve, or nobody may")
	}
	holds(t, "home", r.get("admin", ""), 200, "要第二个人同意", "高娃")
	holds(t, "export", r.get("admin", "/accounts?export=csv"), 200, "wangjing")
}

func TestOnePersonInWords(t *testing.T) {
	r := office(t, &managers{})
	holds(t, "the person", r.get("admin", "/accounts/one/"+somebodyID), 200, "王静&lt;i&gt;", "一审：退回、通过", "审自己写过的，加什么角色都不行", "不能：", "排时间、上线", "电脑 · Chrome", "扫码", "停用这个账号", "重做动态码", "收回")
	holds(t, "nobody", r.get("admin", "/accounts/one/NOBODY"), 404)
	own := canDo([]staff.Grant{{Role: "admin", Region: banner}})
	for _, a := range own {
		if a.Can != (a.Words == "管账号" || a.Words == "看谁做过什么" || a.Words == "看志愿者报名") {
			t.Errorf("an admin: %s %v", a.Words, a.Can)
		}
	}
}

// What was proposed is not offered again while it waits for its second person.
func TestWhatWaitsForItsSecondPersonIsNotOfferedAgain(t *testing.T) {
	v := PersonView{Proposals: []ProposalRow{{Proposal: staff.Proposal{Kind: staff.ProposeReset}}}}
	if !v.Asked("reset") || v.Asked("restore") || (PersonView{}).Asked("reset") {
		t.Errorf("%v %v", v.Asked("reset"), v.Asked("restore"))
	}
}

func TestWhatMattersAsksForTheSecondFactor(t *testing.T) {
	one := "/accounts/one/" + somebodyID
	for path, form := range map[string]url.Values{
		"/accounts/new": {"name": {"其木格"}, "login": {"qimuge"}, "home": {string(banner)}, "role": {"volunteer"}},
		one + "/roles":  {"role": {"editor2"}, "region": {string(banner)}}, one + "/roles/gone": {"role": {"editor1"}, "region": {string(banner)}},
		one + "/suspension": {}, one + "/invitation": {}, one + "/proposals": {"kind": {"reset"}}, "/accounts/proposals/P1/approval": {}, "/self/bind": {},
	} {
		m := &managers{stale: true}
		r := office(t, m)
		asked := r.post("admin", path, form)
		holds(t, path, asked, 200, "再输一次动态码", `action="/console`+path+`"`)
		for name, values := range form {
			holds(t, path+" keeps "+name, asked, 200, `name="`+name+`" value="`+values[0]+`"`)
		}
		form.Set("one-time", "000000")
		holds(t, path+" by a wrong code", r.post("admin", path, form), 422, staff.ErrTOTP.Text)
		if len(m.done) > 0 {
			t.Fatalf("%s was done without it: %v", path, m.done)
		}
		form.Set("one-time", "123456")
		if got := r.post("admin", path, form); got.Code >= 400 || len(m.done) != 1 {
			t.Errorf("%s with it: %d, %v", path, got.Code, m.done)
		}
	}
}

func TestInvitingOnThePage(t *testing.T) {
	r := office(t, &managers{})
	holds(t, "the form", r.get("admin", "/accounts/new"), 200, "要另一位管账号的人也同意", "督导")
	form := url.Values{"name": {"其木格"}, "login": {"taken"}, "home": {string(banner)}, "role": {"volunteer"}}
	holds(t, "a login that is there", r.post("admin", "/accounts/new", form), 409, staff.ErrTaken.Text, "其木格", "checked")
	form.Set("login", "qimuge")
	holds(t, "the token", r.post("admin", "/accounts/new", form), 200, "AAAA-BBBB-CCCC-DDDD", "只显示这一次")
	holds(t, "another one's proposal", r.post("admin", "/accounts/proposals/P2/approval", nil), 303)
}

func TestComingInByAnInvitation(t *testing.T) {
	r := office(t, &managers{})
	holds(t, "the door", r.get("", "/welcome"), 200, "邀请码")
	holds(t, "a wrong one", r.post("", "/welcome", url.Values{"invitation": {"x"}}), 422, "可能用过了、过期了", `aria-invalid="true"`)
	holds(t, "opened", r.post("", "/welcome", url.Values{"invitation": {"AAAA"}}), 200, "赵兰，欢迎", "JBSW Y3DP EHPK 3PXP", `<svg class="qr"`, "一审编辑")
	form := url.Values{"invitation": {"AAAA"}, "password": {"short"}, "code": {"123456"}}
	weak := r.post("", "/welcome/join", form)
	holds(t, "a weak password", weak, 422, staff.ErrPassword.Text)
	if strings.Contains(weak.Body.String(), `value="short"`) {
		t.Error("a password is in a page")
	}
	form.Set("password", "long enough it is")
	form.Set("code", "1")
	holds(t, "a wrong code", r.post("", "/welcome/join", form), 422, staff.ErrTOTP.Text)
	form.Set("code", "123456")
	in := r.post("", "/welcome/join", form)
	holds(t, "in", in, 303)
	if !strings.Contains(strings.Join(in.Header()["Set-Cookie"], " "), SessionCookie+"=token") {
		t.Errorf("no session: %v", in.Header())
	}
}

func TestOnesOwnPage(t *testing.T) {
	m := &managers{}
	r := office(t, m)
	holds(t, "own", r.get("volunteer", "/self"), 200, "现在登录着", "这里", "手机", "连上微信", "换密码")
	holds(t, "bind", r.post("volunteer", "/self/bind", nil), 200, "BIND-BIND-BIND-BIND", "十五分钟")
	holds(t, "end one", r.post("volunteer", "/self/end", url.Values{"session": {"S2"}}), 303)
	holds(t, "end all", r.post("volunteer", "/self/end", nil), 303)
	holds(t, "a wrong code", r.post("volunteer", "/self/password/new", url.Values{"password": {"long enough it is"}, "code": {"1"}}), 422, staff.ErrTOTP.Text)
	holds(t, "a weak password", r.post("volunteer", "/self/password/new", url.Values{"password": {"x"}, "code": {"123456"}}), 422, staff.ErrPassword.Text)
	holds(t, "a good one", r.post("volunteer", "/self/password/new", url.Values{"password": {"long enough it is"}, "code": {"123456"}}), 303)
	if got := strings.Join(m.done, ","); got != "bind,end S2,end all,password" {
		t.Errorf("done: %s", got)
	}
	holds(t, "home of who scanned", r.get("waits", ""), 200, "输一次动态码")
	holds(t, "her own page", r.get("waits", "/self"), 200, "还有角色没有打开")
	holds(t, "opening them", r.post("waits", "/self/confirm", url.Values{"one-time": {"123456"}}), 303)
	holds(t, "by a wrong code", r.post("waits", "/self/confirm", url.Values{"one-time": {"1"}}), 422, staff.ErrTOTP.Text)
}

func TestVettingOnThePage(t *testing.T) {
	m := &managers{}
	r := office(t, m)
	holds(t, "the list", r.get("editor1", "/applications"), 200, "其木格&lt;b&gt;", "你看过了，等另一位")
	holds(t, "one", r.get("editor1", "/applications/R1"), 200, "想帮忙", "同意", "先不")
	holds(t, "seen", r.get("editor1", "/applications/R2"), 200, "你同意过了")
	holds(t, "none", r.get("editor1", "/applications/R9"), 404)
	holds(t, "no without a reason", r.post("editor1", "/applications/R1", url.Values{"verdict": {"no"}}), 422, staff.ErrReason.Text)
	holds(t, "no", r.post("editor1", "/applications/R1", url.Values{"verdict": {"no"}, "reason": {"先来听课"}}), 303)
	holds(t, "yes", r.post("editor1", "/applications/R1", url.Values{"verdict": {"yes"}}), 303)
	if len(m.done) != 2 || m.done[0] != "vet R1 先来听课" {
		t.Errorf("done: %q", m.done)
	}
	holds(t, "home", r.get("editor1", ""), 200, "报名当志愿者")
	if got := r.get("publisher", "/applications"); got.Code != http.StatusNotFound {
		t.Errorf("a publisher sees applications: %d", got.Code)
	}
}

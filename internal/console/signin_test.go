package console

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"pugongying/internal/fault"
	"pugongying/internal/staff"
)

// entrance is a service that opens sessions to one person.
type entrance struct {
	state staff.CodeState
	asked []staff.SignIn
	out   int
	none  error // why there are no codes
}

const right = "对的密码 甲"

func (d *entrance) SignInPassword(_ context.Context, in staff.SignIn) (staff.SignedIn, error) {
	d.asked = append(d.asked, in)
	switch {
	case in.Login != "wangjing" || in.Password != right:
		return staff.SignedIn{}, staff.ErrSignIn
	case in.Code == "000000":
		return staff.SignedIn{}, staff.ErrTOTPUsed.After(20 * time.Second)
	}
	return staff.SignedIn{Token: "editor1", Known: "K"}, nil
}

func (d *entrance) ShowCode(_ context.Context, site, device string) (staff.Shown, error) {
	return staff.Shown{ID: "C1", Secret: "S1", Digits: "47", ExpiresAt: noon.Add(staff.CodeLife)}, d.none
}

func (d *entrance) CodePicture(_ context.Context, id, browser string) ([]byte, error) {
	if id != "C1" || browser != "S1" {
		return nil, staff.ErrCodeUnknown
	}
	return []byte("\x89PNG\r\n\x1a\n"), nil
}

func (d *entrance) CodeNow(_ context.Context, id, browser string) (staff.CodeState, error) {
	switch {
	case id != "C1" || browser != "S1":
		return "", staff.ErrCodeUnknown
	case d.state == staff.CodeRefused:
		return d.state, staff.ErrCodeRefused
	}
	return d.state, nil
}

func (d *entrance) SignInCode(context.Context, string, string) (staff.SignedIn, error) {
	return staff.SignedIn{Token: "editor1"}, nil
}

func (d *entrance) SignOut(context.Context, staff.Principal) error { d.out++; return nil }

// cookies are what an answer gives the browser, by name.
func cookies(a answer) map[string]*http.Cookie {
	all := map[string]*http.Cookie{}
	for _, c := range a.Result().Cookies() {
		all[strings.TrimPrefix(c.Name, "__Host-")] = c
	}
	return all
}

// asked sends a form from a browser that shows the code, as htmx does it.
func (r *rig) asked(path string, form url.Values) answer {
	req := httptest.NewRequest(http.MethodPost, "https://xuetang.test"+Prefix+path, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	req.Header.Set("HX-Request", "true")
	req.AddCookie(&http.Cookie{Name: "__Host-code", Value: "C1.S1"})
	return r.send("", req)
}

func TestSigningInByPassword(t *testing.T) {
	d := &entrance{}
	r := open(t, everyRole(), SigningIn(d))
	form := url.Values{"login": {"wangjing"}, "password": {right}, "code": {"418 206"}, "then": {"/console/audit?day=1"}}
	got := r.post("", "/sign-in", form)
	if got.Code != http.StatusSeeOther || got.Header().Get("Location") != "/console/audit?day=1" || d.asked[0].Code != "418206" || d.asked[0].Password != right {
		t.Errorf("%d %v %+v", got.Code, got.Header(), d.asked)
	}
	session := cookies(got)["console"]
	if session == nil || session.Value != "editor1" || !session.HttpOnly || !session.Secure || session.SameSite != http.SameSiteStrictMode || cookies(got)["known"].Value != "K" {
		t.Errorf("%v", got.Header())
	}
	for _, elsewhere := range []string{"https://evil.test", "//evil.test", "/console/sign-in?then=/console/sign-in", "/api/v1/me"} {
		form.Set("then", elsewhere)
		if got := r.post("", "/sign-in", form); got.Header().Get("Location") != "/console" {
			t.Errorf("after signing in for %s: %s", elsewhere, got.Header().Get("Location"))
		}
	}
}

func TestWhatIsWrongStandsAtItsField(t *testing.T) {
	r := open(t, everyRole(), SigningIn(&entrance{}))
	used := r.post("", "/sign-in", url.Values{"login": {"wangjing"}, "password": {right}, "code": {"000000"}})
	page := used.Body.String()
	if used.Code != http.StatusConflict || !strings.Contains(page, `id="f-code-fault"`) || !strings.Contains(page, "大约 20 秒") || !strings.Contains(page, `value="wangjing"`) {
		t.Errorf("%d %s", used.Code, page)
	}
	if strings.Contains(page, right) || strings.Contains(page, "000000") {
		t.Error("a secret stands in the page")
	}
	wrong := r.post("", "/sign-in", url.Values{"login": {`"><script>`}, "password": {"x"}, "code": {"1"}}).Body.String()
	if !strings.Contains(wrong, "账号或密码不对") || !strings.Contains(wrong, `id="f-password-fault"`) || strings.Contains(wrong, `"><script>`) {
		t.Error(wrong)
	}
}

func TestSigningInByAScannedCode(t *testing.T) {
	d := &entrance{state: staff.CodeShown}
	r := open(t, everyRole(), SigningIn(d))
	page := r.get("", "/sign-in?then=/console/audit")
	if c := cookies(page)["code"]; c == nil || c.Value != "C1.S1" || c.MaxAge != 120 || !strings.Contains(page.Body.String(), ">47<") {
		t.Errorf("%v", page.Header())
	}
	form := url.Values{"then": {"/console/audit"}, "digits": {"47"}}
	if got := r.asked("/sign-in/code", form); got.Code != http.StatusOK || cookies(got)["console"] != nil || !strings.Contains(got.Body.String(), ">47<") {
		t.Errorf("before it was scanned: %d %s", got.Code, got.Body)
	}
	d.state = staff.CodeScanned
	if got := r.asked("/sign-in/code", form); cookies(got)["console"] != nil || !strings.Contains(got.Body.String(), "扫到了") {
		t.Errorf("scanned: %s", got.Body)
	}
	d.state = staff.CodeRefused
	if got := r.asked("/sign-in/code", form); !strings.Contains(got.Body.String(), staff.ErrCodeRefused.Text) || strings.Contains(got.Body.String(), "every 2s") {
		t.Errorf("refused: %s", got.Body)
	}
	d.state = staff.CodeConfirmed
	if got := r.asked("/sign-in/code", form); got.Header().Get("HX-Redirect") != "/console/audit" || cookies(got)["console"].Value != "editor1" || cookies(got)["code"].MaxAge != -1 {
		t.Errorf("confirmed: %v", got.Header())
	}
	form.Set("veil", "1")
	if got := r.asked("/sign-in/code", form); got.Header().Get("HX-Redirect") != "" || !strings.Contains(got.Body.String(), "data-scanned") {
		t.Errorf("under the veil: %v %s", got.Header(), got.Body)
	}
}

func TestACodeBelongsToItsBrowser(t *testing.T) {
	r := open(t, everyRole(), SigningIn(&entrance{state: staff.CodeConfirmed}))
	if got := r.get("", "/sign-in/picture"); got.Code != http.StatusNotFound {
		t.Errorf("the picture without the cookie: %d", got.Code)
	}
	if got := r.post("", "/sign-in/code", url.Values{"then": {"/console"}}); cookies(got)["console"] != nil {
		t.Error("a browser without the cookie is signed in")
	}
}

func TestWithoutWeChatThePasswordIsLeft(t *testing.T) {
	away := fault.New(fault.Unavailable, "wechat.away", "微信现在连不上，请用密码。")
	r := open(t, everyRole(), SigningIn(&entrance{none: away}))
	if got := r.get("", "/sign-in"); got.Code != http.StatusOK || !strings.Contains(got.Body.String(), away.Text) || !strings.Contains(got.Body.String(), `name="password"`) {
		t.Errorf("%d %s", got.Code, got.Body)
	}
}

func TestSigningOut(t *testing.T) {
	d := &entrance{}
	r := open(t, everyRole(), SigningIn(d))
	got := r.post("editor1", "/sign-out", nil)
	if got.Code != http.StatusSeeOther || d.out != 1 || cookies(got)["console"].MaxAge != -1 {
		t.Errorf("%d %v", got.Code, got.Header())
	}
	if got := r.get("editor1", "/sign-in?then=/console/guide"); got.Header().Get("Location") != "/console/guide" {
		t.Error("who is signed in sees the page of signing in")
	}
}

func TestDevicesAreNamedAsTheirOwnersWould(t *testing.T) {
	for agent, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0": "Windows 电脑 · Edge",
		"Mozilla/5.0 (iPad; CPU OS 18_0) Safari/604.1":                       "iPad · Safari",
		"curl/8": "电脑 · 浏览器",
	} {
		if got := deviceOf(agent); got != want {
			t.Errorf("%s: %s", agent, got)
		}
	}
}

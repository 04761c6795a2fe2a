package main

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"pugongying/internal/api"
)

// handset is a resident's phone.
type handset struct {
	t             *testing.T
	url           string
	token, endKey string
}

// pickUp signs a WeChat of the sandbox in.
func pickUp(t *testing.T, s *server, name string) *handset {
	t.Helper()
	h := &handset{t: t, url: s.url + "/api/v1"}
	in := decodeJSON[api.SignedIn](t, h.call(http.StatusCreated, "POST", "/sessions", `{"provider":"wechat","code":"sandbox-`+name+`"}`))
	h.token, h.endKey = in.Token, in.EndKey
	return h
}

// call asks the API and wants this status.
func (h *handset) call(status int, method, path, body string, token ...string) string {
	h.t.Helper()
	bearer := h.token
	if len(token) > 0 {
		bearer = token[0]
	}
	var headers []string
	if bearer != "" {
		headers = []string{"Authorization", "Bearer " + bearer}
	}
	got, text, err := request(http.DefaultClient, method, h.url+path, body, headers...)
	if err != nil || got != status {
		h.t.Fatalf("%s %s: %d %s %v, want %d", method, path, got, text, err, status)
	}
	return text
}

// TestFromAnApplicationToTheDesk is the way of a volunteer: she applies on her phone, two people of staff say yes on the console,
// her phone shows the invitation, she binds her WeChat with a one-time code, works, scans the desk's code and compares the two
// digits; with 离开 her session of staff is over, at once and on the console's word too.
func TestFromAnApplicationToTheDesk(t *testing.T) {
	s := start(t, t.TempDir())
	she := pickUp(t, s, "qimuge")
	she.call(http.StatusForbidden, "POST", "/staff/sessions", "")
	admin := sit(t, s, "guanli1")
	_, form := admin.get("/accounts/new")
	region := regexp.MustCompile(`<option value="(\d{12})"`).FindStringSubmatch(form)
	if region == nil {
		t.Fatalf("no region to choose: %s", form)
	}
	she.call(http.StatusCreated, "POST", "/volunteers", `{"name":"其木格","region":"`+region[1]+`","why":"我们村里也有这样的事。"}`)
	_, list := admin.get("/applications")
	path := regexp.MustCompile(`/console(/applications/[A-Z2-7]+)`).FindStringSubmatch(list)
	if path == nil || !strings.Contains(list, "其木格") {
		t.Fatalf("her application is not there: %s", list)
	}
	second := sit(t, s, "guanli2")
	for i, one := range []*seat{admin, second} {
		if status, body := one.post(path[1], url.Values{"verdict": {"yes"}}); status != http.StatusSeeOther {
			t.Fatalf("verdict %d: %d %s", i+1, status, body)
		}
	}
	mine := decodeJSON[api.Applying](t, she.call(http.StatusOK, "GET", "/volunteers/mine", ""))
	if mine.State != "accepted" || mine.Invitation == "" {
		t.Fatalf("her phone shows %+v", mine)
	}
	invited := decodeJSON[api.Invitation](t, she.call(http.StatusOK, "POST", "/staff/invitation", `{"invitation":"`+mine.Invitation+`"}`))
	code := func() string {
		now, err := totp.GenerateCode(invited.Secret, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		return now
	}
	in := decodeJSON[api.StaffSession](t, she.call(http.StatusCreated, "POST", "/staff/bindings", `{"invitation":"`+mine.Invitation+`","code":"`+code()+`"}`))
	if len(in.Me.Roles) != 1 || in.Me.Roles[0].Role != "volunteer" {
		t.Errorf("she is %+v", in.Me)
	}
	she.call(http.StatusNotFound, "POST", "/staff/invitation", `{"invitation":"`+mine.Invitation+`"}`)
	she.call(http.StatusOK, "GET", "/me/drafts", "", in.Token)
	she.scansTheDesk(s)
	for _, secret := range []string{"其木格", mine.Invitation, invited.Secret, in.Token, she.token, "yanshi-"} {
		if strings.Contains(s.log.String(), secret) {
			t.Errorf("the log has %q", secret)
		}
	}
	she.call(http.StatusNoContent, "POST", "/sessions/end", `{"key":"`+she.endKey+`"}`, "")
	for begun := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		status, _, err := request(http.DefaultClient, "GET", she.url+"/staff/me", "", "Authorization", "Bearer "+in.Token)
		if took := time.Since(begun); status == http.StatusUnauthorized {
			t.Logf("her session of staff was over %d ms after she left", took.Milliseconds())
			break
		} else if err != nil || took > 2*time.Second {
			t.Fatalf("%v after she left her session of staff answers %d %v", took, status, err)
		}
	}
}

// scansTheDesk signs a browser in by the phone.
func (h *handset) scansTheDesk(s *server) {
	h.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	desk := &seat{t: h.t, url: s.url + "/console", client: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	_, page := desk.get("/sign-in")
	shown := regexp.MustCompile(`/console/sign-in/picture\?([A-Z2-7]{26})`).FindStringSubmatch(page)
	digits := regexp.MustCompile(`<b class="num">(\d\d)</b>`).FindStringSubmatch(page)
	if shown == nil || digits == nil {
		h.t.Fatalf("no code on the page: %s", page)
	}
	asked := decodeJSON[api.DeskCode](h.t, h.call(http.StatusOK, "POST", "/staff/codes/"+shown[1]+"/scan", ""))
	if asked.Digits != digits[1] || !strings.Contains(s.url, asked.Site) {
		h.t.Errorf("the phone shows %+v, the desk %s", asked, digits[1])
	}
	h.call(http.StatusNoContent, "POST", "/staff/codes/"+shown[1]+"/confirmation", "")
	if status, _ := desk.post("/sign-in/code", nil); status != http.StatusSeeOther {
		h.t.Errorf("the desk: %d", status)
	}
	if status, body := desk.get("/self"); status != http.StatusOK || !strings.Contains(body, "其木格") {
		h.t.Errorf("signed in by the scan: %d %s", status, body)
	}
	h.call(http.StatusConflict, "POST", "/staff/codes/"+shown[1]+"/scan", "")
}

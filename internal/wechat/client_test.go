package wechat

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/jpeg"
	"strings"
	"testing"
	"time"

	"pugongying/internal/fault"
	"pugongying/internal/notify"
)

func TestFiftyMiniProgramsAtOnce(t *testing.T) {
	for i := range 50 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			who, err := r.Login(t.Context(), "sandbox-mei.1")
			if err != nil || who.OpenID != r.openID("mei") || who.UnionID != "" {
				t.Fatalf("Login = %+v, %v", who, err)
			}
			if err := r.wx.Consent(r.appID, "mei", template, true); err != nil {
				t.Fatal(err)
			}
			if number, err := r.Send(t.Context(), r.message("mei", "有一项安排待查看")); err != nil || number == 0 {
				t.Fatalf("Send = %d, %v", number, err)
			}
			picture, err := r.Picture(t.Context(), Code{Scene: "r=150121", Page: home})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := jpeg.Decode(bytes.NewReader(picture)); err != nil {
				t.Fatal(err)
			}
			verdict, err := r.CheckText(t.Context(), who.OpenID, SceneForum, "一条广告")
			if err != nil || verdict.Suggestion != Review || verdict.Trace == "" {
				t.Fatalf("CheckText = %+v, %v", verdict, err)
			}
			if trace, err := r.CheckMedia(t.Context(), who.OpenID, Image, "https://media.example/a.jpg"); err != nil || trace == "" {
				t.Fatalf("CheckMedia = %q, %v", trace, err)
			}
		})
	}
}

func TestNewNamesWhatIsMissing(t *testing.T) {
	good := Config{AppID: "wx0123456789", AppSecret: "s", Env: "release", Tokens: newMemory(time.Now)}
	if _, err := New(good); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Config){
		"AppID":  func(c *Config) { c.AppID = "1234" },
		"secret": func(c *Config) { c.AppSecret = "" },
		"cache":  func(c *Config) { c.Tokens = nil },
		"env":    func(c *Config) { c.Env = "beta" },
	} {
		c := good
		change(&c)
		if _, err := New(c); err == nil {
			t.Errorf("New took a bad %s", name)
		}
	}
}

// wantFault checks kind, code and that WeChat's own error stays reachable for the logs.
func wantFault(t *testing.T, err error, want *fault.Error, code int) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error %v, want %s", err, want.Code)
	}
	var inner *Error
	if !errors.As(err, &inner) || inner.Code != code {
		t.Fatalf("cause %+v, want errcode %d", inner, code)
	}
}

func TestLoginSaysWhatWentWrong(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	login := func(code string) error { _, err := r.Login(t.Context(), code); return err }
	if err := login("sandbox-mei.1"); err != nil {
		t.Fatal(err)
	}
	wantFault(t, login("sandbox-mei.1"), ErrCodeInvalid, 40163)
	wantFault(t, login("unknown"), ErrCodeInvalid, 40029)
	wantFault(t, login("sandbox-risk"), ErrRefused, 40226)
	wantFault(t, login("sandbox-busy"), ErrUnavailable, -1)
	for range 100 {
		_ = login("sandbox-lan")
	}
	wantFault(t, login("sandbox-lan"), ErrTooMany, 45011)
	for _, code := range []int{40013, 40125, 40164, 40243} {
		r.wx.Break(r.appID, "/sns/jscode2session", code, 1)
		wantFault(t, login("sandbox-hua"), ErrUnavailable, code)
	}
	if got := fault.From(login("unknown")); got.Kind != fault.Invalid || got.Code != "wechat.code_invalid" || got.Text != "登录没有成功，请再试一次。" {
		t.Errorf("fault %+v", got)
	}
}

func TestLoginCodesAreNotWrittenIntoAddresses(t *testing.T) {
	before := world.count()
	r := newRig(t)
	for _, code := range []string{
		"", "a&appid=wx0", "a#b", "a b", "a%20b", "a/../b", "a?b", "代码", "a\n", strings.Repeat("a", 129), "a=b", "a+b",
	} {
		_, err := r.Login(t.Context(), code)
		wantFault(t, err, ErrCodeInvalid, 0)
	}
	if asked := world.count() - before; asked != 0 {
		t.Errorf("%d requests left", asked)
	}
}

func TestSendSaysWhatWentWrong(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	send := func(m Message) error { _, err := r.Send(t.Context(), m); return err }
	wantFault(t, send(r.message("mei", "你好")), ErrRecipient, 40003)
	if err := r.wx.Consent(r.appID, "mei", template, true); err != nil {
		t.Fatal(err)
	}
	changed := func(change func(*Message)) Message {
		m := r.message("mei", "你好")
		change(&m)
		return m
	}
	wantFault(t, send(changed(func(m *Message) { m.Template = "none" })), ErrTemplateUnknown, 40037)
	wantFault(t, send(changed(func(m *Message) { m.Page = "pages/none" })), ErrPageUnknown, 41030)
	wantFault(t, send(r.message("mei", strings.Repeat("好", 21))), ErrMessageInvalid, 47003)
	wantFault(t, send(changed(func(m *Message) { m.To = "no openid" })), ErrRecipient, 0)
	if err := send(r.message("mei", "你好")); err != nil {
		t.Fatal(err)
	}
	wantFault(t, send(r.message("mei", "你好")), ErrNotConsented, 43101)
	r.wx.Break(r.appID, "/cgi-bin/message/subscribe/send", 43108, 1)
	wantFault(t, send(r.message("mei", "你好")), ErrUnavailable, 43108)
}

func TestNothingAnOnlookerWouldUnderstandIsSent(t *testing.T) {
	before := world.count()
	r := newRig(t)
	for _, m := range []Message{
		r.message("mei", "你的心理咨询在明天"),
		{To: r.openID("mei"), Template: template, Page: "pages/court/court", Values: map[string]string{"thing1": "好"}},
	} {
		_, err := r.Send(t.Context(), m)
		if !errors.Is(err, notify.ErrNotNeutral) {
			t.Errorf("Send(%v) = %v", m.Values, err)
		}
		if strings.Contains(err.Error(), "明天") || strings.Contains(err.Error(), m.To) {
			t.Errorf("the error repeats the message: %v", err)
		}
	}
	if asked := world.count() - before; asked != 0 {
		t.Errorf("%d requests left", asked)
	}
}

func TestChecksSayWhatWentWrong(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	check := func(who, text string) (Verdict, error) { return r.CheckText(t.Context(), who, SceneForum, text) }
	if _, err := r.Login(t.Context(), "sandbox-mei"); err != nil {
		t.Fatal(err)
	}
	mei := r.openID("mei")
	for text, want := range map[string]Suggestion{"一个故事": Pass, "广告": Review, "违规": Risky} {
		if got, err := check(mei, text); err != nil || got.Suggestion != want {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	for name, bad := range map[string]string{"nothing": "", "too long": strings.Repeat("好", 2501), "bad UTF-8": "\xff"} {
		got, err := check(mei, bad)
		wantFault(t, err, ErrTextInvalid, 0)
		if got.Suggestion == Pass {
			t.Errorf("%s passed", name)
		}
	}
	for _, who := range []string{"", "no openid!"} {
		_, err := check(who, "好")
		wantFault(t, err, ErrRecipient, 0)
		_, err = r.CheckMedia(t.Context(), who, Image, "https://media.example/a")
		wantFault(t, err, ErrRecipient, 0)
	}
	_, err := check(r.openID("stranger"), "好")
	wantFault(t, err, ErrRecipient, 40003)
	for _, address := range []string{"", "file:///etc/passwd", "media.example/a", "https://", "::"} {
		_, err := r.CheckMedia(t.Context(), mei, Image, address)
		wantFault(t, err, ErrMediaInvalid, 0)
	}
	_, err = r.CheckMedia(t.Context(), mei, 3, "https://media.example/a")
	wantFault(t, err, ErrMediaInvalid, 0)
}

func TestAnErrorIsNeverAPass(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	if _, err := r.Login(t.Context(), "sandbox-mei"); err != nil {
		t.Fatal(err)
	}
	for code, want := range map[int]*fault.Error{61010: ErrVisitNeeded, 45009: ErrTooMany, -1: ErrUnavailable, 40129: ErrTextInvalid, 48001: ErrUnavailable} {
		r.wx.Break(r.appID, "/wxa/msg_sec_check", code, 1)
		got, err := r.CheckText(t.Context(), r.openID("mei"), SceneForum, "好")
		wantFault(t, err, want, code)
		if got.Suggestion == Pass {
			t.Errorf("errcode %d passed", code)
		}
	}
}

func TestPictureSaysWhatWentWrong(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	picture := func(c Code) error { _, err := r.Picture(t.Context(), c); return err }
	for _, scene := range []string{"", strings.Repeat("a", 33), "家", "a b", "a%20", "a\""} {
		wantFault(t, picture(Code{Scene: scene, Page: home}), ErrSceneInvalid, 0)
	}
	for _, page := range []string{"", "/" + home, home + "?a=1"} {
		wantFault(t, picture(Code{Scene: "a", Page: page}), ErrPageUnknown, 0)
	}
	wantFault(t, picture(Code{Scene: "a", Page: "pages/none"}), ErrPageUnknown, 41030)
	wantFault(t, picture(Code{Scene: "a", Page: home, Width: 5000}), ErrUnavailable, 40097)
	for code, want := range map[int]*fault.Error{40169: ErrSceneInvalid, 40129: ErrSceneInvalid, 45009: ErrTooMany} {
		r.wx.Break(r.appID, "/wxa/getwxacodeunlimit", code, 1)
		wantFault(t, picture(Code{Scene: "a", Page: home}), want, code)
	}
	if err := picture(Code{Scene: "!#$&'()*+,/:;=?@-._~azAZ09", Page: home, Width: 280}); err != nil {
		t.Error(err)
	}
}

func TestABadTokenIsThrownAwayAndTheCallRepeatedOnce(t *testing.T) {
	for _, code := range []int{40001, 40014, 42001} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			if _, err := r.Login(t.Context(), "sandbox-mei"); err != nil {
				t.Fatal(err)
			}
			for broken, deleted := range map[int]int{0: 0, 1: 1} {
				before := r.tokens.deletions()
				r.wx.Break(r.appID, "/wxa/msg_sec_check", code, broken)
				if _, err := r.CheckText(t.Context(), r.openID("mei"), SceneForum, "好"); err != nil {
					t.Fatalf("%d times bad: %v", broken, err)
				}
				if got := r.tokens.deletions() - before; got != deleted {
					t.Errorf("%d times bad: %d tokens thrown away", broken, got)
				}
			}
			r.wx.Break(r.appID, "/wxa/msg_sec_check", code, 2)
			_, err := r.CheckText(t.Context(), r.openID("mei"), SceneForum, "好")
			wantFault(t, err, ErrUnavailable, code)
		})
	}
}

func TestARevokedTokenHealsEveryCall(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	if _, err := r.Login(t.Context(), "sandbox-mei"); err != nil {
		t.Fatal(err)
	}
	if err := r.wx.Consent(r.appID, "mei", template, true); err != nil {
		t.Fatal(err)
	}
	for name, call := range map[string]func() error{
		"send":      func() error { _, err := r.Send(t.Context(), r.message("mei", "好")); return err },
		"picture":   func() error { _, err := r.Picture(t.Context(), Code{Scene: "a", Page: home}); return err },
		"checkText": func() error { _, err := r.CheckText(t.Context(), r.openID("mei"), SceneForum, "好"); return err },
		"checkMedia": func() error {
			_, err := r.CheckMedia(t.Context(), r.openID("mei"), Image, "https://m.example/a")
			return err
		},
	} {
		_ = r.tokens.Set(tokenKey(r.appID), "sandbox_unknown", time.Hour)
		if err := call(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnotherCallersNewTokenIsNotThrownAway(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	_ = r.tokens.Set(tokenKey(r.appID), "sandbox_new", time.Hour)
	r.forget(t.Context(), "sandbox_old")
	if r.tokens.Get(tokenKey(r.appID)) != "sandbox_new" {
		t.Error("a token that was not the bad one is gone")
	}
	r.forget(t.Context(), "sandbox_new")
	if r.tokens.Get(tokenKey(r.appID)) != nil {
		t.Error("the bad token stayed")
	}
}

func TestTheTokenIsAskedForOnce(t *testing.T) {
	w := newWX()
	w.install()
	t.Cleanup(world.install)
	r := newRigIn(t, w)
	for range 10 {
		if _, err := r.Picture(t.Context(), Code{Scene: "a", Page: home}); err != nil {
			t.Fatal(err)
		}
	}
	if asked := w.count(); asked != 11 {
		t.Errorf("%d requests for 10 pictures and a token", asked)
	}
	w.clock.pass(7200*time.Second - 300*time.Second)
	if _, err := r.Picture(t.Context(), Code{Scene: "a", Page: home}); err != nil {
		t.Fatal(err)
	}
	if asked := w.count(); asked != 13 {
		t.Errorf("%d requests after the token aged", asked)
	}
}

func TestACallerWhoGaveUpAsksNothing(t *testing.T) {
	r := newRig(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	before := world.count()
	for range 2 * breakerFailures {
		_, err := r.Login(ctx, "sandbox-mei")
		if !errors.Is(err, context.Canceled) || !errors.Is(err, ErrUnavailable) {
			t.Fatalf("Login = %v", err)
		}
	}
	if world.count() != before {
		t.Error("a request left")
	}
	if _, err := r.Login(t.Context(), "sandbox-mei"); err != nil {
		t.Errorf("callers who gave up opened the breaker: %v", err)
	}
}

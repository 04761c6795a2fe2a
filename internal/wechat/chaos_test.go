package wechat

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"pugongying/internal/fault"
)

// K1_WxChaos: whatever WeChat answers, every call ends soon with the right fault, nothing panics, nothing is left running
// and no error contains a secret.
func TestK1_WxChaos(t *testing.T) {
	t.Cleanup(world.install)
	token := `{"access_token":"` + canary + `","expires_in":7200}`
	answers := map[string]http.HandlerFunc{
		"500":   status(http.StatusInternalServerError),
		"502":   status(http.StatusBadGateway),
		"hangs": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://api.weixin.qq.com/elsewhere", http.StatusFound)
		},
		"a redirect away": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://evil.example/", http.StatusTemporaryRedirect)
		},
		"HTML":             body("<html>" + canary + "</html>"),
		"nothing":          body(""),
		"an empty object":  body("{}"),
		"null":             body("null"),
		"a list":           body("[]"),
		"a number":         body("1e400"),
		"text for numbers": body(`{"errcode":"` + canary + `","openid":5}`),
		"half an object":   body(`{"openid":"o`),
		"a wrong openid":   body(`{"openid":"<script>` + canary + `","session_key":"x"}`),
		"an empty openid":  body(`{"openid":"","session_key":"x"}`),
		"bad UTF-8":        body("{\"openid\":\"\xff\xfe\"}"),
		"10 MB":            body(`{"openid":"` + strings.Repeat("a", 10<<20) + `"}`),
		"deeply nested":    body(strings.Repeat(`{"a":`, 20_000) + "1" + strings.Repeat("}", 20_000)),
		"a panic":          func(http.ResponseWriter, *http.Request) { panic(canary) },
		"an odd errcode":   body(`{"errcode":99999999,"errmsg":"` + canary + `"}`),
	}
	for name, answer := range answers {
		for _, withToken := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, token %v", name, withToken), func(t *testing.T) {
				leaks := goleak.IgnoreCurrent()
				install(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if withToken && r.URL.Path == "/cgi-bin/stable_token" {
						body(token)(w, r)
						return
					}
					answer(w, r)
				}), 100*time.Millisecond)
				for op, call := range everyCall(newRig(t)) {
					if op == opSend && withToken && mute[name] {
						continue
					}
					chaos(t, op, call)
				}
				goleak.VerifyNone(t, leaks)
			})
		}
	}
}

// mute are the answers that a subscribe message may get: JSON without an errcode. Documentation promises no more.
var mute = map[string]bool{"an empty object": true, "null": true, "a wrong openid": true, "an empty openid": true, "bad UTF-8": true}

func TestAMessageTakenWithoutANumber(t *testing.T) {
	install(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/cgi-bin/stable_token" {
			body(`{"access_token":"t","expires_in":7200}`)(w, r)
			return
		}
		body(`{"errcode":0,"errmsg":"ok"}`)(w, r)
	}), Timeout)
	t.Cleanup(world.install)
	r := newRig(t)
	if number, err := r.Send(t.Context(), r.message("mei", "好")); err != nil || number != 0 {
		t.Fatalf("Send = %d, %v", number, err)
	}
}

func chaos(t *testing.T, op string, call func(context.Context) error) {
	t.Helper()
	began := time.Now()
	err := call(t.Context())
	// A token request and a call, each tried twice: four times the timeout at most.
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("%s took %v", op, took)
	}
	var inner *Error
	if !errors.Is(err, ErrUnavailable) || !errors.As(err, &inner) || fault.From(err).Kind != fault.Unavailable {
		t.Errorf("%s = %v", op, err)
	}
	for ; err != nil; err = errors.Unwrap(err) {
		if strings.Contains(err.Error(), canary) || strings.Contains(fmt.Sprintf("%+v", err), "stable_token") {
			t.Errorf("%s: a secret or an address stands in %v", op, err)
		}
	}
}

func everyCall(r *rig) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		opLogin: func(ctx context.Context) error { _, err := r.Login(ctx, "sandbox-mei"); return err },
		opSend:  func(ctx context.Context) error { _, err := r.Send(ctx, r.message("mei", "好")); return err },
		opCode:  func(ctx context.Context) error { _, err := r.Picture(ctx, Code{Scene: "a", Page: home}); return err },
		opCheckText: func(ctx context.Context) error {
			_, err := r.CheckText(ctx, r.openID("mei"), SceneForum, "好")
			return err
		},
		opCheckMedia: func(ctx context.Context) error {
			_, err := r.CheckMedia(ctx, r.openID("mei"), Image, "https://m.example/a")
			return err
		},
	}
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(code)
		_, _ = w.Write([]byte(canary))
	}
}

func body(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(text))
	}
}

func TestTheRealTransportAsksOneHost(t *testing.T) {
	install(nil, Timeout)
	t.Cleanup(world.install)
	for _, address := range []string{
		"http://api.weixin.qq.com/", "https://api.weixin.qq.com.evil.example/", "https://api.weixin.qq.com:8443/", "https://qyapi.weixin.qq.com/",
		"https://169.254.169.254/", "https://[::1]/",
	} {
		r, err := http.NewRequest(http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := (onlyWeChat{overNetwork()}).RoundTrip(r); !errors.Is(err, errHost) {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestAnAnswerOfTheLimitPasses(t *testing.T) {
	for length, want := range map[int]bool{maxReply: true, maxReply + 1: false} {
		install(body(strings.Repeat("a", length)), Timeout)
		t.Cleanup(world.install)
		err := func() error {
			_, err := newRig(t).mini.GetAuth().Code2SessionContext(t.Context(), "code")
			return err
		}()
		if errors.Is(err, errTooLong) == want {
			t.Errorf("%d bytes: %v", length, err)
		}
	}
}

// The breaker uses the wall clock, so the test runs in a synctest bubble.
func TestTheBreakerOpensAndLooksWhetherWeChatIsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWX()
		w.install()
		t.Cleanup(world.install)
		r := newRigIn(t, w)
		login := func() error { _, err := r.Login(t.Context(), "sandbox-mei"); return err }
		w.Break(r.appID, "/sns/jscode2session", -1, breakerFailures+1)
		for range breakerFailures {
			wantFault(t, login(), ErrUnavailable, -1)
		}
		asked := w.count()
		for range 20 {
			wantFault(t, login(), ErrUnavailable, 0)
		}
		if w.count() != asked {
			t.Fatal("asked while the breaker was open")
		}
		time.Sleep(breakerTimeout + time.Millisecond)
		wantFault(t, login(), ErrUnavailable, -1) // looks once, and the breaker stays open
		wantFault(t, login(), ErrUnavailable, 0)
		time.Sleep(breakerTimeout + time.Millisecond)
		for range 2 {
			if err := login(); err != nil {
				t.Fatalf("WeChat is back: %v", err)
			}
		}
	})
}

func TestOneCallLooksAndACallerWhoGivesUpLeavesTheLookToTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBreaker()
		for range breakerFailures {
			done, err := b.Allow()
			if err != nil {
				t.Fatal(err)
			}
			done(errDown)
		}
		time.Sleep(breakerTimeout + time.Millisecond)
		first, err := b.Allow()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.Allow(); err == nil {
			t.Error("two calls look at once")
		}
		first(errGaveUp)
		second, err := b.Allow()
		if err != nil {
			t.Fatalf("nobody may look after a caller gave up: %v", err)
		}
		second(nil)
		if _, err := b.Allow(); err != nil {
			t.Errorf("closed again: %v", err)
		}
	})
}

func TestWhatWasAskedWronglyDoesNotOpenTheBreaker(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for range 3 * breakerFailures {
		_, err := r.Login(t.Context(), "unknown")
		wantFault(t, err, ErrCodeInvalid, 40029)
	}
	if _, err := r.Login(t.Context(), "sandbox-mei"); err != nil {
		t.Error(err)
	}
}

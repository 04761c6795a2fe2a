package sandbox

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestFaithful checks the sandbox against each fact known of WeChat; the name of a case is the fact.
func TestFaithful(t *testing.T) {
	facts := map[string]func(w *world){
		// login
		"a code gives openid and session_key":                      loginAnswers,
		"unionid comes only when bound to the Open Platform":       unionOnlyWhenBound,
		"one person has one openid in one mini-program":            oneOpenID,
		"40029: the code is unknown":                               func(w *world) { w.wants("code", w.login("someone").ErrCode, 40029) },
		"40163: a code is taken once":                              codeOnce,
		"40029: a code lives five minutes":                         codeFiveMinutes,
		"40226: the account is a risk":                             func(w *world) { w.wants("risk", w.login("sandbox-risk").ErrCode, 40226) },
		"-1: WeChat is busy":                                       func(w *world) { w.wants("busy", w.login("sandbox-busy").ErrCode, -1) },
		"45011: 100 logins a minute a person":                      hundredLogins,
		"a bare sandbox-NAME never wears out (kinder than WeChat)": bareName,
		// token
		"the stable token stays the same while it lives":                 stableStays,
		"a new token comes in the last five minutes, both are good then": overlap,
		"expires_in is at least 300":                                     atLeast300,
		"a forced refresh leaves the old token five minutes":             forcedOverlap,
		"two forced refreshes 30 s apart kill a token":                   forcedTwice,
		"a forced refresh within 30 s changes nothing":                   forcedSoon,
		"45009: 20 forced refreshes a day":                               forcedDaily,
		"45009: 10,000 tokens a minute":                                  func(w *world) { w.minute(10_000, func() int { return w.token(false).ErrCode }) },
		"45009: 500,000 tokens a day":                                    tokensADay,
		"40013: the AppID is unknown":                                    unknownApp,
		"40125: the secret is wrong":                                     wrongSecret,
		"40164: the server's address is not on the list":                 func(w *world) { w.arranged(40164) },
		"40243: the AppSecret is frozen":                                 func(w *world) { w.arranged(40243) },
		"40001, 40014, 41001, 42001: unknown, malformed, no, old token":  badTokens,
		// messages
		"43101: without consent nothing is sent":                       func(w *world) { w.visit("a"); w.wants("send", w.notify("a").ErrCode, 43101) },
		"one consent to a one-time template allows one message":        oneConsent,
		"a long-term template allows any number":                       longTerm,
		"43101: a refusal allows nothing, a withdrawal takes all back": refusals,
		"40003: the receiver is unknown":                               func(w *world) { w.wants("send", w.notify("nobody").ErrCode, 40003) },
		"40037: the template is unknown":                               unknownTemplate,
		"41030: the page is not published":                             unknownPage,
		"47003: a field breaks its rule":                               fieldRules,
		"43108: two messages to one person at once":                    concurrentSends,
		// checks
		"suggest is pass, review or risky":                  suggestsText,
		"61010: the person must have come within two hours": visitWindow,
		"40003: the person is unknown":                      func(w *world) { w.wants("text", w.text("nobody", "好").ErrCode, 40003) },
		"40129: a scene is 1 to 4":                          sceneOfText,
		"a text has at most 2,500 characters":               longText,
		"45009: 4,000 texts a minute":                       textsAMinute,
		"45009: 2,000 media a minute":                       mediaAMinute,
		"media_type is 1 or 2":                              mediaType,
		// codes
		"a code is a JPEG with a QR in it":                              pictureOfCode,
		"40169: a scene has 1 to 32 characters":                         sceneLength,
		"40129: a scene has letters, digits and !#$&'()*+,/:;=?@-._~":   sceneAlphabet,
		"41030: no slash before a page, no query, published":            pageOfCode,
		"check_path false takes a page that is not published":           uncheckedPage,
		"45009: 5,000 codes a minute":                                   codesAMinute,
		"a call that wants POST refuses GET (43002), and the other way": methods,
		"what is no JSON is 47001, nothing at all 44002":                noJSON,
	}
	for fact, check := range facts {
		t.Run(fact, func(t *testing.T) {
			t.Parallel()
			check(newWorld(t))
		})
	}
}

func (w *world) visit(name string) { w.Visit(appID, name) }

func (w *world) text(name, text string, change ...func(m)) answer {
	w.Helper()
	body := m{"openid": OpenID(appID, name), "scene": 2, "version": 2, "content": text}
	for _, f := range change {
		f(body)
	}
	return w.with(pathText, body)
}

func (w *world) medium(name, address string, change ...func(m)) answer {
	w.Helper()
	body := m{"openid": OpenID(appID, name), "scene": 4, "version": 2, "media_url": address, "media_type": 2}
	for _, f := range change {
		f(body)
	}
	return w.with(pathMedia, body)
}

func (w *world) code(change ...func(m)) answer {
	w.Helper()
	body := m{"scene": "r=150121&p=abc", "page": home}
	for _, f := range change {
		f(body)
	}
	return w.with(pathCode, body)
}

// minute checks that n calls a minute pass, the next is 45009, and the next minute is free again.
func (w *world) minute(n int, call func() int) {
	w.Helper()
	for i := range n {
		if code := call(); code != 0 {
			w.Fatalf("call %d = %d", i+1, code)
		}
	}
	w.wants("one more", call(), 45009)
	w.clock.pass(time.Minute)
	w.wants("a minute later", call(), 0)
}

func loginAnswers(w *world) {
	got := w.login("sandbox-mei")
	if got.OpenID != OpenID(appID, "mei") || len(got.OpenID) != 28 || got.OpenID[0] != 'o' || got.SessionKey == "" {
		w.Errorf("login = %+v", got)
	}
}

func unionOnlyWhenBound(w *world) {
	if got := w.login("sandbox-mei"); got.UnionID != "" {
		w.Errorf("unbound: %q", got.UnionID)
	}
	bound := newWorld(w.T, func(a *App) { a.OpenPlatform = true })
	if got := bound.login("sandbox-mei"); got.UnionID == "" || got.UnionID == got.OpenID {
		w.Errorf("bound: %+v", got)
	}
}

func oneOpenID(w *world) {
	first, again, other := w.login("sandbox-mei"), w.login("sandbox-mei"), w.login("sandbox-lan")
	if first.OpenID != again.OpenID || first.OpenID == other.OpenID || OpenID("wxother", "mei") == first.OpenID {
		w.Errorf("openids %q %q %q", first.OpenID, again.OpenID, other.OpenID)
	}
	if first.SessionKey == again.SessionKey {
		w.Error("two logins share a session_key")
	}
}

func codeOnce(w *world) {
	for _, code := range []string{"sandbox-mei.1", w.IssueCode(appID, "mei")} {
		w.wants("first", w.login(code).ErrCode, 0)
		w.wants("second", w.login(code).ErrCode, 40163)
	}
}

func codeFiveMinutes(w *world) {
	young, old := w.IssueCode(appID, "mei"), w.IssueCode(appID, "mei")
	w.clock.pass(5*time.Minute - time.Second)
	w.wants("young", w.login(young).ErrCode, 0)
	w.clock.pass(time.Second)
	w.wants("old", w.login(old).ErrCode, 40029)
}

func hundredLogins(w *world) {
	for range 100 {
		w.wants("login", w.login("sandbox-mei").ErrCode, 0)
	}
	w.wants("the 101st", w.login("sandbox-mei").ErrCode, 45011)
	w.wants("somebody else", w.login("sandbox-lan").ErrCode, 0)
	w.clock.pass(time.Minute)
	w.wants("a minute later", w.login("sandbox-mei").ErrCode, 0)
}

func bareName(w *world) {
	w.wants("first", w.login("sandbox-mei").ErrCode, 0)
	w.clock.pass(24 * time.Hour)
	w.wants("a day later", w.login("sandbox-mei").ErrCode, 0)
}

func stableStays(w *world) {
	first := w.token(false)
	w.clock.pass(7200*time.Second - 301*time.Second)
	again := w.token(false)
	if first.AccessToken != again.AccessToken || first.ExpiresIn != 7200 || again.ExpiresIn != 301 {
		w.Errorf("%+v then %+v", first, again)
	}
}

// good reports whether a token opens a door.
func (w *world) good(token string) int {
	w.Helper()
	w.visit("visitor")
	return w.ask(http.MethodPost, pathText+"?access_token="+token,
		m{"openid": OpenID(appID, "visitor"), "scene": 1, "version": 2, "content": "好"}).ErrCode
}

func overlap(w *world) {
	old := w.token(false).AccessToken
	w.clock.pass(7200*time.Second - 300*time.Second)
	fresh := w.token(false).AccessToken
	if old == fresh {
		w.Error("no new token in the last five minutes")
	}
	w.clock.pass(299 * time.Second)
	w.wants("old", w.good(old), 0)
	w.wants("new", w.good(fresh), 0)
	w.clock.pass(time.Second)
	w.wants("old, later", w.good(old), 42001)
}

func atLeast300(w *world) {
	for range 200 {
		if got := w.token(false).ExpiresIn; got < 300 {
			w.Fatalf("expires_in %d", got)
		}
		w.clock.pass(97 * time.Second)
	}
}

func forcedOverlap(w *world) {
	old := w.token(false).AccessToken
	if forced := w.token(true).AccessToken; forced == old {
		w.Error("a forced refresh gave the same token")
	}
	w.clock.pass(299 * time.Second)
	w.wants("old", w.good(old), 0)
	w.clock.pass(time.Second)
	w.wants("old, later", w.good(old), 42001)
}

func forcedTwice(w *world) {
	leaked := w.token(false).AccessToken
	w.token(true)
	w.clock.pass(30 * time.Second)
	w.token(true)
	w.wants("leaked", w.good(leaked), 40001)
}

func forcedSoon(w *world) {
	first := w.token(true).AccessToken
	w.clock.pass(29 * time.Second)
	if again := w.token(true); again.AccessToken != first || again.ErrCode != 0 {
		w.Errorf("within 30 s: %+v", again)
	}
	w.clock.pass(time.Second)
	if later := w.token(true); later.AccessToken == first {
		w.Error("after 30 s: the same token")
	}
}

func forcedDaily(w *world) {
	for range 20 {
		w.wants("force", w.token(true).ErrCode, 0)
		w.clock.pass(31 * time.Second)
	}
	w.wants("the 21st", w.token(true).ErrCode, 45009)
	w.wants("unforced", w.token(false).ErrCode, 0)
	w.clock.pass(24 * time.Hour)
	w.wants("tomorrow", w.token(true).ErrCode, 0)
}

func tokensADay(w *world) {
	l := limit{minute: 10_000, day: 500_000}
	spent, now := &window{}, w.clock.Now()
	for i := range 500_000 {
		if i%10_000 == 0 {
			now = now.Add(time.Minute)
		}
		if !spent.take(now, l) {
			w.Fatalf("refused after %d", i)
		}
	}
	now = now.Add(time.Minute)
	if spent.take(now, l) {
		w.Error("the 500,001st passed")
	}
	if !spent.take(now.Add(24*time.Hour), l) {
		w.Error("tomorrow is not a new day")
	}
}

func unknownApp(w *world) {
	w.wants("token", w.ask(http.MethodPost, pathToken, m{"grant_type": "client_credential", "appid": "wx0", "secret": secret}).ErrCode, 40013)
	w.wants("login", w.ask(http.MethodGet, pathSession+"?appid=wx0&secret="+secret+"&js_code=sandbox-a&grant_type=authorization_code", nil).ErrCode, 40013)
}

func wrongSecret(w *world) {
	w.wants("token", w.ask(http.MethodPost, pathToken, m{"grant_type": "client_credential", "appid": appID, "secret": "no"}).ErrCode, 40125)
	w.wants("none", w.ask(http.MethodPost, pathToken, m{"grant_type": "client_credential", "appid": appID}).ErrCode, 41004)
	w.wants("login", w.ask(http.MethodGet, pathSession+"?appid="+appID+"&secret=no&js_code=sandbox-a&grant_type=authorization_code", nil).ErrCode, 40125)
}

func (w *world) arranged(code int) {
	w.Break(appID, pathToken, code, 2)
	w.wants("first", w.token(false).ErrCode, code)
	w.wants("second", w.token(false).ErrCode, code)
	w.wants("third", w.token(false).ErrCode, 0)
}

func badTokens(w *world) {
	old := w.token(false).AccessToken
	w.clock.pass(7200 * time.Second)
	w.wants("old", w.good(old), 42001)
	w.wants("unknown", w.good(tokenPrefix+"unknown"), 40001)
	w.wants("malformed", w.good("nonsense"), 40014)
	w.wants("none", w.good(""), 41001)
	w.wants("good", w.good(w.token(false).AccessToken), 0)
}

func oneConsent(w *world) {
	w.allow("mei")
	w.allow("mei")
	first, second := w.notify("mei"), w.notify("mei")
	w.wants("first", first.ErrCode, 0)
	w.wants("second", second.ErrCode, 0)
	if first.MsgID == second.MsgID {
		w.Error("two messages have one number")
	}
	w.wants("third", w.notify("mei").ErrCode, 43101)
}

func longTerm(w *world) {
	if err := w.Consent(appID, "mei", always, true); err != nil {
		w.Fatal(err)
	}
	for range 5 {
		got := w.notify("mei", key("template_id", always), key("data", m{"thing1": m{"value": "有新故事"}}))
		w.wants("send", got.ErrCode, 0)
	}
}

func refusals(w *world) {
	if err := w.Consent(appID, "mei", notice, false); err != nil {
		w.Fatal(err)
	}
	w.wants("refused", w.notify("mei").ErrCode, 43101)
	w.allow("mei")
	if err := w.Withdraw(appID, "mei", notice); err != nil {
		w.Fatal(err)
	}
	w.wants("withdrawn", w.notify("mei").ErrCode, 43101)
}

func unknownTemplate(w *world) {
	w.allow("mei")
	w.wants("send", w.notify("mei", key("template_id", "nothing")).ErrCode, 40037)
	if w.Consent(appID, "mei", "nothing", true) == nil {
		w.Error("a consent to an unknown template was taken")
	}
}

func unknownPage(w *world) {
	w.allow("mei")
	w.wants("send", w.notify("mei", key("page", "pages/none/none")).ErrCode, 41030)
	w.wants("no page", w.notify("mei", key("page", "")).ErrCode, 0)
}

func concurrentSends(w *world) {
	slow := newWorld(w.T, func(a *App) { a.SendTime = 300 * time.Millisecond })
	slow.allow("mei")
	slow.allow("mei")
	slow.allow("lan")
	codes := make(chan int, 2)
	var together sync.WaitGroup
	for range 2 {
		together.Go(func() { codes <- slow.notify("mei").ErrCode })
	}
	together.Go(func() { slow.wants("somebody else", slow.notify("lan").ErrCode, 0) })
	together.Wait()
	if sum := <-codes + <-codes; sum != 43108 {
		w.Errorf("two at once: codes add up to %d", sum)
	}
	slow.wants("afterwards", slow.notify("mei").ErrCode, 0)
}

func methods(w *world) {
	w.wants("GET", w.ask(http.MethodGet, pathSend, nil).ErrCode, 43002)
	w.wants("POST", w.ask(http.MethodPost, pathSession, m{}).ErrCode, 43001)
}

func noJSON(w *world) {
	rec := w.ask(http.MethodPost, pathSend+"?access_token="+w.token(false).AccessToken, "text")
	w.wants("text", rec.ErrCode, 47001)
	w.wants("nothing", w.ask(http.MethodPost, pathCode+"?access_token="+w.token(false).AccessToken, nil).ErrCode, 44002)
	if !strings.Contains(rec.ErrMsg, "rid: ") {
		w.Errorf("errmsg %q names no request", rec.ErrMsg)
	}
}

package sandbox

import (
	"bytes"
	"image/jpeg"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestFaithful holds the sandbox against each fact known of WeChat; the name of a case is the fact.
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

// good says whether a token opens a door.
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

func suggestsText(w *world) {
	w.visit("mei")
	for text, want := range map[string]string{"今天读了一个故事": "pass", "一条广告": "review", "违规的话": "risky"} {
		if got := w.text("mei", text); got.Result.Suggest != want || got.TraceID == "" || (got.Result.Label == 100) != (want == "pass") {
			w.Errorf("%s: %+v", text, got)
		}
	}
}

func visitWindow(w *world) {
	w.login("sandbox-mei")
	w.clock.pass(2 * time.Hour)
	w.wants("two hours", w.text("mei", "好").ErrCode, 0)
	w.clock.pass(time.Second)
	w.wants("text, later", w.text("mei", "好").ErrCode, 61010)
	w.wants("media, later", w.medium("mei", "https://media.example/a.jpg").ErrCode, 61010)
	w.visit("mei")
	w.wants("after a visit", w.text("mei", "好").ErrCode, 0)
}

func sceneOfText(w *world) {
	w.visit("mei")
	for scene, want := range map[int]int{0: 40129, 1: 0, 4: 0, 5: 40129} {
		w.wants("scene", w.text("mei", "好", key("scene", scene)).ErrCode, want)
	}
}

func longText(w *world) {
	w.visit("mei")
	w.wants("2,500", w.text("mei", strings.Repeat("好", 2500)).ErrCode, 0)
	w.wants("2,501", w.text("mei", strings.Repeat("好", 2501)).ErrCode, 45002)
}

func textsAMinute(w *world) {
	w.visit("mei")
	w.minute(4000, func() int { return w.text("mei", "好").ErrCode })
}

func mediaAMinute(w *world) {
	w.visit("mei")
	w.minute(2000, func() int { return w.medium("mei", "https://media.example/a.jpg").ErrCode })
}

func mediaType(w *world) {
	w.visit("mei")
	for kind, want := range map[int]int{0: 40004, 1: 0, 2: 0, 3: 40004} {
		w.wants("media_type", w.medium("mei", "https://media.example/a.mp3", key("media_type", kind)).ErrCode, want)
	}
	w.wants("address", w.medium("mei", "file:///etc/passwd").ErrCode, 40066)
}

func pictureOfCode(w *world) {
	got := w.code(key("width", 600))
	picture, err := jpeg.Decode(bytes.NewReader(got.picture))
	if err != nil {
		w.Fatal(err)
	}
	if size := picture.Bounds().Dx(); size != 600 || picture.Bounds().Dy() != size {
		w.Errorf("size %v", picture.Bounds())
	}
	dark := func(x, y int) bool { r, _, _, _ := picture.At(x, y).RGBA(); return r < 0x8000 }
	// Along the diagonal from the corner: quiet white, then the dark ring of the finder pattern, its white, its heart.
	changes := 0
	for i := 1; i < 300; i++ {
		if dark(i, i) != dark(i-1, i-1) {
			changes++
		}
	}
	if dark(0, 0) || changes < 5 {
		w.Errorf("no finder pattern: %d changes", changes)
	}
}

func sceneLength(w *world) {
	w.wants("none", w.code(key("scene", "")).ErrCode, 40169)
	w.wants("32", w.code(key("scene", strings.Repeat("a", 32))).ErrCode, 0)
	w.wants("33", w.code(key("scene", strings.Repeat("a", 33))).ErrCode, 40169)
}

func sceneAlphabet(w *world) {
	w.wants("all", w.code(key("scene", "!#$&'()*+,/:;=?@-._~azAZ09")).ErrCode, 0)
	for _, bad := range []string{"a b", "a%20", "家", "a\"", "a<", "[a]", "a\n"} {
		w.wants(bad, w.code(key("scene", bad)).ErrCode, 40129)
	}
}

func pageOfCode(w *world) {
	for _, bad := range []string{"/" + home, home + "?a=1", "pages/none/none"} {
		w.wants(bad, w.code(key("page", bad)).ErrCode, 41030)
	}
	w.wants("none", w.code(key("page", "")).ErrCode, 0)
}

func uncheckedPage(w *world) {
	w.wants("unchecked", w.code(key("page", "pages/none/none"), key("check_path", false)).ErrCode, 0)
	w.wants("env", w.code(key("env_version", "beta")).ErrCode, 40097)
	w.wants("width", w.code(key("width", 279)).ErrCode, 40097)
}

func codesAMinute(w *world) {
	// The quota counts before the picture is drawn: what is counted here is a call that fails at the page.
	for range 5000 {
		w.wants("code", w.code(key("page", "/")).ErrCode, 41030)
	}
	w.wants("one more", w.code(key("page", "/")).ErrCode, 45009)
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

func fieldRules(w *world) {
	for range 40 {
		w.allow("mei")
	}
	w.wants("good", w.notify("mei").ErrCode, 0)
	w.wants("thing of 21", w.notify("mei", value("thing1", strings.Repeat("好", 21))).ErrCode, 47003)
	w.wants("thing of 20", w.notify("mei", value("thing1", strings.Repeat("好", 20))).ErrCode, 0)
	w.wants("empty", w.notify("mei", value("thing1", "")).ErrCode, 47003)
	w.wants("missing", w.notify("mei", func(b m) { delete(b["data"].(m), "time2") }).ErrCode, 47003)
	w.wants("unknown field", w.notify("mei", value("thing9", "x")).ErrCode, 47003)
}

// TestFieldTypes follows the table of template fields.
func TestFieldTypes(t *testing.T) {
	t.Parallel()
	for kind, examples := range map[string]struct{ good, bad []string }{
		"thing":            {[]string{"有一项安排", strings.Repeat("好", 20)}, []string{strings.Repeat("好", 21)}},
		"phrase":           {[]string{"待查看", "一二三四五"}, []string{"一二三四五六", "ok", "待 看"}},
		"character_string": {[]string{"AB-12/3", strings.Repeat("a", 32)}, []string{"号码", strings.Repeat("a", 33), "a b"}},
		"number":           {[]string{"12", "3.5", "-1"}, []string{"十二", "1a", strings.Repeat("1", 33)}},
		"letter":           {[]string{"abcXYZ"}, []string{"a1", strings.Repeat("a", 33)}},
		"symbol":           {[]string{"+-*/!"}, []string{"+-*/!!", "a"}},
		"name":             {[]string{"萨仁高娃", strings.Repeat("好", 10), "Mary Ann"}, []string{strings.Repeat("好", 11), "萨仁1", "a\u00e9"}},
		"phone_number":     {[]string{"0471-12338", "+86-13900000000"}, []string{"号码", strings.Repeat("1", 18)}},
		"time":             {[]string{"15:01", "2019年10月1日 15:01"}, []string{"2019-10-01 15:01", "下午三点", "2019年10月1日"}},
		"date":             {[]string{"2019年10月1日", "2019年10月1日 15:01"}, []string{"10月1日", "15:01"}},
	} {
		template := Template{ID: "t", Fields: map[string]string{kind + "1": "项"}}
		if err := template.valid(); err != nil {
			t.Fatal(err)
		}
		for _, v := range examples.good {
			if !template.fits(map[string]string{kind + "1": v}) {
				t.Errorf("%s refuses %q", kind, v)
			}
		}
		for _, v := range examples.bad {
			if template.fits(map[string]string{kind + "1": v}) {
				t.Errorf("%s takes %q", kind, v)
			}
		}
	}
	if (Template{ID: "t", Fields: map[string]string{"poem1": "诗"}}).valid() == nil {
		t.Error("a field of an unknown type is valid")
	}
}

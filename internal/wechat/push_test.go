package wechat

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/silenceper/wechat/v2/util"

	"pugongying/internal/wechat/sandbox"
)

// The worked examples of WeChat's documentation (消息推送).
const (
	docToken   = "AAAAA"
	docAppID   = "wxba5fad812f8e6fb9"
	docAESKey  = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	docEcho    = "signature=f464b24fc39322e44b38aa78f5edd27bd1441696&echostr=4375120948345356249&timestamp=1714036504&nonce=1514711492"
	docPlain   = "signature=899cf89e464efb63f54ddac96b0a0a235f53aa78&timestamp=1714037059&nonce=486452656"
	docSealed  = "signature=6c5c811b55cc85e0e1b54100749188c20beb3f5d&timestamp=1714112445&nonce=415670741&openid=o9AgO5Kd5ggOC-bXrbNODIiE3bGY&encrypt_type=aes&msg_signature=046e02f8204d34f8ba5fa3b1db94908f3df2e9b3"
	docEncrypt = "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
	docMessage = `{"ToUserName":"gh_97417a04a28d","FromUserName":"o9AgO5Kd5ggOC-bXrbNODIiE3bGY","CreateTime":1714112445,"MsgType":"event","Event":"debug_demo","debug_str":"hello world"}`
)

// desk is a receiver with its store, its clock and its log.
type desk struct {
	*testing.T
	*Receiver
	store *events
	clock *clock
	log   *bytes.Buffer
}

func newDesk(t *testing.T, change ...func(*PushConfig)) *desk {
	t.Helper()
	d := &desk{T: t, store: newEvents(), clock: newClock(), log: &bytes.Buffer{}}
	c := PushConfig{
		AppID: docAppID, Token: docToken, Store: d.store, Now: d.clock.Now, Log: slog.New(slog.NewTextHandler(d.log, nil)),
	}
	for _, f := range change {
		f(&c)
	}
	var err error
	if d.Receiver, err = NewReceiver(c); err != nil {
		t.Fatal(err)
	}
	return d
}

func encrypted(c *PushConfig) { c.AESKey = docAESKey }

func (d *desk) at(unix int64) *desk {
	d.clock.now = time.Unix(unix, 0)
	return d
}

func (d *desk) send(method, query, contentType, body string) *httptest.ResponseRecorder {
	d.Helper()
	r := httptest.NewRequest(method, "/wechat/push?"+query, strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	rec := httptest.NewRecorder()
	d.ServeHTTP(rec, r)
	return rec
}

// post signs body as WeChat would now, with changes to the query, and posts it.
func (d *desk) post(body string, change ...func(url.Values)) *httptest.ResponseRecorder {
	d.Helper()
	stamp := strconv.FormatInt(d.clock.Now().Unix(), 10)
	q := url.Values{"timestamp": {stamp}, "nonce": {"n" + hashOf(body)[:8]}}
	for _, f := range change {
		f(q)
	}
	if !q.Has("signature") {
		q.Set("signature", util.Signature(docToken, q.Get("timestamp"), q.Get("nonce")))
	}
	return d.send(http.MethodPost, q.Encode(), "application/json", body)
}

func set(key, value string) func(url.Values) { return func(q url.Values) { q.Set(key, value) } }

const revoked = `{"ToUserName":"gh_1","FromUserName":"oTeam","CreateTime":1795399200,"MsgType":"event","Event":"user_authorization_revoke","OpenID":"oaKk343WOktAaT2ygsX138BGblrg","AppID":"` + docAppID + `","RevokeInfo":"8,13"}`

func TestSignatureVectors(t *testing.T) {
	if rec := newDesk(t).at(1714036504).send(http.MethodGet, docEcho, "", ""); rec.Code != 200 || rec.Body.String() != "4375120948345356249" {
		t.Errorf("echo = %d %q", rec.Code, rec.Body)
	}
	plain := newDesk(t).at(1714037059)
	if rec := plain.send(http.MethodPost, docPlain, "application/json", docMessage); rec.Code != 200 || rec.Body.String() != "success" {
		t.Errorf("plain = %d %q", rec.Code, rec.Body)
	}
	sealed := newDesk(t, encrypted).at(1714112445)
	body := `{"ToUserName":"gh_97417a04a28d","Encrypt":"` + docEncrypt + `"}`
	if rec := sealed.send(http.MethodPost, docSealed, "application/json", body); rec.Code != 200 || rec.Body.String() != "success" {
		t.Errorf("sealed = %d %q %s", rec.Code, rec.Body, sealed.log)
	}
	q, _ := url.ParseQuery(docSealed)
	if opened, err := sealed.open(q, false, []byte(body)); err != nil || string(opened) != docMessage {
		t.Errorf("opened %q, %v", opened, err)
	}
	inXML := "<xml><ToUserName>gh_97417a04a28d</ToUserName><Encrypt><![CDATA[" + docEncrypt + "]]></Encrypt></xml>"
	if opened, err := sealed.open(q, true, []byte(inXML)); err != nil || string(opened) != docMessage {
		t.Errorf("opened from XML %q, %v", opened, err)
	}
}

func TestEchoRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		query string
		at    int64
		want  int
	}{
		"another signature": {strings.Replace(docEcho, "f464", "f465", 1), 1714036504, 403},
		"no signature":      {"timestamp=1714036504&nonce=1514711492&echostr=1", 1714036504, 403},
		"too old":           {docEcho, 1714036504 + 301, 403},
		"too far ahead":     {docEcho, 1714036504 - 301, 403},
		"no timestamp":      {"signature=x&nonce=1&echostr=1", 1714036504, 400},
		"no echo":           {strings.Replace(docEcho, "echostr", "e", 1), 1714036504, 400},
		"a long echo":       {strings.Replace(docEcho, "4375120948345356249", strings.Repeat("a", 129), 1), 1714036504, 400},
	} {
		rec := newDesk(t).at(c.at).send(http.MethodGet, c.query, "", "")
		if rec.Code != c.want || rec.Body.Len() != 0 {
			t.Errorf("%s = %d %q, want %d", name, rec.Code, rec.Body, c.want)
		}
	}
	if rec := newDesk(t).send(http.MethodDelete, docEcho, "", ""); rec.Code != 405 || rec.Header().Get("Allow") != "GET, POST" {
		t.Errorf("DELETE = %d", rec.Code)
	}
}

func TestPushIsStoredThenAcknowledged(t *testing.T) {
	d := newDesk(t)
	rec := d.post(revoked)
	if rec.Code != 200 || rec.Body.String() != "success" || !strings.HasPrefix(rec.Header().Get("Content-Type"), "text/plain") {
		t.Fatalf("post = %d %q", rec.Code, rec.Body)
	}
	got := d.store.all()
	if len(got) != 1 || got[0].Kind != AuthorizationRevoked || got[0].OpenID != "oaKk343WOktAaT2ygsX138BGblrg" || !slices.Equal(got[0].Revoked, []string{"8", "13"}) {
		t.Fatalf("stored %+v", got)
	}
}

func TestPushIsNotAcknowledgedUnlessStored(t *testing.T) {
	d := newDesk(t)
	d.store.broken = 1
	if rec := d.post(revoked); rec.Code != 503 || rec.Body.Len() != 0 {
		t.Fatalf("post with a broken store = %d %q", rec.Code, rec.Body)
	}
	if rec := d.post(revoked); rec.Code != 200 || len(d.store.all()) != 1 {
		t.Fatalf("WeChat's next try = %d", rec.Code)
	}
}

// hanging is a store that never answers.
type hanging struct{ *events }

func (hanging) Save(ctx context.Context, _ Push) error {
	<-ctx.Done()
	return ctx.Err()
}

func TestWeChatIsAnsweredWithinFiveSecondsWhateverTheStoreDoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, func(c *PushConfig) { c.Store, c.Now = hanging{}, time.Now })
		d.clock.now = time.Now()
		began := time.Now()
		if rec := d.post(revoked); rec.Code != 503 || time.Since(began) >= 5*time.Second {
			t.Errorf("a hanging store = %d after %v", rec.Code, time.Since(began))
		}
	})
}

func TestAHangingUpWeChatDoesNotUndoTheStoring(t *testing.T) {
	d := newDesk(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	q, _ := url.ParseQuery("timestamp=1&nonce=2")
	if err := d.save(ctx, q, []byte("body"), nil); err != nil || d.store.pushes != 1 {
		t.Errorf("save = %v, %d stored", err, d.store.pushes)
	}
}

func TestPushRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		change func(url.Values)
		body   string
		want   int
	}{
		"another signature": {set("signature", strings.Repeat("0", 40)), revoked, 403},
		"an empty one":      {set("signature", ""), revoked, 403},
		"too old":           {set("timestamp", "1"), revoked, 403},
		"no timestamp":      {set("timestamp", ""), revoked, 400},
		"no number":         {set("timestamp", "now"), revoked, 400},
		"no nonce":          {set("nonce", ""), revoked, 400},
		"a long nonce":      {set("nonce", strings.Repeat("n", 129)), revoked, 400},
		"encrypted":         {set("encrypt_type", "aes"), revoked, 400},
		"no JSON":           {set("x", ""), "{", 400},
		"nothing":           {set("x", ""), "", 400},
		"another app":       {set("x", ""), strings.Replace(revoked, docAppID, "wxother", 1), 400},
		"no person":         {set("x", ""), strings.Replace(revoked, "oaKk343WOktAaT2ygsX138BGblrg", "", 1), 400},
		"too long":          {set("x", ""), `{"a":"` + strings.Repeat("a", pushBody) + `"}`, 413},
	} {
		d := newDesk(t)
		if rec := d.post(c.body, c.change); rec.Code != c.want || rec.Body.Len() != 0 {
			t.Errorf("%s = %d %q, want %d", name, rec.Code, rec.Body, c.want)
		}
		if d.store.pushes != 0 {
			t.Errorf("%s was stored", name)
		}
		if strings.Contains(d.log.String(), "oaKk343") {
			t.Errorf("%s: the log holds an openid", name)
		}
	}
}

func TestWhereAKeyIsConfiguredPlainTextIsRefused(t *testing.T) {
	sealed := func(text, appID, key string) string {
		encrypt, err := util.EncryptMsg([]byte("0123456789abcdef"), []byte(text), appID, key)
		if err != nil {
			t.Fatal(err)
		}
		return string(encrypt)
	}
	good := sealed(revoked, docAppID, docAESKey)
	otherKey := strings.Repeat("B", 42) + "A"
	sign := func(encrypt string) func(url.Values) {
		return func(q url.Values) {
			q.Set("encrypt_type", "aes")
			q.Set("msg_signature", util.Signature(docToken, q.Get("timestamp"), q.Get("nonce"), encrypt))
		}
	}
	wrap := func(encrypt string) string { return `{"Encrypt":"` + encrypt + `"}` }
	for name, c := range map[string]struct {
		body   string
		change func(url.Values)
		want   int
	}{
		"encrypted and signed":                 {wrap(good), sign(good), 200},
		"both, as in compatible mode":          {strings.Replace(wrap(good), "{", `{"Event":"user_info_modified",`, 1), sign(good), 200},
		"plain, well signed":                   {revoked, set("x", ""), 403},
		"plain, said to be encrypted":          {revoked, sign(""), 403},
		"signed only as plain text is":         {wrap(good), set("encrypt_type", "aes"), 403},
		"signed for another text":              {wrap(good), sign("x"), 403},
		"another key":                          {wrap(sealed(revoked, docAppID, otherKey)), sign(sealed(revoked, docAppID, otherKey)), 403},
		"another app":                          {wrap(sealed(revoked, "wxother", docAESKey)), sign(sealed(revoked, "wxother", docAESKey)), 403},
		"no base64":                            {wrap("!!!"), sign("!!!"), 403},
		"too short":                            {wrap("AAAA"), sign("AAAA"), 403},
		"cut":                                  {wrap(good[:64]), sign(good[:64]), 403},
		"encrypted, but not a message of ours": {wrap(sealed("{", docAppID, docAESKey)), sign(sealed("{", docAppID, docAESKey)), 400},
	} {
		d := newDesk(t, encrypted)
		rec := d.post(c.body, c.change)
		if rec.Code != c.want || (d.store.pushes > 0) != (c.want == 200) {
			t.Errorf("%s = %d, %d stored, want %d", name, rec.Code, d.store.pushes, c.want)
		}
	}
}

func TestANonceCarriesOneBody(t *testing.T) {
	d := newDesk(t)
	same := set("nonce", "once")
	other := strings.Replace(revoked, "oaKk343", "oaKk344", 1)
	for i, want := range []struct {
		body string
		code int
	}{{revoked, 200}, {revoked, 200}, {other, 403}, {revoked, 200}} {
		if rec := d.post(want.body, same); rec.Code != want.code {
			t.Errorf("push %d = %d, want %d", i, rec.Code, want.code)
		}
	}
	if n := len(d.store.all()); n != 1 {
		t.Errorf("%d events", n)
	}
	if rec := d.post(other); rec.Code != 200 || len(d.store.all()) != 2 {
		t.Errorf("the other body with its own nonce = %d", rec.Code)
	}
}

func TestTheSamePushTwiceIsOneEvent(t *testing.T) {
	for name, body := range map[string]string{
		"media":    `{"MsgType":"event","Event":"wxa_media_check","CreateTime":1795399200,"appid":"` + docAppID + `","trace_id":"60f96f1d-3845297a-1976a3ae","errcode":0,"result":{"suggest":"pass","label":100}}`,
		"delivery": `{"MsgType":"event","Event":"subscribe_msg_sent_event","FromUserName":"o7esq5PHRGBQYmeNyfG064wEFVpQ","CreateTime":"1795399200","List":{"TemplateId":"t","MsgID":"18643","ErrorCode":"0"}}`,
	} {
		d := newDesk(t)
		later := strings.Replace(body, "1795399200", "1795399210", 1)
		for i, b := range []string{body, later} {
			if rec := d.post(b, set("nonce", strconv.Itoa(i))); rec.Code != 200 {
				t.Fatalf("%s = %d", name, rec.Code)
			}
		}
		if n := len(d.store.all()); n != 1 {
			t.Errorf("%s told twice is %d events", name, n)
		}
	}
}

func TestTheSandboxPushesThroughTheRealReceiver(t *testing.T) {
	for name, change := range map[string]func(*sandbox.App){
		"plain JSON":     func(*sandbox.App) {},
		"plain XML":      func(a *sandbox.App) { a.PushXML = true },
		"encrypted JSON": func(a *sandbox.App) { a.PushAESKey = docAESKey },
		"encrypted XML":  func(a *sandbox.App) { a.PushAESKey, a.PushXML = docAESKey, true },
	} {
		t.Run(name, func(t *testing.T) {
			app := sandbox.App{
				AppID: docAppID, Secret: "s", PushToken: docToken, Templates: []sandbox.Template{{ID: template, Title: "t", Fields: map[string]string{"thing1": "事项"}}},
			}
			change(&app)
			d := newDesk(t, func(c *PushConfig) { c.AESKey = app.PushAESKey })
			app.Push = d
			wechat := sandbox.New(d.clock.Now, rand.Text)
			if err := errors.Join(wechat.Add(app), wechat.Consent(docAppID, "mei", template, true), wechat.Withdraw(docAppID, "mei", template),
				wechat.TakeBack(docAppID, "mei", "8"), wechat.TakeBack(docAppID, "mei", "")); err != nil {
				t.Fatal(err)
			}
			d.clock.pass(time.Second)
			if n := wechat.Deliver(t.Context()); n != 4 {
				t.Fatalf("%d acknowledged: %s", n, d.log)
			}
			var kinds []Kind
			for _, e := range d.store.all() {
				kinds = append(kinds, e.Kind)
				if e.OpenID != sandbox.OpenID(docAppID, "mei") || e.AppID != docAppID || !e.At.Equal(d.clock.Now()) {
					t.Errorf("event %+v", e)
				}
			}
			if !slices.Equal(kinds, []Kind{ConsentAnswered, ConsentChanged, AuthorizationRevoked, AccountCancelled}) {
				t.Errorf("kinds %v", kinds)
			}
		})
	}
}

func TestNewReceiverNamesWhatIsMissing(t *testing.T) {
	good := PushConfig{AppID: docAppID, Token: "t", AESKey: docAESKey, Store: newEvents(), Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	if _, err := NewReceiver(good); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*PushConfig){
		"AppID":   func(c *PushConfig) { c.AppID = "" },
		"token":   func(c *PushConfig) { c.Token = "" },
		"AES key": func(c *PushConfig) { c.AESKey = "short" },
		"store":   func(c *PushConfig) { c.Store = nil },
		"clock":   func(c *PushConfig) { c.Now = nil },
		"log":     func(c *PushConfig) { c.Log = nil },
	} {
		c := good
		change(&c)
		if _, err := NewReceiver(c); err == nil {
			t.Errorf("NewReceiver took a bad %s", name)
		}
	}
}

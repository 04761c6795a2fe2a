package sandbox

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"image"
	"image/color"
	"image/jpeg"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/silenceper/wechat/v2/util"
)

func (w *world) deliver() int { return w.Deliver(context.Background()) }

func TestMediaResultsArePushedLater(t *testing.T) {
	for address, want := range map[string]string{
		"https://media.example/a.jpg":     `"suggest":"pass"`,
		"https://media.example/risky.jpg": `"suggest":"risky"`,
		"https://media.example/review":    `"suggest":"review"`,
		"https://media.example/missing":   `"errcode":-1008`,
	} {
		t.Run(address, func(t *testing.T) {
			w := newWorld(t)
			w.visit("mei")
			trace := w.medium("mei", address).TraceID
			if n := w.deliver(); n != 0 {
				t.Fatalf("%d pushed at once", n)
			}
			w.clock.pass(mediaDelay)
			if n := w.deliver(); n != 1 {
				t.Fatalf("%d pushed after a while", n)
			}
			body := w.inbox.bodies[0]
			if !strings.Contains(body, want) || !strings.Contains(body, trace) || !strings.Contains(body, `"Event":"wxa_media_check"`) {
				t.Errorf("pushed %s", body)
			}
			if strings.Contains(want, "errcode") && strings.Contains(body, "suggest") {
				t.Errorf("a file that was not fetched has a result: %s", body)
			}
		})
	}
}

// painted serves a picture of one colour under each colour's name.
func painted(w http.ResponseWriter, r *http.Request) {
	paint, known := map[string]color.Color{
		"/red.jpg": color.RGBA{R: 0xd0, G: 0x20, B: 0x20, A: 0xff}, "/yellow.jpg": color.RGBA{R: 0xe0, G: 0xd0, B: 0x20, A: 0xff},
		"/white.jpg": color.White, "/black.jpg": color.Black, "/blue.jpg": color.RGBA{B: 0xd0, A: 0xff},
	}[r.URL.Path]
	if !known {
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte("not here"))
		return
	}
	m := image.NewRGBA(image.Rect(0, 0, 90, 60))
	for i := range 90 * 60 {
		m.Set(i%90, i/90, paint)
	}
	_ = jpeg.Encode(w, m, nil)
}

// TestAPictureThatIsFetchedIsJudgedByItself: the app's handler gives it, whatever host its address names.
func TestAPictureThatIsFetchedIsJudgedByItself(t *testing.T) {
	for name, want := range map[string]string{
		"red": `"suggest":"risky"`, "yellow": `"suggest":"review"`, "white": `"suggest":"pass"`, "black": `"suggest":"pass"`, "blue": `"suggest":"pass"`,
		"none": `"errcode":-1008`,
	} {
		w := newWorld(t)
		app := w.app(appID)
		app.Files = http.HandlerFunc(painted)
		w.visit("mei")
		if got := w.medium("mei", "https://xuetang.test/"+name+".jpg"); got.ErrCode != 0 || got.TraceID == "" {
			t.Fatalf("%s: %+v", name, got)
		}
		w.clock.pass(mediaDelay)
		if w.deliver(); len(w.inbox.bodies) != 1 || !strings.Contains(w.inbox.bodies[0], want) {
			t.Errorf("%s: pushed %v", name, w.inbox.bodies)
		}
	}
}

func TestPushesAreSigned(t *testing.T) {
	w := newWorld(t)
	w.allow("mei")
	w.deliver()
	q := w.inbox.got[0].URL.Query()
	if q.Get("signature") != util.Signature("AAAAA", q.Get("timestamp"), q.Get("nonce")) || q.Get("encrypt_type") != "" {
		t.Errorf("query %v", q)
	}
	var list struct {
		FromUserName string
		List         struct{ TemplateId, SubscribeStatusString string }
	}
	if err := json.Unmarshal([]byte(w.inbox.bodies[0]), &list); err != nil {
		t.Fatal(err)
	}
	if list.FromUserName != OpenID(appID, "mei") || list.List.TemplateId != notice || list.List.SubscribeStatusString != "accept" {
		t.Errorf("pushed %+v", list)
	}
}

func TestPushesAreEncryptedWithAKey(t *testing.T) {
	aesKey := strings.Repeat("A", 43)
	w := newWorld(t, func(a *App) { a.PushAESKey = aesKey })
	if err := w.TakeBack(appID, "mei", "8"); err != nil {
		t.Fatal(err)
	}
	w.deliver()
	var sealed struct{ Encrypt string }
	if err := json.Unmarshal([]byte(w.inbox.bodies[0]), &sealed); err != nil {
		t.Fatal(err)
	}
	q := w.inbox.got[0].URL.Query()
	if q.Get("encrypt_type") != "aes" || q.Get("msg_signature") != util.Signature("AAAAA", q.Get("timestamp"), q.Get("nonce"), sealed.Encrypt) {
		t.Errorf("query %v", q)
	}
	_, plain, err := util.DecryptMsg(appID, sealed.Encrypt, aesKey)
	if err != nil || !strings.Contains(string(plain), `"RevokeInfo":"8"`) || strings.Contains(w.inbox.bodies[0], "RevokeInfo") {
		t.Errorf("plain %s, %v", plain, err)
	}
}

func TestPushesInXML(t *testing.T) {
	w := newWorld(t, func(a *App) { a.PushXML = true })
	w.allow("mei")
	w.notify("mei")
	w.deliver()
	var sent struct {
		XMLName xml.Name `xml:"xml"`
		Event   string
		Sent    struct {
			List []struct{ TemplateId, MsgID string }
		} `xml:"SubscribeMsgSentEvent"`
	}
	if err := xml.Unmarshal([]byte(w.inbox.bodies[1]), &sent); err != nil {
		t.Fatal(err)
	}
	if len(sent.Sent.List) != 1 || sent.Sent.List[0].MsgID != "1" || w.inbox.got[1].Header.Get("Content-Type") != "text/xml" {
		t.Errorf("pushed %s", w.inbox.bodies[1])
	}
}

func TestAPushComesThreeTimesInAll(t *testing.T) {
	w := newWorld(t)
	w.inbox.answers = []int{503, 503, 503, 503}
	w.allow("mei")
	for range 10 {
		w.deliver()
		w.clock.pass(pushAnswer)
	}
	if n := len(w.inbox.got); n != 3 {
		t.Fatalf("pushed %d times", n)
	}
	if a, b := w.inbox.got[0].URL.Query(), w.inbox.got[1].URL.Query(); a.Get("nonce") == b.Get("nonce") {
		t.Error("two pushes have one nonce")
	}
}

func TestAPushStopsWhenAcknowledged(t *testing.T) {
	w := newWorld(t)
	w.inbox.answers = []int{503}
	w.allow("mei")
	for range 10 {
		w.deliver()
		w.clock.pass(pushAnswer)
	}
	if n := len(w.inbox.got); n != 2 {
		t.Fatalf("pushed %d times", n)
	}
}

func TestAPushWaitsFiveSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(time.Now, func() string { return "id" })
		slow := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		if err := s.Add(testApp(slow)); err != nil {
			t.Fatal(err)
		}
		if err := s.Consent(appID, "mei", notice, true); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if n := s.Deliver(t.Context()); n != 0 || time.Since(began) != pushAnswer {
			t.Errorf("%d acknowledged after %v", n, time.Since(began))
		}
	})
}

func TestDeliverPushesWhatIsDue(t *testing.T) {
	in := &inbox{}
	s := New(time.Now, func() string { return "id" })
	if err := s.Add(testApp(in)); err != nil {
		t.Fatal(err)
	}
	if err := s.TakeBack(appID, "mei", ""); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		s.Deliver(t.Context())
	}
	if len(in.bodies) != 1 || !strings.Contains(in.bodies[0], "user_authorization_cancellation") {
		t.Errorf("pushed %v", in.bodies)
	}
}

func TestAddRefusesWhatIsNoApp(t *testing.T) {
	w := newWorld(t)
	for name, app := range map[string]App{
		"twice":       {AppID: appID, Secret: "x"},
		"no secret":   {AppID: "wx2"},
		"no template": {AppID: "wx3", Secret: "x", Templates: []Template{{ID: "t"}}},
	} {
		if w.Add(app) == nil {
			t.Errorf("%s was added", name)
		}
	}
	for name, err := range map[string]error{
		"consent":  w.Consent("wx9", "mei", notice, true),
		"withdraw": w.Withdraw("wx9", "mei", notice),
		"takeback": w.TakeBack("wx9", "mei", ""),
	} {
		if err == nil {
			t.Errorf("%s went to an app that is not there", name)
		}
	}
}

package app

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"pugongying/internal/check"
	"pugongying/internal/config"
	"pugongying/internal/media"
	"pugongying/internal/publish"
	"pugongying/internal/staff"
	"pugongying/internal/store"
	"pugongying/internal/testkit"
	"pugongying/internal/wechat"
)

// painted is a photograph of one colour.
func painted(t *testing.T, paint color.Color) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 300, 200))
	for i := range 300 * 200 {
		m.Set(i%300, i/300, paint)
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, m, nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

var (
	red    = color.RGBA{R: 0xd0, G: 0x20, B: 0x20, A: 0xff}
	yellow = color.RGBA{R: 0xe0, G: 0xd0, B: 0x20, A: 0xff}
	blue   = color.RGBA{R: 0x20, G: 0x40, B: 0xd0, A: 0xff}
)

// uploaded is a picture of one colour that somebody handed in.
func uploaded(t *testing.T, a *App, who staff.Principal, paint color.Color) string {
	t.Helper()
	region := who.Grants[0].Scope.From
	p, err := a.pictures.Add(t.Context(), who, media.Upload{Region: region, Description: "一面墙", Body: bytes.NewReader(painted(t, paint))})
	if err != nil {
		t.Fatal(err)
	}
	return p.ID
}

// opinionOf waits until WeChat gave its opinion of a picture, with the jobs and the sandbox at work.
func opinionOf(t *testing.T, a *App, id string) media.Safety {
	t.Helper()
	worker := a.jobs()
	for range 200 {
		if err := worker.Work(t.Context()); err != nil {
			t.Fatal(err)
		}
		a.sandboxed.Deliver(t.Context())
		p, err := store.NewPictures(a.Documents).Picture(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if p.Safety.State != "" && p.Safety.State != media.SafetyPending {
			if p.Job != nil {
				t.Errorf("work is left on a picture that is %s: %+v", p.Safety.State, p.Job)
			}
			return p.Safety
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal("WeChat never answered")
	return media.Safety{}
}

// atDesk signs a 演示 account in at a desk, by password and one-time code.
func atDesk(t *testing.T, a *App, login string) staff.Principal {
	t.Helper()
	code, err := totp.GenerateCode(staff.DemoSecret, a.now())
	if err != nil {
		t.Fatal(err)
	}
	in, err := a.Staff.SignInPassword(t.Context(), staff.SignIn{Login: login, Password: staff.DemoPassword, Code: code, Device: "电脑"})
	if err != nil {
		t.Fatal(err)
	}
	return in.Principal
}

// TestWeChatLooksAtPictures goes the whole way through the sandbox: a job asks, WeChat fetches the picture from the server
// itself under an address of its own, its push is stored, another job writes the answer, and the check of a text that shows
// the picture says it.
func TestWeChatLooksAtPictures(t *testing.T) {
	a := opened(t)
	phone, desk := phoneOf(t, a, "zhiyuan"), atDesk(t, a, "yishen")
	nobody := phone
	nobody.Session = "a session that ended"
	looked := 0
	findings := map[string]publish.Severity{}
	for _, row := range []struct {
		who   staff.Principal
		paint color.Color
		want  media.SafetyState
		why   media.SafetyWhy
		finds string
	}{
		{phone, blue, media.SafetyPass, "", ""}, {phone, red, media.SafetyRisky, "", "picture.risky"}, {phone, yellow, media.SafetyReview, "", "picture.not_passed"},
		{desk, red, media.SafetyRisky, "", "picture.risky"}, {nobody, color.White, media.SafetyUnknown, media.WhyNobody, "picture.not_passed"},
	} {
		id := uploaded(t, a, row.who, row.paint)
		if row.why == "" {
			looked++
		}
		got := opinionOf(t, a, id)
		if got.State != row.want || got.Why != row.why {
			t.Errorf("%v: %+v, want %s %s", row.paint, got, row.want, row.why)
		}
		found, _ := a.checker().Check(t.Context(), publish.KindExplainer, []byte("---\ntitle: 一面墙\npictures: [{id: "+id+", part: 1, description: 一面墙, width: 300, height: 200}]\n---\n## 发生了什么\n好。\n"))
		code := ""
		for _, f := range found {
			if strings.HasPrefix(f.Code, "picture.") && f.Field == "pictures.0" {
				code, findings[f.Code] = f.Code, f.Severity
			}
		}
		if code != row.finds {
			t.Errorf("%v: the check finds %q, want %q", row.paint, code, row.finds)
		}
	}
	if findings["picture.risky"] != publish.Blocks || findings["picture.not_passed"] != publish.Asks {
		t.Errorf("severities %v", findings)
	}
	testkit.Score(t, "uploads that WeChat looked at without its answer in the text's check", fmt.Sprintf("0/%d", looked), !t.Failed(), "one handed in from nobody's phone is left to a person")
}

// TestOnlyWeChatsAnswerDecides: repeated, late and forged pushes change nothing.
func TestOnlyWeChatsAnswerDecides(t *testing.T) {
	a := opened(t)
	id := uploaded(t, a, phoneOf(t, a, "zhiyuan"), red)
	worker := a.jobs()
	if err := worker.Work(t.Context()); err != nil {
		t.Fatal(err)
	}
	p, err := store.NewPictures(a.Documents).Picture(t.Context(), id)
	if err != nil || p.Safety.State != media.SafetyPending || p.Safety.Trace == "" || p.Job == nil {
		t.Fatalf("%+v, %v", p, err)
	}
	forged := `{"Event":"wxa_media_check","MsgType":"event","appid":"` + a.config.WeChat.AppID + `","trace_id":"` + p.Safety.Trace + `","version":2,"errcode":0,"CreateTime":1700000000,"result":{"suggest":"pass","label":100}}`
	for _, query := range []string{"", "?timestamp=1700000000&nonce=1&signature=0000000000000000000000000000000000000000"} {
		out := httptest.NewRecorder()
		a.Handler.ServeHTTP(out, httptest.NewRequest(http.MethodPost, pushPath+query, strings.NewReader(forged)))
		if out.Code == http.StatusOK {
			t.Errorf("a forged push is taken: %s", out.Body)
		}
	}
	if got := opinionOf(t, a, id); got.State != media.SafetyRisky {
		t.Fatalf("%+v", got)
	}
	for _, later := range []wechat.Suggestion{wechat.Pass, wechat.Review, wechat.Risky} {
		if err := (pictureJudge{a}).MediaChecked(t.Context(), wechat.MediaResult{Trace: p.Safety.Trace, Suggestion: later}, a.now()); err != nil {
			t.Fatal(err)
		}
	}
	if got := opinionOf(t, a, id); got.State != media.SafetyRisky {
		t.Errorf("a repeated push with another answer: %+v", got)
	}
}

// TestAServerWithoutWeChatsPushSaysSo: a person looks.
func TestAServerWithoutWeChatsPushSaysSo(t *testing.T) {
	a := opened(t)
	a.push = nil
	id := uploaded(t, a, phoneOf(t, a, "zhiyuan"), red)
	if got := opinionOf(t, a, id); got.State != media.SafetyUnknown || got.Why != media.WhyOff {
		t.Errorf("%+v", got)
	}
	known, err := (knownPictures{store.NewPictures(a.Documents)}).Picture(t.Context(), id)
	if err != nil || known.Safety == check.Pass || !strings.Contains(known.Words, "没有接上微信") {
		t.Errorf("%+v, %v", known, err)
	}
}

// TestTheDoorForWeChatIsShut to everybody else, and says nothing to a cache.
func TestTheDoorForWeChatIsShut(t *testing.T) {
	a := opened(t)
	id := uploaded(t, a, phoneOf(t, a, "zhiyuan"), blue)
	seen := &watching{Handler: a.sandboxed.files.next}
	a.sandboxed.files.next = seen
	if got := opinionOf(t, a, id); got.State != media.SafetyPass || len(seen.paths) != 1 {
		t.Fatalf("%+v, fetched %v", got, seen.paths)
	}
	if h := seen.header; h.Get("Cache-Control") != "no-store" || h.Get("X-Robots-Tag") != "noindex" || h.Get("Content-Type") != "image/jpeg" {
		t.Errorf("headers %v", h)
	}
	for _, path := range []string{seen.paths[0], checkedPath, checkedPath + "x.jpg", checkedPath + strings.ToLower(id) + ".jpg", checkedPath + media.PictureName(id, media.Large)} {
		if status := a.status(http.MethodGet, path); status != http.StatusNotFound {
			t.Errorf("%s: %d", path, status)
		}
	}
}

// watching remembers what was fetched.
type watching struct {
	http.Handler
	paths  []string
	header http.Header
}

func (w *watching) ServeHTTP(to http.ResponseWriter, r *http.Request) {
	w.paths = append(w.paths, r.URL.Path)
	w.Handler.ServeHTTP(to, r)
	w.header = to.Header().Clone()
}

// TestWhereWeChatReachesUs is what the configuration says, and in the sandbox this machine.
func TestWhereWeChatReachesUs(t *testing.T) {
	c := config.Default()
	a := New(c, NewLogger(c.Log, &lines{}))
	if a.publicURL() != "" {
		t.Errorf("nobody said: %s", a.publicURL())
	}
	a.sandboxed = &sandboxed{}
	if got := a.publicURL(); got != "http://"+c.Listen {
		t.Errorf("in the sandbox: %s", got)
	}
	a.config.WeChat.PublicURL = "https://xuetang.test/"
	if got := a.publicURL(); got != "https://xuetang.test" {
		t.Errorf("configured: %s", got)
	}
}

// TestAPictureOfAnOlderVersionIsAskedAbout: nobody's phone is known for it, and a person looks.
func TestAPictureOfAnOlderVersionIsAskedAbout(t *testing.T) {
	a, ctx := opened(t), context.Background()
	id := uploaded(t, a, phoneOf(t, a, "zhiyuan"), blue)
	records := store.NewPictures(a.Documents)
	if _, err := records.Change(ctx, id, nil, func(p *media.Picture) error { p.Safety, p.Job = media.Safety{}, nil; return nil }); err != nil {
		t.Fatal(err)
	}
	if got := opinionOf(t, a, id); got.State != media.SafetyUnknown || got.Why != media.WhyNobody {
		t.Errorf("%+v", got)
	}
}

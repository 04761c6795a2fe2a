package console

import (
	"context"
	"html/template"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/desk"
	"pugongying/internal/media"
	"pugongying/internal/publish"
	"pugongying/internal/publish/publishtest"
	"pugongying/internal/region"
	"pugongying/internal/staff"
	"pugongying/internal/store"
	"pugongying/internal/testkit"
)

// withTexts is the console over a workflow on the embedded engine; everybody works in the whole league.
type withTexts struct {
	*rig
	texts *publish.Workflow
	at    time.Time
}

type phonePreview struct{}

func (phonePreview) Preview(_ publish.Kind, body []byte) (desk.Preview, error) {
	part := desk.PreviewPart{HTML: "<p>" + template.HTMLEscapeString(string(body)) + "</p>"}
	if strings.Contains(string(body), "有图") {
		part.Pictures = []publish.Picture{{ID: bowl, Description: "一碗“奶茶”", Width: 3, Height: 2}}
	}
	return desk.Preview{Title: "题目", HTML: part.HTML, Parts: []desk.PreviewPart{part}}, nil
}

// loans lends the bowl.
type loans struct{}

func (loans) Lend(id string) string { return "lent-" + id[:2] + ".jpg" }

func (loans) Lent(_ context.Context, name string) (io.ReadSeekCloser, media.Info, error) {
	if name != "lent-"+bowl[:2]+".jpg" {
		return nil, media.Info{}, media.ErrPictureUnknown
	}
	return lentFile{strings.NewReader("JPEG")}, media.Info{ContentType: "image/jpeg"}, nil
}

type lentFile struct{ io.ReadSeeker }

func (lentFile) Close() error { return nil }

func openTexts(t *testing.T) *withTexts {
	t.Helper()
	engine := testkit.Embedded(t)
	if err := engine.Ensure(context.Background(), store.Declarations()); err != nil {
		t.Fatal(err)
	}
	w := &withTexts{at: noon}
	w.texts = publishtest.Workflow(store.NewPublications(engine), func() time.Time { return w.at })
	people := sessions{"publisher": publishtest.Publisher, "second": publishtest.Second, "writer": publishtest.Writer}
	people["away"] = staff.Principal{Account: "AWAY", Name: "AWAY", Kind: staff.Console, Grants: []access.Grant{{Role: access.Publisher, Scope: region.ScopeOf(banner)}}}
	w.rig = open(t, people, Sets(w.texts, func() time.Time { return w.at }), Lawyers(w.texts, phonePreview{}, loans{}, func() time.Time { return w.at }))
	return w
}

// approved is a text that three people passed.
func (w *withTexts) approved(body string, state publish.State) publish.At {
	w.t.Helper()
	ctx := context.Background()
	p, err := w.texts.Create(ctx, publishtest.Writer, publish.Beginning{Kind: publish.KindExplainer, Title: body, Body: []byte(body)})
	if err == nil {
		err = publishtest.To(ctx, w.texts, p.ID, 1, state)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return publish.At{ID: p.ID, N: 1, SHA256: publish.Sum([]byte(body))}
}

// follow is the page that an answer leads to.
func (w *withTexts) follow(token string, a answer) string {
	w.t.Helper()
	to := strings.TrimPrefix(a.Header().Get("Location"), Prefix)
	if a.Code != http.StatusSeeOther || to == "" {
		w.t.Fatalf("%d, %s", a.Code, a.Body)
	}
	return w.get(token, to).Body.String()
}

func TestASetIsChosenScheduledAndStopped(t *testing.T) {
	w := openTexts(t)
	one, two := w.approved("第一件", publish.StateApproved), w.approved("第二件", publish.StateApproved)
	w.approved("还没审完", publish.StateThird)
	if got := w.post("publisher", "/bundles", url.Values{"name": {" "}}); got.Code != http.StatusUnprocessableEntity && got.Code != http.StatusBadRequest || !strings.Contains(got.Body.String(), "起个名字") {
		t.Errorf("without a name: %d", got.Code)
	}
	page := w.follow("publisher", w.post("publisher", "/bundles", url.Values{"name": {"三八周"}, "region": {string(publishtest.League)}}))
	if !strings.Contains(page, "第一件") || !strings.Contains(page, "第二件") || strings.Contains(page, "还没审完") {
		t.Error("what can be chosen is not what three people passed")
	}
	sets, err := w.texts.Bundles(context.Background(), publishtest.Publisher, publish.BundleOpen)
	if err != nil || len(sets) != 1 {
		t.Fatalf("%v, %v", sets, err)
	}
	at := "/bundles/" + sets[0].ID
	pieces := url.Values{"rev": {"1"}, "piece": {pieceValue(one.ID, 1, one.SHA256), pieceValue(two.ID, 1, two.SHA256)}}
	w.follow("publisher", w.post("publisher", at+"/pieces", pieces))
	if got := w.post("publisher", at+"/pieces", pieces); got.Code != http.StatusConflict || !strings.Contains(got.Body.String(), "别人刚刚改过") {
		t.Errorf("from a stale tab: %d", got.Code)
	}
	if got := w.post("publisher", at+"/hour", url.Values{"rev": {"2"}, "when": {"2026-11-30T09:00"}}); !strings.Contains(got.Body.String(), "时间要在以后") {
		t.Errorf("an hour that was: %d", got.Code)
	}
	page = w.follow("publisher", w.post("publisher", at+"/hour", url.Values{"rev": {"2"}, "when": {"2026-11-30T20:00"}}))
	if !strings.Contains(page, "今天 20:00") {
		t.Error("the page does not say its hour")
	}
	if home := w.get("publisher", "").Body.String(); !strings.Contains(home, "三八周") || !strings.Contains(home, "到点一起上线") {
		t.Error("the day's page does not say that it goes live today")
	}
	if err := w.texts.Return(context.Background(), publishtest.Publisher, publish.Returning{At: two, Words: "字幕改过"}); err != nil {
		t.Fatal(err)
	}
	if home := w.get("publisher", "").Body.String(); !strings.Contains(home, "1 件没过三审，整组到点不上") {
		t.Error("before its hour the day's page says nothing of a lost review")
	}
	if page = w.get("publisher", at).Body.String(); !strings.Contains(page, "三审没有齐") || !strings.Contains(page, "第二件") {
		t.Error("its page does not say which one and why")
	}
	if got := w.get("away", at); got.Code != http.StatusNotFound {
		t.Errorf("another banner's publisher: %d", got.Code)
	}
	if got := w.get("writer", "/bundles"); got.Code != http.StatusNotFound {
		t.Errorf("a volunteer: %d", got.Code)
	}
	w.follow("publisher", w.post("publisher", at+"/hour", url.Values{"rev": {"3"}, "act": {"stop"}}))
	w.follow("publisher", w.post("publisher", at+"/pieces", url.Values{"rev": {"4"}, "piece": {pieceValue(one.ID, 1, one.SHA256)}}))
	if all := w.get("publisher", "/bundles").Body.String(); !strings.Contains(all, "都审过了") || !strings.Contains(all, "还在凑") {
		t.Error("the list of sets")
	}
}

var (
	shownToken = regexp.MustCompile(`/console/opinion#([A-Z2-7]{26})`)
	shownCode  = regexp.MustCompile(`<b class="num">(\d{6})</b>`)
)

func TestALawyerAnswersWithoutAnAccount(t *testing.T) {
	w := openTexts(t)
	text := w.approved("法律说得对不对", publish.StateSecond)
	ask := "/lawyers/" + text.ID + "/1"
	w.at = w.at.Add(time.Minute)
	form := url.Values{"sha": {text.SHA256}, "name": {"王律师"}, "until": {"2026-12-03"}}
	for field, value := range map[string]string{"name": " ", "until": "2030-01-01"} {
		wrong := url.Values{"sha": form["sha"], "name": form["name"], "until": form["until"]}
		wrong.Set(field, value)
		if got := w.post("second", ask, wrong); got.Code == http.StatusOK || !strings.Contains(got.Body.String(), `id="f-`+field+`-fault"`) {
			t.Errorf("%s %q: %d", field, value, got.Code)
		}
	}
	page := w.post("second", ask, form).Body.String()
	token, code := shownToken.FindStringSubmatch(page), shownCode.FindStringSubmatch(page)
	if token == nil || code == nil {
		t.Fatalf("no link: %s", page)
	}
	if again := w.get("second", ask).Body.String(); shownToken.MatchString(again) || !strings.Contains(again, "等她答") {
		t.Error("the link is shown a second time")
	}
	if got := w.get("writer", ask); got.Code != http.StatusNotFound {
		t.Errorf("an author asks: %d", got.Code)
	}
	// A preview of the message opens the address: it gets no token, and spends nothing.
	preview := w.get("", "/opinion")
	if preview.Code != http.StatusOK || strings.Contains(preview.Body.String(), "法律说得对不对") || strings.Contains(preview.Body.String(), "退出") ||
		!strings.Contains(preview.Body.String(), "noindex") || preview.Header().Get("Content-Security-Policy") == "" || preview.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("the page of the link: %d %v", preview.Code, preview.Header())
	}
	hers := url.Values{"token": {token[1]}, "code": {code[1]}}
	if got := w.post("", "/opinion", url.Values{"token": {token[1]}, "code": {"000"}}); strings.Contains(got.Body.String(), "法律说得对不对") || !strings.Contains(got.Body.String(), "口令不对") {
		t.Errorf("another code: %d", got.Code)
	}
	if got := w.post("", "/opinion", hers); got.Code != http.StatusOK || !strings.Contains(got.Body.String(), "<p>法律说得对不对</p>") {
		t.Errorf("the version: %d, %s", got.Code, got.Body)
	}
	for name, wrong := range map[string]url.Values{"nothing chosen": {}, "no word": {"right": {"no"}}} {
		for key, value := range hers {
			wrong[key] = value
		}
		if got := w.post("", "/opinion/answer", wrong); !strings.Contains(got.Body.String(), `id="f-words-fault"`) {
			t.Errorf("%s: %d", name, got.Code)
		}
	}
	hers["right"], hers["words"] = []string{"no"}, []string{"第二款引错了 <b>"}
	if got := w.post("", "/opinion/answer", hers); !strings.Contains(got.Body.String(), "收到了") {
		t.Errorf("her answer: %d, %s", got.Code, got.Body)
	}
	if got := w.post("", "/opinion", hers); got.Code != http.StatusGone || strings.Contains(got.Body.String(), "<p>法律说得对不对</p>") {
		t.Errorf("after it: %d", got.Code)
	}
	if after := w.get("second", ask).Body.String(); !strings.Contains(after, "答了：不对") {
		t.Error("staff do not see that she answered")
	}
	read, err := w.texts.Read(context.Background(), publishtest.Second, text.ID, 1)
	if err != nil || read.Notes[len(read.Notes)-1].Text != "第二款引错了 <b>" || len(read.Open.Passes) != 1 {
		t.Errorf("%+v, %v", read, err)
	}
}

// TestALawyerSeesThePicturesOfTheText under addresses that need no account; no other name opens one.
func TestALawyerSeesThePicturesOfTheText(t *testing.T) {
	w := openTexts(t)
	text := w.approved("有图", publish.StateSecond)
	w.at = w.at.Add(time.Minute)
	page := w.post("second", "/lawyers/"+text.ID+"/1", url.Values{"sha": {text.SHA256}, "name": {"王律师"}, "until": {"2026-12-03"}}).Body.String()
	if strings.Contains(page, `href="/console" aria-current="page"`) {
		t.Error("asking a lawyer is no part of today's page")
	}
	token, code := shownToken.FindStringSubmatch(page), shownCode.FindStringSubmatch(page)
	if token == nil || code == nil {
		t.Fatalf("no link: %s", page)
	}
	opened := w.post("", "/opinion", url.Values{"token": {token[1]}, "code": {code[1]}}).Body.String()
	at := "/opinion/pictures/" + (loans{}).Lend(bowl)
	if !strings.Contains(opened, `<img src="/console`+at+`" width="3" height="2" alt="一碗&#34;奶茶&#34;"`) && !strings.Contains(opened, `<img src="/console`+at+`" width="3" height="2" alt="一碗“奶茶”"`) {
		t.Errorf("the page shows no picture: %s", opened)
	}
	if got := w.get("", at); got.Code != http.StatusOK || got.Body.String() != "JPEG" || got.Header().Get("Content-Type") != "image/jpeg" {
		t.Errorf("its picture: %d %v", got.Code, got.Header())
	}
	for _, name := range []string{"lent-ZZ.jpg", media.PictureName(bowl, media.Medium)} {
		if got := w.get("", "/opinion/pictures/"+name); got.Code != http.StatusNotFound {
			t.Errorf("%s: %d", name, got.Code)
		}
	}
}

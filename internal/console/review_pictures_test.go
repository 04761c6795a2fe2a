package console

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"pugongying/internal/check"
	"pugongying/internal/fault"
	"pugongying/internal/media"
	"pugongying/internal/publish"
)

// picturedText is draftTwo with one picture after its first part.
func picturedText(id, words string) string {
	return strings.Replace(draftTwo, "provenance: invented\n", "provenance: invented\npictures:\n  - {id: "+id+", part: 1, description: "+words+", width: 1280, height: 960}\n", 1)
}

func TestAReviewShowsPicturesWithTheirWords(t *testing.T) {
	r, d := reviewRig(t)
	body := []byte(picturedText(bowl, "桌上一碗奶茶"))
	d.text.Version.Body, d.text.Version.SHA256 = body, publish.Sum(body)
	page := r.get("editor2", "/review/P/2?look=plain").Body.String()
	for _, want := range []string{"“发生了什么”后面的图", `<p class="rv-pics"><img src="/console/picture-files/aaaaaaaaaaaaaaaaaaaaaaaaaa-240.jpg" alt="">`, "桌上一碗奶茶"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(page, bowl) {
		t.Error("a reviewer reads a picture's id")
	}
}

// Another picture under the same words is a difference, and so is one that was taken out.
func TestAnotherPictureIsADifference(t *testing.T) {
	fields := func(id string) []check.Field {
		text := draftTwo
		if id != "" {
			text = picturedText(id, "一碗茶")
		}
		return check.Fields(publish.KindExplainer, []byte(text))
	}
	for _, row := range []struct {
		before, after, old, now string
		compare                 bool
	}{
		{bowl, bowl, "", bowl, true}, {bowl, snow, bowl, snow, true}, {bowl, snow, "", snow, false}, {"", snow, "", snow, true}, {bowl, "", bowl, "", true},
	} {
		parts, _ := partsOf(fields(row.before), fields(row.after), row.compare, nil, nil)
		var old, now string
		for _, p := range parts {
			old, now = old+p.OldPicture, now+p.Picture
		}
		if old != row.old || now != row.now {
			t.Errorf("%+v: old %q, now %q", row, old, now)
		}
	}
}

// TestAReviewSaysWhatWeChatSaysNow: beside the picture, and who has to look; what it came to object to cannot be passed.
func TestAReviewSaysWhatWeChatSaysNow(t *testing.T) {
	r, d := reviewRig(t)
	body := []byte(picturedText(bowl, "桌上一碗奶茶"))
	d.text.Version.Body, d.text.Version.SHA256 = body, publish.Sum(body)
	for want, said := range map[string]media.Safety{
		"微信半小时没有答复，请人看一眼": {State: media.SafetyUnknown, Why: media.WhySilent}, "正在等微信的答复": {State: media.SafetyPending},
		`<span class="tag bad">微信认为不合适，请换一张`: {State: media.SafetyRisky}, "微信没看出问题": {State: media.SafetyPass},
		"这里没有接上微信的图片检查，请人看一眼": {State: media.SafetyUnknown, Why: media.WhyOff},
	} {
		d.said = map[string]media.Safety{bowl: said}
		if page := r.get("editor2", "/review/P/2?look=plain").Body.String(); !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	d.said = map[string]media.Safety{bowl: {State: media.SafetyRisky}}
	d.refuse = publish.ErrRisky.At(fault.Field{Location: "pictures." + bowl, Message: "第 1 张图：微信认为不合适，请换一张。"})
	answered := url.Values{"sha": {d.text.Version.SHA256}, "for": {"pass"}, "act.0": {"keep"}, "words.0": {"是大意"}, "act.2": {"keep"}, "words.2": {"已经概括"}, "act.3": {"keep"}, "words.3": {"读过"}}
	out := r.post("editor2", "/review/P/2?look=plain", answered)
	if out.Code != http.StatusConflict || !strings.Contains(out.Body.String(), publish.ErrRisky.Text) || !strings.Contains(out.Body.String(), `<span class="tag bad">微信认为不合适，请换一张`) || strings.Contains(out.Body.String(), bowl) {
		t.Errorf("%d: %s", out.Code, out.Body)
	}
}

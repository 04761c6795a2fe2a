package console

import (
	"net/url"
	"reflect"
	"strings"
	"testing"

	"pugongying/internal/desk"
	"pugongying/internal/fault"
	"pugongying/internal/media"
	"pugongying/internal/publish"
)

func TestPicturesAreChosenFromTheLibrary(t *testing.T) {
	r, _ := writingRig(t)
	a := r.get("volunteer", "/picture-choice")
	says(t, a, 200, `data-picture="`+bowl+`"`, `data-words="桌上一碗奶茶，冒着“热气”"`, "没写说明，先去写", Prefix+"/pictures/"+silent)
	for _, never := range []string{`data-picture="` + silent, "不见了"} {
		if strings.Contains(a.Body.String(), never) {
			t.Errorf("it offers %q", never)
		}
	}
	says(t, r.get("editor1", "/picture-choice?text=%E9%9B%AA"), 200, "窗外的雪", "after=next", "下一页")
	says(t, r.get("editor1", "/picture-choice?text=%E6%B2%A1%E6%9C%89"), 200, "这样找，一张也没有")
	says(t, r.get("auditor", "/picture-choice"), 404)
}

func TestATextsPicturesStandInItsFormAndInThePreview(t *testing.T) {
	r, _ := writingRig(t)
	says(t, r.get("editor1", "/write/S1"), 200, `name="pictures2" value="`+bowl+`"`, `name="pictures1" value=""`, "一碗茶", `aria-label="拿掉：一碗茶"`, `alt="一碗“茶”"`,
		`<h2>发生了什么</h2><figure class="shown"><img src="`+Prefix+PictureFile(bowl, media.Medium)+`" width="1280" height="960"`, `id="pics"`)
	says(t, r.get("editor1", "/write/Q1"), 200, `name="picture" value="`+snow+`"`, "data-single", "门前的雪", PictureFile(snow, media.Medium))
}

func TestPicturesAreSavedWithTheText(t *testing.T) {
	r, p := writingRig(t)
	form := url.Values{"form": {"explainer"}, "rev": {"3"}, "from": {"1"}, "pictures1": {""}, "pictures2": {bowl + " " + snow}, "pictures3": {""}, "pictures4": {bowl}}
	last := func() desk.Saving { return p.saved[len(p.saved)-1] }
	says(t, r.partial("editor1", "/write/S1", form), 200, "存好了", `id="at-pictures2" class="at" hx-swap-oob="true"`)
	if want := []publish.Picture{{ID: bowl, Part: 2}, {ID: snow, Part: 2}, {ID: bowl, Part: 4}}; !reflect.DeepEqual(last().Story.Pictures, want) {
		t.Errorf("%+v", last().Story.Pictures)
	}
	for _, name := range storyPictures() {
		form.Set(name, "")
	}
	says(t, r.partial("editor1", "/write/S1", form), 200)
	if got := last().Story.Pictures; got == nil || len(got) > 0 {
		t.Errorf("taken out: %#v", got)
	}
	form.Del("pictures1") // a page of before
	says(t, r.partial("editor1", "/write/S1", form), 200)
	if got := last().Story.Pictures; got != nil {
		t.Errorf("a form without these fields takes them out: %#v", got)
	}
	says(t, r.partial("editor1", "/write/Q1", url.Values{"form": {"question"}, "rev": {"3"}, "from": {"1"}, "picture": {snow}}), 200)
	if want := []publish.Picture{{ID: snow}}; !reflect.DeepEqual(last().Question.Pictures, want) {
		t.Errorf("%+v", last().Question.Pictures)
	}
	p.refusal = desk.ErrStory.At(fault.Field{Location: "pictures4", Message: media.ErrPictureSilent.Text})
	says(t, r.partial("editor1", "/write/S1", form), 200, `id="at-pictures4" class="at" hx-swap-oob="true"><p class="fe">`, "这张图还没写")
}

// In a conflict the pictures of both are named by what can be seen on them, and travel with the choice.
func TestAConflictNamesPictures(t *testing.T) {
	r, p := writingRig(t)
	p.stale = true
	form := url.Values{"form": {"explainer"}, "rev": {"2"}, "from": {"1"}, "pictures1": {""}, "pictures2": {snow}, "pictures3": {""}, "pictures4": {"X"}}
	says(t, r.post("editor1", "/write/S1", form), 409, `<option value="`+snow+`" selected>窗外的雪</option><option value="`+bowl+`">一碗茶</option>`, "<mark>一碗茶</mark>", `<option value="X" selected>没有找到的图</option><option value="">没有图</option>`, `name="pictures1" value=""`)
	says(t, r.post("editor1", "/write/Q1", url.Values{"form": {"question"}, "rev": {"2"}, "from": {"1"}, "picture": {""}}), 409, `<option value="" selected>没有图</option><option value="`+snow+`">门前的雪</option>`)
}

func TestAFindingAboutAPictureStandsAtItsPart(t *testing.T) {
	text := desk.Text{Kind: publish.KindExplainer, Body: []byte(storyBody)}
	for field, want := range map[string]string{"pictures.0": "pictures2", "pictures.1": "", "pictures.x": "", "sections.0": "", "picture": ""} {
		if got := picturePlace(field, text); got != want {
			t.Errorf("%s stands at %q, want %q", field, got, want)
		}
	}
}

package sandbox

import (
	"bytes"
	"image/jpeg"
	"strings"
	"testing"
	"time"
)

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
	// The quota is counted before the picture is drawn, so a call that fails at the page is counted too.
	for range 5000 {
		w.wants("code", w.code(key("page", "/")).ErrCode, 41030)
	}
	w.wants("one more", w.code(key("page", "/")).ErrCode, 45009)
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

package console

import (
	"net/http"
	"strings"
	"testing"

	"pugongying/internal/access"
	"pugongying/internal/web/pages"
)

func TestAConflictShowsBothTextsAndOverwritesNothing(t *testing.T) {
	clash := Conflict{
		Title: "冬天的炉火", By: "王静", At: noon, Action: "/texts/7", Open: "/texts/7", Hidden: []Hidden{{"revision", "5"}},
		Fields: []Sides{
			{Name: "title", Label: "标题", Mine: "冬天的炉火", Theirs: "冬天的炉火", Short: true},
			{Name: "body", Label: "发生了什么", Mine: "她<去了>镇上。", Theirs: "她<没去>镇上。"},
		},
	}
	r := open(t, everyRole(), Area{Name: "texts", Routes: []Route{{Method: POST, Path: "/texts/:id", Action: access.WriteText, Handle: func(r *Request) (pages.Answer, error) {
		return r.Conflict(clash), nil
	}}}})
	got := r.post("volunteer", "/texts/7", nil)
	page := got.Body.String()
	for _, want := range []string{
		`name="revision" value="5"`, "她&lt;去了&gt;镇上。</textarea>", "她&lt;<mark>没去</mark>&gt;镇上。", `type="hidden" name="title" value="冬天的炉火"`, "王静今天 12:00", "1 处不一样", `action="/console/texts/7"`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("without %s", want)
		}
	}
	if got.Code != http.StatusConflict || got.Header().Get("HX-Push-Url") != "false" {
		t.Errorf("%d, %q", got.Code, got.Header().Get("HX-Push-Url"))
	}
}

func TestSidesAreCutBetweenCharacters(t *testing.T) {
	for _, tt := range []struct{ mine, theirs, before, changed, behind string }{
		{"甲乙丙", "甲丁丙", "甲", "丁", "丙"},
		{"甲甲", "甲甲甲", "甲甲", "甲", ""},
		{"", "甲", "", "甲", ""},
		{"甲", "", "", "", ""},
		{"𬱖乙", "𬱗乙", "", "𬱗", "乙"},
	} {
		s := Sides{Mine: tt.mine, Theirs: tt.theirs}
		if s.Before() != tt.before || s.Changed() != tt.changed || s.Behind() != tt.behind {
			t.Errorf("%q and %q: %q %q %q", tt.mine, tt.theirs, s.Before(), s.Changed(), s.Behind())
		}
	}
}

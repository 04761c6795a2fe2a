package console

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"pugongying/internal/access"
	"pugongying/internal/check"
	"pugongying/internal/desk"
	"pugongying/internal/fault"
	"pugongying/internal/media"
	"pugongying/internal/publish"
	"pugongying/internal/quiz"
	"pugongying/internal/region"
	"pugongying/internal/search"
	"pugongying/internal/staff"
)

const (
	storyBody    = "---\nid: S1\ntitle: 晚风\nprovenance: invented\npictures:\n  - {id: AAAAAAAAAAAAAAAAAAAAAAAAAA, part: 2, description: 一碗茶, width: 1280, height: 960}\n---\n## 发生了什么\n\n她给 13812345678 打电话。\n"
	questionBody = "id: Q1\nkind: single\nstem: 问一？\npicture: {id: BBBBBBBBBBBBBBBBBBBBBBBBBB, description: 门前的雪, width: 640, height: 480}\noptions:\n  - {id: a, text: 甲, right: true}\n  - {id: b, text: 乙}\nexplanation: 因为。\nconcept: a.b\ndifficulty: 1\ncitations: []\n"
)

// paper is a desk with one story and one question on it.
type paper struct {
	saved   []desk.Saving
	handed  []string
	stale   bool
	refusal error // of a save
	late    error // of handing in
	in      region.Code
}

func (p *paper) Begin(_ context.Context, _ staff.Principal, _ publish.Kind, in region.Code) (string, error) {
	p.in = in
	return "S1", nil
}

func (p *paper) Open(_ context.Context, _ staff.Principal, id string) (desk.Text, error) {
	switch id {
	case "S1":
		return desk.Text{
			ID: id, Kind: publish.KindExplainer, Body: []byte(storyBody), Rev: 3, From: 1, By: "B", At: noon, Live: true,
			Findings: []publish.Finding{{Severity: publish.Blocks, Field: "sections.0", Start: len("\n她给 "), End: len("\n她给 13812345678"), Sentence: "这里有一个手机号码。", Mend: "她的电话"},
				{Code: check.Uncited, Severity: publish.Asks, Field: "sections.0", Start: len("\n"), End: len("\n她给 13812345678 打电话。"), Sentence: "没有出处。"}},
			Returned: []publish.Note{{Text: "请把电话拿掉"}},
		}, nil
	case "Q1":
		return desk.Text{ID: id, Kind: publish.KindQuestion, Body: []byte(questionBody), Rev: 3, From: 1}, nil
	}
	return desk.Text{}, staff.ErrNotFound
}

func (p *paper) Save(ctx context.Context, who staff.Principal, s desk.Saving) (desk.Text, error) {
	t, err := p.Open(ctx, who, s.ID)
	if err != nil {
		return t, err
	}
	if p.stale {
		return t, publish.ErrStale
	}
	p.saved = append(p.saved, s)
	t.Rev++
	return t, p.refusal
}

func (p *paper) HandIn(_ context.Context, _ staff.Principal, id string, _ int64) ([]publish.Finding, error) {
	if p.late != nil {
		return nil, p.late
	}
	p.handed = append(p.handed, id)
	return nil, nil
}

func (p *paper) Preview(kind publish.Kind, body []byte) (desk.Preview, error) {
	if kind == publish.KindQuestion {
		d, err := quiz.Draft(body)
		return desk.Preview{Question: &d}, err
	}
	return desk.Preview{Title: "晚风", HTML: "<h2>发生了什么</h2>", Minutes: 1, Parts: []desk.PreviewPart{{HTML: "<h2>发生了什么</h2>", Pictures: []publish.Picture{{ID: bowl, Description: "一碗“茶”", Width: 1280, Height: 960}}}, {HTML: "<h2>她怎么做的</h2>"}}}, nil
}

func (p *paper) FindArticles(_ context.Context, text string) ([]desk.Found, error) {
	if text == "没有" {
		return nil, nil
	}
	return []desk.Found{{Law: "fz", Number: "2", Label: "风筝法 第二条", Text: []search.Segment{{Text: text, Hit: true}}}}, nil
}

func (p *paper) Article(_ context.Context, law, _ string) (desk.Article, error) {
	if law != "fz" {
		return desk.Article{}, desk.ErrCite
	}
	return desk.Article{Label: "风筝法 第二条", Choices: []desk.Choice{{Cite: "风筝法 第二条第一款", Place: "第一款", Words: "先看天。", Depth: 1}}}, nil
}

// stock are the pictures of the library.
var stock = []media.Picture{
	{ID: bowl, Description: "桌上一碗奶茶，冒着“热气”"}, {ID: snow, Description: "窗外的雪"}, {ID: silent}, {ID: "LOST", Description: "不见了", Missing: true},
}

const (
	bowl   = "AAAAAAAAAAAAAAAAAAAAAAAAAA"
	snow   = "BBBBBBBBBBBBBBBBBBBBBBBBBB"
	silent = "CCCCCCCCCCCCCCCCCCCCCCCCCC"
)

// List is everything on one page, or a next page for whoever looks for 雪.
func (p *paper) List(_ context.Context, _ staff.Principal, q media.PictureQuery) ([]media.Picture, string, error) {
	switch q.Text {
	case "没有":
		return nil, "", nil
	case "雪":
		return stock[1:2], "next", nil
	}
	return stock, "", nil
}

func (p *paper) Picture(_ context.Context, _ staff.Principal, id string) (media.Picture, error) {
	for _, one := range stock {
		if one.ID == id {
			return one, nil
		}
	}
	return media.Picture{}, media.ErrPictureUnknown
}

// hers are lists of what somebody wrote.
type hers []publish.Publication

func (h hers) List(_ context.Context, _ staff.Principal, f publish.Filter) ([]publish.Publication, string, error) {
	var found []publish.Publication
	for _, p := range h {
		if f.Tab == "" || f.Tab == p.Place.Tab {
			found = append(found, p)
		}
	}
	return found, "", nil
}

var listed = hers{
	{ID: "S1", Kind: publish.KindExplainer, Title: "晚风", State: publish.StateFirst, Last: 2, Live: 1, Place: publish.Place{Tab: publish.TabReview}, ChangedAt: noon},
	{ID: "Q1", Kind: publish.KindQuestion, Title: "问一？", State: publish.StateDraft, Last: 1, Place: publish.Place{Tab: publish.TabDraft}, ChangedAt: noon},
	{ID: "Q2", Kind: publish.KindQuestion, State: publish.StateDraft, Open: []publish.Open{{Returned: true}}, Place: publish.Place{Tab: publish.TabReturned}},
}

func writingRig(t *testing.T) (*rig, *paper) {
	t.Helper()
	p := &paper{}
	return open(t, everyRole(), WritingDesk(p, listed, p)), p
}

// partial sends a form as htmx does.
func (r *rig) partial(token, path string, form url.Values) answer {
	req := httptest.NewRequest(http.MethodPost, "https://xuetang.test"+Prefix+path, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	req.Header.Set("HX-Request", "true")
	return r.send(token, req)
}

func says(t *testing.T, a answer, status int, parts ...string) {
	t.Helper()
	if a.Code != status {
		t.Errorf("status %d, want %d: %.600s", a.Code, status, a.Body)
	}
	for _, part := range parts {
		if !strings.Contains(a.Body.String(), part) {
			t.Errorf("it does not say %q: %.3000s", part, a.Body)
		}
	}
}

func TestHerTextsAndWhatWaits(t *testing.T) {
	r, p := writingRig(t)
	says(t, r.get("volunteer", "/write"), 200, "晚风", "等一审", "线上的是旧的一版", "还没有题目", "退回来的", "写一个故事")
	says(t, r.get("publisher", "/write"), 404)
	if a := r.post("editor1", "/write", url.Values{"kind": {"explainer"}}); a.Code != 303 || a.Header().Get("Location") != Prefix+"/write/S1" || p.in != banner {
		t.Errorf("%d %s in %q", a.Code, a.Header().Get("Location"), p.in)
	}
}

func TestAStoryIsOpenedWithItsFindingsAtTheirPlace(t *testing.T) {
	r, _ := writingRig(t)
	says(t, r.get("editor1", "/write/S1"), 200, `name="rev" value="3"`, "居民现在看到的是线上那一版", "请把电话拿掉", "这里有一个手机号码。", `data-mend="她的电话"`, `data-was="13812345678"`, "<h2>发生了什么</h2>", `data-in="f-part1"`,
		`data-cite-into="f-part1" data-cite-behind="她给 13812345678 打电话。" data-ask="她给 13812345678 打电话">给这句找出处</button>`)
	says(t, r.get("editor1", "/write/Q1"), 200, "问一？", `name="right1" value="yes" checked`, `class="good"`)
	says(t, r.get("editor1", "/write/none"), 404)
}

func TestAPageSavesByItself(t *testing.T) {
	r, p := writingRig(t)
	form := url.Values{"form": {"explainer"}, "rev": {"3"}, "from": {"1"}, "title": {"晚风里"}, "part2": {"她走了。"}}
	says(t, r.partial("editor1", "/write/S1", form), 200, "存好了", `name="rev" value="4"`, `id="at-part1" class="at" hx-swap-oob="true"`, `id="preview" class="phone" hx-swap-oob="true"`)
	if s := p.saved[0]; s.Rev != 3 || s.From != 1 || s.Story.Title != "晚风里" || s.Story.Parts[1] != "她走了。" {
		t.Errorf("%+v", s)
	}
	p.refusal = desk.ErrStory.At(fault.Field{Location: "part2", Message: "太长了，这一格没有存"})
	says(t, r.partial("editor1", "/write/S1", form), 200, "有几处没有存上", "太长了，这一格没有存", `name="rev" value="4"`)
	p.refusal = nil
	question := url.Values{"form": {"question"}, "rev": {"3"}, "from": {"1"}, "kind": {"multiple"}, "stem": {"问？"}, "option1": {"甲"}, "right1": {"yes"}, "option2": {"乙"}}
	says(t, r.partial("editor1", "/write/Q1", question), 200, "存好了")
	if q := p.saved[len(p.saved)-1].Question; q == nil || q.Kind != quiz.Multiple || !q.Right[0] || q.Right[1] || q.Options[1] != "乙" {
		t.Errorf("%+v", q)
	}
	if a := r.post("editor1", "/write/S1", form); a.Code != 303 {
		t.Errorf("without its script: %d", a.Code)
	}
	says(t, r.partial("publisher", "/write/S1", form), 404)
}

// Two people, or two tabs, on one text: both texts are shown, and nothing was written over.
func TestBothTextsAreShown(t *testing.T) {
	r, p := writingRig(t)
	p.stale = true
	form := url.Values{"form": {"explainer"}, "rev": {"2"}, "from": {"1"}, "title": {"我的题目"}}
	says(t, r.partial("editor1", "/write/S1", form), 200, "在别处存过了", `name="rev" value="2"`)
	says(t, r.post("editor1", "/write/S1", form), 409, "我的题目", "晚风", `name="rev" value="3"`)
	says(t, r.post("editor1", "/write/S1/hand-in", form), 409, "我的题目")
	question := url.Values{"form": {"question"}, "rev": {"2"}, "from": {"1"}, "stem": {"我的问"}}
	says(t, r.post("editor1", "/write/Q1", question), 409, "我的问", "问一？")
	if len(p.saved)+len(p.handed) > 0 {
		t.Errorf("stored %v, handed in %v", p.saved, p.handed)
	}
}

func TestHandingInSaysWhatIsMissing(t *testing.T) {
	r, p := writingRig(t)
	form := url.Values{"form": {"explainer"}, "rev": {"3"}, "from": {"1"}, "title": {"晚风"}}
	p.late = desk.ErrStory.At(fault.Field{Location: "part4", Message: "下面还没有写"})
	says(t, r.post("editor1", "/write/S1/hand-in", form), 422, "下面还没有写", `value="晚风"`)
	p.late = nil
	if a := r.post("editor1", "/write/S1/hand-in", form); a.Code != 303 || len(p.handed) != 1 {
		t.Errorf("%d, handed in %v", a.Code, p.handed)
	}
	p.late = errors.New("no disk")
	says(t, r.post("editor1", "/write/S1/hand-in", form), 500)
}

func TestACitationIsPickedToIts款(t *testing.T) {
	r, _ := writingRig(t)
	says(t, r.get("volunteer", "/articles?q=%E5%A4%A9"), 200, "风筝法 第二条", "/articles/fz/2")
	says(t, r.get("volunteer", "/articles?q=%E6%B2%A1%E6%9C%89"), 200, "没有找到这一条")
	says(t, r.get("volunteer", "/articles"), 200, "写几个字")
	says(t, r.get("volunteer", "/articles/fz/2"), 200, `data-provision="风筝法 第二条第一款"`, "先看天。")
	says(t, r.get("volunteer", "/articles/none/2"), 200, "没有找到这一条")
	says(t, r.get("auditor", "/articles?q=x"), 404)
	if !person("a", access.Volunteer).Admits(access.WriteText) {
		t.Error("negative control: a volunteer writes")
	}
}

// A sentence is asked of the law by its words, no longer than the search reads.
func TestASentenceIsAskedByItsWords(t *testing.T) {
	if got := asked("派出所“应当”出一张告诫书，\n不得收钱。"); got != "派出所 应当 出一张告诫书 不得收钱" {
		t.Error(got)
	}
	if got := []rune(asked(strings.Repeat("应当出告诫书。", 40))); len(got) != mostAsked {
		t.Errorf("%d characters", len(got))
	}
	if got := asked("。〔〕"); got != "" {
		t.Errorf("%q", got)
	}
}

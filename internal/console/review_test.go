package console

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pugongying/internal/access"
	"pugongying/internal/audit"
	"pugongying/internal/desk"
	"pugongying/internal/fault"
	"pugongying/internal/media"
	"pugongying/internal/publish"
	"pugongying/internal/quiz"
	"pugongying/internal/staff"
)

const draftOne = "---\ntitle: 冬天的炉火\nsummary: 一锅豆腐\nprovenance: invented\n---\n## 发生了什么\n十月初七，她在镇上出摊。\n\n她今年三十四岁，哈拉图嘎查就她一家做豆腐。\n## 法律怎么说\n打人的，要拘留或者罚款。\n"

var draftTwo = strings.Replace(draftOne, "十月初七，", "入冬前，", 1)

// reviewDesk is a workflow of one text with two versions; version 2 waits for its second review.
type reviewDesk struct {
	text     publish.Text
	seen     int
	passed   []publish.Passing
	returned []publish.Returning
	comments []string
	refuse   error
	said     map[string]media.Safety
}

func newReviewDesk() *reviewDesk {
	body := []byte(draftTwo)
	section := "入冬前，她在镇上出摊。\n\n她今年三十四岁，哈拉图嘎查就她一家做豆腐。\n"
	start := strings.Index(section, "今年三十四岁")
	end := start + len("今年三十四岁，哈拉图嘎查就她一家做豆腐")
	claim := "打人的，要拘留或者罚款。"
	sum := publish.Sum(body)
	return &reviewDesk{text: publish.Text{
		Publication: publish.Publication{ID: "P", Title: "冬天的炉火", Authors: []string{"Avolunteer"}, Last: 2},
		Version: publish.Version{Publication: "P", Kind: publish.KindExplainer, N: 2, SHA256: sum, Body: body, Findings: []publish.Finding{
			{Code: "law.uncited", Severity: publish.Asks, Field: "sections.2", Start: 0, End: len(claim), Sentence: "这里说了法律，没有出处。"},
			{Code: "reading.long_sentence", Severity: publish.Notes, Field: "sections.0", Sentence: "这句话长。"},
			{Code: "privacy.combination", Severity: publish.Asks, Field: "sections.0", Start: start, End: end, Sentence: "几样凑在一起，能认出是谁。", Mend: "三十来岁，靠一个小摊"},
			{Code: "check.not_run", Severity: publish.Asks, Sentence: "有一项机器检查这次没能运行，请人仔细看一遍。"},
		}},
		Open: &publish.Open{N: 2, State: publish.StateSecond, SHA256: sum, Due: noon.Add(3 * time.Hour), Passes: []publish.Pass{{Stage: publish.StateFirst, By: "Aeditor1"}}},
		Notes: []publish.Note{{
			Kind: publish.NotePass, Stage: publish.StateFirst, N: 2, SHA256: sum, By: audit.Actor{Kind: audit.KindStaff, ID: "Aeditor1"}, At: noon, Text: "妇联那句加得好。",
			Reasons: []publish.Reason{{Finding: 3, Code: "check.not_run", Text: "我从头读过"}},
		}},
	}}
}

func (d *reviewDesk) may(who staff.Principal, id string, n int) error {
	if id != "P" || n < 1 || n > 2 {
		return staff.ErrNotFound
	}
	return who.May(access.ReadText, access.Record{Relation: who.Relation("Avolunteer"), Region: banner})
}

func (d *reviewDesk) version(n int) publish.Version {
	v := d.text.Version
	if n == 1 {
		v.N, v.Body = 1, []byte(draftOne)
	}
	return v
}

func (d *reviewDesk) Read(_ context.Context, who staff.Principal, id string, n int) (publish.Text, error) {
	return d.text, d.may(who, id, n)
}

func (d *reviewDesk) SinceSeen(_ context.Context, who staff.Principal, id string, n int) (publish.Comparison, error) {
	c := publish.Comparison{New: d.version(n)}
	if d.seen > 0 {
		c.Old = d.version(d.seen)
	}
	return c, d.may(who, id, n)
}

func (d *reviewDesk) Compare(_ context.Context, who staff.Principal, id string, older, newer int) (publish.Comparison, error) {
	return publish.Comparison{Old: d.version(older), New: d.version(newer)}, d.may(who, id, newer)
}

func (d *reviewDesk) Pass(_ context.Context, _ staff.Principal, p publish.Passing) error {
	if d.refuse == nil {
		d.passed = append(d.passed, p)
	}
	return d.refuse
}

func (d *reviewDesk) Return(_ context.Context, _ staff.Principal, r publish.Returning) error {
	if r.Words == "" && len(r.Suggestions) == 0 {
		return publish.ErrWords
	}
	d.returned = append(d.returned, r)
	return d.refuse
}

func (d *reviewDesk) Comment(_ context.Context, _ staff.Principal, _ publish.At, text string) error {
	if text == "" {
		return publish.ErrWords
	}
	d.comments = append(d.comments, text)
	return nil
}

func (d *reviewDesk) Names(_ context.Context, accounts ...string) (map[string]string, error) {
	return map[string]string{accounts[0]: "姓名" + accounts[0]}, nil
}

func (d *reviewDesk) Safety(context.Context, staff.Principal, []string) (map[string]media.Safety, error) {
	return d.said, nil
}

func (d *reviewDesk) Preview(kind publish.Kind, _ []byte) (desk.Preview, error) {
	if kind == publish.KindQuestion {
		return desk.Preview{Question: &quiz.Drafted{Question: quiz.Question{Stem: "谁可以申请？", Options: []quiz.Option{{ID: "a", Text: "妇联"}}}}}, nil
	}
	return desk.Preview{Title: "冬天的炉火", Parts: []desk.PreviewPart{{HTML: "<h2>发生了什么</h2><p>她在镇上出摊。</p>"}}}, nil
}

func reviewRig(t *testing.T) (*rig, *reviewDesk) {
	d := newReviewDesk()
	return open(t, everyRole(), Reviewing(d, d, d, d)), d
}

// TestAReviewShowsTheSameNumberAtThePlaceAndOnTheCard, what changed since she saw it, and who passed it.
func TestAReviewShowsTheSameNumberAtThePlaceAndOnTheCard(t *testing.T) {
	r, d := reviewRig(t)
	d.seen = 1
	first := r.get("editor2", "/review/P/2")
	if first.Code != http.StatusSeeOther || first.Header().Get("Location") != Prefix+"/review/P/2?with=1" {
		t.Fatalf("%d %s", first.Code, first.Header().Get("Location"))
	}
	page := r.get("editor2", "/review/P/2?with=1").Body.String()
	for _, want := range []string{
		"<del>十月初七</del><ins>入冬前</ins>", "<mark>今年三十四岁，哈拉图嘎查就她一家做豆腐</mark>" + `<a class="fn" href="#f1" id="m1"`, `id="f1" data-row`, "能认出是谁",
		"可以写成：<ins>三十来岁，靠一个小摊</ins>", "<mark>打人的，要拘留或者罚款。</mark>" + `<a class="fn" href="#f2"`, "说了法律，没有出处", "2 处要处理", "1 处写过理由", "姓名Aeditor1写过不改的理由：我从头读过",
		"姓名Avolunteer写 · 一审姓名Aeditor1通过", "和第 1 版比", "还有 3 小时", "机器还提了 1 句",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(page, "<script>") || strings.Contains(page, "style=") {
		t.Error("the page has a script or a style of its own")
	}
	if plain := r.get("editor2", "/review/P/2?look=plain").Body.String(); strings.Contains(plain, "<del>") || !strings.Contains(plain, "入冬前，她在镇上出摊") {
		t.Error("the text alone shows a difference")
	}
	if phone := r.get("editor2", "/review/P/2?look=phone").Body.String(); !strings.Contains(phone, "<p>她在镇上出摊。</p>") {
		t.Error("the phone is empty")
	}
	d.text.Version.Kind = publish.KindQuestion
	if phone := r.get("editor2", "/review/P/2?look=phone").Body.String(); !strings.Contains(phone, "<li>妇联</li>") {
		t.Error("a question has no phone")
	}
	d.text.Version.Kind = publish.KindExplainer
	if history := r.get("editor2", "/review/P/2?look=history").Body.String(); !strings.Contains(history, "妇联那句加得好。") || !strings.Contains(history, "我从头读过") {
		t.Error("the history is empty")
	}
}

// TestPassingIsShutUntilEachFindingHasItsReason, shows the hash, asks once, and passes what she saw.
func TestPassingIsShutUntilEachFindingHasItsReason(t *testing.T) {
	r, d := reviewRig(t)
	form := url.Values{"for": {"ask"}, "sha": {d.text.Version.SHA256}, "act.0": {"keep"}, "words.0": {"下一段就有出处"}}
	page := r.post("editor2", "/review/P/2?look=plain", form)
	if page.Code != http.StatusUnprocessableEntity || !strings.Contains(page.Body.String(), "请作者改，或者写上不改的理由。") || !strings.Contains(page.Body.String(), `value="下一段就有出处"`) {
		t.Errorf("%d: what she wrote is gone, or nothing is said", page.Code)
	}
	form.Set("act.2", "keep")
	form.Set("words.2", "她同意写")
	asked := r.post("editor2", "/review/P/2?look=plain", form)
	body := asked.Body.String()
	if asked.Code != http.StatusOK || !strings.Contains(body, d.text.Version.SHA256) || !strings.Contains(body, "她同意写") || len(d.passed) != 0 {
		t.Fatalf("%d: it does not ask: %v", asked.Code, d.passed)
	}
	form.Set("for", "look")
	if again := r.post("editor2", "/review/P/2?look=plain", form); again.Code != http.StatusOK || !strings.Contains(again.Body.String(), `value="她同意写"`) || len(d.passed) != 0 {
		t.Errorf("%d: who looks again has lost her reasons", again.Code)
	}
	form.Set("for", "pass")
	if done := r.post("editor2", "/review/P/2?look=plain", form); done.Code != http.StatusSeeOther || len(d.passed) != 1 || d.passed[0].Reasons[0] != "下一段就有出处" || d.passed[0].Reasons[2] != "她同意写" {
		t.Errorf("%d, %+v", done.Code, d.passed)
	}
	form.Set("sha", "another")
	if stale := r.post("editor2", "/review/P/2?look=plain", form); stale.Code != http.StatusConflict || len(d.passed) != 1 {
		t.Errorf("a version she did not see: %d, %d passed", stale.Code, len(d.passed))
	}
	form.Set("sha", d.text.Version.SHA256)
	d.refuse = fault.New(fault.Conflict, "x", "别人刚刚审过。")
	if refused := r.post("editor2", "/review/P/2?look=plain", form); refused.Code != http.StatusConflict || !strings.Contains(refused.Body.String(), "别人刚刚审过。") {
		t.Errorf("%d", refused.Code)
	}
}

// TestWhatAReviewerProposesTravelsWithTheReturn, and no letter is changed by it.
func TestWhatAReviewerProposesTravelsWithTheReturn(t *testing.T) {
	r, d := reviewRig(t)
	if page := r.post("editor2", "/review/P/2?look=plain", url.Values{"for": {"return"}, "sha": {d.text.Version.SHA256}}); page.Code != http.StatusUnprocessableEntity || !strings.Contains(page.Body.String(), publish.ErrWords.Text) {
		t.Errorf("a return without a word: %d", page.Code)
	}
	done := r.post("editor2", "/review/P/2?look=plain", url.Values{
		"for": {"return"}, "sha": {d.text.Version.SHA256}, "words": {"改两处就好"}, "act.2": {"mend"}, "act.0": {"other"}, "words.0": {"加上第四十三条"}, "act.3": {"keep"}, "words.3": {"看过"},
	})
	if done.Code != http.StatusSeeOther || len(d.returned) != 1 {
		t.Fatalf("%d: %s", done.Code, done.Body)
	}
	got := d.returned[0]
	if got.Words != "改两处就好" || len(got.Suggestions) != 2 || got.Suggestions[0].Instead != "加上第四十三条" || got.Suggestions[1].Instead != "三十来岁，靠一个小摊" || got.Suggestions[1].Field != "sections.0" {
		t.Errorf("%+v", got)
	}
}

// TestWhoseTurnItIsNot is told why, and finds no way to pass.
func TestWhoseTurnItIsNot(t *testing.T) {
	r, d := reviewRig(t)
	for token, why := range map[string]string{"volunteer": "这一件你写过其中的字", "editor1": "这一版你已经审过一遍", "editor3": "现在等的是二审", "publisher": "现在等的是二审"} {
		page := r.get(token, "/review/P/2?look=plain")
		if page.Code != http.StatusOK || !strings.Contains(page.Body.String(), why) || strings.Contains(page.Body.String(), "data-pass") || strings.Contains(page.Body.String(), `type="radio"`) {
			t.Errorf("%s: %d, without %q", token, page.Code, why)
		}
		form := url.Values{"for": {"pass"}, "sha": {d.text.Version.SHA256}, "act.0": {"keep"}, "words.0": {"a"}, "act.2": {"keep"}, "words.2": {"b"}}
		if refused := r.post(token, "/review/P/2", form); refused.Code == http.StatusSeeOther || len(d.passed) != 0 {
			t.Errorf("%s passes", token)
		}
	}
	for _, token := range []string{"counsellor", "auditor", "admin"} {
		if page := r.get(token, "/review/P/2"); page.Code != http.StatusNotFound {
			t.Errorf("%s: %d", token, page.Code)
		}
	}
	for _, path := range []string{"/review/P/0", "/review/P/x", "/review/Q/1", "/review/P/99999999999999999999"} {
		if page := r.get("editor2", path); page.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, page.Code)
		}
	}
	d.text.Open = nil
	if page := r.get("editor2", "/review/P/2?look=plain"); !strings.Contains(page.Body.String(), "这一版已经不在审了。") {
		t.Error("a version that is not open can be passed")
	}
}

func TestWordsToTheAuthor(t *testing.T) {
	r, d := reviewRig(t)
	if done := r.post("publisher", "/review/P/2?look=history", url.Values{"for": {"comment"}, "words": {"请再看一眼"}}); done.Code != http.StatusSeeOther || len(d.comments) != 1 {
		t.Errorf("%d, %v", done.Code, d.comments)
	}
	if nothing := r.post("editor2", "/review/P/2", url.Values{"sha": {"x"}}); nothing.Code != http.StatusUnprocessableEntity {
		t.Errorf("%d", nothing.Code)
	}
}

// TestTheDifferenceNeverCutsACharacter over texts with characters of every width, and finding ranges that lie outside.
func TestTheDifferenceNeverCutsACharacter(t *testing.T) {
	older, newer := "她🐎走了，ᠮᠣᠩ来了é。", "他🐄走了，ᠮᠤᠩ来了e。"
	for start := range len(newer) {
		if !boundary(newer, start) {
			continue
		}
		all, numbers := "", 0
		for _, p := range overlaid(older, newer, true, []numbered{{Finding: publish.Finding{Start: start, End: len(newer)}, number: 1}}) {
			if !utf8.ValidString(p.Text) {
				t.Fatalf("%q is cut", p.Text)
			}
			if !p.Old {
				all += p.Text
			}
			numbers += len(p.Ends)
		}
		if all != newer || numbers != 1 {
			t.Errorf("from %d: %q with %d ends", start, all, numbers)
		}
	}
	// The control: a range inside a character is no place; its card stands beside the whole field.
	r, d := reviewRig(t)
	d.text.Version.Findings[2].Start++
	if page := r.get("editor2", "/review/P/2?look=plain").Body.String(); !utf8.ValidString(page) || strings.Contains(page, "<mark>今年") || !strings.Contains(page, "能认出是谁") {
		t.Error("a range inside a character cuts it, or loses its card")
	}
}

package check_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"pugongying/internal/check"
	"pugongying/internal/explainer"
	"pugongying/internal/law"
	"pugongying/internal/publish"
)

func TestACleanStoryHasNoFindings(t *testing.T) {
	if found := newBench(t).check(t, publish.KindExplainer, story{}.body()); len(found) != 0 {
		t.Errorf("%+v", found)
	}
}

// place is what a finding says about a story.
type place struct {
	code     string
	severity publish.Severity
	field    string
	words    string // in the range
	mend     string
}

func TestEachFindingStandsAtItsPlace(t *testing.T) {
	for name, c := range map[string]struct {
		story story
		want  place
	}{
		"a mobile number":          {story{happened: "有事打138-0013-8000找她。"}, place{"privacy.mobile", publish.Blocks, "sections.0", "138-0013-8000", ""}},
		"a combination":            {story{happened: "她今年三十四岁，哈拉图嘎查就她一家做豆腐。"}, place{"privacy.combination", publish.Blocks, "sections.0", "今年三十四岁，哈拉图嘎查就她一家做豆腐", "三十来岁，一个嘎查有人做豆腐"}},
		"a combination, invented":  {story{provenance: "invented", happened: "她今年三十四岁，哈拉图嘎查就她一家做豆腐。"}, place{"privacy.combination", publish.Asks, "sections.0", "今年三十四岁，哈拉图嘎查就她一家做豆腐", "三十来岁，一个嘎查有人做豆腐"}},
		"a name in a true story":   {story{did: "邻居张桂芝听见响动。"}, place{"privacy.name", publish.Asks, "sections.1", "张桂芝", "某某"}},
		"a name in an invented":    {story{provenance: "invented", did: "邻居张桂芝听见响动。"}, place{"privacy.name", publish.Notes, "sections.1", "张桂芝", "某某"}},
		"an address":               {story{did: "她住在青格镇幸福路12号院3单元402。"}, place{"privacy.address", publish.Blocks, "sections.1", "青格镇幸福路12号院3单元402", "家里"}},
		"a child":                  {story{happened: "青格旗第二小学三年级二班的小雅，九岁。"}, place{"privacy.minor", publish.Blocks, "sections.0", "", "一个孩子"}},
		"a claim without a law":    {story{says: "她想离，可以直接去法院。\n\n派出所出一张告诫书。〔反家庭暴力法 第十六条第一款〕"}, place{"law.uncited", publish.Asks, "sections.2", "她想离，可以直接去法院。", ""}},
		"a claim after a law":      {story{says: "派出所出一张告诫书。〔反家庭暴力法 第十六条第一款〕打人的，要拘留或者罚款。"}, place{"law.uncited", publish.Asks, "sections.2", "打人的，要拘留或者罚款。", ""}},
		"an unknown law":           {story{says: "出告诫书。〔反家庭暴力法 第十六条第一款〕应当报告。〔美好生活法 第三条〕"}, place{"citation.unknown_law", publish.Blocks, "sections.2", "美好生活法 第三条", ""}},
		"an article past the end":  {story{cites: "反家庭暴力法 第十六条第一款|反家庭暴力法 第九十九条", says: "出告诫书。〔反家庭暴力法 第十六条第一款〕"}, place{"citation.no_article", publish.Blocks, "citations.1", "反家庭暴力法 第九十九条", ""}},
		"one that is not listed":   {story{says: "出告诫书。〔反家庭暴力法 第十六条第一款〕应当报告。〔反家庭暴力法 第十四条〕"}, place{"citation.not_listed", publish.Blocks, "sections.2", "反家庭暴力法 第十四条", ""}},
		"one that is not used":     {story{cites: "反家庭暴力法 第十六条第一款|反家庭暴力法 第十四条"}, place{"citation.not_used", publish.Blocks, "citations.1", "反家庭暴力法 第十四条", ""}},
		"a telling title":          {story{title: "她被打以后"}, place{"title.telling", publish.Blocks, "title", "打", ""}},
		"a telling share card":     {story{share: "去法院的路"}, place{"title.telling", publish.Blocks, "share", "法院", ""}},
		"a link out of the house":  {story{did: "详见 https://example.com/a?b 页面。"}, place{"link.outside", publish.Blocks, "sections.1", "https://example.com/a?b", ""}},
		"a link to no story":       {story{did: "看[那一篇](/explainers/meiyou)。"}, place{"link.explainer", publish.Blocks, "sections.1", "[那一篇](/explainers/meiyou)", "那一篇"}},
		"a link to nowhere":        {story{did: "看[那一篇](abc)。"}, place{"link.broken", publish.Blocks, "sections.1", "[那一篇](abc)", "那一篇"}},
		"a link that says nothing": {story{did: "看[这里](/explainers/chahu)。"}, place{"access.link_words", publish.Asks, "sections.1", "[这里](/explainers/chahu)", ""}},
		"a silent picture":         {story{did: "![](SILENT)"}, place{"picture.no_description", publish.Blocks, "sections.1", "![](SILENT)", ""}},
		"a picture that is gone":   {story{did: "![奶茶](GONE)"}, place{"picture.unknown", publish.Blocks, "sections.1", "![奶茶](GONE)", ""}},
		"a risky picture":          {story{did: "![奶茶](RISKY)"}, place{"picture.risky", publish.Blocks, "sections.1", "![奶茶](RISKY)", ""}},
		"a picture not yet passed": {story{did: "![奶茶](WAITING)"}, place{"picture.not_passed", publish.Asks, "sections.1", "![奶茶](WAITING)", ""}},
		"a field without words":    {story{pictures: withPicture(1, "")}, place{"form.pictures", publish.Blocks, "pictures", "", ""}},
		"a field that is gone":     {story{pictures: withPicture(7, "一扇绿门")}, place{"picture.unknown", publish.Blocks, "pictures.0", "", ""}},
		"a risky field":            {story{pictures: withPicture(2, "一扇绿门")}, place{"picture.risky", publish.Blocks, "pictures.0", "", ""}},
		"a field not yet passed":   {story{pictures: withPicture(3, "一扇绿门")}, place{"picture.not_passed", publish.Asks, "pictures.0", "", ""}},
		"a number in a picture":    {story{pictures: withPicture(1, "门上写着 13800138000")}, place{"privacy.mobile", publish.Blocks, "pictures.0", "13800138000", ""}},
		"a risky text":             {story{did: "这里有坏话。"}, place{"wechat.risky", publish.Blocks, "sections.1", "", ""}},
		"a text for a person":      {story{did: "请人看看。"}, place{"wechat.review", publish.Asks, "sections.1", "", ""}},
		"a word of offices":        {story{did: "上述的事，她记下来了。"}, place{"reading.official", publish.Notes, "sections.1", "上述", "上面说的"}},
		"a long sentence":          {story{did: strings.Repeat("她走了很远的路", 10) + "。"}, place{"reading.long_sentence", publish.Notes, "sections.1", "", ""}},
		"minutes that are wrong":   {story{minutes: "9"}, place{"reading.minutes", publish.Asks, "minutes", "", "1"}},
		"a hidden character":       {story{did: "她走\u200b了。"}, place{"text.hidden", publish.Blocks, "sections.1", "走\u200b了", "走了"}},
		"a direction mark":         {story{did: "她走\u202e了。"}, place{"text.hidden", publish.Blocks, "sections.1", "走\u202e了", "走了"}},
		"a table from Word":        {story{did: "日期\t事情\t证人\n三月\t争吵\t邻居\n"}, place{"text.table", publish.Asks, "sections.1", "", ""}},
		"code of a page":           {story{did: "她<b>走</b>了。"}, place{"text.html", publish.Blocks, "sections.1", "<b>", ""}},
		"a form that is refused":   {story{minutes: "90"}, place{"form.minutes", publish.Blocks, "minutes", "", ""}},
	} {
		t.Run(name, func(t *testing.T) {
			body := c.story.body()
			found, ok := of(newBench(t).check(t, publish.KindExplainer, body), c.want.code)
			if !ok {
				t.Fatalf("not found: %+v", newBench(t).check(t, publish.KindExplainer, body))
			}
			if found.Severity != c.want.severity || found.Field != c.want.field || found.Mend != c.want.mend || found.Sentence == "" {
				t.Errorf("%+v", found)
			}
			if words := inField(t, body, found); c.want.words != "" && words != c.want.words {
				t.Errorf("it stands at %q", words)
			}
		})
	}
}

// inField is what stands in a finding's range.
func inField(t *testing.T, body []byte, f publish.Finding) string {
	t.Helper()
	e, err := explainer.Draft(body)
	if err != nil {
		t.Fatal(err)
	}
	fields := map[string]string{"title": e.Title, "share": e.Share}
	for i, p := range e.Pictures {
		fields["pictures."+string(rune('0'+i))] = p.Description
	}
	for i, s := range e.Sections {
		fields["sections."+string(rune('0'+i))] = s.Body
	}
	for i, c := range e.Cites {
		fields["citations."+string(rune('0'+i))] = c
	}
	return fields[f.Field][f.Start:f.End]
}

// TestALawThatChanged says what became of a citation, and what stands in its place now.
func TestALawThatChanged(t *testing.T) {
	b := newBench(t)
	cited, err := b.laws.Register().Parse("反家庭暴力法 第十六条第一款")
	if err != nil {
		t.Fatal(err)
	}
	to := cited
	to.Article = 17
	for kind, want := range map[law.ChangeKind]place{
		law.Renumbered:  {"citation.renumbered", publish.Blocks, "", "", "反家庭暴力法 第十七条第一款"},
		law.Removed:     {"citation.removed", publish.Blocks, "", "", ""},
		law.TextChanged: {"citation.changed", publish.Asks, "", "", ""},
		law.LawRepealed: {"citation.repealed", publish.Blocks, "", "", ""},
	} {
		b.laws.since = map[law.Citation]law.Change{cited: {Kind: kind, Effective: "2026-01-01", To: to}}
		found := b.check(t, publish.KindExplainer, story{}.body())
		var places []string
		for _, f := range found {
			if f.Code == want.code && f.Severity == want.severity && f.Mend == want.mend {
				places = append(places, f.Field)
			}
		}
		if !slices.Contains(places, "citations.0") || !slices.Contains(places, "sections.2") {
			t.Errorf("%s: %+v", kind, found)
		}
	}
	b.laws.since, b.laws.ahead = nil, map[law.Citation]law.Change{cited: {Kind: law.TextChanged, Effective: "2027-01-01"}}
	if found, ok := of(b.check(t, publish.KindExplainer, story{}.body()), "citation.coming"); !ok || found.Severity != publish.Notes {
		t.Errorf("%+v", found)
	}
	b.laws.ahead, b.laws.missing = nil, []law.Citation{cited}
	if found, ok := of(b.check(t, publish.KindExplainer, story{}.body()), "citation.unreadable"); !ok || found.Severity != publish.Blocks {
		t.Errorf("a 款 that is not there: %+v", found)
	}
}

// TestWeChatThatDoesNotAnswerIsNoPass: the others' findings come all the same, with an error.
func TestWeChatThatDoesNotAnswerIsNoPass(t *testing.T) {
	b := newBench(t)
	b.wechat.down = true
	c := check.New(check.Parts{Laws: b.laws, Safety: b.wechat, Pictures: b.pictures, Links: links{}})
	found, err := c.Check(context.Background(), publish.KindExplainer, story{title: "她被打以后"}.body())
	if _, ok := of(found, "title.telling"); err == nil || !ok {
		t.Errorf("%v, %+v", err, found)
	}
	if _, err := check.New(check.Parts{Laws: b.laws}).Check(context.Background(), publish.KindExplainer, story{}.body()); err == nil {
		t.Error("without anybody to ask, the text passes")
	}
	b.laws.broken = errors.New("the store is gone")
	b.wechat.down = false
	if _, err := c.Check(context.Background(), publish.KindExplainer, story{}.body()); err == nil {
		t.Error("laws that cannot be read pass")
	}
}

// TestPersonalDataNeverLeavesForWeChat reads what WeChat was asked.
func TestPersonalDataNeverLeavesForWeChat(t *testing.T) {
	b := newBench(t)
	b.check(t, publish.KindExplainer, story{did: "张桂芝，电话１３８００１３８０００，住在青格镇幸福路12号院3单元402。" + strings.Repeat("她走了很远的路。", 900)}.body())
	all := strings.Join(b.wechat.asked, "|")
	for _, secret := range []string{"张桂芝", "１３８００１３８０００", "13800138000", "幸福路"} {
		if strings.Contains(all, secret) {
			t.Errorf("WeChat reads %s", secret)
		}
	}
	for _, piece := range b.wechat.asked {
		if n := len([]rune(piece)); n == 0 || n > 2500 {
			t.Errorf("a piece of %d characters", n)
		}
	}
	if strings.Count(all, "很远的路") != 900 {
		t.Errorf("%d of 900 sentences were asked about", strings.Count(all, "很远的路"))
	}
}

// TestAPublicNumberIsNobodys leaves the lines of the directory alone.
func TestAPublicNumberIsNobodys(t *testing.T) {
	found := newBench(t).check(t, publish.KindExplainer, story{did: "妇联电话 0481-8220031。她家电话 0481-8220032。"}.body())
	if len(found) != 1 || found[0].Code != "privacy.landline" || !strings.Contains(found[0].Sentence, "电话") {
		t.Errorf("%+v", found)
	}
}

const question = `id: XYIMKR36LVHKVEA25IL3ONILHM
kind: single
stem: 谁可以代她申请？
options:
  - {id: a, text: 妇联, right: true}
  - {id: b, text: 邻居}
explanation: 近亲属、妇联都可以。
concept: baohuling.shenqing
difficulty: 1
citations: [反家庭暴力法 第二十三条第二款]
explainer: chahu
`

func TestQuestions(t *testing.T) {
	b := newBench(t)
	if found := b.check(t, publish.KindQuestion, []byte(question)); len(found) != 0 {
		t.Errorf("%+v", found)
	}
	for name, c := range map[string]struct{ old, new, code, field string }{
		"no right answer":       {", right: true", "", "form.options", "options"},
		"a number in an answer": {"text: 邻居", "text: 邻居 13800138000", "privacy.mobile", "options.1.text"},
		"no explanation":        {"explanation: 近亲属、妇联都可以。", "explanation: ''", "form.explanation", "explanation"},
		"an unknown article":    {"第二十三条第二款", "第九十三条", "citation.no_article", "citations.0"},
		"a story that is gone":  {"explainer: chahu", "explainer: meiyou", "link.explainer", "explainer"},
		"an unknown key":        {"difficulty: 1", "difficulty: 1\nnope: 2", "form.yaml", "yaml"},
	} {
		found, ok := of(b.check(t, publish.KindQuestion, []byte(strings.Replace(question, c.old, c.new, 1))), c.code)
		if !ok || found.Field != c.field || found.Sentence == "" {
			t.Errorf("%s: %+v", name, b.check(t, publish.KindQuestion, []byte(strings.Replace(question, c.old, c.new, 1))))
		}
	}
}

func TestTopics(t *testing.T) {
	body := "slug: jiali\ntitle: 家里的官司\nsummary: 几件小事\ndraw: 1\nminutes: 2\nquestions: [XYIMKR36LVHKVEA25IL3ONILHM, MEIYOU]\n"
	found := newBench(t).check(t, publish.KindTopic, []byte(body))
	if _, ok := of(found, "title.telling"); !ok {
		t.Errorf("%+v", found)
	}
	if gone, ok := of(found, "link.question"); !ok || gone.Field != "questions.1" {
		t.Errorf("%+v", found)
	}
}

// TestBadInput: nothing crashes, and what can be read is read.
func TestBadInput(t *testing.T) {
	b := newBench(t)
	for name, c := range map[string]struct {
		body []byte
		code string
	}{
		"nothing":              {nil, "form.file"},
		"no front matter":      {[]byte("她的电话13800138000"), "privacy.mobile"},
		"broken UTF-8":         {story{did: "她走\xff了。"}.body(), "text.broken"},
		"a megabyte":           {story{did: strings.Repeat("她走了很远的路。", 12_000)}.body(), "form.file"},
		"zeros between digits": {story{did: "打138\u200b0013\u200b8000。"}.body(), "privacy.mobile"},
		"right to left":        {story{did: "打\u202e138\u200f00138000\u202c。"}.body(), "privacy.mobile"},
	} {
		found := b.check(t, publish.KindExplainer, c.body)
		if _, ok := of(found, c.code); !ok {
			t.Errorf("%s: %d findings, none %s", name, len(found), c.code)
		}
	}
}

func FuzzCheck(f *testing.F) {
	f.Add(string(story{}.body()))
	f.Add(question)
	f.Add("---\ntitle: 打\n---\n## 法律怎么说\n应当〔〕![](x)[这里](y)\t\t\n\t\t\n")
	b := newBench(f)
	c := check.New(check.Parts{Laws: b.laws, Safety: b.wechat, Pictures: b.pictures, Links: links{}})
	f.Fuzz(func(t *testing.T, body string) {
		b.wechat.asked = nil
		for _, kind := range []publish.Kind{publish.KindExplainer, publish.KindQuestion, publish.KindTopic} {
			found, err := c.Check(context.Background(), kind, []byte(body))
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range found {
				if f.Start < 0 || f.End < f.Start || f.End > len(body)+8 || f.Sentence == "" || f.Code == "" {
					t.Fatalf("%+v", f)
				}
			}
		}
	})
}

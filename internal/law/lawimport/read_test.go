package lawimport

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"pugongying/internal/law"
)

// The laws of these tests are invented.

const ours = `<!-- 中华人民共和国风筝法 | 公布/通过：2001-02-03 通过；2020-05-06 修订 | 施行：2021-01-01（修正 2022-01-01） | 来源：无 | 状态：现行有效（之后是否修改未核） -->

# 中华人民共和国风筝法

> 2001年2月3日通过
>

## 第一章　总则

**第一条**　为了放风筝，制定本法。

风筝应当有线。

**第二条**　下列东西不是风筝：

（一）云；

1．白云；

2．乌云。

（二）鸟。

前款第二项的鸟可以飞。

## 第二章　附则

**第二条之一**　风筝可以修补。

**第三条**　本法自2021年1月1日起施行。《风筝条例》、《线轴办法》同时废止。

## 附件

**第一条**　附件里的条不是条。
`

const justLaws = `---
sidebar: auto
---

# 中华人民共和国风筝法

2001年2月3日第九届大会通过

根据2010年1月1日《关于修改〈风筝法〉的决定》、2020年5月6日第十三届大会修订

## 第一章　总则

**第一条**　为了放风筝，制定本法。

风筝应当有线。

**第二条**　下列东西不是风筝：

（一）云；

1．白云；

2．乌云。

（二）鸟。

前款第二项的鸟可以飞。

## 第二章　附则

第二条之一　风筝可以修补。

**第三条**　本法自2021年1月1日起施行。《风筝条例》、《线轴办法》同时废止。
`

const lawRefBook = `# 中华人民共和国风筝法

２００１年２月３日 通过

2020年5月6日 修订

<!-- INFO END -->

目 录

第一章 总则

第二章 附则

第一章 总 则

第一条 为了放风筝，制定本法。

风筝应当有线。

第二条 下列东西不是风筝：

(一)云；

1.白云；

2.乌云。

(二)鸟。

前款第二项的鸟可以飞。

第二章 附 则

第二条之一 风筝可以修补。

第三条 本法自２０２１年１月１日起施行。《风筝条例》、《线轴办法》同时废止。
`

func TestThreeLayoutsAreOneLaw(t *testing.T) {
	var first *law.Version
	for name, text := range map[string]string{"ours": ours, "just-laws": justLaws, "LawRefBook": lawRefBook, "crlf": strings.ReplaceAll("\ufeff"+ours, "\n", "\r\n")} {
		v := importing(t, map[string]string{"a/风筝法.md": text}, Options{}).only(t)
		if first == nil {
			first = v
		}
		f := v.Fact
		if v.Title != "中华人民共和国风筝法" || v.Short != "风筝法" || f.Issued != "2001-02-03" || f.Revised != "2020-05-06" || f.Effective != "2021-01-01" {
			t.Errorf("%s: %s %s %+v", name, v.Title, v.Short, f)
		}
		if f.SHA256 != first.Fact.SHA256 || f.Last != 3 || fmt.Sprint(f.Inserted, f.Repeals) != "[2-1] [风筝条例 线轴办法]" || f.Articles() != 4 {
			t.Errorf("%s: %+v", name, f)
		}
		if fmt.Sprint(v.Parts) != "[{1 第一章 总则 0} {1 第二章 附则 2}]" {
			t.Errorf("%s: parts %v", name, v.Parts)
		}
		second := v.Articles[1]
		if len(second.Paragraphs) != 2 || len(second.Paragraphs[0].Items) != 2 || !strings.HasPrefix(second.Paragraphs[0].Items[1], "（二）鸟") || !strings.Contains(second.Paragraphs[0].Items[0], "乌云") {
			t.Errorf("%s: %+v", name, second)
		}
	}
}

func TestProvisions(t *testing.T) {
	v := importing(t, map[string]string{"a.md": ours}, Options{}).only(t)
	for c, want := range map[law.Citation]string{
		{Article: 1}:                        "为了放风筝，制定本法。\n风筝应当有线。",
		{Article: 1, Paragraph: 2}:          "风筝应当有线。",
		{Article: 2, Paragraph: 1, Item: 2}: "鸟。",
		{Article: 2, Sub: 1}:                "风筝可以修补。",
		{Article: 2, Paragraph: 3}:          "law.no_provision",
		{Article: 2, Item: 1}:               "law.no_provision",
		{Article: 2, Paragraph: 1, Item: 3}: "law.no_provision",
		{Article: 4}:                        "law.no_article",
		{Article: 1, Sub: 1}:                "law.no_article",
	} {
		a, err := v.Provision(c)
		if got := a.Text(); err == nil && got != want || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %q, %v", c, got, err)
		}
	}
	if i, ok := v.Article("2-1"); !ok || strings.Join(v.Headings(i), " ") != "第二章 附则" || v.Articles[i].Label() != "第二条之一" {
		t.Errorf("2-1 stands at %d under %v", i, v.Headings(i))
	}
	if _, ok := v.Article("x"); ok {
		t.Error("x is an article")
	}
	if law.Hash("“（一）云”　\n") != law.Hash(`"(一)云"`) || law.Hash("云。") == law.Hash("云，") {
		t.Error("the hash hangs on the spelling, or not on the words")
	}
}

// A law in several files, in the layouts of just-laws and LawRefBook.
func TestALawInSeveralFiles(t *testing.T) {
	book := func(name, text string) string {
		return "# 中华人民共和国线轴典\n\n# " + name + "\n\n2020年5月28日 通过\n\n<!-- INFO END -->\n\n" + text
	}
	for name, folder := range map[string]map[string]string{
		"just-laws": {
			"d/README.md":     "---\nnext: /d/01\n---\n\n# 中华人民共和国线轴典\n\n2020年5月28日通过\n",
			"d/00-last.md":    "# 附则\n\n**第四条**　本法自2021年1月1日起施行。\n",
			"d/01-first.md":   "---\nprev: /d/\n---\n\n# 第一编　总则\n\n### 第一章　规定\n\n**第一条**　一。\n\n**第二条**　二。\n",
			"d/02-second.md":  "# 第二编　线\n\n## 第一分编　通则\n\n### 第一章　规定\n\n**第三条**　三。\n",
			"d/04-changes.md": "# 修正案\n\n## 中华人民共和国线轴典修正案\n\n**第一条**　改成这样。\n",
			"README.md":       "# 说明\n\n这里放法律。\n",
		},
		"LawRefBook": {
			"d/_index.md": "---\ntitle: d\n---\n", "d/附则.md": book("附则", "第四条 本法自2021年1月1日起施行。\n"),
			"d/总则.md": book("总则", "## 第一章 规定\n\n第一条 一。\n\n第二条 二。\n"), "d/线.md": book("线", "## 第一章 规定\n\n第三条 三。\n"),
		},
	} {
		got := importing(t, folder, Options{})
		if got.count(Added) != 1 || got.count(Refused) != 0 || got.count(Passed) == 0 {
			t.Errorf("%s: %+v", name, got.outcomes)
			continue
		}
		for _, o := range got.outcomes {
			if o.Kind != Added {
				continue
			}
			v, err := got.store.Version(context.Background(), law.VersionID(o.Law, o.Version))
			if err != nil || v.Fact.Last != 4 || v.Fact.Effective != "2021-01-01" || v.Title != "中华人民共和国线轴典" || v.Parts[0].Level != 1 || v.Parts[len(v.Parts)-1].First != 3 {
				t.Errorf("%s: %+v %v %v", name, v.Fact, v.Parts, err)
			}
		}
		before := len(got.outcomes)
		if got.take(t, folder, Options{}); len(got.outcomes) != before || got.count(Same) != 1 {
			t.Errorf("%s again: %+v", name, got.outcomes)
		}
		folder["d/"+map[string]string{"just-laws": "02-second.md", "LawRefBook": "线.md"}[name]] += "\n三的第二款。\n"
		if got.take(t, folder, Options{Replace: true}); got.count(Instead) != 1 {
			t.Errorf("%s with one piece changed: %+v", name, got.outcomes)
		}
	}
}

func TestWhatIsRefusedAndWhatIsPassedOver(t *testing.T) {
	change := func(from, to string) string {
		if !strings.Contains(ours, from) {
			t.Fatalf("%q is not in the text", from)
		}
		return strings.Replace(ours, from, to, 1)
	}
	for name, c := range map[string]struct {
		file, text string
		kind       Kind
		want       string
	}{
		"a gap":            {"a.md", change("**第二条**", "**第四条**"), Refused, "a.md 第 14 行：第四条前面少了条文：上一条是第一条，在第 10 行。"},
		"a double":         {"a.md", change("**第二条**", "**第一条**"), Refused, "第 14 行：第一条重复了"},
		"a gap in 之":       {"a.md", change("第二条之一", "第二条之二"), Refused, "第二条之二前面少了条文"},
		"no number":        {"a.md", change("**第二条**", "**第二百十十条**"), Refused, "第 14 行：条号读不懂"},
		"not from one":     {"a.md", change("**第一条**　为了", "第零条的"), Refused, "第一条不在开头"},
		"an empty article": {"a.md", change("　风筝可以修补。", ""), Refused, "第二条之一没有内容"},
		"no dates":         {"a.md", "# 某法\n\n**第一条**　一。\n", Refused, "找不到公布和施行的日期"},
		"partial folder":   {"_partial/a.md", ours, Refused, "--accept partial"},
		"partial by word":  {"a.md", change("现行有效", "节录，现行有效"), Refused, "--accept partial"},
		"outdated folder":  {"x/_outdated/a.md", ours, Refused, "--accept outdated"},
		"outdated by word": {"a.md", change("现行有效", "仅供参考"), Refused, "--accept outdated"},
		"no articles":      {"a.md", "# 批复\n\n<!-- INFO END -->\n\n一、可以。\n", Refused, "没有“第X条”"},
		"a lost piece":     {"a.md", "# 第二编　线\n\n**第一条**　一。\n", Refused, "不知道这是哪部法律的一部分"},
		"not utf-8":        {"a.md", "\xff\xfe", Refused, "不是 UTF-8"},
		"too large":        {"a.md", strings.Repeat("第一条 一。\n", MaxFile/10), Refused, "文件太大"},
		"a README":         {"README.md", "# 风筝\n\n这里放法律，例如《风筝法》第一条。\n", Passed, ""},
		"an index":         {"_index.md", "---\ntitle: 法\n---\n\n- [风筝法](a.md)\n", Passed, ""},
		"code":             {"a.md", "# 写法\n\n```\n**第一条**　正文\n```\n", Passed, ""},
		"a hidden page":    {"a.md", "---\nbookHidden: true\n---\n\n# 某法\n\n2021年1月1日 施行\n\n<!-- INFO END -->\n\n第一条 一。\n", Passed, ""},
		"a cover alone":    {"d/README.md", "# 某决定\n\n2021年1月1日通过\n\n一、可以。\n", Passed, ""},
		"nothing":          {"a.md", "", Passed, ""},
	} {
		got := importing(t, map[string]string{c.file: c.text}, Options{})
		if len(got.outcomes) != 1 {
			t.Errorf("%s: %+v", name, got.outcomes)
			continue
		}
		o := got.outcomes[0]
		said := (&Refusal{o.File, o.Line, o.Reason}).Error()
		if o.Kind != c.kind || !strings.Contains(said, c.want) {
			t.Errorf("%s: %s %s, want %s", name, o.Kind, said, c.want)
		}
		if got.take(t, map[string]string{c.file: c.text}, Options{}); len(got.outcomes) != 1 || got.outcomes[0] != o {
			t.Errorf("%s a second time: %+v", name, got.outcomes)
		}
	}
}

func TestAHeadingThatLostItsNumberIsNoParagraph(t *testing.T) {
	text := "# 某法\n\n2021年1月1日 施行\n\n<!-- INFO END -->\n\n## 第一章 总则\n\n第一条 一。\n\n放飞的方法\n\n第二条 二：\n\n线\n\n第三条 三。\n\n附件：表一\n\n第一条 四。\n"
	v := importing(t, map[string]string{"a.md": text}, Options{}).only(t)
	if len(v.Articles) != 3 || len(v.Articles[0].Paragraphs) != 1 || len(v.Articles[1].Paragraphs) != 2 || len(v.Parts) != 2 || v.Parts[1].Title != "放飞的方法" {
		t.Errorf("%+v %v", v.Articles, v.Parts)
	}
}

func TestDates(t *testing.T) {
	for text, want := range map[string]string{
		"本法自2016年3月1日起施行。": "2016-03-01", "自一九九七年十月一日起施行": "1997-10-01", "自二○○五年十二月三十一日起实施": "2005-12-31",
		"２０１３年１月１日　施行": "2013-01-01", "2020年1月1日通过，自2021年2月3日起施行。": "2021-02-03", "2021年2月30日起施行": "", "自公布之日起施行": "",
	} {
		if got := appliesFrom(text); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
	if got := fmt.Sprint(days("2015-12-27 通过；2020年5月6日，十三月一日")); got != "[2015-12-27 2020-05-06]" {
		t.Error(got)
	}
	if got := fmt.Sprint(repealed("《风筝条例》（1990年国务院发布）、《关于〈线〉的规定》同时废止。《云法》第三条同时废止。")); got != "[风筝条例 关于〈线〉的规定]" {
		t.Error(got)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	if _, err := NewImporter(context.Background(), law.NewMemory(), none(t), Options{Effective: "morgen"}, clock, nil); err == nil {
		t.Error("morgen is no day")
	}
	got := importing(t, map[string]string{"a.md": strings.Replace(ours, "现行有效", "节录", 1)}, Options{Accept: []law.Standing{law.Partial}, Effective: "2030-01-01"})
	if v := got.only(t); v.Fact.Effective != "2030-01-01" || v.Fact.Standing != law.Partial {
		t.Errorf("%+v", v.Fact)
	}
}

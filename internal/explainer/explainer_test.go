package explainer

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"pugongying/internal/fault"
	"pugongying/internal/slug"
)

const file = `---
id: CQW3Y46HY6NUEK6YE37CM7GF67
slug: wanfeng
title: 晚风
summary: 晚上的风，吹到了门口。
lang: zh-CN
region: "150000000000"
tags: [家里的事, 谁能帮忙]
minutes: 6
order: 2
provenance: invented
checkedBy: 编辑自校（待专业审定）
checkedAt: 2026-11-23
share: 晚风
audio: wanfeng.mp3
questions: [6S5YWV47PDOYEGEFGS7KYOXKSV]
citations:
  - 反家庭暴力法 第二十三条第二款
  - 反家庭暴力法 第二十四条
  - 民法典 第一千零四十二条第三款
---
## 发生了什么

她叫萨仁。

## 她怎么做的

她打了电话。〔反家庭暴力法 第二十四条〕

## 法律怎么说

可以**代为申请**。〔反家庭暴力法 第二十三条第二款〕

也可以口头说。〔反家庭暴力法 第二十四条〕禁止家庭暴力。〔民法典1042条第3款〕还是那一条。〔反家庭暴力法 第二十四条〕

## 明天可以做什么

- 先打 110。
`

func TestParseReadsEverything(t *testing.T) {
	for name, text := range map[string]string{"LF": file, "CRLF": strings.ReplaceAll(file, "\n", "\r\n"), "BOM": "\ufeff" + file} {
		got, err := Parse([]byte(text))
		if err != nil {
			t.Fatalf("Parse with %s = %v", name, err)
		}
		sections := got.Sections
		got.Sections = nil
		want := &Authored{
			ID: "CQW3Y46HY6NUEK6YE37CM7GF67", Slug: "wanfeng", Title: "晚风", Summary: "晚上的风，吹到了门口。", Lang: "zh-CN",
			Region: "150000000000", Tags: []string{"家里的事", "谁能帮忙"}, Minutes: 6, Order: 2, Provenance: Invented,
			CheckedBy: "编辑自校（待专业审定）", CheckedAt: "2026-11-23", Share: "晚风", Audio: "wanfeng.mp3",
			Questions: []string{"6S5YWV47PDOYEGEFGS7KYOXKSV"},
			Cites:     []string{"反家庭暴力法 第二十三条第二款", "反家庭暴力法 第二十四条", "民法典 第一千零四十二条第三款"},
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("Parse with %s = %+v", name, got)
		}
		if len(sections) != 4 || sections[0].Heading != "发生了什么" || strings.TrimSpace(sections[3].Body) != "- 先打 110。" {
			t.Errorf("Parse with %s cut %+v", name, sections)
		}
	}
}

func TestParseNamesTheLine(t *testing.T) {
	swap := func(old, with string) string {
		if !strings.Contains(file, old) {
			t.Fatalf("the file has no %q", old)
		}
		return strings.Replace(file, old, with, 1)
	}
	for name, c := range map[string]struct{ text, want string }{
		"no front matter":       {"## 发生了什么\n", "line 1: file"},
		"front matter unclosed": {"---\nid: a\n", "line 1: file"},
		"nothing":               {"", "line 1: file"},
		"no UTF-8":              {swap("晚风", "\xff"), "line 1: file"},
		"too large":             {file + strings.Repeat("长", maxFile/3), "line 1: file"},
		"an empty front":        {"---\n\n---\n" + file[strings.Index(file, "## "):], "line 0: id"},
		"YAML":                  {swap("tags: [", "tags: [["), "yaml"},
		"a wrong type":          {swap("minutes: 6", "minutes: sechs"), "line 9: yaml"},
		"an unknown key":        {swap("minutes: 6", "minuten: 6"), "line 9: yaml"},
		"a key twice":           {swap("minutes: 6", "minutes: 6\nminutes: 7"), "line 10: yaml"},
		"id":                    {swap("CQW3", "cqw3"), "line 2: id"},
		"slug short":            {swap("slug: wanfeng", "slug: w"), "line 3: slug"},
		"slug letters":          {swap("slug: wanfeng", "slug: 晚风来"), "line 3: slug"},
		"title empty":           {swap("title: 晚风", "title: ''"), "line 4: title"},
		"title long":            {swap("title: 晚风", "title: "+strings.Repeat("晚", 25)), "line 4: title"},
		"title with a tag":      {swap("title: 晚风", "title: <b>晚风"), "line 4: title"},
		"summary":               {swap("summary: 晚上的风，吹到了门口。", "summary: \"两\\n行\""), "line 5: summary"},
		"lang":                  {swap("lang: zh-CN", "lang: chinesisch"), "line 6: lang"},
		"region":                {swap(`"150000000000"`, `"15"`), "line 7: region"},
		"tags":                  {swap("[家里的事, 谁能帮忙]", "[家里的事, 家里的事]"), "line 8: tags"},
		"too many tags":         {swap("[家里的事, 谁能帮忙]", "[一, 二, 三, 四, 五, 六, 七]"), "line 8: tags"},
		"an empty tag":          {swap("[家里的事, 谁能帮忙]", "['']"), "line 8: tags"},
		"minutes":               {swap("minutes: 6", "minutes: 0"), "line 9: minutes"},
		"provenance":            {swap("invented", "erfunden"), "line 11: provenance"},
		"checkedBy":             {swap("checkedBy: 编辑自校（待专业审定）", "checkedBy:"), "line 12: checkedBy"},
		"checkedAt":             {swap("2026-11-23", "2026-13-23"), "line 13: checkedAt"},
		"share":                 {swap("share: 晚风", "share: ' '"), "line 14: share"},
		"audio":                 {swap("wanfeng.mp3", "https://e.example/a.mp3"), "line 15: audio"},
		"audio in a folder":     {swap("wanfeng.mp3", "a/wanfeng.mp3"), "line 15: audio"},
		"questions":             {swap("6S5YWV47", "q1"), "line 16: questions"},
		"citation twice":        {swap("  - 反家庭暴力法 第二十四条\n", "  - 反家庭暴力法 第二十三条第二款\n"), "line 17: citations"},
		"heading missing":       {swap("## 她怎么做的\n", ""), "line 29: body"},
		"heading wrong":         {swap("## 她怎么做的", "## 她做了什么"), "line 26: body"},
		"heading once more":     {file + "\n## 明天可以做什么\n", "body"},
		"the last one missing":  {swap("## 明天可以做什么\n", ""), "body"},
		"words before":          {swap("---\n## 发", "---\n先说一句\n## 发"), "line 22: body"},
		"an empty part":         {swap("她叫萨仁。\n", ""), "body"},
	} {
		_, err := Parse([]byte(c.text))
		if !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: Parse = %v, want %q", name, err, c.want)
		}
	}
}

func TestParseNamesEveryFaultAtOnce(t *testing.T) {
	text := strings.NewReplacer("minutes: 6", "minutes: 60", "slug: wanfeng", "slug: W", "## 发生了什么", "## 起因").Replace(file)
	_, err := Parse([]byte(text))
	refused := fault.From(err)
	if len(refused.Fields) != 3 || refused.Fields[0].Location != "slug" || !strings.HasPrefix(refused.Fields[0].Message, "第 3 行：") {
		t.Errorf("Parse names %+v", refused.Fields)
	}
}

func TestProvenanceSaysWhatItIs(t *testing.T) {
	if Invented.Text() == "" || Generalised.Text() == "" || Invented.Text() == Generalised.Text() || Provenance("").Text() != "" {
		t.Error("a provenance has one sentence of its own, an unknown one has none")
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(file))
	f.Add([]byte("---\n---\n"))
	f.Add([]byte("---\na: &a [*a]\n---\n## 发生了什么\n"))
	f.Add([]byte("---\n? [a]\n: b\n---\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := Parse(data)
		if err != nil {
			if !errors.Is(err, ErrInvalid) || len(fault.From(err).Fields) == 0 {
				t.Fatalf("Parse = %v, not a fault that names a place", err)
			}
			return
		}
		if !slug.Valid(e.Slug) || !idForm.MatchString(e.ID) || len(e.Sections) != len(parts) || len(e.Cites) == 0 {
			t.Fatalf("Parse accepted %+v", e)
		}
	})
}

package lawimport

import (
	"fmt"
	"strings"
	"testing"

	"pugongying/internal/law"
)

// shown summarises a parsed text: the title and each article with its paragraphs, or why it was refused.
func shown(text string) string {
	l, refused := leafOf(text)
	if refused != "" {
		return refused
	}
	said := l.text.Title
	for _, a := range l.text.Articles {
		said += fmt.Sprintf(" %s[%s]", a.Number(), strings.ReplaceAll(a.Text(), "\n", "/"))
	}
	return said
}

// Text beside a comment is part of the law, wherever the comment begins or ends.
func TestTextBesideACommentStays(t *testing.T) {
	const facts = "某法 | 公布：2020-01-01 | 施行：2021-01-01 | 状态：现行有效 "
	for name, c := range map[string]struct{ text, want string }{
		"behind the end of a head on its own line":    {"<!-- " + facts + "\n--> 第一条 一。\n第二条 二。\n", "某法 1[一。] 2[二。]"},
		"behind the end, without a blank":             {"<!-- " + facts + "\n-->第一条 一。\n", "某法 1[一。]"},
		"behind a head of one line":                   {"<!-- " + facts + "-->**第一条**　一。\n", "某法 1[一。]"},
		"a head on lines of its own":                  {"<!--\n" + facts + "\n-->\n第一条 一。\n", "某法 1[一。]"},
		"a title behind a head":                       {"<!-- " + facts + "\n--> # 某法\n第一条 一。\n", "某法 1[一。]"},
		"behind INFO END":                             {"# 某法\n2020年1月1日 施行\n<!-- INFO END --> 第一条 一。\n", "某法 1[一。]"},
		"behind INFO END on two lines":                {"# 某法\n2020年1月1日 施行\n<!-- INFO END\n--> 第一条 一。\n", "某法 1[一。]"},
		"an article behind the end of a note":         {dated2020 + "第一条 一。\n<!-- 校对\n云 --> 第二条 二。\n", "某法 1[一。] 2[二。]"},
		"a 款 behind the end of a note":                {dated2020 + "第一条 一。\n<!-- 校对\n--> 又一款。\n", "某法 1[一。/又一款。]"},
		"before a note of several lines":              {dated2020 + "第一条 一。<!-- 校对\n第二条 云。\n-->\n第二条 二。\n", "某法 1[一。] 2[二。]"},
		"between two notes":                           {dated2020 + "<!-- 云 --> 第一条 一。<!-- 鸟 -->又。<!--\n--> <!-- x --> 第二条 二。\n", "某法 1[一。又。] 2[二。]"},
		"a note inside a head of an article":          {dated2020 + "**第一条**<!-- 校对 -->　一。\n", "某法 1[一。]"},
		"a heading behind a note":                     {dated2020 + "第一条 一。\n<!--\n--> ## 附件\n第一条 附件。\n", "某法 1[一。]"},
		"code behind a note":                          {dated2020 + "第一条 一。\n<!--\n--> ```\n第二条 云。\n```\n第二条 二。\n", "某法 1[一。] 2[二。]"},
		"an arrow is no comment":                      {dated2020 + "第一条 甲 --> 乙。\n", "某法 1[甲 --> 乙。]"},
		"a comment in code":                           {dated2020 + "第一条 一。\n```\n<!-- 云\n```\n第二条 二。\n", "某法 1[一。] 2[二。]"},
		"code in a comment":                           {dated2020 + "第一条 一。\n<!--\n```\n-->\n第二条 二。\n", "某法 1[一。] 2[二。]"},
		"a comment in front matter":                   {"---\ntitle: <!-- 云\n---\n" + dated2020 + "第一条 一。\n", "某法 1[一。]"},
		"negative control: a whole article in a note": {dated2020 + "第一条 一。\n<!--\n第二条 云。\n-->\n", "某法 1[一。]"},
	} {
		for ends, text := range map[string]string{"": c.text, "CRLF, ": strings.ReplaceAll(c.text, "\n", "\r\n"), "BOM, ": "\ufeff" + c.text} {
			if got := shown(text); got != c.want {
				t.Errorf("%s%s: %s, want %s", ends, name, got, c.want)
			}
		}
	}
}

// Text in a comment or code block that never ends is refused and not lost silently.
func TestWhatNeverEndsIsRefused(t *testing.T) {
	const articles, words = "从这里起的条文写在没有结束的注释或代码里。", "从这里开始的注释或代码没有结束，后面的文字会丢。"
	for name, c := range map[string]struct{ text, want string }{
		"a note before an article":      {dated2020 + "第一条 一。\n<!-- 校对\n第二条 二。\n", "a.md 第 9 行：" + articles},
		"a note before a 款":             {dated2020 + "第一条 一。\n<!-- 校对\n又一款。\n", "a.md 第 8 行：" + words},
		"a note at the end of a line":   {dated2020 + "第一条 一。<!-- 校对\n\n又一款。\n", "a.md 第 7 行：" + words},
		"code before a 款":               {dated2020 + "第一条 一。\n```\n又一款。\n", "a.md 第 8 行：" + words},
		"code that words stand behind":  {dated2020 + "第一条 一。\n```\n云\n``` 第二条 二。\n", "a.md 第 8 行：" + words},
		"a second note that never ends": {dated2020 + "第一条 一。\n<!-- 云 --> <!--\n第二条 二。\n", "a.md 第 9 行：" + articles},
		"our own head":                  {"<!-- 某法 | 公布：2020-01-01\n第一条 一。\n", "a.md 第 2 行：" + articles},
		"nothing behind it":             {dated2020 + "第一条 一。\n<!-- 校对\n\n", "某法 1[一。]"},
		"nothing in the code":           {dated2020 + "第一条 一。\n```\n", "某法 1[一。]"},
		"an annex, then a note":         {dated2020 + "第一条 一。\n附件：表\n第二条 二。\n<!-- 云\n鸟 -->\n", "a.md 第 9 行：附件后面接着还有条文。"},
	} {
		if got := shown(c.text); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	if l, refused := leafOf("# 写法\n\n```\n第一条 一。\n"); refused != "" || l.kind != noLaw {
		t.Errorf("a page that is no law is refused: %s", refused)
	}
}

// A header on several lines is read as completely as one on a single line, above all its status.
func TestAHeaderOnSeveralLinesIsReadWhole(t *testing.T) {
	text := "<!-- 某法 | 公布：2020-01-01（法释〔2022〕17号）\n| 施行：2021-01-01 |\n来源：某处 | 废止：2030-01-01\n| 状态：%s\n-->\n第一条 一。\n"
	for status, want := range map[string]law.Standing{"现行有效": law.Whole, "仅供参考": law.Outdated, "节录": law.Partial} {
		l, refused := leafOf(fmt.Sprintf(text, status))
		got := l.text
		if refused != "" || got.Standing != want || got.Issued != "2020-01-01" || got.Effective != "2021-01-01" || !got.Stated ||
			got.Repealed != "2030-01-01" || got.Source != "某处" || got.Number != "法释〔2022〕17号" {
			t.Errorf("%s: %+v, %s", status, got, refused)
		}
	}
}

package lawimport

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"pugongying/internal/law"
)

// leafOf parses one text and returns it with the reason if it was refused.
func leafOf(text string) (*parsed, string) {
	l, err := read("a.md", []byte(text))
	if err == nil && l.kind == whole {
		_, err = l.finalise()
	}
	if err != nil {
		return l, err.Error()
	}
	return l, ""
}

const dated2020 = "# 某法\n\n2020年1月1日 施行\n\n<!-- INFO END -->\n\n"

func TestEveryRefusalNamesItsLine(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"a gap":              {dated2020 + "第一条 一。\n\n第三条 三。\n", "a.md 第 9 行：第三条前面少了条文：上一条是第一条，在第 7 行。"},
		"a double":           {dated2020 + "第一条 一。\n\n第一条 一。\n", "a.md 第 9 行：第一条重复了"},
		"backwards":          {dated2020 + "第一条 一。\n第二条 二。\n第三条 三。\n第二条 二。\n", "a.md 第 10 行：第二条重复了，或者顺序不对：上一条是第三条。"},
		"a doubled 之":        {dated2020 + "第一条 一。\n第一条之一 一。\n第一条之一 一。\n", "a.md 第 9 行：第一条之一重复了"},
		"之 without its 条":    {dated2020 + "第一条之一 一。\n", "a.md 第 7 行：第一条不在开头"},
		"an unreadable 之":    {dated2020 + "第一条 一。\n第一条之十十 一。\n", "a.md 第 8 行：条号读不懂"},
		"a number too large": {dated2020 + "第一条 一。\n第一二三四五条 一。\n", "a.md 第 8 行：条号读不懂：第一二三四五条"},
		"a half number":      {dated2020 + "第一条 一。\n第2O条 一。\n", "a.md 第 8 行：条号读不懂：第2O条"},
		"an empty article":   {dated2020 + "第一条 一。\n第二条\n\n第三条 三。\n", "a.md 第 8 行：第二条没有内容。"},
		"an empty last one":  {dated2020 + "第一条 一。\n第二条 \n", "a.md 第 8 行：第二条没有内容。"},
		"an empty crlf":      {strings.ReplaceAll(dated2020+"第一条 一。\n第三条\n", "\n", "\r\n"), "a.md 第 8 行：第三条前面少了条文"},
		"not UTF-8":          {"# 某法\n\n\xc4\xb3\xb7\xa8\n", "a.md 第 3 行：不是 UTF-8"},
		"half a character":   {dated2020 + "第一条 一\xe4\xb8", "a.md 第 7 行：不是 UTF-8"},
		"UTF-16":             {"\xff\xfe\x00\x4e", "a.md 第 1 行：不是 UTF-8"},
		"code without end":   {dated2020 + "第一条 一。\n\n```\n第二条 二。\n第三条 三。\n", "a.md 第 10 行：从这里起的条文写在没有结束的注释或代码里。"},
		"a note without end": {dated2020 + "第一条 一。\n<!-- 校对\n**第二条**　二。\n", "a.md 第 9 行：从这里起的条文"},
		"all behind a note":  {dated2020 + "<!-- 校对\n第一条 一。\n", "a.md 第 8 行：从这里起的条文"},
		"on behind an annex": {dated2020 + "第一条 一。\n\n附件：表一\n\n第二条 二。\n", "a.md 第 11 行：附件后面接着还有条文。"},
	} {
		if _, got := leafOf(c.text); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// A refused part of a law in several files is reported with that part's file and line.
func TestARefusedPieceIsNamed(t *testing.T) {
	cover := "# 线轴典\n\n2020年5月28日通过\n"
	for second, want := range map[string]string{
		"# 第二编　线\n\n第三条　三。\n":                "d/2.md 第 3 行：第三条前面少了条文：上一条是第一条。",
		"# 第二编　线\n\n第一条　三。\n":                "d/2.md 第 3 行：第一条重复了",
		"# 第二编　线\n\n第二条　二。\n\n第三条\n":         "d/2.md 第 5 行：第三条没有内容。",
		"# 第二编　线\n\n第二条　二。\n\n```\n第三条　三。\n": "d/2.md 第 6 行：从这里起的条文",
	} {
		got := importing(t, map[string]string{"d/README.md": cover, "d/1.md": "# 第一编　轴\n\n第一条　一。\n", "d/2.md": second}, Options{})
		said := ""
		for _, o := range got.outcomes {
			if o.Kind == Refused {
				said += (&Refusal{o.File, o.Line, o.Reason}).Error()
			}
		}
		if !strings.HasPrefix(said, want) {
			t.Errorf("%q, want %q", said, want)
		}
	}
}

func TestWhatArticlesAreMadeOf(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"款":                  {"第一条 一。\n\n二。\n", "1[一。|二。]"},
		"项 of a 款":           {"第一条 一：\n（一）云；\n（二）鸟。\n二。\n", "1[一：+（一）云；+（二）鸟。|二。]"},
		"目 inside an 项":      {"第一条 一：\n（一）云：\n1．白云；\n2、黑云；\n(3)红云。\n（二）鸟。\n", "1[一：+（一）云：/1．白云；/2、黑云；/(3)红云。+（二）鸟。]"},
		"目 without 项":        {"第一条 一：\n１．云；\n２．鸟。\n二。\n", "1[一：/１．云；/２．鸟。|二。]"},
		"half-width marks":   {"第一条 一：\n(一)云；\n(十二)鸟。\n", "1[一：+（一）云；+（十二）鸟。]"},
		"项 at once":          {"第一条 （一）云；\n（二）鸟。\n", "1[+（一）云；+（二）鸟。]"},
		"条 of one width":     {"第1条 一。\n第２条　二。\n第2条之1 三。\n", "1[一。]2[二。]2-1[三。]"},
		"bold and not":       {"**第一条**　一。\n第一条之一　一。\n**第一条之二**　二。\n**第二条** 二。\n", "1[一。]1-1[一。]1-2[二。]2[二。]"},
		"blanks of no width": {"\u200b第一条 一。\n\ufeff第二条 二。\n　　第三条　三。\n\u200b（一）云。\n", "1[一。]2[二。]3[三。+（一）云。]"},
		"a heading inside":   {"第一条 一。\n\n第二章 云\n\n第二条 二。\n", "1[一。]2[二。]"},
		"quotes inside":      {"第一条 一。\n第二条、第三条的规定，不适用。\n第二条规定的云。\n第二条 二。\n", "1[一。|第二条、第三条的规定，不适用。|第二条规定的云。]2[二。]"},
		"marks":              {"**第一条**　一[二](x.md)<br>三&nbsp;**四**`五`。\n", "1[一二三 四五。]"},
		"an annex":           {"第一条 一。\n\n附件1：表\n\n第一条 附件。\n\n（一）附件。\n", "1[一。]"},
		"an annex by #":      {"第一条 一。\n\n## 附录\n\n云。\n\n### 第九章 云\n\n第一条 附录。\n", "1[一。]"},
		"a table":            {"第一条 一：\n|云|鸟|\n|1|2|\n", "1[一：/|云|鸟|/|1|2|]"},
		"a note that ends":   {"第一条 一。\n<!-- 校对\n第二条 云。\n-->\n```\n第二条 鸟。\n<!-- -->\n```\n第二条 二。\n", "1[一。]2[二。]"},
		"a preamble":         {"为了风筝，\n\n现决定如下：\n\n第一条 一。\n", "1[一。]"},
		"目录":                 {"目录\n第一章 总则\n第二章 云\n第一章 总则\n第一条 一。\n第二章 云\n第二条 二。\n", "1[一。]2[二。]"},
		"old line ends":      {strings.ReplaceAll("第一条 一。\n第二条 二。\n", "\n", "\r\n"), "1[一。]2[二。]"},
	} {
		l, refused := leafOf(dated2020 + c.text)
		var b strings.Builder
		for _, a := range l.text.Articles {
			var said []string
			for _, p := range a.Paragraphs {
				said = append(said, strings.ReplaceAll(strings.Join(append([]string{p.Text}, p.Items...), "+"), "\n", "/"))
			}
			fmt.Fprintf(&b, "%s[%s]", a.Number(), strings.Join(said, "|"))
		}
		if got := b.String(); got != c.want || refused != "" {
			t.Errorf("%s: %s (%s), want %s", name, got, refused, c.want)
		}
	}
}

func TestLevelsOfHeadings(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"all four":      {"# 第一编 总则\n## 第一分编 通则\n### 第一章 云\n#### 第一节 白\n第一条 一。\n#### 第二节 黑\n第二条 二。\n### 第二章 鸟\n第三条 三。\n# 第二编 线\n第四条 四。\n", "1:第一编 总则@0 2:第一分编 通则@0 3:第一章 云@0 4:第一节 白@0 4:第二节 黑@1 3:第二章 鸟@2 1:第二编 线@3"},
		"章 and 节":       {"第一章 云\n第一节 白\n第一条 一。\n第二章 鸟\n第二条 二。\n", "1:第一章 云@0 2:第一节 白@0 1:第二章 鸟@1"},
		"编 and 节 alone": {"第一编 云\n第一节 白\n第一条 一。\n", "1:第一编 云@0 2:第一节 白@0"},
		"no blank":      {"## 第一章总　则\n### 第一节云\n第一条 一。\n## 第二章附则\n第二条 二。\n", "1:第一章 总则@0 2:第一节 云@0 1:第二章 附则@1"},
		"no number":     {"## 附则\n第一条 一。\n", "1:附则@0"},
		"nothing under": {"第一章 云\n第一条 一。\n第二章 鸟\n", "1:第一章 云@0"},
	} {
		l, refused := leafOf(dated2020 + c.text)
		var said []string
		for _, p := range l.text.Parts {
			said = append(said, fmt.Sprintf("%d:%s@%d", p.Level, p.Title, p.First))
		}
		if got := strings.Join(said, " "); got != c.want || refused != "" {
			t.Errorf("%s: %s (%s), want %s", name, got, refused, c.want)
		}
	}
	l, _ := leafOf(dated2020 + "# 第一编 总则\n## 第一章 云\n第一条 一。\n# 第二编 线\n第二条 二。\n")
	v := law.Version{Parts: l.text.Parts, Articles: l.text.Articles}
	if a, b := fmt.Sprint(v.Headings(0)), fmt.Sprint(v.Headings(1)); a != "[第一编 总则 第一章 云]" || b != "[第二编 线]" {
		t.Errorf("%s %s", a, b)
	}
}

// A code of 452 articles and 53 inserted articles that are not bold, as in a public repository.
func TestInsertedArticlesThatAreNotBold(t *testing.T) {
	var b strings.Builder
	b.WriteString("---\nsidebar: auto\n---\n\n# 风筝典\n\n1979年7月1日通过\n\n## 第一章　总则\n\n")
	for n := 1; n <= 452; n++ {
		fmt.Fprintf(&b, "**第%s条**　第%d句。\n\n", law.Numeral(n), n)
		if n%8 == 0 && n/8 <= 53 {
			fmt.Fprintf(&b, "第%s条之一　插进来的第%d句。\n\n", law.Numeral(n), n)
		}
	}
	b.WriteString("本典自1980年1月1日起施行。\n")
	v := importing(t, map[string]string{"README.md": b.String()}, Options{}).only(t)
	if v.Fact.Last != 452 || len(v.Fact.Inserted) != 53 || v.Fact.Articles() != 505 || v.Fact.Inserted[52] != "424-1" {
		t.Errorf("%+v", v.Fact)
	}
	for _, number := range []string{"8-1", "424-1", "452"} {
		if i, ok := v.Article(number); !ok || v.Articles[i].Number() != number {
			t.Errorf("%s is not found", number)
		}
	}
	store := law.NewMemory()
	if _, err := store.Version(context.Background(), v.ID); err == nil {
		t.Error("negative control: another store has it")
	}
}

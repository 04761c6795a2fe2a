package law

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// spellings are the ways people write one number: digits, full-width digits, statute numerals, with 〇, and digit by digit.
func spellings(n int) []string {
	figures := fmt.Sprint(n)
	wide := strings.Map(func(r rune) rune { return r - '0' + '０' }, figures)
	ways := []string{figures, wide, Numeral(n), strings.ReplaceAll(Numeral(n), "零", "〇")}
	if n > 10 {
		ways = append(ways, strings.NewReplacer(
			"0", "〇", "1", "一", "2", "二", "3", "三", "4", "四", "5", "五", "6", "六", "7", "七", "8", "八", "9", "九").Replace(figures))
	}
	slices.Sort(ways)
	return slices.Compact(ways)
}

// provisions are the ways people write a provision within a law.
func provisions(c Citation) []string {
	ways := []string{""}
	grow := func(n int, forms ...string) {
		if n == 0 {
			return
		}
		var longer []string
		for _, way := range ways {
			for _, number := range spellings(n) {
				for _, form := range forms {
					longer = append(longer, way+fmt.Sprintf(form, number))
				}
			}
		}
		ways = longer
	}
	grow(c.Article, "第%s条", "%s条", " 第 %s 条")
	grow(c.Sub, "之%s")
	grow(c.Paragraph, "第%s款")
	grow(c.Item, "第（%s）项", "第%s项", "（%s）项", "第(%s)项")
	return ways
}

func TestEverySpellingIsTheSameCitation(t *testing.T) {
	r := some(t)
	names := map[string][]string{
		"fjtblf":     {"反家庭暴力法", "《反家庭暴力法》", "《中华人民共和国反家庭暴力法》", "反家暴法", "反家庭暴力法（2015）"},
		"mfd":        {"民法典", "《民法典》", "中华人民共和国民法典"},
		"xf":         {"刑法", "《刑法》", "《中华人民共和国刑法》（2023修正）"},
		"fs-2022-17": {"法释〔2022〕17号", "法释[2022]17号", "《办理人身安全保护令案件规定》（法释〔2022〕17号）", "人身安全保护令规定"},
	}
	read := 0
	for _, c := range []Citation{
		{Law: "fjtblf", Article: 23, Paragraph: 2},
		{Law: "fjtblf", Article: 29, Item: 3},
		{Law: "fjtblf", Article: 20},
		{Law: "mfd", Article: 1079, Paragraph: 3, Item: 2},
		{Law: "mfd", Article: 110},
		{Law: "mfd", Article: 1004, Paragraph: 1},
		{Law: "xf", Article: 260, Sub: 1, Paragraph: 1},
		{Law: "xf", Article: 120, Sub: 6, Item: 4},
		{Law: "fs-2022-17", Article: 6, Paragraph: 2, Item: 9},
		{Law: "fs-2022-17", Article: 10},
	} {
		for _, name := range names[c.Law] {
			for _, provision := range provisions(c) {
				read++
				if got, err := r.Parse(name + provision); err != nil || got != c {
					t.Errorf("Parse(%s) = %+v, %v, want %+v", name+provision, got, err, c)
				}
			}
		}
	}
	if read < 300 {
		t.Errorf("only %d spellings were tried", read)
	}
	t.Logf("%d spellings read", read)
}

// The label of every article of every law parses to the same citation.
func TestEveryLabelReadsBack(t *testing.T) {
	r := some(t)
	for _, l := range r.Laws() {
		for article := 1; article <= l.Articles; article++ {
			for _, c := range []Citation{
				{Law: l.Slug, Article: article},
				{Law: l.Slug, Article: article, Paragraph: 1 + article%5},
				{Law: l.Slug, Article: article, Item: 1 + article%12},
				{Law: l.Slug, Article: article, Paragraph: 2, Item: 10 + article%11},
			} {
				label := r.Label(c)
				if got, err := r.Parse(label); err != nil || got != c {
					t.Fatalf("Parse(%s) = %+v, %v, want %+v", label, got, err, c)
				}
				if got, err := r.ParseIn(l.Slug, c.Provision()); err != nil || got != c {
					t.Fatalf("ParseIn(%s) = %+v, %v, want %+v", c.Provision(), got, err, c)
				}
			}
		}
		for _, number := range l.Inserted {
			article, sub, ok := CutNumber(number)
			c := Citation{Law: l.Slug, Article: article, Sub: sub}
			if got, err := r.Parse(r.Label(c)); !ok || err != nil || got != c || got.Number() != number {
				t.Errorf("Parse(%s) = %+v, %v, want %s", r.Label(c), got, err, number)
			}
		}
	}
}

// A law's own name is never parsed as the beginning of another's.
func TestTheLongestNameWins(t *testing.T) {
	r := some(t)
	for written, slug := range map[string]string{
		"民法典第五条": "mfd", "民法典婚姻家庭编解释（一）第五条": "fs-2020-22", "民法典婚姻家庭编解释(一)5条": "fs-2020-22",
	} {
		if got, err := r.Parse(written); err != nil || got.Law != slug {
			t.Errorf("Parse(%s) = %+v, %v, want %s", written, got, err, slug)
		}
	}
	if got, err := r.Parse("民法典婚姻家庭编解释（二）第五条"); err == nil {
		t.Errorf("Parse of a law that is not in the register = %+v", got)
	}
}

package questionio

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pugongying/internal/law"
)

// written maps legal grounds, as staff write them in one cell, to the labels they mean.
var written = map[string]string{
	"反家庭暴力法 第二条":               "反家庭暴力法 第二条",
	"《反家庭暴力法》第二条；民法典第1079条第三款": "反家庭暴力法 第二条；民法典 第一千零七十九条第三款",
	"反家暴法第二条\n反家暴法第三条":         "反家庭暴力法 第二条；反家庭暴力法 第三条",
	"反家暴法第二条、第三条，民法典1079条。":    "反家庭暴力法 第二条；反家庭暴力法 第三条；民法典 第一千零七十九条",
	"反家暴法第二条；第三条":              "反家庭暴力法 第二条；反家庭暴力法 第三条",
	"反家庭暴力法第二十三条至第二十五条":        "反家庭暴力法 第二十三条；反家庭暴力法 第二十四条；反家庭暴力法 第二十五条",
	"《反家庭暴力法》第23-25条":          "反家庭暴力法 第二十三条；反家庭暴力法 第二十四条；反家庭暴力法 第二十五条",
	"反家庭暴力法第十条、第十二条":           "反家庭暴力法 第十条；反家庭暴力法 第十二条",
	"反家暴法第十、十二条":               "反家庭暴力法 第十条；反家庭暴力法 第十二条",
	"反家暴法第２３条第１款和第２款":          "反家庭暴力法 第二十三条第一款；反家庭暴力法 第二十三条第二款",
	"民法典第1079条第三款第（二）项至第（四）项":  "民法典 第一千零七十九条第三款第（二）项；民法典 第一千零七十九条第三款第（三）项；民法典 第一千零七十九条第三款第（四）项",
	"反家暴法第十条至第十一条；民法典第一条、第二条":  "反家庭暴力法 第十条；反家庭暴力法 第十一条；民法典 第一条；民法典 第二条",
	"刑法第二百三十四条至第二百三十五条":        "刑法 第二百三十四条；刑法 第二百三十四条之一；刑法 第二百三十五条",
	"拒不执行判决、裁定刑事案件解释第一条、第二条":   "拒不执行判决、裁定刑事案件解释 第一条；拒不执行判决、裁定刑事案件解释 第二条",
	"反家暴法第二条\r\n第三条\r\n":       "反家庭暴力法 第二条；反家庭暴力法 第三条",
}

// asGIFT is a cell as GIFT carries it: one tag per line.
func asGIFT(citations string) File {
	var b strings.Builder
	b.WriteString("// [tag:知识点：a.b]\n// [tag:难度：2]\n")
	for line := range strings.Lines(citations) {
		b.WriteString("// [tag:法律依据：" + strings.TrimSpace(line) + "]\n")
	}
	return FromGIFT(b.String() + "谁？{\n~甲\n=乙\n~丙\n####因为。\n}\n")
}

// TestGroundsComeInAndGoOut imports every way of writing them from a sheet and from GIFT; what is exported is read back
// equal.
func TestGroundsComeInAndGoOut(t *testing.T) {
	for citations, want := range written {
		for from, f := range map[string]File{"sheet": sheetOf(rowWith("谁？", "法律依据", citations)), "gift": asGIFT(citations)} {
			questions, faults := f.read(t)
			if faults != "" || len(questions) != 1 || rowOf(questions[0]).citations != want {
				t.Errorf("%s: %q: %v, %s, want %s", from, citations, questions, faults, want)
				continue
			}
			questions[0].ID = "Q1"
			for _, to := range []string{"xlsx", "gift"} {
				back, faults := through(t, to, []BankQuestion{{Question: questions[0]}}).read(t)
				if faults != "" || len(back) != 1 || !reflect.DeepEqual(back[0], questions[0]) {
					t.Errorf("%s to %s: %q came back as %+v, %s", from, to, citations, back, faults)
				}
			}
		}
	}
}

// TestABankOfListsComesBackEqual exports and imports a whole bank whose grounds were lists and ranges, in both formats.
func TestABankOfListsComesBackEqual(t *testing.T) {
	k := newKit(t, false)
	var rows [][]string
	for citations := range written {
		rows = append(rows, rowWith("“"+line(citations)+"”说的是谁？", "法律依据", citations))
	}
	if r := k.bring(t, sheetOf(rows...)); r.Added != len(written) || len(r.Faults) > 0 {
		t.Fatalf("%s %s", r.Summary(), faultsOf(r))
	}
	all := k.all(t)
	for form, change := range map[string]string{"xlsx": "反家庭暴力法第一条至第二条", "gift": "民法典第一条至第二条"} {
		f := through(t, form, all)
		if r := k.bring(t, f); r.Same != len(all) || r.Added+r.Changed+len(r.Known)+len(r.Faults) != 0 {
			t.Errorf("%s: %s %s", form, r.Summary(), faultsOf(r))
		}
		f.entries[0].citations = change
		if r := k.bring(t, f); r.Changed != 1 || r.Same != len(all)-1 {
			t.Errorf("%s: negative control: a changed ground: %s", form, r.Summary())
		}
		all = k.all(t)
	}
}

// TestABadGroundAmongGoodOnes: the row is refused, and each bad part is reported separately.
func TestABadGroundAmongGoodOnes(t *testing.T) {
	const none, past = "这里没有收录这部法律。", "这部法律里没有这一条。《反家庭暴力法》一共 38 条。"
	for citations, want := range map[string][]string{
		"反家庭暴力法第二条、第九十九条":             {"“第九十九条”：" + past},
		"反家庭暴力法第九十九条、第二条":             {"“反家庭暴力法第九十九条”：" + past},
		"反家暴法第99条，第二条；第98条":           {"“反家暴法第99条”：" + past, "“第98条”：" + past},
		"反家暴法第二条、好人法第一条、第三条、民法典第二条":   {"“好人法第一条”：" + none},
		"好人法第一条、第三条\n好鸟法第一条":          {"“好人法第一条”：" + none, "“好鸟法第一条”：" + none},
		"反家暴法第三十八条至第四十条；民法典第一条":       {"“反家暴法第三十八条至第四十条”：" + past},
		"民法典第一条；反家暴法第五条至第三条":          {"“反家暴法第五条至第三条”：“第几条至第几条”要从小写到大，一次最多写 100 条。"},
		"反家暴法第九十九条第一款、第三款、第二条":        {"“反家暴法第九十九条第一款”：" + past},
		"《好人、好鸟法》第一条、反家暴法第二条":         {"“《好人、好鸟法》第一条”：" + none},
		"拒不执行判决、裁定刑事案件解释第一条、反家暴法第99条": {"“反家暴法第99条”：" + past},
		"反家暴法第二条、见解释":                 {"“见解释”：看不懂这条法律依据。请写成“反家庭暴力法 第二十三条第二款”这样。"},
		"反家暴法（2001修订）第二条、第三条":         {"“反家暴法（2001修订）第二条”：写的年份或文号，和现在用的这个版本对不上。"},
		"反家暴法第一条至第六条":                 {"法律依据要有 1 到 5 条。"},
	} {
		for place, f := range map[string]File{"表“题”第 3 行 ": sheetOf(rowWith("好？"), rowWith("谁？", "法律依据", citations)), fmt.Sprintf("第 %d 行 ", 4+strings.Count(citations, "\n")): asGIFT(citations)} {
			_, faults := f.read(t)
			lines := strings.Split(faults, "\n")
			if len(lines) != len(want) {
				t.Errorf("%s: %q: %s", place, citations, faults)
				continue
			}
			for i, line := range lines {
				if !strings.HasPrefix(line, place) || !strings.HasSuffix(line, "法律依据："+want[i]) {
					t.Errorf("%q: %s, want %s %s", citations, line, place, want[i])
				}
			}
		}
	}
	k := newKit(t, false)
	bad := sheetOf(rowWith("一？"), rowWith("二？", "法律依据", "反家庭暴力法第二条、第九十九条"))
	if r := k.bring(t, bad); len(r.Faults) != 1 || r.Faults[0].Place != "表“题”第 3 行" || len(k.all(t)) != 0 {
		t.Errorf("%s %s", r.Summary(), faultsOf(r))
	}
}

// TestNoGroundIsLost: from a list whose parts are all good none is left out, however long it is, and quiz refuses too
// many.
func TestNoGroundIsLost(t *testing.T) {
	for n := 1; n <= 38; n++ {
		list := "反家庭暴力法第一条"
		for i := 2; i <= n; i++ {
			list += "、第" + law.Numeral(i) + "条"
		}
		f := sheetOf(rowWith("谁？", "法律依据", list))
		q, faults, _ := f.entries[0].question(testLaws(t))
		if len(q.Citations) != n || (len(faults) == 0) != (n <= 5) {
			t.Errorf("%d: %d came in, %v", n, len(q.Citations), faults)
		}
	}
	long := strings.Repeat("反家庭暴力法第九十九条、", 4_000)
	_, faults := sheetOf(rowWith("谁？", "法律依据", long)).read(t)
	if strings.Count(faults, "\n") != 0 || len(faults) > 1_000 || !strings.Contains(faults, "没有这一条") {
		t.Errorf("a cell of faults is named in %d lines", strings.Count(faults, "\n"))
	}
}

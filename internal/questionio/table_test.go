package questionio

import (
	"slices"
	"strings"
	"testing"
)

const rest = "因为。|反家庭暴力法 第二条|a.b|2"

// grid writes rows as lines of cells; \n in a cell is a line break.
func grid(lines ...string) [][]string {
	rows := make([][]string, len(lines))
	for i, l := range lines {
		if l != "" {
			rows[i] = strings.Split(strings.ReplaceAll(l, `\n`, "\n"), "|")
		}
	}
	return rows
}

// TestWhatStaffSend reads sheets as staff send them; each gives exactly the questions named.
func TestWhatStaffSend(t *testing.T) {
	for name, c := range map[string]struct {
		rows [][]string
		want []string
	}{
		"columns": {grid("题型|题目|A|B|C|D|答案|解析|法律依据|知识点|难度", "单选题|谁？|甲|乙|丙|丁|C|"+rest), []string{"单选 谁？ 甲 乙 *丙 丁"}},
		"a title, blank rows, other words": {
			grid("某盟妇联学法题库", "", "序号|题干|选项Ａ|选项Ｂ|正确答案|答案解析|依据|考点|难易度", "", "1|1、谁？|甲|乙|ｂ |因为。|反家暴法2条|a.b|简单", "", "2|2.谁呢？|丙|丁|A|因为。|反家暴法2条|a.b|３.0"),
			[]string{"单选 谁？ 甲 *乙", "单选 谁呢？ *丙 丁"},
		},
		"one cell, letters":         {grid("题目|选项|答案|解析|法律依据|知识点|难度", "谁？|A.甲 B.乙 C.丙|AC|"+rest), []string{"多选 谁？ *甲 乙 *丙"}},
		"one cell, lines":           {grid("题目|选项|答案|解析|法律依据|知识点|难度", `谁？|A、甲\nB、乙\nC、丙|A、C|`+rest), []string{"多选 谁？ *甲 乙 *丙"}},
		"one cell, no letters":      {grid("题目|选项|答案|解析|法律依据|知识点|难度", `谁？|甲\n乙|B|`+rest, "谁呢？|甲；乙；丙|乙|"+rest), []string{"单选 谁？ 甲 *乙", "单选 谁呢？ 甲 *乙 丙"}},
		"one cell, nothing between": {grid("题目|选项|答案|解析|法律依据|知识点|难度", "谁？|A．找B区的人B．乙C．丙|Ａ，Ｂ|"+rest), []string{"多选 谁？ *找B区的人 *乙 丙"}},
		"letters in the columns":    {grid("题目|选项A|选项B|答案|解析|法律依据|知识点|难度", "谁？|A. 甲|B. 乙|B|"+rest), []string{"单选 谁？ 甲 *乙"}},
		"merged headers":            {grid("题目|选项|||答案|解析|法律依据|知识点|难度", "|A|B|C", "谁？|甲|乙|丙|B|"+rest), []string{"单选 谁？ 甲 *乙 丙"}},
		"merged headers, filled":    {grid("题目|选项||答案|解析|法律依据|知识点|难度", "题目|A|B|答案|解析|法律依据|知识点|难度", "谁？|甲|乙|B|"+rest), []string{"单选 谁？ 甲 *乙"}},
		"one header over columns":   {grid("题目|选项|||答案|解析|法律依据|知识点|难度", "谁？|甲|乙||B|"+rest), []string{"单选 谁？ 甲 *乙"}},
		"judgements": {
			grid("题目|答案|解析|法律依据|知识点|难度", "一。|对|"+rest, "二。|×|"+rest, "三。|√|"+rest, "四。| 错误 |"+rest, "五。|TRUE|"+rest, "六。|F|"+rest),
			[]string{"判断 一。 *对 不对", "判断 二。 对 *不对", "判断 三。 *对 不对", "判断 四。 对 *不对", "判断 五。 *对 不对", "判断 六。 对 *不对"},
		},
		"judgements with options": {
			grid("题型|题目|A|B|答案|解析|法律依据|知识点|难度", "判断题|一。|正确|错误|B|"+rest, "判断题|二。|A.错误|B.正确|B|"+rest, "|三。|对|错|对|"+rest),
			[]string{"判断 一。 对 *不对", "判断 二。 *对 不对", "判断 三。 *对 不对"},
		},
		"lines that name the kind": {
			grid("题目|A|B|C|答案|解析|法律依据|知识点|难度", "一、单项选择题（每题2分）", "1. 谁？|甲|乙||A|"+rest, "二、多选题", "1、谁呢？|甲|乙|丙|A|"+rest),
			[]string{"单选 谁？ *甲 乙", "多选 谁呢？ *甲 乙 丙"},
		},
		"headers once more": {grid("题目|A|B|答案|解析|法律依据|知识点|难度", "谁？|甲|乙|A|"+rest, "题目|A|B|答案", "谁呢？|甲|乙|A|"+rest), []string{"单选 谁？ *甲 乙", "单选 谁呢？ *甲 乙"}},
		"situations": {
			grid("题型|案例|题目|A|B|答案|解析|法律依据|知识点|难度", "|她走了。|谁？|甲|乙|A|"+rest, "情景题|她来了。|谁？|甲|乙|AB|"+rest),
			[]string{"情境单选 谁？ *甲 乙", "情境多选 谁？ *甲 *乙"},
		},
		"the answer's words":        {grid("题目|A|B|答案|解析|法律依据|知识点|难度", "多久？|72 小时内|30日内|72小时内|"+rest), []string{"单选 多久？ *72 小时内 30日内"}},
		"numbers that are no place": {grid("题目|A|B|答案|解析|法律依据|知识点|难度", "110、120 都能打吗？|能|不能|A|"+rest, "3.8 节是哪天？|8日|9日|A|"+rest), []string{"单选 110、120 都能打吗？ *能 不能", "单选 3.8 节是哪天？ *8日 9日"}},
	} {
		questions, faults := FromTables([]Table{{Name: "Sheet1", Rows: c.rows}}).read(t)
		var got []string
		for _, q := range questions {
			got = append(got, asText(q))
		}
		if faults != "" || strings.Join(got, "\n") != strings.Join(c.want, "\n") {
			t.Errorf("%s:\n%s\n%s", name, strings.Join(got, "\n"), faults)
		}
	}
}

func TestSeveralSheets(t *testing.T) {
	headers := "题目|A|B|答案|解析|法律依据|知识点|难度|分值"
	f := FromTables([]Table{
		{Name: "多选题", Rows: grid(headers, "谁？|甲|乙|A|"+rest)},
		{Name: "统计", Rows: grid("一共", "2")},
		{Name: "说明", Rows: grid(headers, "不读|甲|乙|A|"+rest)},
		{Name: "Sheet3", Rows: grid(headers, "谁呢？|甲|乙|A|"+rest)},
	})
	questions, faults := f.read(t)
	if faults != "" || len(questions) != 2 || asText(questions[0]) != "多选 谁？ *甲 乙" || asText(questions[1]) != "单选 谁呢？ *甲 乙" {
		t.Errorf("%v, %s", questions, faults)
	}
	notes := strings.Join(f.notes, "\n")
	if !strings.Contains(notes, "表“统计”里没有找到表头") {
		t.Errorf("notes: %s", notes)
	}
	if strings.Contains(notes, "分值") {
		t.Errorf("notes: %s", notes)
	}
	other := FromTables([]Table{{Name: "题", Rows: grid("题目|答案|领导批示", "一。|对|同意")}})
	if len(other.notes) != 1 || !strings.Contains(other.notes[0], "领导批示") {
		t.Errorf("notes: %v", other.notes)
	}
}

// TestEveryFaultIsNamed reads one row with each fault; the message gives the row, the column and what to write.
func TestEveryFaultIsNamed(t *testing.T) {
	for name, c := range map[string]struct {
		row  []string
		want string
	}{
		"nothing wrong":      {rowWith("谁？"), ""},
		"the example":        {rowWith("【示例】谁？"), "题目：这是模板里的示例行，请换成你的题，或者删掉这一行。"},
		"a kind unknown":     {rowWith("谁？", "题型", "拓展题"), "题型：看不懂“拓展题”。请写单选、多选、判断、情境单选或情境多选。"},
		"a kind not taken":   {rowWith("谁？", "题型", "填空题"), "题型：不收填空题，只收单选、多选、判断、情境单选和情境多选。"},
		"no answer":          {rowWith("谁？", "答案", ""), "答案：请写正确选项的字母，比如 A 或 AC。"},
		"an answer unread":   {rowWith("谁？", "答案", "第一个"), "答案：看不懂“第一个”。选择题写字母，比如 A 或 AC；判断题写对或错。"},
		"an answer too far":  {rowWith("谁？", "答案", "D"), "答案：写了 D，可是没有这个选项。"},
		"two for one":        {rowWith("谁？", "答案", "AB"), "选项：这种题只能有一个正确选项。"},
		"a gap":              {rowWith("谁？", "选项B", ""), "选项：选项 B 是空的，后面的选项却有内容。"},
		"no options":         {rowWith("谁？", "选项A", "", "选项B", "", "选项C", ""), "选项：选项要有 2 到 6 个。\n表“题”第 2 行 选项：至少要有一个正确选项。"},
		"the same options":   {rowWith("谁？", "选项B", "甲"), "选项：B，选项的编号和文字都不能重复。"},
		"the answer told":    {rowWith("谁？（ B ）"), "题目：里面写着答案“（ B ）”，请删掉，答案只写在“答案”里。"},
		"a judgement":        {rowWith("谁。", "题型", "判断", "选项A", "", "选项B", "", "选项C", "", "答案", "也许"), "答案：判断题请写“对”或“错”。"},
		"no explanation":     {rowWith("谁？", "解析", " "), "解析：请填写解析。"},
		"no concept":         {rowWith("谁？", "知识点", ""), "知识点：请填写知识点。"},
		"no difficulty":      {rowWith("谁？", "难度", "6"), "难度：请写 1（最容易）到 5（最难）。"},
		"no ground":          {rowWith("谁？", "法律依据", ""), "法律依据：请写依据哪一条，比如“反家庭暴力法 第二十三条第二款”。"},
		"a ground of blanks": {rowWith("谁？", "法律依据", "；"), "法律依据：法律依据要有 1 到 5 条。"},
		"no such law":        {rowWith("谁？", "法律依据", "好人法第一条"), "法律依据：“好人法第一条”：这里没有收录这部法律。"},
		"no such article":    {rowWith("谁？", "法律依据", "反家庭暴力法第九十九条"), "法律依据：“反家庭暴力法第九十九条”：这部法律里没有这一条。《反家庭暴力法》一共 38 条。"},
		"hidden marks":       {rowWith("谁\u202e？"), "题目：题目里有看不见的字符，请重新打一遍。"},
		"no stem":            {rowWith(""), "题目：请填写题目。"},
	} {
		_, faults := sheetOf(c.row).read(t)
		want := c.want
		if want != "" {
			want = "表“题”第 2 行 " + want
		}
		if faults != want {
			t.Errorf("%s: %s, want %s", name, faults, want)
		}
	}
}

func TestAllFaultsOfAllRowsAtOnce(t *testing.T) {
	_, faults := sheetOf(rowWith("一？", "解析", "", "知识点", "", "难度", ""), rowWith("二？"), rowWith("三？", "答案", "", "法律依据", "")).read(t)
	if strings.Count(faults, "第 2 行") != 3 || strings.Count(faults, "第 4 行") != 2 || strings.Count(faults, "\n") != 4 {
		t.Errorf("faults:\n%s", faults)
	}
}

func TestTheTemplateIsRefusedUntilItIsFilled(t *testing.T) {
	tables := Template([]string{"b.c", "a.b", "a.b"})
	f := FromTables(tables)
	if _, faults := f.read(t); !strings.Contains(faults, "表“题目”第 2 行 题目：这是模板里的示例行") || len(f.entries) != 1 {
		t.Errorf("faults %s", faults)
	}
	tables[0].Rows[1][slices.Index(writtenHeaders(), "题目")] = "法院最晚多久要有结果？"
	if questions, faults := FromTables(tables).read(t); faults != "" || asText(questions[0]) != "单选 法院最晚多久要有结果？ *72 小时内 30 日内 6 个月内" {
		t.Errorf("the example, edited: %s", faults)
	}
	notes := tables[1].Rows
	if last := notes[len(notes)-2:]; last[0][0] != "a.b" || last[1][0] != "b.c" {
		t.Errorf("concepts: %v", last)
	}
}

package questionio

import (
	"slices"
	"strings"

	"pugongying/internal/quiz"
)

// exampleSign begins the stem of the template's example; a row that still has it is refused.
const exampleSign = "【示例】"

func isExample(stem string) bool {
	return strings.HasPrefix(normalise(stem), normalise(exampleSign)) || strings.HasPrefix(normalise(stem), "示例:")
}

// Choices are the allowed values of a sheet's columns, by the column's index counting from 0.
func Choices() map[int][]string {
	row := writtenHeaders()
	return map[int][]string{
		slices.Index(row, "题型"): {
			kindName(quiz.Single, false), kindName(quiz.Multiple, true), kindName(quiz.TrueFalse, false),
			kindName(quiz.Scenario, false), kindName(quiz.Scenario, true),
		},
		slices.Index(row, "难度"): {"1", "2", "3", "4", "5"},
	}
}

// Widths are the widths of the sheet's columns, in characters.
func Widths() []float64 {
	return []float64{10, 30, 40, 20, 20, 20, 20, 20, 20, 8, 40, 30, 22, 6, 14, 30, 14, 12}
}

// Template gives the sheets offered to staff: one to fill in and one with instructions. Concepts are those in use,
// which a new question may share.
func Template(concepts []string) []Table {
	example := entry{
		kind: "单选", stem: exampleSign + "申请人身安全保护令，法院最晚多久要有结果？", answer: "A",
		options:     []string{"72 小时内", "30 日内", "6 个月内"},
		explanation: "法院应当在 72 小时内作出保护令或者驳回申请；情况紧急的，应当在 24 小时内作出。",
		citations:   "反家庭暴力法 第二十八条", concept: "baohuling.shixian", difficulty: "2",
	}
	notes := [][]string{{"怎么填"}}
	for text := range strings.Lines(howTo) {
		notes = append(notes, []string{strings.TrimSpace(text)})
	}
	notes = append(notes, nil, []string{"已经在用的知识点（新题可以沿用，也可以另起）"})
	concepts = slices.Compact(slices.Sorted(slices.Values(concepts)))
	for _, c := range concepts {
		notes = append(notes, []string{c})
	}
	return []Table{{Name: "题目", Rows: [][]string{writtenHeaders(), cells(example)}}, {Name: NotesSheet, Rows: notes}}
}

const howTo = `一行写一道题。第一行的表头不要改；示例行请换成自己的题，或者删掉，不然整份不收。
题型：单选、多选、判断、情境单选、情境多选。空着也行，会按答案判断。
情境：只有情境题才写，用两到四句话说清楚发生了什么。不写真名、真学校、真地方。
题目：问一句话。不要把答案写在题目的括号里。
选项：一格写一个，2 到 6 个，前面不用写 A、B。判断题的选项空着。
答案：写正确选项的字母，多选连着写，比如 AC；判断题写对或错。
解析：用一到三句话说为什么，顺便点破常见的误会。每道题都要写。
法律依据：写到条、款、项，比如“反家庭暴力法 第二十三条第二款”。几条之间用分号或顿号隔开，也可以写“第二十三条至第二十五条”，最多 5 条。
知识点：这道题教的是什么，同一个知识点写成一样的词。每道题都要写。
难度：1 最容易，5 最难。
所属故事：题目属于哪篇以案说法就写它网址里的名字；没有就空着。
题库编号、选项编号：导出时自动写上的。改题时留着，这样改的是原来那道题；写新题时空着。
导入：pugongying bank import 文件.xlsx。有一处不对，整份都不会进来；改好再导入就行，不会重复。
看不准的地方（比如“以上都对”、一格里写了几个选项）会一行一行问你；都看过、读得对，加上 --confirm 再导入一次。
导入的题都是草稿，要有人审过才会给居民看到。`

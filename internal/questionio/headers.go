package questionio

import (
	"regexp"
	"slices"
	"strings"
)

// field is the meaning of a sheet's column.
type field int

const (
	unknown     field = iota
	ignored           // known, but not used here
	fieldNumber       // the row's own number
	fieldID
	fieldKind
	fieldSituation
	fieldStem
	fieldOptions // all options, in this cell or in the following columns without a header
	fieldOption  // one option
	fieldAnswer
	fieldExplanation
	fieldConcept
	fieldDifficulty
	fieldCitations
	fieldExplainer
	fieldOptionIDs
)

// column is the meaning of one column; option counts from 0.
type column struct {
	field  field
	option int
}

// words are the headers people write, in normalised form.
var words = map[string]field{}

func init() {
	for f, names := range map[field]string{
		fieldID:          "题库编号",
		fieldKind:        "题型 类型 题目类型 试题类型 题类 题目题型",
		fieldSituation:   "情境 情景 案例 材料 背景 案情 情境描述 案例描述",
		fieldStem:        "题目 题干 试题 问题 题目内容 试题内容 题干内容 题目描述 试题题干 题目名称 考题",
		fieldOptions:     "选项 备选项 候选项 备选答案 选项内容 答案选项",
		fieldAnswer:      "答案 正确答案 标准答案 参考答案 正确选项 正确项 试题答案",
		fieldExplanation: "解析 解释 答案解析 试题解析 题目解析 答案解释 理由 讲解 分析",
		fieldConcept:     "知识点 考点 概念 知识点编码 所属知识点",
		fieldDifficulty:  "难度 难易度 难易程度 难度系数 难度等级",
		fieldCitations:   "法律依据 依据 法条 法律条文 法规依据 法律法规依据 出处 引用法条 相关法条",
		fieldExplainer:   "所属故事 故事 以案说法",
		fieldOptionIDs:   "选项编号",
		fieldNumber:      "序号 编号 题号 no",
		ignored:          "状态 备注 分值 分数",
	} {
		for name := range strings.FieldsSeq(names) {
			words[name] = f
		}
	}
}

var (
	inBrackets = regexp.MustCompile(`\([^()]*\)|【[^】]*】|\[[^\]]*\]`)
	oneOption  = regexp.MustCompile(`^(?:备?选项|候选项|备选答案|答案选项|选择|答案)?([a-h1-8一二三四五六七八])(?:选项|项)?$`)
)

// header interprets the header of a column.
func header(cell string) column {
	name := strings.Trim(normalise(inBrackets.ReplaceAllString(narrow(clean(cell)), "")), "*#:")
	if f, ok := words[name]; ok {
		return column{field: f}
	}
	m := oneOption.FindStringSubmatch(name)
	if m == nil {
		return column{}
	}
	for _, row := range []string{"abcdefgh", "12345678"} {
		if i := strings.Index(row, m[1]); i >= 0 {
			// A digit alone is not a header; 选项1 is.
			if row[0] == '1' && name == m[1] {
				return column{}
			}
			return column{field: fieldOption, option: i}
		}
	}
	return column{field: fieldOption, option: strings.Index("一二三四五六七八", m[1]) / len("一")}
}

// headers interprets a row as headers; found says whether it is a header row: it has one stem and one answer.
func headers(row []string) (columns []column, found bool) {
	stem, answer := 0, 0
	for _, cell := range row {
		c := header(cell)
		columns = append(columns, c)
		switch c.field {
		case fieldStem:
			stem++
		case fieldAnswer:
			answer++
		}
	}
	return columns, stem == 1 && answer == 1
}

// again takes the columns of a header row further down: what it names replaces what the rows above had there.
func again(before, now []column) []column {
	after := slices.Clone(before)
	for i, c := range after {
		if c.field != unknown && slices.Contains(now, c) {
			after[i] = column{}
		}
	}
	for i, c := range now {
		for len(after) <= i {
			after = append(after, column{})
		}
		if c.field != unknown {
			after[i] = c
		}
	}
	return after
}

// under combines a second header row with the first: A, B, C below 选项.
func under(columns []column, row []string) ([]column, bool) {
	both, known := append([]column(nil), columns...), 0
	for i, cell := range row {
		c := header(cell)
		if c.field == unknown {
			if strings.TrimSpace(cell) != "" {
				return columns, false
			}
			continue
		}
		for len(both) <= i {
			both = append(both, column{})
		}
		both[i] = c
		known++
	}
	return both, known > 1
}

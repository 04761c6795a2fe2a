package questionio

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestLetters(t *testing.T) {
	for written, want := range map[string][]int{
		"A": {0}, "ab": {0, 1}, "B A": {0, 1}, "A,B": {0, 1}, "Ａ、Ｃ": {0, 2}, "A和D": {0, 3}, "A；B；C": {0, 1, 2}, "AAB": {0, 1}, "（B）": {1}, "A.C": {0, 2},
		"": nil, "对": nil, "1": nil, "AI": nil, "A-B": nil, " , ": nil,
	} {
		if got, ok := letters(written); !slices.Equal(got, want) || ok != (want != nil) {
			t.Errorf("letters(%q) = %v, %v", written, got, ok)
		}
	}
}

func TestVerdict(t *testing.T) {
	for _, s := range append(slices.Clone(yes), "ｔｒｕｅ", " 对 ", "（√）", "true") {
		if right, ok := verdict(s); !right || !ok {
			t.Errorf("%q is not 对", s)
		}
	}
	for _, s := range append(slices.Clone(no), "ｘ", "false", "错。") {
		if right, ok := verdict(s); right || !ok {
			t.Errorf("%q is not 错", s)
		}
	}
	for _, s := range []string{"", "A", "也许", "对错", "1", "0"} {
		if _, ok := verdict(s); ok {
			t.Errorf("%q is a verdict", s)
		}
	}
}

func TestKindsAndDifficulties(t *testing.T) {
	for written, want := range map[string]kindWord{
		"单选": {single: true}, "单项选择题": {single: true}, "多选题": {several: true}, "不定项选择": {several: true}, "判断题": {judged: true}, "是非题": {judged: true},
		"情境单选": {single: true, situational: true}, "案例分析（多选）": {several: true, situational: true}, "选择题": {}, "Single": {single: true},
	} {
		if got, ok := kindOf(written); got != want || !ok {
			t.Errorf("kindOf(%s) = %+v, %v", written, got, ok)
		}
	}
	for _, written := range []string{"", "填空题", "简答", "单选或多选", "判断选择单选"} {
		if got, ok := kindOf(written); ok {
			t.Errorf("kindOf(%s) = %+v", written, got)
		}
	}
	for written, want := range map[string]int{"1": 1, "５": 5, "3.0": 3, "3.": 3, "较易": 2, "中等": 3, " 难 ": 5, "2级": 2, "三星": 3, "0": 0, "6": 0, "2.5": 0, "": 0} {
		if got := difficultyOf(written); got != want {
			t.Errorf("difficultyOf(%q) = %d, want %d", written, got, want)
		}
	}
}

func TestApart(t *testing.T) {
	guesses := map[string]bool{"B.甲 C.乙": true, "甲，乙，丙": true, "甲/乙": true, "甲、乙": true, "甲 乙　丙": true}
	for written, want := range map[string][]string{
		"A.甲 B.乙":          {"甲", "乙"},
		"A、甲；B、乙；C、丙":      {"甲", "乙", "丙"},
		"A 甲\nB 乙":         {"甲", "乙"},
		"（A）甲（B）乙":         {"甲", "乙"},
		"A．72小时B．30日C．6个月": {"72小时", "30日", "6个月"},
		"a) 甲 b) 乙":        {"甲", "乙"},
		"A.维生素B.好 B.乙":     {"维生素B.好", "乙"},
		"甲\n\n乙":           {"甲", "乙"},
		"甲|乙|丙":            {"甲", "乙", "丙"},
		"A.只有一个":           {"A.只有一个"},
		"B.甲 C.乙":          {"B.甲", "C.乙"},
		"A-甲|B-乙":          {"甲", "乙"},
		"【A】甲【B】乙":         {"甲", "乙"},
		"①甲\n②乙":           {"甲", "乙"},
		"甲，乙，丙":            {"甲", "乙", "丙"},
		"甲/乙":              {"甲", "乙"},
		"甲、乙":              {"甲", "乙"},
		"甲 乙　丙":            {"甲", "乙", "丙"},
		"":                 {""},
	} {
		if got, guessed := apart(written); !reflect.DeepEqual(got, want) || guessed != guesses[written] {
			t.Errorf("apart(%q) = %q, %v, want %q", written, got, guessed, want)
		}
	}
}

func TestHeaders(t *testing.T) {
	for written, want := range map[string]column{
		"题干": {field: fieldStem}, " 题 目 *": {field: fieldStem}, "正确答案（必填）": {field: fieldAnswer}, "答案：": {field: fieldAnswer},
		"选项A": {fieldOption, 0}, "Ｂ": {fieldOption, 1}, "C选项": {fieldOption, 2}, "选项4": {fieldOption, 3}, "选项五": {fieldOption, 4}, "选项": {field: fieldOptions},
		"题库编号（请勿改动）": {field: fieldID}, "序号": {field: fieldNumber}, "备选答案B": {fieldOption, 1}, "答案A": {fieldOption, 0}, "选项一": {fieldOption, 0}, "分值": {field: ignored}, "1": {}, "领导批示": {}, "": {},
	} {
		if got := header(written); got != want {
			t.Errorf("header(%s) = %+v, want %+v", written, got, want)
		}
	}
}

// FuzzCells looks for cells that make a parser panic or hang, and for options that lose more than their letters and
// blanks.
func FuzzCells(f *testing.F) {
	for _, s := range []string{"A.甲 B.乙", "A,B", "（A）", "情境多选", "3.0", "反家暴法第二条、第三条；民法典1079条", "题库编号（请勿改动）", "选项A", "1、谁？"} {
		f.Add(s)
	}
	laws := testLaws(f)
	f.Fuzz(func(t *testing.T, s string) {
		if n, ok := letters(s); ok != (len(n) > 0) {
			t.Fatal(n)
		}
		verdict(s)
		kindOf(s)
		if d := difficultyOf(s); d < 0 || d > 5 {
			t.Fatal(d)
		}
		header(s)
		options, _ := apart(s)
		parted := strings.Join(options, "\n") // a rune cut in half between two options must not be joined again
		for _, r := range "甲乙丙" {
			if strings.Count(parted, string(r)) != strings.Count(s, string(r)) {
				t.Fatalf("%q lost %c: %q", s, r, parted)
			}
		}
		file := FromTables([]Table{{Name: s, Rows: [][]string{headerRow, {s, s, s, s, s, s, s, s, s, s}, {s}}}})
		for _, e := range append(file.entries, FromGIFT(s).entries...) {
			q, faults, _ := e.question(laws)
			if err := q.Check(); len(faults) == 0 && err != nil && q.ID != "" {
				t.Fatalf("%q: %+v passed, and quiz says %v", s, q, err)
			}
		}
	})
}

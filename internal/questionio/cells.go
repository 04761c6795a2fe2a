package questionio

import (
	"regexp"
	"slices"
	"strings"
)

// mostLetters is how many different options an answer may name.
const mostLetters = 8

var (
	yes = []string{"对", "√", "✓", "✔", "☑", "正确", "是", "T", "TRUE", "Y", "YES", "真", "对的"}
	no  = []string{"错", "×", "✗", "✘", "X", "╳", "错误", "不对", "不正确", "否", "F", "FALSE", "N", "NO", "假", "错的", "不是"}
)

// verdict reads 对 or 错 in all the ways people write them.
func verdict(s string) (right, ok bool) {
	s = strings.ToUpper(strings.Trim(narrow(line(s)), " .。()"))
	switch {
	case slices.Contains(yes, s):
		return true, true
	case slices.Contains(no, s):
		return false, true
	}
	return false, false
}

// letters reads the options an answer names, as A, ab, A,B or A、B和C, as indices from 0.
func letters(s string) ([]int, bool) {
	var found []int
	for _, r := range strings.ToUpper(narrow(line(s))) {
		switch {
		case r >= 'A' && r < 'A'+mostLetters:
			if n := int(r - 'A'); !slices.Contains(found, n) {
				found = append(found, n)
			}
		case !strings.ContainsRune(" ,.、;/|+&和与及。()", r):
			return nil, false
		}
	}
	slices.Sort(found)
	return found, len(found) > 0
}

// kindWord is what the written kind of a question says about it.
type kindWord struct{ judged, several, single, situational bool }

// kindOf reads 单选, 多项选择题, 判断题, 情境多选.
func kindOf(s string) (kindWord, bool) {
	s = strings.ToLower(narrow(line(s)))
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(s, w) })
	}
	w := kindWord{
		judged:      has("判断", "是非", "对错", "truefalse"),
		several:     has("多选", "多项", "不定项", "multiple"),
		single:      has("单选", "单项", "single"),
		situational: has("情境", "情景", "案例", "材料", "scenario"),
	}
	if w == (kindWord{}) && has("选择") {
		return w, true // one or several: the answer decides
	}
	return w, w != kindWord{} && !(w.judged && (w.several || w.single || w.situational)) && !(w.several && w.single)
}

var difficulties = map[string]int{
	"1": 1, "2": 2, "3": 3, "4": 4, "5": 5, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5,
	"易": 1, "容易": 1, "简单": 1, "低": 1, "较易": 2, "较容易": 2, "偏易": 2, "中": 3, "中等": 3, "一般": 3, "适中": 3, "较难": 4, "偏难": 4, "难": 5, "困难": 5, "很难": 5, "高": 5,
}

// difficultyOf reads 1 to 5 in digits or words; 0 when it is neither.
func difficultyOf(s string) int {
	s = strings.TrimSuffix(strings.TrimSuffix(narrow(line(s)), "级"), "星")
	if whole, zeros, point := strings.Cut(s, "."); point && strings.Trim(zeros, "0") == "" {
		s = whole
	}
	return difficulties[s]
}

// lettered matches the letter in front of an option, as A. A、 (A) A:.
var lettered = regexp.MustCompile(`^[(（【\[]?([A-HＡ-Ｈa-hａ-ｈ])(?:[)）】\]]\s*|\s*[.．、:：,，—－-]\s*|[.．、:：)）\s]\s*)`)

// stripLetters removes the letters in front of options when every option has its own.
func stripLetters(options []string) []string {
	bare := make([]string, len(options))
	for i, o := range options {
		m := lettered.FindStringSubmatch(o)
		if m == nil || strings.ToUpper(narrow(m[1])) != string(rune('A'+i)) {
			return options
		}
		bare[i] = clean(o[len(m[0]):])
	}
	return bare
}

// separators divide options in one cell, the surest first; from the fourth on they are as likely part of an option.
var separators = []string{"\n", "；;", "|｜", "，,", "/／", "、", " \u3000"}

const sureSeparators = 3

// apart splits options that are in one cell: by their letters, else by the surest separator. It says whether that was a
// guess.
func apart(s string) (options []string, guessed bool) {
	s = clean(s)
	if found := byLetters(s); len(found) > 1 {
		return found, false
	}
	for n, of := range separators {
		parts := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(of, r) })
		if len(parts) < 2 {
			continue
		}
		for i := range parts {
			parts[i] = clean(parts[i])
		}
		parts = slices.DeleteFunc(parts, func(p string) bool { return p == "" })
		return uncircled(stripLetters(parts)), n >= sureSeparators
	}
	return []string{s}, false
}

// uncircled removes ①, ②, ③ in front of options when every option has its own.
func uncircled(options []string) []string {
	bare := make([]string, len(options))
	for i, o := range options {
		rest, numbered := strings.CutPrefix(o, string('①'+rune(i)))
		if !numbered {
			return options
		}
		bare[i] = clean(rest)
	}
	return bare
}

// byLetters splits a text that begins with A. before B., C. and so on; a letter after a blank is preferred to one in
// the middle of words. nil when the text does not begin so.
func byLetters(s string) []string {
	var found []string
	for n := range mostLetters {
		m := lettered.FindStringSubmatch(s)
		if m == nil || strings.ToUpper(narrow(m[1])) != string(rune('A'+n)) {
			return nil
		}
		s = s[len(m[0]):]
		next := nextLetter(s, n+1)
		if next < 0 {
			return append(found, clean(s))
		}
		found = append(found, strings.TrimRight(clean(s[:next]), "；;，,"))
		s = s[next:]
	}
	return nil
}

// nextLetter is where the n-th letter begins, -1 when there is none.
func nextLetter(s string, n int) int {
	inside, behind := -1, rune(' ')
	for i, r := range s {
		m := lettered.FindStringSubmatch(s[i:])
		if m != nil && strings.ToUpper(narrow(m[1])) == string(rune('A'+n)) {
			if strings.ContainsRune(" \n\u3000；;", behind) {
				return i
			}
			if inside < 0 && !ascii(behind) {
				inside = i
			}
		}
		behind = r
	}
	return inside
}

func ascii(r rune) bool { return r > ' ' && r < 0x7f && r != '.' && r != ')' }

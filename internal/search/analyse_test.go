package search

import (
	"slices"
	"testing"
	"unicode/utf8"
)

func TestPlainMakesSpellingsOne(t *testing.T) {
	for written, want := range map[string]string{
		"ＡＢＣ１２３":   "abc123",
		"〇○零":      "零零零",
		"第２３条（一）！": "第23条(一)!",
		"ÉCOLE":    "école",
		"风筝":       "风筝",
		"　":        "　", // the wide space is no copy of ASCII
		"":         "",
	} {
		got := normalise(written)
		if string(got) != want {
			t.Errorf("normalise(%q) = %q, want %q", written, string(got), want)
		}
		if len(got) != utf8.RuneCountInString(written) {
			t.Errorf("normalise(%q) moves places: %d runes", written, len(got))
		}
	}
}

func TestSpansAreChineseOrWords(t *testing.T) {
	for written, want := range map[string][]string{
		"风筝法23条":   {"h风筝法", "w23", "h条"},
		"a1 b，风":   {"wa1", "wb", "h风"},
		"👩‍👧":      nil,
		"《》。":      nil,
		"𠮷野":       {"h𠮷野"}, // outside the basic plane
		"风\u200b筝": {"h风", "h筝"},
	} {
		var got []string
		runes := normalise(written)
		for _, s := range spans(runes) {
			kind := "w"
			if s.han {
				kind = "h"
			}
			got = append(got, kind+string(runes[s.from:s.to]))
		}
		if !slices.Equal(got, want) {
			t.Errorf("spans(%q) = %q, want %q", written, got, want)
		}
	}
}

func TestCountsAreNumbersWithWhatTheyCount(t *testing.T) {
	for written, want := range map[string][]string{
		"二十三条和第24条":    {"23条", "24条"},
		"六个月以内，7天":     {"6月", "7日"},
		"14周岁、十四岁":     {"14岁", "14岁"},
		"七十二小时":        {"72小时"},
		"一千〇七十九条":      {"1079条"},
		"1000元以下":      {"1000元"},
		"十万":           nil, // 万 is no numeral here: nothing, rather than 十
		"3个孩子":         nil,
		"零条":           nil,
		"99999999999条": nil,
	} {
		if got := counts(normalise(written)); !slices.Equal(got, want) {
			t.Errorf("counts(%q) = %q, want %q", written, got, want)
		}
	}
}

func TestPairsAreHowAWordIsFound(t *testing.T) {
	for word, want := range map[string][]string{
		"风":    {"风"},
		"风筝":   {"风筝"},
		"放风筝":  {"放风", "风筝"},
		"23条":  {"23条"},
		"隐藏、转": {"隐藏", "转"}, // what a list writes between words parts them
		"ab风筝": {"ab", "风筝"},
		"。":    nil,
	} {
		if got := pairs(word); !slices.Equal(got, want) {
			t.Errorf("pairs(%q) = %q, want %q", word, got, want)
		}
	}
}

// What is asked for is what is indexed: every part of a word is among the terms of a text that has the word.
func TestATextHasTheTermsItIsAskedBy(t *testing.T) {
	lacks := func(text, word string) bool {
		have := terms(text)
		return slices.ContainsFunc(pairs(word), func(p string) bool { return !slices.Contains(have, p) })
	}
	for text, word := range map[string]string{
		"孩子们在山坡上放风筝。": "放风筝", "期限为30天": "30日", "ＡＢ风": "ab", "第二十三条": "23条", "他说：𠮷野家": "𠮷野",
	} {
		if lacks(text, word) {
			t.Errorf("%q is not found by %q", text, word)
		}
	}
	if !lacks("放飞了风，没有筝", "放风筝") {
		t.Error("negative control: a text is found by a word it has not")
	}
}

func TestTheAnalyzerGivesEveryTerm(t *testing.T) {
	text := "灯笼23条 ab"
	tokens := analyzer{}.Analyze([]byte(text))
	got := make([]string, len(tokens))
	for i, token := range tokens {
		got[i] = string(token.Term)
		if token.Position != i+1 {
			t.Errorf("token %d is at %d", i, token.Position)
		}
	}
	if !slices.Equal(got, terms(text)) {
		t.Errorf("tokens %q, terms %q", got, terms(text))
	}
	if tokens := (analyzer{}).Analyze([]byte("\xff")); len(tokens) != 0 {
		t.Errorf("half a character has terms: %v", tokens)
	}
}

func TestCountTerms(t *testing.T) {
	for _, text := range []string{"", "灯", "灯笼", "第二十三条，七十二小时内", "ab 灯笼cd，30天 e", "。！", "\xff风"} {
		if got, want := countTerms(text), len(terms(text)); got != want {
			t.Errorf("countTerms(%q) = %d, want %d", text, got, want)
		}
	}
}

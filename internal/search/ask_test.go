package search

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// understood writes what a question asks for: each unit's words with its weight.
func understood(a asked) string {
	var parts []string
	for _, u := range a.units {
		parts = append(parts, fmt.Sprintf("%s*%.1f", strings.Join(u.words, "|"), u.weight))
	}
	return strings.Join(parts, " ")
}

func TestWhatAQuestionAsksFor(t *testing.T) {
	laws := kites(t)
	synonyms, err := ParseSynonyms([]byte(words), laws)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"山坡":        "山坡*1.0",
		"山坡上":       "山坡*1.0 坡上*1.0",
		"我的山坡怎么办":   "山坡*1.0",          // what is said around it is not asked for
		"怎么办":       "怎么*1.0 么办*1.0",   // unless nothing else is said
		"山坡山坡":      "山坡*1.0 坡山*1.0",   // once however often it is said
		"灯":         "灯*1.0",           // alone it is a word
		"灯 山坡":      "灯*0.3 山坡*1.0",    // beside others it may be part of one
		"纸鸢":        "纸鸢|风筝*2.0",       // a word that leads
		"纸鹞纸鸢":      "纸鸢|风筝*2.0",       // two ways to say it are one
		"掉房顶":       "掉房顶|落在他人房顶上*0.6", // another name, that leads nowhere
		"三十天":       "三十*1.0 十天*1.0 30日*2.0",
		"abc山坡":     "abc*1.0 山坡*1.0",
		"风筝法23条":    "23条*2.0", // nothing but a citation
		"根据风筝法23条放": "根据*1.0 据风*1.0 风筝*1.0 筝法*1.0 23*1.0 条放*1.0 23条*2.0",
	} {
		if got := understood(synonyms.ask(text, laws)); got != want {
			t.Errorf("%s asks for %s, want %s", text, got, want)
		}
	}
}

func TestWhatAQuestionNames(t *testing.T) {
	laws := kites(t)
	synonyms, err := ParseSynonyms([]byte(words), laws)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string][]target{
		"风筝法23条":     {ofArticle("fz", "23"), ofLaw("fz")},
		"说的是风筝法第23条": {ofArticle("fz", "23"), ofLaw("fz")},
		"鸢法":         {ofLaw("fz")},
		"第七条":        {ofArticle("fz", "7"), ofArticle("dl", "7")},
		"七条狗":        nil,
		"山坡":         nil,
	} {
		if got := synonyms.ask(text, laws).first; !slices.Equal(got, want) {
			t.Errorf("%s names %v, want %v", text, got, want)
		}
	}
}

func TestAWordIsTakenOnce(t *testing.T) {
	runes, taken := normalise("放风筝，放风筝"), make([]int, 7)
	if !take(runes, taken, normalise("风筝"), 1) || !slices.Equal(taken, []int{0, 1, 1, 0, 0, 1, 1}) {
		t.Errorf("taken %v", taken)
	}
	if take(runes, taken, normalise("放风"), 2) || slices.Contains(taken, 2) {
		t.Errorf("a word takes what another took: %v", taken)
	}
	if take(runes, taken, normalise("放风筝放风筝放"), 2) {
		t.Error("a word longer than the question is in it")
	}
	if !take(runes, taken, normalise("放"), 2) || !slices.Equal(taken, []int{2, 1, 1, 0, 2, 1, 1}) {
		t.Errorf("taken %v", taken)
	}
}

package search

import (
	"slices"
	"strings"
	"testing"
)

func TestSynonymsAreChecked(t *testing.T) {
	laws := kites(t)
	for want, text := range map[string]string{
		"twice":          "words: [{say: [a, a], means: [b]}]",
		"leads nowhere":  "words: [{say: [a]}]",
		"says nothing":   "words: [{means: [b]}]",
		"is empty":       "words: [{say: [''], means: [b]}]",
		"law.unknown":    "words: [{say: [a], lead: [铃铛法 第一条]}]",
		"law.no_article": "words: [{say: [a], lead: [风筝法 第四十一条]}]",
		"field leads":    "words: [{say: [a], leads: [b]}]",
		"synonyms.yaml":  "words: 7",
	} {
		if _, err := ParseSynonyms([]byte(text), laws); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
	for text, line := range map[string]string{
		"words:\n  - {say: [a], means: [b]}\n\n  - {say: [c]}":                    "line 4:",
		"words:\n  - {say: [a], means: [b]}\n  - say: [c]\n    lead: [铃铛法 第一条]\n": "line 3:",
		"words:\n  - {say: [a], means: [b]}\n  - {say: [ａ], means: [b]}":          "line 3:",
		"words:\n  - {say: [a], means: [b]}\n  - {say: [c], leads: [b]}":          "line 3:",
		"ignore: [a\nwords: []": "line ",
	} {
		if _, err := ParseSynonyms([]byte(text), laws); err == nil || !strings.Contains(err.Error(), line) {
			t.Errorf("%q: %v, want %s", text, err, line)
		}
	}
	s, err := ParseSynonyms([]byte(words), laws)
	if err != nil || !slices.Equal(s.Stories(), []string{"wanfeng", "xique"}) {
		t.Errorf("Stories = %v, %v", s, err)
	}
}

func TestWhatSoundsLikeAWordIsThatWord(t *testing.T) {
	laws := kites(t)
	synonyms, err := ParseSynonyms([]byte(words), laws)
	if err != nil {
		t.Fatal(err)
	}
	known := func(pair string) bool { return pair == "高洁" }
	for written, want := range map[string]string{
		"告戒":         "告诫",
		"高洁":         "高洁", // somebody has written so
		"搞街怎么办":      "告诫怎么办",
		"吊房顶了":       "掉房顶了", // three characters are enough
		"风争法23条":     "风筝法23条",
		"風箏法":        "风筝法",
		"丰正法":        "风筝法", // sounds that many do not tell apart
		"风筝法告诫":      "风筝法告诫",
		"告 戒":        "告 戒",
		"gaojie":     "gaojie",
		"":           "",
		"告":          "告",
		"\xff告戒\x00": "\ufffd告诫\x00",
	} {
		if got := synonyms.sounds.correct(written, known); got != want {
			t.Errorf("correct(%q) = %q, want %q", written, got, want)
		}
	}
	r := newRig(t)
	for text, want := range map[string]string{"风争法23": "fz 23", "告戒书": "xique", "紙鷂": "fz 2"} {
		if got := r.found(text, ""); len(got) == 0 || got[0] != want {
			t.Errorf("%s finds %v, want %s", text, got, want)
		}
	}
}

// Of two words that begin alike, the longer one is recognised.
func TestTheLongerWordIsSaid(t *testing.T) {
	laws := kites(t)
	synonyms, err := ParseSynonyms([]byte("words: [{say: [放], lead: [风筝法 第二条]}, {say: [放生, 放生了], lead: [灯笼条例 第一条]}]"), laws)
	if err != nil {
		t.Fatal(err)
	}
	a := synonyms.ask("放生了", laws)
	if len(a.units) != 1 || a.units[0].words[0] != "放生了" || len(a.lead) != 1 || a.lead[0][0] != ofArticle("dl", "1") || !a.whole {
		t.Errorf("%+v", a)
	}
	if a = synonyms.ask("放生，放", laws); len(a.units) != 2 || len(a.lead) != 2 || a.lead[0][0] != ofArticle("fz", "2") {
		t.Errorf("both are said: %+v", a)
	}
}

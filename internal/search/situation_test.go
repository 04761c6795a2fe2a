package search

import (
	"slices"
	"strings"
	"testing"

	"pugongying/internal/law"
)

const situationWords = `
ignore: [我, 的, 想]
unlike: [风扇]
words: [{say: [告诫], means: [告诫书], lead: [xique]}, {say: [想放], lead: [风筝法 第二条]}]
groups:
  天气: [风, 雨, 大风]
  灯火: [灯, 灯笼, 蜡烛]
  房顶: [房顶, 屋顶]
  人: [孩子, 灯笼匠]
scenes:
  - {when: [天气], lead: [风筝法 第二条]}
  - {when: [天气, 灯火], lead: [灯笼条例 第二十三条, xique]}
  - {when: [灯火/天气, 房顶], lead: [wanfeng]}
  - {when: [天气, 房顶, 人], lead: [风筝法 第二十三条]}
`

func staged(t testing.TB, text string) (*Synonyms, *law.Register) {
	t.Helper()
	laws := kites(t)
	s, err := ParseSynonyms([]byte(text), laws)
	if err != nil {
		t.Fatal(err)
	}
	return s, laws
}

func TestSituationsAreChecked(t *testing.T) {
	laws := kites(t)
	for text, want := range map[string]string{
		"groups: {a: [x]}":                                             "group a is used by no situation",
		"groups: {a: []}\nscenes: []":                                  "group a: it has no words",
		"groups: {a: [x, Ｘ]}":                                          "listed twice",
		"groups: {a: ['']}":                                            "is empty",
		"scenes:\n  - {when: [a], lead: [malan]}":                      `line 2: there is no group "a"`,
		"groups: {a: [x]}\nscenes:\n  - {when: [a/b], lead: [malan]}":  `line 3: there is no group "b"`,
		"groups: {a: [x]}\nscenes:\n  - {when: [a]}":                   "leads nowhere",
		"groups: {a: [x]}\nscenes:\n  - {lead: [malan]}":               "no groups",
		"groups: {a: [x]}\nscenes:\n  - {when: [a], lead: [风筝法 第九十条]}": "law.no_article",
		"groups: {a: [x]}\nscenes:\n  - {where: [a], lead: [malan]}":   "field where",
	} {
		if _, err := ParseSynonyms([]byte(text), laws); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	s, _ := staged(t, situationWords)
	if got := s.Stories(); !slices.Equal(got, []string{"xique", "wanfeng"}) {
		t.Errorf("Stories = %v", got)
	}
}

func TestWhatASituationTakes(t *testing.T) {
	s, laws := staged(t, situationWords)
	for text, want := range map[string][]target{
		"起风了":       {ofArticle("fz", "2")},
		"屋里有风扇":     nil, // it only looks like the wind
		"风扇和雨":      {ofArticle("fz", "2")},
		"下雨灯灭了":     {ofArticle("dl", "23")}, // the situation of two clauses, not the one of the rain alone
		"屋顶上的蜡烛":    {ofStory("wanfeng")},
		"雨落在屋顶":     {ofStory("wanfeng")},
		"雨落在孩子的屋顶":  {ofArticle("fz", "23")}, // says all the two say, and more
		"灯笼匠在屋顶":    nil,                     // a word inside a longer one is not said
		"大风":        {ofArticle("fz", "2")},
		"ＳＯＳ":       nil,
		"":          nil,
		"灯房顶雨 屋顶风灯": {ofArticle("dl", "23"), ofStory("wanfeng")},
		"风筝法23条":    nil, // who cites wants nothing else
	} {
		var got []target
		for _, one := range s.ask(text, laws).situations {
			got = append(got, one.lead[0])
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q sets %v, want %v", text, got, want)
		}
	}
}

// Words that only begin in another are said as well; Chinese has no blanks to part them.
func TestWordsThatOverlapAreBothSaid(t *testing.T) {
	s, _ := staged(t, "groups: {数: [三个儿], 人: [儿子], 事: [子不]}\nscenes: [{when: [数, 人, 事], lead: [malan]}]")
	if got := s.situations.matching(normalise("三个儿子不来")); len(got) != 1 {
		t.Errorf("set %v", got)
	}
	if got := s.situations.matching(normalise("三个儿不来")); len(got) != 0 {
		t.Errorf("negative control: set %v", got)
	}
}

func TestASituationOfMoreClausesWeighsMore(t *testing.T) {
	one, two := situation{when: make([][]int, 1)}, situation{when: make([][]int, 2)}
	if one.leading(0) >= 1 || two.leading(0) <= 1 {
		t.Errorf("beside what has most of the words: one clause %v, two %v", one.leading(0), two.leading(0))
	}
	for i := range 4 {
		if two.leading(i) <= two.leading(i+1) || two.leading(i) <= one.leading(0) {
			t.Errorf("the %dth says %v, the next %v", i, two.leading(i), two.leading(i+1))
		}
	}
	if two.leading(9) != two.leading(4) {
		t.Error("those far behind are not alike")
	}
}

// A situation leads to documents that have no word of the question, and never ranks them above what is named exactly.
func TestSituationsLead(t *testing.T) {
	r := newRig(t)
	for text, want := range map[string]string{"蜡烛让大雨浇了": "dl 23", "孩子上了屋顶，有雨": "fz 23"} {
		if got := r.found(text, ""); len(got) > 0 && got[0] == want {
			t.Errorf("negative control: %s finds %s without situations", text, want)
		}
	}
	synonyms, _ := staged(t, situationWords)
	r.synonyms = synonyms
	for text, want := range map[string][]string{
		"蜡烛让大雨浇了":       {"dl 23", "xique"},
		"孩子上了屋顶，有雨":     {"fz 23"},
		"告诫":            {"xique"},
		"下雨蜡烛灭了，风筝法22条": {"fz 22"},
	} {
		if got := r.found(text, ""); len(got) < len(want) || !slices.Equal(got[:len(want)], want) {
			t.Errorf("%s finds %v, want %v first", text, got, want)
		}
	}
	if got := r.found("蜡烛让大雨浇了", Explainer); !slices.Equal(got, []string{"xique"}) {
		t.Errorf("of stories %v", got)
	}
}

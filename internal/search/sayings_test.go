package search

import (
	"slices"
	"strings"
	"testing"
)

const kiteSayings = `
same:
  - [娃, 孩子]
  - [线, 绳]
sayings:
  风筝法 第二十三条: [风筝线断了谁赔, 孩子的风筝飞走了, 线缠在树上]
  风筝法 第二十四条: [下雨能放风筝吗, 风大不许放]
  灯笼条例 第七条: [灯笼着火, 灯笼烧了房子]
  kite: [娃的风筝挂在电线上]
`

func sayingsOf(t *testing.T, text string) *Sayings {
	t.Helper()
	words, err := ParseSynonyms([]byte("ignore: [怎么办, 的]\nwords: []"), kites(t))
	if err != nil {
		t.Fatal(err)
	}
	s, err := ParseSayings([]byte(text), kites(t), words)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestAQuestionIsComparedWithSayings(t *testing.T) {
	s := sayingsOf(t, kiteSayings)
	for ask, want := range map[string]target{
		"风筝的绳断了怎么办": ofArticle("fz", "23"), "娃的风筝飞走了": ofArticle("fz", "23"), "下雨天能放风筝": ofArticle("fz", "24"),
		"房子让灯笼烧了": ofArticle("dl", "7"), "孩子的风筝挂在电线上了": ofStory("kite"),
	} {
		all := s.nearest(ask)
		if len(all) == 0 {
			t.Errorf("%s is near nothing", ask)
			continue
		}
		best := slices.MaxFunc(all, func(a, b near) int { return int(1000 * (a.share - b.share)) })
		if best.to != want || best.share <= 0 || best.share > 1 {
			t.Errorf("%s is nearest to %+v, want %s", ask, best, want)
		}
	}
	for _, ask := range []string{"羊", "怎么办", "", "。", "abc"} {
		if all := s.nearest(ask); len(all) != 0 {
			t.Errorf("%q is near %v", ask, all)
		}
	}
	if all := (&Sayings{}).nearest("风筝"); all != nil {
		t.Errorf("without sayings: %v", all)
	}
}

func TestTheSameSayingIsNearerThanPartOfIt(t *testing.T) {
	s := sayingsOf(t, kiteSayings)
	whole, part := s.nearest("灯笼着火"), s.nearest("灯笼着火的时候邻居在场吗")
	if len(whole) != 1 || len(part) != 1 || whole[0].share < 0.99 || part[0].share >= whole[0].share || part[0].nearness() >= whole[0].nearness() {
		t.Errorf("whole %+v, part %+v", whole, part)
	}
}

func TestSayingsAreRefused(t *testing.T) {
	words, err := ParseSynonyms([]byte("words: []"), kites(t))
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"sayings:\n  风筝法 第九十九条: [飞]": "line 2", "sayings:\n  没有的法: [飞]": "line 2", "sayings:\n  kite: []": "not at all",
		"sayings:\n  风筝法 第一条: [飞]\n  鸢法 第一条: [飞]": "twice", "sayings: [": "sayings.yaml",
	} {
		if _, err := ParseSayings([]byte(text), kites(t), words); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestPinyinIsRead(t *testing.T) {
	laws := kites(t)
	words, err := ParseSynonyms([]byte("ignore: [怎么办]\nwords: [{say: [断线], means: [线断]}]"), laws)
	if err != nil {
		t.Fatal(err)
	}
	s := spellingsOf(words, sayingsOf(t, kiteSayings), laws)
	for typed, want := range map[string]string{
		"fengzhengfa": "风筝法", "feng zheng fa": "风筝法", "fengzhengfa23": "风筝法23", "duanxian zenmeban": "断线怎么办", "denglong shaole fangzi": "灯笼烧了房子",
		"Denglong Shaole Fangzi": "灯笼烧了房子", "duanxian了": "断线了", "qqqq": "qqqq", "hello world": "hello world", "断线": "断线", "": "",
	} {
		if got := s.read(typed); got != want {
			t.Errorf("%q is read as %q, want %q", typed, got, want)
		}
	}
}

package notify

import (
	"errors"
	"strings"
	"testing"

	"pugongying/internal/fault"
)

func TestNeutralNamesTheWordAnOnlookerWouldUnderstand(t *testing.T) {
	for text, word := range map[string]string{
		"反家暴知识":                      "家暴",
		"家庭 暴 力怎么办":                  "暴力",
		"他打我":                        "打",
		"离婚\u200b那些事":                "离婚",
		"离\u200b婚":                   "离婚",
		"我要起诉":                       "诉",
		"旗法院在哪里":                     "法院",
		"找律师":                        "律师",
		"心理咨询预约":                     "心理",
		"你有一次咨询":                     "咨询",
		"人身安全保护令":                    "保护令",
		"告诫书":                        "告诫",
		"打电话，他打人":                    "打",
		"打\u3000她":                   "打",
		"/stories/domestic-violence": "violen",
		"pages/lawyer/lawyer":        "lawyer",
		"pages/myCourtDate":          "court",
		"ＤＩＶＯＲＣＥ":                    "divorc",
		"gaojieshu.pdf":              "gaojie",
		"jia-bao-li":                 "",
		"jiabao":                     "jiabao",
		"hit_list":                   "hit",
		"counselling-plan.xlsx":      "counsel",
	} {
		t.Run(text, func(t *testing.T) {
			if got := ForOnlookers().Find(text); got != word {
				t.Fatalf("Find = %q, want %q", got, word)
			}
			if err := ForOnlookers().Neutral(text); (err != nil) != (word != "") {
				t.Fatalf("Neutral = %v", err)
			}
		})
	}
}

func TestEverydayWordsAreNeutral(t *testing.T) {
	for _, text := range []string{
		"学堂", "蒲公英学堂", "每日五题", "读一个故事", "盖了章的一张纸", "她不用一个人去", "草场上有她的名字", "钱和房子", "孩子的事", "谁可以替她去办",
		"打开手机", "拨打电话", "打电话给我", "告诉大家", "打卡", "节气", "我的", "电话", "离开", "首页", "学法", "答题", "有一项安排待查看",
		"pages/home/home", "pages/story/story?slug=seal", "courtyard", "hitherto", "suede", "index.html", "stamped-paper", "",
	} {
		if err := ForOnlookers().Neutral(text); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestNotNeutralIsAFaultThatNamesTheWord(t *testing.T) {
	err := ForOnlookers().Neutral("关于离婚")
	if !errors.Is(err, ErrNotNeutral) {
		t.Fatalf("Neutral = %v", err)
	}
	got := fault.From(err)
	if got.Kind != fault.Invalid || len(got.Fields) != 1 || !strings.Contains(got.Fields[0].Message, "离婚") {
		t.Fatalf("fault = %+v", got)
	}
}

func TestTheZeroLexiconFindsNothing(t *testing.T) {
	if err := (Lexicon{}).Neutral("家暴"); err != nil {
		t.Fatalf("a list without words found one: %v", err)
	}
}

func TestAllowedWordsDoNotHideTheirNeighbours(t *testing.T) {
	for _, text := range []string{"打开打", "打打开", "告诉诉", "拨打打人"} {
		if ForOnlookers().Find(text) == "" {
			t.Errorf("%q passed", text)
		}
	}
}

func FuzzNeutral(f *testing.F) {
	f.Add("打开", "家暴")
	f.Add("daily", "Court")
	f.Fuzz(func(t *testing.T, before, after string) {
		lexicon := ForOnlookers()
		if lexicon.Find(before+"，家暴，"+after) == "" {
			t.Fatalf("the word was lost between %q and %q", before, after)
		}
	})
}

package privacy_test

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pugongying/internal/privacy"
	"pugongying/internal/testkit"
)

// TestNumbersInEverySpelling wants each number in one piece, where it stands.
func TestNumbersInEverySpelling(t *testing.T) {
	for text, want := range map[string]struct {
		kind privacy.Kind
		part string
	}{
		"打138-0013-8000找我":              {privacy.Mobile, "138-0013-8000"},
		"打１３８００１３８０００找我":                {privacy.Mobile, "１３８００１３８０００"},
		"打1 3 8 0 0 1 3 8 0 0 0找我":      {privacy.Mobile, "1 3 8 0 0 1 3 8 0 0 0"},
		"打一三八零零一三八零零零找我":                {privacy.Mobile, "一三八零零一三八零零零"},
		"打+86 138 0013 8000找我":          {privacy.Mobile, "+86 138 0013 8000"},
		"打138\u200b0013\u200b8000找我":    {privacy.Mobile, "138\u200b0013\u200b8000"},
		"打\u202e138\u202c00138000找我":    {privacy.Mobile, "138\u202c00138000"},
		"打١٣٨٠٠١٣٨٠٠٠找我":                {privacy.Mobile, "١٣٨٠٠١٣٨٠٠٠"},
		"打᠑᠓᠘᠐᠐᠑᠓᠘᠐᠐᠐找我":                {privacy.Mobile, "᠑᠓᠘᠐᠐᠑᠓᠘᠐᠐᠐"},
		"打\xff13800138000\xfe找我":        {privacy.Mobile, "13800138000"},
		"家电(0481)6220031转5":             {privacy.Landline, "(0481)6220031转5"},
		"座机6220031":                     {privacy.Landline, "6220031"},
		"身份证159901198803120042":         {privacy.Identity, "159901198803120042"},
		"卡6200 0000 0000 0005":          {privacy.Card, "6200 0000 0000 0005"},
		"车牌蒙Z·A1234":                    {privacy.Plate, "蒙Z·A1234"},
		"微信：tana_1990":                  {privacy.Handle, "tana_1990"},
		"QQ 9912345678":                 {privacy.Handle, "9912345678"},
		"邮箱a.b@example.com":             {privacy.Mail, "a.b@example.com"},
		"a@example.com的后面是0481-6220031": {privacy.Mail, "a@example.com"},
	} {
		found := privacy.Find(text)
		if len(found) == 0 || found[0].Kind != want.kind || text[found[0].Start:found[0].End] != want.part {
			t.Errorf("%q: %+v", text, found)
		}
	}
}

// TestNumbersThatBelongToNobody are amounts, dates, services, articles.
func TestNumbersThatBelongToNobody(t *testing.T) {
	for _, text := range []string{
		"打110、120、12338、12348、12345", "400-000-0000", "2023-11-28 14:30:05", "13800000000元", "15 16 17 18 19 1", "第一千零七十九条",
		"1.38 0.0138", "订单202311280000123456", "快递773012345678901", "010-12345", "0471-12345", "一二三四五六七八九十",
		"159901198813120042", "身高138厘米，体重138斤，1380元", "04-01_2020-05-01",
	} {
		if found := privacy.Find(text); len(found) != 0 {
			t.Errorf("%q: %+v", text, found)
		}
	}
}

// TestAMistypedIdentityNumber counts where the words say what it is, and not elsewhere.
func TestAMistypedIdentityNumber(t *testing.T) {
	if found := privacy.Find("身份证号159901198803120043"); len(found) != 1 || found[0].Kind != privacy.Identity {
		t.Errorf("%+v", found)
	}
	if found := privacy.Find("流水159901198803120043"); len(found) != 0 {
		t.Errorf("%+v", found)
	}
}

func TestWhatMayStandInstead(t *testing.T) {
	for text, want := range map[string]string{
		"她今年三十四岁，哈拉图嘎查就她一家做豆腐。":                           "三十来岁，一个嘎查有人做豆腐",
		"2022年3月8日，胜利乡供销社那位四十岁的女会计王秀兰，电话13800138000，晕倒了。": "有一年，一个乡供销社那位四十来岁的女会计某某",
		"青格旗第二小学三年级二班的小雅，九岁，在哭。":                          "一个孩子",
	} {
		found := privacy.Find(text)
		i := slices.IndexFunc(found, func(f privacy.Found) bool { return f.Kind == privacy.Combination || f.Kind == privacy.Minor })
		if i < 0 || !strings.HasPrefix(found[i].Instead, strings.TrimSuffix(want, "…")) {
			t.Errorf("%q: %+v", text, found)
		}
	}
}

// TestHiddenLeavesNothing looks for each label's own words in what would leave the house.
func TestHiddenLeavesNothing(t *testing.T) {
	left, labels := 0, 0
	for _, text := range corpus(t, "with.txt") {
		hidden := privacy.Hidden(text.text)
		for _, l := range text.labels {
			if groups[l.kind] != "numbers" {
				continue
			}
			labels++
			if strings.Contains(hidden, text.text[l.start:l.end]) {
				left++
			}
		}
		for _, f := range privacy.Find(hidden) {
			if kindGroups[f.Kind] == "numbers" {
				t.Errorf("%q still holds %q", hidden, hidden[f.Start:f.End])
			}
		}
	}
	if left > labels/100 {
		t.Errorf("%d of %d numbers are left", left, labels)
	}
	if same := "明天可以做的：找一个人说一说。"; privacy.Hidden(same) != same {
		t.Errorf("a text without personal data comes out as %q", privacy.Hidden(same))
	}
}

// TestAPastedTable finds what stands in the cells of a table pasted from Word.
func TestAPastedTable(t *testing.T) {
	table := "姓名\t性别\t电话\t住址\r\n王秀兰\t女\t138 0013 8000\t青格镇幸福路12号院3单元402\r\n乌云·其其格\t女\t１６００００００００１\t前进村三组9号\r\n"
	count := map[privacy.Kind]int{}
	for _, f := range privacy.Find(table) {
		count[f.Kind]++
	}
	if count[privacy.Name] != 2 || count[privacy.Mobile] != 2 || count[privacy.Address] != 2 {
		t.Errorf("%v: %+v", count, privacy.Find(table))
	}
}

// TestAMegabyteIsReadInLinearTime compares a text with one eight times as long, of kinds that would tempt a careless
// recogniser into going back and forth.
func TestAMegabyteIsReadInLinearTime(t *testing.T) {
	if testkit.Racing {
		t.Skip("NOT RUN: times under the race detector are nobody's")
	}
	for name, piece := range map[string]string{
		"prose": "她把奶茶端上来，炉火正旺，八月十五那天她三十四岁。", "digits": "1", "spaced digits": "1 ", "names": "玛", "no full stop": "今年三十岁了，在前进村唯一",
		"houses": "3号楼", "invisible": "\u200b", "broken": "\xff", "wide digits": "１３８", "mail": "a@", "dots": "巴·",
	} {
		short, long := strings.Repeat(piece, (12<<10)/len(piece)), strings.Repeat(piece, (96<<10)/len(piece))
		few, many := fastest(short), fastest(long)
		t.Logf("%-14s %v for 12 KB, %v for 96 KB", name, few, many)
		if many > 40*few+150*time.Millisecond { // twice the time for each doubling is 8 times; a square of it, 64
			t.Errorf("%s: %v for 12 KB, %v for 96 KB", name, few, many)
		}
	}
}

func fastest(text string) time.Duration {
	best := time.Hour
	for range 2 {
		began := time.Now()
		privacy.Find(text)
		best = min(best, time.Since(began))
	}
	return best
}

func FuzzFind(f *testing.F) {
	for _, text := range []string{"138-0013-8000", "王秀兰，乌云·其其格", "\xff\u200b１３８", "青格镇幸福路12号院3单元402", "今年三十四岁，哈拉图嘎查就她一家做豆腐"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		last := 0
		for _, found := range privacy.Find(text) {
			if found.Start < last || found.End < found.Start || found.End > len(text) {
				t.Fatalf("%q: %+v", text, found)
			}
			if found.End < len(text) && utf8.ValidString(text) && !utf8.RuneStart(text[found.End]) || found.End > found.Start && utf8.ValidString(text) && !utf8.RuneStart(text[found.Start]) {
				t.Fatalf("%q: a character is cut: %+v", text, found)
			}
			last = found.Start
		}
		privacy.Hidden(text)
	})
}

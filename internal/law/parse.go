package law

import "strings"

// Parse parses one citation in any form people write: 《反家庭暴力法》第二十三条第二款, 民法典1079条, 刑法260条之一, 法释〔2022〕17号第六条第二款第（九）项.
// Errors: ErrUnreadable, ErrUnknown, ErrNoArticle, ErrVersion.
func (r *Register) Parse(written string) (Citation, error) {
	return r.parse(normalise(written), -1)
}

// ParseIn is Parse for text that has just named a law, so that 第二十四条 and 本法第二十四条 are understood.
func (r *Register) ParseIn(slug, written string) (Citation, error) {
	i, ok := r.slugs[slug]
	if !ok {
		return Citation{}, ErrUnknown
	}
	return r.parse(normalise(written), i)
}

func (r *Register) parse(s []rune, context int) (Citation, error) {
	cited, err := r.list(s, context, false)
	if err != nil {
		return Citation{}, err
	}
	if len(cited) != 1 {
		return Citation{}, ErrUnreadable
	}
	return cited[0], nil
}

// ParseProvision parses a provision without its law, such as 第二十三条第二款 or 23条; the citation names no law.
func ParseProvision(written string) (Citation, bool) {
	l := lister{reader: reader{bare(normalise(written))}}
	cited, err := l.articles(Law{}, false)
	if err != nil || len(cited) != 1 || len(l.rest) > 0 {
		return Citation{}, false
	}
	return cited[0], true
}

// Leading returns the law whose name a text begins with, and how many bytes the name takes including the characters around
// it; "", 0 when the text begins with no law's name.
func (r *Register) Leading(written string) (slug string, width int) {
	normal, at := normaliseAt(written)
	i, n := r.longest(normal)
	switch {
	case n == 0:
		return "", 0
	case n == len(normal):
		return r.laws[i].Slug, len(written)
	}
	return r.laws[i].Slug, at[n]
}

// longest finds the longest name of a law that s begins with.
func (r *Register) longest(s []rune) (law, width int) {
	if len(s) == 0 {
		return -1, 0
	}
	for width = min(len(s), r.widths[s[0]]); width > 0; width-- {
		if i, ok := r.names[string(s[:width])]; ok {
			return i, width
		}
	}
	return -1, 0
}

// itself are the words by which a text refers to its own law, each with the title ending it may be used for.
var itself = []struct{ word, ending string }{
	{"本法", "法"}, {"本法", "法典"}, {"本条例", "条例"}, {"本规定", "规定"}, {"本解释", "解释"}, {"本办法", "办法"},
	{"该法", "法"}, {"该法", "法典"}, {"该条例", "条例"}, {"该规定", "规定"}, {"该解释", "解释"}, {"该办法", "办法"},
	{"同法", "法"}, {"同法", "法典"}, {"同条例", "条例"},
}

// called returns how many runes of s refer to the law l as 本法 and the like; 0 when s does not, or the type differs (本条例
// for a 法).
func (l Law) called(s []rune) int {
	title := NormaliseName(l.Title)
	if i := strings.LastIndexByte(title, '('); i > 0 && strings.HasSuffix(title, ")") {
		title = title[:i]
	}
	for _, own := range itself {
		if strings.HasSuffix(title, own.ending) && strings.HasPrefix(string(s), own.word) {
			return len([]rune(own.word))
		}
	}
	return 0
}

// note parses what may follow a law's name in brackets: its document number, its short name, or the date of its version.
func (r *Register) note(s []rune, l Law) (width int, err error) {
	if len(s) == 0 || s[0] != '(' {
		return 0, nil
	}
	width = bracketed(s)
	if width == 0 {
		return 0, ErrUnreadable
	}
	inner := string(s[1 : width-1])
	for _, word := range []string{"以下简称", "下称", "简称", "以下称", "为", ":"} {
		inner = strings.TrimPrefix(inner, word)
	}
	if i, ok := r.names[inner]; ok && r.laws[i].Slug == l.Slug || l.called([]rune(inner)) == len([]rune(inner)) && inner != "" {
		return width, nil
	}
	if !l.madeIn(inner) {
		return 0, ErrVersion
	}
	return width, nil
}

// madeIn reports whether a note names the version in force: 2015, 2025年修订, 2026年1月1日起施行.
func (l Law) madeIn(note string) bool {
	day := l.Issued
	if l.Revised != "" {
		day = l.Revised
	}
	note = strings.TrimPrefix(note, "自")
	for _, word := range []string{"起施行", "施行", "实施", "生效"} {
		if cut, of := strings.CutSuffix(note, word); of {
			note, day = cut, l.Effective
			break
		}
	}
	for _, word := range []string{"版", "本", "修订", "修正", "公布", "通过", "发布"} {
		note = strings.TrimSuffix(note, word)
	}
	year := strings.TrimSuffix(note, "年")
	if year == day[:4] || note == day {
		return true
	}
	return note == spokenDay(day)
}

// spokenDay writes 2016-03-01 as 2016年3月1日.
func spokenDay(day string) string {
	return day[:4] + "年" + strings.TrimPrefix(day[5:7], "0") + "月" + strings.TrimPrefix(day[8:], "0") + "日"
}

// bracketed is the length of the bracketed text that s begins with, nested brackets included; 0 when it is never closed.
func bracketed(s []rune) int {
	depth := 0
	for i, r := range s {
		switch r {
		case '(':
			depth++
		case ')':
			depth--
		}
		if depth == 0 {
			return i + 1
		}
	}
	return 0
}

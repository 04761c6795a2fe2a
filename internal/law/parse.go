package law

import (
	"strings"
	"unicode"

	"pugongying/internal/fault"
)

// Parse reads one citation in any form people write: 《反家庭暴力法》第二十三条第二款, 民法典1079条, 刑法260条之一,
// 法释〔2022〕17号第六条第二款第（九）项. ErrUnreadable, ErrUnknown, ErrNoArticle or ErrVersion says what is wrong.
func (r *Register) Parse(written string) (Citation, error) {
	return r.parse(fold(written), -1)
}

// ParseIn is Parse for text that has just named a law, so that 第二十四条 alone is understood.
func (r *Register) ParseIn(slug, written string) (Citation, error) {
	i, ok := r.slugs[slug]
	if !ok {
		return Citation{}, ErrUnknown
	}
	return r.parse(fold(written), i)
}

func (r *Register) parse(s []rune, implied int) (Citation, error) {
	i, width := r.longest(s)
	if width == 0 {
		i = implied
	}
	c, taken := provision(s[width:])
	if i < 0 {
		if taken == 0 && !strings.ContainsRune(string(s), '条') {
			return Citation{}, ErrUnreadable
		}
		return Citation{}, ErrUnknown
	}
	l := r.laws[i]
	if width > 0 {
		note, err := r.note(s[width:], l)
		if err != nil {
			return Citation{}, err
		}
		width += note
		c, taken = provision(s[width:])
	}
	if taken == 0 || width+taken != len(s) {
		return Citation{}, ErrUnreadable
	}
	c.Law = l.Slug
	if !l.has(c) {
		return Citation{}, ErrNoArticle.At(fault.Field{Location: "citation", Message: l.span()})
	}
	return c, nil
}

// longest finds the longest name of a law that s begins with.
func (r *Register) longest(s []rune) (law, width int) {
	for width = min(len(s), r.longer); width > 0; width-- {
		if i, ok := r.names[string(s[:width])]; ok {
			return i, width
		}
	}
	return -1, 0
}

// note reads what may stand in brackets behind a law's name: its document number, or the year of its version.
func (r *Register) note(s []rune, l Law) (width int, err error) {
	if len(s) == 0 || s[0] != '(' {
		return 0, nil
	}
	width = bracketed(s)
	if width == 0 {
		return 0, ErrUnreadable
	}
	inner := string(s[1 : width-1])
	if i, ok := r.names[inner]; ok && r.laws[i].Slug == l.Slug {
		return width, nil
	}
	for _, word := range []string{"修订", "修正", "公布", "版", "年"} {
		inner = strings.TrimSuffix(inner, word)
	}
	version := l.Issued
	if l.Revised != "" {
		version = l.Revised
	}
	if inner != version[:4] {
		return 0, ErrVersion
	}
	return width, nil
}

// bracketed is the length of the bracket that s begins with, its own brackets inside it; 0 when it never closes.
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

// provision reads 第X条[之Y][第Z款][第（W）项] and says how many runes it takes; 0 when it is none.
func provision(s []rune) (Citation, int) {
	in := reader{rest: s}
	var c Citation
	in.skip('第')
	c.Article = in.number()
	if in.skip('之') { // 第260之一条 is written too
		c.Sub = in.number()
		in.want('条')
	} else {
		in.want('条')
		if in.skip('之') {
			c.Sub = in.number()
		}
	}
	c.Paragraph = in.part('款')
	c.Item = in.part('项')
	if in.failed {
		return Citation{}, 0
	}
	return c, len(s) - len(in.rest)
}

// reader walks folded text; after the first disappointment it stays failed.
type reader struct {
	rest   []rune
	failed bool
}

func (in *reader) skip(r rune) bool {
	if len(in.rest) == 0 || in.rest[0] != r {
		return false
	}
	in.rest = in.rest[1:]
	return true
}

func (in *reader) want(r rune) {
	if !in.skip(r) {
		in.failed = true
	}
}

func (in *reader) number() int {
	n, width := number(in.rest)
	in.rest = in.rest[width:]
	if n == 0 {
		in.failed = true
	}
	return n
}

// part reads 第X款 or 第（X）项 when it stands here; otherwise it takes nothing.
func (in *reader) part(unit rune) int {
	try := reader{rest: in.rest}
	try.skip('第')
	bracket := try.skip('(')
	n := try.number()
	if bracket {
		try.want(')')
	}
	try.want(unit)
	if try.failed {
		return 0
	}
	in.rest = try.rest
	return n
}

// fold makes spellings that differ only in width, brackets, blanks, book marks or 中华人民共和国 the same.
func fold(s string) []rune {
	folded := make([]rune, 0, len(s)/3+1)
	for _, r := range s {
		switch {
		case unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune("《》〈〉“”*", r):
			continue
		case r >= '！' && r <= '～': // the full-width copies of ASCII
			r -= '！' - '!'
		case r == '〇' || r == '○':
			r = '零'
		}
		switch r {
		case '[', '〔', '【', '﹝':
			r = '('
		case ']', '〕', '】', '﹞':
			r = ')'
		}
		folded = append(folded, unicode.ToLower(r))
	}
	return []rune(strings.ReplaceAll(string(folded), "中华人民共和国", ""))
}

package law

import (
	"strings"

	"pugongying/internal/fault"
)

// maxList is how many citations one list may contain, with its ranges expanded.
const maxList = 100

// ErrRange refuses a descending range (第二十六条至第二十三条) and a list of more than 100 provisions.
var ErrRange = fault.New(fault.Invalid, "law.citation_range", "“第几条至第几条”要从小写到大，一次最多写 100 条。")

// ParseAll parses a list of citations: 反家庭暴力法第二十三条第二款、第二十四条, 民法典第1079条第一款和第三款, 第（一）项至第（三）项, 刑法第二百三十二条至第二百三十六条 (which
// includes 第二百三十四条之一), 反家暴法23. Provisions belong to the law named last. Errors are those of Parse, and ErrRange.
func (r *Register) ParseAll(written string) ([]Citation, error) {
	return r.list(bare(normalise(written)), -1, true)
}

// ParseAllIn is ParseAll for text that has just named a law.
func (r *Register) ParseAllIn(slug, written string) ([]Citation, error) {
	i, ok := r.slugs[slug]
	if !ok {
		return nil, ErrUnknown
	}
	return r.list(bare(normalise(written)), i, true)
}

// bare removes the punctuation after a list and the brackets around it.
func bare(s []rune) []rune {
	for len(s) > 0 && strings.ContainsRune("。.;,", s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	if len(s) > 0 && s[0] == '(' && bracketed(s) == len(s) {
		return s[1 : len(s)-1]
	}
	return s
}

// list parses all of s. If loose is set, a bare number after a law's name is an article: 反家暴法23.
func (r *Register) list(s []rune, context int, loose bool) ([]Citation, error) {
	l := lister{register: r, reader: reader{rest: s}, context: context, law: context, loose: loose}
	var cited []Citation
	for first := true; first || len(l.rest) > 0; first = false {
		if !first && !l.joined() {
			return nil, ErrUnreadable
		}
		part, err := l.segment()
		if err != nil {
			return nil, err
		}
		if cited = append(cited, part...); len(cited) > maxList {
			return nil, ErrRange
		}
	}
	return cited, nil
}

// lister parses the segments of a list one after another; a segment is an optional law's name and provisions of that law.
type lister struct {
	reader
	register *Register
	context  int      // index of the law that 本法 means, -1 for none
	law      int      // index of the law named last, -1 for none
	loose    bool     // a bare number after a law's name is an article
	running  bool     // running text: what may not be a citation is skipped
	last     Citation // the last citation that was parsed
}

// joined consumes the separator between two segments; none is needed before a law's name or a new article.
func (l *lister) joined() bool {
	took := false
	for l.word("以及", "还有", "或者", "、", ",", ";", "和", "与", "及", "或", "跟", "并", "&", "+", "/", "·") {
		took = true
	}
	if took {
		return true
	}
	if _, width := l.register.longest(l.rest); width > 0 {
		return true
	}
	next := l.reader
	return next.starts("第") && next.series(form{unit: '条'}) != nil
}

// segment parses one segment.
func (l *lister) segment() ([]Citation, error) {
	named, err := l.name()
	if err != nil {
		return nil, err
	}
	if l.law < 0 {
		return nil, l.nameless()
	}
	of := l.register.laws[l.law]
	cited, err := l.provisions(of, named)
	if err != nil {
		return nil, err
	}
	for _, c := range cited {
		if !of.has(c) {
			return nil, ErrNoArticle.At(fault.Field{Location: "citation", Message: of.span()})
		}
	}
	l.last = cited[len(cited)-1]
	return cited, nil
}

// name parses the name of a law with the note after it, or 本法; false when there is neither.
func (l *lister) name() (bool, error) {
	i, width := l.register.longest(l.rest)
	if width == 0 {
		if i, width = l.itself(); width == 0 {
			return false, nil
		}
	}
	l.law, l.rest = i, l.rest[width:]
	width, err := l.register.note(l.rest, l.register.laws[i])
	if err != nil {
		return false, err
	}
	l.rest = l.rest[width:]
	if !l.word("中的", "里的", "的", "中", "里") && !l.running {
		l.word(":", ",", "、", "·", "-")
	}
	return true, nil
}

// itself resolves 本法 to the law of the context, and 该法 and 同法 to the law named last.
func (l *lister) itself() (law, width int) {
	law = l.law
	if l.starts("本") {
		law = l.context
	}
	if law < 0 {
		return -1, 0
	}
	return law, l.register.laws[law].called(l.rest)
}

// nameless returns the error for a provision without a law.
func (l *lister) nameless() error {
	if strings.ContainsRune(string(l.rest), '条') {
		return ErrUnknown
	}
	return ErrUnreadable
}

// provisions parses what follows a law's name, or continues from the previous segment: 第二十四条, 第三款, 第（二）项, 之二.
func (l *lister) provisions(of Law, named bool) ([]Citation, error) {
	if cited, err := l.articles(of, named); cited != nil || err != nil {
		return cited, err
	}
	if !named && l.last.Article > 0 {
		if cited, err := l.onward(l.last); cited != nil || err != nil {
			return cited, err
		}
	}
	if _, width := number(l.rest); named || width > 0 || l.starts("第") || l.starts("(") || l.starts("之") {
		return nil, ErrUnreadable
	}
	return nil, l.nameless()
}

func (l *lister) articles(of Law, named bool) ([]Citation, error) {
	found := l.series(form{unit: '条', loose: l.loose && named, running: l.running && !named})
	cited, err := counted(found, of.inserted(), func(m ordinal) Citation {
		return Citation{Law: of.Slug, Article: m.n, Sub: m.sub}
	})
	if cited == nil || ends(found) {
		return cited, err
	}
	last := len(cited) - 1
	deeper, err := l.paragraphs(cited[last])
	if deeper == nil && err == nil {
		deeper, err = l.items(cited[last])
	}
	if deeper == nil {
		return cited, err
	}
	return append(cited[:last], deeper...), err
}

// paragraphs parses 款 of an article, and 项 of the last of them; nil when there are none.
func (l *lister) paragraphs(on Citation) ([]Citation, error) {
	found := l.series(form{unit: '款', running: l.running})
	cited, err := counted(found, nil, func(m ordinal) Citation {
		c := on
		c.Paragraph = m.n
		return c
	})
	if cited == nil || ends(found) {
		return cited, err
	}
	last := len(cited) - 1
	deeper, err := l.items(cited[last])
	if deeper == nil {
		return cited, err
	}
	return append(cited[:last], deeper...), err
}

// items parses 项; nil when there are none.
func (l *lister) items(on Citation) ([]Citation, error) {
	return counted(l.series(form{unit: '项', running: l.running}), nil, func(m ordinal) Citation {
		c := on
		c.Item = m.n
		return c
	})
}

// onward continues below the article of the last citation, at the level (款 or 项) that citation has.
func (l *lister) onward(last Citation) ([]Citation, error) {
	if last.Sub > 0 && last.Paragraph == 0 && last.Item == 0 {
		if last.Sub = l.inserted(); last.Sub > 0 {
			return []Citation{last}, nil
		}
		return nil, nil
	}
	if last.Item > 0 {
		last.Item = 0
		if cited, err := l.items(last); cited != nil || err != nil {
			return cited, err
		}
	}
	if last.Paragraph > 0 {
		last.Paragraph = 0
		return l.paragraphs(last)
	}
	return nil, nil
}

// counted expands a series to citations; nil for an empty series.
func counted(series []stretch, inserted []ordinal, cite func(ordinal) Citation) ([]Citation, error) {
	if series == nil {
		return nil, nil
	}
	highlights := spread(series, inserted)
	if len(highlights) == 0 || len(highlights) > maxList {
		return nil, ErrRange
	}
	cited := make([]Citation, len(highlights))
	for i, m := range highlights {
		cited[i] = cite(m)
	}
	return cited, nil
}

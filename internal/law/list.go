package law

import (
	"strings"

	"pugongying/internal/fault"
)

// maxList is how many citations one list may name, its ranges counted out.
const maxList = 100

// ErrRange refuses 第二十六条至第二十三条 and a list that names more than 100 provisions.
var ErrRange = fault.New(fault.Invalid, "law.citation_range", "“第几条至第几条”要从小写到大，一次最多写 100 条。")

// ParseAll reads a list of citations: 反家庭暴力法第二十三条第二款、第二十四条, 民法典第1079条第一款和第三款,
// 第（一）项至第（三）项, 刑法第二百三十二条至第二百三十六条（第二百三十四条之一 with them), 反家暴法23. What follows the law's
// name keeps to it until the next name. It refuses as Parse does, and with ErrRange.
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

// bare takes off the full stop behind a list and the bracket around it.
func bare(s []rune) []rune {
	for len(s) > 0 && strings.ContainsRune("。.;,", s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	if len(s) > 0 && s[0] == '(' && bracketed(s) == len(s) {
		return s[1 : len(s)-1]
	}
	return s
}

// list reads all of s. A loose one takes 反家暴法23 for an article too.
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

// lister reads one segment of a list after another: a law's name or none, then provisions of it.
type lister struct {
	reader
	register *Register
	context  int      // place of the law that 本法 means, -1 for none
	law      int      // place of the law named last, -1 for none
	loose    bool     // a number behind a law's name is an article
	running  bool     // in running text: what may be no citation is none
	last     Citation // that was read
}

// joined takes what stands between two segments; before a name or a new article nothing need stand.
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

// segment reads one segment.
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

// name takes the name of a law with the note behind it, or 本法; false when neither stands here.
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

// itself reads 本法 as the law of the context, 该法 and 同法 as the one named last.
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

// nameless says what is wrong where no law was named.
func (l *lister) nameless() error {
	if strings.ContainsRune(string(l.rest), '条') {
		return ErrUnknown
	}
	return ErrUnreadable
}

// provisions reads what stands behind a name, or goes on where the segment before ended: 第二十四条, 第三款, 第（二）项, 之二.
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

// paragraphs reads 款 of an article, and 项 of the last of them; nil where none stand.
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

// items reads 项; nil where none stand.
func (l *lister) items(on Citation) ([]Citation, error) {
	return counted(l.series(form{unit: '项', running: l.running}), nil, func(m ordinal) Citation {
		c := on
		c.Item = m.n
		return c
	})
}

// onward goes on below the article of the citation read last, at a level that it has.
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

// counted makes citations of a series; nil of none.
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

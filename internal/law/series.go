package law

import "slices"

// reader is a cursor over normalised text. Input that does not match is not consumed.
type reader struct{ rest []rune }

func (in *reader) skip(r rune) bool {
	if len(in.rest) == 0 || in.rest[0] != r {
		return false
	}
	in.rest = in.rest[1:]
	return true
}

// word consumes the first of the words that the text begins with.
func (in *reader) word(words ...string) bool {
	for _, word := range words {
		w := []rune(word)
		if len(w) <= len(in.rest) && slices.Equal(in.rest[:len(w)], w) {
			in.rest = in.rest[len(w):]
			return true
		}
	}
	return false
}

func (in *reader) number() (int, bool) {
	n, width := number(in.rest)
	in.rest = in.rest[width:]
	return n, n > 0
}

func (in *reader) starts(word string) bool {
	try := *in
	return try.word(word)
}

// inserted consumes 之一.
func (in *reader) inserted() int {
	try := *in
	if !try.skip('之') {
		return 0
	}
	n, ok := try.number()
	if !ok {
		return 0
	}
	*in = try
	return n
}

// until consumes the separator of a range: 至, 到, -, ~.
func (in *reader) until() bool {
	took := false
	for in.word("至", "到", "-", "~") {
		took = true
	}
	return took
}

// ordinal is one number of a series; only article numbers have a sub.
type ordinal struct{ n, sub int }

// stretch is one number, or a range with both ends included.
type stretch struct {
	from, to ordinal
	ranged   bool
}

// form says how a series is parsed.
type form struct {
	unit    rune
	loose   bool // the unit may be missing after the last number
	running bool // the series begins with 第 or a bracket
}

func (f form) article() bool { return f.unit == '条' }

// series parses numbers that share a unit: 第二十三条, 第23、24条, 第（一）（三）项, 第二十三至二十六条, 第一款至第三款.
func (in *reader) series(f form) (found []stretch) {
	if f.running && !in.starts("第") && (f.article() || !in.starts("(")) {
		return nil
	}
	try, end := *in, *in
	for {
		s, closed, ok := try.stretch(f)
		if !ok {
			break
		}
		found, end = append(found, s), try
		if closed {
			*in = end
			return found
		}
		if !try.word("以及", "、", ",", "和", "与", "及", "或") && !try.starts("(") {
			break
		}
	}
	if !f.loose {
		return nil
	}
	*in = end
	return found
}

// stretch parses one number or a range and reports whether the unit followed it.
func (in *reader) stretch(f form) (s stretch, closed, ok bool) {
	s.from, closed, ok = in.ordinal(f)
	s.to = s.from
	try := *in
	if !ok || !try.until() {
		return s, closed, ok
	}
	if sub := try.inserted(); f.article() && sub > 0 {
		s.to.sub, s.ranged, *in = sub, true, try
		return s, closed, true
	}
	to, shut, taken := try.ordinal(f)
	if taken && (shut || !closed) {
		s.to, s.ranged, closed, *in = to, true, shut, try
	}
	return s, closed, true
}

// ordinal parses one number, with or without brackets, and its unit if the unit follows.
func (in *reader) ordinal(f form) (m ordinal, closed, ok bool) {
	try := *in
	try.skip('第')
	bracket := !f.article() && try.skip('(')
	if m.n, ok = try.number(); !ok || bracket && !try.skip(')') {
		return ordinal{}, false, false
	}
	if f.article() {
		m.sub = try.inserted() // 第260之一条 is also written
	}
	closed = try.skip(f.unit)
	if f.article() && closed && m.sub == 0 {
		m.sub = try.inserted()
	}
	*in = try
	return m, closed, true
}

// ends reports whether the series ends in a range; no deeper level may follow a range.
func ends(s []stretch) bool { return len(s) > 0 && s[len(s)-1].ranged }

// spread expands a series, including the inserted articles (之一) within a range; nil when a range descends or is longer
// than a list may be.
func spread(series []stretch, inserted []ordinal) []ordinal {
	var highlights []ordinal
	for _, s := range series {
		if !s.ranged {
			highlights = append(highlights, s.from)
			continue
		}
		if !s.from.before(s.to) || s.to.n-s.from.n >= maxList {
			return nil
		}
		highlights = append(highlights, s.from)
		between := func(m ordinal) {
			if s.from.before(m) && m.before(s.to) {
				highlights = append(highlights, m)
			}
		}
		for n := s.from.n; n <= s.to.n; n++ {
			between(ordinal{n: n})
			for _, m := range inserted {
				if m.n == n {
					between(m)
				}
			}
		}
		highlights = append(highlights, s.to)
	}
	return highlights
}

func (m ordinal) before(other ordinal) bool {
	return m.n < other.n || m.n == other.n && m.sub < other.sub
}

func (l Law) inserted() []ordinal {
	highlights := make([]ordinal, 0, len(l.Inserted))
	for _, number := range l.Inserted {
		if n, sub, ok := CutNumber(number); ok {
			highlights = append(highlights, ordinal{n, sub})
		}
	}
	return highlights
}

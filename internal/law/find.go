package law

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Found is a citation in running text and the bytes it stands at. The citations of a range share theirs.
type Found struct {
	Citation
	Start, End int
}

// FindIn finds the citations in running text, each behind the name of its law or in a list that begins with one, in
// their order. It guesses nothing: a provision without a law, of a law that is not in the register (德国民法典, 旧刑法), of
// another version or past the last article is not found.
func (r *Register) FindIn(text string) []Found { return r.finding(text, -1) }

// FindWithin is FindIn for a text of a law, in which 本法 is that law; an unknown slug is none.
func (r *Register) FindWithin(slug, text string) []Found {
	i, ok := r.slugs[slug]
	if !ok {
		i = -1
	}
	return r.finding(text, i)
}

func (r *Register) finding(text string, context int) []Found {
	f := finder{text: text}
	f.runes, f.at = normaliseAt(text)
	for i := 0; i < len(f.runes); {
		var found []Found
		i, found = f.from(i, lister{register: r, context: context, law: context, running: true})
		f.found = append(f.found, found...)
	}
	return f.found
}

type finder struct {
	text  string
	runes []rune
	at    []int // the byte each rune began at
	found []Found
}

// from reads the list that begins at rune i, and says where to look on.
func (f *finder) from(i int, l lister) (next int, found []Found) {
	l.rest = f.runes[i:]
	if _, width := l.register.longest(l.rest); width > 0 {
		next = i + width
	} else if _, width = l.itself(); width > 0 {
		next = i + width
	} else {
		return i + 1, nil
	}
	if f.foreign(i) {
		return next, nil
	}
	for start := i; ; {
		part, err := l.segment()
		end := len(f.runes) - len(l.rest)
		if err != nil || f.word(end) {
			return next, found
		}
		first, last := f.span(start, end)
		for _, c := range part {
			found = append(found, Found{Citation: c, Start: first, End: last})
		}
		next = end
		if !l.joined() {
			return next, found
		}
		start = len(f.runes) - len(l.rest)
	}
}

// span is the bytes of the runes from start to end, with what folding left out before a name: 《中华人民共和国.
func (f *finder) span(start, end int) (first, last int) {
	if start > 0 {
		first = f.after(start - 1)
	}
	if highlight := strings.IndexAny(f.text[first:f.at[start]], "《“中"); highlight >= 0 {
		first += highlight
	} else {
		first = f.at[start]
	}
	return first, f.after(end - 1)
}

// after is the byte behind a normalised rune.
func (f *finder) after(i int) int {
	_, size := utf8.DecodeRuneInString(f.text[f.at[i]:])
	return f.at[i] + size
}

// elsewhere are words before a law's name that make it another law.
var elsewhere = []string{"德国", "法国", "日本", "瑞士", "意大利", "俄罗斯", "美国", "英国", "苏俄", "台湾", "香港", "澳门", "旧", "原"}

// foreign says whether the name at rune i is only the end of another law's name, or another law's own.
func (f *finder) foreign(i int) bool {
	before := strings.TrimRightFunc(f.text[:f.at[i]], unicode.IsSpace)
	before = strings.TrimSuffix(before, string(country))
	if highlight := strings.LastIndexAny(before, "《》〈〉"); highlight >= 0 {
		if open := before[highlight:]; strings.HasPrefix(open, "《") && open != "《" || strings.HasPrefix(open, "〈") && open != "〈" {
			return true
		}
	}
	before = strings.TrimRight(before, "《〈“")
	for _, word := range elsewhere {
		if strings.HasSuffix(before, word) {
			return true
		}
	}
	return false
}

// word says whether the 条 before rune end is the beginning of a word: 第二十三条例.
func (f *finder) word(end int) bool {
	return end < len(f.runes) && f.runes[end-1] == '条' && strings.ContainsRune("例件约款", f.runes[end])
}

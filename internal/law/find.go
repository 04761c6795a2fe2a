package law

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Found is a citation in running text and its byte range. All citations of one range share the same bytes.
type Found struct {
	Citation
	Start, End int
}

// FindIn finds the citations in running text, in their order; each must follow the name of its law or be in a list that
// begins with one. It does not guess: it skips a provision without a law, a law that is not in the register (德国民法典, 旧刑法),
// another version of a law, and an article past the last one.
func (r *Register) FindIn(text string) []Found { return r.finding(text, -1) }

// FindWithin is FindIn for the text of a law, in which 本法 means that law; an unknown slug means no such law.
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
	at    []int // the byte offset of each normalised rune
	found []Found
}

// from reads the list that begins at rune i and returns the rune from which to continue searching.
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

// span returns the bytes of the runes from start to end, including what normalisation removed before a name: 《中华人民共和国.
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

// after is the byte offset just after a normalised rune.
func (f *finder) after(i int) int {
	_, size := utf8.DecodeRuneInString(f.text[f.at[i]:])
	return f.at[i] + size
}

// elsewhere lists prefixes that make a law's name the name of another law.
var elsewhere = []string{"德国", "法国", "日本", "瑞士", "意大利", "俄罗斯", "美国", "英国", "苏俄", "台湾", "香港", "澳门", "旧", "原"}

// foreign reports whether the name at rune i is only the end of another law's name, or belongs to a foreign or former law.
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

// word reports whether the 条 before rune end is the beginning of a longer word: 第二十三条例.
func (f *finder) word(end int) bool {
	return end < len(f.runes) && f.runes[end-1] == '条' && strings.ContainsRune("例件约款", f.runes[end])
}

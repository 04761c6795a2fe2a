package lawimport

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	articleHeading = regexp.MustCompile(`^(?:\*\*)?[\s\p{Z}]*第[\s\p{Z}]*((?:[^\s\p{Z}第条款项，。、（）()《》“”][\s\p{Z}]?){1,14})[\s\p{Z}]*条(?:之([一二三四五六七八九十]{1,3}|[0-9]{1,2}))?(?:\*\*[\s\p{Z}]*|[\s\p{Z}]+|$)(.*)$`)
	subItemHeading = regexp.MustCompile(`^(?:[0-9０-９]{1,2}[．.、]|[（(][0-9０-９]{1,2}[）)])`)
	partHeading    = regexp.MustCompile(`^(第[零〇一二三四五六七八九十百0-9]{1,6}(?:分编|编|篇|部分|章|节))(?:[\s\p{Z}]+(.*))?$`)
	partNumber     = regexp.MustCompile(`^第[零〇一二三四五六七八九十百0-9]{1,6}(?:分编|编|篇|部分|章|节)`)
	annexHeading   = regexp.MustCompile(`^(?:附件|附录|附表|附图|附则附件|修正案)[一二三四五六七八九十0-9１-９]*(?:[：:\s\p{Z}].*)?$|^附[：:].*$`)
	amendments     = regexp.MustCompile(`^(?:修正案|中华人民共和国.{1,12}修正案)`)
	markup         = regexp.MustCompile(`<[a-zA-Z/][^<>]*>|!\[[^\]]*\]\([^)]*\)`)
	linked         = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
)

// ranks order the headings; a heading without a number counts as a chapter.
var ranks = map[string]int{"编": 1, "篇": 1, "部分": 1, "分编": 2, "章": 3, "节": 4}

const chapterRank = 3

// clean removes the markup from a line.
func clean(line string) string {
	if strings.ContainsAny(line, "<&[*\\`") {
		line = markup.ReplaceAllString(line, "")
		line = linked.ReplaceAllString(line, "$1")
		line = strings.NewReplacer("&nbsp;", " ", "&emsp;", " ", "&ensp;", " ", "**", "", "*", "", `\`, "", "`", "").Replace(line)
	}
	return strings.TrimFunc(line, blank)
}

func blank(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) }

// matchArticle parses the beginning of an article; nil when the line is not one. The regular expression is slow, so lines
// that begin otherwise are excluded first.
func matchArticle(line string) []string {
	if !strings.HasPrefix(strings.TrimLeftFunc(strings.TrimPrefix(line, "**"), unicode.IsSpace), "第") {
		return nil
	}
	return articleHeading.FindStringSubmatch(line)
}

// isAnnex reports whether a line begins an annex.
func isAnnex(line string) bool {
	return (strings.HasPrefix(line, "附") || strings.HasPrefix(line, "修正案")) && annexHeading.MatchString(line)
}

// isSubItem reports whether a line begins with the number of a sub-item (目) of an item.
func isSubItem(line string) bool {
	first, _ := utf8.DecodeRuneInString(line)
	return !unicode.Is(unicode.Han, first) && subItemHeading.MatchString(line)
}

// heading returns the depth and the words of a Markdown heading (#); depth 0 when the line is none.
func heading(line string) (depth int, words string) {
	rest := strings.TrimLeft(line, "#")
	depth = len(line) - len(rest)
	if depth == 0 || depth > 6 || rest == "" || !strings.HasPrefix(rest, " ") && !strings.HasPrefix(rest, "\t") {
		return 0, ""
	}
	return depth, clean(rest)
}

// partOf parses a heading's words: 第四章 人身安全保护令, with exactly one blank after the number.
func partOf(words string) (title string, rank int) {
	m := partHeading.FindStringSubmatch(partNumber.ReplaceAllString(words, "$0 "))
	if m == nil {
		return squeeze(words), chapterRank
	}
	for _, unit := range []string{"分编", "部分", "编", "篇", "章", "节"} {
		if strings.HasSuffix(m[1], unit) {
			rank = ranks[unit]
			break
		}
	}
	return strings.TrimSpace(m[1] + " " + squeeze(m[2])), rank
}

// squeeze removes the blanks that space out words such as 总　则.
func squeeze(words string) string {
	return strings.Join(strings.FieldsFunc(words, blank), "")
}

// bareHeading reports whether a line without # is a structural heading.
func bareHeading(line string) bool {
	return strings.HasPrefix(line, "第") && utf8.RuneCountInString(line) <= 40 && partHeading.MatchString(line) && !strings.ContainsAny(line, "。；，")
}

// bareName reports whether a paragraph can be a heading without its number: short, and not a sentence.
func bareName(line string) bool {
	return utf8.RuneCountInString(line) <= 25 && !strings.ContainsAny(line, "。；，：、！？”）)．.…")
}

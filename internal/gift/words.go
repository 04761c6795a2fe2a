package gift

import (
	"html"
	"regexp"
	"strings"
)

var (
	styled = regexp.MustCompile(`^\[(html|moodle|plain|markdown)\]`)
	breaks = regexp.MustCompile(`(?i)<br\s*/?>|</(p|div|li)>`)
	tags   = regexp.MustCompile(`<[^>]*>`)

	// elements are the tags that Moodle understands in a text without a style; anything else in angle brackets is words.
	elements   = regexp.MustCompile(`(?i)</?(?:a|b|i|u|s|em|strong|small|mark|p|br|hr|div|span|font|sub|sup|ul|ol|li|table|tr|td|th|tbody|thead|h[1-6]|img|video|audio|iframe)(?:\s+[a-z][a-z0-9-]*(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+))?)*\s*/?>`)
	pictures   = regexp.MustCompile(`(?i)<(?:img|video|audio|iframe|object|embed)\b|@@PLUGINFILE@@`)
	formatting = regexp.MustCompile(`(?i)<(?:b|i|u|s|em|strong|mark|sub|sup|font|table|h[1-6])\b`)
)

// Markdown as Moodle's editors write it.
var markdown = []struct {
	pattern *regexp.Regexp
	words   string
	picture bool
}{
	{regexp.MustCompile(`!\[([^\]]*)\]\([^)]*\)`), "", true},
	{regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`), "$1", false},
	{regexp.MustCompile(`\*\*(.+?)\*\*|__(.+?)__`), "$1$2", false},
	{regexp.MustCompile(`\*([^*\n]+)\*|\b_([^_\n]+)_\b`), "$1$2", false},
	{regexp.MustCompile("`([^`\n]+)`"), "$1", false},
	{regexp.MustCompile(`(?m)^#{1,6}\s+`), "", false},
	{regexp.MustCompile(`(?m)^>\s?`), "", false},
}

// words gives the words of a text, and its style: the one it names, else the given one. It notes on the question what words
// cannot carry.
func (q *Question) words(s, style string) (plain, named string) {
	s = strings.TrimSpace(s)
	if m := styled.FindStringSubmatch(s); m != nil {
		s, style = s[len(m[0]):], m[1]
	}
	s = unescape(s)
	switch style {
	case "plain":
	case "markdown":
		s = q.unmark(s)
	case "html":
		q.note(s)
		s = html.UnescapeString(tags.ReplaceAllString(breaks.ReplaceAllString(s, "\n"), ""))
	default:
		if elements.MatchString(s) || pictures.MatchString(s) {
			q.note(s)
			s = html.UnescapeString(elements.ReplaceAllString(breaks.ReplaceAllString(s, "\n"), ""))
		}
	}
	return strings.TrimSpace(s), style
}

func (q *Question) note(s string) {
	q.Pictures = q.Pictures || pictures.MatchString(s)
	q.Formatted = q.Formatted || formatting.MatchString(s)
}

// unmark removes Markdown's signs.
func (q *Question) unmark(s string) string {
	for _, m := range markdown {
		if !m.pattern.MatchString(s) {
			continue
		}
		q.Pictures, q.Formatted = q.Pictures || m.picture, q.Formatted || !m.picture
		s = m.pattern.ReplaceAllString(s, m.words)
	}
	q.note(s)
	return html.UnescapeString(elements.ReplaceAllString(breaks.ReplaceAllString(s, "\n"), ""))
}

package check

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"pugongying/internal/publish"
)

// onlooking finds words in titles, summaries, tags and addresses that tell somebody beside her what she reads.
func (r *run) onlooking() {
	for _, f := range r.text.fields {
		if f.role != shown {
			continue
		}
		word := r.onlookers.Find(f.text)
		if word == "" {
			continue
		}
		start := max(strings.Index(strings.ToLower(f.text), word), 0)
		end := start + len(word)
		if !strings.EqualFold(f.text[start:min(end, len(f.text))], word) {
			start, end = 0, len(f.text)
		}
		r.at(f, start, end, publish.Finding{
			Code: "title.telling", Severity: publish.Blocks, Sentence: fmt.Sprintf("旁边的人也看得到这里，不要出现“%s”。换一个平常的说法。", word),
		})
	}
}

// encoding finds bytes that are no text, characters that nobody sees, HTML, and tables pasted from Word.
func (r *run) encoding() {
	for _, f := range r.text.fields {
		broken := false
		for i := 0; i < len(f.text); {
			c, width := utf8.DecodeRuneInString(f.text[i:])
			if c == utf8.RuneError && width == 1 && !broken {
				broken = true
				r.at(f, i, i+1, publish.Finding{Code: "text.broken", Severity: publish.Blocks, Sentence: "这里有几个字坏了，读不出来。请重新打一遍。"})
			}
			i += width
		}
		for _, m := range invisible.FindAllStringIndex(f.text, mostOfOneKind) {
			r.hidden(f, m[0], m[1])
		}
		if m := tag.FindStringIndex(f.text); m != nil {
			r.at(f, m[0], m[1], publish.Finding{Code: "text.html", Severity: publish.Blocks, Sentence: "这里有网页的代码。这里只写字，请拿掉。"})
		}
		if m := table.FindStringIndex(f.text); m != nil {
			r.at(f, m[0], m[1], publish.Finding{
				Code: "text.table", Severity: publish.Asks, Sentence: "这里像是从 Word 里贴来的表格，手机上会乱。请改成一句一句的话，或者一条一条列出来。",
			})
		}
	}
}

// mostOfOneKind bounds how many findings of one kind a field gets: the author mends the first ones and sees the rest.
const mostOfOneKind = 20

var (
	invisible = regexp.MustCompile(`[\x{00ad}\x{180e}\x{200b}-\x{200f}\x{202a}-\x{202e}\x{2060}-\x{2069}\x{feff}\x{fff9}-\x{fffb}\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+`)
	tag       = regexp.MustCompile(`(?i)</?(?:[a-z][a-z0-9:]*)(?:\s[^<>]*)?/?>|<!--|javascript:`)
	table     = regexp.MustCompile(`(?:[^\t\n]*\t[^\t\n]*){2,}(?:\r?\n[^\t\n]*\t[^\n]*)+|(?m:^\|.*\|.*\|\s*$)`)
)

func (r *run) hidden(f field, start, end int) {
	before, width := utf8.DecodeLastRuneInString(f.text[:start])
	after, more := utf8.DecodeRuneInString(f.text[end:])
	found := publish.Finding{Code: "text.hidden", Severity: publish.Blocks, Sentence: "这里夹着看不见的字符。点一下就能拿掉。"}
	if width > 0 && more > 0 && !unicode.IsControl(before) && before != utf8.RuneError && after != utf8.RuneError {
		start, end, found.Mend = start-width, end+more, string(before)+string(after)
	}
	r.at(f, start, end, found)
}

var (
	link    = regexp.MustCompile(`(!?)\[([^\]\n]{0,200})\]\(([^()\s]{0,400})[^()\n]{0,200}\)`)
	address = regexp.MustCompile(`(?i)(?:https?://|www\.)[a-z0-9.\-]+[^\s，。；、）)”"]{0,300}`)
	vague   = regexp.MustCompile(`^(?:点这里|点击这里|这里|链接|点我|详情|更多|看这个|点击)$`)
	stories = regexp.MustCompile(`^/?(?:explainers|stories)/([a-z0-9-]+)$`)
)

// pointing finds links that lead nowhere or out of the house, and ids of what is not there. It asks no other host.
func (r *run) pointing() {
	for _, f := range r.text.fields {
		if f.role == citation {
			continue
		}
		for _, m := range link.FindAllStringSubmatchIndex(f.text, -1) {
			if m[2] == m[3] { // no picture
				r.pointer(f, span{m[0], m[1]}, f.text[m[4]:m[5]], f.text[m[6]:m[7]])
			}
		}
		for _, m := range address.FindAllStringIndex(f.text, mostOfOneKind) {
			r.at(f, m[0], m[1], publish.Finding{
				Code: "link.outside", Severity: publish.Blocks, Sentence: "这里有一个外面的网址。点出去会留下痕迹，请写出那个单位的名字。",
			})
		}
	}
	if r.Links == nil {
		return
	}
	for i, id := range r.text.questions {
		if !r.Links.Question(id) {
			r.whole(fmt.Sprintf("questions.%d", i), publish.Finding{Code: "link.question", Severity: publish.Asks, Sentence: "这道题还没有上线，或者已经撤下：" + id + "。"})
		}
	}
	if slug := r.text.explainer; slug != "" && !r.Links.Explainer(slug) {
		r.whole("explainer", publish.Finding{Code: "link.explainer", Severity: publish.Asks, Sentence: "这道题说的故事还没有上线，或者已经撤下。"})
	}
}

func (r *run) pointer(f field, at span, words, to string) {
	switch m := stories.FindStringSubmatch(to); {
	case m != nil && r.Links != nil && !r.Links.Explainer(m[1]):
		r.at(f, at.start, at.end, publish.Finding{Code: "link.explainer", Severity: publish.Blocks, Sentence: "没有这篇故事，或者已经撤下。", Mend: words})
	case m == nil && !address.MatchString(to):
		r.at(f, at.start, at.end, publish.Finding{Code: "link.broken", Severity: publish.Blocks, Sentence: "这个链接走不通，请拿掉链接，留下字。", Mend: words})
	case vague.MatchString(words):
		r.at(f, at.start, at.end, publish.Finding{Code: "access.link_words", Severity: publish.Asks, Sentence: "听的人只听到“" + words + "”，不知道通到哪里。请写出那是什么。"})
	}
}

// pictures finds pictures that are not there, have no description or that WeChat has not passed.
func (r *run) pictures() {
	for _, f := range r.text.fields {
		for _, m := range link.FindAllStringSubmatchIndex(f.text, -1) {
			if m[2] < m[3] {
				r.picture(f.text[m[4]:m[5]], f.text[m[6]:m[7]], func(found publish.Finding) { r.at(f, m[0], m[1], found) })
			}
		}
	}
	for _, p := range r.text.pictures {
		r.picture(p.words, p.id, func(found publish.Finding) { r.whole(p.field, found) })
	}
}

func (r *run) picture(words, id string, found func(publish.Finding)) {
	say := func(code string, severity publish.Severity, sentence string) {
		found(publish.Finding{Code: code, Severity: severity, Sentence: sentence})
	}
	if address.MatchString(id) {
		return // found as a link out of the house
	}
	if r.Pictures == nil {
		say("picture.unknown", publish.Asks, "这张图没有核对过，请人看一眼。")
		return
	}
	p, err := r.Pictures.Picture(r.ctx, id)
	switch {
	case err != nil:
		r.could(err)
	case !p.Known:
		say("picture.unknown", publish.Blocks, "素材里没有这张图，可能已经删掉了。")
	case !p.Described && strings.TrimSpace(words) == "":
		say("picture.no_description", publish.Blocks, "图上有什么，没有写。看不见的人听不到这张图。")
	case p.Safety == Risky:
		say("picture.risky", publish.Blocks, "微信认为这张图不合适，请换一张。")
	case p.Safety != Pass:
		say("picture.not_passed", publish.Asks, cmp.Or(p.Words, "微信还没有看完这张图，请人看一眼")+"。")
	}
}

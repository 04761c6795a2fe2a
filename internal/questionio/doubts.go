package questionio

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"pugongying/internal/quiz"
)

// Doubt is a place of a file that may mean something else than what was read. Nothing is imported until whoever sends the
// file confirms all of them.
type Doubt struct {
	Place string `json:"place"`
	Text  string `json:"text"` // what is unclear, and how it was understood
}

func (r *interpreter) ask(field, text string) {
	r.doubts = append(r.doubts, columns[field]+"："+text)
}

var (
	// given matches an answer in brackets or on a line of its own kind.
	given    = regexp.MustCompile(`[(\[【〔{「『<]\s*(?:(?:正确|参考)?答案\s*[:是为]?\s*)?([A-Ha-h](?:[A-Ha-h、,/和 ]*[A-Ha-h])?|[Xx√×✓✗✔✘])\s*[)\]】〕}」』>]|_{1,}\s*([A-Ha-h]{1,6}|[√×✓✗])\s*_{1,}`)
	answered = regexp.MustCompile(`(?:正确|参考|标准)?答案\s*[:是为]\s*\S{1,12}`)
	// judgedIn matches a verdict in brackets: the answer of a statement.
	judgedIn = regexp.MustCompile(`[(\[【〔{「『]\s*(对|错|正确|错误|不对|不正确|是|否|T|F|TRUE|FALSE|true|false|Y|N)\s*[)\]】〕}」』]`)
	inPairs  = regexp.MustCompile(`[(\[【〔「『]\s*([^()\[\]【】〔〕「」『』]{1,40}?)\s*[)\]】〕」』]|_{2,}\s*([^_]{1,40}?)\s*_{2,}`)
	ticks    = "√✓✔☑"

	// others are options that speak of the other ones.
	others = regexp.MustCompile(`^(?:以上|上述|前面|前述|以上选项|上面)(?:各项|选项|说法|内容|答案|几项|[二两三四五]项|情形|行为|做法)?(?:全部|全|都|均|皆)?(?:不|没有?)?(?:对|是|正确|属于|可以|错|错误|不是|不对|符合|包括|都对|都是)|^(?:全部|全|都|均|皆)(?:正确|对|是|不对|错|不是|可以)$|^[A-Ha-h](?:[、,和与及跟 ]*[A-Ha-h])+\s*(?:项|选项)?(?:都|均|皆|全|两项)|^[A-Ha-h]\s*[和与及、]\s*[A-Ha-h]$`)

	leading = regexp.MustCompile(`^(?:[(\[]\s*[0-9]{1,4}\s*[)\]]|第\s*[0-9]{1,4}\s*题|[0-9]{1,4}\s*(?:[、．)]|\.(?:[^0-9]|$)))`)
	named   = regexp.MustCompile(`^[【\[(]([^】\])]{2,8})[】\])]\s*`)
	letterA = regexp.MustCompile(`^[(（]?([A-HＡ-Ｈa-hａ-ｈ])\s*[)）.．、:：,，—-]?\s*(\S.*)$`)
)

// shown refuses a stem that shows its answer.
func (r *interpreter) shown() {
	for _, answer := range []*regexp.Regexp{given, answered} {
		if found := matched(r.q.Stem, answer); found != "" {
			r.show(found)
			return
		}
	}
	if i := strings.IndexAny(r.q.Stem, ticks); i >= 0 {
		r.show(string([]rune(r.q.Stem[i:])[0]))
		return
	}
	r.verdictShown()
}

// matched is what a pattern for narrow characters matches first in a text, as the text has it.
func matched(s string, pattern *regexp.Regexp) string {
	narrowed := narrow(s)
	at := pattern.FindStringIndex(narrowed)
	if at == nil {
		return ""
	}
	from := len([]rune(narrowed[:at[0]]))
	return string([]rune(s)[from : from+len([]rune(narrowed[at[0]:at[1]]))])
}

// verdictShown looks for 对 or 错 in brackets: refused where it ends a stem, else asked about.
func (r *interpreter) verdictShown() {
	found := matched(r.q.Stem, judgedIn)
	if found == "" {
		return
	}
	if _, after, _ := strings.Cut(r.q.Stem, found); strings.Trim(after, " .。？！；?!;") == "" {
		r.show(found)
		return
	}
	r.ask("stem", "里面有“"+found+"”，当成题目的文字收。是答案的话，请删掉。")
}

func (r *interpreter) show(what string) {
	r.refuse("stem", "里面写着答案“"+strings.TrimSpace(what)+"”，请删掉，答案只写在“答案”里。")
}

// shownByOption refuses a stem whose brackets hold the right option's words, and options with a tick.
func (r *interpreter) shownByOption() {
	for i, o := range r.q.Options {
		if strings.ContainsAny(o.Text, ticks) && r.q.Kind != "" {
			r.refuse("options", letter(i)+"，里面有“√”，会把答案露出来，请删掉。")
		}
	}
	for _, m := range inPairs.FindAllStringSubmatch(narrow(r.q.Stem), -1) {
		inside := normalise(m[1] + m[2])
		for _, o := range r.q.Options {
			if o.Right && r.q.Kind != quiz.TrueFalse && normalise(o.Text) == inside {
				r.show(m[0])
			}
		}
	}
}

// residue asks about what is left in the texts: numbers before a stem, letters before options, options about options.
func (r *interpreter) residue() {
	if found := matched(r.q.Stem, leading); found != "" {
		r.ask("stem", "开头的“"+strings.TrimSpace(found)+"”不是这道题的序号，当成题目的文字收。")
	}
	for i, o := range r.q.Options {
		if others.MatchString(narrow(o.Text)) {
			r.ask("options", letter(i)+"“"+short(o.Text)+"”说的是别的选项。选项的顺序每次会打乱，打乱以后可能看不懂。原样收。")
		}
	}
	var with []string
	sure := false
	for i, o := range r.q.Options {
		punctuated := lettered.MatchString(o.Text)
		if !others.MatchString(narrow(o.Text)) && (punctuated || bareLetter(o.Text)) {
			with, sure = append(with, letter(i)+"“"+short(o.Text)+"”"), sure || punctuated
		}
	}
	if sure || len(with) > 1 { // one option may well be about B 超
		r.ask("options", strings.Join(with, "、")+"前面有字母，和位置对不上，或者有的写了、有的没写。原样收。")
	}
}

// bareLetter says whether a text begins with a letter that Chinese follows at once, as A法院.
func bareLetter(s string) bool {
	m := letterA.FindStringSubmatch(s)
	return m != nil && []rune(m[2])[0] >= 0x3400
}

// withoutLetters removes the letters that stand before all options without punctuation, as A法院.
func withoutLetters(options []string) ([]string, bool) {
	if len(options) < 2 {
		return options, false
	}
	bare := make([]string, len(options))
	for i, o := range options {
		m := letterA.FindStringSubmatch(o)
		if m == nil || strings.ToUpper(narrow(m[1])) != letter(i) || !bareLetter(o) {
			return options, false
		}
		bare[i] = m[2]
	}
	return bare, true
}

// listed writes options as they were understood.
func listed(options []string) string {
	written := make([]string, len(options))
	for i, o := range options {
		written[i] = letter(i) + "“" + short(o) + "”"
	}
	return strings.Join(written, " ")
}

// refusedKinds are kinds of questions that nobody here can answer by choosing.
var refusedKinds = []string{"填空", "简答", "问答", "论述", "名词解释", "连线", "排序", "匹配", "计算", "作文", "改错", "主观", "辨析", "分析题"}

// refusedKind gives the kind that a text names and that is not taken; "" for none.
func refusedKind(s string) string {
	s = narrow(line(s))
	if i := slices.IndexFunc(refusedKinds, func(k string) bool { return strings.Contains(s, k) }); i >= 0 {
		return refusedKinds[i]
	}
	return ""
}

// broken are what a cell shows whose formula found no value.
var broken = regexp.MustCompile(`^#(?:N/A|REF!|DIV/0!|VALUE!|NAME\?|NULL!|NUM!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|UNKNOWN!|GETTING_DATA)$`)

// brokenCells refuses the cells of a row that show an error of Excel's in place of a value.
func (s *page) brokenCells(i int) {
	for at, cell := range s.table.Rows[i] {
		if at < len(s.columns) && s.columns[at].field > ignored && broken.MatchString(strings.TrimSpace(cell)) {
			s.file.faults = append(s.file.faults, Fault{
				Place: s.place(i), Text: fmt.Sprintf("第 %s 列是“%s”：公式算不出来，请改成文字。", columnName(at), strings.TrimSpace(cell)),
			})
		}
	}
}

// columnName is a column's letters as the sheet shows them: 0 is A, 26 is AA.
func columnName(i int) string {
	if i < 26 {
		return letter(i)
	}
	return columnName(i/26-1) + letter(i%26)
}

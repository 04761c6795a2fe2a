// Package explainer contains the explainers (以案说法), each a story with its law: what happened, what she did, what the law
// says, what you can do tomorrow.
//
// It promises that an explainer is shown only when all of it is right: four parts in their order, every statement's law
// named in 〔brackets〕 and listed, every citation one that exists; that its page is made once, when it goes live, and then
// only read; and that reading one to its end is counted without knowing who read.
//
// It refuses an explainer with a citation it cannot resolve (a citation is exact or absent: the explainer is left out and
// named in the log, the others are shown), one whose list of citations differs from those used, and any HTML of the page
// that did not pass the renderer.
package explainer

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"pugongying/internal/civil"
	"pugongying/internal/fault"
	"pugongying/internal/law"
	"pugongying/internal/publish"
	"pugongying/internal/slug"
)

// Faults of this package.
var (
	ErrInvalid = fault.New(fault.Invalid, "explainer.invalid", "这篇故事还不能用，请先改好下面几处。")
	ErrUnknown = fault.New(fault.NotFound, "explainer.unknown", "没有找到这篇故事，可能已经撤下了。")
)

// Provenance says where an explainer comes from.
type Provenance string

// The provenances: invented, or from a case whose owner agreed and from which every trace of a person was removed.
const (
	Invented    Provenance = "invented"
	Generalised Provenance = "generalised"
)

// Text is the sentence a reader is shown.
func (p Provenance) Text() string {
	switch p {
	case Invented:
		return "故事和人物是编的，里面的法律是真的。"
	case Generalised:
		return "根据本人同意使用的真实经历改写，能认出人的地方都换掉了。"
	}
	return ""
}

// Parts are the headings every explainer has, in this order.
var parts = [...]string{"发生了什么", "她怎么做的", "法律怎么说", "明天可以做什么"}

// Authored is an explainer as its author wrote it.
type Authored struct {
	ID         string
	Slug       string // says nothing to an onlooker
	Title      string // neither does this
	Summary    string
	Lang       string // "zh-CN", "mn-Mong"
	Region     string // 12 digits, "" for everywhere
	Tags       []string
	Minutes    int // to read it aloud to oneself
	Order      int // in lists, smaller first; then by slug
	Provenance Provenance
	CheckedBy  string
	CheckedAt  string // "2026-11-23"
	Share      string // the title of a share card
	Audio      string // the name of a recording, "" when there is none
	Pictures   []publish.Picture
	Questions  []string
	Cites      []string       // the citations as written, each once
	Provisions law.Provisions // what they said when a person compared them, by the citation as written
	Sections   []Section
}

// Section is one of the four parts.
type Section struct {
	Heading string
	Body    string // Markdown
}

// Limits of what an author may write, in characters, and of the whole file in bytes.
const (
	maxFile      = 256 << 10
	maxTitle     = 24
	maxSummary   = 60
	maxTag       = 12
	maxTags      = 6
	maxMinutes   = 30
	MostPictures = 9
	maxLists     = 60
)

var (
	idForm       = regexp.MustCompile(`^[A-Z2-7]{26}$`)
	langForm     = regexp.MustCompile(`^[a-z]{2,3}(-[A-Z][A-Za-z]{1,3})?$`)
	regionForm   = regexp.MustCompile(`^[0-9]{12}$`)
	audioForm    = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,80}\.(mp3|m4a)$`) // a name that package media could have given
	questionForm = idForm
)

// checker gathers everything that is wrong, each with its place in the file.
type checker struct {
	lines  map[string]int // of a key
	fields []fault.Field
	causes []string
}

func (c *checker) refuse(key, message string) {
	line := c.lines[key]
	c.refuseLine(line, key, message)
}

func (c *checker) refuseLine(line int, key, message string) {
	c.fields = append(c.fields, fault.Field{Location: key, Message: fmt.Sprintf("第 %d 行：%s", line, message)})
	c.causes = append(c.causes, fmt.Sprintf("line %d: %s: %s", line, key, message))
}

// err is nil, or ErrInvalid naming every fault with its line.
func (c *checker) err() error {
	if len(c.fields) == 0 {
		return nil
	}
	return ErrInvalid.Because(fmt.Errorf("%s", strings.Join(c.causes, "; "))).At(c.fields...)
}

func (c *checker) form(key, value string, form *regexp.Regexp, message string) {
	if !form.MatchString(value) {
		c.refuse(key, message)
	}
}

func (c *checker) text(key, value string, limit int) {
	n := utf8.RuneCountInString(value)
	if strings.TrimSpace(value) == "" || n > limit || strings.ContainsAny(value, "\n\r\t<>") {
		c.refuse(key, fmt.Sprintf("写 1 到 %d 个字，写在一行里。", limit))
	}
}

func (c *checker) list(key string, values []string, limit int, right func(string) bool) {
	if len(values) > limit {
		c.refuse(key, fmt.Sprintf("最多 %d 个。", limit))
	}
	for i, v := range values {
		if !right(v) {
			c.refuse(key, fmt.Sprintf("第 %d 个写法不对。", i+1))
		}
		if slices.Contains(values[:i], v) {
			c.refuse(key, fmt.Sprintf("第 %d 个重复了。", i+1))
		}
	}
}

func (c *checker) explainer(e *Authored) {
	c.form("id", e.ID, idForm, "编号是 26 个字符，只用 A-Z 和 2-7。")
	if !slug.Valid(e.Slug) {
		c.refuse("slug", slug.Form)
	}
	c.form("lang", e.Lang, langForm, "语言写成 zh-CN 这样。")
	if e.Region != "" {
		c.form("region", e.Region, regionForm, "地区写 12 位代码，加引号。")
	}
	if e.Audio != "" {
		c.form("audio", e.Audio, audioForm, "录音写文件名，以 .mp3 或 .m4a 结尾。")
	}
	c.text("title", e.Title, maxTitle)
	c.text("summary", e.Summary, maxSummary)
	c.text("share", e.Share, maxTitle)
	c.text("checkedBy", e.CheckedBy, maxTitle)
	if e.Minutes < 1 || e.Minutes > maxMinutes {
		c.refuse("minutes", fmt.Sprintf("阅读时间写 1 到 %d 分钟。", maxMinutes))
	}
	if !civil.IsDay(e.CheckedAt) {
		c.refuse("checkedAt", "核对日期写成 2026-11-23 这样。")
	}
	if e.Provenance.Text() == "" {
		c.refuse("provenance", "来源写 invented（编的）或 generalised（本人同意、隐去身份的真事）。")
	}
	c.pictures(e.Pictures)
	c.list("tags", e.Tags, maxTags, func(s string) bool { return s != "" && utf8.RuneCountInString(s) <= maxTag })
	c.list("questions", e.Questions, maxLists, questionForm.MatchString)
	c.list("citations", e.Cites, maxLists, func(s string) bool { return s != "" })
	if len(e.Cites) == 0 {
		c.refuse("citations", "至少要有一条法律依据。")
	}
}

func (c *checker) pictures(all []publish.Picture) {
	if len(all) > MostPictures {
		c.refuse("pictures", fmt.Sprintf("最多 %d 张图。", MostPictures))
	}
	for i, p := range all {
		for _, fault := range p.Faults() {
			c.refuse("pictures", fmt.Sprintf("第 %d 张：%s", i+1, fault))
		}
		if p.Part < 1 || p.Part > len(parts) {
			c.refuse("pictures", fmt.Sprintf("第 %d 张：写上它放在第几部分后面，1 到 %d。", i+1, len(parts)))
		}
	}
}

package law

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"
	"time"
	"unicode"

	"pugongying/internal/fault"
)

// Errors of requesting a text.
var (
	ErrNoText      = fault.New(fault.NotFound, "law.no_text", "这部法律的全文还没有放进来。")
	ErrNoVersion   = fault.New(fault.NotFound, "law.no_version", "这部法律没有这个版本。")
	ErrNotInForce  = fault.New(fault.NotFound, "law.not_in_force", "这部法律放进来的文本，现在都不适用。")
	ErrNoProvision = fault.New(fault.NotFound, "law.no_provision", "这一条里没有这一款或这一项。")
)

// Paragraph is one 款 with its 项; each item includes its number, such as （一）不满六周岁的.
type Paragraph struct {
	Text  string   `bson:"text"`
	Items []string `bson:"items,omitempty"`
}

// Article is one 条, including inserted ones (第X条之一).
type Article struct {
	Article    int         `bson:"article"`
	Sub        int         `bson:"sub,omitempty"` // 之一 is 1
	Paragraphs []Paragraph `bson:"paragraphs"`
	SHA256     string      `bson:"sha256"` // of the normalised text, in hex
}

// Number is the article as it is written in URLs: "23", "260-1".
func (a Article) Number() string { return Citation{Article: a.Article, Sub: a.Sub}.Number() }

// Label is 第二十三条, 第二百六十条之一.
func (a Article) Label() string { return Citation{Article: a.Article, Sub: a.Sub}.Provision() }

// Text is the whole text of the article, one line for each paragraph or item.
func (a Article) Text() string {
	var b strings.Builder
	for _, p := range a.Paragraphs {
		b.WriteString(p.String() + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// String is the paragraph with its items, one line each.
func (p Paragraph) String() string {
	if len(p.Items) == 0 {
		return p.Text
	}
	return strings.TrimPrefix(p.Text+"\n"+strings.Join(p.Items, "\n"), "\n")
}

// item finds the 项 with that number; a paragraph's items need not begin at （一）.
func (p Paragraph) item(n int) (string, bool) {
	for _, text := range p.Items {
		if number, rest := CutItem(text); number == n {
			return rest, true
		}
	}
	return "", false
}

// Part is a heading (编, 分编, 章, 节) and where it begins.
type Part struct {
	Level int    `bson:"level"` // 1 is the outermost level in this law
	Title string `bson:"title"` // 第四章 人身安全保护令
	First int    `bson:"first"` // index in Version.Articles
}

// Fact is the metadata of a version, without its text. Dates are civil days such as "2016-03-01".
type Fact struct {
	Version    string    `bson:"version"` // the effective day and the start of the hash: 2016-03-01.1a2b3c4d
	Issued     string    `bson:"issued"`
	Revised    string    `bson:"revised,omitempty"`
	Effective  string    `bson:"effective"`
	Repealed   string    `bson:"repealed,omitempty"` // the day from which it no longer applies; empty when unknown
	SHA256     string    `bson:"sha256"`             // of the normalised text, in hex
	Source     string    `bson:"source"`             // the source named in the text, otherwise the file name
	Last       int       `bson:"last"`               // the last article's number
	Inserted   []string  `bson:"inserted,omitempty"` // 第X条之一 as "260-1", in order
	Repeals    []string  `bson:"repeals,omitempty"`  // titles of the laws that its text repeals
	Standing   Standing  `bson:"standing,omitempty"` // why the text may not be the law as it is; empty for a whole, current text
	ImportedAt time.Time `bson:"importedAt"`
	Withdrawn  string    `bson:"withdrawn,omitempty"` // the day on which it was withdrawn by command; it is then used for nothing
}

// Articles counts the articles, including inserted ones (之一).
func (f Fact) Articles() int { return f.Last + len(f.Inserted) }

// Version is a law's text at one time. It is immutable.
type Version struct {
	ID       string    `bson:"_id"` // slug@version
	Law      string    `bson:"law"` // slug
	Title    string    `bson:"title"`
	Short    string    `bson:"short"`
	Number   string    `bson:"number,omitempty"` // 法释〔2022〕17号
	Fact     Fact      `bson:"fact"`             // as imported; later changes are in the law's Entry
	Parts    []Part    `bson:"parts"`
	Articles []Article `bson:"articles"`
	Schema   int       `bson:"schema"`
}

// VersionID is the id of a law's version.
func VersionID(slug, version string) string { return slug + "@" + version }

// Article finds an article by its number and returns its index.
func (v *Version) Article(number string) (int, bool) {
	article, sub, ok := CutNumber(number)
	if !ok {
		return 0, false
	}
	i := v.find(article, sub)
	return i, i >= 0
}

// find requires articles in ascending order.
func (v *Version) find(article, sub int) int {
	low, high := 0, len(v.Articles)
	for low < high {
		middle := (low + high) / 2
		a := v.Articles[middle]
		if a.Article < article || a.Article == article && a.Sub < sub {
			low = middle + 1
		} else {
			high = middle
		}
	}
	if low < len(v.Articles) && v.Articles[low].Article == article && v.Articles[low].Sub == sub {
		return low
	}
	return -1
}

// Headings returns the headings above an article, outermost first.
func (v *Version) Headings(place int) []string { return HeadingsAt(v.Parts, place) }

// HeadingsAt returns the headings in parts above the article at an index, outermost first.
func HeadingsAt(parts []Part, place int) []string {
	var under []Part
	for _, p := range parts {
		if p.First > place {
			break
		}
		for len(under) > 0 && under[len(under)-1].Level >= p.Level {
			under = under[:len(under)-1]
		}
		under = append(under, p)
	}
	titles := make([]string, len(under))
	for i, p := range under {
		titles[i] = p.Title
	}
	return titles
}

// Excerpt returns one article with its headings and its neighbours; ErrNoArticle when there is none.
func (v *Version) Excerpt(article, sub int) (Excerpt, error) {
	i := v.find(article, sub)
	if i < 0 {
		return Excerpt{}, ErrNoArticle
	}
	x := Excerpt{Article: v.Articles[i], Headings: v.Headings(i)}
	if i > 0 {
		x.Previous = v.Articles[i-1].Number()
	}
	if i+1 < len(v.Articles) {
		x.Next = v.Articles[i+1].Number()
	}
	return x, nil
}

// Provision returns exactly what a citation points at: the article, one 款 or one 项. Errors: ErrNoArticle, ErrNoProvision.
func (v *Version) Provision(c Citation) (Article, error) {
	i := v.find(c.Article, c.Sub)
	if i < 0 {
		return Article{}, ErrNoArticle
	}
	a := v.Articles[i]
	if c.Paragraph == 0 && c.Item == 0 {
		return a, nil
	}
	if c.Paragraph > len(a.Paragraphs) || c.Paragraph == 0 && len(a.Paragraphs) != 1 {
		return Article{}, ErrNoProvision.At(fault.Field{Location: "citation", Message: "这一条有 " + Numeral(len(a.Paragraphs)) + " 款。"})
	}
	p := a.Paragraphs[max(c.Paragraph, 1)-1]
	if c.Item > 0 {
		text, ok := p.item(c.Item)
		if !ok {
			return Article{}, ErrNoProvision.At(fault.Field{Location: "citation", Message: "这一款里没有这一项。"})
		}
		p = Paragraph{Text: text}
	}
	a.Paragraphs = []Paragraph{p}
	a.SHA256 = Hash(p.String())
	return a, nil
}

// Hash is the SHA-256, in hex, of the normalised text: width, blanks and quotation marks do not change it.
func Hash(text string) string {
	sum := sha256.Sum256([]byte(Plain(text)))
	return hex.EncodeToString(sum[:])
}

// Plain normalises spellings that mean the same sentence.
func Plain(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '一' && r <= '鿿': // fast path: nearly every rune of a law is a plain Chinese character, which does not change
			return r
		case unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || r == '*':
			return -1
		case r >= '！' && r <= '～': // full-width ASCII
			return r - ('！' - '!')
		case r == '〇' || r == '○':
			return '零'
		case strings.ContainsRune("“”„‟『』「」", r):
			return '"'
		case strings.ContainsRune("‘’", r):
			return '\''
		case r == '﹝' || r == '〔' || r == '【':
			return '['
		case r == '﹞' || r == '〕' || r == '】':
			return ']'
		case strings.ContainsRune("〈〉", r):
			return r - '〈' + '《'
		}
		return r
	}, text)
}

var itemHeading = regexp.MustCompile(`(?s)^[（(]([一二三四五六七八九十百零〇]{1,5})[）)][\s\p{Z}]*(.*)$`)

// CutItem parses the number of a 项: 3 and the words after （三）; 0 when there is none.
func CutItem(line string) (number int, rest string) {
	if !strings.HasPrefix(line, "（") && !strings.HasPrefix(line, "(") {
		return 0, line
	}
	m := itemHeading.FindStringSubmatch(line)
	if m == nil {
		return 0, line
	}
	number, _ = ParseNumber(m[1])
	return number, m[2]
}

// Standing says why a text may not be the law as it is.
type Standing string

// The standings; texts other than Whole are imported only when accepted explicitly.
const (
	Whole    Standing = ""
	Partial  Standing = "partial"  // an excerpt or a copy by a third party
	Outdated Standing = "outdated" // no longer in force, according to the text itself
)

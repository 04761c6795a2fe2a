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

// What can be wrong with asking for a text.
var (
	ErrNoText      = fault.New(fault.NotFound, "law.no_text", "这部法律的全文还没有放进来。")
	ErrNoVersion   = fault.New(fault.NotFound, "law.no_version", "这部法律没有这个版本。")
	ErrNotInForce  = fault.New(fault.NotFound, "law.not_in_force", "这部法律放进来的文本，现在都不适用。")
	ErrNoProvision = fault.New(fault.NotFound, "law.no_provision", "这一条里没有这一款或这一项。")
)

// Paragraph is one 款 with its 项; each item stands with its own mark, as （一）不满六周岁的.
type Paragraph struct {
	Text  string   `bson:"text"`
	Items []string `bson:"items,omitempty"`
}

// Article is one 条, 第X条之一 included.
type Article struct {
	Article    int         `bson:"article"`
	Sub        int         `bson:"sub,omitempty"` // 之一 is 1
	Paragraphs []Paragraph `bson:"paragraphs"`
	SHA256     string      `bson:"sha256"` // of the normalised text, in hex
}

// Number is the article as addresses write it: "23", "260-1".
func (a Article) Number() string { return Citation{Article: a.Article, Sub: a.Sub}.Number() }

// Label is 第二十三条, 第二百六十条之一.
func (a Article) Label() string { return Citation{Article: a.Article, Sub: a.Sub}.Provision() }

// Text is all the article says, a line a paragraph or item.
func (a Article) Text() string {
	var b strings.Builder
	for _, p := range a.Paragraphs {
		b.WriteString(p.String() + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// String is the paragraph with its items, a line each.
func (p Paragraph) String() string {
	if len(p.Items) == 0 {
		return p.Text
	}
	return strings.TrimPrefix(p.Text+"\n"+strings.Join(p.Items, "\n"), "\n")
}

// item finds the 项 of that number; a paragraph's items need not begin at （一）.
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
	Level int    `bson:"level"` // 1 is the outermost in this law
	Title string `bson:"title"` // 第四章 人身安全保护令
	First int    `bson:"first"` // place in Version.Articles
}

// Fact is what is known of a version besides its text. Dates are civil days as "2016-03-01".
type Fact struct {
	Version    string    `bson:"version"` // its effective day and the start of its hash: 2016-03-01.1a2b3c4d
	Issued     string    `bson:"issued"`
	Revised    string    `bson:"revised,omitempty"`
	Effective  string    `bson:"effective"`
	Repealed   string    `bson:"repealed,omitempty"` // since when it no longer applies; empty when nobody said so
	SHA256     string    `bson:"sha256"`             // of the normalised text, in hex
	Source     string    `bson:"source"`             // where the text says it is from, else its file
	Last       int       `bson:"last"`               // the last article's number
	Inserted   []string  `bson:"inserted,omitempty"` // 第X条之一 as "260-1", in order
	Repeals    []string  `bson:"repeals,omitempty"`  // titles it says it repeals
	Standing   Standing  `bson:"standing,omitempty"` // what kind of text was accepted, when it is not the whole law as it is
	ImportedAt time.Time `bson:"importedAt"`
}

// Articles counts the articles, 之一 included.
func (f Fact) Articles() int { return f.Last + len(f.Inserted) }

// Version is a law's text as it stood at one time. It never changes.
type Version struct {
	ID       string    `bson:"_id"` // slug@version
	Law      string    `bson:"law"` // slug
	Title    string    `bson:"title"`
	Short    string    `bson:"short"`
	Number   string    `bson:"number,omitempty"` // 法释〔2022〕17号
	Fact     Fact      `bson:"fact"`             // as the text came in; the law's Entry tells what was said of it since
	Parts    []Part    `bson:"parts"`
	Articles []Article `bson:"articles"`
	Schema   int       `bson:"schema"`
}

// VersionID is the id of a law's version.
func VersionID(slug, version string) string { return slug + "@" + version }

// Article finds an article by its number and says where it stands.
func (v *Version) Article(number string) (int, bool) {
	article, sub, ok := CutNumber(number)
	if !ok {
		return 0, false
	}
	i := v.find(article, sub)
	return i, i >= 0
}

// find counts on articles standing in order.
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

// Headings are the headings an article stands under, the outermost first.
func (v *Version) Headings(place int) []string { return HeadingsAt(v.Parts, place) }

// HeadingsAt gives the headings in parts that the article at a place is under, the outermost first.
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

// Excerpt gives one article with what is shown around it; ErrNoArticle.
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

// Provision gives what exactly a citation points at: the article, one 款 or one 项. ErrNoArticle, ErrNoProvision.
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

// Hash is the sha256, in hex, of a text whose spelling is made one: width, blanks and quotation marks do not move it.
func Hash(text string) string {
	sum := sha256.Sum256([]byte(Plain(text)))
	return hex.EncodeToString(sum[:])
}

// Plain makes spellings one that mean the same sentence.
func Plain(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '一' && r <= '鿿': // nearly every rune of a law, and each only itself
			return r
		case unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || r == '*':
			return -1
		case r >= '！' && r <= '～': // the full-width copies of ASCII
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

// CutItem reads the mark of a 项: 3 and the words behind （三）; 0 when there is none.
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

// Standing says why a text may not be taken for the law as it is.
type Standing string

// The standings; the others come in only when they are named.
const (
	Whole    Standing = ""
	Partial  Standing = "partial"  // an excerpt, or from somebody's hand
	Outdated Standing = "outdated" // no longer what applies, by its own words
)

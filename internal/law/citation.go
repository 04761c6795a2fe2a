package law

import (
	"strconv"
	"strings"

	"pugongying/internal/fault"
)

// Errors of a citation.
var (
	ErrUnreadable = fault.New(fault.Invalid, "law.citation_unreadable", "看不懂这条法律依据。请写成“反家庭暴力法 第二十三条第二款”这样。")
	ErrUnknown    = fault.New(fault.NotFound, "law.unknown", "这里没有收录这部法律。")
	ErrNoArticle  = fault.New(fault.NotFound, "law.no_article", "这部法律里没有这一条。")
	ErrVersion    = fault.New(fault.Invalid, "law.other_version", "写的年份或文号，和现在用的这个版本对不上。")
)

// Citation points into a law: 条, and optionally 款 and 项. Zero means not given. An item without a paragraph belongs to an
// article that has only one paragraph (单款条文不写“第一款”).
type Citation struct {
	Law       string `bson:"law"` // the law's slug
	Article   int    `bson:"article"`
	Sub       int    `bson:"sub,omitempty"` // 之一 is 1
	Paragraph int    `bson:"paragraph,omitempty"`
	Item      int    `bson:"item,omitempty"`
}

// Number is the article as it is written in URLs: "23", "260-1".
func (c Citation) Number() string {
	if c.Sub == 0 {
		return strconv.Itoa(c.Article)
	}
	return strconv.Itoa(c.Article) + "-" + strconv.Itoa(c.Sub)
}

// Provision is the citation without the law's name: 第二十三条第二款, 第二百六十条之一第一款第（三）项.
func (c Citation) Provision() string {
	var b strings.Builder
	b.WriteString("第" + Numeral(c.Article) + "条")
	if c.Sub > 0 {
		b.WriteString("之" + Numeral(c.Sub))
	}
	if c.Paragraph > 0 {
		b.WriteString("第" + Numeral(c.Paragraph) + "款")
	}
	if c.Item > 0 {
		b.WriteString("第（" + Numeral(c.Item) + "）项")
	}
	return b.String()
}

// Resolved is a citation with what is displayed of it.
type Resolved struct {
	Citation
	Title     string // 中华人民共和国反家庭暴力法
	Short     string // 反家庭暴力法
	Effective string // 2016-03-01
	Label     string // 反家庭暴力法 第二十三条第二款
}

// Resolve looks up what a citation points at; it returns ErrUnknown for an unknown law and ErrNoArticle for an unknown
// article. It does not check paragraph and item, which only the text of the law can confirm.
func (r *Register) Resolve(c Citation) (Resolved, error) {
	l, err := r.Law(c.Law)
	if err != nil {
		return Resolved{}, err
	}
	if !l.has(c) {
		return Resolved{}, ErrNoArticle.At(fault.Field{Location: "citation", Message: l.span()})
	}
	return Resolved{Citation: c, Title: l.Title, Short: l.Short, Effective: l.Effective, Label: l.Short + " " + c.Provision()}, nil
}

// Label is the canonical written form of a citation; empty when the citation points nowhere.
func (r *Register) Label(c Citation) string {
	found, err := r.Resolve(c)
	if err != nil {
		return ""
	}
	return found.Label
}

func (l Law) has(c Citation) bool {
	if c.Article < 1 || c.Article > l.Articles || c.Paragraph < 0 || c.Item < 0 || c.Sub < 0 {
		return false
	}
	if c.Sub == 0 {
		return true
	}
	for _, number := range l.Inserted {
		if number == c.Number() {
			return true
		}
	}
	return false
}

func (l Law) span() string {
	if len(l.Inserted) == 0 {
		return "《" + l.Short + "》一共 " + strconv.Itoa(l.Articles) + " 条。"
	}
	return "《" + l.Short + "》到第" + Numeral(l.Articles) + "条为止，“之一”这样的条也不是每条都有。"
}

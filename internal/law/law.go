// Package law knows which laws the programme stands on, keeps their texts, and reads and writes the pointers into them:
// 条, 款 and 项.
//
// It promises that one provision has one spelling (反家庭暴力法 第二十三条第二款), that every form people write of it is
// read as the same Citation, alone, in lists and ranges and in running text, and that a law or an article that does not
// exist is never cited: whoever asks for one is told so. A Register holds facts about laws (title, dates, how many articles) and no text; the texts come in from files
// (Importer) and are kept as versions that never change. A text that is here already is no new version, in whatever
// layout it comes; a file that was read once is not read again. What shipped content cites is pinned by the hash of its
// provision, so that a new version which says something else there is noticed (Library.Changed).
//
// It refuses to guess: a name two laws could mean, a number that is no number, an article past the last one and a year
// that is not the year of the version in force are faults, not approximations. A file with articles left out, doubled or
// unreadable is refused whole, with its line; so are excerpts and outdated texts, unless they are named. Since when an
// amended law applies as amended is not told by its text: there the register's dates are taken where it knows the
// revision, else the text's own.
package law

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"pugongying/internal/civil"
	"pugongying/internal/slug"
)

// Law is what the register knows of one law. Dates are civil days as "2016-03-01".
type Law struct {
	Slug      string   // the programme's own name in addresses; says nothing to an onlooker
	Title     string   // the official title
	Short     string   // what labels say, without 中华人民共和国
	Aliases   []string // further names and document numbers people cite it by
	Number    string   // the source document's number as 法释〔2022〕17号; empty when the law is cited without one
	Issued    string   // when the text was first passed
	Revised   string   // the last revision in this text; empty when there was none
	Effective string   // since when it applies
	Articles  int      // the last article's number; articles count from 1 without gaps
	Inserted  []string // 第X条之一 as "260-1", in order
}

// InForce says whether the law applies on that civil day.
func (l Law) InForce(day string) bool { return l.Effective != "" && l.Effective <= day }

// Register is the laws that may be cited. It never changes after NewRegister and is safe for concurrent use.
type Register struct {
	laws   []Law
	slugs  map[string]int
	names  map[string]int // normalised title, short name, alias or number → place in laws
	widths map[rune]int   // first rune of a normalised name → runes of the longest that begins so
}

// NewRegister checks the laws (slugs, names that two laws share, dates, article numbers) and keeps a copy in their order.
func NewRegister(laws []Law) (*Register, error) {
	r := &Register{slugs: map[string]int{}, names: map[string]int{}, widths: map[rune]int{}}
	for i, l := range laws {
		if err := l.check(); err != nil {
			return nil, err
		}
		if _, double := r.slugs[l.Slug]; double {
			return nil, fmt.Errorf("law %s: the slug is used twice", l.Slug)
		}
		r.slugs[l.Slug] = i
		if err := r.name(i, l); err != nil {
			return nil, err
		}
		l.Aliases, l.Inserted = slices.Clone(l.Aliases), slices.Clone(l.Inserted)
		r.laws = append(r.laws, l)
	}
	return r, nil
}

func (r *Register) name(i int, l Law) error {
	for _, name := range append([]string{l.Title, l.Short, l.Number}, l.Aliases...) {
		normal := normalise(name)
		if len(normal) == 0 {
			continue
		}
		if other, taken := r.names[string(normal)]; taken && other != i {
			return fmt.Errorf("law %s: the name %s already means %s", l.Slug, name, r.laws[other].Slug)
		}
		r.names[string(normal)] = i
		r.widths[normal[0]] = max(r.widths[normal[0]], len(normal))
	}
	return nil
}

func (l Law) check() error {
	switch {
	case !slug.Valid(l.Slug):
		return fmt.Errorf("law %q: the slug must be 2 to 64 of a-z, 0-9 and single hyphens", l.Slug)
	case l.Title == "" || l.Short == "":
		return fmt.Errorf("law %s: title and short name are needed", l.Slug)
	case !civil.IsDay(l.Issued) || !civil.IsDay(l.Effective) || l.Revised != "" && !civil.IsDay(l.Revised):
		return fmt.Errorf("law %s: dates are written 2016-03-01", l.Slug)
	case l.Articles < 1:
		return fmt.Errorf("law %s: the number of articles is missing", l.Slug)
	}
	for _, number := range l.Inserted {
		article, sub, ok := CutNumber(number)
		if !ok || sub < 1 || article > l.Articles {
			return fmt.Errorf("law %s: %q is no inserted article", l.Slug, number)
		}
	}
	return nil
}

// Laws is every law of the register in its order.
func (r *Register) Laws() []Law { return slices.Clone(r.laws) }

// First is the first n laws of the register, fewer when it has fewer; unlike Laws it costs what it gives.
func (r *Register) First(n int) []Law { return slices.Clone(r.laws[:min(n, len(r.laws))]) }

// Law finds a law by its slug; ErrUnknown when there is none.
func (r *Register) Law(slug string) (Law, error) {
	i, ok := r.slugs[slug]
	if !ok {
		return Law{}, ErrUnknown
	}
	return r.laws[i], nil
}

// Named finds a law by any name or number it is cited by, in any spelling; ErrUnknown when there is none.
func (r *Register) Named(name string) (Law, error) {
	i, ok := r.names[NormaliseName(name)]
	if !ok {
		return Law{}, ErrUnknown
	}
	return r.laws[i], nil
}

// CutNumber reads "23" and "260-1", and no other spelling of them: an article has one address.
func CutNumber(s string) (article, sub int, ok bool) {
	whole, part, _ := strings.Cut(s, "-")
	article, _ = strconv.Atoi(whole)
	sub, _ = strconv.Atoi(part)
	return article, sub, article >= 1 && sub >= 0 && Citation{Article: article, Sub: sub}.Number() == s
}

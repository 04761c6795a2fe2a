// Package law is the register of the laws the programme cites, the store of their texts, and the parser and formatter of
// citations of 条, 款 and 项.
//
// It guarantees that one provision has one spelling (反家庭暴力法 第二十三条第二款); that every form people write is parsed to the same
// Citation, alone, in lists and ranges and in running text; and that a law or an article that does not exist is never
// cited: the caller gets an error. A Register holds facts about laws (title, dates, number of articles) and no text. Texts
// are imported from files (package lawimport) and stored as versions that never change. A text that is already stored is
// not a new version, whatever its layout; a file that was already read is not read again. Every provision that shipped
// content cites is pinned by the hash of its words, so that a new version with other words there is detected
// (Library.Changed).
//
// It does not guess: a name that two laws share, a malformed number, an article past the last one and a year that is not
// the year of the version in force are errors. A file with missing, duplicate or unreadable articles is refused as a
// whole, with the line number; excerpts and outdated texts are refused unless the import accepts them explicitly. The text
// of an amended law does not say since when the amendment applies: the register's dates are used where it knows the
// revision, otherwise the text's own.
package law

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"pugongying/internal/civil"
	"pugongying/internal/slug"
)

// Law is what the register knows about one law. Dates are civil days such as "2016-03-01".
type Law struct {
	Slug      string   // the programme's own identifier, used in URLs; neutral, so that it reveals nothing to an onlooker
	Title     string   // the official title
	Short     string   // the name used in labels, without 中华人民共和国
	Aliases   []string // other names and document numbers by which the law is cited
	Number    string   // the document number, such as 法释〔2022〕17号; empty when the law is cited without one
	Issued    string   // when the text was first passed
	Revised   string   // the last revision included in this text; empty when there was none
	Effective string   // the day from which it applies
	Articles  int      // the last article's number; articles count from 1 without gaps
	Inserted  []string // 第X条之一 as "260-1", in order
}

// InForce reports whether the law applies on a civil day.
func (l Law) InForce(day string) bool { return l.Effective != "" && l.Effective <= day }

// Register is the set of laws that may be cited. It is immutable after NewRegister and safe for concurrent use.
type Register struct {
	laws    []Law
	repeals []Repeal
	slugs   map[string]int
	names   map[string]int // normalised title, short name, alias or number → index in laws
	widths  map[rune]int   // first rune of a normalised name → length in runes of the longest name that begins with it
}

// NewRegister validates the laws (slugs, names shared by two laws, dates, article numbers) and copies them in their order.
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

// Laws returns every law of the register in its order.
func (r *Register) Laws() []Law { return slices.Clone(r.laws) }

// First returns the first n laws of the register, or all if there are fewer; unlike Laws it copies only those.
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

// CutNumber parses "23" and "260-1" and accepts no other spelling, because an article has exactly one URL.
func CutNumber(s string) (article, sub int, ok bool) {
	whole, part, _ := strings.Cut(s, "-")
	article, _ = strconv.Atoi(whole)
	sub, _ = strconv.Atoi(part)
	return article, sub, article >= 1 && sub >= 0 && Citation{Article: article, Sub: sub}.Number() == s
}

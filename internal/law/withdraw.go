package law

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"pugongying/internal/audit"
	"pugongying/internal/fault"
)

// Errors of withdrawing a version and restoring it.
var (
	ErrWithdrawn    = fault.New(fault.Conflict, "law.withdrawn", "这个版本已经撤下了。")
	ErrNotWithdrawn = fault.New(fault.Conflict, "law.not_withdrawn", "这个版本没有撤下。")
	ErrSameDates    = fault.New(fault.Conflict, "law.same_dates", "同样日期的文本有一份正在用，请先撤下那一份。")
)

// withdrawTries is how often a withdrawal starts again because somebody else changed the laws meanwhile.
const withdrawTries = 5

// Withdrawal takes a version out of use, or brings it back. Its text stays stored.
type Withdrawal struct {
	By      audit.Actor
	Law     string // slug or any name of the law
	Version string
	Restore bool
	At      time.Time
	Day     string // the civil day of At
}

// Withdraw withdraws a version that should never have been used, or restores it, with its audit entry. ErrUnknown,
// ErrNoVersion, ErrWithdrawn, ErrNotWithdrawn; ErrSameDates where another text of the same dates is in use.
func Withdraw(ctx context.Context, store Store, w Withdrawal) (Entry, error) {
	for try := 1; ; try++ {
		e, err := withdraw(ctx, store, w)
		if !errors.Is(err, ErrStale) || try == withdrawTries {
			return e, err
		}
	}
}

func withdraw(ctx context.Context, store Store, w Withdrawal) (Entry, error) {
	generation, err := store.Generation(ctx)
	if err != nil {
		return Entry{}, err
	}
	entries, err := store.Laws(ctx, 0)
	if err != nil {
		return Entry{}, err
	}
	e, found := Named(entries, w.Law)
	if !found {
		return Entry{}, ErrUnknown
	}
	e.Versions = slices.Clone(e.Versions)
	i := slices.IndexFunc(e.Versions, func(f Fact) bool { return f.Version == w.Version })
	if i < 0 {
		return Entry{}, ErrNoVersion
	}
	action := audit.LawWithdraw
	switch f := &e.Versions[i]; {
	case !w.Restore && f.Withdrawn != "":
		return Entry{}, ErrWithdrawn
	case !w.Restore:
		f.Withdrawn = w.Day
	case f.Withdrawn == "":
		return Entry{}, ErrNotWithdrawn
	case e.Rival(*f) >= 0:
		return Entry{}, ErrSameDates
	default:
		action, f.Withdrawn = audit.LawRestore, ""
	}
	entry, err := audit.New(audit.Act{Actor: w.By, Action: action, Subject: e.Slug, At: w.At, Detail: map[string]string{"version": w.Version}})
	if err != nil {
		return Entry{}, err
	}
	return e, store.Apply(ctx, Write{Generation: generation.Number, Replaced: []Entry{e}, Entry: &entry})
}

// Named finds a law among the stored ones by its slug or by a name.
func Named(entries []Entry, name string) (Entry, bool) {
	normal := NormaliseName(name)
	i := slices.IndexFunc(entries, func(e Entry) bool {
		return e.Slug == name || slices.ContainsFunc(append([]string{e.Title, e.Short}, e.Aliases...), func(n string) bool {
			return n != "" && NormaliseName(n) == normal
		})
	})
	if i < 0 {
		return Entry{}, false
	}
	return entries[i], true
}

// Rival is the index of a version in use that claims to be the whole law of the same dates as f, with other words; -1 when
// there is none.
func (e Entry) Rival(f Fact) int {
	return slices.IndexFunc(e.Versions, func(v Fact) bool {
		return v.Withdrawn == "" && v.Standing == Whole && v.SHA256 != f.SHA256 && Earlier(v, f) == 0
	})
}

// InUse are the versions that are not withdrawn.
func (e Entry) InUse() []Fact {
	return slices.DeleteFunc(slices.Clone(e.Versions), func(f Fact) bool { return f.Withdrawn != "" })
}

// Differing counts the articles that two texts do not have alike, and names the first of them, "" when there is none.
func Differing(a, b *Version) (count int, first string) {
	texts := map[string]string{}
	for _, article := range a.Articles {
		texts[article.Number()] = article.SHA256
	}
	var labels []string
	for _, article := range b.Articles {
		if texts[article.Number()] != article.SHA256 {
			labels = append(labels, article.Label())
		}
		delete(texts, article.Number())
	}
	for _, article := range a.Articles {
		if _, gone := texts[article.Number()]; gone {
			labels = append(labels, article.Label())
		}
	}
	if len(labels) == 0 {
		return 0, ""
	}
	return len(labels), strings.Clone(labels[0])
}

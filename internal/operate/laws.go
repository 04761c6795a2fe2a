package operate

import (
	"cmp"
	"context"
	"slices"
	"time"

	"pugongying/internal/civil"
	"pugongying/internal/explainer"
	"pugongying/internal/law"
	"pugongying/internal/law/lawimport"
	"pugongying/internal/quiz"
)

// Explainers gives the explainers that are live.
type Explainers interface{ All() []*explainer.Explainer }

// Questions gives the questions that are live, and those that leave the draws because a law they cite has changed.
type Questions interface {
	Questions() []*quiz.Question
	Outdated() []*quiz.Question
}

// LawParts is what Laws works with; every part is required.
type LawParts struct {
	Store      law.Store
	Library    *law.Library
	Explainers Explainers
	Questions  Questions
	Reload     func(context.Context) error // takes in what an import wrote
	Now        func() time.Time
}

// Laws imports laws and names the content that depends on them.
type Laws struct{ parts LawParts }

// NewLaws creates the service.
func NewLaws(p LawParts) *Laws { return &Laws{p} }

// LawRow is one law as a list shows it: its current version and how many there are.
type LawRow struct {
	Law, Title, Effective string
	Status                law.Status
	Articles, Versions    int
}

// Dependant is one citation of live content that points into a law.
type Dependant struct {
	Kind     string // 故事 or 题目
	ID       string
	Title    string
	Law      string
	Citation string
	Change   string // what became of the provision
}

// Files calls each with the name and bytes of every file of an import; an error of each ends it.
type Files func(each func(name string, data []byte) error) error

// List returns every law in the register's order.
func (l *Laws) List() []LawRow {
	rows := []LawRow{}
	for _, h := range l.parts.Library.Laws() {
		rows = append(rows, LawRow{
			Law: h.Slug, Title: h.Title, Effective: h.Effective, Status: h.Status, Articles: h.Count(), Versions: len(h.Versions),
		})
	}
	return rows
}

// Import imports files, reports each, and returns the dependants whose provisions changed by it. What was written before
// an error remains; the same files may be imported again.
func (l *Laws) Import(ctx context.Context, files Files, o lawimport.Options, report func(lawimport.Outcome)) ([]Dependant, error) {
	return l.changing(ctx, func() error {
		m, err := lawimport.NewImporter(ctx, l.parts.Store, l.parts.Library.Shipped(), o, l.parts.Now, report)
		if err != nil {
			return err
		}
		if err := files(func(name string, data []byte) error { return m.Add(ctx, name, data) }); err != nil {
			return err
		}
		return m.Close(ctx)
	})
}

// changing changes laws and returns the dependants whose provisions changed by it.
func (l *Laws) changing(ctx context.Context, change func() error) ([]Dependant, error) {
	before, err := l.dependants(ctx, "")
	if err != nil {
		return nil, err
	}
	if err := change(); err != nil {
		return nil, err
	}
	if err := l.parts.Reload(ctx); err != nil {
		return nil, err
	}
	known := func(d Dependant) bool { return slices.Contains(before, d) }
	after, err := l.dependants(ctx, "")
	return slices.DeleteFunc(after, known), err
}

// LawVersion is one stored version of a law, withdrawn ones included.
type LawVersion struct {
	Law, Title, Version        string
	Issued, Revised, Effective string
	Articles                   int
	Status                     law.Status // empty when it is withdrawn
	Withdrawn                  string     // the day
	Source                     string
	ImportedAt                 time.Time
}

// Versions lists everything that is stored of a law, earliest first. law.ErrUnknown for a name that is no law's.
func (l *Laws) Versions(ctx context.Context, name string) ([]LawVersion, error) {
	entries, err := l.parts.Store.Laws(ctx, 0)
	if err != nil {
		return nil, err
	}
	e, found := law.Named(entries, name)
	if !found {
		return nil, law.ErrUnknown
	}
	record, err := l.parts.Library.Law(e.Title)
	if err != nil {
		return nil, err
	}
	rows := make([]LawVersion, len(e.Versions))
	for i, f := range e.Versions {
		rows[i] = LawVersion{
			Law: e.Slug, Title: e.Title, Version: f.Version, Issued: f.Issued, Revised: f.Revised, Effective: f.Effective,
			Articles: f.Articles(), Withdrawn: f.Withdrawn, Source: f.Source, ImportedAt: f.ImportedAt,
		}
		if at := record.At(f.Version); at >= 0 {
			rows[i].Status = record.Versions[at].Status
		}
	}
	return rows, nil
}

// Withdraw takes a version out of use, or brings it back, and returns the dependants whose provisions changed by it. The
// errors are law.Withdraw's.
func (l *Laws) Withdraw(ctx context.Context, w law.Withdrawal) ([]Dependant, error) {
	w.At = l.parts.Now()
	w.Day = civil.DayOf(w.At)
	return l.changing(ctx, func() error {
		_, err := law.Withdraw(ctx, l.parts.Store, w)
		return err
	})
}

// Dependants returns every citation of live content into one law, changed or not; without a name, the citations into any law
// whose provision says something else now or will with the next version. law.ErrUnknown for a name that is no law's.
func (l *Laws) Dependants(ctx context.Context, name string) ([]Dependant, error) {
	if name == "" {
		return l.dependants(ctx, "")
	}
	h, err := l.parts.Library.Law(name)
	if err != nil {
		return nil, err
	}
	return l.dependants(ctx, h.Slug)
}

func (l *Laws) dependants(ctx context.Context, slug string) ([]Dependant, error) {
	type piece struct {
		Dependant
		pins  []law.Pin
		cited []law.Resolved
	}
	var pieces []piece
	var all []law.Pin
	add := func(kind, id, title string, cited []law.Resolved, pins []law.Pin) {
		pieces, all = append(pieces, piece{Dependant{Kind: kind, ID: id, Title: title}, pins, cited}), append(all, pins...)
	}
	for _, s := range l.parts.Explainers.All() {
		add("故事", s.Slug, s.Title, s.Citations, s.Pins())
	}
	for _, q := range l.parts.Questions.Outdated() {
		add("题目（已停用）", q.ID, q.Stem, q.Citations, q.Pins())
	}
	for _, q := range l.parts.Questions.Questions() {
		add("题目", q.ID, q.Stem, q.Citations, q.Pins())
	}
	since, err := l.parts.Library.Since(ctx, all)
	if err != nil {
		return nil, err
	}
	ahead, err := l.parts.Library.Ahead(ctx, all)
	if err != nil {
		return nil, err
	}
	found := []Dependant{}
	for _, p := range pieces {
		for i, pin := range p.pins {
			change := changeText(pin, since, ahead)
			if slug != pin.Law && (slug != "" || change == "") {
				continue
			}
			d := p.Dependant
			d.Law, d.Citation, d.Change = pin.Law, p.cited[i].Label, cmp.Or(change, "没有变")
			found = append(found, d)
		}
	}
	return found, nil
}

// changeText says what became, or will become, of a provision; "" when nothing.
func changeText(p law.Pin, since, ahead map[law.Pin]law.Change) string {
	if change, changed := since[p]; changed {
		return change.Text()
	}
	if change, coming := ahead[p]; coming {
		return change.Text() + "（现在还没有变）"
	}
	return ""
}

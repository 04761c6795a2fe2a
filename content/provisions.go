package content

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"pugongying/internal/explainer"
	"pugongying/internal/law"
	"pugongying/internal/law/lawimport"
	"pugongying/internal/publish"
	"pugongying/internal/quiz"
)

// Cite is a provision that shipped content cites.
type Cite struct {
	law.Resolved
	Where []string // ids of the items that cite it
}

// Cited returns every provision the items cite, once, ordered by law and article.
func Cited(items []publish.Shipped, laws *law.Register) ([]Cite, error) {
	at, cites := map[law.Citation]int{}, []Cite{}
	note := func(r law.Resolved, where string) {
		i, known := at[r.Citation]
		if !known {
			i = len(cites)
			at[r.Citation] = i
			cites = append(cites, Cite{Resolved: r})
		}
		cites[i].Where = append(cites[i].Where, where)
	}
	var faults []error
	for _, item := range items {
		resolved, err := citations(item, laws)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s %s: %w", item.Kind, item.ID, err))
		}
		for _, r := range resolved {
			note(r, item.ID)
		}
	}
	slices.SortFunc(cites, func(a, b Cite) int { return compare(a.Citation, b.Citation) })
	return cites, errors.Join(faults...)
}

func citations(item publish.Shipped, laws *law.Register) ([]law.Resolved, error) {
	switch item.Kind {
	case publish.KindQuestion:
		q, err := quiz.Parse(item.Body, laws)
		if err != nil {
			return nil, err
		}
		return q.Citations, nil
	case publish.KindExplainer:
		e, err := explainer.Parse(item.Body)
		if err != nil {
			return nil, err
		}
		found := make([]law.Resolved, len(e.Cites))
		for i, written := range e.Cites {
			c, err := laws.Parse(written)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", written, err)
			}
			if found[i], err = laws.Resolve(c); err != nil {
				return nil, fmt.Errorf("%s: %w", written, err)
			}
		}
		return found, nil
	}
	return nil, nil
}

// Texts is a folder of laws against which citations are checked. It is read once into memory and not stored.
type Texts struct {
	*law.Library
	refused map[string]string // why a text was not imported, by file name
}

// ReadTexts reads a folder of laws with their status on a day.
func ReadTexts(ctx context.Context, folder fs.FS, laws *law.Register, pins []law.Pin, day string) (*Texts, error) {
	store, t := law.NewMemory(), &Texts{refused: map[string]string{}}
	m, err := lawimport.NewImporter(ctx, store, laws, lawimport.Options{}, func() time.Time { return time.Unix(0, 0).UTC() }, func(o lawimport.Outcome) {
		if o.Kind == lawimport.Refused {
			t.refused[o.File] = o.Reason
		}
	})
	if err != nil {
		return nil, err
	}
	if err := m.ImportFolder(ctx, folder); err != nil {
		return nil, err
	}
	t.Library = law.NewLibrary(store, laws, pins, func() string { return day })
	return t, t.Reload(ctx)
}

// Pin returns pins with the current words of every cited provision. The error names each provision that is not found; then
// nothing may be pinned.
func (t *Texts) Pin(ctx context.Context, cites []Cite) ([]law.Pin, error) {
	pins, faults := make([]law.Pin, len(cites)), []error(nil)
	for i, c := range cites {
		quote, err := t.find(ctx, c)
		if err != nil {
			faults = append(faults, c.fault(err))
		}
		pins[i] = law.Pin{Citation: c.Citation, SHA256: quote.Article.SHA256}
	}
	return pins, errors.Join(faults...)
}

// Check returns the faults of the cited provisions: missing from the texts, repealed, renumbered, or changed since they
// were pinned.
func (t *Texts) Check(ctx context.Context, cites []Cite) []error {
	var faults []error
	for _, c := range cites {
		if change, changed := t.Changed(c.Citation); changed && change.Kind != law.Removed {
			faults = append(faults, c.fault(fmt.Errorf("%s: %s", change.Kind, change.Text())))
			continue
		}
		if _, err := t.find(ctx, c); err != nil {
			faults = append(faults, c.fault(err))
		}
	}
	return faults
}

func (c Cite) fault(err error) error {
	return fmt.Errorf("%s（%s）：%w", c.Label, strings.Join(c.Where, "、"), err)
}

// find finds the words of a citation and checks its form: an article with only one 款 is cited without the 款.
func (t *Texts) find(ctx context.Context, c Cite) (law.Quote, error) {
	quote, err := t.Provision(ctx, c.Citation)
	if errors.Is(err, law.ErrNoText) {
		for file, reason := range t.refused {
			if strings.Contains(file, c.Short) {
				return quote, fmt.Errorf("missing: %s：%s", file, reason)
			}
		}
	}
	if err != nil {
		return quote, fmt.Errorf("missing: %w", err)
	}
	if c.Paragraph != 1 {
		return quote, nil
	}
	whole := c.Citation
	whole.Paragraph, whole.Item = 2, 0
	if _, err := t.Provision(ctx, whole); err != nil {
		return quote, errors.New("一条只有一款的，引用时不写“第一款”")
	}
	return quote, nil
}

// Unpinned returns the citations without a pin and the pins that nothing cites any more.
func Unpinned(cites []Cite, pins []law.Pin) []error {
	pinned := map[law.Citation]bool{}
	for _, p := range pins {
		pinned[p.Citation] = true
	}
	var faults []error
	for _, c := range cites {
		if !pinned[c.Citation] {
			faults = append(faults, c.fault(errors.New("没有钉住原文：运行 pugongying content pin 法律文件夹")))
		}
		delete(pinned, c.Citation)
	}
	for c := range pinned {
		faults = append(faults, fmt.Errorf("%s %s%s：没有内容再引用它：运行 pugongying content pin 法律文件夹", PinsFile, c.Law, c.Provision()))
	}
	return faults
}

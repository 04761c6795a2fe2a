package desk

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/sergi/go-diff/diffmatchpatch"

	"pugongying/internal/explainer"
	"pugongying/internal/fault"
	"pugongying/internal/law"
	"pugongying/internal/publish"
	"pugongying/internal/quiz"
)

// Explainers gives the explainers that are live.
type Explainers interface{ All() []*explainer.Explainer }

// Questions gives the live questions that left the draws because a law they cite changed.
type Questions interface{ Outdated() []*quiz.Question }

// Piece is a live text that cites a provision which changed.
type Piece struct {
	Kind  publish.Kind
	ID    string
	Title string
	N     int
}

// Moved is one provision that says something else than when the texts that cite it were compared with it.
type Moved struct {
	Pin     law.Pin
	Label   string
	Change  law.Change
	Before  string // what it said; "" when that text was never imported
	After   string // what it says now, or where it went; "" when it is gone
	Instead string // the citation to write now; "" when only a person knows
	Pieces  []Piece
	Others  int // more pieces, which somebody else has to change
}

// Segment is a part of two texts laid side by side.
type Segment struct {
	Text       string
	Gone, Come bool // only in the older text, only in the newer one
}

// Differences lays two texts side by side; characters are never cut.
func Differences(before, after string) []Segment {
	d := diffmatchpatch.New()
	found := d.DiffCleanupSemantic(d.DiffMainRunes([]rune(before), []rune(after), false))
	segments := make([]Segment, len(found))
	for i, one := range found {
		segments[i] = Segment{Text: one.Text, Gone: one.Type == diffmatchpatch.DiffDelete, Come: one.Type == diffmatchpatch.DiffInsert}
	}
	return segments
}

// Diff is the provision's old and new words side by side.
func (m Moved) Diff() []Segment { return Differences(m.Before, m.After) }

// Changes are the provisions that changed under what is live, with everything that cites each, ordered by law and article.
type Changes struct {
	laws       History
	explainers Explainers
	questions  Questions
}

// NewChanges creates the list; it is derived from what is live and from the laws whenever it is asked for.
func NewChanges(laws History, explainers Explainers, questions Questions) *Changes {
	return &Changes{laws, explainers, questions}
}

// List returns every provision that changed.
func (c *Changes) List(ctx context.Context) ([]Moved, error) {
	at, list := map[law.Pin]int{}, []Moved{}
	add := func(p Piece, cited []law.Resolved, pins []law.Pin, changes []law.Change) {
		for i, change := range changes {
			if change.Kind == "" {
				continue
			}
			pin := pins[i]
			if pin.SHA256 == "" {
				pin = c.laws.ShippedPin(pin.Citation)
			}
			place, known := at[pin]
			if !known {
				place = len(list)
				at[pin] = place
				list = append(list, Moved{Pin: pin, Label: cited[i].Label, Change: change})
			}
			list[place].Pieces = append(list[place].Pieces, p)
		}
	}
	for _, e := range c.explainers.All() {
		add(Piece{publish.KindExplainer, e.ID, e.Title, e.Version}, e.Citations, e.Pins(), e.Changes)
	}
	for _, q := range c.questions.Outdated() {
		add(Piece{publish.KindQuestion, q.ID, q.Stem, q.Version}, q.Citations, q.Pins(), q.Changes)
	}
	for i := range list {
		if err := c.compare(ctx, &list[i]); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(list, func(a, b Moved) int {
		return cmp.Or(cmp.Compare(a.Pin.Law, b.Pin.Law), cmp.Compare(a.Pin.Article, b.Pin.Article), cmp.Compare(a.Label, b.Label), cmp.Compare(a.Pin.SHA256, b.Pin.SHA256))
	})
	return list, nil
}

// compare adds what the provision said and says.
func (c *Changes) compare(ctx context.Context, m *Moved) error {
	if m.Pin.SHA256 != "" {
		old, err := c.laws.Words(ctx, m.Pin)
		switch {
		case err == nil:
			m.Before = old.Article.Text()
		case !absent(err):
			return err
		}
	}
	to := m.Pin.Citation
	switch m.Change.Kind {
	case law.Renumbered:
		to = m.Change.To
	case law.Removed, law.LawRepealed:
		return nil
	}
	now, err := c.laws.Provision(ctx, to)
	switch {
	case err == nil:
		m.After, m.Instead = now.Article.Text(), now.Label
	case !absent(err):
		return err
	}
	return nil
}

// absent reports whether an error says that there is no such text.
func absent(err error) bool {
	return fault.From(err).Kind == fault.NotFound
}

// ErrNotCited refuses to replace a citation in a text that does not have it.
var ErrNotCited = fault.New(fault.Conflict, "desk.not_cited", "这一篇里已经没有这条引用了，请刷新再看。")

// Replaced is the body of a text in which one citation is another one, or the same one that was compared anew.
// ErrNotCited when the text does not have it.
func Replaced(ctx context.Context, laws Laws, kind publish.Kind, body []byte, from, to law.Citation) ([]byte, error) {
	target, err := laws.AllVersions().Resolve(to)
	if err != nil {
		return nil, err
	}
	if kind == publish.KindExplainer {
		return replacedStory(ctx, laws, body, from, target)
	}
	return replacedQuestion(ctx, laws, body, from, target)
}

func replacedStory(ctx context.Context, laws Laws, body []byte, from law.Citation, to law.Resolved) ([]byte, error) {
	e, err := explainer.Draft(body)
	if err != nil {
		return nil, err
	}
	before := without(pinsOf(e, laws.AllVersions()), from)
	found := false
	for i := range e.Sections {
		e.Sections[i].Body = Cited.ReplaceAllStringFunc(e.Sections[i].Body, func(written string) string {
			r, ok := resolve(laws.AllVersions(), strings.Trim(written, "〔〕"))
			if !ok || r.Citation != from {
				return written
			}
			found = true
			return "〔" + to.Label + "〕"
		})
	}
	if !found {
		return nil, ErrNotCited
	}
	if err := cite(ctx, laws, e, before); err != nil {
		return nil, err
	}
	return e.File()
}

func replacedQuestion(ctx context.Context, laws Laws, body []byte, from law.Citation, to law.Resolved) ([]byte, error) {
	d, err := quiz.Draft(body)
	if err != nil {
		return nil, err
	}
	before, found := without(d.Pins(laws.AllVersions()), from), false
	var cites []string
	var cited []law.Citation
	for _, line := range d.Cites {
		r, ok := resolve(laws.AllVersions(), line)
		if ok && r.Citation == from {
			r, line, found = to, to.Label, true
		}
		if !slices.Contains(cites, line) {
			cites, cited = append(cites, line), append(cited, r.Citation)
		}
	}
	if !found {
		return nil, ErrNotCited
	}
	pins, err := laws.Stamped(ctx, before, cited)
	if err != nil {
		return nil, err
	}
	d.Cites, d.Provisions = cites, law.ProvisionsOf(pins, func(i int) string { return cites[i] })
	return d.Body()
}

// without leaves out what is compared anew.
func without(pins []law.Pin, citations ...law.Citation) []law.Pin {
	return slices.DeleteFunc(pins, func(p law.Pin) bool { return slices.Contains(citations, p.Citation) })
}

// Read parses a citation that somebody wrote or picked; ErrCite with the reason at its field.
func Read(laws Laws, field, written string) (law.Citation, error) {
	r, ok := resolve(laws.Register(), strings.TrimSpace(written))
	if !ok {
		return law.Citation{}, ErrCite.At(fault.Field{Location: field, Message: ErrCite.Text})
	}
	return r.Citation, nil
}

package operate

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"pugongying/internal/audit"
	"pugongying/internal/contribution"
	"pugongying/internal/explainer"
	"pugongying/internal/media"
	"pugongying/internal/publish"
	"pugongying/internal/region"
	"pugongying/internal/staff"
)

// Pieces makes explainers of volunteers' stories and says how far they are; it is contribution.Pieces.
type Pieces struct{ PieceParts }

// PieceParts is what Pieces needs.
type PieceParts struct {
	Workflow interface {
		Create(ctx context.Context, who staff.Principal, b publish.Beginning) (publish.Publication, error)
		Withdraw(ctx context.Context, by audit.Actor, id string) error
	}
	Publications interface {
		Publication(ctx context.Context, id string) (publish.Publication, error)
		Notes(ctx context.Context, publication string) ([]publish.Note, error)
	}
	Names interface {
		Names(ctx context.Context, accounts ...string) (map[string]string, error)
	}
	Pictures interface {
		Picture(ctx context.Context, id string) (media.Picture, error)
	}
}

// NewPieces makes them of these parts.
func NewPieces(p PieceParts) *Pieces { return &Pieces{p} }

var _ contribution.Pieces = (*Pieces)(nil)

// Begin makes the draft with her words as they are; both who wrote them and who took them are its authors.
func (s *Pieces) Begin(ctx context.Context, by staff.Principal, p contribution.Piece) error {
	_, err := s.Publications.Publication(ctx, p.ID)
	if !errors.Is(err, publish.ErrNotFound) {
		return err
	}
	shown, err := s.shown(ctx, p)
	if err != nil {
		return err
	}
	body, err := bodyOf(p, shown)
	if err != nil {
		return err
	}
	_, err = s.Workflow.Create(ctx, by, publish.Beginning{
		ID: p.ID, Kind: publish.KindExplainer, Slug: slugOf(p.ID), Title: p.Title, Region: region.Code(p.Region), Body: body, Authors: p.Authors,
	})
	if errors.Is(err, publish.ErrStale) { // another request of hers was quicker
		return nil
	}
	return err
}

// slugOf is an address that tells nothing; the editor gives another one.
func slugOf(id string) string { return "s" + strings.ToLower(id[:min(len(id), 9)]) }

var provenances = map[contribution.Provenance]explainer.Provenance{
	contribution.Invented: explainer.Invented, contribution.Real: explainer.Generalised,
}

// shown are the pictures of the boxes, each at the end of the part its box becomes, with what she said of it or else what
// the library says. One that is gone from the library is left out.
func (s *Pieces) shown(ctx context.Context, p contribution.Piece) ([]publish.Picture, error) {
	var all []publish.Picture
	for i, box := range p.Boxes {
		for _, used := range box.Pictures {
			known, err := s.Pictures.Picture(ctx, used.ID)
			if errors.Is(err, media.ErrPictureUnknown) {
				continue
			}
			if err != nil {
				return nil, err
			}
			large := known.Size(media.Large)
			all = append(all, publish.Picture{
				ID: used.ID, Part: i + 1, Description: cmp.Or(strings.TrimSpace(used.Description), known.Description), Width: large.Width, Height: large.Height,
			})
		}
	}
	return all, nil
}

// bodyOf is the unfinished explainer: the words of the boxes under the parts they belong to.
func bodyOf(p contribution.Piece, shown []publish.Picture) ([]byte, error) {
	e := explainer.Authored{
		Pictures: shown,
		ID:       p.ID, Slug: slugOf(p.ID), Title: p.Title, Share: p.Title, Lang: "zh-CN", Region: p.Region, Provenance: provenances[p.Provenance],
	}
	for i, heading := range explainer.Headings() {
		e.Sections = append(e.Sections, explainer.Section{Heading: heading, Body: "\n" + paragraphs(p.Boxes[i].Text) + "\n"})
	}
	return e.File()
}

// written makes the signs mean nothing that Markdown would give a meaning.
var written = strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "[", `\[`, "`", "\\`", "<", `\<`)

// paragraphs are the lines of a box as Markdown.
func paragraphs(text string) string {
	var out []string
	for line := range strings.Lines(text) {
		line = written.Replace(strings.TrimSpace(line))
		if first, _ := utf8.DecodeRuneInString(line); strings.ContainsRune("#>-+=~", first) {
			line = `\` + line
		}
		if line != "" {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n\n") + "\n"
}

// States says how far pieces are.
func (s *Pieces) States(ctx context.Context, ids []string) (map[string]contribution.PieceState, error) {
	states := map[string]contribution.PieceState{}
	for _, id := range ids {
		p, err := s.Publications.Publication(ctx, id)
		if errors.Is(err, publish.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if states[id], err = s.state(ctx, p); err != nil {
			return nil, err
		}
	}
	return states, nil
}

// reviews are the states in which one of the three looks at a text.
var reviews = map[publish.State]int{publish.StateCheck: 1, publish.StateFirst: 1, publish.StateSecond: 2, publish.StateThird: 3}

// allPassed is how many reviews there are.
const allPassed = 3

func (s *Pieces) state(ctx context.Context, p publish.Publication) (contribution.PieceState, error) {
	state := contribution.PieceState{Slug: p.Slug, Title: p.Title, Live: p.Live > 0, Withdrawn: p.Live == 0 && p.Withdrawn != ""}
	if state.Withdrawn {
		state.Why = "编辑撤下了这一篇。想知道为什么，问带你的编辑。"
	}
	for _, o := range p.Open {
		switch {
		case o.State == publish.StateApproved || o.State == publish.StateScheduled:
			state.Passed = allPassed
		case reviews[o.State] > 0:
			state.Review, state.Passed = reviews[o.State], len(o.Passes)
			if due := o.Due; !due.IsZero() {
				state.Until = &due
			}
		case o.Returned:
			comment, err := s.returned(ctx, p.ID)
			if err != nil {
				return state, err
			}
			state.Comment = comment
		}
	}
	return state, nil
}

// returned is what was said when it was sent back last.
func (s *Pieces) returned(ctx context.Context, id string) (*contribution.Sentence, error) {
	notes, err := s.Publications.Notes(ctx, id)
	if err != nil {
		return nil, err
	}
	for _, n := range slices.Backward(notes) {
		if n.Kind == publish.NoteReturn && n.Text != "" {
			names, err := s.Names.Names(ctx, n.By.ID)
			return &contribution.Sentence{By: n.By.ID, Name: names[n.By.ID], At: n.At, Text: n.Text}, err
		}
	}
	return nil, nil
}

// withdrawTries is how often somebody may save beside a withdrawal.
const withdrawTries = 5

// Withdraw takes a piece away for the story's sake, whoever works on it.
func (s *Pieces) Withdraw(ctx context.Context, id string) error {
	by := audit.Actor{Kind: audit.KindSystem, ID: "contribution"}
	var err error
	for range withdrawTries {
		if err = s.Workflow.Withdraw(ctx, by, id); !errors.Is(err, publish.ErrStale) {
			break
		}
	}
	if errors.Is(err, publish.ErrNotFound) || errors.Is(err, publish.ErrTransition) {
		return nil
	}
	return err
}

// Personal finds what tells who somebody is; *check.Checker does.
type Personal interface {
	Personal(text string, real bool) []publish.Finding
}

// TellingCheck is the machine's look at a story that is being told; it is contribution.Checker.
type TellingCheck struct{ Machine Personal }

// removable are findings that a story loses nothing by: what may stand there instead is nothing.
var removable = map[string]bool{
	"privacy.mobile": true, "privacy.landline": true, "privacy.identity": true, "privacy.plate": true, "privacy.handle": true,
	"privacy.mail": true, "privacy.card": true,
}

// Check looks at the title and the four boxes.
func (c TellingCheck) Check(_ context.Context, title string, texts [contribution.Boxes]string, real bool) []contribution.Finding {
	found := c.in(-1, title, real)
	for i, text := range texts {
		found = append(found, c.in(i, text, real)...)
	}
	return found
}

func (c TellingCheck) in(box int, text string, real bool) (found []contribution.Finding) {
	for _, f := range c.Machine.Personal(text, real) {
		one := contribution.Finding{Code: f.Code, Severity: string(f.Severity), Box: box, Start: f.Start, End: f.End, Text: f.Sentence}
		if mend := f.Mend; mend != "" || removable[f.Code] {
			one.Mend = &mend
		}
		found = append(found, one)
	}
	return found
}

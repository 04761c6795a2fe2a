package desk

import (
	"context"
	"errors"

	"pugongying/internal/explainer"
	"pugongying/internal/fault"
	"pugongying/internal/law"
	"pugongying/internal/publish"
	"pugongying/internal/quiz"
	"pugongying/internal/staff"
)

// MostReplaced is how many texts one act changes.
const MostReplaced = 200

// Faults of replacing.
var (
	ErrNone    = fault.New(fault.Invalid, "desk.none_chosen", "还没有选是哪几篇。")
	ErrMany    = fault.New(fault.TooLarge, "desk.too_many_chosen", "一次最多换 200 篇，请分几次。")
	ErrBegun   = fault.New(fault.Conflict, "desk.being_written", "有人正在改这一篇，还没有交。请打开它，在里面改这一条。")
	ErrWaiting = fault.New(fault.Conflict, "desk.under_review", "这一篇有一版正在审。审完再换，或者请作者收回来。")
)

// Lists are the provisions that changed, with everything that cites each.
type Lists interface {
	List(ctx context.Context) ([]Moved, error)
}

// Changed lists the provisions that changed, with the texts that she may change herself; how many others there are is said.
func (s *Service) Changed(ctx context.Context, who staff.Principal) ([]Moved, error) {
	list, err := s.Changes.List(ctx)
	if err != nil {
		return nil, err
	}
	hers := map[string]bool{}
	for i := range list {
		var mine []Piece
		for _, p := range list[i].Pieces {
			if _, asked := hers[p.ID]; !asked {
				_, err := s.Workflow.Working(ctx, who, p.ID)
				if err != nil && !absent(err) && fault.From(err).Kind != fault.Forbidden {
					return nil, err
				}
				hers[p.ID] = err == nil
			}
			if hers[p.ID] {
				mine = append(mine, p)
			}
		}
		list[i].Others, list[i].Pieces = len(list[i].Pieces)-len(mine), mine
	}
	return list, nil
}

// Replacement is a citation that is to become another one, or the same one compared anew, in several texts.
type Replacement struct {
	From law.Citation
	To   string // as it is written
	IDs  []string
}

// Outcome is what became of one text: a draft that was handed in, one that waits because other citations of it changed
// too, or why there is none.
type Outcome struct {
	ID, Title string
	Left      int // citations that changed and are not replaced yet; nothing is handed in before
	Err       error
}

// Replace replaces a citation in each text and hands the new draft in once no other citation of it is left to compare, each
// by itself: one that cannot be changed costs no other anything. Nothing that residents see changes before three people passed it.
func (s *Service) Replace(ctx context.Context, who staff.Principal, r Replacement) ([]Outcome, error) {
	switch {
	case len(r.IDs) == 0:
		return nil, ErrNone.At(faultAt("id", ErrNone.Text))
	case len(r.IDs) > MostReplaced:
		return nil, ErrMany
	}
	to, err := Read(s.Laws, "to", r.To)
	if err != nil {
		return nil, err
	}
	outcomes := make([]Outcome, len(r.IDs))
	for i, id := range r.IDs {
		outcomes[i] = s.replace(ctx, who, id, [2]law.Citation{r.From, to})
		var said *fault.Error
		if err := outcomes[i].Err; err != nil && !errors.As(err, &said) {
			return outcomes[:i], err
		}
	}
	return outcomes, nil
}

func (s *Service) replace(ctx context.Context, who staff.Principal, id string, fromTo [2]law.Citation) Outcome {
	o := Outcome{ID: id}
	t, err := s.Open(ctx, who, id)
	if err != nil {
		o.Err = err
		return o
	}
	o.Title = TitleOf(t.Kind, t.Body)
	switch {
	case t.Rev > 0:
		o.Err = ErrBegun
		return o
	case t.State != publish.StateDraft && t.State != publish.StateLive:
		o.Err = ErrWaiting
		return o
	}
	if t.Body, o.Err = Replaced(ctx, s.Laws, t.Kind, t.Body, fromTo[0], fromTo[1]); o.Err != nil {
		return o
	}
	if o.Left, o.Err = s.left(ctx, t); o.Err != nil {
		return o
	}
	p, err := s.revise(ctx, who, t)
	if err == nil && o.Left == 0 {
		_, err = s.Workflow.Submit(ctx, who, publish.At{ID: id, N: p.Last, SHA256: p.LastSHA})
	}
	o.Err = err
	return o
}

// left counts the citations of a text that changed since they were compared.
func (s *Service) left(ctx context.Context, t Text) (int, error) {
	var pins []law.Pin
	switch t.Kind {
	case publish.KindExplainer:
		e, err := explainer.Draft(t.Body)
		if err != nil {
			return 0, err
		}
		pins = pinsOf(e, s.Laws.AllVersions())
	case publish.KindQuestion:
		q, err := quiz.Draft(t.Body)
		if err != nil {
			return 0, err
		}
		pins = q.Pins(s.Laws.AllVersions())
	}
	since, err := s.Laws.Since(ctx, pins)
	return len(since), err
}

// revise stores a text as a new version, made of what she saw.
func (s *Service) revise(ctx context.Context, who staff.Principal, t Text) (publish.Publication, error) {
	newest, err := s.Workflow.Newer(ctx, who, t.ID)
	if err != nil {
		return publish.Publication{}, err
	}
	return s.Workflow.Revise(ctx, who, publish.Revision{
		ID: t.ID, Rev: newest.Publication.Rev, From: t.From, Title: TitleOf(t.Kind, t.Body), Region: t.Region, Body: t.Body,
	})
}

package contribution

import (
	"context"

	"pugongying/internal/access"
	"pugongying/internal/audit"
	"pugongying/internal/staff"
)

// Waiting lists the contributions in a state that an editor may read, longest waiting first.
func (s *Service) Waiting(ctx context.Context, who staff.Principal, state State) ([]Saved, error) {
	if !who.Admits(access.EditText) {
		return nil, staff.ErrForbidden
	}
	found, err := s.Store.In(ctx, state, longestList)
	if err != nil {
		return nil, err
	}
	readable := found[:0]
	for _, c := range found {
		if c.ErasedAt == nil && c.State != Writing && who.May(access.ReadContribution, record(who, c)) == nil {
			readable = append(readable, c)
		}
	}
	return s.with(ctx, readable)
}

// Open gives an editor the raw words of one, beside which she works on its piece. That she read them is in the audit
// record, or she does not read them.
func (s *Service) Open(ctx context.Context, who staff.Principal, id string) (Saved, error) {
	c, err := s.edited(ctx, who, id)
	if err != nil {
		return Saved{}, err
	}
	if err := c.readable(); err != nil {
		return Saved{}, err
	}
	if c, err = s.change(ctx, who, id, audit.ContributionRead, func(*Contribution) error { return nil }); err != nil {
		return Saved{}, err
	}
	return s.looked(ctx, c, nil)
}

// edited loads one that an editor may work on.
func (s *Service) edited(ctx context.Context, who staff.Principal, id string) (Contribution, error) {
	c, err := s.Store.Contribution(ctx, id)
	if err != nil {
		return Contribution{}, err
	}
	for _, action := range []access.Action{access.ReadContribution, access.EditText} {
		if err := who.May(action, record(who, c)); err != nil {
			return Contribution{}, hidden(err)
		}
	}
	if c.State == Writing {
		return Contribution{}, ErrNotFound // nobody looks over her shoulder
	}
	return c, nil
}

// Take gives one to an editor and begins its piece: an explainer draft with the words as they are, of which both are authors.
// Taking again what she has goes on where it was interrupted. ErrTaken, ErrState, ErrGone.
func (s *Service) Take(ctx context.Context, who staff.Principal, id string) (Saved, error) {
	if _, err := s.edited(ctx, who, id); err != nil {
		return Saved{}, err
	}
	piece := s.NewID()
	c, err := s.change(ctx, who, id, audit.ContributionTake, func(c *Contribution) error { return c.take(who.Account, piece) })
	if err != nil {
		return Saved{}, err
	}
	err = s.Pieces.Begin(ctx, who, Piece{
		ID: c.Piece, Authors: []string{c.Author, who.Account}, Region: string(c.Region), Title: c.Raw.Title, Provenance: c.Provenance, Boxes: written(c.Raw),
	})
	if err != nil {
		return Saved{}, err
	}
	return s.looked(ctx, c, nil)
}

func written(r Raw) (out [Boxes]WrittenBox) {
	for i, b := range r.Boxes {
		out[i] = WrittenBox{Text: b.Text, Pictures: b.Pictures}
	}
	return out
}

// GiveBack returns one to its author with a sentence that she reads whole. ErrWhy, ErrState, ErrTaken.
func (s *Service) GiveBack(ctx context.Context, who staff.Principal, id, sentence string) (Saved, error) {
	if _, err := s.edited(ctx, who, id); err != nil {
		return Saved{}, err
	}
	said := Sentence{By: who.Account, Name: who.Name, At: s.now(), Text: sentence}
	c, err := s.change(ctx, who, id, audit.ContributionReturn, func(c *Contribution) error { return c.giveBack(said) })
	if err != nil {
		return Saved{}, err
	}
	return s.looked(ctx, c, nil)
}

package member

import (
	"context"
	"errors"
)

// Rehang gives the things of members of schema 1, which hung on their ids, random handles of their own. It is repeated at
// every start, before anybody is served, and goes on where an interrupted one stopped: the handle is stored before anything
// moves to it.
func (s *Service) Rehang(ctx context.Context) error {
	for moved := false; ; moved = true {
		ids, err := s.stores.Members.Earlier(ctx, reconcileBatch)
		if err != nil {
			return err
		}
		if len(ids) == 0 && moved {
			return s.stores.Erasures.Overwrite(ctx)
		}
		if len(ids) == 0 {
			return nil
		}
		for _, id := range ids {
			if err := s.rehang(ctx, id); err != nil {
				return err
			}
		}
	}
}

func (s *Service) rehang(ctx context.Context, id ID) error {
	var to Handle
	err := s.stores.Members.UpdateMember(ctx, id, func(m *Member) error {
		if m.Earlier == nil {
			return errUnchanged
		}
		if m.Earlier.Handle == "" {
			m.Earlier.Handle = newHandle()
		}
		to = m.Earlier.Handle
		return nil
	})
	if errors.Is(err, errUnchanged) || errors.Is(err, ErrUnknown) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := s.moveThings(ctx, Handle(id), to); err != nil {
		return err
	}
	if err := s.removeThings(ctx, Handle(id)); err != nil { // the bookmarks that were copied
		return err
	}
	err = s.stores.Members.UpdateMember(ctx, id, func(m *Member) error {
		m.convert(s.now())
		return nil
	})
	if errors.Is(err, ErrUnknown) {
		return nil
	}
	return err
}

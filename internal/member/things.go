package member

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// Things is what one request may see and change of a member's history: the layer that its code opened. Service.Things is
// the only place that makes one, and every operation on bookmarks, mistakes, reviews and attempts takes one, so that
// none can reach what is behind a lock without its code. The zero Things is nobody's.
type Things struct {
	service *Service
	who     ID
	layer   Layer
	open    Handle // the open layer, within reach of everybody who is signed in
}

// Handle is what the layer's attempts and bookmarks hang on; "" for nobody.
func (t Things) Handle() Handle { return t.layer.Handle }

// Mistakes says whether mistakes are stored in this layer.
func (t Things) Mistakes() bool { return t.layer.Mistakes }

// Reaches says whether this request may see what belongs to an owner: to nobody, to the layer its code opened, or to the
// open layer.
func (t Things) Reaches(owner Handle) bool {
	return owner == "" || owner == t.layer.Handle || owner == t.open
}

// Keeps says whether mistakes are still stored in this layer by now.
func (t Things) Keeps(ctx context.Context) (bool, error) {
	layer, err := t.now(ctx)
	return layer.Mistakes, err
}

// now gives the layer as it is stored by now, the zero Layer once it is gone.
func (t Things) now(ctx context.Context) (Layer, error) {
	if t.who == "" {
		return Layer{}, nil
	}
	m, err := t.service.member(ctx, t.who)
	if errors.Is(err, ErrSessionUnknown) {
		return Layer{}, nil
	}
	if layer := m.Layers.find(t.Handle()); layer != nil {
		return *layer, err
	}
	return Layer{}, err
}

// View is the visible form of the layer's settings.
func (t Things) View() HistoryView {
	l := t.layer
	return HistoryView{Mistakes: l.Mistakes, Read: l.Read, Favourites: l.Favourites, Locked: l.Lock != nil, Tried: l.Tried}
}

// Things gives the layer that this code ("" for none) opens, and the open layer for an absent code and a wrong one. A code
// costs two writes and one slow hash, whether or not it opens anything and whether or not there is a lock; sent again
// within ten minutes, nothing. ErrCodeWait, with locked layers and without, once too many were tried. When a code opens two layers (a claim brought one with the same code),
// they are joined. ErrSessionUnknown once she was erased.
func (s *Service) Things(ctx context.Context, who ID, code string) (Things, error) {
	if who == "" {
		return Things{}, nil
	}
	if code != "" {
		return s.unlock(ctx, who, code)
	}
	m, err := s.member(ctx, who)
	return Things{s, who, m.Layers.Open, m.Layers.Open.Handle}, err
}

func (s *Service) unlock(ctx context.Context, who ID, code string) (Things, error) {
	m, err := s.member(ctx, who)
	if err != nil || !codeDigits.MatchString(code) {
		return Things{s, who, m.Layers.Open, m.Layers.Open.Handle}, err
	}
	opened, known := s.verdicts.of(m, code, s.steady())
	if !known {
		if err := waits(m.Layers.Tries.Refused(stored(s.steady()))); err != nil {
			return Things{}, err
		}
		if m.Layers, opened, err = s.try(ctx, who, code); err != nil {
			return Things{}, err
		}
		s.verdicts.remember(m, code, opened, s.steady())
	}
	if len(opened) == 0 {
		return Things{s, who, m.Layers.Open, m.Layers.Open.Handle}, nil
	}
	joined, err := s.join(ctx, who, opened)
	return Things{s, who, joined, m.Layers.Open.Handle}, err
}

// join moves the things of all these layers, which one code opened, into the first. An interrupted join is finished when
// the code is sent again.
func (s *Service) join(ctx context.Context, who ID, opened []Layer) (Layer, error) {
	first := opened[0]
	for _, other := range opened[1:] {
		if err := s.moveThings(ctx, other.Handle, first.Handle); err != nil {
			return Layer{}, fmt.Errorf("join layers: %w", err)
		}
		err := s.change(ctx, who, func(l *Layers) error {
			into := l.find(first.Handle)
			if into == nil {
				return errUnchanged
			}
			into.receive(other)
			first = *into
			l.Sealed = slices.DeleteFunc(slices.Clone(l.Sealed), func(layer Layer) bool { return layer.Handle == other.Handle })
			l.drop(other.Handle, s.now())
			return nil
		})
		if err != nil && !errors.Is(err, errUnchanged) {
			return Layer{}, err
		}
	}
	return first, nil
}

// receive turns on what was on in the other layer.
func (l *Layer) receive(other Layer) {
	l.Mistakes = l.Mistakes || other.Mistakes
	l.Read = l.Read || other.Read
	l.Favourites = l.Favourites || other.Favourites
}

// moveThings moves what hangs on one handle to another. Repeating it changes nothing.
func (s *Service) moveThings(ctx context.Context, from, to Handle) error {
	for _, m := range s.holders.Mergers {
		if err := m.Merge(ctx, from, to); err != nil {
			return err
		}
	}
	bookmarks, err := s.stores.Bookmarks.Bookmarks(ctx, from)
	if err != nil || len(bookmarks.Read)+len(bookmarks.Favourites) == 0 {
		return err
	}
	return s.stores.Bookmarks.UpdateBookmarks(ctx, to, func(mine *Bookmarks) error {
		mine.Read = addBookmarks(mine.Read, bookmarks.Read...)
		mine.Favourites = addBookmarks(mine.Favourites, bookmarks.Favourites...)
		return nil
	})
}

// removeThings removes everything that hangs on a handle.
func (s *Service) removeThings(ctx context.Context, h Handle) error {
	failed := s.stores.Bookmarks.DeleteBookmarks(ctx, h)
	for _, e := range s.holders.Erasers {
		failed = errors.Join(failed, e.EraseMember(ctx, h))
	}
	return failed
}

// member loads a member, with layers.
func (s *Service) member(ctx context.Context, who ID) (Member, error) {
	m, err := s.stores.Members.Member(ctx, who)
	if err != nil || m.Layers.Open.Handle != "" {
		return m, expired(err)
	}
	err = s.stores.Members.UpdateMember(ctx, who, func(stored *Member) error {
		stored.convert(s.now())
		m = *stored
		return nil
	})
	return m, expired(err)
}

// change changes a member's layers.
func (s *Service) change(ctx context.Context, who ID, apply func(*Layers) error) error {
	return expired(s.stores.Members.UpdateMember(ctx, who, func(m *Member) error {
		m.convert(s.now())
		return apply(&m.Layers)
	}))
}

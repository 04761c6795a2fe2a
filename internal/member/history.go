package member

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// HistoryView is the visible form of a layer's settings. Without a code, and with one that opens nothing, it is that of
// the open layer, exactly as when there were no other.
type HistoryView struct {
	Mistakes   bool
	Read       bool
	Favourites bool
	Locked     bool  // this is a locked layer, opened by its code
	Tried      Tried // codes that opened nothing, since this layer's code was set; zero for the open layer
}

// HistoryChange is the wanted state of a layer's settings. NewCode nil leaves the lock, "" removes it, 4 to 8 digits set it.
type HistoryChange struct {
	Mistakes   bool
	Read       bool
	Favourites bool
	NewCode    *string
}

// ChangeHistory changes the settings of a layer and its lock, removes what was turned off, and gives the layer as it is
// then. A code set on the open layer locks it, and a fresh open layer takes its place; so it is too where other layers
// are locked already. When the lock is removed, the layer becomes the open one, in place of what was open before. ErrCode
// for a new code that is not valid.
func (s *Service) ChangeHistory(ctx context.Context, t Things, c HistoryChange) (Things, error) {
	lock, err := s.newLock(ctx, t.who, c.NewCode)
	if err != nil {
		return Things{}, err
	}
	now := t
	err = s.change(ctx, t.who, func(l *Layers) error {
		layer := l.find(t.Handle())
		if layer == nil || !sameLock(layer.Lock, t.layer.Lock) {
			return nil // it was thrown away or locked meanwhile
		}
		l.apply(layer, c, s.now())
		if c.NewCode != nil {
			l.relock(layer, lock, s.now())
		}
		now.layer, now.open = *l.find(t.Handle()), l.Open.Handle
		return nil
	})
	if err != nil {
		return Things{}, err
	}
	return now, s.discard(ctx, t.who)
}

// newLock is the lock of a code that is to be set, nil when none is.
func (s *Service) newLock(ctx context.Context, who ID, code *string) (*Lock, error) {
	if code == nil || *code == "" {
		return nil, nil
	}
	if !codeDigits.MatchString(*code) {
		return nil, ErrCode
	}
	leave, err := s.gate.Enter(ctx, who)
	if err != nil {
		return nil, err
	}
	defer leave()
	return s.codes.lock(ctx, *code)
}

// relock sets, changes or (nil) removes the lock of a layer.
func (l *Layers) relock(layer *Layer, lock *Lock, now time.Time) {
	switch {
	case lock == nil:
		l.unseal(layer.Handle, now)
	case layer.Lock == nil:
		l.seal(lock, now)
	default:
		layer.Lock, layer.Fresh, layer.Tried = lock, true, Tried{}
	}
}

// sameLock detects a lock that was set between the check and the write.
func sameLock(a, b *Lock) bool {
	return a == nil && b == nil || a.same(b)
}

// ThrowAway removes every layer with everything that hangs on it, and leaves an empty open one. It needs no code,
// because it is the way out for a member who lost hers, and it reveals nothing.
func (s *Service) ThrowAway(ctx context.Context, who ID) error {
	err := s.change(ctx, who, func(l *Layers) error {
		gone := l.handles()
		*l = newLayers()
		for _, h := range gone {
			l.drop(h, s.now())
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.discard(ctx, who)
}

// discard removes the data that Discard names, then clears the names of what is removed for good.
func (s *Service) discard(ctx context.Context, who ID) error {
	m, err := s.member(ctx, who)
	if err != nil || len(m.Layers.Discard) == 0 {
		return err
	}
	for _, r := range m.Layers.Discard {
		if err := s.remove(ctx, r); err != nil {
			return fmt.Errorf("throw %s away: %w", r.Part, err)
		}
	}
	err = s.change(ctx, who, func(l *Layers) error {
		left := slices.DeleteFunc(slices.Clone(l.Discard), func(r Removal) bool {
			return slices.ContainsFunc(m.Layers.Discard, r.is) && r.over(s.now())
		})
		if len(left) == len(l.Discard) {
			return errUnchanged
		}
		l.Discard = left
		return nil
	})
	if errors.Is(err, errUnchanged) {
		return nil
	}
	return errors.Join(err, s.stores.Erasures.Overwrite(ctx))
}

func (r Removal) is(other Removal) bool {
	return r.Handle == other.Handle && r.Part == other.Part && r.At.Equal(other.At)
}

func (s *Service) remove(ctx context.Context, r Removal) error {
	switch r.Part {
	case "":
		return errors.Join(s.list(ctx, []Handle{r.Handle}), s.removeThings(ctx, r.Handle))
	case partMoving:
		return nil
	case partMistakes:
		return s.holders.Book.Forget(ctx, r.Handle)
	}
	return s.clear(ctx, r.Handle, r.Part)
}

func (s *Service) finishDiscards(ctx context.Context) error {
	ids, err := s.stores.Members.Discarding(ctx, reconcileBatch)
	if err != nil {
		return err
	}
	var failed error
	for _, id := range ids {
		failed = errors.Join(failed, s.discard(ctx, id))
	}
	return failed
}

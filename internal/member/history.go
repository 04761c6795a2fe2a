package member

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// HistorySettings are what she allowed to be kept, and the lock before it.
type HistorySettings struct {
	Mistakes   bool     `bson:"mistakes"`
	Read       bool     `bson:"reading"`
	Favourites bool     `bson:"favourites"`
	Lock       *Lock    `bson:"lock,omitempty"`
	Tries      Tries    `bson:"tries"`
	Discard    []string `bson:"discard,omitempty"` // turned off and not thrown away yet
}

// What can be kept, as Discard names it.
const (
	partMistakes   = "mistakes"
	partRead       = "reading"
	partFavourites = "favourites"
)

// HistoryView is what somebody may see of the settings. With a lock and without its code it is the zero HistoryView: exactly
// what it is where nothing is kept.
type HistoryView struct {
	Mistakes   bool
	Read       bool
	Favourites bool
	Locked     bool // there is a lock, and this is what lies behind it
}

func (k HistorySettings) view() HistoryView {
	return HistoryView{Mistakes: k.Mistakes, Read: k.Read, Favourites: k.Favourites, Locked: k.Lock != nil}
}

// HistoryChange is what shall be kept. NewCode nil leaves the lock, "" removes it, 4 to 8 digits set it.
type HistoryChange struct {
	Mistakes   bool
	Read       bool
	Favourites bool
	NewCode    *string
}

// History is what members allowed to be kept, and the locks before it. It needs no other capability, so that those which
// ask it (package quiz) can be made before the Service that erases with their help.
type History struct {
	members Members
	clock   func() time.Time
	codes   codes
}

// NewHistory works on the documents of members. Both are needed.
func NewHistory(members Members, now func() time.Time) (*History, error) {
	if members == nil || now == nil {
		return nil, errors.New("member: history put together without its documents or its clock")
	}
	return &History{members: members, clock: now, codes: newCodes()}, nil
}

// Keeps says whether mistakes are kept, locked or not: to keep one more is not to show any.
func (h *History) Keeps(ctx context.Context, who ID) (bool, error) {
	m, err := h.members.Member(ctx, who)
	if errors.Is(err, ErrUnknown) {
		return false, nil
	}
	return m.History.Mistakes, err
}

// unlock says whether this code opens what is kept. Without a lock everything is open. Every code that is sent costs
// one write and one argon2id, whether or not there is a lock; only the right one costs another write.
func (h *History) unlock(ctx context.Context, who ID, code string) (HistorySettings, bool, error) {
	if code == "" {
		m, err := h.members.Member(ctx, who)
		return m.History, m.History.Lock == nil, expired(err)
	}
	var settings HistorySettings
	var allowed bool
	err := h.members.UpdateMember(ctx, who, func(m *Member) error {
		allowed = m.History.Tries.take(stored(h.clock()))
		settings = m.History
		return nil
	})
	if err != nil {
		return HistorySettings{}, false, expired(err)
	}
	fits, err := h.codes.fits(ctx, code, settings.Lock)
	if err != nil {
		return HistorySettings{}, false, err
	}
	if settings.Lock == nil {
		return settings, true, nil
	}
	if !allowed || !fits {
		return HistorySettings{}, false, nil
	}
	err = h.members.UpdateMember(ctx, who, func(m *Member) error {
		m.History.Tries = Tries{}
		return nil
	})
	return settings, err == nil, expired(err)
}

// change changes the settings and says whether it did; what goes off is named in Discard by the same write.
func (h *History) change(ctx context.Context, who ID, code string, c HistoryChange) (bool, error) {
	var lock *Lock
	if c.NewCode != nil && *c.NewCode != "" {
		var err error
		if lock, err = h.codes.lock(ctx, *c.NewCode); err != nil {
			return false, err
		}
	}
	seen, open, err := h.unlock(ctx, who, code)
	if err != nil || !open {
		return false, err
	}
	err = h.members.UpdateMember(ctx, who, func(m *Member) error {
		if open = sameLock(m.History.Lock, seen.Lock); !open {
			return nil
		}
		m.History.apply(c)
		if c.NewCode != nil {
			m.History.Lock, m.History.Tries = lock, Tries{}
		}
		return nil
	})
	return err == nil && open, expired(err)
}

// History gives what is kept, as the holder of this code ("" for none) may see it. A wrong code, an absent code, a lock
// that is barred and nothing kept at all give the same answer; where a code was sent, after the same work.
func (s *Service) History(ctx context.Context, who ID, code string) (HistoryView, error) {
	settings, open, err := s.history.unlock(ctx, who, code)
	if err != nil || !open {
		return HistoryView{}, err
	}
	return settings.view(), nil
}

// ChangeHistory changes what is kept and says whether it did: behind a lock without its code nothing changes, and the
// answer does not say why. What is turned off is thrown away. ErrCode for a new code that is none.
func (s *Service) ChangeHistory(ctx context.Context, who ID, code string, c HistoryChange) (bool, error) {
	changed, err := s.history.change(ctx, who, code, c)
	if err != nil || !changed {
		return false, err
	}
	return true, s.discard(ctx, who)
}

// sameLock guards against a lock that was set between looking and writing.
func sameLock(a, b *Lock) bool {
	return (a == nil) == (b == nil) && (a == nil || bytes.Equal(a.Hash, b.Hash))
}

// apply turns on and off; what goes off is named for throwing away in the same write.
func (k *HistorySettings) apply(w HistoryChange) {
	for _, part := range []struct {
		name   string
		on     *bool
		wanted bool
	}{
		{partMistakes, &k.Mistakes, w.Mistakes}, {partRead, &k.Read, w.Read}, {partFavourites, &k.Favourites, w.Favourites},
	} {
		if *part.on && !part.wanted {
			k.Discard = append(k.Discard, part.name)
		}
		*part.on = part.wanted
	}
}

// ThrowAway turns all keeping off, throws everything kept away and removes the lock. It needs no code: it is the way
// out for somebody who lost hers, and shows nothing.
func (s *Service) ThrowAway(ctx context.Context, who ID) error {
	err := s.stores.Members.UpdateMember(ctx, who, func(m *Member) error {
		m.History = HistorySettings{Discard: []string{partMistakes, partRead, partFavourites}}
		return nil
	})
	if err != nil {
		return expired(err)
	}
	return s.discard(ctx, who)
}

// discard throws away what Discard names, then clears those names.
func (s *Service) discard(ctx context.Context, who ID) error {
	m, err := s.stores.Members.Member(ctx, who)
	if err != nil || len(m.History.Discard) == 0 {
		return expired(err)
	}
	for _, name := range m.History.Discard {
		if name == partMistakes {
			err = s.holders.Book.Forget(ctx, who)
		} else {
			err = s.clear(ctx, who, name)
		}
		if err != nil {
			return fmt.Errorf("throw %s away: %w", name, err)
		}
	}
	err = s.stores.Members.UpdateMember(ctx, who, func(now *Member) error {
		now.History.Discard = slices.DeleteFunc(now.History.Discard, func(name string) bool {
			return slices.Contains(m.History.Discard, name)
		})
		return nil
	})
	return expired(err)
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

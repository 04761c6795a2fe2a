package member

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// HistorySettings are the kinds of history she allowed us to store, and the lock on them.
type HistorySettings struct {
	Mistakes   bool     `bson:"mistakes"`
	Read       bool     `bson:"reading"`
	Favourites bool     `bson:"favourites"`
	Lock       *Lock    `bson:"lock,omitempty"`
	Tries      Tries    `bson:"tries"`
	Discard    []string `bson:"discard,omitempty"` // turned off and not removed yet
}

// The kinds of history, as Discard names them.
const (
	partMistakes   = "mistakes"
	partRead       = "reading"
	partFavourites = "favourites"
)

// HistoryView is the visible form of the settings. With a lock and without its code it is the zero HistoryView, exactly
// as when nothing is stored.
type HistoryView struct {
	Mistakes   bool
	Read       bool
	Favourites bool
	Locked     bool // there is a lock, and this view is what it protects
}

func (k HistorySettings) view() HistoryView {
	return HistoryView{Mistakes: k.Mistakes, Read: k.Read, Favourites: k.Favourites, Locked: k.Lock != nil}
}

// HistoryChange is the wanted state of the settings. NewCode nil leaves the lock, "" removes it, 4 to 8 digits set it.
type HistoryChange struct {
	Mistakes   bool
	Read       bool
	Favourites bool
	NewCode    *string
}

// History gives access to the members' history settings and locks. It depends on no other capability, so that those
// which ask it (package quiz) can be created before the Service, which needs them for erasing.
type History struct {
	members Members
	clock   func() time.Time
	codes   codes
}

// NewHistory works on the documents of members. Both arguments are required.
func NewHistory(members Members, now func() time.Time) (*History, error) {
	if members == nil || now == nil {
		return nil, errors.New("member: history put together without its documents or its clock")
	}
	return &History{members: members, clock: now, codes: newCodes()}, nil
}

// Keeps says whether mistakes are stored, locked or not: storing another one reveals nothing.
func (h *History) Keeps(ctx context.Context, who ID) (bool, error) {
	m, err := h.members.Member(ctx, who)
	if errors.Is(err, ErrUnknown) {
		return false, nil
	}
	return m.History.Mistakes, err
}

// unlock says whether this code opens the stored history. Without a lock everything is open. Every code that is sent
// costs one write and one argon2id hash, whether or not there is a lock; only the right code costs another write.
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

// change changes the settings and says whether it did; what is turned off is listed in Discard by the same write.
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

// History gives the settings as far as this code ("" for none) may see them. A wrong code, an absent code, a barred
// lock and an empty history give the same answer; where a code was sent, after the same work.
func (s *Service) History(ctx context.Context, who ID, code string) (HistoryView, error) {
	settings, open, err := s.history.unlock(ctx, who, code)
	if err != nil || !open {
		return HistoryView{}, err
	}
	return settings.view(), nil
}

// ChangeHistory changes the settings and says whether it did: behind a lock without its code nothing changes, and the
// answer does not say why. What is turned off is removed. ErrCode for a new code that is not valid.
func (s *Service) ChangeHistory(ctx context.Context, who ID, code string, c HistoryChange) (bool, error) {
	changed, err := s.history.change(ctx, who, code, c)
	if err != nil || !changed {
		return false, err
	}
	return true, s.discard(ctx, who)
}

// sameLock detects a lock that was set between the check and the write.
func sameLock(a, b *Lock) bool {
	return (a == nil) == (b == nil) && (a == nil || bytes.Equal(a.Hash, b.Hash))
}

// apply turns settings on and off; what is turned off is listed in Discard, so that the same write requests its
// removal.
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

// ThrowAway turns all history settings off, removes everything they stored and removes the lock. It needs no code,
// because it is the way out for a member who lost hers, and it reveals nothing.
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

// discard removes the data that Discard names, then clears those names.
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

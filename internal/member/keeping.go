package member

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
)

// Keeping is what she allowed to be kept, and the lock before it.
type Keeping struct {
	Mistakes   bool     `bson:"mistakes"`
	Reading    bool     `bson:"reading"`
	Favourites bool     `bson:"favourites"`
	Lock       *Lock    `bson:"lock,omitempty"`
	Tries      Tries    `bson:"tries"`
	Discard    []string `bson:"discard,omitempty"` // turned off and not thrown away yet
}

// What can be kept, as Discard names it.
const (
	keptMistakes   = "mistakes"
	keptReading    = "reading"
	keptFavourites = "favourites"
)

// Kept is what somebody may see of a keeping. With a lock and without its code it is the zero Kept: exactly what it is
// where nothing is kept.
type Kept struct {
	Mistakes   bool
	Reading    bool
	Favourites bool
	Locked     bool // there is a lock, and this is what lies behind it
}

func (k Keeping) kept() Kept {
	return Kept{Mistakes: k.Mistakes, Reading: k.Reading, Favourites: k.Favourites, Locked: k.Lock != nil}
}

// Wish is what shall be kept. NewCode nil leaves the lock, "" removes it, 4 to 8 digits set it.
type Wish struct {
	Mistakes   bool
	Reading    bool
	Favourites bool
	NewCode    *string
}

// Keeps says whether mistakes are kept, locked or not: to keep one more is not to show any.
func (s *Service) Keeps(ctx context.Context, who ID) (bool, error) {
	m, err := s.Members.Member(ctx, who)
	if errors.Is(err, ErrUnknown) {
		return false, nil
	}
	return m.Keeping.Mistakes, err
}

// Kept gives what is kept, as the holder of this code ("" for none) may see it. A wrong code, an absent code, a lock
// that is barred and nothing kept at all give the same answer; where a code was sent, after the same work.
func (s *Service) Kept(ctx context.Context, who ID, code string) (Kept, error) {
	k, open, err := s.unlock(ctx, who, code)
	if err != nil || !open {
		return Kept{}, err
	}
	return k.kept(), nil
}

// unlock says whether this code opens what is kept. Without a lock everything is open. Every code that is sent costs
// one write and one argon2id, whether or not there is a lock; only the right one costs another write.
func (s *Service) unlock(ctx context.Context, who ID, code string) (Keeping, bool, error) {
	if code == "" {
		m, err := s.Members.Member(ctx, who)
		return m.Keeping, m.Keeping.Lock == nil, expired(err)
	}
	var k Keeping
	var allowed bool
	err := s.Members.UpdateMember(ctx, who, func(m *Member) error {
		allowed = m.Keeping.Tries.take(s.now())
		k = m.Keeping
		return nil
	})
	if err != nil {
		return Keeping{}, false, expired(err)
	}
	fits, err := s.codes.fits(ctx, code, k.Lock)
	if err != nil {
		return Keeping{}, false, err
	}
	if k.Lock == nil {
		return k, true, nil
	}
	if !allowed || !fits {
		return Keeping{}, false, nil
	}
	err = s.Members.UpdateMember(ctx, who, func(m *Member) error {
		m.Keeping.Tries = Tries{}
		return nil
	})
	return k, err == nil, expired(err)
}

// Keep changes what is kept and says whether it did: behind a lock without its code nothing changes, and nobody is told.
// What is turned off is thrown away. ErrCode for a new code that is none.
func (s *Service) Keep(ctx context.Context, who ID, code string, w Wish) (bool, error) {
	var lock *Lock
	if w.NewCode != nil && *w.NewCode != "" {
		var err error
		if lock, err = s.codes.lock(ctx, *w.NewCode); err != nil {
			return false, err
		}
	}
	seen, open, err := s.unlock(ctx, who, code)
	if err != nil || !open {
		return false, err
	}
	err = s.Members.UpdateMember(ctx, who, func(m *Member) error {
		if open = sameLock(m.Keeping.Lock, seen.Lock); !open {
			return nil
		}
		m.Keeping.wish(w)
		if w.NewCode != nil {
			m.Keeping.Lock, m.Keeping.Tries = lock, Tries{}
		}
		return nil
	})
	if err != nil || !open {
		return false, expired(err)
	}
	return true, s.discard(ctx, who)
}

// sameLock guards against a lock that was set between looking and writing.
func sameLock(a, b *Lock) bool {
	return (a == nil) == (b == nil) && (a == nil || bytes.Equal(a.Hash, b.Hash))
}

// wish turns on and off; what goes off is marked for throwing away in the same write.
func (k *Keeping) wish(w Wish) {
	for _, part := range []struct {
		name   string
		kept   *bool
		wanted bool
	}{
		{keptMistakes, &k.Mistakes, w.Mistakes}, {keptReading, &k.Reading, w.Reading}, {keptFavourites, &k.Favourites, w.Favourites},
	} {
		if *part.kept && !part.wanted {
			k.Discard = append(k.Discard, part.name)
		}
		*part.kept = part.wanted
	}
}

// ThrowAway turns all keeping off, throws everything kept away and removes the lock. It needs no code: it is the way
// out for somebody who lost hers, and shows nothing.
func (s *Service) ThrowAway(ctx context.Context, who ID) error {
	err := s.Members.UpdateMember(ctx, who, func(m *Member) error {
		m.Keeping = Keeping{Discard: []string{keptMistakes, keptReading, keptFavourites}}
		return nil
	})
	if err != nil {
		return expired(err)
	}
	return s.discard(ctx, who)
}

// discard throws away what is marked, then takes the marks off.
func (s *Service) discard(ctx context.Context, who ID) error {
	m, err := s.Members.Member(ctx, who)
	if err != nil || len(m.Keeping.Discard) == 0 {
		return expired(err)
	}
	holders, err := s.connected()
	if err != nil {
		return err
	}
	for _, name := range m.Keeping.Discard {
		if name == keptMistakes {
			err = holders.Book.Forget(ctx, who)
		} else {
			err = s.clear(ctx, who, name)
		}
		if err != nil {
			return fmt.Errorf("throw %s away: %w", name, err)
		}
	}
	err = s.Members.UpdateMember(ctx, who, func(now *Member) error {
		now.Keeping.Discard = slices.DeleteFunc(now.Keeping.Discard, func(name string) bool {
			return slices.Contains(m.Keeping.Discard, name)
		})
		return nil
	})
	return expired(err)
}

func (s *Service) finishDiscards(ctx context.Context) error {
	ids, err := s.Members.Discarding(ctx, reconcileBatch)
	if err != nil {
		return err
	}
	var failed error
	for _, id := range ids {
		failed = errors.Join(failed, s.discard(ctx, id))
	}
	return failed
}

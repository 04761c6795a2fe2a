package member

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"pugongying/internal/civil"
	"pugongying/internal/fault"
	"pugongying/internal/opaque"
)

// ErrSessionUnknown refuses a token that opens no session: never issued, expired or ended. All three are the same
// fault, so that a caller cannot tell them apart.
var ErrSessionUnknown = fault.New(fault.Unauthenticated, "session.expired", "登录已经过期，请重新进入。")

const (
	tokenBytes  = 32 // 256 bits
	endKeyBytes = 16 // 128 bits
	slideEvery  = 5 * time.Minute
)

// life is how long a session lasts: at most sliding after it was last seen, at most absolute after it began.
type life struct{ sliding, absolute time.Duration }

var (
	longLife  = life{7 * 24 * time.Hour, 30 * 24 * time.Hour}
	shortLife = life{2 * time.Hour, 12 * time.Hour} // a guest who did not ask to be remembered on this phone
)

func lifeOf(remembered bool) life {
	if remembered {
		return longLife
	}
	return shortLife
}

// Session is one signed-in phone. The token itself is never stored.
type Session struct {
	Hash       string    `bson:"_id"` // SHA-256 of the token
	EndHash    string    `bson:"endHash"`
	Member     ID        `bson:"member"`
	Kind       Kind      `bson:"kind"`
	Remembered bool      `bson:"remembered"`
	SeenAt     time.Time `bson:"seenAt"` // updated at most once in five minutes
	ExpiresAt  time.Time `bson:"expiresAt"`
	EndsAt     time.Time `bson:"endsAt"`
	Schema     int       `bson:"schema"`
}

// SignedIn is a new session as given to its owner, once.
type SignedIn struct {
	Token     string // 256 bits, base64url
	EndKey    string // 128 bits, base64url; it can only end this session
	ExpiresAt time.Time
	Member    Profile
}

// open starts a session of a member.
func (s *Service) open(ctx context.Context, m Member, remembered bool) (SignedIn, error) {
	token, endKey, now, l := opaque.New(tokenBytes), opaque.New(endKeyBytes), s.now(), lifeOf(remembered)
	session := Session{
		Hash: opaque.Hash(token), EndHash: opaque.Hash(endKey), Member: m.ID, Kind: m.Kind, Remembered: remembered,
		SeenAt: now, ExpiresAt: now.Add(l.sliding), EndsAt: now.Add(l.absolute), Schema: 1,
	}
	if err := s.stores.Sessions.InsertSession(ctx, session); err != nil {
		return SignedIn{}, fmt.Errorf("open session: %w", err)
	}
	return SignedIn{Token: token, EndKey: endKey, ExpiresAt: session.ExpiresAt, Member: m.profile()}, nil
}

// Resolve finds the principal a token belongs to, and extends her session. ErrSessionUnknown; after a session was ended
// on any server, every server gives that answer within two seconds.
func (s *Service) Resolve(ctx context.Context, token string) (Principal, error) {
	if len(token) != encodedToken {
		return Principal{}, ErrSessionUnknown
	}
	hash := opaque.Hash(token)
	cached, err := s.cache.Read(ctx, hash, func(ctx context.Context) ([]byte, error) {
		session, err := s.stores.Sessions.Session(ctx, hash)
		if err != nil {
			return nil, err
		}
		return json.Marshal(session)
	})
	if err != nil {
		return Principal{}, err
	}
	var session Session
	if err := json.Unmarshal(cached, &session); err != nil {
		return Principal{}, fmt.Errorf("read cached session: %w", err)
	}
	now := s.now()
	if !now.Before(session.ExpiresAt) {
		return Principal{}, ErrSessionUnknown
	}
	if now.Sub(session.SeenAt) >= slideEvery {
		s.slide(ctx, session, now)
	}
	began := session.EndsAt.Add(-lifeOf(session.Remembered).absolute)
	return Principal{ID: session.Member, Kind: session.Kind, Session: hash, Since: began}, nil
}

const encodedToken = (tokenBytes*8 + 5) / 6

// slide extends the session and must not fail a request: what was not written now is written by the next one.
func (s *Service) slide(ctx context.Context, session Session, now time.Time) {
	expires := now.Add(lifeOf(session.Remembered).sliding)
	if expires.After(session.EndsAt) {
		expires = session.EndsAt
	}
	if err := s.stores.Sessions.SlideSession(ctx, session.Hash, now.Add(-slideEvery), now, expires); err == nil {
		s.cache.Delete(ctx, session.Hash)
	}
}

// Whose gives the member of a session that is still open, "" of any other.
func (s *Service) Whose(ctx context.Context, session string) (ID, error) {
	found, err := s.stores.Sessions.Session(ctx, session)
	if errors.Is(err, ErrSessionUnknown) || err == nil && !s.now().Before(found.ExpiresAt) {
		return "", nil
	}
	return found.Member, err
}

// SignOut ends the principal's session; a session that is gone already is no error.
func (s *Service) SignOut(ctx context.Context, who Principal) error {
	return s.leave(ctx, Session{Hash: who.Session, Member: who.ID, Kind: who.Kind})
}

// EndByKey ends the session an end key belongs to. An unknown key gives the same answer, so that keys cannot be probed.
func (s *Service) EndByKey(ctx context.Context, key string) error {
	session, err := s.stores.Sessions.SessionByEndKey(ctx, opaque.Hash(key))
	if errors.Is(err, ErrSessionUnknown) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.leave(ctx, session)
}

// leave ends a session. A guest has no other: from then on only a claim code leads to her, and without one she is
// erased the day after. Both are written at once, so that who leaves waits for one sync and not for two.
func (s *Service) leave(ctx context.Context, session Session) error {
	if session.Kind != Guest {
		return s.end(ctx, session.Hash)
	}
	var dated error
	var writing sync.WaitGroup
	writing.Go(func() { dated = s.lastDay(ctx, session.Member) })
	ended := s.end(ctx, session.Hash)
	writing.Wait()
	return errors.Join(ended, dated)
}

// lastDay lets a guest's time end today; one who is gone already is no error.
func (s *Service) lastDay(ctx context.Context, guest ID) error {
	err := s.stores.Members.UpdateMember(ctx, guest, func(m *Member) error {
		m.Until = civil.DayOf(s.now())
		return nil
	})
	if errors.Is(err, ErrUnknown) {
		return nil
	}
	return err
}

// endAll ends every session of a member.
func (s *Service) endAll(ctx context.Context, id ID) error {
	sessions, err := s.stores.Sessions.SessionsOf(ctx, id)
	if err != nil {
		return err
	}
	hashes := make([]string, len(sessions))
	for i, session := range sessions {
		hashes[i] = session.Hash
	}
	return s.end(ctx, hashes...)
}

func (s *Service) end(ctx context.Context, hashes ...string) error {
	if len(hashes) == 0 {
		return nil
	}
	if err := s.stores.Sessions.DeleteSessions(ctx, hashes...); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	for _, hash := range hashes {
		s.cache.Delete(ctx, hash)
	}
	return nil
}

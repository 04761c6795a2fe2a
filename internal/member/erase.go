package member

import (
	"context"
	"errors"
	"fmt"
	"time"

	"pugongying/internal/civil"
	"pugongying/internal/jobs"
)

// erasureGrace is how long after an erasure it is done once more: longer than any request that was under way, and than
// any session look-up that was remembered.
const erasureGrace = time.Minute

// Erasure says that a member is to be erased. It names her by her random id alone, which by then stands nowhere else.
type Erasure struct {
	Member ID        `bson:"_id"`
	Job    *jobs.Due `bson:"job,omitempty"` // due when it is to be done for the last time
	Schema int       `bson:"schema"`
}

// Erase removes everything there is of a member: her sessions first, then who she is, then what every
// capability holds, then the rest. The intention is durable before anything goes; what is interrupted, or written by a
// request that was still under way, is removed by FinishErasure. Erasing again, or nobody, changes nothing.
func (s *Service) Erase(ctx context.Context, who ID) error {
	if who == "" {
		return nil
	}
	e := Erasure{Member: who, Job: jobs.At(s.now().Add(erasureGrace)), Schema: 1}
	if err := s.stores.Erasures.InsertErasure(ctx, e); err != nil {
		return fmt.Errorf("begin erasure: %w", err)
	}
	return s.eraseAll(ctx, who)
}

// EraseWeChat erases whoever this identity is, as WeChat's user_authorization_revoke and user_authorization_cancellation
// ask for. Nobody is nothing to erase.
func (s *Service) EraseWeChat(ctx context.Context, appID, openID string) error {
	i, err := s.stores.Identities.Identity(ctx, s.lookup(appID, openID))
	if errors.Is(err, ErrUnknown) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.Erase(ctx, i.Member)
}

// eraseAll tries every step even when one fails: what can go goes now.
func (s *Service) eraseAll(ctx context.Context, who ID) error {
	failed := errors.Join(s.endAll(ctx, who), s.stores.Identities.DeleteIdentities(ctx, who))
	for _, e := range s.holders.Erasers {
		failed = errors.Join(failed, e.EraseMember(ctx, who))
	}
	failed = errors.Join(failed, s.stores.Bookmarks.DeleteBookmarks(ctx, who), s.stores.Members.DeleteMember(ctx, who))
	// Last, for a claim that was merged leads here when the server died on the way.
	failed = errors.Join(failed, s.stores.Claims.DeleteClaims(ctx, who))
	if failed != nil {
		return fmt.Errorf("erase member: %w", failed)
	}
	return nil
}

// FinishErasure does an erasure for the last time; it is the work of an erasure's job.
func (s *Service) FinishErasure(ctx context.Context, id string) error { return s.eraseAll(ctx, ID(id)) }

// Export is everything members keep about one of them; what other capabilities hold is added by the door.
type Export struct {
	Profile    Profile
	WeChatDay  string       // civil day the WeChat identity was linked, "" for none; the identity itself is kept sealed
	Sessions   []SessionDay // phones that are signed in
	History    HistoryView
	Read       []Bookmark
	Favourites []Bookmark
}

// SessionDay is a session as its owner reads it, in civil days.
type SessionDay struct{ Seen, Expires string }

// Export gathers what is here about a member. What lies behind a lock is in it only with the code; without, it is as if
// nothing were kept.
func (s *Service) Export(ctx context.Context, who ID, code string) (Export, error) {
	profile, err := s.Me(ctx, who)
	if err != nil {
		return Export{}, err
	}
	all := Export{Profile: profile}
	k, open, err := s.history.unlock(ctx, who, code)
	if err != nil {
		return Export{}, err
	}
	if open {
		all.History = k.view()
		bookmarks, err := s.stores.Bookmarks.Bookmarks(ctx, who)
		if err != nil {
			return Export{}, err
		}
		all.Read, all.Favourites = bookmarks.Read, bookmarks.Favourites
	}
	identity, err := s.stores.Identities.IdentityOf(ctx, who)
	if err != nil && !errors.Is(err, ErrUnknown) {
		return Export{}, err
	}
	all.WeChatDay = identity.CreatedDay
	sessions, err := s.stores.Sessions.SessionsOf(ctx, who)
	for _, session := range sessions {
		all.Sessions = append(all.Sessions, SessionDay{Seen: civil.DayOf(session.SeenAt), Expires: civil.DayOf(session.ExpiresAt)})
	}
	return all, err
}

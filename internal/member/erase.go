package member

import (
	"context"
	"errors"
	"fmt"
	"time"

	"pugongying/internal/civil"
	"pugongying/internal/jobs"
)

// erasureGrace is the delay after which an erasure is repeated: longer than any request that was in progress, and than
// any session look-up that was cached.
const erasureGrace = time.Minute

// Erasure says that a member is to be erased. It names her by her random id alone, which by then is stored nowhere
// else.
type Erasure struct {
	Member ID        `bson:"_id"`
	Job    *jobs.Due `bson:"job,omitempty"` // due when the erasure is to be repeated for the last time
	Schema int       `bson:"schema"`
}

// Erase removes everything stored about a member: her sessions first, then her identity, then what every capability
// stores, then the rest. The intention is durable before anything is removed; what an interruption left behind, or a
// request in progress still wrote, is removed by FinishErasure. Erasing again, or erasing nobody, changes nothing.
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

// EraseWeChat erases the member with this WeChat identity, as the events user_authorization_revoke and
// user_authorization_cancellation require. An unknown identity is no error.
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

// eraseAll tries every step even when one fails, so that as much as possible is removed now.
func (s *Service) eraseAll(ctx context.Context, who ID) error {
	failed := errors.Join(s.endAll(ctx, who), s.stores.Identities.DeleteIdentities(ctx, who))
	for _, e := range s.holders.Erasers {
		failed = errors.Join(failed, e.EraseMember(ctx, who))
	}
	failed = errors.Join(failed, s.stores.Bookmarks.DeleteBookmarks(ctx, who), s.stores.Members.DeleteMember(ctx, who))
	// Claims come last: a merged claim is what leads back to this erasure when the server stopped midway.
	failed = errors.Join(failed, s.stores.Claims.DeleteClaims(ctx, who))
	if failed != nil {
		return fmt.Errorf("erase member: %w", failed)
	}
	return nil
}

// FinishErasure repeats an erasure for the last time; it is the handler of an erasure's job.
func (s *Service) FinishErasure(ctx context.Context, id string) error { return s.eraseAll(ctx, ID(id)) }

// Export is everything this package stores about one member; the API handler adds what other capabilities store.
type Export struct {
	Profile    Profile
	WeChatDay  string       // civil day the WeChat identity was linked, "" for none; the identity itself is stored sealed
	Sessions   []SessionDay // phones that are signed in
	History    HistoryView
	Read       []Bookmark
	Favourites []Bookmark
}

// SessionDay is a session as shown to its owner, in civil days.
type SessionDay struct{ Seen, Expires string }

// Export collects what is stored about a member. What is behind a lock is included only with the code; without the code
// the result looks as if nothing were stored.
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

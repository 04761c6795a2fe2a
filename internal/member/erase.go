package member

import (
	"context"
	"errors"
	"fmt"
	"time"

	"pugongying/internal/civil"
	"pugongying/internal/jobs"
)

// erasureGrace is the delay after which an erasure is repeated: longer than a request that was in progress waits for its
// write, and than any session look-up that was cached; short enough that the embedded file holds nothing of her a minute
// after she was erased.
const erasureGrace = 30 * time.Second

// ErasureSchema is the version of Erasure's document; 1 had the member's id as its own.
const ErasureSchema = 2

// Erasure says that a member is to be erased and, once that is finished, remains on the list of erasures, so that a copy
// of the documents that was made before can be brought up to date (ReplayErasures). The list names nobody: without the
// root key file nobody can tell from an entry whom it is about, or whether a given id is on it.
type Erasure struct {
	ID       string     `bson:"_id"`              // keyed hash of her id
	Member   ID         `bson:"member,omitempty"` // until the erasure is finished
	Layers   []Handle   `bson:"-"`                // what her things hung on, as long; stored sealed
	Day      string     `bson:"day"`
	Swept    bool       `bson:"swept,omitempty"` // a guest nobody can come back as: a restored copy sweeps her by itself
	Job      *jobs.Due  `bson:"job,omitempty"`   // due when the erasure is to be repeated for the last time
	RemoveAt *time.Time `bson:"removeAt,omitempty"`
	Schema   int        `bson:"schema"`
}

// Erased is an entry of the list of erasures. It decodes from the document of an Erasure.
type Erased struct {
	ID  string `bson:"_id"`
	Day string `bson:"day"`
}

// ErasedKnownFor is how long an erasure stays on the list: an older copy of the documents must not be restored.
const ErasedKnownFor = 400 * 24 * time.Hour

// Erase removes everything stored about a member: her sessions first, then her identity, whose key is destroyed before it,
// then what every capability stores, then the rest. The intention is durable before anything is removed; what an
// interruption left behind, or a request in progress still wrote, is removed by FinishErasure. Erasing again, or erasing
// nobody, changes nothing.
func (s *Service) Erase(ctx context.Context, who ID) error {
	if who == "" {
		return nil
	}
	handles, err := s.handlesOf(ctx, who)
	if err != nil {
		return fmt.Errorf("begin erasure: %w", err)
	}
	e := s.NewErasure(who)
	e.Layers = handles
	if err := s.stores.Erasures.InsertErasure(ctx, e); err != nil {
		return fmt.Errorf("begin erasure: %w", err)
	}
	// From here on she is erased: what fails now is repeated by the erasure's job until it succeeds. To tell her that it
	// failed would be wrong, and she could not try again, because her sessions go first.
	_ = errors.Join(s.erased(ctx, e), s.stores.Erasures.Overwrite(ctx))
	return nil
}

// erased performs an erasure that is stored, and lists its layers.
func (s *Service) erased(ctx context.Context, e Erasure) error {
	var failed error
	if !e.Swept {
		failed = s.list(ctx, e.Layers)
	}
	return errors.Join(failed, s.eraseAll(ctx, e.Member))
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
	failed := errors.Join(s.endAll(ctx, who), s.stores.Identities.DeleteIdentities(ctx, who), s.eraseThings(ctx, who))
	for _, e := range s.holders.ByID {
		failed = errors.Join(failed, e.EraseByID(ctx, who))
	}
	failed = errors.Join(failed, s.stores.Claims.DeleteClaims(ctx, who), s.stores.Members.DeleteMember(ctx, who))
	if failed != nil {
		return fmt.Errorf("erase member: %w", failed)
	}
	return nil
}

// eraseThings removes what hangs on her handles: on those she had when the erasure began, and on those she has now. Of
// schema 1 that is her id; so it is too when the id is that of a layer on the list of erasures.
func (s *Service) eraseThings(ctx context.Context, who ID) error {
	handles, err := s.handlesOf(ctx, who)
	for _, h := range handles {
		err = errors.Join(err, s.removeThings(ctx, h))
	}
	return err
}

func (s *Service) handlesOf(ctx context.Context, who ID) ([]Handle, error) {
	m, err := s.stores.Members.Member(ctx, who)
	if err == nil && m.Layers.Open.Handle != "" {
		return m.Layers.handles(), nil
	}
	if err != nil && !errors.Is(err, ErrUnknown) {
		return nil, err
	}
	e, err := s.stores.Erasures.Erasure(ctx, s.erasedIndex(string(who)))
	if errors.Is(err, ErrUnknown) {
		err = nil
	}
	return append(e.Layers, Handle(who)), err
}

// list puts handles on the list of erasures: a copy made before may have what hangs on them at another member, who gave
// her the layer since, or at one who threw it away.
func (s *Service) list(ctx context.Context, handles []Handle) error {
	for _, h := range handles {
		removeAt := s.now().Add(ErasedKnownFor)
		entry := Erasure{ID: s.erasedIndex(string(h)), Day: civil.DayOf(s.now()), RemoveAt: &removeAt, Schema: ErasureSchema}
		if err := s.stores.Erasures.InsertErasure(ctx, entry); err != nil {
			return err
		}
	}
	return nil
}

// FinishErasure repeats an erasure for the last time; it is the handler of an erasure's job.
func (s *Service) FinishErasure(ctx context.Context, id string) error {
	e, err := s.stores.Erasures.Erasure(ctx, id)
	if errors.Is(err, ErrUnknown) || err == nil && e.Member == "" {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(s.eraseAll(ctx, e.Member), s.stores.Erasures.Overwrite(ctx))
}

// erasedIndex is how the list of erasures names an id.
func (s *Service) erasedIndex(id string) string { return s.sealer.Lookup("member.erased", id) }

// NewErasure is the erasure of a member as it is stored when it begins.
func (s *Service) NewErasure(who ID) Erasure {
	return Erasure{
		ID: s.erasedIndex(string(who)), Member: who, Day: civil.DayOf(s.now()), Job: jobs.At(s.now().Add(erasureGrace)),
		Schema: ErasureSchema,
	}
}

// Erasures is the list of who was erased on this civil day or later.
func (s *Service) Erasures(ctx context.Context, since string) ([]Erased, error) {
	found, err := s.stores.Erasures.ErasuresSince(ctx, since)
	list := make([]Erased, len(found))
	for i, e := range found {
		list[i] = Erased{ID: e.ID, Day: e.Day}
	}
	return list, err
}

// ReplayErasures erases again everybody and every layer on a list, in documents that were restored from a copy made
// before, and says how many of the entries it found there. It must have succeeded before the restored documents are served; after an interruption it is
// repeated. The list is stored with the documents, so that the next copy of them has it too.
func (s *Service) ReplayErasures(ctx context.Context, list []Erased) (int, error) {
	listed := make(map[string]bool, len(list))
	for _, e := range list {
		listed[e.ID] = true
		removeAt := s.now().Add(ErasedKnownFor)
		entry := Erasure{ID: e.ID, Day: e.Day, RemoveAt: &removeAt, Schema: ErasureSchema}
		if err := s.stores.Erasures.InsertErasure(ctx, entry); err != nil {
			return 0, err
		}
	}
	met := map[string]bool{} // ids, and whether they are on the list
	err := s.stores.Erasures.Traces(ctx, func(id string) error {
		if _, known := met[id]; !known {
			met[id] = listed[s.erasedIndex(id)]
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	erased := 0
	for id, again := range met {
		if !again {
			continue
		}
		if err := s.eraseAll(ctx, ID(id)); err != nil {
			return erased, err
		}
		erased++
	}
	return erased, s.stores.Erasures.Overwrite(ctx)
}

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

// Export collects what is stored about a member; of her things, the layer that was opened.
func (s *Service) Export(ctx context.Context, who ID, t Things) (Export, error) {
	profile, err := s.Me(ctx, who)
	if err != nil {
		return Export{}, err
	}
	all := Export{Profile: profile, History: t.View()}
	if all.Read, all.Favourites, err = s.Bookmarks(ctx, t); err != nil {
		return Export{}, err
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

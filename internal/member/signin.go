package member

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"pugongying/internal/civil"
)

// Identity links a WeChat identity to a member. The openid in it is sealed under a key of the record's own, which is stored
// apart (collection keys): once that key is deleted, the ciphertext in older copies of the documents cannot be opened.
type Identity struct {
	Lookup     string `bson:"_id"` // blind index of provider, appid and openid
	Member     ID     `bson:"member"`
	Provider   string `bson:"provider"`
	AppID      string `bson:"appId"`
	KeyID      string `bson:"keyId"`
	Sealed     []byte `bson:"sealed"`
	CreatedDay string `bson:"createdDay"`
	Schema     int    `bson:"schema"`
}

const (
	providerWeChat = "wechat"
	memberSchema   = 2
	identitySchema = 2 // 1 had the key inside the document
	signInTries    = 3
)

// SignInGuest creates a new guest, identified by her token alone. With remember her session lasts as long as a WeChat
// member's, for a phone that is her own; otherwise it ends after 2 h without a request, and after 12 h at the latest.
func (s *Service) SignInGuest(ctx context.Context, remember bool) (SignedIn, error) {
	m := Member{
		ID: ID(s.newID()), Kind: Guest, CreatedDay: civil.DayOf(s.now()),
		Until: civil.DayOf(s.now().Add(lifeOf(remember).absolute)), Layers: newLayers(), Schema: memberSchema,
	}
	if err := s.stores.Members.InsertMember(ctx, m); err != nil {
		return SignedIn{}, fmt.Errorf("make guest: %w", err)
	}
	return s.open(ctx, m, remember)
}

// SignInWeChat opens a session for the person this code of wx.login belongs to: the existing member, or a new one.
// Faults of the Exchanger are returned as they are.
func (s *Service) SignInWeChat(ctx context.Context, code string) (SignedIn, error) {
	appID, openID, _, err := s.exchanger.Exchange(ctx, code)
	if err != nil {
		return SignedIn{}, err
	}
	for range signInTries {
		id, err := s.identify(ctx, appID, openID)
		if err != nil {
			return SignedIn{}, err
		}
		// A member whose erasure was interrupted starts as a new member: part of her data is gone, the rest is about to
		// go.
		_, err = s.stores.Erasures.Erasure(ctx, s.erasedIndex(string(id)))
		if errors.Is(err, ErrUnknown) {
			return s.openFor(ctx, id)
		}
		if err != nil {
			return SignedIn{}, err
		}
		if err := s.eraseAll(ctx, id); err != nil {
			return SignedIn{}, err
		}
	}
	return SignedIn{}, errors.New("member: an identity is erased over and over")
}

// identify finds the member of an identity or creates the identity. When several first sign-ins run at once, one
// inserts the identity and the others find it.
func (s *Service) identify(ctx context.Context, appID, openID string) (ID, error) {
	lookup := s.lookup(appID, openID)
	for {
		found, err := s.stores.Identities.Identity(ctx, lookup)
		if err == nil {
			return found.Member, nil
		}
		if !errors.Is(err, ErrUnknown) {
			return "", err
		}
		fresh, err := s.seal(ctx, lookup, appID, openID)
		if err != nil {
			return "", err
		}
		won, err := s.stores.Identities.InsertIdentity(ctx, fresh)
		if err != nil {
			return "", fmt.Errorf("keep identity: %w", err)
		}
		if won {
			return fresh.Member, nil
		}
		if err := s.sealer.Shred(ctx, fresh.KeyID); err != nil {
			return "", err
		}
	}
}

// openFor opens a session, and creates the member first if the request that inserted her identity has not done so yet,
// or never did.
func (s *Service) openFor(ctx context.Context, id ID) (SignedIn, error) {
	m, err := s.stores.Members.Member(ctx, id)
	if errors.Is(err, ErrUnknown) {
		m = Member{ID: id, Kind: WeChat, CreatedDay: civil.DayOf(s.now()), Layers: newLayers(), Schema: memberSchema}
		err = s.stores.Members.InsertMember(ctx, m)
	}
	if err != nil {
		return SignedIn{}, err
	}
	return s.open(ctx, m, true)
}

// lookup joins appid and openid unambiguously: an appid consists of letters and digits only.
func (s *Service) lookup(appID, openID string) string {
	return s.sealer.Lookup("member.identity."+providerWeChat, appID+"|"+openID)
}

func place(lookup string) Place { return Place{Collection: "identities", ID: lookup, Field: "openid"} }

func (s *Service) seal(ctx context.Context, lookup, appID, openID string) (Identity, error) {
	if appID == "" || openID == "" || strings.Contains(appID, "|") {
		return Identity{}, errors.New("member: WeChat named nobody")
	}
	key, err := s.sealer.NewKey(ctx)
	if err != nil {
		return Identity{}, err
	}
	sealed, err := s.sealer.Seal(ctx, key, place(lookup), []byte(openID))
	if err != nil {
		return Identity{}, err
	}
	return Identity{
		Lookup: lookup, Member: ID(s.newID()), Provider: providerWeChat, AppID: appID, KeyID: key, Sealed: sealed,
		CreatedDay: civil.DayOf(s.now()), Schema: identitySchema,
	}, nil
}

// Recipient decrypts a member's openid, to send her the messages she asked for. ErrUnknown for guests and for erased
// members.
func (s *Service) Recipient(ctx context.Context, who ID) (appID, openID string, err error) {
	i, err := s.stores.Identities.IdentityOf(ctx, who)
	if err != nil {
		return "", "", err
	}
	plain, err := s.sealer.Open(ctx, i.KeyID, place(i.Lookup), i.Sealed)
	if err != nil {
		return "", "", fmt.Errorf("open identity: %w", err)
	}
	return i.AppID, string(plain), nil
}

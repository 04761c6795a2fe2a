package store

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/member"
	"pugongying/internal/seal"
	"pugongying/internal/store/document"
)

const (
	members    = "members"
	identities = "identities"
	sessions   = "sessions"
	bookmarks  = "shelves"
	claims     = "claims"
	erasures   = "erasures"
)

var memberDeclarations = []document.Declaration{
	{Collection: members, Indexes: []document.Index{
		{Name: "guests", Keys: []document.Key{{Field: "until"}}, Partial: bson.D{{Key: "kind", Value: string(member.Guest)}}},
		{Name: "toRemove", Keys: []document.Key{{Field: "removing"}}, Partial: bson.D{{Key: "removing", Value: true}}},
		{
			Name: "earlier", Keys: []document.Key{{Field: "keeping.mistakes"}},
			Partial: bson.D{{Key: "keeping", Value: bson.D{{Key: "$exists", Value: true}}}},
		},
	}},
	{Collection: identities, Indexes: []document.Index{{Name: "member", Keys: []document.Key{{Field: "member"}}}, keyInsideIndex()}},
	{Collection: sessions, Indexes: []document.Index{
		{Name: "member", Keys: []document.Key{{Field: "member"}}},
		{Name: "endHash", Keys: []document.Key{{Field: "endHash"}}, Unique: true},
		{Name: "gone", Keys: []document.Key{{Field: "expiresAt"}}, Expire: document.ExpireNow},
	}},
	{Collection: bookmarks},
	{Collection: claims, Indexes: append(jobIndexes(), []document.Index{
		{Name: "guest", Keys: []document.Key{{Field: "guest"}}},
		{
			Name: "by", Keys: []document.Key{{Field: "by"}},
			Partial: bson.D{{Key: "by", Value: bson.D{{Key: "$exists", Value: true}}}},
		},
		{Name: "state", Keys: []document.Key{{Field: "state"}, {Field: "lease"}}},
		{Name: "gone", Keys: []document.Key{{Field: "removeAt"}}, Expire: document.ExpireNow},
	}...)},
	{Collection: erasures, Indexes: append(jobIndexes(), document.Index{
		Name: "gone", Keys: []document.Key{{Field: "removeAt"}}, Expire: document.ExpireNow,
	})},
}

// Members stores members, their identities and sessions, what they save, claims and erasures; it is each of the stores in
// member.Stores. What leads from a member to her things is sealed.
type Members struct {
	engine                                                     document.Engine
	members, identities, sessions, bookmarks, claims, erasures document.Collection
	vault                                                      *seal.Vault

	linkedMembers  *links[member.Member]
	linkedClaims   *links[member.Claim]
	linkedErasures *links[member.Erasure]
}

// NewMembers works on an engine whose declarations were ensured.
func NewMembers(engine document.Engine, vault *seal.Vault) *Members {
	s := &Members{
		engine: engine, vault: vault,
		members: engine.Collection(members), identities: engine.Collection(identities), sessions: engine.Collection(sessions),
		bookmarks: engine.Collection(bookmarks), claims: engine.Collection(claims), erasures: engine.Collection(erasures),
	}
	s.linkedMembers = &links[member.Member]{
		documents: s.members, name: members, vault: vault, gone: member.ErrUnknown,
		id:       func(m *member.Member) string { return string(m.ID) },
		part:     func(m *member.Member) any { return &m.Layers },
		removing: func(m *member.Member) bool { return len(m.Layers.Discard) > 0 },
		opened:   newOpened(),
	}
	s.linkedClaims = &links[member.Claim]{
		documents: s.claims, name: claims, vault: vault, gone: member.ErrClaimUnknown,
		id:   func(c *member.Claim) string { return c.ID },
		part: func(c *member.Claim) any { return &c.ClaimLinks },
	}
	s.linkedErasures = &links[member.Erasure]{
		documents: s.erasures, name: erasures, vault: vault, gone: member.ErrUnknown, lasting: true,
		id:   func(e *member.Erasure) string { return e.ID },
		part: func(e *member.Erasure) any { return &e.Layers },
	}
	return s
}

// Stores is this store in every part it plays.
func (s *Members) Stores() member.Stores {
	return member.Stores{Members: s, Identities: s, Sessions: s, Bookmarks: s, Claims: s, Erasures: s}
}

// Member returns one member.
func (s *Members) Member(ctx context.Context, id member.ID) (member.Member, error) {
	return s.linkedMembers.get(ctx, string(id))
}

// InsertMember adds a member unless she is there.
func (s *Members) InsertMember(ctx context.Context, m member.Member) error {
	return unlessThere(s.linkedMembers.insert(ctx, m))
}

// UpdateMember changes a member at her revision.
func (s *Members) UpdateMember(ctx context.Context, id member.ID, apply func(*member.Member) error) error {
	return s.linkedMembers.update(ctx, string(id), apply)
}

// DeleteMember destroys a member's key, then removes her.
func (s *Members) DeleteMember(ctx context.Context, id member.ID) error {
	return s.linkedMembers.delete(ctx, bson.D{{Key: "_id", Value: string(id)}})
}

// Discarding returns members with data flagged for removal.
func (s *Members) Discarding(ctx context.Context, limit int) ([]member.ID, error) {
	return s.ids(ctx, bson.D{{Key: "removing", Value: true}}, limit)
}

// Earlier returns members of schema 1, which had their settings in this field.
func (s *Members) Earlier(ctx context.Context, limit int) ([]member.ID, error) {
	return s.ids(ctx, bson.D{{Key: "keeping", Value: bson.D{{Key: "$exists", Value: true}}}}, limit)
}

// Unreachable returns guests nobody can come back as.
func (s *Members) Unreachable(ctx context.Context, day string, limit int) ([]member.ID, error) {
	before := bson.D{{Key: "$lt", Value: day}}
	return s.ids(ctx, bson.D{
		{Key: "kind", Value: string(member.Guest)}, {Key: "until", Value: before}, {Key: "claimUntil", Value: before},
	}, limit)
}

func (s *Members) ids(ctx context.Context, filter bson.D, limit int) ([]member.ID, error) {
	var ids []member.ID
	err := s.members.Find(ctx, document.Query{Filter: filter, Limit: limit}, func(raw bson.Raw) error {
		ids = append(ids, member.ID(raw.Lookup("_id").StringValue()))
		return nil
	})
	return ids, err
}

// Bookmarks returns a layer's bookmarks, empty ones when it has none.
func (s *Members) Bookmarks(ctx context.Context, of member.Handle) (member.Bookmarks, error) {
	stored, err := byID[member.Bookmarks](ctx, s.bookmarks, string(of))
	if errors.Is(err, document.ErrNotFound) {
		return member.Bookmarks{Owner: of}, nil
	}
	if err != nil {
		return member.Bookmarks{}, err
	}
	return *stored, nil
}

// UpdateBookmarks changes bookmarks at their revision. A document that is not there is made; when another request makes it
// first, that one is changed.
func (s *Members) UpdateBookmarks(ctx context.Context, of member.Handle, apply func(*member.Bookmarks) error) error {
	err := update(ctx, s.bookmarks, string(of), apply)
	if !errors.Is(err, document.ErrNotFound) {
		return err
	}
	fresh := member.Bookmarks{Owner: of, Schema: 1}
	if err := apply(&fresh); err != nil {
		return err
	}
	err = insert(ctx, s.bookmarks, fresh)
	if errors.Is(err, document.ErrDuplicate) {
		return update(ctx, s.bookmarks, string(of), apply)
	}
	return err
}

// DeleteBookmarks removes a layer's bookmarks.
func (s *Members) DeleteBookmarks(ctx context.Context, of member.Handle) error {
	return remove(ctx, s.bookmarks, bson.D{{Key: "_id", Value: string(of)}})
}

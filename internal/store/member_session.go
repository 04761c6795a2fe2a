package store

import (
	"context"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/fault"
	"pugongying/internal/member"
	"pugongying/internal/store/document"
)

// Identity returns the identity of this blind index.
func (s *Members) Identity(ctx context.Context, lookup string) (member.Identity, error) {
	return found[member.Identity](ctx, s.identities, lookup, member.ErrUnknown)
}

// IdentityOf returns a member's identity.
func (s *Members) IdentityOf(ctx context.Context, id member.ID) (member.Identity, error) {
	i, err := one[member.Identity](ctx, s.identities, ofMember(id))
	if err != nil {
		return member.Identity{}, mapNotFound(err, member.ErrUnknown)
	}
	return *i, nil
}

// InsertIdentity adds an identity and says whether it was the first.
func (s *Members) InsertIdentity(ctx context.Context, i member.Identity) (bool, error) {
	err := insert(ctx, s.identities, i)
	if errors.Is(err, document.ErrDuplicate) {
		return false, nil
	}
	return err == nil, err
}

// DeleteIdentities destroys the keys of a member's identities before it removes them: an interruption leaves identities that
// cannot be opened, never a key that nothing names any more.
func (s *Members) DeleteIdentities(ctx context.Context, id member.ID) error {
	keys, err := keysOf(ctx, s.identities, ofMember(id))
	if err != nil {
		return err
	}
	if err := s.vault.Shred(ctx, keys...); err != nil {
		return err
	}
	return remove(ctx, s.identities, ofMember(id))
}

// Session returns the session of this token hash.
func (s *Members) Session(ctx context.Context, hash string) (member.Session, error) {
	return found[member.Session](ctx, s.sessions, hash, member.ErrSessionUnknown)
}

// SessionsOf returns a member's sessions.
func (s *Members) SessionsOf(ctx context.Context, id member.ID) ([]member.Session, error) {
	return many[member.Session](ctx, s.sessions, document.Query{Filter: ofMember(id)})
}

// SessionByEndKey returns the session an end key's hash belongs to.
func (s *Members) SessionByEndKey(ctx context.Context, endHash string) (member.Session, error) {
	session, err := one[member.Session](ctx, s.sessions, bson.D{{Key: "endHash", Value: endHash}})
	if err != nil {
		return member.Session{}, mapNotFound(err, member.ErrSessionUnknown)
	}
	return *session, nil
}

// InsertSession adds a session.
func (s *Members) InsertSession(ctx context.Context, session member.Session) error {
	return insert(ctx, s.sessions, session)
}

// SlideSession is one conditional write, so that it never brings an ended session back.
func (s *Members) SlideSession(ctx context.Context, hash string, then, seen, expires time.Time) error {
	_, err := s.sessions.Update(ctx,
		bson.D{{Key: "_id", Value: hash}, {Key: "seenAt", Value: bson.D{{Key: "$lte", Value: then}}}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "seenAt", Value: seen}, {Key: "expiresAt", Value: expires}}}})
	return toFault(err)
}

// DeleteSessions ends sessions.
func (s *Members) DeleteSessions(ctx context.Context, hashes ...string) error {
	return remove(ctx, s.sessions, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: hashes}}}})
}

// InsertClaim adds a claim code.
func (s *Members) InsertClaim(ctx context.Context, c member.Claim) error {
	return s.linkedClaims.insert(ctx, c)
}

// UpdateClaim changes a claim at its revision.
func (s *Members) UpdateClaim(ctx context.Context, id string, apply func(*member.Claim) error) error {
	return s.linkedClaims.update(ctx, id, apply)
}

// ClaimJobs is the work on claims that a request began; its end removes what is left of the claim's schedule.
func (s *Members) ClaimJobs() *Jobs {
	return &Jobs{documents: s.claims, revised: true, adopt: func(ctx context.Context, now time.Time) (int64, error) {
		begun := string(member.ClaimClaimed)
		lapsed := bson.D{{Key: "$lte", Value: now}}
		return s.claims.UpdateAll(ctx, bson.D{{Key: "state", Value: begun}, {Key: "lease", Value: lapsed}, {Key: "job", Value: missing}}, scheduleAt(now, true))
	}}
}

// DeleteClaim removes a claim that is done.
func (s *Members) DeleteClaim(ctx context.Context, id string) error {
	return s.linkedClaims.delete(ctx, bson.D{{Key: "_id", Value: id}})
}

// DeleteOpenClaims removes a guest's unused codes.
func (s *Members) DeleteOpenClaims(ctx context.Context, guest member.ID) error {
	return s.linkedClaims.delete(ctx, bson.D{
		{Key: "guest", Value: string(guest)}, {Key: "state", Value: string(member.ClaimOpen)},
	})
}

// DeleteClaims removes every claim of or by a member.
func (s *Members) DeleteClaims(ctx context.Context, id member.ID) error {
	return errors.Join(
		s.linkedClaims.delete(ctx, bson.D{{Key: "guest", Value: string(id)}}),
		s.linkedClaims.delete(ctx, bson.D{{Key: "by", Value: string(id)}}))
}

func ofMember(id member.ID) bson.D { return bson.D{{Key: "member", Value: string(id)}} }

// found loads a document by id, or says that it is missing in the capability's words.
func found[T any, ID ~string](ctx context.Context, c document.Collection, id ID, missing *fault.Error) (T, error) {
	item, err := byID[T](ctx, c, string(id))
	if err != nil {
		return *new(T), mapNotFound(err, missing)
	}
	return *item, nil
}

func unlessThere(err error) error {
	if errors.Is(err, document.ErrDuplicate) {
		return nil
	}
	return err
}

func remove(ctx context.Context, c document.Collection, filter bson.D) error {
	_, err := c.Delete(ctx, filter)
	return toFault(err)
}

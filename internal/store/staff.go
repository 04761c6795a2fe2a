package store

import (
	"context"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/audit"
	"pugongying/internal/seal"
	"pugongying/internal/staff"
	"pugongying/internal/store/document"
	"pugongying/internal/tries"
)

const (
	staffAccounts     = "staffAccounts"
	staffSessions     = "staffSessions"
	staffTries        = "staffTries"
	staffCodes        = "staffCodes"
	staffProposals    = "staffProposals"
	staffApplications = "staffApplications"

	// codesKnownFor is how long a code that is over is still told from one that never was.
	codesKnownFor = 10 * time.Minute
)

// uniqueWhere is a unique index over documents that have its field.
func uniqueWhere(name, field string) document.Index {
	return document.Index{
		Name: name, Keys: []document.Key{{Field: field}}, Unique: true,
		Partial: bson.D{{Key: field, Value: bson.D{{Key: "$exists", Value: true}}}},
	}
}

var staffDeclarations = []document.Declaration{
	{Collection: staffAccounts, Indexes: []document.Index{
		{Name: "login", Keys: []document.Key{{Field: "login"}}, Unique: true},
		uniqueWhere("wechat", "wechat"),
		uniqueWhere("invitation", "invitation.hash"),
	}},
	{Collection: staffSessions, Indexes: []document.Index{
		{Name: "account", Keys: []document.Key{{Field: "account"}}},
		{Name: "gone", Keys: []document.Key{{Field: "expiresAt"}}, Expire: document.ExpireNow},
	}},
	{Collection: staffTries, Indexes: []document.Index{{Name: "gone", Keys: []document.Key{{Field: "removeAt"}}, Expire: document.ExpireNow}}},
	{Collection: staffCodes, Indexes: []document.Index{{Name: "gone", Keys: []document.Key{{Field: "expiresAt"}}, Expire: codesKnownFor}}},
	{Collection: staffProposals, Indexes: []document.Index{
		uniqueWhere("open", "open"),
		{Name: "state", Keys: []document.Key{{Field: "state"}, {Field: "at"}}},
	}},
	{Collection: staffApplications, Indexes: []document.Index{
		{Name: "waiting", Keys: []document.Key{{Field: "member"}}, Unique: true, Partial: bson.D{{Key: "waiting", Value: true}}},
		{Name: "member", Keys: []document.Key{{Field: "member"}, {Field: "at"}}},
		{Name: "state", Keys: []document.Key{{Field: "state"}, {Field: "at"}}},
		{Name: "gone", Keys: []document.Key{{Field: "removeAt"}}, Expire: document.ExpireNow},
	}},
}

// Staff stores accounts of staff, their sessions, and what leads to them; it is each of the stores in staff.Stores.
type Staff struct {
	engine                                                    document.Engine
	accounts, sessions, tries, codes, proposals, applications document.Collection
	audit                                                     appendOnly
	vault                                                     *seal.Vault
}

// NewStaff works on an engine whose declarations were ensured.
func NewStaff(engine document.Engine, vault *seal.Vault) *Staff {
	return &Staff{
		engine: engine, accounts: engine.Collection(staffAccounts), sessions: engine.Collection(staffSessions), tries: engine.Collection(staffTries),
		codes: engine.Collection(staffCodes), proposals: engine.Collection(staffProposals), applications: engine.Collection(staffApplications),
		audit: auditOf(engine), vault: vault,
	}
}

// Stores is this store in every part it plays.
func (s *Staff) Stores() staff.Stores {
	return staff.Stores{Accounts: s, Sessions: s, Tries: s, Codes: s, Proposals: s, Applications: s}
}

// Account returns the account with this value in a unique field.
func (s *Staff) Account(ctx context.Context, by staff.By, value string) (staff.Account, error) {
	a, err := one[staff.Account](ctx, s.accounts, bson.D{{Key: string(by), Value: value}})
	if err != nil {
		return staff.Account{}, mapNotFound(err, staff.ErrNotFound)
	}
	return *a, nil
}

// Accounts returns every account, by login.
func (s *Staff) Accounts(ctx context.Context) ([]staff.Account, error) {
	return many[staff.Account](ctx, s.accounts, document.Query{Sort: []document.Key{{Field: "login"}}})
}

// InsertAccount adds an account with its entry.
func (s *Staff) InsertAccount(ctx context.Context, a staff.Account, e audit.Entry) error {
	return s.named(s.inTx(ctx, func(ctx context.Context) error {
		if err := s.accounts.Insert(ctx, a); err != nil {
			return err
		}
		return s.audit.append(ctx, e)
	}))
}

// ChangeAccount changes an account with its entry.
func (s *Staff) ChangeAccount(ctx context.Context, id string, apply func(*staff.Account) (audit.Entry, error)) error {
	return s.named(retried(ctx, func(ctx context.Context) error {
		a, err := s.Account(ctx, staff.ByID, id)
		if err != nil {
			return err
		}
		e, err := apply(&a)
		if err != nil {
			return err
		}
		return s.inTx(ctx, func(ctx context.Context) error {
			if err := s.replace(ctx, a); err != nil {
				return err
			}
			return s.audit.append(ctx, e)
		})
	}))
}

// StepAccount changes an account without an entry.
func (s *Staff) StepAccount(ctx context.Context, id string, apply func(*staff.Account) error) error {
	return mapNotFound(update(ctx, s.accounts, id, apply), staff.ErrNotFound)
}

// replace writes a changed account at the revision it was read at.
func (s *Staff) replace(ctx context.Context, a staff.Account) error {
	rev := a.Rev
	a.Rev++
	return s.accounts.Replace(ctx, a.ID, rev, a)
}

// inTx makes writes together, or none of them.
func (s *Staff) inTx(ctx context.Context, write func(context.Context) error) error {
	return s.engine.InTx(ctx, write)
}

// named gives the refusals of unique indexes their faults.
func (s *Staff) named(err error) error {
	switch {
	case duplicateOn(err, "login"):
		return staff.ErrTaken.Because(err)
	case duplicateOn(err, "wechat"):
		return staff.ErrBound.Because(err)
	case duplicateOn(err, "open"):
		return staff.ErrProposed.Because(err)
	case duplicateOn(err, "waiting"):
		return staff.ErrApplied.Because(err)
	}
	return toFault(err)
}

// Session returns the session of this token hash.
func (s *Staff) Session(ctx context.Context, hash string) (staff.Session, error) {
	return found[staff.Session](ctx, s.sessions, hash, staff.ErrSignedOut)
}

// SessionsOf returns an account's sessions.
func (s *Staff) SessionsOf(ctx context.Context, account string) ([]staff.Session, error) {
	return many[staff.Session](ctx, s.sessions, document.Query{Filter: bson.D{{Key: "account", Value: account}}})
}

// InsertSession adds a session with its entry.
func (s *Staff) InsertSession(ctx context.Context, session staff.Session, e audit.Entry) error {
	return toFault(s.inTx(ctx, func(ctx context.Context) error {
		if err := s.sessions.Insert(ctx, session); err != nil {
			return err
		}
		return s.audit.append(ctx, e)
	}))
}

// SlideSession is one conditional write, so that it never brings an ended session back.
func (s *Staff) SlideSession(ctx context.Context, hash string, then, seen, expires time.Time) error {
	_, err := s.sessions.Update(ctx,
		bson.D{{Key: "_id", Value: hash}, {Key: "seenAt", Value: bson.D{{Key: "$lte", Value: then}}}},
		bson.D{{Key: "$set", Value: bson.D{{Key: "seenAt", Value: seen}, {Key: "expiresAt", Value: expires}}}})
	return toFault(err)
}

// ConfirmSession writes when the second factor was proved, with its entry.
func (s *Staff) ConfirmSession(ctx context.Context, hash string, at time.Time, e audit.Entry) error {
	return toFault(s.inTx(ctx, func(ctx context.Context) error {
		there, err := s.sessions.Update(ctx, bson.D{{Key: "_id", Value: hash}}, bson.D{{Key: "$set", Value: bson.D{{Key: "confirmedAt", Value: at}}}})
		if err == nil && !there {
			err = staff.ErrSignedOut
		}
		if err != nil {
			return err
		}
		return s.audit.append(ctx, e)
	}))
}

// DeleteSessions ends sessions.
func (s *Staff) DeleteSessions(ctx context.Context, hashes ...string) error {
	return remove(ctx, s.sessions, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: hashes}}}})
}

// tryDocument is a counter of tries.
type tryDocument struct {
	ID       string        `bson:"_id"`
	Tries    tries.Counter `bson:"tries"`
	RemoveAt time.Time     `bson:"removeAt"`
	Rev      int64         `bson:"rev"`
	Schema   int           `bson:"schema"`
}

// CountTry changes a counter at its revision; one that is not there is made, and when another request makes it first, that
// one is changed.
func (s *Staff) CountTry(ctx context.Context, id string, forget time.Time, apply func(*tries.Counter)) error {
	change := func(d *tryDocument) error {
		apply(&d.Tries)
		d.RemoveAt = forget
		return nil
	}
	err := update(ctx, s.tries, id, change)
	if !errors.Is(err, document.ErrNotFound) {
		return err
	}
	fresh := tryDocument{ID: id, Schema: 1}
	_ = change(&fresh)
	err = insert(ctx, s.tries, fresh)
	if errors.Is(err, document.ErrDuplicate) {
		return update(ctx, s.tries, id, change)
	}
	return err
}

// Code returns a code by its id.
func (s *Staff) Code(ctx context.Context, id string) (staff.Code, error) {
	return found[staff.Code](ctx, s.codes, id, staff.ErrCodeUnknown)
}

// InsertCode adds a code.
func (s *Staff) InsertCode(ctx context.Context, c staff.Code) error { return insert(ctx, s.codes, c) }

// ChangeCode changes a code at its revision.
func (s *Staff) ChangeCode(ctx context.Context, id string, apply func(*staff.Code) error) error {
	return mapNotFound(update(ctx, s.codes, id, apply), staff.ErrCodeUnknown)
}

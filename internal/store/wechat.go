package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/jobs"
	"pugongying/internal/seal"
	"pugongying/internal/store/document"
	"pugongying/internal/wechat"
)

const (
	pushes       = "pushes"
	pushOpenID   = "openId"
	pushSchema   = 2                  // 1 had the key of its openid inside the document
	pushKnownFor = 7 * 24 * time.Hour // how long a finished event is recognised when it comes again
)

var pushDeclarations = []document.Declaration{
	{Collection: pushes, Indexes: append(jobIndexes(), []document.Index{
		// Finds events of an older version, which scheduled them by fields of their own.
		{Name: "due", Keys: []document.Key{{Field: "due"}}, Partial: bson.D{{Key: "open", Value: true}}},
		{Name: "gone", Keys: []document.Key{{Field: "removeAt"}}, Expire: document.ExpireNow},
		keyInsideIndex(),
	}...)},
}

// Pushes stores what WeChat pushed until it is processed; it is wechat.EventStore and wechat.EventReader. An openid is
// sealed with a key of its own, apart from its document; finishing the work destroys that key first and then everything else
// the event says.
type Pushes struct {
	pushes document.Collection
	vault  *seal.Vault
	now    func() time.Time
}

// NewPushes works on an engine whose declarations were ensured.
func NewPushes(engine document.Engine, vault *seal.Vault, now func() time.Time) *Pushes {
	return &Pushes{pushes: engine.Collection(pushes), vault: vault, now: now}
}

// nonceDocument remembers which body came with a nonce.
type nonceDocument struct {
	ID       string    `bson:"_id"`
	Schema   int       `bson:"schema"`
	Body     string    `bson:"body"`
	RemoveAt time.Time `bson:"removeAt"`
}

// pushDocument is an event that waits to be processed (Job) or, later, only its id until removeAt.
type pushDocument struct {
	ID       string              `bson:"_id"`
	Schema   int                 `bson:"schema"`
	Job      *jobs.Due           `bson:"job,omitempty"`
	Kind     wechat.Kind         `bson:"kind"`
	AppID    string              `bson:"appId,omitempty"`
	At       time.Time           `bson:"at,omitempty"`
	KeyID    string              `bson:"keyId,omitempty"`
	OpenID   []byte              `bson:"openId,omitempty"`
	Media    *wechat.MediaResult `bson:"media,omitempty"`
	Consent  *wechat.Consent     `bson:"consent,omitempty"`
	Delivery *wechat.Delivery    `bson:"delivery,omitempty"`
	Revoked  []string            `bson:"revoked,omitempty"`
}

// Save claims the nonce for the body, then stores the events, each once. After a crash in between, WeChat's next attempt
// completes it: it claims the same nonce with the same body.
func (s *Pushes) Save(ctx context.Context, p wechat.Push) error {
	if err := s.claim(ctx, p); err != nil {
		return err
	}
	for _, e := range p.Events {
		if err := s.save(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

func (s *Pushes) save(ctx context.Context, e wechat.Event) error {
	doc, err := s.seal(ctx, e)
	if err != nil {
		return err
	}
	err = insert(ctx, s.pushes, doc)
	if duplicateOn(err, "_id_") { // stored before, with a key of its own
		return s.shred(ctx, doc.KeyID)
	}
	if err != nil {
		return fmt.Errorf("store a pushed event: %w", err)
	}
	return nil
}

func (s *Pushes) shred(ctx context.Context, key string) error {
	if key == "" {
		return nil
	}
	return s.vault.Shred(ctx, key)
}

func (s *Pushes) claim(ctx context.Context, p wechat.Push) error {
	claim := nonceDocument{ID: "nonce:" + p.Nonce, Schema: pushSchema, Body: p.Body, RemoveAt: p.Until}
	err := insert(ctx, s.pushes, claim)
	if !duplicateOn(err, "_id_") {
		return err
	}
	first, err := byID[nonceDocument](ctx, s.pushes, claim.ID)
	switch {
	case errors.Is(err, document.ErrNotFound): // it was removed just now, because it was too old to count
		return insert(ctx, s.pushes, claim)
	case err != nil:
		return err
	case first.Body != p.Body:
		return wechat.ErrReplayed
	default:
		return nil
	}
}

func (s *Pushes) seal(ctx context.Context, e wechat.Event) (*pushDocument, error) {
	doc := &pushDocument{
		ID: e.ID, Schema: pushSchema, Job: jobs.At(s.now()), Kind: e.Kind, AppID: e.AppID, At: e.At,
		Media: e.Media, Consent: e.Consent, Delivery: e.Delivery, Revoked: e.Revoked,
	}
	if e.OpenID == "" {
		return doc, nil
	}
	var err error
	if doc.KeyID, err = s.vault.NewKey(ctx); err != nil {
		return nil, err
	}
	doc.OpenID, err = s.vault.Seal(ctx, doc.KeyID, place(e.ID), []byte(e.OpenID))
	return doc, err
}

func place(id string) seal.Place { return seal.Place{Collection: pushes, ID: id, Field: pushOpenID} }

// Event returns one event that was not done with; wechat.ErrEventUnknown, also for one whose key is destroyed already: its
// work is done, and only the end of it was not recorded.
func (s *Pushes) Event(ctx context.Context, id string) (wechat.Event, error) {
	doc, err := byID[pushDocument](ctx, s.pushes, id)
	switch {
	case errors.Is(err, document.ErrNotFound), err == nil && doc.Job == nil:
		return wechat.Event{}, wechat.ErrEventUnknown
	case err != nil:
		return wechat.Event{}, err
	}
	e := wechat.Event{
		ID: doc.ID, Kind: doc.Kind, AppID: doc.AppID, At: doc.At.UTC(),
		Media: doc.Media, Consent: doc.Consent, Delivery: doc.Delivery, Revoked: doc.Revoked,
	}
	if len(doc.OpenID) == 0 {
		return e, nil
	}
	openID, err := s.vault.Open(ctx, doc.KeyID, place(doc.ID), doc.OpenID)
	if errors.Is(err, seal.ErrErased) {
		return wechat.Event{}, wechat.ErrEventUnknown
	}
	if err != nil {
		return wechat.Event{}, fmt.Errorf("open a pushed event: %w", err)
	}
	e.OpenID = string(openID)
	return e, nil
}

// Jobs is the work on events. Finishing it deletes what an event says; the id remains for a while, to recognise the event
// again.
func (s *Pushes) Jobs() *Jobs {
	return &Jobs{documents: s.pushes, adopt: s.adopt, before: s.shredOf, done: func() bson.D {
		return bson.D{
			{Key: "$set", Value: bson.D{{Key: "removeAt", Value: s.now().Add(pushKnownFor)}}},
			{Key: "$unset", Value: bson.D{
				{Key: jobs.Field, Value: ""}, {Key: "appId", Value: ""}, {Key: "at", Value: ""}, {Key: "keyId", Value: ""},
				{Key: pushOpenID, Value: ""}, {Key: "media", Value: ""}, {Key: "consent", Value: ""}, {Key: "delivery", Value: ""},
				{Key: "revoked", Value: ""},
			}},
		}
	}}
}

// adopt schedules events that were stored before Job was a field.
func (s *Pushes) adopt(ctx context.Context, now time.Time) (int64, error) {
	return s.pushes.UpdateAll(ctx, bson.D{{Key: "open", Value: true}}, bson.D{
		{Key: "$set", Value: bson.D{{Key: jobAt, Value: now}}},
		{Key: "$unset", Value: bson.D{{Key: "open", Value: ""}, {Key: "due", Value: ""}, {Key: "tries", Value: ""}}},
	})
}

// shredOf destroys the key of an event.
func (s *Pushes) shredOf(ctx context.Context, id string) error {
	doc, err := byID[pushDocument](ctx, s.pushes, id)
	if errors.Is(err, document.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.shred(ctx, doc.KeyID)
}

package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/audit"
	"pugongying/internal/contribution"
	"pugongying/internal/media"
	"pugongying/internal/seal"
	"pugongying/internal/store/document"
)

const (
	contributions      = "contributions"
	contributionVoices = "contributionVoices"

	voiceSchema = 1
)

var contributionDeclarations = []document.Declaration{
	{Collection: contributions, Indexes: []document.Index{
		{Name: "author", Keys: []document.Key{{Field: "author"}, {Field: "writtenAt", Desc: true}}},
		{Name: "state", Keys: []document.Key{{Field: "state"}, {Field: "sentAt"}}},
		{Name: "open", Keys: []document.Key{{Field: "open"}}, Partial: bson.D{{Key: "open", Value: true}}},
		{Name: "eraseAt", Keys: []document.Key{{Field: "eraseAt"}}, Partial: bson.D{{Key: "eraseAt", Value: bson.D{{Key: "$exists", Value: true}}}}},
	}},
	{Collection: contributionVoices, Indexes: []document.Index{
		{Name: "contribution", Keys: []document.Key{{Field: "contribution"}}},
	}},
}

// voiceDocument is one recording, sealed under the key of its contribution.
type voiceDocument struct {
	ID           string `bson:"_id"` // of the contribution, and the recording's
	Contribution string `bson:"contribution"`
	Sealed       []byte `bson:"sealed"`
	Schema       int    `bson:"schema"`
}

func voiceID(of, id string) string { return of + "@" + id }

func voicePlace(of, id string) seal.Place {
	return seal.Place{Collection: contributionVoices, ID: voiceID(of, id), Field: "sealed"}
}

// Contributions stores contributions and recordings; it is contribution.Store and contribution.VoiceStore. Everything of one
// is sealed under one key, so that its destruction is one write.
type Contributions struct {
	engine            document.Engine
	documents, voices document.Collection
	vault             *seal.Vault
	linked            *links[contribution.Contribution]
	audit             appendOnly
	pictures          *Pictures
}

var (
	_ contribution.Store      = (*Contributions)(nil)
	_ contribution.VoiceStore = (*Contributions)(nil)
)

// NewContributions works on an engine whose declarations were ensured.
func NewContributions(engine document.Engine, vault *seal.Vault) *Contributions {
	s := &Contributions{
		engine: engine, vault: vault, audit: auditOf(engine), pictures: NewPictures(engine),
		documents: engine.Collection(contributions), voices: engine.Collection(contributionVoices),
	}
	s.linked = &links[contribution.Contribution]{
		documents: s.documents, name: contributions, vault: vault, gone: contribution.ErrNotFound, lasting: true,
		id:   func(c *contribution.Contribution) string { return c.ID },
		part: func(c *contribution.Contribution) any { return &c.Raw },
	}
	return s
}

// Insert adds a contribution with its key, which recordings need before there is a word. An unused key is destroyed.
func (s *Contributions) Insert(ctx context.Context, c contribution.Contribution) error {
	key, err := s.vault.NewKey(ctx)
	if err != nil {
		return err
	}
	d := linked[contribution.Contribution]{Doc: c, KeyID: key}
	if err := s.linked.seal(ctx, &d, nil); err != nil {
		return err
	}
	err = insert(ctx, s.documents, d)
	if errors.Is(err, document.ErrDuplicate) {
		return s.vault.Shred(ctx, key)
	}
	return err
}

// Contribution returns one; its raw part is empty once its key is destroyed.
func (s *Contributions) Contribution(ctx context.Context, id string) (contribution.Contribution, error) {
	return s.linked.get(ctx, id)
}

// Update changes one at its revision, with the act in one transaction.
func (s *Contributions) Update(ctx context.Context, id string, act *audit.Entry, apply func(*contribution.Contribution) error) error {
	source := media.Source{Kind: media.SourceContribution, ID: id}
	return toFault(s.engine.InTx(ctx, func(ctx context.Context) error {
		var before, after []string
		err := s.linked.update(ctx, id, func(c *contribution.Contribution) error {
			before = shownIn(c.Raw)
			err := apply(c)
			after = shownIn(c.Raw)
			return err
		})
		if err == nil && !slices.Equal(before, after) {
			_, err = s.pictures.use(ctx, source, after)
		}
		if err != nil || act == nil {
			return err
		}
		return s.audit.append(ctx, *act)
	}))
}

// shownIn are the pictures of raw words.
func shownIn(raw contribution.Raw) (ids []string) {
	for _, box := range raw.Boxes {
		for _, p := range box.Pictures {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

// Erase destroys the key first: from then on nothing sealed under it can be read or added.
func (s *Contributions) Erase(ctx context.Context, id string, act *audit.Entry, apply func(*contribution.Contribution) error) error {
	this, of := bson.D{{Key: "_id", Value: id}}, bson.D{{Key: "contribution", Value: id}}
	steps := []func() error{
		func() error { return s.linked.shred(ctx, this) },
		func() error { return remove(ctx, s.voices, of) },
		func() error { return s.Update(ctx, id, act, apply) },
		func() error {
			_, err := s.pictures.Use(ctx, media.Source{Kind: media.SourceContribution, ID: id}, nil)
			return err
		},
		func() error { return remove(ctx, s.voices, of) }, // what was sealed before and stored after
		func() error { return toFault(document.Overwrite(ctx, s.engine)) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// Of lists an author's, latest written first.
func (s *Contributions) Of(ctx context.Context, author string, limit int) ([]contribution.Contribution, error) {
	return s.list(ctx, document.Query{
		Filter: bson.D{{Key: "author", Value: author}}, Sort: []document.Key{{Field: "writtenAt", Desc: true}}, Limit: limit,
	})
}

// In lists those in a state, longest waiting first.
func (s *Contributions) In(ctx context.Context, state contribution.State, limit int) ([]contribution.Contribution, error) {
	return s.list(ctx, document.Query{
		Filter: bson.D{{Key: "state", Value: string(state)}}, Sort: []document.Key{{Field: "sentAt"}}, Limit: limit,
	})
}

func (s *Contributions) list(ctx context.Context, q document.Query) ([]contribution.Contribution, error) {
	found, err := many[linked[contribution.Contribution]](ctx, s.documents, q)
	out := make([]contribution.Contribution, 0, len(found))
	for i := range found {
		if err := s.linked.open(ctx, &found[i]); err != nil {
			return nil, err
		}
		out = append(out, found[i].Doc)
	}
	return out, err
}

// Unfinished walks two small indexes.
func (s *Contributions) Unfinished(ctx context.Context, until *time.Time, limit int) (pieces, words []string, err error) {
	if pieces, err = s.ids(ctx, bson.D{{Key: "open", Value: true}}, limit); err != nil || until == nil {
		return pieces, nil, err
	}
	words, err = s.ids(ctx, bson.D{{Key: "eraseAt", Value: bson.D{{Key: "$lte", Value: *until}}}}, limit)
	return pieces, words, err
}

func (s *Contributions) ids(ctx context.Context, filter bson.D, limit int) ([]string, error) {
	var ids []string
	err := s.documents.Find(ctx, document.Query{Filter: filter, Limit: limit}, func(raw bson.Raw) error {
		ids = append(ids, raw.Lookup("_id").StringValue())
		return nil
	})
	return ids, toFault(err)
}

// PutVoice seals and stores a recording; the same one again is stored once.
func (s *Contributions) PutVoice(ctx context.Context, of, id string, body []byte) error {
	key, err := s.key(ctx, of)
	if err != nil {
		return err
	}
	sealed, err := s.vault.Seal(ctx, key, voicePlace(of, id), body)
	if err != nil {
		return voiceGone(err)
	}
	return unlessThere(insert(ctx, s.voices, voiceDocument{ID: voiceID(of, id), Contribution: of, Sealed: sealed, Schema: voiceSchema}))
}

// Voice opens a recording.
func (s *Contributions) Voice(ctx context.Context, of, id string) ([]byte, error) {
	key, err := s.key(ctx, of)
	if err != nil {
		return nil, err
	}
	d, err := byID[voiceDocument](ctx, s.voices, voiceID(of, id))
	if err != nil {
		return nil, mapNotFound(err, contribution.ErrNotFound)
	}
	body, err := s.vault.Open(ctx, key, voicePlace(of, id), d.Sealed)
	return body, voiceGone(err)
}

// DeleteVoice removes a recording, and has the place where it stood overwritten.
func (s *Contributions) DeleteVoice(ctx context.Context, of, id string) error {
	if err := remove(ctx, s.voices, bson.D{{Key: "_id", Value: voiceID(of, id)}}); err != nil {
		return err
	}
	return toFault(document.Overwrite(ctx, s.engine))
}

func (s *Contributions) key(ctx context.Context, of string) (string, error) {
	keys, err := keysOf(ctx, s.documents, bson.D{{Key: "_id", Value: of}})
	if err != nil {
		return "", err
	}
	if len(keys) == 0 {
		return "", contribution.ErrNotFound
	}
	return keys[0], nil
}

// voiceGone is what a recording is whose key is destroyed.
func voiceGone(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, seal.ErrErased):
		return contribution.ErrNotFound.Because(err)
	}
	return fmt.Errorf("store: %s: %w", contributionVoices, err)
}

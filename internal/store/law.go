package store

import (
	"context"
	"errors"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/law"
	"pugongying/internal/store/document"
)

const (
	laws           = "laws"
	lawVersions    = "lawVersions"
	lawFiles       = "lawFiles"
	lawGenerations = "lawHeads"

	lawGenerationID = "laws"
	filesAtOnce     = 200 // ids in one $in
)

var lawDeclarations = []document.Declaration{
	{Collection: laws, Indexes: []document.Index{{Name: "generation", Keys: []document.Key{{Field: "generation"}}}}},
	{Collection: lawVersions}, {Collection: lawFiles}, {Collection: lawGenerations},
}

// Laws stores laws, every version of their texts (one document each) and what happened to the files they came from; it is
// law.Store.
type Laws struct {
	engine                             document.Engine
	laws, versions, files, generations document.Collection
	audit                              appendOnly
}

// lawGeneration counts the changes of laws. A program that does not record the generation of each law writes this
// document without Tracked.
type lawGeneration struct {
	ID      string `bson:"_id"`
	Rev     int64  `bson:"rev"`
	Tracked int64  `bson:"tracked,omitempty"` // law.Generation.Tracked
	Schema  int    `bson:"schema"`
}

// NewLaws works on an engine whose declarations were ensured.
func NewLaws(engine document.Engine) *Laws {
	return &Laws{
		engine: engine, laws: engine.Collection(laws), versions: engine.Collection(lawVersions),
		files: engine.Collection(lawFiles), generations: engine.Collection(lawGenerations),
		audit: auditOf(engine),
	}
}

// Generation returns the generation of the laws, zero before anything was imported.
func (s *Laws) Generation(ctx context.Context) (law.Generation, error) {
	g, err := byID[lawGeneration](ctx, s.generations, lawGenerationID)
	if errors.Is(err, document.ErrNotFound) {
		return law.Generation{}, nil
	}
	if err != nil {
		return law.Generation{}, err
	}
	return law.Generation{Number: g.Rev, Tracked: g.Tracked}, nil
}

// Laws returns the laws that changed after a generation, every law for 0, in the order of their slugs.
func (s *Laws) Laws(ctx context.Context, after int64) ([]law.Entry, error) {
	if after == 0 {
		return many[law.Entry](ctx, s.laws, document.Query{Sort: []document.Key{{Field: "_id"}}})
	}
	changed, err := many[law.Entry](ctx, s.laws, document.Query{
		Filter: bson.D{{Key: "generation", Value: bson.D{{Key: "$gt", Value: after}}}},
	})
	slices.SortFunc(changed, func(a, b law.Entry) int { return strings.Compare(a.Slug, b.Slug) })
	return changed, err
}

// Version returns one version of a law.
func (s *Laws) Version(ctx context.Context, id string) (*law.Version, error) {
	v, err := byID[law.Version](ctx, s.versions, id)
	return v, mapNotFound(err, law.ErrNoVersion)
}

// Excerpt decodes one article of a version and what is shown around it.
func (s *Laws) Excerpt(ctx context.Context, id string, article, sub int) (law.Excerpt, error) {
	var found law.Excerpt
	seen := false
	err := s.versions.Find(ctx, document.Query{Filter: bson.D{{Key: "_id", Value: id}}, Limit: 1}, func(raw bson.Raw) (err error) {
		seen = true
		found, err = excerptOf(raw, article, sub)
		return err
	})
	if err == nil && !seen {
		err = law.ErrNoVersion
	}
	return found, toFault(err)
}

// Files calls each with everything recorded about files.
func (s *Laws) Files(ctx context.Context, each func(law.File)) error {
	err := s.files.Find(ctx, document.Query{}, func(raw bson.Raw) error {
		f, err := decode[law.File](raw)
		if err == nil {
			each(*f)
		}
		return err
	})
	return toFault(err)
}

// Apply writes everything in one transaction, a change of the laws together with its audit entry; where laws change, the
// generation serialises the writers.
func (s *Laws) Apply(ctx context.Context, write law.Write) error {
	err := s.engine.InTx(ctx, func(ctx context.Context) error {
		if write.Touches() {
			if err := s.touch(ctx, write); err != nil {
				return err
			}
		}
		return s.remember(ctx, write.Files)
	})
	if errors.Is(err, document.ErrStale) || errors.Is(err, document.ErrDuplicate) {
		return errors.Join(law.ErrStale, err)
	}
	return toFault(err)
}

func (s *Laws) touch(ctx context.Context, write law.Write) error {
	if err := s.begin(ctx, write.Generation); err != nil {
		return err
	}
	if len(write.Versions) > 0 {
		if err := s.versions.Insert(ctx, anys(write.Versions)...); err != nil {
			return err
		}
	}
	var added []any
	for _, e := range write.Added {
		e.Rev, e.Generation = 1, write.Generation+1
		added = append(added, e)
	}
	if len(added) > 0 {
		if err := s.laws.Insert(ctx, added...); err != nil {
			return err
		}
	}
	for _, e := range write.Replaced {
		rev := e.Rev
		e.Rev, e.Generation = rev+1, write.Generation+1
		if err := s.laws.Replace(ctx, e.Slug, rev, e); err != nil {
			return err
		}
	}
	if write.Entry == nil {
		return errors.New("store: a change of the laws without its audit entry")
	}
	return s.audit.append(ctx, *write.Entry)
}

// begin begins the generation after the one a write was planned at.
func (s *Laws) begin(ctx context.Context, planned int64) error {
	now, err := s.Generation(ctx)
	if err != nil {
		return err
	}
	next := lawGeneration{ID: lawGenerationID, Rev: planned + 1, Tracked: now.Tracked, Schema: 1}
	if next.Tracked == 0 {
		next.Tracked = next.Rev
	}
	if planned == 0 {
		return s.generations.Insert(ctx, next)
	}
	return s.generations.Replace(ctx, lawGenerationID, planned, next)
}

// remember adds what is not remembered yet; another import may have read the same files.
func (s *Laws) remember(ctx context.Context, files []law.File) error {
	for len(files) > 0 {
		some := files[:min(len(files), filesAtOnce)]
		files = files[len(some):]
		ids, fresh := bson.A{}, map[string]law.File{}
		for _, f := range some {
			ids, fresh[f.Key] = append(ids, f.Key), f
		}
		q := document.Query{Filter: bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}}}
		err := s.files.Find(ctx, q, func(raw bson.Raw) error {
			delete(fresh, raw.Lookup("_id").StringValue())
			return nil
		})
		if err != nil {
			return err
		}
		var docs []any
		for _, f := range fresh {
			docs = append(docs, f)
		}
		if len(docs) == 0 {
			continue
		}
		if err := s.files.Insert(ctx, docs...); err != nil {
			return err
		}
	}
	return nil
}

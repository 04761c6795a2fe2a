package store

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/law"
	"pugongying/internal/store/document"
)

const (
	laws        = "laws"
	lawVersions = "lawVersions"
	lawFiles    = "lawFiles"
	lawHeads    = "lawHeads"

	lawHeadID   = "laws"
	filesAtOnce = 200 // ids in one $in
)

var lawDeclarations = []document.Declaration{
	{Collection: laws}, {Collection: lawVersions}, {Collection: lawFiles}, {Collection: lawHeads},
}

// Laws keeps laws, every version of their texts (one document each) and what became of the files they came from; it is
// law.Store.
type Laws struct {
	engine                       document.Engine
	laws, versions, files, heads document.Collection
}

// lawHead moves with every change of a law.
type lawHead struct {
	ID     string `bson:"_id"`
	Rev    int64  `bson:"rev"`
	Schema int    `bson:"schema"`
}

// NewLaws works on an engine whose declarations were ensured.
func NewLaws(engine document.Engine) *Laws {
	return &Laws{
		engine: engine, laws: engine.Collection(laws), versions: engine.Collection(lawVersions),
		files: engine.Collection(lawFiles), heads: engine.Collection(lawHeads),
	}
}

// Head gives the head, 0 before anything was imported.
func (s *Laws) Head(ctx context.Context) (int64, error) {
	head, err := byID[lawHead](ctx, s.heads, lawHeadID)
	if errors.Is(err, document.ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return head.Rev, nil
}

// Laws gives every law, in order of slug.
func (s *Laws) Laws(ctx context.Context) ([]law.Entry, error) {
	return many[law.Entry](ctx, s.laws, document.Query{Sort: []document.Key{{Field: "_id"}}})
}

// Version gives one version of a law.
func (s *Laws) Version(ctx context.Context, id string) (*law.Version, error) {
	v, err := byID[law.Version](ctx, s.versions, id)
	return v, mapNotFound(err, law.ErrNoVersion)
}

// Files calls each with everything that is remembered of files.
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

// Apply writes all of it in one transaction; where a law is touched the head lets one writer through at a time.
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
	if err := s.move(ctx, write.Head); err != nil {
		return err
	}
	if len(write.Versions) > 0 {
		if err := s.versions.Insert(ctx, anys(write.Versions)...); err != nil {
			return err
		}
	}
	for _, e := range write.Added {
		e.Rev = 1
		if err := s.laws.Insert(ctx, e); err != nil {
			return err
		}
	}
	for _, e := range write.Replaced {
		rev := e.Rev
		e.Rev++
		if err := s.laws.Replace(ctx, e.Slug, rev, e); err != nil {
			return err
		}
	}
	return nil
}

func (s *Laws) move(ctx context.Context, rev int64) error {
	head := lawHead{ID: lawHeadID, Rev: rev + 1, Schema: 1}
	if rev == 0 {
		return s.heads.Insert(ctx, head)
	}
	return s.heads.Replace(ctx, lawHeadID, rev, head)
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

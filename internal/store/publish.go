package store

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/publish"
	"pugongying/internal/store/document"
)

const (
	publications     = "publications"
	versions         = "versions"
	publicationHeads = "publicationHeads"

	headID         = "publications"
	versionsAtOnce = 200 // ids in one $in
)

var publishDeclarations = []document.Declaration{
	{Collection: publications, Indexes: []document.Index{
		{Name: "kind", Keys: []document.Key{{Field: "kind"}, {Field: "live"}}},
	}},
	{Collection: versions},
	{Collection: publicationHeads},
}

// Publications keeps what is published and every version of it; it is publish.Store.
type Publications struct {
	engine                        document.Engine
	publications, versions, heads document.Collection
}

// NewPublications works on an engine whose declarations were ensured.
func NewPublications(engine document.Engine) *Publications {
	return &Publications{
		engine:       engine,
		publications: engine.Collection(publications),
		versions:     engine.Collection(versions),
		heads:        engine.Collection(publicationHeads),
	}
}

// Head gives the head, the zero Head before anything was published.
func (s *Publications) Head(ctx context.Context) (publish.Head, error) {
	head, err := byID[publish.Head](ctx, s.heads, headID)
	if errors.Is(err, document.ErrNotFound) {
		return publish.Head{}, nil
	}
	if err != nil {
		return publish.Head{}, err
	}
	return *head, nil
}

// All calls each with every publication, in order of id.
func (s *Publications) All(ctx context.Context, each func(publish.Publication) error) error {
	return s.publicationsOf(ctx, bson.D{}, each)
}

// Live calls each with every live publication of a kind and the version residents see, in order of id.
func (s *Publications) Live(ctx context.Context, kind publish.Kind, each func(publish.Publication, publish.Version) error) error {
	var live []publish.Publication
	filter := bson.D{{Key: "kind", Value: string(kind)}, {Key: "live", Value: bson.D{{Key: "$gt", Value: 0}}}}
	err := s.publicationsOf(ctx, filter, func(p publish.Publication) error {
		live = append(live, p)
		return nil
	})
	for len(live) > 0 && err == nil {
		n := min(len(live), versionsAtOnce)
		err = s.versionsOf(ctx, live[:n], each)
		live = live[n:]
	}
	return err
}

func (s *Publications) versionsOf(
	ctx context.Context, live []publish.Publication, each func(publish.Publication, publish.Version) error,
) error {
	ids := bson.A{}
	for _, p := range live {
		ids = append(ids, publish.VersionID(p.ID, p.Live))
	}
	found, err := many[publish.Version](ctx, s.versions, document.Query{
		Filter: bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}},
	})
	if err != nil {
		return err
	}
	byID := map[string]publish.Version{}
	for _, v := range found {
		byID[v.ID] = v
	}
	for _, p := range live {
		v, ok := byID[publish.VersionID(p.ID, p.Live)]
		if !ok {
			return publish.ErrNotFound.Because(errors.New("store: version " + publish.VersionID(p.ID, p.Live) + " is missing"))
		}
		if err := each(p, v); err != nil {
			return err
		}
	}
	return nil
}

func (s *Publications) publicationsOf(ctx context.Context, filter bson.D, each func(publish.Publication) error) error {
	q := document.Query{Filter: filter, Sort: []document.Key{{Field: "_id"}}}
	return s.publications.Find(ctx, q, func(raw bson.Raw) error {
		p, err := decode[publish.Publication](raw)
		if err != nil {
			return err
		}
		return each(*p)
	})
}

// Publication gives one publication.
func (s *Publications) Publication(ctx context.Context, id string) (publish.Publication, error) {
	p, err := byID[publish.Publication](ctx, s.publications, id)
	if err != nil {
		return publish.Publication{}, mapNotFound(err, publish.ErrNotFound)
	}
	return *p, nil
}

// Version gives the n-th version of a publication.
func (s *Publications) Version(ctx context.Context, id string, n int) (publish.Version, error) {
	v, err := byID[publish.Version](ctx, s.versions, publish.VersionID(id, n))
	if err != nil {
		return publish.Version{}, mapNotFound(err, publish.ErrNotFound)
	}
	return *v, nil
}

// Apply makes the whole change in one transaction and moves the head.
func (s *Publications) Apply(ctx context.Context, change publish.Change) error {
	err := s.engine.InTx(ctx, func(ctx context.Context) error {
		if err := s.move(ctx, change.Head); err != nil {
			return err
		}
		if err := s.add(ctx, change); err != nil {
			return err
		}
		for _, p := range change.Replaced {
			rev := p.Rev
			p.Rev++
			if err := s.publications.Replace(ctx, p.ID, rev, p); err != nil {
				return err
			}
		}
		return nil
	})
	if errors.Is(err, document.ErrStale) || errors.Is(err, document.ErrDuplicate) {
		return publish.ErrStale.Because(err)
	}
	return toFault(err)
}

// move is the compare-and-swap that lets one change through at a time.
func (s *Publications) move(ctx context.Context, head publish.Head) error {
	rev := head.Rev
	head.ID, head.Rev, head.Schema = headID, rev+1, 1
	if rev == 0 {
		return s.heads.Insert(ctx, head)
	}
	return s.heads.Replace(ctx, headID, rev, head)
}

func (s *Publications) add(ctx context.Context, change publish.Change) error {
	if len(change.Added) > 0 {
		if err := s.publications.Insert(ctx, anys(change.Added)...); err != nil {
			return err
		}
	}
	if len(change.Versions) > 0 {
		return s.versions.Insert(ctx, anys(change.Versions)...)
	}
	return nil
}

func anys[T any](items []T) []any {
	out := make([]any, len(items))
	for i, item := range items {
		out[i] = item
	}
	return out
}

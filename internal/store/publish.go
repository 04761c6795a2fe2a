package store

import (
	"context"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/publish"
	"pugongying/internal/store/document"
)

const (
	publications           = "publications"
	versions               = "versions"
	publicationGenerations = "publicationHeads" // the collection's name on disk
	publicationNotes       = "publicationNotes"
	publicationSeen        = "publicationSeen"
	publicationDrafts      = "publicationDrafts"
	publicationDues        = "publicationDues"
	bundles                = "bundles"
	textReports            = "textReports"
	lawyerLinks            = "lawyerLinks"

	liveGenerationID  = "publications"
	draftGenerationID = "drafts"
	seedingID         = "seeding"

	publishSchema  = 3
	versionsAtOnce = 200 // ids in one $in
	publishTries   = 3   // a generation's first document is created once; the second writer starts again
)

var publishDeclarations = []document.Declaration{
	{Collection: publications, Indexes: []document.Index{
		{Name: "kind", Keys: []document.Key{{Field: "kind"}, {Field: "live"}}},
		{Name: "changed", Keys: []document.Key{{Field: "kind"}, {Field: "liveGeneration"}}},
		// In lists every region around a publication is a key, so that a region with all below it is one value and the order
		// of the list is the index's; what has no tab in its filter is asked tab by tab.
		{Name: "cites", Keys: []document.Key{{Field: "cites"}, {Field: "place.tab"}, {Field: "place.changed", Desc: true}}},
		{Name: "author", Keys: []document.Key{{Field: "authors"}, {Field: "place.tab"}, {Field: "place.changed", Desc: true}}},
		{Name: "place", Keys: []document.Key{{Field: "place.regions"}, {Field: "place.tab"}, {Field: "place.changed", Desc: true}}},
		{Name: "placeKind", Keys: []document.Key{{Field: "place.regions"}, {Field: "kind"}, {Field: "place.tab"}, {Field: "place.changed", Desc: true}}},
		{Name: "due", Keys: []document.Key{{Field: "place.regions"}, {Field: "place.tab"}, {Field: "place.due"}}},
		{Name: "title", Keys: []document.Key{{Field: "place.regions"}, {Field: "place.tab"}, {Field: "title"}}},
		{Name: "turnIn", Keys: []document.Key{{Field: "place.turn"}, {Field: "place.asked"}, {Field: "place.regions"}, {Field: "place.due"}},
			Partial: bson.D{{Key: "place.turn", Value: bson.D{{Key: "$exists", Value: true}}}}},
		{Name: "reviewAt", Keys: []document.Key{{Field: "reviewAt"}}, Partial: bson.D{{Key: "reviewAt", Value: bson.D{{Key: "$exists", Value: true}}}}},
	}},
	{Collection: versions},
	{Collection: publicationGenerations},
	{Collection: publicationNotes, Indexes: []document.Index{{Name: "publication", Keys: []document.Key{{Field: "publication"}, {Field: "_id"}}}}},
	{Collection: publicationSeen},
	{Collection: publicationDrafts},
	{Collection: publicationDues, Indexes: jobIndexes()},
	{Collection: bundles, Indexes: []document.Index{{Name: "state", Keys: []document.Key{{Field: "state"}, {Field: "at"}}}}},
	{Collection: textReports, Indexes: []document.Index{{Name: "open", Keys: []document.Key{{Field: "regions"}, {Field: "outcome"}, {Field: "due"}}}}},
	{Collection: lawyerLinks, Indexes: []document.Index{{Name: "publication", Keys: []document.Key{{Field: "publication"}, {Field: "at", Desc: true}}}}},
}

// Publications stores what is published and every version of it; it is publish.Store. The counters of live and of draft
// changes are two documents, and what was seeded is a third, so that drafts never wait for each other's publications nor
// write the document that every server polls every few seconds.
type Publications struct {
	engine                              document.Engine
	publications, versions, generations document.Collection
	notes, seen, drafts, dues           document.Collection
	bundles, reports, links             document.Collection
	audit                               appendOnly
	pictures                            *Pictures
}

// NewPublications works on an engine whose declarations were ensured.
func NewPublications(engine document.Engine) *Publications {
	return &Publications{
		engine:       engine,
		publications: engine.Collection(publications),
		versions:     engine.Collection(versions),
		generations:  engine.Collection(publicationGenerations),
		notes:        engine.Collection(publicationNotes),
		seen:         engine.Collection(publicationSeen),
		drafts:       engine.Collection(publicationDrafts),
		dues:         engine.Collection(publicationDues),
		bundles:      engine.Collection(bundles),
		reports:      engine.Collection(textReports),
		links:        engine.Collection(lawyerLinks),
		pictures:     NewPictures(engine),
		audit:        auditOf(engine),
	}
}

// generation counts changes. Seeded is the digest that schema 1 stored here.
type generation struct {
	ID     string    `bson:"_id"`
	Rev    int64     `bson:"rev"`
	Seeded string    `bson:"seeded,omitempty"`
	At     time.Time `bson:"at"`
	Schema int       `bson:"schema"`
}

type seedingDocument struct {
	ID              string `bson:"_id"`
	publish.Seeding `bson:",inline"`
}

// Generations returns both counters, 0 before the first change.
func (s *Publications) Generations(ctx context.Context) (publish.Generations, error) {
	found, err := many[generation](ctx, s.generations, document.Query{
		Filter: bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: bson.A{liveGenerationID, draftGenerationID}}}}},
	})
	var g publish.Generations
	for _, d := range found {
		if d.ID == liveGenerationID {
			g.Live = d.Rev
		} else {
			g.Drafts = d.Rev
		}
	}
	return g, err
}

// Seeding returns what was seeded last; of a store of schema 1 the digest, which belonged to no edition.
func (s *Publications) Seeding(ctx context.Context) (publish.Seeding, error) {
	d, err := byID[seedingDocument](ctx, s.generations, seedingID)
	if err == nil {
		return d.Seeding, nil
	}
	if !errors.Is(err, document.ErrNotFound) {
		return publish.Seeding{}, err
	}
	old, err := byID[generation](ctx, s.generations, liveGenerationID)
	if errors.Is(err, document.ErrNotFound) {
		return publish.Seeding{}, nil
	}
	if err != nil {
		return publish.Seeding{}, err
	}
	return publish.Seeding{Digest: old.Seeded}, nil
}

// All calls each with every publication, in order of id. One that cannot be read is its id, kind and Damage.
func (s *Publications) All(ctx context.Context, each func(publish.Publication) error) error {
	return s.publicationsOf(ctx, bson.D{}, each)
}

// Live calls each with every live publication of a kind and the version residents see, in order of id; with since > 0 with
// those alone that changed for residents after that generation.
func (s *Publications) Live(
	ctx context.Context, kind publish.Kind, since int64, each func(publish.Publication, publish.Version) error,
) error {
	filter := bson.D{{Key: "kind", Value: string(kind)}, {Key: "live", Value: bson.D{{Key: "$gt", Value: 0}}}}
	if since > 0 {
		filter[1] = bson.E{Key: "liveGeneration", Value: bson.D{{Key: "$gt", Value: since}}}
	}
	var found []publish.Publication
	err := s.publicationsOf(ctx, filter, func(p publish.Publication) error {
		found = append(found, p)
		return nil
	})
	for len(found) > 0 && err == nil {
		n := min(len(found), versionsAtOnce)
		err = s.versionsOf(ctx, found[:n], each)
		found = found[n:]
	}
	return toFault(err)
}

func (s *Publications) versionsOf(
	ctx context.Context, some []publish.Publication, each func(publish.Publication, publish.Version) error,
) error {
	ids := bson.A{}
	for _, p := range some {
		if p.Live > 0 {
			ids = append(ids, publish.VersionID(p.ID, p.Live))
		}
	}
	byID := map[string]publish.Version{}
	q := document.Query{Filter: bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}}}
	err := s.versions.Find(ctx, q, func(raw bson.Raw) error {
		v, err := decode[publish.Version](raw)
		if err != nil {
			v = &publish.Version{ID: raw.Lookup("_id").StringValue(), Damage: err}
		}
		byID[v.ID] = *v
		return nil
	})
	if err != nil {
		return err
	}
	for _, p := range some {
		v, ok := byID[publish.VersionID(p.ID, p.Live)]
		if !ok && p.Live > 0 {
			v.Damage = errors.New("store: version " + publish.VersionID(p.ID, p.Live) + " is missing")
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
			id, _ := raw.Lookup("_id").StringValueOK()
			kind, _ := raw.Lookup("kind").StringValueOK()
			p = &publish.Publication{ID: id, Kind: publish.Kind(kind), Damage: err}
		}
		return each(*p)
	})
}

// Publication returns one publication.
func (s *Publications) Publication(ctx context.Context, id string) (publish.Publication, error) {
	p, err := byID[publish.Publication](ctx, s.publications, id)
	if err != nil {
		return publish.Publication{}, mapNotFound(err, publish.ErrNotFound)
	}
	return *p, nil
}

// Version returns the n-th version of a publication.
func (s *Publications) Version(ctx context.Context, id string, n int) (publish.Version, error) {
	v, err := byID[publish.Version](ctx, s.versions, publish.VersionID(id, n))
	if err != nil {
		return publish.Version{}, mapNotFound(err, publish.ErrNotFound)
	}
	return *v, nil
}

// Apply makes the whole change in one transaction, with its audit entry. The transaction's compare-and-swaps are those of
// the publications it replaces and, for a seeding, of the seeding: two changes of different publications both succeed.
func (s *Publications) Apply(ctx context.Context, change publish.Change) error {
	var err error
	for range publishTries {
		err = s.engine.InTx(ctx, func(ctx context.Context) error { return s.apply(ctx, change) })
		if !firstOfItsKind(err) {
			break
		}
	}
	if errors.Is(err, document.ErrStale) || errors.Is(err, document.ErrDuplicate) {
		return publish.ErrStale.Because(err)
	}
	return toFault(err)
}

// firstOfItsKind says that another transaction made the same counter meanwhile.
func firstOfItsKind(err error) bool {
	var d *document.DuplicateError
	return errors.As(err, &d) && d.Collection == publicationGenerations
}

func (s *Publications) apply(ctx context.Context, change publish.Change) error {
	var live int64
	if len(change.Shown) > 0 {
		var err error
		if live, err = s.count(ctx, liveGenerationID, change.Entry.At); err != nil {
			return err
		}
	}
	shown := map[string]bool{}
	for _, id := range change.Shown {
		shown[id] = true
	}
	numbered := func(p publish.Publication) publish.Publication {
		if shown[p.ID] {
			p.LiveGeneration = live
		}
		return p
	}
	for _, p := range change.Replaced {
		p, rev := numbered(p), p.Rev
		p.Rev++
		if err := s.publications.Replace(ctx, p.ID, rev, p); err != nil {
			return err
		}
	}
	added := make([]any, len(change.Added))
	for i, p := range change.Added {
		added[i] = numbered(p)
	}
	if err := s.add(ctx, added, change); err != nil {
		return err
	}
	if err := s.usePictures(ctx, change); err != nil {
		return err
	}
	if err := s.seeded(ctx, change.Seeding); err != nil {
		return err
	}
	if err := s.beside(ctx, change); err != nil {
		return err
	}
	if err := s.audit.append(ctx, change.Entry); err != nil {
		return err
	}
	// Last, so that a draft locks the counter it shares with other drafts as briefly as possible.
	_, err := s.count(ctx, draftGenerationID, change.Entry.At)
	return err
}

// count raises a counter and gives its new value.
func (s *Publications) count(ctx context.Context, id string, at time.Time) (int64, error) {
	filter := bson.D{{Key: "_id", Value: id}}
	found, err := s.generations.Update(ctx, filter, bson.D{
		{Key: "$inc", Value: bson.D{{Key: "rev", Value: int64(1)}}}, {Key: "$set", Value: bson.D{{Key: "at", Value: at}}},
	})
	if err != nil {
		return 0, err
	}
	if !found {
		return 1, s.generations.Insert(ctx, generation{ID: id, Rev: 1, At: at, Schema: publishSchema})
	}
	now, err := one[generation](ctx, s.generations, filter)
	if err != nil {
		return 0, err
	}
	return now.Rev, nil
}

// seeded is the compare-and-swap that lets one seeding through at a time.
func (s *Publications) seeded(ctx context.Context, next *publish.Seeding) error {
	if next == nil {
		return nil
	}
	d := seedingDocument{ID: seedingID, Seeding: *next}
	d.Rev++
	if next.Rev > 0 {
		return s.generations.Replace(ctx, seedingID, next.Rev, d)
	}
	err := s.generations.Insert(ctx, d)
	if errors.Is(err, document.ErrDuplicate) {
		return errors.Join(document.ErrStale, errors.New("store: another seeding was the first"))
	}
	return err
}

func (s *Publications) add(ctx context.Context, added []any, change publish.Change) error {
	if len(added) > 0 {
		if err := s.publications.Insert(ctx, added...); err != nil {
			return err
		}
	}
	if len(change.Versions) > 0 {
		if err := s.versions.Insert(ctx, anys(change.Versions)...); err != nil {
			return err
		}
	}
	for _, m := range change.Moved {
		// A version that is missing has no state to keep; reading it is an error.
		if _, err := s.versions.Update(ctx, bson.D{{Key: "_id", Value: publish.VersionID(m.Publication, m.N)}}, moved(m)); err != nil {
			return err
		}
	}
	return nil
}

// moved is the update of a version whose state changed.
func moved(m publish.Move) bson.D {
	set := bson.D{{Key: "state", Value: string(m.State)}}
	if m.Passes != nil {
		set = append(set, bson.E{Key: "passes", Value: *m.Passes})
	}
	if m.Findings != nil {
		set = append(set, bson.E{Key: "findings", Value: *m.Findings})
	}
	if m.SHA256 != "" {
		set = append(set, bson.E{Key: "sha256", Value: m.SHA256})
	}
	return bson.D{{Key: "$set", Value: set}}
}

func anys[T any](items []T) []any {
	out := make([]any, len(items))
	for i, item := range items {
		out[i] = item
	}
	return out
}

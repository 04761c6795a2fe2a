package store

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/audit"
	"pugongying/internal/jobs"
	"pugongying/internal/media"
	"pugongying/internal/publish"
	"pugongying/internal/region"
	"pugongying/internal/store/document"
)

// The staff's side of publications: lists, notes, working copies, sets, reports and lawyers' links.
var (
	_ publish.Lists   = (*Publications)(nil)
	_ publish.Sets    = (*Publications)(nil)
	_ publish.Reports = (*Publications)(nil)
	_ publish.Links   = (*Publications)(nil)
)

// dueDocument is due work of a publication or a set; it goes when it is done.
type dueDocument struct {
	ID     string   `bson:"_id"`
	Job    jobs.Due `bson:"job"`
	Schema int      `bson:"schema"`
}

// Jobs is the due work of publications and sets.
func (s *Publications) Jobs() *Jobs { return &Jobs{documents: s.dues, remove: true} }

// beside writes what a change brings beside publications and versions.
func (s *Publications) beside(ctx context.Context, change publish.Change) error {
	if len(change.Notes) > 0 {
		if err := s.notes.Insert(ctx, anys(change.Notes)...); err != nil {
			return err
		}
	}
	for _, d := range change.Dues {
		if _, err := s.dues.Delete(ctx, bson.D{{Key: "_id", Value: d.ID}}); err != nil {
			return err
		}
		if err := s.dues.Insert(ctx, dueDocument{ID: d.ID, Job: *jobs.At(d.At), Schema: publishSchema}); err != nil {
			return err
		}
	}
	for _, id := range change.Worked {
		if _, err := s.drafts.Delete(ctx, bson.D{{Key: "_id", Value: id}}); err != nil {
			return err
		}
	}
	if change.Bundle == nil {
		return nil
	}
	return s.replaceOrFirst(ctx, s.bundles, change.Bundle.ID, change.Bundle.Rev, func(rev int64) any {
		b := *change.Bundle
		b.Rev = rev
		return b
	})
}

// replaceOrFirst writes the next revision of a document; revision 0 is one that is not there yet. ErrStale when somebody
// else was quicker.
func (s *Publications) replaceOrFirst(ctx context.Context, c document.Collection, id string, rev int64, next func(rev int64) any) error {
	if rev > 0 {
		return c.Replace(ctx, id, rev, next(rev+1))
	}
	err := c.Insert(ctx, next(1))
	if errors.Is(err, document.ErrDuplicate) {
		return errors.Join(document.ErrStale, err)
	}
	return err
}

// stale maps what a compare-and-swap says to the fault of package publish.
func stale(err error) error {
	if errors.Is(err, document.ErrStale) || errors.Is(err, document.ErrDuplicate) {
		return publish.ErrStale.Because(err)
	}
	return toFault(err)
}

// Publications gives a page of a list by the index of its filter.
func (s *Publications) Publications(ctx context.Context, l publish.Listing) ([]publish.Publication, error) {
	if len(l.Turns) > 0 {
		return s.waiting(ctx, l)
	}
	sort := []document.Key{{Field: "place.changed", Desc: true}}
	if l.ByDue {
		sort = []document.Key{{Field: "place.due"}}
	}
	return many[publish.Publication](ctx, s.publications, document.Query{Filter: listed(l), Sort: sort, Limit: l.Limit})
}

// Count counts a list by its index, up to its limit.
func (s *Publications) Count(ctx context.Context, l publish.Listing) (int64, error) {
	n, err := s.publications.Count(ctx, listed(l), l.Limit)
	return n, toFault(err)
}

// listed is the filter of a list: what its index has first.
func listed(l publish.Listing) bson.D {
	f := bson.D{}
	equal := func(field, value string) {
		if value != "" {
			f = append(f, bson.E{Key: field, Value: value})
		}
	}
	if l.Author != "" {
		equal("authors", l.Author)
	} else {
		f = append(f, bson.E{Key: "place.regions", Value: string(l.Within)})
	}
	equal("kind", string(l.Kind))
	equal("place.tab", string(l.Tab))
	equal("cites", l.Cites)
	if l.Title != "" {
		f = append(f, bson.E{Key: "title", Value: bson.D{{Key: "$gte", Value: l.Title}, {Key: "$lt", Value: l.Title + "\U0010ffff"}}})
	}
	if !l.Since.IsZero() {
		f = append(f, bson.E{Key: "changedAt", Value: bson.D{{Key: "$gte", Value: l.Since}}})
	}
	switch {
	case l.After == "":
	case l.ByDue:
		f = append(f, bson.E{Key: "place.due", Value: bson.D{{Key: "$gt", Value: l.After}}})
	default:
		f = append(f, bson.E{Key: "place.changed", Value: bson.D{{Key: "$lt", Value: l.After}}})
	}
	return f
}

// waiting gives a page of what waits for one of some reviews, by the time it has left. Each of them, each region whose reviewers are
// asked and each region where a text may lie is one range of the index in that order; they are merged here.
func (s *Publications) waiting(ctx context.Context, l publish.Listing) ([]publish.Publication, error) {
	var all []publish.Publication
	for _, filter := range turnsOf(l) {
		found, err := many[publish.Publication](ctx, s.publications, document.Query{
			Filter: filter, Sort: []document.Key{{Field: "place.due"}}, Limit: l.Limit,
		})
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	slices.SortFunc(all, func(a, b publish.Publication) int { return cmp.Compare(a.Place.Due, b.Place.Due) })
	all = slices.CompactFunc(all, func(a, b publish.Publication) bool { return a.ID == b.ID })
	return all[:min(len(all), l.Limit)], nil
}

// turnsOf are the ranges of the index that hold what waits.
func turnsOf(l publish.Listing) (filters []bson.D) {
	for _, turn := range l.Turns {
		for _, asked := range turn.Asked {
			for _, within := range turn.Within {
				filters = append(filters, bson.D{
					{Key: "place.turn", Value: string(turn.Stage)}, {Key: "place.asked", Value: string(asked)}, {Key: "place.regions", Value: string(within)},
					{Key: "place.due", Value: bson.D{{Key: "$gt", Value: l.After}}},
				})
			}
		}
	}
	return filters
}

func anyOf[T ~string](items []T) bson.A {
	all := bson.A{}
	for _, item := range items {
		all = append(all, string(item))
	}
	return all
}

// ToReview gives the live publications whose review-at date has passed, the longest first.
func (s *Publications) ToReview(ctx context.Context, before time.Time, limit int) ([]publish.Publication, error) {
	return many[publish.Publication](ctx, s.publications, document.Query{
		Filter: bson.D{{Key: "reviewAt", Value: bson.D{{Key: "$lte", Value: before}}}},
		Sort:   []document.Key{{Field: "reviewAt"}}, Limit: limit,
	})
}

// Notes gives the notes of a publication, oldest first.
func (s *Publications) Notes(ctx context.Context, publication string) ([]publish.Note, error) {
	return many[publish.Note](ctx, s.notes, document.Query{
		Filter: bson.D{{Key: "publication", Value: publication}}, Sort: []document.Key{{Field: "_id"}},
	})
}

// Seen gives the version that a person last saw.
func (s *Publications) Seen(ctx context.Context, publication, account string) (publish.Seen, error) {
	return orZero[publish.Seen](ctx, s.seen, publication+"|"+account)
}

func orZero[T any](ctx context.Context, c document.Collection, id string) (T, error) {
	found, err := byID[T](ctx, c, id)
	if err != nil {
		var none T
		if errors.Is(err, document.ErrNotFound) {
			err = nil
		}
		return none, err
	}
	return *found, nil
}

// See records that a person saw a version; the last word counts.
func (s *Publications) See(ctx context.Context, seen publish.Seen) error {
	return toFault(s.engine.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.seen.Delete(ctx, bson.D{{Key: "_id", Value: seen.ID}}); err != nil {
			return err
		}
		return s.seen.Insert(ctx, seen)
	}))
}

// Working gives the working copy of a publication.
func (s *Publications) Working(ctx context.Context, publication string) (publish.Working, error) {
	return orZero[publish.Working](ctx, s.drafts, publication)
}

// Work writes a working copy at its revision.
func (s *Publications) Work(ctx context.Context, w publish.Working) error {
	source := media.Source{Kind: media.SourceWorking, ID: w.ID}
	return stale(s.engine.InTx(ctx, func(ctx context.Context) error {
		err := s.replaceOrFirst(ctx, s.drafts, w.ID, w.Rev, func(rev int64) any {
			next := w
			next.Rev = rev
			return next
		})
		if err != nil {
			return err
		}
		_, err = s.pictures.use(ctx, source, w.Pictures)
		return err
	}))
}

// usePictures records what the versions of a change show, and that those nobody works on any more, and nobody sees, show
// nothing. It is part of the change: a picture is removed before or not at all.
func (s *Publications) usePictures(ctx context.Context, change publish.Change) error {
	for _, v := range change.Versions {
		if len(v.Pictures) == 0 {
			continue
		}
		if _, err := s.pictures.use(ctx, media.Source{Kind: media.SourceVersion, ID: v.ID}, v.Pictures); err != nil {
			return err
		}
	}
	for _, m := range change.Moved {
		if m.State != publish.StateSuperseded && m.State != publish.StateWithdrawn {
			continue
		}
		if _, err := s.pictures.use(ctx, media.Source{Kind: media.SourceVersion, ID: publish.VersionID(m.Publication, m.N)}, nil); err != nil {
			return err
		}
	}
	for _, id := range change.Worked {
		if _, err := s.pictures.use(ctx, media.Source{Kind: media.SourceWorking, ID: id}, nil); err != nil {
			return err
		}
	}
	return nil
}

// Bundle gives a set.
func (s *Publications) Bundle(ctx context.Context, id string) (publish.Bundle, error) {
	b, err := byID[publish.Bundle](ctx, s.bundles, id)
	if err != nil {
		return publish.Bundle{}, mapNotFound(err, publish.ErrNotFound)
	}
	return *b, nil
}

// Bundles gives the sets in a state, by their minute.
func (s *Publications) Bundles(ctx context.Context, state publish.BundleState, limit int) ([]publish.Bundle, error) {
	return many[publish.Bundle](ctx, s.bundles, document.Query{
		Filter: bson.D{{Key: "state", Value: string(state)}}, Sort: []document.Key{{Field: "at"}}, Limit: limit,
	})
}

// AddReport adds the first report of a version.
func (s *Publications) AddReport(ctx context.Context, r publish.Report) error {
	return stale(s.reports.Insert(ctx, r))
}

// Report gives the reports of a version.
func (s *Publications) Report(ctx context.Context, id string) (publish.Report, error) {
	r, err := byID[publish.Report](ctx, s.reports, id)
	if err != nil {
		return publish.Report{}, mapNotFound(err, publish.ErrNotFound)
	}
	return *r, nil
}

// OpenReports gives the reports that wait for staff, by their clock.
func (s *Publications) OpenReports(ctx context.Context, within []region.Code, limit int) ([]publish.Report, error) {
	return many[publish.Report](ctx, s.reports, document.Query{
		Filter: bson.D{{Key: "regions", Value: bson.D{{Key: "$in", Value: anyOf(within)}}}, {Key: "outcome", Value: ""}},
		Sort:   []document.Key{{Field: "due"}}, Limit: limit,
	})
}

// ChangeReport writes a report at its revision, with the entry of what staff did.
func (s *Publications) ChangeReport(ctx context.Context, r publish.Report, entry *audit.Entry) error {
	rev := r.Rev
	r.Rev++
	return s.inOne(ctx, entry, func(ctx context.Context) error { return s.reports.Replace(ctx, r.ID, rev, r) })
}

// inOne makes writes with their entry, all or none.
func (s *Publications) inOne(ctx context.Context, entry *audit.Entry, writes ...func(context.Context) error) error {
	return stale(s.engine.InTx(ctx, func(ctx context.Context) error {
		for _, write := range writes {
			if err := write(ctx); err != nil {
				return err
			}
		}
		if entry == nil {
			return nil
		}
		return s.audit.append(ctx, *entry)
	}))
}

// AddLink adds a lawyer's link with its entry.
func (s *Publications) AddLink(ctx context.Context, l publish.Link, entry audit.Entry) error {
	return s.inOne(ctx, &entry, func(ctx context.Context) error { return s.links.Insert(ctx, l) })
}

// Link gives a lawyer's link.
func (s *Publications) Link(ctx context.Context, id string) (publish.Link, error) {
	l, err := byID[publish.Link](ctx, s.links, id)
	if err != nil {
		return publish.Link{}, mapNotFound(err, publish.ErrNotFound)
	}
	return *l, nil
}

// LinksOf gives the links of a publication, newest first.
func (s *Publications) LinksOf(ctx context.Context, publication string) ([]publish.Link, error) {
	return many[publish.Link](ctx, s.links, document.Query{
		Filter: bson.D{{Key: "publication", Value: publication}}, Sort: []document.Key{{Field: "at", Desc: true}},
	})
}

// ChangeLink writes a link at its revision, with the note and entry of an answer.
func (s *Publications) ChangeLink(ctx context.Context, l publish.Link, note *publish.Note, entry *audit.Entry) error {
	rev := l.Rev
	l.Rev++
	writes := []func(context.Context) error{func(ctx context.Context) error { return s.links.Replace(ctx, l.ID, rev, l) }}
	if note != nil {
		writes = append(writes, func(ctx context.Context) error { return s.notes.Insert(ctx, *note) })
	}
	return s.inOne(ctx, entry, writes...)
}

package publish

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"pugongying/internal/audit"
	"pugongying/internal/region"
)

func (f *fake) Publications(_ context.Context, l Listing) ([]Publication, error) {
	var all []Publication
	for _, p := range f.publications {
		if l.matches(p) {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b Publication) int {
		if l.ByDue || len(l.Turns) > 0 {
			return cmp.Compare(a.Place.Due, b.Place.Due)
		}
		return cmp.Compare(b.Place.Changed, a.Place.Changed)
	})
	return all[:min(len(all), l.Limit)], nil
}

func (l Listing) matches(p Publication) bool {
	for _, t := range l.Turns {
		if p.Place.Turn == t.Stage && slices.Contains(t.Asked, p.Place.Asked) && slices.ContainsFunc(t.Within, func(c region.Code) bool { return slices.Contains(p.Place.Regions, c) }) {
			return p.Place.Due > l.After
		}
	}
	switch {
	case len(l.Turns) > 0, l.Author != "" && !slices.Contains(p.Authors, l.Author), l.Author == "" && !slices.Contains(p.Place.Regions, l.Within):
		return false
	case l.Tab != "" && p.Place.Tab != l.Tab, l.Kind != "" && p.Kind != l.Kind, l.Title != "" && !strings.HasPrefix(p.Title, l.Title):
		return false
	case l.ByDue && l.After != "":
		return p.Place.Due > l.After
	}
	return l.After == "" || p.Place.Changed < l.After
}

func (f *fake) Count(ctx context.Context, l Listing) (int64, error) {
	if l.Limit == 0 {
		l.Limit = len(f.publications)
	}
	all, err := f.Publications(ctx, l)
	return int64(len(all)), err
}

func (f *fake) Notes(_ context.Context, publication string) (of []Note, _ error) {
	for _, n := range f.notes {
		if n.Publication == publication {
			of = append(of, n)
		}
	}
	return of, nil
}

func (f *fake) Seen(_ context.Context, publication, account string) (Seen, error) {
	return f.seen[publication+"|"+account], nil
}

func (f *fake) See(_ context.Context, s Seen) error {
	f.seen[s.ID] = s
	return nil
}

func (f *fake) Working(_ context.Context, publication string) (Working, error) {
	return f.working[publication], nil
}

func (f *fake) Work(_ context.Context, w Working) error {
	if f.working[w.ID].Rev != w.Rev {
		return ErrStale
	}
	w.Rev++
	f.working[w.ID] = w
	return nil
}

func (f *fake) Bundle(_ context.Context, id string) (Bundle, error) {
	b, ok := f.bundles[id]
	if !ok {
		return b, ErrNotFound
	}
	b.Pieces = slices.Clone(b.Pieces)
	return b, nil
}

func (f *fake) Bundles(ctx context.Context, state BundleState, _ int) (all []Bundle, _ error) {
	for _, id := range slices.Sorted(maps.Keys(f.bundles)) {
		if b, _ := f.Bundle(ctx, id); b.State == state {
			all = append(all, b)
		}
	}
	return all, nil
}

func (f *fake) ToReview(_ context.Context, before time.Time, _ int) (all []Publication, _ error) {
	for _, p := range f.publications {
		if !p.ReviewAt.IsZero() && !p.ReviewAt.After(before) {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b Publication) int { return a.ReviewAt.Compare(b.ReviewAt) })
	return all, nil
}

func (f *fake) AddReport(_ context.Context, r Report) error {
	if _, there := f.reports[r.ID]; there {
		return ErrStale
	}
	f.reports[r.ID] = r
	return nil
}

func (f *fake) Report(_ context.Context, id string) (Report, error) {
	r, ok := f.reports[id]
	if !ok {
		return r, ErrNotFound
	}
	return r, nil
}

func (f *fake) OpenReports(_ context.Context, within []region.Code, _ int) (all []Report, _ error) {
	for _, r := range f.reports {
		if r.Outcome == "" && slices.ContainsFunc(r.Regions, func(c region.Code) bool { return slices.Contains(within, c) }) {
			all = append(all, r)
		}
	}
	slices.SortFunc(all, func(a, b Report) int { return a.Due.Compare(b.Due) })
	return all, nil
}

func (f *fake) ChangeReport(_ context.Context, r Report, entry *audit.Entry) error {
	if f.reports[r.ID].Rev != r.Rev {
		return ErrStale
	}
	r.Rev++
	f.reports[r.ID] = r
	return f.entry(entry)
}

func (f *fake) entry(e *audit.Entry) error {
	if e != nil {
		f.entries = append(f.entries, *e)
		return e.Check()
	}
	return nil
}

func (f *fake) AddLink(_ context.Context, l Link, entry audit.Entry) error {
	f.links[l.ID] = l
	return f.entry(&entry)
}

func (f *fake) Link(_ context.Context, id string) (Link, error) {
	l, ok := f.links[id]
	if !ok {
		return l, ErrNotFound
	}
	return l, nil
}

func (f *fake) LinksOf(_ context.Context, publication string) (all []Link, _ error) {
	for _, l := range f.links {
		if l.Publication == publication {
			all = append(all, l)
		}
	}
	return all, nil
}

func (f *fake) ChangeLink(_ context.Context, l Link, note *Note, entry *audit.Entry) error {
	if f.links[l.ID].Rev != l.Rev {
		return ErrStale
	}
	l.Rev++
	f.links[l.ID] = l
	if note != nil {
		f.notes = append(f.notes, *note)
	}
	return f.entry(entry)
}

package publish

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/region"
	"pugongying/internal/staff"
)

// Text is a version with everything that belongs to it, for who may read it.
type Text struct {
	Publication Publication
	Version     Version
	Open        *Open // nil when it is no longer worked on
	Notes       []Note
}

// source reads a version, and its publication, for somebody who may do one of the actions on that version: every read,
// comparison, copy and export comes through here.
func (w *Workflow) source(ctx context.Context, who staff.Principal, id string, n int, actions ...access.Action) (*edit, Version, error) {
	e, err := w.edit(ctx, who.Actor(), id)
	if err != nil {
		return nil, Version{}, hidden(err)
	}
	v, err := w.store.Version(ctx, id, n)
	if err != nil {
		return nil, Version{}, hidden(err)
	}
	if err := mayAny(who, w.recordOf(who, v.Region, slices.Concat(e.writers(n), v.Authors)), actions...); err != nil {
		return nil, Version{}, err
	}
	return e, v, nil
}

// Read gives a version to somebody who may read it.
func (w *Workflow) Read(ctx context.Context, who staff.Principal, id string, n int) (Text, error) {
	e, v, err := w.source(ctx, who, id, n, access.ReadText)
	if err != nil {
		return Text{}, err
	}
	notes, err := w.lists.Notes(ctx, id)
	if err != nil {
		return Text{}, err
	}
	t := Text{Publication: e.Publication, Version: v}
	t.Notes = w.readable(ctx, who, e, notes)
	if o := e.numbered(n); o != nil {
		copied := *o
		t.Open = &copied
	}
	return t, nil
}

// readable leaves the notes out that belong to versions which a person may not read.
func (w *Workflow) readable(ctx context.Context, who staff.Principal, e *edit, notes []Note) []Note {
	may := map[int]bool{}
	return slices.DeleteFunc(slices.Clone(notes), func(n Note) bool {
		allowed, asked := may[n.N]
		if !asked {
			_, _, err := w.source(ctx, who, e.ID, n.N, access.ReadText)
			allowed = err == nil
			may[n.N] = allowed
		}
		return !allowed
	})
}

// Newer reads the newest version of a publication that she may read.
func (w *Workflow) Newer(ctx context.Context, who staff.Principal, id string) (Text, error) {
	p, err := w.store.Publication(ctx, id)
	if err != nil {
		return Text{}, hidden(err)
	}
	return w.Read(ctx, who, id, p.Last)
}

// History gives the versions of a publication that she may read, newest first, without their bodies. None is
// staff.ErrNotFound.
func (w *Workflow) History(ctx context.Context, who staff.Principal, id string) ([]Version, error) {
	p, err := w.store.Publication(ctx, id)
	if err != nil {
		return nil, hidden(err)
	}
	var all []Version
	for n := p.Last; n > 0; n-- {
		_, v, err := w.source(ctx, who, id, n, access.ReadText)
		if errors.Is(err, staff.ErrNotFound) || errors.Is(err, staff.ErrForbidden) {
			continue
		}
		if err != nil {
			return nil, err
		}
		v.Body = nil
		all = append(all, v)
	}
	if len(all) == 0 {
		return nil, staff.ErrNotFound
	}
	return all, nil
}

// Comparison is two versions, the older one zero when there is nothing to compare with.
type Comparison struct{ Old, New Version }

// Compare gives two versions of a publication to somebody who may read both.
func (w *Workflow) Compare(ctx context.Context, who staff.Principal, id string, older, newer int) (Comparison, error) {
	_, old, err := w.source(ctx, who, id, older, access.ReadText)
	if err != nil {
		return Comparison{}, err
	}
	_, v, err := w.source(ctx, who, id, newer, access.ReadText)
	return Comparison{Old: old, New: v}, err
}

// Seen is the version of a publication that a person last saw.
type Seen struct {
	ID          string    `bson:"_id"` // publication|account
	Publication string    `bson:"publication"`
	Account     string    `bson:"account"`
	N           int       `bson:"n"`
	SHA256      string    `bson:"sha256"`
	At          time.Time `bson:"at"`
	Schema      int       `bson:"schema"`
}

// SinceSeen compares a version with the one that she last saw before it, and records that she saw this one. A first look
// has no older version.
func (w *Workflow) SinceSeen(ctx context.Context, who staff.Principal, id string, n int) (Comparison, error) {
	_, v, err := w.source(ctx, who, id, n, access.ReadText)
	if err != nil {
		return Comparison{}, err
	}
	seen, err := w.lists.Seen(ctx, id, who.Account)
	if err != nil {
		return Comparison{}, err
	}
	c := Comparison{New: v}
	if seen.N > 0 && seen.N < n {
		_, c.Old, err = w.source(ctx, who, id, seen.N, access.ReadText)
		if err != nil && !errors.Is(err, staff.ErrNotFound) {
			return Comparison{}, err
		}
	}
	if seen.N == n && seen.SHA256 == v.SHA256 {
		return c, nil
	}
	return c, w.lists.See(ctx, Seen{
		ID: id + dueSeparator + who.Account, Publication: id, Account: who.Account, N: n, SHA256: v.SHA256, At: w.now(), Schema: schema,
	})
}

// Filter cuts a list down.
type Filter struct {
	Tab    Tab         // "" for all
	Kind   Kind        // "" for all
	Region region.Code // this and what lies in it
	Cites  string      // the slug of a law
	Title  string      // how it begins
	Since  time.Time   // changed since
	Mine   bool        // only what she wrote in
	ByDue  bool        // by the time a review has left, instead of the last change
	After  string      // the cursor of the page before
	Limit  int
}

// Listing is one range of a list, as the store reads it.
type Listing struct {
	Filter
	Within region.Code // everything in this region; "" is what belongs to the whole deployment
	Author string      // instead: everything this account wrote in
	Turns  []Turn      // only what waits for one of these; then by the time it has left
}

// Turn is a review that somebody is asked for.
type Turn struct {
	Stage  State
	Asked  []region.Code // whose reviewers are asked
	Within []region.Code // where the text lies; "" is the whole deployment
}

// List gives a page of what she may read, newest change first, and the cursor of the next page, "" at the end.
func (w *Workflow) List(ctx context.Context, who staff.Principal, f Filter) (page []Publication, next string, err error) {
	ranges, err := w.ranges(who, f)
	if err != nil {
		return nil, "", err
	}
	limit := f.Limit
	for _, r := range ranges {
		r.Limit = limit + 1
		found, err := w.lists.Publications(ctx, r)
		if err != nil {
			return nil, "", err
		}
		page = append(page, found...)
	}
	slices.SortFunc(page, func(a, b Publication) int { return f.order(a, b) })
	page = slices.CompactFunc(page, func(a, b Publication) bool { return a.ID == b.ID })
	if len(page) > limit {
		page = page[:limit]
		next = f.key(page[limit-1])
	}
	return page, next, nil
}

func (f Filter) key(p Publication) string {
	if f.ByDue {
		return p.Place.Due
	}
	return p.Place.Changed
}

func (f Filter) order(a, b Publication) int {
	if f.ByDue {
		return strings.Compare(a.Place.Due, b.Place.Due)
	}
	return strings.Compare(b.Place.Changed, a.Place.Changed)
}

// Count is how many the list has without its cursor. With a limit it stops there, so that a number beside a tab costs the
// same however much there is; no number is stored, since it could drift from the list, but one is remembered until a
// publication changes.
func (w *Workflow) Count(ctx context.Context, who staff.Principal, f Filter) (int64, error) {
	ranges, err := w.ranges(who, f)
	if err != nil {
		return 0, err
	}
	generation, err := w.DraftGeneration(ctx)
	if err != nil {
		return 0, err
	}
	var all int64
	for _, r := range ranges {
		r.After = ""
		if f.Limit > 0 {
			r.Limit = f.Limit - int(all)
		}
		n, err := w.counts.of(generation, r, func() (int64, error) { return w.lists.Count(ctx, r) })
		if err != nil {
			return 0, err
		}
		if all += n; f.Limit > 0 && all >= int64(f.Limit) {
			break
		}
	}
	return all, nil
}

// ranges are what a person may read of a list: what lies in her regions, or, without any, what she wrote in.
func (w *Workflow) ranges(who staff.Principal, f Filter) ([]Listing, error) {
	if !who.Admits(access.ReadText) {
		return nil, staff.ErrForbidden
	}
	if f.Mine {
		return tabbed(Listing{Filter: f, Author: who.Account}), nil
	}
	var within []region.Code
	for _, scope := range who.Regions(access.ReadText) {
		if who.May(access.ReadText, access.Record{Relation: access.Other, Region: scope.From}) != nil {
			continue // a role that reads its own alone
		}
		within = append(within, scope.From)
	}
	if len(within) == 0 {
		return tabbed(Listing{Filter: f, Author: who.Account}), nil
	}
	var all []Listing
	for _, c := range outermost(within) {
		switch {
		case f.Region == "" || region.ScopeOf(f.Region).Contains(c):
		case region.ScopeOf(c).Contains(f.Region):
			c = f.Region
		default:
			continue
		}
		all = append(all, tabbed(Listing{Filter: f, Within: c})...)
		if region.ScopeOf(c).Contains(w.league) {
			all = append(all, tabbed(Listing{Filter: f, Within: ""})...)
		}
	}
	return all, nil
}

// tabbed is a listing tab by tab, as the indexes have it.
func tabbed(l Listing) []Listing {
	if l.Tab != "" {
		return []Listing{l}
	}
	var all []Listing
	for _, tab := range Tabs() {
		l.Tab = tab
		all = append(all, l)
	}
	return all
}

// outermost leaves out the regions that lie in another of them.
func outermost(codes []region.Code) []region.Code {
	slices.SortFunc(codes, func(a, b region.Code) int { return cmp.Or(cmp.Compare(a.Level(), b.Level()), cmp.Compare(a, b)) })
	var outer []region.Code
	for _, c := range codes {
		if !slices.ContainsFunc(outer, func(o region.Code) bool { return region.ScopeOf(o).Contains(c) }) {
			outer = append(outer, c)
		}
	}
	return outer
}

// Waiting gives what waits for her review, by the time it has left: of the reviews that her roles do, those whose region
// is asked, and nothing that she wrote in or passed before. However much of that stands in front, what is behind it is found.
func (w *Workflow) Waiting(ctx context.Context, who staff.Principal, limit int) ([]Publication, error) {
	turns := w.turns(who)
	if len(turns) == 0 {
		return nil, nil
	}
	var hers []Publication
	after := ""
	for range maxPages {
		found, err := w.lists.Publications(ctx, Listing{Filter: Filter{After: after, Limit: maxWaiting}, Turns: turns})
		if err != nil {
			return nil, err
		}
		for _, p := range found {
			if w.waitsFor(who, p) {
				hers = append(hers, p)
			}
		}
		if len(found) < maxWaiting || len(hers) >= limit {
			break
		}
		after = found[len(found)-1].Place.Due
	}
	return hers[:min(len(hers), limit)], nil
}

// turns are the reviews that her roles do, each with the regions in which she is asked.
func (w *Workflow) turns(who staff.Principal) []Turn {
	var turns []Turn
	for _, stage := range stages {
		turn := Turn{Stage: stage}
		for _, scope := range who.Regions(reviewOf[stage]) {
			turn.Asked, turn.Within = append(turn.Asked, around(scope.From)...), append(turn.Within, scope.From)
			if scope.Contains(w.league) {
				turn.Within = append(turn.Within, "")
			}
		}
		if len(turn.Asked) > 0 {
			slices.Sort(turn.Asked)
			turn.Asked = slices.Compact(turn.Asked)
			turns = append(turns, turn)
		}
	}
	return turns
}

// waitsFor reports whether she may do the review that a publication waits for.
func (w *Workflow) waitsFor(who staff.Principal, p Publication) bool {
	o := p.turn()
	return o != nil && who.May(reviewOf[o.State], w.recordOf(who, o.Region, p.Authors)) == nil &&
		!slices.ContainsFunc(o.Passes, func(pass Pass) bool { return pass.By == who.Account })
}

// How far one person's tasks are looked for: that many at a time, that many times.
const (
	maxWaiting = 200
	maxPages   = 10
)

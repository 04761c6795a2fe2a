package publish

import (
	"context"
	"slices"
	"time"

	"pugongying/internal/audit"
	"pugongying/internal/region"
)

// schema is the format of stored publications and versions. Schema 1 had one state per publication and none per version;
// schema 2 had one review and knew no authors.
const schema = 3

// edit changes one publication and collects what must be written of it.
type edit struct {
	Publication
	by       audit.Actor
	at       time.Time
	card     func(Kind, []byte) Card
	isNew    bool
	changed  bool
	shown    bool
	versions []Version
	moved    []Move
	notes    []Note
	dues     []Due
	worked   bool
	pictures []string // of the body described last
}

// begin makes an edit of a publication as it was read. A publication of an older schema is brought forward, which needs to
// know who wrote its versions.
func (s *Service) begin(ctx context.Context, p Publication, by audit.Actor) (*edit, error) {
	e := &edit{Publication: p, by: by, at: s.now(), card: s.card}
	e.Open, e.Authors = slices.Clone(p.Open), slices.Clone(p.Authors)
	if e.Schema >= schema {
		return e, nil
	}
	for n := 1; n <= e.Last; n++ {
		v, err := s.store.Version(ctx, e.ID, n)
		if err != nil {
			continue // a version that is gone or cannot be read names nobody; reading it says so
		}
		if v.By.Kind == audit.KindStaff {
			e.join(v.By.ID)
		}
		if n == e.Last {
			e.describe(v.Body, "")
		}
	}
	e.upgrade()
	return e, nil
}

// create makes an edit of a publication that is not there yet.
func (s *Service) create(id string, kind Kind, by audit.Actor) *edit {
	at := s.now()
	return &edit{
		Publication: Publication{ID: id, Kind: kind, Schema: schema, CreatedAt: at}, by: by, at: at, card: s.card, isNew: true,
	}
}

// upgrade converts a publication of an older schema. What was under the one review of schema 2 starts again with the
// machine, since nobody can say which three people passed it; what is live stays live.
func (e *edit) upgrade() {
	from := e.Schema
	e.Schema, e.changed = schema, true
	if from < 2 {
		e.upgrade1()
	}
	for i := range e.Open {
		o := &e.Open[i]
		if o.State == stateReview || o.State == StateScheduled || o.State == StateCheck {
			e.toCheck(o)
			e.move(o)
		}
	}
	if e.Live > 0 && e.ReviewAt.IsZero() {
		e.lookAgain(e.at.AddDate(1, 0, 0))
	}
}

// upgrade1 gives a publication of schema 1 states for its versions: its newest version is open where it was a draft.
func (e *edit) upgrade1() {
	for n := 1; n <= e.Last; n++ {
		state := StateSuperseded
		switch {
		case n == e.Live:
			state = StateLive
		case n == e.Last && e.State != StateLive:
			state = e.State
		}
		e.moved = append(e.moved, Move{Publication: e.ID, N: n, State: state})
	}
	if e.State == StateDraft || e.State == stateReview || e.State.underReview() {
		origin := OriginImported
		if e.ours(e.LastSHA) {
			origin = OriginShipped
		}
		e.Open = []Open{{N: e.Last, State: e.State, Origin: origin, SHA256: e.LastSHA}}
	}
}

// join adds authors; nobody ever stops being one.
func (e *edit) join(accounts ...string) {
	for _, a := range accounts {
		if i, there := slices.BinarySearch(e.Authors, a); !there && a != "" {
			e.Authors = slices.Insert(e.Authors, i, a)
		}
	}
}

// describe takes the title and the laws of a body for the lists.
func (e *edit) describe(body []byte, title string) {
	card := Card{}
	if e.card != nil {
		card = e.card(e.Kind, body)
	}
	e.Title, e.Cites, e.pictures = card.Title, card.Cites, card.Pictures
	if title != "" {
		e.Title = title
	}
}

// Card is what lists say of a text.
type Card struct {
	Title string
	Cites []string // slugs of laws
	// Pictures are the ids of those it names, also in a text that is not finished: none of them can be removed.
	Pictures []string
}

// written is a body with what comes with it.
type written struct {
	body    []byte
	from    Origin
	title   string
	region  region.Code
	authors []string // who wrote it, beside everybody who wrote any part of the publication before
}

// write adds a body as a new draft. It replaces a draft of the same origin; every other version keeps its state.
func (e *edit) write(w written) {
	for _, o := range slices.Clone(e.Open) {
		if o.State == StateDraft && o.Origin == w.from {
			e.set(o.N, StateSuperseded)
		}
	}
	e.join(w.authors...)
	e.describe(w.body, w.title)
	e.Last, e.LastSHA, e.Region = e.Last+1, Sum(w.body), w.region
	e.Open = append(e.Open, Open{N: e.Last, State: StateDraft, Origin: w.from, SHA256: e.LastSHA, Region: w.region, Since: e.at})
	e.versions = append(e.versions, Version{
		ID: VersionID(e.ID, e.Last), Publication: e.ID, Kind: e.Kind, N: e.Last, SHA256: e.LastSHA, Body: w.body, Title: e.Title,
		Region: w.region, Authors: slices.Clone(e.Authors), At: e.at, By: e.by, Origin: w.from, State: StateDraft, Pictures: e.pictures, Schema: schema,
	})
	e.State, e.changed = StateDraft, true
}

// set changes a version's state, and the publication accordingly. A draft starts without passes.
func (e *edit) set(n int, state State) {
	e.changed = true
	i := slices.IndexFunc(e.Open, func(o Open) bool { return o.N == n })
	if i < 0 {
		e.note(Move{Publication: e.ID, N: n, State: state})
		return
	}
	o := &e.Open[i]
	o.State, o.Since, o.Reviewer = state, e.at, ""
	if state == StateDraft {
		o.Passes, o.At, o.Bundle, o.Due, o.Asked = nil, time.Time{}, "", time.Time{}, ""
	}
	e.move(o)
	if state != StateDraft && !state.underReview() {
		e.Open = slices.Delete(e.Open, i, i+1)
	}
}

// move writes an open version's state and passes into the version.
func (e *edit) move(o *Open) {
	passes := slices.Clone(o.Passes)
	e.note(Move{Publication: e.ID, N: o.N, State: o.State, Passes: &passes, SHA256: o.SHA256})
}

// note records a move; the last one of a version counts.
func (e *edit) note(m Move) {
	e.changed = true
	if m.N == e.Last {
		e.State = m.State
	}
	if fresh := slices.IndexFunc(e.versions, func(v Version) bool { return v.N == m.N }); fresh >= 0 {
		e.versions[fresh].State = m.State
		return
	}
	if before := slices.IndexFunc(e.moved, func(b Move) bool { return b.N == m.N }); before >= 0 {
		if m.Findings == nil {
			m.Findings = e.moved[before].Findings
		}
		e.moved = slices.Delete(e.moved, before, before+1)
	}
	e.moved = append(e.moved, m)
}

// show makes a version the one residents see. It needs the clearance of its bytes.
func (e *edit) show(n int, c clearance) {
	if e.Live > 0 && e.Live != n {
		e.set(e.Live, StateSuperseded)
	}
	where := e.Region
	if o := e.open(func(o Open) bool { return o.N == n }); o != nil {
		where = o.Region
	}
	e.set(n, StateLive)
	e.Live, e.LiveSHA, e.LiveRegion, e.Withdrawn, e.Rechecking, e.shown = n, c.sum, where, "", false, true
	e.lookAgain(e.at.AddDate(1, 0, 0))
}

// hide takes the live version away from residents.
func (e *edit) hide(by Withdrawn) {
	if e.Live > 0 {
		e.set(e.Live, StateWithdrawn)
		e.shown = true
	}
	e.Live, e.LiveSHA, e.LiveRegion, e.Sample, e.Withdrawn, e.changed = 0, "", "", false, by, true
	e.ReviewAt, e.Rechecking = time.Time{}, false
}

// open finds an open version by a condition; nil when there is none.
func (e *edit) open(is func(Open) bool) *Open {
	if i := slices.IndexFunc(e.Open, is); i >= 0 {
		return &e.Open[i]
	}
	return nil
}

// numbered is the open version with this number; nil when it is not open.
func (e *edit) numbered(n int) *Open { return e.open(func(o Open) bool { return o.N == n }) }

// reviewed is the version that is being checked, reviewed or scheduled; there is at most one.
func (e *edit) reviewed() *Open { return e.open(func(o Open) bool { return o.State.underReview() }) }

// into adds the edit to a change; an edit that changed nothing adds nothing.
func (e *edit) into(c *Change) {
	if !e.changed {
		return
	}
	e.ChangedAt, e.ChangedBy = e.at, e.by
	e.Place = e.place()
	if e.isNew {
		c.Added = append(c.Added, e.Publication)
	} else {
		c.Replaced = append(c.Replaced, e.Publication)
	}
	c.Versions = append(c.Versions, e.versions...)
	c.Moved = append(c.Moved, e.moved...)
	c.Notes = append(c.Notes, e.notes...)
	c.Dues = append(c.Dues, e.dues...)
	if e.worked {
		c.Worked = append(c.Worked, e.ID)
	}
	if e.shown {
		c.Shown = append(c.Shown, e.ID)
	}
}

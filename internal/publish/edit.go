package publish

import (
	"slices"
	"time"

	"pugongying/internal/audit"
)

// schema is the format of stored publications and versions. Schema 1 had one state per publication and none per version.
const schema = 2

// edit changes one publication and collects what must be written of it.
type edit struct {
	Publication
	by       audit.Actor
	at       time.Time
	isNew    bool
	changed  bool
	shown    bool
	versions []Version
	moved    []Move
}

// begin makes an edit of a publication as it was read.
func begin(p Publication, by audit.Actor, at time.Time) *edit {
	e := &edit{Publication: p, by: by, at: at}
	e.Open = slices.Clone(p.Open)
	e.upgrade()
	return e
}

// create makes an edit of a publication that is not there yet.
func create(id string, kind Kind, by audit.Actor, at time.Time) *edit {
	return &edit{
		Publication: Publication{ID: id, Kind: kind, Schema: schema, CreatedAt: at}, by: by, at: at, isNew: true,
	}
}

// upgrade converts a publication of schema 1 to the current schema: its newest version is open where it was a draft.
func (e *edit) upgrade() {
	if e.Schema >= schema {
		return
	}
	e.Schema, e.changed = schema, true
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
	if e.State == StateDraft || e.State.underReview() {
		origin := OriginImported
		if e.ours(e.LastSHA) {
			origin = OriginShipped
		}
		e.Open = []Open{{N: e.Last, State: e.State, Origin: origin, SHA256: e.LastSHA}}
	}
}

// write adds a body as a new draft. It replaces a draft of the same origin; every other version keeps its state.
func (e *edit) write(body []byte, from Origin) {
	for _, o := range slices.Clone(e.Open) {
		if o.State == StateDraft && o.Origin == from {
			e.set(o.N, StateSuperseded)
		}
	}
	e.Last, e.LastSHA = e.Last+1, Sum(body)
	e.Open = append(e.Open, Open{N: e.Last, State: StateDraft, Origin: from, SHA256: e.LastSHA})
	e.versions = append(e.versions, Version{
		ID: VersionID(e.ID, e.Last), Publication: e.ID, Kind: e.Kind, N: e.Last, SHA256: e.LastSHA, Body: body,
		At: e.at, By: e.by, Origin: from, State: StateDraft, Schema: schema,
	})
	e.State, e.changed = StateDraft, true
}

// set changes a version's state, and the publication accordingly.
func (e *edit) set(n int, state State) {
	e.changed = true
	if n == e.Last {
		e.State = state
	}
	i := slices.IndexFunc(e.Open, func(o Open) bool { return o.N == n })
	switch {
	case i >= 0 && (state == StateDraft || state.underReview()):
		e.Open[i].State = state
	case i >= 0:
		e.Open = slices.Delete(e.Open, i, i+1)
	}
	if fresh := slices.IndexFunc(e.versions, func(v Version) bool { return v.N == n }); fresh >= 0 {
		e.versions[fresh].State = state
		return
	}
	e.moved = slices.DeleteFunc(e.moved, func(m Move) bool { return m.N == n })
	e.moved = append(e.moved, Move{Publication: e.ID, N: n, State: state})
}

// show makes a version the one residents see.
func (e *edit) show(n int, sum string) {
	if e.Live > 0 && e.Live != n {
		e.set(e.Live, StateSuperseded)
	}
	e.set(n, StateLive)
	e.Live, e.LiveSHA, e.Withdrawn, e.shown = n, sum, "", true
}

// hide takes the live version away from residents.
func (e *edit) hide(by Withdrawn) {
	if e.Live > 0 {
		e.set(e.Live, StateWithdrawn)
		e.shown = true
	}
	e.Live, e.LiveSHA, e.Sample, e.Withdrawn, e.changed = 0, "", false, by, true
}

// open finds an open version by a condition; nil when there is none.
func (e *edit) open(is func(Open) bool) *Open {
	if i := slices.IndexFunc(e.Open, is); i >= 0 {
		return &e.Open[i]
	}
	return nil
}

// reviewed is the version that is being checked, reviewed or scheduled; there is at most one.
func (e *edit) reviewed() *Open { return e.open(func(o Open) bool { return o.State.underReview() }) }

// into adds the edit to a change; an edit that changed nothing adds nothing.
func (e *edit) into(c *Change) {
	if !e.changed {
		return
	}
	e.ChangedAt, e.ChangedBy = e.at, e.by
	if e.isNew {
		c.Added = append(c.Added, e.Publication)
	} else {
		c.Replaced = append(c.Replaced, e.Publication)
	}
	c.Versions = append(c.Versions, e.versions...)
	c.Moved = append(c.Moved, e.moved...)
	if e.shown {
		c.Shown = append(c.Shown, e.ID)
	}
}

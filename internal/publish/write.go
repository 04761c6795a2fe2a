package publish

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/audit"
	"pugongying/internal/fault"
	"pugongying/internal/region"
	"pugongying/internal/staff"
)

// ErrTooLong refuses a body that is too large to be read on a phone.
var ErrTooLong = fault.New(fault.TooLarge, "publish.too_long", "这篇太长了：最多一百万字节，请分成几篇。")

// Beginning is a new publication. Authors are the accounts of everybody who wrote any part of the text before, such as the
// volunteer whose story an editor put in order.
type Beginning struct {
	ID      string // "" draws one; ErrStale when it is there
	Kind    Kind
	Slug    string
	Title   string
	Region  region.Code
	Body    []byte
	Authors []string
}

// Create begins a publication with its first draft.
func (w *Workflow) Create(ctx context.Context, who staff.Principal, b Beginning) (Publication, error) {
	record := access.Record{Relation: access.None, Region: cmp.Or(b.Region, w.league)}
	if err := mayAny(who, record, access.WriteText, access.EditText); err != nil {
		return Publication{}, err
	}
	if err := withinGrants(who, record.Region); err != nil {
		return Publication{}, err
	}
	if len(b.Body) > maxBody {
		return Publication{}, ErrTooLong
	}
	e := w.create(cmp.Or(b.ID, w.newID()), b.Kind, who.Actor())
	e.Slug = b.Slug
	e.write(written{body: b.Body, from: OriginStaff, title: b.Title, region: b.Region, authors: append(slices.Clone(b.Authors), who.Account)})
	err := w.apply(ctx, audit.PublishCreate, map[string]string{"kind": string(b.Kind)}, e)
	return e.Publication, err
}

// withinGrants keeps what a person writes in a region that one of her roles covers, or lies in: a volunteer of a 苏木 may
// write for her banner, and nobody for another one.
func withinGrants(who staff.Principal, in region.Code) error {
	for _, g := range who.Grants {
		if g.Scope.Contains(in) || region.ScopeOf(in).Contains(g.Scope.From) {
			return nil
		}
	}
	return staff.ErrForbidden
}

// Revision is a newer text of a publication by its editor. Rev is the publication's revision that she saw; From is the
// version that she changed, 0 for the newest.
type Revision struct {
	ID     string
	Rev    int64
	From   int
	Title  string
	Region region.Code
	Body   []byte
}

// Revise stores a draft by staff beside the other versions of the publication, and returns the publication afterwards. The
// person becomes an author, with everybody who wrote in the working copy. What is live stays live. ErrStale when the
// publication changed since she saw it: nothing is overwritten.
func (w *Workflow) Revise(ctx context.Context, who staff.Principal, r Revision) (Publication, error) {
	e, err := w.writable(ctx, who, r.ID, r.From)
	switch {
	case err != nil:
		return Publication{}, err
	case e.Rev != r.Rev:
		return Publication{}, ErrStale
	case len(r.Body) > maxBody:
		return Publication{}, ErrTooLong
	}
	if err := withinGrants(who, cmp.Or(r.Region, w.league)); err != nil {
		return Publication{}, err
	}
	working, err := w.lists.Working(ctx, r.ID)
	if err != nil {
		return Publication{}, err
	}
	e.worked = working.ID != ""
	e.write(written{body: r.Body, from: OriginStaff, title: r.Title, region: r.Region, authors: append(slices.Clone(working.Authors), who.Account)})
	if err := w.apply(ctx, audit.PublishRevise, map[string]string{"version": strconv.Itoa(e.Last)}, e); err != nil {
		return Publication{}, err
	}
	if !e.isNew {
		e.Rev++
	}
	return e.Publication, nil
}

// writable reads a publication for somebody who may write a newer version made from the n-th; 0 is the newest.
func (w *Workflow) writable(ctx context.Context, who staff.Principal, id string, n int) (*edit, error) {
	e, err := w.edit(ctx, who.Actor(), id)
	if err != nil {
		return nil, hidden(err)
	}
	if n == 0 {
		n = e.Last
	}
	v, err := w.store.Version(ctx, id, n)
	if err != nil {
		return nil, hidden(err)
	}
	return e, mayAny(who, w.recordOf(who, v.Region, slices.Concat(e.writers(n), v.Authors)), access.WriteText, access.EditText)
}

// writers are the authors of a version that was stored before versions named them.
func (e *edit) writers(n int) []string {
	if n == e.Last {
		return e.Authors
	}
	return nil
}

// Working is the text of a publication between two versions, as the page of its writer saves it by itself. It is one
// document that is overwritten; submitting makes a version of it. Authors are everybody who saved it.
type Working struct {
	ID       string    `bson:"_id"` // the publication's
	From     int       `bson:"from"`
	Title    string    `bson:"title,omitempty"`
	Body     []byte    `bson:"body"`
	By       string    `bson:"by"` // who saved it last
	Authors  []string  `bson:"authors"`
	Pictures []string  `bson:"pictures,omitempty"` // ids of those its text names
	At       time.Time `bson:"at"`
	Rev      int64     `bson:"rev"` // of this document; 0 before the first save
	Schema   int       `bson:"schema"`
}

// Save overwrites the working copy at the revision that its writer saw, and returns it with the next one. When somebody
// else, or another tab of hers, saved meanwhile it is ErrStale and what is stored now: both texts are there, and neither is
// overwritten.
func (w *Workflow) Save(ctx context.Context, who staff.Principal, save Working) (Working, error) {
	if len(save.Body) > maxBody {
		return Working{}, ErrTooLong
	}
	e, err := w.writable(ctx, who, save.ID, save.From)
	if err != nil {
		return Working{}, err
	}
	now, err := w.lists.Working(ctx, save.ID)
	if err != nil {
		return Working{}, err
	}
	if now.Rev != save.Rev {
		return now, ErrStale
	}
	save.By, save.At, save.Schema, save.Authors = who.Account, w.now(), schema, slices.Clone(now.Authors)
	if !slices.Contains(save.Authors, who.Account) {
		save.Authors = append(save.Authors, who.Account)
	}
	if e.card != nil {
		save.Pictures = e.card(e.Kind, save.Body).Pictures
	}
	if err := w.lists.Work(ctx, save); err != nil {
		if errors.Is(err, ErrStale) {
			if now, again := w.lists.Working(ctx, save.ID); again == nil {
				return now, err
			}
		}
		return Working{}, err
	}
	save.Rev++
	return save, nil
}

// Working is the working copy of a publication, or what its newest version says when there is none; then Rev is 0.
func (w *Workflow) Working(ctx context.Context, who staff.Principal, id string) (Working, error) {
	e, err := w.writable(ctx, who, id, 0)
	if err != nil {
		return Working{}, err
	}
	working, err := w.lists.Working(ctx, id)
	if err != nil || working.ID != "" {
		return working, err
	}
	v, err := w.store.Version(ctx, id, e.Last)
	return Working{ID: id, From: v.N, Title: v.Title, Body: v.Body, Authors: v.Authors}, err
}

// ErrWorked refuses to bring an old version back while somebody writes: her words would be hidden behind it, or hide it.
var ErrWorked = fault.New(fault.Conflict, "publish.worked_on", "这一件有人正在改，旧的一版先不放回来。请等她交上去，或者接着她的改。")

// Restore makes an old version a new draft. It keeps its authors: who only brings it back wrote nothing. ErrWorked while
// there is a working copy.
func (w *Workflow) Restore(ctx context.Context, who staff.Principal, r Revision) (Publication, error) {
	e, v, err := w.source(ctx, who, r.ID, r.From, access.EditText, access.WriteText, access.ReleaseText)
	if err != nil {
		return Publication{}, err
	}
	if e.Rev != r.Rev {
		return Publication{}, ErrStale
	}
	if Sum(v.Body) != v.SHA256 {
		return Publication{}, ErrChanged
	}
	if working, err := w.lists.Working(ctx, r.ID); err != nil || working.ID != "" {
		return Publication{}, cmp.Or(err, error(ErrWorked))
	}
	e.write(written{body: v.Body, from: OriginStaff, title: v.Title, region: v.Region, authors: v.Authors})
	if err := w.apply(ctx, audit.PublishRevise, map[string]string{"version": strconv.Itoa(e.Last), "from": strconv.Itoa(r.From)}, e); err != nil {
		return Publication{}, err
	}
	e.Rev++
	return e.Publication, nil
}

// Copy begins another publication with a version's text. Everybody who wrote any part of the source is an author of it.
func (w *Workflow) Copy(ctx context.Context, who staff.Principal, id string, n int, in region.Code) (Publication, error) {
	e, v, err := w.source(ctx, who, id, n, access.ReadText)
	if err != nil {
		return Publication{}, err
	}
	return w.Create(ctx, who, Beginning{Kind: v.Kind, Title: v.Title, Region: in, Body: v.Body, Authors: slices.Concat(e.Authors, v.Authors)})
}

// ImportDrafts takes texts of staff in as drafts, all or none; the person is an author of each. Texts that are there
// already have to be ones that she may edit.
func (w *Workflow) ImportDrafts(ctx context.Context, who staff.Principal, drafts []Draft) (Imported, error) {
	for _, d := range drafts {
		record := access.Record{Relation: access.None, Region: cmp.Or(d.Region, w.league)}
		p, err := w.store.Publication(ctx, d.ID)
		switch {
		case err == nil:
			record = w.recordOf(who, p.Region, p.Authors)
		case !errors.Is(err, ErrNotFound):
			return Imported{}, err
		}
		if err := who.May(access.ImportTexts, record); err != nil {
			return Imported{}, err
		}
	}
	return w.Import(ctx, who.Actor(), drafts)
}

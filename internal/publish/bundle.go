package publish

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/audit"
	"pugongying/internal/fault"
	"pugongying/internal/region"
	"pugongying/internal/staff"
)

// BundleState is how far a set has come.
type BundleState string

// The states of a set.
const (
	BundleOpen      BundleState = "open"      // being put together
	BundleScheduled BundleState = "scheduled" // waits for its minute
	BundleLive      BundleState = "live"      // went live, all of it in one change
	BundleStopped   BundleState = "stopped"   // one piece could not go at its minute, so none went; its minute stays
)

// Bundle is a set of versions that go live together or not at all.
type Bundle struct {
	ID        string      `bson:"_id"`
	Name      string      `bson:"name"`
	Region    region.Code `bson:"region,omitempty"`
	Pieces    []Piece     `bson:"pieces,omitempty"`
	State     BundleState `bson:"state"`
	At        time.Time   `bson:"at,omitempty"`
	By        string      `bson:"by"` // the account that made it
	Rev       int64       `bson:"rev"`
	Schema    int         `bson:"schema"`
	CreatedAt time.Time   `bson:"createdAt"`
	ChangedAt time.Time   `bson:"changedAt"`
}

// Piece is one version in a set. SHA256 is of the bytes it was put in with.
type Piece struct {
	Publication string `bson:"publication"`
	N           int    `bson:"n"`
	SHA256      string `bson:"sha256"`
	Title       string `bson:"title"`
	Trouble     string `bson:"trouble,omitempty"` // why it could not go at the set's minute: a fault's code
}

// Sets stores bundles, whose changes come with Store.Apply, and finds what has its date.
type Sets interface {
	// Bundle is ErrNotFound when there is none.
	Bundle(ctx context.Context, id string) (Bundle, error)
	// Bundles are those in a state, by their minute, at most limit.
	Bundles(ctx context.Context, state BundleState, limit int) ([]Bundle, error)
	// ToReview are live publications whose review-at date is before an instant, the longest first.
	ToReview(ctx context.Context, before time.Time, limit int) ([]Publication, error)
}

const (
	maxPieces  = 100
	maxName    = 120 // bytes
	maxBundles = 200
)

// Faults of sets.
var (
	ErrPieces = fault.New(fault.Conflict, "publish.bundle_pieces", "这一组里有还不能上线的，整组都先不动。")
	ErrName   = fault.New(fault.Invalid, "publish.bundle_name", "给这一组起个名字，四十个字以内。")
)

// MakeBundle begins a set.
func (w *Workflow) MakeBundle(ctx context.Context, who staff.Principal, name string, in region.Code) (Bundle, error) {
	name = strings.TrimSpace(name)
	if name == "" || len(name) > maxName {
		return Bundle{}, ErrName
	}
	if err := who.May(access.ReleaseText, access.Record{Relation: access.None, Region: orLeague(in, w.league)}); err != nil {
		return Bundle{}, err
	}
	now := w.now()
	b := Bundle{ID: w.newID(), Name: name, Region: in, State: BundleOpen, By: who.Account, Schema: schema, CreatedAt: now, ChangedAt: now}
	return b, w.applyBundle(ctx, who.Actor(), b, "make", nil)
}

func orLeague(in, league region.Code) region.Code {
	if in == "" {
		return league
	}
	return in
}

// bundle reads a set for a publisher of its region.
func (w *Workflow) bundle(ctx context.Context, who staff.Principal, id string, rev int64) (Bundle, error) {
	b, err := w.sets.Bundle(ctx, id)
	if err != nil {
		return b, hidden(err)
	}
	if err := w.mayBundle(who, b); err != nil {
		return Bundle{}, err
	}
	if b.Rev != rev {
		return Bundle{}, ErrStale
	}
	return b, nil
}

func (w *Workflow) mayBundle(who staff.Principal, b Bundle) error {
	return who.May(access.ReleaseText, access.Record{Relation: access.Other, Region: orLeague(b.Region, w.league)})
}

// SetPieces puts exactly these versions into a set that is not scheduled. Each must be one that she may release, and in no
// other set.
func (w *Workflow) SetPieces(ctx context.Context, who staff.Principal, id string, rev int64, pieces []At) error {
	b, err := w.bundle(ctx, who, id, rev)
	if err != nil {
		return err
	}
	if b.State != BundleOpen || len(pieces) > maxPieces {
		return ErrTransition
	}
	var edits []*edit
	var set []Piece
	for _, at := range pieces {
		t, err := w.take(ctx, who, at, access.ReleaseText)
		if err != nil {
			return err
		}
		if t.open.State == StateScheduled || t.open.Bundle != "" && t.open.Bundle != id ||
			slices.ContainsFunc(set, func(p Piece) bool { return p.Publication == at.ID }) {
			return ErrPieces.At(fault.Field{Location: at.ID, Message: "这一件已经定了时间，或者在别的组里。"})
		}
		t.open.Bundle, t.changed = id, true
		edits, set = append(edits, t.edit), append(set, Piece{Publication: at.ID, N: at.N, SHA256: at.SHA256, Title: t.version.Title})
	}
	left, err := w.leaving(ctx, who, b, set)
	if err != nil {
		return err
	}
	b.Pieces = set
	return w.applyBundle(ctx, who.Actor(), b, "pieces", append(edits, left...))
}

// leaving frees the versions that a set no longer has.
func (w *Workflow) leaving(ctx context.Context, who staff.Principal, b Bundle, set []Piece) ([]*edit, error) {
	var edits []*edit
	for _, old := range b.Pieces {
		if slices.ContainsFunc(set, func(p Piece) bool { return p.Publication == old.Publication }) {
			continue
		}
		e, err := w.edit(ctx, who.Actor(), old.Publication)
		if err != nil {
			return nil, err
		}
		if o := e.numbered(old.N); o != nil && o.Bundle == b.ID {
			o.Bundle, e.changed = "", true
			edits = append(edits, e)
		}
	}
	return edits, nil
}

// ScheduleBundle gives a set its minute. Every piece must be ready now; ErrPieces names those that are not.
func (w *Workflow) ScheduleBundle(ctx context.Context, who staff.Principal, id string, rev int64, when time.Time) error {
	b, err := w.bundle(ctx, who, id, rev)
	if err != nil {
		return err
	}
	now := w.now()
	when = when.Truncate(time.Minute)
	switch {
	case b.State == BundleLive || len(b.Pieces) == 0:
		return ErrTransition
	case !when.After(now) || when.After(now.AddDate(1, 0, 0)):
		return ErrMoment
	}
	if _, err := w.ready(ctx, schedulerActor, &b); err != nil {
		return err
	}
	b.State, b.At = BundleScheduled, when
	return w.applyBundle(ctx, who.Actor(), b, "schedule", nil, Due{ID: dueID(dueBundle, id, stamp(when)), At: when})
}

// StopBundle takes a set's minute away, so that it can be changed.
func (w *Workflow) StopBundle(ctx context.Context, who staff.Principal, id string, rev int64) error {
	b, err := w.bundle(ctx, who, id, rev)
	if err != nil {
		return err
	}
	if b.State != BundleScheduled && b.State != BundleStopped {
		return ErrTransition
	}
	b.State, b.At = BundleOpen, time.Time{}
	return w.applyBundle(ctx, who.Actor(), b, "stop", nil)
}

// ready checks every piece of a set and gives the edits that show them; ErrPieces names those that cannot go, in the
// pieces too.
func (w *Workflow) ready(ctx context.Context, by audit.Actor, b *Bundle) ([]*edit, error) {
	var edits []*edit
	var fields []fault.Field
	for i := range b.Pieces {
		p := &b.Pieces[i]
		p.Trouble = ""
		e, err := w.piece(ctx, by, b.ID, p)
		var f *fault.Error
		switch {
		case err == nil:
			edits = append(edits, e)
		case errors.As(err, &f) && f.Kind != fault.Unavailable:
			p.Trouble = f.Code
			fields = append(fields, fault.Field{Location: p.Publication, Message: "《" + p.Title + "》：" + f.Text})
		default:
			return nil, err
		}
	}
	if len(fields) > 0 {
		return nil, ErrPieces.At(fields...)
	}
	return edits, nil
}

// piece is the edit that shows one piece.
func (w *Workflow) piece(ctx context.Context, by audit.Actor, bundle string, p *Piece) (*edit, error) {
	e, err := w.edit(ctx, by, p.Publication)
	if err != nil {
		return nil, err
	}
	o := e.numbered(p.N)
	if o == nil || o.Bundle != bundle {
		return nil, ErrNotCleared
	}
	if o.SHA256 != p.SHA256 {
		return nil, ErrChanged
	}
	v, err := w.store.Version(ctx, p.Publication, p.N)
	if err != nil {
		return nil, err
	}
	_, err = w.show(ctx, e, o, &v)
	return e, err
}

// release shows a set at its minute: every piece in one change, or none and the reason.
func (w *Workflow) release(ctx context.Context, id, at string) error {
	b, err := w.sets.Bundle(ctx, id)
	if err != nil {
		return err
	}
	if b.State != BundleScheduled || stamp(b.At) != at {
		return nil
	}
	if err := w.minute(b.At); err != nil {
		return err
	}
	edits, err := w.ready(ctx, schedulerActor, &b)
	if errors.Is(err, ErrPieces) {
		b.State = BundleStopped
		return w.applyBundle(ctx, schedulerActor, b, "stopped", nil)
	}
	if err != nil {
		return err
	}
	b.State = BundleLive
	return w.applyBundle(ctx, schedulerActor, b, "live", edits)
}

// applyBundle writes a set and the publications that change with it, at once.
func (w *Workflow) applyBundle(ctx context.Context, by audit.Actor, b Bundle, act string, edits []*edit, dues ...Due) error {
	now := w.now()
	entry, err := audit.New(audit.Act{Actor: by, Action: audit.PublishBundle, Subject: b.ID, At: now, Detail: map[string]string{
		"act": act, "pieces": strconv.Itoa(len(b.Pieces)),
	}})
	if err != nil {
		return err
	}
	b.ChangedAt = now
	change := Change{Entry: entry, Bundle: &b, Dues: dues}
	for _, e := range edits {
		e.into(&change)
	}
	return w.store.Apply(ctx, change)
}

// Bundle is a set as it stands now: which pieces could not go if its minute were now.
func (w *Workflow) Bundle(ctx context.Context, who staff.Principal, id string) (Bundle, error) {
	b, err := w.sets.Bundle(ctx, id)
	if err != nil {
		return b, hidden(err)
	}
	if err := w.mayBundle(who, b); err != nil {
		return Bundle{}, err
	}
	return b, w.judge(ctx, &b)
}

func (w *Workflow) judge(ctx context.Context, b *Bundle) error {
	if b.State == BundleLive {
		return nil
	}
	if _, err := w.ready(ctx, schedulerActor, b); err != nil && !errors.Is(err, ErrPieces) {
		return err
	}
	return nil
}

// Bundles are the sets in a state that she may release, by their minute, each as it stands now.
func (w *Workflow) Bundles(ctx context.Context, who staff.Principal, state BundleState) ([]Bundle, error) {
	if !who.Admits(access.ReleaseText) {
		return nil, staff.ErrForbidden
	}
	all, err := w.sets.Bundles(ctx, state, maxBundles)
	if err != nil {
		return nil, err
	}
	hers := []Bundle{}
	for _, b := range all {
		if w.mayBundle(who, b) != nil {
			continue
		}
		if err := w.judge(ctx, &b); err != nil {
			return nil, err
		}
		hers = append(hers, b)
	}
	return hers, nil
}

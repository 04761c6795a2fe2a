package publish

import (
	"context"
	"strconv"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/audit"
	"pugongying/internal/fault"
	"pugongying/internal/staff"
)

// Scheduling gives an approved version its minute. Rev is the revision of the publication that the publisher saw.
type Scheduling struct {
	At
	Rev  int64
	When time.Time
}

// Schedule lets an approved version go live at a minute, or at another one. ErrStale when anything of the publication
// changed since the publisher saw it; ErrMoment for a time that has passed or is more than a year away.
func (w *Workflow) Schedule(ctx context.Context, who staff.Principal, s Scheduling) error {
	t, err := w.take(ctx, who, s.At, access.ReleaseText)
	if err != nil {
		return err
	}
	when := s.When.Truncate(time.Minute)
	switch {
	case t.Rev != s.Rev:
		return ErrStale
	case t.open.Bundle != "":
		return ErrInBundle
	case !when.After(t.at) || when.After(t.at.AddDate(1, 0, 0)):
		return ErrMoment
	}
	if _, err := w.clear(&t.Publication, t.open, &t.version); err != nil {
		return err
	}
	if err := w.unobjected(ctx, &t.version); err != nil {
		return err
	}
	detail, err := t.step(t.open, ActSchedule)
	if err != nil {
		return err
	}
	o := t.numbered(s.N)
	o.At, o.Trouble = when, ""
	t.due(duePublish, o)
	return w.apply(ctx, audit.PublishStep, detail, t.edit)
}

func (e *edit) due(kind string, o *Open) {
	e.dues = append(e.dues, Due{ID: dueID(kind, e.ID, strconv.Itoa(o.N), stamp(o.At)), At: o.At})
}

// resume schedules a version again that was approved anew while its minute is still to come.
func (e *edit) resume(o *Open) {
	if o.At.After(e.at) && o.Bundle == "" {
		e.set(o.N, StateScheduled)
		o.Trouble = ""
		e.due(duePublish, o)
	}
}

// Unschedule takes the minute away; the version stays approved.
func (w *Workflow) Unschedule(ctx context.Context, who staff.Principal, at At) error {
	t, err := w.take(ctx, who, at, access.ReleaseText)
	if err != nil {
		return err
	}
	detail, err := t.step(t.open, ActUnschedule)
	if err != nil {
		return err
	}
	o := t.numbered(at.N)
	o.At, o.Trouble = time.Time{}, ""
	return w.apply(ctx, audit.PublishStep, detail, t.edit)
}

// Release shows an approved version to residents now.
func (w *Workflow) Release(ctx context.Context, who staff.Principal, at At) error {
	t, err := w.take(ctx, who, at, access.ReleaseText)
	if err != nil {
		return err
	}
	if t.open.Bundle != "" {
		return ErrInBundle
	}
	detail, err := w.show(ctx, t.edit, t.open, &t.version)
	if err != nil {
		return err
	}
	return w.apply(ctx, audit.PublishStep, detail, t.edit)
}

// ErrInBundle refuses to show a piece of a set alone.
var ErrInBundle = fault.New(fault.Conflict, "publish.in_bundle", "这一件和别的一起上线。要单独上，请先从那一组里拿出来。")

// show shows a version that is cleared, with no picture that WeChat objects to.
func (w *Workflow) show(ctx context.Context, e *edit, o *Open, v *Version) (map[string]string, error) {
	c, err := w.clear(&e.Publication, o, v)
	if err != nil {
		return nil, err
	}
	if err := w.unobjected(ctx, v); err != nil {
		return nil, err
	}
	if _, err := Next(o.State, ActRelease); err != nil {
		return nil, err
	}
	detail := map[string]string{"version": strconv.Itoa(o.N), "act": string(ActRelease), "from": string(o.State), "to": string(StateLive), "sha": c.sum}
	e.show(o.N, c)
	e.Sample = false
	return detail, nil
}

// publish shows a version at its minute, once more checked. What cannot be shown keeps its schedule and says why.
func (w *Workflow) publish(ctx context.Context, id string, n int, at string) error {
	e, err := w.edit(ctx, schedulerActor, id)
	if err != nil {
		return err
	}
	o := e.numbered(n)
	if o == nil || o.State != StateScheduled || stamp(o.At) != at {
		return nil
	}
	if err := w.minute(o.At); err != nil {
		return err
	}
	v, err := w.store.Version(ctx, id, n)
	if err != nil {
		return err
	}
	detail, err := w.show(ctx, e, o, &v)
	switch {
	case err == nil:
		return w.apply(ctx, audit.PublishStep, detail, e)
	case Sum(v.Body) != o.SHA256:
		return w.restart(ctx, e, o, v)
	case fault.From(err).Kind == fault.Unavailable, fault.From(err).Kind == fault.Internal: // it is tried again
		return err
	}
	o.Trouble, e.changed = fault.From(err).Code, true
	return w.apply(ctx, audit.PublishTrouble, map[string]string{"version": strconv.Itoa(n), "code": o.Trouble}, e)
}

package publish

import (
	"context"
	"slices"
	"strconv"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/audit"
	"pugongying/internal/staff"
)

// lookAgain sets when what is live has to be looked at again. Long after that residents are told so.
func (e *edit) lookAgain(at time.Time) {
	e.ReviewAt, e.changed = at.Truncate(time.Millisecond), true
	e.dues = append(e.dues, Due{ID: dueID(dueRecheck, e.ID, strconv.Itoa(e.Live), stamp(e.ReviewAt)), At: e.ReviewAt.Add(recheckLimit)})
}

// recheck marks what nobody looked at again in time: residents are told 正在重新核对.
func (w *Workflow) recheck(ctx context.Context, id, at string) error {
	e, err := w.edit(ctx, schedulerActor, id)
	if err != nil {
		return err
	}
	if e.Live == 0 || e.Rechecking || stamp(e.ReviewAt) != at {
		return nil
	}
	if err := w.minute(e.ReviewAt.Add(recheckLimit)); err != nil {
		return err
	}
	e.Rechecking, e.shown, e.changed = true, true, true
	return w.apply(ctx, audit.PublishReviewAt, map[string]string{"version": strconv.Itoa(e.Live), "act": "mark"}, e)
}

// SetReviewAt says when what is live has to be looked at again: a year from now when somebody looked and found it right,
// sooner when its law changes. It ends the mark.
func (w *Workflow) SetReviewAt(ctx context.Context, who staff.Principal, id string, rev int64, at time.Time) error {
	e, err := w.edit(ctx, who.Actor(), id)
	if err != nil {
		return hidden(err)
	}
	if err := who.May(access.ReleaseText, w.recordOf(who, e.LiveRegion, e.Authors)); err != nil {
		return err
	}
	switch {
	case e.Live == 0:
		return ErrTransition
	case e.Rev != rev:
		return ErrStale
	case !at.After(e.at) || at.After(e.at.AddDate(1, 0, 1)):
		return ErrMoment
	}
	e.shown = e.Rechecking
	e.Rechecking = false
	e.lookAgain(at)
	return w.apply(ctx, audit.PublishReviewAt, map[string]string{"version": strconv.Itoa(e.Live), "act": "set"}, e)
}

// LawChanged brings the review-at date of live publications forward to an instant, where it is later. It is the program's
// own act when a law was imported.
func (w *Workflow) LawChanged(ctx context.Context, at time.Time, ids ...string) error {
	for _, id := range ids {
		e, err := w.edit(ctx, schedulerActor, id)
		if err != nil {
			return err
		}
		if e.Live == 0 || !at.Before(e.ReviewAt) {
			continue
		}
		e.lookAgain(at)
		if err := w.apply(ctx, audit.PublishReviewAt, map[string]string{"version": strconv.Itoa(e.Live), "act": "law"}, e); err != nil {
			return err
		}
	}
	return nil
}

// Overdue gives what is live and has to be looked at again, the longest first: everything whose review-at date has passed,
// of what she may release.
func (w *Workflow) Overdue(ctx context.Context, who staff.Principal, limit int) ([]Publication, error) {
	if !who.Admits(access.ReleaseText) {
		return nil, staff.ErrForbidden
	}
	all, err := w.sets.ToReview(ctx, w.now(), maxOverdue)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(p Publication) bool {
		return who.May(access.ReleaseText, w.recordOf(who, p.LiveRegion, p.Authors)) != nil
	})
	return all[:min(len(all), limit)], nil
}

// maxOverdue bounds what is looked through for one person's list.
const maxOverdue = 1000

package publish

import (
	"context"
	"strconv"

	"pugongying/internal/access"
	"pugongying/internal/audit"
	"pugongying/internal/region"
	"pugongying/internal/staff"
)

// TakeDown takes a publication down at once: any reviewer and any publisher of the region in which residents see it may,
// alone, also when she wrote it. What is open goes too, so that no hour brings it back. It needs no revision: whoever is
// quicker, the text is gone.
func (w *Workflow) TakeDown(ctx context.Context, who staff.Principal, id string) error {
	return w.TakeDownSet(ctx, who, []string{id})
}

// TakeDownSet takes several publications down in one change; one that she may not take down refuses all.
func (w *Workflow) TakeDownSet(ctx context.Context, who staff.Principal, ids []string) error {
	var err error
	for range takeDownTries {
		if err = w.takeDown(ctx, who, ids); !isStale(err) {
			break
		}
	}
	return err
}

const takeDownTries = 5 // somebody saves beside it

func (w *Workflow) takeDown(ctx context.Context, who staff.Principal, ids []string) error {
	if len(ids) == 0 || len(ids) > maxPieces {
		return ErrTransition
	}
	var edits []*edit
	detail := map[string]string{"count": strconv.Itoa(len(ids))}
	for _, id := range ids {
		e, err := w.edit(ctx, who.Actor(), id)
		if err != nil {
			return hidden(err)
		}
		if err := who.May(access.TakeDown, w.recordOf(who, e.shownIn(), e.Authors)); err != nil {
			return err
		}
		detail["version"] = strconv.Itoa(e.Live)
		if err := e.withdraw(); err != nil {
			return err
		}
		edits = append(edits, e)
	}
	if len(ids) == 1 {
		delete(detail, "count")
		return w.apply(ctx, audit.PublishWithdraw, detail, edits[0])
	}
	delete(detail, "version")
	entry, err := audit.New(audit.Act{Actor: who.Actor(), Action: audit.PublishWithdraw, Subject: "publications", At: w.now(), Detail: detail})
	if err != nil {
		return err
	}
	change := Change{Entry: entry}
	for _, e := range edits {
		e.into(&change)
	}
	return w.store.Apply(ctx, change)
}

// shownIn is the region in which residents see a publication, or would.
func (p *Publication) shownIn() region.Code {
	if p.Live == 0 {
		return p.Region
	}
	return p.LiveRegion
}

package publish

import (
	"cmp"
	"context"
	"slices"

	"pugongying/internal/access"
	"pugongying/internal/fault"
	"pugongying/internal/staff"
)

// BulkAct is what can be done to many publications, one after the other: each is judged by itself, and one that is refused
// keeps no other from it. Passing a review is none of them, and never will be.
type BulkAct string

// The acts on many.
const (
	BulkAssign   BulkAct = "assign"  // give the review that waits to somebody
	BulkTakeDown BulkAct = "down"    // take down
	BulkReviewAt BulkAct = "recheck" // set when it is looked at again
)

// BulkActs are all of them, in the order of the page.
func BulkActs() []BulkAct { return []BulkAct{BulkAssign, BulkReviewAt, BulkTakeDown} }

// MayBulk says whether somebody may do an act on a publication as it stands: nil, or why not. The act itself asks again.
func (w *Workflow) MayBulk(who staff.Principal, p Publication, act BulkAct) error {
	switch act {
	case BulkAssign:
		o := p.turn()
		if o == nil {
			return ErrTransition
		}
		r := w.recordOf(who, o.Region, p.Authors)
		return orOwn(who, r, mayAny(who, r, reviewOf[o.State], access.ReleaseText))
	case BulkTakeDown:
		if p.Live == 0 && len(p.Open) == 0 {
			return ErrTransition
		}
		return who.May(access.TakeDown, w.recordOf(who, p.shownIn(), p.Authors))
	case BulkReviewAt:
		if p.Live == 0 {
			return ErrTransition
		}
		r := w.recordOf(who, p.LiveRegion, p.Authors)
		return orOwn(who, r, who.May(access.ReleaseText, r))
	}
	return ErrTransition
}

// ErrOwnText refuses an act on what one wrote oneself.
var ErrOwnText = fault.New(fault.Forbidden, "publish.own_text_act", "这一件你写过其中的字，由别人来办。")

// orOwn says why to somebody who wrote the text, since it is no secret from her that it is there.
func orOwn(who staff.Principal, r access.Record, err error) error {
	if err != nil && r.Relation == access.Own && who.May(access.ReadText, r) == nil {
		return ErrOwnText
	}
	return err
}

// Turn is the version of a publication that waits for a review, as somebody sees it now; false when none does.
func (p Publication) Turn() (At, bool) {
	o := p.turn()
	if o == nil {
		return At{}, false
	}
	return At{ID: p.ID, N: o.N, SHA256: o.SHA256}, true
}

// Candidates are those who could do the review that a publication waits for, by name: whom it may be given to. Nobody when
// who asks may give it to nobody.
func (w *Workflow) Candidates(ctx context.Context, who staff.Principal, p Publication) ([]staff.Principal, error) {
	if w.people == nil || w.MayBulk(who, p, BulkAssign) != nil {
		return nil, nil
	}
	people, err := w.people.Reviewers(ctx)
	if err != nil {
		return nil, err
	}
	o := p.turn()
	people = slices.DeleteFunc(slices.Clone(people), func(one staff.Principal) bool {
		return w.couldReview(one, p.Authors, o) != nil
	})
	slices.SortFunc(people, func(a, b staff.Principal) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Account, b.Account))
	})
	return people, nil
}

// AssignTo is Assign to the colleague who has an account; ErrNotFound of staff when nobody who works now has it.
func (w *Workflow) AssignTo(ctx context.Context, who staff.Principal, at At, account string) error {
	if account == "" || w.people == nil {
		return w.Assign(ctx, who, at, staff.Principal{})
	}
	people, err := w.people.Reviewers(ctx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(people, func(one staff.Principal) bool { return one.Account == account })
	if i < 0 {
		return staff.ErrNotFound
	}
	return w.Assign(ctx, who, at, people[i])
}

// couldReview says whether somebody can do the review that a version waits for.
func (w *Workflow) couldReview(one staff.Principal, authors []string, o *Open) error {
	if err := one.May(reviewOf[o.State], w.recordOf(one, o.Region, authors)); err != nil {
		return err
	}
	if slices.ContainsFunc(o.Passes, func(p Pass) bool { return p.By == one.Account }) {
		return ErrTwice
	}
	return nil
}

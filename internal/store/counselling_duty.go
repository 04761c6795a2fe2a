package store

import (
	"context"
	"errors"

	"pugongying/internal/audit"
	"pugongying/internal/counselling"
	"pugongying/internal/region"
	"pugongying/internal/store/document"
)

const dutyLists = "dutyLists"

// Duty returns that of a region.
func (s *Counselling) Duty(ctx context.Context, in region.Code) (counselling.Duty, error) {
	return found[counselling.Duty](ctx, s.duties, in, counselling.ErrNotFound)
}

// PutDuty writes one at the revision it was read at, or adds it.
func (s *Counselling) PutDuty(ctx context.Context, d counselling.Duty, e audit.Entry) error {
	rev := d.Rev
	d.Rev++
	return s.together(ctx, e, func(ctx context.Context) error {
		if rev > 0 {
			return s.duties.Replace(ctx, string(d.Region), rev, d)
		}
		err := s.duties.Insert(ctx, d)
		if errors.Is(err, document.ErrDuplicate) {
			return counselling.ErrMoved.Because(err)
		}
		return err
	})
}

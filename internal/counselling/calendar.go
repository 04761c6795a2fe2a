package counselling

import (
	"context"

	"pugongying/internal/access"
	"pugongying/internal/audit"
	"pugongying/internal/opaque"
	"pugongying/internal/staff"
)

// calendarToken is how many random bytes a calendar's address has.
const calendarToken = 32

// CalendarStore finds whose a calendar's address is.
type CalendarStore interface {
	// CounsellorByCalendar returns the counsellor with this hash; ErrNotFound.
	CounsellorByCalendar(ctx context.Context, hash string) (Counsellor, error)
}

// NewCalendar makes a new secret address for a counsellor's calendar, given once: the one before opens nothing any more.
// Without, there is none afterwards.
func (s *Service) NewCalendar(ctx context.Context, who staff.Principal, id string, rev int64, without bool) (token string, err error) {
	hash := ""
	if !without {
		token = opaque.New(calendarToken)
		hash = opaque.Hash(token)
	}
	edit := Edit{access.EditPlan, audit.PlanChange, map[string]string{"act": "calendar"}, func(_ *Service, c *Counsellor, _ map[string]Room) error {
		c.Calendar = hash
		return nil
	}}
	if _, err := s.Save(ctx, who, id, rev, edit, nil); err != nil {
		return "", err
	}
	return token, nil
}

// CalendarOf gives the appointments ahead to whoever has the secret address: the last four digits and the time, nothing
// else. ErrNotFound for an address that is none, or none any more, and for a counsellor or an account that is suspended.
func (s *Service) CalendarOf(ctx context.Context, token string) ([]Booked, error) {
	if token == "" {
		return nil, ErrNotFound
	}
	c, err := s.Calendars.CounsellorByCalendar(ctx, opaque.Hash(token))
	if err != nil {
		return nil, err
	}
	working, err := s.Working(ctx, c.Account)
	if err != nil {
		return nil, err
	}
	if !working || c.State != Active || c.Demo && !s.Demo {
		return nil, ErrNotFound
	}
	return s.Bookings.Ahead(ctx, c.ID, s.now())
}

package counselling

import (
	"context"
	"slices"
	"strconv"

	"pugongying/internal/access"
	"pugongying/internal/audit"
	"pugongying/internal/civil"
	"pugongying/internal/region"
	"pugongying/internal/staff"
)

// Edit is a change of one counsellor that is not written yet; the functions below make them.
type Edit struct {
	action access.Action
	record audit.Action
	detail map[string]string
	apply  func(s *Service, c *Counsellor, rooms map[string]Room) error
}

// PlanEdit replaces her plan.
func PlanEdit(p Plan) Edit {
	return Edit{access.EditPlan, audit.PlanChange, map[string]string{"act": "week"}, func(_ *Service, c *Counsellor, rooms map[string]Room) error {
		c.Plan = p
		return p.check(rooms)
	}}
}

// ExceptionEdit adds an exception. Its id is made here.
func ExceptionEdit(e Exception) Edit {
	detail := map[string]string{"act": "except", "dates": strconv.Itoa(len(e.Dates))}
	return Edit{access.EditPlan, audit.PlanChange, detail, func(s *Service, c *Counsellor, rooms map[string]Room) error {
		today := civil.DayOf(s.now())
		if err := e.checkNew(*c, today, rooms); err != nil {
			return err
		}
		e.ID = s.NewID()
		c.Exceptions = append(slices.DeleteFunc(slices.Clone(c.Exceptions), func(e Exception) bool {
			return len(e.Dates) == 0 || e.Dates[len(e.Dates)-1] < today
		}), e)
		return checkExceptions(c.Exceptions)
	}}
}

// WithoutException removes one.
func WithoutException(id string) Edit {
	return Edit{access.EditPlan, audit.PlanChange, map[string]string{"act": "unexcept"}, func(_ *Service, c *Counsellor, _ map[string]Room) error {
		i := slices.IndexFunc(c.Exceptions, func(e Exception) bool { return e.ID == id })
		if i < 0 {
			return ErrNotFound
		}
		c.Exceptions = slices.Delete(slices.Clone(c.Exceptions), i, i+1)
		return nil
	}}
}

// StateEdit suspends her, or takes her back.
func StateEdit(state State) Edit {
	return Edit{access.ManageCounsellor, audit.CounsellorChange, map[string]string{"act": string(state)}, func(s *Service, c *Counsellor, _ map[string]Room) error {
		c.State = state
		return c.check(s.Known, s.Topics)
	}}
}

// Profile is what residents read of her and who may come to her.
type Profile struct {
	Name         string
	Introduction string
	Topics       []string
	Regions      []region.Code
}

// ProfileEdit changes it.
func ProfileEdit(p Profile) Edit {
	return Edit{access.ManageCounsellor, audit.CounsellorChange, map[string]string{"act": "profile"}, func(s *Service, c *Counsellor, _ map[string]Room) error {
		c.Name, c.Introduction, c.Topics, c.Regions = p.Name, p.Introduction, p.Topics, p.Regions
		return c.check(s.Known, s.Topics)
	}}
}

// Proposed is a change as it would be, and the appointments that it hurts.
type Proposed struct {
	World World
	Hurt  []Affected
}

// Preview makes a change without writing it.
func (s *Service) Preview(ctx context.Context, who staff.Principal, id string, e Edit) (Proposed, error) {
	w, err := s.World(ctx, id)
	if err == nil {
		err = s.may(who, e.action, w.Counsellor)
	}
	if err != nil {
		return Proposed{}, err
	}
	before := w
	if err := e.apply(s, &w.Counsellor, w.Rooms); err != nil {
		return Proposed{}, err
	}
	now := s.now()
	booked, err := s.Bookings.Ahead(ctx, id, now)
	if err != nil {
		return Proposed{}, err
	}
	return Proposed{World: w, Hurt: newlyHurt(before, w, booked, who.Account, now)}, nil
}

// Save writes a change that was made at a revision, after whoever makes it saw the appointments it hurts: seen are their
// ids. ErrAffected where one of them is not among these; ErrMoved where somebody changed her in between.
func (s *Service) Save(ctx context.Context, who staff.Principal, id string, rev int64, e Edit, seen []string) (Counsellor, error) {
	p, err := s.Preview(ctx, who, id, e)
	if err != nil {
		return Counsellor{}, err
	}
	c := p.World.Counsellor
	if c.Rev != rev {
		return Counsellor{}, ErrMoved
	}
	if unseen(p.Hurt, seen) {
		return Counsellor{}, ErrAffected
	}
	entry, err := s.entry(who, e.record, id, e.detail, len(p.Hurt))
	if err != nil {
		return Counsellor{}, err
	}
	return c, s.Store.ReplaceCounsellor(ctx, c, p.Hurt, entry)
}

func (s *Service) entry(who staff.Principal, record audit.Action, id string, detail map[string]string, hurt int) (audit.Entry, error) {
	said := map[string]string{"hurt": strconv.Itoa(hurt)}
	for k, v := range detail {
		said[k] = v
	}
	return audit.New(audit.Act{Actor: who.Actor(), Action: record, Subject: id, At: s.now(), Detail: said})
}

func unseen(hurt []Affected, seen []string) bool {
	return slices.ContainsFunc(hurt, func(a Affected) bool { return !slices.Contains(seen, a.ID) })
}

// Add makes a member of staff a counsellor, with an empty week. ErrTaken.
func (s *Service) Add(ctx context.Context, who staff.Principal, account string, home region.Code, p Profile) (Counsellor, error) {
	c := Counsellor{
		ID: s.NewID(), Account: account, Name: p.Name, Introduction: p.Introduction, Topics: p.Topics, Home: home, Regions: p.Regions,
		State: Active, Plan: FirstPlan(), CreatedAt: s.now(), Schema: schema,
	}
	if err := s.may(who, access.ManageCounsellor, c); err != nil {
		return Counsellor{}, err
	}
	if err := c.check(s.Known, s.Topics); err != nil {
		return Counsellor{}, err
	}
	e, err := s.entry(who, audit.CounsellorChange, c.ID, map[string]string{"act": "add"}, 0)
	if err != nil {
		return Counsellor{}, err
	}
	return c, s.Store.InsertCounsellor(ctx, c, e)
}

// FirstPlan is the plan a counsellor begins with: nothing is offered until she says when she comes.
func FirstPlan() Plan {
	return Plan{Length: 50, After: 10, Notice: 24 * 60, Horizon: 28}
}

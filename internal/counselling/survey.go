package counselling

import (
	"context"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/staff"
)

// Survey compares every appointment ahead with the world as it is: one that is hurt and in no list gets into it, one that
// was moved, cancelled or is well again leaves it. It finds what no editor saw: an appointment confirmed in the moment in
// which a plan changed, a new file of holidays, a document restored from a backup. It returns how many are open.
func (s *Service) Survey(ctx context.Context) (open int, err error) {
	worlds, err := s.all(ctx)
	if err != nil {
		return 0, err
	}
	now := s.now()
	booked, err := s.Bookings.Ahead(ctx, "", now)
	if err != nil {
		return 0, err
	}
	var hurt []Affected
	known := map[string]bool{}
	for _, w := range worlds {
		hurt = append(hurt, w.affected(booked, "", now)...)
		known[w.Counsellor.ID] = true
	}
	hurt = append(hurt, orphaned(booked, known, now)...)
	if err := s.Affected.AddAffected(ctx, hurt); err != nil {
		return 0, err
	}
	return len(hurt), s.closeWell(ctx, hurt)
}

// orphaned are the appointments of counsellors who are not there.
func orphaned(booked []Booked, known map[string]bool, now time.Time) (hurt []Affected) {
	for _, b := range booked {
		if !known[b.Counsellor] {
			hurt = append(hurt, Affected{
				ID: b.ID, Counsellor: b.Counsellor, Region: b.Region, Rule: RuleSuspended, Start: b.Start, Digits: b.Digits,
				Since: now, DueAt: due(now, b.Start), Schema: schema,
			})
		}
	}
	return hurt
}

func (s *Service) closeWell(ctx context.Context, hurt []Affected) error {
	still := map[string]bool{}
	for _, a := range hurt {
		still[a.ID] = true
	}
	open, err := s.Affected.AffectedOpen(ctx)
	if err != nil {
		return err
	}
	var well []string
	for _, a := range open {
		if !still[a.ID] {
			well = append(well, a.ID)
		}
	}
	return s.Affected.CloseAffected(ctx, s.now(), well...)
}

// Open are the affected appointments that wait for somebody, soonest due first: those of one's own, and of the regions whose
// plans one may read.
func (s *Service) Open(ctx context.Context, who staff.Principal) ([]Affected, error) {
	if !who.Admits(access.ReadPlans) {
		return nil, staff.ErrForbidden
	}
	all, err := s.Affected.AffectedOpen(ctx)
	if err != nil {
		return nil, err
	}
	var own string
	if c, err := s.Store.CounsellorOf(ctx, who.Account); err == nil {
		own = c.ID
	}
	var hers []Affected
	for _, a := range all {
		relation := access.Other
		if a.Counsellor == own {
			relation = access.Own
		}
		if who.May(access.ReadPlans, access.Record{Relation: relation, Region: a.Region}) == nil {
			hers = append(hers, a)
		}
	}
	return hers, nil
}

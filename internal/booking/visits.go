package booking

import (
	"context"
	"slices"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/audit"
	"pugongying/internal/civil"
	"pugongying/internal/fault"
	"pugongying/internal/region"
	"pugongying/internal/staff"
)

// Desk is who works as a counsellor, and the region she belongs to.
type Desk struct {
	Account string // of staff
	Home    region.Code
}

// Desks tells who works as a counsellor, whether or not she may be booked now; ErrNotFound.
type Desks interface {
	Desk(ctx context.Context, counsellor string) (Desk, error)
}

// Diary is what staff see of some days, and the record of who opened what was written.
type Diary interface {
	// Between lists those that are confirmed or over and begin from from until to, by their start, without what is private.
	Between(ctx context.Context, from, to time.Time) ([]Appointment, error)
	// Opened keeps that a member of staff opened what a resident wrote.
	Opened(ctx context.Context, e audit.Entry) error
}

// Visit is an appointment as a member of staff sees it. Private is empty in a list, and for whoever may not open it.
type Visit struct {
	Appointment
	Digits string // said at the door: nobody is called by a name
	Urgent bool   // an answer to the four questions alarms; only to whoever may open what was written
	Opens  bool
	Ends   bool // she may say what came of it
	Frees  bool // she may cancel it
}

// Visits lists the appointments of some civil days, both included, whose times she may see. Whoever a resident named as one who
// must not see it finds nothing of it. ErrRange.
func (s *Service) Visits(ctx context.Context, who staff.Principal, from, to string) ([]Visit, error) {
	begin, err := civil.Start(from)
	if err != nil {
		return nil, ErrRange.Because(err)
	}
	end, err := civil.Start(to)
	if err != nil || end.Before(begin) || end.Sub(begin) > FreeDays*24*time.Hour {
		return nil, ErrRange
	}
	found, err := s.Diary.Between(ctx, begin, end.AddDate(0, 0, 1))
	if err != nil {
		return nil, err
	}
	var visits []Visit
	desks := map[string]access.Record{}
	for _, a := range found {
		record, known := desks[a.Counsellor]
		if !known {
			if record, err = s.recordOf(ctx, who, a.Counsellor); err != nil {
				return nil, err
			}
			desks[a.Counsellor] = record
		}
		if who.May(access.ReadVisits, record) != nil {
			continue
		}
		// What is private says whether she was named, so it is opened here and goes no further.
		whole, err := s.Store.Appointment(ctx, a.ID)
		if err != nil {
			return nil, err
		}
		if !whole.Excludes(who.Account, who.Name) {
			visits = append(visits, s.shown(who, record, whole).closed())
		}
	}
	return visits, nil
}

// Visit gives one without what was written. ErrNotFound, also to whoever may not know of it.
func (s *Service) Visit(ctx context.Context, who staff.Principal, id string) (Visit, error) {
	v, err := s.visit(ctx, who, id, access.ReadVisits)
	return v.closed(), err
}

// Open gives one with what was written. It asks for a fresh second factor, and is recorded before a word is shown: only her
// counsellor and the supervisor may. staff.ErrStepUp, ErrNotFound.
func (s *Service) Open(ctx context.Context, who staff.Principal, id string) (Visit, error) {
	v, err := s.visit(ctx, who, id, access.OpenIntake)
	if err != nil {
		return Visit{}, err
	}
	if err := s.Fresh(who); err != nil {
		return Visit{}, err
	}
	entry, err := audit.New(audit.Act{Actor: who.Actor(), Action: audit.IntakeOpen, Subject: id, At: s.now()})
	if err != nil {
		return Visit{}, err
	}
	return v, s.Diary.Opened(ctx, entry)
}

// End says what came of a visit, as Conclude does. ErrNotFound, ErrEarly, ErrState.
func (s *Service) End(ctx context.Context, who staff.Principal, id string, as State) error {
	if _, err := s.visit(ctx, who, id, access.EndVisit); err != nil {
		return err
	}
	_, err := s.Conclude(ctx, who.Account, id, as)
	return err
}

// FreeVisit cancels a visit, as Withdraw does: for a resident who rang up, or for a counsellor who cannot come. ErrNotFound, ErrState.
func (s *Service) FreeVisit(ctx context.Context, who staff.Principal, id string) error {
	v, err := s.visit(ctx, who, id, access.FreeVisit)
	if err != nil {
		return err
	}
	if v.State != Confirmed {
		return ErrState
	}
	return s.Withdraw(ctx, who.Account, id)
}

// visit loads one on which she may do something.
func (s *Service) visit(ctx context.Context, who staff.Principal, id string, action access.Action) (Visit, error) {
	a, err := s.Store.Appointment(ctx, id)
	if err != nil {
		return Visit{}, err
	}
	record, err := s.recordOf(ctx, who, a.Counsellor)
	if err != nil {
		return Visit{}, err
	}
	// One that is only held is nobody's business yet; of one she may not know of, or was named for, there is nothing.
	if !slices.Contains([]State{Confirmed, Done, NoShow, Cancelled}, a.State) || a.Excludes(who.Account, who.Name) || who.May(access.ReadVisits, record) != nil {
		return Visit{}, ErrNotFound
	}
	return s.shown(who, record, a), who.May(action, record)
}

// recordOf is an appointment as permissions see it: its counsellor's.
func (s *Service) recordOf(ctx context.Context, who staff.Principal, counsellor string) (access.Record, error) {
	desk, err := s.Desks.Desk(ctx, counsellor)
	if err != nil && fault.From(err).Kind == fault.NotFound {
		return access.Record{Relation: access.Other}, nil // of nobody's region: hidden
	}
	return access.Record{Relation: who.Relation(desk.Account), Region: desk.Home}, err
}

func (s *Service) shown(who staff.Principal, record access.Record, a Appointment) Visit {
	v := Visit{Appointment: a, Digits: s.Digits(a), Opens: who.May(access.OpenIntake, record) == nil}
	v.Ends, v.Frees = who.May(access.EndVisit, record) == nil, who.May(access.FreeVisit, record) == nil
	v.Urgent = v.Opens && s.Wording.Alarms(a.Private)
	return v
}

// closed is a visit without what was written.
func (v Visit) closed() Visit {
	v.Private = Private{}
	return v
}

// Answer is one of the four questions with what she answered.
type Answer struct {
	Question, Answer string
	Alarming         bool
}

// Answers are what she answered to the four questions, in their order; what she passed over is left out.
func (w Wording) Answers(p Private) (out []Answer) {
	for _, q := range w.Questions[p.For] {
		said, there := map[string]string{"yes": q.Yes, "no": q.No, "skip": "不想回答"}[p.Safety[q.ID]]
		if there {
			out = append(out, Answer{q.Text, said, p.Safety[q.ID] == q.Alarming})
		}
	}
	return out
}

// TopicNames are the topics she chose, as people read them.
func (w Wording) TopicNames(p Private) (names []string) {
	for _, t := range w.Topics {
		if slices.Contains(p.Topics, t.ID) {
			names = append(names, t.Name)
		}
	}
	return names
}

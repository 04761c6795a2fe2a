package booking

import (
	"context"
	"fmt"
	"slices"
)

// Audited is what the nightly look at the documents found. It goes by times alone, and by no index and no cell.
type Audited struct {
	Looked   int
	Overlaps []Overlap
	Orphans  []string // holds whose time was over for an hour and that nobody expired
	Unlike   []string // appointments whose cells are not those of their time
}

// Overlap are two appointments that cannot both take place.
type Overlap struct {
	First, Second string
	Of            string // counsellor, person or room
}

// Sentence says it to an operator.
func (r Audited) Sentence() string {
	return fmt.Sprintf("看了 %d 个预约：重叠 %d，没放回的 %d，占的时间不对的 %d", r.Looked, len(r.Overlaps), len(r.Orphans), len(r.Unlike))
}

// Well reports whether nothing was found.
func (r Audited) Well() bool { return len(r.Overlaps)+len(r.Orphans)+len(r.Unlike) == 0 }

// Audit proves from the documents that nobody is in two places: it walks every appointment ahead in the order of time and
// compares those that are not over when the next begins.
func (s *Service) Audit(ctx context.Context) (Audited, error) {
	var r Audited
	now := s.now()
	var open []Appointment
	err := s.Register.All(ctx, now.Add(-longestSession), func(a Appointment) error {
		if a.State != Reserved && a.State != Confirmed {
			return nil
		}
		if a.stale(now) {
			if now.Sub(*a.HoldUntil) > HoldsWithin {
				r.Orphans = append(r.Orphans, a.ID)
			}
			return nil
		}
		r.Looked++
		if !slices.Equal(a.Cells, a.claims()) {
			r.Unlike = append(r.Unlike, a.ID)
		}
		open = slices.DeleteFunc(open, func(other Appointment) bool { return !other.End.After(a.Start) })
		for _, other := range open {
			if of := a.meets(other); of != "" {
				r.Overlaps = append(r.Overlaps, Overlap{other.ID, a.ID, of})
			}
		}
		open = append(open, a)
		return nil
	})
	return r, err
}

// meets says what two appointments share that overlap in time; "" for nothing.
func (a *Appointment) meets(other Appointment) string {
	switch {
	case a.Counsellor == other.Counsellor:
		return "counsellor"
	case a.Owner != "" && a.Owner == other.Owner:
		return "person"
	case a.Room != "" && a.Room == other.Room && a.Mode == InPerson && other.Mode == InPerson:
		return "room"
	}
	return ""
}

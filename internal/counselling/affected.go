package counselling

import (
	"slices"
	"time"

	"pugongying/internal/region"
)

// Affected is an appointment that can no longer be had as it was made. It waits for its owner until DueAt.
type Affected struct {
	ID         string      `bson:"_id"` // of the appointment
	Counsellor string      `bson:"counsellor"`
	Region     region.Code `bson:"region"` // of the counsellor: its coordinators share the list
	Rule       Rule        `bson:"rule"`
	Start      time.Time   `bson:"start"`
	Digits     string      `bson:"digits,omitempty"`
	Owner      string      `bson:"account,omitempty"` // whose change it was; empty: nobody's act, the region's coordinators
	Since      time.Time   `bson:"since"`
	DueAt      time.Time   `bson:"dueAt"`
	DoneAt     *time.Time  `bson:"doneAt,omitempty"`
	Rev        int64       `bson:"rev"`
	Schema     int         `bson:"schema"`
}

// The clock of an affected appointment: a day, and where it is sooner than that, half of the time that is left.
const dueWithin = 24 * time.Hour

func due(now, start time.Time) time.Time {
	left := max(start.Sub(now), 0)
	return now.Add(min(dueWithin, left/2)).Truncate(time.Minute)
}

// Still judges an appointment that was made: RuleOpen when it can be had as it is. Notice, horizon and where sessions begin
// do not matter any more, nor do the buffers: what was agreed is agreed.
func (w World) Still(b Booked) Verdict {
	c := w.Counsellor
	if c.State != Active {
		return Verdict{Rule: RuleSuspended}
	}
	if !c.Serves(b.Region, b.Mode) {
		return Verdict{Rule: RuleRegion}
	}
	day, from := MinuteOf(b.Start)
	v := w.within(day, Span{from, from + Minute(b.End.Sub(b.Start)/time.Minute)}, Query{Mode: b.Mode, Region: b.Region})
	if v.Rule == RuleOpen && b.Mode == InPerson && v.Slot.Room != b.Room {
		return Verdict{Rule: RuleRoom} // she is elsewhere at that time
	}
	return v
}

// newlyHurt lists the appointments that a change hurts and that were well before it.
func newlyHurt(before, after World, booked []Booked, owner string, now time.Time) []Affected {
	already := map[string]bool{}
	for _, a := range before.affected(booked, owner, now) {
		already[a.ID] = true
	}
	return slices.DeleteFunc(after.affected(booked, owner, now), func(a Affected) bool { return already[a.ID] })
}

// affected lists which of some appointments ahead a world hurts.
func (w World) affected(booked []Booked, owner string, now time.Time) (hurt []Affected) {
	for _, b := range booked {
		if b.Counsellor != w.Counsellor.ID || !b.End.After(now) {
			continue
		}
		if v := w.Still(b); v.Rule != RuleOpen {
			hurt = append(hurt, Affected{
				ID: b.ID, Counsellor: b.Counsellor, Region: w.Counsellor.Home, Rule: v.Rule, Start: b.Start, Digits: b.Digits,
				Owner: owner, Since: now, DueAt: due(now, b.Start), Schema: schema,
			})
		}
	}
	return hurt
}

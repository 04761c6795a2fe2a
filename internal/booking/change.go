package booking

import (
	"slices"
	"time"

	"pugongying/internal/jobs"
)

// How long what is over stays.
const (
	expiredFor   = 24 * time.Hour // as long as a request may be sent again
	cancelledFor = 90 * 24 * time.Hour
	repeatFor    = 10 * time.Minute // a confirmation whose answer was lost gives the same code again
)

// step changes the state; ErrState where that one does not follow.
func (a *Appointment) step(to State, by Actor, now time.Time) error {
	if !slices.Contains(follows[a.State], to) {
		return ErrState
	}
	a.Steps = append(slices.Clone(a.Steps), Step{From: a.State, To: to, By: by, At: now})
	a.State = to
	a.arrange(now)
	return nil
}

// arrange makes what follows from state and time: cells, the next due time, how long it stays.
func (a *Appointment) arrange(now time.Time) {
	a.Job, a.RemoveAt = nil, nil
	over := now.Add(cancelledFor)
	switch a.State {
	case Reserved:
		a.Job = jobs.At(*a.HoldUntil)
	case Confirmed:
		a.drop(laneHold)
		a.HoldUntil, a.Extended, a.Job = nil, false, jobs.At(a.End)
		if !now.Before(a.End) {
			a.drop(laneAhead)
			a.Job = nil
		}
	case Expired:
		over = now.Add(expiredFor)
		fallthrough
	case Cancelled:
		a.Lanes, a.HoldUntil, a.RemoveAt = nil, nil, &over
	case Done, NoShow:
		a.drop(laneHold, laneAhead)
	}
	a.Cells = a.claims()
}

// put gives the appointment a slot's time, place and counsellor.
func (a *Appointment) put(s Slot, m Mode) {
	a.Counsellor, a.Start, a.End, a.Place, a.Room, a.Mode = s.Counsellor, s.Start.UTC(), s.End.UTC(), s.Place, s.Room, m
	a.BusyFrom, a.BusyTo = s.busy()
	if a.Region == "" || m == InPerson && s.Region != "" && !s.Region.Within(a.Region) && !a.Region.Within(s.Region) {
		a.Region = s.Region
	}
}

// busy is a slot with its buffers.
func (s Slot) busy() (from, to time.Time) {
	if s.BusyFrom.IsZero() || s.BusyTo.IsZero() {
		return s.Start, s.End
	}
	return s.BusyFrom, s.BusyTo
}

// live reports whether a held one is still held.
func (a *Appointment) live(now time.Time) bool {
	return a.State == Reserved && a.HoldUntil != nil && now.Before(*a.HoldUntil)
}

// stale reports whether its hold is over and nobody said so yet.
func (a *Appointment) stale(now time.Time) bool { return a.State == Reserved && !a.live(now) }

// reserved refuses what is no live hold.
func (a *Appointment) reserved(now time.Time) error {
	switch {
	case a.State == Expired, a.stale(now):
		return ErrHoldExpired
	case a.State != Reserved:
		return ErrState
	}
	return nil
}

// changeable refuses a change that comes too late, or to what is over.
func (a *Appointment) changeable(now time.Time) error {
	switch {
	case a.State == Confirmed && now.After(a.Changeable()):
		return ErrTooLate
	case a.State == Confirmed:
		return nil
	}
	return a.reserved(now)
}

// at is the slot an appointment stands in.
func (a *Appointment) at(s Slot) bool {
	return a.Counsellor == s.Counsellor && a.Start.Equal(s.Start)
}

// confirmedAt is when it was confirmed.
func (a *Appointment) confirmedAt() time.Time {
	for _, s := range slices.Backward(a.Steps) {
		if s.To == Confirmed && s.From != Confirmed {
			return s.At
		}
	}
	return time.Time{}
}

package booking

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"pugongying/internal/civil"
)

// A cell is what one appointment alone may have: ten minutes of a person, a counsellor or a room, or one of a fixed number of
// places (a lane) of something that is counted.
const (
	cellCounsellor = "c|"
	cellPerson     = "p|"
	cellRoom       = "r|"
	laneHold       = "h|" // unconfirmed holds of a counsellor's week
	laneAhead      = "a|" // what a person has ahead
	laneYear       = "y|" // a person's sessions of a year
)

// claims are the cells of an appointment in its state: all that it occupies while it is held or ahead, the count of the year
// once it took place or was missed, nothing otherwise.
func (a *Appointment) claims() []string {
	switch a.State {
	case Reserved, Confirmed:
		cells := append(slices.Clone(a.Lanes), grid(cellCounsellor+a.Counsellor, a.BusyFrom, a.BusyTo)...)
		if a.Owner != "" {
			cells = append(cells, grid(cellPerson+string(a.Owner), a.Start, a.End)...)
		}
		if a.Room != "" && a.Mode == InPerson {
			cells = append(cells, grid(cellRoom+a.Room, a.Start, a.End)...)
		}
		return cells
	case Done, NoShow:
		return lanesOf(a.Lanes, laneYear)
	}
	return nil
}

// grid are the cells of something from an instant to another.
func grid(of string, from, to time.Time) (cells []string) {
	for n := from.Unix() / gridSeconds; n*gridSeconds < to.Unix(); n++ {
		cells = append(cells, of+"|"+strconv.FormatInt(n, 10))
	}
	return cells
}

const gridSeconds = int64(Grid / time.Second)

// lanesOf are the lanes of one kind.
func lanesOf(lanes []string, kind string) (some []string) {
	for _, l := range lanes {
		if strings.HasPrefix(l, kind) {
			some = append(some, l)
		}
	}
	return some
}

// drop takes the lanes of some kinds away.
func (a *Appointment) drop(kinds ...string) {
	a.Lanes = slices.DeleteFunc(slices.Clone(a.Lanes), func(lane string) bool {
		return slices.ContainsFunc(kinds, func(kind string) bool { return strings.HasPrefix(lane, kind) })
	})
}

// group is a counted thing and how many of it there may be.
type group struct {
	prefix string
	places int
}

func (g group) lane(n int) string { return g.prefix + "|" + strconv.Itoa(n) }

// lanes are all places of a group.
func (g group) lanes() []string {
	all := make([]string, g.places)
	for n := range all {
		all[n] = g.lane(n)
	}
	return all
}

// free is a place that is not known to be taken, looked for from one on; false when there is none.
func (g group) free(taken map[string]bool, from int) (string, bool) {
	for n := range g.places {
		if lane := g.lane((from + n) % g.places); !taken[lane] {
			return lane, true
		}
	}
	return "", false
}

// holdsOf are the unconfirmed holds of a counsellor in the week of an instant, where her plan has so many slots.
func holdsOf(counsellor string, at time.Time, slots int) group {
	return group{laneHold + counsellor + "|" + monday(at), max(1, slots/Share)}
}

func aheadOf(owner string) group { return group{laneAhead + owner, Ahead} }

func yearOf(owner string, at time.Time) group {
	return group{fmt.Sprintf("%s%s|%d", laneYear, owner, at.In(civil.Zone()).Year()), Yearly}
}

// monday is the civil day on which the week of an instant begins.
func monday(at time.Time) string {
	at = at.In(civil.Zone())
	return civil.DayOf(at.AddDate(0, 0, -(int(at.Weekday())+6)%7))
}

// slotID names a slot by its counsellor and its minute.
func slotID(counsellor string, start time.Time) string {
	return counsellor + "~" + strconv.FormatInt(start.Unix()/60, 36)
}

// parseSlot reads what slotID made; ErrNotOffered for anything else.
func parseSlot(id string) (counsellor string, start time.Time, err error) {
	counsellor, at, found := strings.Cut(id, "~")
	minutes, parseErr := strconv.ParseInt(at, 36, 64)
	if !found || counsellor == "" || len(at) > 8 || parseErr != nil || minutes < 0 {
		return "", time.Time{}, ErrNotOffered
	}
	return counsellor, time.Unix(minutes*60, 0).UTC(), nil
}

func containsName(all []string, one string) bool {
	return slices.ContainsFunc(all, func(s string) bool { return strings.EqualFold(strings.TrimSpace(s), strings.TrimSpace(one)) })
}

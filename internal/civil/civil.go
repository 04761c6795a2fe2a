// Package civil is the calendar people here live by: days in Asia/Shanghai, written "2026-11-23".
//
// It promises that an instant belongs to the same day on every machine, whatever its zone and its files (the zone is inside
// the binary), and that a day is one that the calendar has. It refuses everything else a date might be written as: what
// people type is read at the doors.
package civil

import (
	"time"
	_ "time/tzdata" // the day must not depend on the machine's files
)

// Layout is how a day is written, for time.Format and time.Parse.
const Layout = time.DateOnly

// zone is Asia/Shanghai. Inner Mongolia keeps it; it is UTC+8 all year since 1992.
var zone = mustZone("Asia/Shanghai")

func mustZone(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		panic("civil: the embedded zones have no " + name + ": " + err.Error())
	}
	return z
}

// Zone is Asia/Shanghai.
func Zone() *time.Location { return zone }

// DayOf is the day of an instant, as "2026-11-23".
func DayOf(t time.Time) string { return t.In(zone).Format(Layout) }

// IsDay says whether s is a day that the calendar has: "2016-03-01" is one, "2016-13-45", "2026-02-29" and "2016-3-1" are none.
func IsDay(s string) bool {
	_, err := time.Parse(Layout, s)
	return err == nil
}

// Start is the instant at which a day begins. It fails where IsDay is false.
func Start(day string) (time.Time, error) { return time.ParseInLocation(Layout, day, zone) }

// AddDays is the day n days later, earlier for a negative n. It fails where IsDay is false.
func AddDays(day string, n int) (string, error) {
	t, err := time.Parse(Layout, day)
	if err != nil {
		return "", err
	}
	return t.AddDate(0, 0, n).Format(Layout), nil
}

package civil_test

import (
	"fmt"
	"testing"
	"time"

	"pugongying/internal/testkit"

	"pugongying/internal/civil"
)

func TestDayOfIsTheDayInShanghai(t *testing.T) {
	for _, tt := range []struct {
		at   time.Time
		want string
	}{
		{time.Date(2026, 11, 23, 15, 59, 59, 999, time.UTC), "2026-11-23"},
		{time.Date(2026, 11, 23, 16, 0, 0, 0, time.UTC), "2026-11-24"},
		{time.Date(2026, 12, 31, 16, 0, 0, 0, time.UTC), "2027-01-01"},
		{time.Date(2026, 11, 23, 12, 0, 0, 0, time.FixedZone("Los Angeles", -8*3600)), "2026-11-24"},
		{time.Date(1988, 7, 1, 15, 30, 0, 0, time.UTC), "1988-07-02"}, // summer time, which the zone had then: UTC+9
	} {
		if got := civil.DayOf(tt.at); got != tt.want {
			t.Errorf("DayOf(%v) = %s, want %s", tt.at, got, tt.want)
		}
	}
}

func TestIsDayTakesWhatTheCalendarHas(t *testing.T) {
	for s, want := range map[string]bool{
		"2016-03-01": true, "2024-02-29": true, "1949-10-01": true,
		"2016-13-45": false, "2026-02-29": false, "2016-00-01": false, "2016-04-31": false,
		"2016-3-1": false, "2016/03/01": false, "20160301": false, "2016-03-01 ": false, "２０１６-03-01": false, "": false,
	} {
		if got := civil.IsDay(s); got != want {
			t.Errorf("IsDay(%q) = %v", s, got)
		}
	}
}

func TestDaysAreCounted(t *testing.T) {
	for _, tt := range []struct {
		day  string
		n    int
		want string
	}{{"2026-11-30", 1, "2026-12-01"}, {"2024-02-28", 1, "2024-02-29"}, {"2026-01-01", -1, "2025-12-31"}, {"2026-11-30", 0, "2026-11-30"}} {
		if got, err := civil.AddDays(tt.day, tt.n); err != nil || got != tt.want {
			t.Errorf("AddDays(%s, %d) = %s, %v", tt.day, tt.n, got, err)
		}
	}
	if got, err := civil.AddDays("2026-02-30", 1); err == nil {
		t.Errorf("a day after 2026-02-30: %s", got)
	}
	start, err := civil.Start("2026-11-23")
	if err != nil || !start.Equal(time.Date(2026, 11, 22, 16, 0, 0, 0, time.UTC)) || civil.DayOf(start) != "2026-11-23" || civil.DayOf(start.Add(-1)) != "2026-11-22" {
		t.Errorf("Start: %v, %v", start, err)
	}
}

// TestEveryDayBeginsOnItself walks every day of 1901 to 2030: the instant at which it begins belongs to it, the instant
// before belongs to the day before. Clocks in Shanghai have been put forward at midnight, so that a day began at 1:00.
func TestEveryDayBeginsOnItself(t *testing.T) {
	days, wrong, late := 0, 0, 0
	day := "1901-01-01"
	for before := "1900-12-31"; day <= "2030-12-31"; days++ {
		start, err := civil.Start(day)
		if err != nil || civil.DayOf(start) != day || civil.DayOf(start.Add(-1)) != before {
			t.Errorf("%s begins at %v, %v", day, start, err)
			wrong++
		}
		// The control: with UTC+8 all year, as it is since 1992, these days begin on another day or not at their beginning.
		fixed, _ := time.ParseInLocation(civil.Layout, day, time.FixedZone("UTC+8", 8*3600))
		if !fixed.Equal(start) {
			late++
		}
		before = day
		if day, err = civil.AddDays(day, 1); err != nil {
			t.Fatal(err)
		}
	}
	if days != 47_482 || late == 0 {
		t.Errorf("%d days, %d of them unlike UTC+8", days, late)
	}
	testkit.Score(t, "civil dates round-tripped, 1901–2030", fmt.Sprintf("%d/%d", days-wrong, days), wrong == 0,
		fmt.Sprintf("with UTC+8 all year %d days would begin at another instant", late))
}

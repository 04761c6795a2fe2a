package civil_test

import (
	"testing"
	"time"

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

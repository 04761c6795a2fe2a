package region

import (
	"testing"
	"time"
)

func TestADayBeginsAtMidnightInInnerMongolia(t *testing.T) {
	for instant, want := range map[string]string{
		"2026-11-22T15:59:59.999Z": "2026-11-22", "2026-11-22T16:00:00Z": "2026-11-23", "2026-07-01T16:00:00Z": "2026-07-02",
	} {
		at, err := time.Parse(time.RFC3339Nano, instant)
		if err != nil {
			t.Fatal(err)
		}
		if got := DayOf(at); got != want {
			t.Errorf("DayOf(%s) = %s, want %s", instant, got, want)
		}
	}
}

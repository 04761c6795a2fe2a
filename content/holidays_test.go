package content

import (
	"testing"
	"testing/fstest"
	"time"

	"github.com/6tail/lunar-go/HolidayUtil"

	"pugongying/internal/civil"
)

// recorded are the days of the library, whose lists end with 2027.
func recorded(year int) map[string]civil.Day {
	days := map[string]civil.Day{}
	list := HolidayUtil.GetHolidaysByYear(year)
	for e := list.Front(); e != nil; e = e.Next() {
		h, ok := e.Value.(*HolidayUtil.Holiday)
		if !ok {
			continue
		}
		kind := civil.Holiday
		if h.IsWork() {
			kind = civil.Makeup
		}
		days[h.GetDay()] = civil.Day{Kind: kind, Name: h.GetName()}
	}
	return days
}

// The files agree day by day with a second source, lunar-go, which alone of four libraries has 2027. Where the State
// Council's notice and the library differ, the notice holds and the difference stands here.
func TestHolidaysAgreeWithASecondSource(t *testing.T) {
	years, err := Holidays()
	if err != nil {
		t.Fatal(err)
	}
	calendar, compared := civil.NewCalendar(years...), 0
	for _, y := range years {
		days := recorded(y.Number)
		if len(days) < 20 {
			t.Errorf("the library has %d days of %d", len(days), y.Number)
		}
		for at := time.Date(y.Number, 1, 1, 12, 0, 0, 0, time.UTC); at.Year() == y.Number; at = at.AddDate(0, 0, 1) {
			day := civil.DayOf(at)
			ours, theirs := calendar.Of(day), days[day]
			listed := ours.Kind == civil.Holiday || ours.Kind == civil.Makeup
			if listed != (theirs.Kind != 0) || listed && ours.Kind != theirs.Kind {
				t.Errorf("%s: %+v, the library %+v", day, ours, theirs)
			}
			if listed != (ours.Name != "") || ours.Checked != (y.Notice != "") {
				t.Errorf("%s: %+v", day, ours)
			}
			compared++
		}
	}
	if compared != 730 {
		t.Errorf("%d days compared", compared)
	}
}

func TestOnlyAYearWithItsNoticeIsCertain(t *testing.T) {
	years, _ := Holidays()
	calendar := civil.NewCalendar(years...)
	if d := calendar.Of("2026-02-14"); d.Kind != civil.Makeup || !d.Certain() {
		t.Errorf("2026-02-14 is %+v", d)
	}
	if d := calendar.Of("2027-02-05"); d.Certain() {
		t.Errorf("2027-02-05 is certain, and there is no notice: %+v", d)
	}
}

func TestAFileOfHolidaysBearsItsYear(t *testing.T) {
	for name, files := range map[string]fstest.MapFS{
		"another year": {"holidays/2027.txt": {Data: []byte("year 2026\noff 2026-01-01 2026-01-01 元旦\n")}},
		"faulty":       {"holidays/2026.txt": {Data: []byte("year 2026\n")}},
	} {
		if _, err := ReadHolidays(files); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	if years, err := ReadHolidays(fstest.MapFS{}); err != nil || years != nil {
		t.Errorf("no file: %v, %v", years, err)
	}
}

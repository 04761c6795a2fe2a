package civil_test

import (
	"strings"
	"testing"
	"time"

	"pugongying/internal/civil"
)

const year2026 = `# a comment
year 2026
notice 国办发明电〔2025〕7号
off 2026-01-01 2026-01-03 元旦

work 2026-01-04 元旦
`

func parsed(t *testing.T, text string) civil.Year {
	t.Helper()
	y, err := civil.ParseYear(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return y
}

func TestADayIsWorkedOrNot(t *testing.T) {
	unchecked := strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(year2026, "2026", "2028"), "notice", "# notice"), "2028-01-04", "2028-01-08")
	c := civil.NewCalendar(parsed(t, year2026), parsed(t, unchecked))
	for day, want := range map[string]struct {
		kind    civil.DayKind
		name    string
		certain bool
	}{
		"2026-01-01": {civil.Holiday, "元旦", true}, "2026-01-03": {civil.Holiday, "元旦", true}, "2026-01-04": {civil.Makeup, "元旦", true},
		"2026-01-05": {civil.Workday, "", true}, "2026-01-10": {civil.Weekend, "", true},
		"2028-01-01": {civil.Holiday, "元旦", false}, "2028-01-08": {civil.Makeup, "元旦", false},
		"2028-01-04": {civil.Workday, "", true}, "2028-01-09": {civil.Weekend, "", true},
		"2027-01-01": {civil.DayUnknown, "", false}, "2027-06-01": {civil.DayUnknown, "", false}, "2026-13-01": {civil.DayUnknown, "", false},
	} {
		if d := c.Of(day); d.Kind != want.kind || d.Name != want.name || d.Certain() != want.certain {
			t.Errorf("%s is %+v, certain %v", day, d, d.Certain())
		}
	}
	if got := c.Unchecked("2026-12-01", "2028-01-31"); len(got) != 2 || got[0] != 2027 || got[1] != 2028 {
		t.Errorf("待核: %v", got)
	}
	if c.Unchecked("2026-01-01", "2026-12-31") != nil || c.Unchecked("", "2026-01-01") != nil {
		t.Error("a year with a notice is 待核")
	}
	if got := (civil.Calendar{}).Of("2026-01-05"); got.Certain() {
		t.Error("a calendar without years knows a day")
	}
	if civil.Weekday("2026-11-30") != time.Monday {
		t.Error("2026-11-30 is a Monday")
	}
}

func TestALaterFileOfAYearHolds(t *testing.T) {
	c := civil.NewCalendar(parsed(t, year2026), parsed(t, "year 2026\nnotice X\noff 2026-01-02 2026-01-02 元旦\n"))
	if c.Of("2026-01-01").Kind != civil.Workday || c.Of("2026-01-02").Kind != civil.Holiday {
		t.Error("the earlier file holds")
	}
}

func TestAFaultyYearIsRefused(t *testing.T) {
	for name, text := range map[string]string{
		"no year":              "off 2026-01-01 2026-01-03 元旦\n",
		"no day":               "year 2026\n",
		"two years":            "year 2026\nyear 2027\noff 2027-01-01 2027-01-01 元旦\n",
		"another year's day":   "year 2026\noff 2025-12-31 2026-01-01 元旦\n",
		"a day twice":          "year 2026\noff 2026-01-01 2026-01-03 元旦\noff 2026-01-03 2026-01-03 元旦\n",
		"a weekday is worked":  "year 2026\noff 2026-01-01 2026-01-03 元旦\nwork 2026-01-05 元旦\n",
		"a day that is none":   "year 2026\noff 2026-02-30 2026-03-01 元旦\n",
		"the last before":      "year 2026\noff 2026-01-03 2026-01-01 元旦\n",
		"no name":              "year 2026\noff 2026-01-01 2026-01-03\n",
		"another word":         "year 2026\nfree 2026-01-01 2026-01-03 元旦\n",
		"a year that is none":  "year 二〇二六\noff 2026-01-01 2026-01-03 元旦\n",
		"no end":               "year 2026\noff 2026-01-01 元旦\n",
		"a line without words": "year 2026\noff\n",
	} {
		if _, err := civil.ParseYear(strings.NewReader(text)); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

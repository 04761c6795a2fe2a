package directory

import (
	"strings"
	"testing"
	"time"

	"pugongying/internal/civil"
)

var (
	workday   = civil.Day{Kind: civil.Workday, Checked: true}
	holiday   = civil.Day{Kind: civil.Holiday, Checked: true}
	makeup    = civil.Day{Kind: civil.Makeup, Checked: true}
	unchecked = civil.Day{Kind: civil.Holiday}
)

func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, time.FixedZone("CST", 8*3600))
	if err != nil {
		panic(err)
	}
	return t
}

func TestHoursSayWhoAnswersNow(t *testing.T) {
	for _, tt := range []struct {
		hours, at, until string
		day              civil.Day
	}{
		{"周一至周五 9:00—12:00，14:30—17:00", "2026-11-30 09:00", "12:00", workday}, // a Monday
		{"周一至周五 9:00—12:00，14:30—17:00", "2026-11-30 12:00", "", workday},
		{"周一至周五 9:00—12:00，14:30—17:00", "2026-11-30 16:59", "17:00", workday},
		{"周一至周五 9:00—12:00，14:30—17:00", "2026-11-28 10:00", "", workday}, // a Saturday
		{"周一至周五 8:30-17:30", "2026-10-01 10:00", "", holiday},
		{"周一至周五 8:30-17:30", "2027-10-01 10:00", "", unchecked}, // nobody knows yet
		{"周一至周五 8:30-17:30", "2026-10-10 10:00", "", makeup},
		{"工作日 8:30-17:30", "2026-10-10 10:00", "17:30", makeup},
		{"工作日 8:30-17:30", "2026-10-01 10:00", "", holiday},
		{"每天 9:00～21:00", "2026-10-01 20:59", "21:00", unchecked},
		{"每天 9:00~21:00", "2026-10-01 20:59", "21:00", unchecked},
		{"每天 24 小时", "2026-10-01 00:00", "24:00", civil.Day{}},
		{"周一至周五 9:00—17:00；周六 9:00—12:00", "2026-11-28 10:00", "12:00", workday},
		{"周一、周三、周五 9:00—17:00", "2026-12-02 10:00", "17:00", workday},
		{"周一、周三、周五 9:00—17:00", "2026-12-03 10:00", "", workday},
		{"周六至周一 9:00—17:00", "2026-11-29 10:00", "17:00", workday},
		{"周六至周一 9:00—17:00", "2026-12-01 10:00", "", workday},
		{"星期一到星期五 9：00至17：00", "2026-11-30 10:00", "17:00", workday},
	} {
		h, err := ParseHours(tt.hours)
		until, answers := h.Until(at(tt.at), tt.day)
		if err != nil || answers != (tt.until != "") || answers && until != tt.until {
			t.Errorf("%s at %s, %+v: %q, %v, %v", tt.hours, tt.at, tt.day, until, answers, err)
		}
	}
}

func TestHoursThatNobodyCanReadPromiseNothing(t *testing.T) {
	for _, hours := range []string{"", "x", "上班时间", "9:00—17:00", "周一至周五", "周一至周五 9点", "周一至周五 17:00—9:00", "每天 9:00—25:00", "每天 9:61—10:00", "周八 9:00—10:00"} {
		if h, err := ParseHours(hours); err == nil {
			t.Errorf("%q was read as %v", hours, h)
		}
	}
	if until, answers := Hours(nil).Until(at("2026-11-30 10:00"), workday); answers {
		t.Errorf("no hours answer until %s", until)
	}
}

const several = `
hotlines:
  - {name: 盟妇联, number: 0482-1, kind: women, hours: 周一至周五 8:30—17:30, tested: "2026-11-20", region: "152200000000"}
  - {name: 旗妇联, number: 0482-222, kind: women, hours: 周一至周五 9:00—12:00, tested: "2026-11-20", region: "152221000000"}
  - {name: 旗法援, number: 0482-333, kind: law, hours: 工作日 9:00—17:00, tested: "2026-11-20", region: "152221000000"}
  - {name: 救助站, number: 0482-444, kind: shelter, hours: 每天 8:00—20:00, tested: "2026-11-20", region: "152221000000"}
  - {name: 旧的, number: 0482-555, kind: women, hours: 每天 24 小时, tested: "2026-01-20", region: "152221000000"}
  - {name: 说不清, number: 0482-666, kind: women, hours: 白天, tested: "2026-11-20", region: "152221000000"}
`

// calendarOf makes 2026-11-30 a day of one kind.
func calendarOf(t *testing.T, kind civil.DayKind) civil.Calendar {
	t.Helper()
	year := "year 2026\nnotice 试1号\noff 2026-10-01 2026-10-01 国庆\n"
	switch kind {
	case civil.DayUnknown:
		return civil.Calendar{}
	case civil.Holiday:
		year += "off 2026-11-30 2026-11-30 节\n"
	}
	y, err := civil.ParseYear(strings.NewReader(year))
	if err != nil {
		t.Fatal(err)
	}
	return civil.NewCalendar(y)
}

func TestTheNearestLineThatAnswersNow(t *testing.T) {
	for _, tt := range []struct {
		now   string
		kinds []Kind
		day   civil.Day
		want  string
	}{
		{"2026-11-30 10:00", []Kind{Women, Shelter}, workday, "旗妇联"},
		{"2026-11-30 13:00", []Kind{Women, Shelter}, workday, "盟妇联"},
		{"2026-11-30 13:00", []Kind{Mind}, workday, "旗法援"},
		{"2026-11-30 19:00", []Kind{Women, Law}, workday, "救助站"},
		{"2026-11-30 10:00", []Kind{Women, Law}, holiday, "救助站"},
		{"2026-11-30 10:00", []Kind{Women, Law}, civil.Day{}, "救助站"},
		{"2026-11-30 21:00", []Kind{Women}, workday, ""},
	} {
		c := checking(t, false, at(tt.now))
		c.Calendar = calendarOf(t, tt.day.Kind)
		h, err := Load([]byte(strings.Replace(several, "0482-1,", "0482-111,", 1)), c)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := h.Now("152221100000", tt.kinds...); got.Name != tt.want || ok != (tt.want != "") {
			t.Errorf("at %s for %v, %+v: %s, want %s", tt.now, tt.kinds, tt.day, got.Name, tt.want)
		}
		if unclear := h.Unclear(); len(unclear) != 1 || unclear[0].Name != "说不清" {
			t.Errorf("unclear: %v", unclear)
		}
	}
}

func TestWithoutACalendarOnlyEveryDayAnswers(t *testing.T) {
	h, err := Load([]byte(strings.Replace(several, "0482-1,", "0482-111,", 1)), checking(t, false, at("2026-11-30 10:00")))
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := h.Now("152221100000", Women); !ok || got.Name != "救助站" {
		t.Errorf("%s answers", got.Name)
	}
}

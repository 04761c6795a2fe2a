package civil

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// DayKind says whether people here work on a day.
type DayKind int

// The kinds of days. The zero value is a day of a year that has no file.
const (
	DayUnknown DayKind = iota
	Workday            // Monday to Friday
	Weekend            // Saturday and Sunday
	Holiday            // 放假
	Makeup             // 调休上班: a weekend on which people work
)

// Day is what the calendar knows of one day. Where the year has no notice of the State Council its holidays are only
// expected (待核): Checked is false, and nobody may rely on them.
type Day struct {
	Kind    DayKind
	Name    string // of the holiday: 春节
	Checked bool
}

// Certain reports whether the day is known for certain to be what Kind says. In a year without a notice this is so of
// every day that nobody expects to be a holiday or a 调休 day.
func (d Day) Certain() bool {
	return d.Kind != DayUnknown && (d.Checked || d.Kind != Holiday && d.Kind != Makeup)
}

// Year is the holidays of one year.
type Year struct {
	Number int
	Notice string // of the State Council, as it is cited; empty: 待核
	days   map[string]Day
}

// Calendar is years, each with a file. The zero Calendar knows no year.
type Calendar struct{ years map[int]Year }

// NewCalendar is a calendar of years; the later of two files of one year holds.
func NewCalendar(years ...Year) Calendar {
	c := Calendar{years: map[int]Year{}}
	for _, y := range years {
		c.years[y.Number] = y
	}
	return c
}

// Of is what is known of a day; the zero Day where IsDay is false.
func (c Calendar) Of(day string) Day {
	t, err := time.Parse(Layout, day)
	if err != nil {
		return Day{}
	}
	y, known := c.years[t.Year()]
	if !known {
		return Day{}
	}
	if listed, special := y.days[day]; special {
		return listed
	}
	d := Day{Kind: Workday, Checked: y.Notice != ""}
	if t.Weekday() == time.Saturday || t.Weekday() == time.Sunday {
		d.Kind = Weekend
	}
	return d
}

// Unchecked lists the years of a range of days whose holidays nobody may rely on: without a notice or without a file.
func (c Calendar) Unchecked(from, to string) (years []int) {
	first, err := time.Parse(Layout, from)
	last, err2 := time.Parse(Layout, to)
	if err != nil || err2 != nil {
		return nil
	}
	for y := first.Year(); y <= last.Year(); y++ {
		if c.years[y].Notice == "" {
			years = append(years, y)
		}
	}
	return years
}

// Weekday is the day of the week of a day; Sunday where IsDay is false.
func Weekday(day string) time.Weekday {
	t, err := time.Parse(Layout, day)
	if err != nil {
		return time.Sunday
	}
	return t.Weekday()
}

// ParseYear reads the file of a year: lines of
//
//	year 2026
//	notice 国办发明电〔2025〕7号
//	off 2026-01-01 2026-01-03 元旦
//	work 2026-01-04 元旦
//
// with comments behind #. The line notice stands only where somebody compared the days with the notice. It refuses a day
// of another year, a day that is listed twice, a weekday to be worked and a file without its year.
func ParseYear(r io.Reader) (Year, error) {
	y := Year{days: map[string]Day{}}
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		if err := y.line(fields); err != nil {
			return Year{}, fmt.Errorf("civil: holidays: %q: %w", lines.Text(), err)
		}
	}
	if err := lines.Err(); err != nil {
		return Year{}, fmt.Errorf("civil: holidays: %w", err)
	}
	if y.Number == 0 || len(y.days) == 0 {
		return Year{}, errors.New("civil: holidays: no year or no day")
	}
	for day, d := range y.days {
		d.Checked = y.Notice != ""
		y.days[day] = d
	}
	return y, nil
}

var errHolidayLine = errors.New("want year NUMBER, notice TEXT, off FIRST LAST NAME or work DAY NAME")

func (y *Year) line(fields []string) (err error) {
	switch {
	case fields[0] == "year" && len(fields) == 2 && y.Number == 0:
		y.Number, err = strconv.Atoi(fields[1])
		return err
	case fields[0] == "notice" && len(fields) == 2:
		y.Notice = fields[1]
		return nil
	case fields[0] == "off" && len(fields) == 4:
		return y.list(fields[1], fields[2], Day{Kind: Holiday, Name: fields[3]})
	case fields[0] == "work" && len(fields) == 3:
		if w := Weekday(fields[1]); w != time.Saturday && w != time.Sunday {
			return errors.New("a weekday is worked anyway")
		}
		return y.list(fields[1], fields[1], Day{Kind: Makeup, Name: fields[2]})
	}
	return errHolidayLine
}

func (y *Year) list(first, last string, d Day) error {
	if !IsDay(first) || !IsDay(last) || last < first {
		return errors.New("no days")
	}
	for day := first; day <= last; {
		if !strings.HasPrefix(day, strconv.Itoa(y.Number)+"-") {
			return errors.New("a day of another year")
		}
		if _, twice := y.days[day]; twice {
			return errors.New("a day twice")
		}
		y.days[day] = d
		day, _ = AddDays(day, 1) // IsDay
	}
	return nil
}

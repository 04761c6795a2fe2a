package counselling

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pugongying/internal/civil"
	"pugongying/internal/region"
)

const (
	league  region.Code = "150400000000"
	banner  region.Code = "150424000000"
	sumu    region.Code = "150424100000"
	another region.Code = "150423000000"
)

func calendarOf(t testing.TB) civil.Calendar {
	t.Helper()
	var years []civil.Year
	for _, text := range []string{
		"year 2026\nnotice X\noff 2026-10-01 2026-10-07 国庆节\nwork 2026-10-10 国庆节\n",
		"year 2027\noff 2027-01-01 2027-01-03 元旦\nwork 2027-01-31 春节\n",
	} {
		y, err := civil.ParseYear(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		years = append(years, y)
	}
	return civil.NewCalendar(years...)
}

func hm(h, m int) Minute { return Minute(h*60 + m) }

func hours(from, to Minute, room string, modes ...Mode) Hours {
	return Hours{Span: Span{from, to}, Modes: modes, Room: room}
}

// siqin comes Monday to Friday 9:00—12:00 in person and by telephone, 14:00—17:30 by video with a break at 16:00, and on the
// mornings of 调休.
func siqin() Counsellor {
	p := FirstPlan()
	for row := range 5 {
		p.Week[row] = DayPlan{
			Hours:  []Hours{hours(hm(9, 0), hm(12, 0), "R306", InPerson, Phone), hours(hm(14, 0), hm(17, 30), "", Video)},
			Breaks: []Span{{hm(16, 0), hm(16, 10)}},
		}
	}
	p.Week[Makeup] = DayPlan{Hours: []Hours{hours(hm(9, 0), hm(11, 0), "", Phone)}}
	return Counsellor{
		ID: "C1", Account: "A1", Name: "斯琴老师", Topics: []string{"school", "inperson"}, Home: banner, Regions: []region.Code{banner}, State: Active, Plan: p, Schema: schema,
	}
}

func worldOf(t testing.TB, c Counsellor) World {
	return World{Counsellor: c, Calendar: calendarOf(t), Rooms: map[string]Room{
		"R306": {ID: "R306", Region: banner, Name: "活动中心 306"}, "R1": {ID: "R1", Region: sumu, Name: "社工站"},
	}}
}

// wednesday is 2026-09-23, 8:00.
var wednesday = time.Date(2026, 9, 23, 0, 0, 0, 0, time.UTC)

func starts(slots []Slot) string {
	var said []string
	for _, s := range slots {
		said = append(said, s.Day[5:]+" "+s.At.String())
	}
	return strings.Join(said, " ")
}

func TestSlotsComeFromThePlan(t *testing.T) {
	w := worldOf(t, siqin())
	for name, tt := range map[string]struct {
		q    Query
		want string
	}{
		"a day":               {Query{From: "2026-09-25", To: "2026-09-25"}, "09-25 9:00 09-25 10:00 09-25 11:00 09-25 14:00 09-25 15:00 09-25 16:10"},
		"in person":           {Query{From: "2026-09-25", To: "2026-09-25", Mode: InPerson, Region: sumu}, "09-25 9:00 09-25 10:00 09-25 11:00"},
		"by video":            {Query{From: "2026-09-25", To: "2026-09-25", Mode: Video}, "09-25 14:00 09-25 15:00 09-25 16:10"},
		"another region":      {Query{From: "2026-09-25", To: "2026-09-25", Region: another}, ""},
		"her topic":           {Query{From: "2026-09-25", To: "2026-09-25", Mode: InPerson, Topic: "school"}, "09-25 9:00 09-25 10:00 09-25 11:00"},
		"another topic":       {Query{From: "2026-09-25", To: "2026-09-25", Topic: "phone"}, ""},
		"said when they meet": {Query{From: "2026-09-25", To: "2026-09-25", Mode: InPerson, Topic: "inperson"}, "09-25 9:00 09-25 10:00 09-25 11:00"},
		"longer than hers":    {Query{From: "2026-09-25", To: "2026-09-25", Length: 60}, ""},
		"as long as hers":     {Query{From: "2026-09-25", To: "2026-09-25", Mode: InPerson, Length: 50}, "09-25 9:00 09-25 10:00 09-25 11:00"},
		"a weekend":           {Query{From: "2026-09-26", To: "2026-09-27"}, ""},
		"a holiday":           {Query{From: "2026-10-01", To: "2026-10-07"}, ""},
		"调休":                  {Query{From: "2026-10-10", To: "2026-10-10"}, "10-10 9:00 10-10 10:00"},
		"before it is 24h":    {Query{From: "2026-09-01", To: "2026-09-24", Mode: InPerson}, "09-24 9:00 09-24 10:00 09-24 11:00"},
		"today":               {Query{From: "2026-09-23", To: "2026-09-23"}, ""},
		"today, by telephone": {Query{From: "2026-09-23", To: "2026-09-23", Mode: InPerson, ByStaff: true}, "09-23 9:00 09-23 10:00 09-23 11:00"},
		"the last day":        {Query{From: "2026-10-21", To: "2026-12-31", Mode: InPerson}, "10-21 9:00 10-21 10:00 10-21 11:00"},
		"no days":             {Query{From: "", To: "x"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			tt.q.Now = wednesday
			if got := starts(w.Slots(tt.q)); got != tt.want {
				t.Errorf("%s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestASlotSaysWhatIsPossible(t *testing.T) {
	c := siqin()
	c.Plan.Before = 10
	s := worldOf(t, c).Slots(Query{From: "2026-09-25", To: "2026-09-25", Now: wednesday})[0]
	want := Slot{
		Counsellor: "C1", Day: "2026-09-25", At: hm(9, 0), Until: hm(9, 50), Modes: []Mode{InPerson, Phone}, Room: "R306",
		Start: time.Date(2026, 9, 25, 1, 0, 0, 0, time.UTC), End: time.Date(2026, 9, 25, 1, 50, 0, 0, time.UTC),
		BusyFrom: time.Date(2026, 9, 25, 0, 50, 0, 0, time.UTC), BusyTo: time.Date(2026, 9, 25, 2, 0, 0, 0, time.UTC),
	}
	if fmt.Sprint(s.Start.UTC(), s.End.UTC(), s.BusyFrom.UTC(), s.BusyTo.UTC()) != fmt.Sprint(want.Start, want.End, want.BusyFrom, want.BusyTo) ||
		s.At != want.At || s.Until != want.Until || !slices.Equal(s.Modes, want.Modes) || s.Room != want.Room || s.Counsellor != "C1" {
		t.Errorf("%+v", s)
	}
	if s := worldOf(t, c).Slots(Query{From: "2026-09-25", To: "2026-09-25", Mode: Phone, Now: wednesday})[0]; s.Room != "" {
		t.Errorf("on the telephone in room %s", s.Room)
	}
}

// closures are worlds and times with the rule that closes each.
func closures(t *testing.T) map[string]struct {
	change func(*World)
	day    string
	at     Minute
	q      Query
	rule   Rule
	words  string
} {
	t.Helper()
	off := func(kind Kind, span Span, dates ...string) func(*World) {
		return func(w *World) {
			w.Counsellor.Exceptions = []Exception{{ID: "E", Kind: kind, Dates: dates, Span: span, Reason: Training}}
		}
	}
	type row = struct {
		change func(*World)
		day    string
		at     Minute
		q      Query
		rule   Rule
		words  string
	}
	return map[string]row{
		"open":             {nil, "2026-09-25", hm(9, 0), Query{}, RuleOpen, ""},
		"suspended":        {func(w *World) { w.Counsellor.State = Suspended }, "2026-09-25", hm(9, 0), Query{}, RuleSuspended, "停着"},
		"region":           {nil, "2026-09-25", hm(9, 0), Query{Region: another}, RuleRegion, "不接这个地区"},
		"topic":            {nil, "2026-09-25", hm(9, 0), Query{Topic: "fear"}, RuleTopic, "不谈"},
		"length":           {nil, "2026-09-25", hm(9, 0), Query{Length: 90}, RuleLength, "没有这么长"},
		"past":             {nil, "2026-09-22", hm(9, 0), Query{ByStaff: true}, RulePast, "过去"},
		"notice":           {nil, "2026-09-23", hm(9, 0), Query{}, RuleNotice, "最少提前 1 天约"},
		"horizon":          {nil, "2026-10-22", hm(9, 0), Query{}, RuleHorizon, "28 天"},
		"off all day":      {off(Off, Span{}, "2026-09-25"), "2026-09-25", hm(9, 0), Query{}, RuleOff, "外出培训，全天"},
		"off in part":      {off(Off, Span{hm(9, 0), hm(10, 0)}, "2026-09-25"), "2026-09-25", hm(9, 0), Query{}, RuleOff, "外出培训 9:00—10:00"},
		"off, its buffer":  {off(Off, Span{hm(9, 50), hm(10, 0)}, "2026-09-25"), "2026-09-25", hm(9, 0), Query{}, RuleOff, "例外"},
		"not in that part": {off(Off, Span{hm(9, 0), hm(10, 0)}, "2026-09-25"), "2026-09-25", hm(10, 0), Query{}, RuleOpen, ""},
		"holiday":          {nil, "2026-10-01", hm(9, 0), Query{}, RuleHoliday, "国庆节放假"},
		"open on a holiday": {func(w *World) {
			w.Counsellor.Exceptions = []Exception{{Kind: Open, Dates: []string{"2026-10-01"}, Day: DayPlan{Hours: []Hours{hours(hm(9, 0), hm(10, 0), "", Phone)}}}}
		}, "2026-10-01", hm(9, 0), Query{}, RuleOpen, ""},
		"unchecked":       {func(w *World) { w.Counsellor.Plan.Horizon = 180 }, "2027-01-01", hm(9, 0), Query{}, RuleUnchecked, "可能是元旦"},
		"unchecked 调休":    {func(w *World) { w.Counsellor.Plan.Horizon = 180 }, "2027-01-31", hm(9, 0), Query{}, RuleUnchecked, "待核"},
		"an ordinary day": {func(w *World) { w.Counsellor.Plan.Horizon = 180 }, "2027-01-04", hm(9, 0), Query{}, RuleOpen, ""},
		"a year unknown":  {func(w *World) { w.Calendar = civil.Calendar{} }, "2026-09-25", hm(9, 0), Query{}, RuleUnchecked, "这一年的放假通知还没导入"},
		"weekend":         {nil, "2026-09-26", hm(9, 0), Query{}, RuleNoDay, "平时这一天不来"},
		"hours":           {nil, "2026-09-25", hm(13, 0), Query{}, RuleHours, "不在"},
		"across two":      {nil, "2026-09-25", hm(11, 30), Query{}, RuleHours, "不在"},
		"break":           {nil, "2026-09-25", hm(15, 30), Query{}, RuleBreak, "16:00—16:10"},
		"break, a buffer": {nil, "2026-09-25", hm(15, 10), Query{}, RuleBreak, "16:00—16:10"},
		"mode":            {nil, "2026-09-25", hm(9, 0), Query{Mode: Video}, RuleMode, "不这样谈"},
		"room closed": {func(w *World) {
			w.Rooms["R306"] = Room{ID: "R306", Region: banner, Closed: []Days{{"2026-09-24", "2026-09-25"}}}
		}, "2026-09-25", hm(9, 0), Query{Mode: InPerson}, RuleRoom, "房间那天关门"},
		"room gone":     {func(w *World) { delete(w.Rooms, "R306") }, "2026-09-25", hm(9, 0), Query{Mode: InPerson}, RuleRoom, "房间"},
		"room far away": {func(w *World) { w.Rooms["R306"] = Room{Region: another} }, "2026-09-25", hm(9, 0), Query{Mode: InPerson, Region: banner}, RuleRoomRegion, "房间不在"},
		"grid":          {nil, "2026-09-25", hm(9, 10), Query{}, RuleGrid, "不是一次的开头"},
	}
}

func TestEveryClosedTimeNamesItsRule(t *testing.T) {
	seen := map[Rule]bool{}
	for name, tt := range closures(t) {
		t.Run(name, func(t *testing.T) {
			w := worldOf(t, siqin())
			if tt.change != nil {
				tt.change(&w)
			}
			tt.q.Now = wednesday
			v := w.Why(tt.day, tt.at, tt.q)
			said := v.Sentence(w.Counsellor)
			if v.Rule != tt.rule || !strings.Contains(said, tt.words) || (said == "") != (v.Rule == RuleOpen) {
				t.Errorf("closed by %q: %s", v.Rule, said)
			}
			seen[v.Rule] = true
		})
	}
	for _, r := range []Rule{
		RuleOpen, RuleSuspended, RuleRegion, RuleTopic, RuleLength, RulePast, RuleNotice, RuleHorizon, RuleOff, RuleUnchecked, RuleHoliday,
		RuleNoDay, RuleHours, RuleBreak, RuleMode, RuleRoom, RuleRoomRegion, RuleGrid,
	} {
		if !seen[r] {
			t.Errorf("no time is closed by %q", r)
		}
	}
}

// A closed room closes meeting, not telephoning.
func TestTheOtherModesStayWhereARoomIsClosed(t *testing.T) {
	w := worldOf(t, siqin())
	w.Rooms["R306"] = Room{ID: "R306", Region: banner, Closed: []Days{{"2026-09-25", "2026-09-25"}}}
	s := w.Slots(Query{From: "2026-09-25", To: "2026-09-25", Now: wednesday})
	if len(s) != 6 || !slices.Equal(s[0].Modes, []Mode{Phone}) || s[0].Room != "" {
		t.Errorf("%+v", s)
	}
}

func TestTimesAreReadAndSaid(t *testing.T) {
	for s, want := range map[string]Minute{"9:00": 540, "09:00": 540, "23:50": 1430, "0:00": 0, "24:00": 1440} {
		if got, err := ParseMinute(s); err != nil || got != want {
			t.Errorf("%s is %d, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "9", "9:5", "9:05", "25:00", "9:60", "-1:00", "09:00+09:00", "2026-12-01T09:00:00Z", "９:00", "009:00", "9:00:00"} {
		if _, err := ParseMinute(s); err == nil {
			t.Errorf("%q is taken", s)
		}
	}
	day, at := MinuteOf(time.Date(2026, 9, 24, 10, 0, 0, 0, time.FixedZone("Tokyo", 9*3600)))
	if day != "2026-09-24" || at != hm(9, 0) || at.String() != "9:00" {
		t.Errorf("%s %s", day, at)
	}
	if !hm(9, 0).On("2026-02-30").IsZero() {
		t.Error("2026-02-30 has a morning")
	}
}

package counselling

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"pugongying/internal/civil"
	"pugongying/internal/region"
	"pugongying/internal/testkit"
)

// holidayYears are random holidays for a span of years, every third without a notice, so that random plans meet 放假, 调休 and
// 待核 in every month.
func holidayYears(t testing.TB, r *rand.Rand, from, to int) civil.Calendar {
	t.Helper()
	var years []civil.Year
	for y := from; y <= to; y++ {
		var text strings.Builder
		fmt.Fprintf(&text, "year %d\n", y)
		if y%3 != 0 {
			text.WriteString("notice X\n")
		}
		for month := time.January; month <= time.December; month++ {
			first := time.Date(y, month, 1+r.IntN(20), 0, 0, 0, 0, time.UTC)
			last := first.AddDate(0, 0, r.IntN(3))
			fmt.Fprintf(&text, "off %s %s 节\n", first.Format(civil.Layout), last.Format(civil.Layout))
			for work := last.AddDate(0, 0, 1); work.Month() == month; work = work.AddDate(0, 0, 1) {
				if work.Weekday() == time.Sunday {
					fmt.Fprintf(&text, "work %s 节\n", work.Format(civil.Layout))
					break
				}
			}
		}
		parsed, err := civil.ParseYear(strings.NewReader(text.String()))
		if err != nil {
			t.Fatal(err)
		}
		years = append(years, parsed)
	}
	return civil.NewCalendar(years...)
}

func on10(r *rand.Rand, low, high Minute) Minute {
	return low + Grid*Minute(r.IntN(int(high-low)/int(Grid)+1))
}

func randomDay(r *rand.Rand, length Minute) (d DayPlan) {
	for t := on10(r, EarliestHour, EarliestHour+120); t+length <= LatestHour && len(d.Hours) < 5; {
		to := min(on10(r, t+length, t+length+240), LatestHour)
		modes := [][]Mode{{InPerson}, {Phone}, {InPerson, Phone, Video}, {Video, Phone}}[r.IntN(4)]
		h := Hours{Span: Span{t, to}, Modes: modes}
		if slices.Contains(modes, InPerson) {
			h.Room = []string{"R306", "R1"}[r.IntN(2)]
		}
		if from := on10(r, t, to-Grid); r.IntN(2) == 0 {
			d.Breaks = append(d.Breaks, Span{from, min(from+on10(r, 10, 60), to)})
		}
		d.Hours = append(d.Hours, h)
		t = to + on10(r, 0, 90)
	}
	return d
}

func randomPlan(r *rand.Rand) Plan {
	p := Plan{
		Length: on10(r, MinLength, MaxLength), Before: on10(r, 0, 30), After: on10(r, 0, 30),
		Notice: Minute(r.IntN(int(MaxNotice))), Horizon: 1 + r.IntN(MaxHorizon),
	}
	for row := range p.Week {
		if r.IntN(4) > 0 {
			p.Week[row] = randomDay(r, p.Length)
		}
	}
	return p
}

func randomExceptions(r *rand.Rand, p Plan, first string) (all []Exception) {
	for i := range r.IntN(8) {
		e := Exception{ID: fmt.Sprint("E", i), Kind: Off, Reason: Leave}
		if r.IntN(2) == 0 {
			from := on10(r, EarliestHour, LatestHour-60)
			e.Span = Span{from, from + on10(r, 10, 60)}
		}
		if r.IntN(3) == 0 {
			e = Exception{ID: e.ID, Kind: Open, Day: randomDay(r, p.Length)}
		}
		for n := range 1 + r.IntN(4) {
			day, err := civil.AddDays(first, i*20+n*(1+r.IntN(4)))
			if err == nil && !slices.Contains(e.Dates, day) {
				e.Dates = append(e.Dates, day)
			}
		}
		slices.Sort(e.Dates)
		all = append(all, e)
	}
	return all
}

// broken says which promise a day's slots break. It knows the rules a second time and in other words: minute by minute.
func broken(w World, day string, slots []Slot, q Query) string {
	p := w.Counsellor.Plan
	busy := map[Minute]string{}
	for i, s := range slots {
		if s.Day != day || s.At%Grid != 0 || s.Until-s.At != p.Length || s.At.On(day) != s.Start || s.Until.On(day) != s.End {
			return fmt.Sprintf("slot %d lies off the grid or has another length: %+v", i, s)
		}
		if s.Start.Sub(q.Now) < time.Duration(p.Notice)*time.Minute || s.Start.Before(q.Now) {
			return "the notice does not hold at " + s.At.String()
		}
		for m := s.At - p.Before; m < s.Until+p.After; m++ {
			if busy[m] != "" {
				return fmt.Sprintf("%s and %s share %s", busy[m], s.At, m)
			}
			busy[m] = s.At.String()
		}
		if fault := outside(w, day, s); fault != "" {
			return fault
		}
	}
	return ""
}

func outside(w World, day string, s Slot) string {
	plan, opened := plannedOn(w, day)
	for m := s.At - w.Counsellor.Plan.Before; m < s.Until+w.Counsellor.Plan.After; m++ {
		for _, b := range plan.Breaks {
			if b.From <= m && m < b.To {
				return fmt.Sprintf("%s reaches into the break %s", s.At, b)
			}
		}
		for _, e := range w.Counsellor.Exceptions {
			if e.Kind == Off && slices.Contains(e.Dates, day) && (e.Span == Span{} || e.Span.From <= m && m < e.Span.To) {
				return fmt.Sprintf("%s reaches into the exception %s", s.At, e.Span)
			}
		}
	}
	for _, h := range plan.Hours {
		if h.From <= s.At && s.Until <= h.To {
			if !slices.Equal(s.Modes, h.Modes) || slices.Contains(h.Modes, InPerson) != (s.Room != "") {
				return fmt.Sprintf("%s in %v, the hours are for %v", s.At, s.Modes, h.Modes)
			}
			return ""
		}
	}
	return fmt.Sprintf("%s is outside her hours (opened %v)", s.At, opened)
}

// plannedOn is the day by the calendar, asked day by day.
func plannedOn(w World, day string) (DayPlan, bool) {
	for _, e := range w.Counsellor.Exceptions {
		if e.Kind == Open && slices.Contains(e.Dates, day) {
			return e.Day, true
		}
	}
	at, _ := time.Parse(civil.Layout, day)
	switch known := w.Calendar.Of(day); {
	case known.Name != "" && (!known.Checked || known.Kind == civil.Holiday):
		return DayPlan{}, false
	case known.Kind == civil.Makeup:
		return w.Counsellor.Plan.Week[7], false
	}
	return w.Counsellor.Plan.Week[map[time.Weekday]int{
		time.Monday: 0, time.Tuesday: 1, time.Wednesday: 2, time.Thursday: 3, time.Friday: 4, time.Saturday: 5, time.Sunday: 6,
	}[at.Weekday()]], false
}

// propertyDays is how many days random plans are followed: 10^5 with PGY_SOAK=1 (make soak), else a
// tenth; under the race detector, which finds nothing in a computation without goroutines, few.
func propertyDays() int {
	if testkit.Racing {
		return 1000
	}
	if os.Getenv("PGY_SOAK") != "" {
		return 100_000
	}
	return 10_000
}

// Notice, horizon, buffers, breaks, exceptions, holidays and 调休 hold for random plans. Of every tenth day all 144 times of
// the grid are asked why they are closed: exactly the slots are open, every other time names a rule.
func TestRandomPlansKeepTheirRules(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 2026))
	calendar := holidayYears(t, r, 2024, 2034)
	days, slots, makeups, ends, faults := 0, 0, 0, 0, 0
	for days < propertyDays() && faults < 5 {
		now := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(r.IntN(9*365*24*60)) * time.Minute)
		w := World{Calendar: calendar, Rooms: map[string]Room{"R306": {ID: "R306", Region: banner}, "R1": {ID: "R1", Region: sumu}}}
		w.Counsellor = Counsellor{ID: "C", State: Active, Regions: []region.Code{banner}, Plan: randomPlan(r)}
		if err := w.Counsellor.Plan.check(w.Rooms); err != nil {
			t.Fatal("a random plan is refused:", err)
		}
		first := civil.DayOf(now)
		w.Counsellor.Exceptions = randomExceptions(r, w.Counsellor.Plan, first)
		q := Query{From: first, Now: now}
		q.To, _ = civil.AddDays(first, w.Counsellor.Plan.Horizon+3)
		byDay := map[string][]Slot{}
		for _, s := range w.Slots(q) {
			byDay[s.Day] = append(byDay[s.Day], s)
		}
		for n := range w.Counsellor.Plan.Horizon + 4 {
			day, _ := civil.AddDays(first, n)
			fault := broken(w, day, byDay[day], q)
			if n > w.Counsellor.Plan.Horizon && len(byDay[day]) > 0 {
				fault = "beyond the horizon"
			}
			if fault == "" && n%10 == 0 {
				fault = unexplained(w, day, byDay[day], q)
			}
			if fault != "" {
				t.Errorf("%s: %s\n%+v", day, fault, w.Counsellor.Plan)
				faults++
			}
			days, slots = days+1, slots+len(byDay[day])
			if calendar.Of(day).Kind == civil.Makeup {
				makeups++
			}
			if next, _ := civil.AddDays(day, 1); next[8:] == "01" {
				ends++
			}
		}
	}
	if slots < days || makeups < days/100 || ends < days/60 {
		t.Errorf("too little was asked: %d days, %d slots, %d makeup days, %d month ends", days, slots, makeups, ends)
	}
	testkit.Score(t, "random plans: notice, buffers, breaks, holidays", fmt.Sprintf("%d broken in %d days, %d slots, %d 调休, %d month ends", faults, days, slots, makeups, ends),
		faults == 0, "without the buffer after a break, without 调休 and with the notice an hour short the test fails")
}

// unexplained finds a time of a day that is open and no slot, or the other way round.
func unexplained(w World, day string, slots []Slot, q Query) string {
	for at := Minute(0); at < dayMinutes; at += Grid {
		v := w.Why(day, at, q)
		offered := slices.ContainsFunc(slots, func(s Slot) bool { return s.At == at })
		if offered != (v.Rule == RuleOpen) || !offered && v.Sentence(w.Counsellor) == "" {
			return fmt.Sprintf("%s is offered %v, closed by %q", at, offered, v.Rule)
		}
	}
	return ""
}

// The controls: what watches the slots sees each promise broken.
func TestABrokenPromiseIsSeen(t *testing.T) {
	w := worldOf(t, siqin())
	w.Counsellor.Plan.Before = 10
	q := Query{From: "2026-09-25", To: "2026-09-25", Now: wednesday}
	good := w.Slots(q)
	if said := broken(w, "2026-09-25", good, q); said != "" || len(good) == 0 {
		t.Fatalf("good slots: %s", said)
	}
	moved := func(by Minute) []Slot {
		s := good[0]
		s.At, s.Until = s.At+by, s.Until+by
		s.Start, s.End = s.At.On(s.Day), s.Until.On(s.Day)
		return []Slot{s}
	}
	late := q
	late.Now = good[0].Start.Add(-23 * time.Hour)
	makeup := w.Slots(Query{From: "2026-10-10", To: "2026-10-10", Now: wednesday})
	for name, said := range map[string]string{
		"off the grid":    broken(w, "2026-09-25", moved(5), q),
		"too soon":        broken(w, "2026-09-25", good, late),
		"a buffer":        broken(w, "2026-09-25", append(moved(60), good[0]), q),
		"a break":         broken(w, "2026-09-25", moved(hm(15, 10)-good[0].At), q),
		"outside":         broken(w, "2026-09-25", moved(hm(12, 30)-good[0].At), q),
		"another day's":   broken(w, "2026-10-10", good, q),
		"an unopened day": unexplained(w, "2026-10-10", nil, q),
	} {
		if said == "" {
			t.Errorf("%s is not seen", name)
		}
	}
	if said := broken(w, "2026-10-10", makeup, q); said != "" || len(makeup) != 2 {
		t.Errorf("调休: %s, %d slots", said, len(makeup))
	}
}

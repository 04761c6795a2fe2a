package counselling

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/audit"
	"pugongying/internal/civil"
	"pugongying/internal/fault"
	"pugongying/internal/region"
	"pugongying/internal/staff"
)

func off(dates ...string) Exception { return Exception{Kind: Off, Dates: dates, Reason: Ill} }

func TestAPlanThatContradictsItselfIsRefusedWithASentence(t *testing.T) {
	long := make([]string, 0, MaxDates+1)
	for n := range MaxDates + 1 {
		day, _ := civil.AddDays("2026-10-01", n)
		long = append(long, day)
	}
	week := func(d DayPlan) Edit {
		p := siqin().Plan
		p.Week[2] = d
		return PlanEdit(p)
	}
	rule := func(change func(*Plan)) Edit {
		p := siqin().Plan
		change(&p)
		return PlanEdit(p)
	}
	for name, tt := range map[string]struct {
		edit Edit
		want *fault.Error
		says string
	}{
		"overlapping":         {week(DayPlan{Hours: []Hours{hours(hm(9, 0), hm(12, 0), "", Phone), hours(hm(11, 0), hm(14, 0), "", Phone)}}), ErrPlan, "周三的 9:00—12:00 和 11:00—14:00 叠在一起了"},
		"out of order":        {week(DayPlan{Hours: []Hours{hours(hm(14, 0), hm(16, 0), "", Phone), hours(hm(9, 0), hm(12, 0), "", Phone)}}), ErrPlan, "请按先后排好"},
		"backwards":           {week(DayPlan{Hours: []Hours{hours(hm(12, 0), hm(9, 0), "", Phone)}}), ErrPlan, "开始要在结束之前"},
		"off the grid":        {week(DayPlan{Hours: []Hours{hours(hm(9, 5), hm(12, 0), "", Phone)}}), ErrPlan, "按 10 分钟"},
		"at night":            {week(DayPlan{Hours: []Hours{hours(hm(3, 0), hm(7, 0), "", Phone)}}), ErrPlan, "超出了 6:00 到 22:00"},
		"too short":           {week(DayPlan{Hours: []Hours{hours(hm(9, 0), hm(9, 30), "", Phone)}}), ErrPlan, "不够谈一次（50 分钟）"},
		"in no mode":          {week(DayPlan{Hours: []Hours{hours(hm(9, 0), hm(12, 0), "")}}), ErrPlan, "请选怎么谈"},
		"a mode twice":        {week(DayPlan{Hours: []Hours{hours(hm(9, 0), hm(12, 0), "", Phone, Phone)}}), ErrPlan, "每种一次"},
		"an unknown mode":     {week(DayPlan{Hours: []Hours{hours(hm(9, 0), hm(12, 0), "", "letter")}}), ErrPlan, "没有的谈法"},
		"in no room":          {week(DayPlan{Hours: []Hours{hours(hm(9, 0), hm(12, 0), "", InPerson)}}), ErrPlan, "请选一个房间"},
		"an unknown room":     {week(DayPlan{Hours: []Hours{hours(hm(9, 0), hm(12, 0), "R9", InPerson)}}), ErrPlan, "请选一个房间"},
		"a room to telephone": {week(DayPlan{Hours: []Hours{hours(hm(9, 0), hm(12, 0), "R306", Phone)}}), ErrPlan, "不用选房间"},
		"a break outside":     {week(DayPlan{Hours: []Hours{hours(hm(9, 0), hm(12, 0), "", Phone)}, Breaks: []Span{{hm(13, 0), hm(14, 0)}}}), ErrPlan, "不在来的时间里"},
		"breaks overlapping":  {week(DayPlan{Hours: []Hours{hours(hm(9, 0), hm(12, 0), "", Phone)}, Breaks: []Span{{hm(9, 0), hm(10, 0)}, {hm(9, 50), hm(11, 0)}}}), ErrPlan, "叠在一起"},
		"a break backwards":   {week(DayPlan{Hours: []Hours{hours(hm(9, 0), hm(12, 0), "", Phone)}, Breaks: []Span{{hm(10, 0), hm(9, 0)}}}), ErrPlan, "休息"},
		"very many hours":     {week(DayPlan{Hours: make([]Hours, 13)}), ErrPlan, "太多了"},
		"length":              {rule(func(p *Plan) { p.Length = 55 }), ErrPlan, "30 到 120 分钟"},
		"a buffer":            {rule(func(p *Plan) { p.After = 70 }), ErrPlan, "0 到 60 分钟"},
		"a negative buffer":   {rule(func(p *Plan) { p.Before = -10 }), ErrPlan, "之前空多久"},
		"notice":              {rule(func(p *Plan) { p.Notice = MaxNotice + 1 }), ErrPlan, "14 天"},
		"horizon":             {rule(func(p *Plan) { p.Horizon = 0 }), ErrPlan, "180 天"},
		"no dates":            {ExceptionEdit(off()), ErrException, "1 到 1000 天"},
		"10,000 dates":        {ExceptionEdit(off(slices.Repeat(long, 10)...)), ErrException, "1 到 1000 天"},
		"a date twice":        {ExceptionEdit(off("2026-10-08", "2026-10-08")), ErrException, "每天一次"},
		"yesterday":           {ExceptionEdit(off("2026-09-22")), ErrException, "已经过去了"},
		"with a zone":         {ExceptionEdit(off("2026-10-08T09:00:00+09:00")), ErrException, "不是一个日子"},
		"for no reason":       {ExceptionEdit(Exception{Kind: Off, Dates: []string{"2026-10-08"}}), ErrException, "请选一个原因"},
		"a part backwards":    {ExceptionEdit(Exception{Kind: Off, Dates: []string{"2026-10-08"}, Reason: Leave, Span: Span{hm(12, 0), hm(9, 0)}}), ErrException, "开始要在结束之前"},
		"open without hours":  {ExceptionEdit(Exception{Kind: Open, Dates: []string{"2026-10-08"}}), ErrException, "几点到几点"},
		"of no kind":          {ExceptionEdit(Exception{Dates: []string{"2026-10-08"}}), ErrException, "请选"},
		"an exception's own":  {ExceptionEdit(Exception{Kind: Open, Dates: []string{"2026-10-08"}, Day: DayPlan{Hours: []Hours{hours(hm(9, 0), hm(12, 0), "", InPerson)}}}), ErrException, "那天的 9:00—12:00 是当面谈"},
		"none to remove":      {WithoutException("E9"), ErrNotFound, ""},
	} {
		t.Run(name, func(t *testing.T) {
			k := newKit(t)
			_, err := k.Save(ctx, herself, "C1", 0, tt.edit, nil)
			if !errors.Is(err, tt.want) || !strings.Contains(fault.From(err).Text, tt.says) {
				t.Errorf("%v: %s", err, fault.From(err).Text)
			}
			if fmt.Sprint(k.store.people["C1"]) != fmt.Sprint(siqin()) || len(k.store.entries) != 0 {
				t.Error("something was written")
			}
		})
	}
}

func TestExceptionsAreBounded(t *testing.T) {
	k := newKit(t)
	for n := range MaxExceptions {
		day, _ := civil.AddDays("2026-10-08", n)
		if _, err := k.Save(ctx, herself, "C1", int64(n), ExceptionEdit(off(day)), nil); err != nil {
			t.Fatal(n, err)
		}
	}
	_, err := k.Save(ctx, herself, "C1", MaxExceptions, ExceptionEdit(off("2027-09-01")), nil)
	if !errors.Is(err, ErrException) || !strings.Contains(fault.From(err).Text, "最多 200 条") {
		t.Errorf("one more: %v", err)
	}
	k.clock.Set(hm(9, 0).On("2026-10-11")) // three are past and make room
	if _, err := k.Save(ctx, herself, "C1", MaxExceptions, ExceptionEdit(off("2027-09-01")), nil); err != nil || len(k.store.people["C1"].Exceptions) != 198 {
		t.Errorf("%v, %d are left", err, len(k.store.people["C1"].Exceptions))
	}
	opened := Exception{Kind: Open, Dates: []string{"2026-12-05"}, Day: DayPlan{Hours: []Hours{hours(hm(9, 0), hm(12, 0), "", Phone)}}}
	if _, err := k.Save(ctx, herself, "C1", MaxExceptions+1, ExceptionEdit(opened), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Save(ctx, herself, "C1", MaxExceptions+2, ExceptionEdit(opened), nil); !errors.Is(err, ErrException) {
		t.Errorf("a day opened twice: %v", err)
	}
}

// Each change in the world with the appointments it hurts: one in person on Thursday at 9:00, one by video on Friday at 14:00.
func TestAChangeSaysWhomItHurtsBeforeItIsWritten(t *testing.T) {
	withoutVideo := siqin().Plan
	withoutVideo.Week[4].Hours = withoutVideo.Week[4].Hours[:1]
	withoutVideo.Week[4].Breaks = nil
	later := siqin().Plan
	later.Notice, later.Horizon, later.After = MaxNotice, 1, 60
	for name, tt := range map[string]struct {
		who  staff.Principal
		edit Edit
		hurt string
		rule Rule
	}{
		"a plan":             {herself, PlanEdit(withoutVideo), "V", RuleHours},
		"rules for bookers":  {herself, PlanEdit(later), "", ""},
		"illness":            {coordinator, ExceptionEdit(off("2026-09-24", "2026-09-25")), "P V", RuleOff},
		"a morning":          {herself, ExceptionEdit(Exception{Kind: Off, Dates: []string{"2026-09-24"}, Span: Span{hm(9, 30), hm(12, 0)}, Reason: Training}), "P", RuleOff},
		"another morning":    {herself, ExceptionEdit(Exception{Kind: Off, Dates: []string{"2026-09-24"}, Span: Span{hm(10, 0), hm(12, 0)}, Reason: Training}), "", ""},
		"otherwise that day": {herself, ExceptionEdit(Exception{Kind: Open, Dates: []string{"2026-09-25"}, Day: DayPlan{Hours: []Hours{hours(hm(14, 0), hm(16, 0), "", Phone)}}}), "V", RuleMode},
		"in another room":    {herself, ExceptionEdit(Exception{Kind: Open, Dates: []string{"2026-09-24"}, Day: DayPlan{Hours: []Hours{hours(hm(9, 0), hm(12, 0), "R1", InPerson)}}}), "P", RuleRoom},
		"suspended":          {coordinator, StateEdit(Suspended), "P V", RuleSuspended},
		"another region":     {coordinator, ProfileEdit(Profile{Name: "斯琴老师", Regions: []region.Code{another}}), "P", RuleRegion},
		"another name":       {coordinator, ProfileEdit(Profile{Name: "斯琴", Regions: []region.Code{banner}}), "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			k := newKit(t)
			k.book("P", "2026-09-24", hm(9, 0), InPerson, "R306")
			k.book("V", "2026-09-25", hm(14, 0), Video, "")
			k.book("OVER", "2026-09-22", hm(9, 0), Phone, "")
			p, err := k.Preview(ctx, tt.who, "C1", tt.edit)
			if err != nil || idsOf(p.Hurt) != tt.hurt {
				t.Fatalf("hurts %q, %v", idsOf(p.Hurt), err)
			}
			if tt.hurt == "" {
				if _, err := k.Save(ctx, tt.who, "C1", 0, tt.edit, nil); err != nil || len(k.store.hurt) != 0 {
					t.Errorf("%v, %v", err, k.store.hurt)
				}
				return
			}
			if a := p.Hurt[0]; a.Rule != tt.rule || a.Owner != tt.who.Account || a.Region != banner || !a.DueAt.After(wednesday) || !a.DueAt.Before(a.Start) || a.Digits != "1603" {
				t.Errorf("%+v", a)
			}
			if _, err := k.Save(ctx, tt.who, "C1", 0, tt.edit, nil); !errors.Is(err, ErrAffected) || len(k.store.entries) != 0 || k.store.people["C1"].Rev != 0 {
				t.Errorf("written unseen: %v", err)
			}
			if _, err := k.Save(ctx, tt.who, "C1", 0, tt.edit, strings.Fields(tt.hurt)); err != nil || len(k.store.hurt) != len(p.Hurt) || len(k.store.entries) != 1 {
				t.Errorf("seen: %v, %v", err, k.store.hurt)
			}
		})
	}
}

func idsOf(hurt []Affected) string {
	var ids []string
	for _, a := range hurt {
		ids = append(ids, a.ID)
	}
	slices.Sort(ids)
	return strings.Join(ids, " ")
}

func TestAClosedRoomSaysWhomItHurts(t *testing.T) {
	k := newKit(t)
	k.book("P", "2026-09-24", hm(9, 0), InPerson, "R306")
	k.book("T", "2026-09-24", hm(10, 0), Phone, "")
	closed := k.store.rooms["R306"]
	closed.Closed = []Days{{"2026-09-24", "2026-09-24"}}
	_, hurt, err := k.PreviewRoom(ctx, coordinator, closed)
	if err != nil || idsOf(hurt) != "P" || hurt[0].Rule != RuleRoom {
		t.Fatalf("%v, %v", hurt, err)
	}
	if err := k.SaveRoom(ctx, coordinator, closed, nil); !errors.Is(err, ErrAffected) {
		t.Errorf("unseen: %v", err)
	}
	if err := k.SaveRoom(ctx, elsewhere, closed, []string{"P"}); !errors.Is(err, ErrNotFound) {
		t.Errorf("another region's coordinator: %v", err)
	}
	if err := k.SaveRoom(ctx, coordinator, closed, []string{"P"}); err != nil || len(k.store.hurt) != 1 {
		t.Errorf("%v, %v", err, k.store.hurt)
	}
	for name, r := range map[string]Room{"no name": {Region: banner}, "no region": {Name: "306"}, "backwards": {Name: "306", Region: banner, Closed: []Days{{"2026-10-02", "2026-10-01"}}}} {
		if _, err := k.AddRoom(ctx, coordinator, r); !errors.Is(err, ErrRoom) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if r, err := k.AddRoom(ctx, coordinator, Room{Region: banner, Name: "307"}); err != nil || k.store.rooms[r.ID].Name != "307" {
		t.Errorf("added %+v, %v", r, err)
	}
	if rooms, err := k.RoomsOf(ctx, coordinator); err != nil || len(rooms) != 3 {
		t.Errorf("%v, %v", rooms, err)
	}
}

// Two who change one counsellor: the second is told, and nothing of hers is written.
func TestAChangeOfAnOldRevisionIsRefused(t *testing.T) {
	k := newKit(t)
	if _, err := k.Save(ctx, herself, "C1", 0, ExceptionEdit(off("2026-10-08")), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Save(ctx, coordinator, "C1", 0, StateEdit(Suspended), nil); !errors.Is(err, ErrMoved) || k.store.people["C1"].State != Active {
		t.Errorf("%v", err)
	}
	if e := k.store.entries[0]; e.Action != audit.PlanChange || e.Actor != herself.Actor() || e.Detail["dates"] != "1" || e.Detail["hurt"] != "0" {
		t.Errorf("recorded %+v", e)
	}
}

func TestWhoMayChangeAndRead(t *testing.T) {
	plan, state := PlanEdit(siqin().Plan), StateEdit(Suspended)
	for name, tt := range map[string]struct {
		who  staff.Principal
		edit Edit
		want *fault.Error
	}{
		"she her plan":                    {herself, plan, nil},
		"a colleague hers":                {colleague, plan, ErrNotFound},
		"the coordinator":                 {coordinator, plan, nil},
		"another region's":                {elsewhere, plan, ErrNotFound},
		"the supervisor reads":            {supervisor, plan, staff.ErrForbidden},
		"a volunteer":                     {volunteer, plan, staff.ErrForbidden},
		"she suspends herself":            {herself, state, staff.ErrForbidden},
		"the coordinator suspends":        {coordinator, state, nil},
		"another region's suspends":       {elsewhere, state, ErrNotFound},
		"nobody":                          {staff.Principal{}, plan, staff.ErrForbidden},
		"a coordinator above suspends":    {somebody("A9", access.Coordinator, league), state, nil},
		"a coordinator below sees nobody": {somebody("A9", access.Coordinator, sumu), plan, ErrNotFound},
	} {
		if _, err := newKit(t).Save(ctx, tt.who, "C1", 0, tt.edit, nil); tt.want == nil && err != nil || tt.want != nil && !errors.Is(err, tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	k := newKit(t)
	for name, tt := range map[string]struct {
		who  staff.Principal
		seen int
	}{"herself": {herself, 1}, "a colleague": {colleague, 0}, "the coordinator": {coordinator, 1}, "another region's": {elsewhere, 0}, "the supervisor": {supervisor, 1}} {
		if all, err := k.Counsellors(ctx, tt.who); err != nil || len(all) != tt.seen {
			t.Errorf("%s sees %d, %v", name, len(all), err)
		}
		_, _, err := k.Why(ctx, tt.who, "C1", "2026-09-25", hm(9, 0), Query{})
		if (err == nil) != (tt.seen == 1) {
			t.Errorf("%s asks why: %v", name, err)
		}
	}
	if _, err := k.Counsellors(ctx, volunteer); !errors.Is(err, staff.ErrForbidden) {
		t.Errorf("a volunteer: %v", err)
	}
	if c, err := k.Mine(ctx, herself); err != nil || c.ID != "C1" {
		t.Errorf("hers %v, %v", c, err)
	}
	if _, err := k.Mine(ctx, colleague); !errors.Is(err, ErrNotFound) {
		t.Errorf("a colleague's own: %v", err)
	}
	if _, _, err := k.Why(ctx, herself, "C1", "2026-13-01", 0, Query{}); !errors.Is(err, ErrTime) {
		t.Errorf("a day that is none: %v", err)
	}
}

// An appointment that was confirmed in the moment in which the plan changed is in nobody's list until the survey finds it.
func TestTheSurveyFindsWhatNobodySaw(t *testing.T) {
	k := newKit(t)
	if _, err := k.Save(ctx, herself, "C1", 0, ExceptionEdit(off("2026-09-24")), nil); err != nil {
		t.Fatal(err)
	}
	k.book("RACED", "2026-09-24", hm(9, 0), InPerson, "R306")
	k.book("WELL", "2026-09-25", hm(9, 0), InPerson, "R306")
	k.store.booked = append(k.store.booked, Booked{ID: "ORPHAN", Counsellor: "C9", Start: hm(9, 0).On("2026-09-25"), End: hm(10, 0).On("2026-09-25"), Region: banner})
	if open, err := k.Survey(ctx); err != nil || open != 2 {
		t.Fatalf("%d, %v", open, err)
	}
	open, err := k.Open(ctx, coordinator)
	if err != nil || idsOf(open) != "ORPHAN RACED" || open[0].Owner != "" || !open[0].DueAt.Equal(wednesday.Add(12*time.Hour+30*time.Minute)) {
		t.Errorf("%+v, %v", open, err)
	}
	if hers, err := k.Open(ctx, herself); err != nil || idsOf(hers) != "RACED" {
		t.Errorf("hers %+v, %v", hers, err)
	}
	if theirs, err := k.Open(ctx, elsewhere); err != nil || len(theirs) != 0 {
		t.Errorf("another region's %+v, %v", theirs, err)
	}
	k.store.booked = slices.DeleteFunc(k.store.booked, func(b Booked) bool { return b.ID == "RACED" }) // moved
	if open, err := k.Survey(ctx); err != nil || open != 1 {
		t.Errorf("%d, %v", open, err)
	}
	if open, _ := k.Open(ctx, coordinator); idsOf(open) != "ORPHAN" {
		t.Errorf("%+v", open)
	}
}

func TestASlotIsOfferedOrNot(t *testing.T) {
	k := newKit(t)
	at := hm(9, 0).On("2026-09-25")
	if s, _, err := k.Offered(ctx, "C1", at, Query{Mode: Phone}); err != nil || s.At != hm(9, 0) {
		t.Errorf("%+v, %v", s, err)
	}
	if s, _, err := k.Offered(ctx, "C1", at.In(time.FixedZone("Tokyo", 9*3600)), Query{}); err != nil || s.Day != "2026-09-25" {
		t.Errorf("the same instant elsewhere: %+v, %v", s, err)
	}
	for name, start := range map[string]time.Time{"a second late": at.Add(time.Second), "a break": hm(16, 0).On("2026-09-25"), "past": hm(9, 0).On("2026-09-01")} {
		if _, _, err := k.Offered(ctx, "C1", start, Query{}); !errors.Is(err, ErrClosed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := k.Offered(ctx, "C9", at, Query{}); !errors.Is(err, ErrNotFound) {
		t.Errorf("nobody's: %v", err)
	}
	if w, err := k.Worlds(ctx, sumu, "school"); err != nil || len(w) != 1 {
		t.Errorf("%v, %v", w, err)
	}
	if w, err := k.Worlds(ctx, another, ""); err != nil || len(w) != 0 {
		t.Errorf("%v, %v", w, err)
	}
}

func TestDemonstrationIsBookableAtOnceAndRefusedInProduction(t *testing.T) {
	k := newKit(t)
	k.store.people, k.store.rooms = map[string]Counsellor{}, map[string]Room{}
	accounts := map[string]string{"laoshi": "D1", "laoshi2": "D2", "laoshi3": "D3"}
	for range 2 {
		if err := k.SeedDemo(ctx, accounts, DemoPlaces{League: league, Banner: banner, Sumu: sumu}); err != nil {
			t.Fatal(err)
		}
	}
	worlds, err := k.Worlds(ctx, banner, "")
	if err != nil || len(worlds) != 3 || len(k.store.rooms) != 2 {
		t.Fatalf("%d counsellors, %d rooms, %v", len(worlds), len(k.store.rooms), err)
	}
	for _, w := range worlds {
		if err := errors.Join(w.Counsellor.check(k.Known, k.Topics), w.Counsellor.Plan.check(w.Rooms)); err != nil {
			t.Error(w.Counsellor.Name, err)
		}
		if slots := w.Slots(Query{From: "2026-09-23", To: "2026-10-23", Now: wednesday}); len(slots) < 20 || !w.Counsellor.Demo {
			t.Errorf("%s: %d slots, demo %v", w.Counsellor.Name, len(slots), w.Counsellor.Demo)
		}
	}
	k.Demo = false // production
	if worlds, err := k.Worlds(ctx, "", ""); err != nil || len(worlds) != 0 {
		t.Errorf("in production %d, %v", len(worlds), err)
	}
	if _, err := k.World(ctx, worlds[0].Counsellor.ID); !errors.Is(err, ErrNotFound) {
		t.Errorf("in production %v", err)
	}
}

func TestACounsellorIsAdded(t *testing.T) {
	k := newKit(t)
	p := Profile{Name: "林老师", Topics: []string{"school"}, Regions: []region.Code{banner}}
	c, err := k.Add(ctx, coordinator, "A7", banner, p)
	if err != nil || k.store.people[c.ID].Account != "A7" || c.State != Active {
		t.Fatalf("%+v, %v", c, err)
	}
	if _, err := k.Add(ctx, coordinator, "A7", banner, p); !errors.Is(err, ErrTaken) {
		t.Errorf("twice: %v", err)
	}
	if _, err := k.Add(ctx, elsewhere, "A8", banner, p); !errors.Is(err, staff.ErrForbidden) && !errors.Is(err, ErrNotFound) {
		t.Errorf("by another region's: %v", err)
	}
	for name, change := range map[string]func(*Profile){
		"no name":        func(p *Profile) { p.Name = " " },
		"a long name":    func(p *Profile) { p.Name = strings.Repeat("长", 13) },
		"a long text":    func(p *Profile) { p.Introduction = strings.Repeat("长", 201) },
		"no region":      func(p *Profile) { p.Regions = nil },
		"no such region": func(p *Profile) { p.Regions = []region.Code{"99"} },
		"no such topic":  func(p *Profile) { p.Topics = []string{"weather"} },
	} {
		wrong := p
		change(&wrong)
		if _, err := k.Add(ctx, coordinator, "A8", banner, wrong); !errors.Is(err, ErrPerson) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

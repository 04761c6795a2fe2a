package console

import (
	"context"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"pugongying/content"
	"pugongying/internal/access"
	"pugongying/internal/audit"
	"pugongying/internal/civil"
	"pugongying/internal/counselling"
	"pugongying/internal/region"
	"pugongying/internal/staff"
	"pugongying/internal/store"
	"pugongying/internal/testkit"
)

// planOffice is counsellors' time on the embedded engine with its pages, on Monday 2026-11-30 at noon.
type planOffice struct {
	*rig
	*counselling.Service
	booked []counselling.Booked
	people sessions
}

// Ahead lists what is booked.
func (o *planOffice) Ahead(context.Context, string, time.Time) ([]counselling.Booked, error) {
	return o.booked, nil
}

// Reviewers are everybody.
func (o *planOffice) Reviewers(context.Context) (all []staff.Principal, err error) {
	for _, p := range o.people {
		all = append(all, p)
	}
	return all, nil
}

func openPlans(t *testing.T) *planOffice {
	t.Helper()
	engine := testkit.Embedded(t)
	if err := engine.Ensure(context.Background(), store.Declarations()); err != nil {
		t.Fatal(err)
	}
	years, err := content.Holidays()
	if err != nil {
		t.Fatal(err)
	}
	o := &planOffice{people: everyRole()}
	documents := store.NewCounselling(engine)
	o.Service, err = counselling.New(counselling.Parts{
		Store: documents, Rooms: documents, Affected: documents, Duties: documents, Bookings: o, Calendar: civil.NewCalendar(years...),
		Known: func(region.Code) bool { return true }, Topics: []counselling.Topic{{ID: "school", Name: "上学的事"}}, Now: func() time.Time { return noon }, NewID: testkit.IDs(), Demo: true,
		Calendars: documents, Working: func(context.Context, string) (bool, error) { return true, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	tree, err := region.Load()
	if err != nil {
		t.Fatal(err)
	}
	o.rig = open(t, o.people, PlansArea(PlanParts{Plans: o.Service, Duties: o.Service, People: o, Regions: tree, Topics: o.Topics, Booked: o.Ahead, Now: func() time.Time { return noon }}),
		PlanTablesArea(o.Service, o.Service),
		PlanPeopleArea(PeopleParts{Plans: o.Service, People: o, Regions: tree, Topics: o.Topics}), CalendarArea(CalendarParts{Plans: o.Service, Calendars: o.Service, Base: "https://xuetang.test", Now: func() time.Time { return noon }}))
	return o
}

// siqin makes the counsellor's own record, with a room.
func (o *planOffice) siqin() counselling.Counsellor {
	o.t.Helper()
	ctx := context.Background()
	c, err := o.Add(ctx, o.people["coordinator"], "Acounsellor", banner, counselling.Profile{Name: "斯琴老师", Regions: []region.Code{banner}})
	if err == nil {
		_, err = o.AddRoom(ctx, o.people["coordinator"], counselling.Room{Region: banner, Name: "活动中心 306"})
	}
	if err != nil {
		o.t.Fatal(err)
	}
	return c
}

// planForm is Tuesday and Thursday, 9:00—12:00, as the page sends it.
func (o *planOffice) planForm(c counselling.Counsellor, rev string) url.Values {
	o.t.Helper()
	rooms, err := o.RoomsOf(context.Background(), o.people["counsellor"])
	if err != nil || len(rooms) != 1 {
		o.t.Fatal(rooms, err)
	}
	form := url.Values{"who": {c.ID}, "rev": {rev}, "length": {"50"}, "before": {"0"}, "after": {"10"}, "notice": {"24"}, "horizon": {"28"}}
	for _, name := range []string{"h1-0", "h3-0"} {
		form.Set(name+"-from", "09:00")
		form.Set(name+"-to", "12:00")
		form[name+"-mode"] = []string{"in_person", "phone"}
		form.Set(name+"-room", rooms[0].ID)
	}
	form.Set("b1-0-from", "10:50")
	form.Set("b1-0-to", "11:00")
	return form
}

func TestACounsellorWritesWhenSheComes(t *testing.T) {
	o := openPlans(t)
	holds(t, "nobody is a counsellor yet", o.get("counsellor", "/week"), 200, "这里还没有老师")
	c := o.siqin()
	holds(t, "no plan yet", o.get("counsellor", "/week"), 200, "还没有说平时哪天来")
	form := o.planForm(c, "0")
	form.Set("h1-1-from", "11:00")
	form.Set("h1-1-to", "13:00")
	form["h1-1-mode"] = []string{"phone"}
	holds(t, "overlapping", o.post("counsellor", "/week/plan", form), 422, "周二的 9:00—12:00 和 11:00—13:00 叠在一起了", `value="13:00"`)
	form.Set("h1-1-from", "half past")
	holds(t, "no time", o.post("counsellor", "/week/plan", form), 422, "时间按北京时间写")
	holds(t, "stored", o.post("counsellor", "/week/plan", o.planForm(c, "0")), 303)
	page := o.get("counsellor", "/week")
	holds(t, "the week", page, 200, "12 月 1 日 周二", "9:00—9:50 空着，当面、电话", "10:00—10:50 空着", "最少提前 1 天约，放到 28 天以后")
	if strings.Contains(page.Body.String(), "周六</th><td>9:00") || strings.Count(page.Body.String(), "空着，") != 5 {
		t.Errorf("%d times on the page", strings.Count(page.Body.String(), "空着，"))
	}
	holds(t, "the form is filled", o.get("counsellor", "/week/plan"), 200, `name="h1-0-from" value="09:00"`, `name="b1-0-to" value="11:00"`, `value="in_person" checked`)
	holds(t, "an old revision", o.post("counsellor", "/week/plan", o.planForm(c, "0")), 409, counselling.ErrMoved.Text)
	holds(t, "no revision", o.post("counsellor", "/week/plan", o.planForm(c, "x")), 409, counselling.ErrMoved.Text)
}

func TestTheWeekSaysWhyATimeIsClosed(t *testing.T) {
	o := openPlans(t)
	c := o.siqin()
	o.post("counsellor", "/week/plan", o.planForm(c, "0"))
	for ask, want := range map[string]string{
		"day=2026-12-05&at=09:00": "平时这一天不来", "day=2026-12-08&at=10:50": "休息 10:50—11:00", "day=2026-12-01&at=9:00": "最少提前 1 天约",
		"day=2026-12-03&at=09:00": "放出来的", "day=2026-12-03&at=9:05": "整 10 分钟", "day=2027-02-05&at=09:00": "放到 28 天以后", "day=soon&at=9:00": "按北京时间",
	} {
		holds(t, ask, o.get("supervisor", "/week?who="+c.ID+"&"+ask), 200, want)
	}
}

func TestAnExceptionShowsFirstWhomItHurts(t *testing.T) {
	o := openPlans(t)
	c := o.siqin()
	o.post("counsellor", "/week/plan", o.planForm(c, "0"))
	rooms, _ := o.RoomsOf(context.Background(), o.people["counsellor"])
	at := time.Date(2026, 12, 3, 1, 0, 0, 0, time.UTC)
	o.booked = []counselling.Booked{{ID: "B1", Counsellor: c.ID, Start: at, End: at.Add(50 * time.Minute), Mode: counselling.InPerson, Room: rooms[0].ID, Region: banner, Digits: "1603"}}
	holds(t, "the booked time", o.get("counsellor", "/week"), 200, "9:00—9:50 约了，当面", "9:00 1603", `约出去的</span><b class="num">1 个`)
	form := url.Values{"who": {c.ID}, "rev": {"1"}, "kind": {"off"}, "first": {"2026-12-02"}, "last": {"2026-12-04"}, "more": {"2026-12-24"}, "reason": {"ill"}}
	holds(t, "in the past", o.post("counsellor", "/week/exception", url.Values{"who": {c.ID}, "rev": {"1"}, "kind": {"off"}, "first": {"2026-11-02"}, "reason": {"ill"}}), 422, "2026-11-02已经过去了")
	page := o.post("counsellor", "/week/exception", form)
	holds(t, "not yet stored", page, 409, "还没有存", "1603", "老师那天不来", `name="more" value="2026-12-24"`, `name="seen" value="B1"`)
	holds(t, "nothing is written", o.get("counsellor", "/week"), 200, "请假、外出、假日里要来，都加在这里")
	form.Set("seen", "B1")
	holds(t, "seen", o.post("counsellor", "/week/exception", form), 303)
	holds(t, "it waits for somebody", o.get("counsellor", "/week"), 200, "先办这几件", "1603", `约出去的</span><b class="num">1 个`, "生病，全天", "12 月 2 日 周三、12 月 3 日 周四、12 月 4 日 周五、12 月 24 日 周四")
	holds(t, "and the coordinator sees it", o.get("coordinator", "/overview"), 200, "要改的预约", "1603", "老师那天不来")
	id := regexp.MustCompile(`name="id" value="([^"]+)"`).FindStringSubmatch(o.get("counsellor", "/week").Body.String())[1]
	holds(t, "taken back", o.post("counsellor", "/week/exception/gone", url.Values{"who": {c.ID}, "rev": {"2"}, "id": {id}}), 303)
	if _, err := o.Survey(context.Background()); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(o.get("counsellor", "/week").Body.String(), "先办这几件") {
		t.Error("what is well again still waits for somebody")
	}
}

func TestAHolidayIsOpenedByAnException(t *testing.T) {
	o := openPlans(t)
	c := o.siqin()
	form := url.Values{"who": {c.ID}, "rev": {"0"}, "kind": {"open"}, "first": {"2026-12-05"}, "from": {"09:00"}, "to": {"10:00"}, "mode": {"phone"}}
	holds(t, "in no hours", o.post("counsellor", "/week/exception", url.Values{"who": {c.ID}, "rev": {"0"}, "kind": {"open"}, "first": {"2026-12-05"}}), 422, "请写几点到几点")
	holds(t, "a Saturday", o.post("counsellor", "/week/exception", form), 303)
	holds(t, "it is offered", o.get("counsellor", "/week"), 200, "9:00—9:50 空着，电话", "那天另外来")
	holds(t, "the form", o.get("counsellor", "/week/exception"), 200, "另外来（假日也算）", "生病")
}

func TestACoordinatorSeesTheLoadAndSuspends(t *testing.T) {
	o := openPlans(t)
	holds(t, "nobody", o.get("coordinator", "/overview"), 200, "这里还没有老师", "现在没有人值班")
	c := o.siqin()
	o.post("counsellor", "/week/plan", o.planForm(c, "0"))
	at := time.Date(2026, 12, 3, 1, 0, 0, 0, time.UTC)
	o.booked = []counselling.Booked{{ID: "B1", Counsellor: c.ID, Start: at, End: at.Add(50 * time.Minute), Mode: counselling.Phone, Region: banner, Digits: "1603"}}
	holds(t, "five times, one is taken", o.get("coordinator", "/overview"), 200, "斯琴老师", "20%", "12 月 1 日 周二 9:00")
	form := url.Values{"who": {c.ID}, "rev": {"1"}, "state": {"suspended"}}
	holds(t, "she herself may not", o.post("counsellor", "/week/state", form), 404)
	holds(t, "whom it hurts", o.post("coordinator", "/week/state", form), 409, "1603", "老师停着")
	form.Set("seen", "B1")
	holds(t, "suspended", o.post("coordinator", "/week/state", form), 303)
	holds(t, "her week", o.get("coordinator", "/week?who="+c.ID), 200, "停着", "又可以约了")
	holds(t, "back", o.post("coordinator", "/week/state", url.Values{"who": {c.ID}, "rev": {"2"}, "state": {"active"}}), 303)
}

func TestTheDutyListIsWrittenByTheCoordinator(t *testing.T) {
	o := openPlans(t)
	form := url.Values{"region": {string(banner)}, "rev": {"0"}, "d0-0-from": {"08:30"}, "d0-0-to": {"17:30"}, "d0-0-who": {"Acounsellor"}}
	holds(t, "a counsellor may not", o.post("counsellor", "/duty", form), 404)
	holds(t, "nobody yet", o.get("counsellor", "/duty"), 200, "现在没有人值班")
	holds(t, "stored", o.post("coordinator", "/duty", form), 303)
	holds(t, "who answers today", o.get("counsellor", "/duty"), 200, "今天 8:30—17:30 counsellor")
	holds(t, "and on the overview", o.get("coordinator", "/overview"), 200, "今天值班 8:30—17:30 counsellor")
	holds(t, "the form is filled", o.get("coordinator", "/duty"), 200, `name="d0-0-from" value="08:30"`, `name="rev" value="1"`)
	form.Set("rev", "1")
	form.Set("d0-1-from", "12:00")
	form.Set("d0-1-to", "13:00")
	form.Set("d0-1-who", "Asupervisor")
	holds(t, "overlapping", o.post("coordinator", "/duty", form), 422, "周一的 8:30—17:30 和 12:00—13:00 叠在一起了", `value="13:00"`)
	holds(t, "no time", o.post("coordinator", "/duty", url.Values{"region": {string(banner)}, "rev": {"1"}, "d0-0-from": {"x"}}), 422, "按北京时间")
	holds(t, "another region", o.get("coordinator", "/duty?region=150600000000"), 404)
	holds(t, "an old revision", o.post("coordinator", "/duty", url.Values{"region": {string(banner)}, "rev": {"0"}}), 409)
}

func TestSomebodyElsesPlanIsNotThere(t *testing.T) {
	o := openPlans(t)
	c := o.siqin()
	stranger := person("stranger", access.Counsellor)
	stranger.Account = "Astranger"
	o.people["stranger"] = stranger
	for _, path := range []string{"/week?who=" + c.ID, "/week/plan?who=" + c.ID, "/week/exception?who=" + c.ID} {
		holds(t, path, o.get("stranger", path), 404)
	}
	holds(t, "a plan", o.post("stranger", "/week/plan", o.planForm(c, "0")), 404)
	holds(t, "an exception", o.post("stranger", "/week/exception", url.Values{"who": {c.ID}, "rev": {"0"}, "kind": {"off"}, "first": {"2026-12-02"}, "reason": {"ill"}}), 404)
	holds(t, "a volunteer", o.get("volunteer", "/week"), 404)
	if got, err := o.Counsellor(context.Background(), o.people["counsellor"], c.ID); err != nil || got.Rev != 0 {
		t.Errorf("written: %+v, %v", got, err)
	}
	if audit.PlanChange.Words() == "" {
		t.Error("the record has no word for it")
	}
}

func TestTheCalendarIsOpenedByItsAddressAlone(t *testing.T) {
	o := openPlans(t)
	c := o.siqin()
	at := time.Date(2026, 12, 3, 1, 0, 0, 0, time.UTC)
	o.booked = []counselling.Booked{{ID: "B1", Counsellor: c.ID, Start: at, End: at.Add(50 * time.Minute), Mode: counselling.Phone, Region: banner, Digits: "1603"}}
	holds(t, "none yet", o.get("counsellor", "/week/calendar"), 200, "现在还没有地址")
	form := url.Values{"who": {c.ID}, "rev": {"0"}, "do": {"new"}}
	made := o.post("counsellor", "/week/calendar", form)
	holds(t, "made", made, 200, "只显示这一次", "https://xuetang.test/console/calendar/")
	path := regexp.MustCompile(`/calendar/[A-Za-z0-9_-]+\.ics`).FindString(made.Body.String())
	file := o.get("", path)
	holds(t, "by a telephone", file, 200, "BEGIN:VCALENDAR\r\n", "SUMMARY:安排 1603\r\n", "DTSTART:20261203T010000Z")
	if file.Header().Get("Content-Type") != "text/calendar; charset=utf-8" || strings.Contains(file.Body.String(), "斯琴") {
		t.Errorf("%v, %s", file.Header(), file.Body)
	}
	holds(t, "a wrong one", o.get("", "/calendar/"+strings.Repeat("A", 43)+".ics"), 404)
	holds(t, "not shown again", o.get("counsellor", "/week/calendar"), 200, "已经有一个地址在用")
	form.Set("rev", "1")
	form.Set("do", "without")
	holds(t, "taken back", o.post("counsellor", "/week/calendar", form), 303)
	holds(t, "it opens nothing any more", o.get("", path), 404)
	holds(t, "no revision", o.post("counsellor", "/week/calendar", url.Values{"who": {c.ID}}), 409)
}

func TestACoordinatorChangesWhatIsReadOfACounsellor(t *testing.T) {
	o := openPlans(t)
	c := o.siqin()
	path := "/week/profile?who=" + c.ID
	holds(t, "the form", o.get("coordinator", path), 200, `value="斯琴老师"`, "上学的事")
	holds(t, "the week leads there", o.get("coordinator", "/week?who="+c.ID), 200, "/console/week/profile?who="+c.ID)
	form := url.Values{"who": {c.ID}, "rev": {"0"}, "name": {"斯琴老师"}, "introduction": {"常和孩子谈"}, "topic": {"weather"}}
	holds(t, "no such topic", o.post("coordinator", "/week/profile", form), 422, "常和孩子谈")
	form["topic"] = []string{"school"}
	holds(t, "stored", o.post("coordinator", "/week/profile", form), 303)
	holds(t, "the form again", o.get("coordinator", path), 200, "常和孩子谈", `value="school" checked`)
	holds(t, "an old revision", o.post("coordinator", "/week/profile", form), 409, counselling.ErrMoved.Text)
	holds(t, "not by herself", o.get("counsellor", path), 404)
}

package console

import (
	"context"
	"net/url"
	"testing"
	"time"

	"pugongying/internal/counselling"
)

func TestACoordinatorAddsCounsellorsAndRooms(t *testing.T) {
	o := openPlans(t)
	form := url.Values{"account": {"Acounsellor"}, "name": {""}, "region": {string(banner)}, "topic": {"school"}}
	holds(t, "nobody yet", o.get("coordinator", "/overview/people"), 200, "还没有", `value="Acounsellor"`, "上学的事")
	holds(t, "without a name", o.post("coordinator", "/overview/people", form), 422, "名字写 1 到 12 个字", `value="school" checked`)
	form.Set("name", "斯琴老师")
	holds(t, "added", o.post("coordinator", "/overview/people", form), 303)
	holds(t, "twice", o.post("coordinator", "/overview/people", form), 409, counselling.ErrTaken.Text)
	holds(t, "a counsellor may not", o.post("counsellor", "/overview/people", form), 404)
	holds(t, "a room without a name", o.post("coordinator", "/overview/rooms", url.Values{"region": {string(banner)}}), 422, "房间有一处要改")
	holds(t, "a room", o.post("coordinator", "/overview/rooms", url.Values{"region": {string(banner)}, "room": {"活动中心 306"}}), 303)
	holds(t, "all of it", o.get("coordinator", "/overview/people"), 200, "斯琴老师", "活动中心 306", "有老师角色的账号都加上了")
}

func TestAClosedRoomShowsFirstWhomItHurts(t *testing.T) {
	o := openPlans(t)
	c := o.siqin()
	o.post("counsellor", "/week/plan", o.planForm(c, "0"))
	rooms, _ := o.RoomsOf(context.Background(), o.people["coordinator"])
	at := time.Date(2026, 12, 3, 1, 0, 0, 0, time.UTC)
	o.booked = []counselling.Booked{{ID: "B1", Counsellor: c.ID, Start: at, End: at.Add(50 * time.Minute), Mode: counselling.InPerson, Room: rooms[0].ID, Region: banner, Digits: "1603"}}
	form := url.Values{"id": {rooms[0].ID}, "rev": {"0"}, "first": {"2026-12-05"}, "last": {"2026-12-01"}}
	holds(t, "backwards", o.post("coordinator", "/overview/rooms/closed", form), 422, "从哪天到哪天")
	form.Set("first", "2026-12-02")
	form.Set("last", "2026-12-04")
	holds(t, "whom it hurts", o.post("coordinator", "/overview/rooms/closed", form), 409, "1603", "房间用不了", `name="last" value="2026-12-04"`)
	form.Set("seen", "B1")
	holds(t, "closed", o.post("coordinator", "/overview/rooms/closed", form), 303)
	holds(t, "it says so", o.get("coordinator", "/overview/people"), 200, "2026-12-02 到 2026-12-04 关门")
	holds(t, "an old revision", o.post("coordinator", "/overview/rooms/closed", form), 409)
	form.Set("id", "nowhere")
	holds(t, "no room", o.post("coordinator", "/overview/rooms/closed", form), 404)
}

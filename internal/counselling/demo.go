package counselling

import (
	"context"
	"errors"

	"pugongying/internal/audit"
	"pugongying/internal/region"
)

// DemoPlaces are where 演示 counsellors work: a banner with a sumu in it, and the league around.
type DemoPlaces struct{ League, Banner, Sumu region.Code }

const (
	demoRoom   = "YANSHIROOM1"
	demoRoomTo = "YANSHIROOM2"
)

// demoCounsellors are three, by the logins of their 演示 accounts, so that there is somebody to choose from, somebody far
// away and somebody in the evening and at weekends.
func demoCounsellors(at DemoPlaces) map[string]Counsellor {
	day := func(hours ...Hours) DayPlan { return DayPlan{Hours: hours} }
	hours := func(from, to Minute, room string, modes ...Mode) Hours {
		return Hours{Span: Span{from * 60, to * 60}, Modes: modes, Room: room}
	}
	siqin, lin, bai := FirstPlan(), FirstPlan(), FirstPlan()
	for row := range WeekRows {
		if row < 5 || row == Makeup {
			siqin.Week[row] = day(hours(9, 12, demoRoom, InPerson, Phone), hours(14, 18, "", Phone, Video))
			siqin.Week[row].Breaks = []Span{{16 * 60, 16*60 + 20}}
		}
		bai.Week[row] = day(hours(18, 21, "", Phone, Video))
	}
	for _, row := range []int{1, 3, 5} {
		lin.Week[row] = day(hours(9, 12, demoRoomTo, InPerson, Phone), hours(14, 17, "", Phone))
	}
	siqin.Notice, lin.Notice, bai.Notice = 2*60, 2*60, 60
	return map[string]Counsellor{
		"laoshi":  {Name: "斯琴老师", Introduction: "汉语、蒙古语。常和孩子谈。", Topics: nil, Home: at.Banner, Regions: []region.Code{at.Banner}, Plan: siqin},
		"laoshi2": {Name: "林老师", Introduction: "汉语。每周在苏木三天。", Topics: []string{"school", "family", "inperson"}, Home: at.Banner, Regions: []region.Code{at.Banner}, Plan: lin},
		"laoshi3": {Name: "白老师", Introduction: "汉语、蒙古语。晚上和周末也在。", Topics: []string{"sleep", "family", "fright", "inperson"}, Home: at.League, Regions: []region.Code{at.League}, Plan: bai},
	}
}

// SeedDemo makes the 演示 counsellors with their rooms that are not there yet; accounts are the ids of their 演示 accounts by
// login. Nothing that is there is changed.
func (s *Service) SeedDemo(ctx context.Context, accounts map[string]string, at DemoPlaces) error {
	for _, r := range []Room{{ID: demoRoom, Region: at.Banner, Name: "妇女儿童活动中心 306（演示）"}, {ID: demoRoomTo, Region: at.Sumu, Name: "苏木社工站（演示）"}} {
		r.Demo, r.Schema = true, schema
		if err := s.seedRoom(ctx, r); err != nil {
			return err
		}
	}
	for login, c := range demoCounsellors(at) {
		c.ID, c.Account, c.State, c.Demo, c.CreatedAt, c.Schema = s.NewID(), accounts[login], Active, true, s.now(), schema
		if _, err := s.Store.CounsellorOf(ctx, c.Account); c.Account == "" || err == nil {
			continue
		}
		e, err := s.demoEntry(audit.CounsellorChange, c.ID)
		if err != nil {
			return err
		}
		if err := s.Store.InsertCounsellor(ctx, c, e); err != nil && !errors.Is(err, ErrTaken) { // another server was the first
			return err
		}
	}
	return nil
}

func (s *Service) seedRoom(ctx context.Context, r Room) error {
	rooms, err := s.rooms(ctx)
	if _, there := rooms[r.ID]; err != nil || there {
		return err
	}
	e, err := s.demoEntry(audit.RoomChange, r.ID)
	if err != nil {
		return err
	}
	if err := s.Rooms.InsertRoom(ctx, r, e); err != nil && !errors.Is(err, ErrTaken) {
		return err
	}
	return nil
}

func (s *Service) demoEntry(action audit.Action, id string) (audit.Entry, error) {
	return audit.New(audit.Act{
		Actor: audit.Actor{Kind: audit.KindSystem, ID: "demo"}, Action: action, Subject: id, At: s.now(), Detail: map[string]string{"act": "add"},
	})
}

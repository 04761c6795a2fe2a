package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pugongying/internal/audit"
	"pugongying/internal/counselling"
	"pugongying/internal/region"
	"pugongying/internal/store"
	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
)

func counsellorOf(id, account string) counselling.Counsellor {
	c := counselling.Counsellor{
		ID: id, Account: account, Name: "斯琴老师", Topics: []string{"school"}, Home: "150424000000", Regions: []region.Code{"150424000000"},
		State: counselling.Active, Plan: counselling.FirstPlan(), CreatedAt: testkit.Start, Schema: 1,
		Exceptions: []counselling.Exception{{ID: "E", Kind: counselling.Off, Dates: []string{"2026-12-03"}, Span: counselling.Span{From: 540, To: 720}, Reason: counselling.Ill}},
	}
	c.Plan.Week[counselling.Makeup] = counselling.DayPlan{
		Hours:  []counselling.Hours{{Span: counselling.Span{From: 540, To: 720}, Modes: []counselling.Mode{counselling.InPerson}, Room: "R"}},
		Breaks: []counselling.Span{{From: 600, To: 610}},
	}
	return c
}

func planned(t *testing.T, action audit.Action) audit.Entry {
	t.Helper()
	e, err := audit.New(audit.Act{Actor: audit.Actor{Kind: audit.KindStaff, ID: "A1"}, Action: action, Subject: "C1", At: testkit.Start})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestACounsellorIsStoredWhole(t *testing.T) {
	engines(t, func(t *testing.T, engine document.Engine) {
		ctx, s := context.Background(), store.NewCounselling(engine)
		c := counsellorOf("C1", "A1")
		if err := s.InsertCounsellor(ctx, c, planned(t, audit.CounsellorChange)); err != nil {
			t.Fatal(err)
		}
		got, err := s.Counsellor(ctx, "C1")
		if want := fmt.Sprintf("%+v", c); err != nil || fmt.Sprintf("%+v", normal(got)) != want {
			t.Errorf("%+v, %v\nwant %s", got, err, want)
		}
		if err := s.InsertCounsellor(ctx, counsellorOf("C2", "A1"), planned(t, audit.CounsellorChange)); !errors.Is(err, counselling.ErrTaken) {
			t.Errorf("a second counsellor of one account: %v", err)
		}
		if _, err := s.Counsellor(ctx, "C2"); !errors.Is(err, counselling.ErrNotFound) {
			t.Errorf("the refused one is there: %v", err)
		}
		if by, err := s.CounsellorOf(ctx, "A1"); err != nil || by.ID != "C1" {
			t.Errorf("by account %+v, %v", by, err)
		}
		if _, err := s.CounsellorByCalendar(ctx, ""); !errors.Is(err, counselling.ErrNotFound) {
			t.Errorf("no address opens a calendar: %v", err)
		}
		got.Calendar = "H1"
		if err := s.ReplaceCounsellor(ctx, got, nil, planned(t, audit.PlanChange)); err != nil {
			t.Fatal(err)
		}
		if by, err := s.CounsellorByCalendar(ctx, "H1"); err != nil || by.Rev != 1 {
			t.Errorf("by calendar %+v, %v", by, err)
		}
		if n, err := engine.Collection("auditEntries").Count(ctx, nil, 0); err != nil || n != 2 {
			t.Errorf("%d entries for two changes, %v", n, err)
		}
	})
}

// normal is a counsellor with instants as they are compared.
func normal(c counselling.Counsellor) counselling.Counsellor {
	c.CreatedAt = c.CreatedAt.UTC()
	return c
}

// Of many who change one counsellor at the revision they saw, one wins and the others are told; what a loser would have
// hurt is in no list.
func TestAChangeOfACounsellorHappensAtItsRevision(t *testing.T) {
	engines(t, func(t *testing.T, engine document.Engine) {
		ctx, s := context.Background(), store.NewCounselling(engine)
		if err := s.InsertCounsellor(ctx, counsellorOf("C1", "A1"), planned(t, audit.CounsellorChange)); err != nil {
			t.Fatal(err)
		}
		var won, moved atomic.Int64
		var all sync.WaitGroup
		for i := range 8 {
			e := planned(t, audit.PlanChange)
			all.Go(func() {
				c := counsellorOf("C1", "A1")
				c.Introduction = fmt.Sprint(i)
				err := s.ReplaceCounsellor(ctx, c, []counselling.Affected{{ID: fmt.Sprint("B", i), Counsellor: "C1", DueAt: testkit.Start, Schema: 1}}, e)
				switch {
				case err == nil:
					won.Add(1)
				case errors.Is(err, counselling.ErrMoved):
					moved.Add(1)
				default:
					t.Errorf("answered %v", err)
				}
			})
		}
		all.Wait()
		hurt, err := s.AffectedOpen(ctx)
		got, _ := s.Counsellor(ctx, "C1")
		if won.Load() != 1 || moved.Load() != 7 || err != nil || len(hurt) != 1 || hurt[0].ID != "B"+got.Introduction {
			t.Errorf("%d won, %d moved; %+v, %v", won.Load(), moved.Load(), hurt, err)
		}
	})
}

func TestRoomsAreStored(t *testing.T) {
	engines(t, func(t *testing.T, engine document.Engine) {
		ctx, s := context.Background(), store.NewCounselling(engine)
		r := counselling.Room{ID: "R1", Region: "150424000000", Name: "活动中心 306", Schema: 1}
		if err := s.InsertRoom(ctx, r, planned(t, audit.RoomChange)); err != nil {
			t.Fatal(err)
		}
		r.Closed = []counselling.Days{{From: "2026-12-01", To: "2026-12-03"}}
		if err := s.ReplaceRoom(ctx, r, nil, planned(t, audit.RoomChange)); err != nil {
			t.Fatal(err)
		}
		if err := s.ReplaceRoom(ctx, r, nil, planned(t, audit.RoomChange)); !errors.Is(err, counselling.ErrMoved) {
			t.Errorf("at an old revision: %v", err)
		}
		all, err := s.Rooms(ctx)
		if err != nil || len(all) != 1 || !all[0].ClosedOn("2026-12-02") || all[0].ClosedOn("2026-12-04") {
			t.Errorf("%+v, %v", all, err)
		}
	})
}

// What is affected keeps its owner and its clock until it is dealt with; hurt again, it begins anew.
func TestAffectedAppointmentsWaitForSomebody(t *testing.T) {
	engines(t, func(t *testing.T, engine document.Engine) {
		ctx, s := context.Background(), store.NewCounselling(engine)
		at := testkit.Start
		first := []counselling.Affected{
			{ID: "B1", Counsellor: "C1", Rule: counselling.RuleOff, Owner: "A1", Since: at, DueAt: at.Add(2 * time.Hour), Schema: 1},
			{ID: "B2", Counsellor: "C1", Rule: counselling.RuleOff, Owner: "A1", Since: at, DueAt: at.Add(time.Hour), Schema: 1},
		}
		later := []counselling.Affected{{ID: "B1", Counsellor: "C1", Rule: counselling.RuleHoliday, Since: at.Add(time.Hour), DueAt: at.Add(9 * time.Hour), Schema: 1}}
		for _, hurt := range [][]counselling.Affected{first, later, nil} {
			if err := s.AddAffected(ctx, hurt); err != nil {
				t.Fatal(err)
			}
		}
		open, err := s.AffectedOpen(ctx)
		if err != nil || len(open) != 2 || open[0].ID != "B2" || open[1].Owner != "A1" || !open[1].DueAt.Equal(at.Add(2*time.Hour)) {
			t.Fatalf("open %+v, %v", open, err)
		}
		if err := s.CloseAffected(ctx, at, "B1"); err != nil {
			t.Fatal(err)
		}
		if open, err = s.AffectedOpen(ctx); err != nil || len(open) != 1 {
			t.Errorf("open %+v, %v", open, err)
		}
		if err := s.AddAffected(ctx, later); err != nil {
			t.Fatal(err)
		}
		if open, err = s.AffectedOpen(ctx); err != nil || len(open) != 2 || open[1].Rule != counselling.RuleHoliday || open[1].DoneAt != nil {
			t.Errorf("hurt again: %+v, %v", open, err)
		}
	})
}

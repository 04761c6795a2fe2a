package counselling

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"pugongying/internal/staff"
)

func table(rows ...string) [][]string {
	all := [][]string{TableColumns}
	for _, r := range rows {
		all = append(all, strings.Split(r, "|"))
	}
	return all
}

func TestATableBecomesAWeek(t *testing.T) {
	k := newKit(t)
	got, err := k.ImportTable(ctx, coordinator, table(
		"斯琴老师|周二|14:00|17:30|视频||16:00|16:10", "", "斯琴老师| 星期二 |9：00|12:00|当面、电话|活动中心 306||", "斯琴老师|调休上班的周末|9:00|11:00|电话"), nil)
	if err != nil || !got.Done || !slices.Equal(got.Names, []string{"斯琴老师"}) {
		t.Fatalf("%+v, %v", got, err)
	}
	c := k.store.people["C1"]
	tuesday := c.Plan.Week[1]
	if len(tuesday.Hours) != 2 || tuesday.Hours[0].Room != "R306" || tuesday.Hours[1].From != hm(14, 0) || tuesday.Breaks[0].To != hm(16, 10) ||
		len(c.Plan.Week[0].Hours) != 0 || len(c.Plan.Week[Makeup].Hours) != 1 || c.Plan.Notice != siqin().Plan.Notice {
		t.Errorf("%+v", c.Plan)
	}
}

func TestADoubtIsNeverGuessed(t *testing.T) {
	good := "斯琴老师|周一|9:00|12:00|电话"
	for row, says := range map[string]string{
		"白老师|周一|9:00|12:00|电话":               "叫“白老师”的有 0 位",
		"斯琴老师|周一到周五|9:00|12:00|电话":           "一行一天",
		"斯琴老师|周天|9:00|12:00|电话":              "写的是“周天”",
		"斯琴老师|周二|9点|12:00|电话":                "按北京时间",
		"斯琴老师|周二|0.375|12:00|电话":             "“0.375”",
		"斯琴老师|周二|9:00||电话":                   "按北京时间",
		"斯琴老师|周二|||电话":                       "还空着",
		"斯琴老师|周二|9:00|12:00|见面":              "写的是“见面”",
		"斯琴老师|周二|9:00|12:00|":                "怎么谈还空着",
		"斯琴老师|周二|9:00|12:00|当面|306":          "叫“306”的房间有 0 间",
		"斯琴老师|周二|9:00|12:00|当面":              "请选一个房间",
		"斯琴老师|周二|9:00|12:00|电话|活动中心 306":     "不当面谈",
		"斯琴老师|周二|9:00|12:00|电话||10:00|":      "按北京时间",
		"斯琴老师|周一|11:00|14:00|电话":             "叠在一起",
		"斯琴老师|周二|9:00|9:30|电话":               "不够谈一次",
		"斯琴老师|周二|9:00|12:00|电话||13:00|14:00": "不在来的时间里",
	} {
		k := newKit(t)
		got, err := k.ImportTable(ctx, coordinator, table(good, row), nil)
		if err != nil || got.Done || len(got.Doubts) == 0 || !strings.Contains(got.Doubts[0].Text, says) || k.store.people["C1"].Rev != 0 {
			t.Errorf("%s: %+v, %v", row, got, err)
		}
	}
	k := newKit(t)
	if got, err := k.ImportTable(ctx, coordinator, table(good), []int{1}); err != nil || got.Done || got.Doubts[0].Row != 2 {
		t.Errorf("a hidden row: %+v, %v", got, err)
	}
	twin := siqin()
	twin.ID, twin.Account = "C2x", "A9"
	k.store.people["C2x"] = twin
	if got, err := k.ImportTable(ctx, coordinator, table(good), nil); err != nil || !strings.Contains(got.Doubts[0].Text, "有 2 位") {
		t.Errorf("two of one name: %+v, %v", got, err)
	}
}

func TestATableThatHurtsSomebodyIsNotWritten(t *testing.T) {
	k := newKit(t)
	k.book("P", "2026-09-24", hm(9, 0), InPerson, "R306")
	got, err := k.ImportTable(ctx, coordinator, table("斯琴老师|周二|9:00|12:00|电话"), nil)
	if err != nil || got.Done || idsOf(got.Hurt) != "P" || k.store.people["C1"].Rev != 0 {
		t.Errorf("%+v, %v", got, err)
	}
	for name, rows := range map[string][][]string{"empty": nil, "no rows": table(), "another header": {{"姓名", "星期"}, {"斯琴老师", "周一"}}, "endless": make([][]string, 3000)} {
		if _, err := k.ImportTable(ctx, coordinator, rows, nil); !errors.Is(err, ErrTable) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := k.ImportTable(ctx, volunteer, table("斯琴老师|周二|9:00|12:00|电话"), nil); !errors.Is(err, staff.ErrForbidden) {
		t.Errorf("a volunteer: %v", err)
	}
	if got, err := k.ImportTable(ctx, elsewhere, table("斯琴老师|周二|9:00|12:00|电话"), nil); err != nil || got.Done || !strings.Contains(got.Doubts[0].Text, "有 0 位") {
		t.Errorf("another region's: %+v, %v", got, err)
	}
}

func TestAWeekIsWrittenAndReadBack(t *testing.T) {
	k := newKit(t)
	before := k.store.people["C1"].Plan
	w, err := k.World(ctx, "C1")
	if err != nil {
		t.Fatal(err)
	}
	got, err := k.ImportTable(ctx, herself, append([][]string{TableColumns}, TableOf(w)...), nil)
	if err != nil || !got.Done {
		t.Fatalf("%+v, %v", got, err)
	}
	if after := k.store.people["C1"].Plan; !slices.EqualFunc(before.Week[:], after.Week[:], func(a, b DayPlan) bool {
		return slices.Equal(a.Breaks, b.Breaks) && slices.EqualFunc(a.Hours, b.Hours, func(x, y Hours) bool { return x.Span == y.Span && x.Room == y.Room && slices.Equal(x.Modes, y.Modes) })
	}) {
		t.Errorf("%+v\nwas %+v", after, before)
	}
}

package lawimport

import (
	"context"
	"testing"

	"pugongying/internal/law"
)

// repealing is a room whose register knows what was repealed by decisions of their own.
func repealing(t *testing.T) *room {
	t.Helper()
	known, err := kiteFacts(t).WithRepeals([]law.Repeal{
		{Title: "中华人民共和国旧婚法", Day: "2021-01-01", Source: "新典 第九条"},
		{Title: "最高法院关于适用《中华人民共和国旧婚法》若干问题的解释（一）", Number: "法释〔2001〕1号", Day: "2021-01-01", Source: "法释〔2020〕1号"},
	})
	if err != nil {
		t.Fatal(err)
	}
	r := newRoom(t)
	r.Library = law.NewLibrary(r.store, known, nil, func() string { return r.day })
	return r
}

func TestWhatWasRepealedIsNotInForce(t *testing.T) {
	r := repealing(t)
	first, second := "最高法院关于适用《中华人民共和国旧婚法》若干问题的解释（一）", "最高法院关于适用〈旧婚法〉若干问题的解释（二）"
	newer, other := "最高法院关于适用《中华人民共和国新典》婚姻编的解释（一）", "最高法院关于适用《旧婚法》若干问题的解释（三）"
	r.give(Options{}, kites("中华人民共和国旧婚法", "1981-01-01", "一。"), kites(first, "2001-12-27", "一。"), kites(second, "2004-04-01", "一。"),
		kites(newer, "2021-01-01", "一。"), kites(other, "2022-01-01", "一。"))
	for title, want := range map[string]law.Status{
		"旧婚法": law.Repealed, first: law.Repealed, // the register says so
		second: law.Unsettled,                   // its law is gone, and nothing says what became of it
		newer:  law.InForce, other: law.InForce, // the controls: another law, and a text that is younger than the repeal
	} {
		if h := r.law(title); h.Status != want || h.Versions[h.Current].Status != want {
			t.Errorf("%s is %s (%s), want %s", title, h.Status, h.Versions[h.Current].Status, want)
		}
	}
	if h := r.law(first); h.Versions[0].Until != "2020-12-31" {
		t.Errorf("until %q", h.Versions[0].Until)
	}
	r.day = "2020-06-01"
	if err := r.Reload(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, title := range []string{"旧婚法", first, second} {
		if h := r.law(title); h.Status != law.InForce {
			t.Errorf("before its last day %s is %s", title, h.Status)
		}
	}
}

func TestARepealNeedsItsSource(t *testing.T) {
	for _, wrong := range []law.Repeal{{Title: "甲", Day: "2021-01-01"}, {Title: "甲", Source: "乙"}, {Day: "2021-01-01", Source: "乙"}, {Title: "甲", Day: "2021-02-30", Source: "乙"}} {
		if _, err := kiteFacts(t).WithRepeals([]law.Repeal{wrong}); err == nil {
			t.Errorf("%+v is taken", wrong)
		}
	}
}

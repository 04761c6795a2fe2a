package law_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pugongying/internal/law"
)

// clocked is a room whose day is the Asia/Shanghai date of an instant that the test can change.
func clocked(t *testing.T, pins ...law.Pin) (*room, func(instant string)) {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	r := newRoom(t, pins...)
	return r, func(instant string) {
		t.Helper()
		at, err := time.Parse(time.RFC3339Nano, instant)
		if err != nil {
			t.Fatal(err)
		}
		r.on(at.In(zone).Format(time.DateOnly))
	}
}

// The day in Shanghai begins at 16:00 UTC: statuses change at that moment and at no other.
func TestStatusesAroundMidnightInShanghai(t *testing.T) {
	r, at := clocked(t)
	r.bring(
		kites("风筝法", "2010-01-01", "一。", "二。", "三。", "四。"),
		kites("风筝法", "2026-06-01", "一。", "新的二。", "三。"),
		kites("云法", "2010-01-01", "一。"),
		kites("天空典", "2026-06-01", "本典自2026年6月1日起施行。《云法》同时废止。"),
		kites("鸟法", "2026-06-02", "一。"),
	)
	said := func() string {
		var words []string
		for _, name := range []string{"风筝法", "云法", "天空典", "鸟法"} {
			h := r.law(name)
			word := string(h.Status)
			for _, v := range h.Versions {
				word += " " + string(v.Status)
			}
			words = append(words, word)
		}
		return strings.Join(words, ", ")
	}
	const before, after, next = "in_force in_force to_come, in_force in_force, to_come to_come, to_come to_come",
		"in_force superseded in_force, repealed repealed, in_force in_force, to_come to_come",
		"in_force superseded in_force, repealed repealed, in_force in_force, in_force in_force"
	generations := map[string]int64{}
	for _, c := range []struct{ instant, want string }{
		{"2026-05-31T00:00:00+08:00", before}, {"2026-05-31T15:59:59.999Z", before}, {"2026-05-31T23:59:59+08:00", before},
		{"2026-05-31T16:00:00Z", after}, {"2026-06-01T00:00:00+08:00", after}, {"2026-05-31T12:00:00-04:00", after},
		{"2026-06-01T00:00:00Z", after}, {"2026-06-01T15:59:59Z", after}, {"2026-06-01T16:00:00Z", next}, {"2026-12-31T16:00:00Z", next},
	} {
		at(c.instant)
		if got := said(); got != c.want {
			t.Errorf("%s: %s, want %s", c.instant, got, c.want)
		}
		if generation, known := generations[c.want]; known && generation != r.Generation() {
			t.Errorf("%s: the head moved although nothing changed", c.instant)
		}
		generations[c.want] = r.Generation()
	}
	if len(generations) != 3 || generations[before] >= generations[after] || generations[after] >= generations[next] {
		t.Errorf("generations %v", generations)
	}
}

// In the last second of a version its words are quoted; from the first second of the next version the new words are.
func TestWhatIsQuotedAroundMidnight(t *testing.T) {
	ctx, c := context.Background(), law.Citation{Law: "fz", Article: 2}
	r, at := clocked(t)
	r.bring(kites("风筝法", "2010-01-01", "一。", "二。", "三。", "四。"), kites("风筝法", "2026-06-01", "一。", "新的二。", "三。"))
	fourth := law.Citation{Law: "fz", Article: 4}
	for _, step := range []struct {
		instant, want string
		fourth        error
	}{{"2026-05-31T15:59:59Z", "二。", nil}, {"2026-05-31T16:00:00Z", "新的二。", law.ErrNoArticle}, {"2026-05-31T15:59:59Z", "二。", nil}} {
		at(step.instant)
		if q, err := r.Provision(ctx, c); err != nil || q.Article.Text() != step.want {
			t.Errorf("%s: %q, %v", step.instant, q.Article.Text(), err)
		}
		if _, err := r.Provision(ctx, fourth); !errors.Is(err, step.fourth) {
			t.Errorf("%s: the fourth article: %v", step.instant, err)
		}
		if _, err := r.Register().Parse("风筝法第四条"); !errors.Is(err, step.fourth) {
			t.Errorf("%s: 第四条 is read: %v", step.instant, err)
		}
		if _, err := r.AllVersions().Parse("风筝法第四条"); err != nil {
			t.Errorf("%s: what was written under the old version is no longer read: %v", step.instant, err)
		}
	}
}

// TestChangedAndComingOverTheDays follows each kind of change from the day it is known to the day after it applies.
func TestChangedAndComingOverTheDays(t *testing.T) {
	pin := func(article, sub, paragraph, item int, words string) law.Pin {
		return law.Pin{law.Citation{"fz", article, sub, paragraph, item}, law.Hash(words)}
	}
	pins := map[string]law.Pin{
		"stays":           pin(1, 0, 0, 0, "一。"),
		"is changed":      pin(2, 0, 0, 0, "二。"),
		"is renumbered":   pin(3, 0, 0, 0, "三，风筝要有线。"),
		"is inserted":     pin(3, 1, 0, 0, "三之一。"),
		"loses its 款":     pin(4, 0, 2, 0, "第二款。"),
		"an 项 that moves": pin(5, 0, 0, 2, "鸟。"),
	}
	var all []law.Pin
	for _, p := range pins {
		all = append(all, p)
	}
	old := strings.Replace(kites("风筝法", "2010-01-01", "一。", "二。", "三，风筝要有线。", "四。\n\n第二款。", "五：\n\n（一）云；\n\n（二）鸟。"), "第四条 ", "第三条之一 三之一。\n\n第四条 ", 1)
	r, at := clocked(t, all...)
	reported := func() map[string]string {
		said := map[string]string{}
		for name, p := range pins {
			for when, ask := range map[string]func(law.Citation) (law.Change, bool){"today": r.Changed, "coming": r.Coming} {
				if change, ok := ask(p.Citation); ok {
					said[name] += fmt.Sprintf("%s %s", when, change.Kind)
					if change.Kind == law.Renumbered {
						said[name] += " " + change.To.Provision()
					}
					if change.Effective != "2026-06-01" || !strings.HasPrefix(change.Version, "2026-06-01.") || !strings.HasPrefix(change.Text(), "2026-06-01 起") {
						t.Errorf("%s: %+v, %s", name, change, change.Text())
					}
				}
			}
		}
		return said
	}
	at("2026-05-30T16:00:00Z")
	r.bring(old)
	if said := reported(); len(said) != 0 {
		t.Errorf("negative control: nothing changed yet, but %v", said)
	}
	r.bring(kites("风筝法", "2026-06-01", "一。", "新的二。", "插进来的，和谁都不像。", "三，风筝要有线。", "四。", "六：\n\n（一）云；\n\n（二）星；\n\n（三）鸟。"))
	want := map[string]string{
		"is changed": "changed", "is renumbered": "renumbered 第四条", "is inserted": "removed", "loses its 款": "removed",
		"an 项 that moves": "renumbered 第六条第（三）项",
	}
	for instant, when := range map[string]string{"2026-05-31T15:59:59Z": "coming ", "2026-05-31T16:00:00Z": "today ", "2027-01-01T00:00:00Z": "today "} {
		at(instant)
		said := reported()
		for name, kind := range want {
			if said[name] != when+kind {
				t.Errorf("%s: what %s is %q, want %q", instant, name, said[name], when+kind)
			}
		}
		if len(said) != len(want) {
			t.Errorf("%s: %v", instant, said)
		}
	}
}

// TestTwoVersionsSideBySide compares two versions named explicitly, in both orders, and by default, before and on the
// effective day.
func TestTwoVersionsSideBySide(t *testing.T) {
	ctx := context.Background()
	r, at := clocked(t)
	r.bring(
		kites("风筝法", "2010-01-01", "一。", "二，风筝应当有一根结实的线。", "三。"),
		kites("风筝法", "2020-01-01", "一。", "二，风筝应当有一根很结实的线。", "三。", "四。"),
		kites("风筝法", "2027-01-01", "一。", "三。", "四。", "全新的五，和谁都不像。"),
	)
	h := r.law("fz")
	first, second, third := h.Versions[0].Version, h.Versions[1].Version, h.Versions[2].Version
	for _, c := range []struct{ instant, from, to, want string }{
		{"2026-11-25T02:00:00Z", "", "", "1-2 removed 2>, renumbered 3>2, renumbered 4>3, added >4; 1"},
		{"2026-11-25T02:00:00Z", first, second, "0-1 changed 2>2, added >4; 2"},
		{"2026-11-25T02:00:00Z", second, first, "1-0 changed 2>2, removed 4>; 2"},
		{"2026-11-25T02:00:00Z", "", second, "0-1 changed 2>2, added >4; 2"},
		{"2026-11-25T02:00:00Z", second, second, "1-1 ; 4"},
		{"2026-11-25T02:00:00Z", first, third, "0-2 removed 2>, renumbered 3>2, added >3, added >4; 1"},
		{"2026-12-31T16:00:00Z", "", "", "1-2 removed 2>, renumbered 3>2, renumbered 4>3, added >4; 1"},
		{"2019-12-31T15:59:59Z", "", "", "0-1 changed 2>2, added >4; 2"},
	} {
		at(c.instant)
		changes, err := r.Changes(ctx, "fz", c.from, c.to)
		if got := fmt.Sprintf("%d-%d %s; %d", changes.From, changes.To, reported(changes.Items), changes.Same); err != nil || got != c.want {
			t.Errorf("%s %s %s: %s, %v, want %s", c.instant, c.from, c.to, got, err, c.want)
		}
	}
}

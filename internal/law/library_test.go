package law_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pugongying/internal/law"
)

func TestWithoutTextsTheShippedFactsStand(t *testing.T) {
	r := newRoom(t)
	if h := r.law("筝法"); h.Slug != "fz" || h.Status != law.InForce || h.Imported() || h.Current != -1 || h.Count() != 4 {
		t.Errorf("%+v", h)
	}
	if h := r.law("xz"); h.Status != law.ToCome {
		t.Errorf("%+v", h)
	}
	if _, err := r.Law("nichts"); !errors.Is(err, law.ErrUnknown) {
		t.Error(err)
	}
	for slug, want := range map[string]error{"fz": law.ErrNoText, "nichts": law.ErrUnknown} {
		if _, err := r.Version(context.Background(), slug, ""); !errors.Is(err, want) {
			t.Errorf("%s: %v", slug, err)
		}
	}
	if _, changed := r.Changed(law.Citation{Law: "fz", Article: 9}); changed {
		t.Error("changed without a text")
	}
	if fixed := law.Fixed(kiteFacts(t)); fixed.Reload(context.Background()) != nil || len(fixed.Laws()) != 2 {
		t.Error("a fixed library moves")
	}
}

func TestVersionsByDay(t *testing.T) {
	r := newRoom(t)
	r.bring(
		kites("风筝法", "2010-01-01", "一。", "二。", "三。", "四。"),
		kites("中华人民共和国风筝法", "2026-06-01", "一。", "新的二。", "三。"),
		kites("风筝法", "2027-01-01", "一。", "新的二。", "三。", "四。", "五。"),
		kites("内蒙古风筝条例", "2020-01-01", "一。"),
	)
	for day, want := range map[string]string{
		"2009-12-31": "to_come to_come to_come 0 5",
		"2026-05-31": "in_force to_come to_come 0 4",
		"2026-06-01": "superseded in_force to_come 1 3",
		"2027-01-01": "superseded superseded in_force 2 5",
	} {
		h := r.on(day).law("风筝法")
		said := ""
		for _, v := range h.Versions {
			said += string(v.Status) + " "
		}
		facts, _ := r.Register().Law("fz")
		if day == "2009-12-31" { // nothing is in force, so the newest text is returned
			want = "to_come to_come to_come 2 5"
		}
		if said += fmt.Sprint(h.Current, " ", facts.Articles); said != want {
			t.Errorf("%s: %s, want %s", day, said, want)
		}
		if ever, _ := r.AllVersions().Law("fz"); ever.Articles != 5 {
			t.Errorf("%s: ever %d articles", day, ever.Articles)
		}
	}
	h := r.on("2026-11-25").law("fz")
	if h.Versions[0].Until != "2026-05-31" || h.Versions[1].Until != "2026-12-31" || h.Versions[2].Until != "" {
		t.Errorf("%+v", h.Versions)
	}
	old, err := r.Version(context.Background(), "筝法", h.Versions[0].Version)
	if err != nil || old.Articles[1].Text() != "二。" {
		t.Errorf("the first version: %+v, %v", old, err)
	}
	if again, _ := r.Version(context.Background(), "fz", h.Versions[0].Version); again != old {
		t.Error("a text asked for twice is decoded twice")
	}
	if _, err := r.Version(context.Background(), "fz", "1999-01-01.x"); !errors.Is(err, law.ErrNoVersion) {
		t.Error(err)
	}
	other := r.law("内蒙古风筝条例")
	if other.Slug != law.SlugOf("内蒙古风筝条例") || len(other.Slug) != 10 || r.Laws()[2].Slug != other.Slug {
		t.Errorf("%+v", other)
	}
	c, err := r.Register().Parse("内蒙古风筝条例第一条")
	if err != nil || c.Law != other.Slug {
		t.Errorf("%+v %v", c, err)
	}
	if q, err := r.Provision(context.Background(), c); err != nil || q.Article.Text() != "一。" || q.Label != "内蒙古风筝条例 第一条" {
		t.Errorf("%+v %v", q, err)
	}
	var walked []string
	if err := r.Each(context.Background(), func(v *law.Version) error { walked = append(walked, v.Title); return nil }); err != nil || len(walked) != 2 {
		t.Errorf("%v %v", walked, err)
	}
}

func TestTheGenerationMovesWithChangesAndWithTheDay(t *testing.T) {
	r := newRoom(t)
	generations := []int64{r.Generation()}
	note := func() { generations = append(generations, r.Generation()) }
	r.bring(kites("风筝法", "2010-01-01", "一。"), kites("风筝法", "2027-01-01", "二。"))
	note()
	r.on("2026-12-31")
	if r.Generation() != generations[1] {
		t.Error("the head moves on a day without a change")
	}
	r.on("2027-01-01")
	note()
	r.bring(kites("风筝法", "2028-01-01", "三。"))
	note()
	if !slices.IsSorted(generations) || len(slices.Compact(slices.Clone(generations))) != 4 {
		t.Errorf("generations %v", generations)
	}
	again := law.NewLibrary(r.store, kiteFacts(t), nil, func() string { return r.day })
	if err := again.Reload(context.Background()); err != nil || again.Generation() != r.Generation() {
		t.Errorf("another start has generation %d, not %d", again.Generation(), r.Generation())
	}
}

func TestALawRepealedByAnother(t *testing.T) {
	r := newRoom(t)
	r.bring(kites("风筝法", "2010-01-01", "一。"), kites("天空典", "2026-12-01", "本典自2026年12月1日起施行。《中华人民共和国风筝法》、《没有的法》同时废止。"))
	if h := r.law("fz"); h.Status != law.InForce || h.Versions[0].Until != "2026-11-30" {
		t.Errorf("before: %+v", h)
	}
	r.on("2026-12-01")
	if h := r.law("fz"); h.Status != law.Repealed || h.Versions[0].Repealed != "2026-12-01" {
		t.Errorf("after: %+v", h)
	}
	if change, ok := r.Changed(law.Citation{Law: "fz", Article: 1}); !ok || change.Kind != law.LawRepealed {
		t.Errorf("%+v", change)
	}
}

func TestAnOutdatedTextIsNeverInForce(t *testing.T) {
	r := newRoom(t)
	r.bring("<!-- 云法 | 公布：2010-01-01 | 施行：2010-01-01 | 状态：仅供参考 -->\n\n**第一条**　一。\n")
	if h := r.law("云法"); h.Status != law.Repealed || h.Current != 0 {
		t.Errorf("%+v", h)
	}
}

func TestChangedCitations(t *testing.T) {
	first := newRoom(t)
	first.bring(kites("风筝法", "2010-01-01", "一。\n\n第二款。", "二：\n\n（一）云；\n\n（二）鸟。", "三。", "四。"))
	var pins []law.Pin
	for _, written := range []string{"风筝法第一条第一款", "风筝法第一条第二款", "风筝法第二条第（二）项", "风筝法第三条", "风筝法第四条"} {
		c, err := first.Register().Parse(written)
		if err != nil {
			t.Fatal(err)
		}
		q, err := first.Provision(context.Background(), c)
		if err != nil {
			t.Fatal(err)
		}
		pins = append(pins, law.Pin{Citation: c, SHA256: q.Article.SHA256})
	}
	r := newRoom(t, pins...)
	r.store = first.store
	r.Library = law.NewLibrary(first.store, kiteFacts(t), pins, func() string { return r.day })
	r.on(r.day)
	for _, p := range pins {
		if change, changed := r.Changed(p.Citation); changed {
			t.Errorf("nothing changed, but %+v", change)
		}
	}
	r.bring(kites("风筝法", "2026-12-01", "一。\n\n第二款改了。", "插进来的。", "二：\n\n（一）云；\n\n（二）星；\n\n（三）鸟。", "三。"))
	coming, today := 0, 0
	for _, p := range pins {
		if _, ok := r.Coming(p.Citation); ok {
			coming++
		}
		if _, ok := r.Changed(p.Citation); ok {
			today++
		}
	}
	if coming != 4 || today != 0 {
		t.Errorf("the day before: %d will change, %d did", coming, today)
	}
	r.on("2026-12-01")
	for written, want := range map[string]string{
		"风筝法第一条第一款": "", "风筝法第一条第二款": "changed", "风筝法第二条第（二）项": "renumbered 第三条第（三）项", "风筝法第三条": "renumbered 第四条", "风筝法第四条": "changed",
	} {
		c, err := r.AllVersions().Parse(written)
		if err != nil {
			t.Fatal(err)
		}
		change, changed := r.Changed(c)
		got := string(change.Kind)
		if change.Kind == law.Renumbered {
			got += " " + change.To.Provision()
		}
		if got != want || changed != (want != "") || changed && !strings.Contains(change.Text(), "2026-12-01") {
			t.Errorf("%s: %s, want %s (%s)", written, got, want, change.Text())
		}
	}
	r.bring(kites("风筝法", "2027-01-01", "一。"))
	r.on("2027-01-01")
	if change, _ := r.Changed(pins[3].Citation); change.Kind != law.Removed {
		t.Errorf("%+v", change)
	}
	if change, ok := r.Changed(law.Citation{Law: "fz", Article: 2}); !ok || change.Kind != law.Removed || r.Pinned(law.Citation{Law: "fz", Article: 2}) || !r.Pinned(pins[0].Citation) {
		t.Errorf("an unpinned article that is gone: %+v", change)
	}
	if _, ok := r.Changed(law.Citation{Law: "fz", Article: 1}); ok {
		t.Error("an unpinned article that is there changed")
	}
}

func TestCompare(t *testing.T) {
	long := func(word string) string {
		return strings.Repeat(word+"应当有一根结实的线和一个轴", 3) + "。"
	}
	r := newRoom(t)
	r.bring(
		kites("风筝法", "2010-01-01", long("甲"), long("乙"), "云是云。", long("丁"), long("戊")),
		kites("风筝法", "2027-01-01", long("甲"), "插进来的一条，和谁都不像。", long("乙"), long("丁")+"还要有尾巴。", long("戊")),
	)
	h := r.law("fz")
	before, _ := r.Version(context.Background(), "fz", h.Versions[0].Version)
	after, _ := r.Version(context.Background(), "fz", h.Versions[1].Version)
	differences, same := law.Compare(before, after)
	var said []string
	for _, d := range differences {
		text := string(d.Kind)
		if d.Before != nil {
			text += " " + d.Before.Number()
		}
		if d.After != nil {
			text += ">" + d.After.Number()
		}
		said = append(said, text)
	}
	if got := strings.Join(said, ", "); got != "added>2, renumbered 2>3, removed 3, changed 4>4" || same != 2 {
		t.Errorf("%s, %d the same", got, same)
	}
	if none, same := law.Compare(before, before); len(none) != 0 || same != 5 {
		t.Errorf("a law differs from itself: %v", none)
	}
}

func TestATextOlderThanTheShippedFactsIsNotInForce(t *testing.T) {
	pin := law.Pin{Citation: law.Citation{Law: "fz", Article: 1}, SHA256: law.Hash("一。")}
	r := newRoom(t, pin)
	r.bring(kites("风筝法", "2005-01-01", "从前的一。", "二。"))
	h := r.law("fz")
	if h.Status != law.InForce || h.Versions[0].Status != law.Superseded || h.Versions[0].Until != "2009-12-31" || h.Articles != 4 || h.Effective != "2010-01-01" {
		t.Errorf("%+v", h)
	}
	for _, c := range []law.Citation{pin.Citation, {Law: "fz", Article: 4}} {
		if change, changed := r.Changed(c); changed {
			t.Errorf("an old text changed %s: %+v", c.Provision(), change)
		}
	}
	r.bring(kites("风筝法", "2010-01-01", "今天的一。", "二。", "三。", "四。"))
	if h := r.law("fz"); h.Status != law.InForce || h.Versions[1].Status != law.InForce {
		t.Errorf("%+v", h)
	}
	if _, changed := r.Changed(pin.Citation); !changed {
		t.Error("negative control: the text of the shipped facts differs from the pin, unseen")
	}
}

func TestNamesTwoLawsWouldShare(t *testing.T) {
	r := newRoom(t)
	r.bring(kites("筝法", "2010-01-01", "一。"), kites("风筝法（法释〔2022〕17号）", "2010-01-01", "一。"))
	if h := r.law("筝法"); h.Slug != "fz" {
		t.Errorf("an alias of a shipped law is %+v", h)
	}
	if len(r.Laws()) != 3 {
		t.Errorf("%d laws", len(r.Laws()))
	}
}

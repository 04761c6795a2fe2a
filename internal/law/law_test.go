package law

import (
	"strings"
	"testing"
)

// some is a register with one law of each kind that is parsed differently.
func some(t testing.TB) *Register {
	t.Helper()
	r, err := NewRegister([]Law{
		{Slug: "fjtblf", Title: "中华人民共和国反家庭暴力法", Short: "反家庭暴力法", Aliases: []string{"反家暴法"}, Issued: "2015-12-27", Effective: "2016-03-01", Articles: 38},
		{Slug: "mfd", Title: "中华人民共和国民法典", Short: "民法典", Issued: "2020-05-28", Effective: "2021-01-01", Articles: 1260},
		{Slug: "xf", Title: "中华人民共和国刑法", Short: "刑法", Issued: "1979-07-01", Revised: "2023-12-29", Effective: "1997-10-01", Articles: 452, Inserted: []string{"260-1", "120-6"}},
		{Slug: "fs-2022-17", Title: "最高人民法院关于办理人身安全保护令案件适用法律若干问题的规定", Short: "人身安全保护令规定", Aliases: []string{"办理人身安全保护令案件规定"}, Number: "法释〔2022〕17号", Issued: "2022-07-14", Effective: "2022-08-01", Articles: 13},
		{Slug: "fs-2020-22", Title: "最高人民法院关于适用《中华人民共和国民法典》婚姻家庭编的解释（一）", Short: "民法典婚姻家庭编解释（一）", Number: "法释〔2020〕22号", Issued: "2020-12-29", Effective: "2021-01-01", Articles: 91},
		{Slug: "zaglcff", Title: "中华人民共和国治安管理处罚法", Short: "治安管理处罚法", Issued: "2005-08-28", Revised: "2025-06-27", Effective: "2026-01-01", Articles: 144},
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRegisterFindsALawByAnyName(t *testing.T) {
	r := some(t)
	for name, slug := range map[string]string{
		"反家庭暴力法": "fjtblf", "《中华人民共和国反家庭暴力法》": "fjtblf", "反家暴法": "fjtblf", "法释(2022)17号": "fs-2022-17",
		"法释【2022】１７号": "fs-2022-17", "民法典婚姻家庭编解释(一)": "fs-2020-22",
		"最高人民法院关于适用民法典婚姻家庭编的解释（一）": "fs-2020-22", " 民 法 典 ": "mfd",
	} {
		if l, err := r.Named(name); err != nil || l.Slug != slug {
			t.Errorf("Named(%s) = %s, %v, want %s", name, l.Slug, err, slug)
		}
	}
	for _, name := range []string{"", "婚姻法", "民法", "法释〔2022〕18号"} {
		if l, err := r.Named(name); err == nil {
			t.Errorf("Named(%q) = %s, want ErrUnknown", name, l.Slug)
		}
	}
	if len(r.Laws()) != 6 {
		t.Errorf("Laws() has %d, want 6", len(r.Laws()))
	}
}

func TestRegisterCannotBeChangedThroughWhatItGives(t *testing.T) {
	r := some(t)
	r.Laws()[0].Short = "别的"
	if l, err := r.Law("fjtblf"); err != nil || l.Short != "反家庭暴力法" {
		t.Errorf("Law after a change of the copy = %s, %v", l.Short, err)
	}
}

func TestInForce(t *testing.T) {
	l := Law{Effective: "2026-01-01"}
	if l.InForce("2025-12-31") || !l.InForce("2026-01-01") || (Law{}).InForce("2026-01-01") {
		t.Error("a law applies from its own day on, and never without one")
	}
}

func TestNewRegisterRefuses(t *testing.T) {
	good := Law{Slug: "aa", Title: "甲法", Short: "甲法", Issued: "2001-01-01", Effective: "2001-01-01", Articles: 5}
	with := func(change func(*Law)) Law {
		l := good
		change(&l)
		return l
	}
	for want, laws := range map[string][]Law{
		"slug is used twice": {good, with(func(l *Law) { l.Title, l.Short = "乙法", "乙法" })},
		"already means aa":   {good, with(func(l *Law) { l.Slug, l.Title, l.Short, l.Aliases = "bb", "乙法", "乙法", []string{"《甲法》"} })},
		"the slug must be":   {with(func(l *Law) { l.Slug = "甲" })},
		"slug must be 2":     {with(func(l *Law) { l.Slug = "a" })},
		"title and short":    {with(func(l *Law) { l.Short = "" })},
		"dates are written":  {with(func(l *Law) { l.Effective = "2001" })},
		"written 2016-03-01": {with(func(l *Law) { l.Revised = "2001-1a-01" })},
		"number of articles": {with(func(l *Law) { l.Articles = 0 })},
		`"6-1" is no`:        {with(func(l *Law) { l.Inserted = []string{"6-1"} })},
		`"2-x" is no`:        {with(func(l *Law) { l.Inserted = []string{"2-x"} })},
		`"2" is no`:          {with(func(l *Law) { l.Inserted = []string{"2"} })},
	} {
		if _, err := NewRegister(laws); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("NewRegister = %v, want a refusal with %q", err, want)
		}
	}
	if _, err := NewRegister([]Law{good}); err != nil {
		t.Errorf("NewRegister(good) = %v", err)
	}
}

func TestCutNumber(t *testing.T) {
	for written, want := range map[string]ordinal{"23": {23, 0}, "260-1": {260, 1}, "1": {1, 0}, "9999-12": {9999, 12}} {
		if article, sub, ok := CutNumber(written); !ok || (ordinal{article, sub}) != want {
			t.Errorf("%s: %d-%d, %v", written, article, sub, ok)
		}
	}
	for _, written := range []string{"", "0", "-1", "1-0", "1-", "1--1", "1-1-1", "+1", "01", "1-01", "1 ", "一", "1-x", "99999999999999999999"} {
		if article, sub, ok := CutNumber(written); ok {
			t.Errorf("%q is article %d-%d", written, article, sub)
		}
	}
}

// TestADayIsOneOfTheCalendar guards a bug: a law dated 2016-13-45 was once accepted.
func TestADayIsOneOfTheCalendar(t *testing.T) {
	good := Law{Slug: "sl", Title: "示例法", Short: "示例法", Issued: "2016-03-01", Effective: "2016-03-01", Articles: 3}
	if err := good.check(); err != nil {
		t.Fatal(err)
	}
	for _, day := range []string{"2016-13-45", "2016-02-30", "2016-3-1"} {
		l := good
		l.Effective = day
		if l.check() == nil {
			t.Errorf("a law effective on %s was taken", day)
		}
	}
}

package law_test

import (
	"fmt"
	"testing"

	"pugongying/internal/law"
	"pugongying/internal/law/lawimport"
)

// pinned returns pins with the hashes of provisions in the given articles of a law.
func pinned(t *testing.T, articles []string, written ...string) []law.Pin {
	t.Helper()
	v := importing(t, map[string]string{"a.md": kites("风筝法", "2010-01-01", articles...)}, lawimport.Options{}).only(t)
	pins := make([]law.Pin, len(written))
	for i, w := range written {
		c, ok := law.ParseProvision(w)
		if !ok {
			t.Fatal(w)
		}
		a, err := v.Provision(c)
		if err != nil {
			t.Fatal(w, err)
		}
		pins[i] = law.Pin{Citation: c, SHA256: a.SHA256}
	}
	return pins
}

func TestWhereAProvisionWent(t *testing.T) {
	same := "国家另有规定的，从其规定。"
	for name, c := range map[string]struct {
		before  []string
		cited   string
		after   []string
		kind    law.ChangeKind
		towards string
	}{
		"nothing moved":               {[]string{"一。", "二。"}, "第二条", []string{"一。", "二。"}, "", ""},
		"only its spelling":           {[]string{"“一”（甲），二。"}, "第一条", []string{"\"一\"(甲),　二。"}, "", ""},
		"changed":                     {[]string{"一。", "二。"}, "第二条", []string{"一。", "新的二。"}, law.TextChanged, ""},
		"moved":                       {[]string{"一。", "二。"}, "第二条", []string{"一。", "新。", "二。"}, law.Renumbered, "第三条"},
		"moved and changed":           {[]string{"一。", "二。"}, "第二条", []string{"一。", "新。", "二，改了。"}, law.TextChanged, ""},
		"gone":                        {[]string{"一。", "二。"}, "第二条", []string{"一。"}, law.Removed, ""},
		"swapped":                     {[]string{"一。", "二。"}, "第一条", []string{"二。", "一。"}, law.Renumbered, "第二条"},
		"into an article of two 款":    {[]string{"一。"}, "第一条", []string{"新。", "二。\n\n一。"}, law.Renumbered, "第二条第二款"},
		"a 款 that is the article now": {[]string{"一。\n\n二。"}, "第一条第二款", []string{"二。", "一。"}, law.Renumbered, "第一条"},
		"a 款 before":                  {[]string{"一。\n\n二。"}, "第一条第二款", []string{"一。\n\n新。\n\n二。"}, law.Renumbered, "第一条第三款"},
		"an 项 before":                 {[]string{"一：\n\n（一）云；\n\n（二）鸟。"}, "第一条第（二）项", []string{"一：\n\n（一）云；\n\n（二）星；\n\n（三）鸟。"}, law.Renumbered, "第一条第（三）项"},
		"a second 款":                  {[]string{"一：\n\n（一）云；\n\n（二）鸟。"}, "第一条第（二）项", []string{"一：\n\n（一）云；\n\n（二）鸟。\n\n二。"}, law.Renumbered, "第一条第一款第（二）项"},
		"a 款 gone":                    {[]string{"一。\n\n二。"}, "第一条第二款", []string{"一。"}, law.Removed, ""},
		"a 目 changed":                 {[]string{"一：\n\n（一）云；\n\n1．白云；"}, "第一条第（一）项", []string{"一：\n\n（一）云；\n\n1．黑云；"}, law.TextChanged, ""},
		"the nearest of the same":     {[]string{same, "二。", "三。", same}, "第四条", []string{same, "二。", "三。", "新。", same}, law.Renumbered, "第五条"},
		"the article, not a 款":        {[]string{"一。", same}, "第二条", []string{"一。", "新。\n\n" + same, "三。", "四。", same}, law.Renumbered, "第五条"},
		"the 款, not an article":       {[]string{"一。", "二。\n\n" + same}, "第二条第二款", []string{"一。", same, "新。", "二。\n\n" + same}, law.Renumbered, "第四条第二款"},
	} {
		pins := pinned(t, c.before, c.cited)
		v := importing(t, map[string]string{"a.md": kites("风筝法", "2026-12-01", c.after...)}, lawimport.Options{}).only(t)
		change := law.Against(v, pins, "2026-12-01")[pins[0].Citation]
		towards := ""
		if change.Kind == law.Renumbered {
			towards = change.To.Provision()
		}
		if change.Kind != c.kind || towards != c.towards {
			t.Errorf("%s: %s %s, want %s %s", name, change.Kind, towards, c.kind, c.towards)
		}
	}
}

// TestALongRenumbering inserts one article before the last quarter of a law and checks that the articles after it are
// found.
func TestALongRenumbering(t *testing.T) {
	var before, cited []string
	for i := range 400 {
		before = append(before, fmt.Sprintf("第%d句。", i))
		cited = append(cited, fmt.Sprintf("%d条", i+1))
	}
	after := append(append(append([]string{}, before[:300]...), "插进来的。"), before[300:]...)
	pins := pinned(t, before, cited...)
	v := importing(t, map[string]string{"a.md": kites("风筝法", "2026-12-01", after...)}, lawimport.Options{}).only(t)
	changes := law.Against(v, pins, "2026-12-01")
	for _, p := range pins {
		change, changed := changes[p.Citation]
		if changed != (p.Article > 300) || changed && change.To.Article != p.Article+1 {
			t.Errorf("%d: %+v", p.Article, change)
		}
	}
}

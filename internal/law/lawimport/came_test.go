package lawimport

import (
	"context"
	"testing"

	"pugongying/internal/law"
)

// A text's last article says 自公布之日起; which day that is depends on how the law came about.
func TestSinceWhenARevisedTextApplies(t *testing.T) {
	const articles = "<!-- INFO END -->\n\n第一条 为了保持清洁，制定本条例。\n\n第二条 每户每天扫地一次。\n\n第三条 本条例自公布之日起施行。\n"
	for name, c := range map[string]struct{ notes, issued, revised, effective string }{
		"passed":             {"2020年3月27日 示例旗人大常委会第一次会议通过\n\n", "2020-03-27", "", "2020-03-27"},
		"revised as whole":   {"2020年3月27日 示例旗人大常委会第一次会议通过\n\n2024年11月29日 第九次会议修订\n\n", "2020-03-27", "2024-11-29", "2024-11-29"},
		"in one line":        {"（2020年3月27日示例旗人大常委会第一次会议通过　2024年11月29日第九次会议修订）\n\n", "2020-03-27", "2024-11-29", "2024-11-29"},
		"amended":            {"2020年3月27日 示例旗人大常委会第一次会议通过\n\n2024年11月29日 根据《决定》修正\n\n", "2020-03-27", "2024-11-29", "2020-03-27"},
		"revised, amended":   {"2010年1月1日 通过\n\n2015年5月5日 修订\n\n2024年11月29日 修正\n\n", "2010-01-01", "2024-11-29", "2015-05-05"},
		"issued by order":    {"2003年6月20日中华人民共和国国务院令第381号公布\n\n", "2003-06-20", "", "2003-06-20"},
		"a history in front": {"2020年3月27日 示例旗人大常委会第一次会议通过\n\n示例旗的人民从1949年10月1日起，经过长期奋斗，在2022年1月2日建成了新的家园。\n\n", "2020-03-27", "", "2020-03-27"},
	} {
		l, err := read("a.md", []byte("# 示例旗清洁条例\n\n"+c.notes+articles))
		if err != nil {
			t.Fatal(name, err)
		}
		text, err := l.finalise()
		if err != nil || text.Issued != c.issued || text.Revised != c.revised || text.Effective != c.effective {
			t.Errorf("%s: issued %s, revised %s, effective %s, %v; want %s, %s, %s", name, text.Issued, text.Revised, text.Effective, err, c.issued, c.revised, c.effective)
		}
	}
}

// The revised one is in force from its day, the older one is superseded.
func TestARevisionThatAppliesFromItsIssue(t *testing.T) {
	r := newRoom(t)
	r.give(Options{},
		"# 示例旗清洁条例\n\n2020年3月27日 示例旗人民代表大会常务委员会第一次会议通过\n\n<!-- INFO END -->\n\n第一条 为了保持清洁，制定本条例。\n\n第二条 每户每周扫地一次。\n\n第三条 本条例自2020年4月28日起施行。\n",
		"# 示例旗清洁条例\n\n2020年3月27日 示例旗人民代表大会常务委员会第一次会议通过\n\n2024年11月29日 示例旗人民代表大会常务委员会第九次会议修订\n\n<!-- INFO END -->\n\n第一条 为了保持清洁，制定本条例。\n\n第二条 每户每天扫地一次。\n\n第三条 本条例自公布之日起施行。\n")
	h := r.law("示例旗清洁条例")
	if len(h.Versions) != 2 || h.Effective != "2024-11-29" || h.Versions[0].Status != law.Superseded || h.Versions[0].Until != "2024-11-28" || h.Versions[1].Status != law.InForce {
		t.Errorf("%+v", h)
	}
}

// Some publishers leave the comma out of a title; it is one law all the same.
func TestACommaInATitleMakesNoSecondLaw(t *testing.T) {
	store := law.NewMemory()
	m, outcomes := feed(t, store, Options{},
		kites("最高法院、最高检察院关于风筝的解释", "2020-01-01", "一。", "二。"), kites("最高法院 最高检察院关于风筝的解释", "2020-01-01", "一。", "二。"))
	if err := m.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	laws, _ := store.Laws(context.Background(), 0)
	if len(laws) != 1 || (*outcomes)[1].Kind != Same {
		t.Errorf("%d laws, %+v", len(laws), *outcomes)
	}
}

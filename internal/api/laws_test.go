package api

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"pugongying/internal/law"
	"pugongying/internal/law/lawimport"
	"pugongying/internal/store"
)

// kiteSlug is the slug of the invented law every rig has in two versions.
var kiteSlug = law.SlugOf("风筝法")

// kiteLaw is a text of it, in force from a day; a line that ends in ： goes on with two 项.
func kiteLaw(from string, articles ...string) string { return lawText("风筝法", from, articles...) }

func lawText(title, from string, articles ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<!-- %s | 公布：2019-01-01 | 施行：%s | 来源：invented | 状态：现行有效 -->\n\n## 第一章　总则\n\n", title, from)
	for i, text := range articles {
		fmt.Fprintf(&b, "**第%s条**　%s\n\n", law.Numeral(i+1), text)
		if strings.HasSuffix(text, "：") {
			b.WriteString("（一）竹轴；\n\n（二）木轴。\n\n轴不用的时候收好。\n\n")
		}
	}
	return b.String()
}

// bring imports texts of laws.
func (r *rig) bring(texts ...string) {
	r.t.Helper()
	ctx := context.Background()
	none := need(law.NewRegister(nil))(r.t) // a register that knows how long a law is takes no shorter one
	m := need(lawimport.NewImporter(ctx, store.NewLaws(r.engine), none, lawimport.Options{}, r.clock.Now, func(o lawimport.Outcome) {
		if o.Kind == lawimport.Refused {
			r.t.Error(o)
		}
	}))(r.t)
	for i, text := range texts {
		r.must(m.Add(ctx, fmt.Sprintf("%d.md", i), []byte(text)))
	}
	r.must(m.Close(ctx))
	r.must(r.laws.Reload(ctx))
}

func TestTheListOfLaws(t *testing.T) {
	r := newRig(t)
	whole := read[Page[LawBrief]](t, r.want(200, nobody, "GET", "/api/v1/laws?limit=50", ""))
	if n := len(r.laws.Laws()); len(whole.Items) != n || whole.Next != "" {
		t.Fatalf("%d laws of %d, next %q", len(whole.Items), n, whole.Next)
	}
	first, last := whole.Items[0], whole.Items[len(whole.Items)-1]
	if first.Law != "fjtblf" || first.Imported || first.Articles != 38 || first.Status != "in_force" || first.Effective != "2016-03-01" {
		t.Errorf("%+v", first)
	}
	if last.Law != kiteSlug || !last.Imported || last.Versions != 2 || last.Articles != 4 || last.Short != "风筝法" {
		t.Errorf("%+v", last)
	}
	var slugs []string
	for after, more := "", true; more; more = after != "" {
		page := read[Page[LawBrief]](t, r.want(200, nobody, "GET", "/api/v1/laws?limit=7&after="+after, ""))
		for _, b := range page.Items {
			slugs = append(slugs, b.Law)
		}
		after = page.Next
	}
	if len(slugs) != len(whole.Items) || slugs[len(slugs)-1] != kiteSlug {
		t.Errorf("in pages: %v", slugs)
	}
	for _, b := range read[Page[LawBrief]](t, r.want(200, nobody, "GET", "/api/v1/laws?status=repealed&limit=50", "")).Items {
		t.Errorf("repealed: %+v", b)
	}
	r.want(422, nobody, "GET", "/api/v1/laws?after=nothing", "")
	r.want(422, nobody, "GET", "/api/v1/laws?status=dead", "")
}

func TestALawWithItsContents(t *testing.T) {
	r := newRig(t)
	for _, name := range []string{kiteSlug, "风筝法", "《风筝法》", "中华人民共和国风筝法"} {
		d := read[LawDetail](t, r.want(200, nobody, "GET", "/api/v1/laws/"+url.PathEscape(name), ""))
		if d.Law != kiteSlug || d.Articles != 4 || len(d.Versions) != 2 || d.Version != d.Versions[0].Version || d.Versions[1].Status != "superseded" || d.Versions[1].Until != "2025-12-31" {
			t.Errorf("%s: %+v", name, d)
		}
		if len(d.Contents) != 1 || d.Contents[0].Title != "第一章 总则" || d.Contents[0].Articles[1] != (LawArticle{"2", "第二条", "线应当有轴，轴应当圆：…"}) {
			t.Errorf("%s: %+v", name, d.Contents)
		}
	}
	older := read[LawDetail](t, r.want(200, nobody, "GET", "/api/v1/laws/"+kiteSlug, ""))
	d := read[LawDetail](t, r.want(200, nobody, "GET", "/api/v1/laws/"+kiteSlug+"?version="+older.Versions[1].Version, ""))
	if d.Effective != "2020-01-01" || d.Status != "superseded" || d.Articles != 3 || len(d.Contents[0].Articles) != 3 {
		t.Errorf("%+v", d)
	}
	none := r.want(200, nobody, "GET", "/api/v1/laws/fjtblf", "")
	if d := read[LawDetail](t, none); d.Imported || d.Articles != 38 || len(d.Aliases) == 0 || !strings.Contains(none.Body.String(), `"versions":[],"contents":[]`) {
		t.Errorf("%s", none.Body)
	}
	for path, code := range map[string]string{"/nichts": "law.unknown", "/" + kiteSlug + "?version=1": "law.no_version"} {
		if w := r.want(404, nobody, "GET", "/api/v1/laws"+path, ""); !strings.Contains(w.Body.String(), code) {
			t.Errorf("%s: %s", path, w.Body)
		}
	}
}

func TestAnArticle(t *testing.T) {
	r := newRig(t)
	path := "/api/v1/laws/" + kiteSlug + "/articles/"
	w := r.want(200, nobody, "GET", path+"2", "")
	a := read[Article](t, w)
	if a.Label != "第二条" || a.Heading != "第一章 总则" || a.Previous != "1" || a.Next != "3" || a.Status != "in_force" || len(a.Versions) != 2 {
		t.Errorf("%+v", a)
	}
	if len(a.Paragraphs) != 2 || len(a.Paragraphs[0].Items) != 2 || a.Paragraphs[0].Items[1] != "（二）木轴。" || len(a.Paragraphs[1].Items) != 0 {
		t.Errorf("%+v", a.Paragraphs)
	}
	if a.Changed == nil || a.Changed.Kind != "changed" || a.Changed.Number != "2" || a.Changed.Effective != "2020-01-01" {
		t.Errorf("%+v", a.Changed)
	}
	if w := r.want(200, nobody, "GET", path+"1", ""); !strings.Contains(w.Body.String(), `"changed":null`) || !strings.Contains(w.Body.String(), `"citedBy":{"explainers":[],"questions":[]}`) {
		t.Errorf("%s", w.Body)
	}
	if a := read[Article](t, r.want(200, nobody, "GET", path+"4", "")); a.Changed == nil || a.Changed.Kind != "added" || a.Changed.Number != "" || a.Next != "" {
		t.Errorf("%+v", a)
	}
	old := read[Article](t, r.want(200, nobody, "GET", path+"2?version="+a.Versions[1].Version, ""))
	if old.Status != "superseded" || old.Paragraphs[0].Text != "线应当有轴：" || old.Changed != nil {
		t.Errorf("%+v", old)
	}
	for path, want := range map[string]string{
		"/" + kiteSlug + "/articles/5": "law.no_article", "/" + kiteSlug + "/articles/x": "law.no_article", "/nichts/articles/1": "law.unknown",
		"/fjtblf/articles/39": "law.no_article", "/fjtblf/articles/23": "《反家庭暴力法》第二十三条", "/" + kiteSlug + "/articles/1?version=x": "law.no_version",
	} {
		if w := r.want(404, nobody, "GET", "/api/v1/laws"+path, ""); !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %s", path, w.Body)
		}
	}
	if w := r.want(404, nobody, "GET", "/api/v1/laws/fjtblf/articles/23", ""); !strings.Contains(w.Body.String(), `"law.no_text"`) || !strings.Contains(w.Body.String(), "国家法律法规数据库") {
		t.Errorf("%s", w.Body)
	}
}

func TestAnArticleNamesWhatCitesIt(t *testing.T) {
	r := newRig(t)
	var articles []string
	for i := range 38 {
		articles = append(articles, fmt.Sprintf("这是编出来的第%d句。", i))
	}
	story := r.library.All()[0]
	c := story.Citations[0]
	if before := r.api.door.citedBy(c.Law, c.Number()); len(before.Questions) == 0 || before.Questions[0].Topic.Title == "" {
		t.Errorf("%s is cited by %+v", c.Label, before)
	}
	r.bring(lawText("中华人民共和国反家庭暴力法", "2016-03-01", articles...))
	r.reload()
	a := read[Article](t, r.want(200, nobody, "GET", "/api/v1/laws/"+c.Law+"/articles/"+c.Number(), ""))
	found := false
	for _, link := range a.CitedBy.Explainers {
		found = found || link == Link{story.Slug, story.Title}
	}
	// The invented text is not what the questions were checked against: they are out of the draws.
	if !found || len(a.CitedBy.Questions) != 0 {
		t.Errorf("%s is cited by %+v", c.Label, a.CitedBy)
	}
}

func TestTwoVersionsSideBySide(t *testing.T) {
	r := newRig(t)
	path := "/api/v1/laws/" + kiteSlug + "/changes"
	c := read[LawChanges](t, r.want(200, nobody, "GET", path, ""))
	if c.From.Effective != "2020-01-01" || c.To.Effective != "2026-01-01" || c.Same != 2 || len(c.Items) != 2 {
		t.Fatalf("%+v", c)
	}
	if i := c.Items[0]; i.Kind != "changed" || i.Before.Label != "第二条" || i.After.Paragraphs[0].Text != "线应当有轴，轴应当圆：" {
		t.Errorf("%+v", i)
	}
	if i := c.Items[1]; i.Kind != "added" || i.Before != nil || i.After.Number != "4" {
		t.Errorf("%+v", i)
	}
	r.bring(kiteLaw("2027-01-01", "风筝应当有线。"))
	r.reload()
	if c := read[LawChanges](t, r.want(200, nobody, "GET", path, "")); c.To.Status != "to_come" || c.From.Effective != "2026-01-01" || len(c.Items) != 3 || c.Items[0].After != nil {
		t.Errorf("with one to come: %+v", c)
	}
	back := read[LawChanges](t, r.want(200, nobody, "GET", path+"?from="+c.To.Version+"&to="+c.From.Version, ""))
	if len(back.Items) != 2 || back.Items[1].Kind != "removed" {
		t.Errorf("backwards: %+v", back.Items)
	}
	for path, code := range map[string]string{
		path + "?from=x": "law.no_version", path + "?to=x": "law.no_version", path + "?to=" + c.From.Version: "law.one_version", "/api/v1/laws/fjtblf/changes": "law.no_text", "/api/v1/laws/x/changes": "law.unknown",
	} {
		if w := r.want(404, nobody, "GET", path, ""); !strings.Contains(w.Body.String(), code) {
			t.Errorf("%s: %s", path, w.Body)
		}
	}
}

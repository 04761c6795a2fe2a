package api

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"pugongying/internal/civil"
)

func (r *rig) find(query string) SearchPage {
	r.t.Helper()
	return read[SearchPage](r.t, r.want(200, nobody, "GET", "/api/v1/search?"+query, ""))
}

func TestSearchFindsByKindAndShowsWhatWasHit(t *testing.T) {
	r := newRig(t)
	page := r.find("q=" + url.QueryEscape("反家暴法23"))
	if len(page.Items) < 2 || page.Items[0].Kind != "article" || page.Items[0].Law != "fjtblf" || page.Items[0].Number != "23" || page.Items[0].Label != "反家庭暴力法 第二十三条" {
		t.Fatalf("%+v", page)
	}
	hit := ""
	for _, s := range page.Items[0].Title {
		if s.Hit {
			hit += s.Text
		}
	}
	if !strings.Contains(hit, "第二十三条") {
		t.Errorf("what was hit is %q of %+v", hit, page.Items[0].Title)
	}
	if page = r.find("q=" + url.QueryEscape("打老婆")); page.Items[0].Slug != "wanfeng" || page.Items[0].Topic != nil {
		t.Errorf("%+v", page.Items)
	}
	page = r.find("kind=question&q=" + url.QueryEscape("替她申请"))
	if page.Total != 1 || page.Kinds.Question != 1 || page.Items[0].Topic == nil || page.Items[0].Topic.Slug != "qiaotou" {
		t.Errorf("%+v", page)
	}
	if page = r.find("kind=law&q=" + url.QueryEscape("家庭暴力")); page.Total != 1 || len(page.Items) != 1 || page.Kinds.Explainer != 1 || page.Kinds.Article != 1 {
		t.Errorf("%+v", page)
	}
	if page = r.find("limit=1&q=" + url.QueryEscape("家庭暴力")); len(page.Items) != 1 || page.Total < 2 {
		t.Errorf("%+v", page)
	}
	if w := r.want(200, nobody, "GET", "/api/v1/search?q=zzz", ""); !strings.Contains(w.Body.String(), `"items":[]`) || !strings.Contains(w.Body.String(), `"total":0`) {
		t.Errorf("nothing is found as %s", w.Body)
	}
}

func TestSearchRefuses(t *testing.T) {
	r := newRig(t)
	for query, status := range map[string]int{
		"": 422, "q=": 422, "q=%20%20": 422, "q=%E3%80%82": 422, "q=" + strings.Repeat("a", 1001): 422, "q=a&region=1": 404, "q=" + strings.Repeat("a", 1000): 200, "q=a&kind=video": 422, "q=a&limit=0": 422, "q=a&limit=51": 422, "q=a&after=b": 422,
		"q=" + url.QueryEscape(strings.Repeat("条", 60)): 200, "q=%C3%28": 400,
	} {
		r.want(status, nobody, "GET", "/api/v1/search?"+query, "")
	}
}

// TestHelpStandsAboveWhatIsFound: with the line of her region that answers now, and also while there is no index.
func TestHelpStandsAboveWhatIsFound(t *testing.T) {
	r := newRig(t)
	if page := r.find("q=" + url.QueryEscape("死刑")); page.Help != nil {
		t.Errorf("an innocent question gets %+v", page.Help)
	}
	r.clock.Set(time.Date(2026, 11, 30, 10, 0, 0, 0, civil.Zone())) // a Monday
	page := r.find("q=" + url.QueryEscape("老公打我怎么办") + "&region=152221100000")
	if h := page.Help; h == nil || h.Kind != "danger" || h.Says == "" || h.Line == nil || h.Line.Name != "苏木妇联" || h.Line.Until != "12:00" || !h.Line.Demo {
		t.Errorf("%+v", h)
	}
	if page = r.find("q=" + url.QueryEscape("想死")); page.Help == nil || page.Help.Kind != "self" || page.Help.Line.Name != "心理援助热线" || page.Help.Line.Until != "21:00" {
		t.Errorf("%+v", page.Help)
	}
	r.clock.Set(time.Date(2026, 11, 30, 23, 0, 0, 0, civil.Zone()))
	if page = r.find("q=" + url.QueryEscape("救命")); page.Help == nil || page.Help.Line != nil {
		t.Errorf("at night %+v", page.Help)
	}
	r.must(r.search.Close())
	if page = r.find("q=" + url.QueryEscape("救命")); page.Help == nil || len(page.Items) != 0 {
		t.Errorf("without an index %+v", page)
	}
	r.want(503, nobody, "GET", "/api/v1/search?q=zzz", "")
}

// TestAHitOfALawSaysHowItStands: the state is today's, not the index's, and what is no longer law comes last.
func TestAHitOfALawSaysHowItStands(t *testing.T) {
	r := newRig(t)
	for _, hit := range r.find("q=" + url.QueryEscape("反家暴法23")).Items {
		if lawful := hit.Kind == "law" || hit.Kind == "article"; lawful != (hit.Status != "") {
			t.Errorf("%s %s stands as %q", hit.Kind, hit.Label, hit.Status)
		}
	}
	if page := r.find("q=" + url.QueryEscape("婚姻法第四十六条")); page.Note != "" {
		t.Errorf("a search that knows no former names says %q", page.Note)
	}
}

// TestSearchIsCountedByAddress: who looks for what is not recorded, but a machine that sends many searches is slowed down.
func TestSearchIsCountedByAddress(t *testing.T) {
	r := limited(t)
	if n := r.until(nobody, request{method: http.MethodGet, path: "/api/v1/search?q=zzz"}, 400); n != rateSearch.Burst {
		t.Errorf("%d passed, want %d", n, rateSearch.Burst)
	}
}

// TestNoQuestionIsStored: no sink contains what somebody looked for, whatever the answer was.
func TestNoQuestionIsStored(t *testing.T) {
	c := newTainted(t)
	m := c.markers
	for where, query := range map[string]string{
		"one that finds": "q=" + url.QueryEscape("告诫 ") + "%s", "one that is refused": "q=" + strings.Repeat("a", 1000) + "%s", "one that is cut": "q=" + strings.Repeat("a", 90) + "%s", "one in distress": "q=" + url.QueryEscape("救命 ") + "%s", "a kind": "q=23&kind=%s", "an unknown name": "q=23&zz=%s",
	} {
		c.send(nobody, "GET", "/api/v1/search?"+strings.Replace(query, "%s", m.put(where), 1), "")
		c.send(c.session(), "GET", "/api/v1/search?"+strings.Replace(query, "%s", m[where], 1), "")
	}
	for _, hit := range m.found(c.sinks()) {
		t.Error(hit)
	}
	_, _ = c.log.Write([]byte(m["one that finds"]))
	if len(m.found(c.sinks())) != 1 {
		t.Error("negative control: a question in the log is not found")
	}
}

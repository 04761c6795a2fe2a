package console

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/publish"
	"pugongying/internal/staff"
)

// lists are texts in memory.
type lists struct {
	all       []publish.Publication
	notes     []publish.Note
	asked     []publish.Filter
	did       []string
	refuse    error
	refuseOne map[string]error
	counted   []int
	waits     []publish.Publication // instead of the first of all
}

func (l *lists) List(_ context.Context, _ staff.Principal, f publish.Filter) (page []publish.Publication, next string, err error) {
	l.asked = append(l.asked, f)
	for _, p := range l.all {
		if f.Tab == "" || p.Place.Tab == f.Tab {
			page = append(page, p)
		}
	}
	return page, "", nil
}

func (l *lists) Count(_ context.Context, _ staff.Principal, f publish.Filter) (int64, error) {
	l.counted = append(l.counted, f.Limit)
	return 1106, nil
}

func (l *lists) Newer(_ context.Context, _ staff.Principal, id string) (publish.Text, error) {
	for _, p := range l.all {
		if p.ID == id {
			return publish.Text{Publication: p, Notes: l.notes}, nil
		}
	}
	return publish.Text{}, staff.ErrNotFound
}

func (l *lists) History(context.Context, staff.Principal, string) ([]publish.Version, error) {
	return []publish.Version{{N: 4, State: publish.StateSecond, At: noon, By: person("额尔敦").Actor()}, {N: 3, State: publish.StateSuperseded, At: noon.Add(-time.Hour)}}, nil
}

func (l *lists) Waiting(_ context.Context, _ staff.Principal, limit int) ([]publish.Publication, error) {
	if l.waits != nil {
		return l.waits[:min(len(l.waits), limit)], nil
	}
	return l.all[:1], nil
}

func (l *lists) Overdue(context.Context, staff.Principal, int) ([]publish.Publication, error) {
	return l.all[1:2], nil
}

func (l *lists) Schedule(_ context.Context, _ staff.Principal, s publish.Scheduling) error {
	l.did = append(l.did, "schedule "+s.ID+" "+s.SHA256+" "+s.When.UTC().Format(time.RFC3339))
	if s.Rev != 7 || s.N != 5 {
		return publish.ErrStale
	}
	return l.refuse
}

func (l *lists) Unschedule(_ context.Context, _ staff.Principal, at publish.At) error {
	l.did = append(l.did, "unschedule "+at.ID)
	return l.refuse
}

func (l *lists) Release(_ context.Context, _ staff.Principal, at publish.At) error {
	l.did = append(l.did, "release "+at.ID)
	return l.refuse
}

func (l *lists) TakeDown(_ context.Context, _ staff.Principal, id string) error {
	l.did = append(l.did, "down "+id)
	return cmp.Or(l.refuseOne[id], l.refuse)
}

func (l *lists) SetReviewAt(_ context.Context, _ staff.Principal, id string, rev int64, at time.Time) error {
	l.did = append(l.did, "recheck "+id)
	return l.refuse
}

func (l *lists) Restore(_ context.Context, _ staff.Principal, r publish.Revision) (publish.Publication, error) {
	l.did = append(l.did, "restore "+r.ID+" "+strconv.Itoa(r.From))
	if r.Rev != 7 {
		return publish.Publication{}, publish.ErrStale
	}
	return publish.Publication{}, l.refuse
}

func someTexts() *lists {
	return &lists{all: []publish.Publication{
		{ID: "winter", Kind: publish.KindExplainer, Title: "冬天的<炉火>", Region: banner, Authors: []string{"A额尔敦"}, State: publish.StateSecond, Last: 4, Rev: 3, ChangedAt: noon, Place: publish.Place{Tab: publish.TabReview},
			Open: []publish.Open{{N: 4, State: publish.StateSecond, SHA256: "f4", Due: noon.Add(3 * time.Hour), Reviewer: "A赵兰", Findings: 4}}},
		{ID: "road", Kind: publish.KindExplainer, Title: "门前的路", Region: banner, State: publish.StateApproved, Last: 5, Rev: 7, Live: 4, ReviewAt: noon, Place: publish.Place{Tab: publish.TabReady},
			Open: []publish.Open{{N: 5, State: publish.StateScheduled, SHA256: "f5", At: noon.Add(2 * time.Hour)}}},
		{ID: "jar", Kind: publish.KindExplainer, Title: "腌菜缸", Region: banner, State: publish.StateDraft, Last: 2, Place: publish.Place{Tab: publish.TabReturned}, Open: []publish.Open{{N: 2, State: publish.StateDraft, Returned: true}}},
	}}
}

func textRig(t *testing.T, l *lists) *rig {
	t.Helper()
	laws := func() []Option { return []Option{{Value: "civil-code", Words: "民法典"}} }
	tree := open(t, everyRole()).Regions
	area := PublishedTexts(TextParts{Lists: l, Acts: l, Many: l, Names: called{"A额尔敦": "额尔敦", "A赵兰": "赵兰", "A王静": "王静"}, Laws: laws, Regions: tree, Now: func() time.Time { return noon }})
	return open(t, everyRole(), area)
}

func TestTheListOfTexts(t *testing.T) {
	l := someTexts()
	r := textRig(t, l)
	page := r.get("editor2", "/texts?tab=review&kind=explainer&cites=civil-code&since=2026-11-01&sort=due").Body.String()
	f := l.asked[0]
	if f.Tab != publish.TabReview || f.Kind != publish.KindExplainer || f.Cites != "civil-code" || !f.ByDue || f.Since.IsZero() || f.Limit != 14 {
		t.Errorf("%+v", f)
	}
	for _, want := range []string{"冬天的&lt;炉火&gt;</a>", "赵兰在看", `<i class="d"></i><i class="n"></i><i></i>`, "3 小时</span>", "额尔敦", "林西县", "线上 <em>1,106</em>", `href="/console/texts/winter"`} {
		if !strings.Contains(page, want) {
			t.Errorf("without %s", want)
		}
	}
	if strings.Contains(page, "门前的路") {
		t.Error("another tab's text")
	}
	r.get("editor2", "/texts?tab=stolen&sort=due")
	if f := l.asked[len(l.asked)-1]; f.Tab != "" || f.ByDue {
		t.Errorf("%+v", f)
	}
	if got := r.get("auditor", "/texts"); got.Code != http.StatusNotFound {
		t.Errorf("an auditor: %d", got.Code)
	}
}

func TestAPublisherActsOnWhatSheSaw(t *testing.T) {
	l := someTexts()
	r := textRig(t, l)
	page := r.get("publisher", "/texts/road").Body.String()
	for _, want := range []string{`name="sha" value="f5"`, `name="rev" value="7"`, "今天 14:00", "现在就上线", "撤下这一件", "线上是第 4 版", "第 3 版"} {
		if !strings.Contains(page, want) {
			t.Errorf("without %s", want)
		}
	}
	if strings.Contains(page, "用它开草稿") {
		t.Error("a publisher, who writes nothing, is offered to write")
	}
	if page := r.get("volunteer", "/texts/road").Body.String(); strings.Contains(page, "现在就上线") || strings.Contains(page, "撤下这一件") {
		t.Error("a volunteer is offered a publisher's acts")
	}
	form := url.Values{"n": {"5"}, "sha": {"f5"}, "rev": {"7"}, "when": {"2026-12-01T08:00"}}
	if got := r.post("publisher", "/texts/road/hour", form); got.Code != http.StatusSeeOther || l.did[0] != "schedule road f5 2026-12-01T00:00:00Z" {
		t.Errorf("%d %v", got.Code, l.did)
	}
	form.Set("rev", "6")
	if got := r.post("publisher", "/texts/road/hour", form); got.Code != http.StatusConflict || !strings.Contains(got.Body.String(), publish.ErrStale.Text) || !strings.Contains(got.Body.String(), "2026-12-01T08:00") {
		t.Errorf("a stale page: %d", got.Code)
	}
	form.Set("act", "off")
	for path, want := range map[string]string{"/hour": "unschedule road", "/release": "release road", "/withdrawal": "down road", "/recheck": "recheck road"} {
		if got := r.post("publisher", "/texts/road"+path, form); got.Code != http.StatusSeeOther || l.did[len(l.did)-1] != want {
			t.Errorf("%s: %d %v", path, got.Code, l.did)
		}
	}
	before := len(l.did)
	for _, path := range []string{"/hour", "/release", "/withdrawal", "/recheck"} {
		if got := r.post("volunteer", "/texts/road"+path, form); got.Code != http.StatusNotFound {
			t.Errorf("a volunteer at %s: %d", path, got.Code)
		}
	}
	l.refuse = publish.ErrNotCleared
	if got := r.post("publisher", "/texts/road/release", form); got.Code != http.StatusConflict || !strings.Contains(got.Body.String(), publish.ErrNotCleared.Text) {
		t.Errorf("not cleared: %d", got.Code)
	}
	if len(l.did) != before+1 {
		t.Errorf("%v", l.did)
	}
	if got := r.get("publisher", "/texts/nowhere"); got.Code != http.StatusNotFound {
		t.Errorf("%d", got.Code)
	}
}

func TestTextsOnTheHomePage(t *testing.T) {
	l := someTexts()
	l.notes = []publish.Note{{Kind: publish.NoteReturn, Text: "写清从哪一刻算起。", By: person("王静").Actor(), At: noon}, {Kind: publish.NoteComment, Text: "别的话", At: noon.Add(time.Hour)}}
	l.all = append(l.all, publish.Publication{ID: "lost", Kind: publish.KindQuestion, Title: "每日题", State: publish.StateFirst, Place: publish.Place{Tab: publish.TabReview}, Open: []publish.Open{{N: 1, State: publish.StateFirst, At: noon.Add(8 * time.Hour)}}})
	page := textRig(t, l).get("publisher", "").Body.String()
	for _, want := range []string{"冬天的&lt;炉火&gt;", "额尔敦 · 林西县", `href="/console/review/winter/4"`, "王静：写清从哪一刻算起。", "14:00", "改过，要重新审，到点不会上线", "重新核对", "我送出的"} {
		if !strings.Contains(page, want) {
			t.Errorf("without %s", want)
		}
	}
	if strings.Contains(page, "别的话") {
		t.Error("a comment stands where the sentence of the return belongs")
	}
	if page := textRig(t, someTexts()).get("auditor", "").Body.String(); strings.Contains(page, "炉火") {
		t.Error("an auditor sees texts")
	}
}

// clocks is a board of reports in memory.
type clocks struct{ closed []string }

func (c *clocks) Board(context.Context, staff.Principal, int) ([]publish.Report, error) {
	return []publish.Report{{ID: "winter@4", Publication: "winter", Kind: publish.KindExplainer, N: 4, Title: "冬天的炉火", Region: banner, Due: noon.Add(3 * time.Hour), Times: 2, Rev: 9}}, nil
}

func (c *clocks) CloseReport(_ context.Context, _ staff.Principal, id string, rev int64, outcome publish.Outcome) error {
	if rev != 9 {
		return publish.ErrStale
	}
	c.closed = append(c.closed, id+" "+string(outcome))
	return nil
}

func TestTheBoardOfReports(t *testing.T) {
	c := &clocks{}
	tree := open(t, everyRole()).Regions
	r := open(t, everyRole(), ReportedTexts(c, tree))
	page := r.get("editor1", "/reports").Body.String()
	for _, want := range []string{"冬天的炉火", "3 小时</span>", `value="9"`, "认不出谁，留着", `href="/console/review/winter/4"`} {
		if !strings.Contains(page, want) {
			t.Errorf("without %s", want)
		}
	}
	if home := r.get("editor1", "").Body.String(); !strings.Contains(home, "有人说认得里面的人") {
		t.Error("the home page says nothing of it")
	}
	if got := r.post("editor1", "/reports/winter@4", url.Values{"rev": {"9"}, "outcome": {"stays"}}); got.Code != http.StatusSeeOther || c.closed[0] != "winter@4 stays" {
		t.Errorf("%d %v", got.Code, c.closed)
	}
	for _, rev := range []string{"8", "x"} {
		if got := r.post("editor1", "/reports/winter@4", url.Values{"rev": {rev}, "outcome": {"down"}}); got.Code != http.StatusConflict {
			t.Errorf("a stale page: %d", got.Code)
		}
	}
	if got := r.post("volunteer", "/reports/winter@4", nil); got.Code != http.StatusNotFound || len(c.closed) != 1 {
		t.Errorf("a volunteer: %d", got.Code)
	}
	if person("x", access.Volunteer).Admits(access.ReadReports) {
		t.Error("the table lets volunteers read reports")
	}
}

// A table of 200 questions that waits in front hides no story: it is one row.
func TestATableOfQuestionsHidesNoStory(t *testing.T) {
	waits := func(kind publish.Kind, id string, n int) (all []publish.Publication) {
		for i := range n {
			all = append(all, publish.Publication{
				ID: id + strconv.Itoa(i), Kind: kind, Title: id + strconv.Itoa(i), Region: banner, Authors: []string{"A额尔敦"},
				Open: []publish.Open{{N: 1, State: publish.StateFirst, Due: noon.Add(time.Hour)}},
			})
		}
		return all
	}
	l := someTexts()
	l.waits = append(append(waits(publish.KindQuestion, "q", 200), waits(publish.KindExplainer, "lamp", 1)...), waits(publish.KindTopic, "set", 1)...)
	r := textRig(t, l)
	home := r.get("editor1", "").Body.String()
	for _, want := range []string{`href="/console/review/lamp0/1"`, "200 道题", `href="/console/texts?sort=due&amp;tab=review&amp;kind=question"`, "set0"} {
		if !strings.Contains(home, want) {
			t.Errorf("without %s", want)
		}
	}
	if strings.Contains(home, "q7<") || strings.Contains(home, "还有别的在等") {
		t.Error("questions of one table stand one by one")
	}
	l.waits = waits(publish.KindQuestion, "q", mostAlone)
	if home = r.get("editor1", "").Body.String(); !strings.Contains(home, "q2<") {
		t.Error("a few questions do not stand by themselves")
	}
	l.waits = waits(publish.KindExplainer, "lamp", mostWaiting+1)
	if home = r.get("editor1", "").Body.String(); !strings.Contains(home, "还有别的在等") || strings.Contains(home, "lamp20<") {
		t.Error("what does not fit is not said")
	}
}

// The number beside a tab is counted so far and no further; what is beyond says so.
func TestANumberBesideATabSaysWhereCountingEnded(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 1106: "1,106", mostCounted: "10,000", mostCounted + 1: "10,000+"} {
		if got := countedTo(n, mostCounted); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
	l := someTexts()
	textRig(t, l).get("editor2", "/texts")
	if !slices.Equal(l.counted, slices.Repeat([]int{mostCounted + 1}, len(publish.Tabs()))) {
		t.Errorf("counted up to %v", l.counted)
	}
}

// What one import brought stands in one row for each stage, beside what was written by hand.
func TestWhatOneImportBroughtIsOneRow(t *testing.T) {
	l := someTexts()
	l.all = nil
	add := func(n int, created time.Time, state publish.State, origin publish.Origin, due time.Time) {
		for range n {
			id := "q" + strconv.Itoa(len(l.all))
			l.all = append(l.all, publish.Publication{
				ID: id, Kind: publish.KindQuestion, Title: id, Region: banner, CreatedAt: created, Place: publish.Place{Tab: publish.TabReview},
				Open: []publish.Open{{N: 1, State: state, Origin: origin, Due: due}},
			})
		}
	}
	add(150, noon, publish.StateFirst, publish.OriginImported, noon.Add(30*time.Hour))
	add(50, noon, publish.StateSecond, publish.OriginImported, noon.Add(50*time.Hour))
	add(1, noon, publish.StateFirst, publish.OriginImported, noon.Add(2*time.Hour))
	add(2, noon.Add(-24*time.Hour), publish.StateFirst, publish.OriginImported, time.Time{})
	add(1, noon, publish.StateFirst, publish.OriginStaff, time.Time{})
	page := textRig(t, l).get("editor2", "").Body.String()
	for _, want := range []string{">151 道题</a>", ">50 道题</a>", ">2 道题</a>", "2026-11-30 从表格收的", "2026-11-29 从表格收的", ">q203</a>", `href="/console/texts?kind=question&amp;mine=1&amp;tab=review"`, "最晚 今天 14:00"} {
		if !strings.Contains(page, want) {
			t.Errorf("without %s", want)
		}
	}
	if strings.Contains(page, ">q7</a>") || strings.Contains(page, ">q200</a>") {
		t.Error("questions of one import stand one by one")
	}
}

// An old version comes back as a draft, by whoever may write; what hinders it is said on the page.
func TestAnOldVersionComesBackAsADraft(t *testing.T) {
	l := someTexts()
	r := textRig(t, l)
	page := r.get("editor1", "/texts/road").Body.String()
	if strings.Count(page, "用它开草稿</button>") != 2 || !strings.Contains(page, `aria-label="用第 3 版开草稿"`) { // the newest, 5, is the draft itself
		t.Error("old versions are not offered")
	}
	form := url.Values{"n": {"3"}, "rev": {"7"}}
	if got := r.post("editor1", "/texts/road/restoration", form); got.Code != http.StatusSeeOther || got.Header().Get("Location") != "/console/write/road" || l.did[0] != "restore road 3" {
		t.Errorf("%d %s %v", got.Code, got.Header().Get("Location"), l.did)
	}
	l.refuse = publish.ErrWorked
	if got := r.post("editor1", "/texts/road/restoration", form); got.Code != http.StatusConflict || !strings.Contains(got.Body.String(), publish.ErrWorked.Text) {
		t.Errorf("somebody writes: %d", got.Code)
	}
	if got := r.post("publisher", "/texts/road/restoration", form); got.Code != http.StatusNotFound {
		t.Errorf("a publisher: %d", got.Code)
	}
}

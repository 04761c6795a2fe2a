package console

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"pugongying/internal/publish"
	"pugongying/internal/staff"
)

// MayBulk lets nobody do anything to the text that is called jar, and a live text alone has a day.
func (l *lists) MayBulk(who staff.Principal, p publish.Publication, act publish.BulkAct) error {
	switch {
	case p.ID == "jar":
		return staff.ErrNotFound
	case act == publish.BulkReviewAt && p.Live == 0, act == publish.BulkAssign && p.ID != "winter":
		return publish.ErrTransition
	}
	return nil
}

func (l *lists) Candidates(_ context.Context, _ staff.Principal, p publish.Publication) ([]staff.Principal, error) {
	return []staff.Principal{person("赵兰"), person("其木格")}, nil
}

func (l *lists) AssignTo(_ context.Context, _ staff.Principal, at publish.At, account string) error {
	l.did = append(l.did, "assign "+at.ID+" "+at.SHA256+" "+account)
	return l.refuse
}

func TestRowsOfTheListAreChosen(t *testing.T) {
	l := someTexts()
	r := textRig(t, l)
	page := r.get("publisher", "/texts").Body.String()
	for _, want := range []string{
		`<form class="panel" method="get" action="/console/texts/chosen" data-bulk>`, `value="winter" data-may="export assign down" aria-label="选 冬天的&lt;炉火&gt;"`,
		`value="road" data-may="export recheck down"`, `value="jar" data-may="export"`, `value="assign" data-act="assign">交给谁审</button>`, `value="recheck"`, "这一页全选", "不选了",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("without %s", want)
		}
	}
	if page := r.get("editor1", "/texts").Body.String(); strings.Contains(page, `value="recheck"`) || !strings.Contains(page, `value="down" data-act`) {
		t.Error("an editor is offered what is a publisher's, or not what is hers")
	}
	if page := r.get("volunteer", "/texts").Body.String(); strings.Contains(page, `name="id"`) || strings.Contains(page, "data-bulk") {
		t.Error("a volunteer chooses rows")
	}
	for _, answer := range []answer{r.get("volunteer", "/texts/chosen?act=down&id=road"), r.post("volunteer", "/texts/chosen", url.Values{"act": {"down"}}), r.get("publisher", "/texts/chosen?act=pass&id=road")} {
		if answer.Code != http.StatusNotFound {
			t.Errorf("%d", answer.Code)
		}
	}
	if got := r.get("publisher", "/texts/chosen?act=down"); got.Code != http.StatusSeeOther {
		t.Errorf("nothing chosen: %d", got.Code)
	}
	if got := r.get("publisher", "/texts/chosen?act=down&id="+strings.Join(manyIDs(mostChosen+1), "&id=")); got.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("too many: %d", got.Code)
	}
	if got := r.get("publisher", "/texts/chosen?act=export&id=winter&id=nowhere"); got.Code != http.StatusOK || !strings.Contains(got.Header().Get("Content-Disposition"), ".xlsx") {
		t.Errorf("the chosen as a file: %d %v", got.Code, got.Header())
	}
}

func manyIDs(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = "t" + strings.Repeat("x", i)
	}
	return all
}

// What would be done is looked at first, every row with what can be done to it; what cannot is not sent along.
func TestAnActOnManyIsLookedAtFirst(t *testing.T) {
	l := someTexts()
	r := textRig(t, l)
	page := r.get("publisher", "/texts/chosen?act=down&id=winter&id=road&id=jar&id=nowhere&id=road").Body.String()
	for _, want := range []string{"选了 4 件，其中 2 件可以", `name="piece" value="winter 0 3"`, "没有：没有找到，或者不在你的范围里。", "真的撤下", "不行的那几件不动"} {
		if !strings.Contains(page, want) {
			t.Errorf("without %s", want)
		}
	}
	if strings.Contains(page, `value="jar`) || strings.Contains(page, `value="nowhere`) {
		t.Error("what cannot be done is sent along")
	}
	page = r.get("publisher", "/texts/chosen?act=assign&id=winter&id=road").Body.String()
	for _, want := range []string{`name="piece" value="winter 4 f4"`, "没有：现在不等人审。", `<option value="A赵兰">赵兰</option>`, `<option value="-">先不给谁`} {
		if !strings.Contains(page, want) {
			t.Errorf("without %s", want)
		}
	}
	if page = r.get("publisher", "/texts/chosen?act=recheck&id=winter").Body.String(); strings.Contains(page, `name="when"`) || !strings.Contains(page, "一件也不行") {
		t.Error("a day is asked for although it can be set for nothing")
	}
	if len(l.did) != 0 {
		t.Errorf("looking did %v", l.did)
	}
}

// Each is judged by itself: what is refused is said at its row and keeps no other from it.
func TestOneOfManyThatIsRefusedKeepsNoOther(t *testing.T) {
	l := someTexts()
	r := textRig(t, l)
	form := url.Values{"act": {"recheck"}, "piece": {"road 0 7", "winter 0 3"}, "when": {"2027-03-01"}}
	if got := r.post("publisher", "/texts/chosen", form); got.Code != http.StatusSeeOther || strings.Join(l.did, ",") != "recheck road,recheck winter" {
		t.Errorf("%d %v", got.Code, l.did)
	}
	form = url.Values{"act": {"assign"}, "piece": {"winter 4 f4"}}
	if got := r.post("publisher", "/texts/chosen", form); got.Code != http.StatusUnprocessableEntity || !strings.Contains(got.Body.String(), `id="f-to-fault"`) {
		t.Errorf("to nobody: %d", got.Code)
	}
	form.Set("to", "A赵兰")
	if got := r.post("publisher", "/texts/chosen", form); got.Code != http.StatusSeeOther || l.did[len(l.did)-1] != "assign winter f4 A赵兰" {
		t.Errorf("%d %v", got.Code, l.did)
	}
	form.Set("to", nobody)
	if r.post("publisher", "/texts/chosen", form); l.did[len(l.did)-1] != "assign winter f4 " {
		t.Errorf("%v", l.did)
	}
	l.refuseOne = map[string]error{"road": publish.ErrStale}
	got := r.post("publisher", "/texts/chosen", url.Values{"act": {"down"}, "piece": {"road 0 7", "winter 0 3"}})
	for _, want := range []string{"1 件没有做成，别的都做了", "没有：别人刚刚改过", ">撤下了</span>"} {
		if !strings.Contains(got.Body.String(), want) {
			t.Errorf("%d without %s", got.Code, want)
		}
	}
	if n := len(l.did); l.did[n-2] != "down road" || l.did[n-1] != "down winter" {
		t.Errorf("%v", l.did)
	}
	for _, day := range []string{"", "yesterday"} {
		got = r.post("publisher", "/texts/chosen", url.Values{"act": {"recheck"}, "piece": {"road 0 7"}, "when": {day}})
		if got.Code != http.StatusUnprocessableEntity || !strings.Contains(got.Body.String(), `id="f-when-fault"`) {
			t.Errorf("%q as a day: %d", day, got.Code)
		}
	}
	if got := r.post("publisher", "/texts/chosen", url.Values{"act": {"down"}}); got.Code != http.StatusSeeOther {
		t.Errorf("nothing chosen: %d", got.Code)
	}
}

// Where nobody can do a review, the page says so instead of offering a list of nobody.
func TestAPageSaysThatNobodyCanReview(t *testing.T) {
	if (BulkView{People: []Option{{Words: "选一个人"}, {Value: nobody}}}).Somebody() || !(BulkView{People: []Option{{Value: "A赵兰"}}}).Somebody() {
		t.Error("nobody is somebody, or somebody nobody")
	}
	r := textRig(t, someTexts())
	if page := r.get("publisher", "/texts/chosen?act=assign&id=winter").Body.String(); strings.Contains(page, "现在没有能审这几件的人") {
		t.Error("somebody is there, and the page says nobody is")
	}
}

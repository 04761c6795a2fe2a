package console

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/booking"
	"pugongying/internal/staff"
)

// visitors is a desk with one visit, which records who opened it.
type visitors struct {
	visit  booking.Visit
	opened []string
	acts   []string
	refuse error
}

func (d *visitors) Visits(_ context.Context, who staff.Principal, from, to string) ([]booking.Visit, error) {
	d.acts = append(d.acts, from+" "+to)
	return []booking.Visit{d.closed(who)}, nil
}

// closed is the visit as the capability gives it: without what was written.
func (d *visitors) closed(who staff.Principal) booking.Visit {
	v := d.visit
	v.Private = booking.Private{}
	v.Opens, v.Ends = who.Admits(access.OpenIntake), who.Admits(access.EndVisit)
	v.Urgent, v.Frees = v.Urgent && v.Opens, true
	return v
}

func (d *visitors) Visit(_ context.Context, who staff.Principal, id string) (booking.Visit, error) {
	if id != d.visit.ID {
		return booking.Visit{}, booking.ErrNotFound
	}
	return d.closed(who), nil
}

func (d *visitors) Open(_ context.Context, who staff.Principal, id string) (booking.Visit, error) {
	if who.ConfirmedAt.IsZero() {
		return booking.Visit{}, staff.ErrStepUp
	}
	d.opened = append(d.opened, who.Account+" "+id)
	return d.visit, nil
}

func (d *visitors) End(_ context.Context, _ staff.Principal, _ string, as booking.State) error {
	d.acts = append(d.acts, string(as))
	return d.refuse
}

func (d *visitors) FreeVisit(context.Context, staff.Principal, string) error {
	d.acts = append(d.acts, "cancel")
	return d.refuse
}

var visitWording = booking.Wording{
	Topics:    []booking.Choice{{ID: "sleep", Name: "睡不好、不说话"}},
	Questions: map[booking.For][]booking.Question{booking.ForChild: {{ID: "hurt", Text: "有没有人弄疼孩子？", Yes: "有", No: "没有", Alarming: "yes"}}},
}

func openVisits(t *testing.T, start time.Time) (*rig, *visitors) {
	t.Helper()
	d := &visitors{visit: booking.Visit{
		Appointment: booking.Appointment{
			ID: "V1", State: booking.Confirmed, Mode: booking.InPerson, Start: start, End: start.Add(50 * time.Minute), Place: booking.Place{Name: "活动中心 306"},
			Private: booking.Private{
				For: booking.ForChild, Age: "8-13", Topics: []string{"sleep"}, Text: "夜里<b>总是</b>醒", Alone: "with", Before: "no", Consent: true, Safety: map[string]string{"hurt": "yes"},
				Contact: booking.Contact{Call: true, Number: "04710002036", When: []string{"evening", "noon"}, As: "own", AsText: "快递站", Answered: "wrong_number", Message: "none"},
			},
		},
		Digits: "1603", Urgent: true,
	}}
	people := everyRole()
	fresh := people["counsellor"]
	fresh.ConfirmedAt = noon
	people["fresh"] = fresh
	return open(t, people, Visiting(VisitParts{Desk: d, Wording: visitWording, Confirm: &confirmer{}, Now: func() time.Time { return noon }})), d
}

// confirmer knows one code.
type confirmer struct{}

func (*confirmer) StepUp(_ context.Context, _ staff.Principal, code string) error {
	if code != "123456" {
		return staff.ErrTOTP
	}
	return nil
}

func TestWhatSheWroteIsShownOnlyOnceItWasOpened(t *testing.T) {
	r, d := openVisits(t, noon.Add(3*time.Hour))
	secrets := []string{"总是", "04710002036", "快递站", "睡不好", "弄疼", "8—13"}
	hides := func(name string, page answer) {
		t.Helper()
		for _, secret := range secrets {
			if strings.Contains(page.Body.String(), secret) {
				t.Errorf("%s says %q", name, secret)
			}
		}
	}
	list := r.get("counsellor", "/visits")
	holds(t, "the list", list, 200, "1603", "四问有一项要先问", "当面，活动中心 306")
	hides("the list", list)
	one := r.get("counsellor", "/visits/V1")
	holds(t, "one", one, 200, "来访 1603", "看她写的", "打开一次，记一次")
	hides("one", one)
	asked := r.post("counsellor", "/visits/V1/open", url.Values{})
	holds(t, "a code is asked for", asked, 200, "动态码")
	hides("the question for a code", asked)
	if len(d.opened) != 0 {
		t.Errorf("opened without a code: %v", d.opened)
	}
	opened := r.post("fresh", "/visits/V1/open", url.Values{})
	holds(t, "opened", opened, 200, "夜里&lt;b&gt;总是&lt;/b&gt;醒", "04710002036", "中午、晚上", "快递站", "睡不好、不说话", "有没有人弄疼孩子？", "先问这一项", "孩子想有人陪", "监护人同意", "说打错了", "不要发")
	if len(d.opened) != 1 {
		t.Errorf("%v", d.opened)
	}
	planned := r.get("coordinator", "/visits/V1")
	holds(t, "whoever plans", planned, 200, "你只看得到几点、在哪")
	if strings.Contains(planned.Body.String(), "/open") {
		t.Error("whoever plans is offered to open it")
	}
	holds(t, "whoever plans opens", r.post("coordinator", "/visits/V1/open", url.Values{}), 404)
	holds(t, "none", r.get("counsellor", "/visits/V9"), 404)
}

func TestAVisitIsSaidToBeOverAndFreed(t *testing.T) {
	r, d := openVisits(t, noon.Add(-5*time.Minute))
	page := r.get("counsellor", "/visits/V1")
	holds(t, "begun", page, 200, "谈过了", "开始 10 分钟以后再记")
	if strings.Contains(page.Body.String(), "no_show") {
		t.Error("she is said not to have come after five minutes")
	}
	holds(t, "done", r.post("counsellor", "/visits/V1/end", url.Values{"as": {"done"}}), 303)
	holds(t, "not come", r.post("counsellor", "/visits/V1/end", url.Values{"as": {"no_show"}}), 303)
	holds(t, "freed", r.post("coordinator", "/visits/V1/cancel", url.Values{}), 303)
	if got := strings.Join(d.acts[len(d.acts)-3:], ","); got != "done,no_show,cancel" {
		t.Error(got)
	}
	d.refuse = booking.ErrEarly
	holds(t, "too early", r.post("counsellor", "/visits/V1/end", url.Values{"as": {"no_show"}}), 409, booking.ErrEarly.Text)
	holds(t, "the home page", r.get("counsellor", ""), 200, "来访 1603", "四问有一项要先问")
	later, _ := openVisits(t, noon.Add(-time.Hour))
	holds(t, "nobody said how it went", later.get("counsellor", "/visits"), 200, "四问有一项要先问")
}

func TestWhoMayNotBeCalledIsNotCalled(t *testing.T) {
	if got := reach(booking.Contact{}); len(got) != 1 || !strings.Contains(got[0].Words, "不要打") {
		t.Errorf("%+v", got)
	}
	if got := reach(booking.Contact{Call: true, Number: "04710002036", When: []string{"noon"}, As: "centre"}); len(got) != 3 || got[2].Words != "活动中心" {
		t.Errorf("%+v", got)
	}
}

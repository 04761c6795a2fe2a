package console

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/staff"
)

// waiting are rows of one area, or its failure.
type waiting struct {
	tasks []Task
	err   error
}

func (w waiting) Waiting(context.Context, staff.Principal) ([]Task, error) { return w.tasks, w.err }

func TestHomeMergesAreasByTimeLeft(t *testing.T) {
	texts := Area{Name: "texts", Tasks: waiting{tasks: []Task{
		{Kind: Waits, Title: "慢的", Path: "/1", Due: noon.Add(50 * time.Hour)},
		{Kind: Waits, Title: "没限的", Path: "/2"},
		{Kind: Live, Title: "晚上那件", Path: "/3", At: noon.Add(8 * time.Hour), Do: "要重新三审", Warns: true},
		{Kind: Returned, Title: "退的", Path: "/4", By: "高娃", Words: "写清<楚>"},
	}}}
	people := Area{Name: "people", Tasks: waiting{tasks: []Task{{Kind: Waits, Title: "晚了的", Path: "/5", Due: noon.Add(-3 * time.Hour)}, {Kind: Live, Title: "早上那件", Path: "/6", At: noon.Add(time.Hour)}}}}
	r := open(t, sessions{"e": person("赵兰", access.Editor2)}, texts, people)
	page := r.get("e", "").Body.String()
	at := -1
	for _, title := range []string{"晚了的", "慢的", "没限的", "退的"} {
		next := strings.Index(page, ">"+title+"</a>")
		if next <= at {
			t.Errorf("%s stands at %d, after %d", title, next, at)
		}
		at = next
	}
	if strings.Index(page, "早上那件") > strings.Index(page, "晚上那件") {
		t.Error("what goes live is not in order")
	}
	for _, want := range []string{"3 件等你，最急的晚了 3 小时", "晚了 3 小时</span>", "2 天 2 小时", "高娃：写清&lt;楚&gt;", `class="clay">要重新三审`} {
		if !strings.Contains(page, want) {
			t.Errorf("without %s", want)
		}
	}
}

func TestAnEmptyDaySaysSo(t *testing.T) {
	r := open(t, sessions{"e": person("赵兰", access.Editor2)})
	if page := r.get("e", "").Body.String(); !strings.Contains(page, "今天没有等你的。") || strings.Contains(page, "退回来的") {
		t.Error("an empty day")
	}
}

func TestAnAreaThatFailsIsAnErrorAndNoEmptyDay(t *testing.T) {
	r := open(t, sessions{"e": person("赵兰", access.Editor2)}, Area{Name: "texts", Tasks: waiting{err: errors.New("disk")}})
	if got := r.get("e", ""); got.Code != http.StatusInternalServerError || strings.Contains(got.Body.String(), "disk") || !strings.Contains(got.Body.String(), "R1") {
		t.Errorf("%d %s", got.Code, got.Body)
	}
}

func TestTheRailIsByRole(t *testing.T) {
	r := open(t, everyRole(), Audit(&record{}, called{}, open(t, everyRole()).Regions))
	for token, want := range map[string]bool{"auditor": true, "admin": true, "volunteer": false, "editor1": false} {
		if got := strings.Contains(r.get(token, "").Body.String(), `href="/console/audit"`); got != want {
			t.Errorf("%s sees the auditor's page in the rail: %v", token, got)
		}
	}
	page := r.get("admin", "/audit").Body.String()
	if strings.Count(page, "aria-current") != 1 || !strings.Contains(page, `href="/console/audit" aria-current="page"`) {
		t.Error("the rail does not say where one is")
	}
}

func TestSessionsAreAsked(t *testing.T) {
	people := everyRole()
	phone := person("手机", access.Volunteer)
	phone.Kind = staff.Phone
	people["phone"] = phone
	r := open(t, people, Audit(&record{}, called{}, open(t, everyRole()).Regions))
	if got := r.get("phone", ""); got.Code != http.StatusSeeOther {
		t.Errorf("a session of the phone opens the console: %d", got.Code)
	}
	if got := r.get("broken", ""); got.Code != http.StatusInternalServerError {
		t.Errorf("a store that fails looks like nobody signed in: %d", got.Code)
	}
	if got := r.get("ended", "/audit?day=2026-11-30"); got.Header().Get("Location") != "/console/sign-in?then=%2Fconsole%2Faudit%3Fday%3D2026-11-30" {
		t.Error(got.Header().Get("Location"))
	}
	if got := r.get("admin", "/whose"); got.Body.String() != "Aadmin" {
		t.Error(got.Body)
	}
	if got := r.get("admin", "/alive"); got.Code != http.StatusNoContent {
		t.Error(got.Code)
	}
}

func TestTimesAsColleaguesSayThem(t *testing.T) {
	for at, want := range map[time.Time]string{
		noon: "今天 12:00", noon.Add(-20 * time.Hour): "昨天 16:00", noon.Add(20 * time.Hour): "明天 08:00", noon.Add(-72 * time.Hour): "11 月 27 日 12:00",
		noon.AddDate(-1, 0, 0): "2025 年 11 月 30 日", {}: "", noon.Add(12 * time.Hour): "明天 00:00",
	} {
		if got := When(at, noon); got != want {
			t.Errorf("%v: %q, want %q", at, got, want)
		}
	}
	for due, want := range map[time.Duration]string{
		178 * time.Minute: "2 小时 58 分", 28 * time.Hour: "1 天 4 小时", 48 * time.Hour: "2 天", time.Hour: "1 小时", 20 * time.Second: "1 分", -49 * time.Hour: "晚了 2 天 1 小时",
	} {
		if got := Left(noon.Add(due), noon); got != want {
			t.Errorf("%v: %q, want %q", due, got, want)
		}
	}
	if Left(time.Time{}, noon) != "" {
		t.Error("no limit has a limit")
	}
}

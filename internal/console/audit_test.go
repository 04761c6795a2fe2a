package console

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"pugongying/internal/access"
	"pugongying/internal/audit"
)

// record is a record of acts in memory, newest first.
type record struct {
	entries []audit.Entry
	asked   []audit.Query
}

func (r *record) List(_ context.Context, q audit.Query) ([]audit.Entry, string, error) {
	r.asked = append(r.asked, q)
	var page []audit.Entry
	for _, e := range r.entries {
		if (q.After == "" || e.ID < q.After) && (q.Subject == "" || e.Subject == q.Subject) && (q.Actor == audit.Actor{} || e.Actor == q.Actor) {
			if page = append(page, e); len(page) == q.Limit {
				return page, e.ID, nil
			}
		}
	}
	return page, "", nil
}

func TestTheAuditorReadsTheRecord(t *testing.T) {
	e, err := audit.New(audit.Act{Actor: audit.Actor{Kind: audit.KindStaff, ID: "A7"}, Action: audit.PublishWithdraw, Subject: "Q1", At: noon, Detail: map[string]string{"version": "3"}})
	if err != nil {
		t.Fatal(err)
	}
	r := open(t, sessions{"auditor": person("其其格", access.Auditor)}, Audit(&record{entries: []audit.Entry{e}}))
	got := r.get("auditor", "/audit")
	for _, want := range []string{"今天 12:00", "A7", "publish.withdraw", "Q1", "version 3", "审计 · ", "谁做了什么"} {
		if got.Code != http.StatusOK || !strings.Contains(got.Body.String(), want) {
			t.Errorf("%d without %q", got.Code, want)
		}
	}
	if got := r.get("auditor", "/audit?actor=nobody"); !strings.Contains(got.Body.String(), "不管“账号：nobody”") {
		t.Error("an empty list does not say which filter to drop")
	}
}

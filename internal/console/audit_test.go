package console

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

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

// called are names of accounts.
type called map[string]string

func (c called) Names(context.Context, ...string) (map[string]string, error) { return c, nil }

func TestTheAuditorReadsTheRecord(t *testing.T) {
	e, err := audit.New(audit.Act{Actor: audit.Actor{Kind: audit.KindStaff, ID: "A7"}, Action: audit.PublishWithdraw, Subject: "Q1", At: noon, Detail: map[string]string{"version": "3"}})
	if err != nil {
		t.Fatal(err)
	}
	r := open(t, sessions{"auditor": person("其其格", access.Auditor)}, Audit(&record{entries: []audit.Entry{e}}, called{"A7": "王<静>"}))
	got := r.get("auditor", "/audit")
	for _, want := range []string{"今天 12:00", "A7", "王&lt;静&gt;", "撤下", "publish.withdraw", "Q1", "version 3", "审计 · ", "谁做了什么"} {
		if got.Code != http.StatusOK || !strings.Contains(got.Body.String(), want) {
			t.Errorf("%d without %q", got.Code, want)
		}
	}
	if got := r.get("auditor", "/audit?actor=nobody"); !strings.Contains(got.Body.String(), "不管“谁（账号）：nobody”") {
		t.Error("an empty list does not say which filter to drop")
	}
}

func TestTheRecordIsCutToADay(t *testing.T) {
	book := &record{}
	for i := range 80 {
		e, err := audit.New(audit.Act{Actor: audit.Operator, Action: audit.LawImport, Subject: "law", At: noon.Add(-time.Duration(i) * time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		book.entries = append(book.entries, e)
	}
	r := open(t, sessions{"auditor": person("其其格", access.Auditor)}, Audit(book, called{}))
	rows := func(path string) int { return strings.Count(r.get("auditor", path).Body.String(), "<tr data-row") }
	// Noon in UTC-less words: 29 November in Beijing has 24 hours, whatever the page holds.
	if got := rows("/audit?day=2026-11-29"); got != 24 {
		t.Errorf("%d rows of the day before", got)
	}
	if got := rows("/audit?day=2026-11-30"); got != 13 {
		t.Errorf("%d rows of today until noon", got)
	}
	if got := rows("/audit?day=2026-12-09"); got != 0 {
		t.Errorf("%d rows of a day to come", got)
	}
	if got := r.get("auditor", "/audit?day=2026-02-30"); got.Code != http.StatusUnprocessableEntity {
		t.Errorf("a day that is none: %d", got.Code)
	}
	if got := r.get("auditor", "/audit?day=2026-11-29&export=csv").Body.String(); strings.Count(got, "\n") != 25 {
		t.Errorf("the export of that day has %d lines", strings.Count(got, "\n"))
	}
}

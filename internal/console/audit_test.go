package console

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/audit"
	"pugongying/internal/publish"
	"pugongying/internal/staff"
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
	r := open(t, sessions{"auditor": person("其其格", access.Auditor)}, Audit(&record{entries: []audit.Entry{e}}, called{"A7": "王<静>"}, open(t, everyRole()).Regions))
	got := r.get("auditor", "/audit")
	for _, want := range []string{"今天 12:00", "A7", "王&lt;静&gt;", "撤下", "Q1", "第 3 版", "审计 · ", "谁做了什么"} {
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
	r := open(t, sessions{"auditor": person("其其格", access.Auditor)}, Audit(book, called{}, open(t, everyRole()).Regions))
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

// written is what each detail may say: every value that the program writes. A constant that is added to one of these types
// is read here by itself.
func written(t *testing.T) map[string][]string {
	t.Helper()
	values := map[string][]string{
		"version": {"3"}, "sha": {"9f86d0"}, "count": {"4"}, "pieces": {"4"}, "code": {publish.ErrChanged.Code, publish.ErrNotCleared.Code, "publish.anything"}, "region": {string(banner)}, "first": {"A7"},
		"role": {"editor1", "admin"}, "how": {staff.HowPassword, staff.HowScan, staff.HowWeChat, staff.HowJoin}, "hurt": {"2"}, "dates": {"3"}, "day": {"2026-11-30"}, "act": {"add", "change", "profile", "week", "except", "unexcept", "calendar", "make", "pieces", "schedule", "stop", "stopped", "live", "mark", "set", "law", "ask", "answer"},
	}
	for key, of := range map[string]string{"act": "../publish Act", "from": "../publish State", "outcome": "../publish Outcome", "purpose": "../staff Purpose", "verdict": "../staff ApplicationState"} {
		values[key] = append(values[key], constants(t, of)...)
	}
	values["act"] = append(values["act"], constants(t, "../counselling State")...)
	for _, of := range []string{"../publish Kind", "../staff SessionKind", "../staff ProposalKind", "../ledger Kind"} {
		values["kind"] = append(values["kind"], constants(t, of)...)
	}
	for _, number := range []string{"added", "changed", "same", "replaced", "drafted", "withdrawn", "versions", "files", "edition", "quantity", "proofs", "of", "hash", "lines", "hurt", "dates"} {
		values[number] = []string{"12"}
	}
	values["to"] = values["from"]
	return values
}

// constants are the values of a package's exported constants of a type, "folder Type".
func constants(t *testing.T, of string) (values []string) {
	t.Helper()
	folder, kind, _ := strings.Cut(of, " ")
	names, err := filepath.Glob(folder + "/*.go")
	if err != nil || len(names) == 0 {
		t.Fatal(folder, err)
	}
	for _, name := range names {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 || !spec.Names[0].IsExported() {
				return true
			}
			named, ok := spec.Type.(*ast.Ident)
			if value, literal := spec.Values[0].(*ast.BasicLit); ok && literal && named.Name == kind {
				values = append(values, strings.Trim(value.Value, `"`))
			}
			return true
		})
	}
	if len(values) == 0 {
		t.Fatalf("%s has no constants", of)
	}
	return values
}

// Every detail of every action is said in words: no English key, no code.
func TestEveryDetailOfTheRecordIsSaidInWords(t *testing.T) {
	a := &auditPages{regions: open(t, everyRole()).Regions}
	values, english := written(t), regexp.MustCompile(`[a-z]{3,}`)
	names, said := map[string]string{"A7": "王静"}, 0
	for _, action := range audit.Actions() {
		if english.MatchString(action.Words()) || action.Words() == "" {
			t.Errorf("%s is called %q", action, action.Words())
		}
		for _, key := range audit.Details(action) {
			if len(values[key]) == 0 {
				t.Errorf("%s: nobody says what %s may be", action, key)
			}
			for _, value := range values[key] {
				detail := map[string]string{key: value}
				switch {
				case action == audit.PublishEscalate && key != "version":
					detail = map[string]string{key: string(banner)}
				case action == audit.PublishAssign && key == "to":
					detail = map[string]string{key: "A7"}
				case action == audit.PublishRevise && key == "from":
					detail = map[string]string{key: "3"}
				case action == audit.PublishStep && key == "to":
					detail["from"] = value
				}
				line := a.detailLine(audit.Entry{Action: action, Detail: detail}, names)
				line = strings.NewReplacer("9f86d0", "").Replace(line)
				if said++; english.MatchString(line) || line == "" && !(action == audit.PublishStep && key == "from") {
					t.Errorf("%s %v: %q", action, detail, line)
				}
			}
		}
	}
	if said < 150 {
		t.Errorf("only %d details were said", said)
	}
	if line := a.detailLine(audit.Entry{Action: audit.PublishReport, Detail: map[string]string{"outcome": "unheard"}}, names); !english.MatchString(line) {
		t.Error("a code without words is not seen by this test")
	}
}

func TestARecordIsRead(t *testing.T) {
	a := &auditPages{regions: open(t, everyRole()).Regions}
	for want, e := range map[string]audit.Entry{
		"第 4 版，通过，一审 → 二审，校验值 f4": {Action: audit.PublishStep, Detail: map[string]string{"version": "4", "act": "pass", "from": "first", "to": "second", "sha": "f4"}},
		"第 4 版，原来问的是林西县，改问赤峰市":    {Action: audit.PublishEscalate, Detail: map[string]string{"version": "4", "from": string(banner), "to": "150400000000"}},
		"第 4 版，给王静":               {Action: audit.PublishAssign, Detail: map[string]string{"version": "4", "to": "A7"}},
		"第 4 版，不给谁了":              {Action: audit.PublishAssign, Detail: map[string]string{"version": "4", "to": "nobody"}},
		"2024-01-01 的文本":          {Action: audit.LawWithdraw, Detail: map[string]string{"version": "2024-01-01"}},
		"给角色，管账号，林西县，先提出的是王静":     {Action: audit.StaffApprove, Detail: map[string]string{"kind": "grant", "role": "admin", "region": string(banner), "first": "A7"}},
	} {
		if got := a.detailLine(e, map[string]string{"A7": "王静"}); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

package app

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"pugongying/internal/audit"
	"pugongying/internal/operate"
	"pugongying/internal/questionio"
)

// TestAnImportedDraftIsAskedOfNobody checks that the public API shows nothing of an imported draft.
func TestAnImportedDraftIsAskedOfNobody(t *testing.T) {
	a := opened(t)
	before := a.Questions.Size()
	report, err := a.Bank.Import(t.Context(), audit.Operator, operate.BankUpload{Name: "x.xlsx", Data: filled(t, newQuestion("暗号一？"))})
	if err != nil || report.Added != 1 {
		t.Fatalf("%+v %v", report, err)
	}
	if err := a.Follow(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := a.Questions.Size(); n != before {
		t.Errorf("%d questions may be drawn, %d before", n, before)
	}
	said := func(door http.Handler, path string) string {
		w := httptest.NewRecorder()
		door.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		return w.Body.String()
	}
	if text := said(a.Handler, "/bank/drafts"); strings.Contains(text, "暗号一") {
		t.Errorf("the public door says %s", text)
	}
	if text := said(a.operator, "/bank/drafts"); !strings.Contains(text, "暗号一") {
		t.Errorf("negative control: the operator's door says %s", text)
	}
}

// filled is the template as staff fill it.
func filled(t *testing.T, rows ...[]string) []byte {
	t.Helper()
	tables := questionio.Template(nil)
	tables[0].Rows = append(tables[0].Rows[:1], rows...)
	var out bytes.Buffer
	if err := (Spreadsheets{}).Write(&out, tables); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func newQuestion(stem string) []string {
	return []string{"单选", "", stem, "甲", "乙", "", "", "", "", "B", "因为。", "反家庭暴力法 第二条", "a.b", "2"}
}

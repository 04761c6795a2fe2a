package questionio

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pugongying/content"
	"pugongying/internal/audit"
	"pugongying/internal/law"
	"pugongying/internal/publish"
	"pugongying/internal/quiz"
	"pugongying/internal/sheet"
	"pugongying/internal/store"
	"pugongying/internal/testkit"
)

func testLaws(tb testing.TB) *law.Register {
	tb.Helper()
	laws, err := content.Laws()
	if err != nil {
		tb.Fatal(err)
	}
	return laws
}

// kit is a bank over the embedded engine.
type kit struct {
	*Service
	publish *publish.Service
	store   *store.Publications
	laws    *law.Register
}

// newKit has the shipped questions and topics, or nothing.
func newKit(tb testing.TB, shipped bool) *kit {
	tb.Helper()
	engine := testkit.Embedded(tb)
	if err := engine.Ensure(context.Background(), store.Declarations()); err != nil {
		tb.Fatal(err)
	}
	manifest, err := content.Manifest()
	if err != nil {
		tb.Fatal(err)
	}
	k := &kit{store: store.NewPublications(engine), laws: testLaws(tb)}
	k.publish = publish.New(k.store, manifest, testkit.NewClock().Now)
	k.Service = New(k.publish, law.Fixed(k.laws))
	if shipped {
		items, err := content.Shipped()
		if err != nil {
			tb.Fatal(err)
		}
		if _, err := k.publish.Seed(context.Background(), items); err != nil {
			tb.Fatal(err)
		}
	}
	return k
}

func (k *kit) bring(tb testing.TB, f File) Report {
	tb.Helper()
	r, err := k.Import(context.Background(), audit.Operator, f)
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

func (k *kit) all(tb testing.TB) []BankQuestion {
	tb.Helper()
	all, err := k.Questions(context.Background(), "")
	if err != nil {
		tb.Fatal(err)
	}
	return all
}

// headerRow is the header row most tests use.
var headerRow = []string{"题型", "题目", "选项A", "选项B", "选项C", "答案", "解析", "法律依据", "知识点", "难度"}

// rowWith is a valid row with some cells changed, by header.
func rowWith(stem string, changes ...string) []string {
	row := []string{"单选", stem, "甲", "乙", "丙", "B", "因为。", "反家庭暴力法 第二条", "a.b", "2"}
	for i := 0; i+1 < len(changes); i += 2 {
		row[slices.Index(headerRow, changes[i])] = changes[i+1]
	}
	return row
}

func sheetOf(rows ...[]string) File {
	return FromTables([]Table{{Name: "题", Rows: append([][]string{headerRow}, rows...)}})
}

// read gives the questions of a file, and its faults as text.
func (f File) read(tb testing.TB) ([]*quiz.Question, string) {
	tb.Helper()
	var questions []*quiz.Question
	var faults []string
	for _, wrong := range f.faults {
		faults = append(faults, wrong.Place+" "+wrong.Text)
	}
	for _, e := range f.entries {
		q, wrong, _ := e.question(testLaws(tb))
		if len(wrong) == 0 {
			questions = append(questions, q)
		}
		for _, text := range wrong {
			faults = append(faults, e.place+" "+text)
		}
	}
	return questions, strings.Join(faults, "\n")
}

// asText is a question in short: kind, stem, options with the right ones starred.
func asText(q *quiz.Question) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", kindName(q.Kind, q.Several), q.Stem)
	for _, o := range q.Options {
		star := ""
		if o.Right {
			star = "*"
		}
		fmt.Fprintf(&b, " %s%s", star, o.Text)
	}
	return b.String()
}

// through exports questions to a file and reads them again.
func through(tb testing.TB, form string, questions []BankQuestion) File {
	tb.Helper()
	var out bytes.Buffer
	if form == "gift" {
		if err := WriteGIFT(&out, questions); err != nil {
			tb.Fatal(err)
		}
		return FromGIFT(out.String())
	}
	if err := sheet.Write(&out, []sheet.Page{{Table: sheet.Table(ToTable(questions)), Widths: Widths(), Choices: Choices()}}); err != nil {
		tb.Fatal(err)
	}
	tables, err := sheet.Read(out.Bytes())
	if err != nil || len(tables) != 1 {
		tb.Fatalf("%d tables, %v", len(tables), err)
	}
	return FromTables([]Table{Table(tables[0])})
}

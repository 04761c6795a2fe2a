package console

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"pugongying/internal/access"
	"pugongying/internal/sheet"
	"pugongying/internal/staff"
	"pugongying/internal/web/pages"
)

// books is a list of so many rows whose pages have numbers.
func books(n int, asked *[]Query) List {
	return List{
		Name: "书", Unit: "本", Size: 10, Sort: "-title", Tabs: "state", None: "还没有书。",
		Columns: []Column{{Key: "title", Title: "书名", Sorts: true}, {Key: "at", Title: "哪天"}, {Key: "count", Title: "数", Number: true, Sorts: true}},
		Filters: []Filter{
			{Name: "q", Label: "找", Kind: ByWords}, {Name: "state", Label: "状态", Kind: ByChoice, Options: Fixed(Option{Value: "live", Words: "线上", Count: "3"})},
			{Name: "kind", Label: "类别", Kind: ByChoice, Options: Fixed(Option{Value: "story", Words: "故事"})},
		},
		Find: func(_ context.Context, _ staff.Principal, q Query) (Found, error) {
			*asked = append(*asked, q)
			total := n
			if q.Get("q") != "" {
				total = 0
			}
			found := Found{Total: total}
			for i := q.From(); i < min(total, q.From()+q.Limit); i++ {
				found.Rows = append(found.Rows, Row{Path: "/books/" + strconv.Itoa(i), Cells: []Cell{{Text: fmt.Sprintf("=1+%d", i)}, {At: noon}, {Text: strconv.Itoa(i)}}})
			}
			return found, nil
		},
	}
}

func library(t *testing.T, n int) (*rig, *[]Query) {
	t.Helper()
	asked := &[]Query{}
	return open(t, everyRole(), Area{Name: "books", Routes: []Route{{Method: GET, Path: "/books", Action: access.StaffSelf, Handle: func(r *Request) (pages.Answer, error) {
		return r.List("书", books(n, asked))
	}}}}), asked
}

func TestAListStandsInItsAddress(t *testing.T) {
	r, asked := library(t, 35)
	page := r.get("admin", "/books?kind=story&sort=count&page=2&utm=x").Body.String()
	q := (*asked)[0]
	if q.Get("kind") != "story" || q.Sort != "count" || q.Down || q.From() != 10 || q.Limit != 10 {
		t.Errorf("%+v", q)
	}
	for _, want := range []string{
		"11—20，共 35 本", `aria-sort="ascending"`, `value="-count"`, `<option value="story" selected>`, `href="/console/books?kind=story&amp;page=3&amp;sort=count&amp;utm=x" rel="next"`,
		`href="/console/books?kind=story&amp;sort=count&amp;utm=x" rel="prev"`, "导出这 35 本", `export=xlsx`, "线上 <em>3</em>",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("without %s", want)
		}
	}
	// What the address cannot mean is left out: an unknown column, a page that is none.
	for _, odd := range []string{"?sort=password", "?page=-4", "?page=99999999999999999999", "?sort=at"} {
		r.get("admin", "/books"+odd)
		if q := (*asked)[len(*asked)-1]; q.Sort != "title" || !q.Down || q.Page != 1 {
			t.Errorf("%s: %+v", odd, q)
		}
	}
}

func TestAnEmptyListSaysWhichFilterToDrop(t *testing.T) {
	r, _ := library(t, 35)
	page := r.get("admin", "/books?q="+url.QueryEscape("<b>")+"&kind=story").Body.String()
	for _, want := range []string{"不管“找：&lt;b&gt;”", `href="/console/books?kind=story"`, "不管“类别：故事”"} {
		if !strings.Contains(page, want) {
			t.Errorf("without %s", want)
		}
	}
	empty, _ := library(t, 0)
	if page := empty.get("admin", "/books").Body.String(); !strings.Contains(page, "还没有书。") || strings.Contains(page, "不管") {
		t.Error("an empty list without filters")
	}
}

func TestAnExportIsEveryRowAndNoFormula(t *testing.T) {
	r, asked := library(t, 450)
	got := r.get("admin", "/books?kind=story&page=7&export=csv")
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(got.Body.String(), "\uFEFF"))).ReadAll()
	if err != nil || len(rows) != 451 || rows[1][0] != "'=1+0" || rows[1][1] != "2026-11-30 12:00" || rows[450][2] != "449" {
		t.Errorf("%d rows, %v, %v", len(rows), rows[:min(2, len(rows))], err)
	}
	if (*asked)[0].Get("kind") != "story" || !strings.Contains(got.Header().Get("Content-Disposition"), "%E4%B9%A6%202026-11-30.csv") {
		t.Error(got.Header())
	}
	tables, err := sheet.Read(r.get("admin", "/books?export=xlsx").Body.Bytes())
	if err != nil || len(tables) != 1 || len(tables[0].Rows) != 451 || tables[0].Rows[1][0] != "=1+0" {
		t.Errorf("%v", err)
	}
	if got := r.get("admin", "/books?export=exe"); got.Code != http.StatusNotFound {
		t.Errorf("%d", got.Code)
	}
	big, _ := library(t, exportMax+1)
	if got := big.get("admin", "/books?export=csv"); got.Code != http.StatusRequestEntityTooLarge || bytes.Contains(got.Body.Bytes(), []byte("=1+")) {
		t.Errorf("too many rows: %d", got.Code)
	}
}

func TestFormulasAreDefused(t *testing.T) {
	for text, want := range map[string]string{
		"=1": "'=1", "+86": "'+86", "-1": "'-1", "@a": "'@a", "＝1": "'＝1", " =1": "' =1", "\t=1": "'\t=1", "\u3000＋1": "'\u3000＋1", "\"=1": "'\"=1", "\r1": "'\r1",
		"甲=1": "甲=1", "12": "12", "": "", "（1）": "（1）",
	} {
		if got := defused(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}

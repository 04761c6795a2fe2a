package console

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"

	"pugongying/internal/civil"
	"pugongying/internal/sheet"
	"pugongying/internal/web"
	"pugongying/internal/web/pages"
)

// exportPage is how many rows are asked for at once.
const exportPage = 200

// export is every row of a list, as a file. No cell of it is taken for a formula, whatever somebody wrote into a title.
func (r *Request) export(l List, q Query, format string) (pages.Answer, error) {
	table := [][]string{{}}
	for _, c := range l.Columns {
		table[0] = append(table[0], c.Title)
	}
	rows, err := r.all(l, q)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		cells := make([]string, len(row.Cells))
		for i, c := range row.Cells {
			cells[i] = c.plain()
		}
		table = append(table, cells)
	}
	name := l.Name + " " + civil.DayOf(r.console.Now())
	switch format {
	case "xlsx":
		return excel(l, name, table)
	case "csv":
		return commas(name, table)
	}
	return nil, web.ErrNoRoute
}

func (r *Request) all(l List, q Query) ([]Row, error) {
	q.After, q.Page, q.Limit = "", 1, exportPage
	var rows []Row
	for {
		found, err := l.Find(r.Context(), r.Who, q)
		if err != nil {
			return nil, err
		}
		if rows = append(rows, found.Rows...); len(rows) > exportMax {
			return nil, ErrTooManyRows
		}
		switch {
		case len(found.Rows) == 0, found.Next == "" && len(rows) >= found.Total:
			return rows, nil
		case found.Next != "":
			q.After = found.Next
		default:
			q.Page++
		}
	}
}

// plain is what a cell says, without its looks.
func (c Cell) plain() string {
	text := c.Text
	if !c.At.IsZero() {
		text = c.At.In(civil.Zone()).Format("2006-01-02 15:04")
	}
	return strings.Join(slices.DeleteFunc([]string{text, c.Note, c.Code}, func(s string) bool { return s == "" }), " ")
}

func excel(l List, name string, table [][]string) (pages.Answer, error) {
	widths := make([]float64, len(l.Columns))
	for i := range widths {
		widths[i] = 24
	}
	var out bytes.Buffer
	page := sheet.Page{Table: sheet.Table{Name: l.Name, Rows: table}, Widths: widths}
	if err := sheet.Write(&out, []sheet.Page{page}); err != nil {
		return nil, err
	}
	return pages.File{Name: name + ".xlsx", Type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Body: out.Bytes()}, nil
}

func commas(name string, table [][]string) (pages.Answer, error) {
	var out bytes.Buffer
	out.WriteString("\uFEFF") // or Excel reads the file as GBK
	w := csv.NewWriter(&out)
	for _, row := range table {
		for i := range row {
			row[i] = defused(row[i])
		}
		if err := w.Write(row); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return pages.File{Name: name + ".csv", Type: "text/csv; charset=utf-8", Body: out.Bytes()}, w.Error()
}

// defused is a text that a spreadsheet does not calculate when it opens a file of comma-separated values: an apostrophe
// before what begins like a formula, full-width signs among them.
func defused(text string) string {
	first := strings.TrimLeft(text, " \t\r\n\u00a0\u3000\"'")
	if first != "" && strings.ContainsAny(first[:len(firstRune(first))], "=+-@＝＋－＠") || strings.HasPrefix(text, "\t") || strings.HasPrefix(text, "\r") {
		return "'" + text
	}
	return text
}

func firstRune(s string) string {
	for _, r := range s {
		return string(r)
	}
	return ""
}

package console

import (
	"bytes"
	"strconv"

	"pugongying/internal/civil"
	"pugongying/internal/ledger"
	"pugongying/internal/sheet"
	"pugongying/internal/web/pages"
)

// export is the report as a workbook: the table as the page shows it, and the offline acts behind it for whoever enters them.
func (a *quarter) export(r *Request) (pages.Answer, error) {
	q, err := a.asked(r)
	if err != nil {
		return nil, err
	}
	q.Kind, q.Column = "", ""
	v, err := a.view(r, q)
	if err != nil {
		return nil, err
	}
	book := []sheet.Page{a.tablePage(v), a.factsPage(v)}
	acts, err := a.actsPage(r, q)
	if err != nil {
		return nil, err
	}
	if len(acts.Rows) > 1 {
		book = append(book, acts)
	}
	var out bytes.Buffer
	if err := sheet.Write(&out, book); err != nil {
		return nil, err
	}
	return pages.File{Name: "报表 " + q.Quarter.String() + " " + a.place(q.Region) + ".xlsx", Type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Body: out.Bytes()}, nil
}

// tablePage is the table; a hidden figure is the words that stand in its place.
func (a *quarter) tablePage(v QuarterView) sheet.Page {
	header, widths := []string{"事项", "单位"}, []float64{16, 8}
	var numbers []int
	for i, c := range v.Table.Columns {
		header, widths, numbers = append(header, c.Words), append(widths, 14), append(numbers, i+2)
	}
	header, widths, numbers = append(header, "合计"), append(widths, 14), append(numbers, len(header))
	rows := [][]string{header}
	for _, row := range v.Table.Rows {
		line := []string{row.Words, row.Unit}
		for _, c := range row.Cells {
			line = append(line, plainNumber(c.Words))
		}
		rows = append(rows, line)
	}
	return sheet.Page{Table: sheet.Table{Name: v.Query.Quarter.String(), Rows: rows}, Widths: widths, Numbers: numbers}
}

// plainNumber takes the commas and the printed sign out of a number; words stay.
func plainNumber(words string) string {
	plain := make([]rune, 0, len(words))
	for _, r := range words {
		switch r {
		case ',':
		case '−':
			plain = append(plain, '-')
		default:
			plain = append(plain, r)
		}
	}
	if _, err := strconv.ParseInt(string(plain), 10, 64); err != nil {
		return words
	}
	return string(plain)
}

// factsPage says what the table is.
func (a *quarter) factsPage(v QuarterView) sheet.Page {
	rows := [][]string{
		{"说的是", "内容"}, {"季度", v.Query.Quarter.Words()}, {"地区", a.place(v.Query.Region)}, {"状态", v.State},
		{"人数", "不足 10 的不往上报；为了不让人减出来，再藏一个，写“不显示”。"},
	}
	facts := sheet.Page{Table: sheet.Table{Name: "说明"}, Widths: []float64{12, 80}}
	if v.Closed != nil {
		rows = append(rows, []string{"校验码", v.Closed.Hash})
	}
	facts.Rows = rows
	return facts
}

// actsPage lists the offline acts of the quarter in her region, with real dates.
func (a *quarter) actsPage(r *Request, q ledger.OpenQuery) (sheet.Page, error) {
	p := sheet.Page{Widths: []float64{14, 14, 16, 40, 12, 8, 14}, Dates: []int{0, 6}, Numbers: []int{4}}
	p.Name, p.Rows = "线下明细", [][]string{{"哪一天", "事项", "地区", "在哪里，什么事", "数", "单位", "更正哪一天的"}}
	for _, k := range ledger.Kinds() {
		if !k.Offline() {
			continue
		}
		q.Kind = k
		o, err := a.Acts.Open(r.Context(), r.Who, q)
		if err != nil {
			return p, err
		}
		for _, act := range o.Acts {
			line := []string{act.Day, k.Words(), a.place(act.Region), act.Words.What, strconv.FormatInt(act.Quantity, 10), string(k.Unit()), ""}
			if act.Of != "" {
				line[0], line[3], line[6] = civil.DayOf(act.At), act.Words.Reason, act.Day
			}
			p.Rows = append(p.Rows, line)
		}
	}
	return p, nil
}

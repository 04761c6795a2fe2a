package console

import (
	"bytes"
	"context"
	"errors"

	"pugongying/internal/access"
	"pugongying/internal/counselling"
	"pugongying/internal/fault"
	"pugongying/internal/sheet"
	"pugongying/internal/staff"
	"pugongying/internal/web/pages"
)

// PlanTables takes plans in from spreadsheets.
type PlanTables interface {
	ImportTable(ctx context.Context, who staff.Principal, rows [][]string, hidden []int) (counselling.Imported, error)
}

type planTables struct {
	plans  *planPages
	tables PlanTables
}

// PlanTablesArea is the page on which a table of plans is sent.
func PlanTablesArea(plans Plans, tables PlanTables) Area {
	a := &planTables{&planPages{PlanParts{Plans: plans}}, tables}
	return Area{
		Name: "tables", Guide: "plans",
		Routes: []Route{
			{Method: GET, Path: "/week/table", Action: access.EditPlan, Handle: a.show},
			{Method: POST, Path: "/week/table", Action: access.EditPlan, Handle: a.send},
			{Method: GET, Path: "/week/table/file", Action: access.EditPlan, Handle: a.file},
		},
	}
}

// PlanTableView is what a table would do.
type PlanTableView struct {
	Names  []string
	Doubts []counselling.Doubt
	Hurt   []AffectedRow
	Sent   bool
}

func (a *planTables) show(r *Request) (pages.Answer, error) {
	return r.Page("plans/table", "用表格放进来", PlanTableView{}), nil
}

// errSheets refuses a file with more than one table: nobody said which of them holds.
var errSheets = fault.New(fault.Invalid, "console.sheets", "这个文件里不止一张表，请只留一张。")

func (a *planTables) send(r *Request) (pages.Answer, error) {
	done, err := a.read(r)
	if err != nil {
		return r.Refused(r.Page("plans/table", "用表格放进来", PlanTableView{}), unreadable(err))
	}
	if done.Done {
		return r.Done("/week", "放进来了，按表里写的来。"), nil
	}
	view := PlanTableView{Names: done.Names, Doubts: done.Doubts, Sent: true}
	for _, h := range done.Hurt {
		view.Hurt = append(view.Hurt, affectedRow(h))
	}
	page := r.Page("plans/table", "用表格放进来", view)
	page.Status = 422
	return page, nil
}

func (a *planTables) read(r *Request) (counselling.Imported, error) {
	body, _, err := r.File("file")
	if err != nil {
		return counselling.Imported{}, err
	}
	tables, err := sheet.Read(body)
	if err != nil {
		return counselling.Imported{}, err
	}
	if len(tables) != 1 {
		return counselling.Imported{}, errSheets
	}
	return a.tables.ImportTable(r.Context(), r.Who, tables[0].Rows, tables[0].Hidden)
}

// unreadable is a file that is no spreadsheet, as a fault at its field.
func unreadable(err error) error {
	var refusal *fault.Error
	if errors.As(err, &refusal) {
		return err
	}
	return counselling.ErrTable.Because(err)
}

// file is the table with the weeks as they are now, to be changed and sent back.
func (a *planTables) file(r *Request) (pages.Answer, error) {
	all, err := a.plans.Plans.Counsellors(r.Context(), r.Who)
	if err != nil {
		return nil, err
	}
	rows := [][]string{counselling.TableColumns}
	for _, w := range all {
		rows = append(rows, counselling.TableOf(w)...)
	}
	words := make([]string, 0, len(counselling.RowNames))
	words = append(words, counselling.RowNames[:]...)
	page := sheet.Page{Table: sheet.Table{Name: "平时哪天来", Rows: rows}, Widths: []float64{12, 18, 8, 8, 20, 28, 8, 8}, Choices: map[int][]string{1: words}}
	var out bytes.Buffer
	err = sheet.Write(&out, []sheet.Page{page})
	return pages.File{Name: "平时哪天来.xlsx", Type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Body: out.Bytes()}, err
}

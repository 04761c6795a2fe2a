package console

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"pugongying/internal/access"
	"pugongying/internal/civil"
	"pugongying/internal/ledger"
	"pugongying/internal/region"
)

// QuarterView is what the report's page shows.
type QuarterView struct {
	Query   ledger.OpenQuery
	State   string // 还没封, 封了, 还没过完
	Under   string // until when, and what is closed before it
	Closed  *ledger.Closed
	Table   TableView
	Opened  *OpenedView
	Waiting []ActRow
	Charts  []Chart

	Quarters, Ways, Projects []Option // what may be chosen above
	Kinds, Regions, Belongs  []Option // of the form
	Up                       []Option // the regions around this one that are hers
	Today, Once              string
	Enters, Closes           bool
	Export, Close            string // addresses
}

// TableView is the table with words.
type TableView struct {
	Columns []ColumnView
	Rows    []RowView
	People  bool // numbers of people are divided here
}

// Wide reports that not all columns are in sight at once; then the sum stands first, so that no figure slides under it.
func (v TableView) Wide() bool { return len(v.Columns) > mostInSight }

// mostInSight is how many columns stand beside their sum at 1280.
const mostInSight = 6

// ColumnView is one column; Path leads into a region.
type ColumnView struct{ Words, Path string }

// RowView is one kind.
type RowView struct {
	Words, Unit string
	Cells       []CellView
	Here        bool // the figure that is opened is of it
}

// Ordered are the cells in the order of the columns; the sum is stored last and stands first where the table is wide.
func (r RowView) Ordered(wide bool) []CellView {
	if last := len(r.Cells) - 1; wide && last > 0 {
		return append(slices.Clone(r.Cells[last:]), r.Cells[:last]...)
	}
	return r.Cells
}

// CellView is one figure; Path opens it.
type CellView struct {
	Words, Path string
	Calm        bool // hidden
	Here        bool
	Total       bool
}

// OpenedView is one figure with its lines.
type OpenedView struct {
	Title, Sum string
	Acts       []ActRow
	Rest       string // what is not listed, in words
	Hidden     bool
}

// ActRow is one act as colleagues read it.
type ActRow struct {
	ID, Day, Kind, Place, What, Note, Who string
	Quantity, Unit                        string
	Correction                            bool
	Of                                    string // what it corrects
	Proofs                                []Option
	May                                   bool // it may be corrected
}

// Chart is a picture of one kind; the rows beside it say the same.
type Chart struct {
	Address, Words, Unit string
	Rows                 []Option // the words of a column, and its figure as Count
}

func (a *quarter) view(r *Request, q ledger.OpenQuery) (v QuarterView, err error) {
	ctx := r.Context()
	v = QuarterView{Query: q, Today: civil.DayOf(a.Now()), Enters: r.Who.Admits(access.EnterAct), Once: r.Text("once")}
	if v.Once == "" {
		v.Once = strconv.FormatInt(a.Now().UnixNano(), 36)
	}
	table, err := a.Figures.Figures(ctx, q.FiguresQuery)
	if err != nil {
		return v, err
	}
	if err := a.state(ctx, &v, r); err != nil {
		return v, err
	}
	if err := a.choices(r, &v); err != nil {
		return v, err
	}
	v.Table = a.table(r, table, q, v.Projects)
	if v.Enters {
		waiting, err := a.Acts.Waiting(ctx, r.Who)
		if err != nil {
			return v, err
		}
		for _, w := range waiting {
			v.Waiting = append(v.Waiting, a.row(r, w))
		}
	}
	if q.Kind != "" {
		v.Opened, err = a.opened(r, q, v.Projects)
	}
	if err != nil {
		return v, err
	}
	v.Charts, err = a.charts(ctx, q, v.Projects)
	return v, err
}

// state says whether the quarter is closed and what may be done with it.
func (a *quarter) state(ctx context.Context, v *QuarterView, r *Request) error {
	closed, err := a.Closing.Closed(ctx)
	if err != nil {
		return err
	}
	q := v.Query.Quarter
	v.Under = "算到 " + dayWords(min(q.LastDay(), v.Today))
	v.State = "还没封"
	for i, c := range closed {
		if c.ID == q.String() {
			v.Closed, v.State = &closed[i], "封了"
			v.Under = fmt.Sprintf("%s 封的，校验码 %s", dayWords(civil.DayOf(c.At)), c.Short())
		} else if c.ID == q.Before().String() && v.Closed == nil {
			v.Under += fmt.Sprintf(" · %s %s 已封，校验码 %s", q.Before().Words(), dayWords(civil.DayOf(c.At)), c.Short())
		}
		if earlier, ok := ledger.ParseQuarter(c.ID); ok {
			v.Quarters = append(v.Quarters, Option{Value: c.ID, Words: earlier.Words()})
		}
	}
	open, err := a.Closing.Open(ctx)
	if err != nil {
		return err
	}
	for now := ledger.QuarterOf(v.Today); ; open = open.Next() {
		if !slices.ContainsFunc(v.Quarters, func(o Option) bool { return o.Value == open.String() }) {
			v.Quarters = append([]Option{{Value: open.String(), Words: open.Words()}}, v.Quarters...)
		}
		if open.String() >= now.String() {
			break
		}
	}
	v.Closes = v.Closed == nil && a.Closing.MayClose(r.Who)
	v.Close = "/quarter/close?quarter=" + q.String()
	v.Export = "/quarter/export" + address(v.Query)[len("/quarter"):]
	return nil
}

// choices are what may be chosen on the page.
func (a *quarter) choices(r *Request, v *QuarterView) error {
	v.Ways = []Option{{Value: "region", Words: "按地区"}, {Value: "project", Words: "按项目"}, {Value: "source", Words: "按来源"}, {Value: "month", Words: "按月"}}
	var err error
	if v.Projects, err = a.projects(r.Context()); err != nil {
		return err
	}
	v.Belongs = append([]Option{{Value: "", Words: "没有项目"}}, v.Projects[1:]...)
	for _, k := range ledger.Kinds() {
		if k.Offline() {
			v.Kinds = append(v.Kinds, Option{Value: string(k), Words: k.Words() + "（" + string(k.Unit()) + "）"})
		}
	}
	for c := v.Query.Region; c != ""; c = c.Parent() {
		if r.Who.May(access.ReadFigures, access.Record{Relation: access.None, Region: c}) == nil {
			v.Up = append([]Option{{Value: string(c), Words: a.place(c)}}, v.Up...)
		}
	}
	if !v.Enters {
		return nil
	}
	for _, scope := range r.Who.Regions(access.EnterAct) {
		inside, err := a.Places.Children(scope.From)
		if err != nil {
			return err
		}
		v.Regions = append(v.Regions, Option{Value: string(scope.From), Words: a.place(scope.From)})
		for _, c := range inside {
			v.Regions = append(v.Regions, Option{Value: string(c.Code), Words: c.Name})
		}
	}
	if at := string(v.Query.Region); !slices.ContainsFunc(v.Regions, func(o Option) bool { return o.Value == at }) {
		v.Regions = append([]Option{{Value: at, Words: a.place(v.Query.Region)}}, v.Regions...)
	}
	return nil
}

func (a *quarter) place(c region.Code) string {
	if found, err := a.Places.Find(c); err == nil {
		return found.Name
	}
	return string(c)
}

// table puts words to a table.
func (a *quarter) table(r *Request, t ledger.Table, q ledger.OpenQuery, projects []Option) TableView {
	v := TableView{People: t.Whole(a.Figures.Home())}
	for _, c := range t.Columns {
		column := ColumnView{Words: a.column(t, c, projects)}
		if t.By == ledger.ByRegion && c != ledger.Own {
			next := t.FiguresQuery
			next.Region = region.Code(c)
			if r.Who.May(access.ReadFigures, access.Record{Relation: access.None, Region: next.Region}) == nil {
				column.Path = address(ledger.OpenQuery{FiguresQuery: next})
			}
		}
		v.Columns = append(v.Columns, column)
	}
	for _, row := range t.Rows {
		line := RowView{Words: row.Kind.Words(), Unit: string(row.Kind.Unit()), Here: row.Kind == q.Kind}
		for i, c := range append(slices.Clone(row.Cells), row.Total) {
			column := ""
			if i < len(t.Columns) {
				column = t.Columns[i]
			}
			cell := CellView{Words: figure(c), Calm: c.Shown != ledger.Plain, Total: i == len(t.Columns), Here: line.Here && q.Column == column}
			if c.Shown == ledger.Plain && c.Lines > 0 || row.Kind.Offline() {
				cell.Path = address(ledger.OpenQuery{FiguresQuery: t.FiguresQuery, Kind: row.Kind, Column: column})
			}
			line.Cells = append(line.Cells, cell)
		}
		v.Rows = append(v.Rows, line)
	}
	return v
}

// sources are the sources as people say them.
var sources = map[string]string{"explainer": "学堂里的故事", "quiz": "学堂里的题", "offline": "线下"}

// column is what a column is of.
func (a *quarter) column(t ledger.Table, c string, projects []Option) string {
	switch t.By {
	case ledger.ByRegion:
		if c == ledger.Own {
			return "本级"
		}
		return a.place(region.Code(c))
	case ledger.ByProject:
		if i := slices.IndexFunc(projects, func(o Option) bool { return c != "" && o.Value == c }); i >= 0 {
			return projects[i].Words
		}
		return "没有项目"
	case ledger.BySource:
		if words := sources[c]; words != "" {
			return words
		}
		return c
	}
	month, _ := strconv.Atoi(c[len(c)-2:]) // a month as the ledger writes it
	return fmt.Sprintf("%d 月", month)
}

// figure is a number as it is reported.
func figure(c ledger.Cell) string {
	if c.Shown != ledger.Plain {
		return c.Shown.Words()
	}
	if c.Quantity < 0 {
		return "−" + grouped(-c.Quantity)
	}
	return grouped(c.Quantity)
}

// grouped is a number with a comma before each three digits.
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// dayWords is a day as people write it.
func dayWords(day string) string {
	if !civil.IsDay(day) {
		return day
	}
	month, _ := strconv.Atoi(day[5:7]) // digits, as IsDay found
	of, _ := strconv.Atoi(day[8:])
	return fmt.Sprintf("%d 月 %d 日", month, of)
}

// opened is the figure that the address names, with its lines.
func (a *quarter) opened(r *Request, q ledger.OpenQuery, projects []Option) (*OpenedView, error) {
	o, err := a.Acts.Open(r.Context(), r.Who, q)
	if err != nil {
		return nil, err
	}
	of := a.place(q.Region)
	if q.Column != "" {
		of = a.column(ledger.Table{FiguresQuery: q.FiguresQuery}, q.Column, projects)
	}
	v := &OpenedView{Title: q.Kind.Words() + " · " + of, Hidden: o.Shown != ledger.Plain}
	v.Sum = figure(o.Cell)
	if !v.Hidden {
		v.Sum = fmt.Sprintf("%s %s = %s 行", v.Sum, q.Kind.Unit(), grouped(o.Lines))
	}
	for _, act := range o.Acts {
		v.Acts = append(v.Acts, a.row(r, act))
	}
	if o.Rest.Lines > 0 && !v.Hidden {
		v.Rest = fmt.Sprintf("%s 行，合起来 %s %s。", grouped(o.Rest.Lines), grouped(o.Rest.Quantity), q.Kind.Unit())
	}
	return v, nil
}

// row is an act with words.
func (a *quarter) row(r *Request, act ledger.Act) ActRow {
	row := ActRow{
		ID: act.ID, Day: act.Day, Kind: act.Kind.Words(), Place: a.place(act.Region), What: act.Words.What, Note: act.Words.Note, Quantity: figure(ledger.Cell{Quantity: act.Quantity}), Unit: string(act.Kind.Unit()),
		Correction: act.Of != "", May: act.Of == "" && act.Counted,
	}
	if act.By != "" {
		row.Who = a.Places.Name(r.Context(), act.By)
	}
	if row.Correction {
		row.Of = dayWords(act.Day)
		row.Day = civil.DayOf(act.At)
		row.What = act.Words.Reason
	}
	for i, p := range act.Proofs {
		row.Proofs = append(row.Proofs, Option{Value: "/quarter/acts/" + act.ID + "/proofs/" + p.ID, Words: fmt.Sprintf("照片 %d", i+1)})
	}
	return row
}

// in is the quarter of its day.
func (row ActRow) in() ledger.Quarter { return ledger.QuarterOf(row.Day) }

// Words is the day as people write it.
func (row ActRow) Words() string { return dayWords(row.Day) }

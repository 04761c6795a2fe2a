package ledger

import (
	"context"
	"slices"

	"pugongying/internal/region"
)

// By is what the columns of a table are.
type By string

// The ways to divide a figure.
const (
	ByRegion  By = "region"  // the regions directly inside
	ByProject By = "project" //
	BySource  By = "source"  // what the act was counted at
	ByMonth   By = "month"
)

// FiguresQuery selects a table.
type FiguresQuery struct {
	Quarter Quarter
	By      By
	Region  region.Code // with everything inside
	Project string      // "" for all
}

// Cell is one figure.
type Cell struct {
	Quantity int64
	Lines    int64
	Shown    Shown
}

// Row is one kind.
type Row struct {
	Kind  Kind
	Cells []Cell // one a column
	Total Cell
}

// Table is the figures of one quarter.
type Table struct {
	FiguresQuery
	Columns []string // codes of regions, projects, sources or months; Own for what is counted in the region itself, "" for no project
	Rows    []Row    // a row a kind, in the order of Kinds
}

// Own names the column of what is counted in the region itself and not in one inside it.
const Own = "own"

// Whole reports whether figures of people are divided in this way: by the regions of all projects together, everywhere; in
// every other way only for the deployment's own region. Two divisions of one total tell nothing of each other; a table of
// regions by months or projects would be one more that has to agree with both, and small numbers could be solved for.
func (q FiguresQuery) Whole(home region.Code) bool {
	return q.Project == "" && (q.By == ByRegion || q.Region == home)
}

// Figures is the table of a quarter as it is reported.
func (s *Service) Figures(ctx context.Context, q FiguresQuery) (Table, error) {
	if _, err := s.Tally(ctx); err != nil {
		return Table{}, err
	}
	months := q.Quarter.Months()
	totals, err := s.store.Totals(ctx, Query{From: months[0], To: months[2], Project: q.Project})
	if err != nil {
		return Table{}, err
	}
	t := Table{FiguresQuery: q}
	byKind := map[Kind]*place{}
	for _, kind := range Kinds() {
		byKind[kind] = newPlace("")
	}
	for _, total := range totals {
		if root := byKind[total.Kind]; root != nil {
			root.add(total)
		}
	}
	if t.Columns, err = s.columns(q, totals, byKind); err != nil {
		return Table{}, err
	}
	for _, kind := range Kinds() {
		t.Rows = append(t.Rows, s.row(t, kind, byKind[kind], totals))
	}
	return t, nil
}

// columns are the columns of a table: of regions all that are valid now or have a figure, of the others those with one.
func (s *Service) columns(q FiguresQuery, totals []Total, byKind map[Kind]*place) ([]string, error) {
	if q.By == ByMonth {
		return q.Quarter.Months(), nil
	}
	found := map[string]bool{}
	if q.By == ByRegion {
		children, err := s.regions.Children(q.Region)
		if err != nil {
			return nil, err
		}
		for _, c := range children {
			found[string(c.Code)] = true
		}
		own := len(found) == 0
		for _, root := range byKind {
			at := root.find(q.Region)
			for code := range at.inside {
				found[string(code)] = true
			}
			own = own || at.own.Lines != 0
		}
		return ordered(found, own), nil
	}
	scope := region.ScopeOf(q.Region)
	for _, t := range totals {
		if scope.Contains(t.Region) {
			found[q.By.of(t)] = true
		}
	}
	return ordered(found, false), nil
}

// of is the column of a total.
func (b By) of(t Total) string {
	switch b {
	case ByProject:
		return t.Project
	case BySource:
		return t.Channel
	default:
		return t.Month
	}
}

func ordered(found map[string]bool, own bool) []string {
	columns := make([]string, 0, len(found)+1)
	for c := range found {
		columns = append(columns, c)
	}
	slices.Sort(columns)
	if own {
		columns = append(columns, Own)
	}
	return columns
}

// row is one kind of a table.
func (s *Service) row(t Table, kind Kind, root *place, totals []Total) Row {
	people := kind.Unit().People()
	if people {
		root.suppress(t.Quarter.String() + "|" + string(kind))
	}
	at := root.find(t.Region)
	r := Row{Kind: kind, Total: at.cell}
	if t.By == ByRegion {
		for _, c := range t.Columns {
			r.Cells = append(r.Cells, at.column(c))
		}
	} else {
		r.Cells = divided(t, kind, totals)
		if people {
			r.hide(t)
		}
	}
	if people && !t.Whole(s.home) {
		r.withhold()
	}
	if people && t.Project != "" {
		r.Total.Shown = Withheld
	}
	return r
}

func (r *Row) withhold() {
	for i := range r.Cells {
		r.Cells[i].Shown = Withheld
	}
}

// divided adds up the columns of a table that is not by region.
func divided(t Table, kind Kind, totals []Total) []Cell {
	cells, scope := make([]Cell, len(t.Columns)), region.ScopeOf(t.Region)
	for _, total := range totals {
		if i := slices.Index(t.Columns, t.By.of(total)); i >= 0 && total.Kind == kind && scope.Contains(total.Region) {
			cells[i].add(total)
		}
	}
	return cells
}

// hide suppresses the small numbers of a row that divides a total.
func (r *Row) hide(t Table) {
	if r.Total.Shown != Plain {
		r.withhold()
		return
	}
	parts := make([]part, len(r.Cells))
	for i, c := range r.Cells {
		parts[i] = part{t.Columns[i], c.Quantity}
	}
	for i, shown := range suppress(t.Quarter.String()+"|"+string(t.By)+"|"+string(r.Kind), parts) {
		r.Cells[i].Shown = shown
	}
}

func (c *Cell) add(t Total) {
	c.Quantity += t.Quantity
	c.Lines += t.Lines
}

// place is a region in the tree of one kind's figures.
type place struct {
	code   region.Code
	cell   Cell // with everything inside
	own    Cell // what is counted in itself
	inside map[region.Code]*place
	row    bool // what is inside is withheld, zeros included
}

func newPlace(code region.Code) *place { return &place{code: code, inside: map[region.Code]*place{}} }

// add adds a total to its region and to all around it.
func (p *place) add(t Total) {
	p.cell.add(t)
	for _, code := range around(t.Region) {
		next := p.inside[code]
		if next == nil {
			next = newPlace(code)
			p.inside[code] = next
		}
		p = next
		p.cell.add(t)
	}
	p.own.add(t)
}

// around is the way from the root to a region, itself included.
func around(c region.Code) []region.Code {
	var path []region.Code
	for ; c != ""; c = c.Parent() {
		path = append(path, c)
	}
	slices.Reverse(path)
	return path
}

// find is a region in the tree; one without figures is an empty place, withheld where its row is.
func (p *place) find(c region.Code) *place {
	for _, code := range around(c) {
		next := p.inside[code]
		if next == nil {
			next = newPlace(code)
			next.cell.Shown, next.own.Shown, next.row = p.rest(), p.rest(), p.row
		}
		p = next
	}
	return p
}

// rest is how a zero inside is shown.
func (p *place) rest() Shown {
	if p.row {
		return Withheld
	}
	return Plain
}

// column is one figure of the row of a region.
func (p *place) column(name string) Cell {
	if name == Own {
		return p.own
	}
	if next := p.inside[region.Code(name)]; next != nil {
		return next.cell
	}
	return Cell{Shown: p.rest()}
}

// suppress decides what is shown from the root down: the parts of a figure that is shown by the rules of suppress, those of
// a hidden one not at all.
func (p *place) suppress(seed string) {
	if v := p.cell.Quantity; v != 0 && v < Fewest && v > -Fewest {
		p.cell.Shown = TooFew
	}
	p.divide(seed)
}

func (p *place) divide(seed string) {
	codes := make([]region.Code, 0, len(p.inside))
	for code := range p.inside {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	if p.cell.Shown != Plain {
		p.row, p.own.Shown = true, Withheld
		for _, code := range codes {
			p.inside[code].cell.Shown = Withheld
			p.inside[code].divide(seed)
		}
		return
	}
	if len(codes) == 0 {
		return
	}
	parts := []part{{Own + "|" + string(p.code), p.own.Quantity}}
	for _, code := range codes {
		parts = append(parts, part{string(code), p.inside[code].cell.Quantity})
	}
	shown := suppress(seed, parts)
	p.own.Shown = shown[0]
	p.row = !slices.ContainsFunc(shown, func(s Shown) bool { return s != Withheld })
	for i, code := range codes {
		p.inside[code].cell.Shown = shown[i+1]
		p.inside[code].divide(seed)
	}
}

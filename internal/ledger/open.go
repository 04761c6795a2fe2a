package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"pugongying/internal/access"
	"pugongying/internal/region"
	"pugongying/internal/staff"
)

// Opened is a figure with the lines it is the sum of.
type Opened struct {
	Cell
	Kind Kind
	// Acts are its lines with what officers wrote, for whoever enters acts in that region. Lines that the program counted are
	// never listed: one by one they would tell when somebody in which village read what.
	Acts []Act
	Rest Cell // what is not listed: so many lines, so much
}

// OpenQuery selects one figure of a table.
type OpenQuery struct {
	FiguresQuery
	Kind   Kind
	Column string // of the table; "" for the total
}

// maxOpened is how many acts are listed of one figure.
const maxOpened = 500

// Open is one figure of a table with its lines. The figure is hidden where the table hides it; the acts are there for whoever
// is responsible for them.
func (s *Acts) Open(ctx context.Context, who staff.Principal, q OpenQuery) (Opened, error) {
	if err := who.May(access.ReadFigures, access.Record{Relation: access.None, Region: q.Region}); err != nil {
		return Opened{}, err
	}
	table, err := s.Ledger.Figures(ctx, q.FiguresQuery)
	if err != nil {
		return Opened{}, err
	}
	o := Opened{Kind: q.Kind}
	if o.Cell, err = table.cell(q); err != nil {
		return o, err
	}
	o.Rest = o.Cell
	in, exact := q.within()
	if q.Kind.Offline() && who.May(access.EnterAct, access.Record{Relation: access.None, Region: in}) == nil {
		err = s.list(ctx, q, &o, exact)
	}
	return o, err
}

// cell is one figure of a table. ErrUnknown.
func (t Table) cell(q OpenQuery) (Cell, error) {
	for _, r := range t.Rows {
		if r.Kind != q.Kind {
			continue
		}
		if q.Column == "" {
			return r.Total, nil
		}
		if i := slices.Index(t.Columns, q.Column); i >= 0 {
			return r.Cells[i], nil
		}
	}
	return Cell{}, ErrUnknown.Because(fmt.Errorf("%s of %q", q.Kind, q.Column))
}

// within is the region a figure is of, and whether regions inside it are left out.
func (q OpenQuery) within() (in region.Code, exact bool) {
	if q.By == ByRegion && q.Column == Own {
		return q.Region, true
	}
	if q.By == ByRegion && q.Column != "" {
		return region.Code(q.Column), false
	}
	return q.Region, false
}

// list adds the acts of a figure, as far as they are its lines.
func (s *Acts) list(ctx context.Context, q OpenQuery, o *Opened, exact bool) error {
	in, _ := q.within()
	scope := region.ScopeOf(in)
	if exact {
		scope = region.Scope{From: in, To: in}
	}
	lines, err := s.Lines.OfflineLines(ctx, LineQuery{Kind: q.Kind, Region: scope, Months: q.Quarter.Months(), Project: q.Project, Limit: maxOpened})
	if err != nil {
		return err
	}
	for _, l := range lines {
		if q.Column != "" && q.By != ByRegion && q.By.of(Total{Project: l.Project, Channel: l.Channel(), Month: l.Month}) != q.Column {
			continue
		}
		a, err := s.Store.Find(ctx, l.ID)
		if errors.Is(err, ErrUnknown) { // a line without words is still a line of the figure
			a, err = Act{ID: l.ID, Kind: l.Kind, Region: l.Region, Project: l.Project, Day: l.Day, Quantity: l.Quantity, Of: l.CorrectionOf, Counted: true}, nil
		}
		if err != nil {
			return err
		}
		o.Acts = append(o.Acts, a)
		o.Rest.Quantity, o.Rest.Lines = o.Rest.Quantity-l.Quantity, o.Rest.Lines-1
	}
	return nil
}

// LineQuery selects lines that officers entered, newest day first.
type LineQuery struct {
	Kind    Kind
	Region  region.Scope
	Months  []string
	Project string
	Limit   int
}

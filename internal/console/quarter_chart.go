package console

import (
	"context"

	"pugongying/internal/chart"
	"pugongying/internal/ledger"
	"pugongying/internal/web/pages"
)

// charts are the pictures beside the table: one kind by month and by the regions inside.
func (a *quarter) charts(ctx context.Context, q ledger.OpenQuery, projects []Option) ([]Chart, error) {
	if q.Kind == "" {
		q.Kind = ledger.Kinds()[0]
	}
	q.Column = ""
	var all []Chart
	for _, by := range []ledger.By{ledger.ByMonth, ledger.ByRegion} {
		q.By = by
		bars, err := a.bars(ctx, q, projects)
		if err != nil {
			return nil, err
		}
		c := Chart{Address: "/quarter/chart" + address(q)[len("/quarter"):], Words: q.Kind.Words() + "，按月", Unit: string(q.Kind.Unit())}
		if by == ledger.ByRegion {
			c.Words = q.Kind.Words() + "，按地区"
		}
		for _, b := range bars {
			c.Rows = append(c.Rows, Option{Words: b.Label, Count: b.Words})
		}
		all = append(all, c)
	}
	return all, nil
}

// chart draws one kind of a table.
func (a *quarter) chart(r *Request) (pages.Answer, error) {
	q, err := a.asked(r)
	if err != nil {
		return nil, err
	}
	projects, err := a.projects(r.Context())
	if err != nil {
		return nil, err
	}
	bars, err := a.bars(r.Context(), q, projects)
	if err != nil {
		return nil, err
	}
	return pages.Media{Type: "image/svg+xml", Body: chart.Bars(bars)}, nil
}

// bars are the columns of one kind: a figure that the table hides has no bar.
func (a *quarter) bars(ctx context.Context, q ledger.OpenQuery, projects []Option) ([]chart.Bar, error) {
	table, err := a.Figures.Figures(ctx, q.FiguresQuery)
	if err != nil {
		return nil, err
	}
	var bars []chart.Bar
	for _, row := range table.Rows {
		if row.Kind != q.Kind {
			continue
		}
		for i, c := range row.Cells {
			bars = append(bars, chart.Bar{Label: a.column(table, table.Columns[i], projects), Value: float64(c.Quantity), Words: figure(c), Hidden: c.Shown != ledger.Plain})
		}
	}
	return bars, nil
}

// projects are all projects to choose from.
func (a *quarter) projects(ctx context.Context) ([]Option, error) {
	all := []Option{{Value: "", Words: "全部项目"}}
	projects, err := a.Places.Projects(ctx)
	for _, p := range projects {
		all = append(all, Option{Value: p.ID, Words: p.Name})
	}
	return all, err
}

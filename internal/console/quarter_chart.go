package console

import (
	"fmt"

	"pugongying/internal/chart"
	"pugongying/internal/ledger"
	"pugongying/internal/web/pages"
)

// charts are the pictures beside the table: one kind by month and by the regions inside.
func (a *quarter) charts(q ledger.OpenQuery) []Chart {
	if q.Kind == "" {
		q.Kind = ledger.Kinds()[0]
	}
	q.Column = ""
	var all []Chart
	for _, by := range []ledger.By{ledger.ByMonth, ledger.ByRegion} {
		q.By = by
		words := q.Kind.Words() + "，按月"
		if by == ledger.ByRegion {
			words = q.Kind.Words() + "，按地区"
		}
		all = append(all, Chart{"/quarter/chart" + address(q)[len("/quarter"):], words})
	}
	return all
}

// chart draws one kind of a table: a figure that the table hides has no bar.
func (a *quarter) chart(r *Request) (pages.Answer, error) {
	q, err := a.asked(r)
	if err != nil {
		return nil, err
	}
	table, err := a.Figures.Figures(r.Context(), q.FiguresQuery)
	if err != nil {
		return nil, err
	}
	projects, err := a.Places.Projects(r.Context())
	if err != nil {
		return nil, err
	}
	var names []Option
	for _, p := range projects {
		names = append(names, Option{Value: p.ID, Words: p.Name})
	}
	var bars []chart.Bar
	for _, row := range table.Rows {
		if row.Kind != q.Kind {
			continue
		}
		for i, c := range row.Cells {
			bars = append(bars, chart.Bar{Label: a.column(table, table.Columns[i], names), Value: float64(c.Quantity), Words: figure(c), Hidden: c.Shown != ledger.Plain})
		}
	}
	svg, err := chart.Bars(bars)
	if err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	return pages.Media{Type: "image/svg+xml", Body: svg}, nil
}

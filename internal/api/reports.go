package api

import (
	"context"
	"net/http"
	"time"

	"pugongying/internal/member"
	"pugongying/internal/web"
)

// Reports takes a resident's 这里写的是我认识的人. It is given the publication and nothing about who says so.
type Reports interface {
	ReportText(ctx context.Context, id string) error
}

// rateReport lets nobody fill staff's board.
var rateReport = web.Rate{Per: time.Minute, Burst: 3}

type byQuestion struct {
	ID string `path:"id" maxLength:"64"`
}

// addReports: the answer is the same whether or not there is such a text.
func (d *door) addReports() {
	add(d, spec{
		route: "POST /api/v1/explainers/{slug}/reports", summary: "somebody knows a person in this story; from nobody",
		status: http.StatusNoContent, rate: rateReport,
	}, func(ctx context.Context, _ member.Principal, in *bySlug) (*empty, error) {
		story, err := d.Explainers.BySlug(in.Slug)
		if err != nil {
			return nil, nil //nolint:nilerr // the answer does not tell whether it is there
		}
		return nil, d.Reports.ReportText(ctx, story.ID)
	})
	add(d, spec{
		route: "POST /api/v1/questions/{id}/reports", summary: "somebody knows a person in this question; from nobody",
		status: http.StatusNoContent, rate: rateReport,
	}, func(ctx context.Context, _ member.Principal, in *byQuestion) (*empty, error) {
		return nil, d.Reports.ReportText(ctx, in.ID)
	})
}

package console

import (
	"context"
	"net/url"
	"strconv"

	"pugongying/internal/access"
	"pugongying/internal/publish"
	"pugongying/internal/region"
	"pugongying/internal/staff"
	"pugongying/internal/web/pages"
)

// ReportBoard is what staff do about 这里写的是我认识的人.
type ReportBoard interface {
	Board(ctx context.Context, who staff.Principal, limit int) ([]publish.Report, error)
	CloseReport(ctx context.Context, who staff.Principal, id string, rev int64, outcome publish.Outcome) error
}

type reportPages struct {
	board   ReportBoard
	regions Regions
}

// ReportedTexts is the board of texts in which somebody knows a person, each with its clock of 24 hours. It never says who
// said so: nobody knows.
func ReportedTexts(board ReportBoard, regions Regions) Area {
	a := &reportPages{board, regions}
	return Area{
		Name: "reports", Guide: "known", Tasks: a,
		Rail: []Item{{Group: Writing, Title: "有人认得", Path: "/reports", Icon: "shield", Action: access.ReadReports}},
		Routes: []Route{
			{Method: GET, Path: "/reports", Action: access.ReadReports, Handle: a.show},
			{Method: POST, Path: "/reports/:id", Action: access.ReadReports, Handle: a.close},
		},
	}
}

const mostReports = 50

// ReportsView is what the board shows.
type ReportsView struct{ Rows []ReportRow }

// ReportRow is one report.
type ReportRow struct {
	publish.Report
	Kind, Place, Text, Act string
}

func (a *reportPages) page(r *Request) (pages.Page, error) {
	found, err := a.board.Board(r.Context(), r.Who, mostReports)
	if err != nil {
		return pages.Page{}, err
	}
	var v ReportsView
	for _, one := range found {
		v.Rows = append(v.Rows, ReportRow{
			Report: one, Kind: textKinds[one.Kind], Place: placeName(a.regions, one.Region), Text: ReviewPath(one.Publication, one.N), Act: "/reports/" + url.PathEscape(one.ID),
		})
	}
	return r.Page("reports/board", "有人认得", v), nil
}

func (a *reportPages) show(r *Request) (pages.Answer, error) {
	page, err := a.page(r)
	if err != nil {
		return nil, err
	}
	return page, nil
}

func (a *reportPages) close(r *Request) (pages.Answer, error) {
	rev, err := strconv.ParseInt(r.Text("rev"), 10, 64)
	if err != nil {
		return nil, publish.ErrStale.Because(err)
	}
	err = a.board.CloseReport(r.Context(), r.Who, r.Param("id"), rev, publish.Outcome(r.Text("outcome")))
	if err == nil {
		return r.Done("/reports", "记下了。"), nil
	}
	page, failed := a.page(r)
	if failed != nil {
		return nil, failed
	}
	return r.Refused(page, err)
}

// Waiting puts every open report on the home page, by its clock.
func (a *reportPages) Waiting(ctx context.Context, who staff.Principal) ([]Task, error) {
	if !who.Admits(access.ReadReports) {
		return nil, nil
	}
	found, err := a.board.Board(ctx, who, mostReports)
	if err != nil {
		return nil, err
	}
	var tasks []Task
	for _, one := range found {
		tasks = append(tasks, Task{Kind: Waits, Title: one.Title, Note: textKinds[one.Kind], Do: "有人说认得里面的人", By: placeName(a.regions, one.Region), Path: "/reports", Due: one.Due})
	}
	return tasks, nil
}

// placeName is what a region is called; the whole deployment where a text has none.
func placeName(regions Regions, c region.Code) string {
	if c == "" {
		return "全部地区"
	}
	if r, err := regions.Find(c); err == nil {
		return r.Name
	}
	return string(c)
}

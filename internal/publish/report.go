package publish

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/audit"
	"pugongying/internal/region"
	"pugongying/internal/staff"
)

// reportTime is how long staff have for a report.
const reportTime = 24 * time.Hour

// Report is somebody's 这里写的是我认识的人. It says which text, and nothing about who said so.
type Report struct {
	ID          string        `bson:"_id"`
	Publication string        `bson:"publication"`
	Kind        Kind          `bson:"kind"`
	N           int           `bson:"n"` // the version that was live
	Title       string        `bson:"title,omitempty"`
	Region      region.Code   `bson:"region,omitempty"`
	Regions     []region.Code `bson:"regions"`
	At          time.Time     `bson:"at"`  // the hour, so that it cannot be laid beside an access log
	Due         time.Time     `bson:"due"` // staff's clock
	Times       int           `bson:"times"`
	Outcome     Outcome       `bson:"outcome"` // "" while it is open
	ClosedBy    string        `bson:"closedBy,omitempty"`
	ClosedAt    time.Time     `bson:"closedAt,omitempty"`
	Rev         int64         `bson:"rev"`
	Schema      int           `bson:"schema"`
}

// Outcome is what staff did about a report.
type Outcome string

// The outcomes.
const (
	OutcomeDown  Outcome = "down"  // taken down
	OutcomeMend  Outcome = "mend"  // a newer version is being written
	OutcomeStays Outcome = "stays" // nobody can be known from it
)

// Reports stores reports.
type Reports interface {
	// AddReport adds one; ErrStale when its id is there.
	AddReport(ctx context.Context, r Report) error
	// Report is ErrNotFound when there is none.
	Report(ctx context.Context, id string) (Report, error)
	// OpenReports are those that staff have not closed, in these regions ("" is the whole deployment), by their clock.
	OpenReports(ctx context.Context, within []region.Code, limit int) ([]Report, error)
	// ChangeReport writes a report at its revision, with the entry; ErrStale.
	ChangeReport(ctx context.Context, r Report, entry *audit.Entry) error
}

// ReportText records that somebody knows a person in what is live. Reports of one version are one row with one clock, the
// first one's. It answers nothing: not even whether the text is there.
func (w *Workflow) ReportText(ctx context.Context, id string) error {
	p, err := w.store.Publication(ctx, id)
	if errors.Is(err, ErrNotFound) || err == nil && p.Live == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	now := w.now()
	r := Report{
		ID: VersionID(id, p.Live), Publication: id, Kind: p.Kind, N: p.Live, Title: p.Title, Region: p.LiveRegion, Regions: around(p.LiveRegion),
		At: now.Truncate(time.Hour), Due: now.Add(reportTime).Truncate(time.Hour), Times: 1, Schema: schema,
	}
	err = w.reports.AddReport(ctx, r)
	for try := 0; errors.Is(err, ErrStale) && try < takeDownTries; try++ {
		err = w.reportAgain(ctx, r)
	}
	return err
}

// reportAgain counts another report of a version; one that staff closed is opened again, with a new clock.
func (w *Workflow) reportAgain(ctx context.Context, r Report) error {
	old, err := w.reports.Report(ctx, r.ID)
	if err != nil {
		return err
	}
	old.Times++
	if old.Outcome != "" {
		old.Outcome, old.ClosedBy, old.ClosedAt, old.At, old.Due = "", "", time.Time{}, r.At, r.Due
	}
	return w.reports.ChangeReport(ctx, old, nil)
}

// Board are the open reports of her regions, by their clock.
func (w *Workflow) Board(ctx context.Context, who staff.Principal, limit int) ([]Report, error) {
	if !who.Admits(access.ReadReports) {
		return nil, staff.ErrForbidden
	}
	var within []region.Code
	for _, scope := range who.Regions(access.ReadReports) {
		within = append(within, scope.From)
		if scope.Contains(w.league) {
			within = append(within, "")
		}
	}
	slices.Sort(within)
	return w.reports.OpenReports(ctx, slices.Compact(within), limit)
}

// CloseReport says what was done. With OutcomeDown the text is taken down first.
func (w *Workflow) CloseReport(ctx context.Context, who staff.Principal, id string, rev int64, outcome Outcome) error {
	r, err := w.reports.Report(ctx, id)
	if err != nil {
		return hidden(err)
	}
	if err := who.May(access.ReadReports, access.Record{Relation: access.Other, Region: orLeague(r.Region, w.league)}); err != nil {
		return err
	}
	if r.Rev != rev || r.Outcome != "" {
		return ErrStale
	}
	switch outcome {
	case OutcomeDown:
		if err := w.TakeDown(ctx, who, r.Publication); err != nil && !errors.Is(err, ErrTransition) {
			return err
		}
	case OutcomeMend, OutcomeStays:
	default:
		return ErrTransition
	}
	r.Outcome, r.ClosedBy, r.ClosedAt = outcome, who.Account, w.now()
	entry, err := audit.New(audit.Act{Actor: who.Actor(), Action: audit.PublishReport, Subject: r.Publication, At: w.now(), Detail: map[string]string{
		"version": strconv.Itoa(r.N), "outcome": string(outcome),
	}})
	if err != nil {
		return err
	}
	return w.reports.ChangeReport(ctx, r, &entry)
}

package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/ledger"
	"pugongying/internal/store/document"
)

const (
	ledgerLines    = "ledger_lines"
	ledgerTotals   = "ledger_totals"
	ledgerQuarters = "ledger_quarters"
)

var ledgerDeclarations = []document.Declaration{
	{Collection: ledgerLines, Indexes: []document.Index{
		{Name: "month", Keys: []document.Key{{Field: "month"}, {Field: "_id"}}, Partial: inAMonth},
		{Name: "offline", Keys: []document.Key{{Field: "kind"}, {Field: "month"}}, Partial: entered},
		{
			Name: "unfolded", Keys: []document.Key{{Field: "folded"}},
			Partial: bson.D{{Key: "folded", Value: false}},
		},
		{
			Name: "corrections", Keys: []document.Key{{Field: "correctionOf"}},
			Partial: bson.D{{Key: "correctionOf", Value: bson.D{{Key: "$exists", Value: true}}}},
		},
	}},
	{Collection: ledgerTotals, Indexes: []document.Index{
		{Name: "month", Keys: []document.Key{{Field: "month"}, {Field: "kind"}, {Field: "region"}}},
		{Name: "ofDays", Keys: []document.Key{{Field: "day"}}, Partial: ofDays},
	}},
	{Collection: ledgerQuarters},
}

// Parts of the ledger's documents: lines that are in a month, lines that officers entered, totals of an older version.
var (
	inAMonth = bson.D{{Key: "month", Value: bson.D{{Key: "$exists", Value: true}}}}
	entered  = bson.D{{Key: "source", Value: "offline"}}
	ofDays   = bson.D{{Key: "schema", Value: 1}}
)

// Ledger stores lines and totals; it is ledger.Store.
type Ledger struct {
	engine                  document.Engine
	lines, totals, quarters document.Collection
	audit                   appendOnly
}

var (
	_ ledger.Store        = (*Ledger)(nil)
	_ ledger.QuarterStore = (*Ledger)(nil)
)

// NewLedger works on an engine whose declarations were ensured.
func NewLedger(engine document.Engine) *Ledger {
	return &Ledger{
		engine: engine, lines: engine.Collection(ledgerLines), totals: engine.Collection(ledgerTotals), quarters: engine.Collection(ledgerQuarters),
		audit: auditOf(engine),
	}
}

// Append adds the lines that are not stored yet. They are inserted with one write; only when one of them exists already is
// each inserted separately, so that it does not block the others.
func (s *Ledger) Append(ctx context.Context, lines []ledger.Line) (int, error) {
	if len(lines) == 0 {
		return 0, nil
	}
	docs, ids := make([]any, len(lines)), make(bson.A, len(lines))
	for i, l := range lines {
		docs[i], ids[i] = l, l.ID
	}
	there, err := s.lines.Count(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}}, 0)
	if err != nil {
		return 0, err
	}
	if there == 0 {
		err := insert(ctx, s.lines, docs...)
		if err == nil {
			return len(docs), nil
		}
		if !errors.Is(err, document.ErrDuplicate) {
			return 0, err
		}
	}
	added := 0
	for _, doc := range docs {
		err := insert(ctx, s.lines, doc)
		switch {
		case err == nil:
			added++
		case !errors.Is(err, document.ErrDuplicate):
			return added, err
		}
	}
	return added, nil
}

// Act returns a line and its corrections.
func (s *Ledger) Act(ctx context.Context, id string) (ledger.Line, []ledger.Line, error) {
	l, err := byID[ledger.Line](ctx, s.lines, id)
	if err != nil {
		return ledger.Line{}, nil, mapNotFound(err, ledger.ErrUnknown)
	}
	corrections, err := many[ledger.Line](ctx, s.lines, document.Query{Filter: bson.D{{Key: "correctionOf", Value: id}}})
	return *l, corrections, err
}

const tallyTries = 3

// Tally adds pending lines to the totals of the months they count in and flags them in one transaction: a line is flagged if
// and only if its total includes it. When another server tallies the same lines, creates the same total or closes a quarter,
// one of the two transactions is rolled back and tried again.
func (s *Ledger) Tally(ctx context.Context, limit int) (int, error) {
	for try := 1; ; try++ {
		n := 0
		err := s.engine.InTx(ctx, func(ctx context.Context) (err error) {
			n, err = s.tally(ctx, limit)
			return err
		})
		contended := errors.Is(err, document.ErrDuplicate) || errors.Is(err, document.ErrStale)
		if err == nil || !contended || try == tallyTries {
			return n, toFault(err)
		}
	}
}

func (s *Ledger) tally(ctx context.Context, limit int) (int, error) {
	waiting, err := many[ledger.Line](ctx, s.lines, document.Query{
		Filter: bson.D{{Key: "folded", Value: false}}, Limit: limit,
	})
	if err != nil || len(waiting) == 0 {
		return 0, err
	}
	b, err := s.touch(ctx)
	if err != nil {
		return 0, err
	}
	sums, ids := ledger.Sums{}, map[string][]string{}
	for _, l := range waiting {
		l.Month = l.CountsIn(b.From)
		sums.Add(l)
		ids[l.Month] = append(ids[l.Month], l.ID)
	}
	for _, t := range sums {
		if err := s.raise(ctx, t); err != nil {
			return 0, err
		}
	}
	for month, of := range ids {
		updated, err := s.lines.UpdateAll(ctx,
			bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: of}}}, {Key: "folded", Value: false}},
			bson.D{{Key: "$set", Value: bson.D{{Key: "folded", Value: true}, {Key: "month", Value: month}}}})
		if err == nil && updated != int64(len(of)) {
			err = fmt.Errorf("store: %d of %d lines were still waiting: %w", updated, len(of), document.ErrStale)
		}
		if err != nil {
			return 0, err
		}
	}
	return len(waiting), nil
}

func (s *Ledger) raise(ctx context.Context, t ledger.Total) error {
	there, err := s.totals.Update(ctx, bson.D{{Key: "_id", Value: t.ID}},
		bson.D{{Key: "$inc", Value: bson.D{{Key: "quantity", Value: t.Quantity}, {Key: "lines", Value: t.Lines}}}})
	if err != nil || there {
		return err
	}
	return s.totals.Insert(ctx, t)
}

// Waiting reports whether a line is in no total yet; it looks at one entry of an index.
func (s *Ledger) Waiting(ctx context.Context) (bool, error) {
	return some(ctx, s.lines, bson.D{{Key: "folded", Value: false}})
}

// NextMonth searches lines and totals, so that a total without lines is found too.
func (s *Ledger) NextMonth(ctx context.Context, after string) (string, error) {
	next := ""
	for _, c := range []document.Collection{s.lines, s.totals} {
		q := document.Query{
			Filter: bson.D{{Key: "month", Value: bson.D{{Key: "$exists", Value: true}, {Key: "$gt", Value: after}}}},
			Sort:   []document.Key{{Field: "month"}}, Limit: 1,
		}
		err := c.Find(ctx, q, func(raw bson.Raw) error {
			if month := raw.Lookup("month").StringValue(); next == "" || month < next {
				next = month
			}
			return nil
		})
		if err != nil {
			return "", err
		}
	}
	return next, nil
}

// RebuildMonth computes a month's totals again from its lines, in one transaction.
func (s *Ledger) RebuildMonth(ctx context.Context, month string) error {
	return toFault(s.engine.InTx(ctx, func(ctx context.Context) error {
		sums, waiting, err := s.sum(ctx, month, nil)
		if err != nil {
			return err
		}
		if _, err := s.totals.Delete(ctx, inMonth(month)); err != nil {
			return err
		}
		for _, t := range sums {
			if err := s.totals.Insert(ctx, t); err != nil {
				return err
			}
		}
		if waiting == 0 {
			return nil
		}
		_, err = s.lines.UpdateAll(ctx, append(inMonth(month), bson.E{Key: "folded", Value: false}),
			bson.D{{Key: "$set", Value: bson.D{{Key: "folded", Value: true}}}})
		return err
	}))
}

// VerifyMonth reads lines and totals as of one instant.
func (s *Ledger) VerifyMonth(ctx context.Context, month string) (ledger.Report, error) {
	if month == "" {
		n, err := s.lines.Count(ctx, bson.D{{Key: "folded", Value: false}, {Key: "month", Value: bson.D{{Key: "$exists", Value: false}}}}, 0)
		return ledger.Report{Lines: int(n), Untallied: int(n)}, toFault(err)
	}
	var r ledger.Report
	err := s.engine.InTx(ctx, func(ctx context.Context) error {
		tallied := func(l ledger.Line) bool { return l.Tallied }
		sums, waiting, err := s.sum(ctx, month, tallied)
		if err != nil {
			return err
		}
		stored, err := many[ledger.Total](ctx, s.totals, document.Query{Filter: inMonth(month)})
		if err != nil {
			return err
		}
		lines, err := s.lines.Count(ctx, inMonth(month), 0)
		r = ledger.Report{
			Lines: int(lines), Untallied: waiting, Totals: len(stored), Differences: sums.Compare(stored),
		}
		return err
	})
	return r, err
}

// sum adds up the month's lines that count (nil: all of them) and counts those that are not tallied.
func (s *Ledger) sum(ctx context.Context, month string, counts func(ledger.Line) bool) (sums ledger.Sums, waiting int, err error) {
	sums = ledger.Sums{}
	err = s.lines.Find(ctx, document.Query{Filter: inMonth(month)}, func(raw bson.Raw) error {
		l, err := decode[ledger.Line](slices.Clone(raw))
		if err != nil {
			return err
		}
		if !l.Tallied {
			waiting++
		}
		if counts == nil || counts(*l) {
			sums.Add(*l)
		}
		return nil
	})
	return sums, waiting, err
}

func inMonth(month string) bson.D {
	return bson.D{{Key: "month", Value: bson.D{{Key: "$exists", Value: true}, {Key: "$eq", Value: month}}}}
}

// Totals returns the counters a query asks for.
func (s *Ledger) Totals(ctx context.Context, q ledger.Query) ([]ledger.Total, error) {
	filter := between("month", q.From, q.To)
	if q.Kind != "" {
		filter = append(filter, bson.E{Key: "kind", Value: q.Kind})
	}
	filter = append(filter, between("region", string(q.Region.From), string(q.Region.To))...)
	for _, equal := range []struct{ field, value string }{{"organisation", q.Organisation}, {"project", q.Project}} {
		if equal.value != "" {
			filter = append(filter, bson.E{Key: equal.field, Value: equal.value})
		}
	}
	return many[ledger.Total](ctx, s.totals, document.Query{Filter: filter})
}

// OfflineLines reads the index of what officers entered.
func (s *Ledger) OfflineLines(ctx context.Context, q ledger.LineQuery) ([]ledger.Line, error) {
	filter := append(slices.Clone(entered), bson.E{Key: "kind", Value: q.Kind}, bson.E{Key: "month", Value: bson.D{{Key: "$in", Value: q.Months}}})
	filter = append(filter, between("region", string(q.Region.From), string(q.Region.To))...)
	if q.Project != "" {
		filter = append(filter, bson.E{Key: "project", Value: q.Project})
	}
	return many[ledger.Line](ctx, s.lines, document.Query{Filter: filter, Sort: []document.Key{{Field: "day", Desc: true}, {Field: "_id"}}, Limit: q.Limit})
}

// between is a range with both ends included; an empty end is open.
func between(field, from, to string) bson.D {
	limits := bson.D{}
	if from != "" {
		limits = append(limits, bson.E{Key: "$gte", Value: from})
	}
	if to != "" {
		limits = append(limits, bson.E{Key: "$lte", Value: to})
	}
	if len(limits) == 0 {
		return nil
	}
	return bson.D{{Key: field, Value: limits}}
}

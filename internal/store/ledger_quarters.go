package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/audit"
	"pugongying/internal/ledger"
	"pugongying/internal/store/document"
)

// boundaryID is the document that every tallying and every closing replaces: it serialises them.
const boundaryID = "boundary"

// boundary says before which month everything is closed.
type boundary struct {
	ID     string `bson:"_id"`
	From   string `bson:"from"` // first open month, "" while nothing is closed
	Rev    int64  `bson:"rev"`
	Schema int    `bson:"schema"`
}

// touch reads the boundary and raises its revision: of two transactions that touch it one is run again.
func (s *Ledger) touch(ctx context.Context) (boundary, error) {
	b, err := byID[boundary](ctx, s.quarters, boundaryID)
	if errors.Is(err, document.ErrNotFound) {
		first := boundary{ID: boundaryID, Rev: 1, Schema: 1}
		return first, again(s.quarters.Insert(ctx, first))
	}
	if err != nil {
		return boundary{}, err
	}
	rev := b.Rev
	b.Rev++
	return *b, again(s.quarters.Replace(ctx, boundaryID, rev, b))
}

// again asks the engine to run a transaction again that met another one.
func again(err error) error {
	if errors.Is(err, document.ErrDuplicate) || errors.Is(err, document.ErrStale) {
		return fmt.Errorf("%w: the boundary moved", document.ErrAgain)
	}
	return err
}

// Boundary is the first open month.
func (s *Ledger) Boundary(ctx context.Context) (string, error) {
	b, err := byID[boundary](ctx, s.quarters, boundaryID)
	if errors.Is(err, document.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return b.From, nil
}

// Close moves the boundary to the month after the quarter. The tips are read in the same transaction, after its own entry.
func (s *Ledger) Close(ctx context.Context, from string, c ledger.Closed, entry audit.Entry) error {
	q, ok := ledger.ParseQuarter(c.ID)
	if !ok {
		return fmt.Errorf("store: %q is no quarter", c.ID)
	}
	err := s.engine.InTx(ctx, func(ctx context.Context) error {
		b, err := s.touch(ctx)
		if err != nil {
			return err
		}
		if b.From != from {
			return ledger.ErrContended
		}
		if err := s.audit.append(ctx, entry); err != nil {
			return err
		}
		if c.Tips, err = many[audit.Tip](ctx, s.audit.tips, document.Query{Sort: []document.Key{{Field: "_id"}}}); err != nil {
			return err
		}
		c.Rev = 1
		if err := s.quarters.Insert(ctx, c); err != nil {
			return err
		}
		rev := b.Rev
		b.From, b.Rev = q.Next().Months()[0], b.Rev+1
		return s.quarters.Replace(ctx, boundaryID, rev, b)
	})
	if errors.Is(err, document.ErrDuplicate) || errors.Is(err, document.ErrStale) {
		return ledger.ErrContended.Because(err)
	}
	return toFault(err)
}

// Finish sets digest and hash where there are none, with the entry.
func (s *Ledger) Finish(ctx context.Context, c ledger.Closed, entry audit.Entry) (bool, error) {
	finished := false
	err := s.engine.InTx(ctx, func(ctx context.Context) error {
		set := bson.D{{Key: "lines", Value: c.Lines}, {Key: "digest", Value: c.Digest}, {Key: "hash", Value: c.Hash}, {Key: "rev", Value: c.Rev + 1}}
		var err error
		finished, err = s.quarters.Update(ctx, bson.D{{Key: "_id", Value: c.ID}, {Key: "hash", Value: ""}}, bson.D{{Key: "$set", Value: set}})
		if err != nil || !finished {
			return err
		}
		return s.audit.append(ctx, entry)
	})
	return finished, toFault(err)
}

// Closed are the closed quarters, newest first: their ids sort by time.
func (s *Ledger) Closed(ctx context.Context) ([]ledger.Closed, error) {
	return many[ledger.Closed](ctx, s.quarters, document.Query{
		Filter: bson.D{{Key: "_id", Value: bson.D{{Key: "$lt", Value: boundaryID}}}}, Sort: []document.Key{{Field: "_id", Desc: true}},
	})
}

// Digest reads the index of months.
func (s *Ledger) Digest(ctx context.Context, q ledger.Quarter) (*ledger.Digest, error) {
	d := ledger.NewDigest()
	for _, month := range q.Months() {
		err := s.lines.Find(ctx, document.Query{Filter: inMonth(month), Sort: []document.Key{{Field: "month"}, {Field: "_id"}}}, func(raw bson.Raw) error {
			l, err := decode[ledger.Line](slices.Clone(raw))
			if err == nil {
				d.Add(*l)
			}
			return err
		})
		if err != nil {
			return nil, toFault(err)
		}
	}
	return d, nil
}

// Upgrade makes the boundary, puts the lines of an older version into months, whose totals were of days, and says how many
// days there were. It is repeated at every start: an interrupted one begins again, and nothing is counted twice, because
// totals are computed anew.
func (s *Ledger) Upgrade(ctx context.Context) (days int, err error) {
	if err := unlessThere(insert(ctx, s.quarters, boundary{ID: boundaryID, Rev: 1, Schema: 1})); err != nil {
		return 0, err
	}
	older, err := many[struct {
		Day string `bson:"day"`
	}](ctx, s.totals, document.Query{Filter: ofDays, Sort: []document.Key{{Field: "day"}}})
	if err != nil || len(older) == 0 {
		return 0, err
	}
	months, done := []string{}, ""
	for _, t := range older {
		if t.Day == done || len(t.Day) < len("2006-01") {
			continue
		}
		done = t.Day
		days++
		month := t.Day[:len("2006-01")]
		months = append(months, month)
		filter := bson.D{{Key: "day", Value: t.Day}, {Key: "folded", Value: true}, {Key: "month", Value: bson.D{{Key: "$exists", Value: false}}}}
		if _, err := s.lines.UpdateAll(ctx, filter, bson.D{{Key: "$set", Value: bson.D{{Key: "month", Value: month}}}}); err != nil {
			return days, toFault(err)
		}
	}
	for _, month := range slices.Compact(months) {
		if err := s.RebuildMonth(ctx, month); err != nil {
			return days, err
		}
	}
	return days, remove(ctx, s.totals, ofDays)
}

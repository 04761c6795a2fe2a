package ledger

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"pugongying/internal/civil"
	"pugongying/internal/region"
)

// Store stores lines and totals. A change of a day's totals and of which lines are included in them is one transaction.
type Store interface {
	// Append adds the lines whose id is not stored yet and says how many those were.
	Append(ctx context.Context, lines []Line) (int, error)
	// Act gives a line and its corrections; ErrUnknown.
	Act(ctx context.Context, id string) (Line, []Line, error)
	// Tally adds at most limit lines to their totals and records that they are included; it says how many.
	Tally(ctx context.Context, limit int) (int, error)
	// NextMonth is the first month after this one that has lines or totals, "" when there is none.
	NextMonth(ctx context.Context, after string) (string, error)
	// RebuildMonth recomputes the month's totals from all its lines, all of which are tallied afterwards.
	RebuildMonth(ctx context.Context, month string) error
	// VerifyMonth compares the month's totals with its tallied lines; with "" it counts the lines that are in no month yet.
	VerifyMonth(ctx context.Context, month string) (Report, error)
	Totals(ctx context.Context, q Query) ([]Total, error)
}

// Regions looks a region up, as *region.Tree does.
type Regions interface {
	Find(c region.Code) (region.Region, error)
	Children(c region.Code) ([]region.Region, error)
}

// Report is the result of Verify.
type Report struct {
	Lines       int // all lines
	Untallied   int // not included in a total yet
	Totals      int
	Differences []Difference
}

// Equal says whether every total equals its lines.
func (r Report) Equal() bool { return len(r.Differences) == 0 }

// Service implements the ledger.
type Service struct {
	store   Store
	regions Regions
	home    region.Code
	now     func() time.Time
}

// New creates the ledger of a deployment that serves home (a league's code): acts of an unknown region are counted
// there.
func New(store Store, regions Regions, home region.Code, now func() time.Time) *Service {
	return &Service{store: store, regions: regions, home: home, now: now}
}

// Append writes lines. A line whose id is stored already is the same act sent again and is ignored. An empty Unit is
// the kind's own, an empty Region the deployment's, an empty Day today. Lines are durable when it returns; when it
// fails some of them may be, and the right reaction is to send all again. ErrLine when one is not valid (then none is
// written).
func (s *Service) Append(ctx context.Context, lines ...Line) error {
	ready := make([]Line, 0, len(lines))
	for _, l := range lines {
		if l.CorrectionOf != "" {
			return ErrLine.Because(fmt.Errorf("a correction goes through Correct"))
		}
		l, err := s.complete(l)
		if err != nil {
			return err
		}
		ready = append(ready, l)
	}
	_, err := s.store.Append(ctx, ready)
	return err
}

func (s *Service) complete(l Line) (Line, error) {
	l.At, l.Month, l.Tallied, l.Schema = civil.DayOf(s.now()), "", false, lineSchema
	if l.Unit == "" {
		l.Unit = l.Kind.Unit()
	}
	if l.Region == "" {
		l.Region = s.home
	}
	if l.Day == "" {
		l.Day = l.At
	}
	if err := l.check(l.At); err != nil {
		return Line{}, ErrLine.Because(err)
	}
	if _, err := s.regions.Find(l.Region); err != nil {
		return Line{}, ErrLine.Because(err)
	}
	return l, nil
}

// Correct makes an act count as quantity (0: it never happened) by appending the difference, on the act's own day, so
// that the right reporting period changes, or the open one when that is closed. Repeating it changes nothing. ErrUnknown;
// ErrLine for an impossible quantity or for a line that is itself a correction; ErrCorrected when another correction was
// written first.
func (s *Service) Correct(ctx context.Context, of string, quantity int64) error {
	correction, err := s.correction(ctx, of, quantity)
	if err != nil || correction.Quantity == 0 {
		return err
	}
	added, err := s.store.Append(ctx, []Line{correction})
	if err == nil && added == 0 {
		return ErrCorrected
	}
	return err
}

// correction is the line that makes an act count as quantity; its Quantity is 0 when the act counts so already.
func (s *Service) correction(ctx context.Context, of string, quantity int64) (Line, error) {
	act, corrections, err := s.store.Act(ctx, of)
	if err != nil {
		return Line{}, err
	}
	if act.CorrectionOf != "" || quantity < 0 {
		return Line{}, ErrLine.Because(fmt.Errorf("correct %s to %d", of, quantity))
	}
	counted := act.Quantity
	for _, c := range corrections {
		counted += c.Quantity
	}
	if counted == quantity {
		return Line{}, nil
	}
	// Numbered by the corrections seen, so that of two concurrent corrections only one is written.
	correction := act
	correction.ID = ActID("correction", of+"#"+strconv.Itoa(len(corrections)))
	correction.Quantity, correction.CorrectionOf = quantity-counted, of
	return s.complete(correction)
}

const tallyBatch = 200 // lines in one transaction

// Tally adds all lines that are not in a total yet, in batches, and says how many.
func (s *Service) Tally(ctx context.Context) (int, error) {
	tallied := 0
	for {
		n, err := s.store.Tally(ctx, tallyBatch)
		if tallied += n; err != nil || n < tallyBatch {
			return tallied, err
		}
	}
}

// Rebuild recomputes all totals from the lines, month by month. When interrupted it leaves every month either as it was or
// correct.
func (s *Service) Rebuild(ctx context.Context) error {
	if _, err := s.Tally(ctx); err != nil {
		return err
	}
	return s.eachMonth(ctx, func(month string) error { return s.store.RebuildMonth(ctx, month) })
}

// Verify compares all totals with the lines they include; it changes nothing.
func (s *Service) Verify(ctx context.Context) (Report, error) {
	all, err := s.store.VerifyMonth(ctx, "")
	if err != nil {
		return all, err
	}
	err = s.eachMonth(ctx, func(month string) error {
		r, err := s.store.VerifyMonth(ctx, month)
		all.Lines += r.Lines
		all.Untallied += r.Untallied
		all.Totals += r.Totals
		all.Differences = append(all.Differences, r.Differences...)
		return err
	})
	return all, err
}

func (s *Service) eachMonth(ctx context.Context, do func(month string) error) error {
	month, err := s.store.NextMonth(ctx, "")
	for err == nil && month != "" {
		if err := do(month); err != nil {
			return fmt.Errorf("ledger of %s: %w", month, err)
		}
		month, err = s.store.NextMonth(ctx, month)
	}
	return err
}

// Total adds up the totals a query selects, as of now: lines that are not tallied yet are tallied first.
func (s *Service) Total(ctx context.Context, q Query) (int64, error) {
	if _, err := s.Tally(ctx); err != nil {
		return 0, err
	}
	totals, err := s.store.Totals(ctx, q)
	if err != nil {
		return 0, err
	}
	sum := int64(0)
	for _, t := range totals {
		sum += t.Quantity
	}
	return sum, nil
}

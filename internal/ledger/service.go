package ledger

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"pugongying/internal/civil"
	"pugongying/internal/region"
)

// Store keeps lines and totals. Whatever it changes of a day's totals and of which lines are in them, it changes in
// one transaction.
type Store interface {
	// Append adds the lines whose id is not there yet and says how many those were.
	Append(ctx context.Context, lines []Line) (int, error)
	// Act gives a line and its corrections; ErrUnknown.
	Act(ctx context.Context, id string) (Line, []Line, error)
	// Tally counts at most limit lines into their totals and marks them; it says how many.
	Tally(ctx context.Context, limit int) (int, error)
	// NextDay is the first day after this one that has lines or totals, "" when there is none.
	NextDay(ctx context.Context, after string) (string, error)
	// RebuildDay counts the day's totals again from all its lines, which are tallied from then on.
	RebuildDay(ctx context.Context, day string) error
	// VerifyDay compares the day's totals with its tallied lines.
	VerifyDay(ctx context.Context, day string) (Report, error)
	Totals(ctx context.Context, q Query) ([]Total, error)
}

// Regions looks a region up, as *region.Tree does.
type Regions interface {
	Find(c region.Code) (region.Region, error)
}

// Report is what Verify saw.
type Report struct {
	Lines       int // all lines
	Untallied   int // not counted in a total yet
	Totals      int
	Differences []Difference
}

// Equal says whether every total equals its lines.
func (r Report) Equal() bool { return len(r.Differences) == 0 }

// Service is the ledger.
type Service struct {
	store   Store
	regions Regions
	home    region.Code
	now     func() time.Time
}

// New makes the ledger of a deployment that serves home (a league's code): acts of no known region are counted there.
func New(store Store, regions Regions, home region.Code, now func() time.Time) *Service {
	return &Service{store: store, regions: regions, home: home, now: now}
}

// Append writes lines. A line whose id is there already is the same act sent again and is left alone. An empty Unit is
// the kind's own, an empty Region the deployment's, an empty Day today. Lines are durable when it returns; when it fails some
// may be, and sending all again is right. ErrLine when one is no line (then none is written).
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
	l.At, l.Tallied, l.Schema = civil.DayOf(s.now()), false, lineSchema
	if l.Unit == "" {
		l.Unit = units[l.Kind]
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

// Correct makes an act count quantity (0: it never was) by appending the difference, on the act's own day, so that its
// period comes out right. Done again it changes nothing. ErrUnknown; ErrLine for a quantity that cannot be or for a
// line that is itself a correction; ErrCorrected when somebody else was quicker.
func (s *Service) Correct(ctx context.Context, of string, quantity int64) error {
	act, corrections, err := s.store.Act(ctx, of)
	if err != nil {
		return err
	}
	if act.CorrectionOf != "" || quantity < 0 {
		return ErrLine.Because(fmt.Errorf("correct %s to %d", of, quantity))
	}
	counted := act.Quantity
	for _, c := range corrections {
		counted += c.Quantity
	}
	if counted == quantity {
		return nil
	}
	// Numbered, so that of two corrections made on the same footing only one is written.
	correction := act
	correction.ID = ActID("correction", of+"#"+strconv.Itoa(len(corrections)))
	correction.Quantity, correction.CorrectionOf = quantity-counted, of
	correction, err = s.complete(correction)
	if err != nil {
		return err
	}
	added, err := s.store.Append(ctx, []Line{correction})
	if err == nil && added == 0 {
		return ErrCorrected
	}
	return err
}

const tallyBatch = 200 // lines in one transaction

// Tally counts all lines that wait into their totals, in batches, and says how many.
func (s *Service) Tally(ctx context.Context) (int, error) {
	tallied := 0
	for {
		n, err := s.store.Tally(ctx, tallyBatch)
		if tallied += n; err != nil || n < tallyBatch {
			return tallied, err
		}
	}
}

// Rebuild makes all totals anew from the lines, day by day. Interrupted, it leaves every day either as it was or right.
func (s *Service) Rebuild(ctx context.Context) error {
	return s.eachDay(ctx, func(day string) error { return s.store.RebuildDay(ctx, day) })
}

// Verify compares all totals with the lines they count; it changes nothing.
func (s *Service) Verify(ctx context.Context) (Report, error) {
	var all Report
	err := s.eachDay(ctx, func(day string) error {
		r, err := s.store.VerifyDay(ctx, day)
		all.Lines += r.Lines
		all.Untallied += r.Untallied
		all.Totals += r.Totals
		all.Differences = append(all.Differences, r.Differences...)
		return err
	})
	return all, err
}

func (s *Service) eachDay(ctx context.Context, do func(day string) error) error {
	day, err := s.store.NextDay(ctx, "")
	for err == nil && day != "" {
		if err := do(day); err != nil {
			return fmt.Errorf("ledger of %s: %w", day, err)
		}
		day, err = s.store.NextDay(ctx, day)
	}
	return err
}

// Total adds up what a query asks for, as of now: waiting lines are counted first.
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

package ledger

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/audit"
	"pugongying/internal/civil"
	"pugongying/internal/fault"
	"pugongying/internal/region"
	"pugongying/internal/staff"
)

// Faults of closing a quarter.
var (
	ErrQuarter   = fault.New(fault.Invalid, "ledger.quarter", "没有这个季度。")
	ErrRunning   = fault.New(fault.Conflict, "ledger.quarter_running", "这个季度还没有过完，不能封。")
	ErrOrder     = fault.New(fault.Conflict, "ledger.quarter_order", "前面还有季度没有封，要一个一个封。")
	ErrClosed    = fault.New(fault.Conflict, "ledger.quarter_closed", "这个季度已经封了。")
	ErrContended = fault.New(fault.Conflict, "ledger.closing", "有人正在封这个季度，请看过再试。")
)

// QuarterStore stores which quarters are closed.
type QuarterStore interface {
	// Boundary is the first month that is open; "" while nothing is closed.
	Boundary(ctx context.Context) (string, error)
	// Close stores a closed quarter with the tips of the audit record, moves the boundary from where it was to the quarter's
	// end and appends the entry, in one transaction that no tallying overlaps. ErrContended.
	Close(ctx context.Context, from string, c Closed, entry audit.Entry) error
	// Finish stores the digest and the hash of a quarter that has none yet; it says whether it was the one that did.
	Finish(ctx context.Context, c Closed, entry audit.Entry) (bool, error)
	// Closed are all closed quarters, newest first.
	Closed(ctx context.Context) ([]Closed, error)
	// Digest adds the lines of a quarter in the order of their months and ids.
	Digest(ctx context.Context, q Quarter) (*Digest, error)
}

// Fresh refuses whoever has not proved her second factor just now.
type Fresh interface {
	Fresh(p staff.Principal) error
}

// Quarters closes quarters and verifies closed ones.
type Quarters struct {
	store  QuarterStore
	ledger *Service
	fresh  Fresh
}

// NewQuarters closes the quarters of a ledger.
func NewQuarters(store QuarterStore, ledger *Service, fresh Fresh) *Quarters {
	return &Quarters{store, ledger, fresh}
}

// Closed are all closed quarters, newest first.
func (s *Quarters) Closed(ctx context.Context) ([]Closed, error) { return s.store.Closed(ctx) }

// Tips are the tips of the audit record inside every closed quarter.
func (s *Quarters) Tips(ctx context.Context) (tips []audit.Tip, err error) {
	closed, err := s.store.Closed(ctx)
	for _, c := range closed {
		tips = append(tips, c.Tips...)
	}
	return tips, err
}

// Open is the first quarter that is not closed: the one after the last closed one, or that of the first line, or today's.
func (s *Quarters) Open(ctx context.Context) (Quarter, error) {
	month, err := s.store.Boundary(ctx)
	if err == nil && month == "" {
		month, err = s.ledger.store.NextMonth(ctx, "")
	}
	if err != nil {
		return Quarter{}, err
	}
	if month == "" {
		month = civil.DayOf(s.ledger.now())
	}
	return QuarterOf(month), nil
}

// Close freezes a quarter for ever: from then on no line enters it. It needs closing to be hers for the whole deployment and a
// second factor proved just now. ErrQuarter, ErrRunning, ErrOrder, ErrClosed, ErrContended; what interrupts it leaves the
// quarter frozen, and closing again finishes it.
func (s *Quarters) Close(ctx context.Context, who staff.Principal, q Quarter) (Closed, error) {
	if err := who.May(access.CloseQuarter, access.Record{Relation: access.None, Region: s.ledger.home}); err != nil {
		return Closed{}, err
	}
	if err := s.fresh.Fresh(who); err != nil {
		return Closed{}, err
	}
	if q.N == 0 {
		return Closed{}, ErrQuarter
	}
	if c, err := s.of(ctx, q); err != nil || c.Hash != "" {
		return c, alreadyClosed(err, c)
	} else if c.ID != "" {
		return s.finish(ctx, c)
	}
	now := s.ledger.now().UTC().Truncate(time.Millisecond)
	if q.LastDay() >= civil.DayOf(now) {
		return Closed{}, ErrRunning
	}
	if _, err := s.ledger.Tally(ctx); err != nil {
		return Closed{}, err
	}
	if next, err := s.Open(ctx); err != nil || next != q {
		return Closed{}, outOfOrder(err)
	}
	c := Closed{ID: q.String(), By: who.Account, At: now, Rules: suppressionRules, Schema: closedSchema}
	entry, err := audit.New(audit.Act{Actor: who.Actor(), Action: audit.QuarterClose, Subject: c.ID, At: now})
	if err != nil {
		return Closed{}, err
	}
	from, err := s.store.Boundary(ctx)
	if err != nil {
		return Closed{}, err
	}
	if err := s.store.Close(ctx, from, c, entry); err != nil {
		return Closed{}, err
	}
	if c, err = s.of(ctx, q); err != nil {
		return Closed{}, err
	}
	return s.finish(ctx, c)
}

func alreadyClosed(err error, c Closed) error {
	if err == nil && c.Hash != "" {
		return ErrClosed
	}
	return err
}

func outOfOrder(err error) error {
	if err == nil {
		return ErrOrder
	}
	return err
}

// of is a closed quarter; the zero Closed for an open one.
func (s *Quarters) of(ctx context.Context, q Quarter) (Closed, error) {
	all, err := s.store.Closed(ctx)
	for _, c := range all {
		if c.ID == q.String() {
			return c, err
		}
	}
	return Closed{}, err
}

// finish computes the hash of what was frozen.
func (s *Quarters) finish(ctx context.Context, c Closed) (Closed, error) {
	c, err := s.hashed(ctx, c)
	if err != nil {
		return c, err
	}
	entry, err := audit.New(audit.Act{
		Actor: audit.Actor{Kind: audit.KindStaff, ID: c.By}, Action: audit.QuarterFreeze, Subject: c.ID, At: s.ledger.now(),
		Detail: map[string]string{"hash": c.Hash, "lines": strconv.FormatInt(c.Lines, 10)},
	})
	if err != nil {
		return c, err
	}
	_, err = s.store.Finish(ctx, c, entry)
	return c, err
}

// hashed is a closed quarter with the hash of the lines it has now.
func (s *Quarters) hashed(ctx context.Context, c Closed) (Closed, error) {
	q, ok := ParseQuarter(c.ID)
	if !ok {
		return c, fmt.Errorf("ledger: %q is closed and no quarter", c.ID)
	}
	digest, err := s.store.Digest(ctx, q)
	if err != nil {
		return c, err
	}
	c.Lines, c.Digest = digest.Lines, digest.Sum()
	c.Hash = c.sum()
	return c, nil
}

// Frozen is a closed quarter compared with its lines.
type Frozen struct {
	Closed
	Computed string `json:"computed"` // the hash of the lines it has now
}

// Verify computes the hash of every closed quarter again.
func (s *Quarters) Verify(ctx context.Context) ([]Frozen, error) {
	closed, err := s.store.Closed(ctx)
	if err != nil {
		return nil, err
	}
	frozen := make([]Frozen, len(closed))
	for i, c := range closed {
		again, err := s.hashed(ctx, c)
		if err != nil {
			return nil, err
		}
		frozen[i] = Frozen{c, again.Hash}
	}
	return frozen, nil
}

// MayClose reports whether somebody may close quarters of this deployment.
func (s *Quarters) MayClose(who staff.Principal) bool {
	return who.May(access.CloseQuarter, access.Record{Relation: access.None, Region: s.ledger.home}) == nil
}

// Home is the region that the deployment serves.
func (s *Service) Home() region.Code { return s.home }

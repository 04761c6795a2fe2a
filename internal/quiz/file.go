package quiz

import (
	"context"
	"errors"
	"fmt"
	"time"

	"pugongying/internal/civil"
	"pugongying/internal/fault"
	"pugongying/internal/member"
)

// fileBatch bounds how many attempts are filed in one batch.
const fileBatch = 500

// Unfiled is what filing needs of a submitted attempt: its paper, which is most of the document, is not decoded.
type Unfiled struct {
	ID          string    `bson:"_id"`
	Origin      Origin    `bson:"origin"`
	From        string    `bson:"from,omitempty"`
	SubmittedAt time.Time `bson:"submittedAt,omitempty"`
	Where       Where     `bson:"where"`
	Line        string    `bson:"line,omitempty"`
}

// Count files every submitted attempt that was not filed yet and says how many there were: each is turned into
// one ledger line. Count may be interrupted anywhere and may run
// twice at once: the id of an attempt's line was chosen when the attempt began, so the line is appended once however
// often it is sent.
func (s *Service) Count(ctx context.Context) (int, error) { return s.file(ctx, "") }

// file files one member's attempts, or everybody's ("").
func (s *Service) file(ctx context.Context, who member.Handle) (int, error) {
	total := 0
	for {
		pending, err := s.attempts.Pending(ctx, who, fileBatch)
		if err != nil {
			return total, fmt.Errorf("quiz: find pending: %w", err)
		}
		if len(pending) == 0 {
			return total, nil
		}
		if err := s.fileThese(ctx, pending); err != nil {
			return total, err
		}
		total += len(pending)
	}
}

// fileThese files a batch. When one attempt of it is refused, the others are filed without it: the batch is halved until
// the refused one is alone, which stays pending and is named by the error.
func (s *Service) fileThese(ctx context.Context, pending []Unfiled) error {
	err := s.fileBatch(ctx, pending)
	if err == nil || len(pending) == 1 || fault.From(err).Kind != fault.Invalid {
		return err
	}
	half := len(pending) / 2
	return errors.Join(s.fileThese(ctx, pending[:half]), s.fileThese(ctx, pending[half:]))
}

func (s *Service) fileBatch(ctx context.Context, pending []Unfiled) error {
	// A submission of tomorrow was dated by a clock that was ahead; it counts on the day it is filed.
	today := civil.DayOf(s.now())
	acts, ids := make([]Act, len(pending)), make([]string, len(pending))
	for i, a := range pending {
		ids[i] = a.ID
		acts[i] = Act{Line: a.Line, Kind: Sat, Day: min(civil.DayOf(a.SubmittedAt), today), Source: a.source(), Where: a.Where}
	}
	if err := s.counter.Count(ctx, acts); err != nil {
		return fmt.Errorf("quiz: count: %w", err)
	}
	if err := s.attempts.Filed(ctx, ids, s.now().Add(Afterlife)); err != nil {
		return fmt.Errorf("quiz: mark filed: %w", err)
	}
	return nil
}

// source names what the attempt was drawn from, for the ledger line.
func (a *Unfiled) source() string {
	if a.From == "" {
		return string(a.Origin)
	}
	return string(a.Origin) + ":" + a.From
}

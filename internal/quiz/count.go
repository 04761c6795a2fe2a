package quiz

import (
	"context"
	"fmt"

	"pugongying/internal/member"
)

// countBatch bounds how many sittings are counted in one go.
const countBatch = 500

// Count turns every submitted sitting that was not counted yet into one ledger line and says how many there were. It may
// be stopped anywhere and run twice at once: a sitting's line was named when the sitting began, so that it is appended
// once however often it is sent.
func (s *Service) Count(ctx context.Context) (int, error) { return s.count(ctx, "") }

// count counts one member's sittings, or everybody's ("").
func (s *Service) count(ctx context.Context, who member.ID) (int, error) {
	total := 0
	for {
		pending, err := s.Attempts.Pending(ctx, who, countBatch)
		if err != nil {
			return total, fmt.Errorf("quiz: find pending: %w", err)
		}
		if len(pending) == 0 {
			return total, nil
		}
		if err := s.countThese(ctx, pending); err != nil {
			return total, err
		}
		total += len(pending)
	}
}

func (s *Service) countThese(ctx context.Context, pending []Attempt) error {
	acts, ids := make([]Act, len(pending)), make([]string, len(pending))
	for i, a := range pending {
		ids[i] = a.ID
		acts[i] = Act{Line: a.Line, Kind: Sat, Day: civilDay(a.SubmittedAt, s.zone), Source: a.source(), Where: a.Where}
	}
	if err := s.Counter.Count(ctx, acts); err != nil {
		return fmt.Errorf("quiz: count: %w", err)
	}
	if err := s.Attempts.Counted(ctx, ids); err != nil {
		return fmt.Errorf("quiz: mark counted: %w", err)
	}
	return nil
}

// source says what was sat.
func (a *Attempt) source() string {
	if a.From == "" {
		return string(a.Origin)
	}
	return string(a.Origin) + ":" + a.From
}

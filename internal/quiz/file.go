package quiz

import (
	"context"
	"fmt"

	"pugongying/internal/civil"
	"pugongying/internal/member"
)

// fileBatch bounds how many sittings are filed in one go.
const fileBatch = 500

// Count files every submitted sitting that was not filed yet and says how many there were: it is put into its owner's
// book when she keeps one, and turned into one ledger line. It may be stopped anywhere and run twice at once: a sitting's
// line was named when the sitting began, so that it is appended once however often it is sent.
func (s *Service) Count(ctx context.Context) (int, error) { return s.file(ctx, "") }

// file files one member's sittings, or everybody's ("").
func (s *Service) file(ctx context.Context, who member.ID) (int, error) {
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

func (s *Service) fileThese(ctx context.Context, pending []Attempt) error {
	if err := s.keep(ctx, pending); err != nil {
		return err
	}
	acts, ids := make([]Act, len(pending)), make([]string, len(pending))
	for i, a := range pending {
		ids[i] = a.ID
		acts[i] = Act{Line: a.Line, Kind: Sat, Day: civil.DayOf(a.SubmittedAt), Source: a.source(), Where: a.Where}
	}
	if err := s.counter.Count(ctx, acts); err != nil {
		return fmt.Errorf("quiz: count: %w", err)
	}
	if err := s.attempts.Filed(ctx, ids, s.now().Add(Afterlife)); err != nil {
		return fmt.Errorf("quiz: mark filed: %w", err)
	}
	return nil
}

// keep puts sittings into the books of those who keep one. Whoever turns keeping off throws her pending sittings away
// with the rest, so that an answer of her keeper's that is out of date by then keeps nothing.
func (s *Service) keep(ctx context.Context, pending []Attempt) error {
	asked, ids := map[member.ID]bool{}, []string{}
	for _, a := range pending {
		if a.Keep || a.Owner == "" {
			continue
		}
		keeps, known := asked[a.Owner]
		if !known {
			var err error
			if keeps, err = s.keeps(ctx, a.Owner); err != nil {
				return fmt.Errorf("quiz: ask who keeps: %w", err)
			}
			asked[a.Owner] = keeps
		}
		if keeps {
			ids = append(ids, a.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	if err := s.attempts.Keep(ctx, ids); err != nil {
		return fmt.Errorf("quiz: keep: %w", err)
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

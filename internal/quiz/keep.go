package quiz

import (
	"context"
	"errors"

	"pugongying/internal/civil"
	"pugongying/internal/member"
)

// SaveToBook saves a finished attempt, a member's own or one without an owner, to her book. ErrNotSaved when her
// mistakes history is off; ErrAttemptUnknown, ErrNotFinished.
func (s *Service) SaveToBook(ctx context.Context, who member.ID, id string) error {
	keeps, err := s.keeps(ctx, who)
	if err != nil {
		return err
	}
	if !keeps {
		return ErrNotSaved
	}
	err = s.attempts.Update(ctx, id, func(a *Attempt) error {
		switch {
		case !a.seenBy(who):
			return ErrAttemptUnknown
		case a.State != Submitted:
			return ErrNotFinished
		case a.Owner == who && a.Keep:
			return errNoChange
		}
		a.Owner, a.Keep = who, true
		if !a.Pending {
			a.RemoveAt = nil
		}
		return nil
	})
	if errors.Is(err, errNoChange) {
		return nil
	}
	return err
}

// Forget removes a member's book at once: every finished attempt, saved or waiting to be filed, everything that was
// drawn with the book open, and every dismissal.
func (s *Service) Forget(ctx context.Context, who member.ID) error {
	return s.drop(ctx, who, HerBook)
}

// EraseMember removes every attempt and dismissal of a member.
func (s *Service) EraseMember(ctx context.Context, who member.ID) error {
	return s.drop(ctx, who, AllHers)
}

// drop first files her pending attempts, because afterwards nothing is left to count. A failure of that must not
// prevent the removal of her data, so its error is ignored.
func (s *Service) drop(ctx context.Context, who member.ID, which Which) error {
	if who == "" {
		return nil
	}
	_, _ = s.file(ctx, who)
	return s.books.Drop(ctx, who, which)
}

// Merge transfers all attempts of one member to another. Doing it again changes nothing.
func (s *Service) Merge(ctx context.Context, from, to member.ID) error {
	if from == "" || to == "" || from == to {
		return nil
	}
	return s.books.Move(ctx, from, to)
}

// Tally counts a member's attempts, and how many of them are saved to her book.
func (s *Service) Tally(ctx context.Context, who member.ID) (all, saved int, err error) {
	if who == "" {
		return 0, 0, nil
	}
	return s.books.Tally(ctx, who)
}

// Export is everything this package stores about a member.
type Export struct {
	Attempts  []AttemptRecord
	Dismissed []string // questions she dismissed from her book
}

// AttemptRecord is one attempt as shown to its owner. Score is 0 until it was submitted.
type AttemptRecord struct {
	Title   string
	Day     string // civil day on which it began
	State   State
	Saved   bool
	Score   int
	Total   int
	Replies []Reply
}

// Reply is a question she was asked and the answer she chose, as texts.
type Reply struct {
	Stem   string
	Chosen []string
}

// Export collects everything stored about a member, the earliest first.
func (s *Service) Export(ctx context.Context, who member.ID) (Export, error) {
	all := Export{Attempts: []AttemptRecord{}, Dismissed: []string{}}
	if who == "" {
		return all, nil
	}
	err := s.books.All(ctx, who, func(a Attempt) error {
		questions, err := s.bank.drawn(ctx, &a)
		if err != nil {
			return err
		}
		all.Attempts = append(all.Attempts, s.record(&a, questions))
		return nil
	})
	if err != nil {
		return Export{}, err
	}
	dismissed, err := s.books.Dismissed(ctx, who)
	for _, d := range dismissed.Items {
		all.Dismissed = append(all.Dismissed, d.Question)
	}
	return all, err
}

func (s *Service) record(a *Attempt, questions []*Question) AttemptRecord {
	shown := AttemptRecord{
		Title: a.Title, Day: civil.DayOf(a.StartedAt), State: a.State, Saved: a.Keep, Score: a.Score, Total: a.Total,
	}
	for i, q := range questions {
		reply := Reply{Stem: q.Stem, Chosen: []string{}}
		for _, c := range q.choices(a.Drawn[i].Chosen) {
			reply.Chosen = append(reply.Chosen, c.Text)
		}
		shown.Replies = append(shown.Replies, reply)
	}
	return shown
}

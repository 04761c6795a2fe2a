package quiz

import (
	"context"
	"errors"

	"pugongying/internal/civil"
	"pugongying/internal/member"
)

// SaveToBook puts a finished attempt, a member's own or nobody's, into her book. It needs her keeping to be on: ErrNotKept.
// ErrAttemptUnknown, ErrNotFinished.
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

// Forget throws a member's book away, at once: every finished attempt, kept or waiting to be filed, whatever was drawn with
// the book open, and every dismissal.
func (s *Service) Forget(ctx context.Context, who member.ID) error {
	return s.drop(ctx, who, HerBook)
}

// EraseMember removes everything of a member's.
func (s *Service) EraseMember(ctx context.Context, who member.ID) error {
	return s.drop(ctx, who, AllHers)
}

// drop counts first what she sat, for afterwards nothing is left to count. That it fails must not keep her data here, so
// its error is let go.
func (s *Service) drop(ctx context.Context, who member.ID, which Which) error {
	if who == "" {
		return nil
	}
	_, _ = s.file(ctx, who)
	return s.books.Drop(ctx, who, which)
}

// Merge makes everything of one member's another's. Doing it again changes nothing.
func (s *Service) Merge(ctx context.Context, from, to member.ID) error {
	if from == "" || to == "" || from == to {
		return nil
	}
	return s.books.Move(ctx, from, to)
}

// Tally says how many attempts of a member's there are, and how many of them are kept.
func (s *Service) Tally(ctx context.Context, who member.ID) (all, saved int, err error) {
	if who == "" {
		return 0, 0, nil
	}
	return s.books.Tally(ctx, who)
}

// Export is everything there is about a member here.
type Export struct {
	Attempts  []AttemptRecord
	Dismissed []string // questions she took out of her book
}

// AttemptRecord is one attempt as its owner reads it. Score is 0 until it was submitted.
type AttemptRecord struct {
	Title   string
	Day     string // civil day it began
	State   State
	Saved   bool
	Score   int
	Total   int
	Replies []Reply
}

// Reply is a question she was asked and what she chose, as texts.
type Reply struct {
	Stem   string
	Chosen []string
}

// Export gathers what is here about a member, the earliest first.
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

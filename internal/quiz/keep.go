package quiz

import (
	"context"
	"errors"

	"pugongying/internal/civil"
	"pugongying/internal/member"
)

// SaveToBook saves a finished attempt within reach to the book of a layer. ErrNotSaved when its mistakes history is off;
// ErrAttemptUnknown, ErrNotFinished.
func (s *Service) SaveToBook(ctx context.Context, in Layer, id string) error {
	if !in.Mistakes() {
		return ErrNotSaved
	}
	who := in.Handle()
	err := s.attempts.Update(ctx, id, func(a *Attempt) error {
		switch {
		case !in.Reaches(a.Owner):
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
	if err != nil {
		return err
	}
	return s.verify(ctx, in)
}

// verify removes the book of a layer again when its mistakes history was turned off while an attempt was being saved.
func (s *Service) verify(ctx context.Context, in Layer) error {
	keeps, err := in.Keeps(ctx)
	if err != nil || keeps {
		return err
	}
	return s.Forget(ctx, in.Handle())
}

// Forget removes a layer's book at once: every finished attempt, saved or waiting to be filed, everything that was
// drawn with the book open, and every dismissal.
func (s *Service) Forget(ctx context.Context, who member.Handle) error {
	return s.drop(ctx, who, HerBook)
}

// EraseMember removes every attempt and dismissal of a layer.
func (s *Service) EraseMember(ctx context.Context, who member.Handle) error {
	return s.drop(ctx, who, AllHers)
}

// drop first files her pending attempts, because afterwards nothing is left to count. A failure of that must not
// prevent the removal of her data, so its error is ignored.
func (s *Service) drop(ctx context.Context, who member.Handle, which Which) error {
	if who == "" {
		return nil
	}
	_, _ = s.file(ctx, who)
	return s.books.Drop(ctx, who, which)
}

// Merge transfers all attempts of one layer to another. Doing it again changes nothing.
func (s *Service) Merge(ctx context.Context, from, to member.Handle) error {
	if from == "" || to == "" || from == to {
		return nil
	}
	return s.books.Move(ctx, from, to)
}

// Export is everything this package stores in one layer.
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

// Export collects everything stored in a layer, the earliest first.
func (s *Service) Export(ctx context.Context, in Layer) (Export, error) {
	all, who := Export{Attempts: []AttemptRecord{}, Dismissed: []string{}}, in.Handle()
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
		reply := Reply{Stem: q.Asked(), Chosen: []string{}}
		for _, c := range q.choices(a.Drawn[i].Chosen) {
			reply.Chosen = append(reply.Chosen, c.Text)
		}
		shown.Replies = append(shown.Replies, reply)
	}
	return shown
}

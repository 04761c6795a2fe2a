package quiz

import (
	"cmp"
	"context"
	"slices"

	"pugongying/internal/fault"
	"pugongying/internal/idempotency"
	"pugongying/internal/member"
)

// Limits: historyAttempts is how many of the latest saved attempts the mistakes book and the schedule are computed
// from; reviewCount is how many concepts a review paper asks.
const (
	historyAttempts = 500
	reviewCount     = 5
)

// Reviews is a member's schedule as of today.
type Reviews struct {
	Due      int // concepts due by the end of today
	Tomorrow int // concepts that fall due tomorrow
	Concepts []Review
}

// Review is one concept of a schedule.
type Review struct {
	Concept   string
	Due, Last string // civil days
	Explainer string // slug of the explainer that teaches it, "" when none
}

// Reviews gives a layer's schedule, what is due earliest first; it is empty while its mistakes history is off. A
// concept without a live question is left out, since it cannot be asked.
func (s *Service) Reviews(ctx context.Context, in Layer) (Reviews, error) {
	past, err := s.learn(ctx, in)
	if err != nil {
		return Reviews{}, err
	}
	out := Reviews{Concepts: []Review{}}
	today, live := dayNumber(s.now(), s.zone), s.bank.current.Load().concepts
	for _, c := range past.known(&s.schedule, live, today) {
		switch {
		case c.due <= today:
			out.Due++
		case c.due == today+1:
			out.Tomorrow++
		}
		out.Concepts = append(out.Concepts, Review{
			Concept: c.key, Due: dayName(c.due), Last: dayName(c.last), Explainer: teacher(live[c.key]),
		})
	}
	return out, nil
}

// teacher gives the explainer that teaches what these questions of one concept ask.
func teacher(questions []*Question) string {
	for _, q := range questions {
		if q.Explainer != "" {
			return q.Explainer
		}
	}
	return ""
}

// again gives the explainer to read after a question whose concept went wrong twice: the question's own, or one of its
// concept.
func (s *Service) again(q *Question) string {
	if q.Explainer != "" {
		return q.Explainer
	}
	return teacher(s.bank.current.Load().concepts[q.Concept])
}

// history gives a layer's saved attempts, the latest historyAttempts of them, in the order they were submitted; none
// while its mistakes history is off.
func (s *Service) history(ctx context.Context, in Layer) ([]Attempt, error) {
	if !in.Mistakes() {
		return nil, nil
	}
	attempts, err := s.books.Saved(ctx, in.Handle(), historyAttempts)
	slices.SortFunc(attempts, func(a, b Attempt) int {
		return cmp.Or(a.SubmittedAt.Compare(b.SubmittedAt), cmp.Compare(a.ID, b.ID))
	})
	return attempts, err
}

// learn computes what is known from a layer's saved attempts.
func (s *Service) learn(ctx context.Context, in Layer) (*learning, error) {
	past := newLearning()
	attempts, err := s.history(ctx, in)
	for i := 0; i < len(attempts) && err == nil; i++ {
		err = s.replay(ctx, past, &attempts[i])
	}
	return past, err
}

// replay adds one attempt, with the concepts its questions had in the versions it drew. A version that can no longer be
// read is skipped, and the others still count.
func (s *Service) replay(ctx context.Context, past *learning, a *Attempt) error {
	concepts := make([]string, len(a.Drawn))
	for i, d := range a.Drawn {
		q, err := s.bank.version(ctx, d.Question, d.Version)
		if err == nil {
			concepts[i] = q.Concept
			continue
		}
		if kind := fault.From(err).Kind; kind != fault.NotFound && kind != fault.Invalid {
			return err
		}
	}
	past.take(&s.schedule, a, concepts, dayNumber(a.SubmittedAt, s.zone))
	return nil
}

// shown says when questions were last shown to the person a paper is for: by her saved attempts, and today by all her
// attempts, saved or not.
func (s *Service) shown(ctx context.Context, a *Attempt, past *learning) (seen, error) {
	shown := seen{last: past.seen, today: dayStart(a.StartedAt, s.zone)}
	if a.Owner == "" {
		return shown, nil
	}
	attempts, err := s.attempts.Since(ctx, a.Owner, shown.today)
	for i := range attempts {
		past.show(&attempts[i])
	}
	return shown, err
}

// review takes one question of each due concept, the next in its rotation, the most overdue concept first.
func (s *Service) review(a *Attempt, past *learning, shown seen) []*Question {
	today, live := dayNumber(a.StartedAt, s.zone), s.bank.current.Load().concepts
	asked := []*Question{}
	for _, c := range past.known(&s.schedule, live, today) {
		if c.due > today || len(asked) == reviewCount {
			break
		}
		asked = append(asked, shown.next(live[c.key], s.random))
	}
	return asked
}

// daily takes what is due first and fills up with other concepts, those not shown today before the rest. Only when
// there are too few others does it ask a second question of a due concept.
func (s *Service) daily(a *Attempt, past *learning, shown seen) []*Question {
	asked := s.review(a, past, shown)
	due := map[string]bool{}
	for _, q := range asked {
		due[q.Concept] = true
	}
	live := s.bank.current.Load()
	if others, enough := live.fresh(DailyCount-len(asked), due, shown, s.random); enough {
		asked = append(asked, others...)
		shuffle(asked, s.random)
		return asked
	}
	for _, others := range []bool{true, false} {
		pool := slices.DeleteFunc(slices.Clone(live.all), func(q *Question) bool {
			return slices.Contains(asked, q) || others && due[q.Concept]
		})
		asked = append(asked, draw(pool, DailyCount-len(asked), shown, s.random)...)
	}
	shuffle(asked, s.random)
	return asked
}

// made finds the paper that a key created earlier, for when no such paper can be drawn any more; without one it returns
// the given fault.
func (s *Service) made(ctx context.Context, who member.Handle, key *idempotency.Key, otherwise error) (Paper, error) {
	if key == nil || who == "" {
		return Paper{}, otherwise
	}
	attempts, err := s.attempts.Since(ctx, who, s.now().Add(-Lifetime-Afterlife))
	if err != nil {
		return Paper{}, err
	}
	for i, a := range attempts {
		if a.Once == nil || a.Once.ID != key.ID {
			continue
		}
		if err := key.Same(a.Once); err != nil {
			return Paper{}, err
		}
		return s.paper(ctx, &attempts[i])
	}
	return Paper{}, otherwise
}

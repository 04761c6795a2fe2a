package quiz

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/open-spaced-repetition/go-fsrs/v4"
)

// Parameters of the review schedule: a concept is due when the estimated chance that she still knows it falls to
// retention, and after maxInterval days at the latest.
const (
	retention   = 0.9
	maxInterval = 365
)

// schedule estimates how well a concept is remembered and when it is due again, by FSRS 6 with its published weights.
// It counts in civil days and uses neither steps within a day nor randomness, so that the same history always gives the
// same schedule.
type schedule struct{ fsrs.Parameters }

func newSchedule() schedule {
	p := fsrs.DefaultParam()
	p.RequestRetention, p.MaximumInterval = retention, maxInterval
	return schedule{p}
}

// concept is how well one person knows one concept. Days are numbered by dayNumber.
type concept struct {
	key   string
	state fsrs.MemoryState // the zero state: never asked
	last  int              // day it was last asked
	due   int
	wrong int // attempts in a row in which it went wrong
}

// review records that the concept was asked on a day. A concept may be asked more than once on one day.
func (s *schedule) review(c *concept, day int, right bool) {
	grade := fsrs.Good
	c.wrong++
	if right {
		c.wrong = 0
	} else {
		grade = fsrs.Again
	}
	next := s.NextState(&c.state, s.RequestRetention, uint64(max(0, day-c.last)), grade)
	c.state, c.last = next.Memory, day
	c.due = day + int(max(1, min(math.Round(next.Interval), s.MaximumInterval)))
}

// recall is the estimated chance that she knows the concept on a day.
func (s *schedule) recall(c *concept, day int) float64 {
	return s.ForgettingCurve(float64(max(0, day-c.last)), c.state.Stability)
}

// learning is computed from a member's saved attempts: what she knows of every concept she was asked, and when every
// question was last shown to her. It is computed on every request and never stored.
type learning struct {
	concepts map[string]*concept
	seen     map[string]time.Time
}

func newLearning() *learning {
	return &learning{concepts: map[string]*concept{}, seen: map[string]time.Time{}}
}

// take adds one attempt, after all those that were submitted before it. Several questions of one concept count once: as
// right when all of them were. A question without a concept ("") only counts as seen.
func (l *learning) take(s *schedule, a *Attempt, concepts []string, day int) {
	l.show(a)
	right := map[string]bool{}
	for i, d := range a.Drawn {
		if key := concepts[i]; key != "" {
			before, known := right[key]
			right[key] = (before || !known) && !slices.Contains(a.Wrong, d.Question)
		}
	}
	for key, right := range right {
		c := l.concepts[key]
		if c == nil {
			c = &concept{key: key}
			l.concepts[key] = c
		}
		s.review(c, day, right)
	}
}

// show records that a paper's questions were shown.
func (l *learning) show(a *Attempt) {
	for _, d := range a.Drawn {
		if l.seen[d.Question].Before(a.StartedAt) {
			l.seen[d.Question] = a.StartedAt
		}
	}
}

// known gives the concepts that have live questions, those due earliest first; among equally due ones, the one she
// knows least comes first.
func (l *learning) known(s *schedule, live map[string][]*Question, day int) []*concept {
	all := []*concept{}
	for key, c := range l.concepts {
		if len(live[key]) > 0 {
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(a, b *concept) int {
		return cmp.Or(cmp.Compare(a.due, b.due), cmp.Compare(s.recall(a, day), s.recall(b, day)), cmp.Compare(a.key, b.key))
	})
	return all
}

// note records on an attempt what her book knew of its concepts when it was drawn.
func (l *learning) note(a *Attempt, questions []*Question) {
	a.Book = len(l.concepts) > 0
	for _, q := range questions {
		if c := l.concepts[q.Concept]; c != nil && c.wrong > 0 {
			a.PreviouslyWrong = append(a.PreviouslyWrong, q.ID)
		}
	}
}

const secondsADay = 24 * 60 * 60

// dayNumber numbers civil days consecutively, so that the distance between two days is their difference.
func dayNumber(at time.Time, in *time.Location) int {
	y, m, d := at.In(in).Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / secondsADay)
}

// dayName formats a numbered day as "2026-11-23".
func dayName(day int) string { return time.Unix(int64(day)*secondsADay, 0).UTC().Format(time.DateOnly) }

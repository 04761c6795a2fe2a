package quiz

import (
	"context"
	"errors"
	"time"

	"pugongying/internal/civil"
	"pugongying/internal/fault"
	"pugongying/internal/idempotency"
	"pugongying/internal/parts"
)

// Parts are the dependencies of a Service; all of them are required.
type Parts struct {
	Bank     *Bank
	Attempts Attempts
	Books    Books
	Counter  Counter
	Now      func() time.Time
	NewID    func() string   // opaque, at least 128 random bits
	Random   func(n int) int // uniform in [0, n), safe for concurrent use; Random in production
}

// Service implements the rules of attempts. Safe for concurrent use.
type Service struct {
	bank     *Bank
	attempts Attempts
	books    Books
	counter  Counter
	clock    func() time.Time
	newID    func() string
	random   func(n int) int
	schedule schedule
	zone     *time.Location
}

// New creates the service. A missing part is an error that names it.
func New(p Parts) (*Service, error) {
	if err := parts.Missing("quiz", p); err != nil {
		return nil, err
	}
	return &Service{
		bank: p.Bank, attempts: p.Attempts, books: p.Books, counter: p.Counter,
		clock: p.Now, newID: p.NewID, random: p.Random, schedule: newSchedule(), zone: civil.Zone(),
	}, nil
}

// StartRequest says which paper to draw. The daily paper and the review need only Where.
type StartRequest struct {
	Origin    Origin
	Slug      string // of the topic
	Explainer string // slug of the explainer whose questions are asked, at most 30
	Title     string // of that explainer
	Where     Where
}

// Start draws a paper for a layer, or for nobody, who can return to it only by its id. With an idempotency key
// that started an attempt before, it gives that attempt in its current state. ErrTopicUnknown, ErrNoQuestions,
// ErrNothingDue, idempotency.ErrReused.
func (s *Service) Start(ctx context.Context, in Layer, req StartRequest, key *idempotency.Key) (Paper, error) {
	at := s.now()
	a := &Attempt{
		ID: s.newID(), Owner: in.Handle(), Origin: req.Origin, State: Open, StartedAt: at, ExpiresAt: at.Add(Lifetime),
		Where: req.Where, Line: s.newID(), Once: key, Rev: 1, Schema: AttemptSchema,
	}
	gone := a.ExpiresAt.Add(Afterlife)
	a.RemoveAt = &gone
	questions, err := s.draw(ctx, in, a, req)
	switch {
	case err != nil:
		return Paper{}, err
	case len(questions) == 0 && req.Origin == FromReview:
		return s.made(ctx, in.Handle(), key, ErrNothingDue)
	case len(questions) == 0:
		return Paper{}, ErrNoQuestions
	}
	a.Total = len(questions)
	for _, q := range questions {
		a.Drawn = append(a.Drawn, Drawn{Question: q.ID, Version: q.Version, Order: shuffleOptions(q, s.random)})
	}
	made, err := s.attempts.Create(ctx, a)
	if err != nil {
		return Paper{}, err
	}
	return s.paper(ctx, made)
}

// draw chooses the questions and records on the attempt where they are from and what her book knows of them.
func (s *Service) draw(ctx context.Context, in Layer, a *Attempt, req StartRequest) ([]*Question, error) {
	past, err := s.learn(ctx, in)
	if err != nil {
		return nil, err
	}
	questions, err := s.choose(ctx, a, req, past)
	past.note(a, questions)
	return questions, err
}

func (s *Service) choose(ctx context.Context, a *Attempt, req StartRequest, past *learning) ([]*Question, error) {
	live := s.bank.current.Load()
	switch req.Origin {
	case FromTopic:
		t, err := s.bank.Topic(req.Slug)
		if err != nil {
			return nil, err
		}
		a.From, a.Title = t.Slug, t.Title
		return draw(live.pick(t.Questions), t.Draw, seen{}, s.random), nil
	case FromExplainer:
		a.From, a.Title = req.Explainer, req.Title
		return draw(live.pick(live.explained[req.Explainer]), maxDraw, seen{}, s.random), nil
	}
	shown, err := s.shown(ctx, a, past)
	if err != nil {
		return nil, err
	}
	if req.Origin == FromReview {
		a.Title = "今天的复习"
		return s.review(a, past, shown), nil
	}
	a.Origin, a.Title = FromDaily, "每日五题"
	return s.daily(a, past, shown), nil
}

// Resume shows an attempt, and its result once it was submitted. ErrAttemptUnknown for somebody else's.
func (s *Service) Resume(ctx context.Context, in Layer, id string) (Paper, *Result, error) {
	a, err := s.attempts.Get(ctx, id)
	if err != nil {
		return Paper{}, nil, err
	}
	if !in.Reaches(a.Owner) {
		return Paper{}, nil, ErrAttemptUnknown
	}
	paper, err := s.paper(ctx, a)
	if err != nil || a.State != Submitted {
		return paper, nil, err
	}
	result, err := s.result(ctx, a)
	return paper, &result, err
}

// Answer stores an answer in place of the previous one; an empty choice clears it. ErrAttemptUnknown,
// ErrQuestionUnknown, ErrAnswer, ErrSubmitted, ErrExpired.
func (s *Service) Answer(ctx context.Context, in Layer, id string, given Given) error {
	at := s.now()
	err := s.attempts.Update(ctx, id, func(a *Attempt) error {
		switch {
		case !in.Reaches(a.Owner):
			return ErrAttemptUnknown
		case a.State == Submitted:
			return ErrSubmitted
		case at.After(a.ExpiresAt):
			return ErrExpired
		}
		return s.take(ctx, a, given)
	})
	if errors.Is(err, errNoChange) {
		return nil
	}
	return err
}

// Given is an answer as it was received: the options chosen for one question of a paper.
type Given struct {
	Question string
	Options  []string
}

// take stores one answer in the attempt; errNoChange when it is the same as the stored one.
func (s *Service) take(ctx context.Context, a *Attempt, given Given) error {
	i := a.drawn(given.Question)
	if i < 0 {
		return ErrQuestionUnknown
	}
	q, err := s.bank.version(ctx, a.Drawn[i].Question, a.Drawn[i].Version)
	if err != nil {
		return err
	}
	return a.choose(i, q.Several, given.Options)
}

// Submit takes the last answers, grades the attempt and closes it, exactly once: every later or concurrent submission,
// with whatever answers, gets the result of the first. The answers are added to those stored before. They are accepted
// until Grace after the attempt expired, for a phone that had no network; after that it is ErrExpired.
// ErrAttemptUnknown, ErrAnswer.
func (s *Service) Submit(ctx context.Context, in Layer, id string, answers map[string][]string) (Result, error) {
	at := s.now()
	var done Attempt
	err := s.attempts.Update(ctx, id, func(a *Attempt) error {
		if err := s.submit(ctx, a, in, answers, at); err != nil {
			done = *a
			return err
		}
		questions, err := s.bank.drawn(ctx, a)
		if err != nil {
			return err
		}
		a.finish(questions, at)
		a.Keep = a.Owner != "" && a.Owner == in.Handle() && in.Mistakes()
		done = *a
		return nil
	})
	if err != nil && !errors.Is(err, errNoChange) {
		return Result{}, err
	}
	if err == nil && done.Keep {
		if err := s.verify(ctx, in); err != nil {
			return Result{}, err
		}
	}
	return s.result(ctx, &done)
}

// submit checks whether the attempt can be closed now, and takes the answers.
func (s *Service) submit(ctx context.Context, a *Attempt, in Layer, answers map[string][]string, at time.Time) error {
	switch {
	case !in.Reaches(a.Owner):
		return ErrAttemptUnknown
	case a.State == Submitted:
		return errNoChange
	case at.After(a.ExpiresAt.Add(Grace)):
		return ErrExpired
	}
	taken := 0
	for _, d := range a.Drawn {
		options, given := answers[d.Question]
		if !given {
			continue
		}
		taken++
		if err := s.take(ctx, a, Given{d.Question, options}); err != nil && !errors.Is(err, errNoChange) {
			return err
		}
	}
	if taken != len(answers) {
		return ErrAnswer.At(fault.Field{Location: "body.answers", Message: ErrQuestionUnknown.Text})
	}
	return nil
}

func (s *Service) paper(ctx context.Context, a *Attempt) (Paper, error) {
	questions, err := s.bank.drawn(ctx, a)
	if err != nil {
		return Paper{}, err
	}
	return a.paper(questions), nil
}

func (s *Service) result(ctx context.Context, a *Attempt) (Result, error) {
	questions, err := s.bank.drawn(ctx, a)
	if err != nil {
		return Result{}, err
	}
	r := a.result(questions, s.now())
	for i := range r.Graded {
		if a.wrongAgain(r.Graded[i].Question) {
			r.Graded[i].Again = s.again(questions[i])
		}
	}
	return r, nil
}

// now is the clock with the precision of the database: UTC, cut to milliseconds.
func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Millisecond) }

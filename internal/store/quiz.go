package store

import (
	"cmp"
	"context"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/member"
	"pugongying/internal/quiz"
	"pugongying/internal/store/document"
)

const (
	attempts   = "attempts"
	dismissals = "dismissals"
	openCached = 10_000 // open attempts cached in memory, about 1 KB each
)

var quizDeclarations = []document.Declaration{
	{Collection: attempts, Indexes: []document.Index{
		onceIndex(),
		{
			Name: "owner", Keys: []document.Key{{Field: "owner"}, {Field: "startedAt"}},
			Partial: bson.D{{Key: "owner", Value: bson.D{{Key: "$exists", Value: true}}}},
		},
		// Also finds what is pending (quiz.UntilFiled): a submission changes one entry of one index and no more.
		{Name: "gone", Keys: []document.Key{{Field: "removeAt"}}, Expire: document.ExpireNow},
	}},
	{Collection: dismissals},
}

// Quiz stores attempts and dismissals; it is quiz.Attempts and quiz.Books. Open attempts are cached in memory as this
// server last wrote them, so that an answer or a submission is one write and no read. The write succeeds only at the
// cached revision; where the cache cannot decide, the stored document does.
type Quiz struct {
	attempts   document.Collection
	dismissals document.Collection
	open       *recent
}

// NewQuiz works on an engine whose declarations were ensured.
func NewQuiz(engine document.Engine) *Quiz {
	return &Quiz{
		attempts: engine.Collection(attempts), dismissals: engine.Collection(dismissals), open: newRecent(openCached),
	}
}

// Create stores a new attempt, or returns the one its key created before.
func (s *Quiz) Create(ctx context.Context, a *quiz.Attempt) (*quiz.Attempt, error) {
	made, isNew, err := createOnce(ctx, s.attempts, a.Once, a)
	if isNew {
		s.open.put(made)
	}
	return made, err
}

// Get reads what is stored now.
func (s *Quiz) Get(ctx context.Context, id string) (*quiz.Attempt, error) {
	a, err := byID[quiz.Attempt](ctx, s.attempts, id)
	return a, mapNotFound(err, quiz.ErrAttemptUnknown)
}

// Update changes an attempt at its revision, from the cache when it is there.
func (s *Quiz) Update(ctx context.Context, id string, apply func(*quiz.Attempt) error) error {
	if a := s.open.get(id); a != nil {
		if s.fromMemory(ctx, a, apply) == nil {
			return nil
		}
		s.open.drop(id)
	}
	var last *quiz.Attempt
	err := update(ctx, s.attempts, id, func(a *quiz.Attempt) error {
		last = a
		return apply(a)
	})
	if err == nil {
		last.Rev++
		s.open.put(last)
	}
	return mapNotFound(err, quiz.ErrAttemptUnknown)
}

func (s *Quiz) fromMemory(ctx context.Context, a *quiz.Attempt, apply func(*quiz.Attempt) error) error {
	if err := apply(a); err != nil {
		return err
	}
	rev := a.Rev
	a.Rev++
	if err := s.attempts.Replace(ctx, a.ID, rev, a); err != nil {
		return err
	}
	s.open.put(a)
	return nil
}

// Since returns a member's attempts started at or after an instant.
func (s *Quiz) Since(ctx context.Context, owner member.Handle, at time.Time) ([]quiz.Attempt, error) {
	since := bson.D{{Key: "$gte", Value: at}}
	return many[quiz.Attempt](ctx, s.attempts, document.Query{
		Filter: append(owned(owner), bson.E{Key: "startedAt", Value: since}),
	})
}

// Saved returns the latest of a member's saved attempts.
func (s *Quiz) Saved(ctx context.Context, owner member.Handle, limit int) ([]quiz.Attempt, error) {
	return many[quiz.Attempt](ctx, s.attempts, document.Query{
		Filter: savedOf(owner), Sort: []document.Key{{Field: "startedAt", Desc: true}}, Limit: limit,
	})
}

// Pending returns submitted attempts that were not filed yet.
func (s *Quiz) Pending(ctx context.Context, owner member.Handle, limit int) ([]quiz.Unfiled, error) {
	filter := bson.D{{Key: "removeAt", Value: quiz.UntilFiled}}
	if owner != "" {
		filter = append(owned(owner), bson.E{Key: "pending", Value: true})
	}
	return many[quiz.Unfiled](ctx, s.attempts, document.Query{Filter: filter, Limit: limit})
}

// Waiting reports whether an attempt was submitted and not filed yet; it looks at one entry of an index.
func (s *Quiz) Waiting(ctx context.Context) (bool, error) {
	return some(ctx, s.attempts, bson.D{{Key: "removeAt", Value: quiz.UntilFiled}})
}

// Filed records pending attempts as filed; those that are not saved are removed at removeAt. An interrupted call is
// completed by repeating it.
func (s *Quiz) Filed(ctx context.Context, ids []string, removeAt time.Time) error {
	forget := bson.D{{Key: "pending", Value: ""}, {Key: "line", Value: ""}}
	err := s.tag(ctx, ids, false,
		bson.E{Key: "$set", Value: bson.D{{Key: "removeAt", Value: removeAt}}}, bson.E{Key: "$unset", Value: forget})
	if err != nil {
		return err
	}
	return s.tag(ctx, ids, true, bson.E{Key: "$unset", Value: append(forget, bson.E{Key: "removeAt", Value: ""})})
}

// tag changes pending attempts, either the saved or the other ones. It increments their revision, so that no other write
// overwrites the change.
func (s *Quiz) tag(ctx context.Context, ids []string, stored bool, change ...bson.E) error {
	_, err := s.attempts.UpdateAll(ctx,
		bson.D{
			{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}},
			{Key: "pending", Value: true},
			{Key: "keep", Value: bson.D{{Key: "$exists", Value: stored}}},
		},
		append(bson.D(change), bson.E{Key: "$inc", Value: bson.D{{Key: "rev", Value: int64(1)}}}))
	return toFault(err)
}

// All calls each with every attempt of a member's, the earliest start first.
func (s *Quiz) All(ctx context.Context, owner member.Handle, each func(quiz.Attempt) error) error {
	q := document.Query{Filter: owned(owner), Sort: []document.Key{{Field: "startedAt"}}}
	all, err := many[quiz.Attempt](ctx, s.attempts, q)
	for i := 0; i < len(all) && err == nil; i++ {
		err = each(all[i])
	}
	return err
}

// Drop removes a member's attempts, all or only those of her book, and her dismissals.
func (s *Quiz) Drop(ctx context.Context, owner member.Handle, which quiz.Which) error {
	filters := []bson.D{owned(owner)}
	if which == quiz.HerBook {
		filters = []bson.D{
			append(owned(owner), bson.E{Key: "state", Value: quiz.Submitted}),
			append(owned(owner), bson.E{Key: "book", Value: true}),
		}
	}
	_, err := s.dismissals.Delete(ctx, bson.D{{Key: "_id", Value: owner}})
	for _, filter := range filters {
		_, also := s.attempts.Delete(ctx, filter)
		err = cmp.Or(err, also)
	}
	s.open.forget(owner)
	return toFault(err)
}

// Move gives one member's attempts and dismissals to another; an interrupted call is completed by repeating it. Revisions
// increase, so that no cached copy writes the old owner back.
func (s *Quiz) Move(ctx context.Context, from, to member.Handle) error {
	_, err := s.attempts.UpdateAll(ctx, owned(from), bson.D{
		{Key: "$set", Value: bson.D{{Key: "owner", Value: to}}},
		{Key: "$inc", Value: bson.D{{Key: "rev", Value: int64(1)}}},
	})
	s.open.forget(from)
	if err != nil {
		return toFault(err)
	}
	moved, err := s.Dismissed(ctx, from)
	if err != nil || len(moved.Items) == 0 {
		return err
	}
	err = s.Dismiss(ctx, to, func(d *quiz.Dismissals) error {
		for _, item := range moved.Items {
			d.Add(item)
		}
		return nil
	})
	if err != nil {
		return err
	}
	_, err = s.dismissals.Delete(ctx, bson.D{{Key: "_id", Value: from}})
	return err
}

// Dismissed returns what a member removed from her book.
func (s *Quiz) Dismissed(ctx context.Context, owner member.Handle) (quiz.Dismissals, error) {
	d, err := byID[quiz.Dismissals](ctx, s.dismissals, string(owner))
	if errors.Is(err, document.ErrNotFound) {
		return quiz.Dismissals{Owner: owner}, nil
	}
	if err != nil {
		return quiz.Dismissals{}, err
	}
	return *d, nil
}

// Dismiss changes what a member removed from her book; the document is created when there is none.
func (s *Quiz) Dismiss(ctx context.Context, owner member.Handle, apply func(*quiz.Dismissals) error) error {
	err := update(ctx, s.dismissals, string(owner), apply)
	if !errors.Is(err, document.ErrNotFound) {
		return err
	}
	first := &quiz.Dismissals{Owner: owner, Rev: 1, Schema: quiz.DismissalsSchema}
	if err := apply(first); err != nil {
		return err
	}
	err = insert(ctx, s.dismissals, first)
	if errors.Is(err, document.ErrDuplicate) {
		return update(ctx, s.dismissals, string(owner), apply)
	}
	return err
}

func owned(owner member.Handle) bson.D { return bson.D{{Key: "owner", Value: owner}} }

func savedOf(owner member.Handle) bson.D {
	return append(owned(owner), bson.E{Key: "keep", Value: true})
}

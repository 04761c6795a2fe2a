package store_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/idempotency"
	"pugongying/internal/member"
	"pugongying/internal/quiz"
	"pugongying/internal/store"
	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
)

func TestQuizReadsWhatItWrote(t *testing.T) {
	engines(t, func(t *testing.T, engine document.Engine) {
		s, ctx := store.NewQuiz(engine), context.Background()
		want := fullAttempt("a1", "m1", noon())
		want.Once = idempotency.New("m1", "r", "k", nil)
		if _, err := s.Create(ctx, want); err != nil {
			t.Fatal(err)
		}
		err := s.Update(ctx, "a1", func(a *quiz.Attempt) error {
			a.State, a.SubmittedAt, a.Score, a.Wrong, a.Pending = quiz.Submitted, noon().Add(time.Hour), 1, []string{"q1"}, true
			a.ReleaseAt = noon().Add(2 * time.Hour)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		want.State, want.SubmittedAt, want.Score, want.Wrong, want.Pending = quiz.Submitted, noon().Add(time.Hour), 1, []string{"q1"}, true
		want.ReleaseAt, want.Rev = noon().Add(2*time.Hour), 2
		if got, err := s.Get(ctx, "a1"); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("Get = %+v, %v\nwant %+v", got, err, want)
		}
		if _, err := s.Get(ctx, "a2"); !errors.Is(err, quiz.ErrAttemptUnknown) {
			t.Errorf("Get of none = %v", err)
		}
		err = s.Update(ctx, "a2", func(*quiz.Attempt) error { return nil })
		if !errors.Is(err, quiz.ErrAttemptUnknown) {
			t.Errorf("Update of none = %v", err)
		}
	})
}

func TestQuizFindsHers(t *testing.T) {
	engines(t, func(t *testing.T, engine document.Engine) {
		s, ctx := store.NewQuiz(engine), context.Background()
		for i := range 6 {
			for _, who := range []member.Handle{"m1", "m2", ""} {
				a := fullAttempt(fmt.Sprintf("%s-%d", who, i), who, noon().Add(time.Duration(i)*time.Hour))
				a.Keep, a.SubmittedAt = i%2 == 0, a.StartedAt.Add(time.Minute)
				if i > 3 {
					until := quiz.UntilFiled
					a.Pending, a.RemoveAt = true, &until
				}
				if _, err := s.Create(ctx, a); err != nil {
					t.Fatal(err)
				}
			}
		}
		ids := func(list []quiz.Attempt, err error) string {
			t.Helper()
			found := []string{}
			for _, a := range list {
				found = append(found, a.ID)
			}
			return fmt.Sprint(found, err)
		}
		unfiled := func(list []quiz.Unfiled, err error) string {
			t.Helper()
			found := []string{}
			for _, u := range list {
				found = append(found, u.ID)
				a, err := s.Get(ctx, u.ID)
				if err != nil {
					t.Fatal(err)
				}
				sameFields(t, u, a)
			}
			return fmt.Sprint(found, err)
		}
		since, err := s.Since(ctx, "m1", noon().Add(4*time.Hour))
		slices.SortFunc(since, func(a, b quiz.Attempt) int { return a.StartedAt.Compare(b.StartedAt) })
		for what, c := range map[string]struct{ got, want string }{
			"since":        {ids(since, err), "[m1-4 m1-5] <nil>"},
			"kept":         {ids(s.Saved(ctx, "m1", 2)), "[m1-4 m1-2] <nil>"},
			"pending hers": {unfiled(s.Pending(ctx, "m1", 10)), "[m1-4 m1-5] <nil>"},
		} {
			if c.got != c.want {
				t.Errorf("%s: %s, want %s", what, c.got, c.want)
			}
		}
		for limit, want := range map[int]int{4: 4, 10: 6} {
			if list, err := s.Pending(ctx, "", limit); err != nil || len(list) != want {
				t.Errorf("pending of all, at most %d: %s", limit, unfiled(list, err))
			}
		}
		some := []string{"m1-5", "m1-1", "nowhere"}
		if err := s.Update(ctx, "m1-5", func(a *quiz.Attempt) error { a.Keep = true; return nil }); err != nil {
			t.Fatal(err)
		}
		a, err := s.Get(ctx, "m1-5")
		if err != nil || !a.Keep || !a.RemoveAt.Equal(quiz.UntilFiled) || !a.Pending || a.Rev != 2 {
			t.Errorf("kept: %+v, %v", a, err)
		}
		if err := s.Filed(ctx, append(some, "m2-5"), noon().Add(24*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if a, err = s.Get(ctx, "m2-5"); err != nil || a.Pending || a.Line != "" || !a.RemoveAt.Equal(noon().Add(24*time.Hour)) || a.Rev != 2 {
			t.Errorf("filed, not kept: %+v, %v", a, err)
		}
		if a, err = s.Get(ctx, "m1-5"); err != nil || a.Pending || a.Line != "" || a.RemoveAt != nil || a.Rev != 3 {
			t.Errorf("filed: %+v, %v", a, err)
		}
		if a, err = s.Get(ctx, "m1-1"); err != nil || a.Keep || a.Line == "" || a.Rev != 1 {
			t.Errorf("what was not pending was marked: %+v, %v", a, err)
		}
	})
}

func TestQuizDropsAndMovesWhatIsHers(t *testing.T) {
	engines(t, func(t *testing.T, engine document.Engine) {
		s, ctx := newQuiz(t, engine), context.Background()
		tally := func(who member.Handle) string {
			t.Helper()
			all, stored := tallied(t, engine, who)
			d, err := store.NewQuiz(engine).Dismissed(ctx, who)
			return fmt.Sprint(all, stored, len(d.Items), err)
		}
		furnish := func(who member.Handle) {
			t.Helper()
			startQuiz(t, s, who)
			sit(t, s, who)
			for range 2 {
				if err := s.Dismiss(ctx, layer(who), "q1"); err != nil {
					t.Fatal(err)
				}
			}
		}
		furnish("keep1")
		furnish("keep2")
		if got := tally("keep1"); got != "2 1 1 <nil>" {
			t.Fatalf("furnished: %s", got)
		}
		for range 2 {
			if err := s.Merge(ctx, "keep1", "keep2"); err != nil {
				t.Fatal(err)
			}
			if from, to := tally("keep1"), tally("keep2"); from != "0 0 0 <nil>" || to != "4 2 1 <nil>" {
				t.Errorf("merged: %s and %s", from, to)
			}
		}
		furnish("keep1")
		if _, err := store.NewQuiz(engine).Create(ctx, fullAttempt("drawn with her book", "keep1", noon())); err != nil {
			t.Fatal(err)
		}
		if err := s.Forget(ctx, "keep1"); err != nil {
			t.Fatal(err)
		}
		if got := tally("keep1"); got != "1 0 0 <nil>" {
			t.Errorf("forgotten: %s", got)
		}
		for _, who := range []member.Handle{"keep1", "keep2"} {
			if err := s.EraseMember(ctx, who); err != nil {
				t.Fatal(err)
			}
		}
		for _, d := range []string{"attempts", "dismissals"} {
			if n, err := engine.Collection(d).Count(ctx, bson.D{}, 0); err != nil || n != 0 {
				t.Errorf("%d documents left in %s, %v", n, d, err)
			}
		}
	})
}

func TestQuizDropsWhatIsNotSaved(t *testing.T) {
	clock := testkit.NewClock()
	engine, ctx := testkit.Embedded(t), context.Background()
	if err := engine.Ensure(ctx, store.Declarations()); err != nil {
		t.Fatal(err)
	}
	s := quizWith(t, engine, clock.Now, func(l toLedger) quiz.Counter { return l })
	startQuiz(t, s, "m1")
	sit(t, s, "m1")
	sit(t, s, "")
	sit(t, s, "keep1")
	if _, err := s.Count(ctx); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		after time.Duration
		left  int64
	}{{24*time.Hour - time.Second, 4}, {2 * time.Second, 2}, {24 * time.Hour, 1}, {1000 * time.Hour, 1}} {
		clock.Advance(c.after)
		if err := store.Sweep(ctx, engine, clock.Now()); err != nil {
			t.Fatal(err)
		}
		if n, err := engine.Collection("attempts").Count(ctx, bson.D{}, 0); err != nil || n != c.left {
			t.Errorf("at %v: %d attempts left, want %d (%v)", clock.Now(), n, c.left, err)
		}
	}
}

// sameFields compares what filing reads of an attempt with the attempt itself, field by field of the same name.
func sameFields(t *testing.T, u quiz.Unfiled, a *quiz.Attempt) {
	t.Helper()
	part, whole := reflect.ValueOf(u), reflect.ValueOf(*a)
	for i := range part.NumField() {
		name := part.Type().Field(i).Name
		if got, want := part.Field(i).Interface(), whole.FieldByName(name).Interface(); !reflect.DeepEqual(got, want) {
			t.Errorf("%s of %s = %v, stored is %v", name, u.ID, got, want)
		}
	}
}

package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/jobs"
	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
)

// parcel is a document that has to be delivered once.
type parcel struct {
	ID        string    `bson:"_id"`
	Rev       int64     `bson:"rev"`
	Begun     int       `bson:"begun"`
	Delivered int       `bson:"delivered"`
	Job       *jobs.Due `bson:"job,omitempty"`
}

func parcels(t *testing.T, e document.Engine) *Jobs {
	t.Helper()
	if err := e.Ensure(t.Context(), append(jobDeclarations, document.Declaration{Collection: "parcels", Indexes: jobIndexes()})); err != nil {
		t.Fatal(err)
	}
	return &Jobs{documents: e.Collection("parcels"), revised: true}
}

func put(t *testing.T, s *Jobs, parcels ...parcel) {
	t.Helper()
	for _, p := range parcels {
		if err := insert(t.Context(), s.documents, p); err != nil {
			t.Fatal(err)
		}
	}
}

func lease(id, holder string, until time.Time) jobs.Lease {
	return jobs.Lease{ID: id, Holder: holder, Until: until}
}

func TestOneOfThirtyTwoGetsAJob(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e document.Engine) {
		s := parcels(t, e)
		put(t, s, parcel{ID: "a", Job: jobs.At(testkit.Start)})
		for _, old := range []jobs.Lease{{ID: "a"}, lease("a", "dead", testkit.Start.Add(time.Hour))} {
			if old.Holder != "" {
				if _, err := s.documents.Update(t.Context(), bson.D{{Key: "_id", Value: "a"}}, bson.D{{Key: "$set", Value: bson.D{{Key: jobHolder, Value: old.Holder}, {Key: jobUntil, Value: old.Until}}}}); err != nil {
					t.Fatal(err)
				}
			}
			var got atomic.Int64
			var wg sync.WaitGroup
			for i := range 32 {
				wg.Go(func() {
					_, taken, err := s.Take(context.Background(), old, lease("a", fmt.Sprint("w", i), testkit.Start.Add(time.Minute)))
					if err != nil {
						t.Error(err)
					}
					if taken {
						got.Add(1)
					}
				})
			}
			wg.Wait()
			if got.Load() != 1 {
				t.Errorf("from %q: %d holders", old.Holder, got.Load())
			}
		}
	})
}

func TestALeaseThatIsNoLongerThisOneChangesNothing(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e document.Engine) {
		s, ctx := parcels(t, e), t.Context()
		put(t, s, parcel{ID: "a", Job: jobs.At(testkit.Start)}, parcel{ID: "done"})
		first := lease("a", "w", testkit.Start.Add(time.Minute))
		renewed := lease("a", "w", testkit.Start.Add(2*time.Minute))
		for _, step := range []struct {
			old, next jobs.Lease
			want      bool
		}{{jobs.Lease{ID: "done"}, lease("done", "w", testkit.Start), false}, {jobs.Lease{ID: "gone"}, lease("gone", "w", testkit.Start), false}, {jobs.Lease{ID: "a"}, first, true}, {first, renewed, true}, {first, renewed, false}, {jobs.Lease{ID: "a"}, first, false}} {
			if _, taken, err := s.Take(ctx, step.old, step.next); taken != step.want || err != nil {
				t.Errorf("%+v to %+v: %v, %v", step.old, step.next, taken, err)
			}
		}
		if err := errors.Join(s.Finish(ctx, first), s.PutOff(ctx, first, jobs.Failure{At: testkit.Start, Reason: "x"})); err != nil {
			t.Fatal(err)
		}
		leases, err := s.Leases(ctx, 10)
		if err != nil || len(leases) != 1 || leases[0] != renewed {
			t.Fatalf("leases %+v, %v", leases, err)
		}
		if err := s.Finish(ctx, renewed); err != nil {
			t.Fatal(err)
		}
		p, err := byID[parcel](ctx, s.documents, "a")
		if err != nil || p.Job != nil || p.Rev != 3 {
			t.Errorf("after the end: %+v, %v", p, err)
		}
	})
}

func TestPutOffCountsFailuresAndShowsWhatIsStuck(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e document.Engine) {
		s, ctx := parcels(t, e), t.Context()
		put(t, s, parcel{ID: "a", Job: jobs.At(testkit.Start)}, parcel{ID: "b", Job: jobs.At(testkit.Start)})
		for i, f := range []jobs.Failure{
			{At: testkit.Start, Reason: "panic"}, {At: testkit.Start}, {At: testkit.Start.Add(time.Hour), Reason: "store.full", Stuck: true},
		} {
			l := lease("a", "w", testkit.Start.Add(time.Duration(i)*time.Minute))
			tries, taken, err := s.Take(ctx, jobs.Lease{ID: "a"}, l)
			if want := min(i, 1); err != nil || !taken || tries != want {
				t.Fatalf("try %d: %v, %d tries before, %v", i, taken, tries, err)
			}
			if err := s.PutOff(ctx, l, f); err != nil {
				t.Fatal(err)
			}
		}
		p, err := byID[parcel](ctx, s.documents, "a")
		if err != nil || p.Job.Tries != 2 || p.Job.Reason != "store.full" || !p.Job.Stuck || p.Job.Holder != "" || !p.Job.Until.IsZero() {
			t.Errorf("put off: %+v, %v", p.Job, err)
		}
		if c, err := s.Count(ctx); err != nil || c != (jobs.Counts{Waiting: 2, Stuck: 1}) {
			t.Errorf("Count = %+v, %v", c, err)
		}
		if ids, err := s.Due(ctx, testkit.Start, 10); err != nil || len(ids) != 1 || ids[0] != "b" {
			t.Errorf("due %v, %v", ids, err)
		}
	})
}

func TestStuckJobsAreCountedByCollection(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e document.Engine) {
		if err := e.Ensure(t.Context(), Declarations()); err != nil {
			t.Fatal(err)
		}
		for id, due := range map[string]jobs.Due{"a": {At: testkit.Start, Stuck: true}, "b": {At: testkit.Start, Tries: 9}} {
			if err := insert(t.Context(), e.Collection(erasures), bson.D{{Key: "_id", Value: id}, {Key: "job", Value: due}}); err != nil {
				t.Fatal(err)
			}
		}
		if stuck, err := StuckJobs(t.Context(), e); err != nil || len(stuck) != 1 || stuck[erasures] != 1 {
			t.Errorf("StuckJobs = %v, %v", stuck, err)
		}
	})
}

func TestReconcileMendsOnlyWhatNoRuleCouldHaveSet(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e document.Engine) {
		s, now := parcels(t, e), testkit.Start
		at := func(d time.Duration, tries int) *jobs.Due { return &jobs.Due{At: now.Add(d), Tries: tries} }
		put(t, s,
			parcel{ID: "soon", Job: at(time.Minute, 0)}, parcel{ID: "far", Job: at(3*time.Hour, 0)},
			parcel{ID: "retry", Job: at(3*time.Hour, 1)}, parcel{ID: "retry far", Job: at(48*time.Hour, 1)},
			parcel{ID: "leased", Job: &jobs.Due{Holder: "w", Until: now.Add(99 * time.Hour)}}, parcel{ID: "done"})
		n, err := s.Reconcile(t.Context(), now, jobs.Bounds{Fresh: now.Add(time.Hour), Retried: now.Add(24 * time.Hour)})
		ids, also := s.Due(t.Context(), now, 10)
		if n != 2 || err != nil || also != nil || fmt.Sprint(ids) != "[far retry far]" && fmt.Sprint(ids) != "[retry far far]" {
			t.Errorf("mended %d, due %v, %v %v", n, ids, err, also)
		}
	})
}

func TestStandingWorkIsDueWhenThereIsABacklog(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e document.Engine) {
		parcels(t, e)
		clock, backlog, rounds := testkit.NewClock(), true, 0
		s := NewStanding(e, StandingWork{Kind: "tally", Pause: 5 * time.Second, Now: clock.Now, Backlog: func(context.Context) (bool, error) { return backlog, nil }})
		other := NewStanding(e, StandingWork{Kind: "other", Now: clock.Now, Backlog: func(context.Context) (bool, error) { return true, nil }})
		w := &jobs.Worker{Name: "w", Now: clock.Now, Log: slog.New(slog.DiscardHandler), Kinds: []jobs.Kind{
			{Name: "tally", Store: s, Do: func(_ context.Context, id string) error {
				if id != "tally" {
					t.Errorf("worked on %s", id)
				}
				rounds++
				return nil
			}},
		}}
		for i, step := range []struct {
			backlog bool
			after   time.Duration
			rounds  int
		}{{true, 0, 1}, {true, time.Second, 1}, {true, 5 * time.Second, 2}, {false, time.Minute, 2}, {true, 0, 3}} {
			for _, store := range []*Standing{s, other} {
				if _, err := store.Reconcile(t.Context(), clock.Now(), jobs.Bounds{Fresh: clock.Now().Add(time.Minute), Retried: clock.Now()}); err != nil {
					t.Fatal(err)
				}
			}
			backlog = step.backlog
			clock.Advance(step.after)
			if err := w.Work(t.Context()); err != nil || rounds != step.rounds {
				t.Errorf("step %d: %d rounds, %v", i, rounds, err)
			}
		}
		if c, err := s.Count(t.Context()); err != nil || c != (jobs.Counts{Waiting: 1}) {
			t.Errorf("Count = %+v, %v", c, err)
		}
	})
}

// deliver is a job whose effect is one write that happens once, however often the job is done.
func deliver(s *Jobs) func(context.Context, string) error {
	return func(ctx context.Context, id string) error {
		_, err := s.documents.Update(ctx, bson.D{{Key: "_id", Value: id}, {Key: "delivered", Value: 0}}, bson.D{{Key: "$inc", Value: bson.D{{Key: "delivered", Value: 1}}}})
		return err
	}
}

// TestAServerThatDiesAtAnyStepLosesNoJob lets the engine die at every single step of one job, then a new server works.
func TestAServerThatDiesAtAnyStepLosesNoJob(t *testing.T) {
	deaths := 0
	for steps := 0; ; steps++ {
		e := testkit.NewCrashing(testkit.Embedded(t))
		s := parcels(t, e)
		put(t, s, parcel{ID: "a", Job: jobs.At(testkit.Start)})
		e.Arm(steps)
		_ = jobWorker("first", s).Work(t.Context()) // it may die with the engine
		died := e.Revive()
		ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
		next := jobWorker("next", s)
		next.Alone = true
		ended := make(chan struct{})
		go func() { next.Run(ctx); close(ended) }()
		for p := (&parcel{Job: jobs.At(testkit.Start)}); p.Job != nil && ctx.Err() == nil; time.Sleep(time.Millisecond) {
			if loaded, err := byID[parcel](ctx, s.documents, "a"); err == nil {
				p = loaded
			}
		}
		p, err := byID[parcel](t.Context(), s.documents, "a")
		stop()
		<-ended
		if err != nil || p.Delivered != 1 || p.Job != nil {
			t.Errorf("dead after %d steps: %+v, %v", steps, p, err)
		}
		if !died {
			break
		}
		deaths++
	}
	if deaths < 6 {
		t.Errorf("it died only %d times", deaths)
	}
	testkit.Score(t, "crash points passed / defined", fmt.Sprintf("a job %d/%[1]d", deaths), !t.Failed(), "a killed worker's job is begun again (TestKillingAWorkerLosesNoJobAndRepeatsNoEffect)")
}

func jobWorker(name string, s *Jobs) *jobs.Worker {
	return &jobs.Worker{Name: name, Now: time.Now, Log: slog.New(slog.DiscardHandler), Kinds: []jobs.Kind{{Name: "parcels", Store: s, Do: deliver(s)}}}
}

// TestPollingGrowsWithWhatIsDueOnly times a poll beside 1×, 10× and 100× documents without work. Beside the figure, which
// the machine's load moves, it counts what the poll touches: an index range that holds what is due.
func TestPollingGrowsWithWhatIsDueOnly(t *testing.T) {
	took := map[int]time.Duration{}
	for _, times := range []int{1, 10, 100} {
		s := parcels(t, testkit.Embedded(t))
		for range times {
			docs := make([]any, 1000)
			for i := range docs {
				docs[i] = parcel{ID: bson.NewObjectID().Hex(), Delivered: 1}
			}
			if err := insert(t.Context(), s.documents, docs...); err != nil {
				t.Fatal(err)
			}
		}
		for i := range 20 {
			put(t, s, parcel{ID: fmt.Sprint(i), Job: jobs.At(testkit.Start)})
		}
		best := time.Hour
		for range 200 {
			began := time.Now()
			ids, err := s.Due(t.Context(), testkit.Start, batchForTest)
			_, also := s.Leases(t.Context(), batchForTest)
			best = min(best, time.Since(began))
			if err != nil || also != nil || len(ids) != 20 {
				t.Fatalf("due %d, %v %v", len(ids), err, also)
			}
		}
		took[times] = best
		t.Logf("%d documents, 20 due: a poll takes %v", times*1000, best)
	}
	if took[100] > 5*took[1] {
		t.Errorf("a poll of 100× documents takes %v, of 1× %v", took[100], took[1])
	}
}

const batchForTest = 32

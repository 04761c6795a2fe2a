package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pugongying/internal/member"
	"pugongying/internal/quiz"
	"pugongying/internal/store"
	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
)

const benchRound = 1000 // submissions, then as many inserts, in turn

// BenchmarkQuizSubmission submits attempts (the whole rule: graded, one compare-and-swap) and inserts documents of the
// same bytes into a collection without indexes, in turn in one run on one engine, and reports submissions per insert.
// Run it with -benchtime=20000x; MongoDB's row names its engine.
func BenchmarkQuizSubmission(b *testing.B) {
	for name, open := range map[string]func(testing.TB) document.Engine{
		"embedded": testkit.Embedded,
		"mongo":    func(tb testing.TB) document.Engine { return testkit.Mongo(tb) },
	} {
		for _, clients := range []int{50, 500} {
			b.Run(fmt.Sprintf("%s/%d", name, clients), func(b *testing.B) {
				engine := open(b)
				if err := engine.Ensure(context.Background(), store.Declarations()); err != nil {
					b.Fatal(err)
				}
				benchSubmission(b, engine, clients)
			})
		}
	}
}

func benchSubmission(b *testing.B, engine document.Engine, clients int) {
	b.Helper()
	ctx, s, bare := context.Background(), newQuiz(b, engine), engine.Collection("bare")
	var submitting, inserting tally
	for done := 0; done < b.N; done += benchRound {
		n := min(benchRound, b.N-done)
		ids := make([]string, n)
		b.StopTimer()
		spread(b, 64, n, func(i int) error {
			p, err := s.Start(ctx, layer(benchOwner(i)), quiz.StartRequest{Origin: quiz.FromTopic, Slug: "t1"}, nil)
			ids[i] = p.ID
			return err
		})
		b.StartTimer()
		submitting.add(spread(b, clients, n, func(i int) error {
			_, err := s.Submit(ctx, layer(benchOwner(i)), ids[i], map[string][]string{"q1": {"a"}, "q2": {"b"}, "q3": {"b"}})
			return err
		}))
		b.StopTimer()
		sample, err := store.NewQuiz(engine).Get(ctx, ids[0])
		if err != nil {
			b.Fatal(err)
		}
		inserting.add(spread(b, clients, n, func(i int) error {
			doc := *sample
			doc.ID = "bare" + ids[i]
			return bare.Insert(ctx, &doc)
		}))
		b.StartTimer()
	}
	b.ReportMetric(submitting.rate(), "submit/s")
	b.ReportMetric(inserting.rate(), "insert/s")
	b.ReportMetric(submitting.rate()/inserting.rate(), "ratio")
	b.ReportMetric(submitting.p99(), "submit-p99-ms")
	b.ReportMetric(inserting.p99(), "insert-p99-ms")
	b.ReportMetric(float64(submitting.refused), "submit-refused")
	b.ReportMetric(float64(inserting.refused), "insert-refused")
	b.Logf("on %s", engine.Describe())
}

// benchOwner gives every third attempt to nobody and keeps every third.
func benchOwner(i int) member.Handle {
	return []member.Handle{"", "m1", "keep1"}[i%3] + member.Handle([]string{"", fmt.Sprint(i), fmt.Sprint(i)}[i%3])
}

// tally gathers how long calls took, one by one and together.
type tally struct {
	calls   []time.Duration
	whole   time.Duration
	refused int64 // asked again, since the engine was too busy to take it
}

func (t *tally) add(more tally) {
	t.calls, t.whole, t.refused = append(t.calls, more.calls...), t.whole+more.whole, t.refused+more.refused
}

func (t *tally) rate() float64 { return float64(len(t.calls)) / t.whole.Seconds() }

func (t *tally) p99() float64 {
	slices.Sort(t.calls)
	return float64(t.calls[len(t.calls)*99/100].Microseconds()) / 1000
}

// spread makes n calls from as many clients at once; a call the engine was too busy for is made again.
func spread(b *testing.B, clients, n int, call func(i int) error) tally {
	b.Helper()
	var next, refused atomic.Int64
	var wg sync.WaitGroup
	took := make([]time.Duration, n)
	begun := time.Now()
	for range clients {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				start := time.Now()
				err := call(i)
				for ; errors.Is(err, document.ErrUnavailable); err = call(i) {
					refused.Add(1)
				}
				if err != nil {
					b.Errorf("call %d: %v", i, err)
					return
				}
				took[i] = time.Since(start)
			}
		})
	}
	wg.Wait()
	return tally{calls: took, whole: time.Since(begun), refused: refused.Load()}
}

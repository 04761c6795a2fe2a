package bolt

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/store/document"
)

type benchDoc struct {
	ID     string    `bson:"_id"`
	Rev    int64     `bson:"rev"`
	Schema int       `bson:"schema"`
	Owner  string    `bson:"owner"`
	State  string    `bson:"state"`
	Key    string    `bson:"key"`
	At     time.Time `bson:"at"`
	Notes  []string  `bson:"notes"`
}

const (
	benchDocs    = 100_000
	benchWriters = 64
)

func benchID(i int) string { return fmt.Sprintf("doc-%022d", i) }

func newBenchDoc(i int) benchDoc {
	return benchDoc{
		ID: benchID(i), Schema: 1, Owner: fmt.Sprintf("owner-%05d", i/10), State: []string{"open", "done"}[i%2],
		Key: fmt.Sprintf("key-%d", i), At: time.UnixMilli(int64(1_700_000_000_000 + i)).UTC(),
		Notes: []string{"some text that a document of this size would carry", "and a little more of it"},
	}
}

func benchEngine(b *testing.B, size int) document.Collection {
	b.Helper()
	e, err := Open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = e.Close(context.Background()) })
	err = e.Ensure(b.Context(), []document.Declaration{{Collection: "bench", Indexes: []document.Index{
		{Name: "key", Keys: []document.Key{{Field: "key"}}, Unique: true},
		{Name: "owner", Keys: []document.Key{{Field: "owner"}, {Field: "at", Desc: true}}},
	}}})
	if err != nil {
		b.Fatal(err)
	}
	c := e.Collection("bench")
	for start := 0; start < size; start += 1000 {
		docs := make([]any, 1000)
		for i := range docs {
			docs[i] = newBenchDoc(start + i)
		}
		if err := c.Insert(b.Context(), docs...); err != nil {
			b.Fatal(err)
		}
	}
	return c
}

// run spreads b.N calls over the workers and reports the rate and the 99th percentile.
func run(b *testing.B, workers int, call func(worker int) error) {
	b.Helper()
	runPaced(b, workers, 0, call)
}

// runPaced lets every worker rest before each call, outside the time that is measured.
func runPaced(b *testing.B, workers int, rest time.Duration, call func(worker int) error) {
	b.Helper()
	var left atomic.Int64
	left.Store(int64(b.N))
	times := make([][]time.Duration, workers)
	var wg sync.WaitGroup
	start := time.Now()
	for w := range workers {
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				time.Sleep(rest)
				begun := time.Now()
				if err := call(w); err != nil {
					b.Error(err)
					return
				}
				times[w] = append(times[w], time.Since(begun))
			}
		})
	}
	wg.Wait()
	all := slices.Concat(times...)
	slices.Sort(all)
	b.ReportMetric(float64(len(all))/time.Since(start).Seconds(), "calls/s")
	b.ReportMetric(float64(all[len(all)*99/100].Microseconds())/1000, "p99-ms")
}

func loadOne(ctx context.Context, c document.Collection, filter bson.D) (benchDoc, error) {
	var d benchDoc
	err := c.Find(ctx, document.Query{Filter: filter, Limit: 1}, func(raw bson.Raw) error {
		return bson.Unmarshal(raw, &d)
	})
	return d, err
}

func BenchmarkEngine(b *testing.B) {
	c := benchEngine(b, benchDocs)
	ctx := b.Context()
	swap := func(w int) error {
		id := benchID(rand.IntN(benchDocs/benchWriters)*benchWriters + w)
		d, err := loadOne(ctx, c, bson.D{{Key: "_id", Value: id}})
		if err != nil {
			return err
		}
		d.Rev++
		d.State = "changed"
		return c.Replace(ctx, id, d.Rev-1, d)
	}
	find := func(int) error {
		owner := fmt.Sprintf("owner-%05d", rand.IntN(benchDocs/10))
		n := 0
		q := document.Query{
			Filter: bson.D{{Key: "owner", Value: owner}}, Sort: []document.Key{{Field: "at", Desc: true}}, Limit: 10,
		}
		err := c.Find(ctx, q, func(bson.Raw) error { n++; return nil })
		if err == nil && n != 10 {
			err = fmt.Errorf("found %d of 10", n)
		}
		return err
	}
	b.Run("cas/64", func(b *testing.B) { run(b, benchWriters, swap) })
	b.Run("cas/1", func(b *testing.B) { run(b, 1, swap) })
	b.Run("find/64", func(b *testing.B) { run(b, benchWriters, find) })
	b.Run("find/1", func(b *testing.B) { run(b, 1, find) })
	b.Run("find-by-unique/1", func(b *testing.B) {
		run(b, 1, func(int) error {
			_, err := loadOne(ctx, c, bson.D{{Key: "key", Value: fmt.Sprintf("key-%d", rand.IntN(benchDocs))}})
			return err
		})
	})
	b.Run("insert/64", func(b *testing.B) {
		var next atomic.Int64
		base := benchDocs * (1 + rand.IntN(1000))
		run(b, benchWriters, func(int) error {
			return c.Insert(ctx, newBenchDoc(base*1000+int(next.Add(1))))
		})
	})
	b.Run("find-beside-64-writers/4", func(b *testing.B) {
		quit := make(chan struct{})
		var writers sync.WaitGroup
		for w := range benchWriters {
			writers.Go(func() {
				for {
					select {
					case <-quit:
						return
					default:
						if err := swap(w); err != nil {
							b.Error(err)
							return
						}
					}
				}
			})
		}
		runPaced(b, 4, time.Millisecond, find)
		close(quit)
		writers.Wait()
	})
}

// BenchmarkGrowth prints what point operations cost at 1, 10 and 100 times as many documents: no figure may grow faster
// than the depth of a tree. Writes run in one transaction, so that no sync is measured.
func BenchmarkGrowth(b *testing.B) {
	for _, size := range []int{1000, 10_000, 100_000} {
		c := benchEngine(b, size).(*collection)
		one := func(filter bson.D, limit, want int) error {
			n := 0
			err := c.Find(b.Context(), document.Query{Filter: filter, Limit: limit}, func(bson.Raw) error { n++; return nil })
			if err == nil && n != want {
				err = fmt.Errorf("found %d of %d", n, want)
			}
			return err
		}
		revs := map[int]int64{}
		for _, op := range []struct {
			name  string
			write bool
			call  func(ctx context.Context, i int) error
		}{
			{"find-by-id", false, func(_ context.Context, i int) error { return one(bson.D{{Key: "_id", Value: benchID(i)}}, 1, 1) }},
			{"find-by-unique", false, func(_ context.Context, i int) error {
				return one(bson.D{{Key: "key", Value: fmt.Sprintf("key-%d", i)}}, 1, 1)
			}},
			{"find-10-of-owner", false, func(_ context.Context, i int) error {
				return one(bson.D{{Key: "owner", Value: fmt.Sprintf("owner-%05d", i/10)}}, 10, 10)
			}},
			{"count-by-id", false, func(ctx context.Context, i int) error {
				_, err := c.Count(ctx, bson.D{{Key: "_id", Value: benchID(i)}}, 0)
				return err
			}},
			{"replace", true, func(ctx context.Context, i int) error {
				d := newBenchDoc(i)
				d.Rev = revs[i] + 1
				revs[i]++
				return c.Replace(ctx, d.ID, d.Rev-1, d)
			}},
			{"update-by-id", true, func(ctx context.Context, i int) error {
				_, err := c.Update(ctx, bson.D{{Key: "_id", Value: benchID(i)}}, bson.D{{Key: "$inc", Value: bson.D{{Key: "rev", Value: int64(1)}}}})
				revs[i]++
				return err
			}},
		} {
			b.Run(fmt.Sprintf("%s/%d", op.name, size), func(b *testing.B) {
				b.ReportAllocs()
				if !op.write {
					for b.Loop() {
						if err := op.call(b.Context(), rand.IntN(size)); err != nil {
							b.Fatal(err)
						}
					}
					return
				}
				err := c.engine.InTx(b.Context(), func(ctx context.Context) error {
					for b.Loop() {
						if err := op.call(ctx, rand.IntN(size)); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					b.Fatal(err)
				}
			})
		}
	}
}

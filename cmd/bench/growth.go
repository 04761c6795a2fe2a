package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/store/bolt"
	"pugongying/internal/store/document"
)

// growthSizes are the numbers of documents that point operations are measured at: 1 ×, 10 × and 100 ×.
var growthSizes = []int{1000, 10_000, 100_000}

// growthGoal is how many times slower an operation may be among a hundred times as many documents; a cost of log n doubles
// at most.
const growthGoal = 2

// growth measures operations of a request's path at growing numbers of documents, in alternating rounds.
func (b *bench) growth(ctx context.Context) (rows []row, err error) {
	collections := make([]document.Collection, len(growthSizes))
	for i, n := range growthSizes {
		dir := filepath.Join(b.scratch, fmt.Sprint("growth-", n))
		if err := os.Mkdir(dir, 0o700); err != nil {
			return nil, err
		}
		engine, err := bolt.Open(dir)
		if err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, engine.Close(context.WithoutCancel(ctx))) }()
		b.say("写入 %d 份文档", n)
		if collections[i], err = fill(ctx, engine, n); err != nil {
			return nil, err
		}
	}
	operations := []struct {
		name string
		run  func(docs document.Collection, n int) error
	}{
		{"按编号读一份", func(docs document.Collection, n int) error { return findOne(ctx, docs, n) }},
		{"按索引读 10 份", func(docs document.Collection, n int) error { return findOwn(ctx, docs, n) }},
		{"比较并交换", func(docs document.Collection, n int) error { return swap(ctx, docs, n, 0) }},
		{"插入一份", func(docs document.Collection, _ int) error { return docs.Insert(ctx, extraDoc()) }},
	}
	for _, o := range operations {
		times := make([][]float64, len(growthSizes))
		for range b.rounds {
			for i, n := range growthSizes {
				t, err := forAWhile(1, b.turn/4, func(int) error { return o.run(collections[i], n) })
				if err != nil {
					return nil, err
				}
				times[i] = append(times[i], microseconds(t.calls))
			}
		}
		for i := 1; i < len(growthSizes); i++ {
			r := compared(fmt.Sprintf("%s：%d 份 ÷ %d 份", o.name, growthSizes[i], growthSizes[0]), "µs", times[i], times[0])
			rows = append(rows, r.needs(atMostRatio(growthGoal)))
		}
	}
	return rows, nil
}

func findOne(ctx context.Context, docs document.Collection, n int) error {
	found := 0
	q := document.Query{Filter: bson.D{{Key: "_id", Value: benchID(randomBelow(n))}}, Limit: 1}
	err := docs.Find(ctx, q, func(bson.Raw) error { found++; return nil })
	if err == nil && found != 1 {
		err = errors.New("the document is not there")
	}
	return err
}

// microseconds is the median of the calls, with a finer resolution than percentile.
func microseconds(calls []time.Duration) float64 {
	times := make([]float64, len(calls))
	for i, c := range calls {
		times[i] = float64(c.Nanoseconds()) / 1000
	}
	return median(times)
}

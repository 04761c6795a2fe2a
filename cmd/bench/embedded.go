package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/store/bolt"
	"pugongying/internal/store/document"
)

const (
	embeddedDocs    = 100_000
	embeddedBatch   = 5_000
	embeddedWriters = 64
	docsAnOwner     = 10
)

// benchDoc is about as large as an attempt.
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

func newBenchDoc(n int) benchDoc {
	return benchDoc{
		ID: benchID(n), Schema: 1, Owner: benchOwner(n), State: "open", Key: fmt.Sprintf("key-%d", n),
		At: time.UnixMilli(int64(1_700_000_000_000 + n)).UTC(), Notes: []string{"some text that a document of this size would carry", "and a little more of it"},
	}
}

// extra numbers the documents that are added after the initial fill.
var extra atomic.Int64

// extraDoc is one more document, of another owner.
func extraDoc() benchDoc { return newBenchDoc(1_000_000_000 + int(extra.Add(1))) }

func randomBelow(n int) int { return rand.IntN(n) }

func benchID(i int) string { return fmt.Sprintf("doc-%022d", i) }

func benchOwner(i int) string { return fmt.Sprintf("owner-%05d", i/docsAnOwner) }

// embedded measures compare-and-swaps and finds of the embedded engine, and compares them with the disk's own syncs.
func (b *bench) embedded(ctx context.Context) (_ []row, err error) {
	dir := filepath.Join(b.scratch, "documents")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	engine, err := bolt.Open(dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, engine.Close(context.WithoutCancel(ctx))) }()
	b.say("内嵌数据库：写入 %d 份文档", embeddedDocs)
	docs, err := fill(ctx, engine, embeddedDocs)
	if err != nil {
		return nil, err
	}
	var swaps, syncs, alone, beside []float64
	for round := range b.rounds {
		b.say("内嵌数据库 第 %d/%d 轮", round+1, b.rounds)
		t, err := forAWhile(embeddedWriters, b.turn, func(w int) error { return swap(ctx, docs, embeddedDocs, w) })
		if err != nil {
			return nil, err
		}
		swaps = append(swaps, t.rate())
		rate, err := diskSyncs(dir, b.turn/4)
		if err != nil {
			return nil, err
		}
		syncs = append(syncs, rate)
		if t, err = forAWhile(1, b.turn/2, func(int) error { return findOwn(ctx, docs, embeddedDocs) }); err != nil {
			return nil, err
		}
		alone = append(alone, percentile99(t.calls))
		if t, err = findsBeside(ctx, docs, b.turn/2); err != nil {
			return nil, err
		}
		beside = append(beside, percentile99(t.calls))
	}
	return []row{
		compared(fmt.Sprintf("落盘的比较并交换，%d 个写者（对照：磁盘每秒同步几次）", embeddedWriters), "次/s", swaps, syncs).needs(atLeast(5000)),
		row{name: "按索引查 10 份，p99", unit: "ms", ours: median(alone)}.needs(atMost(2)),
		{name: fmt.Sprintf("  同时有 %d 个写者，p99", embeddedWriters), unit: "ms", ours: median(beside)},
	}, nil
}

func fill(ctx context.Context, engine document.Engine, n int) (document.Collection, error) {
	err := engine.Ensure(ctx, []document.Declaration{{Collection: "bench", Indexes: []document.Index{
		{Name: "key", Keys: []document.Key{{Field: "key"}}, Unique: true},
		{Name: "owner", Keys: []document.Key{{Field: "owner"}, {Field: "at", Desc: true}}},
	}}})
	docs := engine.Collection("bench")
	for start := 0; start < n && err == nil; start += embeddedBatch {
		batch := make([]any, min(embeddedBatch, n-start))
		for i := range batch {
			batch[i] = newBenchDoc(start + i)
		}
		err = docs.Insert(ctx, batch...)
	}
	return docs, err
}

// swap is a compare-and-swap on one of this writer's own documents.
func swap(ctx context.Context, docs document.Collection, n, writer int) error {
	id := benchID(rand.IntN(n/embeddedWriters)*embeddedWriters + writer)
	var d benchDoc
	q := document.Query{Filter: bson.D{{Key: "_id", Value: id}}, Limit: 1}
	if err := docs.Find(ctx, q, func(raw bson.Raw) error { return bson.Unmarshal(raw, &d) }); err != nil {
		return err
	}
	d.Rev++
	d.State = "changed"
	return docs.Replace(ctx, id, d.Rev-1, d)
}

func findOwn(ctx context.Context, docs document.Collection, total int) error {
	q := document.Query{
		Filter: bson.D{{Key: "owner", Value: benchOwner(rand.IntN(total))}}, Sort: []document.Key{{Field: "at", Desc: true}}, Limit: docsAnOwner,
	}
	n := 0
	err := docs.Find(ctx, q, func(bson.Raw) error { n++; return nil })
	if err == nil && n != docsAnOwner {
		err = fmt.Errorf("found %d of %d", n, docsAnOwner)
	}
	return err
}

// findsBeside measures finds while all writers write.
func findsBeside(ctx context.Context, docs document.Collection, d time.Duration) (tally, error) {
	var writing sync.WaitGroup
	var failed error
	writing.Go(func() {
		_, failed = forAWhile(embeddedWriters, d, func(w int) error { return swap(ctx, docs, embeddedDocs, w) })
	})
	t, err := forAWhile(1, d, func(int) error { return findOwn(ctx, docs, embeddedDocs) })
	writing.Wait()
	return t, errors.Join(err, failed)
}

// diskSyncs is how many times a second the disk under dir syncs one page, one after the other.
func diskSyncs(dir string, d time.Duration) (float64, error) {
	f, err := os.CreateTemp(dir, "sync-")
	if err != nil {
		return 0, err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	block := make([]byte, 4096)
	t, err := forAWhile(1, d, func(int) error {
		if _, err := f.WriteAt(block, 0); err != nil {
			return err
		}
		return f.Sync()
	})
	return t.rate(), err
}

// forAWhile lets workers call again and again until the duration is over.
func forAWhile(workers int, d time.Duration, call func(worker int) error) (tally, error) {
	var wg sync.WaitGroup
	var failed atomic.Pointer[error]
	calls := make([][]time.Duration, workers)
	begun := time.Now()
	for w := range workers {
		wg.Go(func() {
			for time.Since(begun) < d && failed.Load() == nil {
				start := time.Now()
				if err := call(w); err != nil {
					failed.CompareAndSwap(nil, &err)
					return
				}
				calls[w] = append(calls[w], time.Since(start))
			}
		})
	}
	wg.Wait()
	t := tally{whole: time.Since(begun)}
	for _, c := range calls {
		t.calls = append(t.calls, c...)
	}
	if err := failed.Load(); err != nil {
		return t, *err
	}
	return t, nil
}

package store_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/audit"
	"pugongying/internal/publish"
	"pugongying/internal/store"
	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
)

// unchainedEngine is an engine as it was before there were chains: a tip is nowhere and costs nothing.
type unchainedEngine struct{ document.Engine }

func (e unchainedEngine) Collection(name string) document.Collection {
	if name == "auditTips" {
		return nowhere{}
	}
	return e.Engine.Collection(name)
}

type nowhere struct{ document.Collection }

func (nowhere) Insert(context.Context, ...any) error { return nil }

func (nowhere) Find(context.Context, document.Query, func(bson.Raw) error) error { return nil }

// BenchmarkStaffWrites imports drafts, one a transaction with its entry, with chains and without, in turn in one run.
// go test -run ^$ -bench StaffWrites ./internal/store prints writes a second and the ratio.
func BenchmarkStaffWrites(b *testing.B) {
	for _, actors := range []int{1, 8} {
		b.Run(fmt.Sprintf("8 writers, %d actors", actors), func(b *testing.B) {
			e := testkit.Embedded(b)
			if err := e.Ensure(b.Context(), store.Declarations()); err != nil {
				b.Fatal(err)
			}
			var chained, without float64
			for b.Loop() {
				without += staffWrites(b, unchainedEngine{e}, actors)
				chained += staffWrites(b, e, actors)
			}
			b.ReportMetric(without/float64(b.N), "before/s")
			b.ReportMetric(chained/float64(b.N), "after/s")
			b.ReportMetric(chained/without, "after/before")
		})
	}
}

var writesDone atomic.Int64

// staffWrites has eight writers import 400 drafts and gives the rate.
func staffWrites(b *testing.B, e document.Engine, actors int) float64 {
	b.Helper()
	const n, writers = 400, 8
	service := publish.New(store.NewPublications(e), publish.Manifest{}, time.Now)
	begun := time.Now()
	var wait sync.WaitGroup
	for w := range writers {
		who := audit.Actor{Kind: audit.KindStaff, ID: fmt.Sprint("A", w%actors)}
		wait.Go(func() {
			for range n / writers {
				id := fmt.Sprint("d", writesDone.Add(1))
				if _, err := service.Import(b.Context(), who, []publish.Draft{{ID: id, Kind: publish.KindQuestion, Body: []byte(id)}}); err != nil {
					b.Error(err)
				}
			}
		})
	}
	wait.Wait()
	return n / time.Since(begun).Seconds()
}

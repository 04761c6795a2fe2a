package document_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
)

// TestASnapshotIsOneInstant: two documents in two collections are changed together all the while; a snapshot has both
// before or both after. Reading one collection after the other is the control: it tears them apart.
func TestASnapshotIsOneInstant(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, engine document.Engine) {
		first, last := engine.Collection("a_first"), engine.Collection("z_last")
		insert(t, first, d{e("_id", "n"), e("n", int64(0))})
		insert(t, last, d{e("_id", "n"), e("n", int64(0))})
		for i := range 300 {
			insert(t, engine.Collection("middle"), d{e("_id", fmt.Sprintf("%03d", 299-i)), e("n", int64(i))})
		}
		stop := changeTogether(t, engine, first, last)
		defer stop()
		for range 10 {
			var order []string
			n := map[string]int64{}
			err := engine.Snapshot(t.Context(), func(collection string, doc bson.Raw) error {
				order = append(order, collection+"/"+doc.Lookup("_id").StringValue())
				n[collection] = doc.Lookup("n").AsInt64()
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if n["a_first"] != n["z_last"] {
				t.Fatalf("a snapshot saw %d in one collection and %d in the other", n["a_first"], n["z_last"])
			}
			if len(order) != 302 || order[1] != "middle/000" || order[300] != "middle/299" {
				t.Fatalf("%d documents, in the order %v", len(order), order)
			}
		}
		if !tornApart(t, engine) {
			t.Error("control: reading one collection after the other never saw a change between them")
		}
	})
}

// changeTogether raises both documents in transactions until it is stopped.
func changeTogether(t *testing.T, engine document.Engine, of ...document.Collection) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var writer sync.WaitGroup
	writer.Go(func() {
		for ctx.Err() == nil {
			err := engine.InTx(ctx, func(ctx context.Context) error {
				for _, c := range of {
					if _, err := c.Update(ctx, d{e("_id", "n")}, op("$inc", d{e("n", int64(1))})); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil && ctx.Err() == nil {
				t.Error(err)
				return
			}
			time.Sleep(time.Millisecond) // a server whose lock is not fair would let nobody else in
		}
	})
	return func() { cancel(); writer.Wait() }
}

func tornApart(t *testing.T, engine document.Engine) bool {
	t.Helper()
	for range 200 {
		var n []int64
		for _, name := range []string{"a_first", "middle", "z_last"} {
			err := engine.Collection(name).Find(t.Context(), document.Query{}, func(doc bson.Raw) error {
				if name != "middle" {
					n = append(n, doc.Lookup("n").AsInt64())
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if n[0] != n[1] {
			return true
		}
	}
	return false
}

func TestASnapshotEndsWithItsReader(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, engine document.Engine) {
		insert(t, engine.Collection("items"), item{ID: "a"}, item{ID: "b"})
		enough := errors.New("enough")
		met := 0
		err := engine.Snapshot(t.Context(), func(string, bson.Raw) error { met++; return enough })
		if !errors.Is(err, enough) || met != 1 {
			t.Errorf("%d documents, then %v", met, err)
		}
		insert(t, engine.Collection("items"), item{ID: "c"}) // nothing is left locked
	})
}

package document_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
)

func TestAFullDiskRefusesWritesAndKeepsWhatItTook(t *testing.T) {
	t.Run("embedded", func(t *testing.T) {
		dir, grow := smallDisk(t, 24)
		engine := reopen(t, dir)
		t.Cleanup(func() { _ = engine.Close(context.Background()) })
		if err := engine.Ensure(t.Context(), crashIndexes()); err != nil {
			t.Fatal(err)
		}
		c, acked := engine.Collection("items"), &acks{}
		if err := fill(t, c, "first", acked); !errors.Is(err, document.ErrFull) {
			t.Fatalf("filled up: %v", err)
		}
		if lost := missing(t, c, acked); len(lost) > 0 {
			t.Fatalf("on the full disk %d of %d are gone", len(lost), len(acked.revs))
		}
		// The pages of the refused write are free again, so a few more may fit; then it is full again, and reads go on.
		for n := range 3 {
			if err := fill(t, c, fmt.Sprint("again", n, "-"), acked); !errors.Is(err, document.ErrFull) {
				t.Errorf("a write on the full disk: %v", err)
			}
		}
		grow(48)
		if err := c.Insert(t.Context(), big("with room again")); err != nil {
			t.Errorf("with room again: %v", err)
		}
		acked.add("with room again", 0)
		if err := engine.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		engine = reopen(t, dir)
		if lost := missing(t, engine.Collection("items"), acked); len(lost) > 0 {
			t.Fatalf("after a restart %d of %d are gone", len(lost), len(acked.revs))
		}
		t.Logf("full after %d documents, none lost", len(acked.revs))
	})
	t.Run("mongo", func(t *testing.T) {
		dir, grow := smallDisk(t, 400)
		server, acked := testkit.OwnMongo(t, dir), &acks{}
		engine := openMongo(t, server)
		notOnSecantus(t, engine, "loses the last write before its disk is full")
		if err := engine.Ensure(t.Context(), crashIndexes()); err != nil {
			t.Fatal(err)
		}
		c := engine.Collection("items")
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		err := fillUntil(ctx, c, "first", acked)
		t.Logf("after %d documents: %.200v", len(acked.revs), err)
		server.Kill() // a MongoDB without room may have stopped by itself
		grow(1200)
		server.Start(t)
		if lost := missing(t, c, acked); len(lost) > 0 {
			t.Fatalf("with room again %d of %d are gone", len(lost), len(acked.revs))
		}
	})
}

func big(id string) any {
	return d{e("_id", id), e("owner", id), e("tags", bson.A{id}), e("body", make([]byte, 64<<10))}
}

func fill(t *testing.T, c document.Collection, name string, acked *acks) error {
	return fillUntil(t.Context(), c, name, acked)
}

func fillUntil(ctx context.Context, c document.Collection, name string, acked *acks) error {
	for n := 0; ; n++ {
		id := fmt.Sprint(name, n)
		if err := c.Insert(ctx, big(id)); err != nil {
			return err
		}
		acked.add(id, 0)
	}
}

package store_test

import (
	"context"
	"fmt"
	"testing"

	"pugongying/internal/backup"
	"pugongying/internal/store"
	"pugongying/internal/store/bolt"
	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
)

// copied fills an empty engine with every document of another, as a restore does.
func copied(t *testing.T, from, to document.Engine) {
	t.Helper()
	target := store.NewBackup(to)
	err := store.NewBackup(from).Documents(t.Context(), func(d backup.Document) error {
		return target.Insert(t.Context(), d.Collection, [][]byte{append([]byte(nil), d.Bytes...)})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestAClosedQuarterAndItsRecordSurvive a restart of the embedded engine, a restore into it and one into the other engine: the
// same hash, the same tips, no fault.
func TestAClosedQuarterAndItsRecordSurvive(t *testing.T) {
	folder := t.TempDir()
	open := func(dir string) document.Engine {
		engine, err := bolt.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := engine.Ensure(t.Context(), store.Declarations()); err != nil {
			t.Fatal(err)
		}
		return engine
	}
	engine := open(folder)
	b := newBooks(engine)
	for i := range 300 {
		if err := b.Append(t.Context(), on(i, fmt.Sprintf("2026-%02d-11", 7+i%3), 1)); err != nil {
			t.Fatal(err)
		}
	}
	b.day = "2026-10-09"
	c, err := b.quarters.Close(t.Context(), supervisor(), third)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Append(t.Context(), on(900, "2026-09-01", 5)); err != nil { // late
		t.Fatal(err)
	}
	same := func(e document.Engine) {
		t.Helper()
		again := newBooks(e)
		again.day = b.day
		frozen(t, again, c.Hash)
		if v := verify(t, e, c.Tips...); len(v.Faults) != 0 || v.Noted != len(c.Tips) {
			t.Errorf("the record: %+v", v)
		}
		if r := verified(t, again.Service); !r.Equal() {
			t.Errorf("the totals: %+v", r)
		}
	}
	if err := engine.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	engine = open(folder)
	t.Cleanup(func() { _ = engine.Close(context.Background()) })
	same(engine)
	other := open(t.TempDir())
	t.Cleanup(func() { _ = other.Close(context.Background()) })
	copied(t, engine, other)
	same(other)
	where := "restart, restore"
	t.Run("mongo", func(t *testing.T) {
		mongo := testkit.Mongo(t)
		if err := mongo.Ensure(t.Context(), store.Declarations()); err != nil {
			t.Fatal(err)
		}
		copied(t, engine, mongo)
		same(mongo)
		where += ", restore on " + mongo.Describe()
	})
	testkit.Score(t, "ledger: a closed quarter's hash after restart, restore and on the other engine", where+": "+c.Short(), !t.Failed(), "a line changed behind the program's back has another hash (TestAClosedQuarterIsFrozen)")
}

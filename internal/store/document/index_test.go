package document_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
)

const racers = 32

// race runs f for every racer at once and gives the errors of the losers.
func race(t *testing.T, f func(i int) error) []error {
	t.Helper()
	var wg sync.WaitGroup
	var mu sync.Mutex
	var losers []error
	start := make(chan struct{})
	for i := range racers {
		wg.Go(func() {
			<-start
			if err := f(i); err != nil {
				mu.Lock()
				losers = append(losers, err)
				mu.Unlock()
			}
		})
	}
	close(start)
	wg.Wait()
	return losers
}

// oneWinner wants every racer but one refused by the index.
func oneWinner(t *testing.T, index string, losers []error) {
	t.Helper()
	if len(losers) != racers-1 {
		t.Errorf("%d of %d won", racers-len(losers), racers)
	}
	for _, err := range losers {
		if got := duplicateOf(err); got != "items."+index {
			t.Errorf("a loser was told %s", got)
			return
		}
	}
}

func uniqueOwner() document.Index {
	return document.Index{Name: "owner", Keys: asc("owner"), Unique: true}
}

func claimedOwner() document.Index {
	return document.Index{Name: "held", Keys: asc("owner"), Unique: true, Partial: d{e("slot.held", true)}}
}

func claimedCells() document.Index {
	return document.Index{Name: "cells", Keys: asc("slot.cells"), Unique: true, Partial: d{e("slot.held", true)}}
}

func TestARaceForAUniqueKeyHasOneWinner(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, engine document.Engine) {
		c := ensure(t, engine, uniqueOwner())
		for round := range 3 {
			owner := fmt.Sprint("owner", round)
			oneWinner(t, "owner", race(t, func(i int) error {
				return c.Insert(t.Context(), item{ID: fmt.Sprint(round, "-", i), Owner: owner})
			}))
			if n, err := c.Count(t.Context(), d{e("owner", owner)}, 0); n != 1 || err != nil {
				t.Errorf("%d documents of %s, %v", n, owner, err)
			}
		}
		// A missing field is one value of a unique index.
		insert(t, c, item{ID: "none"})
		if got := duplicateOf(c.Insert(t.Context(), item{ID: "none2"})); got != "items.owner" {
			t.Errorf("a second document without the field: %s", got)
		}
	})
}

// The control: without the index every racer wins.
func TestWithoutTheIndexARaceHasManyWinners(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, engine document.Engine) {
		c := ensure(t, engine)
		losers := race(t, func(i int) error { return c.Insert(t.Context(), item{ID: fmt.Sprint(i), Owner: "x"}) })
		if len(losers) != 0 {
			t.Errorf("%d lost against nothing", len(losers))
		}
	})
}

func TestARaceForAPartialUniqueKeyHasOneWinner(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, engine document.Engine) {
		c := ensure(t, engine, claimedOwner())
		for i := range racers {
			insert(t, c, item{ID: fmt.Sprint(i), Owner: "x", Slot: &slot{}})
		}
		hold := op("$set", d{e("slot.held", true)})
		claim := func(i int) error {
			_, err := c.Update(t.Context(), d{e("_id", fmt.Sprint(i))}, hold)
			return err
		}
		oneWinner(t, "held", race(t, claim))
		claimed := document.Query{Filter: d{e("slot.held", true)}}
		first := ids(t, c, claimed)
		if len(first) != 1 {
			t.Fatalf("held: %v", first)
		}
		// Once released it can be claimed again: the key left the index with the document.
		if _, err := c.UpdateAll(t.Context(), claimed.Filter, op("$unset", d{e("slot.held", "")})); err != nil {
			t.Fatal(err)
		}
		oneWinner(t, "held", race(t, claim))
	})
}

func TestARaceForAnArraysElementHasOneWinner(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, engine document.Engine) {
		c := ensure(t, engine, claimedCells())
		cells := func(i int) *slot { // all meet in "common"
			return &slot{Cells: []string{fmt.Sprint("own", i), "common", "common"}, Claimed: true}
		}
		oneWinner(t, "cells", race(t, func(i int) error {
			return c.Insert(t.Context(), item{ID: fmt.Sprint(i), Slot: cells(i)})
		}))
		winner := ids(t, c, document.Query{Filter: d{e("slot.cells", "common"), e("slot.held", true)}})
		if len(winner) != 1 {
			t.Fatalf("winners: %v", winner)
		}
		// The winner moves: its old cells are free, its new ones are taken.
		if err := c.Replace(t.Context(), winner[0], 0, item{ID: winner[0], Rev: 1, Slot: &slot{Cells: []string{"elsewhere"}, Claimed: true}}); err != nil {
			t.Fatal(err)
		}
		oneWinner(t, "cells", race(t, func(i int) error {
			return c.Insert(t.Context(), item{ID: fmt.Sprint("again", i), Slot: cells(i)})
		}))
		err := c.Insert(t.Context(), item{ID: "late", Slot: &slot{Cells: []string{"elsewhere"}, Claimed: true}})
		if got := duplicateOf(err); got != "items.cells" {
			t.Errorf("a cell moved to: %s", got)
		}
		insert(t, c, item{ID: "not held", Slot: &slot{Cells: []string{"elsewhere", "common"}}})
	})
}

func TestARaceForARevisionHasOneWinner(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, engine document.Engine) {
		c := ensure(t, engine)
		insert(t, c, item{ID: "a"})
		for rev := range int64(3) {
			losers := race(t, func(i int) error {
				return c.Replace(t.Context(), "a", rev, item{ID: "a", Rev: rev + 1, Owner: fmt.Sprint(i)})
			})
			if len(losers) != racers-1 {
				t.Errorf("%d won", racers-len(losers))
			}
			for _, err := range losers {
				if !errors.Is(err, document.ErrStale) {
					t.Errorf("a loser was told %v", err)
				}
			}
		}
		losers := race(t, func(int) error {
			_, err := c.Update(t.Context(), d{e("_id", "a")}, op("$inc", d{e("n", 1)}))
			return err
		})
		if got := load(t, c, "a").N; len(losers) > 0 || got != int32(racers) {
			t.Errorf("%d additions gave %v, %v", racers, got, losers)
		}
	})
}

func TestUpdatesAndReplacesObeyUniqueIndexes(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, engine document.Engine) {
		compound := document.Index{Name: "pair", Keys: []document.Key{{Field: "owner"}, {Field: "n", Desc: true}}, Unique: true}
		c := ensure(t, engine, compound)
		insert(t, c, item{ID: "a", Owner: "x", N: 1}, item{ID: "b", Owner: "x", N: 2}, item{ID: "c", Owner: "y", N: 1})
		_, err := c.Update(t.Context(), d{e("_id", "a")}, op("$set", d{e("n", int64(2))}))
		if got := duplicateOf(err); got != "items.pair" {
			t.Errorf("update: %s", got)
		}
		if got := duplicateOf(c.Replace(t.Context(), "c", 0, item{ID: "c", Owner: "x", N: 1.0})); got != "items.pair" {
			t.Errorf("replace: %s", got)
		}
		if err := c.Replace(t.Context(), "c", 0, item{ID: "c", Owner: "x", N: 3}); err != nil {
			t.Errorf("replace to a free key: %v", err)
		}
		if _, err := c.Delete(t.Context(), d{e("_id", "b")}); err != nil {
			t.Fatal(err)
		}
		insert(t, c, item{ID: "b2", Owner: "x", N: 2}, item{ID: "c2", Owner: "y", N: 1})
	})
}

func TestTwoArraysDoNotShareAnIndex(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, engine document.Engine) {
		notOnSecantus(t, engine, "takes parallel arrays")
		c := ensure(t, engine, document.Index{Name: "both", Keys: asc("tags", "slot.cells")})
		if err := c.Insert(t.Context(), item{ID: "a", Tags: []string{"x"}, Slot: &slot{Cells: []string{"y"}}}); err == nil {
			t.Error("parallel arrays were taken")
		}
		insert(t, c, item{ID: "b", Tags: []string{"x"}})
	})
}

func TestEnsureLeavesAloneWhatIsThere(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, engine document.Engine) {
		c := ensure(t, engine, uniqueOwner(), claimedCells())
		insert(t, c, item{ID: "a", Owner: "x"}, item{ID: "b", Owner: "y", N: 1}, item{ID: "c", Owner: "z", N: 1})
		losers := race(t, func(int) error {
			return engine.Ensure(t.Context(), []document.Declaration{{Collection: "items", Indexes: []document.Index{
				uniqueOwner(), claimedCells(), {Name: "later", Keys: desc("n")},
			}}, {Collection: "others"}})
		})
		if len(losers) > 0 {
			t.Fatalf("servers starting together: %v", losers[0])
		}
		same(t, "through the later index", ids(t, c, document.Query{Filter: d{e("n", 1)}, Sort: asc("_id")}), []string{"b", "c"})
		changed := uniqueOwner()
		changed.Keys = desc("owner")
		err := engine.Ensure(t.Context(), []document.Declaration{{Collection: "items", Indexes: []document.Index{changed}}})
		if !errors.Is(err, document.ErrIndex) {
			t.Errorf("another definition under a known name: %v", err)
		}
		clash := document.Index{Name: "clash", Keys: asc("n"), Unique: true}
		err = engine.Ensure(t.Context(), []document.Declaration{{Collection: "items", Indexes: []document.Index{clash}}})
		if got := duplicateOf(err); got != "items.clash" {
			t.Errorf("a unique index over equal values: %s", got)
		}
		if got := duplicateOf(c.Insert(t.Context(), item{ID: "e", Owner: "x"})); got != "items.owner" {
			t.Errorf("after all that: %s", got)
		}
	})
}

func TestEnsureRefusesWhatNotBothKeep(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, engine document.Engine) {
		for _, x := range []document.Index{
			{Keys: asc("n")}, {Name: "_id_", Keys: asc("n")}, {Name: "x"}, {Name: "x", Keys: asc("a.0")}, {Name: "x", Keys: asc("$a")},
			{Name: "x", Keys: asc("a", "b"), Expire: time.Hour}, {Name: "x", Keys: asc("a"), Expire: 1500 * time.Millisecond},
			{Name: "x", Keys: asc("a"), Partial: d{e("b", op("$exists", false))}}, {Name: "x", Keys: asc("a"), Partial: d{e("b", bson.A{})}},
		} {
			err := engine.Ensure(t.Context(), []document.Declaration{{Collection: "items", Indexes: []document.Index{x}}})
			if !errors.Is(err, document.ErrIndex) {
				t.Errorf("%+v: %v", x, err)
			}
		}
	})
}

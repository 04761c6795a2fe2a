package testkit

import (
	"testing"
	"time"

	"pugongying/internal/store/document"
)

func TestTheClockMovesOnlyWhenTold(t *testing.T) {
	c := NewClock()
	if !c.Now().Equal(Start) || !c.Now().Equal(c.Now()) {
		t.Fatalf("a new clock shows %s", c.Now())
	}
	c.Advance(time.Hour)
	if got := c.Now().Sub(Start); got != time.Hour {
		t.Fatalf("after an hour it is %s later", got)
	}
	c.Set(Start)
	if !c.Now().Equal(Start) {
		t.Fatal("Set did not move it")
	}
}

func TestIDsAreTheSameAtEveryRun(t *testing.T) {
	a, b, seen := IDs(), IDs(), map[string]bool{}
	for range 1000 {
		id := a()
		if id != b() || len(id) != 26 || seen[id] {
			t.Fatalf("id %q", id)
		}
		seen[id] = true
	}
}

func TestEnginesServe(t *testing.T) {
	Engines(t, func(t *testing.T, e document.Engine) {
		t.Log(e.Describe())
		if err := e.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

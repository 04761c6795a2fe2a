package testkit

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pugongying/internal/store/document"
)

func TestTheClockMovesOnlyByHand(t *testing.T) {
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

// deaf counts errors and does not fail the test.
type deaf struct {
	testing.TB
	errors int
}

func (*deaf) Helper()                 {}
func (d *deaf) Errorf(string, ...any) { d.errors++ }

func TestWithin(t *testing.T) {
	for name, c := range map[string]struct {
		turns         []time.Duration
		taken, errors int
	}{
		"quick at once":          {[]time.Duration{0}, 1, 0},
		"quick after two delays": {[]time.Duration{30 * time.Millisecond, 30 * time.Millisecond, 0}, 3, 0},
		"never quick":            {[]time.Duration{30 * time.Millisecond, 40 * time.Millisecond, 50 * time.Millisecond, 0}, 3, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			d, taken := &deaf{TB: t}, 0
			best := Within(d, 10*time.Millisecond, func() {
				time.Sleep(c.turns[taken])
				taken++
			})
			if Racing {
				c.taken, c.errors = 1, 0
			}
			if taken != c.taken || d.errors != c.errors || best < slices.Min(c.turns[:taken]) {
				t.Errorf("%s: %d turns, the best %v, %d errors", name, taken, best, d.errors)
			}
		})
	}
}

package publish

import (
	"errors"
	"fmt"
	"testing"
)

func TestANumberIsCountedAgainAfterEveryChange(t *testing.T) {
	var c counts
	stored, asked := int64(3), 0
	ask := func(generation int64, l Listing) int64 {
		t.Helper()
		n, err := c.of(generation, l, func() (int64, error) { asked++; return stored, nil })
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	live, drafts := Listing{Filter: Filter{Tab: TabLive}}, Listing{Filter: Filter{Tab: TabDraft}}
	ask(1, live)
	stored = 4 // no change without a generation: only a test can do this
	if n := ask(1, live); n != 3 || asked != 1 {
		t.Errorf("%d after %d counts", n, asked)
	}
	if n := ask(1, drafts); n != 4 {
		t.Errorf("another list has %d", n)
	}
	if n := ask(1, Listing{Filter: live.Filter, Within: "150424000000"}); n != 4 {
		t.Errorf("another region has %d", n)
	}
	if n := ask(2, live); n != 4 {
		t.Errorf("after a change: %d", n)
	}
	stored = 5
	if n := ask(1, live); n != 5 {
		t.Errorf("whoever read the generation before: %d", n)
	}
	if n := ask(2, live); n != 4 {
		t.Errorf("an older answer took the place of a newer one: %d", n)
	}
	waiting := Listing{Turns: []Turn{{}}}
	if ask(2, waiting); ask(2, waiting) != 5 {
		t.Error("what waits for a turn is not counted anew")
	}
}

func TestNumbersAreBoundedAndFailuresForgotten(t *testing.T) {
	var c counts
	for i := range 3 * mostCounts {
		if _, err := c.of(1, Listing{Filter: Filter{Title: fmt.Sprint(i)}}, func() (int64, error) { return 1, nil }); err != nil {
			t.Fatal(err)
		}
	}
	if len(c.known) > mostCounts {
		t.Errorf("%d numbers are remembered", len(c.known))
	}
	down := errors.New("down")
	if _, err := c.of(2, Listing{}, func() (int64, error) { return 0, down }); !errors.Is(err, down) {
		t.Error(err)
	}
	if n, err := c.of(2, Listing{}, func() (int64, error) { return 7, nil }); n != 7 || err != nil {
		t.Error(n, err)
	}
}

package store_test

import (
	"testing"
	"time"

	"pugongying/internal/clock"
	"pugongying/internal/store"
	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
)

func TestTheAnchorOfTimeOnlyAdvancesUnlessItIsReset(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e document.Engine) {
		if err := e.Ensure(t.Context(), store.Declarations()); err != nil {
			t.Fatal(err)
		}
		s := store.NewClock(e)
		at := func(hour int, boot string) clock.Anchor {
			return clock.Anchor{At: testkit.Start.Add(time.Duration(hour) * time.Hour), Boot: boot, Uptime: time.Duration(hour)}
		}
		for _, step := range []struct {
			put          func(clock.Anchor) error
			anchor, want clock.Anchor
		}{
			{func(clock.Anchor) error { return nil }, clock.Anchor{}, clock.Anchor{}},
			{func(m clock.Anchor) error { return s.Advance(t.Context(), m) }, at(2, "a"), at(2, "a")},
			{func(m clock.Anchor) error { return s.Advance(t.Context(), m) }, at(1, "b"), at(2, "a")},
			{func(m clock.Anchor) error { return s.Advance(t.Context(), m) }, at(3, "b"), at(3, "b")},
			{func(m clock.Anchor) error { return s.Reset(t.Context(), m) }, at(1, "c"), at(1, "c")},
		} {
			if err := step.put(step.anchor); err != nil {
				t.Fatal(err)
			}
			if got, err := s.Anchor(t.Context()); got != step.want || err != nil {
				t.Errorf("%+v, %v, want %+v", got, err, step.want)
			}
		}
	})
}

package quiz

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func pool(concepts ...int) []*Question {
	all := []*Question{}
	for c, n := range concepts {
		for i := range n {
			all = append(all, &Question{ID: fmt.Sprintf("c%dq%d", c, i), Concept: fmt.Sprint("c", c)})
		}
	}
	return all
}

func TestDrawIsBalancedAndNeverRepeats(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sizes := rapid.SliceOfN(rapid.IntRange(1, 9), 1, 8).Draw(t, "concepts")
		from := pool(sizes...)
		count := rapid.IntRange(1, 30).Draw(t, "count")
		drawn := draw(from, count, seen{}, seeded(rapid.Uint64().Draw(t, "seed")))
		if len(drawn) != min(count, len(from)) {
			t.Fatalf("drew %d of %d, asked for %d", len(drawn), len(from), count)
		}
		per, ids := map[string]int{}, map[string]bool{}
		for _, q := range drawn {
			if ids[q.ID] {
				t.Fatalf("%s drawn twice", q.ID)
			}
			ids[q.ID] = true
			per[q.Concept]++
		}
		for c, size := range sizes {
			mine := per[fmt.Sprint("c", c)]
			for _, other := range per {
				if mine < size && other > mine+1 {
					t.Fatalf("concept %d gave %d of its %d, another %d", c, mine, size, other)
				}
			}
		}
	})
}

// today makes a seen in which these questions were shown today, each a second after the one before.
func today(ids ...string) seen {
	s := seen{last: map[string]time.Time{}, today: time.Date(2026, 11, 22, 16, 0, 0, 0, time.UTC)}
	for i, id := range ids {
		s.last[id] = s.today.Add(time.Duration(i) * time.Second)
	}
	return s
}

func TestAConceptsQuestionsTakeTurns(t *testing.T) {
	shown := today("c0q3", "c0q0", "c0q1", "c0q4")
	for seed := range uint64(20) {
		group := pool(5)
		shown.turns(group, seeded(seed))
		order := ""
		for _, q := range group {
			order += q.ID[3:]
		}
		if order != "23014" {
			t.Fatalf("seed %d: turns %s, want the one never shown, then the one shown longest ago", seed, order)
		}
	}
	yesterday := shown
	yesterday.today = shown.today.Add(24 * time.Hour)
	met := map[string]bool{}
	for seed := range uint64(50) {
		met[draw(pool(5, 1), 1, yesterday, seeded(seed))[0].ID] = true
	}
	if len(met) != 2 || !met["c0q2"] || !met["c1q0"] {
		t.Errorf("what was shown yesterday puts a concept last or out of turn: drew %v", met)
	}
}

func TestDrawPrefersWhatWasNotSeen(t *testing.T) {
	from := pool(2, 2, 2, 2, 2, 2, 2)
	shown := today("c0q0", "c1q1", "c2q0", "c2q1")
	for seed := range uint64(50) {
		five := draw(from, 4, shown, seeded(seed))
		for _, q := range five {
			if q.Concept <= "c2" {
				t.Fatalf("seed %d: %s of a seen concept while others were free", seed, q.ID)
			}
		}
		for _, q := range draw(from, 7, shown, seeded(seed)) {
			if shown.isToday(q) && q.Concept != "c2" {
				t.Fatalf("seed %d: %s again while its concept had a fresh one", seed, q.ID)
			}
		}
	}
}

func TestDrawLeavesThePoolAlone(t *testing.T) {
	from := pool(3, 3)
	before := slices.Clone(from)
	draw(from, 4, today("c0q0"), seeded(3))
	if !slices.Equal(from, before) {
		t.Fatal("draw reordered the bank's own list")
	}
}

func TestOptionsAreShuffledButTrueBeforeFalse(t *testing.T) {
	four := &Question{Kind: Single, Options: []Option{{ID: "a"}, {ID: "b"}, {ID: "c"}, {ID: "d"}}}
	two := &Question{Kind: TrueFalse, Options: []Option{{ID: "t"}, {ID: "f"}}}
	orders, random := map[string]int{}, seeded(5)
	for range 2400 {
		orders[fmt.Sprint(shuffleOptions(four, random))]++
		if got := shuffleOptions(two, random); !slices.Equal(got, []string{"t", "f"}) {
			t.Fatalf("true/false shown as %v", got)
		}
	}
	if len(orders) != 24 {
		t.Fatalf("%d of 24 orders seen", len(orders))
	}
	for order, n := range orders {
		if math.Abs(float64(n)-100) > 50 { // five standard deviations
			t.Errorf("%s came %d times in 2400, about 100 expected", order, n)
		}
	}
}

func TestRandomIsUniform(t *testing.T) {
	counts := make([]int, 7)
	for range 7000 {
		counts[Random(len(counts))]++
	}
	for v, n := range counts {
		if n < 850 || n > 1150 {
			t.Errorf("%d came %d times in 7000, about 1000 expected", v, n)
		}
	}
	if Random(1) != 0 {
		t.Error("Random(1) is not 0")
	}
}

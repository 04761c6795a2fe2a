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

// bankOf is a snapshot of so many concepts with three questions each.
func bankOf(concepts int) *snapshot {
	s := newSnapshot(1, 1, nil)
	for c := range concepts {
		for i := range 3 {
			id := fmt.Sprintf("c%05dq%d", c, i)
			s.readQuestions[id] = readQuestion{question: &Question{ID: id, Concept: fmt.Sprintf("c%05d", c)}}
		}
	}
	if err := s.index(); err != nil {
		panic(err)
	}
	return s
}

func TestFreshDrawsAsDrawDoes(t *testing.T) {
	live := bankOf(40)
	shown := today("c00000q0", "c00001q0", "c00001q1")
	shown.last["c00002q0"], shown.last["c00002q1"] = shown.today.Add(-time.Hour), shown.today.Add(-time.Hour) // yesterday
	met := map[string]int{}
	const rounds = 4000
	for seed := range uint64(rounds) {
		drawn, enough := live.fresh(5, map[string]bool{"c00003": true}, shown, seeded(seed))
		if !enough || len(drawn) != 5 {
			t.Fatalf("seed %d: %d drawn, %v", seed, len(drawn), enough)
		}
		for _, q := range drawn {
			if q.Concept == "c00000" || q.Concept == "c00001" || q.Concept == "c00003" {
				t.Fatalf("seed %d: %s, whose concept is due or was shown today", seed, q.ID)
			}
			if q.ID == "c00002q0" || q.ID == "c00002q1" {
				t.Fatalf("seed %d: %s again while its concept has one never shown", seed, q.ID)
			}
			met[q.Concept]++
		}
	}
	// Each of 37 concepts is drawn about rounds·5/37 times; 4.5 standard deviations either way.
	want := float64(rounds) * 5 / 37
	for c, n := range met {
		if math.Abs(float64(n)-want) > 4.5*math.Sqrt(want) {
			t.Errorf("%s is drawn %d times of about %.0f", c, n, want)
		}
	}
	if len(met) != 37 {
		t.Errorf("%d of 37 concepts are ever drawn", len(met))
	}
	if _, enough := bankOf(13).fresh(5, map[string]bool{"c00003": true}, shown, seeded(1)); enough {
		t.Error("a small bank is not left to draw")
	}
}

func TestNextIsTheFirstInTurn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		group := pool(rapid.IntRange(1, 6).Draw(t, "size"))
		shown := today(rapid.SliceOfN(rapid.SampledFrom([]string{"c0q0", "c0q1", "c0q2", "c0q3", "c0q4", "c0q5"}), 0, 6).Draw(t, "shown")...)
		q := shown.next(group, seeded(rapid.Uint64().Draw(t, "seed")))
		for _, other := range group {
			if shown.last[other.ID].Before(shown.last[q.ID]) {
				t.Fatalf("%s before %s, which was shown longer ago", q.ID, other.ID)
			}
		}
	})
}

// TestADailyPaperCostsTheSameInALargeBank counts what drawing allocates at 1 ×, 10 × and 100 ×; the control is what it did
// before, a copy of the whole bank in groups.
func TestADailyPaperCostsTheSameInALargeBank(t *testing.T) {
	cost := func(concepts int, draws func(live *snapshot)) float64 {
		live := bankOf(concepts)
		return testing.AllocsPerRun(20, func() { draws(live) })
	}
	random := seeded(7)
	var fresh, whole []float64
	for _, concepts := range []int{50, 500, 5000} {
		fresh = append(fresh, cost(concepts, func(live *snapshot) { live.fresh(5, map[string]bool{}, seen{}, random) }))
		whole = append(whole, cost(concepts, func(live *snapshot) { draw(slices.Clone(live.all), 5, seen{}, random) }))
	}
	t.Logf("allocations of a draw from 150, 1,500, 15,000 questions: %v; of the whole bank %v", fresh, whole)
	if fresh[2] > fresh[0]+2 || whole[2] < 20*whole[0] {
		t.Errorf("%v, whole %v", fresh, whole)
	}
}

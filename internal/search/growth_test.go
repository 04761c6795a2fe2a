package search

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"pugongying/internal/testkit"
)

// quickest is the least time a question takes in some tries.
func (r *rig) quickest(text string) time.Duration {
	r.t.Helper()
	best := time.Hour
	for range 15 {
		began := time.Now()
		if _, err := r.Search(context.Background(), Query{Text: text, Limit: 20}); err != nil {
			r.t.Fatal(err)
		}
		best = min(best, time.Since(began))
	}
	return best
}

// TestACommonWordCostsNoMoreInALargerLibrary asks for a word that every document has, and for one that only few of them
// have together with it, at 1 ×, 10 × and 100 ×. What the bound leaves out is the tail of a common word alone.
func TestACommonWordCostsNoMoreInALargerLibrary(t *testing.T) {
	const most = 200
	took := map[bool][]time.Duration{}
	for _, n := range []int{200, 2000, 20_000} {
		r, _ := newGrouped(t, n) // 风筝0飞过屋顶, 风筝1飞过屋顶 …
		for _, bounded := range []bool{true, false} {
			r.current.most = mostLooked * 10
			if bounded {
				r.current.most = most
			}
			took[bounded] = append(took[bounded], r.quickest("飞过屋顶"))
			if got := r.found(fmt.Sprintf("风筝%d", n-1), ""); len(got) == 0 || got[0] != fmt.Sprintf("s%05d", n-1) {
				t.Errorf("%d documents, bounded %v: the one with a rare word is not first: %v", n, bounded, got)
			}
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
	ratio := func(times []time.Duration) float64 { return float64(times[2]) / float64(times[0]) }
	t.Logf("a common word at 1 ×, 10 ×, 100 ×: %v (× %.1f); unbounded %v (× %.1f)", took[true], ratio(took[true]), took[false], ratio(took[false]))
	if !testkit.Racing && (ratio(took[true]) > 8 || ratio(took[false]) < 2*ratio(took[true])) {
		t.Errorf("bounded × %.1f, unbounded × %.1f", ratio(took[true]), ratio(took[false]))
	}
}

// TestARareTermIsLookedUpFirst: the documents of a word whose first characters are common are all found.
func TestARareTermIsLookedUpFirst(t *testing.T) {
	r, g := newGrouped(t, 500)
	for i := range 3 {
		g.set(fmt.Sprintf("z%d", i), "屋顶灯笼")
	}
	r.follow()
	want := []string{"z0", "z1", "z2"}
	for _, most := range []int{mostLooked, 10} {
		r.current.most = most
		if got := r.found("屋顶灯笼", ""); !slices.Equal(got[:min(3, len(got))], want) {
			t.Errorf("at most %d: %v", most, got)
		}
	}
}

package testkit

import (
	"testing"
	"time"
)

// Within does the work up to three times, until a run takes no longer than limit, and fails t when none does; it returns
// the shortest. A machine that is busy elsewhere lengthens a run and never shortens one. Under the race detector, whose
// times no user waits for, the work is done once and the limit does not apply.
func Within(t testing.TB, limit time.Duration, work func()) time.Duration {
	t.Helper()
	best := time.Duration(-1)
	for range 3 {
		start := time.Now()
		work()
		if took := time.Since(start); best < 0 || took < best {
			best = took
		}
		if Racing || best <= limit {
			return best
		}
	}
	t.Errorf("three turns of it took %v and longer, %v are allowed", best, limit)
	return best
}

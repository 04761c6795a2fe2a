package cache

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"pugongying/internal/testkit"
)

func TestTheLocalLimitDecidesAsRedisDoes(t *testing.T) {
	now := testkit.NewClock()
	c := scripted(t, time.Now)
	c.now = now.Now // minutes pass between two ticks here; the engine itself keeps to the wall clock
	limiter, local, rate := c.Limiter(), newLocalLimits(10), Rate{Per: 250 * time.Millisecond, Burst: 4}
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 2000 {
		now.Advance(time.Duration(random.IntN(400)) * time.Millisecond)
		want, wantWait, err := limiter.Allow(t.Context(), "k", rate)
		if err != nil {
			t.Fatal(err)
		}
		got, wait := local.allow("k", rate, now.Now())
		if got != want || wait != wantWait {
			t.Fatalf("act %d: local = %v, %v, want %v, %v", i, got, wait, want, wantWait)
		}
	}
}

func TestAFloodOfKeysResetsNobody(t *testing.T) {
	now := testkit.NewClock()
	local, rate := newLocalLimits(100), Rate{Per: time.Minute, Burst: 3}
	for range 3 {
		local.allow("victim of guessing", rate, now.Now())
	}
	strangers := 0
	for i := range 10_000 {
		if ok, _ := local.allow(fmt.Sprint(i), rate, now.Now()); ok {
			strangers++
		}
	}
	if ok, _ := local.allow("victim of guessing", rate, now.Now()); ok {
		t.Fatal("a flood of other keys reset the count")
	}
	if len(local.arrivals) != 101 || strangers != 99+3 {
		t.Fatalf("%d keys kept, %d strangers allowed, want 100, the shared one, and 102", len(local.arrivals), strangers)
	}
	now.Advance(3 * time.Minute)
	for i := range 100 {
		if ok, _ := local.allow(fmt.Sprint("new", i), rate, now.Now()); !ok {
			t.Fatalf("new key %d was refused though the old ones had filled up again", i)
		}
	}
}

func TestTwoRatesOfOneKeyAreTwoLimits(t *testing.T) {
	now, local := testkit.NewClock(), newLocalLimits(10)
	if ok, _ := local.allow("k", Rate{time.Minute, 1}, now.Now()); !ok {
		t.Fatal("refused")
	}
	if ok, wait := local.allow("k", Rate{time.Minute, 1}, now.Now()); ok || wait != time.Minute {
		t.Fatalf("allow = %v, %v, want a minute's wait", ok, wait)
	}
	if ok, _ := local.allow("k", Rate{time.Second, 1}, now.Now()); !ok {
		t.Fatal("another rate shares the count")
	}
}

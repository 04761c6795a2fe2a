package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// leaseFor is how long a lease is with the default poll.
const leaseFor = lapsedAfter * pollEvery

// wall is a wall clock that tests set; the ticker of a loop runs on beside it, as a monotonic clock does.
type wall struct{ ahead atomic.Int64 }

func (w *wall) now() time.Time       { return time.Now().Add(time.Duration(w.ahead.Load())) }
func (w *wall) step(d time.Duration) { w.ahead.Add(int64(d)) }

// diary writes down what was done.
type diary struct {
	mu   sync.Mutex
	done []string
}

func (d *diary) add(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.done = append(d.done, id)
}

func (d *diary) all() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.done)
}

func worker(name string, s Store, do func(context.Context, string) error, now func() time.Time) *Worker {
	return &Worker{Name: name, Kinds: []Kind{{Name: "k", Store: s, Do: do}}, Now: now, Log: slog.New(slog.DiscardHandler)}
}

// running starts workers in the bubble and gives what stops one.
func running(t *testing.T, w *Worker) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { w.Run(ctx); close(ended) }()
	return func() { cancel(); <-ended }
}

func TestWorkDoesWhatIsDueOldestFirstAndNoMore(t *testing.T) {
	s, d := newMemory(), &diary{}
	for i := range 3*batch + 1 {
		s.due[fmt.Sprintf("%03d", i)] = &Due{At: start.Add(time.Duration(i) * time.Second)}
	}
	s.due["later"] = &Due{At: start.Add(time.Hour)}
	w := worker("w", s, func(_ context.Context, id string) error { d.add(id); return nil }, func() time.Time { return start.Add(time.Minute * 10) })
	w.Kinds[0].Ahead = 2 * time.Hour
	if err := w.Work(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := d.all(); len(got) != 3*batch+1 || !slices.IsSorted(got) || s.left() != 1 {
		t.Errorf("did %d, %d left: %v", len(got), s.left(), got)
	}
}

func TestAFailureIsTriedAgainLaterWithItsReasonAndHoldsUpNobody(t *testing.T) {
	for name, c := range map[string]struct {
		fail   func() error
		reason string
	}{
		"an error":   {func() error { return errors.New("her phone is 13800138000") }, ReasonFailed},
		"a panic":    {func() error { panic("her phone is 13800138000") }, ReasonPanic},
		"a time-out": {func() error { return fmt.Errorf("x: %w", context.DeadlineExceeded) }, ReasonTimeout},
		"a fault":    {func() error { return errBroken }, "store.broken"},
	} {
		synctest.Test(t, func(t *testing.T) {
			s, d := newMemory("bad", "good"), &diary{}
			for _, due := range s.due {
				due.At = time.Now()
			}
			began, waited := time.Now(), []time.Duration{}
			w := worker("w", s, func(_ context.Context, id string) error {
				if id == "bad" && len(waited) < 4 {
					waited = append(waited, time.Since(began))
					return c.fail()
				}
				d.add(id)
				return nil
			}, time.Now)
			w.Reason = func(err error) string {
				if errors.Is(err, errBroken) {
					return "store.broken"
				}
				return ""
			}
			stop := running(t, w)
			time.Sleep(time.Second)
			if got := s.get("bad"); got.Reason != c.reason || got.Tries != 1 || got.Holder != "" {
				t.Errorf("%s: %+v", name, got)
			}
			if !reflect.DeepEqual(d.all(), []string{"good"}) {
				t.Errorf("%s: did %v beside a failing job", name, d.all())
			}
			time.Sleep(10 * time.Minute)
			stop()
			want := []time.Duration{0, 30 * time.Second, 90 * time.Second, 210 * time.Second}
			if !reflect.DeepEqual(waited, want) || s.left() != 0 {
				t.Errorf("%s: tried after %v, %d left", name, waited, s.left())
			}
		})
	}
}

func TestWhatFailsAgainAndAgainIsStuckAndTriedOnceADay(t *testing.T) {
	p := worker("w", newMemory(), nil, func() time.Time { return start }).poller(Kind{})
	for tries, want := range map[int]time.Duration{1: retryFirst, 2: 2 * retryFirst, 8: retryLongest, stuckAfter - 1: retryLongest, stuckAfter: retryStuck, 1 << 30: retryStuck} {
		f := p.failure(errBroken, tries)
		if f.At.Sub(start) != want || f.Stuck != (tries >= stuckAfter) {
			t.Errorf("after %d failures: %+v", tries, f)
		}
	}
}

func TestTwoWorkersDoEachJobOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, d := newMemory(), &diary{}
		for i := range 200 {
			s.due[fmt.Sprint(i)] = &Due{At: time.Now()}
		}
		do := func(_ context.Context, id string) error { time.Sleep(time.Millisecond); d.add(id); return nil }
		a, b := running(t, worker("a", s, do, time.Now)), running(t, worker("b", s, do, time.Now))
		time.Sleep(5 * time.Second)
		a()
		b()
		got := d.all()
		slices.Sort(got)
		if len(got) != 200 || len(slices.Compact(got)) != 200 || s.left() != 0 {
			t.Errorf("did %d, %d left", len(d.all()), s.left())
		}
	})
}

func TestALongJobKeepsItsLeaseAndADeadWorkersLapses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, d := newMemory(), &diary{}
		s.due["long"] = &Due{At: time.Now()}
		s.due["orphan"] = &Due{Holder: "dead", Until: time.Now().Add(72 * time.Hour)} // its clock was three days ahead
		do := func(_ context.Context, id string) error {
			d.add(id)
			if id == "long" {
				time.Sleep(10 * leaseFor)
			}
			return nil
		}
		a := running(t, worker("a", s, do, time.Now))
		time.Sleep(time.Millisecond)
		b := running(t, worker("b", s, do, time.Now))
		time.Sleep(leaseFor - 2*time.Second)
		if got := d.all(); !reflect.DeepEqual(got, []string{"long"}) {
			t.Errorf("before any lease could lapse: %v", got)
		}
		time.Sleep(12 * leaseFor)
		a()
		b()
		if got := d.all(); !reflect.DeepEqual(got, []string{"long", "orphan"}) || s.left() != 0 {
			t.Errorf("did %v, %d left", got, s.left())
		}
	})
}

func TestAWorkerThatIsAloneTakesOverAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, d := newMemory(), &diary{}
		s.due["orphan"] = &Due{Holder: "dead", Until: time.Now()}
		w := worker("w", s, func(_ context.Context, id string) error { d.add(id); return nil }, time.Now)
		w.Alone = true
		stop := running(t, w)
		time.Sleep(time.Second / 2)
		stop()
		if s.left() != 0 {
			t.Error("the lease of a process that ended was waited for")
		}
	})
}

func TestALostLeaseEndsTheWorkAndLeavesTheJobToItsNewHolder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newMemory()
		s.due["x"] = &Due{At: time.Now()}
		var why error
		stop := running(t, worker("a", s, func(ctx context.Context, _ string) error {
			<-ctx.Done()
			why = context.Cause(ctx)
			return nil
		}, time.Now))
		time.Sleep(time.Second)
		other := Lease{"x", "b", time.Now().Add(time.Hour)}
		s.mu.Lock()
		s.due["x"].Holder, s.due["x"].Until = other.Holder, other.Until
		s.mu.Unlock()
		time.Sleep(leaseFor / 2)
		stop()
		if got := s.get("x"); got.Holder != "b" || !errors.Is(why, errLost) {
			t.Errorf("left %+v, ended because of %v", got, why)
		}
	})
}

func TestAWorkerThatCannotRenewForAWholeLeaseStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newMemory()
		s.due["x"] = &Due{At: time.Now()}
		var lasted time.Duration
		stop := running(t, worker("a", s, func(ctx context.Context, _ string) error {
			began := time.Now()
			s.mu.Lock()
			s.broken = 100
			s.mu.Unlock()
			<-ctx.Done()
			lasted = time.Since(began)
			return nil
		}, time.Now))
		time.Sleep(3 * leaseFor)
		stop()
		if lasted < leaseFor || lasted > 2*leaseFor {
			t.Errorf("worked on for %v without a lease", lasted)
		}
	})
}

func TestStoppingGivesTheJobBackAtOnceAndCountsNoFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newMemory()
		s.due["x"] = &Due{At: time.Now()}
		stop := running(t, worker("a", s, func(ctx context.Context, _ string) error { <-ctx.Done(); return ctx.Err() }, time.Now))
		time.Sleep(time.Second / 2)
		stop()
		if got := s.get("x"); got.Holder != "" || got.Tries != 0 || got.At.After(time.Now()) {
			t.Errorf("left %+v", got)
		}
	})
}

// A clock that jumps forwards makes retries come early, once; set back, it leaves nothing waiting for the lost hours.
func TestClockStepsNeitherStormNorStarve(t *testing.T) {
	for _, step := range []time.Duration{-5 * time.Hour, 5 * time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			s, d, clock := newMemory(), &diary{}, &wall{}
			note := func(_ context.Context, id string) error {
				d.add(id)
				if id == "failing" {
					return errBroken
				}
				return nil
			}
			s.due["failing"] = &Due{At: clock.now()}
			s.due["late"] = &Due{At: clock.now().Add(time.Minute), Tries: 1}
			w := worker("a", s, note, clock.now)
			w.Kinds = append(w.Kinds, Kind{Name: "scheduled", Ahead: 48 * time.Hour, Store: scheduledTomorrow(), Do: note})
			stop := running(t, w)
			time.Sleep(5 * time.Second)
			s.mu.Lock()
			s.due["fresh"] = &Due{At: clock.now().Add(time.Second)}
			s.mu.Unlock()
			clock.step(step)
			time.Sleep(90 * time.Second)
			stop()
			count := map[string]int{}
			for _, id := range d.all() {
				count[id]++
			}
			if count["fresh"] != 1 || count["late"] != 1 || count["failing"] > 4 || count["failing"] < 3 {
				t.Errorf("%v: %v", step, count)
			}
			if count["tomorrow"] != 0 {
				t.Errorf("%v: what is planned for tomorrow was done", step)
			}
		})
	}
}

func TestAClockAheadTakesNoLeaseFromAWorkerThatRenews(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, d, clock := newMemory(), &diary{}, &wall{}
		s.due["long"] = &Due{At: time.Now()}
		do := func(_ context.Context, id string) error { d.add(id); time.Sleep(5 * leaseFor); return nil }
		right := running(t, worker("right", s, do, time.Now))
		time.Sleep(time.Millisecond)
		clock.step(5 * time.Hour)
		ahead := running(t, worker("ahead", s, do, clock.now))
		time.Sleep(6 * leaseFor)
		right()
		ahead()
		if len(d.all()) != 1 || s.left() != 0 {
			t.Errorf("done %d times, %d left", len(d.all()), s.left())
		}
	})
}

func scheduledTomorrow() *memory {
	s := newMemory()
	s.due["tomorrow"] = &Due{At: time.Now().Add(20 * time.Hour)}
	return s
}

func TestABrokenStoreEndsNoWorker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, d := newMemory(), &diary{}
		s.due["x"], s.broken = &Due{At: time.Now()}, 20
		stop := running(t, worker("a", s, func(_ context.Context, id string) error { d.add(id); return nil }, time.Now))
		time.Sleep(time.Minute)
		stop()
		if len(d.all()) != 1 || s.left() != 0 {
			t.Errorf("did %v, %d left", d.all(), s.left())
		}
	})
}

func TestAnIdleWorkerWritesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newMemory()
		stop := running(t, worker("a", s, nil, time.Now))
		time.Sleep(10 * time.Minute)
		stop()
		if s.writes != 0 {
			t.Errorf("%d writes", s.writes)
		}
	})
}

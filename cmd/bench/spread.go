package main

import (
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// series is the turns of one contender.
type series struct{ rates, p99, work []float64 }

func (s *series) add(t tally) {
	s.rates, s.p99, s.work = append(s.rates, t.rate()), append(s.p99, percentile99(t.calls)), append(s.work, t.each())
}

// tally is how long calls took, one by one and all together, and how long this process worked meanwhile.
type tally struct {
	calls  []time.Duration
	whole  time.Duration
	worked time.Duration
}

// each is the processor time of one call in µs. A busy machine changes it least of all.
func (t tally) each() float64 {
	return float64(t.worked.Nanoseconds()) / 1000 / float64(max(len(t.calls), 1))
}

// worked is the processor time this process has had so far; 0 where the system does not say.
func worked() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

func (t tally) rate() float64 { return float64(len(t.calls)) / t.whole.Seconds() }

// spread makes n calls from as many clients at once; the first failure ends it.
func spread(clients, n int, call func(i int) error) (tally, error) {
	var next atomic.Int64
	var wg sync.WaitGroup
	var failed atomic.Pointer[error]
	t := tally{calls: make([]time.Duration, n)}
	begun, before := time.Now(), worked()
	for range clients {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && failed.Load() == nil; i = int(next.Add(1)) - 1 {
				start := time.Now()
				if err := call(i); err != nil {
					failed.CompareAndSwap(nil, &err)
				}
				t.calls[i] = time.Since(start)
			}
		})
	}
	wg.Wait()
	t.whole, t.worked = time.Since(begun), worked()-before
	if err := failed.Load(); err != nil {
		return t, *err
	}
	return t, nil
}

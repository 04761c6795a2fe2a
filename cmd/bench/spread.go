package main

import (
	"sync"
	"sync/atomic"
	"time"
)

// series is the turns of one contender.
type series struct{ rates, p99 []float64 }

func (s *series) add(t tally) {
	s.rates, s.p99 = append(s.rates, t.rate()), append(s.p99, percentile99(t.calls))
}

// tally is how long calls took, one by one and all together.
type tally struct {
	calls []time.Duration
	whole time.Duration
}

func (t tally) rate() float64 { return float64(len(t.calls)) / t.whole.Seconds() }

// spread makes n calls from as many clients at once; the first failure ends it.
func spread(clients, n int, call func(i int) error) (tally, error) {
	var next atomic.Int64
	var wg sync.WaitGroup
	var failed atomic.Pointer[error]
	t := tally{calls: make([]time.Duration, n)}
	begun := time.Now()
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
	t.whole = time.Since(begun)
	if err := failed.Load(); err != nil {
		return t, *err
	}
	return t, nil
}

package web

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// TestWorkersAreUsedAgainAndEnd: work that comes one after the other runs on one worker, what comes at once on several, and
// none is left when nothing comes.
func TestWorkersAreUsedAgainAndEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // ends only when every goroutine has
		w := workers{make(chan *job)}
		var done atomic.Int32
		for range 3 {
			w.do(func() { done.Add(1) })
			synctest.Wait()
		}
		var group sync.WaitGroup
		began := time.Now()
		for range 8 {
			group.Go(func() { w.do(func() { time.Sleep(time.Second); done.Add(1) }) })
		}
		group.Wait()
		if done.Load() != 11 || time.Since(began) != time.Second {
			t.Errorf("%d done after %v", done.Load(), time.Since(began))
		}
		time.Sleep(2 * idleWorker)
	})
}

// TestAPanicOfAWorkerIsTheRequests: it is answered as every panic is, with the stack of where it was raised, and the slot
// comes back.
func TestAPanicOfAWorkerIsTheRequests(t *testing.T) {
	r := newRig(t)
	free := r.engine.gate.free
	if w := r.do("POST", "/work", "panic"); w.Code != 500 {
		t.Errorf("%d", w.Code)
	}
	if log := r.log.String(); !strings.Contains(log, "(*rig).work") || strings.Contains(log, "canary-panic") {
		t.Errorf("the log: %s", log)
	}
	if r.engine.gate.free != free {
		t.Errorf("%d slots are free, want %d", r.engine.gate.free, free)
	}
}

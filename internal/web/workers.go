package web

import (
	"runtime/debug"
	"time"
)

// workers are the goroutines on which requests that have a slot do their work. Deep calls grow a goroutine's stack to 16 KiB
// and more, and it stays that large; so only as many grow as there are slots, not one for every open connection.
type workers struct{ jobs chan *job }

// idleWorker is how long a worker waits for the next request before it ends.
const idleWorker = 100 * time.Millisecond

type job struct {
	work func()
	done chan *panicked // nil when the work returned
}

// panicked is a panic of a worker, with its stack.
type panicked struct {
	value any
	stack []byte
}

// do has a worker do the work, and panics with a *panicked where the work panics.
func (w *workers) do(work func()) {
	j := &job{work: work, done: make(chan *panicked, 1)}
	select {
	case w.jobs <- j:
	default:
		go w.loop(j)
	}
	if p := <-j.done; p != nil {
		panic(p)
	}
}

func (w *workers) loop(j *job) {
	timer := time.NewTimer(idleWorker)
	defer timer.Stop()
	for {
		j.run()
		timer.Reset(idleWorker)
		select {
		case j = <-w.jobs:
		case <-timer.C:
			return
		}
	}
}

func (j *job) run() {
	defer func() {
		if v := recover(); v != nil {
			j.done <- &panicked{v, debug.Stack()}
			return
		}
		close(j.done) // also when the goroutine ends in mid-work (runtime.Goexit), as it does in tests
	}()
	j.work()
}

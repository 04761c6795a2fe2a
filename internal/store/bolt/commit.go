package bolt

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"pugongying/internal/store/document"
)

// Group commit: writes that arrive while one batch is being synced to disk make up the next, so that 64 writers share
// one fsync and a lone writer waits for nobody. bbolt's own Batch would make the lone one wait and would run a whole
// batch again for every refused write; here a refusal (ErrStale, a duplicate) is found before anything is changed and
// leaves its batch alone.
const (
	maxBatch  = 1024
	gathering = 400 * time.Microsecond // how long a batch waits for the writers the one before released
	gatherFor = 8                      // pauses of that length at most, while more keep coming
)

// change is one write at work in a transaction that others may share.
type change struct {
	tx    *bbolt.Tx
	dirty bool // it stopped half-way through a document: the transaction must not be kept
	wrote bool // the transaction holds something of it
}

// job is a write waiting for its batch.
type job struct {
	run  func(*change) error
	err  error
	done chan struct{}
}

type committer struct {
	mu     sync.Mutex
	queue  []*job
	closed bool
	wake   chan struct{}
	idle   chan struct{} // closed when the loop has ended
}

func newCommitter() *committer {
	return &committer{wake: make(chan struct{}, 1), idle: make(chan struct{})}
}

// do queues a write and returns when its batch is on disk. The queue being closed is ErrClosed.
func (q *committer) do(run func(*change) error) error {
	j := &job{run: run, done: make(chan struct{})}
	q.mu.Lock()
	if q.closed {
		q.mu.Unlock()
		return ErrClosed
	}
	q.queue = append(q.queue, j)
	q.mu.Unlock()
	q.signal()
	<-j.done
	return j.err
}

func (q *committer) signal() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// close refuses further writes and waits until those accepted are done.
func (q *committer) close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.signal()
	<-q.idle
}

func (q *committer) loop(commit func([]*job)) {
	defer close(q.idle)
	last := 0
	for range q.wake {
		for {
			q.gather(last)
			batch, closed := q.take()
			if len(batch) == 0 && closed {
				return
			}
			if len(batch) == 0 {
				break
			}
			commit(batch)
			for _, j := range batch {
				close(j.done)
			}
			last = len(batch)
		}
	}
}

// gather waits a moment for the writers that the last batch released, as long as more of them keep coming.
func (q *committer) gather(last int) {
	before := -1
	for range gatherFor {
		q.mu.Lock()
		now := len(q.queue)
		q.mu.Unlock()
		if now == 0 || now >= last || now == before {
			return
		}
		before = now
		time.Sleep(gathering)
	}
}

func (q *committer) take() ([]*job, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := min(len(q.queue), maxBatch)
	batch := q.queue[:n:n]
	q.queue = q.queue[n:]
	return batch, q.closed
}

// How a transaction says that it shall not be kept.
var (
	errSpoilt  = errors.New("bolt: batch spoilt")
	errNothing = errors.New("bolt: nothing was written") // saves the sync
)

// commit runs a batch in one transaction. A write that panics or stops half-way is taken out and run alone, where it
// harms nobody; when the whole cannot be kept, each write is tried by itself.
func (e *Engine) commit(batch []*job) {
	e.writing.Lock()
	defer e.writing.Unlock()
	for len(batch) > 0 {
		spoiler, err := e.together(batch)
		switch {
		case err == nil || errors.Is(err, errNothing):
			return
		case errors.Is(err, errSpoilt):
			e.alone(batch[spoiler])
			batch = append(batch[:spoiler:spoiler], batch[spoiler+1:]...)
		case len(batch) == 1:
			batch[0].err = full(err)
			return
		default:
			for _, j := range batch {
				e.alone(j)
			}
			return
		}
	}
}

// together runs the writes in one transaction, or says which of them spoilt it.
func (e *Engine) together(batch []*job) (spoiler int, err error) {
	err = e.db.Update(func(tx *bbolt.Tx) error {
		wrote := false
		for i, j := range batch {
			c := &change{tx: tx}
			if !j.try(c) {
				spoiler = i
				return errSpoilt
			}
			wrote = wrote || c.wrote
		}
		if !wrote {
			return errNothing
		}
		return nil
	})
	return spoiler, err
}

// try runs the write in a shared transaction and says whether that may be kept.
func (j *job) try(c *change) (keep bool) {
	defer func() {
		if p := recover(); p != nil {
			keep = false
		}
	}()
	j.err = j.run(c)
	return !c.dirty
}

// alone runs the write in a transaction of its own, which keeps nothing if it fails.
func (e *Engine) alone(j *job) {
	var refused error
	err := e.db.Update(func(tx *bbolt.Tx) (err error) {
		c := &change{tx: tx}
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("bolt: write panicked: %v", p)
			}
		}()
		if refused = j.run(c); c.dirty {
			return refused
		}
		return nil
	})
	if j.err = refused; err != nil {
		j.err = full(err)
	}
}

// full turns "no room" of the operating system into document.ErrFull. bbolt wraps some of them as text only.
func full(err error) error {
	for _, no := range []syscall.Errno{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG} {
		if errors.Is(err, no) || err != nil && strings.Contains(err.Error(), no.Error()) {
			return fmt.Errorf("%w: %w", document.ErrFull, err)
		}
	}
	return err
}

type txKey struct{ engine *Engine }

// txState is the transaction a context carries.
type txState struct {
	tx     *bbolt.Tx
	failed error // a write in it was refused: nothing of it will be kept, as on MongoDB
}

func (e *Engine) txOf(ctx context.Context) *txState {
	state, _ := ctx.Value(txKey{e}).(*txState)
	return state
}

// InTx runs f in one bbolt write transaction; it sees its own writes, and every other writer waits for it. Inside
// another InTx it joins that one. A refused write (a duplicate) spoils the whole, even if f swallows its error.
func (e *Engine) InTx(ctx context.Context, f func(ctx context.Context) error) error {
	if e.txOf(ctx) != nil {
		return f(ctx)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	e.writing.Lock()
	defer e.writing.Unlock()
	if e.closed.Load() {
		return ErrClosed
	}
	return full(e.db.Update(func(tx *bbolt.Tx) error {
		state := &txState{tx: tx}
		if err := f(context.WithValue(ctx, txKey{e}, state)); err != nil {
			return err
		}
		if state.failed != nil {
			return state.failed
		}
		return ctx.Err()
	}))
}

func (e *Engine) write(ctx context.Context, run func(*change) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	state := e.txOf(ctx)
	if state == nil {
		return e.queue.do(run)
	}
	if state.failed != nil {
		return state.failed
	}
	err := run(&change{tx: state.tx})
	if err != nil && !errors.Is(err, document.ErrStale) {
		state.failed = err
	}
	return err
}

func (e *Engine) read(ctx context.Context, f func(*bbolt.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if state := e.txOf(ctx); state != nil {
		return f(state.tx)
	}
	err := e.db.View(f)
	if errors.Is(err, bolterrors.ErrDatabaseNotOpen) {
		return ErrClosed
	}
	return err
}

package bolt

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
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
	dirty bool // it stopped half-way through a document: the transaction must be rolled back
	wrote bool // it changed something
}

// The states of a job: its caller may leave it while it waits, and gets a definite answer once it runs.
const (
	jobWaiting int32 = iota
	jobRunning
	jobAbandoned
)

// job is a write waiting for its batch.
type job struct {
	run   func(*change) error
	err   error
	done  chan struct{}
	state atomic.Int32
}

// begin says whether the job shall run: its caller still waits for it.
func (j *job) begin() bool {
	return j.state.CompareAndSwap(jobWaiting, jobRunning) || j.state.Load() == jobRunning
}

// abandon says whether the caller may go without an answer: the job has not begun and never will.
func (j *job) abandon() bool { return j.state.CompareAndSwap(jobWaiting, jobAbandoned) }

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

// do queues a write and returns when its batch is on disk. The queue being closed is ErrClosed. When ctx ends before the
// write has begun, it never will.
func (q *committer) do(ctx context.Context, run func(*change) error) error {
	j := &job{run: run, done: make(chan struct{})}
	q.mu.Lock()
	if q.closed {
		q.mu.Unlock()
		return ErrClosed
	}
	q.queue = append(q.queue, j)
	q.mu.Unlock()
	q.signal()
	select {
	case <-j.done:
		return j.err
	case <-ctx.Done():
	}
	if j.abandon() {
		return ctx.Err()
	}
	<-j.done
	return j.err
}

func (q *committer) signal() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// close refuses further writes and waits until those accepted are done, or for ctx.
func (q *committer) close(ctx context.Context) error {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.signal()
	select {
	case <-q.idle:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
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

// Why a transaction is rolled back.
var (
	errSpoilt  = errors.New("bolt: batch spoilt")
	errNothing = errors.New("bolt: nothing was written") // saves the sync
)

// commit runs a batch in one transaction. A write that panics or stops half-way is taken out and run alone, where it harms
// no other; when the whole batch cannot be committed, each write is tried by itself.
func (e *Engine) commit(batch []*job) {
	if err := e.lock(context.Background()); err != nil {
		for _, j := range batch {
			j.err = err
		}
		return
	}
	defer e.unlock()
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
			if j.begin() && !j.try(c) {
				spoiler = i
				return errSpoilt
			}
			wrote = wrote || c.wrote
		}
		return unlessNothing(wrote)
	})
	return spoiler, err
}

func unlessNothing(wrote bool) error {
	if !wrote {
		return errNothing
	}
	return nil
}

// try runs the write in a shared transaction and reports whether its changes may be committed.
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
	if !j.begin() {
		return
	}
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
		return unlessNothing(c.wrote)
	})
	if j.err = refused; err != nil && !errors.Is(err, errNothing) {
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
	wrote  bool
	failed error // a write in it was refused: it will be rolled back, as on MongoDB
}

func (e *Engine) txOf(ctx context.Context) *txState {
	state, _ := ctx.Value(txKey{e}).(*txState)
	return state
}

// InTx runs f in one bbolt write transaction; it sees its own writes, and every other writer waits for it. Inside
// another InTx it joins that one. A refused write (a duplicate) spoils the whole, even if f swallows its error. A
// transaction that wrote nothing ends without a commit and so without a sync.
func (e *Engine) InTx(ctx context.Context, f func(ctx context.Context) error) error {
	if e.txOf(ctx) != nil {
		return f(ctx)
	}
	// Transactions run one after the other: none has to be run again, and document.ErrAgain is an error like another.
	return e.update(ctx, func(tx *bbolt.Tx) error {
		state := &txState{tx: tx}
		if err := f(context.WithValue(ctx, txKey{e}, state)); err != nil {
			return err
		}
		if state.failed != nil {
			return state.failed
		}
		return cmp.Or(ctx.Err(), unlessNothing(state.wrote))
	})
}

// update runs f in a write transaction of its own. errNothing from f rolls back and is success.
func (e *Engine) update(ctx context.Context, f func(*bbolt.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := e.lock(ctx); err != nil {
		return err
	}
	defer e.unlock()
	if e.closed.Load() {
		return ErrClosed
	}
	if err := e.db.Update(f); !errors.Is(err, errNothing) {
		return full(err)
	}
	return nil
}

func (e *Engine) write(ctx context.Context, run func(*change) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	state := e.txOf(ctx)
	if state == nil {
		return e.queue.do(ctx, run)
	}
	if state.failed != nil {
		return state.failed
	}
	ch := &change{tx: state.tx}
	err := run(ch)
	state.wrote = state.wrote || ch.wrote
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
	slot := e.readers.begin()
	defer e.readers.end(slot)
	err := e.db.View(f)
	if errors.Is(err, bolterrors.ErrDatabaseNotOpen) {
		return ErrClosed
	}
	return err
}

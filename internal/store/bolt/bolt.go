// Package bolt is the embedded document engine: BSON in one bbolt file. It replaces MongoDB where that is not set up.
//
// It promises what package document promises: one winner of every unique index, each acknowledged write synced to disk
// (writers share one sync), transactions that store all or nothing, and no walk through a collection where an index
// serves. It refuses what MongoDB would do differently: operators and types outside document's vocabulary, two arrays in
// one index, a second process on its folder (ErrInUse). Index keys are at most 32 KiB long. It is never the engine of
// production.
package bolt

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"

	"pugongying/internal/store/document"
)

// Errors of the engine as a whole.
var (
	ErrInUse    = errors.New("bolt: another process works on this folder")
	ErrDamaged  = errors.New("bolt: the file is damaged")
	ErrNotAFile = errors.New("bolt: a directory stands in the file's place")
	ErrLost     = errors.New("bolt: the file of a folder that was in use is gone or empty")
	ErrClosed   = errors.New("bolt: closed")
)

const (
	fileName = "documents.db"
	lockWait = 300 * time.Millisecond
	patience = 20 * time.Second // how long writers wait for one transaction; package mongo's transactions end after the same time
)

// mapSize is how much of a file is mapped from the first: address space, not memory. Growing the map makes writers wait for
// readers, and a backup reads for as long as it takes.
var mapSize = 16 << 30

// Engine is one open folder.
type Engine struct {
	db       *bbolt.DB
	log      *slog.Logger
	queue    *committer
	writing  chan struct{} // full while somebody is in a write transaction
	patience time.Duration
	indexes  atomic.Pointer[map[string][]*index]
	closed   atomic.Bool
	readers  readers
	opening  opening

	overwriting *overwriter
}

// Option changes how an engine is opened.
type Option func(*Engine)

// WithLog names the log for what goes wrong in the background; without it that goes to slog.Default.
func WithLog(log *slog.Logger) Option { return func(e *Engine) { e.log = log } }

// Established says that the folder was in use before, by what lies in it: a file that is gone, or has no bytes, is then
// ErrLost and not a new store.
func Established(by string) Option { return func(e *Engine) { e.opening.established = by } }

// ReadOnly opens a file to be looked at: nothing is made and nothing written; a file that is not there is os.ErrNotExist.
func ReadOnly() Option { return func(e *Engine) { e.opening.readOnly = true } }

// opening is how a file is opened.
type opening struct {
	established string
	readOnly    bool
}

var (
	_ document.Engine     = (*Engine)(nil)
	_ document.Overwriter = (*Engine)(nil)
)

// Open opens or makes <dir>/documents.db. Every error is a
// document.ErrCannotOpen with a Chinese sentence that says what to do: ErrInUse when another process works on the folder,
// ErrDamaged, ErrNotAFile, ErrLost, os.ErrPermission, document.ErrFull. A file that is not opened is left as it is.
func Open(dir string, options ...Option) (*Engine, error) {
	e := &Engine{log: slog.Default(), queue: newCommitter(), writing: make(chan struct{}, 1), patience: patience}
	for _, option := range options {
		option(e)
	}
	db, err := openFile(dir, e.opening)
	if err != nil {
		return nil, err
	}
	e.db = db
	e.overwriting = newOverwriter(e)
	if err := e.load(); err != nil {
		return nil, errors.Join(damaged(db.Path(), err), db.Close())
	}
	go e.queue.loop(e.commit)
	if !e.opening.readOnly {
		e.overwriting.start()
	}
	return e, nil
}

// Collection is the collection of this name; it need not exist.
func (e *Engine) Collection(name string) document.Collection {
	return &collection{engine: e, name: name, bucket: []byte("d\x00" + name)}
}

// Ping fails once the engine is closed.
func (e *Engine) Ping(ctx context.Context) error {
	return e.read(ctx, func(*bbolt.Tx) error { return nil })
}

// Describe is the engine's name for a log line.
func (e *Engine) Describe() string { return "bbolt (embedded)" }

// Close finishes accepted writes and releases the folder. Everything after it is ErrClosed. When ctx
// ends while a transaction is still at work, the folder is released only by the end of the process.
func (e *Engine) Close(ctx context.Context) error {
	if e.closed.Swap(true) {
		return nil
	}
	if !e.opening.readOnly {
		e.overwriting.close()
	}
	if err := e.queue.close(ctx); err != nil {
		return err
	}
	if err := e.lock(ctx); err != nil { // a transaction still at work ends first
		return err
	}
	defer e.unlock()
	return e.db.Close()
}

// lock waits for its turn to write. It gives up with ctx, and with document.ErrUnavailable after the engine's patience.
func (e *Engine) lock(ctx context.Context) error {
	select {
	case e.writing <- struct{}{}:
		return nil
	default:
	}
	timer := time.NewTimer(e.patience)
	defer timer.Stop()
	select {
	case e.writing <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return fmt.Errorf("%w: a transaction has kept writers waiting for %s; does its function write without the context it was given?",
			document.ErrUnavailable, e.patience)
	}
}

func (e *Engine) unlock() { <-e.writing }

func (e *Engine) indexesOf(collection string) []*index {
	return (*e.indexes.Load())[collection]
}

// publish makes new indexes known; the caller has the engine's lock.
func (e *Engine) publish(made map[string][]*index) {
	known := maps.Clone(*e.indexes.Load())
	for name, indexes := range made {
		known[name] = append(known[name][:len(known[name]):len(known[name])], indexes...)
	}
	e.indexes.Store(&known)
}

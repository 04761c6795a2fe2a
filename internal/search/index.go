package search

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// rebuildPause is the least time between two rebuilds that failing searches cause: what fails on an index that was built a
// moment ago is a bug, and rebuilding again would not fix it.
const rebuildPause = 10 * time.Minute

// Index answers questions. It is safe for concurrent use.
type Index struct {
	dir      string
	laws     Laws
	synonyms *Synonyms
	distress *Distress
	sayings  *Sayings
	spelt    spellings
	former   *Former
	sources  []Source
	now      func() time.Time
	slots    chan struct{} // bounds the searches that run at once, and so their memory

	updating sync.Mutex // one Follow at a time; guards opened
	opened   bool       // the index on disk was looked at

	mu      sync.RWMutex // guards the next two; a search holds it for reading
	closed  bool
	current *snapshot // nil while there is no index yet

	damaged atomic.Bool           // the current index failed a search and must be rebuilt
	suspect atomic.Int32          // how far a failed search was looked into: unsuspected, failed, intact
	retryAt atomic.Int64          // Unix time from which a failing search causes a rebuild although the files are as they were built
	failure atomic.Pointer[error] // of the last Follow; nil when it succeeded
}

// What is known of a failed search. Follow compares the files with their sums once: changed ones are built again at once.
const (
	unsuspected = iota
	failed      // and the files were not compared yet
	intact      // the files are as they were built: a bug, which a rebuild would not fix
)

// Parts are what an index is made from.
type Parts struct {
	Laws     Laws
	Synonyms *Synonyms
	Distress *Distress // nil recognises nothing
	Sayings  *Sayings  // nil compares with nothing
	Former   *Former   // nil knows no other names
	Sources  []Source
	Now      func() time.Time
}

// New creates an index in a folder of its own and returns at once. It answers ErrPreparing until Follow has opened or built
// it.
func New(dir string, p Parts) *Index {
	if p.Sayings == nil {
		p.Sayings = &Sayings{}
	}
	return &Index{
		spelt: spellingsOf(p.Synonyms, p.Sayings, p.Laws.Register()),
		dir:   dir, laws: p.Laws, synonyms: p.Synonyms, distress: p.Distress, sayings: p.Sayings, former: p.Former, sources: p.Sources, now: p.Now,
		slots: make(chan struct{}, 2*runtime.GOMAXPROCS(0)+2),
	}
}

// Open is New and a first Follow: the index answers when it returns.
func Open(ctx context.Context, dir string, p Parts) (*Index, error) {
	i := New(dir, p)
	if _, err := i.Follow(ctx); err != nil {
		return nil, errors.Join(err, i.Close())
	}
	return i, nil
}

// Close ends the index; later questions get ErrClosed.
func (i *Index) Close() error {
	i.updating.Lock()
	defer i.updating.Unlock()
	i.mu.Lock()
	defer i.mu.Unlock()
	i.closed = true
	if i.current == nil {
		return nil
	}
	err := i.current.close(nil)
	i.current = nil
	return err
}

// Search answers a question: ErrEmpty, ErrKind, ErrPreparing, ErrClosed.
func (i *Index) Search(ctx context.Context, q Query) (Result, error) {
	text := strings.TrimSpace(q.Text)
	switch {
	case len(spans(normalise(text))) == 0:
		return Result{}, ErrEmpty
	case q.Kind != "" && !q.Kind.known():
		return Result{}, ErrKind
	}
	select {
	case i.slots <- struct{}{}:
		defer func() { <-i.slots }()
	case <-ctx.Done():
		return Result{}, ctx.Err()
	}
	i.mu.RLock()
	defer i.mu.RUnlock()
	switch {
	case i.closed:
		return Result{}, ErrClosed
	case i.current == nil || i.damaged.Load():
		return Result{}, ErrPreparing
	}
	q.Text = cut(text)
	r, err := i.answer(ctx, q)
	if err == nil || ctx.Err() != nil {
		return r, err
	}
	if i.now().Unix() >= i.retryAt.Load() {
		i.damaged.Store(true)
	}
	if !i.suspect.CompareAndSwap(unsuspected, failed) {
		return Result{}, ErrPreparing // the log has the first one's stack
	}
	return Result{}, ErrPreparing.Because(err)
}

// cut leaves of a long question its beginning and its end.
func cut(text string) string {
	runes := []rune(text)
	if len(runes) <= MaxQuestion {
		return text
	}
	return string(runes[:MaxQuestion/2]) + " " + string(runes[len(runes)-MaxQuestion/2+1:])
}

// Distress is what a question tells of danger, if it does. It needs no index.
func (i *Index) Distress(text string) (Signal, bool) { return i.distress.Of(text) }

// answer asks the current index. A panic in it, a memory fault of its mapped files included, is an error.
func (i *Index) answer(ctx context.Context, q Query) (r Result, err error) {
	defer recovered(&err)()
	m := i.former.read(i.spelt.read(q.Text))
	text, err := i.current.correct(ctx, m.text, i.synonyms)
	if err != nil {
		return Result{}, err
	}
	a := i.synonyms.ask(text, i.laws.Register())
	if m.moved != "" {
		a.citations(m.moved, i.laws.Register())
	}
	if len(a.first) == 0 {
		a.near = i.sayings.nearest(text)
	}
	found, err := i.current.rank(ctx, a, q)
	if err != nil {
		return Result{}, err
	}
	r, err = i.current.show(found, a.highlighter(), q)
	r.Note = m.note
	return r, err
}

// recovered turns a panic of the calling function into its error; defer what it returns. Until then a memory fault panics
// too instead of ending the process: a file that was cut short under a memory map causes one. The panic's text is dropped
// where it is no runtime error, since it may quote a question.
func recovered(err *error) func() {
	before := debug.SetPanicOnFault(true)
	return func() {
		debug.SetPanicOnFault(before)
		p := recover()
		if p == nil {
			return
		}
		cause, ok := p.(runtime.Error)
		if !ok {
			cause = nil
		}
		*err = &panicError{kind: fmt.Sprintf("%T", p), cause: cause, stack: string(debug.Stack())}
	}
}

// panicError is a panic that was caught.
type panicError struct {
	kind  string
	cause error
	stack string
}

// Error names the kind of the panic and where it happened.
func (e *panicError) Error() string {
	if e.cause != nil {
		return fmt.Sprintf("search: panic: %v\n%s", e.cause, e.stack)
	}
	return fmt.Sprintf("search: panic of type %s\n%s", e.kind, e.stack)
}

// show reads the documents of one page of results.
func (s *snapshot) show(found ranking, h highlighter, q Query) (Result, error) {
	r := Result{Hits: []Hit{}, Kinds: map[Kind]int{}}
	for n, kind := range Kinds {
		r.Kinds[kind] = found.kinds[n]
		if q.Kind == "" || q.Kind == kind {
			r.Total += found.kinds[n]
		}
	}
	for _, at := range found.best.sorted() {
		p, err := s.page(at.doc)
		if err != nil {
			return Result{}, err
		}
		r.Hits = append(r.Hits, Hit{Document: p.Document, Title: h.whole(p.title, p.plainTitle), Excerpt: h.excerpt(p.text, p.plainText)})
	}
	return r, nil
}

package search

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"unicode/utf8"
)

// stampFile says which index under the folder stands.
const stampFile = "stamp.json"

// Index answers questions. It is safe for concurrent use.
type Index struct {
	dir      string
	laws     Laws
	synonyms *Synonyms
	sources  []Source
	making   sync.Mutex   // one index is made at a time
	closed   bool         // whoever reads it makes
	standing sync.RWMutex // over current; whoever reads it holds it
	current  *shelf
}

// Parts are what an index is made from.
type Parts struct {
	Laws     Laws
	Synonyms *Synonyms
	Sources  []Source
}

// Open opens the index in a folder of its own. Where one stands it answers, even when it is stale: Follow makes it anew.
// Where none does, or it cannot be read, one is made at once.
func Open(ctx context.Context, dir string, p Parts) (*Index, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("find: %w", err)
	}
	i := &Index{dir: dir, laws: p.Laws, synonyms: p.Synonyms, sources: p.Sources}
	if s, ok := i.stamped(); ok {
		if standing, err := openShelf(ctx, dir, s); err == nil {
			i.current = standing
			return i, i.sweep(s.Folder)
		}
	}
	_, err := i.Follow(ctx)
	return i, err
}

// stamped reads the stamp; false when there is none of this schema, or its index is not as it was made.
func (i *Index) stamped() (s stamp, ok bool) {
	data, err := os.ReadFile(filepath.Join(i.dir, stampFile))
	if err != nil || json.Unmarshal(data, &s) != nil {
		return s, false
	}
	if s.Schema != schema || s.Folder == "" || filepath.Base(s.Folder) != s.Folder {
		return s, false
	}
	sum, err := sumOf(filepath.Join(i.dir, s.Folder))
	return s, err == nil && sum == s.Sum
}

// Follow makes the index anew when something it was made from has changed, and says whether it did. Meanwhile the one
// before answers; when making fails, it stays.
func (i *Index) Follow(ctx context.Context) (bool, error) {
	i.making.Lock()
	defer i.making.Unlock()
	if i.closed {
		return false, ErrClosed
	}
	if i.standingNow().Heads == headsOf(i.sources) {
		return false, nil
	}
	made, next, err := i.next(ctx)
	if err != nil {
		return false, errors.Join(err, i.sweep(i.standingNow().Folder)) // what was begun and not ended: a disk may be full
	}
	i.standing.Lock()
	before := i.current
	i.current = next
	i.standing.Unlock()
	if before != nil {
		err = before.close()
	}
	return true, errors.Join(err, i.sweep(made.Folder))
}

// next makes an index of what there is now, opens it and stamps it.
func (i *Index) next(ctx context.Context) (stamp, *shelf, error) {
	made, err := build(ctx, i.dir, i.sources)
	if err != nil {
		return stamp{}, nil, err
	}
	next, err := openShelf(ctx, i.dir, made)
	if err != nil {
		return stamp{}, nil, err
	}
	if err := i.write(made); err != nil {
		return stamp{}, nil, errors.Join(err, next.close())
	}
	return made, next, nil
}

// standingNow is the stamp of what answers; none when nothing does.
func (i *Index) standingNow() stamp {
	i.standing.RLock()
	defer i.standing.RUnlock()
	if i.current == nil {
		return stamp{}
	}
	return i.current.stamp
}

// write puts the stamp in its place, all of it or nothing.
func (i *Index) write(s stamp) error {
	data, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("find: %w", err)
	}
	path := filepath.Join(i.dir, stampFile)
	if err := os.WriteFile(path+".new", data, 0o600); err != nil {
		return fmt.Errorf("find: %w", err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("find: %w", err)
	}
	return nil
}

// sweep removes what no stamp names: indexes of before, and what was begun and not ended.
func (i *Index) sweep(keep string) error {
	entries, err := os.ReadDir(i.dir)
	if err != nil {
		return fmt.Errorf("find: %w", err)
	}
	for _, e := range entries {
		if e.Name() == keep || !strings.HasPrefix(e.Name(), "index-") && !strings.HasPrefix(e.Name(), "scorch-offline-build") {
			continue
		}
		err = errors.Join(err, os.RemoveAll(filepath.Join(i.dir, e.Name())))
	}
	return err
}

// Close ends the index; what is asked afterwards is ErrClosed.
func (i *Index) Close() error {
	i.making.Lock()
	defer i.making.Unlock()
	i.closed = true
	i.standing.Lock()
	defer i.standing.Unlock()
	if i.current == nil {
		return nil
	}
	err := i.current.close()
	i.current = nil
	return err
}

// Search answers a question: ErrEmpty, ErrTooLong, ErrKind.
func (i *Index) Search(ctx context.Context, q Query) (Result, error) {
	text := strings.TrimSpace(q.Text)
	switch {
	case len(spans(plain(text))) == 0:
		return Result{}, ErrEmpty
	case utf8.RuneCountInString(q.Text) > MaxQuestion:
		return Result{}, ErrTooLong
	case q.Kind != "" && priors[q.Kind] == 0:
		return Result{}, ErrKind
	}
	i.standing.RLock()
	defer i.standing.RUnlock()
	if i.current == nil {
		return Result{}, ErrClosed
	}
	text, err := i.current.heard(ctx, text, &i.synonyms.sounds)
	if err != nil {
		return Result{}, err
	}
	a := i.synonyms.ask(text, i.laws.Register())
	all, err := i.current.rank(ctx, a)
	if err != nil {
		return Result{}, err
	}
	return i.current.show(all, a.marking(), q)
}

// show reads the documents of one page.
func (s *shelf) show(all []ranked, m marking, q Query) (Result, error) {
	r := Result{Hits: []Hit{}, Kinds: map[Kind]int{}}
	for _, kind := range Kinds {
		r.Kinds[kind] = 0
	}
	for _, at := range all {
		kind := s.kinds[at.doc]
		r.Kinds[kind]++
		if q.Kind != "" && kind != q.Kind {
			continue
		}
		r.Total++
		if len(r.Hits) >= min(max(q.Limit, 1), MaxHits) {
			continue
		}
		p, err := s.page(at.doc)
		if err != nil {
			return Result{}, err
		}
		r.Hits = append(r.Hits, Hit{Document: p.Document, Title: m.whole(p.title, p.plainTitle), Excerpt: m.excerpt(p.text, p.plainText)})
	}
	return r, nil
}

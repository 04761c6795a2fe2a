package bolt

import (
	"bytes"
	"container/heap"
	"fmt"
	"slices"
	"strings"

	"go.etcd.io/bbolt"
	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/store/document"
)

// maxSortBytes bounds what one sort without an index may hold: its documents and their sort keys.
const maxSortBytes = 32 << 20

// sorter holds the documents of a query whose order no index keeps: with a limit the first so many met up to now, the
// last of them on top of the heap.
type sorter struct {
	limit int
	size  int
	found []sortEntry
}

type sortEntry struct{ key, doc []byte }

func (e sortEntry) size() int { return len(e.key) + len(e.doc) }

// Len, Less, Swap, Push and Pop make the sorter a heap (container/heap).
func (s *sorter) Len() int           { return len(s.found) }
func (s *sorter) Less(i, j int) bool { return bytes.Compare(s.found[i].key, s.found[j].key) > 0 }
func (s *sorter) Swap(i, j int)      { s.found[i], s.found[j] = s.found[j], s.found[i] }
func (s *sorter) Push(x any)         { s.found = append(s.found, x.(sortEntry)) }
func (s *sorter) Pop() any {
	last := s.found[len(s.found)-1]
	s.found = s.found[:len(s.found)-1]
	return last
}

// add takes a document in, in the place of the last one when there are enough. document.ErrSort when it gets too much.
func (s *sorter) add(e sortEntry) error {
	s.size += e.size()
	switch {
	case s.limit == 0:
		s.found = append(s.found, e)
	case len(s.found) < s.limit:
		heap.Push(s, e)
	case bytes.Compare(e.key, s.found[0].key) < 0:
		s.size -= s.found[0].size()
		s.found[0] = e
		heap.Fix(s, 0)
	default:
		s.size -= e.size()
	}
	if s.size > maxSortBytes {
		return fmt.Errorf("%w: more than %d MiB", document.ErrSort, maxSortBytes>>20)
	}
	return nil
}

// sorted copies the documents of a query whose order no index keeps. The bytes it holds until then are the file's.
func (w *walker) sorted(tx *bbolt.Tx, q document.Query) ([]bson.Raw, error) {
	paths := make([][]string, len(q.Sort))
	for i, k := range q.Sort {
		paths[i] = strings.Split(k.Field, ".")
	}
	s := &sorter{limit: q.Limit}
	_, err := w.run(tx, true, func(h hit) (bool, error) {
		key, err := sortKey(q.Sort, paths, h)
		if err == nil {
			err = s.add(sortEntry{key, h.doc})
		}
		return true, err
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(s.found, func(a, b sortEntry) int { return bytes.Compare(a.key, b.key) })
	docs := make([]bson.Raw, len(s.found))
	for i, e := range s.found {
		docs[i] = slices.Clone(e.doc)
	}
	return docs, nil
}

// sortKey is what a document sorts by: for a field with several values the smallest of them, or the largest when it
// descends, as MongoDB has it. The id breaks ties, so that the order is the same at every call.
func sortKey(sort []document.Key, paths [][]string, h hit) ([]byte, error) {
	var key []byte
	for i, k := range sort {
		var best []byte
		start := bson.RawValue{Type: bson.TypeEmbeddedDocument, Value: h.doc}
		_, err := expand([]slot{{value: start, rest: paths[i]}}, func(s []slot) error {
			value := []byte{classEmpty}
			var err error
			if !s[0].empty {
				value, err = appendKey(nil, s[0].value)
			}
			if k.Desc {
				invert(value, 0)
			}
			if best == nil || bytes.Compare(value, best) < 0 {
				best = value
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		key = append(key, best...)
	}
	return append(key, h.id...), nil
}

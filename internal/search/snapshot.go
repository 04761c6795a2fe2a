package search

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"

	index "github.com/blevesearch/bleve_index_api"
)

// snapshot is one complete index; it never changes.
type snapshot struct {
	generations string // of the sources it was built from
	views       []view
	documents   int                  // in all views, outdated ones included
	lengths     [len(worded)]float64 // terms of a document, by field, on average
	most        int                  // see mostLooked
	pool        sync.Pool            // of *tally
	lists       *lists

	pagesMu sync.Mutex
	pages   map[int]*page // guarded by pagesMu
}

// view is a part as one snapshot sees it.
type view struct {
	*part
	base   int      // the number in the snapshot of the part's first document
	places []uint32 // in the order in which equals are shown, by bleve's number of a document
}

// outdated is the place of a document that a later part replaced, or that was withdrawn.
const outdated = math.MaxUint32

// page is a document as it is shown, ready to be highlighted.
type page struct {
	Document
	title, text           []rune
	plainTitle, plainText []rune
}

// maxPages bounds the documents cached in memory, a few MB: most people look for the same few.
const maxPages = 1000

// openSnapshot opens the index a manifest describes, sharing the parts that the one before has open.
func openSnapshot(ctx context.Context, dir string, m manifest, before *snapshot) (_ *snapshot, err error) {
	s := &snapshot{generations: m.Generations, most: mostLooked, lists: newLists(), pages: map[int]*page{}}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close(before))
		}
	}()
	for _, e := range m.Parts {
		p := before.part(e.Folder)
		if p == nil {
			if p, err = openPart(ctx, dir, e); err != nil {
				return nil, err
			}
		}
		s.views = append(s.views, view{part: p, base: s.documents})
		s.documents += len(p.kinds)
	}
	s.arrange(m)
	return s, nil
}

// arrange gives every current document its place, and sums up the lengths.
func (s *snapshot) arrange(m manifest) {
	byOrdinal := make([][]uint32, len(s.views))
	for n, v := range s.views {
		byOrdinal[n] = slices.Repeat([]uint32{outdated}, len(v.kinds))
	}
	current := uint32(0)
	var terms [len(worded)]int
	for _, g := range m.Groups {
		for n := range g.Count {
			byOrdinal[g.Part][g.Start+n] = current
			current++
		}
		for field, n := range g.Terms {
			terms[field] += n
		}
	}
	for n := range s.views {
		v := &s.views[n]
		v.places = make([]uint32, len(v.kinds))
		for doc, ordinal := range v.ordinals {
			v.places[doc] = byOrdinal[n][ordinal]
		}
	}
	for field, n := range terms {
		s.lengths[field] = max(float64(n)/float64(max(current, 1)), 1)
	}
}

// part is an open part by its folder, or nil.
func (s *snapshot) part(folder string) *part {
	if s == nil {
		return nil
	}
	for _, v := range s.views {
		if v.folder == folder {
			return v.part
		}
	}
	return nil
}

// close closes every part that the other snapshot does not share.
func (s *snapshot) close(other *snapshot) error {
	var err error
	for _, v := range s.views {
		if other.part(v.folder) == nil {
			err = errors.Join(err, v.close())
		}
	}
	return err
}

// view is where a document is.
func (s *snapshot) view(doc int) (*view, int) {
	n, _ := slices.BinarySearchFunc(s.views, doc, func(v view, doc int) int {
		if v.base <= doc {
			return -1
		}
		return 1
	})
	v := &s.views[n-1]
	return v, doc - v.base
}

// kind is a document's, as a place in Kinds.
func (s *snapshot) kind(doc int) uint8 {
	v, local := s.view(doc)
	return v.kinds[local]
}

func (s *snapshot) place(doc int) uint32 {
	v, local := s.view(doc)
	return v.places[local]
}

// borrow returns an empty tally.
func (s *snapshot) borrow() *tally {
	if t, ok := s.pool.Get().(*tally); ok {
		return t
	}
	return newTally(s.documents)
}

func (s *snapshot) giveBack(t *tally) {
	t.clear()
	s.pool.Put(t)
}

// readers gives the lists of a term in a field, one a view, and how many documents they name together.
func (s *snapshot) readers(ctx context.Context, field, term string) (lists []index.TermFieldReader, total uint64, err error) {
	lists = make([]index.TermFieldReader, len(s.views))
	for n, v := range s.views {
		if lists[n], err = v.reader.TermFieldReader(ctx, []byte(term), field, true, true, false); err != nil {
			return nil, 0, fmt.Errorf("search: look a term up: %w", err)
		}
		total += lists[n].Count()
	}
	return lists, total, nil
}

// posted calls each with the documents that have a term in a field, as long as each wants more.
func (s *snapshot) posted(ctx context.Context, field, term string, each func(doc int, at *index.TermFieldDoc) (more bool)) error {
	lists, _, err := s.readers(ctx, field, term)
	if err != nil {
		return err
	}
	return s.walk(lists, each)
}

// walk calls each with the documents of lists, as long as each wants more, and closes them.
func (s *snapshot) walk(lists []index.TermFieldReader, each func(doc int, at *index.TermFieldDoc) (more bool)) error {
	more := true
	for n, v := range s.views {
		err := v.walk(lists[n], func(doc int, at *index.TermFieldDoc) bool {
			if more && v.places[doc] != outdated {
				more = each(v.base+doc, at)
			}
			return more
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// among calls each with those of some documents, which are in order, that lists name, and closes the lists. It jumps from one
// to the next, so that its cost follows how many are asked about.
func (s *snapshot) among(lists []index.TermFieldReader, docs []int, each func(doc int, at *index.TermFieldDoc)) error {
	for n, v := range s.views {
		upto, _ := slices.BinarySearch(docs, v.base+len(v.kinds))
		if err := v.among(lists[n], docs[:upto], func(doc int, at *index.TermFieldDoc) { each(v.base+doc, at) }, v.base); err != nil {
			return err
		}
		docs = docs[upto:]
	}
	return nil
}

// first returns the first document with a term in a field.
func (s *snapshot) first(ctx context.Context, field, term string) (doc int, found bool, err error) {
	err = s.posted(ctx, field, term, func(n int, _ *index.TermFieldDoc) bool {
		doc, found = n, true
		return false
	})
	return doc, found, err
}

// correct is the question with the words that were meant, where it is spelt by sound.
func (s *snapshot) correct(ctx context.Context, text string, words *Synonyms) (string, error) {
	var failed error
	return words.sounds.correct(text, func(pair string) bool {
		for place := range worded {
			found, whole, err := s.list(ctx, place, pair)
			if failed = errors.Join(failed, err); len(found) > 0 || err == nil && !whole {
				return true
			}
		}
		return false
	}), failed
}

// The weights of fields, and the constants of BM25: how soon a repeated word stops counting, and how much a long text is
// penalised.
var weights = [len(worded)]float64{2.5, 1, 1}

const (
	saturation  = 1.2
	lengthiness = 0.4
)

// mostLooked bounds how many documents of a field one term is looked up in. What a common word finds beyond that is not
// ranked and not counted, so that no question costs more in a larger library.
const mostLooked = 20_000

// term adds the score of a word's n-th term to each document that had the terms before it.
func (s *snapshot) term(ctx context.Context, term string, n int, found *tally) error {
	for place := range worded {
		listed, ok, err := s.list(ctx, place, term)
		if err == nil && !ok {
			err = s.read(ctx, place, term, n, found)
		}
		if err != nil {
			return err
		}
		for _, one := range listed {
			found.add(int(one.doc), n, one.value)
		}
	}
	return nil
}

// read is term for a field in which very many documents have it: their postings are not held in memory.
func (s *snapshot) read(ctx context.Context, place int, term string, n int, found *tally) error {
	lists, postings, err := s.readers(ctx, worded[place], term)
	if err != nil {
		return err
	}
	score := s.scoring(place, postings)
	if n > 0 {
		return s.among(lists, found.having(n), func(doc int, at *index.TermFieldDoc) { found.add(doc, n, score(at)) })
	}
	left := s.most
	return s.walk(lists, func(doc int, at *index.TermFieldDoc) bool { found.add(doc, n, score(at)); left--; return left > 0 })
}

// rareFirst puts one of a word's terms first that is rare enough to be looked up in full, where the first is not: its
// documents are those the others are asked about.
func (s *snapshot) rareFirst(ctx context.Context, terms []string) error {
	if s.documents <= s.most { // none is too common
		return nil
	}
	for n := range terms {
		total := uint64(0)
		for _, field := range worded {
			lists, postings, err := s.readers(ctx, field, terms[n])
			if err != nil {
				return err
			}
			for _, list := range lists {
				if err := list.Close(); err != nil {
					return fmt.Errorf("search: close a term: %w", err)
				}
			}
			total = max(total, postings)
		}
		if total <= uint64(s.most) {
			terms[0], terms[n] = terms[n], terms[0]
			return nil
		}
	}
	return nil
}

// page reads what is shown of a document.
func (s *snapshot) page(doc int) (*page, error) {
	s.pagesMu.Lock()
	p := s.pages[doc]
	s.pagesMu.Unlock()
	if p != nil {
		return p, nil
	}
	d, err := s.document(doc)
	if err != nil {
		return nil, err
	}
	p = &page{Document: d, title: []rune(d.Title), text: []rune(d.Text), plainTitle: normalise(d.Title), plainText: normalise(d.Text)}
	s.pagesMu.Lock()
	defer s.pagesMu.Unlock()
	if len(s.pages) >= maxPages {
		clear(s.pages)
	}
	s.pages[doc] = p
	return p, nil
}

// document reads what is shown of a document from the disk.
func (s *snapshot) document(doc int) (Document, error) {
	v, local := s.view(doc)
	id, err := v.reader.ExternalID(index.NewIndexInternalID(nil, uint64(local)))
	if err != nil {
		return Document{}, fmt.Errorf("search: name a document: %w", err)
	}
	stored, err := v.reader.Document(id)
	if err != nil || stored == nil {
		return Document{}, fmt.Errorf("search: read document %s: %w", id, errors.Join(err, errManifest))
	}
	var d Document
	stored.VisitFields(func(f index.Field) {
		if f.Name() == fieldShown {
			err = json.Unmarshal(f.Value(), &d)
		}
	})
	return d, err
}

package search

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"sync"

	"github.com/blevesearch/bleve/v2/index/scorch"
	index "github.com/blevesearch/bleve_index_api"
)

// shelf is one index that stands; it is only read.
type shelf struct {
	stamp  stamp
	index  index.Index
	reader index.IndexReader
	kinds  []Kind // by the number of a document
	places []int  // in the order in which documents came, by their number
	pool   sync.Pool

	reading sync.Mutex // over read
	read    map[int]*page
}

// page is a document as it is shown, ready to be marked.
type page struct {
	Document
	title, text           []rune
	plainTitle, plainText []rune
}

// pagesKept is how many pages stay in memory: a few MB; the same few documents are what most people look for.
const pagesKept = 500

// borrow gives an empty tally.
func (s *shelf) borrow() *tally {
	if t, ok := s.pool.Get().(*tally); ok {
		return t
	}
	return newTally(len(s.kinds))
}

func (s *shelf) giveBack(t *tally) {
	t.clear()
	s.pool.Put(t)
}

func openShelf(ctx context.Context, dir string, s stamp) (_ *shelf, err error) {
	in, err := scorch.NewScorch(scorch.Name, map[string]any{"path": filepath.Join(dir, s.Folder), "read_only": true}, nil)
	if err != nil {
		return nil, fmt.Errorf("find: %w", err)
	}
	if err := in.Open(); err != nil {
		return nil, fmt.Errorf("find: open an index: %w", err)
	}
	made := &shelf{stamp: s, index: in}
	defer func() {
		if err != nil {
			err = errors.Join(err, made.close())
		}
	}()
	if made.reader, err = in.Reader(); err != nil {
		return nil, fmt.Errorf("find: read an index: %w", err)
	}
	count, err := made.reader.DocCount()
	if err != nil {
		return nil, fmt.Errorf("find: read an index: %w", err)
	}
	made.kinds, made.places = make([]Kind, count), make([]int, count)
	if err := made.placed(); err != nil {
		return nil, err
	}
	for _, kind := range Kinds {
		err := made.posted(ctx, fieldKind, string(kind), func(doc int, _ *index.TermFieldDoc) { made.kinds[doc] = kind })
		if err != nil {
			return nil, err
		}
	}
	return made, nil
}

// placed reads in which order documents came, so that equals are found in that order.
func (s *shelf) placed() error {
	for n := range s.places {
		id, err := s.reader.InternalID(nameOf(n + 1))
		if err != nil || id == nil {
			return fmt.Errorf("find: document %d is not there: %w", n+1, err)
		}
		doc := id.Value()
		if doc >= uint64(len(s.places)) {
			return fmt.Errorf("find: document %d has no number: %d", n+1, doc)
		}
		s.places[doc] = n
	}
	return nil
}

func (s *shelf) close() error {
	var err error
	if s.reader != nil {
		err = s.reader.Close()
	}
	return errors.Join(err, s.index.Close())
}

// posted calls each with every document that has a term in a field; before that, count with how many there are.
func (s *shelf) posted(ctx context.Context, field, term string, each func(doc int, at *index.TermFieldDoc), count ...func(uint64)) error {
	postings, err := s.reader.TermFieldReader(ctx, []byte(term), field, true, true, false)
	if err != nil {
		return fmt.Errorf("find: look a term up: %w", err)
	}
	for _, told := range count {
		told(postings.Count())
	}
	var at index.TermFieldDoc
	for {
		found, err := postings.Next(at.Reset())
		if err != nil {
			return errors.Join(fmt.Errorf("find: read a term: %w", err), postings.Close())
		}
		if found == nil {
			return postings.Close()
		}
		n := found.ID.Value()
		if n >= uint64(len(s.kinds)) {
			return errors.Join(fmt.Errorf("find: there is no document %d", n), postings.Close())
		}
		each(int(n), found)
	}
}

// first gives the first document with a term in a field.
func (s *shelf) first(ctx context.Context, field, term string) (doc int, found bool, err error) {
	err = s.posted(ctx, field, term, func(n int, _ *index.TermFieldDoc) {
		if !found {
			doc, found = n, true
		}
	})
	return doc, found, err
}

// heard is a question with the words that were only meant to be there.
func (s *shelf) heard(ctx context.Context, text string, as *sounds) (string, error) {
	var failed error
	return as.hear(text, func(pair string) bool {
		for _, field := range worded {
			_, found, err := s.first(ctx, field, pair)
			if failed = errors.Join(failed, err); found {
				return true
			}
		}
		return false
	}), failed
}

// The weights of fields, and BM25's: how soon the same word said again stops counting, how much a long text is held
// against it.
var weights = map[string]float64{fieldTitle: 2.5, fieldNames: 1, fieldText: 1}

const (
	saturation  = 1.2
	lengthiness = 0.4
)

// term adds what a word's n-th term says for each document that had those before it.
func (s *shelf) term(ctx context.Context, term string, n int, found *tally) error {
	for _, field := range worded {
		average, rare := max(s.stamp.Lengths[field], 1), 0.0
		err := s.posted(ctx, field, term, func(doc int, at *index.TermFieldDoc) {
			often, length := float64(at.Freq), 1/(at.Norm*at.Norm)
			value := often * (saturation + 1) / (often + saturation*(1-lengthiness+lengthiness*length/average))
			found.add(doc, n, weights[field]*rare*value)
		}, func(postings uint64) {
			rare = math.Log(1 + (float64(len(s.kinds))-float64(postings)+0.5)/(float64(postings)+0.5))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// page reads what is shown of a document.
func (s *shelf) page(doc int) (*page, error) {
	s.reading.Lock()
	p := s.read[doc]
	s.reading.Unlock()
	if p != nil {
		return p, nil
	}
	d, err := s.document(doc)
	if err != nil {
		return nil, err
	}
	p = &page{Document: d, title: []rune(d.Title), text: []rune(d.Text), plainTitle: plain(d.Title), plainText: plain(d.Text)}
	s.reading.Lock()
	defer s.reading.Unlock()
	if s.read == nil || len(s.read) >= pagesKept {
		s.read = map[int]*page{}
	}
	s.read[doc] = p
	return p, nil
}

// document reads what is shown of a document.
func (s *shelf) document(doc int) (Document, error) {
	id, err := s.reader.ExternalID(index.NewIndexInternalID(nil, uint64(doc)))
	if err != nil {
		return Document{}, fmt.Errorf("find: name a document: %w", err)
	}
	stored, err := s.reader.Document(id)
	if err != nil || stored == nil {
		return Document{}, fmt.Errorf("find: read document %s: %w", id, err)
	}
	var d Document
	stored.VisitFields(func(f index.Field) {
		if f.Name() == fieldShown {
			err = json.Unmarshal(f.Value(), &d)
		}
	})
	return d, err
}

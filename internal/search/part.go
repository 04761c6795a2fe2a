package search

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/blevesearch/bleve/v2/index/scorch"
	index "github.com/blevesearch/bleve_index_api"
)

// part is one immutable piece of an index on disk, open for reading. Several snapshots may share it.
type part struct {
	folder   string
	index    index.Index
	reader   index.IndexReader
	kinds    []uint8  // place in Kinds, by bleve's number of a document
	ordinals []uint32 // in which place the document was added, by bleve's number
}

func openPart(ctx context.Context, dir string, e partEntry) (_ *part, err error) {
	in, err := scorch.NewScorch(scorch.Name, map[string]any{"path": filepath.Join(dir, e.Folder), "read_only": true}, nil)
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	if err := in.Open(); err != nil {
		return nil, fmt.Errorf("search: open an index: %w", err)
	}
	p := &part{folder: e.Folder, index: in}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.close())
		}
	}()
	if p.reader, err = in.Reader(); err != nil {
		return nil, fmt.Errorf("search: read an index: %w", err)
	}
	count, err := p.reader.DocCount()
	if err != nil || count != uint64(e.Documents) {
		return nil, fmt.Errorf("search: an index of %d documents has %d: %w", e.Documents, count, errors.Join(err, errManifest))
	}
	p.kinds, p.ordinals = make([]uint8, count), make([]uint32, count)
	if err := p.readOrdinals(); err != nil {
		return nil, err
	}
	return p, p.readKinds(ctx)
}

// readOrdinals reads in which order documents were added.
func (p *part) readOrdinals() error {
	for n := range p.ordinals {
		id, err := p.reader.InternalID(nameOf(n))
		if err != nil || id == nil {
			return fmt.Errorf("search: document %d is missing: %w", n, errors.Join(err, errManifest))
		}
		doc := id.Value()
		if doc >= uint64(len(p.ordinals)) {
			return fmt.Errorf("search: document %d has the number %d: %w", n, doc, errManifest)
		}
		p.ordinals[doc] = uint32(n)
	}
	return nil
}

func (p *part) readKinds(ctx context.Context) error {
	for n, kind := range Kinds {
		postings, err := p.reader.TermFieldReader(ctx, []byte(kind), fieldKind, false, false, false)
		if err != nil {
			return fmt.Errorf("search: read kinds: %w", err)
		}
		if err := p.walk(postings, func(doc int, _ *index.TermFieldDoc) bool { p.kinds[doc] = uint8(n); return true }); err != nil {
			return err
		}
	}
	return nil
}

// walk calls each with the documents of a list, as long as each wants more, and closes the list.
func (p *part) walk(postings index.TermFieldReader, each func(doc int, at *index.TermFieldDoc) (more bool)) error {
	var at index.TermFieldDoc
	for {
		found, err := postings.Next(at.Reset())
		if err != nil {
			return errors.Join(fmt.Errorf("search: read a term: %w", err), postings.Close())
		}
		if found == nil {
			return postings.Close()
		}
		n := found.ID.Value()
		if n >= uint64(len(p.kinds)) {
			return errors.Join(fmt.Errorf("search: there is no document %d", n), postings.Close())
		}
		if !each(int(n), found) {
			return postings.Close()
		}
	}
}

// among calls each with those of some documents, numbered from base and in order, that a list names, and closes the list.
func (p *part) among(postings index.TermFieldReader, docs []int, each func(doc int, at *index.TermFieldDoc), base int) error {
	var at index.TermFieldDoc
	var found *index.TermFieldDoc
	next := -1 // the document the list stands at
	for _, doc := range docs {
		if next < doc-base {
			var err error
			if found, err = postings.Advance(index.NewIndexInternalID(nil, uint64(doc-base)), at.Reset()); err != nil {
				return errors.Join(fmt.Errorf("search: read a term: %w", err), postings.Close())
			}
			if found == nil {
				break
			}
			next = int(found.ID.Value())
		}
		if next == doc-base {
			each(next, found)
		}
	}
	return postings.Close()
}

func (p *part) close() error {
	var err error
	if p.reader != nil {
		err = p.reader.Close()
	}
	return errors.Join(err, p.index.Close())
}

// known reports whether a kind is one of Kinds.
func (k Kind) known() bool { return slices.Contains(Kinds, k) }

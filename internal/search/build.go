package search

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/blevesearch/bleve/v2/document"
	"github.com/blevesearch/bleve/v2/index/scorch"
	index "github.com/blevesearch/bleve_index_api"
)

// schema moves when documents are indexed in another way, so that an index of before is made anew.
const schema = 2

// The fields of an index. Those searched by their words come first.
const (
	fieldTitle  = "title"
	fieldNames  = "names"
	fieldText   = "text"
	fieldKey    = "key"    // one target
	fieldKind   = "kind"   // one Kind
	fieldNumber = "number" // of an article
	fieldCites  = "cites"  // a citation each
	fieldShown  = "shown"  // the document as JSON, stored
)

var worded = [...]string{fieldTitle, fieldNames, fieldText}

// stamp says what an index was made from. It is written last: an index without one is none.
type stamp struct {
	Schema  int                `json:"schema"`
	Heads   string             `json:"heads"`
	Folder  string             `json:"folder"`
	Sum     uint32             `json:"sum"`     // of the files: bleve opens an index that lacks some, as one of nothing
	Lengths map[string]float64 `json:"lengths"` // terms of a document, by field, on average
}

// sumOf is what the files of an index amount to.
func sumOf(folder string) (uint32, error) {
	sum := crc32.New(crc32.MakeTable(crc32.Castagnoli))
	err := fs.WalkDir(os.DirFS(folder), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		file, err := os.Open(filepath.Join(folder, path))
		if err != nil {
			return err
		}
		_, err = io.Copy(sum, file)
		return errors.Join(err, file.Close())
	})
	if err != nil {
		return 0, fmt.Errorf("find: sum an index up: %w", err)
	}
	return sum.Sum32(), nil
}

// builder writes one index.
type builder struct {
	out   *scorch.Builder
	terms map[string]int
	count int
}

// build makes an index of all sources in a new folder under dir. When it fails, what it began is there to be swept.
func build(ctx context.Context, dir string, sources []Source) (made stamp, err error) {
	heads := headsOf(sources)
	folder, err := os.MkdirTemp(dir, "index-")
	if err != nil {
		return stamp{}, fmt.Errorf("find: %w", err)
	}
	out, err := scorch.NewBuilder(map[string]any{"path": folder, "buildPathPrefix": dir})
	if err != nil {
		return stamp{}, fmt.Errorf("find: begin an index: %w", err)
	}
	b := builder{out: out, terms: map[string]int{}}
	for _, source := range sources {
		if err == nil {
			err = source.Each(ctx, func(d Document) error { return errors.Join(ctx.Err(), b.add(d)) })
		}
	}
	if err == nil && b.count == 0 {
		err = b.out.Index(document.NewDocument(nameOf(1))) // bleve cannot end an index of nothing
	}
	if err = errors.Join(err, out.Close()); err != nil {
		return stamp{}, fmt.Errorf("find: make an index: %w", err)
	}
	made = stamp{Schema: schema, Heads: heads, Folder: filepath.Base(folder), Lengths: map[string]float64{}}
	for field, n := range b.terms {
		made.Lengths[field] = float64(n) / float64(max(b.count, 1))
	}
	made.Sum, err = sumOf(folder)
	return made, err
}

func (b *builder) add(d Document) error {
	d.Text = strings.Join(strings.Fields(d.Text), " ")
	shown, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("find: %w", err)
	}
	b.count++
	doc := document.NewDocument(nameOf(b.count))
	whole := func(field, value string) {
		doc.AddField(document.NewTextFieldCustom(field, nil, []byte(value), index.IndexField, nil))
	}
	whole(fieldKind, string(d.Kind))
	whole(fieldKey, string(d.target()))
	if d.Number != "" {
		whole(fieldNumber, d.Number)
	}
	for _, c := range d.Cites {
		whole(fieldCites, citedKey(c))
	}
	doc.AddField(document.NewTextFieldCustom(fieldShown, nil, shown, index.StoreField, nil))
	title, names := d.Title, d.Names
	if d.Kind == Article { // its law's name says little of what it is about
		title, names = "", d.Title+" "+d.Names
	}
	for field, text := range map[string]string{fieldTitle: title, fieldNames: names, fieldText: d.Text} {
		f := document.NewTextFieldCustom(field, nil, []byte(text), index.IndexField, analyzer{})
		doc.AddField(f)
		b.terms[field] += len(terms(text))
	}
	if err := b.out.Index(doc); err != nil {
		return fmt.Errorf("find: index a document: %w", err)
	}
	return nil
}

// nameOf is the name in the index of the n-th document, counted from 1: bleve numbers documents as it likes.
func nameOf(n int) string { return fmt.Sprintf("%08d", n) }

func (d Document) target() target {
	switch d.Kind {
	case Explainer:
		return ofStory(d.Slug)
	case Law:
		return ofLaw(d.Law)
	case Article:
		return ofArticle(d.Law, d.Number)
	}
	return ""
}

func headsOf(sources []Source) string {
	heads := ""
	for _, s := range sources {
		heads += s.Head() + "\n"
	}
	return heads
}

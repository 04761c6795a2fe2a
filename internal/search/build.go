package search

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/blevesearch/bleve/v2/document"
	"github.com/blevesearch/bleve/v2/index/scorch"
	index "github.com/blevesearch/bleve_index_api"
)

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

// batchSize is how many documents are analysed at once and how many segments are merged at once; both bound the memory of
// a build.
const (
	batchSize = 500
	mergeMax  = 20
)

// builder writes one part. It uses bleve's offline builder, which works in the calling goroutine alone: a panic in it can
// be caught, which one in the goroutines of a live index cannot always.
type builder struct {
	out   *scorch.Builder
	terms [len(worded)]int // of the current group
	count int
}

// buildPart writes what fill adds into a new folder under dir. Without documents there is no folder. When it fails, what
// it began is left for sweep.
func buildPart(ctx context.Context, dir string, fill func(*builder) error) (made partEntry, err error) {
	folder, err := os.MkdirTemp(dir, "part-")
	if err != nil {
		return made, fmt.Errorf("search: %w", err)
	}
	out, err := scorch.NewBuilder(map[string]any{"path": folder, "buildPathPrefix": dir, "batchSize": batchSize, "mergeMax": mergeMax})
	if err != nil {
		return made, fmt.Errorf("search: begin an index: %w", err)
	}
	b := builder{out: out}
	if err := fill(&b); err != nil {
		return made, fmt.Errorf("search: build an index: %w", err)
	}
	if b.count == 0 { // bleve cannot finish an empty index
		return made, nil
	}
	if err := errors.Join(ctx.Err(), out.Close()); err != nil {
		return made, fmt.Errorf("search: build an index: %w", err)
	}
	made = partEntry{Folder: filepath.Base(folder), Documents: b.count}
	made.Sum, err = sumOf(folder)
	return made, err
}

// group adds the documents of a group and notes where they are.
func (b *builder) group(ctx context.Context, g Group, entry *groupEntry) error {
	entry.Start = b.count
	b.terms = [len(worded)]int{}
	if err := g.Documents(ctx, func(d Document) error { return errors.Join(ctx.Err(), b.add(d)) }); err != nil {
		return err
	}
	entry.Count, entry.Terms = b.count-entry.Start, b.terms
	return ctx.Err()
}

func (b *builder) add(d Document) error {
	d.Text = strings.Join(strings.Fields(d.Text), " ")
	shown, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("search: %w", err)
	}
	doc := document.NewDocument(nameOf(b.count))
	b.count++
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
	if d.Kind == Article { // its law's name says little about its subject
		title, names = "", d.Title+" "+d.Names
	}
	for n, text := range [...]string{title, names, d.Text} {
		doc.AddField(document.NewTextFieldCustom(worded[n], nil, []byte(text), index.IndexField, analyzer{}))
		b.terms[n] += countTerms(text)
	}
	if err := b.out.Index(doc); err != nil {
		return fmt.Errorf("search: index a document: %w", err)
	}
	return nil
}

// nameOf is the name in a part of the n-th document, counted from 0: bleve numbers documents in an order of its own.
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

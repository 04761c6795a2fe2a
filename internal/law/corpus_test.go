package law_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pugongying/content"
	"pugongying/internal/law"
	"pugongying/internal/law/lawimport"
)

// The official texts are next to the repository, if they are present; they are not part of it.
const corpusFolder = "../../../shared/law"

type indexed struct {
	File, Title, Issued, Effective string
	Articles, Zhi, Total           int
}

func TestTheCorpusComesInAsItsIndexCounts(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(corpusFolder, "corpus_index.json"))
	if err != nil {
		t.Skip("NOT RUN: no official texts beside the repository")
	}
	var index []indexed
	if err := json.Unmarshal(data, &index); err != nil {
		t.Fatal(err)
	}
	register, err := content.Laws()
	if err != nil {
		t.Fatal(err)
	}
	store, outcomes := law.NewMemory(), map[string]lawimport.Outcome{}
	m, err := lawimport.NewImporter(context.Background(), store, register, lawimport.Options{}, time.Now, func(o lawimport.Outcome) { outcomes[o.File] = o })
	if err == nil {
		err = m.ImportFolder(context.Background(), os.DirFS(filepath.Join(corpusFolder, "corpus")))
	}
	if err != nil {
		t.Fatal(err)
	}
	articles := 0
	for _, entry := range index {
		o := outcomes[entry.File]
		if strings.HasPrefix(entry.File, "_") {
			if o.Kind != lawimport.Refused {
				t.Errorf("%s came in", entry.File)
			}
			continue
		}
		v, err := store.Version(context.Background(), law.VersionID(o.Law, o.Version))
		if err != nil {
			t.Errorf("%s: %+v, %v", entry.File, o, err)
			continue
		}
		f := v.Fact
		if v.Title != entry.Title || len(v.Articles) != entry.Total || f.Last != entry.Articles || len(f.Inserted) != entry.Zhi {
			t.Errorf("%s: %s, %d articles, %d of them 之: the index says %+v", entry.File, v.Title, len(v.Articles), len(f.Inserted), entry)
		}
		if !strings.HasPrefix(entry.Effective, f.Effective) || !strings.HasPrefix(entry.Issued, f.Issued) || f.Revised != "" && !strings.Contains(entry.Issued, f.Revised) {
			t.Errorf("%s: %+v, the index says %s, %s", entry.File, f, entry.Issued, entry.Effective)
		}
		if known, err := register.Named(v.Title); err != nil || known.Slug != v.Law {
			t.Errorf("%s is %s, the register says %s", entry.File, v.Law, known.Slug)
		}
		articles += len(v.Articles)
	}
	t.Logf("corpus: %d files, %d articles as the index counts them", len(outcomes), articles)
}

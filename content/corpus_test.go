package content_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"pugongying/content"
	"pugongying/internal/law"
)

// corpusFolder holds the official texts where they lie beside the repository; they are not part of it.
const corpusFolder = "../../shared/law"

// statute is the shape of one article: its 款 in order, each with the numbers of its 项.
type statute map[string][]map[int]bool

// corpus is every law's articles by the law's official title.
type corpus struct {
	index    []indexed
	statutes map[string]statute
}

type indexed struct {
	File, Title, Effective string
	Articles, Zhi          int
}

// openCorpus reads the official texts; without them the test prints NOT RUN and ends.
func openCorpus(t *testing.T) corpus {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(corpusFolder, "corpus_index.json"))
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("NOT RUN: no official texts beside the repository")
	}
	if err != nil {
		t.Fatal(err)
	}
	c := corpus{statutes: map[string]statute{}}
	if err := json.Unmarshal(data, &c.index); err != nil {
		t.Fatal(err)
	}
	for _, entry := range c.index {
		text, err := os.ReadFile(filepath.Join(corpusFolder, "corpus", entry.File))
		if err != nil {
			t.Fatal(err)
		}
		c.statutes[entry.Title] = readStatute(string(text))
	}
	return c
}

var (
	articleHead = regexp.MustCompile(`^\*\*第([零〇一二三四五六七八九十百千]+)条(?:之([一二三四五六七八九十]+))?\*\*　(.*)$`)
	itemHead    = regexp.MustCompile(`^[（(]([一二三四五六七八九十]+)[）)]`)
	subItemHead = regexp.MustCompile(`^\d+[．.]`)
)

func readStatute(text string) statute {
	s, article := statute{}, ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "#") {
			article = "" // an annex is no part of the last article
			continue
		}
		if m := articleHead.FindStringSubmatch(line); m != nil {
			article, line = articleNumber(m[1], m[2]), m[3]
			s[article] = []map[int]bool{}
		}
		if article == "" || line == "" || strings.HasPrefix(line, ">") || subItemHead.MatchString(line) {
			continue
		}
		paragraphs := s[article]
		if m := itemHead.FindStringSubmatch(line); m != nil && len(paragraphs) > 0 {
			item, _ := law.ParseNumber(m[1])
			paragraphs[len(paragraphs)-1][item] = true
			continue
		}
		s[article] = append(paragraphs, map[int]bool{})
	}
	return s
}

func articleNumber(article, sub string) string {
	n, _ := law.ParseNumber(article)
	m, _ := law.ParseNumber(sub)
	return law.Citation{Article: n, Sub: m}.Number()
}

// find says why a citation points at nothing in the official text, or nil.
func (c corpus) find(r law.Resolved) error {
	paragraphs, ok := c.statutes[r.Title][r.Number()]
	if !ok {
		return fmt.Errorf("%s: no article %s in the text of %s", r.Label, r.Number(), r.Title)
	}
	switch {
	case r.Paragraph > len(paragraphs):
		return fmt.Errorf("%s: the article has %d 款", r.Label, len(paragraphs))
	case r.Paragraph == 1 && len(paragraphs) == 1:
		return fmt.Errorf("%s: an article of one 款 is cited without it", r.Label)
	case r.Paragraph == 0 && r.Item > 0 && len(paragraphs) != 1:
		return fmt.Errorf("%s: the article has %d 款, say which", r.Label, len(paragraphs))
	case r.Item > 0 && !paragraphs[max(r.Paragraph, 1)-1][r.Item]:
		return fmt.Errorf("%s: that 款 has no such 项", r.Label)
	}
	return nil
}

// resolve reads a written citation and finds it in the official text.
func (c corpus) resolve(laws *law.Register, written string) error {
	citation, err := laws.Parse(written)
	if err != nil {
		return fmt.Errorf("%s: %w", written, err)
	}
	resolved, err := laws.Resolve(citation)
	if err != nil {
		return fmt.Errorf("%s: %w", written, err)
	}
	return c.find(resolved)
}

func TestEveryShippedCitationStandsInTheOfficialText(t *testing.T) {
	c, laws := openCorpus(t), mustLaws(t)
	cited := map[string]bool{}
	for _, s := range mustStories(t) {
		for _, written := range s.Cites {
			cited[written] = true
			if err := c.resolve(laws, written); err != nil {
				t.Errorf("%s: %v", s.Slug, err)
			}
		}
	}
	for _, q := range mustQuestions(t) {
		for _, resolved := range q.Citations {
			cited[resolved.Label] = true
			if err := c.find(resolved); err != nil {
				t.Errorf("question %s: %v", q.ID, err)
			}
		}
	}
	t.Logf("%d different citations found in the official texts", len(cited))
}

// The control: what is not in the texts is not found.
func TestAWrongCitationIsNotFoundInTheOfficialText(t *testing.T) {
	c, laws := openCorpus(t), mustLaws(t)
	for written, want := range map[string]string{
		"反家庭暴力法 第二十三条第三款":          "has 2 款",
		"反家庭暴力法 第二十九条第（五）项":        "no such 项",
		"反家庭暴力法 第二十四条第一款":          "cited without it",
		"民法典 第一千零七十九条第（二）项":        "say which",
		"民法典 第一千零七十九条第三款第（六）项":     "no such 项",
		"民法典 第一千零七十九条第一款第（一）项":     "no such 项",
		"刑法 第二百六十条之一第四款":           "has 3 款",
		"反家庭暴力法 第三十九条":             "law.no_article",
		"反家庭暴力法 第二十三条第九款":          "has 2 款",
		"诉讼费用交纳办法 第十三条第一款第（一）项第二款": "unreadable",
	} {
		if err := c.resolve(laws, written); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("resolve(%s) = %v, want %q", written, err, want)
		}
	}
	for _, written := range []string{
		"反家庭暴力法 第二十三条第二款", "反家庭暴力法 第二十九条第（四）项", "民法典 第一千零七十九条第三款第（二）项",
		"刑法 第二百六十条之一第一款", "诉讼费用交纳办法 第十三条第一款第（二）项", "民事诉讼法解释 第五百五十条",
	} {
		if err := c.resolve(laws, written); err != nil {
			t.Errorf("resolve(%s) = %v", written, err)
		}
	}
}

func TestTheRegisterAgreesWithTheOfficialTexts(t *testing.T) {
	c, laws := openCorpus(t), mustLaws(t)
	known := 0
	for _, entry := range c.index {
		if strings.HasPrefix(entry.File, "_") {
			if _, err := laws.Named(entry.Title); err == nil {
				t.Errorf("%s is outdated and must not be cited", entry.Title)
			}
			continue
		}
		known++
		l, err := laws.Named(entry.Title)
		if err != nil {
			t.Errorf("%s is not in the register", entry.Title)
			continue
		}
		if l.Title != entry.Title || l.Articles != entry.Articles || len(l.Inserted) != entry.Zhi || !strings.HasPrefix(entry.Effective, l.Effective) {
			t.Errorf("the register says %+v, the texts say %+v", l, entry)
		}
		text := c.statutes[l.Title]
		if len(text) != l.Articles+len(l.Inserted) {
			t.Errorf("%s: %d articles read, %d in the register", l.Title, len(text), l.Articles+len(l.Inserted))
		}
		for _, number := range l.Inserted {
			if text[number] == nil {
				t.Errorf("%s: the text has no article %s", l.Title, number)
			}
		}
	}
	if known != len(laws.Laws()) {
		t.Errorf("the register has %d laws, the texts are %d", len(laws.Laws()), known)
	}
}

// The citations of the collected facts are written as lawyers write them; the parser must read every one.
func TestTheParserReadsTheCollectedFacts(t *testing.T) {
	c, laws := openCorpus(t), mustLaws(t)
	data, err := os.ReadFile(filepath.Join(corpusFolder, "quiz_points.json"))
	if err != nil {
		t.Fatal(err)
	}
	var points []struct{ Cites []string }
	if err := json.Unmarshal(data, &points); err != nil {
		t.Fatal(err)
	}
	read := 0
	for _, p := range points {
		for _, written := range p.Cites {
			if err := c.resolve(laws, written); err != nil {
				t.Error(err)
			}
			read++
		}
	}
	if read < 60 {
		t.Errorf("only %d citations were there", read)
	}
}

func mustLaws(t testing.TB) *law.Register {
	t.Helper()
	laws, err := content.Laws()
	if err != nil {
		t.Fatal(err)
	}
	return laws
}

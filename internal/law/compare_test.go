package law_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"pugongying/internal/law"
	"pugongying/internal/law/lawimport"
)

// side is a version whose articles are single paragraphs.
func side(t testing.TB, from string, articles ...string) *law.Version {
	t.Helper()
	v := &law.Version{Law: "fz", Fact: law.Fact{Effective: from}}
	for i, text := range articles {
		v.Articles = append(v.Articles, law.Article{Article: i + 1, Paragraphs: []law.Paragraph{{Text: text}}, SHA256: law.Hash(text)})
	}
	return v
}

// reported writes a comparison in short: changed 1>2.
func reported(differences []law.Difference) string {
	var said []string
	for _, d := range differences {
		text := string(d.Kind) + " "
		if d.Before != nil {
			text += d.Before.Number()
		}
		if text += ">"; d.After != nil {
			text += d.After.Number()
		}
		said = append(said, text)
	}
	return strings.Join(said, ", ")
}

func TestCompareFindsWhatMoved(t *testing.T) {
	line := func(word string) string {
		return strings.Repeat(word+"应当有一根结实的线和一个轴", 3) + "。"
	}
	for name, c := range map[string]struct {
		before, after []string
		want          string
		same          int
	}{
		"nothing":                 {nil, nil, "", 0},
		"all new":                 {nil, []string{"一。"}, "added >1", 0},
		"all gone":                {[]string{"一。"}, nil, "removed 1>", 0},
		"swapped":                 {[]string{line("甲"), line("乙"), "三。"}, []string{line("乙"), line("甲"), "三。"}, "renumbered 2>1, renumbered 1>2", 1},
		"turned round":            {[]string{"一。", "二。", "三。"}, []string{"三。", "二。", "一。"}, "renumbered 3>1, renumbered 1>3", 1},
		"moved and changed":       {[]string{line("甲"), line("乙")}, []string{line("甲"), "插进来的。", line("乙") + "还要有尾巴。"}, "added >2, changed 2>3", 1},
		"doubles, one put in":     {[]string{"同。", "同。"}, []string{"新。", "同。", "同。"}, "added >1, renumbered 1>3", 1},
		"doubles, one gone":       {[]string{"同。", "同。", "末。"}, []string{"同。", "末。"}, "removed 2>, renumbered 3>2", 1},
		"changed beyond likeness": {[]string{"云是云。"}, []string{"鸟飞了。"}, "changed 1>1", 0},
		"removed before added":    {[]string{line("甲"), line("乙"), line("丙")}, []string{line("甲"), line("丙"), "新的一条。"}, "removed 2>, renumbered 3>2, added >3", 1},
	} {
		differences, same := law.Compare(side(t, "2010-01-01", c.before...), side(t, "2026-01-01", c.after...))
		if got := reported(differences); got != c.want || same != c.same {
			t.Errorf("%s: %s, %d the same; want %s, %d", name, got, same, c.want, c.same)
		}
	}
}

// TestCompareOnOfficialTexts compares every official text with every other (the worst case: nothing in common), and with a
// copy of itself in which one article was inserted and one changed.
func TestCompareOnOfficialTexts(t *testing.T) {
	folder := filepath.Join(corpusFolder, "corpus")
	if _, err := os.Stat(folder); err != nil {
		t.Skip("NOT RUN: no official texts beside the repository")
	}
	store := law.NewMemory()
	m, err := lawimport.NewImporter(context.Background(), store, none(t), lawimport.Options{}, clock, func(lawimport.Outcome) {})
	if err == nil {
		err = m.ImportFolder(context.Background(), os.DirFS(folder))
	}
	if err != nil {
		t.Fatal(err)
	}
	compared, versions := 0, versionsOf(t, store)
	for id, a := range versions {
		for other, b := range versions {
			if compared++; compared%29 == 0 || id == other {
				complete(t, a.Title+" – "+b.Title, a, b)
			}
		}
		middle := len(a.Articles) / 2
		next := *a
		next.Articles = nil
		for i, article := range a.Articles {
			if i == middle {
				next.Articles = append(next.Articles, law.Article{Article: article.Article, Sub: article.Sub, SHA256: law.Hash("云"), Paragraphs: []law.Paragraph{{Text: "云"}}})
			}
			if i >= middle {
				article.Article++
			}
			next.Articles = append(next.Articles, article)
		}
		kinds := map[law.ChangeKind]int{}
		for _, d := range complete(t, a.Title, a, &next) {
			kinds[d.Kind]++
		}
		if kinds[law.AddedThere] != 1 || kinds[law.Removed] != 0 || kinds[law.TextChanged] != 0 || kinds[law.Renumbered]+middle < len(a.Articles)-2 {
			t.Errorf("%s with an article put in: %v", a.Title, kinds)
		}
	}
	t.Logf("compared: %d official texts, each with itself, with one article more and with some others", len(versions))
}

// corpusFolder is where the official texts are, if they are present.

// TestTextsAreReadAtOnceByMany reads more texts than the cache holds while it compares and reloads; run it with -race.
func TestTextsAreReadAtOnceByMany(t *testing.T) {
	ctx, r := context.Background(), newRoom(t)
	var texts []string
	for i := range 2 * law.CachedTexts {
		for _, year := range []string{"2010", "2020"} {
			texts = append(texts, kites(fmt.Sprintf("第%d号云条例", i), year+"-01-01", "云，"+year+"。", fmt.Sprintf("第%d句。", i)))
		}
	}
	r.bring(texts...)
	var group sync.WaitGroup
	for worker := range 8 {
		group.Go(func() {
			for i := range 200 {
				n := (i*7 + worker) % (2 * law.CachedTexts)
				s, err := r.Article(ctx, fmt.Sprintf("第%d号云条例", n), "2", "")
				if err != nil || s.Article.Text() != fmt.Sprintf("第%d句。", n) || s.Before != nil {
					t.Errorf("%d: %+v, %v", n, s.Before, err)
				}
				if c, err := r.Changes(ctx, s.Slug, "", ""); err != nil || c.Same != 1 || len(c.Items) != 1 {
					t.Errorf("%d: %+v, %v", n, c.Items, err)
				}
				if i%50 == worker {
					if err := r.Reload(ctx); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	group.Go(func() {
		for day := range 20 {
			text := kites(fmt.Sprintf("第%d号鸟条例", day), "2020-01-01", "鸟。")
			m, outcomes := feed(t, r.store, lawimport.Options{}, text)
			if err := m.Close(ctx); err != nil || len(*outcomes) != 1 {
				t.Error(err)
			}
			if err := r.Reload(ctx); err != nil {
				t.Error(err)
			}
		}
	})
	group.Wait()
	if n := len(r.Laws()); n != 2+2*law.CachedTexts+20 {
		t.Errorf("%d laws", n)
	}
}

package testkit

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLawBook(t *testing.T) {
	titles, articles := map[string]bool{}, 0
	for n := range WholeLawBook.Laws {
		titles[WholeLawBook.Title(n)] = true
		articles += WholeLawBook.Count(n)
	}
	if len(titles) < 3000 || len(titles) != WholeLawBook.Laws || articles != WholeLawBook.Articles || articles < 140_000 {
		t.Errorf("%d titles of %d laws, %d articles", len(titles), WholeLawBook.Laws, articles)
	}
	book := LawBook{Laws: 20, Articles: 410}
	read := func() (all string) {
		t.Helper()
		dir := t.TempDir()
		if err := book.Write(dir); err != nil {
			t.Fatal(err)
		}
		files, err := filepath.Glob(filepath.Join(dir, "*", "*.md"))
		if err != nil || len(files) != book.Laws {
			t.Fatalf("%d files, %v", len(files), err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			all += strings.TrimPrefix(file, dir) + string(text)
		}
		return all
	}
	first := read()
	if read() != first {
		t.Error("the same book is written differently")
	}
	if n := strings.Count(first, book.Phrase(7)); n != 1 {
		t.Errorf("%s is written %d times", book.Phrase(7), n)
	}
	if n := strings.Count(first, "\n第"); n != book.Articles {
		t.Errorf("%d articles, want %d", n, book.Articles)
	}
}

func TestNumeral(t *testing.T) {
	for n, want := range map[int]string{0: "零", 7: "七", 10: "十", 11: "十一", 20: "二十", 101: "一百零一", 110: "一百一十", 1000: "一千", 1001: "一千零一", 1010: "一千零一十", 3100: "三千一百"} {
		if got := numeral(n); got != want {
			t.Errorf("numeral(%d) = %s, want %s", n, got, want)
		}
	}
}

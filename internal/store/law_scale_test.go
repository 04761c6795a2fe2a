package store_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

	"pugongying/internal/law"
	"pugongying/internal/law/lawimport"
	"pugongying/internal/store"
	"pugongying/internal/store/bolt"
	"pugongying/internal/testkit"
)

// importBook writes a book of laws to disk and imports it into an embedded engine; it says how many articles came in.
func importBook(tb testing.TB, book testkit.LawBook) (s *store.Laws, articles int, took, cpu time.Duration) {
	tb.Helper()
	folder := tb.TempDir()
	if err := book.Write(folder); err != nil {
		tb.Fatal(err)
	}
	e, err := bolt.Open(tb.TempDir())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = e.Close(context.Background()) })
	s = lawsOn(tb, e)
	start, busy := time.Now(), processorTime(tb)
	m, err := lawimport.NewImporter(context.Background(), s, facts(tb), lawimport.Options{}, testkit.NewClock().Now, func(o lawimport.Outcome) {
		if articles += o.Articles; o.Kind != lawimport.Added {
			tb.Errorf("%+v", o)
		}
	})
	if err == nil {
		err = m.ImportFolder(context.Background(), os.DirFS(folder))
	}
	if err != nil {
		tb.Fatal(err)
	}
	return s, articles, time.Since(start), processorTime(tb) - busy
}

// processorTime is what this process has used of all processors.
func processorTime(tb testing.TB) time.Duration {
	tb.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// resident reads a figure of /proc/self/status in bytes; 0 where there is none.
func resident(name string) int {
	status, _ := os.ReadFile("/proc/self/status")
	for line := range bytes.Lines(status) {
		if value, is := bytes.CutPrefix(line, []byte(name+":")); is {
			kB, _ := strconv.Atoi(string(bytes.Fields(value)[0]))
			return kB << 10
		}
	}
	return 0
}

func openLibrary(tb testing.TB, s *store.Laws) *law.Library {
	tb.Helper()
	l := law.NewLibrary(s, facts(tb), nil, func() string { return "2026-11-30" })
	if err := l.Reload(context.Background()); err != nil {
		tb.Fatal(err)
	}
	return l
}

// A library of every article that it should have is small in memory, whatever its texts take.
func TestALibraryKeepsNoTextsInMemory(t *testing.T) {
	book := testkit.WholeLawBook.Tenth()
	s, articles, _, _ := importBook(t, book)
	if articles != book.Articles {
		t.Errorf("%d articles came in, want %d", articles, book.Articles)
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	l := openLibrary(t, s)
	runtime.GC()
	runtime.ReadMemStats(&after)
	if a := int(after.HeapAlloc) - int(before.HeapAlloc); a > 4<<10*book.Laws {
		t.Errorf("%d laws take %d bytes of memory, more than 4 kB each", book.Laws, a)
	}
	all := l.Laws()
	for i := range 200 {
		view, err := l.Article(context.Background(), all[i*len(all)/200].Slug, "3", "")
		if err != nil || view.Article.Number() != "3" || view.Previous != "2" {
			t.Fatal(view.Article, err)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if a := int(after.HeapAlloc) - int(before.HeapAlloc); a > 4<<10*book.Laws {
		t.Errorf("after articles of 200 laws were read the library takes %d bytes", a)
	}
	runtime.KeepAlive(l)
}

// BenchmarkAWholeLawBook imports as much as the largest public collection has, and opens the library.
func BenchmarkAWholeLawBook(b *testing.B) {
	for b.Loop() {
		_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // the peak counts from here
		s, articles, took, cpu := importBook(b, testkit.WholeLawBook)
		peak := resident("VmHWM")
		start := time.Now()
		l := openLibrary(b, s)
		opened := time.Since(start)
		start = time.Now()
		if err := l.Reload(context.Background()); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(articles)/took.Seconds(), "articles/s")
		b.ReportMetric(float64(articles)/cpu.Seconds(), "articles/cpu-s")
		b.ReportMetric(float64(peak>>20), "MB-peak")
		b.ReportMetric(float64(opened.Microseconds())/1000, "ms-open")
		b.ReportMetric(float64(time.Since(start).Microseconds()), "us-reload-unchanged")
	}
}

// BenchmarkLawGrowth times what a reader asks for at 1, 10 and 100 times as many laws.
func BenchmarkLawGrowth(b *testing.B) {
	ctx, whole := context.Background(), testkit.WholeLawBook
	for _, book := range []testkit.LawBook{whole.Tenth().Tenth(), whole.Tenth(), whole} {
		s, _, _, _ := importBook(b, book)
		l := openLibrary(b, s)
		all := l.Laws()
		at := func(i int) law.Record { return all[i*7919%len(all)] }
		for name, ask := range map[string]func(i int) error{
			"article": func(i int) error { _, err := l.Article(ctx, at(i).Slug, "7", ""); return err },
			"page":    func(i int) error { _, _, err := l.List(law.Page{After: at(i).Slug, Limit: 20}); return err },
			"status": func(i int) error {
				_, _, err := l.List(law.Page{After: at(i).Slug, Limit: 20, Status: law.Repealed})
				return err
			},
			"name": func(i int) error { _, err := l.Law(at(i).Title); return err },
			"citation": func(i int) error {
				c, err := l.Register().Parse(at(i).Title + "第七条")
				if err == nil {
					_, err = l.Register().Resolve(c)
				}
				return err
			},
		} {
			b.Run(fmt.Sprintf("%s/%d", name, book.Laws), func(b *testing.B) {
				i := 0
				for b.Loop() {
					if i++; ask(i) != nil {
						b.Fatal(name, i, ask(i))
					}
				}
			})
		}
	}
}

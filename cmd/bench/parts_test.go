package main

import (
	"bytes"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pugongying/internal/law/lawimport"
)

// TestTheGeneratedLibraryIsRead checks that the generated files are read as laws and that no two texts are the same.
func TestTheGeneratedLibraryIsRead(t *testing.T) {
	dir := t.TempDir()
	if err := generateLaws(dir, "2016-03-01", 60, 5); err != nil {
		t.Fatal(err)
	}
	texts := map[string]bool{}
	err := lawimport.Walk(os.DirFS(dir), func(name string, data []byte) error {
		texts[string(data)] = true
		if n := strings.Count(string(data), "**第"); n != 5 {
			t.Errorf("%s has %d articles", name, n)
		}
		return nil
	}, func(o lawimport.Outcome) { t.Errorf("%+v", o) })
	if err != nil || len(texts) != 60 {
		t.Errorf("%d texts, %v", len(texts), err)
	}
}

// TestGrowthIsMeasured runs the part for as short a time as possible.
func TestGrowthIsMeasured(t *testing.T) {
	old := growthSizes
	growthSizes = []int{200, 400}
	defer func() { growthSizes = old }()
	b := &bench{turn: 20 * time.Millisecond, rounds: 1, scratch: t.TempDir(), log: &bytes.Buffer{}}
	rows, err := b.growth(t.Context())
	if err != nil || len(rows) != 4 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, r := range rows {
		if r.ours <= 0 || r.ratio <= 0 || !strings.Contains(r.name, "400 份 ÷ 200 份") {
			t.Errorf("%+v", r)
		}
	}
}

func TestAllocationsAreReadFromTheMetrics(t *testing.T) {
	said := "# HELP go_memstats_mallocs_total Total\ngo_memstats_mallocs_total 1.25e+06\n"
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(said)) }))
	defer s.Close()
	if n, err := mallocs(t.Context(), strings.TrimPrefix(s.URL, "http://")); err != nil || n != 1_250_000 {
		t.Errorf("%v %v", n, err)
	}
	said = "go_goroutines 3\n"
	if _, err := mallocs(t.Context(), strings.TrimPrefix(s.URL, "http://")); err == nil {
		t.Error("no figure was read")
	}
	rows, err := (&bench{}).allocations(t.Context())
	if err != nil || len(rows) != 1 || rows[0].verdict() != notRun {
		t.Errorf("without another build: %+v %v", rows, err)
	}
}

// TestWhatIsMissingIsNotRun leaves out the other build, the tools and the texts.
func TestWhatIsMissingIsNotRun(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	b := &bench{turn: time.Millisecond, rounds: 1, scratch: t.TempDir(), laws: "/nothing", log: &bytes.Buffer{}}
	if _, err := b.reads(t.Context()); err == nil || !strings.Contains(err.Error(), "没有") && !strings.Contains(err.Error(), "要两个核") {
		t.Errorf("reads without tools: %v", err)
	}
	if _, err := b.searches(t.Context()); err == nil {
		t.Error("searches without texts")
	}
}

func TestGoalsOfASubmission(t *testing.T) {
	for _, tt := range []struct {
		mongo   bool
		clients int
		want    float64
	}{{false, 50, 0.65}, {false, 500, 0.45}, {true, 50, 0.6}, {true, 500, 0.6}} {
		if g := (&attempt{mongo: tt.mongo}).goal(tt.clients); g != ratioOf(tt.want) {
			t.Errorf("%+v: %+v", tt, g)
		}
	}
	if v := (row{ratio: 0.4, goal: atMostRatio(0.5)}).verdict(); v != pass {
		t.Errorf("0.4 of at most 0.5: %q", v)
	}
	if v := (row{ratio: 0.6, goal: atMostRatio(0.5)}).verdict(); v != miss {
		t.Errorf("0.6 of at most 0.5: %q", v)
	}
}

func TestAFolderHasASize(t *testing.T) {
	dir := t.TempDir()
	for name, size := range map[string]int{"a": 10, "b": 20} {
		if err := os.WriteFile(filepath.Join(dir, name), make([]byte, size), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if n := folderSize(dir); n != 30 {
		t.Errorf("%d bytes", n)
	}
	var none fs.FS = fstest.MapFS{}
	if _, err := firstLoad(none); err == nil {
		t.Error("nothing has a size")
	}
}

package main

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pugongying/cmd/internal/app"
	"pugongying/internal/api"
	"pugongying/internal/testkit"
)

// Limits of a server with a whole public collection of laws.
const (
	soakReady  = 1500 * time.Millisecond
	soakMemory = 300 // MB over the idle server while the index is built
)

// soakPath searches.
const soakPath = api.Base + "/search?q="

// soakBook is the invented collection: the whole with PGY_SOAK=1 (make soak), else a tenth.
func soakBook() (book testkit.LawBook, whole bool) {
	if os.Getenv("PGY_SOAK") != "" {
		return testkit.WholeLawBook, true
	}
	return testkit.WholeLawBook.Tenth(), false
}

// TestAWholeLawBook imports a collection as large as LawRefBook/Laws, starts on it, searches it, changes one law, damages
// the index and starts again. The server answers all the time.
func TestAWholeLawBook(t *testing.T) {
	if testing.Short() {
		t.Skip("NOT RUN: -short")
	}
	book, whole := soakBook()
	data := t.TempDir()
	idle := start(t, data)
	if found := idle.searchUntil("告诫", "chuangtai"); found > time.Minute {
		t.Errorf("the shipped content is found after %v", found)
	}
	resting := idle.anonymous()
	idle.stop()
	importBook(t, book, data)

	s := start(t, data)
	s.readyWithin(soakReady)
	if status, body := s.get(soakPath + "a"); status != 200 && (status != 503 || !strings.Contains(body, `"search.preparing"`)) {
		t.Errorf("while the index is built: %d %s", status, body)
	}
	watch := s.watchMemory()
	last := book.Laws - 1
	took := s.searchUntil(book.Phrase(last), book.Title(last))
	highest := watch()
	t.Logf("index of %d articles: %.1f s, highest %d MB over the idle server's %d MB, %d MB on disk",
		book.Articles, took.Seconds(), highest-resting, resting, bytesUnder(t, filepath.Join(data, app.SearchFolder))>>20)
	if highest-resting > soakMemory {
		t.Errorf("building took %d MB over the idle server, at most %d", highest-resting, soakMemory)
	}
	s.searches(book)
	s.changesOneLaw(book)
	s.stop()

	again := start(t, data)
	again.readyWithin(soakReady)
	t.Logf("after a restart: found after %.2f s, %d MB anonymous", again.searchUntil(book.Phrase(0), book.Title(0)).Seconds(), again.anonymous())
	again.stop()

	damageIndex(t, filepath.Join(data, app.SearchFolder))
	mended := start(t, data)
	mended.readyWithin(soakReady)
	t.Logf("after damage: found after %.1f s", mended.searchUntil(book.Phrase(1), book.Title(1)).Seconds())
	if code := mended.stop(); code != 0 {
		t.Errorf("exit %d", code)
	}
	if !whole {
		t.Logf("a tenth; the whole runs with PGY_SOAK=1")
	}
}

// importBook writes the collection and imports it by the command.
func importBook(t *testing.T, book testkit.LawBook, data string) {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "Laws")
	if err := book.Write(folder); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	command := exec.Command(must(binary()), "law", "import", folder, "--data", data)
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("import: %v\n%.2000s", err, out)
	}
	took := time.Since(begun).Seconds()
	t.Logf("import: %d laws, %d articles in %.1f s, %.0f a second", book.Laws, book.Articles, took, float64(book.Articles)/took)
}

func must(path string, err error) string {
	if err != nil {
		panic(err)
	}
	return path
}

// searchUntil searches until the first hit shows the given words, and returns how long that took. Any answer other than a
// result or search.preparing fails the test.
func (s *server) searchUntil(text, shows string) time.Duration {
	s.t.Helper()
	begun := time.Now()
	for time.Since(begun) < 20*time.Minute {
		status, body := s.get(soakPath + url.QueryEscape(text))
		var page api.SearchPage
		switch {
		case status == http.StatusServiceUnavailable && strings.Contains(body, `"search.preparing"`):
		case status != http.StatusOK || json.Unmarshal([]byte(body), &page) != nil:
			s.t.Fatalf("searching: %d %.300s\n%s", status, body, s.log)
		case len(page.Items) > 0 && strings.Contains(hitText(page.Items[0]), shows):
			return time.Since(begun)
		}
		time.Sleep(50 * time.Millisecond)
	}
	s.t.Fatalf("%s is never found: %s", text, s.log)
	return 0
}

// hitText is all that a hit shows.
func hitText(h api.SearchHit) string {
	text := h.Label + " " + h.Slug + " "
	for _, piece := range append(h.Title, h.Excerpt...) {
		text += piece.Text
	}
	return text
}

var readyMillis = regexp.MustCompile(`(?:msg=ready .*ms=|"msg":"ready",.*"ms":)(\d+)`)

// readyWithin holds the start to its bound by the clock, or where others keep the machine busy by what the process worked.
// It is called as soon as the server is ready.
func (s *server) readyWithin(most time.Duration) {
	s.t.Helper()
	worked := s.worked()
	m := readyMillis.FindStringSubmatch(s.log.String())
	if m == nil {
		s.t.Fatalf("no ready line: %s", s.log)
	}
	ms, err := strconv.Atoi(m[1])
	took := time.Duration(ms) * time.Millisecond
	if err != nil || min(took, worked) > most {
		s.t.Errorf("ready after %v and %v of work, at most %v: %v", took, worked, most, err)
	} else {
		s.t.Logf("ready after %v, of which it worked %v", took, worked)
	}
}

// worked is the processor time of the server so far.
func (s *server) worked() time.Duration {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(s.process.Process.Pid) + "/stat")
	if err != nil {
		s.t.Skip("NOT RUN: no /proc here")
	}
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:])) // the name before may hold spaces
	ticks := 0
	for _, field := range fields[11:13] { // utime, stime
		n, err := strconv.Atoi(field)
		if err != nil {
			s.t.Fatal(err)
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

// anonymous is the server's anonymous memory in MB.
func (s *server) anonymous() int64 {
	data, err := os.ReadFile("/proc/" + strconv.Itoa(s.process.Process.Pid) + "/smaps_rollup")
	if err != nil {
		s.t.Skip("NOT RUN: no smaps_rollup here")
	}
	_, rest, _ := strings.Cut(string(data), "Anonymous:")
	kB, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
	if err != nil {
		s.t.Fatal(err)
	}
	return kB >> 10
}

// watchMemory samples the anonymous memory until the function it returns is called, which gives the highest.
func (s *server) watchMemory() (highest func() int64) {
	var most atomic.Int64
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			most.Store(max(most.Load(), s.anonymous()))
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	return func() int64 {
		close(stop)
		<-stopped
		return most.Load()
	}
}

// searches asks for many laws' own sentences and for common words, and prints how long an answer takes.
func (s *server) searches(book testkit.LawBook) {
	s.t.Helper()
	var own, common []time.Duration
	ask := func(text string) (time.Duration, api.SearchPage) {
		begun := time.Now()
		status, body := s.get(soakPath + url.QueryEscape(text))
		took := time.Since(begun)
		var page api.SearchPage
		if status != http.StatusOK || json.Unmarshal([]byte(body), &page) != nil {
			s.t.Errorf("%s: %d %s", text, status, body)
		}
		return took, page
	}
	for n := 0; n < book.Laws; n += max(book.Laws/60, 1) {
		took, page := ask(book.Title(n) + "第一条")
		own = append(own, took)
		if len(page.Items) == 0 || !strings.Contains(page.Items[0].Label, book.Title(n)) {
			s.t.Errorf("%s is not found by its name and number", book.Title(n))
		}
	}
	for _, text := range []string{"风筝", "灯笼应当归还吗", "山坡上的屋檐谁负责", "告诫", "打老婆", "保管人不得晾晒渔网"} {
		for range 5 {
			took, _ := ask(text)
			common = append(common, took)
		}
	}
	s.t.Logf("searches: by name and number p95 %.1f ms, by common words p95 %.1f ms", p95(own), p95(common))
}

// bytesUnder is how large the files under a folder are.
func bytesUnder(t *testing.T, folder string) (total int64) {
	t.Helper()
	err := filepath.WalkDir(folder, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			total += info.Size()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return total
}

// p95 is the 95th percentile of the answers' times, in ms.
func p95(took []time.Duration) float64 {
	slices.Sort(took)
	return float64(took[(len(took)*95-1)/100].Microseconds()) / 1000
}

// changesOneLaw imports a later text of one law into the running server, which is found without a rebuild.
func (s *server) changesOneLaw(book testkit.LawBook) {
	s.t.Helper()
	folder := lawFolder(s.t, map[string]string{"one.md": kites(book.Title(2), "2026-01-01", "风筝挂在树上的，可以搭梯子。", "梯子用完应当归还邮局。")})
	if out, err := exec.Command(must(binary()), "law", "import", folder, "--data", s.dir).CombinedOutput(); err != nil {
		s.t.Fatalf("%v %s", err, out)
	}
	s.t.Logf("one changed law of %d: found after %.1f s", book.Laws, s.searchUntil("梯子用完应当归还邮局", "归还邮局").Seconds())
}

// damageIndex cuts the largest file of an index in half.
func damageIndex(t *testing.T, folder string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "part-*", "*"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	largest, size := "", int64(0)
	for _, file := range files {
		if info, err := os.Stat(file); err == nil && info.Size() > size {
			largest, size = file, info.Size()
		}
	}
	if err := os.Truncate(largest, size/2); err != nil {
		t.Fatal(err)
	}
}

package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"
)

func TestMedianAndPercentile(t *testing.T) {
	for name, tt := range map[string]struct {
		values []float64
		want   float64
	}{
		"none": {nil, 0}, "one": {[]float64{7}, 7}, "odd, unsorted": {[]float64{9, 1, 5}, 5}, "even": {[]float64{4, 1, 2, 100}, 3},
	} {
		if got := median(tt.values); got != tt.want {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
	calls := make([]time.Duration, 200)
	for i := range calls {
		calls[len(calls)-1-i] = time.Duration(i+1) * time.Millisecond
	}
	if got := percentile99(calls); got != 198 {
		t.Errorf("p99 of 1…200 ms is %v, want 198", got)
	}
	if got := percentile99([]time.Duration{3 * time.Millisecond}); got != 3 {
		t.Errorf("p99 of one call is %v", got)
	}
	if percentile99(nil) != 0 {
		t.Error("p99 of no call is not 0")
	}
}

func TestARatioIsTakenTurnByTurn(t *testing.T) {
	// The machine became ten times faster in the last round; the ratio was one half throughout.
	r := compared("x", "次/s", []float64{50, 60, 500}, []float64{100, 120, 1000})
	if r.ratio != 0.5 || r.ours != 60 || r.reference != 120 {
		t.Fatalf("%+v", r)
	}
}

func TestVerdicts(t *testing.T) {
	for name, tt := range map[string]struct {
		row  row
		want verdict
	}{
		"ratio reached":        {row{ratio: 0.6, goal: ratioOf(0.6)}, pass},
		"ratio missed":         {row{ours: 9000, ratio: 0.59, goal: ratioOf(0.6)}, miss},
		"figure reached":       {row{ours: 5000, goal: atLeast(5000)}, pass},
		"figure missed":        {row{ours: 4999, ratio: 9000, goal: atLeast(5000)}, miss},
		"small enough":         {row{ours: 1.5, goal: atMost(1.5)}, pass},
		"too large":            {row{ours: 1.6, goal: atMost(1.5)}, miss},
		"asks nothing":         {row{ours: 1}, none},
		"not run is no pass":   {row{ratio: 1, goal: ratioOf(0.6), missing: "没有"}, notRun},
		"nothing measured":     {row{goal: ratioOf(0.6)}, miss},
		"not run without goal": {row{missing: "没有"}, notRun},
	} {
		if got := tt.row.verdict(); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

func TestTheTableIsAligned(t *testing.T) {
	var out bytes.Buffer
	printRows(&out, "读取", []row{
		{name: "首页", unit: "次/s", ours: 12345.6, reference: 20000, ratio: 0.617, goal: ratioOf(0.55)},
		{name: "a long name", unit: "ms", ours: 1.234},
		{name: "没有的", goal: atMost(2), missing: "没有 wrk"},
	})
	want := "\n读取\n" +
		"                     我们   对照  比值    目标\n" +
		"  首页         12346 次/s  20000  0.62  ≥ 0.55  PASS\n" +
		"  a long name     1.23 ms\n" +
		"  没有的                                   ≤ 2  NOT RUN：没有 wrk\n"
	if got := out.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestWrkIsRead(t *testing.T) {
	good := "Running 1s test\n  1 threads and 64 connections\n  40210 requests in 1.00s, 390.1MB read\n  Socket errors: connect 0, read 0, write 0, timeout 3\nRequests/sec:  40123.45\n"
	n, rate, err := parseWrk(good)
	if err != nil || n != 40210 || rate != 40123.45 {
		t.Fatalf("%d %v %v", n, rate, err)
	}
	for name, bad := range map[string]string{
		"errors":         good + "  Non-2xx or 3xx responses: 12\n",
		"broken sockets": strings.Replace(good, "read 0, write", "read 5, write", 1),
		"nothing":        strings.Replace(strings.Replace(good, "40210 requests", "0 requests", 1), "40123.45", "0.00", 1),
		"another tool":   "hello",
	} {
		if _, _, err := parseWrk(bad); err == nil {
			t.Errorf("%s: taken for a measurement", name)
		}
	}
}

func TestProcFilesAreRead(t *testing.T) {
	if got := cpuOf("4711 (a ) name) S 1 2 3 4 5 6 7 8 9 10 150 50 0 0 20 0 9"); got != 2*time.Second {
		t.Errorf("cpu = %v, want 2s", got)
	}
	if cpuOf("short") != 0 {
		t.Error("a short line has a time")
	}
	status := "Name:\tx\nVmHWM:\t  100000 kB\nVmRSS:\t   50000 kB\n"
	if now, high := statusMB(status, "VmRSS"), statusMB(status, "VmHWM"); now != 51.2 || high != 102.4 {
		t.Errorf("memory = %v, %v", now, high)
	}
}

func TestFirstLoadIsWhatTheHomePageFetches(t *testing.T) {
	entry := `const d=__vite__mapDeps=(i,m=__vite__mapDeps,d=(m.f||(m.f=["./pages-home-home.A.js","./shared.B.js","./home.css","./other.C.js"])))=>0;` +
		`t(()=>import("./pages-home-home.A.js"),__vite__mapDeps([0,1,2]),import.meta.url)`
	site := fstest.MapFS{
		"index.html":                  {Data: []byte(`<script src="./assets/index.js"></script><link href="./assets/index.css">`)},
		"assets/index.js":             {Data: []byte(entry)},
		"assets/index.css":            {Data: []byte("a{}")},
		"assets/pages-home-home.A.js": {Data: []byte("home()")},
		"assets/shared.B.js":          {Data: []byte("shared()")},
		"assets/home.css":             {Data: []byte("b{}")},
		"assets/other.C.js":           {Data: bytes.Repeat([]byte("never fetched first "), 5000)},
	}
	want := 0
	for name := range site {
		if name == "assets/other.C.js" {
			continue
		}
		n, err := zippedSize(site, name)
		if err != nil {
			t.Fatal(err)
		}
		want += n
	}
	if got, err := firstLoad(site); err != nil || got != float64(want)/1000 {
		t.Fatalf("%v kB, %v; want %v", got, err, float64(want)/1000)
	}
	if _, err := firstLoad(fstest.MapFS{"index.html": {Data: []byte("<p>placeholder")}}); err == nil {
		t.Error("the placeholder has a size")
	}
	site["assets/index.js"] = &fstest.MapFile{Data: []byte("no map")}
	if _, err := firstLoad(site); err == nil {
		t.Error("a build without a home page has a size")
	}
}

// What gzip cannot compress is transferred at nearly its length: a smaller size was taken before the compressor had
// finished.
func TestAZippedSizeIsTakenAtTheEnd(t *testing.T) {
	noise := make([]byte, 100_000)
	_, _ = rand.Read(noise)
	text := []byte(hex.EncodeToString(noise)) // half a byte a letter
	if n, err := zippedSize(fstest.MapFS{"a.js": {Data: text}}, "a.js"); err != nil || n < len(noise) || n > len(noise)*6/5 {
		t.Errorf("%d random bytes, written as text, zip to %d, %v", len(noise), n, err)
	}
}

func TestMainPackageLeavesSubPackagesOut(t *testing.T) {
	dir := fstest.MapFS{
		"app.json":       {Data: []byte(`{"subPackages":[{"root":"read/"},{"root":"quiz"}]}`)},
		"app.js":         {Data: make([]byte, 1000)},
		"pages/home.js":  {Data: make([]byte, 500)},
		"read/story.js":  {Data: make([]byte, 99_000)},
		"quiz/a/page.js": {Data: make([]byte, 99_000)},
	}
	want := float64(1500+len(dir["app.json"].Data)) / 1000
	if got, err := mainPackage(dir); err != nil || got != want {
		t.Fatalf("%v, %v; want %v", got, err, want)
	}
	if _, err := mainPackage(fstest.MapFS{}); err == nil {
		t.Error("no package has a size")
	}
}

func TestSpreadCallsEachOnceAndStopsAtAFailure(t *testing.T) {
	var calls [100]atomic.Int32
	done, err := spread(8, len(calls), func(i int) error { calls[i].Add(1); return nil })
	if err != nil || len(done.calls) != len(calls) || done.rate() <= 0 {
		t.Fatalf("%d calls, %v", len(done.calls), err)
	}
	for i := range calls {
		if n := calls[i].Load(); n != 1 {
			t.Errorf("call %d was made %d times", i, n)
		}
	}
	broken := errors.New("broken")
	if _, err := spread(8, 100, func(i int) error { return broken }); !errors.Is(err, broken) {
		t.Fatalf("a failure was lost: %v", err)
	}
	if _, err := forAWhile(4, time.Second, func(int) error { return broken }); !errors.Is(err, broken) {
		t.Fatalf("a failure was lost: %v", err)
	}
}

// TestACallsOwnWorkIsCounted wants the processor time of a call, not the time it waited.
func TestACallsOwnWorkIsCounted(t *testing.T) {
	if got := (tally{calls: make([]time.Duration, 4), worked: 10 * time.Millisecond}).each(); got != 2500 {
		t.Errorf("10 ms of 4 calls are %v µs each, want 2500", got)
	}
	if got := (tally{}).each(); got != 0 {
		t.Errorf("no call worked %v µs", got)
	}
	waits, err := spread(4, 4, func(int) error { time.Sleep(100 * time.Millisecond); return nil })
	if err != nil {
		t.Fatal(err)
	}
	works, err := spread(1, 4, func(int) error {
		for until := worked() + 50*time.Millisecond; worked() < until; {
			continue
		}
		return nil
	})
	if err != nil || works.worked < 4*50*time.Millisecond || waits.worked >= works.worked {
		t.Errorf("4 calls that work 50 ms each took %v, 4 that wait 100 ms took %v, %v", works.worked, waits.worked, err)
	}
}

func TestTheBareServerServesTheSameBytes(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "home"), []byte(`{"a":1}`), 0o600); err != nil {
		t.Fatal(err)
	}
	h, err := bareHandler(dir)
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/home", nil))
	if got := w.Body.String(); got != `{"a":1}` || w.Header().Get("Content-Length") != "7" {
		t.Errorf("%s %v", got, w.Header())
	}
}

// TestTheProxyIsTheShippedConfiguration: without a cache there is nothing to measure.
func TestTheProxyIsTheShippedConfiguration(t *testing.T) {
	conf := "proxy_cache_path /var/cache/x keys_zone=a:1m;\nlimit_req_zone $x zone=people:10m rate=1r/s;\nupstream pugongying {\n    server 127.0.0.1:8080;\n}\nserver {\n    listen 80;\n    return 301 x;\n}\nserver {\n    listen 443 ssl http2;\n    ssl_protocols x;\n    location / {\n        limit_req zone=people;\n        proxy_cache a;\n    }\n}\n"
	got, err := proxyServer(conf, "127.0.0.1:1", "127.0.0.1:2", "/tmp/c")
	want := "proxy_cache_path /tmp/c keys_zone=a:1m;\nupstream pugongying {\n    server 127.0.0.1:2;\n}\nserver {\n    listen 127.0.0.1:1;\n    location / {\n        proxy_cache a;\n    }\n}\n"
	if err != nil || got != want {
		t.Errorf("%v\n%s", err, got)
	}
	if _, err := proxyServer("server {}", "", "", ""); err == nil {
		t.Error("a configuration without a cache is measured")
	}
}

func TestBenchRefusesWhatItDoesNotKnow(t *testing.T) {
	for _, args := range [][]string{{"--rounds", "0"}, {"--seconds", "-1"}, {"more"}, {"--only", "nothing"}, {"--binary", "/nothing"}} {
		err := run(context.Background(), args, &bytes.Buffer{}, &bytes.Buffer{})
		if err == nil {
			t.Errorf("%v was taken", args)
		}
	}
}

// TestSubmissionRowsAreMeasured runs the part as short as it goes: figures of any size, but figures.
func TestSubmissionRowsAreMeasured(t *testing.T) {
	if testing.Short() {
		t.Skip("opens the whole server")
	}
	b := &bench{turn: 10 * time.Millisecond, rounds: 1, scratch: t.TempDir(), log: &bytes.Buffer{}}
	rows, err := b.submissions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	measured, left := 0, 0
	for _, r := range rows {
		switch {
		case r.verdict() == notRun:
			left++
		case r.ours > 0 && r.reference > 0 && r.ratio > 0:
			measured++
		}
	}
	if measured != 16 || left != 2 {
		t.Fatalf("%d rows measured and %d left out, want 16 and 2: %+v", measured, left, rows)
	}
}

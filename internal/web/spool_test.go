package web

import (
	"bufio"
	"crypto/sha256"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"pugongying/internal/testkit"
)

// measured answers with the hash of what it was sent.
func measured(c *gin.Context) {
	hash := sha256.New()
	n, err := io.Copy(hash, c.Request.Body)
	if err != nil {
		c.Status(http.StatusInternalServerError)
		return
	}
	c.String(http.StatusOK, "%d %x", n, hash.Sum(nil))
}

func spooling(t *testing.T) (*rig, string, string) {
	t.Helper()
	r, s := guarded(t)
	folder := t.TempDir()
	r.engine.options.Spool = folder
	bounds := Bounds{Body: 41 << 20, Time: 30 * time.Second, Arrive: 30 * time.Second}
	r.engine.Route(Route{Method: "POST", Path: "/large", Bounds: bounds, Priority: New}, measured)
	r.engine.Route(Route{Method: "POST", Path: "/brief", Bounds: Bounds{Body: 41 << 20, Time: 20 * time.Millisecond}}, measured)
	return r, s.URL, folder
}

// letters are n bytes that nobody holds in memory.
func letters(n int64) io.Reader { return io.LimitReader(alphabet{}, n) }

type alphabet struct{}

func (alphabet) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	return len(p), nil
}

// TestALargeBodyTakesNoMemory sends 40 MB and looks at the heap while it arrives and afterwards. The control holds it.
func TestALargeBodyTakesNoMemory(t *testing.T) {
	_, url, folder := spooling(t)
	const size, most = 40 << 20, 64 << 20
	hash := sha256.New()
	if _, err := io.Copy(hash, letters(size)); err != nil {
		t.Fatal(err)
	}
	send := func(path string, body io.Reader) string {
		answer, err := http.Post(url+path, "image/jpeg", body)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		got, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != 200 {
			t.Fatalf("%d %s %v", answer.StatusCode, got, err)
		}
		return string(got)
	}
	grown := grownBy(func() {
		if got := send("/large", letters(size)); got != fmt.Sprintf("%d %x", size, hash.Sum(nil)) {
			t.Errorf("it arrived as %s", got)
		}
	})
	var whole []byte
	control := grownBy(func() {
		var err error
		if whole, err = io.ReadAll(letters(size)); err != nil {
			t.Fatal(err)
		}
	})
	runtime.KeepAlive(whole)
	testkit.Score(t, "memory a 40 MB upload takes while it arrives", fmt.Sprintf("%.1f MB", float64(grown)/(1<<20)), grown <= most, fmt.Sprintf("read into memory: %.0f MB", float64(control)/(1<<20)))
	t.Logf("40 MB received: %.1f MB more memory at most; read into memory: %.1f MB", float64(grown)/(1<<20), float64(control)/(1<<20))
	if grown > most || control <= grown || control < size {
		t.Errorf("it took %d bytes of memory, the control %d", grown, control)
	}
	if left, err := filepath.Glob(folder + "/*"); err != nil || len(left) != 0 {
		t.Errorf("left on the disk: %v %v", left, err)
	}
}

// grownBy is how much more memory was in use at most while something happened.
func grownBy(what func()) uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	before, most := m.HeapAlloc, m.HeapAlloc
	done := make(chan struct{})
	var wait sync.WaitGroup
	wait.Go(func() {
		for tick := time.NewTicker(2 * time.Millisecond); ; {
			select {
			case <-done:
				tick.Stop()
				return
			case <-tick.C:
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapAlloc)
			}
		}
	})
	what()
	close(done)
	wait.Wait()
	runtime.ReadMemStats(&m)
	return max(most, m.HeapAlloc) - before
}

func TestALargeBodyThatIsRefused(t *testing.T) {
	r, url, folder := spooling(t)
	for name, row := range map[string]struct {
		path string
		body io.Reader
		want int
	}{
		"too long":                   {"/large", letters(41<<20 + 1), http.StatusRequestEntityTooLarge},
		"too long, and says nothing": {"/large", io.MultiReader(letters(41<<20 + 1)), http.StatusRequestEntityTooLarge},
		"whole":                      {"/large", strings.NewReader("whole"), http.StatusOK},
	} {
		answer, err := http.Post(url+row.path, "image/jpeg", row.body)
		if err != nil {
			if row.want == http.StatusOK {
				t.Errorf("%s: %v", name, err)
			}
			continue // the server hung up before everything was sent
		}
		answer.Body.Close()
		if answer.StatusCode != row.want {
			t.Errorf("%s: %d, want %d", name, answer.StatusCode, row.want)
		}
	}
	slow, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Close()
	if _, err := io.WriteString(slow, "POST /brief HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\nhalf"); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(slow), nil)
	if err != nil || answer.StatusCode != http.StatusRequestTimeout {
		t.Errorf("one that does not come: %v %v", answer, err)
	}
	r.engine.options.Spool = filepath.Join(folder, "gone")
	if answer, err := http.Post(url+"/large", "image/jpeg", strings.NewReader("whole")); err != nil || answer.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("without a disk: %v %v", answer, err)
	} else {
		answer.Body.Close()
	}
	r.engine.options.Spool = folder
	r.engine.bodies.spools.Store(mostSpools)
	if answer, err := http.Post(url+"/large", "image/jpeg", strings.NewReader("whole")); err != nil || answer.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("one too many at once: %v %v", answer, err)
	} else {
		answer.Body.Close()
	}
	r.engine.bodies.spools.Store(0)
	if left, err := os.ReadDir(folder); err != nil || len(left) != 0 {
		t.Errorf("left on the disk: %v %v", left, err)
	}
}

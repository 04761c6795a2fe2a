package bolt

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/store/document"
)

// largeFile is a closed file of about this many bytes, of documents as a server has them.
func largeFile(t *testing.T, size int64) string {
	t.Helper()
	dir := t.TempDir()
	e, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	c := declare(t, e, document.Index{Name: "code", Keys: up("code"), Unique: true}, document.Index{Name: "at", Keys: up("at")}, document.Index{Name: "tags", Keys: up("tags")})
	path := filepath.Join(dir, fileName)
	for n := 0; ; {
		docs := make([]any, 0, 2000)
		for range cap(docs) {
			n++
			docs = append(docs, d{is("_id", fmt.Sprintf("%09d", n*7919%1_000_003_000)), is("code", n), is("a", n%100), is("at", time.Now()),
				is("text", strings.Repeat("文", 100+n%200)), is("answers", bson.D{{Key: "q1", Value: bson.A{"A", "C"}}, {Key: "q2", Value: bson.A{"B"}}}), is("tags", bson.A{n, -n})})
		}
		if err := c.Insert(t.Context(), docs...); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(path); err != nil || info.Size() >= size {
			t.Logf("%d documents, %d MB, %v", n, info.Size()>>20, err)
			break
		}
	}
	if err := e.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestTheWholeFileIsCheckedAtStart prints what it costs.
func TestTheWholeFileIsCheckedAtStart(t *testing.T) {
	size := int64(100 << 20)
	if os.Getenv("PGY_SOAK") != "" {
		size = 1 << 30
	}
	path := largeFile(t, size)
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	begun, work := time.Now(), worked(t)
	if err := checkFile(f); err != nil {
		t.Fatal(err)
	}
	t.Logf("checked in %v, %v of it work", time.Since(begun), worked(t)-work)
	begun, work = time.Now(), worked(t)
	if _, err := openAndCount(t, path); err != nil {
		t.Fatal(err)
	}
	t.Logf("opened, counted and closed in %v, %v of it work", time.Since(begun), worked(t)-work)
}

// worked is the processor time of this process so far: what of a start is not waiting for a disk or for other processes.
func worked(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

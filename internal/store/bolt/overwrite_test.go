package bolt

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.etcd.io/bbolt"
	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/store/document"
)

const hers = "HERSELFHERSELF"

// copies counts how often a word stands in the raw bytes of a folder's file.
func copies(t testing.TB, dir, word string) int {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, fileName))
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Count(raw, []byte(word))
}

// live inserts n of her documents among those of others, changes them and removes them again.
func live(t testing.TB, c document.Collection, n int) {
	t.Helper()
	ctx := context.Background()
	filler := strings.Repeat("x", 700)
	var docs []any
	for i := range n {
		docs = append(docs,
			d{is("_id", fmt.Sprint("hers", i)), is("owner", hers), is("rev", int64(0)), is("text", filler)},
			d{is("_id", fmt.Sprint("other", rand.Int64())), is("owner", "somebody"), is("text", filler)})
		if len(docs) < 100 && i < n-1 {
			continue
		}
		if err := c.Insert(ctx, docs...); err != nil {
			t.Fatal(err)
		}
		docs = docs[:0]
	}
	if _, err := c.UpdateAll(ctx, d{is("owner", hers)}, d{is("$inc", d{is("rev", int64(1))})}); err != nil {
		t.Fatal(err)
	}
}

func forget(t testing.TB, c document.Collection) {
	t.Helper()
	if _, err := c.Delete(context.Background(), d{is("owner", hers)}); err != nil {
		t.Fatal(err)
	}
}

func owners() document.Index { return document.Index{Name: "owner", Keys: up("owner")} }

func TestWhatWasRemovedIsOverwrittenInTheFile(t *testing.T) {
	e := open(t)
	dir := filepath.Dir(e.db.Path())
	c := declare(t, e, owners())
	live(t, c, 200)
	forget(t, c)
	if n := copies(t, dir, hers); n < 10 {
		t.Fatalf("control: only %d copies of her stand in free pages", n)
	} else {
		t.Logf("%d copies of her stood in free pages", n)
	}
	for range 3 {
		if err := e.overwriting.run(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := copies(t, dir, hers); n != 0 {
		t.Errorf("%d copies of her are left", n)
	}
	if n, err := c.Count(t.Context(), d{is("owner", "somebody")}, 0); n != 200 || err != nil {
		t.Errorf("%d of 200 others are there, %v", n, err)
	}
	checkOpen(t, e)
}

// checkOpen checks the file of an engine as an opening would.
func checkOpen(t *testing.T, e *Engine) {
	t.Helper()
	f, err := os.Open(e.db.Path())
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := checkFile(f); err != nil {
		t.Error(err)
	}
}

// The overwriting of a file at rest does not make it larger each time.
func TestOverwritingDoesNotGrowTheFile(t *testing.T) {
	e := open(t)
	c := declare(t, e, owners())
	live(t, c, 500)
	forget(t, c)
	if err := e.overwriting.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	first, err := e.size()
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if err := e.overwriting.run(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	last, err := e.size()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d kB in use after the first, %d kB after 20 more", first>>10, last>>10)
	if last > first+first/20 {
		t.Errorf("the file grew from %d to %d", first, last)
	}
}

// A reader that began before the removal keeps its pages: the overwriting waits for it, and what it reads stays whole.
func TestAReaderKeepsThePagesItSees(t *testing.T) {
	e := open(t)
	c := declare(t, e, owners())
	live(t, c, 100)
	begun, release := make(chan struct{}), make(chan struct{})
	var read atomic.Int64
	var wg sync.WaitGroup
	wg.Go(func() {
		err := e.read(t.Context(), func(tx *bbolt.Tx) error {
			close(begun)
			<-release
			return tx.Bucket(c.bucket).ForEach(func(_, doc []byte) error {
				if bytes.Contains(doc, []byte(hers)) {
					read.Add(1)
				}
				return bson.Raw(doc).Validate()
			})
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-begun
	forget(t, c)
	short, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if err := e.overwriting.run(short); err == nil {
		t.Error("it was done under the eyes of a reader")
	}
	close(release)
	wg.Wait()
	if read.Load() != 100 {
		t.Errorf("the reader saw %d of 100 documents", read.Load())
	}
	if err := e.overwriting.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := copies(t, filepath.Dir(e.db.Path()), hers); n != 0 {
		t.Errorf("%d copies of her are left", n)
	}
}

// Writers and readers go on meanwhile, and lose nothing.
func TestOverwritingUnderLoad(t *testing.T) {
	e := open(t)
	c := declare(t, e, owners())
	live(t, c, 300)
	forget(t, c)
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	written := make([]int, 8)
	for w := range written {
		wg.Go(func() {
			for ctx.Err() == nil {
				doc := d{is("_id", fmt.Sprint(w, "-", written[w])), is("owner", fmt.Sprint("w", w)), is("text", strings.Repeat("y", rand.IntN(9000)))}
				if err := c.Insert(t.Context(), doc); err != nil {
					t.Error(err)
					return
				}
				written[w]++
			}
		})
	}
	for range 2 {
		wg.Go(func() {
			for ctx.Err() == nil {
				if _, err := c.Count(t.Context(), d{is("text", d{is("$exists", true)})}, 0); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 10 {
		if err := e.overwriting.run(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	cancel()
	wg.Wait()
	if n := copies(t, filepath.Dir(e.db.Path()), hers); n != 0 {
		t.Errorf("%d copies of her are left", n)
	}
	all := 0
	for w, n := range written {
		all += n
		if got, err := c.Count(t.Context(), d{is("owner", fmt.Sprint("w", w))}, 0); int(got) != n || err != nil {
			t.Errorf("writer %d: %d of %d documents, %v", w, got, n, err)
		}
	}
	t.Logf("%d documents written meanwhile", all)
	checkOpen(t, e)
}

// What stands behind the pages in use is blanked, too.
func TestWhatAnUncommittedTransactionLeftBehindTheFileIsBlanked(t *testing.T) {
	e := open(t)
	c := declare(t, e, owners())
	live(t, c, 5)
	forget(t, c)
	size, err := e.size()
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(e.db.Path(), os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt([]byte(hers), size+(3<<20)); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err := e.overwriting.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := copies(t, filepath.Dir(e.db.Path()), hers); n != 0 {
		t.Errorf("%d copies of her are left", n)
	}
}

const overwriteDir = "PGY_TEST_OVERWRITE_DIR"

// TestOverwriteChild is the process that is killed; alone it does nothing.
func TestOverwriteChild(t *testing.T) {
	dir := os.Getenv(overwriteDir)
	if dir == "" {
		return
	}
	e, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	c := e.Collection("items")
	if err := e.Ensure(t.Context(), []document.Declaration{{Collection: "items", Indexes: []document.Index{owners()}}}); err != nil {
		t.Fatal(err)
	}
	live(t, c, 4000)
	forget(t, c)
	if err := e.Overwrite(t.Context()); err != nil {
		t.Fatal(err)
	}
	fmt.Println("begun")
	go func() {
		for {
			live := fmt.Sprint("live", rand.Int64())
			if c.Insert(context.Background(), d{is("_id", live), is("owner", "somebody"), is("text", strings.Repeat("z", rand.IntN(6000)))}) == nil {
				fmt.Println("ack", live)
			}
		}
	}()
	for {
		if err := e.overwriting.run(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// TestKilledWhileOverwriting kills a process at a random instant of the overwriting: the next one finds a file that is
// whole, every acknowledged write in it, and comes to the overwriting by itself.
func TestKilledWhileOverwriting(t *testing.T) {
	acks := 0
	for round := range 8 {
		dir := t.TempDir()
		child := exec.Command(os.Args[0], "-test.run=^TestOverwriteChild$")
		child.Env = append(os.Environ(), overwriteDir+"="+dir)
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		var acked []string
		var once sync.Once
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if lines.Text() == "begun" {
				once.Do(func() {
					time.AfterFunc(time.Duration(rand.IntN(500))*time.Millisecond, func() { _ = child.Process.Kill() })
				})
			}
			if id, ok := strings.CutPrefix(lines.Text(), "ack "); ok {
				acked = append(acked, id)
			}
		}
		if err := child.Wait(); err == nil || child.ProcessState.Exited() {
			t.Fatalf("the child was not killed: %v", err)
		}
		left := copies(t, dir, hers)
		e, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		e.overwriting.mu.Lock()
		remembered := e.overwriting.wanted > 0
		e.overwriting.mu.Unlock()
		if left > 0 && !remembered {
			t.Errorf("round %d: %d copies of her and no request", round, left)
		}
		for _, id := range acked {
			if n, err := e.Collection("items").Count(t.Context(), d{is("_id", id)}, 0); n != 1 || err != nil {
				t.Errorf("round %d: %s is lost, %v", round, id, err)
			}
		}
		if err := e.overwriting.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := copies(t, dir, hers); n != 0 {
			t.Errorf("round %d: %d copies of her are left", round, n)
		}
		checkOpen(t, e)
		if err := e.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		acks += len(acked)
		t.Logf("round %d: killed with %d copies of her left, %d writes acknowledged", round, left, len(acked))
	}
	if acks == 0 {
		t.Error("nothing was written meanwhile")
	}
}

// A request is served without being asked again, within a minute, and forgotten then.
func TestARequestIsServedInTime(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for the loop")
	}
	e := open(t)
	c := declare(t, e, owners())
	live(t, c, 50)
	forget(t, c)
	began := time.Now()
	if err := e.Overwrite(t.Context()); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Dir(e.db.Path())
	if copies(t, dir, hers) == 0 {
		t.Fatal("control: no copy of her was there")
	}
	for copies(t, dir, hers) > 0 {
		if time.Since(began) > time.Minute {
			t.Fatal("not within a minute")
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Logf("overwritten after %s", time.Since(began).Round(100*time.Millisecond))
}

func BenchmarkOverwrite(b *testing.B) {
	e, err := Open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = e.Close(context.Background()) }()
	c := e.Collection("items")
	if err := e.Ensure(b.Context(), []document.Declaration{{Collection: "items", Indexes: []document.Index{owners()}}}); err != nil {
		b.Fatal(err)
	}
	live(b, c, 5000)
	forget(b, c)
	for b.Loop() {
		if err := e.overwriting.run(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

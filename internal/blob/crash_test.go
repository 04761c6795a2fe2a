package blob

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"pugongying/internal/media"
	"pugongying/internal/testkit"
)

// writerFolder is the variable that makes this test program write to the folder it names, until it is killed.
const writerFolder = "PGY_TEST_BLOB_WRITER"

// writeUntilKilled stores files and prints each one only when the store has acknowledged it.
func writeUntilKilled(dir string) {
	store, err := Embedded(dir)
	if err != nil {
		fmt.Println("failed", err)
		return
	}
	var mu sync.Mutex
	var wait sync.WaitGroup
	for w := range 4 {
		wait.Go(func() {
			for i := 0; ; i++ {
				key, body := written(w, i)
				if _, err := store.Put(context.Background(), key, "audio/mpeg", bytes.NewReader(body)); err != nil {
					fmt.Println("failed", err)
					return
				}
				mu.Lock()
				fmt.Println(w, i)
				mu.Unlock()
			}
		})
	}
	wait.Wait()
}

// written is what writer w stores as its i-th file; each key is written three times in a row.
func written(w, i int) (media.Key, []byte) {
	return media.Key(fmt.Sprintf("audio/w%d-%d.mp3", w, i/3)), content(uint64(w*100_000+i), 2000+i%50_000)
}

func TestAcknowledgedFilesSurviveKill9(t *testing.T) {
	acknowledged, leftovers := 0, 0
	for round := range 6 {
		dir := t.TempDir()
		last := killedWriter(t, dir, 40+30*round)
		leftovers += len(entries(t, filepath.Join(dir, incoming)))
		store := openEmbedded(t, dir)
		if left := entries(t, filepath.Join(dir, incoming)); len(left) > 0 {
			t.Errorf("half-written files are still there: %v", left)
		}
		for w, i := range last {
			acknowledged += i + 1
			for _, fault := range faults(t, store, w, i) {
				t.Error(fault)
			}
			// The control: three files that nobody acknowledged are reported as missing.
			if len(faults(t, store, w, i+6)) == 0 {
				t.Error("this test cannot see a lost file")
			}
		}
	}
	if acknowledged < 150 || leftovers == 0 {
		t.Fatalf("only %d files were acknowledged before the kills, %d were left half written", acknowledged, leftovers)
	}
	testkit.Score(t, "acknowledged files lost by kill -9", fmt.Sprintf("embedded: 0 of %d in 6 kills", acknowledged), !t.Failed(), "files nobody acknowledged are missed")
}

func entries(t *testing.T, dir string) (names []string) {
	t.Helper()
	found, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range found {
		names = append(names, entry.Name())
	}
	return names
}

// killedWriter runs a writer until it has acknowledged enough files, kills it, and gives each worker's last one.
func killedWriter(t *testing.T, folder string, enough int) map[int]int {
	t.Helper()
	writer := exec.Command(os.Args[0])
	writer.Env = append(os.Environ(), writerFolder+"="+folder)
	output, err := writer.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := writer.Start(); err != nil {
		t.Fatal(err)
	}
	last, lines := map[int]int{}, bufio.NewScanner(output)
	for n := 0; lines.Scan(); n++ {
		var w, i int
		if _, err := fmt.Sscan(lines.Text(), &w, &i); err != nil {
			t.Fatalf("the writer says %q", lines.Text())
		}
		last[w] = i
		if n == enough {
			if err := writer.Process.Signal(syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := writer.Wait(); err == nil {
		t.Fatal("the writer ended by itself")
	}
	return last
}

// faults checks every file a writer had acknowledged. One that was being replaced has either the acknowledged bytes or
// the next ones, whole and with their own hash.
func faults(t *testing.T, store engine, w, last int) (found []string) {
	t.Helper()
	for i := 2; i <= last+2; i += 3 {
		acknowledged := min(i, last)
		key, want := written(w, acknowledged)
		file, info, err := store.Get(t.Context(), key)
		if err != nil {
			found = append(found, fmt.Sprintf("%s: %v", key, err))
			continue
		}
		got, err := io.ReadAll(file)
		file.Close()
		_, next := written(w, acknowledged+1)
		replaced := i > last && bytes.Equal(got, next)
		if err != nil || (!bytes.Equal(got, want) && !replaced) {
			found = append(found, fmt.Sprintf("%s: neither what was acknowledged nor what came next: %d bytes, %v", key, len(got), err))
		}
		if info.SHA256 != hashOf(got) {
			found = append(found, fmt.Sprintf("%s: another file's hash", key))
		}
	}
	return found
}

func TestAcknowledgedFilesSurviveAKilledMinIO(t *testing.T) {
	server := testkit.OwnS3(t)
	store := openS3(t, server, freshBucket())
	if err := store.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	var last [4]int
	var wait sync.WaitGroup
	killed := make(chan struct{})
	for w := range last {
		last[w] = -1
		wait.Go(func() {
			for i := 0; ; i++ {
				key, body := written(w, i)
				if _, err := store.Put(t.Context(), key, "audio/mpeg", bytes.NewReader(body)); err != nil {
					select {
					case <-killed:
					default:
						t.Errorf("Put before the kill = %v", err)
					}
					if !errors.Is(err, media.ErrUnavailable) {
						t.Errorf("Put at a dead store = %v, want ErrUnavailable", err)
					}
					return
				}
				last[w] = i
			}
		})
	}
	time.Sleep(time.Second)
	close(killed)
	server.Kill()
	wait.Wait()
	began := time.Now()
	if _, err := store.Stat(t.Context(), "code/a.png"); !errors.Is(err, media.ErrUnavailable) || time.Since(began) > 10*time.Second {
		t.Errorf("Stat at a dead store = %v after %v", err, time.Since(began))
	}
	server.Start(t)
	total := 0
	for w, i := range last {
		total += i + 1
		for _, fault := range faults(t, store, w, i) {
			t.Error(fault)
		}
	}
	if total < 20 {
		t.Fatalf("only %d files were acknowledged before the kill", total)
	}
	testkit.Score(t, "acknowledged files lost by kill -9", fmt.Sprintf("S3: 0 of %d in 1 kill", total), !t.Failed(), "files nobody acknowledged are missed")
}

func TestAFullDiskLosesNothing(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=6m"); err != nil {
		t.Skipf("NOT RUN: disk full: a small tmpfs cannot be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	store, err := Embedded(filepath.Join(dir, "files"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	var stored []media.Key
	full := false
	for i := range 64 {
		key := media.Key(fmt.Sprintf("audio/n-%02d.mp3", i))
		_, err := store.Put(t.Context(), key, "audio/mpeg", bytes.NewReader(content(uint64(i), 500_000)))
		if errors.Is(err, media.ErrFull) {
			full = true
			break
		}
		if err != nil {
			t.Fatalf("Put = %v, want ErrFull at the end", err)
		}
		stored = append(stored, key)
	}
	if !full || len(stored) < 4 {
		t.Fatalf("full %v after %d files", full, len(stored))
	}
	if _, err := store.Put(t.Context(), stored[0], "audio/mpeg", bytes.NewReader(content(999, 5_000_000))); !errors.Is(err, media.ErrFull) {
		t.Fatalf("replacing a file = %v, want ErrFull", err)
	}
	for i, key := range stored {
		if got, info := read(t, store, key); !bytes.Equal(got, content(uint64(i), 500_000)) || info.SHA256 != hashOf(got) {
			t.Fatalf("%s was damaged by the full disk", key)
		}
	}
	if err := store.Delete(t.Context(), stored[0]); err != nil {
		t.Fatal(err)
	}
	mustPut(t, store, "audio/after.mp3", "audio/mpeg", content(5, 400_000))
	if left := entries(t, filepath.Join(dir, "files", incoming)); len(left) > 0 {
		t.Errorf("refused files still take room: %v", left)
	}
}

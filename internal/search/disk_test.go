package search

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// folders are the index folders on disk.
func (r *rig) folders() (names []string) {
	r.t.Helper()
	entries, err := os.ReadDir(r.dir)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() != manifestFile {
			names = append(names, e.Name())
		}
	}
	return names
}

// build builds what there is now, and neither opens it nor writes its manifest.
func (r *rig) build() manifest {
	r.t.Helper()
	plan, err := r.plan()
	if err != nil {
		r.t.Fatal(err)
	}
	m, err := plan.carryOut(context.Background(), r.dir)
	if err != nil {
		r.t.Fatal(err)
	}
	m.Generations = generationsOf(r.sources)
	return m
}

// A machine that stops at any moment of a build leaves an index that answers, and after the next start no other files.
func TestACrashBeforeAndAfterTheManifest(t *testing.T) {
	r := newRig(t)
	r.source.change(Document{Kind: Explainer, Slug: "malan", Title: "断线以后", Text: "她把风筝的线收了起来。"})
	before := r.folders()
	r.build()
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if got := r.folders(); len(got) != 2 {
		t.Fatalf("negative control: %v", got)
	}
	if err := os.WriteFile(filepath.Join(r.dir, manifestFile+".new"), []byte(`{"sch`), 0o600); err != nil {
		t.Fatal(err)
	}
	r.open()
	if got := r.found("山坡", ""); len(got) == 0 || got[0] != "wanfeng" {
		t.Errorf("stopped before the manifest: %v", got)
	}
	if got := r.folders(); !slices.Equal(slices.DeleteFunc(got, func(s string) bool { return s == manifestFile+".new" }), before) {
		t.Errorf("left behind: %v, was %v", got, before)
	}
	made := r.build()
	if err := made.write(r.dir); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	r.open()
	if got := r.found("风筝", ""); !slices.Equal(got, []string{"malan"}) {
		t.Errorf("stopped after the manifest: %v", got)
	}
	if got := r.folders(); !slices.Equal(got, []string{made.Parts[0].Folder}) {
		t.Errorf("left behind: %v", got)
	}
}

// However the files of an index were damaged, it is built again and answers.
func TestADamagedIndexIsBuiltAgain(t *testing.T) {
	r := newRig(t)
	want := r.found("风筝落在房顶", "")
	spoils := map[string]func(path string, size int64) error{
		"gone":   func(path string, _ int64) error { return os.Remove(path) },
		"empty":  func(path string, _ int64) error { return os.Truncate(path, 0) },
		"halved": func(path string, size int64) error { return os.Truncate(path, size/2) },
		"zeroed": func(path string, size int64) error { return os.WriteFile(path, make([]byte, size), 0o600) },
		"garbled": func(path string, size int64) error {
			return os.WriteFile(path, []byte(strings.Repeat("x", int(size))), 0o600)
		},
	}
	files, err := os.ReadDir(filepath.Join(r.dir, r.folders()[0]))
	if err != nil || len(files) < 2 {
		t.Fatal(files, err)
	}
	for how, spoil := range spoils {
		for n := range files {
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
			folder := filepath.Join(r.dir, r.folders()[0])
			files, err := os.ReadDir(folder)
			if err != nil {
				t.Fatal(err)
			}
			info, err := files[n].Info()
			if err != nil {
				t.Fatal(err)
			}
			if err := spoil(filepath.Join(folder, files[n].Name()), info.Size()); err != nil {
				t.Fatal(err)
			}
			r.open()
			if got := r.found("风筝落在房顶", ""); !slices.Equal(got, want) {
				t.Errorf("%s %s: found %v, want %v", files[n].Name(), how, got, want)
			}
		}
	}
}

// A full disk is simulated by a limit on file sizes: building fails, nothing of it remains, and the previous index
// continues to answer. It runs in a process of its own, whose other files the limit cannot hit.
func TestAFullDisk(t *testing.T) {
	if os.Getenv("PGY_FULL_DISK") == "" {
		child := exec.Command(os.Args[0], "-test.run=^TestAFullDisk$")
		child.Env = append(os.Environ(), "PGY_FULL_DISK=1")
		if out, err := child.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	r := newRig(t)
	before := r.folders()
	signal.Ignore(syscall.SIGXFSZ)
	var was syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		t.Skip("NOT RUN: no limit of files here")
	}
	for _, room := range []uint64{0, 512, 4096} {
		r.source.change(some()[1])
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: room, Max: was.Max}); err != nil {
			t.Skip("NOT RUN: files cannot be limited here")
		}
		_, err := r.Follow(context.Background())
		if back := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was); back != nil {
			t.Fatal(back)
		}
		if err == nil {
			t.Errorf("negative control: an index was made in %d bytes", room)
			r.source.change(some()...)
			if _, err := r.Follow(context.Background()); err != nil {
				t.Fatal(err)
			}
			before = r.folders()
			continue
		}
		if got := r.found("山坡", ""); len(got) == 0 || got[0] != "wanfeng" {
			t.Errorf("with %d bytes left: %v", room, got)
		}
		if got := r.folders(); !slices.Equal(got, before) {
			t.Errorf("with %d bytes left, left behind: %v, was %v", room, got, before)
		}
	}
	if made, err := r.Follow(context.Background()); !made || err != nil {
		t.Fatalf("with room again: %v, %v", made, err)
	}
	if got := r.found("山坡", ""); len(got) != 0 {
		t.Errorf("with room again: %v", got)
	}
}

// many gives as many articles as asked, of which every hundredth is the same but for its number.
type many int

func (many) Generation() string { return "many" }

func (m many) Groups() ([]Group, error) {
	return []Group{{Key: "many", Generation: "many", Documents: m.documents}}, nil
}

func (m many) documents(_ context.Context, each func(Document) error) error {
	for i := range int(m) {
		text := fmt.Sprintf("风筝放到第%d号山坡，%s", i, strings.Repeat(string(rune('一'+i%5000)), 200))
		if i%100 == 0 {
			text = "灯笼熄灭了。"
		}
		if err := each(article("fz", "风筝法", fmt.Sprint(i), "某条", text)); err != nil {
			return err
		}
	}
	return nil
}

// heap is what the program keeps.
func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// An index is read from disk: many laws cost little memory. Equally relevant documents are always found in the order they
// were added.
func TestManyLawsCostLittleMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("NOT RUN: -short")
	}
	r := newRig(t)
	before := heap()
	r.parts.Sources = []Source{many(8000)}
	r.dir = filepath.Join(t.TempDir(), "search")
	r.open()
	t.Cleanup(func() { _ = r.Index.Close() })
	first := r.found("灯笼熄灭", "")
	if len(first) != 20 || first[0] != "fz 0" || first[1] != "fz 100" || first[19] != "fz 1900" {
		t.Errorf("equals are found in the order %v", first)
	}
	for range 3 {
		if got := r.found("灯笼熄灭", ""); !reflect.DeepEqual(got, first) {
			t.Errorf("another order: %v", got)
		}
	}
	size := int64(0)
	for _, folder := range r.folders() {
		files, _ := os.ReadDir(filepath.Join(r.dir, folder))
		for _, f := range files {
			if info, err := f.Info(); err == nil {
				size += info.Size()
			}
		}
	}
	if grown := heap() - before; grown > 4<<20 {
		t.Errorf("8000 articles, %d kB on disk, keep %d kB in memory", size>>10, grown>>10)
	} else {
		t.Logf("8000 articles, %d kB on disk, keep %d kB in memory", size>>10, grown>>10)
	}
}

package search

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// generation returns documents that all name the same generation.
func generation(n int) (all []Document) {
	for i := range 5 {
		all = append(all, story(fmt.Sprintf("s%d", i), "山坡", fmt.Sprintf("第%d年的山坡", n)))
	}
	return all
}

// oneGeneration fails when the hits are not all of one generation.
func oneGeneration(hits []Hit) error {
	if len(hits) != 5 {
		return fmt.Errorf("%d hits", len(hits))
	}
	for _, h := range hits {
		if h.Text != hits[0].Text {
			return fmt.Errorf("%q beside %q", h.Text, hits[0].Text)
		}
	}
	return nil
}

// A search while indexes change is answered from one of them. Meant for the race detector too.
func TestAnAnswerIsOfOneIndex(t *testing.T) {
	mixed := []Hit{{Document: generation(1)[0]}, {Document: generation(1)[1]}, {Document: generation(1)[2]}, {Document: generation(1)[3]}, {Document: generation(2)[4]}}
	if oneGeneration(mixed) == nil || oneGeneration(mixed[:4]) == nil {
		t.Fatal("negative control: a mixture is of one generation")
	}
	r := rigOf(t, generation(0)...)
	var group sync.WaitGroup
	stop := make(chan struct{})
	seen := make([]map[string]bool, 3)
	for reader := range seen {
		seen[reader] = map[string]bool{}
		group.Go(func() {
			for {
				result, err := r.Search(context.Background(), Query{Text: "山坡", Limit: 20})
				if err == nil {
					err = oneGeneration(result.Hits)
				}
				if err != nil {
					t.Error(err)
					return
				}
				seen[reader][result.Hits[0].Text] = true
				select {
				case <-stop:
					return
				default:
				}
			}
		})
	}
	for n := range 12 {
		r.source.change(generation(n + 1)...)
		if made, err := r.Follow(context.Background()); !made || err != nil {
			t.Errorf("Follow = %v, %v", made, err)
		}
	}
	close(stop)
	group.Wait()
	if len(seen[0])+len(seen[1])+len(seen[2]) < 4 {
		t.Errorf("nobody asked while indexes changed: %v", seen)
	}
}

// Of several concurrent Follows one builds, and the others find it done.
func TestOneMakesAtATime(t *testing.T) {
	r := newRig(t)
	before := r.source.read.Load()
	r.source.change(generation(1)...)
	var group sync.WaitGroup
	makers := make(chan bool, 8)
	for range cap(makers) {
		group.Go(func() {
			made, err := r.Follow(context.Background())
			if err != nil {
				t.Error(err)
			}
			makers <- made
		})
	}
	group.Wait()
	close(makers)
	made := 0
	for one := range makers {
		if one {
			made++
		}
	}
	if made != 1 || r.source.read.Load() != before+1 {
		t.Errorf("%d made an index, the source was read %d times", made, r.source.read.Load()-before)
	}
}

// Every source is read, in order, and the change of any has the index updated.
func TestEverySourceIsFollowed(t *testing.T) {
	r := newRig(t)
	second := &documents{all: []Document{story("b", "山坡", "二")}}
	r.parts.Sources = []Source{r.source, second}
	r.source.change(story("a", "山坡", "一"))
	r.dir = filepath.Join(t.TempDir(), "search")
	r.open()
	t.Cleanup(func() { _ = r.Index.Close() })
	if got := r.found("山坡", ""); !slices.Equal(got, []string{"a", "b"}) {
		t.Fatalf("found %v", got)
	}
	for i, source := range []*documents{r.source, second} {
		source.change(story(fmt.Sprint("new", i), "山坡", "三"))
		if made, err := r.Follow(context.Background()); !made || err != nil {
			t.Fatal(made, err)
		}
		if got := r.found("山坡", ""); !slices.Contains(got, fmt.Sprint("new", i)) {
			t.Errorf("source %d is not followed: %v", i, got)
		}
	}
	if made, err := r.Follow(context.Background()); made || err != nil {
		t.Errorf("negative control: made again without a change: %v, %v", made, err)
	}
}

// A cancelled build leaves the index before it, and no files.
func TestMakingIsStopped(t *testing.T) {
	r := newRig(t)
	before := r.folders()
	r.source.change(generation(1)...)
	stopped, stop := context.WithCancel(context.Background())
	stop()
	if made, err := r.Follow(stopped); made || !errors.Is(err, context.Canceled) {
		t.Errorf("Follow = %v, %v", made, err)
	}
	if got := r.found("房顶", ""); len(got) == 0 {
		t.Error("the index before does not answer")
	}
	if got := r.folders(); !slices.Equal(got, before) {
		t.Errorf("left behind: %v, was %v", got, before)
	}
	if made, err := r.Follow(context.Background()); !made || err != nil {
		t.Errorf("afterwards Follow = %v, %v", made, err)
	}
}

// A folder that cannot be written: nothing is opened there; an open index goes on answering, and is updated when
// the folder is back. A file where the folder should be stops even the superuser, whom no permission does.
func TestAFolderThatCannotBeWritten(t *testing.T) {
	r := newRig(t)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{file, filepath.Join(file, "search")} {
		if i, err := Open(context.Background(), dir, r.parts); err == nil {
			t.Errorf("an index is opened in %s: %v", dir, i.Close())
		}
	}
	away := r.dir + ".away"
	if err := errors.Join(os.Rename(r.dir, away), os.WriteFile(r.dir, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	r.source.change(generation(1)...)
	if made, err := r.Follow(context.Background()); made || err == nil {
		t.Errorf("an index is made in a file: %v, %v", made, err)
	}
	if got := r.found("房顶", ""); len(got) == 0 {
		t.Error("the index before does not answer")
	}
	if err := errors.Join(os.Remove(r.dir), os.Rename(away, r.dir)); err != nil {
		t.Fatal(err)
	}
	if made, err := r.Follow(context.Background()); !made || err != nil {
		t.Errorf("with the folder back: %v, %v", made, err)
	}
	if got := r.found("第一年", ""); len(got) != 5 {
		t.Errorf("with the folder back: %v", got)
	}
}

// An index whose manifest cannot be written is not one: after a restart nobody would find it.
func TestAManifestThatCannotBeWritten(t *testing.T) {
	r := newRig(t)
	path := filepath.Join(r.dir, manifestFile)
	if err := errors.Join(os.Remove(path), os.Mkdir(path, 0o700), os.WriteFile(filepath.Join(path, "x"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	before := r.folders()
	r.source.change(generation(1)...)
	if made, err := r.Follow(context.Background()); made || err == nil {
		t.Errorf("Follow = %v, %v", made, err)
	}
	if got := r.found("房顶", ""); len(got) == 0 {
		t.Error("the index before does not answer")
	}
	if got := slices.DeleteFunc(r.folders(), func(s string) bool { return s == manifestFile+".new" }); !slices.Equal(got, before) {
		t.Errorf("left behind: %v, was %v", got, before)
	}
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
	if made, err := r.Follow(context.Background()); !made || err != nil {
		t.Errorf("afterwards Follow = %v, %v", made, err)
	}
}

// Only what this package makes is swept: somebody may keep a note beside it.
func TestWhatIsNotOursStays(t *testing.T) {
	r := newRig(t)
	note := filepath.Join(r.dir, "note")
	left := filepath.Join(r.dir, "part-left")
	if err := errors.Join(os.WriteFile(note, nil, 0o600), os.Mkdir(left, 0o700), r.sweep()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(note); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(left); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what was left is not swept: %v", err)
	}
	if len(r.found("房顶", "")) == 0 {
		t.Error("the current index was swept")
	}
}

// A search leaves no trace on the disk.
func TestNoQuestionIsStored(t *testing.T) {
	r := newRig(t)
	before, err := sumOf(r.dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"房顶", "秘密秘密", "风筝法23", strings.Repeat("风", MaxQuestion+1)} {
		_, _ = r.Search(context.Background(), Query{Text: text, Limit: 5})
	}
	if after, err := sumOf(r.dir); err != nil || after != before {
		t.Errorf("a search changed files on the disk: %v", err)
	}
	if err := os.WriteFile(filepath.Join(r.dir, "asked"), []byte("秘密"), 0o600); err != nil {
		t.Fatal(err)
	}
	if after, _ := sumOf(r.dir); after == before {
		t.Error("negative control: a file more is no change")
	}
}

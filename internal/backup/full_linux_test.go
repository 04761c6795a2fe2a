package backup

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestAFullDiskIsSaid backs up onto a disk that has no room, and onto the same disk with more of it.
func TestAFullDiskIsSaid(t *testing.T) {
	r := newRig(t)
	for i := range 20_000 {
		r.put("attempts", fmt.Sprintf("more %d", i), fmt.Sprintf("%x%x%x%x", rand.Uint64(), rand.Uint64(), rand.Uint64(), rand.Uint64()))
	}
	disk := t.TempDir()
	mount := func(flags uintptr, size string) error { return syscall.Mount("tmpfs", disk, "tmpfs", flags, size) }
	if err := mount(0, "size=400k"); err != nil {
		t.Skipf("NOT RUN: no small file system: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(disk, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	r.dir = filepath.Join(disk, "backup")
	_, err := Make(t.Context(), r.options(), r.world)
	wants(t, err, ErrFull)
	_, err = List(r.dir)
	wants(t, err, ErrNone)
	if err := mount(syscall.MS_REMOUNT, "size=40m"); err != nil {
		t.Fatal(err)
	}
	r.make()
	if to, _, err := r.restore(); err != nil || !equal(r.world, to) {
		t.Errorf("with more room: %v", err)
	}
	if _, err := os.Stat(r.dir); err != nil {
		t.Error(err)
	}
}

package document_test

import (
	"fmt"
	"os/signal"
	"syscall"
	"testing"
)

// smallDisk returns a folder with room for so many MiB, and what makes more of it: a file system of that size where the
// test may mount one (root), else a limit on the size of files.
func smallDisk(t *testing.T, size int) (dir string, grow func(size int)) {
	t.Helper()
	dir = t.TempDir()
	mount := func(flags uintptr, size int) error {
		return syscall.Mount("tmpfs", dir, "tmpfs", flags, fmt.Sprintf("size=%dm", size))
	}
	if err := mount(0, size); err != nil {
		t.Logf("no small file system (%v): the size of files is limited instead", err)
		return dir, limitFiles(t, size)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir, func(size int) {
		if err := mount(syscall.MS_REMOUNT, size); err != nil {
			t.Fatal(err)
		}
	}
}

func limitFiles(t *testing.T, size int) func(size int) {
	t.Helper()
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Skipf("NOT RUN: full disk (%v)", err)
	}
	limit := func(size int) {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: uint64(size) << 20, Max: before.Max}); err != nil {
			t.Skipf("NOT RUN: full disk (%v)", err)
		}
	}
	signal.Ignore(syscall.SIGXFSZ) // so that the write says EFBIG instead
	limit(size)
	t.Cleanup(func() {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
			t.Error(err)
		}
		signal.Reset(syscall.SIGXFSZ)
	})
	return limit
}

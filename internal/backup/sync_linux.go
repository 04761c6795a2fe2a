package backup

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// syncAll makes everything written below dir durable with one call instead of one for every file, which would make the
// server's own writers wait for thousands of syncs.
func syncAll(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(unix.Syncfs(int(f.Fd())), f.Close())
}

// beginSync starts to write a file to disk without waiting for it, so that syncAll has little left to do at once.
func beginSync(f *os.File) { _ = unix.SyncFileRange(int(f.Fd()), 0, 0, unix.SYNC_FILE_RANGE_WRITE) }

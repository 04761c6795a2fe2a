package backup

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// syncAll makes everything written below dir durable with one call instead of one for every file, which would make the
// server's own writers wait for thousands of syncs. Nothing is begun earlier: where blocks are given to a new file at once
// (sync_file_range), every sync of the server's own waits for that file too, and 32 writers lost a quarter of their rate.
func syncAll(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(unix.Syncfs(int(f.Fd())), f.Close())
}

package bolt

import (
	"os"

	"golang.org/x/sys/unix"
)

// readAhead asks the kernel for the whole file in one go: it is about to be walked in the order of its keys, which on a disk
// would be a seek a page.
func readAhead(f *os.File, size int64) { _ = unix.Fadvise(int(f.Fd()), 0, size, unix.FADV_WILLNEED) }

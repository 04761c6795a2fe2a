package app

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// lowest is the niceness of what is done with time that is left over.
const lowest = 19

// Yield gives this process what others leave of the processor: the server's writers come first. On Linux priority belongs
// to a thread, and new threads take over that of the one that makes them.
func Yield() {
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return // it works as well, only less politely
	}
	for _, t := range threads {
		if id, err := strconv.Atoi(t.Name()); err == nil {
			_ = unix.Setpriority(unix.PRIO_PROCESS, id, lowest)
		}
	}
}

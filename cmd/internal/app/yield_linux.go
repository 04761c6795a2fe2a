package app

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// niceness is that of a backup beside a server: about a third of the server's weight. Less would make the server keep the
// documents of one instant for minutes.
const niceness = 5

// Yield gives this process a smaller share of the processor: the server's writers come first. On Linux priority belongs to
// a thread, and new threads take over that of the one that makes them.
func Yield() {
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return // it works as well, only less politely
	}
	for _, t := range threads {
		if id, err := strconv.Atoi(t.Name()); err == nil {
			_ = unix.Setpriority(unix.PRIO_PROCESS, id, niceness)
		}
	}
}

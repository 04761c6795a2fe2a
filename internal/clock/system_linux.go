package clock

import (
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// bootID names this start of the machine; a container has its host's.
var bootID = sync.OnceValue(func() string {
	id, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(id))
})

// sinceBoot reads CLOCK_BOOTTIME: unlike Go's monotonic clock it goes on while the machine is suspended.
func sinceBoot() (string, time.Duration, bool) {
	var t unix.Timespec
	id := bootID()
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &t); err != nil || id == "" {
		return "", 0, false
	}
	return id, time.Duration(t.Nano()), true
}

// steered reads the state that chronyd, ntpd and systemd-timesyncd keep in the kernel. Whoever sets the clock by hand
// clears it.
func steered() bool {
	var t unix.Timex // modes 0: reading needs no privilege
	state, err := unix.Adjtimex(&t)
	return err == nil && state != unix.TIME_ERROR && t.Status&unix.STA_UNSYNC == 0
}

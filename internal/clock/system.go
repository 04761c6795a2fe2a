package clock

import (
	"crypto/rand"
	"time"
)

// System is the real machine.
type System struct {
	clock func() time.Time
	shift time.Duration
	// process and began stand for a start of the machine where the system does not name it: then only this process knows
	// how much time has gone by.
	process string
	began   time.Time
}

// NewSystem reads the wall clock by time.Now, shifted for a trial.
func NewSystem(now func() time.Time, shift time.Duration) *System {
	return &System{clock: now, shift: shift, process: rand.Text(), began: now()}
}

// Now is the wall clock.
func (s *System) Now() time.Time { return s.clock().Add(s.shift) }

// Read looks at the machine's clocks.
func (s *System) Read() Sample {
	boot, uptime, ok := sinceBoot()
	if !ok {
		boot, uptime = s.process, s.clock().Sub(s.began)
	}
	return Sample{Wall: s.Now().Round(0), Boot: boot, Uptime: uptime}
}

// Steered asks the kernel. No time server vouches for a shifted clock.
func (s *System) Steered() bool { return s.shift == 0 && steered() }

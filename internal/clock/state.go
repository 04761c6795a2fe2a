package clock

import (
	"fmt"
	"time"
)

// Doubt is why time is not believed.
type Doubt string

// The doubts there are.
const (
	None      Doubt = ""
	Unchecked Doubt = "unchecked" // the stored anchor was not read yet
	Ahead     Doubt = "ahead"     // later than the anchor and the uptime say
	Behind    Doubt = "behind"    // earlier
	Disputed  Doubt = "disputed"  // an engine's clock differs
)

// State is what is known about a clock.
type State struct {
	Doubt  Doubt
	Off    time.Duration // how far this machine's clock is ahead; negative when it is behind
	Engine string        // whose clock differs, "" when the machine's own jumped
	Anchor time.Time     // the last believed time; zero when there is none

	dissent dissent
}

// dissent is an engine whose clock differs from this machine's by off.
type dissent struct {
	name string
	off  time.Duration
}

// Sentence says to an operator what is wrong; "" when nothing is.
func (s State) Sentence() string {
	switch {
	case s.Doubt == None:
		return ""
	case s.Doubt == Unchecked:
		return "还没有核对过系统时间"
	case s.Engine != "":
		return fmt.Sprintf("系统时间比 %s 的%s", s.Engine, differs(s.Off))
	}
	return fmt.Sprintf("系统时间比应有的时间%s（上一次认可的时间是 %s）", differs(s.Off), s.Anchor.In(time.FixedZone("", 8*3600)).Format("2006-01-02 15:04"))
}

// differs is a difference as a person says it.
func differs(off time.Duration) string {
	word := "快"
	if off < 0 {
		word, off = "慢", -off
	}
	switch {
	case off >= 48*time.Hour:
		return fmt.Sprintf("%s了 %d 天", word, off/(24*time.Hour))
	case off >= 2*time.Hour:
		return fmt.Sprintf("%s了 %d 小时", word, off/time.Hour)
	}
	return fmt.Sprintf("%s了 %d 分钟", word, off/time.Minute)
}

// expected is the time that a sample should show, or at least show when nobody measured how long the machine was off.
func (m Anchor) expected(r Sample) time.Time {
	if m.sameStart(r) {
		return m.At.Add(r.Uptime - m.Uptime)
	}
	return m.At
}

func (m Anchor) sameStart(r Sample) bool {
	return m.Boot != "" && m.Boot == r.Boot && r.Uptime >= m.Uptime
}

// off is how far a sample is ahead of what is expected.
func (m Anchor) off(r Sample) time.Duration {
	if m.At.IsZero() {
		return 0
	}
	return r.Wall.Round(0).Sub(m.expected(r).Round(0))
}

// doubt compares a sample with the anchor.
func (m Anchor) doubt(r Sample) Doubt {
	most := outage
	if m.sameStart(r) {
		most = Tolerance
	}
	switch off := m.off(r); {
	case r.Wall.Before(earliest), off < -Tolerance:
		return Behind
	case off > most:
		return Ahead
	}
	return None
}

package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"pugongying/internal/civil"
)

// limit is a quota; 0 means none.
type limit struct{ minute, day int }

// window counts calls in the running minute and the running day.
type window struct {
	minute, day     int64
	inMinute, inDay int
}

// zone is where WeChat's days begin.
var zone = civil.Zone()

// take counts one call, unless a quota is spent.
func (w *window) take(now time.Time, l limit) bool {
	if minute := now.Unix() / 60; minute != w.minute {
		w.minute, w.inMinute = minute, 0
	}
	if day := dayOf(now); day != w.day {
		w.day, w.inDay = day, 0
	}
	if l.minute > 0 && w.inMinute >= l.minute || l.day > 0 && w.inDay >= l.day {
		return false
	}
	w.inMinute++
	w.inDay++
	return true
}

func dayOf(t time.Time) int64 {
	_, offset := t.In(zone).Zone()
	return (t.Unix() + int64(offset)) / (24 * 60 * 60)
}

func digest(parts ...string) string {
	h := sha256.New()
	for _, part := range parts {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil))
}

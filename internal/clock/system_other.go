//go:build !linux

package clock

import "time"

func sinceBoot() (string, time.Duration, bool) { return "", 0, false }

func steered() bool { return false }

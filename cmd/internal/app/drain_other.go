//go:build !linux

package app

import (
	"net"
	"time"
)

// drainAcceptQueue does nothing: only Linux reports the queue's length, and residents are served on Linux.
func drainAcceptQueue(net.Listener, time.Duration) {}

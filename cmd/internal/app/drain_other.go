//go:build !linux

package app

import (
	"net"
	"time"
)

// drainAcceptQueue can tell nothing of the queue here; serving residents is done on Linux.
func drainAcceptQueue(net.Listener, time.Duration) {}
